"""What a release hangs on: one version, and workflows that run what everybody runs."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def test_the_version_stands_in_one_place() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    assert re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc)\d+)?", project["version"])
    assert "version" not in json.loads((ROOT / "js" / "package.json").read_text("utf-8"))
    lock = json.loads((ROOT / "js" / "package-lock.json").read_text("utf-8"))
    assert "version" not in lock
    assert "version" not in lock["packages"][""]
    done = subprocess.run(
        ["node", "-e", "import('./version.mjs').then(({version}) => console.log(version))"],
        cwd=ROOT / "js",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == project["version"]


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_workflows_run_pinned_actions_and_targets_that_exist(file: Path) -> None:
    text = file.read_text("utf-8")
    actions = re.findall(r"uses: (\S+)", text)
    assert actions
    assert [
        action for action in actions if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action)
    ] == []
    assert re.search(r"^permissions: \{\}$", text, re.MULTILINE), "each job asks for what it needs"
    targets = {name for run in re.findall(r"run: make (.+)", text) for name in run.split()}
    makefiles = "".join(
        made.read_text("utf-8") for made in [ROOT / "Makefile", *ROOT.glob("[a-z]*/*.mk")]
    )
    assert targets
    assert [name for name in targets if f"\n{name}:" not in makefiles] == []


def test_only_one_job_can_publish() -> None:
    said = {file.name: file.read_text("utf-8").count("id-token: write") for file in WORKFLOWS}
    assert said == {"release.yml": 1, "tests.yml": 0}


@pytest.mark.parametrize(
    "file", ["requirements.txt", ".binder/requirements.txt", "container/steps.sh"]
)
def test_hosts_install_extras_that_exist(file: str) -> None:
    """Streamlit's cloud, Binder and the container are told in files that nothing else reads."""
    with (ROOT / "pyproject.toml").open("rb") as opened:
        extras = set(tomllib.load(opened)["project"]["optional-dependencies"])
    text = (ROOT / file).read_text("utf-8")
    found = re.findall(r"^(?:-e )?\.\[([\w,]+)\]$|extras=([\w,]+)", text, re.MULTILINE)
    named = {name for groups in found for group in groups for name in group.split(",") if name}
    assert named
    assert named <= extras
