"""One HTML file that answers by itself: to mail around, opened from disk, without any network."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

from qna_widget.core.contract import check_inputs, default_inputs, refuse_unknown
from qna_widget.models import registry

from .assets import Asset, built, manifest, wasm

# The page may run its own script and start its own worker; it may fetch from nowhere.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:; worker-src blob:; "
    "style-src 'unsafe-inline'; connect-src data:; base-uri 'none'; form-action 'none'"
)
_STYLE = """
:root { color-scheme: light dark; }
body { margin: 0; background: light-dark(#fff, #0f1318); }
main { max-width: 70rem; margin: 0 auto; padding: 1.5rem 1rem; }
"""


def write_html(
    file: str | Path, passage: str = "", question: str = "", *, title: str = "", **options: Any
) -> Path:
    """Write a page of about 30 MB with the component, the model and all that it needs; return it.

    `options` are the other inputs of `QnA`: top_k, max_answer_len, doc_stride (tokens),
    no_answer_threshold (logits), overlap, model. The reader of the page may change passage,
    question and options; nothing is sent or stored outside of the reader's browser.

    Raises TypeError for an unknown option, InputError for a value that is not allowed, ModelError,
    AssetError when the front end was not built, OSError when the file cannot be written.
    """
    refuse_unknown(options, default_inputs())
    inputs = check_inputs({**default_inputs(), "passage": passage, "question": question, **options})
    target = Path(file)
    target.write_text("".join(_page(inputs, title)), encoding="utf-8")
    return target


def _page(inputs: dict[str, Any], title: str) -> Iterator[str]:
    model = registry.resolve(inputs["model"])
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title or 'Ask about a text')}</title>\n<style>{_STYLE}</style>\n"
        '</head>\n<body>\n<main id="qna-widget"></main>\n'
    )
    # Who opens the page can install nothing, and the GPU's runtime and model would triple it.
    told = manifest(replace(model, onnx_webgpu=None, note=""))
    told["runtime"].pop("webgpu", None)
    given = json.dumps({"inputs": inputs, "manifest": told}, ensure_ascii=False)
    # A passage may hold "</script>" or "<!--"; within a JSON string this spells the same character.
    yield _data("application/json", "qna-given", given.replace("<", "\\u003c"))
    yield _asset(wasm(), wasm().file.read_bytes())
    for asset in (model.onnx, model.vocab):
        yield _asset(asset, registry.read_packed(asset))
    script = built("standalone.js").read_text(encoding="utf-8")
    for ends, harmless in (("</script", "<\\/script"), ("<!--", "<\\!--")):
        script = script.replace(ends, harmless)
    yield f"<script>{script}</script>\n</body>\n</html>\n"


def _data(kind: str, name: str, text: str) -> str:
    return f'<script type="{kind}" id="{name}">{text}</script>\n'


def _asset(asset: Asset, packed: bytes) -> str:
    text = base64.b64encode(packed).decode("ascii")
    return _data("application/octet-stream", f"asset-{asset.sha256}", text)
