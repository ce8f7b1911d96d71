"""What a command of training/ does with an error."""

from __future__ import annotations

import pytest

from qna_widget.errors import QnaError
from training.command import command
from training.everyday import main


@pytest.mark.parametrize("error", [ValueError, QnaError, FileNotFoundError])
def test_what_a_user_can_mend_is_one_sentence(
    error: type[Exception], capsys: pytest.CaptureFixture[str]
) -> None:
    @command
    def failing() -> None:
        raise error("no such folder")

    assert failing() == 2
    assert capsys.readouterr().err == "training: no such folder\n"


def test_a_fault_of_the_program_is_shown_whole() -> None:
    @command
    def failing() -> None:
        raise KeyError("name")

    with pytest.raises(KeyError):
        failing()


def test_a_missing_file_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["everyday", "nowhere.txt"])
    assert main() == 2
    assert "nowhere.txt" in capsys.readouterr().err
