"""The words of chunks in memory: BM25 over every chunk, and where in a chunk a question's words stand.

The tokens are stored with the chunks (`index.lexical`); here they lie sorted by word, so that one question costs
a few array operations however many chunks hold its words. Immutable: a changed index gets a new one, which takes
over what was read of the chunks that stayed.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from index import lexical
from index.tokenize import tokens

SATURATION = 1.2  # k1
LENGTH_SHARE = 0.5  # b
CONTEXT_WEIGHT = 0.5  # a word of the title or heading against one of the passage itself
MOST_TERMS = 64  # of a question; the rarest are taken
_CONTEXT = -1  # in place of the number of a sentence

Terms = npt.NDArray[np.int32]
Places = npt.NDArray[np.int16]
Norms = npt.NDArray[np.float64] | npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Read:
    """One chunk: its words in order, as numbers, and the sentence each stands in."""

    report: int
    terms: Terms
    places: Places


class Words:
    """Of chunks in order of their ids; rows are their positions in that order."""

    def __init__(self, read: Mapping[int, _Read], numbers: dict[str, int]) -> None:
        self._read = read
        self._numbers = numbers
        ordered = sorted(read)
        parts = [read[identifier] for identifier in ordered]
        self.ids = np.array(ordered, dtype=np.int64)
        self.reports = np.array([part.report for part in parts], dtype=np.int64)
        _, first, report = np.unique(self.reports, return_index=True, return_inverse=True)
        self.first_rows = first[report] if len(ordered) else first  # for each row, the first of its report
        sizes = np.array([len(part.terms) for part in parts], dtype=np.int64)
        terms = np.concatenate([part.terms for part in parts] or [np.zeros(0, np.int32)])
        places = np.concatenate([part.places for part in parts] or [np.zeros(0, np.int16)])
        rows = np.repeat(np.arange(len(parts), dtype=np.int32), sizes)
        in_body = places != _CONTEXT
        self.body_lengths = np.bincount(rows[in_body], minlength=len(parts))
        self.lengths = self.body_lengths + CONTEXT_WEIGHT * (sizes - self.body_lengths)
        order = np.argsort(terms, kind="stable")
        self._rows, self._places = rows[order], places[order]
        self._starts = np.concatenate([[0], np.cumsum(np.bincount(terms, minlength=len(numbers)))])
        self._weigh(terms[order])

    def _weigh(self, terms: Terms) -> None:
        """How often each word stands in each chunk that has it: no question has to count again."""
        new = np.ones(len(terms), dtype=bool)
        new[1:] = (terms[1:] != terms[:-1]) | (self._rows[1:] != self._rows[:-1])
        firsts = np.flatnonzero(new)
        self._chunk_rows = self._rows[firsts]
        self._chunk_starts = np.concatenate([[0], np.cumsum(new)])[self._starts]
        weights = np.where(self._places == _CONTEXT, np.float32(CONTEXT_WEIGHT), np.float32(1))
        self._frequencies = np.add.reduceat(weights, firsts) if len(firsts) else np.zeros(0, np.float32)
        self._norms = norms(self.lengths, max(float(self.lengths.mean()), 1.0) if len(self.ids) else 1.0)

    @classmethod
    def load(
        cls, connection: sqlite3.Connection, previous: Words | None, only: Collection[int] | None = None
    ) -> Words:
        """The chunks of this connection's state, or `only` some. Ids are never reused, so only new ones are read."""
        numbers = dict(previous._numbers) if previous else {}
        known = previous._read if previous else {}
        some = "" if only is None else "WHERE id IN (SELECT value FROM json_each(?))"
        given = () if only is None else (json.dumps(sorted(only)),)
        reports = dict(connection.execute(f"SELECT id, report_id FROM chunks {some}", given).fetchall())
        new = [identifier for identifier in reports if identifier not in known]
        stored = connection.execute(
            "SELECT rowid, context, body FROM lexical WHERE rowid IN (SELECT value FROM json_each(?))",
            (json.dumps(new),),
        )
        read = {identifier: known[identifier] for identifier in reports if identifier in known}
        for identifier, context, body in stored:
            read[identifier] = numbered_words(reports[identifier], context, body, numbers)
        return cls(read, numbers)

    @classmethod
    def of_texts(
        cls,
        chunks: Iterable[tuple[int, int, str, str]],
        kept: Collection[int] = (),
        previous: Words | None = None,
    ) -> Words:
        """Chunks given as (id, report id, context, text); of `previous` those whose report is in `kept` stay."""
        numbers = dict(previous._numbers) if previous else {}
        read = {id: one for id, one in previous._read.items() if one.report in kept} if previous else {}
        for identifier, report, context, text in chunks:
            read[identifier] = numbered_words(
                report, *lexical.as_stored(*lexical.token_lists(context, text)), numbers
            )
        return cls(read, numbers)

    # ------------------------------------------------------------ searching

    @property
    def mean_length(self) -> float:
        """Tokens of a chunk without its context, on average; at least 1."""
        return max(float(self.body_lengths.mean()) if len(self.ids) else 0.0, 1.0)

    def chunks_with(self, term: str) -> int:
        """In how many chunks a word stands."""
        start, end = self._span(term, self._chunk_starts)
        return end - start

    def rarity(self, term: str) -> float:
        """How rare a word is among the chunks (BM25's inverse document frequency)."""
        return rarity(self.chunks_with(term), len(self.ids))

    def _span(self, term: str, starts: npt.NDArray[np.int64]) -> tuple[int, int]:
        number = self._numbers.get(term, -1)
        if number < 0 or number + 1 >= len(starts):
            return 0, 0
        return int(starts[number]), int(starts[number + 1])

    def found(self, term: str) -> tuple[npt.NDArray[np.int32], Places]:
        """The rows a word stands in, ascending, once for each time; and the sentence, -1 for the context."""
        start, end = self._span(term, self._starts)
        return self._rows[start:end], self._places[start:end]

    def search(self, text: str, k: int, report_ids: Sequence[int] | None = None) -> list[tuple[int, float]]:
        """The `k` chunk ids that share the weightiest words with `text`, best first, with their BM25 score.

        Only chunks of `report_ids`, if given; an empty list finds nothing. Chunks sharing no word are left out.
        """
        if report_ids is not None and not report_ids:
            return []
        return self.scored(question_weights(text, self.chunks_with, len(self.ids)), k, report_ids)

    def scored(
        self,
        weights: Mapping[str, float],
        k: int,
        report_ids: Sequence[int] | None = None,
        norms: Norms | None = None,
    ) -> list[tuple[int, float]]:
        """The `k` best for words that weigh so much; `norms` of each row, where the mean length is another's."""
        scores = np.zeros(len(self.ids))
        norms = self._norms if norms is None else norms
        for term, weight in weights.items():
            here = slice(*self._span(term, self._chunk_starts))
            rows, frequencies = self._chunk_rows[here], self._frequencies[here]
            scores[rows] += weight * frequencies / (frequencies + norms[rows])
        if report_ids is not None:
            scores[~np.isin(self.reports, np.array(report_ids, dtype=np.int64))] = 0.0
        return best_of(self.ids, scores, k)

    def rows_of(self, identifiers: Sequence[int]) -> npt.NDArray[np.int64]:
        """The rows of the chunks that are here, in the order asked for."""
        asked = np.array(identifiers, dtype=np.int64)
        rows = np.searchsorted(self.ids, asked)
        here = rows < len(self.ids)
        here[here] = self.ids[rows[here]] == asked[here]
        return np.asarray(rows[here], dtype=np.int64)


def rarity(chunks_with: int, chunks: int) -> float:
    """BM25's inverse document frequency of a word that stands in so many of all chunks."""
    return math.log(1 + (chunks - chunks_with + 0.5) / (chunks_with + 0.5))


def norms(lengths: Norms, mean: float) -> Norms:
    """What BM25 adds to how often a word stands in a chunk of such a length."""
    return np.asarray(SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * lengths / mean))


def question_weights(text: str, chunks_with: Callable[[str], int], chunks: int) -> dict[str, float]:
    """What the rarest words of a question that some chunk has count, rarest first."""
    asked = Counter(tokens(text))
    rarities = {term: rarity(number, chunks) for term in asked if (number := chunks_with(term))}
    rarest = sorted(rarities, key=lambda term: (-rarities[term], term))[:MOST_TERMS]
    return {term: rarities[term] * asked[term] * (SATURATION + 1) for term in rarest}


def best_of(ids: npt.NDArray[np.int64], scores: npt.NDArray[Any], k: int) -> list[tuple[int, float]]:
    """The `k` ids of highest score above 0, best first; of equal ones the lower ids."""
    if k <= 0:
        return []
    least = np.partition(scores, len(scores) - k)[len(scores) - k] if len(scores) > k else 0
    shared = np.flatnonzero((scores >= least) & (scores > 0))  # others need no order
    best = shared[np.lexsort((ids[shared], -scores[shared]))][:k]
    return [(int(ids[row]), float(scores[row])) for row in best]


def numbered_words(report: int, context: str, body: str, numbers: dict[str, int]) -> _Read:
    """A stored chunk as numbers; words seen for the first time get the next one."""
    terms = [numbers.setdefault(token, len(numbers)) for token in context.split()]
    places = [_CONTEXT] * len(terms)
    for place, sentence in enumerate(body.split(lexical.SENTENCE)):
        own = [numbers.setdefault(token, len(numbers)) for token in sentence.split()]
        terms += own
        places += [min(place, np.iinfo(np.int16).max)] * len(own)
    return _Read(report, np.array(terms, dtype=np.int32), np.array(places, dtype=np.int16))
