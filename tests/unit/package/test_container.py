"""The container, step by step, without Docker: the image runs the same script."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
STEPS = ROOT / "container" / "steps.sh"
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


def steps(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(STEPS), *map(str, arguments)],
        env={**os.environ, "PYTHON": sys.executable, **environment},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `steps.sh build` makes of a wheel; other packages are borrowed from the tests' own."""
    target = tmp_path_factory.mktemp("container") / "qna-widget"
    done = steps("build", wheel, target, PIP_NO_DEPS="1", PIP_NO_INDEX="1")
    assert done.returncode == 0, done.stderr
    (packages,) = target.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return target


def test_each_step_of_the_image_is_the_scripts() -> None:
    run = re.findall(r"^RUN (.*steps\.sh.*)$", DOCKERFILE, re.MULTILINE)
    assert [line.split("steps.sh ")[1].split()[0] for line in run] == ["build", "check"]
    last = DOCKERFILE[DOCKERFILE.rindex("FROM ") :]
    assert re.search(r"^USER [1-9]\d*$", last, re.MULTILINE), "nobody serves as root"
    assert '"/opt/steps.sh", "health"]' in last[last.index("HEALTHCHECK") :].splitlines()[0]
    assert last.rstrip().endswith('CMD ["sh", "/opt/steps.sh", "serve", "/opt/qna-widget"]')
    (port,) = re.findall(r"^EXPOSE (\d+)$", last, re.MULTILINE)
    assert f'PORT="${{PORT:-{port}}}"' in STEPS.read_text("utf-8")


def test_what_was_built_is_whole_and_has_the_model_inside(installed: Path, tmp_path: Path) -> None:
    done = steps("check", installed, HOME=str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert str(installed) in next(line for line in done.stdout.splitlines() if "bundled" in line)
    (model,) = installed.glob("lib/python*/site-packages/qna_widget/models/bundled/model.onnx.gz")
    model.rename(model.with_suffix(".away"))
    try:
        assert steps("check", installed, HOME=str(tmp_path)).returncode == 1
    finally:
        model.with_suffix(".away").rename(model)


@pytest.mark.parametrize(
    "settings",
    [{}, {"STREAMLIT_SERVER_BASE_URL_PATH": "apps/qna", "http_proxy": "http://no.invalid"}],
)
def test_it_serves_is_healthy_and_stops_when_told(
    installed: Path, tmp_path: Path, settings: dict[str, str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
    assert steps("health", PORT=port).returncode != 0
    server = subprocess.Popen(
        ["sh", str(STEPS), "serve", str(installed)],
        env={**os.environ, "PORT": port, "HOME": str(tmp_path), **settings},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        end = time.monotonic() + 60
        while steps("health", PORT=port, **settings).returncode != 0:
            assert server.poll() is None, server.communicate()[0]
            assert time.monotonic() < end, "it did not start"
    finally:
        server.send_signal(signal.SIGTERM)  # as `docker stop` does
        said, _ = server.communicate(timeout=30)
    assert "Traceback" not in said


def test_a_wrong_step_is_explained() -> None:
    done = steps("bild")
    assert done.returncode == 2
    assert "steps.sh build SOURCE TARGET" in done.stderr
