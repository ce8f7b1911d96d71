"""Exit codes: what a script can tell apart."""

from __future__ import annotations

OK, FAILED, USAGE, NO_ANSWER, INTERRUPTED = 0, 1, 2, 3, 130

# For --help.
CODES = (
    f"Exit codes: {OK} done; {FAILED} failed, standard error says why; {USAGE} wrong arguments; "
    f"{NO_ANSWER} the passage does not answer (ask); {INTERRUPTED} interrupted."
)
