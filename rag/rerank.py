"""A light re-ranker: one linear score over what a question sees in a passage and around it.

Retrievers judge each passage alone. In a report the passages around one another share its subject, so the
words that decide are those that few of them have; and a passage whose neighbours answer the question's other
words is in the right place. See docs/retrieval.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.surroundings import Counts, Surroundings

Features = npt.NDArray[np.float64]

REACH = 3  # passages before and after that count as around

# Fitted as the odds that a passage is the one with the answer, on 1,589 questions over 848 paragraphs in folds
# by paragraph (docs/retrieval.md).
WEIGHTS: dict[str, float] = {
    "vector": 0.57,
    "own words": -0.79,
    "number of words": 3.61,
    "bm25 around": 6.51,
    "vector around": 2.03,
    "rest best sentence": 5.87,
    "words before": -1.53,
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


def features(seen: Surroundings, scale: Scale | None = None) -> tuple[list[str], Features]:
    """Names, and a row a passage, shape (len(seen.identifiers), len(names)); `scale`: that of `seen` itself."""
    scale = scale or Scale.of(seen.cosine)
    columns = {
        "vector": scale(seen.cosine),
        "own words": _bm25(seen.own, 1, seen),
        "number of words": np.count_nonzero(seen.own.words, axis=1) / (len(seen.terms) or 1),
        "bm25 around": _bm25(seen.around, seen.around_size, seen),
        "vector around": scale(seen.best_cosine_around),
        "rest best sentence": _best_sentence(seen),
        "words before": _bm25(seen.before, 1, seen),
    }
    return list(columns), np.stack(list(columns.values()), axis=1)


def _bm25(counts: Counts, size: npt.NDArray[np.int64] | int, seen: Surroundings) -> Features:
    """BM25 as a share of the most it could be but for repeats; `size` passages are one text here."""
    norm = 1.2 * (0.5 + 0.5 * counts.tokens / (seen.mean_tokens * size))
    saturated = counts.words * 2.2 / (counts.words + norm[:, None])
    return np.asarray(saturated @ seen.rarity / (seen.rarity.sum() or 1.0))


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


def scores(seen: Surroundings, scale: Scale | None = None) -> list[float]:
    """One number a passage; a difference of 1 is a factor of e in the odds of being the right one."""
    names, rows = features(seen, scale)
    return [float(score) for score in rows @ np.array([WEIGHTS[name] for name in names])]
