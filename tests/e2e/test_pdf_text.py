"""Pages that Chromium prints: what was printed is what is read."""

from chromium import Offline

from qna_widget.documents import read_document

LINES = [
    "افتتح المتحف في 12 مارس 2031 بسعر 45 يورو، والمدير هو سامي الكبير.",
    "السلام عليكم لا إله بالأَطفال ١٢٣ كتاب (مهم) 50%",
    "המוזיאון נפתח ב-12 במרץ 2031 במחיר 45 אירו, והמנהל הוא דני כהן.",
    "הכרטיס של Tamsin Vale עולה 50% פחות (עד 12/03/2031)",
]
MIXED = "He said שלום 123 עולם to me."
SMALL = "The price is 40 euros<sup>3</sup> and 10<sup>3</sup> m on the 19<sup>th</sup>."


def test_printed_text_is_read_in_order(offline: Offline) -> None:
    page = offline.page()
    body = "".join(f"<p dir=rtl>{line}</p>" for line in LINES) + f"<p>{MIXED}</p><p>{SMALL}</p>"
    broken = "<p style='width: 60px'>Harrow&shy;gate</p>"
    page.set_content(f"<body style=\"font: 14px 'DejaVu Sans'\">{body}{broken}")
    document = read_document(page.pdf(), "printed.pdf")
    assert document.text.split("\n") == [
        *LINES,
        MIXED,
        "The price is 40 euros³ and 10³ m on the 19th.",
        "Harrowgate",
    ]
    assert document.notices == ()
