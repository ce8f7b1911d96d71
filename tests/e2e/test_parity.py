"""The browser against Python: same texts, same model file, through the real built worker.

Ids, offsets and windows are equal, and so is decoding on equal logits. Logits agree to the rounding
of the last product, and all answers are equal: with the 8-bit products that ship because the export
leaves nothing in the graph that depends on the order of a sum (qna_widget/export/int8/exact.py),
with float products because nothing makes their differences grow.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from harness import Harness, manifest

from qna_widget.answering.answerer import QuestionAnswerer
from qna_widget.core.contract import CONTRACT
from qna_widget.core.decoding import Decoder
from qna_widget.core.pipeline import Prepared, conclude, prepare
from qna_widget.core.tokenizer import Tokenizer
from qna_widget.core.types import Decoded, DecodingOptions, FeatureOptions, Logits
from qna_widget.evaluation.squad import read_examples
from qna_widget.export.checkpoint import read_checkpoint
from qna_widget.export.recipe import float_graph
from qna_widget.runtime.session import Session

PARITY = Path(__file__).parents[1] / "parity"
QUESTIONS = 200
EXACT_TOLERANCE = 1e-5  # absolute (logits), the 8-bit model that ships
FLOAT_TOLERANCE = 1e-3  # relative and absolute (logits), float products

ASK = """async ({ manifest, cases }) => {
  const { client } = await qna.open(manifest);
  const found = [];
  for (const one of cases) found.push(await qna.ask(client, one));
  return found;
}"""


@dataclass
class Case:
    """One question, as both sides saw it."""

    prepared: Prepared
    browser: dict[str, Any]
    cut_share: float

    @property
    def browser_logits(self) -> list[Logits]:
        return [
            Logits(*(np.array(w[name], np.float32) for name in ("start_logits", "end_logits")))
            for w in self.browser["windows"]
        ]

    def conclude(self, logits: list[Logits], **options: Any) -> Decoded:
        decoder = Decoder(self.prepared.features)
        for window, output in enumerate(logits):
            decoder.add(window, output)
        margin = CONTRACT["limits"]["sentence_margin"]
        shown = DecodingOptions(
            align_to_words=True, sentence_margin=margin, cut_share=self.cut_share, **options
        )
        return conclude(self.prepared, decoder, shown)


def ask(
    page: Any, given: dict[str, Any], texts: list[tuple[str, str]], tokenizer: Tokenizer
) -> list[Case]:
    """Ask the browser; tokenise and cut the same texts in Python."""
    options = FeatureOptions(max_seq_len=given["model"]["max_seq_len"])
    cases = [{"question": question, "passage": passage} for question, passage in texts]
    found = page.evaluate(ASK, {"manifest": given, "cases": cases})
    return [
        Case(prepare(question, passage, tokenizer, options), browser, given["model"]["cut_share"])
        for (question, passage), browser in zip(texts, found, strict=True)
    ]


def utf16(text: str, offset: int) -> int:
    """Return the UTF-16 offset of a code point offset."""
    return len(text[:offset].encode("utf-16-le")) // 2


def assert_same_stages(case: Case) -> None:
    """Ids, offsets, windows; and, on the browser's logits, the answers: all equal."""
    prepared, browser, passage = case.prepared, case.browser, case.prepared.passage_text
    assert browser["question_ids"] == prepared.question.input_ids.tolist()
    assert browser["passage_ids"] == prepared.passage.input_ids.tolist()
    for name, offsets in (("starts", prepared.passage.starts), ("ends", prepared.passage.ends)):
        assert browser[f"passage_{name}"] == [utf16(passage, int(o)) for o in offsets]
    names = ("input_ids", "token_type_ids", "window_start", "window_length")
    assert [[w[name] for name in names] for w in browser["windows"]] == [
        [f.input_ids.tolist(), f.token_type_ids.tolist(), f.window_start, f.window_length]
        for f in prepared.features
    ]
    twin, result = case.conclude(case.browser_logits), browser["result"]
    assert result["warnings"] == list(prepared.warnings)
    for name in ("null_score", "null_margin", "no_answer"):
        assert result[name] == getattr(twin, name)
    assert [(a["text"], a["start"], a["end"], a["score"]) for a in result["answers"]] == [
        (a.text, utf16(passage, a.start), utf16(passage, a.end), a.score) for a in twin.answers
    ]
    assert [a["probability"] for a in result["answers"]] == pytest.approx(
        [a.probability for a in twin.answers], rel=1e-9
    )


def real_texts(questions_file: Path, own_texts: Path) -> list[tuple[str, str]]:
    """Return (question, passage) pairs."""
    examples = read_examples(questions_file)
    real = examples[:: max(1, len(examples) // QUESTIONS)][:QUESTIONS]
    # Emoji, astral characters and a passage of several windows, whatever the file above holds.
    odd = [e for e in read_examples(own_texts) if e.id.startswith(("scripts", "chronicle"))]
    texts = [(e.question, e.passage) for e in [*real, *odd]]
    assert len(texts) > 40
    return texts


def serve_model(
    harness: Harness, onnx: bytes, vocab: Sequence[str], **changes: Any
) -> dict[str, Any]:
    """Let the page fetch another model; return the manifest that names it."""
    model = dict(manifest()["model"]) | {"optimized": False, "layout_signs": False} | changes
    for name, data in (("onnx", onnx), ("vocab", "".join(f"{t}\n" for t in vocab).encode())):
        packed = gzip.compress(data, 1)
        path = f"tests/{name}.gz"
        harness.replaced[f"/qna_widget/{path}"] = packed
        model[name] = {
            "name": name, "path": path, "sha256": hashlib.sha256(packed).hexdigest(),
            "bytes": len(packed), "encoding": "gzip", "unpacked_bytes": len(data),
        }  # fmt: skip
    return {"model": model, "runtime": manifest()["runtime"]}


def assert_same_logits_and_answers(
    case: Case, session: Session, *, rtol: float = FLOAT_TOLERANCE, atol: float = FLOAT_TOLERANCE
) -> None:
    """Logits to rounding; the ranked answers and their offsets equal."""
    ours = list(session.run(case.prepared.features))
    for a, b in zip(ours, case.browser_logits, strict=True):
        for name in ("start_logits", "end_logits"):
            np.testing.assert_allclose(getattr(b, name), getattr(a, name), rtol=rtol, atol=atol)
    here, there = case.conclude(ours).answers, case.browser["result"]["answers"]
    passage = case.prepared.passage_text
    assert [(a.text, utf16(passage, a.start), utf16(passage, a.end)) for a in here] == [
        (a["text"], a["start"], a["end"]) for a in there
    ]


def test_bundled_model(
    offline: Any, harness: Harness, questions_file: Path, own_texts: Path
) -> None:
    texts = real_texts(questions_file, own_texts)
    answerer = QuestionAnswerer("bundled")
    cases = ask(harness.open(offline.page()), manifest(), texts, answerer.tokenizer)
    assert any(len(case.prepared.features) > 1 for case in cases)
    for case in cases:
        assert_same_stages(case)
        assert_same_logits_and_answers(case, answerer.session, rtol=0, atol=EXACT_TOLERANCE)


@pytest.mark.parametrize("kind", ["bert", "mobilebert", "distilbert"])
def test_tiny_model(offline: Any, harness: Harness, own_texts: Path, kind: str) -> None:
    checkpoint = read_checkpoint(PARITY / f"tiny_{kind}")
    onnx = float_graph(checkpoint, fused=True).SerializeToString()
    vocab = checkpoint.vocabulary.tokens
    given = serve_model(harness, onnx, vocab, name="tiny", title="Tiny", max_seq_len=24)
    texts = [("who sat ?", e.passage.lower()) for e in read_examples(own_texts)[::4]]
    texts += [("the cat ?", "a dog saw the cats . the mat ? a cat sat " * n) for n in (1, 2, 5)]
    session = Session(onnx, threads=1)
    for case in ask(harness.open(offline.page()), given, texts, Tokenizer(vocab)):
        assert_same_stages(case)
        assert_same_logits_and_answers(case, session)


OPEN = "async (given) => { window.client = (await qna.open(given)).client; }"
READ = """async ({ workers }) => {
  const passage = "a dog saw the cats . the mat ? a cat sat ".repeat(300);
  const inputs = { passage, question: "who sat ?", workers, doc_stride: 4 };
  const asked = qna.ask(window.client, inputs);
  const { result, ...rest } = await asked;
  const { backend, timing, ...answers } = result;
  return { backend, said: { ...rest, answers } };
}"""
# In the engine's worker: its next hand crashes as soon as it has had its first window.
CRASH = """() => {
  const Whole = self.Worker;
  self.crashed = 0;
  self.Worker = class extends Whole {
    postMessage(message, ...rest) {
      super.postMessage(message, ...rest);
      if (message.kind !== "run" || self.crashed++ > 0) return;
      const error = new ErrorEvent("error", { message: "it crashed", cancelable: true });
      setTimeout(() => this.dispatchEvent(error), 0);
    }
  };
}"""


def test_any_number_of_workers_computes_the_same(offline: Any, harness: Harness) -> None:
    checkpoint = read_checkpoint(PARITY / "tiny_mobilebert")
    onnx = float_graph(checkpoint, fused=True).SerializeToString()
    vocab = checkpoint.vocabulary.tokens
    given = serve_model(harness, onnx, vocab, name="tiny", title="Tiny", max_seq_len=24)
    page = offline.page()
    asked = []
    for workers, crash in ((1, False), (2, False), (4, False), (2, True)):
        # Each a page of its own: what one has computed is not known to the next.
        harness.open(page)
        page.evaluate(OPEN, given)
        if crash:
            page.workers[0].evaluate(CRASH)
        asked.append(page.evaluate(READ, {"workers": workers}))
        if crash:
            assert page.workers[0].evaluate("self.crashed") > 0
            assert page.evaluate("workers.length") == 1, "the engine itself lives on"
    backends = [one["backend"] for one in asked]
    assert backends[:2] == ["wasm, 1 thread", "wasm, 1 thread, 2 workers"]
    # The text may be read before the fourth has started.
    assert backends[2] in ("wasm, 1 thread, 3 workers", "wasm, 1 thread, 4 workers")
    for one in asked:
        assert one["said"] == asked[0]["said"]
