"""How Streamlit's server hands the component's files to browsers: the door to its registry."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Final

from qna_widget.core.contract import CHUNK_BYTES
from qna_widget.core.manifest import Asset, AssetDict, Manifest, ModelManifest
from qna_widget.errors import needs_extra
from qna_widget.hosts.assets import AssetReader, built
from qna_widget.hosts.page import page_manifest, with_paths

with needs_extra("The Streamlit component", "streamlit"):
    import streamlit as st

# Streamlit serves these folders of the package under a component's name (see pyproject.toml in the
# package's folder).
_SERVED: Final = {"static": "qna-widget.qna", "models/bundled": "qna-widget.bundled"}


@lru_cache(maxsize=1)
def component(_runtime: object) -> Callable[..., object]:
    """Register once per runtime: each has its own register, and each AppTest its own runtime."""
    built("streamlit.js")
    mount: Callable[..., object] = st.components.v2.component("qna-widget.qna", js="streamlit.js")
    return mount


def served(model: ModelManifest) -> Manifest:
    """Return the manifest; its paths lead from Streamlit's folder of components to the files.

    Raises AssetError when a file outside the package cannot be read.
    """
    outside = {file.sha256: file for file in model.files if Path(file.path).is_absolute()}

    def path(asset: AssetDict) -> str:
        if asset["sha256"] in outside:
            return _lent(outside[asset["sha256"]])
        folder, _, file = asset["path"].rpartition("/")
        return f"{_SERVED[folder]}/{file}"

    return with_paths(page_manifest(model), path)


def _lent(asset: Asset) -> str:
    """Let Streamlit serve a file from outside the package.

    Its media files are the one place for that which asks nothing of the app's author.
    """
    url = _held(st.runtime.get_instance(), asset)
    # A path starts at the app, which may lie below the server's root.
    return f"../..{url}" if url.startswith("/") else url


@lru_cache(maxsize=32)
def _held(runtime: st.runtime.Runtime, asset: Asset) -> str:
    """Hand a file over for as long as the server runs, and return its URL; one copy serves all.

    Streamlit drops the files of a session whose run ends early, as a click ends it, while the page
    still reads them. A thread of its own belongs to no session.
    """
    with ThreadPoolExecutor(max_workers=1) as apart:
        return apart.submit(
            runtime.media_file_mgr.add,
            _content(asset),
            "application/gzip",  # whatever it is: Streamlit compresses other kinds at each request
            f"qna_widget:{asset.sha256}",
            file_name=asset.sha256,  # part of its address, beside a mere sample of the content
        ).result()


def _content(asset: Asset) -> bytes:
    """Return the file as shipped."""
    reader = AssetReader([asset])
    starts = range(0, asset.bytes, CHUNK_BYTES)
    return b"".join(reader.read(asset.sha256, start, CHUNK_BYTES)[1] for start in starts)
