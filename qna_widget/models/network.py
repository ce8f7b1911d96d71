"""What the environment says about the way to the hub, and which of it a failure points to.

Address, token, proxies and certificates come from variables that many programs share. Libraries
raise what they like when one of them is wrong; here it is named.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from qna_widget.core.installed import is_installed

from .endpoint import PUBLIC, endpoint

TOKENS = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
# What a library stumbles into over an answer that is no hub's.
_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError)
_SCHEMES = ("http", "https", "socks5", "socks5h")
_HEARD = ("HF_", "HUGGING", "SSL_CERT", "XET_")
"""How variables begin that decide how the hub's library works."""


def environment() -> tuple[tuple[str, str], ...]:
    """Return all variables that decide how the hub is reached, for comparing."""
    return tuple(sorted((*getproxies().items(), *_variables())))


def fault() -> str:
    """Return a sentence about the first setting that cannot work, with what to do; or ""."""
    return next(_faults(), "")


def hint(error: BaseException) -> str:
    """Return what a failed request points to, as a sentence that ends in what to do."""
    chain = list(_chain(error))
    text = " ".join(str(link) for link in chain)
    if any(isinstance(link, ssl.SSLCertVerificationError) for link in chain) or (
        "CERTIFICATE" in text
    ):
        return (
            "The certificate that answered is not trusted on this machine. Where a company's proxy "
            "or a mirror signs its own, let SSL_CERT_FILE name a file (PEM) with its certificate"
            f"{_now('SSL_CERT_FILE')}."
        )
    if any(isinstance(link, ssl.SSLError) for link in chain) or "[SSL" in text:
        return (
            "What answered there does not speak TLS as it should. See whether the address of the "
            f"hub (HF_ENDPOINT{_now('HF_ENDPOINT')}) or of a proxy should begin with http://."
        )
    if any(isinstance(link, UnicodeEncodeError) for link in chain):
        return (
            "A text that should be plain ASCII is not: the token (HF_TOKEN, or what `hf auth "
            "login` keeps) or the address (HF_ENDPOINT). Copy it again."
        )
    if any(isinstance(link, _UNREADABLE) for link in chain) or "etag" in text.lower():
        return f"What came is no answer of a hub. {portal()}"
    return (
        via()
        or "Check the connection and try again; HF_ENDPOINT names a mirror, HTTPS_PROXY a proxy."
    )


def portal() -> str:
    """Return what to do where a network answers in the place of the hub."""
    return (
        f"A page to log in to this network may stand in the way: open {endpoint()} in a browser. "
        f"Or HF_ENDPOINT names no hub{_now('HF_ENDPOINT')}."
    )


def of_file(error: OSError) -> str:
    """Return a sentence about a file that the hub's library could not use, and who names it."""
    file = str(error.filename)
    names = ("HF_TOKEN_PATH", "HF_HOME", "SSLKEYLOGFILE", "XDG_CACHE_HOME", "HOME")
    named = next(
        (name for name in names if (value := os.environ.get(name)) and file.startswith(value)), ""
    )
    todo = f"{named} names it: let it name another place." if named else "See that you may read it."
    return f"{file} cannot be used: {error.strerror}. {todo}"


def without_password(text: str) -> str:
    """Return a text in which addresses lack what stands before their @."""
    return re.sub(r"://[^/@\s'\"]+@", "://…@", text)


def via() -> str:
    """Return a sentence about the proxy that the hub is asked through; "" where there is none."""
    if proxy := _proxy():
        name, address = proxy
        return (
            f"It was asked through the proxy {_shown(address)}, which {name} names: see that this "
            f"one is right, or let NO_PROXY={urlsplit(endpoint()).hostname} go round it."
        )
    return ""


def library_fault(error: Exception) -> str:
    """Return a sentence about the hub's library, which did not load: a variable it cannot read."""
    listed = ", ".join(f"{name}={value!r}" for name, value in _variables() if name not in TOKENS)
    return (
        f"huggingface_hub cannot be loaded: {error}. It reads its settings from variables; "
        f"{f'set are {listed}' if listed else 'none is set'}. Unset what is wrong."
    )


def _faults() -> Iterator[str]:
    said = os.environ.get("HF_ENDPOINT")
    if said and not _is_address(said, ("http", "https")):
        yield (
            f"HF_ENDPOINT is {without_password(said)!r}, no address. Give one such as {PUBLIC}, or "
            "unset it."
        )
    for name in TOKENS:
        token = os.environ.get(name, "").strip()
        if token and not (token.isascii() and token.isprintable() and " " not in token):
            yield (
                f"{name} holds a character that no token has. Copy it again from "
                f"{endpoint()}/settings/tokens, or unset it."
            )
    for scheme, address in getproxies().items():
        if scheme not in ("http", "https", "all"):
            continue
        name, whole = _variable(scheme), address if "://" in address else f"http://{address}"
        if not _is_address(whole, _SCHEMES):
            yield (
                f"{name} is {_shown(address)!r}, no proxy's address. Give one such as "
                "http://host:3128, or unset it."
            )
        elif whole.startswith("socks") and not is_installed("socksio"):
            yield (
                f"{name} is {_shown(address)!r}, and a SOCKS proxy takes the package socksio. Run: "
                f"pip install socksio; or unset {name}."
            )
    file = os.environ.get("SSL_CERT_FILE")
    if file and not _is_certificates(Path(file)):
        yield (
            f"SSL_CERT_FILE is {file!r}, which is no file with certificates (PEM). Name one, or "
            "unset it."
        )


def _is_address(text: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
        host.encode("ascii" if ":" in host else "idna")
    except ValueError:  # and UnicodeError, which is one
        return False
    return parts.scheme in schemes and bool(host) and port != 0 and " " not in text.strip()


def _is_certificates(file: Path) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(file)
    except OSError:  # and SSLError, which is one
        return False
    return True


def _proxy() -> tuple[str, str] | None:
    """Return the variable and the address of the proxy that the hub is asked through, if any."""
    parts = urlsplit(endpoint())
    known = getproxies()
    scheme = next((name for name in (parts.scheme, "all") if name in known), None)
    if scheme is None or proxy_bypass(parts.hostname or ""):
        return None
    return _variable(scheme), known[scheme]


def _variable(scheme: str) -> str:
    """Return the name of the variable that a proxy comes from."""
    names = (f"{scheme}_proxy", f"{scheme}_PROXY".upper())
    return next((name for name in names if os.environ.get(name)), "the system's setting")


def _variables() -> list[tuple[str, str]]:
    return [(name, value) for name, value in os.environ.items() if name.startswith(_HEARD)]


def _now(name: str) -> str:
    value = os.environ.get(name)
    return f" (it is {value!r} now)" if value else ""


def _shown(address: str) -> str:
    """Return a proxy's address without the password in it."""
    before, found, host = address.rpartition("@")
    return f"{before.partition('://')[0]}://…@{host}" if found and "://" in before else host


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
