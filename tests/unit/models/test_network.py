"""Proxies, tokens, addresses, certificates, portals: each trouble names its variable and the cure.

Against servers on this machine; no name outside of it is looked up.
"""

from __future__ import annotations

import errno
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import huggingface_hub
import pytest
from hub_server import Hub, leftovers, quiet
from huggingface_hub.errors import HFValidationError, HTTPError
from no_proxies import plain as plain

from qna_widget.cli import main
from qna_widget.errors import HubError, ModelError, ModelNotFoundError
from qna_widget.models import network, registry

NAME = "owner/tiny"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:1080", "ALL_PROXY is .*pip install socksio"),
        ("all_proxy", "socks5h://127.0.0.1:1080", "all_proxy is .*pip install socksio"),
        ("ALL_PROXY", "socks4://127.0.0.1:1080", "ALL_PROXY is .*no proxy's address"),
        ("HTTPS_PROXY", "foo://127.0.0.1", "HTTPS_PROXY is 'foo://127.0.0.1', no proxy's address"),
        ("HTTP_PROXY", "http://127.0.0.1:port", "HTTP_PROXY is .*no proxy's address"),
        ("https_proxy", "http://127.0.0.1:99999", "https_proxy is .*no proxy's address"),
        ("HTTPS_PROXY", "http://[bad", "HTTPS_PROXY is .*no proxy's address"),
        ("HTTPS_PROXY", "http://", "HTTPS_PROXY is .*no proxy's address"),
        ("HTTPS_PROXY", "http://" + "a" * 70 + ".example", "HTTPS_PROXY is .*no proxy's address"),
        ("HTTPS_PROXY", "foo://me:secret@127.0.0.1", "HTTPS_PROXY is 'foo://…@127.0.0.1'"),
        ("HF_ENDPOINT", "http://[bad", r"HF_ENDPOINT is 'http://\[bad', no address"),
        ("HF_ENDPOINT", "http://" + "a" * 70 + ".example", "HF_ENDPOINT is .*no address"),
        ("HF_ENDPOINT", "huggingface.co", "HF_ENDPOINT is 'huggingface.co', no address"),
        ("HF_ENDPOINT", "http://127.0.0.1:port", "HF_ENDPOINT is .*no address"),
        ("HF_ENDPOINT", "ftp://127.0.0.1", "HF_ENDPOINT is .*no address"),
        ("HF_ENDPOINT", "http://", "HF_ENDPOINT is .*no address"),
        ("HF_TOKEN", "hf_äbc", "HF_TOKEN holds a character that no token has"),
        ("HF_TOKEN", "hf_a\nbc", "HF_TOKEN holds a character that no token has"),
        ("HF_TOKEN", "hf_a bc", "HF_TOKEN holds a character that no token has"),
        ("HF_TOKEN", "“hf_abc”", "HF_TOKEN holds a character that no token has"),
        ("SSL_CERT_FILE", "/nowhere.pem", "SSL_CERT_FILE is '/nowhere.pem', which is no file"),
        ("SSL_CERT_FILE", __file__, "SSL_CERT_FILE is .*which is no file with certificates"),
    ],
)
def test_a_variable_that_cannot_work_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(HubError, match=words) as told:
        registry.resolve(NAME, quiet)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NO_PROXY", "[bad, *, ,:::"),
        ("HF_TOKEN", " "),
        ("HF_TOKEN", "hf_abc\n"),
        ("HF_HUB_OFFLINE", "nonsense"),
        ("HF_HUB_CACHE", "$HOME/\u00e4/hub"),
        ("SSL_CERT_DIR", "/nowhere"),
    ],
)
def test_odd_values_that_do_no_harm(
    hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv(name, value)
    assert registry.resolve(NAME, quiet).name == NAME


@contextmanager
def serving(status: int, body: bytes, kind: str = "text/html") -> Iterator[str]:
    """Answer everything alike; yield host and port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_CONNECT = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    "body", [b"<html>Log in to the hotel's network</html>", b"", b"[]", b'"x"', b"{}", b"\xff\xfe"]
)
def test_a_captive_portal_is_told(home: Path, monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    with serving(200, body) as place:
        monkeypatch.setenv("HF_ENDPOINT", f"http://{place}")
        with pytest.raises(HubError, match=r"no answer of a hub\. A page to log in"):
            registry.resolve(NAME, quiet)
    assert leftovers(home) == []


@pytest.mark.parametrize("endpoint", ["https://hub.example", "http://hub.example"])
@pytest.mark.parametrize("status", [407, 403, 502])
def test_a_proxy_that_refuses_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch, endpoint: str, status: int
) -> None:
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", quiet)
    monkeypatch.setenv("HF_ENDPOINT", endpoint)
    with serving(status, b"no") as place:
        for name in ("HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://me:secret@{place}")
        with pytest.raises(ModelError, match=rf"the proxy http://…@{place}, which HTTPS?_P"):
            registry.resolve(NAME, quiet)
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1:9")  # nobody listens; a scheme may be left out
    with pytest.raises(HubError, match=r"through the proxy 127\.0\.0\.1:9, which HTTPS?_PROXY nam"):
        registry.resolve(NAME, quiet)


def test_what_was_set_right_counts_at_the_next_try(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with pytest.raises(HubError, match="HTTP_PROXY"):
        registry.resolve(NAME, quiet)
    monkeypatch.delenv("HTTP_PROXY")
    assert registry.resolve(NAME, quiet).name == NAME


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", fail)


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


VERIFY = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (caused(HTTPError("connection failed"), VERIFY), "SSL_CERT_FILE name a file"),
        (HTTPError("[SSL: CERTIFICATE_VERIFY_FAILED] unable to get"), "SSL_CERT_FILE name a file"),
        (caused(HTTPError("x"), ssl.SSLError(1, "[SSL: WRONG_VERSION]")), "does not speak TLS"),
        (UnicodeDecodeError("utf-8", b"\xe9", 0, 1, "x"), "no answer of a hub"),
        (HFValidationError("Repo_id is too long"), "can be no model of the hub: Repo_id is too"),
        (UnicodeEncodeError("ascii", "hf_ä", 3, 4, "x"), r"the token \(HF_TOKEN, or what `hf auth"),
        (RuntimeError("nobody expects this"), "nobody expects this. Check the connection"),
        (KeyError("sha"), "no answer of a hub"),
        (RecursionError(), "RecursionError. Check the connection"),
    ],
)
def test_whatever_the_library_raises_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    failing(monkeypatch, error)
    with pytest.raises((HubError, ModelNotFoundError), match=words):
        registry.resolve(NAME, quiet)


@pytest.mark.parametrize(
    ("variable", "value", "file"),
    [
        ("HF_HOME", "/dev/null", "/dev/null/token"),
        ("HF_TOKEN_PATH", "/etc", "/etc"),
        ("SSLKEYLOGFILE", "/nowhere/x", "/nowhere/x"),
    ],
)
def test_a_file_of_the_librarys_own_is_told_with_who_names_it(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, file: str
) -> None:
    monkeypatch.setenv(variable, value)
    failing(monkeypatch, NotADirectoryError(errno.ENOTDIR, "Not a directory", file))
    with pytest.raises(HubError, match=f"{file} cannot be used: Not a directory. {variable} names"):
        registry.resolve(NAME, quiet)


@pytest.mark.parametrize(
    ("status", "words"), [(511, "A page to log in"), (429, "Try again later"), (503, "Try again")]
)
def test_what_a_server_says_by_its_status(
    monkeypatch: pytest.MonkeyPatch, status: int, words: str
) -> None:
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", quiet)
    with serving(status, b"<html>") as place:
        monkeypatch.setenv("HF_ENDPOINT", f"http://{place}")
        with pytest.raises(HubError, match=rf"answered {status} .*{words}"):
            registry.resolve(NAME, quiet)


@pytest.mark.parametrize("place", ["127.0.0.1:9", "[bad"])
def test_a_password_in_the_hubs_address_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", f"http://me:secret@{place}")
    with pytest.raises(HubError, match="http://…@") as told:
        registry.resolve(NAME, quiet)
    assert "secret" not in str(told.value)


def test_a_variable_that_the_library_cannot_read_is_named() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "qna_widget", "fetch", NAME],
        env={"PATH": "", "HOME": "/nowhere", "HF_HUB_DOWNLOAD_TIMEOUT": "soon"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("qna-widget: huggingface_hub cannot be loaded: invalid literal")
    assert "HF_HUB_DOWNLOAD_TIMEOUT='soon'" in done.stderr


def test_standard_output_stays_while_the_library_is_loaded() -> None:
    """It belongs to all threads: what others print meanwhile, or afterwards, must not be lost."""
    code = (
        "import sys\n"
        "from qna_widget.models import registry\n"
        "class Seen:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.startswith('huggingface_hub'):\n"
        "            print('loading', name)\n"
        "sys.meta_path.insert(0, Seen())\n"
        "try:\n"
        "    registry.resolve('owner/tiny', print)\n"
        "except Exception as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": "", "HOME": "/nowhere", "HF_HUB_OFFLINE": "1"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "loading huggingface_hub.hf_api\n" in done.stdout
    assert "HF_HUB_OFFLINE forbids asking the hub" in done.stdout


@pytest.mark.parametrize("variable", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
def test_the_variable_that_forbids_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variable: str
) -> None:
    monkeypatch.setenv(variable, "1")
    with pytest.raises(HubError, match=rf"and {variable} forbids asking the hub. Unset it"):
        registry.resolve(NAME, quiet)
    assert f"and {variable} is set" in registry.resolve("auto").note


def test_the_command_line_prints_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "foo://x")
    assert main(["fetch", NAME]) == 1
    assert capsys.readouterr().err.startswith("qna-widget: owner/tiny is not on this machine, and")


def test_hints_keep_quiet_about_what_is_not_set() -> None:
    assert network.via() == ""
    assert network.fault() == ""
