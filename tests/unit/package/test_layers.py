"""The house: wings stand in one order, no import runs up, and the surface is what `ls` shows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "qna_widget"
# Each wing may import those on the lines before its own; wings on one line know nothing of each
# other. CONTRIBUTING.md draws the same order.
ORDER = (
    ("errors",),
    ("core",),
    ("runtime", "results", "documents"),
    ("export",),
    ("models",),
    ("answering",),
    ("hosts", "batch"),
    ("evaluation",),
    ("cli",),
)
HOSTS = ("widget", "streamlit", "standalone")
# What users import: each is a file at the top that names what stands in a wing.
DOORS = ("streamlit", "standalone")
MOST_LINES, LONGEST_FUNCTION, MOST_ENTRIES = 300, 70, 14

DOORLESS = ("__init__", "__main__")

Imports = Mapping[Path, set[Path]]


def files(package: Path) -> list[Path]:
    return sorted(file for file in package.rglob("*.py") if "__pycache__" not in file.parts)


def imports(package: Path) -> Imports:
    """Return which files of the package each file imports, wherever in it, for types too."""
    return {file: set(_imported(file, package)) for file in files(package)}


def _imported(file: Path, package: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _found(alias.name.split("."), package)
        elif isinstance(node, ast.ImportFrom):
            base = file.relative_to(package.parent).parent.parts
            start = base[: len(base) + 1 - node.level] if node.level else ()
            name = [*start, *(node.module or "").split(".")] if node.module else [*start]
            for alias in node.names:
                yield from (_found([*name, alias.name], package) or _found(name, package))
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            (name, *_) = node.args  # a name that is put together is a door's own
            if isinstance(name, ast.Constant):
                yield from _found(str(name.value).split("."), package)


def _found(name: list[str], package: Path) -> list[Path]:
    """Return the file that a dotted name stands for, if it is one of the package's."""
    if not name or name[0] != package.name:
        return []
    place = package.parent.joinpath(*name)
    for file in (place.with_suffix(".py"), place / "__init__.py"):
        if file.is_file():
            return [file]
    return []


def wing(file: Path, package: Path) -> str:
    """Return the wing that a file stands in; that of a file at the top is itself."""
    inside = file.relative_to(package)
    name = inside.parts[0].removesuffix(".py")
    return "hosts" if name in DOORS else name


def upward(found: Imports, package: Path) -> list[str]:
    """Return a sentence for each import that runs up, or across."""
    place = {name: level for level, names in enumerate(ORDER) for name in names}
    said = []
    for file, others in found.items():
        here, name = wing(file, package), file.relative_to(package)
        if here in DOORLESS:  # they open the whole house
            continue
        for other in sorted(others - {package / "__init__.py"}):  # which says the version
            there, what = wing(other, package), other.relative_to(package)
            if there not in place or (place[there] >= place[here] and there != here):
                said.append(f"{name} imports {what}: {here} must know nothing of {there}.")
            hosts = [part.parts[1] for part in (name, what) if len(part.parts) > 2]
            if here == there == "hosts" and len(set(hosts) & set(HOSTS)) > 1:
                said.append(f"{name} imports {what}: hosts never import each other.")
    return said


def circles(found: Imports, package: Path) -> list[str]:
    """Return a sentence for each import that closes a circle."""
    found = {file: others for file, others in found.items() if file != package / "__init__.py"}
    said: list[str] = []
    state: dict[Path, str] = {}

    def visit(file: Path, path: list[Path]) -> None:
        state[file] = "open"
        for other in sorted(found.get(file, ())):
            if state.get(other) == "open":
                inner, outer = (one.relative_to(package) for one in (file, other))
                said.append(f"{inner} imports {outer}, which leads back to it.")
            elif other not in state:
                visit(other, [*path, other])
        state[file] = "done"

    for file in found:
        if file not in state:
            visit(file, [file])
    return said


def test_no_import_runs_up_and_none_in_a_circle() -> None:
    found = imports(PACKAGE)
    assert sum(map(len, found.values())) > 200, "the imports were not read"
    assert upward(found, PACKAGE) == []
    assert circles(found, PACKAGE) == []


def test_nothing_private_of_other_packages_is_imported() -> None:
    """What begins with "_" may be gone in their next version."""
    private = {
        f"{file.relative_to(PACKAGE)}: {node.module}"
        for file in files(PACKAGE)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module and not node.level
        if re.search(r"(^|\.)_(?!_|typeshed)", node.module)
    }
    # pypdf has no public name for it.
    assert private == {"documents/pdf/fragments.py: pypdf._text_extraction"}


def test_every_wing_has_its_place() -> None:
    tops = {wing(file, PACKAGE) for file in files(PACKAGE)} - {*DOORLESS}
    assert tops == {name for names in ORDER for name in names}


@pytest.mark.parametrize(
    ("file", "line", "sentence"),
    [
        (
            "core/ranking.py",
            "from qna_widget.models import registry",
            "core/ranking.py imports models/registry.py: core must know nothing of models.",
        ),
        (
            "runtime/progress.py",
            "if TYPE_CHECKING:\n    from qna_widget.results.tables import DataFrame",
            "runtime/progress.py imports results/tables.py: runtime must know nothing of results.",
        ),
        (
            "hosts/widget/kernel.py",
            "import qna_widget.hosts.streamlit.memory",
            "hosts/widget/kernel.py imports hosts/streamlit/memory.py: hosts never import each "
            "other.",
        ),
        (
            "answering/engine.py",
            "import importlib\nimportlib.import_module('qna_widget.standalone')",
            "answering/engine.py imports standalone.py: answering must know nothing of hosts.",
        ),
        (
            "core/types.py",
            "from . import decoding",
            "core/features.py imports core/types.py, which leads back to it.",
        ),
    ],
)
def test_a_fault_that_is_put_in_is_found(
    tmp_path: Path, file: str, line: str, sentence: str
) -> None:
    package = tmp_path / "qna_widget"
    for source in files(PACKAGE):
        copy = package / source.relative_to(PACKAGE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    with (package / file).open("a", encoding="utf-8") as end:
        end.write(f"\n{line}\n")
    found = imports(package)
    assert sentence in [*upward(found, package), *circles(found, package)]


def test_the_top_of_the_package_shows_the_surface() -> None:
    names = {file.relative_to(PACKAGE).parts[0] for file in files(PACKAGE)}
    entries = names - {"__init__.py", "__main__.py"}
    assert len(entries) <= MOST_ENTRIES, sorted(entries)


def test_files_and_functions_are_short() -> None:
    too_long = []
    for file in files(PACKAGE):
        text = file.read_text(encoding="utf-8")
        name = file.relative_to(ROOT)
        if (lines := text.count("\n")) > MOST_LINES:
            too_long.append(f"{name} has {lines} lines; at most {MOST_LINES} are allowed.")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                if (lines := node.end_lineno - node.lineno + 1) > LONGEST_FUNCTION:
                    too_long.append(f"{name}: {node.name} has {lines} lines.")
    assert too_long == []


def test_twins_exist() -> None:
    """A file that names its twin names one that is there, in both languages."""
    named = 0
    for file in [*files(PACKAGE), *(ROOT / "js" / "src").rglob("*.ts")]:
        text = file.read_text(encoding="utf-8")
        for twin in re.findall(r"[Tt]win\b[^.]*?((?:js/|qna_widget/)[\w./-]*\w)", text):
            named += 1
            assert (ROOT / twin).exists(), f"{file.relative_to(ROOT)} names {twin} as its twin."
    assert named > 15


def test_wings_open_without_importing_anything() -> None:
    """Their __init__ holds a docstring: Pyodide must not meet numpy, nor a start-up what it lacks.

    batch, documents, evaluation and cli are doors, and hold what users import.
    """
    doors = {"batch", "documents", "evaluation", "cli"}
    for file in PACKAGE.rglob("__init__.py"):
        if file.parent == PACKAGE or file.relative_to(PACKAGE).parts[0] in doors:
            continue
        (only,) = ast.parse(file.read_text(encoding="utf-8")).body
        assert isinstance(only, ast.Expr), file


def test_the_order_is_the_one_that_contributors_read() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    drawn = " < ".join(", ".join(names) for names in ORDER)
    assert drawn in " ".join(text.split())
