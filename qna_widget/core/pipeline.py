"""The stages joined: texts in, features out; logits in, answers out. Twin: js/src/core/pipeline.ts.

Runs no model: `Engine` (answering/engine.py) does, with these two steps around it.
"""

from __future__ import annotations

from dataclasses import dataclass

from qna_widget.errors import BlankPassageError, BlankQuestionError

from .borders import Borders
from .decoding import Decoder
from .features import create_features
from .readable import reading_trouble
from .relevance import PassageIndex
from .tokenizer import Tokenizer
from .types import (
    MAX_WORD_CHARS,
    Answer,
    Decoded,
    DecodingOptions,
    Encoding,
    Feature,
    FeatureOptions,
)


@dataclass(frozen=True, eq=False)
class Prepared:
    """One question about one passage, ready for the model."""

    question_text: str
    passage_text: str
    question: Encoding
    """At most max_question_tokens tokens."""
    passage: Encoding
    features: list[Feature]
    warnings: tuple[str, ...]
    """Sentences for the reader."""
    borders: Borders
    """Where answers may begin and end in the passage."""
    index: PassageIndex
    """Where each piece of the passage stands, for `reading_order`."""


def prepare(
    question_text: str,
    passage_text: str,
    tokenizer: Tokenizer,
    options: FeatureOptions,
    previous: Prepared | None = None,
) -> Prepared:
    """Tokenise and cut into windows. Neither text is altered.

    `previous` is an earlier question with the same tokenizer: its passage tokens are used again
    when the passage is the same text. A text is blank when no token is left of it, as `is_blank`
    tells beforehand. Raises BlankPassageError (looked at first),
    BlankQuestionError, or InputError when the question leaves no room for the passage.
    """
    if previous is not None and previous.passage_text == passage_text:
        passage, borders, index = previous.passage, previous.borders, previous.index
    else:
        passage = tokenizer.encode_passage(passage_text)
        borders = Borders(passage_text, passage, tokenizer)
        index = PassageIndex(passage.input_ids)
    if len(passage) == 0:
        raise BlankPassageError
    question = tokenizer.encode(question_text)
    if len(question) == 0:
        raise BlankQuestionError
    limit = options.max_question_tokens
    warnings: tuple[str, ...] = ()
    if borders.unread:
        words = "A word" if borders.unread == 1 else f"{borders.unread} words"
        warnings = (f"{words} of more than {MAX_WORD_CHARS} characters could not be read.",)
    if len(question) > limit:
        cut = f"The question has {len(question)} tokens; only its first {limit} were used."
        warnings = (cut, *warnings)
        question = question.cut(0, limit)
    trouble = reading_trouble(passage_text, passage, tokenizer.unk_id)
    if trouble:
        warnings += (trouble,)
    features = create_features(
        question,
        passage,
        cls_id=tokenizer.cls_id,
        sep_id=tokenizer.sep_id,
        max_seq_len=options.max_seq_len,
        doc_stride=options.doc_stride,
    )
    return Prepared(
        question_text, passage_text, question, passage, features, warnings, borders, index
    )


def conclude(prepared: Prepared, decoder: Decoder, options: DecodingOptions) -> Decoded:
    """Rank what the decoder was given so far; cheap, the model is not run.

    `decoder` is made of `prepared.features` and holds the logits of at least one.
    """
    ranking = decoder.decode(options, prepared.borders)
    if ranking.null_score is None or ranking.null_margin is None:
        raise ValueError("The decoder holds no logits yet; add those of one feature at least.")
    margin = ranking.null_margin
    answers = []
    if ranking.no_answer:
        score, probability = ranking.null_score, ranking.null_probability
        answers.append(Answer("", 0, 0, score, probability, null_margin=margin))
    for span in ranking.spans:
        found = prepared.borders.range(*span.tokens, options)
        if found is None:
            continue  # only what has a place is ranked
        start, end = found
        text = prepared.passage_text[start:end]
        answers.append(Answer(text, start, end, span.score, span.probability, null_margin=margin))
    return Decoded(
        answers=tuple(answers),
        null_score=ranking.null_score,
        null_probability=ranking.null_probability,
        null_margin=margin,
        no_answer=ranking.no_answer,
    )
