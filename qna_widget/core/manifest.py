"""What is said of models and their files: assets, model.json, and what a page is sent.

Twin: js/src/core/manifest.ts. `ModelManifest.read` and `write` are the only ones that know the
form of model.json.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final, Literal, NotRequired, TypedDict, cast

from qna_widget.errors import InputError, ModelFileError

from .bounded import MODEL_BYTES, TEXT_BYTES, read_at_most
from .contract import TRUTH, Spec, check_value, own_cut_share, own_layout_signs, own_threshold
from .types import TokenizerOptions

PACKAGE: Final = Path(__file__).parents[1]
"""The folder of the package: what hosts serve lies below it."""
DESCRIPTION: Final = "model.json"
_TEXT: Final[Spec] = {"type": "string"}
_SIZE: Final[Spec] = {"type": "integer", "minimum": 0, "maximum": MODEL_BYTES, "unit": "bytes"}
_ENCODING: Final[Spec] = {"type": "string", "enum": ["gzip", "identity"]}
_ASSET: Final[dict[str, Spec]] = {
    **dict.fromkeys(("name", "path", "sha256", "unpacked_sha256"), _TEXT),
    **dict.fromkeys(("bytes", "unpacked_bytes"), _SIZE),
    "encoding": _ENCODING,
}
_WINDOW: Final[Spec] = {"type": "integer", "minimum": 1, "maximum": 1 << 16, "unit": "tokens"}


@dataclass(frozen=True)
class Asset:
    """A file, found by its content."""

    name: str
    """For the reader's eyes, such as "model.onnx"."""
    path: str
    """Below the package folder, for hosts that serve it over HTTP."""
    sha256: str
    """Of the file as shipped (compressed), lower-case hex."""
    bytes: int
    """As shipped."""
    encoding: Literal["gzip", "identity"]
    unpacked_bytes: int
    unpacked_sha256: str = ""
    """After unpacking, for browsers, which keep that; "" where whoever packed it did not say."""

    @property
    def file(self) -> Path:
        """Where the bytes are; an absolute `path` stands for itself."""
        return PACKAGE / self.path


@dataclass(frozen=True)
class Provenance:
    """Where a model comes from, for readers of model.json; no session needs it."""

    source: str = ""
    licence: str = ""
    command: str = ""
    """What wrote the files."""
    weights_sha256: str = ""
    """Of the weights that the graph was made of."""
    precision: str = ""
    """int8, fp32 or fp16; "" for a graph that was taken as it is."""

    @classmethod
    def read(cls, folder: Path) -> Provenance:
        """Read it from a folder's model.json. Raises ModelFileError when that cannot be read."""
        said = _load(folder)
        return cls(**{name: str(said.get(name) or "") for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class ModelManifest:
    """How a model is asked."""

    name: str
    """What `model=` resolved to, such as "bundled"."""
    title: str
    """For the status line."""
    note: str
    """Why this model answers instead of the one asked for; "" when there is nothing to say."""
    max_seq_len: int
    """Tokens of a whole window."""
    lowercase: bool
    optimized: bool
    """Whether the graph was optimised ahead of time, so that sessions need not do it."""
    onnx: Asset
    vocab: Asset
    onnx_webgpu: Asset | None = None
    """The same model for WebGPU, fp32 or fp16 in standard operators: there int8 is slow."""
    no_answer_threshold: float = 0.0
    """Its own: "no answer" wins above this margin (logits) unless somebody sets another."""
    cut_share: float = 0.0
    """How much of the probability of other cuts of an answer counts for it, 0 to 1."""
    layout_signs: bool = False
    """Whether it was trained on passages with signs for lines and columns (layout.py)."""

    @property
    def files(self) -> list[Asset]:
        """Every file of the model."""
        return [file for file in (self.onnx, self.vocab, self.onnx_webgpu) if file is not None]

    @property
    def tokenizer(self) -> TokenizerOptions:
        """How it reads text."""
        return TokenizerOptions(lowercase=self.lowercase, layout_signs=self.layout_signs)

    @classmethod
    def read(cls, folder: Path) -> ModelManifest:
        """Read a folder's model.json; the files that it names lie beside it, wherever it says.

        Raises ModelFileError when it is missing or is no model's description.
        """
        said = _load(folder)
        try:
            files = cast(dict[str, AssetDict], said["files"])
            second = files.get("onnx_webgpu")
            return cls(
                name=str(said["name"]),
                title=str(said["title"]),
                note="",
                max_seq_len=check_value("max_seq_len", said["max_seq_len"], _WINDOW),
                lowercase=check_value("lowercase", said["lowercase"], TRUTH),
                optimized=check_value("optimized", said.get("optimized", False), TRUTH),
                onnx=_beside(folder, files["onnx"]),
                vocab=_beside(folder, files["vocab"]),
                onnx_webgpu=None if second is None else _beside(folder, second),
                no_answer_threshold=own_threshold(said),
                cut_share=own_cut_share(said),
                layout_signs=own_layout_signs(said),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _no_description(folder, error) from error

    def write(self, folder: Path, provenance: Provenance) -> Path:
        """Write model.json, readable and in a stable order; return its path."""
        precision = {"precision": provenance.precision} if provenance.precision else {}
        files = {"onnx": self.onnx, "vocab": self.vocab, "onnx_webgpu": self.onnx_webgpu}
        said = {
            "name": self.name,
            "title": self.title,
            "max_seq_len": self.max_seq_len,
            "lowercase": self.lowercase,
            **({"layout_signs": True} if self.layout_signs else {}),
            "no_answer_threshold": self.no_answer_threshold,
            "cut_share": self.cut_share,
            **precision,
            "optimized": self.optimized,
            "source": provenance.source,
            "licence": provenance.licence,
            "command": provenance.command,
            "weights_sha256": provenance.weights_sha256,
            "files": {
                name: asdict(replace(asset, path=path_on_page(asset)))
                for name, asset in files.items()
                if asset is not None
            },
        }
        file = folder / DESCRIPTION
        text = json.dumps(said, indent=2, ensure_ascii=False)
        file.write_text(text + "\n", encoding="utf-8")
        return file


class AssetDict(TypedDict):
    """An asset as a page is sent it."""

    name: str
    path: str
    sha256: str
    bytes: int
    encoding: Literal["gzip", "identity"]
    unpacked_bytes: int
    unpacked_sha256: NotRequired[str]


class ModelDict(TypedDict):
    """A model's manifest as a page is sent it."""

    name: str
    title: str
    note: str
    max_seq_len: int
    lowercase: bool
    optimized: bool
    onnx: AssetDict
    vocab: AssetDict
    onnx_webgpu: AssetDict | None
    no_answer_threshold: float
    cut_share: float
    layout_signs: bool


class WebGpuRuntime(TypedDict):
    """onnxruntime with WebGPU: an optional part of the package."""

    script: AssetDict
    wasm: AssetDict


class Runtime(TypedDict):
    """The files of onnxruntime."""

    wasm: AssetDict
    webgpu: NotRequired[WebGpuRuntime]


class Manifest(TypedDict):
    """All that a page needs to find its files."""

    asked: NotRequired[str]
    """The name, as `model=` said it, that this is the answer to."""
    model: ModelDict
    runtime: Runtime


class ModelChoice(TypedDict):
    """A line of a page's menu of models."""

    name: str
    """What `model=` takes."""
    title: str
    where: Literal["package", "cache", "hub"]
    """In the package, on Python's machine, or still on the hub."""
    bytes: int
    """Of what is to be fetched where it is on the hub, of what a browser loads elsewhere."""
    cached: bool
    """Whether it answers without being fetched first."""
    arrived: float | None
    """How much of it is here, of 1, while it is fetched beside; 1 while it is converted."""


class Fetching(TypedDict):
    """A model that is being fetched, or that could not be."""

    model: str
    """What `model=` said."""
    what: str
    """In words, such as "Downloading model.safetensors"; "" before the first step."""
    done: int
    total: int
    """Bytes; 0: not known."""
    error: str
    """Why it did not come, as sentences; "" while it is on its way."""


def path_on_page(asset: Asset) -> str:
    """Return the path that hosts serve a file under; the name alone for one outside the package.

    A page need not know where such a file lies: it finds it by its sha256.
    """
    path = Path(asset.path)
    return path.name if path.is_absolute() else path.as_posix()


def path_of(file: Path) -> str:
    """Return the path of a file on disk as an asset has it: below the package, or absolute."""
    inside = file.is_relative_to(PACKAGE)
    return (file.relative_to(PACKAGE) if inside else file).as_posix()


def _load(folder: Path) -> dict[str, object]:
    try:
        said = json.loads(read_at_most(folder / DESCRIPTION, TEXT_BYTES))
        if not isinstance(said, dict):
            raise TypeError(f"a {type(said).__name__}, no object")
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise _no_description(folder, error) from error
    return said


def _beside(folder: Path, entry: AssetDict) -> Asset:
    """Return an entry of model.json; its file lies beside it, whatever folder the path names."""
    asset = Asset(**entry)
    for name, spec in _ASSET.items():
        check_value(name, getattr(asset, name), spec)
    if "\0" in asset.path:
        raise InputError(f"path must be the name of a file; got {asset.path!r}.")
    return replace(asset, path=path_of(folder / Path(asset.path).name))


def _no_description(folder: Path, error: Exception) -> ModelFileError:
    return ModelFileError(
        f"{folder / DESCRIPTION} is not a model description: {error!r}. Export the model again, or "
        "reinstall qna-widget if it is the bundled one."
    )
