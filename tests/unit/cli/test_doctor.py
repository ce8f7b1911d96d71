"""`qna-widget doctor`: what is broken is found, what is whole is not called broken."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

import pytest

from qna_widget.cli import checks as doctor
from qna_widget.cli import main
from qna_widget.cli.checks import EXTRAS, Finding, examine
from qna_widget.hosts import assets
from qna_widget.models import registry
from qna_widget.models.names import parse

ROOT = Path(__file__).parents[3]


def found(findings: Iterator[Finding], name: str) -> Finding:
    (one,) = [finding for finding in findings if finding.name == name]
    return one


def test_a_whole_installation(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json", "--model", "bundled"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is True
    facts = {finding["name"]: finding for finding in told["findings"]}
    assert {finding["state"] for finding in told["findings"]} <= {"ok", "absent"}
    assert sys.executable in facts["python"]["detail"]
    assert facts["anywidget"]["detail"] == metadata.version("anywidget")
    assert f"onnxruntime {metadata.version('onnxruntime')}" in facts["extra kernel"]["detail"]
    for asset in registry.resolve("bundled").files:
        digest = hashlib.sha256(asset.file.read_bytes()).hexdigest()
        assert digest in facts[asset.name]["detail"]
    assert assets.wasm().sha256 in facts["onnxruntime (wasm)"]["detail"]
    assert re.search(r"Node\.js (of PyPI )?2\d\.", facts["built with"]["detail"])
    about = json.loads((registry.BUNDLED / "model.json").read_text(encoding="utf-8"))
    assert facts["source"]["detail"] == f"{about['source']}; licence {about['licence']}"
    assert facts["answers in Python"]["detail"] == "'Paris'"
    scripts = {file.name for file in assets.STATIC.glob("*.js")}
    assert {*scripts, "chromium"} <= set(facts)
    assert len(scripts) == len(doctor.SCRIPTS)


def test_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    text = capsys.readouterr().out
    assert text.endswith("Nothing is broken.\n")
    sections = [line for line in text.splitlines()[:-1] if not line.startswith(" ")]
    assert sections[:4] == ["python", "packages", "model", "browser"]


def test_a_package_is_named_once_for_each_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the newest version that is asked for, as pip would."""
    asked = ["no-such>=1.51; extra == 'demo'", "no-such>=1.53; extra == 'demo'"]
    monkeypatch.setattr(metadata, "requires", lambda _: asked)
    (finding,) = doctor.packages(parse("bundled"))
    assert finding.detail.count("no-such") == 1
    newest = ["pytest>=1.0; extra == 'demo'", "pytest>=999.0; extra == 'demo'", "pytest"]
    monkeypatch.setattr(metadata, "requires", lambda _: newest)
    assert found(doctor.packages(parse("bundled")), "extra demo").state == "broken"


@pytest.mark.parametrize(
    ("installed", "state"),
    [
        ({"solara": "1.64"}, "absent"),
        ({"solara": "1.64", "solara-assets": "1.58", "ipyvuetify": "3.0.1"}, "absent"),
        ({"solara": "1.64", "solara-assets": "1.58", "ipyvuetify": "1.11.3"}, "ok"),
        ({"panel": "1.9"}, "absent"),
    ],
)
def test_hosts_that_fetch_scripts_of_their_own(
    installed: dict[str, str], state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_version", lambda name: installed.get(name, ""))
    (finding,) = doctor.hosts(parse("bundled"))
    assert (finding.name, finding.state) == (next(iter(installed)), state)
    assert ("Where" in finding.cure) == (state == "absent")


def test_every_extra_says_what_it_gives() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        extras = tomllib.load(file)["project"]["optional-dependencies"]
    assert set(EXTRAS) == set(extras)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the bundled model, free to be broken."""
    return Path(shutil.copytree(registry.BUNDLED, tmp_path / "model"))


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


@pytest.mark.parametrize(
    ("breaks", "name", "says"),
    [
        (lambda folder: flip(folder / "model.onnx.gz"), "model.onnx", "has sha256"),
        (lambda folder: flip(folder / "vocab.txt.gz"), "vocab.txt", "has sha256"),
        (lambda folder: (folder / "vocab.txt.gz").unlink(), "vocab.txt", "cannot be read"),
    ],
)
def test_a_damaged_model(
    copy: Path,
    capsys: pytest.CaptureFixture[str],
    breaks: Callable[[Path], None],
    name: str,
    says: str,
) -> None:
    assert main(["doctor", "--model", str(copy)]) == 0
    breaks(copy)
    finding = found(doctor.model_files(parse(str(copy))), name)
    assert finding.state == "broken"
    assert says in finding.detail
    capsys.readouterr()
    assert main(["doctor", "--model", str(copy)]) == 1
    text = capsys.readouterr().out
    assert f"!! {name}" in text
    assert text.endswith("Broken: 1, marked with !!.\n")


def test_a_description_that_is_none(copy: Path) -> None:
    (copy / "model.json").write_text("{}", encoding="utf-8")
    (finding,) = doctor.model_files(parse(str(copy)))
    assert (finding.state, "is not a model description" in finding.detail) == ("broken", True)
    (finding,) = doctor.model_files(parse(str(copy / "nowhere")))
    assert (finding.state, "There is no folder" in finding.detail) == ("broken", True)


def test_a_checkpoint_is_no_broken_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a way to name a model; converting it would take long and change the cache."""
    monkeypatch.setenv("QNA_WIDGET_CACHE", str(tmp_path))
    tiny = ROOT / "tests" / "parity" / "tiny_bert"
    (finding,) = doctor.model_files(parse(str(tiny)))
    assert (finding.state, "model.safetensors is conv" in finding.detail) == ("absent", True)
    assert finding.cure.startswith(f"Run: qna-widget export {tiny} OUT")
    assert list(tmp_path.iterdir()) == []
    (finding,) = doctor.model_files(parse(str(ROOT / "docs")))
    assert (finding.state, "holds no model" in finding.detail) == ("broken", True)


def test_a_model_of_the_hub_is_not_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QNA_WIDGET_CACHE", str(tmp_path))
    (finding,) = doctor.model_files(parse("somebody/something"))
    assert (finding.state, finding.cure) == ("absent", "Run: qna-widget fetch somebody/something")


def test_a_front_end_that_was_not_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    static = Path(shutil.copytree(assets.STATIC, tmp_path / "static"))
    monkeypatch.setattr(assets, "STATIC", static)
    (static / "widget.js").unlink()
    (static / "streamlit.js").write_bytes(b"")
    states = {finding.name: finding.state for finding in doctor.browser("auto")}
    assert states["widget.js"] == states["streamlit.js"] == "broken"
    assert states["standalone.js"] == states["onnxruntime (wasm)"] == "ok"
    (static / "manifest.json").unlink()
    assets.wasm.cache_clear()
    finding = found(doctor.browser("auto"), "manifest.json")
    assets.wasm.cache_clear()
    assert finding.state == "broken"
    assert "make build" in finding.cure


def test_a_chromium_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    assert found(doctor.browser("auto"), "chromium").state == "broken"
    monkeypatch.delenv("CHROMIUM")
    monkeypatch.setenv("PATH", "/nowhere")
    assert found(doctor.browser("auto"), "chromium").state == "absent"


def test_packages_that_are_missing_or_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    needed = [
        "anywidget>=999", "notthere>=1", "traitlets",
        "pytest>=1.0; extra == 'kernel'",
        "pytest>=1.0; extra == 'plot'", "alsonotthere; extra == 'plot'",
        'pytest>=999.1 ; extra == "frames"', "qna-widget[kernel]; extra == 'frames'",
    ]  # fmt: skip
    monkeypatch.setattr(metadata, "requires", lambda _: needed)
    states = {finding.name: finding.state for finding in doctor.packages("auto")}
    assert states == {
        "anywidget": "broken",
        "notthere": "broken",
        "traitlets": "ok",
        "extra kernel": "ok",
        "extra plot": "absent",
        "extra frames": "broken",
    }
    cures = {finding.name: finding.cure for finding in doctor.packages("auto")}
    both = "pip install 'qna-widget[plot]' (in a clone: pip install '.[plot]')"
    assert cures["extra plot"] == f"Run: {both}"


def test_without_the_kernel_extra() -> None:
    """Then it still says what is there; answering in Python is only absent."""
    code = """
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"numpy", "onnxruntime", "tokenizers"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Block())
from qna_widget.cli import main
sys.exit(main(["doctor", "--json", "--model", "bundled"]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    facts = {finding["name"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert facts["answers in Python"]["state"] == "absent"
    for command in ("pip install 'qna-widget[kernel]'", "pip install '.[kernel]'"):
        assert command in facts["answers in Python"]["detail"]


def test_examine_goes_through_all_sections() -> None:
    sections = list(dict.fromkeys(finding.section for finding in examine("bundled")))
    assert sections[:4] == ["python", "packages", "model", "browser"]
