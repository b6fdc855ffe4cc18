"""A light re-ranker: one linear score over what a question sees in a passage and around it.

Retrievers judge each passage alone. In a report the passages around one another share its subject, so the
words that decide are those that few of them have; and a passage whose neighbours answer the question's other
words is in the right place. Among news that tell one event, what decides is whether a passage holds the kind
of thing asked for, and says it in the question's own words. See docs/retrieval.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from index.split import sentences
from index.surroundings import Counts, Surroundings
from index.tokenize import normalise, tokens
from rag.answer_form import answer_form
from rag.character_runs import (
    Runs,
    asked_characters,
    asked_pieces,
    codes,
    longest_run,
    rarity_among,
    shared_pieces,
    without_marks,
)

Features = npt.NDArray[np.float64]

REACH = 3  # passages before and after that count as around
RUN_LENGTH = 3
SMOOTHING = 20.0  # tokens that what stands around and in all passages counts for in the likelihood of a word
_HAN = re.compile("[\u3400-\u9fff]")

# Half of the odds (docs/retrieval.md) that a passage is the one with the answer, fitted on encyclopaedia paragraphs,
# news and reports by eval/fit_reranker.py. Words of extreme rarity and the longest run take back what others overstate.
WEIGHTS: dict[str, float] = {
    "vector": 0.80,
    "number of words": -3.54,
    "rarest words": -3.84,
    "words with first": 3.98,
    "rare words around": 3.47,
    "likelihood": 0.39,
    "best sentence": 2.77,
    "rest best sentence": 1.52,
    "words before": -0.77,
    "characters": 5.64,
    "longest run": -2.90,
    "runs of 3": 3.85,
    "codes": 1.75,
    "unit beside words": 3.40,
    "rate beside words": 3.03,
}


@dataclass(frozen=True, slots=True)
class Scale:
    """What the cosines of a question look like: models differ in how far apart they set texts."""

    best: float
    spread: float  # standard deviation

    @classmethod
    def of(cls, cosines: npt.ArrayLike) -> Scale:
        values = np.asarray(cosines, dtype=np.float64)
        return cls(float(values.max()), max(float(values.std()), 1e-6)) if values.size else cls(0.0, 1.0)

    def __call__(self, cosine: Features) -> Features:
        return np.asarray((cosine - self.best) / self.spread)


@dataclass(frozen=True, slots=True)
class _Text:
    """A passage as it is searched: its sentences, and all of it without marks."""

    sentences: tuple[str, ...]
    characters: str
    codes: frozenset[str]


@lru_cache(maxsize=20_000)  # about 1 KB each
def _read(text: str) -> _Text:
    parts = tuple(normalise(text[start:end]) for start, end in sentences(text))
    whole = "".join(parts)
    return _Text(parts, without_marks(whole), codes(whole))


class Question:
    """One question and the passages proposed for it, against which each of them is measured."""

    def __init__(self, question: str, searched: str, seen: Surroundings, texts: Sequence[str]) -> None:
        """`searched` are the words that were searched for: of an English question its Chinese terms."""
        self.form = answer_form(normalise(question))
        self.asked = asked_characters(normalise(searched))
        self.pieces = asked_pieces(normalise(searched))
        read = [_read(text).characters for text in texts]
        self.runs = Runs.of(self.asked, RUN_LENGTH, read)
        self.counts = Counter(tokens(searched))
        self.scale = Scale.of(seen.cosine)
        self.rarity = rarity_among(np.count_nonzero(seen.own.words, axis=0), len(texts))
        # M2, D-15, 5G; an English question's words are none
        self.codes = codes(normalise(question)) if _HAN.search(question) else frozenset()

    def scores(self, seen: Surroundings, texts: Sequence[str]) -> list[float]:
        """One number a passage; a difference of 1 is a factor of e in the odds of being the right one."""
        names, rows = self.features(seen, texts)
        return [float(score) for score in rows @ np.array([WEIGHTS[name] for name in names])]

    def features(self, seen: Surroundings, texts: Sequence[str]) -> tuple[list[str], Features]:
        """Names, and a row a passage, shape (len(seen.identifiers), len(names)); `texts` are theirs."""
        read = [_read(text) for text in texts]
        characters = [one.characters for one in read]
        stands = seen.own.words > 0
        rarity = seen.rarity / (seen.rarity.sum() or 1.0)
        rare = self.rarity / (self.rarity.sum() or 1.0)
        runs = [longest_run(self.asked, one) for one in characters]
        covered: Features = _sentence_words(seen) @ rarity
        rarest = seen.rarity**3 / ((seen.rarity**3).sum() or 1.0)
        columns = {
            "vector": self.scale(seen.cosine),
            "number of words": np.count_nonzero(stands, axis=1) / (len(seen.terms) or 1),
            "rarest words": stands @ rarest,
            "words with first": (stands | seen.first) @ rarity,
            "rare words around": (seen.around.words > 0) @ rare,
            "likelihood": _likelihood(seen, self.counts),
            "best sentence": covered.max(axis=1, initial=0.0),
            "rest best sentence": _best_sentence(seen),
            "words before": _bm25(seen.before, seen),
            "characters": shared_pieces(self.pieces, characters),
            "longest run": np.array(runs) / (len(self.asked) or 1),
            "runs of 3": self.runs.shares(characters),
            "codes": np.array([len(self.codes & one.codes) for one in read]) / (len(self.codes) or 1),
            **self._form(read, covered),
        }
        return list(columns), np.stack(list(columns.values()), axis=1)

    def _form(self, read: Sequence[_Text], covered: Features) -> dict[str, Features]:
        """How many of the question's words stand in a sentence that has what it asks for."""
        holds = np.zeros(covered.shape, dtype=bool)
        if self.form is not None:
            for number, one in enumerate(read):
                for place, sentence in enumerate(one.sentences[: covered.shape[1]]):
                    holds[number, place] = self.form.stands_in(sentence)
        beside: Features = (holds * covered).max(axis=1, initial=0.0)
        kind = self.form.kind if self.form is not None else None
        return {f"{one} beside words": beside * float(kind == one) for one in ("unit", "rate")}


def _sentence_words(seen: Surroundings) -> Features:
    """(passages, sentences, words of the question): which stand there."""
    passage, sentence, word = seen.in_sentences.T
    shape = (len(seen.identifiers), int(sentence.max(initial=0)) + 1, len(seen.terms))
    stands: Features = np.zeros(shape)
    stands[passage, sentence, word] = 1.0
    return stands


def _bm25(counts: Counts, seen: Surroundings) -> Features:
    """BM25 as a share of the most it could be but for repeats."""
    norm = 1.2 * (0.5 + 0.5 * counts.tokens / seen.mean_tokens)
    saturated = counts.words * 2.2 / (counts.words + norm[:, None])
    return np.asarray(saturated @ seen.rarity / (seen.rarity.sum() or 1.0))


def _likelihood(seen: Surroundings, counts: Counter[str]) -> Features:
    """How likely a passage is to say the question's words: the mean logarithm of each word's share of its tokens.

    Smoothed (Zhai and Lafferty, 2001) half by what stands around it and half by all passages: one word missing
    costs more where nothing around has it, and more than further repeats of another gain.
    """
    asked = np.array([counts[term] for term in seen.terms], dtype=np.float64)
    near = seen.around.words / np.maximum(seen.around.tokens, 1.0)[:, None]
    anywhere = np.exp(-seen.rarity) / seen.mean_tokens
    words = seen.own.words + SMOOTHING * (near + anywhere) / 2
    logarithms = np.log(words / (seen.own.tokens + SMOOTHING)[:, None])
    return np.asarray(logarithms @ asked / (asked.sum() or 1.0))


def _best_sentence(seen: Surroundings) -> Features:
    """The share of the question's words in the best sentence, of those that the report's opening lacks.

    What the opening says already is the report's subject, not what is asked of it.
    """
    rest = np.where(seen.opening, 0.0, seen.rarity)
    passage, sentence, word = seen.in_sentences.T
    sentences = int(sentence.max(initial=0)) + 1
    passages = len(seen.identifiers)
    found = np.bincount(passage * sentences + sentence, rest[passage, word], passages * sentences)
    best = found.reshape(passages, sentences).max(axis=1, initial=0.0)
    total = rest.sum(axis=1)
    return np.asarray(best / np.where(total, total, 1.0))
