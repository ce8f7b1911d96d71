"""What `make fixtures` writes is up to date with the installed Rust library."""

from __future__ import annotations

from . import make_fixtures, unicode_tables

HINT = "Run `make fixtures` and look at the difference before you commit it."


def test_unicode_tables() -> None:
    assert unicode_tables.TARGET.read_text(encoding="utf-8") == unicode_tables.render(), HINT


def test_tokenizer_cases() -> None:
    assert make_fixtures.TARGET.read_text(encoding="ascii") == make_fixtures.render(), HINT
