"""`python -m qna_widget` is `qna-widget`."""

import sys

from .cli import main

sys.exit(main())
