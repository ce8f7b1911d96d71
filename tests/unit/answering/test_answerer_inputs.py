"""What QuestionAnswerer takes, and what it refuses in which words."""

from __future__ import annotations

import io
import json
import re
import shutil
import warnings
from collections import namedtuple
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from qna_widget import InputError, QuestionAnswerer
from qna_widget.models.registry import BUNDLED

BERT = (
    "Bert is Ernie's best friend and roommate on Sesame Street. "
    "The pair share the basement apartment at 123 Sesame Street."
)
WHERE, WHO = "Where does Bert live?", "Who is Bert's best friend?"
FRAME = pd.DataFrame({"question": [WHO], "passage": [BERT]})


@pytest.fixture(scope="module")
def qa() -> QuestionAnswerer:
    return QuestionAnswerer("bundled", threads=2)


def test_shown_in_a_notebook_it_names_its_model(qa: QuestionAnswerer) -> None:
    assert repr(qa) == f"<QuestionAnswerer: {qa.manifest.title}>"


def test_every_form_asks_the_same(qa: QuestionAnswerer) -> None:
    where, who = qa(WHERE, BERT), qa(WHO, BERT)
    assert where.text != who.text
    assert qa(question=WHERE, context=BERT) == where
    assert qa({"question": WHERE, "context": BERT}) == where
    assert qa({"question": WHERE, "passage": BERT}) == where
    both = [where, who]
    assert qa(question=[WHERE, WHO], context=BERT) == both
    assert qa(question=(WHERE, WHO), passage=[BERT, BERT]) == both
    assert qa(np.array([WHERE, WHO]), BERT) == both
    assert qa([{"question": WHERE, "context": BERT}, {"question": WHO, "passage": BERT}]) == both
    assert qa(WHERE, [BERT, BERT[:58]]) == [where, qa(WHERE, BERT[:58])]
    assert qa([WHERE], BERT) == [where]
    assert qa([], BERT) == qa([]) == qa(WHERE, []) == []
    assert qa(WHERE, BERT, top_k=2)[0] == where
    assert [ranked[0] for ranked in qa([WHERE, WHO], BERT, top_k=2)] == both


Given = namedtuple("Given", "arguments options said")


@pytest.mark.parametrize(
    "given",
    [
        Given((1, BERT), {}, "question must be a string or a list of strings; got 1 (int)."),
        Given((WHERE, 2.5), {}, "passage must be a string or a list of strings; got 2.5 (float)."),
        Given((b"who", BERT), {}, "question must be a string or a list of strings; got b'who'"),
        Given((WHO, {BERT}), {}, "passage must be a string or a list of strings; got {"),
        Given((WHO, io.StringIO(BERT)), {}, "passage must be a string or a list of strings; got <"),
        Given(
            (WHO, np.array(BERT)), {}, "passage must be a string or a list of strings; got array"
        ),
        Given((WHO, FRAME), {}, "passage must be a string or a list of strings; got "),
        Given((FRAME, BERT), {}, "question must be a string or a list of strings; got "),
        Given((WHO, "Bert \udce9"), {}, "passage holds a lone surrogate, U+DCE9, at character 5"),
        Given(([WHO, None], BERT), {}, "question at index 1 must be a string; got None (NoneType)"),
        Given((WHERE, [BERT, 3]), {}, "passage at index 1 must be a string; got 3 (int)."),
        Given((WHERE,), {}, "The passage is missing. Give question=... and passage=..."),
        Given((), {"context": BERT}, "The question is missing."),
        Given((), {}, "The question is missing."),
        Given((WHERE, BERT), {"context": BERT}, "passage and context are two names for the same"),
        Given(([WHO, WHO], [BERT]), {}, "2 questions and 1 passages cannot be paired."),
        Given(({"question": WHO},), {}, "with the keys 'question' and 'context' (or 'passage')"),
        Given(({"question": WHO, "contxt": BERT, "id": 1},), {}, "; got {'question': "),
        Given(({"question": WHO, "context": BERT, "passage": BERT},), {}, "two names for the same"),
        Given(([{"question": [WHO], "context": [BERT, BERT]}],), {}, "1 questions and 2 passages"),
        Given(({"question": WHO, "context": 1},), {}, "context must be a string; got 1 (int)."),
        Given(([{"question": WHO, "context": BERT}, WHO],), {}, "The input at index 1 must be a"),
        Given(
            ({"question": WHO, "context": BERT}, BERT), {}, "besides. Several mappings go in a l"
        ),
        Given(
            ({"question": [WHO], "context": 1},), {}, "passage must be a string or a list of str"
        ),
        Given((WHO, BERT), {"max_seq_len": 385}, "384 (tokens; more with a model that `qna-widget"),
        Given((WHO, BERT), {"no_answer_threshold": 101}, '(logits; infinity turns "no answer" off'),
        Given(([{"question": WHO, "context": BERT}], BERT), {}, "hold question and context alre"),
        Given((WHO, BERT), {"top_k": "3"}, "top_k must be a whole number from 1 to 100 (answers)"),
        Given((WHO, BERT), {"top_k": True}, "got True (bool)."),
        Given((WHO, BERT), {"max_question_len": 0}, "max_question_len must be a whole number from"),
        Given((WHO, BERT), {"align_to_words": 1}, "align_to_words must be True or False; got 1"),
        Given(
            (WHO, BERT),
            {"handle_impossible_answer": False, "no_answer_threshold": 2},
            "Give one of them.",
        ),
    ],
    ids=lambda given: given.said[:40],
)
def test_what_cannot_be_asked_is_said(qa: QuestionAnswerer, given: Given) -> None:
    with pytest.raises(InputError, match=re.escape(given.said)):
        qa(*given.arguments, **given.options)


@pytest.mark.parametrize("name", ["max_answer_length", "batch_size"])
def test_an_option_that_there_is_not_is_refused_as_python_does(
    qa: QuestionAnswerer, name: str
) -> None:
    said = f"no argument '{name}'; there are top_k, max_answer_len, doc_stride,"
    for call in (qa, qa.ask, qa.options, lambda *asked, **options: qa.ask_many([asked], **options)):
        given = () if call == qa.options else (WHO, BERT)
        with pytest.raises(TypeError, match=said):
            call(*given, **{name: 9})


@pytest.mark.parametrize("value", [None, 1, b"who", float("nan"), [WHO], np.array([WHO])])
def test_ask_takes_texts_only(qa: QuestionAnswerer, value: object) -> None:
    with pytest.raises(InputError, match="question must be a string; got"):
        qa.ask(value, BERT)
    with pytest.raises(InputError, match="passage must be a string; got") as caught:
        qa.ask(WHO, value)
    assert not hasattr(caught.value, "__notes__")  # there is but one question


ROW = {"id": 7, "title": ["Bert"], "answers": {"text": ["x"], "answer_start": [0]}}


def test_rows_of_tables_may_have_further_keys(qa: QuestionAnswerer) -> None:
    row = {**ROW, "question": WHO, "context": BERT}
    assert qa(row) == qa(WHO, BERT)
    assert qa([row, row]) == [qa(WHO, BERT)] * 2
    assert next(qa.ask_many([row])) == qa.ask(WHO, BERT)
    assert qa(row, pipeline_compatible=True) == qa(WHO, BERT, pipeline_compatible=True)


def test_rows_of_a_data_frame_are_asked_as_they_come(qa: QuestionAnswerer) -> None:
    table = pd.DataFrame({"id": [1, 2], "question": [WHO, WHERE], "context": [BERT, BERT]})
    both = [qa(WHO, BERT), qa(WHERE, BERT)]
    assert qa(table) == both
    assert qa(table.iloc[0]) == both[0]
    assert table.apply(qa, axis=1).tolist() == both
    assert qa(list(table.itertuples())) == both
    assert qa([row for _, row in table.iterrows()], pipeline_compatible=True) == qa(
        table.to_dict("records"), pipeline_compatible=True
    )
    assert [result.answers[0] for result in qa.ask_many(table.itertuples())] == both


def test_a_list_of_a_mapping_of_lists_is_its_questions(qa: QuestionAnswerer) -> None:
    both = {"question": [WHO, WHERE], "context": [BERT, BERT]}
    assert qa([both]) == qa(both) == [qa(WHO, BERT), qa(WHERE, BERT)]
    assert qa([both], pipeline_compatible=True) == qa(both, pipeline_compatible=True)
    assert qa([{"question": [WHO], "context": BERT}]) == [qa(WHO, BERT)]


def test_a_stream_takes_pairs_and_mappings(qa: QuestionAnswerer) -> None:
    expected = [qa.ask(WHERE, BERT), qa.ask(WHO, BERT)]
    mappings = [{"question": WHERE, "context": BERT}, {"question": WHO, "passage": BERT}]
    assert list(qa.ask_many([(WHERE, BERT), [WHO, BERT]])) == expected
    assert list(qa.ask_many(mappings)) == expected
    for no_pair in ("ab", (WHO, BERT, 1), (WHO,), None, 7):
        with pytest.raises(InputError, match=r"A pair must be \(question, passage\)") as caught:
            list(qa.ask_many([(WHO, BERT), no_pair]))
        assert caught.value.__notes__ == ["in the question at index 1"]


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_what_comes_before_an_error_is_answered_first(threads: int) -> None:
    answers = QuestionAnswerer("bundled", threads=threads).ask_many([(WHO, BERT)] * 10 + [("", "")])
    assert len([next(answers) for _ in range(10)]) == 10
    with pytest.raises(InputError, match="The passage is blank"):
        next(answers)


@pytest.mark.parametrize("threads", [[1], True, 0, -1, 1.0, "2"])
def test_threads_are_a_number(threads: object) -> None:
    with pytest.raises(InputError, match="give 1 or more, or None for all processors"):
        QuestionAnswerer("bundled", threads=threads)


def test_none_stands_for_the_default(qa: QuestionAnswerer) -> None:
    names = ("max_answer_len", "doc_stride", "max_seq_len", "max_question_len", "overlap",
             "no_answer_threshold", "handle_impossible_answer", "align_to_words")  # fmt: skip
    nothing: dict[str, Any] = dict.fromkeys(names)
    assert qa.ask(WHERE, BERT, **nothing, top_k=None) == qa.ask(WHERE, BERT)


def test_a_question_is_cut_where_it_is_told_to(qa: QuestionAnswerer) -> None:
    result = qa.ask("Where does Bert live today?", BERT, max_question_len=5)
    assert result.warnings == ("The question has 6 tokens; only its first 5 were used.",)
    cut = qa.ask("Where does Bert live today", BERT)
    assert result.answers == cut.answers


@pytest.mark.parametrize("compatible", [False, True])
def test_a_call_warns_of_a_question_that_it_cuts(qa: QuestionAnswerer, compatible: bool) -> None:
    options = {"max_question_len": 3, "pipeline_compatible": compatible}
    with pytest.warns(UserWarning, match="only its first 3 were used") as warned:
        qa([WHERE, WHERE], BERT, **options)
    assert [warning.filename for warning in warned] == [__file__]
    if compatible:
        with pytest.warns(UserWarning, match="only its first 3 were used") as warned:
            list(qa((one for one in [{"question": WHERE, "context": BERT}]), **options))
        assert [warning.filename for warning in warned] == [__file__]
    with warnings.catch_warnings(action="error"):
        qa([WHERE, WHO], BERT, pipeline_compatible=compatible)


def test_the_threshold_is_the_models_own_until_one_is_given(
    qa: QuestionAnswerer, tmp_path: Path
) -> None:
    for own in (-100, 100):
        folder = tmp_path / str(own)
        shutil.copytree(BUNDLED, folder)
        description = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        description["no_answer_threshold"] = own
        (folder / "model.json").write_text(json.dumps(description), encoding="utf-8")
        model = QuestionAnswerer(folder, threads=1)
        assert (model(WHERE, BERT).text == "") == (own < 0)
        given = model.ask(WHERE, BERT, no_answer_threshold=0)
        assert given.no_answer == qa.ask(WHERE, BERT, no_answer_threshold=0).no_answer
        asked = model.options(no_answer_threshold=None).decoding
        assert asked.no_answer_threshold == own


def test_no_answer_can_be_switched_off(qa: QuestionAnswerer) -> None:
    nothing = "Where does Kermit the frog buy his green bananas?"
    assert qa(nothing, BERT, no_answer_threshold=-100).text == ""
    best = qa(nothing, BERT, handle_impossible_answer=False)
    for infinity in (float("inf"), np.float32("inf"), np.float64("inf")):
        assert best == qa(nothing, BERT, no_answer_threshold=infinity)
    assert best.text
    assert qa(nothing, BERT, handle_impossible_answer=True) == qa(nothing, BERT)


@pytest.mark.parametrize("name", ["top_k", "max_answer_len", "doc_stride", "max_windows"])
@pytest.mark.parametrize("given", [10**400, -(10**400), 10**5000], ids=["+", "-", "unprintable"])
def test_a_whole_number_beyond_all_floats_is_refused(
    qa: QuestionAnswerer, name: str, given: int
) -> None:
    with pytest.raises(InputError, match=f"{name} must be a whole number from 1 to"):
        qa.ask(WHERE, BERT, **{name: given})


def test_what_holds_no_pairs_is_refused_at_once(qa: QuestionAnswerer) -> None:
    with pytest.raises(InputError, match=r"must be \(question, passage\) pairs; got 5 \(int\)"):
        qa.ask_many(5)  # type: ignore[arg-type]
