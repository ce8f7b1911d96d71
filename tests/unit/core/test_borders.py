"""Where answers begin and end, by hand: the answer's tokens are those that touch `chosen`.

What is one for a reader (versions, numbers with units ...) is tried in test_atoms.py.
"""

from __future__ import annotations

from itertools import accumulate

import numpy as np
import pytest
from bordered import answer

from qna_widget import QuestionAnswerer
from qna_widget.answering.options import SENTENCE_MARGIN
from qna_widget.core import borders
from qna_widget.core.atoms import whole_atoms
from qna_widget.core.borders import Borders
from qna_widget.core.decoding import Decoder
from qna_widget.core.graphemes import is_border
from qna_widget.core.pipeline import conclude, prepare
from qna_widget.core.types import DecodingOptions, FeatureOptions, Logits
from qna_widget.errors import InputError


@pytest.fixture(scope="module")
def qa() -> QuestionAnswerer:
    return QuestionAnswerer("bundled", threads=2)


@pytest.mark.parametrize(
    ("text", "chosen", "whole"),
    [
        ("run by Chloe\u0301. It", "Chloe", "Chloe\u0301"),
        ("I ❤️ tea", "I ❤", "I ❤️"),
        ("by the 👩‍🚀 Vale", "👩", None),
        ("Hà No\u0302\u0323i lớn", "No", "No\u0302\u0323"),
        ("ஊர் தமிழ் ஆகும்", "தமிழ", "தமிழ்"),
        ("यह क्षत्रिय है", "क्षत्रिय", "क्षत्रिय"),
        ("אמר שָׁלוֹם לו", "שָׁלוֹם", "שָׁלוֹם"),
        ("قال مُحَمَّدٌ هنا", "مُحَمَّدٌ", "مُحَمَّدٌ"),
        ("ไป กำ มา", "กำ", "กำ"),
        ("한국어 \u1112\u1161\u11ab", "\u1112", "\u1112\u1161\u11ab"),
        ("in 🇩🇪🇫🇷 now", "in", "in"),
        ("ഇന്ന് അവന്\u200d വന്നു", "അവന്\u200d", "അവന്\u200d"),
        ("عام 1446 ه\u200d، هنا", "ه\u200d", "ه\u200d"),
        ("a 1️⃣ b", "1", "1️⃣"),
    ],
)
@pytest.mark.parametrize("neat", [True, False])
def test_characters_are_whole(
    qa: QuestionAnswerer, text: str, chosen: str, whole: str | None, neat: bool
) -> None:
    found = answer(qa.tokenizer, text, chosen, neat=neat)
    assert found == whole or (not neat and whole is None)


@pytest.mark.parametrize(
    "characters",
    [
        ["അ", "വ", "ന്\u200d", " "],
        ["ه\u200d", "د"],
        ["क्\u200dष", "ण"],
        ["👩\u200d🚀", "👩\u200d", "a"],
        ["❤️\u200d🔥", "\n", "\r\n", " \u0301"],
        ["👩🏽\u200d⚕️", "👩\u200d", " "],
    ],
)
def test_a_joiner_joins_pictures_and_consonants_alone(characters: list[str]) -> None:
    near = list("".join(characters))
    ends = list(accumulate(map(len, characters)))
    assert [at for at in range(1, len(near) + 1) if is_border(near, at)] == ends


def test_words_of_one_long_name_are_looked_at_once(
    qa: QuestionAnswerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every span of a long name is the whole name, so that no span keeps another from its turn."""
    looked: list[int] = []

    def counted(text: str, start: int, end: int) -> tuple[int, int]:
        looked.append(start)
        return whole_atoms(text, start, end)

    monkeypatch.setattr(borders, "whole_atoms", counted)
    text = "snake_case_" * 12 + "name"
    passage = qa.tokenizer.encode(text)
    found = Borders(text, passage, qa.tokenizer)
    options = DecodingOptions(align_to_words=True, neat=True)
    spans = [(i, j) for i in range(len(passage)) for j in range(i, min(i + 30, len(passage)))]
    assert {found.range(*span, options) for span in spans} == {(0, len(text))}
    assert len(looked) <= len(passage) < len(spans)


@pytest.mark.parametrize(
    ("text", "chosen", "neat"),
    [
        ("by [Tamsin Vale](https://example.org/t).", "[Tamsin Vale", "Tamsin Vale"),
        ("by [Tamsin Vale](https://example.org/t).", "[Tamsin Vale]", "[Tamsin Vale]"),
        (
            "by [Tamsin Vale](https://example.org/t).",
            "[Tamsin Vale](https",
            "[Tamsin Vale](https://example.org/t)",
        ),
        ("**Tamsin** **Vale**", "Tamsin** **Vale", "**Tamsin** **Vale**"),
        ("**Tamsin Vale**", "**Tamsin Vale", "Tamsin Vale"),
        ("the `key` here", "key`", "key"),
        ("the (old) ferry", "(old", "old"),
        ("the (old) ferry", "(old)", "(old)"),
        ("the ferry (the old one) leaves", "ferry (the old", "ferry (the old one)"),
        ("he said “never”", "“never", "never"),
        ("im Haus „Zur Linde“ am Markt", "„Zur Linde“ am Markt", "„Zur Linde“ am Markt"),
        ("im Haus „Zur Linde“ am Markt", "Haus „Zur Linde“", "Haus „Zur Linde“"),
        ("im Haus „Zur Linde“ am Markt", "Haus „Zur Linde", "Haus „Zur Linde“"),
        ("im Haus „Zur Linde“ am Markt", "Linde“ am Markt", "„Zur Linde“ am Markt"),
        ("im Haus „Zur Linde“ am Markt", "Linde“", "Linde"),
        ("w domu „Pod Lipą” na rynku", "„Pod Lipą” na rynku", "„Pod Lipą” na rynku"),
        ("im Haus ‚Zur Linde‘ am Markt", "Haus ‚Zur Linde", "Haus ‚Zur Linde‘"),
        ("im Haus ‚Zur Linde‘ am Markt", "‚Zur Linde", "Zur Linde"),
        ("he said ‘go’ and “no”", "go’ and “no", "go’ and “no”"),
        ('he said "never"', '"never', "never"),
        ('he said "never"', '"never"', '"never"'),
        ("# Title", "# Title", "Title"),
        ("- item", "- item", "item"),
        ("| cell | other |", "| cell |", "cell"),
        ("| cell | other |", "| cell", "cell"),
        ("<b>Tamsin</b> owns", "b>Tamsin", "Tamsin"),
        ("<b>Tamsin</b> owns", "Tamsin</b", "Tamsin"),
        (": Tamsin,", ": Tamsin,", "Tamsin"),
        ("-5 it is", "-5", "-5"),
        ("the boys' ferry", "boys'", "boys'"),
        ("in the '90s", "'90s", "'90s"),
        ("a snake_case name", "snake_case", "snake_case"),
        ("a . b", ".", None),
        ("**", "**", None),
    ],
)
def test_brackets_and_markup(
    qa: QuestionAnswerer, text: str, chosen: str, neat: str | None
) -> None:
    assert answer(qa.tokenizer, text, chosen) == neat
    assert answer(qa.tokenizer, text, chosen, neat=False) == chosen


def test_scripts_without_spaces_are_not_widened(qa: QuestionAnswerer) -> None:
    text = "かいぎはあしたのごごさんじからはじまります"
    found = qa(
        question="When?", context=text, top_k=5, pipeline_compatible=True,
        handle_impossible_answer=False,
    )  # fmt: skip
    assert len({one["answer"] for one in found}) == 5
    assert sum(one["answer"] == text for one in found) <= 1


@pytest.mark.parametrize("part", list("\x0b\x0c\x85\x1c\x1d\x1e\x1f\x00\x01\x7f\u200b\ufeff\u2060"))
def test_what_the_normaliser_drops_parts_words(qa: QuestionAnswerer, part: str) -> None:
    text = f"Launch date{part}12 March 2031{part}Owner{part}Priya Nair"
    best = qa("Who is the owner?", text)
    assert best.text == "Priya Nair"
    spaced = qa.tokenizer.encode(text.replace(part, " "))
    assert qa.tokenizer.encode(text).input_ids.tolist() == spaced.input_ids.tolist()


@pytest.mark.parametrize("joins", ["\u00ad", "\u200c", "\u200d"])
def test_what_joins_words_does_not_part_them(qa: QuestionAnswerer, joins: str) -> None:
    one, whole = (qa.tokenizer.encode(text) for text in (f"muse{joins}um", "museum"))
    assert one.input_ids.tolist() == whole.input_ids.tolist()


@pytest.mark.parametrize("long", ["iVBORw0KGgoAAAANSUhEUgAA" * 50, "a" * 1_000_000])
@pytest.mark.parametrize("compatible", [False, True])
def test_what_was_not_read_is_in_no_answer(
    qa: QuestionAnswerer, long: str, compatible: bool
) -> None:
    text = f"data:image/png;base64,{long} Tamsin Vale owns the ferry."
    result = qa.ask("Who owns the ferry?", text, top_k=20, overlap="allow")
    assert result.answers[0].text == "Tamsin Vale"
    assert not [answer for answer in result.answers if long[:50] in answer.text]
    assert result.warnings == ("A word of more than 100 characters could not be read.",)
    if compatible:
        with pytest.warns(UserWarning, match="could not be read"):
            found = qa(question="Who owns the ferry?", context=text, pipeline_compatible=True)
        assert found["answer"] == "Tamsin Vale"


@pytest.mark.parametrize("part", ["👩\u200d🚀", "ש\u200d\u200d", "☕\u00ad\u00ad"])
def test_what_the_model_drops_of_a_word_does_not_count(qa: QuestionAnswerer, part: str) -> None:
    passage = f"see {part * 40} there"
    encoding = qa.tokenizer.encode(passage)
    assert Borders(passage, encoding, qa.tokenizer).unread == 0
    assert answer(qa.tokenizer, passage, passage) == passage


def test_a_passage_of_nothing_readable_has_no_answer(qa: QuestionAnswerer) -> None:
    taken_apart = "가나다" * 20  # 120 characters for the model
    for text in ("x" * 101, "... !!! ???", f"{'x' * 101} {'y' * 101}", taken_apart):
        for threshold in (0, float("inf")):
            result = qa.ask("Who?", text, no_answer_threshold=threshold)
            assert result.no_answer
            assert [answer.text for answer in result.answers] == [""]
    with pytest.raises(InputError):
        qa.ask("Who?", " ")


@pytest.mark.parametrize("overlap", ["none", "nested", "allow"])
def test_lists_hold_no_signs_and_nothing_twice(qa: QuestionAnswerer, overlap: str) -> None:
    text = "The ferry: it leaves from pier four. Tickets - sold by Odalys (see map) - cost $5."
    found = qa("Where does the ferry leave?", text, top_k=40, overlap=overlap)
    assert len(found) > 5
    cores = ["".join(c for c in one.text if c.isalnum()) for one in found]
    assert all(cores)
    places = [
        (one.start + one.text.index(next(c for c in one.text if c.isalnum())), core)
        for one, core in zip(found, cores, strict=True)
    ]
    assert len(set(places)) == len(places)


@pytest.mark.parametrize(
    ("within", "margin", "best"),
    [
        (3, SENTENCE_MARGIN, "pier four"),
        (1, SENTENCE_MARGIN, "pier four. Odalys Pike"),  # nothing else is near
        (3, 0, "pier four. Odalys Pike"),
    ],
)
def test_a_span_over_a_sentences_end_ranks_behind_one_within(
    qa: QuestionAnswerer, within: float, margin: float, best: str
) -> None:
    """`within` is how likely the answer ends with its sentence; with the next one, 5 (logits)."""
    text = "It leaves from pier four. Odalys Pike sells tickets."
    prepared = prepare("Where does the ferry leave?", text, qa.tokenizer, FeatureOptions())
    (feature,) = prepared.features
    logits = Logits(*np.full((2, len(feature.input_ids)), -9, np.float32))
    at = dict(zip(("pier", "four", "Pike"), map(text.index, ("pier", "four", "Pike")), strict=True))
    place = {
        word: feature.passage_position + prepared.passage.starts.tolist().index(start)
        for word, start in at.items()
    }
    logits.start_logits[place["pier"]] = logits.end_logits[place["Pike"]] = 5
    logits.end_logits[place["four"]] = within
    decoder = Decoder(prepared.features)
    decoder.add(0, logits)
    options = DecodingOptions(neat=True, sentence_margin=margin)
    assert conclude(prepared, decoder, options).answers[0].text == best


def test_a_long_row_of_signs_takes_no_long_time(qa: QuestionAnswerer) -> None:
    text = "." * 3000 + " Tamsin Vale owns it. " + "a" + "\u0301" * 3000
    assert qa("Who owns it?", text, top_k=50, overlap="allow")[0].text == "Tamsin Vale"


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("## In\nfour - five\n- six\n- 80 g", ["## In", "four - five", "- six", "- 80 g"]),
        ("3 eggs\n1) Beat\n(b) Fold\nin. Then", ["3 eggs", "1) Beat", "(b) Fold in.", "Then"]),
        ("| a | b |\n| c | d |\nend | of", ["|", "a |", "b |", "|", "c |", "d |", "end | of"]),
        ("Ulm\t1911\nEssen\t1924\nend", ["Ulm", "1911", "Essen", "1924", "end"]),
        ("```sh\nmake it\n```\nrun", ["```sh", "make it", "```", "run"]),
        ("A\r\rfew\rwords\r- six\r1. Oil", ["A", "few words", "- six", "1. Oil"]),
        ("# In\r\nfour\r\nfive\r\n\r\nsix", ["# In", "four five", "six"]),
        ("in der Lindenstr. 14b. Then", ["in der Lindenstr. 14b.", "Then"]),
        ("a line\nthat goes | on\n\twith *this*", ["a line that goes | on with *this*"]),
    ],
)
def test_lines_of_lists_cells_and_fences_are_sentences(
    qa: QuestionAnswerer, text: str, sentences: list[str]
) -> None:
    passage = qa.tokenizer.encode(text)
    found: dict[int, tuple[int, int]] = {}
    for number, start, end in zip(
        Borders(text, passage, qa.tokenizer).sentence.tolist(),
        passage.starts.tolist(),
        passage.ends.tolist(),
        strict=True,
    ):
        found[number] = (found.get(number, (start, end))[0], end)
    assert [" ".join(text[slice(*place)].split()) for place in found.values()] == sentences


def test_answers_that_share_a_word_meet_there_but_for_cut_tags(qa: QuestionAnswerer) -> None:
    way = DecodingOptions(align_to_words=True, neat=True)

    def of(text: str) -> Borders:
        return Borders(text, qa.tokenizer.encode(text), qa.tokenizer)

    plain = of("by Vale , owner")
    assert plain.meet_in(1, 1)
    assert plain.meet_in(1, 2)
    assert not plain.meet_in(2, 2)  # the comma may be trimmed

    tagged = of("<b>Vale owns")  # tokens: < b > Vale owns
    name, tag = tagged.place(1, 3, way), tagged.place(1, 1, way)
    assert (name, tag) == ((3, 6), (1, 1))  # "Vale" and "b": both hold the token "b"
    assert not tagged.meet_in(1, 1)
    assert tagged.meet_in(3, 3)  # no tag any more
    assert of("a < b").meet_in(2, 2)  # none at all
    assert of("p<5, q<5").meet_in(2, 2)
    assert not of("<5 a> b").meet_in(1, 2)  # "5 a>" is cut off of an answer
