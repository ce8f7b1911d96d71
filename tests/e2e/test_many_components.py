"""Many components on one page, and none: what they share, and what they give back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from chromium import Offline
from harness import OTHER_QUESTION, PASSAGE, QUESTION, Harness, manifest, told
from playwright.sync_api import Page
from worker_heap import Workers

from qna_widget import QuestionAnswerer
from qna_widget.export.bundle import Origin
from qna_widget.export.recipe import export_checkpoint
from qna_widget.hosts.page import page_manifest, with_paths
from qna_widget.models import registry

TINY = Path(__file__).parents[1] / "parity" / "tiny_bert"
TINY_PASSAGE = "a dog sat. the dog saw the cats. a cat sat, the mat saw a dog."
TINY_QUESTION = "who saw the cat?"
WARM, ROUNDS = 10, 100
# Bytes a component that lets go of itself may still cost: caches of the browser's own.
SMALL = 10_000


@dataclass(frozen=True)
class Held:
    """What a page holds after its garbage was collected."""

    workers: int
    """Those that the engine starts for itself, too."""
    listeners: int
    nodes: int
    heap: int
    in_workers: int
    """Bytes of their heaps and buffers."""


def held(page: Page) -> Held:
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    # Twice: what the first frees may hold more.
    session.send("HeapProfiler.collectGarbage")
    session.send("HeapProfiler.collectGarbage")
    found = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    names = ("JSEventListeners", "Nodes", "JSHeapUsedSize")
    workers = Workers(page, len(page.workers))
    in_workers = workers.held()
    workers.detach()
    return Held(len(page.workers), *(int(found[name]) for name in names), in_workers)


def assert_nothing_is_kept(page: Page, script: str, given: dict[str, Any]) -> None:
    """Add and remove components by a script that takes how many."""
    page.evaluate(script, {**given, "rounds": WARM})
    before = held(page)
    page.evaluate(script, {**given, "rounds": ROUNDS})
    after = held(page)
    print(f"{ROUNDS} added and removed: {before} -> {after}")
    assert after.workers == before.workers
    assert after.listeners <= before.listeners
    assert after.nodes <= before.nodes + WARM  # not one per component
    assert after.heap < before.heap + ROUNDS * SMALL
    assert after.in_workers < before.in_workers + ROUNDS * SMALL


def test_a_hundred_components_leave_nothing(offline: Offline, harness: Harness) -> None:
    page = harness.open(offline.page())
    page.set_default_timeout(280_000)
    assert_nothing_is_kept(
        page,
        """async ({ manifest, inputs, rounds }) => {
          for (let round = 0; round < rounds; round++) {
            const root = document.body.appendChild(document.createElement("div"));
            const { until, stop } = qna.mount(root, manifest, { inputs });
            const { status, error } = await until(isDone);
            if (status !== "ready") throw new Error(error);
            stop.abort();
            root.remove();
          }
        }""",
        told(),
    )
    assert page.evaluate("workers.length") == 1, "the model stays for the next component"


def test_a_hundred_widgets_leave_nothing(offline: Offline, harness: Harness) -> None:
    """As notebooks do: initialized, rendered twice, both views closed, the widget closed."""
    page = harness.open(offline.page())
    page.evaluate("mount", told())  # stays: the page has the model, and no kernel is asked for it
    assert_nothing_is_kept(
        page,
        """async ({ manifest, inputs, rounds }) => {
          const { default: widget } = await import("/qna_widget/static/widget.js");
          for (let round = 0; round < rounds; round++) {
            const state = { ...inputs, _manifest: manifest, _id: `${Math.random()}` };
            const listeners = new Map();
            const model = {
              get: (name) => state[name],
              set: (name, value) => { state[name] = value; },
              save_changes: () => {},
              send: () => {},
              on: (name, call) => listeners.set(name, (listeners.get(name) ?? new Set()).add(call)),
              off: (name, call) => listeners.get(name)?.delete(call),
            };
            const close = await widget.initialize({ model });
            const views = [];
            for (let view = 0; view < 2; view++) {
              const el = document.body.appendChild(document.createElement("div"));
              views.push({ el, close: await widget.render({ model, el }) });
            }
            while (!views.every(({ el }) => el.querySelector(".qna-best[data-final]"))) {
              await new Promise((resolve) => setTimeout(resolve, 5));
            }
            for (const { el, close } of views) {
              close();
              el.remove();
            }
            close();
            const left = [...listeners].filter(([, calls]) => calls.size > 0).map(([name]) => name);
            if (left.length > 0) throw new Error(`still listens to ${left}`);
          }
        }""",
        told(),
    )


def test_ten_on_one_page(offline: Offline, harness: Harness) -> None:
    page = harness.open(offline.page())
    page.evaluate("mount", told())
    workers = len(page.workers)
    questions = [OTHER_QUESTION, QUESTION] * 5
    texts = page.evaluate(
        """async ({ manifest, inputs, questions }) => {
          const states = questions.map((question) => {
            const root = document.body.appendChild(document.createElement("div"));
            return qna.mount(root, manifest, { inputs: { ...inputs, question } }).until(isDone);
          });
          return (await Promise.all(states)).map(summary).map(({ text }) => text);
        }""",
        {**told(), "questions": questions},
    )
    assert texts == ["Ernie", "123 Sesame Street"] * 5
    assert len(page.workers) == workers, "no more than for one"
    loaded = [path for path, _ in harness.sent if path.startswith("/qna_widget/")]
    assert len(loaded) == len(set(loaded)) == 3, "every file once"
    assert offline.errors == []


@pytest.fixture
def tiny(tmp_path: Path, harness: Harness) -> tuple[str, dict[str, Any]]:
    """A second model: its folder, and what a page is told of it."""
    origin = Origin("tiny", "Tiny random BERT", "tests/parity/tiny_bert", "MIT")
    file = export_checkpoint(TINY, tmp_path / "model", origin, max_seq_len=24, precision="fp32")
    model = registry.resolve(str(file.parent))
    for asset in (model.onnx, model.vocab):
        body = (file.parent / Path(asset.path).name).read_bytes()
        harness.replaced[f"/qna_widget/tiny/{asset.sha256}"] = body
    told = with_paths(page_manifest(model), lambda asset: f"tiny/{asset['sha256']}")
    wasm = manifest()["runtime"]["wasm"]
    return str(file.parent), {**told, "runtime": {"wasm": wasm}}


def test_two_models_on_one_page(
    offline: Offline, harness: Harness, tiny: tuple[str, dict[str, Any]]
) -> None:
    folder, other = tiny
    page = harness.open(offline.page())
    given = [
        {"manifest": manifest(), "inputs": {"passage": PASSAGE, "question": QUESTION}},
        {"manifest": other, "inputs": {"passage": TINY_PASSAGE, "question": TINY_QUESTION}},
    ]
    found = page.evaluate(
        """async (given) => {
          const shown = given.map(({ manifest, inputs }) => {
            const root = document.body.appendChild(document.createElement("div"));
            return qna.mount(root, manifest, { inputs });
          });
          const first = await Promise.all(shown.map(({ until }) => until(isDone)));
          // Asked again in turn, each by its own model.
          for (const { component } of shown) component.actions.setQuestion("who sat?");
          await Promise.all(shown.map(({ until }) => until(isDone)));
          for (const [i, { component }] of shown.entries()) {
            component.actions.setQuestion(given[i].inputs.question);
          }
          const again = await Promise.all(shown.map(({ until }) => until(isDone)));
          const best = ({ result: { model, answers: [{ text, score }] } }) => [model, text, score];
          return [first, again].map((states) => states.map(best));
        }""",
        given,
    )
    expected = []
    for model, one in zip(("bundled", folder), given, strict=True):
        best = QuestionAnswerer(model).ask(**one["inputs"]).answers[0]
        title = one["manifest"]["model"]["title"]
        expected.append([title, best.text, pytest.approx(best.score, abs=1e-3)])
    assert found == [expected, expected]
    assert page.evaluate("workers.length") == 1, "one engine holds both"
    assert offline.errors == []
