"""`qna-widget fetch`, `models`, and `export` by name, against a hub on this machine."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
import tiny_model
from hub_server import Hub

from qna_widget import QuestionAnswerer
from qna_widget.cli import main
from qna_widget.models import auto, cache, names
from qna_widget.runtime.progress import transfer_bar

TINY = Path(__file__).parents[2] / "parity" / "tiny_bert"
Capture = pytest.CaptureFixture[str]


def test_fetch_list_remove(hub: Hub, capsys: Capture) -> None:
    commit = hub.repos["owner/tiny"].refs["main"]
    assert main(["fetch", "owner/tiny"]) == 0
    folder = Path(capsys.readouterr().out.strip())
    assert (folder / "model.json").is_file()
    assert main(["fetch", "owner/tiny", "--revision", commit]) == 0
    assert Path(capsys.readouterr().out.strip()) == folder

    assert main(["models", "--json"]) == 0
    listed = {model["name"]: model for model in json.loads(capsys.readouterr().out)}
    assert list(listed) == ["bundled", "mobilebert", "owner/tiny", f"owner/tiny@{commit}"]
    assert [model["where"] for model in listed.values()] == ["package", "hub", "cache", "cache"]
    assert listed["owner/tiny"]["commit"] == commit
    assert listed["owner/tiny"]["folder"] == str(folder)
    files = [file for file in folder.iterdir() if file.suffix == ".gz"]
    assert listed["owner/tiny"]["bytes"] == sum(file.stat().st_size for file in files)

    assert main(["models"]) == 0
    out = capsys.readouterr().out
    assert "mobilebert" in out
    assert "(not fetched yet)" in out
    assert str(cache.root()) in out

    assert main(["models", "--remove", "owner/tiny"]) == 0
    assert "0.0 MB" in capsys.readouterr().out
    assert folder.is_dir(), "the other name still stands for it"
    assert main(["models", "--remove", f"owner/tiny@{commit}"]) == 0
    assert not folder.exists()
    capsys.readouterr()
    assert main(["models", "--remove", "owner/tiny"]) == 1
    assert "'owner/tiny' is not in the cache; it holds nothing." in capsys.readouterr().err
    assert main(["models", "--remove", "bundled"]) == 1
    assert "'bundled' is part of the package" in capsys.readouterr().err
    assert main(["models", "--remove", ""]) == 1
    assert "got ''" in capsys.readouterr().err


def test_a_folder_is_removed_by_the_name_it_was_asked_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("QNA_WIDGET_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    for given, is_there in (("tb", True), ("tb", False), ("my/tb", False)):
        folder = names.Folder(Path(given).absolute())
        folder.path.mkdir(parents=True, exist_ok=True)
        with cache.building("k") as target:
            tiny_model.write(target)
        cache.remember(cache.Entry(folder, "", "k"))
        if not is_there:
            folder.path.rmdir()
        assert main(["models", "--remove", given]) == 0
        assert f"Removed {folder}" in capsys.readouterr().out
        assert cache.entries() == []


def test_fetch_refuses_in_words(hub: Hub, capsys: Capture) -> None:
    for given, words in (
        ("owner/none", "(401)"),
        ("owner/tiny@v9", "no revision 'v9'"),
    ):
        assert main(["fetch", given]) == 1
        assert words in capsys.readouterr().err


def test_export_takes_a_name(hub: Hub, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "served"
    assert main(["export", "owner/tiny", str(out), "--precision", "fp32"]) == 0
    assert capsys.readouterr().out.strip() == str(out / "model.json")
    description = json.loads((out / "model.json").read_text(encoding="utf-8"))
    commit = hub.repos["owner/tiny"].refs["main"]
    assert description["title"] == "owner/tiny"
    assert description["source"] == f"owner/tiny@{commit}"
    assert (description["licence"], description["precision"]) == ("mit", "fp32")
    assert QuestionAnswerer(out)("who sat?", "the cats sat a mat.").text in "the cats sat a mat."
    assert main(["export", str(out), str(tmp_path / "again")]) == 1
    assert "was exported already" in capsys.readouterr().err


def test_export_of_a_folder_says_nothing_of_its_place(tmp_path: Path, capsys: Capture) -> None:
    assert main(["export", str(TINY), str(tmp_path / "out")]) == 0
    text = (tmp_path / "out" / "model.json").read_text(encoding="utf-8")
    assert str(TINY.parent) not in text
    assert json.loads(text)["max_seq_len"] == 24
    assert main(["export", str(tmp_path / "none"), str(tmp_path / "out")]) == 1
    assert "There is no folder" in capsys.readouterr().err


def test_a_page_gets_the_folder_that_is_called_like_a_model_of_the_hub(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["export", str(TINY), "mobilebert", "--title", "My own"]) == 0
    Path("text").write_text("The cats sat.", encoding="utf-8")
    given = ["--model", "./mobilebert", "-p", "text"]
    assert main(["html", "page.html", *given]) == 0
    assert main(["export-page", "site", *given]) == 0
    for page in ("page.html", "site/index.html"):
        assert '"title": "My own"' in Path(page).read_text(encoding="utf-8")
    assert hub.log == []


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_transfer_is_drawn_on_a_terminal_only() -> None:
    for stream, wanted in (
        (io.StringIO(), ""),
        (
            Terminal(),
            "\rDownloading x: 0.0 of 2.0 MB\rDownloading x: 2.0 of 2.0 MB\n\rConverting x …",
        ),
    ):
        draw = transfer_bar(stream)
        draw("Downloading x", 0, 2_000_000)
        draw("Downloading x", 1, 2_000_000)  # too soon
        draw("Downloading x", 2_000_000, 2_000_000)
        draw("Converting x", 0, 0)
        assert stream.getvalue() == wanted


def test_mobilebert_is_fetched_by_its_short_name(hub: Hub, capsys: Capture) -> None:
    hub.add(names.MOBILEBERT.repo, TINY)
    assert main(["fetch", "mobilebert"]) == 0
    capsys.readouterr()
    assert main(["models", "--json"]) == 0
    where = {model["name"]: model["where"] for model in json.loads(capsys.readouterr().out)}
    assert where == {"bundled": "package", "mobilebert": "cache"}


def test_eval_names_the_model_that_answered(
    hub: Hub, own_texts: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def model(*given: str) -> tuple[str, str]:
        assert main(["eval", str(own_texts), "--limit", "1", *given]) == 0
        told = json.loads(capsys.readouterr().out)
        return told["model"], told.get("note", "")

    monkeypatch.setattr(auto, "PROBE_SECONDS", 20.0)  # a busy machine is no hub that is away
    hub.add(names.MOBILEBERT.repo, TINY)
    because = "The bundled model answers, because MobileBERT is not on this machine"
    assert model() == ("bundled", f"{because}: `qna-widget fetch mobilebert` brings it.")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert model() == ("bundled", f"{because} and HF_HUB_OFFLINE is set.")
    monkeypatch.delenv("HF_HUB_OFFLINE")
    assert model("--model", "bundled") == ("bundled", "")
    assert model("--model", "owner/tiny") == ("owner/tiny", "")
    assert main(["fetch", "mobilebert"]) == 0
    capsys.readouterr()
    assert model() == ("mobilebert", "")


def test_export_leaves_the_files_of_others_alone(tmp_path: Path, capsys: Capture) -> None:
    def export(out: Path, *more: str) -> tuple[int, str]:
        code = main(["export", str(TINY), str(out), *more])
        return code, capsys.readouterr().err

    (tmp_path / "empty").mkdir()
    assert export(tmp_path / "empty") == (0, "")
    assert export(tmp_path / "empty", "--precision", "fp32") == (0, ""), "an earlier export"
    written = json.loads((tmp_path / "empty" / "model.json").read_text(encoding="utf-8"))
    assert written["precision"] == "fp32"

    other = tmp_path / "other"
    other.mkdir()
    (other / "model.json").write_text('{"layers": 3}', encoding="utf-8")
    code, said = export(other)
    assert (code, "holds other files and no exported model" in said) == (1, True)
    assert [file.name for file in other.iterdir()] == ["model.json"]
    assert (other / "model.json").read_text(encoding="utf-8") == '{"layers": 3}'
    assert export(other, "--force") == (0, "")
    assert QuestionAnswerer(other).manifest.name == "other"

    file = tmp_path / "file"
    file.write_text("mine", encoding="utf-8")
    for out, words in ((file, "is a file"), (file / "below", "cannot be written")):
        code, said = export(out, "--force")
        assert (code, words in said, "Traceback" in said) == (1, True, False)
    assert file.read_text(encoding="utf-8") == "mine"
