"""Questions as people type them: without a question mark, in keywords."""

from __future__ import annotations

import re

ASKING = frozenset({"what", "which", "who", "whom", "whose", "when", "where", "why", "how"})
_FUNCTION_WORDS = """
a an the is are was were be been being am do does did has have had can could will would shall should
may might must of in on at for with about into than that this these those there it its
i me my we our you your he she his her they their them and or as if so please tell
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())


def unmarked(question: str) -> str:
    """Return the question without its question mark."""
    return question.rstrip().rstrip("?").rstrip()


def keywords(question: str, *, keep_asking: bool) -> str:
    """Return the question's content words; with `keep_asking` also who, when and the like.

    A question that would shrink to fewer than two words stays whole.
    """
    dropped = FUNCTION_WORDS if keep_asking else FUNCTION_WORDS | ASKING
    words = unmarked(question).split()
    kept = [
        word
        for place, word in enumerate(words)
        if (plain := re.sub(r"\W", "", word)).lower() not in dropped
        or not word.isascii()
        or (place and plain[:1].isupper())  # a name, or the month of May
    ]
    return " ".join(kept) if len(kept) > 1 else question
