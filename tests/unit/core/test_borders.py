"""Where answers begin and end, by hand: the answer's tokens are those that touch `chosen`."""

from __future__ import annotations

import numpy as np
import pytest

from qna_widget import QuestionAnswerer
from qna_widget.answering.options import SENTENCE_MARGIN
from qna_widget.core.borders import Borders
from qna_widget.core.decoding import Decoder
from qna_widget.core.pipeline import conclude, prepare
from qna_widget.core.tokenizer import Tokenizer
from qna_widget.core.types import DecodingOptions, FeatureOptions, Logits
from qna_widget.errors import InputError


@pytest.fixture(scope="module")
def qa() -> QuestionAnswerer:
    return QuestionAnswerer("bundled", threads=2)


def answer(
    tokenizer: Tokenizer, text: str, chosen: str, *, aligned: bool = False, neat: bool = True
) -> str | None:
    passage = tokenizer.encode(text)
    start = text.index(chosen)
    end = start + len(chosen)
    tokens = [t for t in range(len(passage)) if passage.starts[t] < end and passage.ends[t] > start]
    options = DecodingOptions(align_to_words=aligned, neat=neat)
    found = Borders(text, passage, tokenizer).range(tokens[0], tokens[-1], options)
    return found and text[slice(*found)]


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
    ("text", "chosen", "whole"),
    [
        ("Install v2.3.1-rc1 today.", "3.1", "v2.3.1-rc1"),
        ("mail tamsin.vale@example.org", "example.org", "tamsin.vale@example.org"),
        ("see https://example.org/a?b=c#d.", "example", "https://example.org/a?b=c#d"),
        ("open /usr/local/bin, now", "local", "/usr/local/bin"),
        ("in ../lib/x.so.1 now", "lib", "../lib/x.so.1"),
        ("in ../../lib/x.so.1 now", "lib", "../../lib/x.so.1"),
        (r"in C:\Users\tam\x.txt is", "tam", r"C:\Users\tam\x.txt"),
        ("in src/core/borders.ts.", "borders", "src/core/borders.ts"),
        ("fell to -12.5 °C at", "12.5", "-12.5 °C"),
        ("fell to −40°C.", "40", "−40°C"),
        ("costs $4,000.50 now", "000", "$4,000.50"),
        ("paid € 40 then", "40", "€ 40"),
        ("it goes 5 km/h here", "5", "5 km/h"),
        ("12% of it", "12", "12%"),
        ("at 192.168.0.1:8080", "168", "192.168.0.1:8080"),
        ("at 12:30.", "12", "12:30"),
        ("on 2031-03-12.", "03", "2031-03-12"),
        ("in the U.S. now", "U", "U.S."),
        ("of COVID-19 waves", "COVID", "COVID-19"),
        ("unaffable people", "##aff"[2:], "unaffable"),
        (
            "at https://example.org/a_(b)?q=1,2&x=2#top. Read",
            "b",
            "https://example.org/a_(b)?q=1,2&x=2#top",
        ),
        ("[docs](https://example.org/docs), or", "example", "https://example.org/docs"),
        ("at <https://example.org/docs>.", "docs", "https://example.org/docs"),
        ("https://example.org/?a[]=1'", "1", "https://example.org/?a[]=1"),
        ("see www.example.org/docs today", "example", "www.example.org/docs"),
        ("see münchen.de/straße today", "de", "münchen.de/straße"),
        ("write o'neil@example.org now", "neil", "o'neil@example.org"),
        ("call +49 (0)30 1234-567 now", "1234", "+49 (0)30 1234-567"),
        ("in ~/.config/app.toml on", "config", "~/.config/app.toml"),
        ("in .gitignore there", "gitignore", ".gitignore"),
        ("at 9:30 a.m. on", "9", "9:30 a.m."),
        ("at 9 PM.", "9", "9 PM"),
        ("from 9:30–17:00 on", "30", "9:30–17:00"),
        ("paid 1\u202f000\u202f000\xa0€ then", "000", "1\u202f000\u202f000\xa0€"),
        ("paid 1’000’000 then", "000", "1’000’000"),
        ("paid 40 ₽ then", "40", "40 ₽"),
        ("see § 12 there", "12", "§ 12"),
        ("grew 3–5 % then", "3", "3–5 %"),
        ("is 5±2 mm then", "5", "5±2 mm"),
        ("is 5-10 mg/dL now", "5", "5-10 mg/dL"),
        ("is 10³ km² wide", "10", "10³ km²"),
        ("is 1.5e-3 kg.", "1", "1.5e-3 kg"),
        ("is ~5 km now", "5", "~5 km"),
        ("at 48°51′24″N now", "51", "48°51′24″N"),
        ("runs foo_bar_baz there", "bar", "foo_bar_baz"),
        ("in R&D there", "D", "R&D"),
        ("in C++, or", "C", "C++"),
        ("in C#.", "C", "C#"),
        ("in .NET there", "NET", ".NET"),
        ("the Ph.D. was", "Ph", "Ph.D."),
        ("post #SaveTheFerry now", "Save", "#SaveTheFerry"),
        ("by Tamsin O'Brien there", "Brien", "O'Brien"),
        ("l’Hôpital said", "Hôpital", "l’Hôpital"),
        # No atom.
        ("this and/or that", "and", "and"),
        ("Sesame Street.The pair", "Street", "Street"),
        ("in 2031.The pair", "2031", "2031"),
        ("1990-1995", "1990", "1990"),
        ("1914–1918 and", "1914", "1914"),
        ("Tamsin's boat", "Tamsin", "Tamsin"),
        ("well ...and then", "and", "and"),
        ("120\t300\t450", "300", "300"),
        ("grew by +12 2031 was", "2031", "2031"),
        ("5 hours later", "5", "5"),
    ],
)
def test_atoms_are_whole_when_words_are(
    qa: QuestionAnswerer, text: str, chosen: str, whole: str
) -> None:
    for neat in (True, False):
        assert answer(qa.tokenizer, text, chosen, aligned=True, neat=neat) == whole
    assert len(answer(qa.tokenizer, text, chosen) or "") <= len(whole)


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


def test_a_passage_of_nothing_readable_has_no_answer(qa: QuestionAnswerer) -> None:
    for text in ("x" * 101, "... !!! ???", f"{'x' * 101} {'y' * 101}"):
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
