"""QuestionAnswerer on the bundled model: the specification's worked cases, options, streams."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Iterator

import pytest

from qna_widget import Answer, BlankPassageError, BlankQuestionError, InputError, QuestionAnswerer
from qna_widget.core.decoding import Decoder
from qna_widget.core.pipeline import conclude, prepare
from qna_widget.core.types import DecodingOptions, FeatureOptions

BERT = (
    "Bert is Ernie's best friend and roommate on Sesame Street. "
    "The pair share the basement apartment at 123 Sesame Street."
)
QUESTION = "Where does Bert live?"


@pytest.fixture(scope="module")
def qa() -> QuestionAnswerer:
    return QuestionAnswerer(threads=2)


def test_the_blogs_example(qa: QuestionAnswerer) -> None:
    answer = qa(QUESTION, BERT)
    assert "Sesame Street" in answer.text
    assert BERT[answer.start : answer.end] == answer.text
    assert 0 < answer.probability <= 1


def test_first_word_of_the_passage(qa: QuestionAnswerer) -> None:
    answer = qa("Who lives with Ernie on Sesame Street?", BERT, no_answer_threshold=100)
    assert (answer.text, answer.start, answer.end) == ("Bert", 0, 4)


def test_emoji_before_the_answer(qa: QuestionAnswerer) -> None:
    passage = "🎉👩‍👩‍👧‍👦𠮷 " + BERT
    plain, shifted = qa(QUESTION, BERT), qa(QUESTION, passage)
    assert shifted.text == plain.text
    assert passage[shifted.start : shifted.end] == shifted.text


def test_an_answer_across_a_window_border(qa: QuestionAnswerer) -> None:
    filler = "The weather was mild and nothing else happened on that day in the valley. "
    passage = filler * 22 + "The treasure of Karak is buried under the old oak. " + filler * 22
    question, answer = "Where is the treasure of Karak buried?", "under the old oak"
    oak = passage.index("old oak")
    first_window = int((qa.tokenizer.encode(passage).starts < oak).sum())  # ends before "old"
    result = qa.ask(
        question, passage, max_seq_len=first_window + len(qa.tokenizer.encode(question)) + 3
    )
    assert result.windows > 1
    assert result.answers[0].text == answer
    assert passage[result.answers[0].start :].startswith(result.answers[0].text)
    assert len({(a.start, a.end) for a in result.answers}) == len(result.answers)


def test_a_question_of_700_tokens_is_cut_with_a_warning(qa: QuestionAnswerer) -> None:
    result = qa.ask("why " * 700, BERT)
    assert result.warnings == ("The question has 700 tokens; only its first 64 were used.",)
    assert result.answers


@pytest.mark.parametrize("blank", ["", " \n\t\u00a0", "\x00\ufffd\x07"])
def test_blank_texts_are_refused_and_named(qa: QuestionAnswerer, blank: str) -> None:
    with pytest.raises(BlankPassageError, match="passage is blank"):
        qa(QUESTION, blank)
    with pytest.raises(BlankQuestionError, match="question is blank"):
        qa(blank, BERT)


def test_a_passage_of_one_character(qa: QuestionAnswerer) -> None:
    answer = qa("Which letter?", "x", no_answer_threshold=100)
    assert (answer.text, answer.start, answer.end) == ("x", 0, 1)


def test_nothing_to_answer_is_an_answer_of_its_own(qa: QuestionAnswerer) -> None:
    result = qa.ask(QUESTION, BERT, no_answer_threshold=-100)
    assert result.no_answer
    first = result.answers[0]
    assert (first.text, first.start, first.end) == ("", 0, 0)
    assert first.score == result.null_score
    assert first.probability == result.null_probability
    assert len(result.answers) == 5
    switched_off = qa.ask(QUESTION, BERT, no_answer_threshold=float("inf"))
    assert switched_off.null_margin == result.null_margin
    assert all(answer.text for answer in switched_off.answers)


def test_probability_does_not_depend_on_top_k(qa: QuestionAnswerer) -> None:
    best = qa(QUESTION, BERT)
    for overlap in ("none", "nested", "allow"):
        many = qa(QUESTION, BERT, top_k=100, overlap=overlap)
        assert many[0] == best
        assert qa(QUESTION, BERT, top_k=7, overlap=overlap) == many[:7]
    apart = qa(QUESTION, BERT, top_k=100)
    assert sum(answer.probability for answer in apart) <= 1


def test_lists_pair_questions_with_passages(qa: QuestionAnswerer) -> None:
    questions = [QUESTION, "Who is Bert's best friend?"]
    alone = [qa(question, BERT) for question in questions]
    assert qa(questions, BERT) == alone
    assert qa(questions, [BERT, BERT]) == alone
    assert qa(questions, BERT, top_k=1) == [[answer] for answer in alone]
    assert qa([], BERT) == []
    with pytest.raises(InputError, match="2 questions and 1 passages cannot be paired"):
        qa(questions, [BERT])


def test_an_error_says_which_pair(qa: QuestionAnswerer) -> None:
    with pytest.raises(BlankQuestionError) as caught:
        qa([QUESTION, " "], BERT)
    assert caught.value.__notes__ == ["in the question at index 1"]


def test_streams_are_drawn_as_needed(qa: QuestionAnswerer) -> None:
    drawn = 0

    def endless() -> Iterator[tuple[str, str]]:
        nonlocal drawn
        while True:
            drawn += 1
            yield QUESTION, BERT

    results = qa.ask_many(endless())
    first = [next(results) for _ in range(3)]
    results.close()
    assert first[0] == first[2]
    assert drawn <= 3 + 2 * qa.session.threads + 1


def test_results_do_not_depend_on_threads_or_company(qa: QuestionAnswerer) -> None:
    pairs = [(QUESTION, BERT), ("Who is Bert's best friend?", BERT * 30), (QUESTION, BERT[:58])]
    one = QuestionAnswerer(threads=1)
    assert list(qa.ask_many(pairs)) == [one.ask(*pair) for pair in pairs]


def test_many_threads_may_ask_at_once(qa: QuestionAnswerer) -> None:
    expected = qa(QUESTION, BERT)
    found: list[Answer] = []
    threads = [threading.Thread(target=lambda: found.append(qa(QUESTION, BERT))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8


def test_pickles_as_its_arguments_and_loads_once(qa: QuestionAnswerer) -> None:
    data = pickle.dumps(qa)
    assert len(data) < 300
    assert pickle.loads(data).session is qa.session


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"top_k": 0}, "top_k must be"),
        ({"max_answer_len": 1.5}, "max_answer_len must be"),
        ({"doc_stride": 0}, "doc_stride must be"),
        ({"overlap": "some"}, "overlap must be"),
        ({"no_answer_threshold": float("nan")}, "no_answer_threshold must be"),
        ({"max_seq_len": 512}, "max_seq_len must be a whole number from 8 to 384"),
    ],
)
def test_values_that_are_not_allowed(
    qa: QuestionAnswerer, options: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        qa.ask(QUESTION, BERT, **options)


def test_a_shorter_window_is_allowed_but_must_hold_the_question(qa: QuestionAnswerer) -> None:
    assert qa.ask(QUESTION, BERT, max_seq_len=20).windows > 1
    with pytest.raises(InputError, match="leaves no room"):
        qa.ask("why " * 64, BERT, max_seq_len=20)


def test_passage_tokens_are_used_again(qa: QuestionAnswerer) -> None:
    first = prepare(QUESTION, BERT, qa.tokenizer, FeatureOptions())
    again = prepare("Who?", BERT, qa.tokenizer, FeatureOptions(), first)
    other = prepare("Who?", BERT + "!", qa.tokenizer, FeatureOptions(), first)
    assert again.passage is first.passage
    assert other.passage is not first.passage
    with pytest.raises(ValueError, match="no logits yet"):
        conclude(first, Decoder(first.features), DecodingOptions())
