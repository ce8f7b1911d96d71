"""What `make fixtures` writes is up to date with the installed Rust library."""

from __future__ import annotations

import json
import unicodedata

import pytest

from . import character_tables, make_fixtures, unicode_tables

HINT = "Run `make fixtures` and look at the difference before you commit it."


def test_unicode_tables() -> None:
    assert unicode_tables.TARGET.read_text(encoding="utf-8") == unicode_tables.render(), HINT


def test_character_tables() -> None:
    kept = character_tables.TARGET.read_text(encoding="ascii")
    if json.loads(kept)["unicode"] != unicodedata.unidata_version:
        pytest.skip("made by a Python of another Unicode version")
    assert kept == character_tables.render(), HINT


def test_tokenizer_cases() -> None:
    assert make_fixtures.TARGET.read_text(encoding="ascii") == make_fixtures.render(), HINT
