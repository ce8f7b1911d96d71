"""The picture of the scores, read back from matplotlib's own objects."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_hex

from qna_widget import InputError, MissingExtraError
from qna_widget.core.contract import default_inputs
from qna_widget.hosts.widget import kernel
from qna_widget.results.plot import ANSWER, END, START, Picture, plot

# Text that matplotlib would take for a formula, and what its font lacks.
PASSAGE = "$x^2$ 🙂 Bert lives at 123 Sesame Street. " + "Ernie sleeps. " * 60 + "So be it_{."
INPUTS = {**default_inputs(), "passage": PASSAGE, "question": "Where does Bert $live?"}
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def found() -> kernel.KernelAnswer:
    return kernel.answer(INPUTS)


def draw(found: kernel.KernelAnswer, tokens: int) -> Picture:
    return plot(found.scores, found.outputs["answers"], tokens=tokens)


@pytest.mark.parametrize("tokens", [1, 12, 10_000])
def test_bars_are_the_logits_of_the_tokens_below_them(
    found: kernel.KernelAnswer, tokens: int
) -> None:
    axes = draw(found, tokens).figure.axes[0]
    shown = axes.get_xticks().astype(int)
    assert len(shown) == min(tokens, len(found.scores.tokens))
    labels = [label.get_text() for label in axes.get_xticklabels()]
    assert labels == [found.scores.tokens[i] for i in shown]
    starts, ends = (np.array([bar.get_height() for bar in bars]) for bars in axes.containers)
    assert starts.tolist() == found.scores.start_logits[shown].tolist()
    assert ends.tolist() == found.scores.end_logits[shown].tolist()
    colours = [to_hex(bars.patches[0].get_facecolor()).upper() for bars in axes.containers]
    assert colours == [START, END]


def test_the_best_answer_is_in_the_middle_and_marked(found: kernel.KernelAnswer) -> None:
    axes = draw(found, 12).figure.axes[0]
    best = found.outputs["answers"][0]
    bars = {id(bar) for bars in axes.containers for bar in bars}
    marks = [patch for patch in axes.patches if id(patch) not in bars]
    assert {to_hex(mark.get_facecolor()).upper() for mark in marks} == {ANSWER}
    mark = marks[-1]
    first, last = round(mark.get_x() + 0.5), round(mark.get_x() + mark.get_width() - 0.5)
    assert found.scores.starts[first] == best["start"]
    assert found.scores.ends[last] == best["end"]
    assert [text.get_text() for text in axes.texts][-1] == "1"
    title = axes.get_title(loc="left")
    assert title.startswith(INPUTS["question"])
    assert f"best span {best['score']:.2f}, null score" in title


def test_it_is_a_picture_that_a_notebook_shows_and_a_file_keeps(
    found: kernel.KernelAnswer, tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    picture = draw(found, 10_000)  # with the text that is no formula
    assert picture._repr_png_().startswith(PNG)
    picture.save(tmp_path / "scores.png")
    assert (tmp_path / "scores.png").read_bytes().startswith(PNG)
    # matplotlib's own; those of threads that other tests left are not about the picture.
    assert not [one for one in recwarn.list if issubclass(one.category, UserWarning)]


def test_what_other_threads_set_about_warnings_meanwhile_stays(
    found: kernel.KernelAnswer, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = draw(found, 12)
    monkeypatch.setattr(
        picture.figure, "savefig", lambda *_, **__: warnings.filterwarnings("ignore", "another's")
    )
    picture._repr_png_()
    assert any(said and said.pattern == "another's" for _, said, *_ in warnings.filters)
    with pytest.warns(UserWarning, match="Glyph 1 missing"):
        warnings.warn("Glyph 1 missing", stacklevel=1)  # of another's figure


def test_without_matplotlib_the_extra_is_named(
    found: kernel.KernelAnswer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r"qna-widget\[plot\]"):
        draw(found, 12)


def test_without_answers_the_highest_start_is_shown(found: kernel.KernelAnswer) -> None:
    axes = plot(found.scores, [], tokens=3).figure.axes[0]
    assert int(found.scores.start_logits.argmax()) in axes.get_xticks()
    assert axes.get_title(loc="left").splitlines()[1].startswith("null score")
    for wrong in (0, 5.5, "some"):
        with pytest.raises(InputError, match=r"tokens must be a whole number from 1 to .*; got"):
            plot(found.scores, [], tokens=wrong)  # type: ignore[arg-type]


def test_long_words_and_questions_leave_room_for_the_bars() -> None:
    passage = f"The key {'QUJD' * 24} is kept by Bert. " + "สวัสดีครับ" * 20
    question = "Who is it that keeps the long key of the test server, which nobody can read? " * 2
    found = kernel.answer({**INPUTS, "passage": passage, "question": question})
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        picture = draw(found, 12)
        assert picture._repr_png_().startswith(PNG)
    axes = picture.figure.axes[0]
    assert max(len(label.get_text()) for label in axes.get_xticklabels()) == 24
    assert all(len(line) < 70 for line in axes.get_title(loc="left").splitlines()[:-1])
