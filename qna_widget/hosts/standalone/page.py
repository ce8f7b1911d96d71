"""What both kinds of page have in common: their frame, and what they are given."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape

from qna_widget.core.contract import all_inputs, check_examples, check_value
from qna_widget.core.manifest import Manifest
from qna_widget.core.messages import Inputs, Options

_STYLE = """
:root { color-scheme: light dark; }
body { margin: 0; background: light-dark(#fff, #0f1318); }
main { max-width: 70rem; margin: 0 auto; padding: 1.5rem 1rem; }
"""


def checked(passage: str, question: str, options: Options) -> Inputs:
    """Return a page's inputs. Raises TypeError for an unknown one, InputError for a value."""
    return all_inputs({"passage": passage, "question": question, **options})


def head(title: str, policy: str) -> str:
    """Return the page up to where its script belongs; `policy` is its content security policy.

    Raises InputError for a title that is not allowed.
    """
    title = check_value("title", title, {"type": "string"})
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title or 'Ask about a text')}</title>\n<style>{_STYLE}</style>\n"
        '</head>\n<body>\n<main id="qna-widget"></main>\n'
    )


def data(kind: str, name: str, text: str) -> str:
    """Return text for the page's script to find by the id `name`."""
    return f'<script type="{kind}" id="{name}">{text}</script>\n'


def given(inputs: Inputs, manifest: Manifest, examples: Sequence[str], *, beside: bool) -> str:
    """Return what the page reads first; `beside`: its files lie on the server, by their paths.

    Raises InputError for examples that are not allowed.
    """
    offered = check_examples(examples)
    # Who reads the page has no use for the path of a folder here, nor any business with it.
    said = {**inputs, "model": manifest["model"]["name"]}
    read = {"inputs": said, "manifest": manifest, "examples": offered, "beside": beside}
    text = json.dumps(read, ensure_ascii=False)
    # A passage may hold "</script>" or "<!--"; within a JSON string this spells the same character.
    return data("application/json", "qna-given", text.replace("<", "\\u003c"))
