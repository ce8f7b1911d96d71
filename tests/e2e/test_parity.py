"""The browser against Python: same texts, same model file, through the real built worker.

Ids, offsets and windows are equal. Decoding is equal on equal logits. Logits of a float model agree
to rounding. An 8-bit model rounds its activations at every product, so a difference in the last
bit of a float (wasm and native order their sums differently) tips a value to the next of 256 steps
and grows from there, up to a part of what 8 bits cost anyway (0.08 root mean square). Measured on
207 questions with the bundled model: logits differ by 0.03 (root mean square) and by 0.53 at most,
5 best answers differ. They may differ only where Python itself scores both nearly the same.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from harness import Harness, manifest

from qna_widget.answerer import QuestionAnswerer
from qna_widget.decoding import Decoder
from qna_widget.export import float_graph
from qna_widget.export.checkpoint import read_checkpoint
from qna_widget.pipeline import Prepared, conclude, prepare
from qna_widget.session import Session
from qna_widget.squad import read_examples
from qna_widget.tokenizer import Tokenizer
from qna_widget.types import DecodingOptions, FeatureOptions, Logits, Result

TINY = Path(__file__).parents[1] / "parity" / "tiny_bert"
QUESTIONS = 200
RMS_TOLERANCE, MAX_TOLERANCE = 0.06, 1.0  # logits, 8-bit model
MOST_TIES = 0.04  # of all questions
FLOAT_TOLERANCE = 1e-4  # relative, float model

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

    @property
    def browser_logits(self) -> list[Logits]:
        return [
            Logits(*(np.array(w[name], np.float32) for name in ("start_logits", "end_logits")))
            for w in self.browser["windows"]
        ]

    def conclude(self, logits: list[Logits], **options: Any) -> Result:
        decoder = Decoder(self.prepared.features)
        for window, output in enumerate(logits):
            decoder.add(window, output)
        return conclude(self.prepared, decoder, DecodingOptions(**options))


def ask(
    page: Any, given: dict[str, Any], texts: list[tuple[str, str]], tokenizer: Tokenizer
) -> list[Case]:
    """Ask the browser; tokenise and cut the same texts in Python."""
    options = FeatureOptions(max_seq_len=given["model"]["max_seq_len"])
    cases = [{"question": question, "passage": passage} for question, passage in texts]
    found = page.evaluate(ASK, {"manifest": given, "cases": cases})
    return [
        Case(prepare(question, passage, tokenizer, options), browser)
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
    assert result["warnings"] == list(twin.warnings)
    for name in ("null_score", "null_margin", "no_answer"):
        assert result[name] == getattr(twin, name)
    assert [(a["text"], a["start"], a["end"], a["score"]) for a in result["answers"]] == [
        (a.text, utf16(passage, a.start), utf16(passage, a.end), a.score) for a in twin.answers
    ]
    assert [a["probability"] for a in result["answers"]] == pytest.approx(
        [a.probability for a in twin.answers], rel=1e-9
    )


def differences(ours: list[Logits], theirs: list[Logits]) -> np.ndarray:
    pairs = zip(ours, theirs, strict=True)
    return np.concatenate(
        [np.r_[a.start_logits - b.start_logits, a.end_logits - b.end_logits] for a, b in pairs]
    )


def test_bundled_model(
    offline: Any, harness: Harness, questions_file: Path, own_texts: Path
) -> None:
    examples = read_examples(questions_file)
    real = examples[:: max(1, len(examples) // QUESTIONS)][:QUESTIONS]
    # Emoji, astral characters and a passage of several windows, whatever the file above holds.
    odd = [e for e in read_examples(own_texts) if e.id.startswith(("scripts", "chronicle"))]
    texts = [(e.question, e.passage) for e in [*real, *odd]]
    assert len(texts) > 50

    answerer = QuestionAnswerer("bundled")
    cases = ask(harness.open(offline.page()), manifest(), texts, answerer.tokenizer)
    assert any(len(case.prepared.features) > 1 for case in cases)
    found, disagreements = [], []
    for case in cases:
        assert_same_stages(case)
        ours = list(answerer.session.run(case.prepared.features))
        found.append(differences(ours, case.browser_logits))
        here, there = (case.conclude(x).answers[0].text for x in (ours, case.browser_logits))
        if here != there:
            disagreements.append((here, there))
            ranked = case.conclude(ours, top_k=100, overlap="allow", no_answer_threshold=-100.0)
            scores = {answer.text: answer.score for answer in ranked.answers}
            assert scores[here] - scores[there] < MAX_TOLERANCE, (here, there)
    every = np.concatenate(found)
    print(
        f"{len(texts)} questions: logits differ by {np.sqrt((every**2).mean()):.4f} (rms), "
        f"{np.abs(every).max():.4f} (most); {len(disagreements)} answers differ: "
        f"{disagreements}"
    )
    assert np.sqrt((every**2).mean()) < RMS_TOLERANCE
    assert np.abs(every).max() < MAX_TOLERANCE
    assert len(disagreements) <= MOST_TIES * len(texts), disagreements


def test_float_model(offline: Any, harness: Harness, own_texts: Path) -> None:
    checkpoint = read_checkpoint(TINY)
    onnx = float_graph(checkpoint, fused=True).SerializeToString()
    vocab = "".join(f"{token}\n" for token in checkpoint.vocab).encode()
    given = {"model": dict(manifest()["model"]), "runtime": manifest()["runtime"]}
    given["model"] |= {"name": "tiny", "title": "Tiny", "max_seq_len": 24, "optimized": False}
    for name, data in (("onnx", onnx), ("vocab", vocab)):
        packed = gzip.compress(data)
        path = f"tests/{name}.gz"
        harness.replaced[f"/qna_widget/{path}"] = packed
        given["model"][name] = {
            "name": name, "path": path, "sha256": hashlib.sha256(packed).hexdigest(),
            "bytes": len(packed), "encoding": "gzip", "unpacked_bytes": len(data),
        }  # fmt: skip
    texts = [("who sat ?", e.passage.lower()) for e in read_examples(own_texts)[::4]]
    texts += [("the cat ?", "a dog saw the cats . the mat ? a cat sat " * n) for n in (1, 2, 5)]
    tokenizer = Tokenizer(checkpoint.vocab)
    session = Session(onnx, threads=1)
    for case in ask(harness.open(offline.page()), given, texts, tokenizer):
        assert_same_stages(case)
        ours = list(session.run(case.prepared.features))
        for a, b in zip(ours, case.browser_logits, strict=True):
            for name in ("start_logits", "end_logits"):
                np.testing.assert_allclose(
                    getattr(b, name), getattr(a, name), rtol=FLOAT_TOLERANCE, atol=1e-5
                )
        here, there = case.conclude(ours), case.browser["result"]
        assert [a.text for a in here.answers] == [a["text"] for a in there["answers"]]
