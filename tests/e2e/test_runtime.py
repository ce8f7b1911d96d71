"""The runtime in a real browser: the real model in the real worker, and what may go wrong there."""

from __future__ import annotations

from typing import Any

from harness import OTHER_QUESTION, PASSAGE, Harness, assert_answers, told

LONG = (PASSAGE + " They like pigeons, oatmeal and paper clips. ") * 60


def test_answers_and_after_a_reload_fetches_nothing(offline: Any, harness: Harness) -> None:
    given = told()
    page = harness.open(offline.page())
    assert_answers(page.evaluate("mount", given))
    shipped = sum(
        asset["bytes"]
        for asset in (
            given["manifest"]["model"]["onnx"],
            given["manifest"]["model"]["vocab"],
            given["manifest"]["runtime"]["wasm"],
        )
    )
    assert harness.asset_bytes == shipped
    page.evaluate("settled()")
    harness.open(page)
    steps = page.evaluate(
        """async (manifest) => {
          const steps = [];
          await qna.open(manifest, (step) => steps.push(step));
          return steps.filter((step) => step.stage === "asset");
        }""",
        given["manifest"],
    )
    assert harness.asset_bytes == shipped, "bytes were sent again after the reload"
    loaded = [step["loaded"] for step in steps]
    assert loaded == sorted(loaded)
    assert loaded[-1] == shipped
    assert len(steps) == 3, "each file is kept unpacked, in one piece"
    assert {(step["source"], step["total"]) for step in steps} == {("browser cache", shipped)}


def test_two_components_share_one_worker_and_one_load(offline: Any, harness: Harness) -> None:
    page = harness.open(offline.page())
    # Two copies of the bundle, as two widgets in a notebook bring them.
    states = page.evaluate(
        """async ({ manifest, inputs }) => {
          const first = window.qna;
          await import("/harness.js?second");
          const second = window.qna;
          if (first === second) throw new Error("the bundle was not evaluated twice");
          const states = [first, second].map(({ mount }, i) => {
            const root = document.getElementById("root");
            const question = [inputs.question, "Who is Bert's best friend?"][i];
            return mount(root, manifest, { inputs: { ...inputs, question } }).until(isDone);
          });
          return (await Promise.all(states)).map(summary);
        }""",
        told(),
    )
    assert_answers(states[0])
    assert_answers(states[1], OTHER_QUESTION)
    assert page.evaluate("workers.length") == 1
    assets = [path for path, _ in harness.sent if path.startswith("/qna_widget/")]
    assert len(assets) == len(set(assets)) == 3


def test_editing_while_loading_loses_nothing(offline: Any, harness: Harness) -> None:
    page = harness.open(offline.page())
    state = page.evaluate(
        """async ({ manifest, inputs }) => {
          const mounted = qna.mount(document.getElementById("root"), manifest, { inputs });
          await mounted.until((state) => state.progress?.loaded > 0);
          for (const question of ["Who", "Who is", "Who is Bert's best friend?"]) {
            mounted.component.actions.setQuestion(question);
          }
          if (mounted.component.state.status !== "loading") throw new Error("loaded too soon");
          const state = await mounted.until(isDone);
          const shown = mounted.host.states.filter(({ result }) => result !== null);
          const all_asked = [...new Set(shown.map(({ result }) => result.question))];
          return { ...summary(state), all_asked };
        }""",
        told(),
    )
    assert_answers(state, OTHER_QUESTION)
    assert state["all_asked"] == [OTHER_QUESTION]


def test_new_typing_cancels_a_long_computation(offline: Any, harness: Harness) -> None:
    page = harness.open(offline.page())
    found = page.evaluate(
        """async ({ manifest, inputs }) => {
          const mounted = qna.mount(document.getElementById("root"), manifest, { inputs });
          const partial = await mounted.until((state) => state.result !== null);
          const { windows_done, windows_total } = partial.result;
          mounted.component.actions.setPassage("Bert eats oatmeal.");
          mounted.component.actions.setQuestion("What does Bert eat?");
          const state = await mounted.until(isDone);
          const finals = mounted.host.states.filter(
            ({ result }) => result !== null && result.windows_done === result.windows_total);
          return { windows_done, windows_total, ...summary(state),
            finals: [...new Set(finals.map(({ result }) => result.question))] };
        }""",
        told(LONG),
    )
    assert 0 < found["windows_done"] < found["windows_total"]
    assert found["error"] == ""
    assert found["finals"] == ["What does Bert eat?"]


def test_decoding_options_do_not_run_the_model_again(offline: Any, harness: Harness) -> None:
    page = harness.open(offline.page())
    page.evaluate("mount", told())
    found = page.evaluate(
        """async () => {
          const { component, until } = mounted;
          const before = component.state.result;
          component.actions.setOptions({ top_k: 2, overlap: "allow" });
          if (component.state.result !== null) throw new Error("a stale answer was kept");
          const { result } = await until(isDone);
          return { before: before.timing, after: result.timing, count: result.answers.length };
        }"""
    )
    assert found["count"] == 2
    assert found["before"] == found["after"], "run_ms is measured anew whenever the model runs"


def test_cross_origin_isolation_brings_threads(offline: Any, harness: Harness) -> None:
    harness.headers = {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
    }
    page = harness.open(offline.page())
    assert page.evaluate("crossOriginIsolated") is True
    threads = page.evaluate("Math.min(4, navigator.hardwareConcurrency)")
    state = page.evaluate("mount", told())
    assert_answers(state)
    assert threads > 1, "this machine has one processor: nothing can be shown here"
    assert state["backend"] == f"wasm, {threads} threads"


def test_a_page_that_forbids_workers_answers_itself(offline: Any, harness: Harness) -> None:
    harness.headers = {"Content-Security-Policy": "worker-src 'none'"}
    page = harness.open(offline.page())
    state = page.evaluate("mount", told())
    assert_answers(state)
    assert state["backend"] == "wasm, 1 thread, on the page itself"
    assert "forbids workers" in state["notice"]
