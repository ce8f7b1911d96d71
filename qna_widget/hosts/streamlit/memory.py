"""What is known of one component of an app, from one rerun to the next."""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

from qna_widget.core.contract import default_outputs
from qna_widget.core.messages import Inputs, Outputs, SomeInputs
from qna_widget.errors import InputError
from qna_widget.hosts import heard
from qna_widget.models import menu, names

from .chosen_model import ChosenModel


@dataclass
class Memory:
    """What is known of one component; outlives reruns in which it is not shown."""

    name: str = field(default_factory=lambda: secrets.token_hex(8))
    """Another one tells a page that a server was restarted, or has forgotten a reader who was away;
    the page then keeps what the reader typed."""
    arguments: Inputs = field(default_factory=lambda: cast(Inputs, {}))
    """Those of the last call; empty before the first."""
    changes: SomeInputs = field(default_factory=SomeInputs)
    """The inputs that the reader changed."""
    outputs: Outputs | None = None
    """The browser's answer to arguments and changes; None while there is none."""
    report: int = 0
    """Number of the report that changes and outputs are from. The page sends the report again when
    this stays behind: Streamlit loses one that comes while the component is hidden."""
    count: int = -1
    revision: str = ""
    """Changes with arguments and model; what the browser says about an older one is dropped."""
    since: dict[str, str] = field(default_factory=dict)
    """The revision at which each argument last overrode what the reader changed."""
    model: str = ""
    """Sha256 of the model that the revision is about: "auto" may become another one."""
    chosen: ChosenModel = field(default_factory=ChosenModel)

    def meet(self, report: object, arguments: Inputs, *, alone: bool) -> None:
        """Bring together what the page reported last (None: nothing) and what the script says now.

        `alone`: nobody looks on, so the model is waited for. Raises ModelError when the script
        itself names a model that cannot be had.
        """
        self._read(report)
        model = arguments["model"]
        if alone:
            self.chosen.resolve(model)
        else:
            # The report may hold the page's choice of a model, so it is read first.
            self.chosen.choose(self._wanted(model), model, self.report)
        resolved = self.chosen.resolved
        self._call(arguments, resolved.onnx.sha256 if resolved else "")
        # The page outlives a server that is restarted. Its report names a revision that only the
        # arguments of this call give, so it is read once more.
        self._read(report)

    def forget(self, names: Iterable[str]) -> None:
        """Make the next call's arguments of these names new ones."""
        kept = {name: value for name, value in self.arguments.items() if name not in names}
        self.arguments = cast(Inputs, kept)

    def inputs(self) -> Inputs:
        """Return every input: the reader's where they changed it, else the script's."""
        return {**self.arguments, **self.changes}

    def _wanted(self, argument: str) -> str:
        """Return the name of the model: what the reader chose, unless the script says another."""
        new = self.arguments.get("model") != argument
        choice = argument if new else self.changes.get("model", argument)
        if choice in (argument, names.AUTO):  # and the menu need not be asked
            return choice
        # A page may be forged: it chooses from the menu, and opens no folder of the server's.
        return choice if any(model.name == choice for model in menu.offered()) else argument

    def _read(self, said: object) -> None:
        """Keep what the page found, if it speaks of the present arguments."""
        try:
            report = heard.page_report(said)
        except InputError:  # of another version, or forged
            return
        # A run that a newer one overtakes goes on for a while, and must not undo it.
        if report["revision"] == self.revision and report["number"] >= self.report:
            self.changes = report["changes"]
            self.outputs = {**default_outputs(), **report["outputs"]}
            self.report = report["number"]

    def _call(self, arguments: Inputs, model: str) -> None:
        """Let arguments that differ from the last call's override what the reader changed."""
        if arguments == self.arguments and model == self.model:
            return
        self.count += 1
        # With the content's sum, a page that outlives the server's memory is not misunderstood.
        content = json.dumps([arguments, model]).encode()
        self.revision = f"{self.count}:{zlib.crc32(content):08x}"
        former: Mapping[str, object] = self.arguments
        new = [n for n, value in arguments.items() if n not in former or former[n] != value]
        kept = {name: value for name, value in self.changes.items() if name not in new}
        self.changes = cast(SomeInputs, kept)
        self.since |= dict.fromkeys(new, self.revision)
        self.arguments, self.model = arguments, model
        self.outputs = None
        self.report = 0
