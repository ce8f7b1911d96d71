"""The training loop: steps, checkpoints, resuming, and keeping the best model."""

from __future__ import annotations

import json
import math
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from qna_widget.evaluation.squad import Example
from training.attention import bfloat16
from training.config import StageConfig, TrainConfig
from training.encoding import collate
from training.evaluate import evaluate
from training.modelling import (
    Averaged,
    Reading,
    batch_loss,
    freeze,
    head_sum,
    parameter_groups,
    read_by_teachers,
    set_dropout,
)
from training.sampling import Batch, Sampler, round_batches

STATE, LOG, MODEL = "state.pt", "log.jsonl", "model"
BRIDGE_SCALE = 10.0
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "vocab.txt")


def learning_rate(stage: StageConfig, step: int) -> float:
    """Linear warm-up, then linear decay. `step` counts from 0 within the stage."""
    if step < stage.warmup_steps:
        return stage.learning_rate * (step + 1) / stage.warmup_steps
    left = (stage.steps - step) / max(1, stage.steps - stage.warmup_steps)
    return stage.learning_rate * (stage.end_factor + (1 - stage.end_factor) * left)


class Trainer:
    """Holds what a run needs to go on: weights, optimiser, average and place.

    Writes to the folder `out`: log.jsonl (a line per step and per evaluation),
    state.pt (to resume from), model/ (a transformers checkpoint of the
    averaged weights: the best so far by `validation`, or the last without it)
    and model-NAME/ (the same at the end of stage NAME).
    `start` is the folder that the tokenizer's files are copied from, if any.
    `teachers` read each batch once in a round, in stages that learn from them.
    """

    def __init__(
        self,
        config: TrainConfig,
        sampler: Sampler,
        model: PreTrainedModel,
        out: Path,
        *,
        seed: int,
        start: Path | None = None,
        validation: Sequence[Example] = (),
        teachers: Sequence[nn.Module] = (),
    ) -> None:
        lacking = [stage.name for stage in config.stages if stage.taught and not teachers]
        if lacking:
            raise ValueError(f"Stages {lacking} learn from a teacher; give --teacher a checkpoint.")
        self.config, self.sampler, self.model, self.teachers = config, sampler, model, teachers
        self.out, self.seed, self.start, self.validation = out, seed, start, validation
        self.device = next(model.parameters()).device
        freeze(model, config.freeze_word_embeddings, config.frozen_layers)
        groups = parameter_groups(model, config.weight_decay, config.layer_decay)
        self.bridge: nn.Linear | None = None
        if any(stage.with_states for stage in config.stages):
            width = model.config.hidden_size
            self.bridge = nn.Linear(width, teachers[0].config.hidden_size).to(self.device)
            # It begins at random, so its rate is that of a network that does.
            own = list(self.bridge.parameters())
            groups.append({"params": own, "weight_decay": 0.0, "scale": BRIDGE_SCALE})
        self.optimizer = torch.optim.AdamW(groups, lr=0.0, fused=True)
        self.average = Averaged(model)
        self.stage = 0
        self.step = 0  # within the stage
        self.round = 0  # within the stage
        self.used = 0  # batches of this round
        self.batches: list[Batch] | None = None  # of this round
        self.taught: dict[int, Reading] = {}  # by batch of this round
        self.drawn = dict(sampler.drawn)  # before this round
        self.stop = False
        self.total = 0  # over all stages
        self.tokens = 0  # padding not counted
        self.best = float("-inf")
        out.mkdir(parents=True, exist_ok=True)

    def run(
        self, max_steps: int | None = None, save_seconds: float = 180.0, check_every: int = 400
    ) -> None:
        """Train to the end of the recipe, or until `max_steps` steps are done in all.

        `stop` set from outside (a signal) ends it after the step that is under way.
        """
        saved = time.monotonic()
        while self.stage < len(self.config.stages):
            stage = self.config.stages[self.stage]
            while self.step < stage.steps:
                if self.stop or (max_steps is not None and self.total >= max_steps):
                    self._finish()
                    return
                self._next_step(stage)
                if self.validation and self.step % check_every == 0:
                    self._check()
                if time.monotonic() - saved > save_seconds:
                    self.save_state()
                    saved = time.monotonic()
            if self.validation and self.step % check_every:
                self._check()
            self.save_model(f"{MODEL}-{stage.name}", {})
            self.stage, self.step, self.round, self.used = self.stage + 1, 0, 0, 0
            self.batches, self.drawn = None, dict(self.sampler.drawn)
            self.save_state()
        self._finish()

    def _next_step(self, stage: StageConfig) -> None:
        batches = self.batches or self._open_round()
        rate = learning_rate(stage, self.step)
        began = time.monotonic()
        loss = self._train_step(batches[self.used], stage, rate)
        self.step, self.total, self.used = self.step + 1, self.total + 1, self.used + 1
        if self.used == len(batches):
            self.round, self.used, self.batches = self.round + 1, 0, None
            self.drawn = dict(self.sampler.drawn)
        self._log(
            step=self.total, stage=stage.name, stage_step=self.step, stage_steps=stage.steps,
            loss=loss, lr=rate, tokens=self.tokens, seconds=round(time.monotonic() - began, 3),
        )  # fmt: skip

    def _open_round(self) -> list[Batch]:
        """Draw the batches of this round, of which no teacher has read any."""
        self.taught = {}
        self.batches = round_batches(self.config, self.stage, self.round, self.sampler)
        if not self.batches:
            name = self.config.stages[self.stage].name
            raise ValueError(f"Stage {name!r} has nothing to train on: shares are 0.")
        return self.batches

    def _train_step(self, read: Batch, stage: StageConfig, rate: float) -> float:
        # Dropout depends on the step alone, so that a resumed run draws the same.
        torch.manual_seed(self.seed * 1_000_003 + self.total)
        arrays = collate(read.items, self.sampler.encoder.tokenizer.pad_id)
        batch = {name: torch.from_numpy(a).to(self.device) for name, a in arrays.items()}
        self.model.train()
        set_dropout(self.model, stage.dropout)
        with bfloat16(self.device, self.config.bf16):
            taught = self._taught(read.number, batch, stage) if stage.taught else None
            bridge = self.bridge if stage.with_states else None
            loss = batch_loss(
                self.model, batch, taught, stage.teacher_share, bridge, stage.spans_share
            )
        torch.autograd.backward(loss)
        parameters = [p for group in self.optimizer.param_groups for p in group["params"]]
        torch.nn.utils.clip_grad_norm_(parameters, self.config.max_grad_norm)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["scale"]
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.average.update(self.model, stage.ema_decay)
        self.tokens += int(arrays["attention_mask"].sum())
        return float(loss.detach())

    def _taught(self, number: int, batch: dict[str, Tensor], stage: StageConfig) -> Reading:
        """What the teachers make of the batch of that number, at its first reading."""
        if number not in self.taught:
            self.taught[number] = read_by_teachers(self.teachers, batch, stage.with_states)
        return self.taught[number]

    def _check(self) -> None:
        """Evaluate the averaged weights and keep them if they are the best so far."""
        self.average.swap(self.model)
        figures = evaluate(
            self.model,
            self.sampler.encoder.tokenizer,
            self.validation,
            bf16=self.config.bf16,
        )
        self.average.swap(self.model)
        self._log(evaluation=figures, step=self.total)
        score = figures.get("f1_answerable", 0.0) + figures["best_f1"]
        if score > self.best:
            self.best = score
            self.save_model(MODEL, figures)

    def _finish(self) -> None:
        self.save_state()
        if not self.validation:
            self.save_model(MODEL, {})

    def save_model(self, name: str, figures: dict[str, float]) -> None:
        """Put the averaged weights into folder `name`, with their figures in metrics.json."""
        folder = self.out / name
        fresh, old = self.out / f"{name}.new", self.out / f"{name}.old"
        shutil.rmtree(fresh, ignore_errors=True)
        self.average.swap(self.model)
        self.model.save_pretrained(fresh)
        self.average.swap(self.model)
        for name in TOKENIZER_FILES:
            if self.start is not None and (self.start / name).is_file():
                shutil.copyfile(self.start / name, fresh / name)
        place = {"step": self.total, "tokens": self.tokens, "seed": self.seed}
        (fresh / "metrics.json").write_text(json.dumps(figures | place, indent=1) + "\n")
        # Readers see either the old folder or the new one, never half of one.
        shutil.rmtree(old, ignore_errors=True)
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
        shutil.rmtree(old, ignore_errors=True)

    def save_state(self) -> None:
        """Write state.pt, from which `load_state` goes on."""
        state = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "bridge": self.bridge.state_dict() if self.bridge else {},
            "average": self.average.shadow,
            "updates": self.average.updates,
            "place": (self.stage, self.step, self.total, self.tokens, self.best),
            "round": (self.round, self.used, self.drawn),
            "run": self._identity(),
        }
        temporary = self.out / f"{STATE}.tmp"
        torch.save(state, temporary)
        temporary.replace(self.out / STATE)

    def load_state(self) -> None:
        """Take up the run that state.pt holds; steps logged after it are forgotten."""
        state = torch.load(self.out / STATE, map_location=self.device, weights_only=True)
        self.stage, self.step, self.total, self.tokens, self.best = state["place"]
        self.round, self.used, self.drawn = state["round"]
        if state["run"] != self._identity():
            raise ValueError(
                f"{self.out / STATE} belongs to another run: seed, recipe or data differ. "
                f"It was {state['run']}, this is {self._identity()}. Resume with the same "
                "arguments (only what lies ahead may change), or give another --out."
            )
        self.model.load_state_dict(state["model"])
        if self.bridge:
            self.bridge.load_state_dict(state["bridge"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.average.shadow = state["average"]
        self.average.updates = state["updates"]
        # Sources that the recipe has got since then were not drawn from.
        self.sampler.drawn, self.batches = self.sampler.drawn | self.drawn, None
        if self.used:
            self._open_round()
        log = self.out / LOG
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        kept = [line for line in lines if _step_of(line) <= self.total]
        log.write_text("".join(line + "\n" for line in kept), encoding="utf-8")

    def _identity(self) -> str:
        """What must not change between a run and its resumption: what it did so far.

        The stages ahead may, and the steps of a stage whose learning rate is constant: it
        goes on, or ends, as the clock has it, and the next stage takes up optimiser and average.
        """
        config = asdict(self.config)
        config["stages"] = config["stages"][: self.stage + (self.step > 0)]
        for stage in config["stages"]:
            if stage["end_factor"] == 1:
                del stage["steps"]
        used = {name for stage in config["stages"] for name in stage["shares"]}
        config["sources"] = [s for s in config["sources"] if s["name"] in used]
        sizes = {name: len(self.sampler.sources[name]) for name in sorted(used)}
        run = {"seed": self.seed, "questions": sizes, **config}
        if self.used:  # a round that is under way takes passages from all sources
            run["passages"] = len(self.sampler.passages)
        if self.teachers and config["stages"]:
            run["teachers"] = [head_sum(teacher) for teacher in self.teachers]
        return json.dumps(run, sort_keys=True)

    def _log(self, **record: Any) -> None:
        with (self.out / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")


def _step_of(line: str) -> float:
    """The step that a line of the log is about; infinite for one that a crash cut off."""
    with suppress(json.JSONDecodeError):
        return int(json.loads(line)["step"])
    return math.inf
