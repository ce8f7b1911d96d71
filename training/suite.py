"""One table of all test sets for a model as shipped: `python -m training.suite --data FOLDER`.

The model runs as it does for readers: the package's QuestionAnswerer, its file, its defaults.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from qna_widget.answering.answerer import QuestionAnswerer
from qna_widget.errors import QnaError
from qna_widget.evaluation.squad import Example, read_examples
from qna_widget.runtime.progress import progress_bar
from training.command import command
from training.config import load_config
from training.data import held_out, read_squad, spread
from training.diagram import draw
from training.everyday import identity, read_texts
from training.measure import Scored, Told, compare, figures, reliability

HERE = Path(__file__).parent
COLUMNS = {
    "questions": "questions",
    "unanswerable": "without answer",
    "f1_answerable": "answerable F1",
    "exact_answerable": "EM",
    "f1": "all F1",
    "best_f1": "best threshold",
    "refused": "refused",
    "lost": "wrongly refused",
    "calibration_error": "calibration error",
}
COUNTS = {"questions", "unanswerable"}


def everyday(folder: Path) -> list[Example]:
    """Read all questions of a folder of everyday texts."""
    return [
        Example(
            f"{identity(text)}/{number}",
            question.text,
            text.passage,
            tuple(text.passage[start:end] for start, end in question.answers),
        )
        for text in read_texts(sorted(folder.glob("*.txt")))
        for number, question in enumerate(text.questions)
    ]


def held_out_part(file: Path) -> list[Example]:
    """Read the questions of a file whose passages the recipe holds out."""
    return [
        Example(one.id, one.question, one.passage, one.answer_texts)
        for one in read_squad(file)  # takes ids that occur twice
        if held_out(one.passage)
    ]


def all_sets(data: Path, recipe: Path) -> dict[str, Callable[[], list[Example]]]:
    """Name the test sets that are below `data`, with their readers."""
    sets: dict[str, tuple[Path, Callable[[Path], list[Example]]]] = {
        "SQuAD validation": (data / "squad" / "validation.json", read_examples),
        "everyday validation": (data / "everyday" / "validation", everyday),
        "COVID-QA": (data / "covid-qa.json", read_examples),
    }
    for source in load_config(recipe).sources:
        if source.held_out:
            sets[f"{source.name}, held out"] = (data / source.path, held_out_part)
    return {
        name: lambda path=path, read=read: read(path)  # type: ignore[misc]
        for name, (path, read) in sets.items()
        if path.exists()
    }


def ask(answerer: QuestionAnswerer, examples: Sequence[Example]) -> list[Told]:
    """Ask every question for its best span."""
    pairs = ((example.question, example.passage) for example in examples)
    results = answerer.ask_many(pairs, top_k=1, no_answer_threshold=float("inf"))
    told = []
    for result in progress_bar(results, len(examples), "questions"):
        answer = result.answers[0]
        told.append(Told(answer.text, result.null_margin, answer.probability))
    return told


def table(rows: dict[str, dict[str, float]]) -> str:
    """A Markdown table of the figures."""
    lines = ["| | " + " | ".join(COLUMNS.values()) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for name, row in rows.items():
        cells = []
        for column in COLUMNS:
            value = row[column]
            text = f"{value:,.0f}" if column in COUNTS else f"{value:.1f}"
            cells.append("–" if value != value else text)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.suite", description=__doc__)
    add = parser.add_argument
    add(
        "--data",
        type=Path,
        required=True,
        help="folder with squad/, everyday/, more/, covid-qa.json",
    )
    add("--model", default="bundled", help="a name or a folder, as QuestionAnswerer takes it")
    add("--recipe", type=Path, default=HERE / "recipe.toml", help="names the held-out sources")
    add("--limit", type=int, help="ask only this many questions of each set, spread evenly")
    add("--only", action="append", help="only sets whose name holds this; may be given again")
    add("--threads", type=int, help="processor threads (default: one per processor)")
    add("--threshold", type=float, help="in place of the model's own default")
    add("--json", type=Path, help="write all figures there")
    add("--answers", type=Path, help="write what was answered there, a JSON line a question")
    add("--diagram", type=Path, help="draw there how probabilities came true (SVG)")
    return parser.parse_args(arguments)


def run(args: argparse.Namespace) -> None:
    answerer = QuestionAnswerer(args.model, threads=args.threads)
    own = answerer.manifest.no_answer_threshold
    threshold = own if args.threshold is None else args.threshold
    rows: dict[str, dict[str, float]] = {}
    scores: dict[str, Scored] = {}
    lines: list[str] = []
    for name, read in all_sets(args.data, args.recipe).items():
        if args.only and not any(part.lower() in name.lower() for part in args.only):
            continue
        examples = spread(read(), args.limit)
        told = ask(answerer, examples)
        scores[name] = compare(examples, told)
        rows[name] = figures(scores[name], threshold)
        print(f"{name}: {rows[name]['f1_answerable']:.1f}, {rows[name]['f1']:.1f}", file=sys.stderr)
        for example, one in zip(examples, told, strict=True):
            record = {"set": name, "id": example.id, **vars(one)}
            lines.append(json.dumps(record, ensure_ascii=False) + "\n")
    if not rows:
        raise QnaError(f"{args.data}: no test set in it. Give the folder that has squad/.")
    print(table(rows))
    print(f"\nPercent, at the no-answer threshold {threshold:g}.")
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    if args.answers:
        args.answers.write_text("".join(lines), encoding="utf-8")
    if args.diagram:
        chosen = {name: scores[name] for name in scores if "validation" in name}
        draw({name: reliability(one, threshold) for name, one in chosen.items()}, args.diagram)


@command
def main() -> None:
    run(parse())


if __name__ == "__main__":
    sys.exit(main())
