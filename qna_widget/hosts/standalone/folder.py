"""A page and its files apart, for any web server: it can be cached, and lie below any path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Unpack

from qna_widget.core.contract import check_examples
from qna_widget.core.messages import Options
from qna_widget.core.whole_file import place_of
from qna_widget.hosts.assets import built, runtime_files
from qna_widget.models import registry

from . import beside, page

# It runs and fetches what lies beside it, and nothing else.
_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' blob:; worker-src blob:; "
    "style-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'"
)


def write_page(
    folder: str | Path,
    passage: str = "",
    question: str = "",
    *,
    title: str = "",
    examples: Sequence[str] = (),
    force: bool = False,
    **options: Unpack[Options],
) -> Path:
    """Write index.html and its files, about 23 MB, into a folder; return the path of the page.

    A file's name holds part of its sha256, so that servers may let browsers keep it for ever. What
    an earlier page had in the folder is replaced, a file that nothing needs any more removed; what
    `write_find` wrote there is shared; into a folder with other files only with `force`. `examples`
    and `options` as for `write_html`.

    Raises TypeError for an unknown option, InputError for a value or folder that is not allowed,
    ModelError, AssetError when the front end was not built, OSError when a file cannot be written.
    """
    inputs = page.checked(passage, question, options)
    head = page.head(title, _POLICY)
    offered = check_examples(examples)
    target = place_of(folder)
    beside.refuse_other_files(target, [beside.INDEX], force=force)
    model = replace(registry.resolve(inputs["model"]), note="")
    script = built("standalone.js").read_bytes()
    manifest = beside.write_assets(target, model, [*runtime_files(), *model.files])
    script_name = beside.write_script(target, "qna-widget", script)
    text = (
        head
        + page.given(inputs, manifest, offered, beside=True)
        + f'<script src="{script_name}"></script>\n</body>\n</html>\n'
    )
    # Last, by one rename: a folder that is being served shows the former page or the new one.
    beside.write(target / beside.INDEX, text.encode())
    beside.clean(target)
    return target / beside.INDEX
