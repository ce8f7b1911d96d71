"""Runs a parser in a process of its own: all that a hostile file can do is hit its limits."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from typing import Final

from qna_widget.errors import DocumentError

SECONDS: Final = 60
"""After which the process is ended."""
MEMORY_BYTES: Final = 1 << 30
"""Of address space; kept where the system has such limits (not on Windows or macOS)."""
_PAGES_SECONDS: Final = 45


def run(kind: str, data: bytes, seconds: float = SECONDS) -> tuple[str, list[str]]:
    """Return the text of an "html" (UTF-8) or "pdf" file, and sentences about what is missing.

    Raises DocumentError, without the file's name, and MissingExtraError.
    """
    importlib.import_module(f".{kind}", __package__)  # or say at once which package is missing
    if sys.platform == "emscripten":  # the page's own sandbox, without processes
        return parse(kind, data)
    try:
        done = subprocess.run(
            # -P: whatever lies in the current folder is not to be imported.
            [sys.executable, "-P", "-m", __name__, kind],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(_search_path())},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DocumentError(
            f"was not read within {seconds:g} seconds. Try a part of it, or paste the text."
        ) from None
    except OSError as error:  # a limit on processes, a container that forbids them
        raise DocumentError(
            f"was not read: no process can be started ({error.strerror or error}). Paste the text."
        ) from error
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise DocumentError(
            "could not be read: the reading broke off, probably for lack of memory. Try a part of "
            "it, or paste the text."
        ) from None
    if "error" in answer:
        raise DocumentError(answer["error"])
    return answer["text"], answer["notices"]


def _search_path() -> list[str]:
    """Return where this process finds its modules; Python passes over what is no text, too."""
    return [place for place in sys.path if place and isinstance(place, str)]


def parse(kind: str, data: bytes) -> tuple[str, list[str]]:
    """Do what `run` does, here and without limits on time and memory."""
    if kind == "html":
        from .html import html_text

        return html_text(data.decode("utf-8")), []
    from .limits import MAX_CHARACTERS
    from .pdf import pdf_text

    return pdf_text(data, _PAGES_SECONDS, MAX_CHARACTERS)


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))


def _main() -> None:
    _limit_memory()
    try:
        text, notices = parse(sys.argv[1], sys.stdin.buffer.read())
        answer: dict[str, object] = {"text": text, "notices": notices}
    except DocumentError as error:
        answer = {"error": str(error)}
    except MemoryError:
        answer = {"error": f"needs more than {MEMORY_BYTES >> 20} MB of memory. Try a part of it."}
    sys.stdout.write(json.dumps(answer))  # ASCII, whatever the system's encoding


if __name__ == "__main__":
    _main()
