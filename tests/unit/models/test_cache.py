"""The user's cache folder: whole or not at all, whoever writes at the same time."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import tiny_model

from qna_widget.core.manifest import ModelManifest
from qna_widget.errors import ModelCacheError
from qna_widget.models import cache
from qna_widget.models.names import MOBILEBERT, Folder, HubName

A, B = HubName("owner/a"), Folder(Path("/models/b"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("QNA_WIDGET_CACHE", str(tmp_path))
    return tmp_path


def build(key: str, title: str = "A model") -> None:
    with cache.building(key) as folder:
        tiny_model.write(folder, title)


def title(key: str) -> str:
    return ModelManifest.read(cache.model_folder(key)).title


def break_off(key: str, error: Exception) -> None:
    """Fail with a file half-written."""
    with cache.building(key) as folder:
        (folder / "model.json").write_text("{", encoding="utf-8")
        raise error


@pytest.mark.parametrize(
    ("platform", "variables", "wanted"),
    [
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/qna-widget"),
        ("linux", {}, "/home/me/.cache/qna-widget"),
        ("darwin", {"XDG_CACHE_HOME": "/x"}, "/home/me/Library/Caches/qna-widget"),
        ("win32", {"LOCALAPPDATA": "/l"}, "/l/qna-widget/Cache"),
        ("win32", {}, "/home/me/AppData/Local/qna-widget/Cache"),
        ("win32", {"QNA_WIDGET_CACHE": "/mine"}, "/mine"),
        ("linux", {"QNA_WIDGET_CACHE": "~/mine"}, "/home/me/mine"),
    ],
)
def test_where_the_platform_keeps_caches(
    monkeypatch: pytest.MonkeyPatch, platform: str, variables: dict[str, str], wanted: str
) -> None:
    for name in ("QNA_WIDGET_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "/home/me", **variables}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("qna_widget.models.cache.sys.platform", platform)
    assert cache.root() == Path(wanted)


def test_asking_writes_nothing(home: Path) -> None:
    assert (cache.find(A), cache.entries(), cache.remove(A)) == (None, [], None)
    assert list(home.iterdir()) == []


def test_a_model_appears_when_it_is_whole(home: Path) -> None:
    with cache.building("k1") as folder:
        (folder / "model.json").write_text("{}", encoding="utf-8")
        assert not cache.model_folder("k1").exists()
    assert [file.name for file in cache.model_folder("k1").iterdir()] == ["model.json"]

    with pytest.raises(RuntimeError):
        break_off("k2", RuntimeError())
    assert [file.name for file in (home / "models").iterdir()] == ["k1"]
    assert list((home / "building").iterdir()) == []


def test_the_first_of_two_stays(home: Path) -> None:
    with cache.building("k") as slow:
        tiny_model.write(slow, "slow")
        build("k", "fast")
    assert title("k") == "fast"
    assert list((home / "building").iterdir()) == []


def test_many_processes_building_and_naming_one_model(home: Path) -> None:
    """Readers in between see nothing or everything, and one folder is left."""
    code = (
        "import sys; from qna_widget.models import cache\n"
        f"sys.path.append({str(Path(tiny_model.__file__).parent)!r}); import tiny_model\n"
        "from qna_widget.models.names import HubName; sys.stdin.readline()\n"
        "for turn in range(60):\n"
        "    key = f'k{turn % 3}'\n"
        "    with cache.building(key) as folder:\n"
        "        tiny_model.write(folder, 'x' * 50_000)\n"
        "    cache.remember(cache.Entry(HubName('o/name'), 'c', key))\n"
        "    found = cache.find(HubName('o/name'))\n"
        "    assert found is not None and (found.folder / 'model.json').stat().st_size > 50_000\n"
    )
    pipes = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen([sys.executable, "-c", code], **pipes) for _ in range(3)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate(timeout=60)[1] for process in processes] == [""] * 3
    assert sorted(folder.name for folder in (home / "models").iterdir()) == ["k0", "k1", "k2"]
    assert list((home / "building").iterdir()) == []
    assert [file.suffix for file in (home / "names").iterdir()] == [".json"]


def test_names_share_a_model_until_the_last_is_gone(home: Path) -> None:
    build("k")
    cache.remember(cache.Entry(A, "c", "k"))
    cache.remember(cache.Entry(B, "", "k"))
    assert [entry.name for entry in cache.entries()] == [B, A]
    assert cache.entries()[1] == cache.Entry(A, "c", "k") == cache.find(A)
    size = sum(file.stat().st_size for file in cache.model_folder("k").iterdir())
    assert cache.remove(A) == 0
    assert cache.remove(B) == size > 0
    assert list((home / "models").iterdir()) == []


@pytest.mark.parametrize("name", ["model.json", "model.onnx.gz", "vocab.txt.gz"])
@pytest.mark.parametrize("damage", [Path.unlink, lambda file: os.truncate(file, 5)])
def test_remains_of_a_model_are_replaced(
    home: Path, name: str, damage: Callable[[Path], None]
) -> None:
    build("k", "old")
    cache.remember(cache.Entry(A, "c", "k"))
    (cache.model_folder("k") / "stray").touch()
    damage(cache.model_folder("k") / name)
    assert (cache.find(A), cache.entries()) == (None, [])
    build("k", "new")
    assert title("k") == "new"
    assert len(list(cache.model_folder("k").iterdir())) == 3
    assert cache.find(A) == cache.Entry(A, "c", "k")
    assert list((home / "building").iterdir()) == []


def test_remains_of_a_model_can_be_removed(home: Path) -> None:
    cache.model_folder("k").mkdir(parents=True)
    cache.remember(cache.Entry(A, "c", "k"))
    (cache.model_folder("k") / "weights").write_text("12345", encoding="utf-8")
    assert cache.remove(A) == 5
    cache.remember(cache.Entry(A, "c", "gone"))
    assert cache.remove(A) == 0
    assert [list((home / place).iterdir()) for place in ("models", "names")] == [[], []]


def test_what_earlier_versions_wrote_is_read(home: Path) -> None:
    """The form of the files of names, and where they lie, is as it was from the beginning."""
    build("k")
    (home / "names").mkdir()
    for name, commit in (("mobilebert", "c0"), ("/models/b", "")):
        written = {"name": name, "commit": commit, "key": "k"}
        file = hashlib.sha256(name.encode()).hexdigest()[:32]
        (home / "names" / f"{file}.json").write_text(json.dumps(written), encoding="utf-8")
    assert cache.find(MOBILEBERT) == cache.Entry(MOBILEBERT, "c0", "k")
    assert cache.find(B) == cache.Entry(B, "", "k")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"name": 1}', "\xff", "[" * 100_000])
def test_a_broken_name_is_no_name(home: Path, content: str) -> None:
    build("k")
    cache.remember(cache.Entry(A, "c", "k"))
    (file,) = (home / "names").iterdir()
    file.write_text(content, encoding="latin-1")
    assert (cache.find(A), cache.entries()) == (None, [])


def test_a_name_cannot_lead_out_of_the_cache(home: Path) -> None:
    build("k")
    (home / "secret").mkdir()
    (home / "secret" / "model.json").write_text("{}", encoding="utf-8")
    cache.remember(cache.Entry(A, "c", "../secret"))
    assert cache.find(A) is None
    assert cache.remove(A) is None
    assert (home / "secret" / "model.json").is_file()


def test_what_a_dead_process_left_is_swept(home: Path) -> None:
    old, new = home / "building" / "old", home / "building" / "new"
    for folder in (old, new):
        folder.mkdir(parents=True)
    os.utime(old, (0, 0))
    build("k")
    assert list((home / "building").iterdir()) == [new]


def test_a_model_that_its_name_left_goes_a_day_later(home: Path) -> None:
    def kept() -> list[str]:
        return sorted(folder.name for folder in (home / "models").iterdir())

    for key in ("first", "second", "third"):
        build(key)
        os.utime(cache.model_folder(key), (0, 0))  # they are old when their names leave them
        cache.remember(cache.Entry(A, "c", key))
    build("of_b")
    cache.remember(cache.Entry(B, "", "of_b"))
    assert kept() == ["first", "of_b", "second", "third"], "pages may still load them"
    size = cache.Entry(A, "c", "first").bytes
    os.utime(cache.model_folder("first"), (0, 0))
    build("new")
    assert kept() == ["new", "of_b", "second", "third"]
    os.utime(cache.model_folder("second"), (0, 0))
    assert cache.remove(B) == 2 * size
    assert kept() == ["new", "third"]


def test_the_room_of_a_removed_model_is_counted_once(home: Path) -> None:
    build("k")
    cache.remember(cache.Entry(A, "c", "k"))
    size = cache.Entry(A, "c", "k").bytes
    os.utime(cache.model_folder("k"), (0, 0))  # converted days ago, as most that are removed
    assert cache.remove(A) == size
    assert list((home / "models").iterdir()) == []


def test_a_name_that_is_known_is_not_written_again(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache that came with an image, or is shared, may be read-only."""
    build("k")
    cache.remember(cache.Entry(B, "", "k"))

    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(home))

    monkeypatch.setattr("qna_widget.models.cache.tempfile.mkstemp", refused)
    cache.remember(cache.Entry(B, "", "k"))
    with pytest.raises(ModelCacheError, match="the file system is read-only"):
        cache.remember(cache.Entry(B, "", "other"))


def test_where_a_name_cannot_be_read_no_model_goes(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build("k")
    cache.remember(cache.Entry(A, "c", "k"))
    os.utime(cache.model_folder("k"), (0, 0))
    with monkeypatch.context() as patch:
        patch.setattr(cache, "read_at_most", closed)
        build("other")
    assert cache.find(A) == cache.Entry(A, "c", "k")


def closed(file: Path, _most: int) -> bytes:
    raise PermissionError(errno.EACCES, "Permission denied", str(file))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk quota is used up"),
        (errno.EACCES, "writing is not permitted"),
        (errno.EROFS, "the file system is read-only"),
    ],
)
def test_why_nothing_can_be_kept(home: Path, number: int, words: str) -> None:
    with pytest.raises(ModelCacheError, match=f"{words}.*QNA_WIDGET_CACHE"):
        break_off("k", OSError(number, os.strerror(number)))
    assert not cache.model_folder("k").exists()
    assert list((home / "building").iterdir()) == []


def test_a_file_where_the_folder_should_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("QNA_WIDGET_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(ModelCacheError, match="a part of that path is a file"):
        build("k")
    with pytest.raises(ModelCacheError, match="a part of that path is a file"):
        cache.remember(cache.Entry(A, "c", "k"))


def test_other_failures_are_not_disguised(home: Path) -> None:
    with pytest.raises(FileNotFoundError), cache.building("k"):
        (home / "nowhere" / "file").write_text("")
