"""Takes one guard after the other out of the source; the test that stands for it must then fail.

    python scripts/mutate_guards.py [WORDS…]

Each test is run as it is first, and once more without its guard. The file is put back whatever
happens. WORDS choose guards by their names. Exits with 1 when a guard is missed by nobody.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Guard:
    """A guard and how it is taken out: `old`, which stands once in `file`, becomes `new`."""

    name: str
    file: str
    old: str
    new: str
    test: str
    """As docs/faults.md names tests."""


GUARDS = [
    Guard(
        '"no answer" above the threshold', "qna_widget/core/decoding.py",
        "no_answer = null_margin > options.no_answer_threshold", "no_answer = False",
        "tests/unit/core/test_decoding.py::"
        "test_no_answer_wins_only_above_the_threshold_and_takes_a_place",
    ),
    Guard(
        '"no answer" above the threshold, browser', "js/src/core/decoding.ts",
        "const no_answer = null_margin > options.no_answer_threshold;", "const no_answer = false;",
        "js/tests/fuzz/decoding.test.ts::"
        "every window that comes is ranked as the full list would be",
    ),
    Guard(
        "code points and UTF-16 units", "js/src/core/offsets.ts",
        "return unit - pairsBefore(unit, (k) => pairs[k]!);", "return unit;",
        "js/tests/fuzz/tokens.test.ts::offsets go to code points and back",
    ),
    Guard(
        "model.json names files beside it only", "qna_widget/core/manifest.py",
        "path=path_of(folder / Path(asset.path).name)", "path=path_of(folder / asset.path)",
        "tests/unit/models/test_registry.py::test_a_description_cannot_name_files_elsewhere",
    ),
    Guard(
        "only listed files are handed out", "qna_widget/hosts/assets.py",
        "if type(offset) is not int or not 0 <= offset < max(asset.bytes, 1):", "if False:",
        "tests/unit/hosts/test_assets.py::test_anything_else_is_refused_in_words",
    ),
    Guard(
        "a download is no longer than it says", "js/src/runtime/assets/loader.ts",
        "if (this.arrived + piece.byteLength > asset.bytes) {", "if (false) {",
        "js/tests/runtime/assets/loader.test.ts::"
        "a source that goes on and on is left at the file's length",
    ),
    Guard(
        "what is read has a bound", "qna_widget/documents/reading.py",
        "if reading.length > limit:", "if False:",
        "tests/unit/documents/test_reading.py::test_an_endless_device_ends_at_the_limit",
    ),
    Guard(
        "texts are escaped in what stands for a widget", "qna_widget/hosts/widget/fallback.py",
        'text = escape(answer["text"]) or', 'text = answer["text"] or',
        "tests/unit/hosts/test_fallback.py::test_hostile_texts_stay_texts",
    ),
    Guard(
        "texts are text nodes in the view", "js/src/view/dom.ts",
        "element.textContent = text;", "element.innerHTML = text;",
        "js/tests/view/model-menu.test.ts::what did not come is an alert, in words, as text",
    ),
    Guard(
        "sha256 of a model's files", "qna_widget/models/files.py",
        "if digest != asset.sha256:", "if False:",
        "tests/unit/models/test_registry.py::test_a_vocabulary_with_a_missing_line_is_refused",
    ),
    Guard(
        "sha256 in the browser", "js/src/runtime/assets/loader.ts",
        "if (actual !== null && actual !== this.asset.sha256) {", "if (false) {",
        "js/tests/runtime/assets/loader.test.ts::"
        "wrong bytes are never used: the error names the file, the expected and the actual",
    ),
    Guard(
        "late answers to a stale question", "js/src/runtime/connection.ts",
        "if (asked === undefined || asked.id !== id) return;", "if (asked === undefined) return;",
        "js/tests/runtime/client.test.ts::"
        "late words of the engine about an older request are dropped",
    ),
    Guard(
        "Python keeps no answers to former inputs", "qna_widget/hosts/widget/reports.py",
        "if self._answered is not None and self.fits(self._answered):",
        "if self._answered is not None:",
        "tests/unit/hosts/test_reports.py::test_inputs_that_return_before_the_page_hears_of_it",
    ),
    Guard(
        "whole characters", "qna_widget/core/borders.py",
        "        start, end = graphemes.whole(near, start, end)\n        if options.neat:",
        "        if options.neat:",
        "tests/unit/core/test_borders.py::test_characters_are_whole",
    ),
    Guard(
        "whole characters, browser", "js/src/core/graphemes.ts",
        "  while (!isBorder(near, last)) last++;\n", "",
        "js/tests/core/borders.test.ts::run by Chloe",
    ),
    Guard(
        "inputs within their bounds", "qna_widget/core/contract.py",
        'if "minimum" in spec and not spec["minimum"] <= float(checked) <= spec["maximum"]:',
        "if False:",
        "tests/unit/fuzz/test_fuzz.py::test_options_are_within_their_bounds_or_refused",
    ),
    Guard(
        "a damaged chunk in IndexedDB", "js/src/runtime/assets/cache.ts",
        "return stored instanceof Uint8Array && stored.byteLength === length ? stored : null;",
        "return (stored ?? null) as Uint8Array | null;",
        "js/tests/runtime/assets/cache.test.ts::a damaged chunk is not taken",
    ),
    Guard(
        "what a page says is checked", "qna_widget/hosts/widget/widget.py",
        "self._reports.receive(heard.report(content))", "self._reports.receive(content)",
        "tests/unit/fuzz/test_messages.py::test_whatever_a_page_says_the_widget_stays_whole",
    ),
    Guard(
        "logits of the tokens' shape", "qna_widget/runtime/session.py",
        'if values.shape != wanted or values.dtype.kind != "f":', "if False:",
        "tests/unit/runtime/test_session.py::"
        "test_a_model_file_that_lies_about_its_shapes_is_refused",
    ),
    Guard(
        "no formula for a spreadsheet", "js/src/component/history-file.ts",
        "const text = formula ? formula_prefix + value : value;", "const text = value;",
        "js/tests/fuzz/history.test.ts::no script breaks its rules, and no text is lost on the way",
    ),
]  # fmt: skip


@contextmanager
def without(guard: Guard) -> Iterator[None]:
    """Take the guard out, and put it back."""
    file = ROOT / guard.file
    whole = file.read_bytes()
    text = whole.decode()
    if text.count(guard.old) != 1:
        raise SystemExit(f"{guard.file} holds {text.count(guard.old)} times: {guard.old}")
    try:
        file.write_text(text.replace(guard.old, guard.new), encoding="utf-8")
        yield
    finally:
        file.write_bytes(whole)


def passes(test: str) -> bool:
    """Run one test."""
    file, _, name = test.partition("::")
    if file.startswith("js/"):
        vitest = [
            ROOT / "js/node_modules/.bin/vitest",
            "run",
            file.removeprefix("js/"),
            "-t",
            re.escape(name),
        ]
        return _code(vitest, ROOT / "js") == 0
    # Bytecode is known by second and size: a mutant of the same second must not be missed.
    return _code([sys.executable, "-B", "-m", "pytest", "-q", "-x", test], ROOT) == 0


def _code(command: list[str | Path], folder: Path) -> int:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "CASES": ""}
    environment = {name: value for name, value in environment.items() if name != "CASES"}
    return subprocess.run(command, cwd=folder, env=environment, check=False, **quiet).returncode


def main(words: list[str]) -> int:
    """Try the guards; return 1 if the test of one does not miss it."""
    missed = 0
    for guard in GUARDS:
        if words and not any(word in guard.name for word in words):
            continue
        whole = passes(guard.test)
        with without(guard):
            killed = not passes(guard.test)
        missed += not (whole and killed)
        said = "killed" if whole and killed else "SURVIVED" if whole else "ITS TEST FAILS ANYWAY"
        print(f"{said}: {guard.name} ({guard.file})\n    by {guard.test}", flush=True)
    return int(missed > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
