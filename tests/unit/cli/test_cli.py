"""The command line: what it prints, writes, and returns to the shell."""

from __future__ import annotations

import io
import json
import platform
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pdf_writer import lines, pages, written

from qna_widget import __version__
from qna_widget.cli import main
from qna_widget.errors import InputError
from qna_widget.evaluation.squad import read_examples, summarize
from qna_widget.models import registry

TINY = Path(__file__).parents[2] / "parity" / "tiny_bert"


def test_export_then_eval(
    tmp_path: Path, own_texts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "tiny"
    assert main(["export", str(TINY), str(out), "--max-seq-len", "24", "--licence", "MIT"]) == 0
    assert capsys.readouterr().out.strip() == str(out / "model.json")
    assert json.loads((out / "model.json").read_text(encoding="utf-8"))["name"] == "tiny"

    predictions, margins = tmp_path / "p.json", tmp_path / "m.json"
    arguments = ["eval", str(own_texts), "--model", str(out), "--limit", "3"]
    files = ["--predictions", str(predictions), "--null-margins", str(margins)]
    assert main([*arguments, *files]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["total"] == 3
    assert {"exact", "f1", "HasAns_f1", "f1_answerable", "best_f1", "best_f1_thresh"} <= set(
        figures
    )
    assert figures["questions_per_second"] > 0
    examples = read_examples(own_texts, limit=3)
    # The figures are those of the prediction file, by the definition that test_evaluation holds.
    written = json.loads(predictions.read_text(encoding="utf-8"))
    assert summarize(examples, written).items() <= figures.items()
    ids = {example.id for example in examples}
    for file in (predictions, margins):
        assert set(json.loads(file.read_text(encoding="utf-8"))) == ids


BERT = "Bert is Ernie's best friend and roommate on Sesame Street."


def ask(*arguments: str, passage: bytes = BERT.encode()) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "qna_widget", "ask", *arguments]
    return subprocess.run(command, input=passage, capture_output=True, check=False)


def test_ask_reads_standard_input_and_prints_a_table() -> None:
    done = ask("Where does Bert live?", "--top-k", "2")
    first, second = done.stdout.decode().splitlines()
    assert done.returncode == 0
    assert first.endswith("44-57  Sesame Street")
    assert "%" in second


def test_ask_reads_a_file_and_prints_json(tmp_path: Path) -> None:
    file = tmp_path / "passage.txt"
    file.write_text("🎉 " + BERT, encoding="utf-8")
    done = ask("Where does Bert live?", "-p", str(file), "--json", passage=b"")
    result = json.loads(done.stdout)
    assert done.returncode == 0
    assert [result["answers"][0][name] for name in ("text", "start", "end")] == [
        "Sesame Street",
        46,
        59,
    ]
    assert result["null_margin"] < 0


def test_no_answer_has_a_code_of_its_own() -> None:
    done = ask("Where does Bert live?", "--threshold", "-100")
    assert (done.returncode, done.stdout.decode().split("  ")[-1]) == (3, "(no answer)\n")


def test_ask_fails_in_words() -> None:
    for passage, words in (
        (b" ", "The passage is blank"),
        (b"\xff\xfe\x00\xd8", "standard input begins like UTF-16 but is not"),
    ):
        done = ask("Who?", passage=passage)
        assert (done.returncode, done.stdout) == (1, b"")
        assert words in done.stderr.decode()
    done = ask("Who?", "-p", "no/such.txt", "--model", "no/such")
    assert b"no/such.txt cannot be read" in done.stderr, "the text first: a model may be fetched"
    long = ask("why " * 70)
    assert "only its first 64 were used" in long.stderr.decode()


def test_what_was_guessed_or_left_out_is_told_on_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(f"<p>{BERT} Zo\xeb likes it.".encode("cp1252"))
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(written(pages(lines(BERT), b"q 300 0 0 300 0 0 cm /Im1 Do Q")))
    note = tmp_path / "note.txt"
    note.write_bytes(f"{BERT} Zoë, Zoë.".encode() + b" caf\xe9")
    old = tmp_path / "old.txt"
    old.write_bytes(f"{BERT} Zoë likes it.".encode("latin-1"))
    for file, words in (
        (page, "page.html: The file is not UTF-8 (at byte 64), so it was read as Windows-1252"),
        (scan, "scan.pdf: Nothing but a picture, or nearly, and what it shows is not read: page 2"),
        (note, "note.txt: The file is not UTF-8 in 1 place"),
        (old, "old.txt: The file is not UTF-8 (at byte 61), so it was read as Windows-1252"),
    ):
        done = ask("Where does Bert live?", "-p", str(file), passage=b"")
        assert done.stdout.decode().endswith("Sesame Street\n")
        assert words in done.stderr.decode()
        assert main(["html", str(tmp_path / "out.html"), "-p", str(file), "--force"]) == 0
        assert words in capsys.readouterr().err


def test_html_and_pdf_are_known_on_standard_input() -> None:
    markup = f"<!doctype html><title>Chloe</title><p hidden>Chloe<p>{BERT}".encode()
    for passage in (markup, written(pages(lines(BERT)))):
        done = ask("Where does Bert live?", passage=passage)
        assert done.stdout.decode().endswith("44-57  Sesame Street\n")


def test_an_address_in_the_place_of_a_file_is_told() -> None:
    done = ask("Who?", "-p", "https://example.org/ferry", passage=b"")
    assert done.returncode == 1
    assert b"is an address, and this command fetches none. Save the page" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such device")
def test_an_endless_passage_ends_in_words() -> None:
    done = ask("Who?", "-p", "/dev/full", passage=b"")
    assert done.returncode == 1
    assert b"/dev/full has more than 50,000,000 bytes" in done.stderr


def test_what_can_be_asked_for() -> None:
    short = ask("Where does Bert live?", "--max-answer-len", "1", "--threshold", "INF")
    assert short.stdout.decode().split()[-1] in ("Sesame", "Street")
    words = ask("Who is Bert's best friend?", "--words", "--threshold", "INF")
    assert words.returncode == 0
    assert "Ernie" in words.stdout.decode()


def test_exit_codes_are_documented_and_kept(tmp_path: Path) -> None:
    """0 and 3 are tested above; 1 failed, 2 wrong arguments, 130 interrupted."""
    for arguments in (["--help"], ["ask", "--help"]):
        done = subprocess.run(
            [sys.executable, "-m", "qna_widget", *arguments], capture_output=True, check=True
        )
        said = " ".join(done.stdout.decode().split())
        for line in ("0 done", "1 failed", "2 wrong arguments", "3 the passage does not answer",
                     "130 interrupted"):  # fmt: skip
            assert line in said
    assert ask("Who?", "-p", str(tmp_path / "none.txt")).returncode == 1
    assert ask().returncode == 2


def test_a_terminal_is_told_that_a_text_is_awaited(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    for stream, system, said in (
        (Terminal, "Linux", "Ctrl-D on a line of its own ends it."),
        (Terminal, "Windows", "Ctrl-Z and Enter on a line of its own ends it."),
        (io.TextIOWrapper, "Linux", ""),
    ):
        monkeypatch.setattr(platform, "system", lambda system=system: system)
        monkeypatch.setattr(sys, "stdin", stream(io.BytesIO(BERT.encode())))
        assert main(["ask", "Where does Bert live?", "--model", "bundled"]) == 0
        captured = capsys.readouterr()
        assert captured.out.endswith("Sesame Street\n")
        assert (said in captured.err) if said else captured.err == ""


def test_ctrl_c_has_a_code_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "long.txt"
    file.write_text(f"{BERT} " * 30_000, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-X", "importtime", "-m", "qna_widget", "ask", "Who?", "-p", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stderr
    # The last module that asking needs has been imported: the work has begun, hours of it.
    assert any(b"qna_widget.answering.answerer" in line for line in process.stderr)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    try:
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert said.decode().splitlines()[-1] == "qna-widget: interrupted"


def test_errors_are_words_and_a_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "/nowhere.json"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("qna-widget: /nowhere.json cannot be read")
    assert "Traceback" not in captured.err


def test_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "qna_widget", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == __version__


def test_eval_refuses_what_it_could_not_finish(
    own_texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = own_texts.read_bytes()
    for nowhere, words in (
        (tmp_path / "missing" / "predictions.json", "cannot be written: No such file"),
        (tmp_path, "cannot be written: Is a directory"),
        (own_texts, "holds the questions"),
    ):
        for option in ("--predictions", "--null-margins"):
            assert main(["eval", str(own_texts), option, str(nowhere)]) == 1
            assert words in capsys.readouterr().err
    assert own_texts.read_bytes() == before
    predictions = tmp_path / "predictions.json"
    binary = tmp_path / "binary.json"
    binary.write_bytes(b"\xff" * 1000)
    for file, words in (
        (tmp_path, "cannot be read: Is a directory"),
        (binary, "is not in SQuAD's format"),
    ):
        assert main(["eval", str(file), "--predictions", str(predictions)]) == 1
        said = capsys.readouterr().err
        assert words in said
        assert len(said) < 400, "the file's bytes are nobody's reading"
    assert not predictions.exists()


def test_eval_says_which_question_cannot_be_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def said_of(question: str) -> str:
        asked = [{"id": "1", "question": "Who?"}, {"id": "2", "question": question}]
        data = {"data": [{"paragraphs": [{"context": BERT, "qas": asked}]}]}
        file = tmp_path / "blank.json"
        file.write_text(json.dumps(data), encoding="utf-8")
        assert main(["eval", str(file), "--model", "bundled"]) == 1
        return capsys.readouterr().err

    assert "blank question for the id '2'" in said_of(" ")
    for nothing in ("\u200b\u200b", "\0", "\u0301"):  # blank to the tokenizer, too
        assert "blank question for the id '2'" in said_of(nothing)


def test_html_is_asked_as_the_text_that_it_shows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    page.write_text("<h1 class='Oslo'>Minka</h1><p>Minka was born in <b>Lyon</b>.", "utf-8")
    assert main(["ask", "Where was Minka born?", "-p", str(page), "--model", "bundled"]) == 0
    assert "Lyon" in capsys.readouterr().out
    (tmp_path / "page.pdf").write_bytes(b"no PDF at all")
    assert main(["ask", "Where?", "-p", str(tmp_path / "page.pdf")]) == 1
    assert "page.pdf" in capsys.readouterr().err


@pytest.mark.parametrize("model", ["", "  ", 5, None])
def test_a_model_that_is_no_name_is_refused(model: object) -> None:
    with pytest.raises(InputError, match="model must be a name or a folder"):
        registry.resolve(model)  # type: ignore[arg-type]


def test_html_overwrites_only_by_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text, out = tmp_path / "text.txt", tmp_path / "page.html"
    text.write_text(BERT, encoding="utf-8")
    page = ["html", str(out), "Where does Bert live?", "-p", str(text), "--model", "bundled"]
    assert main(page) == 0
    assert BERT in out.read_text(encoding="utf-8")
    out.write_text("mine", encoding="utf-8")
    assert main(page) == 1
    assert "page.html exists. Give another name, or --force" in capsys.readouterr().err
    assert out.read_text(encoding="utf-8") == "mine"
    assert main([*page, "--force"]) == 0
    assert BERT in out.read_text(encoding="utf-8")
