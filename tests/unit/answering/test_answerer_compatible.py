"""`pipeline_compatible`: the dropped pipeline's shapes and defaults, on the bundled model."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from qna_widget import InputError, QuestionAnswerer

BERT = (
    "Bert is Ernie's best friend and roommate on Sesame Street. "
    "The pair share the basement apartment at 123 Sesame Street."
)
WHERE, WHO = "Where does Bert live?", "Who is Bert's best friend?"
NOTHING = "Where does Kermit the frog buy his green bananas?"


@pytest.fixture(scope="module")
def qa() -> QuestionAnswerer:
    return QuestionAnswerer("bundled", threads=2, pipeline_compatible=True)


def test_one_question_gives_one_dict(qa: QuestionAnswerer) -> None:
    answer = qa(question=WHERE, context=BERT)
    plain = QuestionAnswerer("bundled", threads=2)
    result = plain.ask(WHERE, BERT, align_to_words=True)
    ours = result.answers[0]
    # The pipeline's score is the share of this very cut: a softmax, in which "no answer" has its.
    share = result.null_probability * math.exp(ours.score - result.null_score)
    assert answer == {
        "score": pytest.approx(share),
        "start": ours.start,
        "end": ours.end,
        "answer": ours.text,
    }
    assert answer["score"] < ours.probability
    assert qa({"question": WHERE, "context": BERT}) == answer
    # As in the pipeline, a list of one is no list in the answer.
    assert qa(question=[WHERE], context=BERT) == answer
    assert qa([{"question": WHERE, "context": BERT}]) == answer
    per_call = QuestionAnswerer("bundled", threads=2)
    assert per_call(question=WHERE, context=BERT, pipeline_compatible=True) == answer


def test_lists_and_top_k_give_lists(qa: QuestionAnswerer) -> None:
    both = qa(question=[WHERE, WHO], context=BERT)
    assert both == [qa(question=q, context=BERT) for q in (WHERE, WHO)]
    ranked = qa(question=WHERE, context=BERT, top_k=3)
    assert len(ranked) == 3
    assert ranked[0] == both[0]
    assert qa(question=[WHERE, WHO], context=BERT, top_k=3)[0] == ranked
    with pytest.warns(DeprecationWarning, match="old name of top_k"):
        assert qa(question=WHERE, context=BERT, topk=3) == ranked
    # One candidate: no list either.
    assert qa(question=WHO, context="Ernie", top_k=3)["answer"] == "Ernie"


def test_no_answer_that_does_not_win_is_never_first(qa: QuestionAnswerer) -> None:
    found = qa(question=NOTHING, context=BERT, top_k=3, handle_impossible_answer=True,
               no_answer_threshold=100)  # fmt: skip
    assert [bool(answer["answer"]) for answer in found] == [True, False, True]
    assert found[1]["score"] > found[0]["score"]


def test_no_answer_is_the_empty_text_and_only_on_request(qa: QuestionAnswerer) -> None:
    assert qa(question=NOTHING, context=BERT)["answer"] != ""
    impossible = qa(question=NOTHING, context=BERT, handle_impossible_answer=True)
    result = qa.ask(NOTHING, BERT, align_to_words=True)
    assert result.no_answer
    assert impossible == {
        "score": result.null_probability,
        "start": 0,
        "end": 0,
        "answer": "",
    }
    assert qa(question=NOTHING, context=BERT, no_answer_threshold=100)["answer"] != ""
    assert qa(question=WHERE, context=BERT, no_answer_threshold=-100)["answer"] == ""


def test_no_answer_has_its_place_among_the_others(qa: QuestionAnswerer) -> None:
    """Where it does not win, by its probability, as in the pipeline."""
    lives = "Who lives on the street?"
    spans = qa(question=lives, context=BERT, top_k=99)
    with_null = qa(question=lives, context=BERT, top_k=100, handle_impossible_answer=True)
    (place,) = [i for i, answer in enumerate(with_null) if not answer["answer"]]
    assert place >= 1
    assert with_null[:place] + with_null[place + 1 :] == spans
    scores = [answer["score"] for answer in with_null]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) <= 1


def test_a_generator_is_answered_as_it_is_drawn(qa: QuestionAnswerer) -> None:
    asked = [{"question": WHERE, "context": BERT}, {"question": WHO, "context": BERT}]

    def endless() -> Iterator[dict[str, str]]:
        while True:
            yield from asked

    answers = qa(endless())
    assert [next(answers) for _ in range(3)] == [qa(one) for one in (*asked, asked[0])]
    answers.close()
    # One question: still no bare dict, which would be run through by its keys.
    assert list(qa(one for one in asked[:1])) == [qa(asked[0])]
    assert list(qa((one for one in asked), top_k=2)) == qa(asked, top_k=2)
    with pytest.raises(TypeError, match="no argument 'truncation'"):
        qa(endless(), truncation=True)
    with pytest.raises(InputError, match="A pair must be"):
        list(qa(text for text in [WHERE]))


def test_lists_in_a_dict_are_paired(qa: QuestionAnswerer) -> None:
    both = qa(question=[WHERE, WHO], context=BERT)
    assert qa({"question": [WHERE, WHO], "context": [BERT, BERT]}) == both
    assert qa({"question": [WHERE, WHO], "context": BERT}) == both


def test_how_the_pipeline_shared_out_work_changes_nothing(qa: QuestionAnswerer) -> None:
    plain = qa(question=WHERE, context=BERT)
    told = qa(question=WHERE, context=BERT, batch_size=8, num_workers=2, padding="longest")
    assert told == plain
    assert qa(question=WHERE, context=BERT, max_answer_len=None, doc_stride=None) == plain


def test_answers_are_whole_words_unless_told_otherwise(qa: QuestionAnswerer) -> None:
    passage = "Nobody saw the Vatnajokullsheidi volcano."
    for answer in qa(question="What did nobody see?", context=passage, top_k=20):
        for edge in (answer["start"], answer["end"]):
            around = passage[max(edge - 1, 0) : edge + 1]
            assert len(around) < 2 or not around.isalpha()
    pieces = qa(question="What did nobody see?", context=passage, top_k=60, align_to_words=False)
    assert any(passage[a["start"] - 1 : a["start"] + 1].isalpha() for a in pieces if a["start"])


def test_what_neither_knows_is_refused(qa: QuestionAnswerer) -> None:
    with pytest.raises(TypeError, match=r"no argument 'truncation'; .*topk, batch_size"):
        qa(question=WHERE, context=BERT, truncation=True)
    with pytest.raises(TypeError, match="no argument 'data'"):
        qa(data={"question": WHERE, "context": BERT})
    with (
        pytest.warns(DeprecationWarning, match="old name"),
        pytest.raises(InputError, match="top_k=2 and topk=3; give one"),
    ):
        qa(question=WHERE, context=BERT, top_k=2, topk=3)
