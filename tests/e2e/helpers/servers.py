"""Starts the real hosts, and counts what they try to fetch from outside."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
START_SECONDS = 180
TOKEN = "for-the-tests"


@dataclass
class Outside:
    """A proxy that lets nothing through and remembers what was asked for."""

    port: int
    asked: list[str] = field(default_factory=list)


@contextlib.contextmanager
def outside() -> Iterator[Outside]:
    """Stand where the way out would be."""
    listener = socket.create_server(("127.0.0.1", 0))
    world = Outside(listener.getsockname()[1])

    def refuse() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                with contextlib.suppress(OSError):
                    world.asked.append(connection.recv(4096).split(b"\r\n")[0].decode("latin-1"))
                    connection.sendall(b"HTTP/1.1 502 Offline\r\nContent-Length: 0\r\n\r\n")

    threading.Thread(target=refuse, daemon=True).start()
    yield world
    listener.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextlib.contextmanager
def serve(
    command: list[str], health: str, log: Path, cwd: Path, env: dict[str, str] | None = None
) -> Iterator[None]:
    """Run a server; at the end it and its children may have asked nothing of the world."""
    with counted(command, health, log, cwd, env) as world:
        yield
    assert world.asked == [], f"the server tried to reach {world.asked}"


@contextlib.contextmanager
def counted(
    command: list[str], health: str, log: Path, cwd: Path, env: dict[str, str] | None = None
) -> Iterator[Outside]:
    """Run a server from when `health` answers; say what it asks of the world, and end it."""
    with outside() as world, log.open("w") as output:
        proxy = f"http://127.0.0.1:{world.port}"
        proxies = dict.fromkeys(["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"], proxy)
        local = dict.fromkeys(["no_proxy", "NO_PROXY"], "localhost,127.0.0.1")
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=cwd,
            env={**os.environ, **proxies, **local, **(env or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _await(process, health, log)
            yield world
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await(process: subprocess.Popen[bytes], health: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"The server ended with {process.returncode}:\n{log.read_text()}")
        try:
            with urllib.request.urlopen(health, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"The server did not start in {START_SECONDS} s:\n{log.read_text()}")


@contextlib.contextmanager
def streamlit(
    script: Path, log: Path, *options: str, port: int | None = None, **more: str
) -> Iterator[str]:
    """Serve a script and give its address; `more` goes into the server's environment."""
    port = port or free_port()
    command = ["streamlit", "run", str(script), "--server.port", str(port)]
    command += ["--server.headless", "true", *options]
    address = f"http://localhost:{port}"
    with serve(command, f"{address}/_stcore/health", log, ROOT, more):
        yield address


@contextlib.contextmanager
def demo(log: Path, *options: str) -> Iterator[str]:
    """Serve the demo, as `make demo` does, and give its address."""
    port = free_port()
    command = ["qna_widget", "demo", "--port", str(port), *options]
    address = f"http://localhost:{port}"
    with serve(command, f"{address}/_stcore/health", log, log.parent):
        yield address


@contextlib.contextmanager
def jupyterlab(folder: Path, log: Path, **more: str) -> Iterator[str]:
    """Serve the notebooks of a folder, configured as `make notebook` does, and give the address.

    `more` goes into the environment of server and kernels.
    """
    port = free_port()
    address = f"http://localhost:{port}"
    command = ["jupyterlab", *jupyter_options(folder, port), "--LabApp.expose_app_in_browser=True"]
    with serve(command, health(address), log, folder, jupyter_env(folder, more)):
        yield address


def health(address: str) -> str:
    """Return where a Jupyter server says that it is there."""
    return f"{address}/api?token={TOKEN}"


def jupyter_options(folder: Path, port: int) -> list[str]:
    """Return what any Jupyter server is started with."""
    return [
        "--no-browser",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={folder}",
        f"--IdentityProvider.token={TOKEN}",
        "--ServerApp.allow_root=True",
    ]


def jupyter_env(folder: Path, more: dict[str, str]) -> dict[str, str]:
    """Return an environment in which nothing of the user's own Jupyter counts."""
    own = folder.parent / "jupyter"
    return {
        "JUPYTER_CONFIG_PATH": str(ROOT / "notebooks" / ".jupyter"),
        "JUPYTER_CONFIG_DIR": str(own / "config"),
        "JUPYTER_DATA_DIR": str(own / "data"),
        "JUPYTER_RUNTIME_DIR": str(own / "runtime"),
        "IPYTHONDIR": str(own / "ipython"),
        **more,
    }
