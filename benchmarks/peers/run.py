"""Everybody in one Chromium and one Python, one run, in shuffled rounds; writes the samples.

    python -m benchmarks.peers.run OUT SAMPLES.json [--minutes 12] [--rounds 99] [--ideas]

OUT is what prepare.py wrote. Nothing is begun that, going by how long it took before, would end
after the minutes are over; what was cut off so is told. With --ideas a quarter of the time goes to
ideas.py.
"""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Error

from qna_widget.core.tokenizer import Tokenizer
from qna_widget.errors import QnaError
from qna_widget.export.vocabulary import read_vocabulary

from . import dtypes
from .about import about
from .cases import cases
from .contenders import WITHOUT, asked, ran
from .ideas import UNTRIED, Trials, write_files
from .measurement import Job, Measurement
from .native import Native
from .page import browser
from .samples import Run

IDEAS_SHARE = 0.25
SLACK_S = 10
"""For the pages to close, and the report."""


@dataclass
class Clock:
    """Says whether something may still be begun."""

    ends: float
    without: dict[str, str]
    """What failed: it goes into the page."""
    late: set[str] = field(default_factory=set)
    """What there was never time for."""
    taken: dict[object, float] = field(default_factory=dict)

    def run(self, job: Job) -> bool:
        """Do it, if there is time; return whether there was."""
        begun = time.monotonic()
        name = " ".join(filter(None, job.what))
        if begun + self.taken.get(job.what, job.guess) > self.ends:
            if job.what not in self.taken:
                self.late.add(name)
            return False
        try:
            job.work()
        except (Error, QnaError) as error:
            self.without[name] = str(error).split("\n", 1)[0]
        self.taken[job.what] = time.monotonic() - begun
        return True

    def rounds(self, measured: Measurement | Trials, most: int) -> int:
        """Run rounds until one of them could do nothing; return how many were begun."""
        for number in range(most):
            done = [self.run(job) for job in measured.round(number)]
            if not any(done):
                return number
        return most


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("out", type=lambda given: Path(given).resolve())
    parser.add_argument("samples", type=Path)
    parser.add_argument("--minutes", type=float, default=12)
    parser.add_argument("--rounds", type=int, default=99)
    parser.add_argument("--ideas", action="store_true")
    parser.add_argument("--trial", action="store_true", help="says that nothing is to be believed")
    options = parser.parse_args()
    out, begun = options.out, time.monotonic()
    best, ms, failed = dtypes.chosen(out)
    known = read_vocabulary(out / "mobilebert")
    texts = cases(Tokenizer(known.tokens, known.options))
    load = [os.getloadavg()[0]]
    with browser(out) as chromium:
        run = Run(about(out, chromium.version), cases={case.name: case.title for case in texts})
        run.tokens = {case.name: case.tokens for case in texts}
        run.dtypes = ms
        run.without = WITHOUT | {f"transformers.js, {k}": v for k, v in failed.items()}
        ends = begun + 60 * options.minutes - SLACK_S
        share = IDEAS_SHARE if options.ideas else 0
        clock = Clock(ends - 60 * options.minutes * share, run.without)
        native = Native(out / "widget", (out / "int8.onnx").read_bytes())
        measured = Measurement(chromium, native, run, texts, asked(best), ran(best))
        measured.open_all()
        try:
            rounds = clock.rounds(measured, options.rounds)
        finally:
            if clock.late:
                run.without["Not reached in the time"] = "; ".join(sorted(clock.late))
            run.write(options.samples)  # whatever comes, these minutes are not lost
        measured.close()
        if options.ideas:
            write_files(out)
            trials = Trials(chromium, native, run)
            Clock(ends, run.without).rounds(trials, options.rounds)
            run.without |= {f"idea: {name}": why for name, why in UNTRIED.items()}
    load.append(os.getloadavg()[0])
    run.about |= {
        "Run": f"{(time.monotonic() - begun) / 60:.1f} minutes, {rounds} rounds begun",
        "Load before and after": ", ".join(f"{each:.1f}" for each in load),
    }
    if options.trial:
        run.about["Trial"] = "on a busy machine: no figure of this page is to be believed"
    run.write(options.samples)
    print(f"{len(run.samples)} samples in {options.samples}")


if __name__ == "__main__":
    main()
