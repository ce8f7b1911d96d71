"""Writes the page of results, its chart, and README's paragraph, from a run's samples.

    python -m benchmarks.peers.report SAMPLES.json FOLDER [--readme README.md]

FOLDER gets RESULTS.md and results.svg.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path

from .chart import draw
from .claims import CLAIMS, FIRST
from .contenders import BUNDLED, NATIVE, OURS, PEER, QNA, reads_all
from .ratios import Figure, by_round, figure, ratio
from .samples import Kind, Run, Sample

README_START, README_END = "<!-- bench:start -->", "<!-- bench:end -->"
NOTHING = "–"
HEAD = """# Beside every peer

`make bench` wrote this page; its samples are in one run, interleaved in shuffled rounds in one
headless Chromium and one Python, one thread each. **n×** says how many times as long as
qna-widget with MobileBERT it took: the quotient of the medians over the rounds that have both, in
brackets the smallest and largest quotient of a round, and the number of rounds. All run the same
MobileBERT of random weights, but for the bundled model, which is smaller. Everything is served by
this machine, scripts and wasm compressed, so that no network is in the figures.
"""
NOTES = f"""
- TensorFlow.js' `qna` pads every window to 384 tokens and puts all windows into one batch.
- † transformers.js reads the first 512 tokens and nothing more: its time is for the beginning of
  the text only, and the chart leaves it out.
- The last word before padding sees the embedding of `[PAD]` where `qna` pads, so its sums of logits
  differ from the others' below 384 tokens, and only there.
- A further question on a text finds the text's tokens known, which counts in qna-widget's favour.
- "{FIRST}" is from an empty page to the answer to the blog's example; cold: nothing was kept; warm:
  a new page of the same site, with whatever the contender and the browser had kept on disk.
- Memory is the most that the page's process held beyond an empty page, until its first answer, and
  over everything that it was asked afterwards. A stall is a task of the page's own thread; Chromium
  reports those from 50 ms on.
"""


def milliseconds(figure: Figure | None) -> str:
    """Return a time with its spread."""
    if figure is None:
        return NOTHING
    if figure.count == 1:
        return f"{_ms(figure.value)} (one)"
    low, high = _ms(figure.low), _ms(figure.high)
    number, unit = _ms(figure.value).split(" ")
    same = low.endswith(f" {unit}") and high.endswith(f" {unit}")
    spread = f"{low.split(' ')[0]}–{high.split(' ')[0]}" if same else f"{low}–{high}"
    return f"{number} {unit} ({spread}; {figure.count})"


def times(figure: Figure | None) -> str:
    """Return a ratio with its spread."""
    if figure is None:
        return NOTHING
    spread = "one" if figure.count == 1 else f"{_x(figure.low)}–{_x(figure.high)}; {figure.count}"
    return f"**{_x(figure.value)}×** ({spread})"


def _ms(value: float) -> str:
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.2f} s"


def _x(value: float) -> str:
    return f"{value:.1f}" if value >= 3 else f"{value:.2f}"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table."""
    first = list(head)
    lines = [first, ["---"] * len(first), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def page(run: Run) -> str:
    """Return RESULTS.md."""
    trial = "Trial" in run.about
    title = "\n**A trial run, to see that all work: believe no figure of it.**\n" if trial else ""
    parts = [
        HEAD + title,
        table(["", ""], run.about.items()),
        "![Times beside qna-widget](results.svg)\n",
        "## What it should show\n",
        _claims(run),
        "## Text in, answers out, the model loaded\n",
        _beside(run, "hot", run.cases, run.titles),
        "## Token ids in, logits out\n",
        _beside(run, "forward", {n: f"{n} tokens" for n in ("32", "128", "384")}, run.ran_titles),
        _checks(run),
        _dtypes(run),
        "## From an empty page to the first answer\n",
        _first(run),
        "## Memory, stalls, bytes\n",
        _resources(run),
        *(["## Ideas to come nearer to native\n", _ideas(run)] if run.ideas else []),
        "## Notes\n" + NOTES,
        "## What could not be had\n",
        _without(run),
    ]
    return "\n".join(parts)


def _claims(run: Run) -> str:
    rows = []
    for claim in CLAIMS:
        found = claim.found(run.samples)
        bound = f"{'at least' if claim.at_least else 'at most'} {claim.bound:g}"
        rows.append([claim.text, bound, times(found), claim.verdict(found)])
    return table(["Times as long", "asked", "found", ""], rows)


def _beside(run: Run, kind: Kind, cases: dict[str, str], titles: dict[str, str]) -> str:
    """Ours in milliseconds, the others as ratios; then everybody's medians."""
    others = [name for name in titles if name != OURS]
    ratios, medians = [], []
    for case, title in cases.items():
        taken = {name: by_round(run.samples, kind, case, name) for name in titles}
        own = milliseconds(figure(taken[OURS]))
        beside = [times(ratio(taken[name], taken[OURS])) for name in others]
        marks = ["" if reads_all(name, run.tokens.get(case, 0)) else " †" for name in others]
        ratios.append([title, own, *(f"{b}{m}" for b, m in zip(beside, marks, strict=True))])
        medians.append([title, *(milliseconds(figure(taken[name])) for name in others)])
    names = [titles[name] for name in others]
    return "\n".join(
        [
            table(["", titles[OURS], *names], ratios),
            "Medians, smallest and largest, number of samples:\n",
            table(["", *names], medians),
        ]
    )


def _first(run: Run) -> str:
    rows = []
    for name, title in run.titles.items():
        if name == NATIVE:
            continue
        row = [title]
        for kind in ("cold", "warm"):
            taken = by_round(run.samples, kind, FIRST, name)
            row += [milliseconds(figure(taken)), _to_ours(run, kind, taken)]
        rows.append(row)
    return table(["", "cold", "beside ours", "warm", "beside ours"], rows)


def _to_ours(run: Run, kind: Kind, taken: dict[int, float]) -> str:
    return times(ratio(taken, by_round(run.samples, kind, FIRST, OURS)))


def _resources(run: Run) -> str:
    rows = []
    for name, title in run.titles.items():
        if name == NATIVE:
            continue
        cold, hot, warm = ([s for s in run.samples if (s.kind, s.contender) == (k, name)]
                           for k in ("cold", "hot", "warm"))  # fmt: skip
        rows.append(
            [
                title,
                _most(cold, lambda s: s.peak_mb, "{:.0f} MB"),
                _most(hot, lambda s: s.peak_mb, "{:.0f} MB"),
                _stall(cold),
                _stall(hot),
                _most(cold, lambda s: s.bytes / 1e6, "{:.1f} MB"),
                _most(warm, lambda s: s.bytes / 1e6, "{:.1f} MB"),
            ]
        )
    head = ["", "peak memory, first answer", "everything asked", "longest stall, first answer"]
    return table([*head, "everything asked", "bytes moved, cold", "warm"], rows)


def _most(samples: list[Sample], take: Callable[[Sample], float], form: str) -> str:
    return form.format(max(map(take, samples))) if samples else NOTHING


def _stall(samples: list[Sample]) -> str:
    if not samples:
        return NOTHING
    longest = max(sample.stall_ms for sample in samples)
    return f"{_ms(longest)}" if longest else "below 50 ms"


def _checks(run: Run) -> str:
    """That they run the same network."""
    lengths = sorted({n for sums in run.checks.values() for n in sums}, key=int)
    rows = [
        [run.ran_titles[name], *(f"{sums[n]:.2f}" if n in sums else NOTHING for n in lengths)]
        for name, sums in run.checks.items()
    ]
    said = "Sum of the start logits, to see that all of them compute the same; 8 bits round:\n"
    return f"{said}\n{table(['', *(f'{n} tokens' for n in lengths)], rows)}" if rows else ""


def _dtypes(run: Run) -> str:
    """How the best dtype was chosen."""
    if not run.dtypes:
        return ""
    said = ", ".join(f"{name} {_ms(taken)}" for name, taken in run.dtypes.items())
    return f"transformers.js by dtype, 128 tokens, when its best was chosen: {said}.\n"


def _ideas(run: Run) -> str:
    rows = []
    for name, title in run.ideas.items():
        row = [title]
        for case in ("128", "384"):
            taken = by_round(run.samples, "idea", case, name)
            native = by_round(run.samples, "idea", case, NATIVE)
            row += [milliseconds(figure(taken)), times(ratio(taken, native))]
        rows.append(row)
    return table(["", "128 tokens", "beside native", "384 tokens", "beside native"], rows)


def _without(run: Run) -> str:
    if not run.without:
        return "Nothing is missing.\n"
    return table(["What", "Why"], ([what, _plain(why)] for what, why in run.without.items()))


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def quoted(run: Run) -> str:
    """Return README's paragraph."""

    def found(kind: Kind, case: str, name: str) -> str:
        theirs = by_round(run.samples, kind, case, name)
        figure = ratio(theirs, by_round(run.samples, kind, case, OURS))
        return f"{_x(figure.value)} times" if figure else "(not measured)"

    trial = "**Trial run, not to be believed.** " if "Trial" in run.about else ""
    return (
        f"{trial}With the same MobileBERT, on one thread, from text to answers at 128 tokens, "
        f"TensorFlow.js' `qna` takes {found('hot', '128 tokens', QNA)} as long as qna-widget, "
        f"transformers.js {found('hot', '128 tokens', PEER)}, and at 512 tokens "
        f"{found('hot', '512 tokens', PEER)}; from files that are kept, transformers.js has its "
        f"first answer after {found('warm', FIRST, PEER)} as long. The bundled model takes "
        f"{found('hot', '128 tokens', BUNDLED)} as long as MobileBERT. "
        "[All figures](benchmarks/RESULTS.md), with machine and spread: `make bench`.\n"
    )


def filled(readme: str, paragraph: str) -> str:
    """Return `readme` with what stands between its marks replaced.

    Raises ValueError without marks.
    """
    before, start, rest = readme.partition(README_START)
    _, end, after = rest.partition(README_END)
    if not (start and end):
        raise ValueError(f"README needs the lines {README_START} and {README_END}.")
    return f"{before}{start}\n{paragraph}{end}{after}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("samples", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--readme", type=Path)
    options = parser.parse_args()
    run = Run.read(options.samples)
    options.folder.mkdir(parents=True, exist_ok=True)
    (options.folder / "RESULTS.md").write_text(page(run), encoding="utf-8")
    draw(run, options.folder / "results.svg")
    if options.readme:
        text = filled(options.readme.read_text(encoding="utf-8"), quoted(run))
        options.readme.write_text(text, encoding="utf-8")
    print(f"{options.folder / 'RESULTS.md'} and results.svg written")


if __name__ == "__main__":
    main()
