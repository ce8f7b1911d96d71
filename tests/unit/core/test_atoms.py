"""Versions, addresses, numbers with units and the like, by hand: they are whole when words are."""

from __future__ import annotations

import pytest
from bordered import answer

from qna_widget import QuestionAnswerer


@pytest.fixture(scope="module")
def qa() -> QuestionAnswerer:
    return QuestionAnswerer("bundled", threads=2)


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
        # In whatever part of it the answer ends.
        ("goes 5 km/h here", "5 km", "5 km/h"),
        ("goes 5 km/h here", "h", "5 km/h"),
        ("fell to -12.5 °C at", "°C", "-12.5 °C"),
        ("weighs 80 kg now", "kg", "80 kg"),
        ("from 9 a.m. to", "a.m", "9 a.m."),
        ("paid USD 40 then", "USD", "USD 40"),
        ("paid US$ 40 then", "40", "US$ 40"),
        ("paid 40 EUR then", "EUR", "40 EUR"),
        ("see §§ 12–14 there", "12", "§§ 12–14"),
        ("cost $4 million then", "4", "$4 million"),
        ("cost €1.2 billion.", "2", "€1.2 billion"),
        ("um 9:30 Uhr am", "9", "9:30 Uhr"),
        ("with 5 m/s² at", "5", "5 m/s²"),
        ("about 15 ha of", "15", "15 ha"),
        ("at 3 Mbit/s then", "3", "3 Mbit/s"),
        ("at 120 bpm then", "bpm", "120 bpm"),
        # Ranges of what are no years, and results.
        ("for 10-12 people", "10", "10-12"),
        ("for 10–12 people", "12", "10–12"),
        ("won 3-1 there", "3", "3-1"),
        ("on pages 120-134 of", "134", "120-134"),
        ("call 555-1234 now", "555", "555-1234"),
        # What stands with spaces.
        ("has 1 000 000 people", "1", "1 000 000"),
        ("has 12 000 people", "12", "12 000"),
        ("paid 1 250 € then", "250", "1 250 €"),
        ("paid 12 345,50 EUR then", "345", "12 345,50 EUR"),
        ("on 1 234 567 km² of", "234", "1 234 567 km²"),
        ("is 20 x 30 cm big", "20", "20 x 30 cm"),
        ("is 20 × 30 cm big", "30", "20 × 30 cm"),
        ("is 20x30 cm big", "20", "20x30 cm"),
        ("is 20 cm x 30 cm x 4 cm big", "30", "20 cm x 30 cm x 4 cm"),
        ("at 1920×1080 points", "1080", "1920×1080"),
        ("in der Lindenstr. 14b, Ulm", "Lindenstr", "Lindenstr. 14b"),
        ("in der Hauptstr. 5-7.", "5", "Hauptstr. 5-7"),
        ("to DE89 3704 0044 0532 0130 00 at", "3704", "DE89 3704 0044 0532 0130 00"),
        ("in London SW1A 1AA now", "1AA", "SW1A 1AA"),
        ("take 1 1/2 cups", "1/2", "1 1/2"),
        ("call (030) 123 45 67 now", "123", "(030) 123 45 67"),
        ("call 030 1234567 now", "1234567", "030 1234567"),
        ("call 01 23 45 67 89 now", "45", "01 23 45 67 89"),
        ("call (555) 123-4567 now", "123", "(555) 123-4567"),
        # Names with signs.
        ("see Don't Look Up", "Don", "Don't"),
        ("see Don’t Look Up", "t Look", "Don’t Look"),
        ("use --no-verify now", "verify", "--no-verify"),
        ("use -v now", "v", "-v"),
        ("in $HOME there", "HOME", "$HOME"),
        ("a std::vector there", "vector", "std::vector"),
        ("over TCP/IP there", "IP", "TCP/IP"),
        # No atom.
        ("&quot;Tamsin&quot; owns", "Tamsin", "Tamsin"),
        ("120 300 450", "300", "300"),
        ("in room 12 300 people", "12", "12"),
        ("in 2031 12 000 came", "2031", "2031"),
        ("in 1990-95 it", "1990", "1990"),
        ("on 03.12.2031 14 came", "2031", "03.12.2031"),
        ("in 2031 Ms Pike came", "2031", "2031"),
        ("they 'll not", "they", "they"),
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
def test_they_are_whole_when_words_are(
    qa: QuestionAnswerer, text: str, chosen: str, whole: str
) -> None:
    for neat in (True, False):
        assert answer(qa.tokenizer, text, chosen, aligned=True, neat=neat) == whole
    assert len(answer(qa.tokenizer, text, chosen) or "") <= len(whole)
