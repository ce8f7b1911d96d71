"""Files that lie beside a page: names that hold their content, and folders written anew.

A page and `<qna-find>` may share a folder: what both need is there once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from qna_widget.core.manifest import Asset, Manifest, ModelManifest
from qna_widget.core.whole_file import write_whole
from qna_widget.errors import InputError
from qna_widget.hosts.page import page_manifest, with_paths
from qna_widget.models import files

FILES = "assets"
INDEX = "index.html"
"""The page."""
LISTING = "qna-find.json"
"""What `<qna-find>` or the extension reads first."""
_NAME = re.compile(r"[\w.-]+\.[0-9a-f]{16}\.(js|bin)", re.ASCII)
_REMAINS = re.compile(r"[\w.-]+\.[0-9a-f]{16}\.bin|qna-\w+\.[0-9a-f]{16}\.js", re.ASCII)


def write_assets(target: Path, model: ModelManifest, needed: Iterable[Asset]) -> Manifest:
    """Write `needed` below `target`; return what tells a page where they are.

    Every file is read before the first is written: a damaged one leaves nothing behind.
    """
    needed = list(needed)
    names = {asset.sha256: _name(asset) for asset in needed}
    contents = {names[asset.sha256]: files.read_packed(asset) for asset in needed}
    (target / FILES).mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        write(target / name, content)
    return with_paths(page_manifest(model), lambda asset: names[asset["sha256"]])


def write_script(target: Path, name: str, script: bytes) -> str:
    """Write a script among the files; return its path below `target`."""
    path = f"{FILES}/{name}.{hashlib.sha256(script).hexdigest()[:16]}.js"
    write(target / path, script)
    return path


def _name(asset: Asset) -> str:
    """Not .gz: some servers would declare such a file's encoding, and browsers would unpack it.

    ASCII alone: in JSON and in addresses other letters are spelled in several ways.
    """
    plain = re.sub(r"[^\w.-]+", "-", asset.name, flags=re.ASCII).strip("-")
    return f"{FILES}/{plain}.{asset.sha256[:16]}.bin"


def write(file: Path, content: bytes) -> None:
    """Write a file, unless it holds this already: its time tells servers whether it is new."""
    if file.is_file() and file.read_bytes() == content:
        return
    write_whole(file, content)


def clean(target: Path) -> None:
    """Remove what an earlier run wrote among the files and nothing in the folder names any more."""
    used = b"".join(file.read_bytes() for file in _listings(target))
    for file in (target / FILES).iterdir():
        if _NAME.fullmatch(file.name) and f"{FILES}/{file.name}".encode() not in used:
            file.unlink()


def refuse_other_files(target: Path, writes: Sequence[str], *, force: bool) -> None:
    """Raise InputError unless `target` is new, empty, or of an earlier run, of another kind too.

    A run that was broken off counts, if it left nothing but files of ours. `writes` are the names
    that are written over, first the one that names the files.
    """
    if target.exists() and not target.is_dir():
        raise InputError(f"{target} is a file. Give a folder to write into.")
    if force or not target.is_dir() or not any(target.iterdir()):
        return
    found = _listings(target)
    if target / writes[0] in found or _is_broken_off(target):
        return
    if found and not any((target / name).exists() for name in writes):
        return
    raise InputError(
        f"{target} holds other files. Give a new or empty folder, or --force (in Python "
        f"force=True) to write into this one; what it holds stays, but for {', '.join(writes)} "
        f"and what an earlier run left in {FILES}."
    )


def _is_broken_off(target: Path) -> bool:
    """Whether a folder holds files alone that a run writes before it names them."""
    held = list(target.iterdir())
    return held == [target / FILES] and all(
        file.is_file() and _REMAINS.fullmatch(file.name) for file in (target / FILES).glob("*")
    )


def _listings(target: Path) -> list[Path]:
    """Return what earlier runs wrote here that names its files."""
    index, listing = target / INDEX, target / LISTING
    found = [index] if index.is_file() and b'id="qna-given"' in index.read_bytes() else []
    return [*found, listing] if listing.is_file() else found
