"""Turns a widget's `model` into what its page loads, without making anybody wait.

A model at hand is loaded at once. Another one is fetched in a thread: the cell ends, the page goes
on with the former model and shows how far it is, and choosing another name ends the fetch.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import traitlets

from qna_widget.core.manifest import Fetching, Manifest, ModelManifest
from qna_widget.errors import QnaError
from qna_widget.hosts.assets import AssetReader
from qna_widget.hosts.page import fetching_step, menu_lines, page_manifest
from qna_widget.models import beside, menu, names, registry

from .interface import Loading
from .waiting import nobody_looks_on

SECONDS_BETWEEN_STEPS = 0.2
NO_MANIFEST = cast(Manifest, {})
"""What a page is sent until the first model is at hand."""
NOT_FETCHING = cast(Fetching, {})
"""What a page is sent while no model is on its way, nor was refused."""


class _OvertakenError(Exception):
    """Raised to end a fetch after another model was chosen."""


class ModelLoader:
    """What happens when the `model` of one widget changes."""

    def __init__(self, widget: Loading, assets: AssetReader) -> None:
        """`assets` hands the files of all models out that the widget has shown."""
        self._widget = widget
        self._assets = assets
        # The newest fetch; an older one sees that it is no longer meant, and ends.
        self._job: object = None
        self._page_speaks = False
        self._titles: dict[str, str] = {}
        # Where the names of folders led when the widget took them: %cd changes what they say.
        self._folders: dict[str, names.Folder] = {}

    def manifest_of(self, name: str) -> Manifest:
        """Return the manifest of a model that is at hand, and hand its files out from now on."""
        return self._at_hand(name, self._parse(name))

    def change(self, name: str) -> str:
        """Begin with the model `name`; return the name that the trait shall have.

        Raises TraitError when Python's own choice cannot be had; a page's is refused in words.
        """
        widget = self._widget
        # While a widget is made, asking for the manifest would resolve the default name.
        known = widget._manifest if widget.trait_has_value("_manifest") else NO_MANIFEST
        former = known.get("asked")
        try:
            wanted = self._parse(name)
            if menu.is_at_hand(wanted):
                manifest = self._at_hand(name, wanted)
                self._job = None
                widget._manifest = manifest
                widget._fetching = NOT_FETCHING
                return name
        except QnaError as error:
            if not self._page_speaks:
                raise traitlets.TraitError(str(error)) from error  # a fetch under way goes on
            self._job = None
            widget._fetching = fetching_step(name, error=str(error))
            return former or name
        self._job = job = object()
        if former is None:
            widget._manifest = NO_MANIFEST
        widget._fetching = fetching_step(name)
        work = threading.Thread(target=self._fetch, args=(name, wanted, former, job), daemon=True)
        try:
            work.start()
        except RuntimeError:  # Pyodide has no threads
            self._fetch(name, wanted, former, job)
        return name

    def retry(self) -> None:
        """Begin anew with a first model that did not come; a page asks for it."""
        widget = self._widget
        if widget._fetching.get("error") and not widget._manifest:
            with self.page_speaks():
                self.change(widget.model)

    @contextmanager
    def page_speaks(self) -> Iterator[None]:
        """Take changes inside the block as a page's wishes, which are refused in words."""
        self._page_speaks = True
        try:
            yield
        finally:
            self._page_speaks = False

    def title_of(self, model: str) -> str:
        """Return a model's title, as far as this widget has shown it."""
        if manifest := self._widget._manifest:
            self._titles[manifest["asked"]] = manifest["model"]["title"]
        return self._titles.get(model, model)

    def model_of_page(self, model: str) -> str:
        """Return the name of what the page loaded; "auto" and a path may mean another by now."""
        manifest = self._widget._manifest
        if model == names.AUTO and manifest.get("asked") == names.AUTO:
            return manifest["model"]["name"]
        return str(self._folders.get(model, model))

    def _parse(self, name: str) -> names.ModelName:
        """Return what a name means here, or meant where it was a folder's before."""
        wanted = names.parse(name)
        if isinstance(wanted, names.Folder) and wanted.exists:
            wanted = self._folders[name] = names.Folder(wanted.path.absolute())
        known = self._folders.get(name)
        return wanted if known is None or not known.exists else known

    def _fetch(self, name: str, wanted: names.ModelName, former: str | None, job: object) -> None:
        shown_at = 0.0

        def progress(what: str, done: int, total: int) -> None:
            nonlocal shown_at
            if self._job is not job:
                raise _OvertakenError
            now = time.monotonic()
            if now - shown_at >= SECONDS_BETWEEN_STEPS or done >= total:
                shown_at = now
                self._widget._fetching = fetching_step(name, what, done, total)

        try:
            resolved = registry.resolve(wanted, progress)
        except _OvertakenError:
            return
        except Exception as error:  # whatever it is, the page must not wait for ever
            if self._job is job:
                words = str(error) if isinstance(error, QnaError) else f"{name}: {error!r}"
                self._take_back(name, former, words)
            return
        if self._job is job:
            self._show_menu()
        if self._job is job:  # that takes a moment, in which another may be chosen
            self._widget._manifest = self._shown(name, resolved)
            self._widget._fetching = NOT_FETCHING

    def _take_back(self, name: str, former: str | None, words: str) -> None:
        """Return to the former model, and say why the one called `name` did not come."""
        refused = fetching_step(name, error=words)
        self._widget._fetching = refused
        if former is not None:
            # Setting the model calls `change`, which clears the reason; so it is set once more.
            self._widget.model = former
            self._widget._fetching = refused

    def _show_menu(self) -> None:
        """Send the page what the menu offers by now."""
        self._widget._models = menu_lines()

    def _at_hand(self, name: str, wanted: names.ModelName) -> Manifest:
        # Each run of a script, or of a notebook by a command, shall be as the last.
        resolved = registry.resolve(wanted, interactive=not nobody_looks_on(self._widget))
        if resolved.note:  # MobileBERT may be on its way
            beside.MOBILEBERT.notify(self._show_menu)
        return self._shown(name, resolved)

    def _shown(self, name: str, resolved: ModelManifest) -> Manifest:
        self._assets.add(resolved.files)
        return {"asked": name, **page_manifest(resolved)}
