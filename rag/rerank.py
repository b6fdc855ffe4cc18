"""A light re-ranker: one linear score over what a question sees in a passage and around it.

Retrievers judge each passage alone. In a report the passages around one another share its subject, so the
words that decide are those that few of them have; and a passage whose neighbours answer the question's other
words is in the right place. The weights are fitted by `python -m eval weights`; see docs/experiments.md.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from index.surroundings import Passage, Surroundings

Features = npt.NDArray[np.float64]

REACH = 3  # passages before and after that count as around

WEIGHTS: dict[str, float] = {}


def features(
    identifiers: Sequence[int], words: Mapping[int, float], seen: Surroundings
) -> tuple[list[str], Features]:
    """Names, and a row a passage, shape (len(identifiers), len(names)). `words` are BM25 scores."""
    rows = [_row(identifier, words.get(identifier, 0.0), seen) for identifier in identifiers]
    names = list(rows[0]) if rows else []
    return names, np.array([list(row.values()) for row in rows], dtype=np.float64)


def _row(identifier: int, words: float, seen: Surroundings) -> dict[str, float]:
    passage, ids = seen.passages[identifier], seen.around[identifier]
    near = [seen.passages[one] for one in ids]
    place = ids.index(identifier)
    total = sum(seen.rarity.values()) or 1.0
    # A word weighs by its rarity in the index, and again by its rarity among the passages around.
    local = {
        word: rarity * math.log((len(near) + 1) / (count + 0.5))
        for word, rarity in seen.rarity.items()
        if (count := sum(word in one.words for one in near))
    }
    local_total = sum(local.values()) or 1.0
    # What the report's opening says already is its subject, not what is asked of it.
    opening = next(iter(seen.passages[seen.first[identifier]].sentences), frozenset[str]())
    rest = {word: rarity for word, rarity in seen.rarity.items() if word not in opening}
    rest_total = sum(rest.values()) or 1.0
    pairs = [a | b for a, b in zip(passage.sentences, passage.sentences[1:], strict=False)]
    pairs = pairs or list(passage.sentences)
    before = near[place - 1] if place else None
    after = near[place + 1] if place + 1 < len(near) else None
    mean = seen.mean_tokens

    def share(found: Iterable[str]) -> float:
        return sum(seen.rarity[word] for word in found) / total

    def local_share(found: Iterable[str]) -> float:
        return sum(local[word] for word in found) / local_total

    def rest_share(found: Iterable[str]) -> float:
        return sum(rest.get(word, 0.0) for word in found) / rest_total

    def bm25(passages: Sequence[Passage]) -> float:
        counts = Counter[str]()
        for one in passages:
            counts.update(one.words)
        norm = 1.2 * (0.5 + 0.5 * sum(one.tokens for one in passages) / (mean * len(near)))
        if len(passages) == 1:
            norm = 1.2 * (0.5 + 0.5 * passages[0].tokens / mean)
        return sum(seen.rarity[word] * 2.2 * n / (n + norm) for word, n in counts.items()) / total

    covered = share(passage.words)
    return {
        "words": words / total,
        "vector": passage.cosine,
        "own words": bm25([passage]),
        "words covered": covered,
        "number of words": len(passage.words) / (len(seen.rarity) or 1),
        "all words": float(covered > 0.999),
        "words around": share(frozenset().union(*(one.words for one in near))),
        "bm25 around": bm25(near),
        "vector around": max(one.cosine for one in near),
        "best sentence": max(map(share, passage.sentences), default=0.0),
        "local words": sum(local[word] for word in passage.words) / total,
        "local words covered": local_share(passage.words),
        "local best sentence": max(map(local_share, passage.sentences), default=0.0),
        "local best two": max(map(local_share, pairs), default=0.0),
        "rest covered": rest_share(passage.words),
        "rest best sentence": max(map(rest_share, passage.sentences), default=0.0),
        "rest best two": max(map(rest_share, pairs), default=0.0),
        "vectors ahead": sum(one.cosine > passage.cosine for one in near) / len(near),
        "words before": bm25([before]) if before else 0.0,
        "words after": bm25([after]) if after else 0.0,
        "vector before": before.cosine if before else 0.0,
        "vector after": after.cosine if after else passage.cosine,
        "length": passage.characters / 200,
        "other words": passage.others / 100,
        "opens": float(seen.first[identifier] == identifier),
    }
