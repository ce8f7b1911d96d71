"""The TypeScript core, run by Node: bundled from js/src/core, asked in JSON."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

JS = Path(__file__).parents[2] / "js"

Tokens = tuple[list[int], list[int], list[int]]


class Core:
    """js/src/core, built once into a file of its own."""

    def __init__(self, folder: Path) -> None:
        node, esbuild = shutil.which("node"), JS / "node_modules/.bin/esbuild"
        if node is None or not esbuild.exists():
            raise FileNotFoundError(
                "The parity tests run the TypeScript core: Node 20 and js/node_modules are needed. "
                "Run `make build`."
            )
        self._node, self._script = node, folder / "core.mjs"
        subprocess.run(
            [esbuild, JS / "tests/core/driver.ts", "--bundle", "--platform=node", "--format=esm",
             f"--outfile={self._script}", "--log-level=warning"],
            check=True,
        )  # fmt: skip

    def ask(self, **request: Any) -> Any:
        """Send one request of js/tests/core/driver.ts and return its answer."""
        done = subprocess.run(
            [self._node, self._script],
            input=json.dumps(request).encode("ascii"),
            capture_output=True,
        )
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    def encode(
        self,
        vocab: Sequence[str],
        texts: Iterable[str],
        *,
        lowercase: bool = True,
        layout_signs: bool = False,
    ) -> list[Tokens]:
        """Return ids, starts and ends (code points) of each passage's tokens."""
        kind = {"lowercase": lowercase, "layout_signs": layout_signs}
        answer = self.ask(op="encode", vocab=vocab, texts=list(texts), **kind)
        return [tuple(one) for one in answer]

    def features(self, cases: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Return the windows of each case and each token's window of maximal context."""
        return self.ask(op="features", cases=cases)

    def decode(self, cases: Sequence[Mapping[str, Any]]) -> list[list[dict[str, Any]]]:
        """Return each case's rankings: after each window in turn, for each of its options."""
        return self.ask(op="decode", cases=cases)

    def order(
        self, vocab: Sequence[str], cases: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        """Return the relevance of each case's passage tokens and the order of its windows."""
        return self.ask(op="order", vocab=vocab, lowercase=True, cases=cases)

    def answer(
        self, vocab: Sequence[str], cases: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        """Return what pipeline.ts makes of each case's texts and logits; code points."""
        return self.ask(op="answer", vocab=vocab, lowercase=True, cases=cases)
