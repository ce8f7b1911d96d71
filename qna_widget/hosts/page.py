"""What every page is sent: where its files are, and how far a model on its way has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import cast

from qna_widget.core.manifest import (
    AssetDict,
    Fetching,
    Manifest,
    ModelChoice,
    ModelDict,
    ModelManifest,
    Runtime,
    path_on_page,
)
from qna_widget.models import menu

from . import assets


def page_manifest(model: ModelManifest) -> Manifest:
    """Return all that a page needs to find its files. Raises AssetError without a front end."""
    second = model.onnx_webgpu
    sent = replace(
        model,
        onnx=replace(model.onnx, path=path_on_page(model.onnx)),
        vocab=replace(model.vocab, path=path_on_page(model.vocab)),
        onnx_webgpu=second and replace(second, path=path_on_page(second)),
    )
    runtime: Runtime = {"wasm": cast(AssetDict, asdict(assets.wasm()))}
    gpu = assets.webgpu()
    if gpu is not None:
        runtime["webgpu"] = {
            "script": cast(AssetDict, asdict(gpu["script"])),
            "wasm": cast(AssetDict, asdict(gpu["wasm"])),
        }
    return {"model": cast(ModelDict, asdict(sent)), "runtime": runtime}


def with_paths(manifest: Manifest, path: Callable[[AssetDict], str]) -> Manifest:
    """Return the manifest with the paths that a host serves its files under."""

    def at(asset: AssetDict) -> AssetDict:
        return {**asset, "path": path(asset)}

    model, runtime = manifest["model"], manifest["runtime"]
    second = model["onnx_webgpu"]
    files: Runtime = {"wasm": at(runtime["wasm"])}
    if "webgpu" in runtime:
        gpu = runtime["webgpu"]
        files["webgpu"] = {"script": at(gpu["script"]), "wasm": at(gpu["wasm"])}
    return {
        "model": {
            **model,
            "onnx": at(model["onnx"]),
            "vocab": at(model["vocab"]),
            "onnx_webgpu": second and at(second),
        },
        "runtime": files,
    }


def menu_lines() -> list[ModelChoice]:
    """Return the page's menu of models as it is now."""
    return [cast(ModelChoice, asdict(line)) for line in menu.offered()]


def fetching_step(
    model: str, what: str = "", done: int = 0, total: int = 0, error: str = ""
) -> Fetching:
    """Return what a page is sent of a model on its way, or refused."""
    return {"model": model, "what": what, "done": done, "total": total, "error": error}
