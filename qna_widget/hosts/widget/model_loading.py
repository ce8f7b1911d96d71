"""The part of a widget that turns `model` into what its page loads, without making anybody wait.

A model at hand is taken at once. Another one is fetched in a thread: the cell ends, the page goes
on with the former model and shows how far it is, and choosing another name ends the fetch.
"""

from __future__ import annotations

import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import traitlets

from qna_widget.errors import QnaError
from qna_widget.hosts.assets import AssetReader, manifest, model_files
from qna_widget.models import cache, names, registry

SECONDS_BETWEEN_STEPS = 0.2


class _OvertakenError(Exception):
    """Raised in a fetch that nobody waits for any more."""


class ModelLoading(traitlets.HasTraits):
    """Traits for the page, and what happens when `model` changes. To be mixed into a widget."""

    model: Any
    _assets: AssetReader

    _manifest = traitlets.Dict().tag(sync=True)
    """What the page loads (protocol.ts, Manifest); empty until the first model is at hand."""
    _models: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    """The page's menu (protocol.ts, ModelChoice)."""
    _fetching = traitlets.Dict().tag(sync=True)
    """A model on its way here, or why it did not come (protocol.ts, Fetching); empty for none."""

    # The newest fetch; an older one sees that it is no longer meant, and ends.
    _job: object = None
    _from_page = False

    @traitlets.default("_models")
    def _default_models(self) -> list[dict[str, Any]]:
        return [asdict(model) for model in registry.available()]

    @traitlets.default("_manifest")
    def _default_manifest(self) -> dict[str, Any]:
        return self._told(self.model, registry.resolve(self.model, interactive=True))

    @traitlets.validate("model")
    def _take_model(self, proposal: dict[str, Any]) -> str:
        name = str(proposal["value"])
        self._job = job = object()
        # While a widget is made, asking for the manifest would resolve the default name.
        former = self._manifest.get("asked") if "_manifest" in self._trait_values else None
        try:
            if is_at_hand(name):
                self._manifest = self._told(name, registry.resolve(name, interactive=True))
                self._fetching = {}
                return name
        except QnaError as error:
            if not self._from_page:
                raise traitlets.TraitError(str(error)) from error
            self._fetching = fetching_step(name, error=str(error))
            return str(former or name)
        if former is None:
            self._manifest = {}
        self._fetching = fetching_step(name)
        work = threading.Thread(target=self._fetch, args=(name, former, job), daemon=True)
        try:
            work.start()
        except RuntimeError:  # Pyodide has no threads
            self._fetch(name, former, job)
        return name

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what a page says; a model that is refused is told in words, and taken back."""
        self._from_page = True
        try:
            super().set_state(sync_data)  # type: ignore[misc]  # the widget's
        finally:
            self._from_page = False
        if sync_data.get("model", self.model) != self.model:
            self.send_state("model")  # type: ignore[attr-defined]  # the widget's

    def _fetch(self, name: str, former: str | None, job: object) -> None:
        told = 0.0

        def progress(what: str, done: int, total: int) -> None:
            nonlocal told
            if self._job is not job:
                raise _OvertakenError
            now = time.monotonic()
            if now - told >= SECONDS_BETWEEN_STEPS or done >= total:
                told = now
                self._fetching = fetching_step(name, what, done, total)

        try:
            resolved = registry.resolve(name, progress)
        except _OvertakenError:
            return
        except Exception as error:  # whatever it is, the page must not wait for ever
            words = str(error) if isinstance(error, QnaError) else f"{name}: {error!r}"
            if self._job is job:
                self._fetching = fetching_step(name, error=words)
                if former is not None:
                    self.model = former
                    self._fetching = fetching_step(name, error=words)
            return
        if self._job is job:
            self._models = self._default_models()
            self._manifest = self._told(name, resolved)
            self._fetching = {}

    def _told(self, name: str, resolved: registry.ModelManifest) -> dict[str, Any]:
        self._assets.add(model_files(resolved))
        return {"asked": name, **manifest(resolved)}


def is_at_hand(name: str) -> bool:
    """Whether resolving `name` takes no fetching; names that resolve to nothing count, too."""
    wanted = names.parse(name)
    if isinstance(wanted, names.HubName):
        return cache.find(str(wanted)) is not None
    folder = Path(wanted)
    return wanted in (names.AUTO, names.BUNDLED) or not (
        folder.is_dir() and not (folder / cache.DESCRIPTION).is_file()
    )


def fetching_step(
    model: str, what: str = "", done: int = 0, total: int = 0, error: str = ""
) -> dict[str, Any]:
    """Return what a page is told of a model on its way, or refused (protocol.ts, Fetching)."""
    return {"model": model, "what": what, "done": done, "total": total, "error": error}
