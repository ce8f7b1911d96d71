"""What the workers of a page hold, by the debugging protocol: page metrics do not count them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from typing import Any

from playwright.sync_api import Page

Path = tuple[str, ...]
"""A worker's sessions, from the page's own worker to those that workers started."""


class Workers:
    """All workers of a page, as they are now."""

    def __init__(self, page: Page, expected: int) -> None:
        self._page = page
        self._ids = count(1)
        self._replies: dict[int, dict[str, Any]] = {}
        self._found: list[Path] = []
        self._session = page.context.new_cdp_session(page)
        self._session.on("Target.attachedToTarget", lambda event: self._attached((), event))
        self._session.on(
            "Target.receivedMessageFromTarget", lambda event: self._received((), event)
        )
        follow = {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": False}
        self._session.send("Target.setAutoAttach", follow)
        asked = 0
        while len(self._found) < expected:
            for path in self._found[asked:]:
                asked += 1
                self._ask(path, "Target.setAutoAttach", follow)
            page.wait_for_timeout(20)

    def held(self) -> int:
        """Return the bytes of their JavaScript heaps and buffers after garbage was collected.

        The memory of WebAssembly is not in it.
        """
        total = 0
        for path in self._found:
            for _ in range(2):
                self._ask(path, "HeapProfiler.collectGarbage")
            usage = self._ask(path, "Runtime.getHeapUsage")
            total += int(usage["usedSize"]) + int(usage["backingStorageSize"])
        return total

    def detach(self) -> None:
        """Leave them alone."""
        self._session.detach()

    def _ask(
        self, path: Path, method: str, params: Mapping[str, object] | None = None
    ) -> dict[str, Any]:
        asked = next(self._ids)
        call = {"id": asked, "method": method, "params": params or {}}
        for session in reversed(path[1:]):
            inner = {"sessionId": session, "message": json.dumps(call)}
            call = {"id": next(self._ids), "method": "Target.sendMessageToTarget", "params": inner}
        outer = {"sessionId": path[0], "message": json.dumps(call)}
        self._session.send("Target.sendMessageToTarget", outer)
        while asked not in self._replies:
            self._page.wait_for_timeout(10)
        return self._replies.pop(asked)

    def _attached(self, path: Path, event: Mapping[str, Any]) -> None:
        if event["targetInfo"]["type"] == "worker":
            self._found.append((*path, event["sessionId"]))

    def _received(self, path: Path, event: Mapping[str, Any]) -> None:
        here = (*path, event["sessionId"])
        message = json.loads(event["message"])
        if message.get("method") == "Target.attachedToTarget":
            self._attached(here, message["params"])
        elif message.get("method") == "Target.receivedMessageFromTarget":
            self._received(here, message["params"])
        elif "id" in message:
            self._replies[message["id"]] = message.get("result", {})
