"""Pages that answer by themselves: ``write_html(file, …)``, ``write_page(folder, …)``."""

from __future__ import annotations

from .hosts.standalone.folder import write_page
from .hosts.standalone.one_file import write_html

__all__ = ["write_html", "write_page"]
