"""Writes a software bill of materials (CycloneDX 1.6, JSON) of all that is shipped or needed.

Run in an environment that has the package, its extras and `packaging`:
`python scripts/sbom.py > sbom.json`. Nothing is asked of the network: Python's packages are those
installed here, the front end's those in its lock file.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = "qna-widget"
SHIPPED: Final = ("qna_widget/static", "qna_widget/models/bundled")

Component = dict[str, object]


def bill() -> dict[str, object]:
    """Return the whole document."""
    own = component("application", PACKAGE, metadata.version(PACKAGE), "MIT", f"pkg:pypi/{PACKAGE}")
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": own},
        "components": [*files(), *front_end(), *python()],
    }


def files() -> Iterator[Component]:
    """Yield what is shipped besides Python's own code: the built front end, the bundled model."""
    model = json.loads((ROOT / SHIPPED[1] / "model.json").read_text(encoding="utf-8"))
    for folder, licence in zip(SHIPPED, ("MIT", model["licence"]), strict=True):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.is_file() and not file.name.startswith("."):
                digest = hashlib.sha256(file.read_bytes()).hexdigest()
                name = file.relative_to(ROOT).as_posix()
                found = component("file", name, metadata.version(PACKAGE), licence)
                yield {**found, "hashes": [{"alg": "SHA-256", "content": digest}]}


def front_end() -> Iterator[Component]:
    """Yield the packages that the front end is built from, as its lock file has them."""
    lock = json.loads((ROOT / "js" / "package-lock.json").read_text(encoding="utf-8"))
    for place, about in lock["packages"].items():
        name = place.rpartition("node_modules/")[2]
        if name and not about.get("dev"):
            version = about["version"]
            url = f"pkg:npm/{name.replace('@', '%40')}@{version}"
            yield component("library", name, version, about["license"], url)


def python() -> Iterator[Component]:
    """Yield the Python packages that are needed, extras and what these need included."""
    found: dict[str, metadata.Distribution] = {}
    extras = metadata.metadata(PACKAGE).get_all("Provides-Extra") or []
    waiting = {(PACKAGE, extra) for extra in ("", *extras)}
    done: set[tuple[str, str]] = set()
    while waiting:
        asked = waiting.pop()
        done.add(asked)
        for wanted in requirements(*asked):
            name = canonicalize_name(wanted.name)
            try:
                found[name] = metadata.distribution(name)
            except metadata.PackageNotFoundError:
                continue  # of an extra of ours that is not installed here
            waiting |= {(name, extra) for extra in ("", *wanted.extras)} - done
    found.pop(PACKAGE, None)  # an extra may name others of ours
    for name, distribution in sorted(found.items()):
        version = distribution.version
        url = f"pkg:pypi/{name}@{version}"
        yield component("library", name, version, licence_of(distribution), url)


def requirements(name: str, extra: str) -> Iterator[Requirement]:
    """Yield what an extra of an installed package needs on this platform; "" is the package."""
    for wanted in map(Requirement, metadata.requires(name) or []):
        if wanted.marker is None or wanted.marker.evaluate({"extra": extra}):
            yield wanted


def licence_of(distribution: metadata.Distribution) -> str:
    """Return a package's licence by its metadata: the expression, the classifier, or the text."""
    about = distribution.metadata
    if expression := about.get("License-Expression"):
        return str(expression)
    mark = "License :: "
    for classifier in about.get_all("Classifier") or []:
        if classifier.startswith(mark) and not classifier.endswith("OSI Approved"):
            return classifier.rpartition(" :: ")[2]
    return (about.get("License") or "not said").partition("\n")[0]


def component(kind: str, name: str, version: str, licence: str, url: str = "") -> Component:
    """Return a component as CycloneDX has it."""
    about: Component = {
        "type": kind,
        "name": name,
        "version": version,
        "licenses": [{"license": {"name": licence}}],
    }
    return {**about, "purl": url, "bom-ref": url} if url else about


if __name__ == "__main__":
    json.dump(bill(), sys.stdout, indent=1)
