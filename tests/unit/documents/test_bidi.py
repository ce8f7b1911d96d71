"""Arabic and Hebrew lines as shown, against the lines that they were shown from."""

from __future__ import annotations

import pytest

from qna_widget.documents.bidi import in_reading_order


@pytest.mark.parametrize(
    ("shown", "read"),
    [
        ("םולש", "שלום"),
        (
            ".ןהכ ינד ,וריא 45 ריחמב 2031 ץרמב 12-ב חתפנ",
            "נפתח ב-12 במרץ 2031 במחיר 45 אירו, דני כהן.",
        ),
        ("(1998) םולש", "שלום (1998)"),
        ("50% :םוכס", "סכום: 50%"),
        ("12/03/2031 :ךיראת", "תאריך: 12/03/2031"),
        (".לודגה Tamsin Vale 45 אוה", "הוא Tamsin Vale 45 הגדול."),
        ("3D הספדה", "הדפסה 3D"),
        ("He said םלוע 123 םולש to me.", "He said שלום 123 עולם to me."),
        ("ﻲﻣﺎﺳ ﻮﻫ ﺮﻳﺪﻤﻟاو ،ورﻮﻳ 45 ﺮﻌﺴﺑ", "بسعر 45 يورو، والمدير هو سامي"),
        ("%50 (ﻢﻬﻣ) بﺎﺘﻛ ١٢٣ ﻻ", "لا ١٢٣ كتاب (مهم) 50%"),
        ("١٢٣", "١٢٣"),
        ("40 euros (fifty) — naïve", "40 euros (fifty) — naïve"),
        ("ﬁne", "ﬁne"),  # Latin's ligatures are not this module's
        ("", ""),
    ],
)
def test_lines(shown: str, read: str) -> None:
    assert in_reading_order(shown, mostly_right_to_left=True) == read


def test_a_line_of_two_directions_follows_its_page() -> None:
    assert in_reading_order("Vale םולש", mostly_right_to_left=True) == "שלום Vale"
    assert in_reading_order("Vale םולש", mostly_right_to_left=False) == "Vale שלום"
