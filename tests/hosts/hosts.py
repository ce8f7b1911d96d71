"""How each host is started and opened; the apps that they serve are in apps/."""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import nbformat
from lab import READY, RUN_CELL
from playwright.sync_api import Page
from servers import Outside, counted, free_port, health, jupyter_env, jupyter_options

ANYWIDGET = ".".join(version("anywidget").split(".")[:2])
NOTHING: Mapping[str, str] = {}
APPS = Path(__file__).parent / "apps"


@dataclass
class Served:
    """A host that is up."""

    address: str
    world: Outside
    """What its server asked of the world."""


Serve = Callable[[Path, dict[str, str]], AbstractContextManager[Served]]
"""Start the host in a folder of its own, with this in its environment."""


@dataclass(frozen=True)
class Host:
    """One line of the table."""

    name: str
    package: str
    """The package whose version is shown."""
    serve: Serve
    open: Callable[[Page, str], None]
    """Open the app at an address, up to where the component appears by itself."""
    remarks: str = ""
    requests: tuple[str, ...] = ()
    """Beginnings of what the host itself asks of the world, without need."""
    errors: tuple[str, ...] = ()
    """Beginnings of the page's errors that are the host's own."""


def server(
    module: str, app: str, *options: str, ready: str = "/", env: Mapping[str, str] = NOTHING
) -> Serve:
    """Serve an app of apps/ by `python -m module`; {app} and {port} stand in the options."""

    @contextlib.contextmanager
    def serving(folder: Path, ours: dict[str, str]) -> Iterator[Served]:
        port = free_port()
        given = [option.format(app=APPS / app, port=port) for option in options]
        address = f"http://localhost:{port}"
        command = [*module.split(), *given]
        log, given_env = folder / "log.txt", {**ours, **env}
        with counted(command, address + ready, log, folder, given_env) as world:
            yield Served(address, world)

    return serving


def write_notebook(folder: Path) -> Path:
    """Write apps/cell.py as the only cell of a notebook."""
    notebook = nbformat.v4.new_notebook()
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    source = (APPS / "cell.py").read_text("utf-8")
    notebook.cells = [nbformat.v4.new_code_cell(source.split('"""', 2)[2].strip())]
    notebooks = folder / "notebooks"
    notebooks.mkdir()
    path = notebooks / "asked.ipynb"
    nbformat.write(notebook, path)
    return path


def jupyter(module: str, path: str, *options: str) -> Serve:
    """Serve a notebook by a Jupyter server; the address leads to it."""

    @contextlib.contextmanager
    def serving(folder: Path, env: dict[str, str]) -> Iterator[Served]:
        notebooks = write_notebook(folder).parent
        port = free_port()
        address = f"http://localhost:{port}"
        command = [module, *jupyter_options(notebooks, port), *options]
        own = jupyter_env(notebooks, env)
        with counted(command, health(address), folder / "log.txt", notebooks, own) as world:
            yield Served(f"{address}/{path}/asked.ipynb?token=for-the-tests", world)

    return serving


@contextlib.contextmanager
def voila(folder: Path, env: dict[str, str]) -> Iterator[Served]:
    """Serve a notebook as an app."""
    path = write_notebook(folder)
    port = free_port()
    address = f"http://localhost:{port}"
    command = ["voila", path.name, "--no-browser", f"--port={port}", "--Voila.port_retries=0"]
    ready = f"{address}/voila/static/voila.js"
    own = jupyter_env(path.parent, env)
    with counted(command, ready, folder / "log.txt", path.parent, own) as world:
        yield Served(address, world)


@contextlib.contextmanager
def panel(folder: Path, env: dict[str, str]) -> Iterator[Served]:
    """Serve Panel's app, and anywidget's script beside it."""
    source = Path(sys.prefix, "share", "jupyter", "nbextensions", "anywidget", "index.js")
    script = folder / "widgets" / f"anywidget@~{ANYWIDGET}.*" / "dist" / "index"
    script.parent.mkdir(parents=True)
    shutil.copyfile(source, script)
    own = server("panel", "panel_offline_app.py", *PANEL, f"--static-dirs=widgets={folder}/widgets")
    with own(folder, env) as served:
        yield served


def visit(page: Page, address: str) -> None:
    """Open an app that shows the component by itself."""
    page.goto(address)


def run_cell(page: Page, address: str) -> None:
    """Open a notebook and run its cell."""
    page.goto(address)
    page.wait_for_function(READY)
    page.evaluate(RUN_CELL, 0)


# Unless told not to, its page counts its use and its server asks for its own address.
QUIET = ("--browser.gatherUsageStats=false", "--server.address=localhost")
STREAMLIT = ("run", "{app}", "--server.port={port}", "--server.headless=true", *QUIET)
PANEL = ("serve", "{app}", "--port={port}", "--address=localhost")
SOLARA = ("run", "{app}", "--port={port}", "--host=localhost", "--no-open", "--production")
MARIMO = ("run", "{app}", "--headless", "--port={port}", "--host=localhost")
SHINY = ("run", "{app}", "--port={port}", "--host=localhost")
# It reports to its makers unless told not to.
SOLARA_ENV = {"SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false"}
CDN = "https://cdn.jsdelivr.net/npm"
HOSTS = [
    Host(
        "JupyterLab",
        "jupyterlab",
        jupyter("jupyterlab", "lab/tree", "--LabApp.expose_app_in_browser=True"),
        run_cell,
    ),
    Host(
        "Notebook 7",
        "notebook",
        jupyter("notebook", "notebooks", "--JupyterNotebookApp.expose_app_in_browser=True"),
        run_cell,
        errors=("Cannot read properties of undefined (reading 'schema')",),
    ),
    Host(
        "Voila",
        "voila",
        voila,
        visit,
        remarks="its page asks a CDN for its icons; without them nothing is missing",
        requests=(f"{CDN}/@fortawesome/",),
    ),
    Host("marimo", "marimo", server("marimo", "marimo_app.py", *MARIMO, ready="/health"), visit),
    Host("Shiny for Python", "shiny", server("shiny", "shiny_app.py", *SHINY), visit),
    Host(
        "Streamlit",
        "streamlit",
        server("streamlit", "streamlit_app.py", *STREAMLIT, ready="/_stcore/health"),
        visit,
    ),
    Host(
        "Panel",
        "panel",
        panel,
        visit,
        remarks="anywidget's script from the app's own server, as said below; its page asks a CDN "
        "for its icons, and nothing is missing without them",
        requests=(
            "https://cdnjs.cloudflare.com/ajax/libs/font-awesome/",
            "https://cdn.holoviz.org/panel/",
        ),
    ),
    Host(
        "Solara",
        "solara",
        server("solara", "solara_app.py", *SOLARA, ready="/readyz", env=SOLARA_ENV),
        visit,
        remarks="with `solara-assets` and `ipyvuetify<3`; its server asks PyPI for its "
        "newest version",
        requests=("CONNECT pypi.org:443",),
    ),
]
