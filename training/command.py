"""What every `python -m training.…` does with an error."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps

from qna_widget.errors import QnaError


def command(run: Callable[[], None]) -> Callable[[], int]:
    """Make `run` return an exit status: 2, and one sentence, for what its user can mend."""

    @wraps(run)
    def main() -> int:
        try:
            run()
        except (OSError, ValueError, QnaError) as error:
            print(f"training: {error}", file=sys.stderr)
            return 2
        return 0

    return main
