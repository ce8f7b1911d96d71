"""Everybody's pages, and what may be measured on them in a round."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from playwright.sync_api import Error

from .cases import LENGTHS, QUESTION, Case
from .contenders import QNA, Contender
from .native import Native
from .page import Browser, ContenderPage, Timed
from .samples import Kind, Run, Sample

LOAD_ROUNDS = 3
LOAD_S, FORWARD_S = 30, 5
"""Guessed for the slowest, until they have been seen."""


@dataclass(frozen=True)
class Job:
    """Something that may be measured."""

    what: tuple[str, str, str]
    """Kind, case, contender."""
    guess: float
    """Seconds."""
    work: Callable[[], None]


T = TypeVar("T")


def shuffled(things: Sequence[T]) -> list[T]:
    return random.sample(things, len(things))


class Measurement:
    """The pages that stay open, and what was measured."""

    def __init__(
        self,
        chromium: Browser,
        native: Native,
        run: Run,
        texts: Sequence[Case],
        asked: Sequence[Contender],
        ran: Sequence[Contender],
    ) -> None:
        self._chromium, self._native, self._run, self._texts = chromium, native, run, texts
        self._asked, self._ran = asked, ran
        self._pages: dict[str, ContenderPage] = {}
        run.titles = {c.name: c.title for c in asked}
        run.ran_titles = {c.name: c.title for c in ran}

    def open_all(self) -> None:
        """Open everybody's page, the first sample of "cold"; those that only run ids besides.

        Whoever cannot start is told of, and the others go on.
        """
        for contender in shuffled([c for c in self._asked if c.plugin]):
            with self._or_without(contender):
                self._pages[contender.page] = self._cold(contender, 0)
        for contender in shuffled([c for c in self._ran if c.plugin]):
            with self._or_without(contender):
                if contender.page not in self._pages:
                    page = self._chromium.open(f"{contender.name}-ids")
                    page.call("load", contender.plugin, contender.options)
                    self._pages[contender.page] = page
        self._asked = [c for c in self._asked if not c.plugin or c.page in self._pages]
        self._ran = [c for c in self._ran if not c.plugin or c.page in self._pages]
        for contender in self._ran:
            for length in LENGTHS:
                self._forward(contender, length, -1)

    @contextmanager
    def _or_without(self, contender: Contender) -> Iterator[None]:
        try:
            yield
        except Error as error:
            self._run.without[contender.title] = error.message.split("\n", 1)[0]

    def round(self, number: int) -> list[Job]:
        """Return what may be measured in this round, in a new order."""
        asking = [
            Job(("hot", case.name, c.name), case.seconds, partial(self._hot, c, case, number))
            for case in self._texts
            for c in self._asked
            if number < case.rounds_of(c.name)
        ]
        running = [
            Job(
                ("forward", str(length), c.name),
                FORWARD_S,
                partial(self._forward, c, length, number),
            )
            for length in LENGTHS
            for c in self._ran
            if c.name != QNA or length == LENGTHS[-1]  # it runs these in any case
        ]
        loading = [
            Job(("load", "", c.name), LOAD_S, partial(self._load, c, number))
            for c in self._asked
            if c.plugin and number < LOAD_ROUNDS
        ]
        return shuffled([*asking, *running, *loading])

    def close(self) -> None:
        for page in self._pages.values():
            page.close()

    def _hot(self, contender: Contender, case: Case, number: int) -> None:
        given = (case.passage, case.ask(number))
        if contender.plugin:
            timed = self._pages[contender.page].call("ask", *given)
        else:
            timed = self._native.ask(*given)
        self._note("hot", case.name, contender, number, timed)
        self._run.answers.setdefault(case.name, {}).setdefault(contender.name, str(timed.value))

    def _forward(self, contender: Contender, length: int, number: int) -> None:
        """`number` below 0: only to warm up."""
        if contender.plugin:
            timed = self._pages[contender.page].call("forward", length)
        else:
            timed = self._native.forward(length)
        if number >= 0:
            self._note("forward", str(length), contender, number, timed)
        self._run.checks.setdefault(contender.name, {})[str(length)] = float(timed.value)

    def _load(self, contender: Contender, number: int) -> None:
        """Cold, unless the page that stays open was that; then warm, on the same site."""
        if number > 0:
            self._cold(contender, number).close()
        page = self._chromium.open(f"{contender.name}-{number}", measured=False)
        self._note("warm", "first answer", contender, number, self._first(page, contender))
        page.close()

    def _cold(self, contender: Contender, number: int) -> ContenderPage:
        page = self._chromium.open(f"{contender.name}-{number}")
        self._note("cold", "first answer", contender, number, self._first(page, contender))
        return page

    def _first(self, page: ContenderPage, contender: Contender) -> Timed:
        passage = self._texts[0].passage
        return page.call("first", contender.plugin, contender.options, passage, QUESTION)

    def _note(self, kind: Kind, case: str, who: Contender, number: int, timed: Timed) -> None:
        taken = (timed.ms, timed.cpu_ms, timed.stall_ms, timed.peak_mb, timed.bytes)
        self._run.samples.append(Sample(kind, case, who.name, number, *taken))
