"""Do QuestionAnswerer and transformers' pipeline find the same best span? If not, why?

    python -m benchmarks.transformers.compare path/to/squad.json [--model random]

Both answer the same questions with the same float32 weights and their own defaults (or, with
--max-answer-len 15, the same bound on an answer's length, which most differences come from). Each
difference must have a declared reason: tests/parity/pipeline_rules.py, fed with our logits, must
give the pipeline's answer without the declared rules and ours with all of them; the rules on whose
rung the answer changes are the reason. Ends with 1 when fewer than 98 in 100 agree or a difference
has no reason.

With --precision int8 our side rounds weights and activations, as it does for a checkpoint's folder
when not told otherwise. Differences then are counted only: no rule is their reason.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from qna_widget import QuestionAnswerer
from qna_widget.core.types import Feature, Logits
from qna_widget.evaluation.squad import Example, score
from qna_widget.runtime.progress import progress_bar
from tests.parity.pipeline_rules import RULES, Asked, Rung, explained, ladder

from .peers import (
    DECISIVE,
    arguments,
    bundled_checkpoint,
    contender,
    exported,
    random_checkpoint,
    spread,
)

Span = tuple[int, int]
TIE = "tie: the two runtimes' rounding decides between equal scores"
UNEXPLAINED = "UNEXPLAINED"
ROUNDED = "rules or 8 bits"


def reasons(example: Example, theirs: Span, ours: Span, rungs: Sequence[Rung]) -> list[str]:
    """Return why the two differ, empty if they do not; UNEXPLAINED when the rules do not say so."""
    first, last = rungs[0], rungs[-1]
    found = explained(rungs)
    for span, rung in ((theirs, first), (ours, last)):
        if span != rung.span:
            if not rung.ties(span):
                return [UNEXPLAINED]
            found.append(TIE)
    if theirs == ours:
        return []
    return list(dict.fromkeys(found)) or [UNEXPLAINED]


# Windows that were run, by their ids, and what the model gave.
Outputs = dict[bytes, tuple[Feature, Logits]]


def remembering(answerer: QuestionAnswerer, known: Outputs) -> Any:
    """Return what runs the model on windows, each once, and keeps the outputs in `known`."""

    def run(features: Sequence[Feature]) -> list[Logits]:
        keys = [feature.input_ids.tobytes() for feature in features]
        new = {key: f for key, f in zip(keys, features, strict=True) if key not in known}
        for (key, feature), logits in zip(
            new.items(), answerer.session.run(new.values()), strict=True
        ):
            known[key] = feature, logits
        return [known[key][1] for key in keys]

    return run


def lead(outputs: Outputs) -> float:
    """Return how far a window's best start stands above its median one (logits), on average.

    That much decides whether an answer leads, or a sum over its repetitions.
    """
    leads = []
    for feature, logits in outputs.values():
        first = feature.passage_position
        starts = logits.start_logits[first : first + feature.window_length]
        leads.append(starts.max() - np.median(starts))
    return float(np.mean(leads))


def main() -> int:
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--model", choices=["bundled", "random"], default="bundled")
    parser.add_argument(
        "--head", type=float, default=DECISIVE, help="what random weights' scores are multiplied "
        "by; the default tells candidates apart as well as the bundled weights (%(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--max-answer-len", type=int, help="tokens, given to both; default: each one's own"
    )
    parser.add_argument(
        "--precision", choices=["fp32", "int8"], default="fp32", help="of our side (%(default)s)"
    )
    options = parser.parse_args()
    length = {"max_answer_len": options.max_answer_len} if options.max_answer_len else {}
    checkpoint = (
        bundled_checkpoint() if options.model == "bundled" else random_checkpoint(options.head)
    )
    folder = exported(checkpoint, options.precision)
    rounded = options.precision == "int8"
    examples = spread(options.squad, options.limit)
    with contender("transformers", checkpoint, options.threads, options.python) as side:
        theirs = [
            side.ask([example], **length)["answers"]
            for example in progress_bar(examples, len(examples), "transformers")
        ]
    answerer = QuestionAnswerer(
        folder, threads=options.threads, pipeline_compatible=True, cache_bytes=0
    )
    outputs: Outputs = {}
    run = remembering(answerer, outputs)
    tally: Counter[str] = Counter()
    lines: list[dict[str, Any]] = []
    f1: list[tuple[float, float]] = []
    scores = sorted(answer["score"] for answer in theirs)
    for example, their in progress_bar(
        zip(examples, theirs, strict=True), len(examples), "questions"
    ):
        our = answerer(question=example.question, context=example.passage, **length)
        asked = Asked(example.question, example.passage, **length)
        f1.append((score(example, their["answer"])[1], score(example, our["answer"])[1]))
        spans = (their["start"], their["end"]), (our["start"], our["end"])
        rungs = ladder(asked, answerer.tokenizer, run)
        if rounded:
            why = [ROUNDED] if spans[0] != spans[1] else []
        else:
            why = reasons(example, *spans, rungs)
        if why:
            tally.update(why)
            lines.append({"id": example.id, "theirs": their, "ours": our, "because": why})
    share = 1 - len(lines) / len(examples)
    merged = sum(line["because"] == ["merging"] for line in lines)
    figures = {
        "model": checkpoint.name,
        "precision": options.precision,
        "max_answer_len": options.max_answer_len or "own defaults",
        "questions": len(examples),
        "same_best_span": share,
        "same_but_for_merging": share + merged / len(examples),
        "f1_theirs_ours": [100 * float(mean) for mean in np.mean(f1, axis=0)],
        "differences": len(lines),
        "because": dict(tally.most_common()),
        "rules": RULES,
        "lead_of_the_best_start": lead(outputs),
        "median_score_of_the_pipeline": scores[len(scores) // 2],
        "highest_score_of_the_pipeline": scores[-1],
    }
    print(json.dumps(figures, indent=1))
    if options.out:
        text = json.dumps({**figures, "all": lines}, indent=1, ensure_ascii=False)
        options.out.write_text(text + "\n", encoding="utf-8")
    return int(not rounded and (share < 0.98 or UNEXPLAINED in tally))


if __name__ == "__main__":
    sys.exit(main())
