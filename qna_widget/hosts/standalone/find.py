"""`<qna-find>`: one folder of files with which any web page is searched by question."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from qna_widget.core.manifest import ModelManifest
from qna_widget.core.whole_file import place_of
from qna_widget.hosts.assets import built, wasm
from qna_widget.models import registry
from qna_widget.models.names import ModelLike

from . import beside

SCRIPT = "qna-find.js"
EXAMPLE = "example.html"
# What a page needs to allow: its own server, and WebAssembly.
_EXAMPLE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; style-src 'unsafe-inline'; \
base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Find by question</title>
<style>
:root { color-scheme: light dark; }
body { max-width: 40rem; margin: 0 auto; padding: 1rem; font: 1rem/1.6 system-ui, sans-serif; }
pre { overflow-x: auto; }
</style>
<script src="qna-find.js" defer></script>
</head>
<body>
<qna-find for="main"></qna-find>
<main id="main">
<h1>Bert and Ernie</h1>
<p>Bert is Ernie's best friend and roommate on Sesame Street. The pair share the basement apartment
at 123 Sesame Street.</p>
<p>Bert collects paper clips and bottle caps, and keeps pigeons; his favorite of them is Bernice.
Ernie takes his rubber duck into the bath. Jim Henson built the two of them in 1969.</p>
<h2>On a page of yours</h2>
<p>Put this folder beside your page, load the script and name the element to read:</p>
<pre>&lt;script src="qna/qna-find.js" defer&gt;&lt;/script&gt;
&lt;qna-find for="main"&gt;&lt;/qna-find&gt;</pre>
</main>
</body>
</html>
"""


def write_find(folder: str | Path, *, model: ModelLike = "auto", force: bool = False) -> Path:
    """Write the element `<qna-find>` and all that it needs, about 23 MB; return its script's path.

    A page loads qna-find.js and holds `<qna-find for="ID or selector">`; example.html shows it. The
    files are fetched when a reader first goes to the bar. What an earlier run had in the folder is
    replaced, what `write_page` wrote there is shared; into a folder with other files only with
    `force`.

    Raises InputError for a folder that is not allowed, ModelError, AssetError when the front end
    was not built, OSError when a file cannot be written.
    """
    target = place_of(folder)
    beside.refuse_other_files(target, [beside.LISTING, SCRIPT, EXAMPLE], force=force)
    resolved = registry.resolve(model)
    script = built(SCRIPT).read_bytes()
    listing = write_engine(target, resolved)
    beside.write(target / beside.LISTING, listing.encode())
    beside.write(target / EXAMPLE, _EXAMPLE.encode())
    beside.write(target / SCRIPT, script)
    beside.clean(target)
    return target / SCRIPT


def write_engine(target: Path, model: ModelManifest) -> str:
    """Write worker, runtime, model and vocabulary; return the listing, as JSON, of where they are.

    Without what WebGPU needs: most readers have no use for it, and it would double the folder.
    """
    model = replace(model, note="", onnx_webgpu=None)
    script = built("worker.js").read_bytes()
    manifest = beside.write_assets(target, model, [wasm(), *model.files])
    manifest["runtime"].pop("webgpu", None)
    worker = beside.write_script(target, "qna-worker", script)
    return json.dumps({"manifest": manifest, "worker": worker}, indent=1) + "\n"
