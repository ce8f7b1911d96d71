"""Builds and serves the container's contents without Docker, and measures what a host must give.

    python benchmarks/container.py TARGET [--sessions 100]

TARGET: a new folder. Prints seconds until built, until healthy, until a reader's first answer;
bytes on disk; and the server's memory before, and after readers who came, looked and left.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
STEPS = ROOT / "container" / "steps.sh"
PATIENCE = 180_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path)
    parser.add_argument("--sessions", type=int, default=100)
    options = parser.parse_args()
    begun = time.monotonic()
    subprocess.run(["sh", STEPS, "build", ROOT, options.target], check=True)
    print(f"built after {time.monotonic() - begun:.0f} s, {size(options.target) / 1e6:.0f} MB")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
    environment = {**os.environ, "PORT": port}
    begun = time.monotonic()
    server = subprocess.Popen(
        ["sh", STEPS, "serve", options.target], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        while subprocess.run(["sh", STEPS, "health"], env=environment, stderr=-3).returncode:
            time.sleep(0.1)
        print(f"healthy after {time.monotonic() - begun:.1f} s, {memory(server.pid):.0f} MB")
        visit(f"http://localhost:{port}", options.sessions, server.pid)
    finally:
        server.terminate()
        server.wait()


def visit(address: str, sessions: int, server: int) -> None:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context()
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        begun = time.monotonic()
        page.goto(address)
        page.locator(".qna-root").get_by_role("listitem").first.wait_for()
        print(f"first answer after {time.monotonic() - begun:.1f} s, {memory(server):.0f} MB")
        page.close()
        for _ in range(sessions):
            page = context.new_page()
            page.goto(address)
            page.locator(".qna-root").get_by_label("Question", exact=True).wait_for()
            page.close()
        print(f"after {sessions} more sessions {memory(server):.0f} MB")
        browser.close()


def size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if not file.is_symlink())


def memory(process: int) -> float:
    """Resident megabytes."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1000


if __name__ == "__main__":
    main()
