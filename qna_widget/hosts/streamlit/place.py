"""Where in an app a call of `qna` stands: on which page, at which line, in a fragment or not.

Streamlit's own elements are told apart by the same things, but it tells components nothing of
them, so the context of its runs is asked; what it lacks in some version counts as not there.
"""

from __future__ import annotations

import ast
import sys
import zlib
from collections import Counter
from functools import lru_cache
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx


def key_of_call(depth: int) -> str:
    """Return a key for the call `depth` frames above this one: another on each page and place."""
    frame = sys._getframe(depth + 1)
    site = f"{Path(frame.f_code.co_filename).name}:{_site(frame)}"
    where = f"{_of_run('active_script_hash')} {frame.f_code.co_filename}"
    return f"{keys_of_page()}{site}:{zlib.crc32(where.encode()):08x}"


def _site(frame: FrameType) -> str:
    """Return which of its file's calls a frame is in; where that cannot be told, the line.

    Lines move while an app is written, and a reader's words are kept by this.
    """
    file = Path(frame.f_code.co_filename)
    positions = islice(frame.f_code.co_positions(), frame.f_lasti // 2, None)
    _, line, _, column = next(positions, (None, None, None, None))
    try:
        state = file.stat()
        calls = _calls(file, state.st_mtime_ns, state.st_size)
    except (OSError, SyntaxError, ValueError, RecursionError):  # no file, or none that is whole
        calls = {}
    return calls.get((line, column), str(frame.f_lineno))


@lru_cache(maxsize=64)
def _calls(file: Path, _time: int, _size: int) -> dict[tuple[int | None, int | None], str]:
    """Return each call of a file by where it ends: what is called, and how many times before."""
    nodes = [node for node in ast.walk(ast.parse(file.read_bytes())) if isinstance(node, ast.Call)]
    nodes.sort(key=lambda node: (node.lineno, node.col_offset))
    count: Counter[str] = Counter()
    calls: dict[tuple[int | None, int | None], str] = {}
    for node in nodes:
        name = ast.unparse(node.func)
        calls[node.end_lineno, node.end_col_offset] = f"{name}-{count[name]}"
        count[name] += 1
    return calls


def keys_of_page() -> str:
    """Return how the keys of this page's calls begin."""
    return f"qna:{_of_run('active_script_hash') or ''}:"


def can_rerun() -> bool:
    """Whether `rerun` leaves the rest of the app alone.

    A fragment, such as a dialog, that is drawn by a run of the whole app can only be drawn anew by
    another such run, in which a dialog is closed.
    """
    return not _is_in_fragment() or _is_fragments_run()


def rerun() -> None:
    """Rerun what makes the call: a fragment alone, where it is one."""
    st.rerun(scope="fragment" if _is_in_fragment() and _is_fragments_run() else "app")


def _is_in_fragment() -> bool:
    return _of_run("fragment_id", "current_fragment_id") is not None


def _is_fragments_run() -> bool:
    return bool(_of_run("fragment_ids_this_run"))


def _of_run(*names: str) -> Any:
    """Return what Streamlit knows of the present run by one of these names; None for nothing."""
    context = get_script_run_ctx(suppress_warning=True)
    for place in (_thread_state(), context):
        for name in names:
            if (value := getattr(place, name, None)) is not None:
                return value
    return None


def _thread_state() -> object:
    """Return where newer versions keep what older ones have in the context."""
    try:
        from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState

        return ThreadState.get()
    except (ImportError, RuntimeError):
        return None
