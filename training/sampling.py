"""Which questions an epoch asks, of which passages.

Everything random is drawn from one generator made from (seed, stage, epoch),
so that an epoch's batches are the same on every machine and after a resume.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from training.addresses import place_name, with_address
from training.config import StageConfig, TrainConfig
from training.data import Example, Span
from training.encoding import Encoded, Encoder, Item, make_batches


class Sampler:
    """Makes the items of an epoch out of SQuAD and QAMR examples."""

    def __init__(
        self,
        encoder: Encoder,
        squad: Sequence[Example],
        qamr: Sequence[Example],
        documents: dict[str, list[str]],
        max_seq_len: int,
        max_question_len: int,
    ) -> None:
        self.encoder = encoder
        self.max_seq_len, self.max_question_len = max_seq_len, max_question_len
        self.squad = [encoder.encode(example, max_question_len) for example in squad]
        self.qamr = [encoder.encode(example, max_question_len) for example in qamr]
        self.documents = documents
        self.sentences = [s for sentences in documents.values() for s in sentences]
        self.places = [e for e in (*squad, *qamr) if place_name(e)]
        passages: dict[str, dict[str, None]] = {}
        for example in squad:
            passages.setdefault(example.group, {})[example.passage] = None
        self.passages = {group: list(texts) for group, texts in passages.items()}
        self.question_mark = encoder.tokenizer.encode("?").input_ids.tolist()

    def epoch(self, stage: StageConfig, rng: random.Random) -> list[Item]:
        """Draw the items of one epoch, not yet shuffled."""
        items: list[Item] = []
        for encoded in self._share(self.squad, stage.squad_share, rng):
            items.append(self._squad_item(encoded, rng))
            if encoded.golds and rng.random() < stage.negative_share:
                items.extend(self._negative(encoded, self.passages[encoded.example.group], rng))
        for encoded in self._share(self.qamr, stage.qamr_share, rng):
            negative = rng.random() < stage.qamr_negative_share
            items.append(self._qamr_item(encoded, stage.join_share, negative, rng))
        if stage.address_share:
            chosen = rng.sample(self.places, round(len(self.places) * stage.address_share))
            follow = stage.address_follow_share
            items.extend(self._address_item(example, follow, rng) for example in chosen)
        return items

    @staticmethod
    def _share(rows: list[Encoded], share: float, rng: random.Random) -> list[Encoded]:
        return rng.sample(rows, round(len(rows) * share)) if share < 1 else rows

    @staticmethod
    def _places(encoded: Encoded, rng: random.Random) -> tuple[Span, ...]:
        """One gold answer, drawn by votes: all places where it stands."""
        if not encoded.golds:
            return ()
        votes = [count for count, _ in encoded.golds]
        return rng.choices(encoded.golds, weights=votes)[0][1]

    def _question(self, encoded: Encoded, rng: random.Random) -> list[int]:
        """The question; now and then without its question mark, as people type it."""
        ids = encoded.question_ids
        drop = len(ids) > 2 and ids[-1:] == self.question_mark and rng.random() < 0.1
        return ids[:-1] if drop else ids

    def _squad_item(self, encoded: Encoded, rng: random.Random) -> Item:
        return self.encoder.item(
            self._question(encoded, rng),
            encoded.passage_ids,
            self._places(encoded, rng),
            self.max_seq_len,
            rng,
        )

    def _address_item(self, example: Example, follow_share: float, rng: random.Random) -> Item:
        near = self.documents.get(example.group, [])
        made = with_address(example, near, rng, follow_share)
        return self._squad_item(self.encoder.encode(made, self.max_question_len), rng)

    def _negative(self, encoded: Encoded, passages: list[str], rng: random.Random) -> list[Item]:
        """The question with another passage of the article that lacks its answers."""
        for _ in range(4):
            other = rng.choice(passages)
            if other == encoded.example.passage or self._holds_answer(other, encoded):
                continue
            ids = self.encoder.passage(other)[0]
            question = self._question(encoded, rng)
            return [self.encoder.item(question, ids, (), self.max_seq_len, rng)]
        return []

    @staticmethod
    def _holds_answer(text: str, encoded: Encoded) -> bool:
        lowered = text.lower()
        return any(answer.lower() in lowered for answer in encoded.example.answer_texts)

    def _qamr_item(
        self, encoded: Encoded, join_share: float, negative: bool, rng: random.Random
    ) -> Item:
        """A sentence alone or amid others, so that where the answer stands must be learnt."""
        own = encoded.example.passage
        others: list[str] = []
        if negative or rng.random() < join_share:
            near = [s for s in self.documents.get(encoded.example.group, []) if s != own]
            # Sentences of the same document are the harder distractors.
            pool = near if near and rng.random() < 0.8 else self.sentences
            others = rng.sample(pool, min(len(pool), rng.randint(1, 4)))
            others = [s for s in others if s != own and not self._holds_answer(s, encoded)]
        negative = negative and bool(others)
        parts = others if negative else [*others, own]
        rng.shuffle(parts)
        ids: list[int] = []
        shift = 0
        for text in parts:
            if text == own:
                shift = len(ids)
            ids.extend(self.encoder.passage(text)[0])
        places: list[Span] = []
        if not negative:
            places = [(a + shift, b + shift) for a, b in self._places(encoded, rng)]
        return self.encoder.item(self._question(encoded, rng), ids, places, self.max_seq_len, rng)


def stage_batches(
    config: TrainConfig, number: int, sampler: Sampler, seed: int
) -> list[list[Item]]:
    """All batches of stage `number`, epoch after epoch."""
    stage = config.stages[number]
    batches: list[list[Item]] = []
    for epoch in range(stage.epochs):
        rng = random.Random(f"{seed}/{number}/{epoch}")
        batches += make_batches(sampler.epoch(stage, rng), config.tokens_per_batch, rng)
    return batches
