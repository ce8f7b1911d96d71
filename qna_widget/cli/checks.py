"""What is installed and whether it is whole: the facts behind `qna-widget doctor`.

Nothing is fetched and nothing is changed. A further section is one more function in SECTIONS.
"""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import metadata
from itertools import starmap
from typing import Final, Literal

from qna_widget import __version__
from qna_widget.core.manifest import PACKAGE, Asset, Provenance
from qna_widget.errors import QnaError, installing, needs_extra
from qna_widget.evaluation.browser import find_chromium
from qna_widget.hosts import assets
from qna_widget.models import cache, fetch, files, names, registry

DISTRIBUTION: Final = "qna-widget"
State = Literal["ok", "absent", "broken"]
# What each extra brings.
EXTRAS: Final[Mapping[str, str]] = {
    "kernel": "QuestionAnswerer, `qna-widget ask` and `eval`: answers without a browser",
    "streamlit": "the Streamlit component",
    "demo": "`qna-widget demo`: the demo as a web page",
    "export": "`qna-widget export`: models from transformers checkpoints",
    "batch": "answers for the tables of Dask, Spark and Ray",
    "hub": "models from the hub: `qna-widget fetch`",
    "documents": "texts of PDF and HTML files",
    "frames": "answers and scores as pandas tables",
    "plot": "pictures of the scores",
    "browser": "`qna-widget eval --backend browser`",
}
SCRIPTS: Final = (
    "widget.js",
    "streamlit.js",
    "standalone.js",
    "qna-find.js",
    "worker.js",
    "extension-background.js",
    "extension-content.js",
    "extension-offscreen.js",
    "headless.js",
)
_REQUIREMENT: Final = re.compile(
    r"(?P<name>[\w.-]+)(?:\[[^]]*\])?\s*(?:>=\s*(?P<least>[\d.]+))?[^;]*"
    r"(?:;.*extra\s*==\s*['\"](?P<extra>[\w-]+)['\"])?"
)


@dataclass(frozen=True)
class Finding:
    """One fact. `cure` says what to do where the state is not "ok"."""

    section: str
    name: str
    state: State
    """absent: something optional is not there; broken: something will fail."""
    detail: str
    cure: str = ""


def examine(model: names.ModelLike = names.AUTO) -> Iterator[Finding]:
    """Yield what is found, section by section; `model` is the one whose files are checked."""
    wanted = names.parse(model)
    for section in SECTIONS:
        yield from section(wanted)


def python(_: names.ModelName) -> Iterator[Finding]:
    """Say which interpreter and which package these are."""
    detail = f"{platform.python_version()}, {platform.system()} {platform.machine()}"
    yield Finding("python", "python", "ok", f"{detail}, {sys.executable}")
    yield Finding("python", DISTRIBUTION, "ok", f"{__version__}, {PACKAGE}")


def packages(_: names.ModelName) -> Iterator[Finding]:
    """Look for what is needed and for the extras; versions as installed."""
    try:
        lines = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        detail = f"{PACKAGE} was never installed, so nobody knows what it needs."
        yield Finding("packages", DISTRIBUTION, "broken", detail, "Run: pip install .")
        return
    needed: dict[str, dict[str, str]] = {}
    for match in filter(None, map(_REQUIREMENT.match, lines)):
        if match["name"] != DISTRIBUTION:
            least = needed.setdefault(match["extra"] or "", {})
            # An extra may name a package again that a part of it names.
            former = least.get(match["name"], "")
            least[match["name"]] = max(former, match["least"] or "", key=_numbers)
    for finding in starmap(_package, needed.pop("", {}).items()):
        yield replace(finding, state="ok" if finding.state == "ok" else "broken")
    for extra, packages_of in needed.items():
        parts = [_package(*package) for package in packages_of.items()]
        states = {part.state for part in parts}
        state: State = "broken" if "broken" in states else "absent" if "absent" in states else "ok"
        versions = ", ".join(f"{part.name} {part.detail}" for part in parts)
        gives = f"{EXTRAS.get(extra, '')} ({versions})"
        cure = "" if state == "ok" else f"Run: {installing(extra)}"
        yield Finding("packages", f"extra {extra}", state, gives, cure)


def model_files(model: names.ModelName) -> Iterator[Finding]:
    """Say where the model comes from; check its files and whether it answers."""
    name = str(model)
    if isinstance(model, names.HubName) and cache.find(model) is None:
        cure = f"Run: qna-widget fetch {name}"
        yield Finding("model", name, "absent", "is on the hub, not on this machine", cure)
        return
    if isinstance(model, names.Folder) and not model.exported:
        yield _checkpoint(model)
        return
    try:
        manifest = registry.resolve(model)
    except QnaError as error:
        yield Finding("model", name, "broken", str(error))
        return
    folder = manifest.onnx.file.parent
    note = f". {manifest.note}" if manifest.note else ""
    yield Finding("model", name, "ok", f"{manifest.title}, {folder}{note}")
    origin = Provenance.read(folder)
    licence = origin.licence or "not said"
    yield Finding("model", "source", "ok", f"{origin.source or 'not said'}; licence {licence}")
    found = [_file("model", asset) for asset in manifest.files]
    yield from found
    if all(finding.state == "ok" for finding in found):
        yield _answering(model)


def browser(_: names.ModelName) -> Iterator[Finding]:
    """Check the front end as built, and look for a Chromium to measure it in."""
    build = "Run `make build` in a clone, or install the package again."
    for name in SCRIPTS:
        try:
            size = assets.built(name).stat().st_size
            state: State = "ok" if size else "broken"
            yield Finding("browser", name, state, f"{size} bytes", "" if size else build)
        except QnaError as error:
            yield Finding("browser", name, "broken", str(error), build)
    try:
        listed = assets.runtime_files()
        tools = assets.built_with()
    except (QnaError, OSError, ValueError, KeyError, TypeError) as error:
        yield Finding("browser", "manifest.json", "broken", str(error), build)
    else:
        said = ", ".join(f"{name} {version}" for name, version in tools.items())
        yield Finding("browser", "built with", "ok" if said else "absent", said or "is not said")
        for asset in listed:
            yield _file("browser", asset)
    cure = "Install Chromium, or name one in $CHROMIUM; only `eval --backend browser` needs it."
    try:
        chromium = find_chromium()
    except QnaError as error:
        yield Finding("browser", "chromium", "broken", str(error), cure)
    else:
        if chromium is None:
            yield Finding("browser", "chromium", "absent", "not found", cure)
        else:
            yield Finding("browser", "chromium", "ok", chromium)


def hosts(_: names.ModelName) -> Iterator[Finding]:
    """Say which installed hosts fetch scripts of their own, without which nothing is shown."""
    if _version("panel"):
        detail = "its page fetches anywidget's script from unpkg.com"
        cure = "Where readers cannot reach that, let your app hand it out: docs/hosts.md."
        yield Finding("hosts", "panel", "absent", detail, cure)
    if not _version("solara"):
        return
    has = _version("solara-assets")
    new = [name for name in ("ipyvue", "ipyvuetify") if _numbers(_version(name)) >= (3,)]
    if has and not new:
        yield Finding("hosts", "solara", "ok", f"its page's scripts are here: solara-assets {has}")
        return
    detail = "its server fetches its page's scripts from cdn.jsdelivr.net"
    cure = "Where it cannot reach that, run: pip install solara-assets 'ipyvuetify<3' 'ipyvue<3'"
    yield Finding("hosts", "solara", "absent", detail, cure)


SECTIONS: Final[tuple[Callable[[names.ModelName], Iterator[Finding]], ...]] = (
    python,
    packages,
    model_files,
    browser,
    hosts,
)


def _package(name: str, least: str) -> Finding:
    cure = f"Run: pip install '{name}>={least}'" if least else f"Run: pip install {name}"
    version = _version(name)
    if not version:
        return Finding("packages", name, "absent", "is not installed", cure)
    if _numbers(version) < _numbers(least):
        return Finding("packages", name, "broken", f"{version}, needed is {least}", cure)
    return Finding("packages", name, "ok", version)


def _version(name: str) -> str:
    """Return a package's version; "" where it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version: (1, 26) of "1.26rc1"."""
    return tuple(int(part) for part in re.findall(r"\d+", re.split(r"[a-z+]", version)[0]))


def _file(section: str, asset: Asset) -> Finding:
    """Compare a file with what its description says of it."""
    cure = "Install the package again, or export or fetch the model again."
    try:
        size = len(files.verify(asset))
    except OSError as error:
        detail = f"{asset.file} cannot be read: {error.strerror}"
        return Finding(section, asset.name, "broken", detail, cure)
    except files.WrongBytesError as error:
        detail = f"{asset.file} has sha256 {error.digest} instead of {asset.sha256}"
        return Finding(section, asset.name, "broken", detail, cure)
    return Finding(section, asset.name, "ok", f"sha256 {asset.sha256}, {size} bytes")


def _checkpoint(folder: names.Folder) -> Finding:
    """Say whether a folder holds what could become a model; nothing is converted here."""
    try:
        found = fetch.source(folder, lambda *_: None)
    except QnaError as error:
        return Finding("model", str(folder), "broken", str(error))
    detail = f"{found.chosen} is converted when it is first asked; only then is it looked into"
    cure = f"Run: qna-widget export {folder} OUT, and give OUT as the model."
    return Finding("model", str(folder), "absent", detail, cure)


def _answering(model: names.ModelName) -> Finding:
    """Ask the model something, as `qna-widget ask` would."""
    try:
        with needs_extra("Answering in Python", "kernel"):
            from qna_widget.answering.answerer import QuestionAnswerer
        answer = QuestionAnswerer(model, threads=1)(
            "What is the capital of France?",
            "Paris is the capital of France.",
            handle_impossible_answer=False,
        )
    except ImportError as error:
        return Finding("model", "answers in Python", "absent", str(error))
    except QnaError as error:
        return Finding("model", "answers in Python", "broken", str(error))
    return Finding("model", "answers in Python", "ok", f"{answer.text!r}")
