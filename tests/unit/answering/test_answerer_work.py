"""Long work: other processes, threads, Ctrl-C, progress."""

from __future__ import annotations

import io
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

from qna_widget import QuestionAnswerer
from qna_widget.answering import engine
from qna_widget.answering.engine import FEW_WINDOWS
from qna_widget.core.manifest import ModelManifest
from qna_widget.evaluation.squad import read_examples
from qna_widget.models import registry

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


def test_a_model_at_hand_does_not_wait_for_one_that_is_being_fetched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real, begun, come = registry.resolve, threading.Event(), threading.Event()

    def resolve(name: object) -> ModelManifest:
        if name == "owner/slow":
            begun.set()
            assert come.wait(60)
        return real("bundled")

    monkeypatch.setattr(registry, "resolve", resolve)
    slow = threading.Thread(target=engine.load, args=("owner/slow", 1))
    slow.start()
    assert begun.wait(60)
    quick = threading.Thread(target=engine.load, args=("bundled", 1), daemon=True)
    quick.start()
    quick.join(30)
    waits = quick.is_alive()
    come.set()
    slow.join()
    assert not waits


FORKED = """
import os, threading, time
from qna_widget import QuestionAnswerer
from qna_widget.answering import engine
with engine._LOADING:  # as another thread holds it while it loads a model
    child = os.fork()
    if child == 0:
        print(QuestionAnswerer("bundled", threads=1)("Who is Bert?", "Bert is a friend.").text)
        os._exit(0)
    os.waitpid(child, 0)
"""


def test_a_process_forked_while_a_model_is_loaded_loads_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-u", "-c", FORKED], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "a friend\n"


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


def test_a_service_without_standard_error_has_no_bar(
    qa: QuestionAnswerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = qa([WHERE] * 2, BERT)
    monkeypatch.setattr(sys, "stderr", None)
    assert qa([WHERE] * 2, BERT, progress=True) == expected


def test_threads_are_those_asked_for(qa: QuestionAnswerer) -> None:
    assert qa.session.threads == 2
    assert QuestionAnswerer("bundled", threads=3).session.threads == 3
