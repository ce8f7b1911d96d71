"""The examples of docs/migrating.md do what they say."""

from __future__ import annotations

import doctest
import io
import re
from pathlib import Path
from typing import Any

GUIDE = Path(__file__).parents[3] / "docs" / "migrating.md"


def test_the_examples_run() -> None:
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) >= 8
    names: dict[str, Any] = {}
    parser = doctest.DocTestParser()
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    said = io.StringIO()
    for number, block in enumerate(blocks):
        test = parser.get_doctest(block, names, f"block {number}", str(GUIDE), 0)
        assert test.examples, block
        runner.run(test, out=said.write, clear_globs=False)
        names = test.globs
    results = runner.summarize(verbose=False)
    assert results.failed == 0, said.getvalue()
    assert results.attempted > 15
