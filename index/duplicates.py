"""Which reports are the same text, or nearly: two files of one report, or an earlier version of it.

One-permutation MinHash over runs of characters (Li, Owen, Zhang 2012): the share of bins in which two
sketches agree estimates the share of runs that the two texts have in common (Jaccard similarity).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.spacing import visible

Sketch = npt.NDArray[np.uint64]  # (BINS + 4,): the least hash of each bin, then the SHA-256 of the text

BINS = 256
NEARLY = 0.75  # of the runs in common: the same report, edited; another year's report has below .3
_RUN = 10  # characters
_LEAST = 60  # visible characters; of less there is too little to compare
_NOT_QUITE = 0.999  # the most that texts which differ at all can have
_EMPTY = np.iinfo(np.uint64).max
_PIECE = 1_000_000  # characters hashed at a time, to bound memory


@dataclass(frozen=True, slots=True)
class Twin:
    """`report` has the text of `other`, wholly (similarity 1) or nearly."""

    report: str
    other: str
    similarity: float


def sketch(text: str) -> Sketch | None:
    """The sketch of a text, whatever its white space and widths; None of a text too short to tell."""
    plain = visible(text)
    if len(plain) < _LEAST:
        return None
    result = np.full(BINS, _EMPTY, dtype=np.uint64)
    for start in range(0, len(plain) - _RUN + 1, _PIECE):
        piece = plain[start : start + _PIECE + _RUN - 1]
        codes = np.frombuffer(piece.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
        hashes = np.zeros(len(codes) - _RUN + 1, dtype=np.uint64)
        for offset in range(_RUN):
            hashes = hashes * np.uint64(0x100000001B3) + codes[offset : offset + len(hashes)]
        hashes = _mix(hashes)
        np.minimum.at(result, (hashes >> np.uint64(56)).astype(np.int64), hashes)
    digest = np.frombuffer(hashlib.sha256(plain.encode("utf-8", "surrogatepass")).digest(), dtype="<u8")
    return np.concatenate([result, digest.astype(np.uint64)])


def _mix(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """splitmix64, so that every bit of the result depends on every bit of the run."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def twins(names: Sequence[str], sketches: npt.NDArray[np.uint64], asked: Sequence[str]) -> list[Twin]:
    """For each report of `asked`, the one most like it, if nearly the same; a pair is told once.

    `sketches` has shape (len(names), BINS + 4).
    """
    position = {name: row for row, name in enumerate(names)}
    found: list[Twin] = []
    told: set[frozenset[str]] = set()
    for name in asked:
        if name not in position:
            continue
        bins, own = sketches[:, :BINS], sketches[position[name], :BINS]
        both = (bins == own) & (own != _EMPTY)
        either = (bins != _EMPTY) | (own != _EMPTY)
        similarity = both.sum(axis=1) / np.maximum(either.sum(axis=1), 1)
        same = (sketches[:, BINS:] == sketches[position[name], BINS:]).all(axis=1)
        similarity = np.where(same, 1.0, np.minimum(similarity, _NOT_QUITE))
        similarity[position[name]] = 0.0
        best = int(np.argmax(similarity))
        pair = frozenset((name, names[best]))
        if similarity[best] >= NEARLY and pair not in told:
            told.add(pair)
            found.append(Twin(name, names[best], float(similarity[best])))
    return found
