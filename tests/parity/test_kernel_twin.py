"""Python goes through what its twin in TypeScript went through, which the page's tests drive.

Each step of random scripts (js/tests/hosts/widget/jupyter/script.ts) is a message of a page or an
input set in a cell; after each, the widget has what the twin had.
"""

import json
import shutil
import subprocess
from typing import Any

import pytest
import traitlets
from recorded import front_end as front_end

from qna_widget.core.contract import INPUTS, OUTPUTS
from qna_widget.hosts.widget.widget import QnA

from .core import JS

SEEDS = range(1, 61)


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Return each seed's steps, with the twin's traits after each."""
    node = shutil.which("node")
    assert node is not None, "Node runs the twin: `make build` brings it."
    script = tmp_path_factory.mktemp("twin") / "driver.mjs"
    subprocess.run(
        [JS / "node_modules/.bin/esbuild", JS / "tests/hosts/widget/jupyter/driver.ts", "--bundle",
         "--platform=node", "--format=esm", f"--outfile={script}", "--log-level=warning",
         "--loader:.css=text", "--define:QNA_WIDGET_VERSION='0'",
         f"--alias:worker-source={JS / 'tests/runtime/no-worker.ts'}"],
        check=True,
    )  # fmt: skip
    seeds = json.dumps([*SEEDS]).encode()
    done = subprocess.run([node, script], input=seeds, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_python_does_what_its_twin_does(scripts: list[dict[str, Any]]) -> None:
    kinds: set[str] = set()
    for script in scripts:
        widget = QnA("Bert lives at 123 Sesame Street.", "Where?")
        for number, step in enumerate(script["steps"]):
            kinds.add(act(widget, step))
            place = f"seed {script['seed']}, step {number}: {str(step)[:200]}"
            assert traits(widget) == told(step["traits"]), place
        widget.close()
    assert kinds == {"update", "custom", "cell"}


def act(widget: QnA, step: dict[str, Any]) -> str:
    if "message" in step:
        data = {"buffer_paths": [], **step["message"]}
        widget._handle_msg({"content": {"data": data}, "buffers": []})
        return str(data["method"])
    try:
        setattr(widget, step["name"], step["value"])
    except traitlets.TraitError as error:
        pytest.fail(f"The twin was not refused: {error}")
    return "cell"


def traits(widget: QnA) -> dict[str, Any]:
    values = {name: getattr(widget, name) for name in [*INPUTS, *OUTPUTS]}
    fetching = widget._fetching
    return {**values, "asked": widget._manifest["asked"], "refused": fetching.get("model")}


def told(state: dict[str, Any]) -> dict[str, Any]:
    values = {name: state[name] for name in [*INPUTS, *OUTPUTS]}
    return {
        **values,
        "asked": state["_manifest"]["asked"],
        "refused": state["_fetching"].get("model"),
    }
