"""One HTML file that answers by itself: ``write_html(file, passage)``."""

from __future__ import annotations

from .hosts.standalone import write_html

__all__ = ["write_html"]
