"""Broken caches, wrong bytes, lost chunks, dead workers: a message or a recovery, never a loss."""

from __future__ import annotations

import time
from typing import Any

import pytest
from harness import OTHER_QUESTION, QUESTION, Harness, assert_answers, told

KILL = {
    # Its own code ends it: no event reaches the page.
    "silently": lambda page: page.workers[0].evaluate("self.close()"),
    # The page's handle ends it, as a browser short of memory would.
    "from outside": lambda page: page.evaluate("workers[0].terminate()"),
    # An uncaught error.
    "by an error": lambda page: page.workers[0].evaluate(
        "setTimeout(() => { throw new Error('out of order'); }, 0)"
    ),
}

PING_MS = 100
"""The heartbeat of these tests' engines; a page's own is slower."""


@pytest.mark.parametrize("how", KILL)
def test_a_dead_worker_is_replaced(offline: Any, harness: Harness, how: str) -> None:
    page = harness.open(offline.page())
    assert_answers(page.evaluate("mount", told(runtime={"ping_ms": PING_MS})))
    sent = harness.asset_bytes
    KILL[how](page)
    state = page.evaluate("ask", OTHER_QUESTION)
    assert_answers(state, OTHER_QUESTION)
    assert page.evaluate("workers.length") == 2
    assert harness.asset_bytes == sent, "the model must come from the browser's copy"


def test_a_page_that_is_frozen_and_resumed_answers(offline: Any, harness: Harness) -> None:
    """As a browser does with a tab that nobody has looked at for long."""
    page = harness.open(offline.page())
    assert_answers(page.evaluate("mount", told(runtime={"ping_ms": PING_MS})))
    browser = page.context.new_cdp_session(page)
    page.evaluate("given => { window.answered = ask(given); }", OTHER_QUESTION)
    for _ in range(3):
        browser.send("Page.setWebLifecycleState", {"state": "frozen"})
        time.sleep(15 * PING_MS / 1000)  # longer than a silent engine is waited for
        browser.send("Page.setWebLifecycleState", {"state": "active"})
        time.sleep(PING_MS / 1000)
    assert_answers(page.evaluate("answered"), OTHER_QUESTION)
    assert page.evaluate("workers.length") == 1, "the engine had not died"


def test_a_worker_that_dies_twice_is_an_error_in_words(offline: Any, harness: Harness) -> None:
    page = harness.open(offline.page())
    page.evaluate("mount", told(runtime={"ping_ms": PING_MS}))
    page.evaluate(
        """() => {
          window.mortal = true;
          const Whole = window.Worker;
          window.Worker = class extends Whole {
            postMessage(message, ...rest) {
              if (window.mortal && message.kind === "ask") this.terminate();
              else super.postMessage(message, ...rest);
            }
          };
          workers[0].terminate();
        }"""
    )
    state = page.evaluate("ask", OTHER_QUESTION)
    assert state["status"] == "error"
    assert "stopped twice in a row" in state["error"]
    assert state["question"] == OTHER_QUESTION
    page.evaluate("window.mortal = false")
    assert_answers(page.evaluate("retry"), OTHER_QUESTION)


BROKEN_STORAGE = {
    "absent": "Object.defineProperty(window, 'indexedDB', { value: undefined });",
    "throwing": "IDBFactory.prototype.open = () => { throw new Error('denied by the test'); };",
    "silent": "IDBFactory.prototype.open = () => ({});",
    "full": "IDBObjectStore.prototype.put = () => { throw new Error('the disk is full'); };",
}


@pytest.mark.parametrize("how", BROKEN_STORAGE)
def test_without_storage_it_works_and_says_so(offline: Any, harness: Harness, how: str) -> None:
    offline.context.add_init_script(BROKEN_STORAGE[how])
    page = harness.open(offline.page())
    state = page.evaluate("mount", told())
    assert_answers(state)
    assert "This browser keeps no copy of the model" in state["notice"]


def test_a_damaged_copy_in_the_browser_is_replaced(offline: Any, harness: Harness) -> None:
    page = harness.open(offline.page())
    assert_answers(page.evaluate("mount", told()))
    onnx = told()["manifest"]["model"]["onnx"]
    page.evaluate(
        """async ({ unpacked_sha256, unpacked_bytes }) => {
          await settled();
          const database = await new Promise((resolve, reject) => {
            const request = indexedDB.open("qna-widget");
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
          });
          const transaction = database.transaction("chunks", "readwrite");
          const damaged = new Blob([new Uint8Array(unpacked_bytes)]);
          transaction.objectStore("chunks").put(damaged, [unpacked_sha256, 0]);
          await new Promise((resolve) => { transaction.oncomplete = resolve; });
          database.close();
        }""",
        onnx,
    )
    before = harness.asset_bytes
    harness.open(page)
    assert_answers(page.evaluate("mount", told()))
    assert harness.asset_bytes - before == onnx["bytes"]
    page.evaluate("settled()")
    harness.open(page)
    assert_answers(page.evaluate("mount", told()))
    assert harness.asset_bytes - before == onnx["bytes"]


def test_wrong_bytes_from_the_server_are_refused(offline: Any, harness: Harness) -> None:
    onnx = told()["manifest"]["model"]["onnx"]
    path = f"/qna_widget/{onnx['path']}"
    harness.replaced[path] = bytes(onnx["bytes"])
    page = harness.open(offline.page())
    state = page.evaluate("mount", told())
    assert state["status"] == "error"
    assert onnx["name"] in state["error"]
    assert onnx["sha256"] in state["error"]
    assert state["question"] == QUESTION
    del harness.replaced[path]
    assert_answers(page.evaluate("retry"))


def test_plain_http_without_crypto_still_refuses_damage(offline: Any, harness: Harness) -> None:
    offline.context.add_init_script(
        "Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined });"
    )
    page = harness.open(offline.page())
    assert page.evaluate("crypto.subtle === undefined") is True
    assert_answers(page.evaluate("mount", told()))
    wrong = told()
    onnx = wrong["manifest"]["model"]["onnx"]
    onnx["sha256"] = "0" * 64
    onnx["unpacked_bytes"] -= 1
    state = page.evaluate("mount", wrong)
    assert state["status"] == "error"
    assert "unpacks to" in state["error"]


KERNEL = """
async ({ manifest, inputs, lost }) => {
  const { model, runtime } = manifest;
  const isLost = (count) => lost.includes(count) || (lost.includes("all") && count > 4);
  const silent = (count) => (isLost(count) ? "silence" : "");
  const { kernel, source } = qna.kernel(
    [model.onnx, model.vocab, runtime.wasm], silent, { chunk_timeout_ms: 300, waiting_ms: 150 });
  const mounted = qna.mount(
    document.getElementById("root"), manifest, { inputs, sources: [source] });
  const state = await mounted.until(isDone);
  const names = mounted.host.states.map(({ progress }) => progress?.name ?? "");
  const places = new Set(kernel.asked.map(({ sha256, offset }) => `${sha256} ${offset}`));
  return { ...summary(state), reads: kernel.asked.length, places: places.size,
    waited: names.some((name) => name.includes("waiting for the kernel")) };
}
"""


def chunks_of(manifest: dict[str, Any]) -> int:
    """How many reads of at most 1 MiB all files of a manifest take."""
    model, runtime = manifest["model"], manifest["runtime"]
    files = [model["onnx"], model["vocab"], runtime["wasm"]]
    return sum(-(-asset["bytes"] // 2**20) for asset in files)


def test_a_chunk_that_never_comes_is_asked_for_again(offline: Any, harness: Harness) -> None:
    page = harness.open(offline.page())
    given = told(lost=[3, 9])
    state = page.evaluate(KERNEL, given)
    assert_answers(state)
    assert state["places"] == chunks_of(given["manifest"])
    assert state["reads"] >= state["places"] + 2
    assert state["waited"] is True


def test_a_kernel_that_falls_silent_is_an_error_in_words(offline: Any, harness: Harness) -> None:
    page = harness.open(offline.page())
    state = page.evaluate(KERNEL, told(lost=["all"]))
    assert state["status"] == "error"
    assert "then nothing" in state["error"]
    assert "run this cell again" in state["error"]
    assert state["question"] == QUESTION


def test_a_cut_transfer_goes_on_after_a_reload(offline: Any, harness: Harness) -> None:
    page = harness.open(offline.page())
    cut = page.evaluate(KERNEL, told(lost=["all"]))
    assert cut["status"] == "error"
    page.evaluate("settled()")
    harness.open(page)
    given = told(lost=[])
    state = page.evaluate(KERNEL, given)
    assert_answers(state)
    # Four chunks came before the silence.
    assert state["places"] == chunks_of(given["manifest"]) - 4


def test_a_page_that_allows_neither_worker_nor_script_says_so(
    offline: Any, harness: Harness
) -> None:
    harness.headers = {
        "Content-Security-Policy": "worker-src 'none'; script-src 'self' 'unsafe-inline'"
    }
    page = harness.open(offline.page())
    state = page.evaluate("mount", told())
    assert state["status"] == "error"
    assert "content security policy" in state["error"]
    assert state["question"] == QUESTION
