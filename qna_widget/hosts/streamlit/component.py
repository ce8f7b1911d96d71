"""The Streamlit component: ``qna(passage, question)`` returns what the reader's browser found."""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from qna_widget.core.contract import CHUNK_BYTES, INPUTS, OUTPUTS, check_inputs, refuse_unknown
from qna_widget.errors import needs_extra
from qna_widget.hosts.assets import Asset, AssetReader, built, manifest, model_files
from qna_widget.models import registry
from qna_widget.models.registry import ModelManifest

from .chosen_model import ChosenModel, told_by

with needs_extra("The Streamlit component", "streamlit"):
    import streamlit as st

# Streamlit serves each folder of the package under a component's name (pyproject.toml beside this).
_SERVED = {"static": "qna-widget.qna", "models/bundled": "qna-widget.bundled"}


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
    model: str = ""
    """Title of the model that answers."""


@dataclass
class _Memory:
    """What is known of one component; outlives reruns in which it is not shown."""

    name: str = field(default_factory=lambda: secrets.token_hex(8))
    """Tells a page that this is another memory than before: that a server was restarted, or has
    forgotten a reader who was away, is no wish of theirs to have their words replaced."""
    arguments: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    """The inputs that the reader changed."""
    outputs: dict[str, Any] | None = None
    """The browser's answer to arguments and changes; None while there is none."""
    heard: int = 0
    """Number of the report that this is from: Streamlit loses one that comes as it is hidden."""
    count: int = -1
    revision: str = ""
    """Changes with arguments and model; what the browser says about an older one is dropped."""
    since: dict[str, str] = field(default_factory=dict)
    """The revision at which each argument last overrode what the reader changed."""
    model: str = ""
    """Sha256 of the model that the revision is about: "auto" may become another one."""
    chosen: ChosenModel = field(default_factory=ChosenModel)

    def wanted(self, argument: str) -> str:
        """Return the name of the model: what the reader chose, unless the script says another."""
        new = self.arguments.get("model") != argument
        choice = argument if new else str(self.changes.get("model", argument))
        # A page may be forged: it chooses from the menu, and opens no folder of the server's.
        offered = {"auto", *(model.name for model in registry.available())}
        return choice if choice in offered else argument

    def hear(self, report: dict[str, Any] | None) -> None:
        """Take in what the browser said, if it speaks of the present arguments."""
        if report is None or report["revision"] != self.revision:
            return
        # A run that a newer one overtakes goes on for a while, and must not undo it.
        if report["number"] >= self.heard:
            self.changes = check_inputs(report["changes"])
            self.outputs = report["outputs"]
            self.heard = report["number"]

    def forget(self, names: Iterable[str]) -> None:
        """Make the next call's arguments of these names new ones."""
        self.arguments = {k: value for k, value in self.arguments.items() if k not in names}

    def call(self, arguments: dict[str, Any], model: str) -> None:
        """Let arguments that differ from the last call's override what the reader changed."""
        if arguments == self.arguments and model == self.model:
            return
        self.count += 1
        # With the content's sum, a page that outlives the server's memory is not misunderstood.
        content = json.dumps([arguments, model]).encode()
        self.revision = f"{self.count}:{zlib.crc32(content):08x}"
        for name, value in arguments.items():
            if name not in self.arguments or self.arguments[name] != value:
                self.changes.pop(name, None)
                self.since[name] = self.revision
        self.arguments, self.model = arguments, model
        self.outputs = None
        self.heard = 0


def qna(
    passage: str = "",
    question: str = "",
    *,
    key: str = "qna",
    top_k: int = 5,
    max_answer_len: int = 30,
    doc_stride: int = 128,
    no_answer_threshold: float | None = None,
    overlap: Literal["none", "nested", "allow"] = "none",
    model: str = "auto",
    on_change: Callable[[], None] | None = None,
) -> QnAResult:
    """Show the component; the app reruns when the answers change, after a call of `on_change`.

    The reader may change passage, question and options; an argument overrides this when it differs
    from the last run's, or after `reset`. Two components in one app need two keys.

    Raises InputError for a value that is not allowed, ModelError for a model that is not there,
    AssetError when one of its files cannot be read or the front end was not built.
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
    memory = st.session_state.setdefault(_memory_key(key), _Memory())
    shown = st.session_state.get(key)
    report = shown.get("report") if shown else None
    memory.hear(report)
    chosen = memory.chosen
    if not st.runtime.exists():  # the script runs as plain Python, and nobody looks
        chosen.asked, chosen.resolved = model, registry.resolve(model)
    else:
        chosen.take(memory.wanted(model), model, memory.heard)
    resolved = chosen.resolved
    memory.call(arguments, resolved.onnx.sha256 if resolved else "")
    memory.hear(report)  # a server that was restarted recognises only now what the page said
    if st.runtime.exists():
        data = {
            "key": key,
            "memory": memory.name,
            "revision": memory.revision,
            "since": memory.since,
            "arguments": memory.arguments,
            "changes": memory.changes,
            "heard": memory.heard,
            "manifest": {"asked": chosen.asked, **_served(resolved)} if resolved else None,
            "models": [asdict(line) for line in registry.available()],
            "fetching": chosen.fetching or None,
        }
        _component(st.runtime.get_instance())(
            key=key,
            data=data,
            default={"report": None},
            # Streamlit keeps only state that has a callback.
            on_report_change=on_change or _nothing,
        )
        if chosen.wanted:
            # The former model answers on in the page, where another choice ends this by a rerun.
            bar = st.progress(0.0)
            chosen.fetch(model, memory.heard, told_by(bar.progress))
            st.rerun()
    return _result(memory, resolved.title if resolved else "")


def reset(*names: str, key: str = "qna") -> None:
    """Let the next call's arguments override what the reader changed, even if they are the same.

    `names` are inputs such as "question"; without any, all of them. Raises TypeError for others.
    """
    refuse_unknown(dict.fromkeys(names), INPUTS)
    memory = st.session_state.get(_memory_key(key))
    if memory is not None:
        memory.forget(names or tuple(INPUTS))


def _memory_key(key: str) -> str:
    return f"qna_widget:{key}"


def _result(memory: _Memory, model: str) -> QnAResult:
    inputs = {**memory.arguments, **memory.changes}
    passage, question = inputs.pop("passage"), inputs.pop("question")
    nothing_yet = {**{name: spec["default"] for name, spec in OUTPUTS.items()}, "status": "loading"}
    outputs = memory.outputs or nothing_yet
    names = ("answers", "null_score", "status", "error", "backend", "timing")
    return QnAResult(
        passage=passage,
        question=question,
        options=inputs,
        model=model,
        **{name: deepcopy(outputs[name]) for name in names},
    )


@lru_cache(maxsize=1)
def _component(_runtime: object) -> Callable[..., Any]:
    """Register once per runtime: each has its own register, and each AppTest its own runtime."""
    built("streamlit.js")
    mount: Callable[..., Any] = st.components.v2.component("qna-widget.qna", js="streamlit.js")
    return mount


def _served(model: ModelManifest) -> dict[str, Any]:
    """Return the manifest; its paths lead from Streamlit's folder of components to the files."""
    outside = {file.sha256: file for file in model_files(model) if Path(file.path).is_absolute()}

    def path(found: dict[str, Any]) -> str:
        if found["sha256"] in outside:
            return _lent(outside[found["sha256"]])
        folder, _, file = found["path"].rpartition("/")
        return f"{_SERVED[folder]}/{file}"

    def walk(found: dict[str, Any]) -> dict[str, Any]:
        if "sha256" in found:
            return {**found, "path": path(found)}
        return {k: walk(value) if isinstance(value, dict) else value for k, value in found.items()}

    return walk(manifest(model))


def _lent(asset: Asset) -> str:
    """Let Streamlit serve a file from outside the package for as long as a session shows it.

    Its media files are the one place for that which asks nothing of the app's author.
    """
    url: str = st.runtime.get_instance().media_file_mgr.add(
        _content(asset),
        "application/gzip",  # whatever it is: Streamlit compresses other kinds at each request
        f"qna_widget:{asset.sha256}",
        file_name=asset.sha256,  # part of its address, beside a mere sample of the content
    )
    # A path starts at the app, which may lie below the server's root.
    return f"../..{url}" if url.startswith("/") else url


@lru_cache(maxsize=8)
def _content(asset: Asset) -> bytes:
    """Return the file as shipped; one copy serves all sessions."""
    reader = AssetReader([asset])
    starts = range(0, asset.bytes, CHUNK_BYTES)
    return b"".join(reader.read(asset.sha256, start, CHUNK_BYTES)[1] for start in starts)


def _nothing() -> None:
    pass
