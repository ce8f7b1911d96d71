"""A server on localhost that speaks the hub's protocol, and can fail in the ways that the hub does.

Written after huggingface_hub's client (file_download.py, utils/_http.py, hf_api.py): the listing at
/api/models/…/revision/…?blobs=true; HEAD and GET of /…/resolve/…/… with X-Repo-Commit and ETag;
large files by a redirect with X-Linked-Size and X-Linked-Etag, and served in ranges; errors told by
X-Error-Code and X-Error-Message.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

LARGE = (".safetensors", ".onnx", ".bin")


@dataclass
class Repo:
    """Files by commit, commits by branch or tag, and who may have them."""

    commits: dict[str, dict[str, bytes]]
    refs: dict[str, str]
    gated: bool = False
    private: bool = False
    forbidden: bool = False


@dataclass
class Hub:
    """A running server: what it holds, what it was asked, and how it is to fail."""

    url: str = ""
    repos: dict[str, Repo] = field(default_factory=dict)
    log: list[tuple[str, str, str, int]] = field(default_factory=list)
    """Method, path, Range header ("" without), bytes of the body that were sent."""
    cuts: list[int] = field(default_factory=list)
    """Each large file asked for next breaks off after so many bytes of its body."""
    corrupt: bool = False
    """Large files come with one byte changed, their length and digests as before."""
    down: int = 0
    """Status that answers everything; 0: none."""
    pace: threading.Event = field(default_factory=threading.Event)
    """While it is not set, bodies of large files stop half-way."""

    def __post_init__(self) -> None:
        self.pace.set()

    def add(self, repo: str, folder: Path, *, refs: tuple[str, ...] = ("main",)) -> str:
        """Commit the files of a folder; return the commit, which `refs` now stand for."""
        files = {
            file.relative_to(folder).as_posix(): file.read_bytes()
            for file in sorted(folder.rglob("*"))
            if file.is_file()
        }
        state = hashlib.sha1()
        for name, data in files.items():
            state.update(name.encode() + b"\0" + data)
        held = self.repos.setdefault(repo, Repo({}, {}))
        held.commits[state.hexdigest()] = files
        held.refs.update(dict.fromkeys(refs, state.hexdigest()))
        return state.hexdigest()

    def sent(self, part: str) -> int:
        """Return the bytes of bodies sent for paths that contain `part`."""
        return sum(count for method, path, _, count in self.log if part in path)


def git_sha1(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        listing = re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/revision/(.+))?", path)
        file = re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path)
        blob = re.fullmatch(r"/large/([0-9a-f]{64})", path)
        if self.hub.down:
            self._refuse(self.hub.down, "", "The hub is down.")
        elif blob:
            self._large(blob[1])
        elif listing:
            self._list(listing[1], listing[2] or "main")
        elif file:
            self._file(file[1], file[2], file[3])
        else:
            self._refuse(404, "", "Sorry, we can't find the page you are looking for.")

    def _commit(self, repo: str, revision: str) -> tuple[str, dict[str, bytes]] | None:
        """Find a commit, or refuse and return None."""
        held = self.hub.repos.get(repo)
        known = "Authorization" in self.headers
        if held is None:
            # Strangers are not told whether it is private or not there.
            if known:
                self._refuse(404, "RepoNotFound", "Repository not found")
            else:
                self._refuse(401, "", "Invalid username or password.")
            return None
        if held.private and not known:
            self._refuse(401, "", "Invalid username or password.")
            return None
        if held.forbidden:
            self._refuse(403, "", "This token may not read it.")
            return None
        commit = held.refs.get(revision, revision)
        if commit not in held.commits:
            self._refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
            return None
        return commit, held.commits[commit]

    def _list(self, repo: str, revision: str) -> None:
        found = self._commit(repo, revision)
        if found is None:
            return
        commit, files = found
        siblings = []
        for name, data in files.items():
            entry = {"rfilename": name, "size": len(data), "blobId": git_sha1(data)}
            if name.endswith(LARGE):
                entry["lfs"] = {
                    "sha256": hashlib.sha256(data).hexdigest(),
                    "size": len(data),
                    "pointerSize": 134,
                }
            siblings.append(entry)
        body = {
            "_id": "1",
            "id": repo,
            "modelId": repo,
            "sha": commit,
            "private": False,
            "gated": "auto" if self.hub.repos[repo].gated else False,
            "tags": ["license:mit"],
            "cardData": {"license": "mit"},
            "siblings": siblings,
        }
        self._send(200, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def _file(self, repo: str, revision: str, name: str) -> None:
        found = self._commit(repo, revision)
        if found is None:
            return
        commit, files = found
        if self.hub.repos[repo].gated and "Authorization" not in self.headers:
            self._refuse(401, "GatedRepo", f"Access to model {repo} is restricted.")
            return
        if name not in files:
            self._refuse(404, "EntryNotFound", "Entry not found", {"X-Repo-Commit": commit})
            return
        data = files[name]
        if not name.endswith(LARGE):
            headers = {"X-Repo-Commit": commit, "ETag": f'"{git_sha1(data)}"'}
            self._send(200, data, headers)
            return
        digest = hashlib.sha256(data).hexdigest()
        linked = {
            "X-Repo-Commit": commit,
            "X-Linked-Size": str(len(data)),
            "X-Linked-Etag": f'"{digest}"',
            # Another host, as the hub's: clients do not take their token there.
            "Location": f"{self.hub.url.replace('127.0.0.1', 'localhost')}/large/{digest}",
        }
        self._send(302, b"", linked)

    def _large(self, digest: str) -> None:
        every = (
            data
            for repo in self.hub.repos.values()
            for files in repo.commits.values()
            for data in files.values()
        )
        data = next(data for data in every if hashlib.sha256(data).hexdigest() == digest)
        if self.hub.corrupt:
            middle = len(data) // 2
            data = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        start = 0
        headers = {"ETag": f'"{digest}"', "Accept-Ranges": "bytes"}
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if asked:
            start = int(asked[1])
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        cut = self.hub.cuts.pop(0) if self.hub.cuts and self.command == "GET" else None
        self._send(206 if asked else 200, data[start:], headers, cut)

    def _refuse(
        self, status: int, code: str, message: str, more: dict[str, str] | None = None
    ) -> None:
        headers = {"X-Error-Message": message, **({"X-Error-Code": code} if code else {})}
        self._send(status, json.dumps({"error": message}).encode(), {**headers, **(more or {})})

    def _send(
        self, status: int, body: bytes, headers: dict[str, str], cut: int | None = None
    ) -> None:
        part = b"" if self.command == "HEAD" else body[:cut]
        # Before a byte goes out: who has the answer finds it in the log.
        self.hub.log.append((self.command, self.path, self.headers.get("Range", ""), len(part)))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        half = len(part) // 2 if "/large/" in self.path else 0
        self.wfile.write(part[:half])
        if half:
            self.wfile.flush()
            self.hub.pace.wait(60)
        self.wfile.write(part[half:])
        if cut is not None:
            self.wfile.flush()
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""


@contextmanager
def serve() -> Iterator[Hub]:
    """Run a hub on a free port of this machine until the block ends."""
    hub = Hub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.pace.set()
        server.shutdown()
        server.server_close()
        thread.join()


def quiet(*_: object) -> None:
    """Take any progress."""


def leftovers(home: Path) -> list[str]:
    """Every file that is not whole, and every model that is not finished."""
    unfinished = [*home.rglob("*.incomplete"), *home.rglob("*.part")]
    models = [file for file in (home / "cache").glob("models/*") if file.is_dir()]
    return [str(file) for file in (*unfinished, *(home / "cache").glob("building/*"), *models)]
