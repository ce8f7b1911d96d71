"""Which questions a round asks, of which passages.

Everything random is drawn from one generator made from (seed, stage, round),
so that a round's batches are the same on every machine and after a resume.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from training.alike import Alike
from training.config import StageConfig, TrainConfig
from training.data import Example, Span
from training.encoding import Encoded, Encoder, Item, make_batches
from training.questions import keywords, unmarked

# A joined passage has up to this many neighbours on either side.
NEIGHBOURS = 2
TRIES = 4
# A passage that looks as if it answered a question is one of so many.
NEAREST = 8


@dataclass(frozen=True)
class Source:
    """The questions of one source; `neighbours`: its passages may stand in for each other."""

    examples: Sequence[Example]
    neighbours: bool = True


@dataclass(frozen=True)
class Batch:
    """Rows of similar length; `number` is that of the batch in its round, at every reading."""

    number: int
    items: Sequence[Item]


class Sampler:
    """Makes the items of a round out of sources of examples, by name."""

    def __init__(
        self,
        encoder: Encoder,
        sources: Mapping[str, Source],
        max_seq_len: int,
        max_question_len: int,
        seed: int,
    ) -> None:
        self.encoder, self.seed = encoder, seed
        self.max_seq_len, self.max_question_len = max_seq_len, max_question_len
        self.sources = {
            name: [encoder.encode(example, max_question_len) for example in source.examples]
            for name, source in sources.items()
        }
        # How many questions of each source were drawn so far.
        self.drawn = dict.fromkeys(sources, 0)
        articles: dict[str, dict[str, None]] = {}
        for source in sources.values():
            for example in source.examples if source.neighbours else ():
                if example.group:
                    articles.setdefault(example.group, {})[example.passage] = None
        self.articles = {name: list(passages) for name, passages in articles.items()}
        self.passages = list(
            {
                example.passage: None
                for source in sources.values()
                for example in source.examples
                if source.neighbours
            }
        )
        self._alike: Alike | None = None
        self.place = {
            passage: (name, number)
            for name, passages in self.articles.items()
            for number, passage in enumerate(passages)
        }
        for source in sources.values():
            if not source.neighbours:
                for example in source.examples:
                    self.place.pop(example.passage, None)

    def round(self, stage: StageConfig, rng: random.Random) -> list[Item]:
        """Draw the items of one round, not yet shuffled."""
        items: list[Item] = []
        for name, share in stage.shares.items():
            for encoded in self._draw(name, share):
                items += self._items(encoded, stage, rng)
        return items

    def _draw(self, name: str, share: float) -> list[Encoded]:
        """The next questions of a source: all of it in a random order, then in another."""
        rows = self.sources[name]
        begin = self.drawn[name]
        self.drawn[name] = end = begin + round(len(rows) * share)
        chosen: list[Encoded] = []
        while begin < end:
            turn, at = divmod(begin, len(rows))
            order = list(range(len(rows)))
            random.Random(f"{self.seed}/{name}/{turn}").shuffle(order)
            chosen += [rows[i] for i in order[at : at + end - begin]]
            begin = min(end, (turn + 1) * len(rows))
        return chosen

    def _items(self, encoded: Encoded, stage: StageConfig, rng: random.Random) -> list[Item]:
        """The question with its passage, and now and then where it has no answer."""
        made = [self._item(encoded, stage, rng)]
        if encoded.golds and rng.random() < stage.negative_share:
            made += self._negative(encoded, stage, rng)
        if encoded.golds and rng.random() < stage.window_share:
            made += self._window_without(encoded, stage, rng)
        # No draw for a share of 0: recipes that are older than it give the rounds that they gave.
        if encoded.golds and stage.alike_share and rng.random() < stage.alike_share:
            made += self._elsewhere(encoded, stage, rng)
        return made

    def _item(self, encoded: Encoded, stage: StageConfig, rng: random.Random) -> Item:
        places = self._places(encoded, stage, rng)
        before: Sequence[str] = ()
        after: Sequence[str] = ()
        beside = stage.alike_share if places else stage.strange_share
        # A neighbour may answer what the passage does not.
        if places and rng.random() < stage.join_share:
            before, after = self._around(encoded.example.passage, rng)
        elif beside and rng.random() < beside:
            # One that only looks as if it answered is to be told from the one that does; and
            # several passages must not mean that there is an answer.
            find = self._looking_alike if places else self._of_another_article
            other = find(encoded, 1, rng)
            before, after = ((), other) if rng.random() < 0.5 else (other, ())
        own = encoded.passage_ids
        if stage.wrap_share and rng.random() < stage.wrap_share:
            own, places = self.encoder.wrapped(encoded, places, rng)
        head = self._ids(before, rng) + (self.encoder.line_break(rng) if before else [])
        tail = (self.encoder.line_break(rng) if after else []) + self._ids(after, rng)
        places = tuple((first + len(head), last + len(head)) for first, last in places)
        ids = [*head, *own, *tail]
        question = self._question(encoded, stage, rng)
        return self.encoder.item(question, ids, places, self.max_seq_len, rng)

    def _negative(self, encoded: Encoded, stage: StageConfig, rng: random.Random) -> list[Item]:
        """The question with other passages of the article, which lack its answers."""
        own = encoded.example.passage
        passages = self.articles[self.place[own][0]] if own in self.place else []
        for _ in range(TRIES if len(passages) > 1 else 0):
            other = rng.choice(passages)
            before, after = ((), ())
            if rng.random() < stage.join_share:
                before, after = self._around(other, rng)
            texts = [text for text in (*before, other, *after) if text != own]
            if not texts or any(self._holds_answer(text, encoded) for text in texts):
                continue
            return [self._unanswered(encoded, texts, stage, rng)]
        return []

    def _window_without(
        self, encoded: Encoded, stage: StageConfig, rng: random.Random
    ) -> list[Item]:
        """The question with a window of its own long passage that lacks every answer."""
        question = self._question(encoded, stage, rng)
        ids = encoded.passage_ids
        capacity = self.max_seq_len - len(question) - 3
        spans = [span for _, places in encoded.golds for span in places]
        for _ in range(TRIES if len(ids) > capacity else 0):
            cut = rng.randint(0, len(ids) - capacity)
            if any(last >= cut and first < cut + capacity for first, last in spans):
                continue
            window = ids[cut : cut + capacity]
            # People mark one of several places; in everyday texts the others are mostly no answer.
            if encoded.example.group and any(
                _holds(window, ids[first : last + 1]) for first, last in spans
            ):
                continue
            return [self.encoder.item(question, window, (), self.max_seq_len, rng)]
        return []

    def _elsewhere(self, encoded: Encoded, stage: StageConfig, rng: random.Random) -> list[Item]:
        """The question with passages that share its words but lack its answers."""
        texts = self._looking_alike(encoded, rng.randint(1, 2), rng)
        item = self._unanswered(encoded, texts, stage, rng)
        return [item] if texts else []

    def _unanswered(
        self, encoded: Encoded, texts: Sequence[str], stage: StageConfig, rng: random.Random
    ) -> Item:
        """The question with texts that lack its answers."""
        question = self._question(encoded, stage, rng)
        return self.encoder.item(question, self._ids(texts, rng), (), self.max_seq_len, rng)

    def _ids(self, texts: Sequence[str], rng: random.Random) -> list[int]:
        ids: list[int] = []
        for number, text in enumerate(texts):
            ids += (self.encoder.line_break(rng) if number else []) + self.encoder.passage(text)[0]
        return ids

    def _looking_alike(self, encoded: Encoded, count: int, rng: random.Random) -> list[str]:
        """Up to `count` passages that share the question's words but lack its answers."""
        if self._alike is None:
            self._alike = Alike([self.encoder.passage(text)[0] for text in self.passages])
        # By what it asks about: passages that hold a "?" or a "what" are none the more alike.
        words = [i for i in encoded.question_ids if i not in self.encoder.asking]
        best = self._alike.best(words or encoded.question_ids, NEAREST)
        nearest = [self.passages[i] for i in best]
        own = encoded.example.passage
        lacking = [t for t in nearest if t != own and not self._holds_answer(t, encoded)]
        return rng.sample(lacking, min(count, len(lacking)))

    def _of_another_article(self, encoded: Encoded, count: int, rng: random.Random) -> list[str]:
        """Up to `count` passages of other articles, which answer nothing about this one."""
        own = encoded.example
        drawn = (rng.choice(self.passages) for _ in range(TRIES))
        strange = (t for t in drawn if t != own.passage and not self._share_article(t, own.passage))
        return list(islice(strange, count))

    def _share_article(self, one: str, other: str) -> bool:
        """Whether both passages stand in the same article; those of none share none."""
        places = [self.place[text][0] for text in (one, other) if text in self.place]
        return len(places) == 2 and places[0] == places[1]

    def _around(self, passage: str, rng: random.Random) -> tuple[Sequence[str], Sequence[str]]:
        """Up to NEIGHBOURS passages before it in its article, and as many behind it."""
        if passage not in self.place:
            return (), ()
        article, at = self.place[passage]
        passages = self.articles[article]
        before, after = rng.randint(0, NEIGHBOURS), rng.randint(0, NEIGHBOURS)
        return passages[max(0, at - before) : at], passages[at + 1 : at + 1 + after]

    @staticmethod
    def _places(encoded: Encoded, stage: StageConfig, rng: random.Random) -> tuple[Span, ...]:
        """All places of one gold answer, drawn by votes, or of all gold answers."""
        if not encoded.golds:
            return ()
        if stage.all_golds:
            return tuple({span: None for _, places in encoded.golds for span in places})
        votes = [count for count, _ in encoded.golds]
        return rng.choices(encoded.golds, weights=votes)[0][1]

    def _question(self, encoded: Encoded, stage: StageConfig, rng: random.Random) -> list[int]:
        """The question as it stands; now and then as people type it."""
        chance = rng.random()
        if chance >= stage.keyword_share + stage.bare_share:
            return encoded.question_ids
        text = encoded.example.question
        if chance < stage.keyword_share:
            # Without its "when" an unanswerable question may become one that has an answer.
            text = keywords(text, keep_asking=not encoded.golds or rng.random() < 0.5)
        else:
            text = unmarked(text)
        ids = self.encoder.question(text)[: self.max_question_len]
        return ids or encoded.question_ids

    @staticmethod
    def _holds_answer(text: str, encoded: Encoded) -> bool:
        lowered = text.lower()
        return any(answer.lower() in lowered for answer in encoded.example.answer_texts)


def _holds(ids: list[int], part: list[int]) -> bool:
    """Whether `part` stands in `ids`."""
    length = len(part)
    return any(ids[at : at + length] == part for at in range(len(ids) - length + 1))


def round_batches(config: TrainConfig, stage: int, number: int, sampler: Sampler) -> list[Batch]:
    """All batches of round `number` of a stage, once per reading; the sampler moves on."""
    rng = random.Random(f"{sampler.seed}/{stage}/{number}")
    plan = config.stages[stage]
    whole = list(enumerate(make_batches(sampler.round(plan, rng), config.tokens_per_batch, rng)))
    batches: list[Batch] = []
    for _ in range(plan.readings):
        for own, items in whole:
            batches.append(Batch(own, _hidden(items, plan.mask_share, sampler.encoder, rng)))
        rng.shuffle(whole)
    return batches


def _hidden(
    items: Sequence[Item], share: float, encoder: Encoder, rng: random.Random
) -> Sequence[Item]:
    """Hide words in every second item."""
    if not share:
        return items
    return [encoder.hide(item, share, rng) if rng.random() < 0.5 else item for item in items]
