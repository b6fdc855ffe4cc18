"""The words of more chunks than the memory takes: lists on the disk, and in memory what came since.

The lists are never changed (`index.word_files`). What was added since is a `Words` beside them, what was removed is
marked; how rare a word is and how long chunks are is of all that are there, so scores are those of `Words`. What a
re-ranker looks at is read from the database, a few hundred chunks a question.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.word_files import term_hash
from index.words import CONTEXT_WEIGHT, Words, best_of, norms, numbered_words, question_weights, rarity

_FILES = {"reports.i64": "<i8", "lengths.i32": "<i4", "bodies.i32": "<i4"}
_MANY = 2_000  # chunks: a word of more is worth to be spared
Marks = npt.NDArray[np.bool_]


class WordBase:
    """The files of `index.word_files` opened read-only, mapped. ValueError or OSError where they are damaged."""

    def __init__(self, folder: Path, reports: Mapping[str, list[int]] | None = None) -> None:
        """`reports` are those it was made of (see `index.vector_loading.reports_of`)."""
        self.folder = folder
        self.reports_then = dict(reports or {})
        self.ids: npt.NDArray[np.int64] = _mapped(folder / "ids.i64", "<i8")
        count = len(self.ids)
        self.reports, self.lengths, self.bodies = (
            _mapped(folder / name, kind, count) for name, kind in _FILES.items()
        )
        self._terms = _mapped(folder / "terms.u64", "<u8")
        self._starts = _mapped(folder / "starts.i64", "<i8", len(self._terms) + 1)
        total = int(self._starts[-1])
        self._rows = _mapped(folder / "rows.i32", "<i4", total)
        self._counts = _mapped(folder / "counts.u8", "u1", total)

    def found(self, term: str) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
        """The rows of the chunks that have a word, ascending, and how often, in halves."""
        number = np.uint64(term_hash(term))
        place = int(np.searchsorted(self._terms, number))
        if place == len(self._terms) or self._terms[place] != number:
            return np.zeros(0, np.int32), np.zeros(0, np.uint8)
        here = slice(int(self._starts[place]), int(self._starts[place + 1]))
        return self._rows[here], self._counts[here]


def _mapped(path: Path, kind: str, count: int | None = None) -> npt.NDArray[Any]:
    size, width = path.stat().st_size, np.dtype(kind).itemsize
    if size % width or (count is not None and size != count * width):
        raise ValueError(f"{path} has another size than its folder says")
    return np.memmap(path, dtype=kind, mode="r") if size else np.zeros(0, dtype=kind)


class LargeWords:
    """What of a base is still there, and what was added since. Immutable; safe to share between threads."""

    def __init__(self, base: WordBase, alive: Marks | None, added: Words) -> None:
        """`alive`: of each row of the base, whether its chunk is there; None: all are."""
        self.base, self.alive, self.added = base, alive, added
        there = slice(None) if alive is None else alive
        old = len(base.ids) if alive is None else int(np.count_nonzero(alive))
        self.count = old + len(added.ids)
        bodies = int(base.bodies[there].sum(dtype=np.int64)) + int(added.body_lengths.sum())
        lengths = CONTEXT_WEIGHT * float(base.lengths[there].sum(dtype=np.int64)) + float(added.lengths.sum())
        self.mean_length = max(bodies / self.count if self.count else 0.0, 1.0)
        self._mean = max(lengths / self.count if self.count else 0.0, 1.0)
        self._local = threading.local()
        self._norms = norms(CONTEXT_WEIGHT * base.lengths, self._mean)

    def chunks_with(self, term: str) -> int:
        """In how many chunks a word stands."""
        rows, _ = self.base.found(term)
        old = len(rows) if self.alive is None else int(np.count_nonzero(self.alive[rows]))
        return old + self.added.chunks_with(term)

    def rarity(self, term: str) -> float:
        """How rare a word is among the chunks (BM25's inverse document frequency)."""
        return rarity(self.chunks_with(term), self.count)

    def search(self, text: str, k: int, report_ids: Sequence[int] | None = None) -> list[tuple[int, float]]:
        """As `Words.search`."""
        if report_ids is not None and not report_ids:
            return []
        weights = question_weights(text, self.chunks_with, self.count)
        old = self._best(weights, k, report_ids)
        new = self.added.scored(weights, k, report_ids, norms(self.added.lengths, self._mean))
        return sorted(old + new, key=lambda one: (-one[1], one[0]))[:k]

    def _best(
        self, weights: Mapping[str, float], k: int, report_ids: Sequence[int] | None
    ) -> list[tuple[int, float]]:
        """The best of the base. Words come rarest first, and no word gives a chunk more than its weight: once the
        words that are left cannot lift another chunk among the best, only those that can be are looked at.
        """
        scores = self._scores()
        touched: list[npt.NDArray[np.int32]] = []
        chosen: npt.NDArray[np.int32] | None = None
        left, done = sum(weights.values()), 0.0
        try:
            for term, weight in weights.items():
                rows, halves = self.base.found(term)
                if chosen is None and left < done and len(rows) > _MANY:
                    chosen = self._possible(scores, touched, k, report_ids, left)
                if chosen is not None:
                    places = np.minimum(np.searchsorted(rows, chosen), len(rows) - 1)
                    places = places[rows[places] == chosen] if len(rows) else places[:0]
                    rows, halves = rows[places], halves[places]
                frequencies = halves * np.float32(CONTEXT_WEIGHT)
                before = scores[rows]
                touched.append(rows[before == 0.0])
                scores[rows] = before + weight * frequencies / (frequencies + self._norms[rows])
                left, done = left - weight, done + weight
            rows = self._allowed(touched, report_ids)
            return best_of(self.base.ids[rows], scores[rows], k)
        finally:
            for part in touched:
                scores[part] = 0.0

    def _scores(self) -> npt.NDArray[np.float64]:
        """Of each row 0, kept for the thread's next question: to have a million zeros made takes milliseconds."""
        scores: npt.NDArray[np.float64] | None = getattr(self._local, "scores", None)
        if scores is None:
            scores = self._local.scores = np.zeros(len(self.base.ids))
        return scores

    def _allowed(
        self, touched: Sequence[npt.NDArray[np.int32]], report_ids: Sequence[int] | None
    ) -> npt.NDArray[np.int32]:
        """Those of the rows that are there, and of these reports."""
        rows = np.concatenate([*touched, np.zeros(0, np.int32)])
        if self.alive is not None:
            rows = rows[self.alive[rows]]
        if report_ids is not None:
            rows = rows[np.isin(self.base.reports[rows], np.array(report_ids, dtype=np.int64))]
        return rows

    def _possible(
        self,
        scores: npt.NDArray[np.float64],
        touched: Sequence[npt.NDArray[np.int32]],
        k: int,
        report_ids: Sequence[int] | None,
        left: float,
    ) -> npt.NDArray[np.int32] | None:
        """The rows that can still be among the `k` best when no score grows by more than `left`; None: any may."""
        rows = self._allowed(touched, report_ids)
        if k <= 0 or len(rows) <= k:
            return None
        found = scores[rows]
        least = np.partition(found, len(rows) - k)[len(rows) - k] - left - 1e-6  # sums are rounded
        return rows[found >= least] if least > 0 else None

    def around(self, connection: sqlite3.Connection, identifiers: Sequence[int], reach: int) -> Words:
        """The words of these chunks, of those up to `reach` before and after, and of the first of each report."""
        given = json.dumps([int(one) for one in identifiers])
        seen = connection.execute(
            """WITH asked AS (SELECT id, report_id FROM chunks WHERE id IN (SELECT value FROM json_each(?)))
               SELECT near.id, near.report_id FROM asked JOIN chunks AS near
                 ON near.id BETWEEN asked.id - ? AND asked.id + ? AND +near.report_id = asked.report_id
               UNION SELECT min(id), report_id FROM chunks
                 WHERE report_id IN (SELECT report_id FROM asked) GROUP BY report_id""",
            (given, reach, reach),
        ).fetchall()
        return _Known.of_stored(self, connection, dict(seen))


class _Known(Words):
    """Words of some chunks; how rare a word is and how long chunks are is known of all."""

    whole: LargeWords

    @classmethod
    def of_stored(cls, whole: LargeWords, connection: sqlite3.Connection, reports: dict[int, int]) -> _Known:
        numbers: dict[str, int] = {}
        rows: Iterable[tuple[int, str, str]] = connection.execute(
            "SELECT rowid, context, body FROM lexical WHERE rowid IN (SELECT value FROM json_each(?))",
            (json.dumps(list(reports)),),
        )
        words = cls(
            {id: numbered_words(reports[id], context, body, numbers) for id, context, body in rows}, numbers
        )
        words.whole = whole
        return words

    @property
    def mean_length(self) -> float:
        return self.whole.mean_length

    def rarity(self, term: str) -> float:
        return self.whole.rarity(term)
