"""Run the notebooks beside this file and keep their outputs: what GitHub shows of them.

    python notebooks/run.py [name.ipynb …]

Python answers, for no browser looks on; what shows a living widget is left out, since it lives no
longer than its kernel, and what stands for it stays.
"""

import os
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent
VIEW = "application/vnd.jupyter.widget-view+json"


def run(path: Path) -> None:
    notebook = nbformat.read(path, 4)
    with tempfile.TemporaryDirectory() as folder:  # for the files that cells write
        NotebookClient(notebook, resources={"metadata": {"path": folder}}).execute()
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(VIEW, None)
        if "outputs" in cell:  # what is only a widget, such as Output, shows nothing
            cell.outputs = [one for one in cell.outputs if one.get("data", one.get("text"))]
    nbformat.write(notebook, path)
    print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    os.environ["QNA_WIDGET_WITHOUT_BROWSER"] = "1"
    for name in sys.argv[1:] or sorted(path.name for path in HERE.glob("*.ipynb")):
        run(HERE / name)
