"""One HTML file that answers by itself: to mail around, opened from disk, without any network."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Unpack

from qna_widget.core.manifest import Asset
from qna_widget.core.messages import Inputs, Options
from qna_widget.core.whole_file import place_of, write_whole
from qna_widget.hosts.assets import built, wasm
from qna_widget.hosts.page import page_manifest
from qna_widget.models import files, registry

from . import page

# The page may run its own script and start its own worker; it may fetch from nowhere.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:; worker-src blob:; "
    "style-src 'unsafe-inline'; connect-src data:; base-uri 'none'; form-action 'none'"
)


def write_html(
    file: str | Path,
    passage: str = "",
    question: str = "",
    *,
    title: str = "",
    examples: Sequence[str] = (),
    **options: Unpack[Options],
) -> Path:
    """Write a page of about 30 MB with the component, the model and all that it needs; return it.

    `options` are the other inputs of `QnA`: top_k, max_answer_len, doc_stride (tokens),
    no_answer_threshold (logits), overlap, model, workers; `examples` are questions to click. The
    reader of the page may change passage, question and options; nothing is sent or stored outside
    of the reader's browser.

    Raises TypeError for an unknown option, InputError for a value that is not allowed, ModelError,
    AssetError when the front end was not built, OSError when the file cannot be written; what it
    held before is then still there.
    """
    place = place_of(file)
    text = html_page(passage, question, title=title, examples=examples, **options)
    return write_whole(place, text.encode())


def html_page(
    passage: str = "",
    question: str = "",
    *,
    title: str = "",
    examples: Sequence[str] = (),
    **options: Unpack[Options],
) -> str:
    """Return the page that `write_html` writes. Raises as it does."""
    return "".join(_page(page.checked(passage, question, options), title, examples))


def _page(inputs: Inputs, title: str, examples: Sequence[str]) -> Iterator[str]:
    model = registry.resolve(inputs["model"])
    yield page.head(title, _POLICY)
    # Who opens the page can install nothing, and the GPU's runtime and model would triple it.
    manifest = page_manifest(replace(model, onnx_webgpu=None, note=""))
    manifest["runtime"].pop("webgpu", None)
    yield page.given(inputs, manifest, examples, beside=False)
    yield _asset(wasm(), wasm().file.read_bytes())
    for asset in (model.onnx, model.vocab):
        yield _asset(asset, files.read_packed(asset))
    script = built("standalone.js").read_text(encoding="utf-8")
    for ends, harmless in (("</script", "<\\/script"), ("<!--", "<\\!--")):
        script = script.replace(ends, harmless)
    yield f"<script>{script}</script>\n</body>\n</html>\n"


def _asset(asset: Asset, packed: bytes) -> str:
    text = base64.b64encode(packed).decode("ascii")
    return page.data("application/octet-stream", f"asset-{asset.sha256}", text)
