"""The Streamlit component: ``qna(passage, question)`` returns what the reader's browser found."""

from __future__ import annotations

from .hosts.streamlit.component import QnAResult, qna, reset

__all__ = ["QnAResult", "qna", "reset"]
