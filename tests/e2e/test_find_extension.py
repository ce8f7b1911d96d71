"""The browser extension as shipped, loaded unpacked, on a page that holds nothing of ours.

Its button is pressed by Chromium's debugging protocol, which grants `activeTab` as a press does.
That the key Alt+Shift+F presses it is Chromium's part (`_execute_action`), and not tried.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from chromium import CHROMIUM_ARGS, chromium_path
from found import PATIENCE, assert_untouched, marked, watch
from playwright.sync_api import BrowserContext, Page, Playwright, Worker

from qna_widget.standalone import write_extension

MODELS = "() => chrome.runtime.getContexts({ contextTypes: ['OFFSCREEN_DOCUMENT'] })"
# Of the button, where the bar could not be opened: why.
TITLE = """async () => {
  const [tab] = await chrome.tabs.query({ active: true });
  return chrome.action.getTitle({ tabId: tab.id });
}"""
BAR = "document.documentElement.lastElementChild"


@pytest.fixture(scope="module")
def browser_with_extension(
    playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    folder = tmp_path_factory.mktemp("extension")
    write_extension(folder, model="bundled")
    context = playwright.chromium.launch_persistent_context(
        tmp_path_factory.mktemp("profile"),
        executable_path=chromium_path(),
        headless=False,  # the new headless mode, below, is the one that loads extensions
        args=[
            *CHROMIUM_ARGS,
            "--headless=new",
            f"--load-extension={folder}",
            f"--disable-extensions-except={folder}",
            "--enable-unsafe-extension-debugging",  # lets the test press the button
        ],
    )
    yield context
    context.close()


@pytest.fixture
def worker(browser_with_extension: BrowserContext) -> Worker:
    """Give the extension's service worker, once the browser knows what it listens to.

    It is there before its script has run, and a press that nobody listens to yet is lost: in the
    first moment after the extension is installed, that is, when nobody has seen its button.
    """
    workers = browser_with_extension.service_workers
    worker = workers[0] if workers else browser_with_extension.wait_for_event("serviceworker")
    end = time.monotonic() + PATIENCE / 1000
    while not worker.evaluate("globalThis.chrome?.action?.onClicked.hasListeners() === true"):
        assert time.monotonic() < end, "the service worker listens to no press"
        time.sleep(0.05)
    # The browser's answer: it has heard by now what the worker told it before.
    worker.evaluate(MODELS)
    return worker


def press(page: Page, worker: Worker, bar: str = BAR) -> None:
    """Press the extension's button on this page; the bar opens, as the expression `bar`."""
    browser = page.context.browser
    assert browser is not None
    page.bring_to_front()
    session = browser.new_browser_cdp_session()
    tabs = session.send("Target.getTargets", {"filter": [{"type": "tab"}]})["targetInfos"]
    tab = next(tab for tab in tabs if tab["url"] == page.url)
    extension = worker.url.split("/")[2]
    session.send("Extensions.triggerAction", {"id": extension, "targetId": tab["targetId"]})
    opened = f"{bar}.localName === 'qna-find-bar'"
    wait_until(page, opened, lambda: worker.evaluate(TITLE))


def wait_until(page: Page, holds: str, why_not: Callable[[], object] = str) -> None:
    """Wait as `wait_for_function` does, on pages whose policy forbids its eval."""
    end = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(holds):
        assert time.monotonic() < end, f"never: {holds} {why_not()}"
        page.wait_for_timeout(100)


def ask(page: Page, question: str) -> str:
    """Type into the bar, which has the focus; return what is marked then."""
    page.keyboard.type(question)
    page.keyboard.press("Enter")
    wait_until(page, "CSS.highlights.has('qna-answer-current')")
    return marked(page)


def test_the_bar_on_a_page_at_hand(
    browser_with_extension: BrowserContext, worker: Worker, pages: str
) -> None:
    context = browser_with_extension
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page: Any = context.new_page()
    page.goto(f"{pages}/plain.html")
    before = watch(page)
    press(page, worker)
    assert page.evaluate(f"{BAR}.shadowRoot") is None, "the page does not see what is asked"
    assert "archive" in ask(page, "Where are the logbooks kept now?")
    assert len(worker.evaluate(MODELS)) == 1
    # The bar itself is the one change of the page.
    assert page.evaluate("changes") == 1
    page.keyboard.press("Escape")
    wait_until(page, f"{BAR}.localName === 'body'")
    assert page.evaluate("CSS.highlights.size") == 0
    assert "archive" in page.evaluate("getSelection().toString()")
    page.evaluate("changes = 0")
    assert_untouched(page, before)
    # Again, with the model that is there.
    press(page, worker)
    assert "50 minutes" in ask(page, "How long does the crossing take?")
    # A page that threw the bar out, and one whose dialog shuts out all else.
    page.evaluate(f"{BAR}.remove()")
    press(page, worker)
    dialog = "document.querySelector('dialog')"
    page.evaluate("document.body.append(document.createElement('dialog'))")
    page.evaluate(f"{dialog}.showModal()")
    press(page, worker, "document.activeElement")
    assert page.evaluate(f"{dialog}.contains(document.activeElement)")
    page.evaluate(f"{dialog}.close()")
    press(page, worker)
    hosts = {f"{urlsplit(url).scheme}://{urlsplit(url).netloc}" for url in asked}
    extension = "/".join(worker.url.split("/")[:3])
    assert hosts - {pages, extension} == set()
    page.close()
