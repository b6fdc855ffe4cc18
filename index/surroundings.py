"""What a re-ranker looks at: the words and vectors of passages, and of the passages around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.large_vectors import LargeVectors
from index.tokenize import tokens
from index.vectors import FlatVectors, Floats
from index.words import Words


@dataclass(frozen=True, slots=True)
class Passage:
    """One chunk as seen from a question; `sentences` hold the question's words only."""

    sentences: tuple[frozenset[str], ...]
    words: Mapping[str, int]  # those of all its sentences, with how often
    tokens: int
    cosine: float


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`around` names, for each chunk asked for, the chunks of its report near it, in order, itself included."""

    rarity: Mapping[str, float]  # of each word of the question
    passages: Mapping[int, Passage]
    around: Mapping[int, tuple[int, ...]]
    first: Mapping[int, int]  # for each chunk asked for, the first of its report
    mean_tokens: float  # of a chunk


def read(
    words: Words,
    vectors: FlatVectors | LargeVectors,
    text: str,
    vector: Floats,
    identifiers: Sequence[int],
    reach: int,
) -> Surroundings:
    """The chunks of `identifiers`, and those up to `reach` before and after them, seen from a question."""
    rows = words.rows_of(identifiers)
    # The chunks of a report are stored together and in reading order, so neighbours are neighbouring rows.
    firsts = words.first_rows[rows]
    around: dict[int, list[int]] = {}
    for row in rows.tolist():
        near = range(max(0, row - reach), min(len(words.ids), row + reach + 1))
        around[row] = [one for one in near if words.reports[one] == words.reports[row]]
    wanted = np.array(
        sorted({one for ids in around.values() for one in ids} | set(firsts.tolist())), dtype=np.int64
    )
    sentences: dict[int, dict[int, set[str]]] = {row: {} for row in wanted.tolist()}
    counts: dict[int, dict[str, int]] = {row: {} for row in wanted.tolist()}
    rarity: dict[str, float] = {}
    for term in dict.fromkeys(tokens(text)):
        rarity[term] = words.rarity(term)
        found, places = words.found(term)
        here = np.isin(found, wanted) & (places >= 0)
        for row, place in zip(found[here].tolist(), places[here].tolist(), strict=True):
            sentences[row].setdefault(place, set()).add(term)
            counts[row][term] = counts[row].get(term, 0) + 1
    ids = dict(zip(wanted.tolist(), words.ids[wanted].tolist(), strict=True))
    cosines = vectors.scores(vector, list(ids.values()))
    passages = {
        identifier: Passage(
            tuple(frozenset(sentences[row].get(at, ())) for at in range(max(sentences[row], default=0) + 1)),
            counts[row],
            int(words.body_lengths[row]),
            cosines.get(identifier, 0.0),
        )
        for row, identifier in ids.items()
    }
    return Surroundings(
        rarity,
        passages,
        {ids[row]: tuple(ids[one] for one in near) for row, near in around.items()},
        {ids[row]: ids[first] for row, first in zip(rows.tolist(), firsts.tolist(), strict=True)},
        words.mean_length,
    )
