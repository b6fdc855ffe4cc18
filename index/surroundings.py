"""What a re-ranker looks at: the words and vectors of passages, and of the passages around them."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index import lexical
from index.vectors import FlatVectors, Floats

_ASKED = "SELECT value FROM json_each(:ids)"


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
    connection: sqlite3.Connection,
    vectors: FlatVectors,
    text: str,
    vector: Floats,
    identifiers: Sequence[int],
    reach: int,
) -> Surroundings:
    """The chunks of `identifiers`, and those up to `reach` before and after them, seen from a question."""
    asked = json.dumps([int(identifier) for identifier in identifiers])
    # The chunks of a report are stored together and in reading order, so neighbours have neighbouring ids.
    rows = connection.execute(
        f"""SELECT one.id, near.id FROM chunks one JOIN chunks near
           ON near.id BETWEEN one.id - :reach AND one.id + :reach AND near.report_id = one.report_id
           WHERE one.id IN ({_ASKED}) ORDER BY one.id, near.id""",
        {"reach": reach, "ids": asked},
    ).fetchall()
    first: dict[int, int] = dict(
        connection.execute(
            f"""SELECT id, (SELECT MIN(id) FROM chunks other WHERE other.report_id = chunks.report_id)
                FROM chunks WHERE id IN ({_ASKED})""",
            {"ids": asked},
        ).fetchall()
    )
    around: dict[int, list[int]] = {}
    for one, near in rows:
        around.setdefault(one, []).append(near)
    rarity = lexical.rarities(connection, text)
    wanted = sorted({*(near for ids in around.values() for near in ids), *first.values()})
    cosines = vectors.scores(vector, wanted)
    passages: dict[int, Passage] = {}
    for identifier, sentences in lexical.bodies(connection, wanted).items():
        found = tuple(frozenset(rarity.keys() & set(one)) for one in sentences)
        everything = [token for one in sentences for token in one]
        words = Counter(token for token in everything if token in rarity)
        passages[identifier] = Passage(found, words, len(everything), cosines.get(identifier, 0.0))
    return Surroundings(
        rarity,
        passages,
        {one: tuple(ids) for one, ids in around.items()},
        first,
        lexical.mean_length(connection),
    )
