"""A page and its files apart, for any web server: it can be cached, and lie below any path."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Unpack

from qna_widget.core.manifest import Asset
from qna_widget.core.messages import Options
from qna_widget.core.whole_file import write_whole
from qna_widget.errors import InputError
from qna_widget.hosts.assets import built, runtime_files
from qna_widget.hosts.page import page_manifest, with_paths
from qna_widget.models import files, registry

from . import page

INDEX = "index.html"
FILES = "assets"
# It runs and fetches what lies beside it, and nothing else.
_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' blob:; worker-src blob:; "
    "style-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'"
)
_NAME = re.compile(r"[\w.-]+\.[0-9a-f]{16}\.(js|bin)")


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
    an earlier page had in the folder is replaced, a file that nothing needs any more removed; into
    a folder with other files only with `force`. `examples` and `options` as for `write_html`.

    Raises TypeError for an unknown option, InputError for a value or folder that is not allowed,
    ModelError, AssetError when the front end was not built, OSError when a file cannot be written.
    """
    inputs = page.checked(passage, question, options)
    target = Path(folder)
    _refuse_other_files(target, force=force)
    model = replace(registry.resolve(inputs["model"]), note="")
    script = built("standalone.js").read_bytes()
    needed = [*runtime_files(), *model.files]
    names = {asset.sha256: _name(asset) for asset in needed}
    (target / FILES).mkdir(parents=True, exist_ok=True)
    for asset in needed:
        _write(target / names[asset.sha256], files.read_packed(asset))
    script_name = f"{FILES}/qna-widget.{hashlib.sha256(script).hexdigest()[:16]}.js"
    _write(target / script_name, script)
    manifest = with_paths(page_manifest(model), lambda asset: names[asset["sha256"]])
    text = (
        page.head(title, _POLICY)
        + page.given(inputs, manifest, examples, beside=True)
        + f'<script src="{script_name}"></script>\n</body>\n</html>\n'
    )
    # Last, by one rename: a folder that is being served shows the former page or the new one.
    _write(target / INDEX, text.encode())
    _clean(target, {*names.values(), script_name})
    return target / INDEX


def _name(asset: Asset) -> str:
    """Not .gz: some servers would declare such a file's encoding, and browsers would unpack it."""
    plain = re.sub(r"[^\w.-]+", "-", asset.name).strip("-")
    return f"{FILES}/{plain}.{asset.sha256[:16]}.bin"


def _write(file: Path, content: bytes) -> None:
    if file.is_file() and file.read_bytes() == content:
        return
    write_whole(file, content)


def _clean(target: Path, used: set[str]) -> None:
    for file in (target / FILES).iterdir():
        if _NAME.fullmatch(file.name) and f"{FILES}/{file.name}" not in used:
            file.unlink()


def _refuse_other_files(target: Path, *, force: bool) -> None:
    """Raise InputError unless `target` is new, empty, or holds a page that was written before."""
    if target.exists() and not target.is_dir():
        raise InputError(f"{target} is a file. Give a folder to write the page into.")
    if force or not target.is_dir() or not any(target.iterdir()):
        return
    index = target / INDEX
    if not index.is_file() or b'id="qna-given"' not in index.read_bytes():
        raise InputError(
            f"{target} holds other files. Give a new or empty folder, or --force (in Python "
            "force=True) to write into this one; what it holds stays, but for index.html."
        )
