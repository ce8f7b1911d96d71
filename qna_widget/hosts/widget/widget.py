"""The Jupyter widget: passage and question as traits, answers from the browser that shows it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Unpack, cast
from uuid import uuid4

import anywidget
import traitlets

from qna_widget.core.contract import INPUTS, refuse_unknown
from qna_widget.core.manifest import Fetching, Manifest, ModelChoice
from qna_widget.core.messages import Inputs, Options, Outputs, ReportedInputs
from qna_widget.errors import InputError, needs_extra
from qna_widget.hosts import heard
from qna_widget.hosts.assets import AssetReader, built, runtime_files
from qna_widget.hosts.page import menu_lines
from qna_widget.results.history import History
from qna_widget.results.tables import answers_frame

from . import hot_reload
from .chunks import send_chunk
from .dialogue import SCORES_TIMEOUT, Answers, Dialogue
from .fallback import as_html
from .interface import Source
from .model_loading import NO_MANIFEST, NOT_FETCHING, ModelLoader
from .reports import Reports
from .traits import ExamplesTrait, InputTrait, OutputTrait, PageTrait

if TYPE_CHECKING:
    from qna_widget.results.plot import Picture
    from qna_widget.results.scores import Scores
    from qna_widget.results.tables import DataFrame

_SET = (*INPUTS, "examples")
_CLOSED = "closed: no page shows it any more. Make a new one with QnA(w.passage, w.question)"
ARGUMENTS = (*_SET, "layout", "tooltip", "tabbable")  # the last three are ipywidgets' own


class QnAOptions(Options, total=False):
    """The contract's inputs besides the two texts, and what every widget takes."""

    examples: Sequence[str]
    """Questions to offer to the reader."""
    layout: object
    """An ipywidgets.Layout, or a dict of its properties."""
    tooltip: str | None
    tabbable: bool | None


class QnA(anywidget.AnyWidget):
    """Asks questions about a text; the model runs in the browser that shows the widget.

    ``answers``, ``null_score`` and ``timing`` always belong to the inputs as they stand: they are
    emptied as soon as one of these changes, and filled when the browser has answered. While a
    cell computes, the kernel takes no news from the browser: ``await w.ask("…")``, read ``answers``
    in a later cell, or ``observe`` it.
    """

    passage = InputTrait("passage")
    """The text to search."""
    question = InputTrait("question")
    top_k = InputTrait("top_k")
    """Most answers to return."""
    max_answer_len = InputTrait("max_answer_len")
    """Longest answer, in tokens."""
    doc_stride = InputTrait("doc_stride")
    """Step from one window over a long passage to the next, in tokens."""
    no_answer_threshold = InputTrait("no_answer_threshold")
    """"No answer" ranks first when null_score - best score exceeds this (logits)."""
    overlap = InputTrait("overlap")
    """Which overlapping answers to list: "none", "nested" or "allow"."""
    model = InputTrait("model")
    workers = InputTrait("workers")
    """How many workers of the page read one long text together; None: as suits its machine."""
    examples = ExamplesTrait()
    """Questions to click, shown below the question's field."""

    answers = OutputTrait("answers")
    """Best first: dicts of text, start, end (code points), score (logits), probability."""
    null_score = OutputTrait("null_score")
    """Score of "no answer" (logits); None before there is a result."""
    status = OutputTrait("status")
    """"idle", "loading", "ready", "running" or "error"."""
    progress = OutputTrait("progress")
    """What is being waited for: stage, name, loaded, total, unit; empty when nothing is.

    After the reader has stopped a question it says how far that came; there are no answers then.
    """
    error = OutputTrait("error")
    backend = OutputTrait("backend")
    """What the browser computes with, such as "wasm, 1 thread"."""
    timing = OutputTrait("timing")
    """tokens, windows, run_ms, total_ms of the last result."""

    _closed = False  # whether `close` was called

    _esm = traitlets.Unicode().tag(sync=True)
    _id = traitlets.Unicode().tag(sync=True)
    _manifest = PageTrait[Manifest](NO_MANIFEST)
    """What the page loads."""
    _models = PageTrait[list[ModelChoice]]([])
    """The page's menu."""
    _fetching = PageTrait[Fetching](NOT_FETCHING)
    """A model on its way here, or why it did not come."""

    def __init__(
        self, passage: str = "", question: str = "", **options: Unpack[QnAOptions]
    ) -> None:
        """Take any input of the contract by name, `examples`, and ipywidgets' layout and tooltip.

        Raises TypeError for an unknown name, traitlets.TraitError for a value that is not allowed,
        AssetError when the front end was not built.
        """
        refuse_unknown(options, ARGUMENTS)
        self._assets = AssetReader(runtime_files())
        self._history = History()
        self._loader = ModelLoader(self, self._assets)
        self._reports = Reports(self)
        self._dialogue = Dialogue(self, self._reports, self._loader)
        self._id = uuid4().hex
        # A page finds the widget's own model by this, and so whether there is a kernel.
        super().__init__(model_id=self._id, passage=passage, question=question, **options)
        self.on_msg(self._on_message)

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse a name that there is not: a misspelt one would have no effect."""
        if not name.startswith("_") and not hasattr(type(self), name):
            close = get_close_matches(name, _SET, 1)
            hint = f"Did you mean {close[0]!r}? " if close else ""
            raise AttributeError(f"QnA has no {name!r}. {hint}There are {', '.join(_SET)}.")
        super().__setattr__(name, value)

    async def ask(self, question: str, *, timeout: float = 60.0) -> Answers:
        """Set ``question`` and return its answers, best first, as ``answers`` has them.

        The browser answers, within `timeout` seconds. The kernel's own engine answers where there
        is no browser, where its messages do not arrive (with ipykernel 6 none does while a cell
        runs) or where it fails: ``source`` of what is returned says which did. Questions asked at
        the same time wait for one another.

        Raises BlankPassageError, BlankQuestionError, InputError for what is no text, and QnaError
        when no browser answered and the `kernel` extra is not installed.
        """
        return await self._dialogue.ask(question, timeout)

    @property
    def scores(self) -> Scores:
        """Start and end logits of every token and window, for the inputs as they stand.

        From the browser where its messages arrive while a cell computes, else from the kernel's
        own engine; ``source`` says which. The two agree up to the rounding of the model's
        last product. Raises as ``ask`` does.
        """
        return self._dialogue.scores_now()

    async def read_scores(self, *, timeout: float = SCORES_TIMEOUT) -> Scores:
        """Return ``scores``, from the browser wherever its messages arrive while a cell awaits."""
        return await self._dialogue.read_scores(timeout)

    @property
    def history(self) -> History:
        """Every question that got an answer, in the browser or in Python, oldest first."""
        return self._history

    @property
    def source(self) -> Source:
        """Who gave ``answers``."""
        return self._reports.source

    def answers_frame(self) -> DataFrame:
        """Return ``answers`` as a table, one row each. Raises MissingExtraError without pandas."""
        return answers_frame(self.answers)

    def plot(self, *, tokens: int = 40) -> Picture:
        """Draw start and end logits over the `tokens` around the best answer, answers marked.

        Raises MissingExtraError without matplotlib, else as ``scores`` does.
        """
        with needs_extra("A picture of the scores", "plot"):
            from qna_widget.results.plot import plot
        return plot(self.scores, self.answers, tokens=tokens)

    @property
    def bytes_sent(self) -> int:
        """Bytes of model and runtime that the kernel has sent to browsers for this widget.

        It stays at 0 where the browser has kept them from an earlier visit.
        """
        return self._assets.bytes_read

    @traitlets.default("_esm")
    def _default_esm(self) -> str:
        file = built("widget.js")
        hot_reload.follow(self, file)
        return file.read_text(encoding="utf-8")

    @traitlets.default("_models")
    def _default_models(self) -> list[ModelChoice]:
        return menu_lines()

    @traitlets.default("_manifest")
    def _default_manifest(self) -> Manifest:
        return self._loader.manifest_of(self.model)

    @traitlets.validate("model")
    def _change_model(self, proposal: Mapping[str, object]) -> str:
        return self._loader.change(str(proposal["value"]))

    @traitlets.observe(*INPUTS)
    def _settle(self, _change: object) -> None:
        """Empty what belongs to the former inputs, at once."""
        self._reports.settle()
        if self._closed and not self._dialogue.asks:
            warnings.warn(f"This QnA was {_CLOSED}.", stacklevel=2)

    def unobserve_all(self, name: Any = traitlets.All) -> None:
        """Forget the observers of others: outputs belong to the inputs all the same."""
        super().unobserve_all(name)
        self.observe(type(self)._settle, [*INPUTS])

    def close(self) -> None:
        """Take the widget out of all pages; Python keeps its inputs and answers."""
        super().close()
        if "_dialogue" in vars(self):  # else it was never made
            self._dialogue.pages.close()
        self._closed = True
        # ipywidgets takes the method away, and the object would be shown.
        self.__dict__.pop("_repr_mimebundle_", None)

    def __repr__(self) -> str:
        """Say in one line what stands in the widget."""
        if self._closed:
            return f"<QnA, {_CLOSED}>"
        best = f": {_short(self.answers[0]['text'])!r}" if self.answers else ""
        return f"<QnA: {_short(self.question)!r} about {len(self.passage)} characters{best}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget, and what stands for it where none can be shown."""
        if self._closed:
            return {"text/plain": repr(self)}, {}
        self._dialogue.answer_without_browser()
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return {**data, "text/html": as_html(self.inputs(), self.answers)}, metadata

    def _on_message(self, _widget: object, content: object, buffers: Sequence[bytes]) -> None:
        self._dialogue.pages.note_message()
        if not isinstance(content, dict):
            return
        kind = content.get("kind")
        with suppress(InputError):  # of another version, or forged
            if kind == "asset.read":
                send_chunk(self, self._assets, content)
            elif kind == "report":
                self._reports.receive(heard.report(content))
            elif kind == "python.ping":
                self.send({"kind": "python.pong", "request": content.get("request")})
            elif kind == "model.retry":
                self._loader.retry()
            elif kind in ("scores.chunk", "scores.none"):
                self._dialogue.receive(heard.scores(content, buffers), buffers)

    def _remember(self, inputs: ReportedInputs, passage: str, outputs: Outputs) -> None:
        """Add answers to the history."""
        if (null_score := outputs["null_score"]) is None:
            raise ValueError("Answers came without the score of no answer.")
        self._history.add(
            question=inputs["question"],
            passage=passage,
            model=self._loader.title_of(inputs["model"]),
            options=inputs,
            null_score=null_score,
            answers=outputs["answers"],
        )

    def get_state(self, key: object = None, drop_defaults: bool = False) -> dict[str, Any]:
        """Return the whole state: a page without a kernel cannot know the defaults of names."""
        return cast("dict[str, Any]", super().get_state(key))

    def set_state(self, sync_data: dict[str, object]) -> None:
        """Take the inputs that a page sets, and no more; it is sent what stands instead."""
        with self._loader.page_speaks():
            super().set_state(heard.changes(sync_data))
        if wrong := [
            name for name, now in self.inputs().items() if sync_data.get(name, now) != now
        ]:
            self.send_state(wrong)

    def inputs(self) -> Inputs:
        """Return every input as it stands."""
        return cast(Inputs, {name: getattr(self, name) for name in INPUTS})


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
