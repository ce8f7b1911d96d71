"""Pieces of files for a page that asks for them. Twin: js/src/runtime/assets/kernel.ts."""

from __future__ import annotations

from collections.abc import Mapping

from qna_widget.errors import AssetError
from qna_widget.hosts.assets import AssetReader

from .interface import Sender


def send_chunk(widget: Sender, assets: AssetReader, wanted: Mapping[str, object]) -> None:
    """Answer a page's "asset.read": with the bytes, or in words why there are none."""
    reply = {"request": wanted.get("request")}
    try:
        asset, data = assets.read(*map(wanted.get, ("sha256", "offset", "length")))
    except AssetError as error:
        widget.send({**reply, "kind": "asset.error", "message": str(error)})
        return
    chunk = {"sha256": asset.sha256, "offset": wanted["offset"], "total": asset.bytes}
    widget.send({**reply, "kind": "asset.chunk", **chunk}, [data])
