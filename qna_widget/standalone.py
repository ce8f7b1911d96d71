"""Pages that answer by themselves: ``write_html(file, …)``, ``write_page(folder, …)``.

``write_find(folder)`` has any web page answer: the files of ``<qna-find>``;
``write_extension(folder)`` whatever page a browser shows.
"""

from __future__ import annotations

from .hosts.standalone.extension import write_extension
from .hosts.standalone.find import write_find
from .hosts.standalone.folder import write_page
from .hosts.standalone.one_file import write_html

__all__ = ["write_extension", "write_find", "write_html", "write_page"]
