"""The Streamlit component: ``qna(passage, question)`` returns what the reader's browser found."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from . import registry
from .assets import built, manifest
from .contract import OUTPUTS, check_inputs
from .errors import InputError, needs_extra

with needs_extra("The Streamlit component", "streamlit"):
    import streamlit as st

# Streamlit serves each folder of the package under a component's name (pyproject.toml beside this).
_SERVED = {"static": "qna-widget.qna", "models": "qna-widget.models"}


@dataclass(frozen=True)
class QnAResult:
    """What the reader asked, and what the browser answered to exactly that."""

    passage: str
    question: str
    answers: list[dict[str, Any]]
    """Best first: text, start, end (code points), score (logits), probability."""
    null_score: float | None
    """Score of "no answer" (logits); None while there is no result."""
    status: Literal["idle", "loading", "ready", "error"]
    """"loading" until the browser has answered these inputs."""
    error: str
    backend: str
    timing: dict[str, float]
    """tokens, windows, run_ms, total_ms."""
    options: dict[str, Any]
    """top_k, overlap and the other inputs, as the reader may have changed them."""


@dataclass
class _Memory:
    """What is known of one component; outlives reruns in which it is not shown."""

    arguments: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    """The inputs that the reader changed."""
    outputs: dict[str, Any] | None = None
    """The browser's answer to arguments and changes; None while there is none."""
    heard: int = 0
    """Number of the report that this is from: Streamlit loses one that comes as it is hidden."""
    count: int = -1
    revision: str = ""
    """Changes with the arguments; what the browser says about an older one is dropped."""

    def hear(self, report: dict[str, Any] | None) -> None:
        """Take in what the browser said, if it speaks of the present arguments."""
        if report is not None and report["revision"] == self.revision:
            self.changes = check_inputs(report["changes"])
            self.outputs = report["outputs"]
            self.heard = report["number"]

    def call(self, arguments: dict[str, Any]) -> None:
        """Let arguments that differ from the last call's override what the reader changed."""
        if arguments == self.arguments:
            return
        for name, value in arguments.items():
            if self.arguments.get(name) != value:
                self.changes.pop(name, None)
        self.arguments = arguments
        self.outputs = None
        self.heard = 0
        self.count += 1
        # With the content's sum, a page that outlives the server's memory is not misunderstood.
        self.revision = f"{self.count}:{zlib.crc32(json.dumps(arguments).encode()):08x}"


def qna(
    passage: str = "",
    question: str = "",
    *,
    key: str = "qna",
    top_k: int = 5,
    max_answer_len: int = 30,
    doc_stride: int = 128,
    no_answer_threshold: float = 0,
    overlap: Literal["none", "nested", "allow"] = "none",
    model: str = "auto",
) -> QnAResult:
    """Show the component; the app reruns when the answers change.

    The reader may change passage, question and options; an argument overrides this when it differs
    from the last run's. Two components in one app need two keys.

    Raises InputError for a value that is not allowed or a model that Streamlit cannot serve,
    ModelError for a model that is not there, AssetError when the front end was not built.
    """
    arguments = check_inputs(
        {
            "passage": passage,
            "question": question,
            "top_k": top_k,
            "max_answer_len": max_answer_len,
            "doc_stride": doc_stride,
            "no_answer_threshold": no_answer_threshold,
            "overlap": overlap,
            "model": model,
        }
    )
    memory = st.session_state.setdefault(f"qna_widget:{key}", _Memory())
    shown = st.session_state.get(key)
    report = shown.get("report") if shown else None
    memory.hear(report)
    memory.call(arguments)
    memory.hear(report)  # a server that was restarted recognises only now what the page said
    data = {
        "key": key,
        "revision": memory.revision,
        "arguments": memory.arguments,
        "changes": memory.changes,
        "heard": memory.heard,
        "manifest": _served(manifest(registry.resolve(model))),
    }
    if st.runtime.exists():  # else the script runs as plain Python, and nobody looks
        _component(st.runtime.get_instance())(
            key=key,
            data=data,
            default={"report": None},
            on_report_change=_nothing,  # Streamlit keeps only state that has a callback
        )
    return _result(memory)


def _result(memory: _Memory) -> QnAResult:
    inputs = {**memory.arguments, **memory.changes}
    passage, question = inputs.pop("passage"), inputs.pop("question")
    nothing_yet = {**{name: spec["default"] for name, spec in OUTPUTS.items()}, "status": "loading"}
    outputs = memory.outputs or nothing_yet
    names = ("answers", "null_score", "status", "error", "backend", "timing")
    return QnAResult(
        passage=passage,
        question=question,
        options=inputs,
        **{name: deepcopy(outputs[name]) for name in names},
    )


@lru_cache(maxsize=1)
def _component(_runtime: object) -> Callable[..., Any]:
    """Register once per runtime: each has its own register, and each AppTest its own runtime."""
    built("streamlit.js")
    mount: Callable[..., Any] = st.components.v2.component("qna-widget.qna", js="streamlit.js")
    return mount


def _served(found: dict[str, Any]) -> dict[str, Any]:
    """Turn paths below the package into paths below the folder that Streamlit serves."""
    if "sha256" in found:
        folder, _, rest = found["path"].partition("/")
        if folder not in _SERVED:
            raise InputError(
                f"Streamlit serves only the package's own models, and {found['name']} lies outside "
                "of it. Use model='auto' or model='bundled'."
            )
        return {**found, "path": f"{_SERVED[folder]}/{rest}"}
    return {
        name: _served(value) if isinstance(value, dict) else value for name, value in found.items()
    }


def _nothing() -> None:
    pass
