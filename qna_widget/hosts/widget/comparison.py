"""Several questions, passages or models side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from html import escape
from itertools import chain, count, product
from typing import TYPE_CHECKING, Any, Unpack, cast

from ipywidgets import HBox, Label, Layout, VBox

from qna_widget.core.contract import INPUTS, refuse_unknown
from qna_widget.core.messages import SomeInputs
from qna_widget.errors import InputError
from qna_widget.results.tables import side_by_side

from .widget import ARGUMENTS, QnA

if TYPE_CHECKING:
    from qna_widget.results.tables import DataFrame

LABEL_CHARACTERS = 40


class Comparison(HBox):  # type: ignore[misc]  # ipywidgets has no types
    """Components side by side, each under a label with the inputs that differ."""

    def __init__(self, members: Sequence[QnA]) -> None:
        self._members = tuple(members)
        self._shown = [Label(label) for label in self.labels]
        cells = [
            VBox([label, member], layout=Layout(flex="1 1 24em", min_width="0"))
            for label, member in zip(self._shown, members, strict=True)
        ]
        super().__init__(cells, layout=Layout(flex_flow="row wrap", align_items="flex-start"))
        for member in self._members:
            member.observe(self._label_anew, [*INPUTS])

    def close(self) -> None:
        """Take the comparison out of all pages; its members stay, and forget it."""
        for member, name in product(self._members, INPUTS):
            with suppress(ValueError):  # it was closed before, or the member stands in it twice
                member.unobserve(self._label_anew, name)
        super().close()
        # ipywidgets keeps whatever is not closed, and a cell keeps its member.
        for cell in self.children:
            cell.children[0].close()  # its label
            cell.close()

    def _label_anew(self, _change: object) -> None:
        for shown, label in zip(self._shown, self.labels, strict=True):
            shown.value = label

    def __repr__(self) -> str:
        """Say what stands in each member, where no widget can be shown."""
        return "\n".join(
            [f"Comparison of {len(self._members)}", *(f"  {m!r}" for m in self._members)]
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the widgets, and a table of what stands for each where none can be shown."""
        members = zip(self.labels, self._members, strict=True)
        cells = "".join(
            f'<td style="text-align: start; vertical-align: top"><p>{escape(label)}</p>'
            f"{saved(member)}</td>"
            for label, member in members
        )
        shown = super()._repr_mimebundle_(**kwargs)
        return {**shown, "text/html": f"<table><tr>{cells}</tr></table>"}

    @property
    def members(self) -> tuple[QnA, ...]:
        """The components, in order."""
        return self._members

    @property
    def labels(self) -> list[str]:
        """The inputs by which each member differs from the others now; no label occurs twice."""
        values: list[dict[str, object]] = [{**member.inputs()} for member in self._members]
        differing = [name for name in INPUTS if len({repr(one[name]) for one in values}) > 1]
        labels: list[str] = []
        for number, one in enumerate(values, 1):
            # A passage is too long to name itself.
            parts = [
                f"passage {number}" if name == "passage" else _short(name, one[name])
                for name in differing
            ]
            label = ", ".join(parts) or f"{number}"
            others = (f"{label} ({again})" for again in count(number))
            labels.append(next(one for one in chain([label], others) if one not in labels))
        return labels

    def answers_frame(self) -> DataFrame:
        """Return the members' answers by rank, one block of columns per member.

        Raises MissingExtraError without pandas.
        """
        return side_by_side([one.answers_frame() for one in self._members], self.labels)


def compare(
    members: Sequence[Mapping[str, object] | QnA], **shared: Unpack[SomeInputs]
) -> Comparison:
    """Show two or more questions, passages or models side by side.

    Each member is a dict of QnA's arguments, or a QnA; `shared` arguments go to every dict::

        compare([{"question": "Who?"}, {"question": "Where?"}], passage=text)
        compare([{"passage": old}, {"passage": new}], question="Where?")
        compare([{"model": "bundled"}, {"model": "my-model"}], passage=text, question="Where?")

    Raises InputError for fewer than two members, a member that is neither, an argument that is
    given twice, or `shared` arguments beside none but finished widgets; TypeError for an unknown
    argument; else as QnA does.
    """
    refuse_unknown(shared, ARGUMENTS)
    if isinstance(members, str) or not isinstance(members, Sequence) or len(members) < 2:
        raise InputError(
            "compare takes a list of two or more members: dicts of QnA's arguments, or QnA widgets."
        )
    if shared and all(isinstance(member, QnA) for member in members):
        raise InputError(
            f"{', '.join(shared)} would change nothing: all members are widgets already. Set it "
            "on each of them, or give dicts."
        )
    return Comparison([_member(number, one, shared) for number, one in enumerate(members, 1)])


def _member(number: int, member: Mapping[str, object] | QnA, shared: Mapping[str, object]) -> QnA:
    if isinstance(member, QnA):
        return member
    if not isinstance(member, Mapping):
        raise InputError(
            f"Member {number} is a {type(member).__name__}. Allowed are a dict of QnA's arguments, "
            "such as {'question': '…'}, and a QnA widget."
        )
    refuse_unknown(member, ARGUMENTS)
    twice = [name for name in member if name in shared]
    if twice:
        raise InputError(
            f"{twice[0]} is given to member {number} and to all. Give it in one of the two places."
        )
    return QnA(**cast(SomeInputs, {**shared, **member}))


def saved(member: QnA) -> str:
    """Return what a saved notebook keeps of a member, as HTML."""
    data, _ = member._repr_mimebundle_()
    return str(data.get("text/html") or escape(data["text/plain"]))


def _short(name: str, value: object) -> str:
    text = str(value) if name == "question" else f"{name} {value}"
    return text if len(text) <= LABEL_CHARACTERS else text[: LABEL_CHARACTERS - 1] + "…"
