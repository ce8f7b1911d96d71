"""Asks the built front end in a headless browser: what the reader gets, measured.

The page plays the notebook: it runs widget.js unchanged, sets its traits, takes its reports and
answers its requests for files. Nothing but this machine is asked.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from qna_widget.core.contract import INPUTS, default_inputs
from qna_widget.errors import QnaError, needs_extra
from qna_widget.hosts.assets import built, manifest, wasm
from qna_widget.models import registry

from . import Prediction, Predictor
from .squad import Example

# Seconds for one question; the first one waits for the model too.
TIMEOUT = 120.0

PAGE = """<!doctype html><meta charset="utf-8"><title>qna-widget eval</title>
<script type="module">
import widget from "/widget.js";
const { traits, timeout } = await (await fetch("/traits.json")).json();
const listeners = new Map();
const files = new Map();
let settle = null;
const on = (name) => listeners.get(name) ?? listeners.set(name, new Set()).get(name);
const model = {
  get: (name) => traits[name],
  set: (name, value) => {
    traits[name] = value;
    for (const callback of on("change:" + name)) callback();
  },
  save_changes: () => {},
  on: (name, callback) => on(name).add(callback),
  off: (name, callback) => on(name).delete(callback),
  send: async (message) => {
    if (message.kind === "report") {
      const { status, error, answers, null_score } = message.outputs;
      const mine = message.inputs.question === traits.question;
      if (status === "error") settle?.reject(new Error(error));
      else if (status === "ready" && mine && answers) settle?.resolve({ answers, null_score });
    } else if (message.kind === "asset.read") {
      const { request, sha256, offset, length } = message;
      if (!files.has(sha256)) {
        files.set(sha256, fetch("/" + sha256).then((reply) => reply.arrayBuffer()));
      }
      const whole = await files.get(sha256);
      const chunk = new DataView(whole, offset, Math.min(length, whole.byteLength - offset));
      const total = whole.byteLength;
      const reply = { kind: "asset.chunk", request, sha256, offset, total };
      for (const callback of on("msg:custom")) callback(reply, [chunk]);
    }
  },
};
window.ask = (inputs) => new Promise((resolve, reject) => {
  settle = { resolve, reject };
  setTimeout(() => reject(new Error("no answer after " + timeout + " seconds")), timeout * 1000);
  for (const [name, value] of Object.entries(inputs)) model.set(name, value);
});
widget.initialize({ model });
</script>
"""


def browser_predictor(model: str) -> Predictor:
    """Predict with the front end in headless Chromium ($CHROMIUM, the PATH's, or playwright's)."""
    needed = registry.resolve(model)

    def predict(examples: Sequence[Example]) -> Iterator[Prediction]:
        with needs_extra("Evaluating in the browser", "browser"):
            from playwright.sync_api import Error, sync_playwright
        with _served(needed) as url, sync_playwright() as playwright:
            try:
                chromium = playwright.chromium.launch(
                    executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
                )
                page = chromium.new_page()
                page.goto(url)
                page.wait_for_function("window.ask !== undefined")
                yield from _ask(page, examples)
                chromium.close()
            except Error as error:
                raise QnaError(f"The browser did not answer: {error.message}") from error

    return Predictor(needed, predict)


def _ask(page: Any, examples: Sequence[Example]) -> Iterator[Prediction]:
    last: tuple[Example, Prediction] | None = None
    for example in examples:
        inputs = {"passage": example.passage, "question": example.question}
        # The component has nothing to report when nothing has changed.
        if last and inputs == {"passage": last[0].passage, "question": last[0].question}:
            prediction = last[1]
        else:
            answered = page.evaluate("inputs => ask(inputs)", inputs)
            best = answered["answers"][0]
            prediction = Prediction(best["text"], answered["null_score"] - best["score"])
        last = example, prediction
        yield prediction


def find_chromium() -> str | None:
    """Return the browser to start; None leaves the choice to playwright."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@contextmanager
def _served(model: registry.ModelManifest) -> Iterator[str]:
    """Serve the page, the front end and the model's files on this machine; yield the address."""
    # "No answer" as far away as the contract allows: the best span comes first.
    traits = default_inputs() | {
        "_id": "eval",
        "_manifest": manifest(model),
        "top_k": 1,
        "no_answer_threshold": INPUTS["no_answer_threshold"]["maximum"],
    }
    bodies = {
        "/": ("text/html", PAGE.encode()),
        "/widget.js": ("text/javascript", built("widget.js").read_bytes()),
        "/traits.json": (
            "application/json",
            json.dumps({"traits": traits, "timeout": TIMEOUT}).encode(),
        ),
    }
    for asset in (wasm(), model.onnx, model.vocab):
        bodies[f"/{asset.sha256}"] = ("application/octet-stream", asset.file.read_bytes())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body = bodies.get(self.path, ("text/plain", b""))
            self.send_response(200 if self.path in bodies else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keep the terminal for the progress bar."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
