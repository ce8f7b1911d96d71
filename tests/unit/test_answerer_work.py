"""Long work: other processes, threads, Ctrl-C, progress; and answers widened to words."""

from __future__ import annotations

import io
import itertools
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import tokenizers

from qna_widget import InputError, QuestionAnswerer
from qna_widget.answerer import FEW_WINDOWS
from qna_widget.decoding import Decoder
from qna_widget.pipeline import conclude, prepare
from qna_widget.squad import read_examples
from qna_widget.types import DecodingOptions, FeatureOptions
from qna_widget.words import conclude_in_words, continuations

BERT = "Bert is Ernie's best friend and roommate on Sesame Street."
WHERE, WHO = "Where does Bert live?", "Who is Bert's best friend?"


@pytest.fixture(scope="module")
def qa() -> QuestionAnswerer:
    return QuestionAnswerer("bundled", threads=2)


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_another_process_answers_the_same(qa: QuestionAnswerer, method: str) -> None:
    """Spawned, it loads its own model, once; forked, it needs threads of its own."""
    expected = [qa(question, BERT).text for question in (WHERE, WHO)]
    context = multiprocessing.get_context(method)
    with context.Pool(1) as pool:
        told = pool.starmap_async(answered, [(qa, WHERE), (qa, WHO)]).get(timeout=60)
    assert [text for _, text, _, _ in told] == expected
    assert {pid for pid, *_ in told}.isdisjoint({os.getpid()})
    assert {threads for *_, threads, _ in told} == {2}
    # One session for both questions: the same object was used.
    assert len({session for *_, session in told}) == 1


def answered(answerer: QuestionAnswerer, question: str) -> tuple[int, str, int, int]:
    """Run in another process: its id, the answer, the threads, and which session gave it."""
    text = answerer(question, BERT).text
    return os.getpid(), text, answerer.session.threads, id(answerer.session)


def test_a_folder_is_found_from_elsewhere(
    qa: QuestionAnswerer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundled = Path(qa.manifest.onnx.file).parent
    monkeypatch.chdir(bundled.parent)
    data = pickle.dumps(QuestionAnswerer(bundled.name + "/", threads=1, pipeline_compatible=True))
    monkeypatch.chdir(tmp_path)
    restored = pickle.loads(data)
    assert restored.manifest.onnx == qa.manifest.onnx
    assert restored(WHERE, BERT)["answer"] == qa(WHERE, BERT).text


def test_two_threads_get_the_answers_of_one(qa: QuestionAnswerer, own_texts: Path) -> None:
    """Each asks its own questions about its own passages while the other does."""
    examples = read_examples(own_texts, limit=12)
    halves = [[(e.question, e.passage) for e in examples[i::2]] for i in (0, 1)]
    alone = [list(qa.ask_many(half)) for half in halves]
    found: dict[int, list[object]] = {}
    start = threading.Barrier(2)

    def ask(number: int) -> None:
        start.wait()
        found[number] = list(qa.ask_many(halves[number]))

    threads = [threading.Thread(target=ask, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == dict(enumerate(alone))


INTERRUPTED = """
import sys
from qna_widget import QuestionAnswerer
qa = QuestionAnswerer("bundled", threads=int(sys.argv[3]))
passage = sys.stdin.read()
expected = qa(sys.argv[1], passage)
print("begin", flush=True)
try:
    if sys.argv[2] == "questions":
        qa([sys.argv[1]] * 10**6, passage)
    else:
        qa(sys.argv[1], passage * 30_000)
except KeyboardInterrupt:
    print("interrupted", flush=True)
print(qa(sys.argv[1], passage) == expected, flush=True)
"""


@pytest.mark.parametrize("threads", ["1", "2"])
@pytest.mark.parametrize("many", ["questions", "windows"])
def test_ctrl_c_ends_the_work_and_leaves_the_answerer_usable(many: str, threads: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, WHERE, many, threads],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    process.stdin.write(BERT)
    process.stdin.close()
    assert process.stdout.readline() == "begin\n"
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    try:
        # The whole work would take hours, so it did end early.
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
    assert process.stdout.read() == "interrupted\nTrue\n"
    process.stdout.close()
    if process.stderr:
        process.stderr.close()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_counts_questions_or_the_windows_of_one(
    qa: QuestionAnswerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    passage = BERT * 120
    windows = qa.ask(WHERE, passage).windows
    assert windows > FEW_WINDOWS
    for questions, text, said in (
        (WHERE, passage, f"{windows}/{windows} windows"),
        ([WHERE] * 3, BERT, "3/3 questions"),
    ):
        terminal = Terminal()
        monkeypatch.setattr(sys, "stderr", terminal)
        with_bar = qa(questions, text, progress=True)
        assert said in terminal.getvalue()
        terminal.truncate(0)
        assert qa(questions, text) == with_bar
        qa(WHERE, BERT, progress=True)  # over before anybody could look
        assert terminal.getvalue().strip("\0") == ""


def test_the_bar_is_drawn_in_a_notebook_and_not_into_a_file(
    qa: QuestionAnswerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = type("OutStream", (io.StringIO,), {"__module__": "ipykernel.iostream"})
    for out, drawn in ((notebook(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", out)
        qa([WHERE] * 2, BERT, progress=True)
        assert ("2/2 questions" in out.getvalue()) == drawn


def test_threads_are_checked(qa: QuestionAnswerer) -> None:
    assert qa.session.threads == 2
    assert QuestionAnswerer("bundled", threads=3).session.threads == 3
    for threads in (0, -1, "2"):
        with pytest.raises(InputError, match="give 1 or more, or None for all processors"):
            QuestionAnswerer("bundled", threads=threads)


def test_words_are_the_tokenizer_librarys(qa: QuestionAnswerer, questions_file: Path) -> None:
    """The oracle: which word the library says a token belongs to, and where that word is."""
    library = tokenizers.BertWordPieceTokenizer(
        {token: i for i, token in enumerate(qa.tokenizer.vocab)}, lowercase=True
    )
    continues = continuations(qa.tokenizer.vocab)
    widened = 0
    every_one = read_examples(questions_file)
    examples = every_one[:: max(1, len(every_one) // 8)] + every_one[1:3]
    for example in examples:
        prepared = prepare(example.question, example.passage, qa.tokenizer, FeatureOptions())
        decoder = Decoder(prepared.features)
        for window, logits in enumerate(qa.session.run(prepared.features)):
            decoder.add(window, logits)
        tokens = library.encode(example.passage, add_special_tokens=False)
        every = DecodingOptions(top_k=60, overlap="allow", no_answer_threshold=float("inf"))
        expected: dict[tuple[int, int], float] = {}
        for answer in conclude(prepared, decoder, every).answers:
            first = next(i for i, (s, _) in enumerate(tokens.offsets) if s == answer.start)
            last = max(i for i, (_, e) in enumerate(tokens.offsets) if e == answer.end)
            start = tokens.word_to_chars(tokens.token_to_word(first))[0]
            end = tokens.word_to_chars(tokens.token_to_word(last))[1]
            widened += (start, end) != (answer.start, answer.end)
            expected.setdefault((start, end), answer.score)
        found = conclude_in_words(prepared, decoder, every, continues).answers
        assert len(found) == 60
        assert expected == {(a.start, a.end): a.score for a in found[: len(expected)]}
        assert all(example.passage[a.start : a.end] == a.text for a in found)
    assert widened > 10


def test_a_piece_of_a_word_becomes_the_word_and_stays_apart(qa: QuestionAnswerer) -> None:
    passage = "He was unaffable, the Reykjanesskagi was unaffable, nobody was affable."
    question = "What was he?"
    pieces = qa(question, passage, top_k=100, overlap="allow", handle_impossible_answer=False)
    assert any(a.text in ("una", "unaff") for a in pieces)
    for overlap in ("none", "nested", "allow"):
        words = qa(question, passage, top_k=100, overlap=overlap, align_to_words=True,
                   handle_impossible_answer=False)  # fmt: skip
        places = [(a.start, a.end) for a in words]
        assert len(set(places)) == len(places)
        for start, end in places:
            for edge in (start, end):
                around = passage[max(edge - 1, 0) : edge + 1]
                assert len(around) < 2 or not around.isalpha()
        if overlap == "none":
            ordered = sorted(places)
            assert all(a[1] <= b[0] for a, b in itertools.pairwise(ordered))
    nothing = qa(question, passage, no_answer_threshold=-100, align_to_words=True, top_k=3)
    assert [bool(a.text) for a in nothing] == [False, True, True]
