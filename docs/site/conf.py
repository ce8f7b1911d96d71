"""Sphinx's settings for the project's page; build.py lays out its sources and calls it."""

from importlib.metadata import version as version_of

project = "qna-widget"
author = "the qna-widget developers"
copyright = author
release = version_of("qna-widget")

extensions = ["myst_parser", "sphinx.ext.autodoc"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 3

# Docstrings are plain sentences with `code` in single backticks.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
maximum_signature_line_length = 88

html_theme = "furo"
templates_path = ["templates"]
html_title = "qna-widget"
html_copy_source = False
html_show_sphinx = False
