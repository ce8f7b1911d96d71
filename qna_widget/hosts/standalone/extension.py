"""Find by question as a browser extension (Manifest V3), to be loaded unpacked."""

from __future__ import annotations

import json
import re
from pathlib import Path

from qna_widget import __version__
from qna_widget.core.whole_file import place_of
from qna_widget.hosts.assets import built
from qna_widget.models import registry
from qna_widget.models.names import ModelLike

from . import beside
from .find import write_engine

_OFFSCREEN = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>The model</title></head>
<body><script src="offscreen.js"></script></body></html>
"""
_SCRIPTS = {
    "background.js": "extension-background.js",
    "find.js": "extension-content.js",
    "offscreen.js": "extension-offscreen.js",
}
# It runs and fetches its own files, and nothing else; `wasm-unsafe-eval` lets the model run.
_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'"
)


def write_extension(folder: str | Path, *, model: ModelLike = "auto", force: bool = False) -> Path:
    """Write the extension, about 23 MB, into a folder for Chromium's browsers; return its manifest.

    Its key (Alt+Shift+F) or button opens a bar on the page at hand; the model runs in a document of
    the extension. What an earlier run had in the folder is replaced; into a folder with other files
    only with `force`.

    Raises as `write_find` does.
    """
    target = place_of(folder)
    writes = [beside.LISTING, "manifest.json", "offscreen.html", *_SCRIPTS]
    beside.refuse_other_files(target, writes, force=force)
    resolved = registry.resolve(model)
    scripts = {name: built(source).read_bytes() for name, source in _SCRIPTS.items()}
    listing = write_engine(target, resolved)
    beside.write(target / beside.LISTING, listing.encode())
    for name, script in scripts.items():
        beside.write(target / name, script)
    beside.write(target / "offscreen.html", _OFFSCREEN.encode())
    beside.write(target / "manifest.json", (json.dumps(_manifest(), indent=2) + "\n").encode())
    beside.clean(target)
    return target / "manifest.json"


def _manifest() -> dict[str, object]:
    # Chrome takes numbers alone, up to four of them.
    numbers = re.match(r"\d+(\.\d+){0,3}", __version__)
    return {
        "manifest_version": 3,
        "name": "Find by question",
        "description": "Asks the page at hand a question and marks the answer, on this machine.",
        "version": numbers[0] if numbers else "0",
        "version_name": __version__,
        "minimum_chrome_version": "116",
        "permissions": ["activeTab", "scripting", "offscreen"],
        "action": {"default_title": "Ask about this page"},
        "background": {"service_worker": "background.js"},
        "commands": {"_execute_action": {"suggested_key": {"default": "Alt+Shift+F"}}},
        "content_security_policy": {"extension_pages": _POLICY},
    }
