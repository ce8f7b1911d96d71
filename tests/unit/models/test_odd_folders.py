"""No home, odd cache folders, files that may not be read: nothing is asked of them, or in words."""

from __future__ import annotations

import errno
import json
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hub_server import Hub, leftovers, quiet

from qna_widget import QnaError, QuestionAnswerer
from qna_widget.cli import main
from qna_widget.errors import ModelCacheError, ModelError, ModelFileError, ModelNotFoundError
from qna_widget.models import cache, files, menu, registry

TINY = Path(__file__).parents[2] / "parity" / "tiny_bert"
WHERE, BERT = "Where does Bert live?", "Bert lives on Sesame Street."


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be a user without a home and without a line in the list of users, as in containers."""

    def nobody(number: int) -> None:
        raise KeyError(f"getpwuid(): uid not found: {number}")

    for name in ("HOME", "QNA_WIDGET_CACHE", "HF_HUB_CACHE", "XDG_CACHE_HOME", "HF_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", nobody)


@pytest.mark.usefixtures("homeless")
def test_without_a_home_the_bundled_model_answers(capsys: pytest.CaptureFixture[str]) -> None:
    assert QuestionAnswerer()(WHERE, BERT).text == "Sesame Street"
    assert registry.resolve("bundled", interactive=True).name == "bundled"
    assert [model.name for model in menu.available()] == ["bundled", "mobilebert"]
    assert main(["models"]) == 0
    assert "no home folder for '~', so fetched models have no place" in capsys.readouterr().out
    assert main(["doctor", "--model", "bundled"]) == 0


@pytest.mark.usefixtures("homeless")
def test_without_a_home_the_widget_and_the_page_are_made(tmp_path: Path) -> None:
    from qna_widget import QnA

    assert QnA(BERT, WHERE, model="bundled").model == "bundled"
    assert main(["html", str(tmp_path / "page.html"), WHERE, "-p", __file__]) == 0


@pytest.mark.usefixtures("homeless")
def test_without_a_home_nothing_is_fetched_for_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("owner/tiny", str(TINY)):
        with pytest.raises(ModelCacheError, match=r"QNA_WIDGET_CACHE \(or HOME\) name a"):
            registry.resolve(name, quiet)
    assert list(tmp_path.iterdir()) == []  # no folder called "~", either
    with pytest.raises(ModelNotFoundError, match="there is no such folder"):
        registry.resolve("~/model")


def test_without_a_home_a_named_cache_keeps_everything(
    hub: Hub, tmp_path: Path, homeless: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QNA_WIDGET_CACHE", str(tmp_path / "mine"))
    monkeypatch.chdir(tmp_path)
    assert registry.resolve("owner/tiny", quiet).name == "owner/tiny"
    assert {file.name for file in tmp_path.iterdir()} == {"mine"}


def dangling(place: Path) -> Path:
    (place / "link").symlink_to(place / "nowhere" / "deeper")
    return place / "link"


def loop(place: Path) -> Path:
    (place / "one").symlink_to(place / "two")
    (place / "two").symlink_to(place / "one")
    return place / "one"


def a_file(place: Path) -> Path:
    (place / "file").write_text("")
    return place / "file"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (dangling, "a link that leads nowhere, has that name"),
        (loop, "links lead in a circle|leads nowhere"),
        (a_file, "a part of that path is a file"),
        (lambda place: place / ("x" * 300), "that name is too long"),
        (lambda place: place / "/".join(["x" * 200] * 30), "that name is too long"),
        (lambda _: Path("/proc/1/nowhere"), "no folder can be made there"),
        (lambda _: Path("~no-such-user/cache"), "no home folder for '~no-such-user/cache'"),
    ],
)
def test_an_odd_cache_folder_is_told_and_keeps_nobody_from_asking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], Path], words: str
) -> None:
    monkeypatch.setenv("QNA_WIDGET_CACHE", str(make(tmp_path)))
    assert (cache.find(registry.names.MOBILEBERT), cache.entries()) == (None, [])
    assert registry.resolve("auto").name == "bundled"
    with pytest.raises(ModelCacheError, match=words) as told:
        registry.resolve(TINY, quiet)
    assert "QNA_WIDGET_CACHE" in str(told.value)


@pytest.mark.parametrize("variable", ["QNA_WIDGET_CACHE", "XDG_CACHE_HOME", "HOME"])
def test_a_relative_cache_folder_keeps_its_place(
    home: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    if variable == "XDG_CACHE_HOME" and sys.platform in ("win32", "darwin"):
        variable = "QNA_WIDGET_CACHE"
    for name in ("QNA_WIDGET_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, "kept")
    monkeypatch.chdir(home)
    model = registry.resolve(TINY, quiet)
    (home / "elsewhere").mkdir()
    monkeypatch.chdir(home / "elsewhere")
    assert files.read_vocab(model.vocab)
    assert {file.name for file in home.iterdir()} == {"kept", "elsewhere"}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO])
def test_whatever_the_disk_says_while_a_model_is_kept(
    home: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    write = Path.write_bytes

    def fail(file: Path, data: bytes) -> int:
        if file.name == "vocab.txt.gz":
            raise OSError(number, os.strerror(number), str(file))
        return write(file, data)

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(ModelCacheError, match=r"A converted model cannot be kept in .*Make room"):
        registry.resolve(TINY, quiet)
    assert leftovers(home) == []


def test_a_folder_beside_the_checkpoint_that_may_not_be_looked_into_is_let_be(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as lost+found, where the checkpoint lies at the top of a volume."""
    checkpoint = tmp_path / "volume"
    shutil.copytree(TINY, checkpoint)
    closed = checkpoint / "lost+found"
    closed.mkdir()
    real = Path.is_file

    def is_file(place: Path) -> bool:
        if place.parent == closed:
            raise PermissionError(errno.EACCES, "Permission denied", str(place))
        return real(place)

    monkeypatch.setattr(Path, "is_file", is_file)
    assert registry.resolve(checkpoint, quiet).title == "volume"


def test_a_description_that_is_nested_without_end_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text("[" * 200_000)
    with pytest.raises(ModelFileError, match="is not a model description: RecursionError"):
        registry.resolve(tmp_path)


def test_an_error_of_the_callers_own_stays_his(home: Path) -> None:
    def progress(*_: object) -> None:
        raise BrokenPipeError(errno.EPIPE, "gone")

    with pytest.raises(BrokenPipeError, match="gone"):
        registry.resolve(TINY, progress)
    assert leftovers(home) == []


def deny(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Refuse to open, list or look at a path; permissions do not bind whoever runs as root."""
    import pathlib

    def guarded(real: Callable[..., object]) -> Callable[..., object]:
        def call(path: Path, *arguments: object, **options: object) -> object:
            if path.name == name:
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            return real(path, *arguments, **options)

        return call

    for method in ("open", "iterdir", "read_bytes", "read_text"):
        monkeypatch.setattr(pathlib.Path, method, guarded(getattr(pathlib.Path, method)))


@pytest.mark.parametrize("name", ["config.json", "vocab.txt", "model.safetensors", "tiny"])
def test_a_checkpoint_that_may_not_be_read_is_told(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    shutil.copytree(TINY, home / "tiny")
    deny(monkeypatch, name)
    with pytest.raises(ModelError, match=rf"{name}.* Permission denied\. See that"):
        registry.resolve(home / "tiny", quiet)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="becomes another user")
@pytest.mark.parametrize("closed", ["tiny", "tiny/model.safetensors", "tiny/config.json", "cache"])
def test_permissions_of_another_user_are_told(tmp_path: Path, closed: str) -> None:
    """The same with the system's own permissions, as a user who is not root."""
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    shutil.copytree(TINY, tmp_path / "tiny")
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache").chmod(0o777)
    (tmp_path / closed).chmod(0)
    code = f"""
import os, sys, encodings.utf_8_sig
import qna_widget.models.fetch, qna_widget.export.recipe, qna_widget.models.registry as registry
os.setuid(65534)
try:
    registry.resolve({str(tmp_path / "tiny")!r}, lambda *_: None)
except qna_widget.QnaError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        env={**os.environ, "QNA_WIDGET_CACHE": str(tmp_path / "cache")},
    )  # fmt: skip
    assert done.stderr == ""
    assert str(tmp_path / closed) in done.stdout
    assert "ermi" in done.stdout  # Permission denied; writing is not permitted


def test_too_long_a_name_is_no_folder() -> None:
    for name in ("x" * 5000, "a/" * 3000, "\0", "\0/x", "\ud800/x/y", f"/{'x' * 300}"):
        with pytest.raises(QnaError, match="There is no model"):
            registry.resolve(name)


def test_a_folder_that_leads_in_a_circle(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match="cannot be reached"):
        registry.resolve(loop(tmp_path))


def test_an_unreadable_description_is_told(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text(json.dumps({"name": 1}), encoding="utf-8")
    with pytest.raises(ModelFileError, match="is not a model description"):
        registry.resolve(tmp_path)
