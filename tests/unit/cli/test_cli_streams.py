"""Where the command line reads and writes: odd encodings, streams that are closed or full."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qna_widget.cli import main

BERT = "Bert is Ernie's best friend and roommate on Sesame Street."
WHERE = "Where does Bert live?"
ASK = [sys.executable, "-m", "qna_widget", "ask"]


def run(
    *arguments: str, passage: bytes = BERT.encode(), **environment: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*ASK, *arguments], input=passage, capture_output=True, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_json_is_json_in_every_encoding(encoding: str) -> None:
    """As on Windows, where output that goes into a file has an old encoding."""
    passage = "Berti lives in 東京🎉東京."
    done = run("Where does Berti live?", "--json", "--top-k", "9", "--threshold", "inf",
               passage=passage.encode(), PYTHONIOENCODING=encoding)  # fmt: skip
    answers = json.loads(done.stdout.decode(encoding))["answers"]
    assert done.returncode == 0, done.stderr
    assert {"🎉", "東"} <= set("".join(answer["text"] for answer in answers))
    for answer in answers:
        assert passage[answer["start"] : answer["end"]] == answer["text"]
    table = run("Where does Berti live?", "--threshold", "inf", passage=passage.encode(),
                PYTHONIOENCODING=encoding)  # fmt: skip
    assert table.returncode == 0, table.stderr


def test_a_byte_order_mark_is_not_in_the_text(tmp_path: Path) -> None:
    plain = run(WHERE, "--json").stdout
    assert run(WHERE, "--json", passage=BERT.encode("utf-8-sig")).stdout == plain
    assert run(WHERE, "--json", "-p", "-").stdout == plain
    # The mark decides; Western text in UTF-16 is known without one.
    for encoding in ("utf-16", "utf-32", "utf-16-le"):
        assert run(WHERE, "--json", passage=BERT.encode(encoding)).stdout == plain, encoding


def test_what_holds_zero_bytes_is_no_text() -> None:
    done = run(WHERE, passage=b"\0\1\2" + BERT.encode())
    assert done.returncode == 1
    assert b"standard input is not a text file: it holds zero bytes" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("redirection", "code", "said"),
    [
        ("< /dev/null > /dev/full", 1, "The passage is blank"),
        ("> /dev/full", 1, "qna-widget: reading or writing failed: No space left on device"),
        ("<&-", 1, "There is no standard input to read the text from; give --passage FILE."),
        (">&-", 1, "standard output is closed, so the result could not be printed."),
    ],
)
def test_closed_and_full_streams_are_told_in_words(
    redirection: str, code: int, said: str, tmp_path: Path
) -> None:
    (tmp_path / "text").write_text(BERT, encoding="utf-8")
    given = "" if "<" in redirection else f"-p {tmp_path / 'text'}"
    command = f'"{sys.executable}" -m qna_widget ask "{WHERE}" {given} {redirection}'
    done = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("arguments", ["--help", "--version", "ask --help"])
def test_help_that_cannot_be_printed_is_told(arguments: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m qna_widget {arguments} > /dev/full'],
        stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    said = "qna-widget: reading or writing failed: No space left on device\n"
    assert (done.returncode, done.stderr) == (1, said)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["ask", f"{WHERE} {'Who? ' * 70}", "--json", "--threshold", "inf", "-p"], 0),
        (["eval", "--model", "bundled", "--limit", "1"], 0),
        (["ask", WHERE, "--model", "/nowhere", "-p"], 1),
        (["ask", "--nonsense"], 2),
    ],
)
def test_without_standard_error_the_result_is_the_same(
    arguments: list[str], code: int, own_texts: Path, tmp_path: Path
) -> None:
    """A warning is not printed into the result instead, nor is silence taken for success."""
    text = tmp_path / "text"
    text.write_text(BERT * 100, encoding="utf-8")
    file = own_texts if arguments[0] == "eval" else text
    command = [sys.executable, "-m", "qna_widget", *arguments, str(file)]
    shell = ["sh", "-c", '"$0" "$@" 2>&-', *command]
    done = subprocess.run(shell, stdout=subprocess.PIPE, check=False)
    assert done.returncode == code
    assert (json.loads(done.stdout) != {}) if code == 0 else done.stdout == b""


def test_what_is_written_never_takes_a_closed_streams_place(tmp_path: Path) -> None:
    """A closed standard error must not become the page's descriptor, nor get its text."""
    out = tmp_path / "margins.json"
    code = (
        "import os, sys, qna_widget.__main__ as m\n"
        "m._open_descriptors()\n"
        "print(os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY) > 2)"
    )
    shell = ["sh", "-c", '"$0" -c "$1" "$2" <&- 2>&-', sys.executable, code, str(out)]
    assert subprocess.run(shell, stdout=subprocess.PIPE, check=False).stdout == b"True\n"


def test_a_question_in_an_old_encoding_is_told_to_the_shell() -> None:
    """As a terminal in Latin-1 passes it, or a script that was saved so."""
    for arguments in (
        ["ask", "Où est le café ?", "-p", __file__],
        ["html", "x.html", "Où ?", "-p", __file__],
        ["html", "x.html", "--title", "Où", "-p", __file__],
    ):
        command = [sys.executable, "-m", "qna_widget", *arguments]
        done = subprocess.run(
            [part.encode("latin-1") for part in command], capture_output=True, check=False
        )
        assert done.returncode == 2
        said = done.stderr.decode()
        assert "did not come as UTF-8, but in an old encoding such as Latin-1. Let the" in said
        assert "Où" in said


def test_a_page_can_be_printed(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("Chloé öffnet um sechs.", encoding="utf-8")
    command = [sys.executable, "-m", "qna_widget", "html"]
    options = ["Wann?", "-p", "text", "--model", "bundled"]
    done = subprocess.run(
        [*command, "-", *options], cwd=tmp_path, stdout=subprocess.PIPE, check=True,
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
    )  # fmt: skip
    assert {file.name for file in tmp_path.iterdir()} == {"text"}
    subprocess.run([*command, "page.html", *options], cwd=tmp_path, check=True)
    assert done.stdout == (tmp_path / "page.html").read_bytes()
    by_name = subprocess.run(
        [*command, "/dev/stdout", *options], cwd=tmp_path, stdout=subprocess.PIPE, check=True
    )
    assert by_name.stdout == done.stdout


def test_a_page_that_is_written_in_part_is_told(tmp_path: Path) -> None:
    """Without a buffer a write may take a part, and say so by a number alone."""
    (tmp_path / "text").write_text(BERT, encoding="utf-8")
    command = f'"{sys.executable}" -u -m qna_widget html - -p text --model bundled'
    done = subprocess.run(
        ["sh", "-c", f"ulimit -f 2000; {command} > page.html"],
        cwd=tmp_path, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "qna-widget: reading or writing failed: File too large\n"


def test_questions_can_come_from_standard_input(own_texts: Path) -> None:
    command = [sys.executable, "-m", "qna_widget", "eval", "-", "--limit", "1"]
    done = subprocess.run(
        [*command, "--model", "bundled"], input=own_texts.read_bytes(), stdout=subprocess.PIPE,
        check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["total"] == 1
    done = subprocess.run(command, input=b"[]", capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (1, b"qna-widget: standard input holds no question.\n")


def test_figures_and_answers_do_not_share_standard_output(
    own_texts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["eval", str(own_texts), "--predictions", "-"])
    assert "'-' is where the figures are printed; name a file." in capsys.readouterr().err


def test_figures_are_printed_though_an_answer_file_is_full(
    own_texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They may have taken hours."""
    margins = tmp_path / "margins.json"
    command = ["eval", str(own_texts), "--limit", "1", "--model", "bundled"]
    files = ["--predictions", "/dev/full", "--null-margins", str(margins)]
    assert main([*command, *files]) == 1
    printed = capsys.readouterr()
    assert printed.err == "qna-widget: /dev/full cannot be written: No space left on device.\n"
    assert json.loads(printed.out)["total"] == 1
    assert len(json.loads(margins.read_text(encoding="utf-8"))) == 1


def test_no_command_writes_over_what_it_reads(
    tmp_path: Path, own_texts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "text.txt"
    text.write_text(BERT, encoding="utf-8")
    assert main(["html", str(text), WHERE, "-p", str(text), "--force"]) == 1
    assert "holds the text. Name another file to write." in capsys.readouterr().err
    assert text.read_text(encoding="utf-8") == BERT
    page = tmp_path / "index.html"
    page.write_text(f"<p>{BERT}", encoding="utf-8")
    assert main(["export-page", str(tmp_path), "-p", str(page), "--force"]) == 1
    assert "holds the text. Name another folder to write into." in capsys.readouterr().err
    assert page.read_text(encoding="utf-8") == f"<p>{BERT}"
    one = str(tmp_path / "one.json")
    assert main(["eval", str(own_texts), "--predictions", one, "--null-margins", one]) == 1
    assert "holds the answers. Name another file" in capsys.readouterr().err


def test_answers_are_written_through_a_link_and_into_a_pipe(
    own_texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder").mkdir()
    target, link, pipe = tmp_path / "a.json", tmp_path / "folder" / "link", tmp_path / "pipe"
    link.symlink_to("../a.json")
    os.mkfifo(pipe)
    command = ["eval", str(own_texts), "--limit", "1", "--model", "bundled"]
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE) as reader:
        assert main([*command, "--predictions", str(link), "--null-margins", str(pipe)]) == 0
        assert reader.stdout is not None
        margins = json.loads(reader.stdout.read())
    assert link.is_symlink()
    assert json.loads(target.read_text(encoding="utf-8")).keys() == margins.keys()
    # What could not be answered leaves the link as it was.
    target.unlink()
    assert main([*command[:-1], "/nowhere", "--predictions", str(link)]) == 1
    assert (link.is_symlink(), target.exists()) == (True, False)
