"""Names of models as people type and paste them: understood, or told what was meant perhaps."""

from __future__ import annotations

from pathlib import Path

import pytest
from hub_server import Hub, quiet

from qna_widget.errors import HubError, InputError, ModelAccessError, ModelNotFoundError
from qna_widget.models import names, registry
from qna_widget.models.names import Auto, Bundled, Folder, HubName

NAME = "owner/name"


@pytest.mark.parametrize(
    ("text", "repo", "revision"),
    [
        ("https://huggingface.co/owner/name", NAME, "main"),
        ("https://huggingface.co/owner/name/", NAME, "main"),
        ("http://www.huggingface.co/owner/name", NAME, "main"),
        ("huggingface.co/owner/name", NAME, "main"),
        ("hf.co/owner/name", NAME, "main"),
        ("HTTPS://HuggingFace.co/owner/name", NAME, "main"),
        (" https://huggingface.co/owner/name?library=transformers#usage\n", NAME, "main"),
        ("https://huggingface.co/owner/name/tree/main", NAME, "main"),
        ("https://huggingface.co/owner/name/tree/v1.0", NAME, "v1.0"),
        ("https://huggingface.co/owner/name/tree/refs%2Fpr%2F1", NAME, "refs/pr/1"),
        ("https://huggingface.co/owner/name/blob/v1/config.json", NAME, "v1"),
        ("https://huggingface.co/owner/name/resolve/v1/onnx/model.onnx", NAME, "v1"),
        ("hf://owner/name", NAME, "main"),
        ("hf://owner/name/", NAME, "main"),
        ("hf://owner/name@v1", NAME, "v1"),
        ("hf://models/owner/name", NAME, "main"),
        ("hf://models/claims-bert", "models/claims-bert", "main"),
        ("Mobilebert", names.MOBILEBERT.repo, "main"),
        ("MobileBERT@v1", names.MOBILEBERT.repo, "v1"),
        ("mobilebert/", names.MOBILEBERT.repo, "main"),
        ("owner/name ", NAME, "main"),
        ("'owner/name'", NAME, "main"),
        ('"owner/name@v1"', NAME, "v1"),
        ("owner/name.git", NAME, "main"),
        ("https://huggingface.co/owner/name.git", NAME, "main"),
        ("https://huggingface.co/api/models/owner/name", NAME, "main"),
        ("https://huggingface.co/owner/name/discussions/1", NAME, "main"),
        ("https://huggingface.co/owner/name/commit/abc", NAME, "abc"),
    ],
)
def test_what_is_pasted_from_the_hub_is_understood(text: str, repo: str, revision: str) -> None:
    assert names.parse(text) == HubName(repo, revision)


def test_the_address_of_a_mirrors_page_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "https://hub.example/hf/")
    assert names.parse("https://hub.example/hf/owner/name/tree/v1") == HubName(NAME, "v1")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Bundled", Bundled()),
        ("bundled/", Bundled()),
        (" bundled ", Bundled()),
        ("“bundled”", Bundled()),
        ("AUTO", Auto()),
        ("./bundled", Folder(Path("bundled"))),
        ("mobilebert@", Folder(Path("mobilebert@"))),
        ("https://example.org/owner/name", Folder(Path("https://example.org/owner/name"))),
    ],
)
def test_words_that_stand_for_themselves(text: str, name: names.ModelName) -> None:
    assert names.parse(text) == name


def test_a_folder_goes_before_a_word_that_is_spelled_oddly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("Mobilebert", "bundled", " spaced "):
        (tmp_path / name).mkdir()
    assert names.parse("Mobilebert") == Folder(Path("Mobilebert"))
    assert names.parse("bundled/") == Folder(Path("bundled"))
    assert names.parse(" spaced ") == Folder(Path(" spaced "))
    assert names.parse("bundled") == Bundled()
    assert names.parse("mobilebert") == names.MOBILEBERT


@pytest.mark.parametrize(
    "text",
    ["./mobilebert", "./mobilebert@v1", "./bundled", "./auto", "./huggingface.co/owner/name"],
)
def test_a_folder_that_is_called_like_a_name_is_written_as_a_folder(text: str) -> None:
    folder = names.parse(text)
    assert isinstance(folder, Folder)
    assert names.parse(str(folder)) == folder


@pytest.mark.parametrize(
    "text",
    [
        "https://huggingface.co/datasets/rajpurkar/squad",
        "https://huggingface.co/spaces/owner/name",
        "https://huggingface.co/bert-base-cased",
        "https://huggingface.co/",
        "hf://",
        "hf://name",
        "hf://../etc/passwd",
    ],
)
def test_other_addresses_are_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"is no model's address\. Give 'owner/name'"):
        names.parse(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("distilbert-base-cased-distilled-squad", "is given with its owner, 'owner/name': look"),
        ("distilbert-base-cased-distilled-squad", "models.search=distilbert-base-cased-distilled-"),
        ("mobilbert", "Did you mean 'mobilebert'?"),
        ("bundeld", "Did you mean 'bundled'?"),
        ("./nowhere/model", "there is no such folder. Allowed are"),
        (__file__, "that is a file"),
    ],
)
def test_what_is_none_is_told_with_what_may_have_been_meant(text: str, words: str) -> None:
    with pytest.raises(ModelNotFoundError, match=words):
        registry.resolve(text, quiet)


def test_a_folder_that_is_not_there_stays_unknown_to_the_hub(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models" / "claim-bert").mkdir(parents=True)
    with pytest.raises(ModelNotFoundError, match="no folder 'models/claims-bert', though 'm"):
        registry.resolve("models/claims-bert", quiet)
    with pytest.raises(ModelNotFoundError, match="Did you mean 'models/claim-bert'"):
        registry.resolve("models/claims-bert", quiet)
    assert hub.log == []
    with pytest.raises(ModelAccessError, match="does not show models/claims-bert to strangers"):
        registry.resolve("hf://models/claims-bert", quiet)


@pytest.mark.parametrize(
    ("variables", "token", "error"),
    [
        ({}, "", ModelAccessError),
        ({}, "t", ModelNotFoundError),
        ({"HF_ENDPOINT": "http://127.0.0.1:9"}, "", HubError),
        ({"HF_HUB_OFFLINE": "1"}, "", HubError),
    ],
)
def test_every_no_of_the_hub_mentions_the_folder(
    hub: Hub,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    token: str,
    error: type[Exception],
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    if token:
        monkeypatch.setenv("HF_TOKEN", token)
    with pytest.raises(error, match="Nor is there a folder 'claims/bert' here"):
        registry.resolve("claims/bert", quiet)
