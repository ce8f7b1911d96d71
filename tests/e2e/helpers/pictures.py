"""Pictures of a page against the ones kept: alike to the eye, whatever draws the letters.

A picture is kept at a third of its size in a few colours. Two are compared in cells of CELL × CELL
kept pixels by their mean colour, in two ways. Near: each cell at the best of nine shifts by at most
one pixel, so that glyphs may stand a little aside. Broad: over BLOCK × BLOCK cells, where bolder or
shifted glyphs cancel out and what is faint but missing does not.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SCALE = 3
COLOURS = 128
# Of those, the commonest are kept exactly: areas of one colour.
FLAT_COLOURS = 24
CELL = 4
BLOCK = 3
# Levels of 255 by which the mean of a cell and of a block may differ.
NEAR_TOLERANCE = 24
BROAD_TOLERANCE = 18
# Single cells that may differ by more: a glyph that another font version draws otherwise.
CELLS_ALLOWED = 2
# Kept pixels by which width and height may differ.
SIZE_TOLERANCE = 2

Pixels = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Difference:
    """How far a picture is from the one kept."""

    size: tuple[int, int]
    expected_size: tuple[int, int]
    # Levels of 255: one per cell, and one per place of a block.
    near: Pixels
    broad: Pixels

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """The cells that differ by too much, or lie in a block that does."""
        wrong = self.near > NEAR_TOLERANCE
        for row, column in np.argwhere(self.broad > BROAD_TOLERANCE):
            wrong[row : row + BLOCK, column : column + BLOCK] = True
        return wrong

    @property
    def alike(self) -> bool:
        """Whether a person would call the two the same."""
        pairs = zip(self.size, self.expected_size, strict=True)
        fits = all(abs(a - b) <= SIZE_TOLERANCE for a, b in pairs)
        return fits and int(self.wrong.sum()) <= CELLS_ALLOWED

    def __repr__(self) -> str:
        return (
            f"{int(self.wrong.sum())} of {self.near.size} cells differ (at worst by "
            f"{self.near.max():.0f} levels near, {self.broad.max():.0f} broad); "
            f"size {self.size}, expected {self.expected_size}"
        )


def reduce(png: bytes) -> Image.Image:
    """Decode a screenshot and make it smaller."""
    whole = Image.open(io.BytesIO(png)).convert("RGB")
    return whole.reduce(SCALE)


def keep(picture: Image.Image, path: Path) -> None:
    """Write a picture with few colours, and few bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.asarray(picture.convert("RGB"))
    there, places, counts = np.unique(
        pixels.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True
    )
    common = there[np.argsort(-counts)[:FLAT_COLOURS]]
    others = picture.quantize(COLOURS - len(common), method=Image.Quantize.FASTOCTREE).getpalette()
    palette = np.concatenate([common, np.array(others, dtype=np.uint8).reshape(-1, 3)])
    # Pillow's own search for the nearest colour is coarse: white came out as nearly white.
    distances = ((there[:, None].astype(int) - palette[None].astype(int)) ** 2).sum(axis=2)
    nearest = distances.argmin(axis=1).astype(np.uint8)
    reduced = Image.fromarray(nearest[places.ravel()].reshape(pixels.shape[:2]), mode="P")
    reduced.putpalette(palette.tobytes())
    reduced.save(path, optimize=True)


def list_pictures(folder: Path, **of: str) -> None:
    """Bring the list of sha256 at the end of the folder's README up to date.

    `of` are those of what the pictures show.
    """
    readme = folder / "README.md"
    lines = [f"- `{name}` `{digest}`" for name, digest in of.items()]
    lines += [
        f"- `{path.name}` `{sha256(path.read_bytes()).hexdigest()}`"
        for path in sorted(folder.glob("*.png"))
    ]
    prose = [line for line in readme.read_text().splitlines() if not line.startswith("- `")]
    readme.write_text("\n".join(prose).rstrip() + "\n\n" + "\n".join(lines) + "\n")


def compare(actual: Image.Image, expected: Image.Image) -> Difference:
    """Compare two reduced pictures where they overlap."""
    a, b = (np.asarray(picture.convert("RGB"), dtype=np.float64) for picture in (actual, expected))
    height, width = (min(a.shape[i], b.shape[i]) // CELL * CELL for i in (0, 1))
    a, b = a[:height, :width], b[:height, :width]
    mine = _cells(a)
    near = np.full(mine.shape[:2], np.inf)
    padded = np.pad(b, ((1, 1), (1, 1), (0, 0)), mode="edge")
    for down in range(3):
        for right in range(3):
            shifted = _cells(padded[down : down + height, right : right + width])
            near = np.minimum(near, np.abs(mine - shifted).max(axis=2))
    blocks = np.lib.stride_tricks.sliding_window_view(mine - _cells(b), (BLOCK, BLOCK), axis=(0, 1))
    broad = np.abs(blocks.mean(axis=(3, 4))).max(axis=2)
    return Difference(actual.size, expected.size, near, broad)


def show_difference(actual: Image.Image, difference: Difference) -> Image.Image:
    """Redden the cells that differ."""
    wrong = Image.fromarray((difference.wrong * 160).astype(np.uint8))
    mask = Image.new("L", actual.size)
    mask.paste(wrong.resize((wrong.width * CELL, wrong.height * CELL), Image.Resampling.NEAREST))
    return Image.composite(Image.new("RGB", actual.size, "red"), actual.convert("RGB"), mask)


def _cells(pixels: Pixels) -> Pixels:
    height, width, _ = pixels.shape
    return pixels.reshape(height // CELL, CELL, width // CELL, CELL, 3).mean(axis=(1, 3))
