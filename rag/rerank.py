"""A light re-ranker: one linear score over what a question sees in a passage and around it.

Retrievers judge each passage alone. In a report the passages around one another share its subject, so the
words that decide are those that few of them have; and a passage whose neighbours answer the question's other
words is in the right place. See docs/retrieval.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.surroundings import Passage, Surroundings

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
    def of(cls, cosines: Iterable[float]) -> Scale:
        values = np.fromiter(cosines, dtype=np.float64)
        return cls(float(values.max()), max(float(values.std()), 1e-6)) if values.size else cls(0.0, 1.0)

    def __call__(self, cosine: float) -> float:
        return (cosine - self.best) / self.spread


def features(
    identifiers: Sequence[int], seen: Surroundings, scale: Scale | None = None
) -> tuple[list[str], Features]:
    """Names, and a row a passage, shape (len(identifiers), len(names)); `scale` is that of `identifiers`."""
    scale = scale or Scale.of(seen.passages[identifier].cosine for identifier in identifiers)
    rows = [_row(identifier, seen, scale) for identifier in identifiers]
    names = list(rows[0]) if rows else []
    return names, np.array([list(row.values()) for row in rows], dtype=np.float64)


def _row(identifier: int, seen: Surroundings, scale: Scale) -> dict[str, float]:
    passage, ids = seen.passages[identifier], seen.around[identifier]
    near = [seen.passages[one] for one in ids]
    place = ids.index(identifier)
    total = sum(seen.rarity.values()) or 1.0
    # What the report's opening says already is its subject, not what is asked of it.
    opening = next(iter(seen.passages[seen.first[identifier]].sentences), frozenset[str]())
    rest = {word: rarity for word, rarity in seen.rarity.items() if word not in opening}
    rest_total = sum(rest.values()) or 1.0
    before = near[place - 1] if place else None
    mean = seen.mean_tokens

    def rest_share(found: Iterable[str]) -> float:
        return sum(rest.get(word, 0.0) for word in found) / rest_total

    def bm25(passages: Sequence[Passage]) -> float:
        counts = Counter[str]()
        for one in passages:
            counts.update(one.words)
        norm = 1.2 * (0.5 + 0.5 * sum(one.tokens for one in passages) / (mean * len(passages)))
        return sum(seen.rarity[word] * 2.2 * n / (n + norm) for word, n in counts.items()) / total

    return {
        "vector": scale(passage.cosine),
        "own words": bm25([passage]),
        "number of words": len(passage.words) / (len(seen.rarity) or 1),
        "bm25 around": bm25(near),
        "vector around": scale(max(one.cosine for one in near)),
        "rest best sentence": max(map(rest_share, passage.sentences), default=0.0),
        "words before": bm25([before]) if before else 0.0,
    }


def scores(identifiers: Sequence[int], seen: Surroundings, scale: Scale | None = None) -> list[float]:
    """One number a passage; a difference of 1 is a factor of e in the odds of being the right one."""
    names, rows = features(identifiers, seen, scale)
    if not names:
        return []
    weights = np.array([WEIGHTS[name] for name in names])
    return [float(score) for score in rows @ weights]
