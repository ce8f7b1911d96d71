"""The public surface: what it is, and that importing it needs only the base dependencies."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import qna_widget
from qna_widget import errors

OWN = Path(__file__).parents[2] / "texts" / "questions.json"
SURFACE = Path(__file__).with_name("surface.txt")
HEAVY = [
    "numpy",
    "onnxruntime",
    "tokenizers",
    "streamlit",
    "onnx",
    "safetensors",
    "playwright",
    "pandas",
    "matplotlib",
]
HEAVY += ["huggingface_hub"]


def test_the_surface() -> None:
    assert qna_widget.__all__ == [
        "Answer",
        "BlankPassageError",
        "BlankQuestionError",
        "InputError",
        "MissingExtraError",
        "ModelError",
        "QnA",
        "QnaError",
        "QuestionAnswerer",
        "Result",
        "__version__",
        "compare",
    ]
    assert dir(qna_widget) == sorted(qna_widget.__all__)
    for name in qna_widget.__all__:
        assert getattr(qna_widget, name) is not None
    with pytest.raises(AttributeError, match="'qna_widget' has no attribute 'pipeline_'"):
        _ = qna_widget.pipeline_


def surface() -> str:
    """Return what the doors show, and how it is called; options by name where they are typed."""
    found = {"compare": _call(qna_widget.compare)}
    for door in ("streamlit", "standalone", "batch", "documents", "evaluation"):
        module = import_module(f"qna_widget.{door}")
        found |= {f"{door}.{name}": _call(getattr(module, name)) for name in module.__all__}
    for kind in (qna_widget.QnA, qna_widget.QuestionAnswerer):
        for name, value in vars(kind).items():
            if not name.startswith("_") or name in ("__init__", "__call__"):
                found[f"{kind.__name__}.{name}"] = _call(value)
    return "".join(f"{name}{call}\n" for name, call in found.items())


def _call(value: object) -> str:
    """Return a signature without types, which mypy keeps; "" for what is not called."""
    if not callable(value):
        return ""
    found = inspect.signature(value)
    plain = [each.replace(annotation=each.empty) for each in found.parameters.values()]
    call = str(found.replace(parameters=plain, return_annotation=found.empty))
    for each in found.parameters.values():
        typed = re.fullmatch(r"Unpack\[(\w+)\]", str(each.annotation))
        if typed is not None:
            names = inspect.unwrap(value).__globals__[typed[1]].__annotations__
            call = call.replace(f"**{each.name}", f"**{{{', '.join(names)}}}")
    return call


def test_the_doors_show_what_users_import() -> None:
    """A change of surface.txt changes users' programs, and CHANGELOG.md has a line for it.

    `python tests/unit/package/test_public.py > tests/unit/package/surface.txt` writes it anew.
    """
    assert surface() == SURFACE.read_text(encoding="utf-8")


def run(code: str) -> str:
    """Run `code` where everything that is no base dependency cannot be imported."""
    block = f"""
import sys
from pathlib import Path
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {HEAVY!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Block())
"""
    done = subprocess.run(
        [sys.executable, "-c", block + code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_base_package_needs_nothing_heavy() -> None:
    out = run("from qna_widget import QnA, Answer; print(QnA.__name__, Answer.__name__)")
    assert out.split() == ["QnA", "Answer"]


@pytest.mark.parametrize(
    ("statement", "extra"),
    [
        ("from qna_widget import QuestionAnswerer", "kernel"),
        ("from qna_widget.hosts.widget.kernel import answer; answer({})", "kernel"),
        ("from qna_widget.results.tables import answers_frame; answers_frame([])", "frames"),
        ("from qna_widget.cli import main; main(['export', 'a', 'b'])", "export"),
        ("from qna_widget.models import registry; registry.resolve('mobilebert')", "hub"),
        (f"from qna_widget.cli import main; main(['eval', {str(OWN)!r}])", "kernel"),
    ],
)
def test_a_missing_extra_is_named(statement: str, extra: str) -> None:
    code = f"""
import contextlib, io
said = io.StringIO()
with contextlib.redirect_stderr(said):
    try:
        {statement}
    except ImportError as error:
        print(error)
print(said.getvalue())
"""
    assert f"pip install 'qna-widget[{extra}]'" in run(code)


def test_the_exception_tree_is_the_one_drawn() -> None:
    """errors.py's docstring names each class under its base."""
    drawn = errors.__doc__ or ""
    stack: list[tuple[int, str]] = []
    tree = {}
    for line in drawn.splitlines():
        name = line.strip("│├└─ ").split(" ")[0]
        if not name.endswith("Error"):
            continue
        depth = line.index(name)
        while stack and stack[-1][0] >= depth:
            stack.pop()
        tree[name] = stack[-1][1] if stack else None
        stack.append((depth, name))
    classes = {
        name: value
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.QnaError)
    }
    assert tree == {
        name: None if value is errors.QnaError else value.__bases__[0].__name__
        for name, value in classes.items()
    }


if __name__ == "__main__":
    print(surface(), end="")
