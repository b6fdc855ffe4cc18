"""The files of a large index's words: for each word the rows of the chunks that have it, and how often.

Written once beside the vectors' files (`index.vector_files`), in a folder of its own, and never changed. A row is the
position of a chunk in the order of ids; a word is 48 bits of a hash of its characters (of three million words two
share one in one index of sixty), so that no list of words has to be in memory.

    ids.i64       the chunk of each row, growing
    reports.i64   its report
    lengths.i32   its words, those of the passage two, those of titles and headings one
    bodies.i32    its words without those of titles and headings
    terms.u64     the words, growing
    starts.i64    where each word's rows begin in the next two files, and where the last end
    rows.i32      rows, growing within a word
    counts.u8     how often the word stands there, counted as in `lengths`; at most 255
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.lexical import SENTENCE

Integers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Entries = Sequence[tuple[int, int, str, str]]  # chunk, report, its two columns of `lexical`

TOGETHER = 1 << 13  # chunks handled at once: 150 MB while they are
_HASH_BITS = 48
_CHUNK_BITS = 15  # of a key, for one of TOGETHER; the last bit says whether the word stands in the body
_CONTEXT_END = "\x01"  # no token has control characters
_CHUNK_END = "\n"
_SEPARATORS = np.array([ord(one) for one in (" ", SENTENCE, _CONTEXT_END, _CHUNK_END)], dtype=np.uint32)
_PRIME = 0x9E3779B97F4A7C15  # odd: 2**64 divided by the golden ratio


def write_words(folder: Path, blocks: Iterable[Entries]) -> None:
    """Writes the files into the new `folder`; chunks come in blocks, their ids growing throughout."""
    folder.mkdir()
    runs: list[tuple[Path, int]] = []  # what was found in some chunks, and the row of the first of them
    totals = [(np.zeros(0, np.uint64), np.zeros(0, np.int64))]  # words and in how many chunks each stands
    columns: dict[str, list[npt.NDArray[Any]]] = {
        "ids.i64": [], "reports.i64": [], "lengths.i32": [], "bodies.i32": []
    }  # fmt: skip
    for entries in (part for block in blocks for part in _parts(block)):
        first = sum(map(len, columns["ids.i64"]))
        keys, of_chunk, in_body = _keys(entries)
        terms, sizes, rows, counts = _run(keys)
        runs.append((folder / f"run-{len(runs)}.npz", first))
        np.savez(runs[-1][0], terms=terms, sizes=sizes, rows=rows, counts=counts)
        totals.append((terms, sizes))
        while len(totals) > 1 and len(totals[-2][0]) < 2 * len(totals[-1][0]):
            totals[-2:] = [_added(totals[-2:])]
        bodies = np.bincount(of_chunk[in_body], minlength=len(entries))
        columns["ids.i64"].append(np.array([one[0] for one in entries], dtype="<i8"))
        columns["reports.i64"].append(np.array([one[1] for one in entries], dtype="<i8"))
        columns["bodies.i32"].append(bodies.astype("<i4"))
        columns["lengths.i32"].append((bodies + np.bincount(of_chunk, minlength=len(entries))).astype("<i4"))
    for name, arrays in columns.items():
        (folder / name).write_bytes(b"".join(one.tobytes() for one in arrays))
    if np.any(np.diff(np.concatenate([*columns["ids.i64"], np.zeros(0, np.int64)])) <= 0):
        raise ValueError("ids must grow")
    _merge(folder, runs, *_added(totals))


def _parts(entries: Entries) -> Iterable[Entries]:
    return (entries[start : start + TOGETHER] for start in range(0, len(entries), TOGETHER))


def _keys(entries: Entries) -> tuple[Hashes, Integers, npt.NDArray[np.bool_]]:
    """Of each token, in order: a key that sorts by word, then chunk; its chunk's number; whether it is of the body."""
    text = "".join(f"{context}{_CONTEXT_END}{body}{_CHUNK_END}" for _, _, context, body in entries)
    codes = _codes(text)
    starts, hashes = _hashed(codes)
    of_chunk = np.searchsorted(np.flatnonzero(codes == ord(_CHUNK_END)), starts).astype(np.int64)
    in_body = np.searchsorted(np.flatnonzero(codes == ord(_CONTEXT_END)), starts) > of_chunk
    keys = (
        hashes << np.uint64(_CHUNK_BITS + 1)
        | of_chunk.astype(np.uint64) << np.uint64(1)
        | in_body.astype(np.uint64)
    )
    return keys.astype(np.uint64), of_chunk, in_body


def _codes(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def _hashed(codes: npt.NDArray[np.uint32]) -> tuple[Integers, Hashes]:
    """Where each run of characters between separators begins, and its hash."""
    inside = ~np.isin(codes, _SEPARATORS)
    edges = np.diff(np.concatenate([[False], inside, [False]]).astype(np.int8))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    if not len(starts):
        return starts, np.zeros(0, np.uint64)
    sizes = ends - starts
    firsts = np.concatenate([[0], np.cumsum(sizes)[:-1]])  # of each token in what follows
    places = np.arange(int(sizes.sum())) - np.repeat(firsts, sizes)
    powers = np.ones(int(sizes.max()), dtype=np.uint64)
    powers[1:] = _PRIME
    powers = np.cumprod(powers, dtype=np.uint64)
    characters = _mixed(codes[inside].astype(np.uint64) + np.uint64(1))
    hashes = _mixed(np.add.reduceat(characters * powers[places], firsts))
    return starts, hashes >> np.uint64(64 - _HASH_BITS)


def _mixed(values: Hashes) -> Hashes:
    """Every bit depends on every bit (the finaliser of SplitMix64)."""
    values = (values ^ values >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ values >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return np.asarray(values ^ values >> np.uint64(31), dtype=np.uint64)


def term_hash(term: str) -> int:
    """The number of one word in `terms.u64`."""
    return int(_hashed(_codes(term))[1][0])


def _run(keys: Hashes) -> tuple[Hashes, Integers, npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """The words of some chunks, growing, in how many each stands; and of each of those chunk and count, in order."""
    keys = np.sort(keys)
    pairs = keys >> np.uint64(1)
    new = np.ones(len(pairs), dtype=bool)
    new[1:] = pairs[1:] != pairs[:-1]
    firsts = np.flatnonzero(new)
    weights = (keys & np.uint64(1)).astype(np.int32) + 1  # a word of the body counts twice
    counts = np.add.reduceat(weights, firsts) if len(firsts) else np.zeros(0, np.int32)
    pairs = pairs[firsts]
    terms, sizes = np.unique(pairs >> np.uint64(_CHUNK_BITS), return_counts=True)
    rows = (pairs & np.uint64((1 << _CHUNK_BITS) - 1)).astype(np.int32)
    return terms, sizes.astype(np.int64), rows, np.minimum(counts, 255).astype(np.uint8)


def _added(parts: Sequence[tuple[Hashes, Integers]]) -> tuple[Hashes, Integers]:
    """Words with the sum of their numbers."""
    terms, where = np.unique(np.concatenate([one for one, _ in parts]), return_inverse=True)
    sums = np.bincount(where, weights=np.concatenate([one for _, one in parts]), minlength=len(terms))
    return terms, sums.astype(np.int64)


def _merge(folder: Path, runs: list[tuple[Path, int]], terms: Hashes, totals: Integers) -> None:
    """Runs of some chunks each to one run of all: a word's rows of the first chunks, of the next, and so on."""
    starts = np.concatenate([[0], np.cumsum(totals)])
    total = int(starts[-1])
    (folder / "terms.u64").write_bytes(terms.astype("<u8").tobytes())
    (folder / "starts.i64").write_bytes(starts.astype("<i8").tobytes())
    for name in ("rows.i32", "counts.u8"):
        (folder / name).touch()
    if not total:
        return
    all_rows = np.memmap(folder / "rows.i32", dtype="<i4", mode="w+", shape=(total,))
    all_counts = np.memmap(folder / "counts.u8", dtype=np.uint8, mode="w+", shape=(total,))
    following = starts[:-1].copy()
    for path, first in runs:
        with np.load(path) as run:
            own, sizes, rows, counts = run["terms"], run["sizes"], run["rows"], run["counts"]
        number = np.searchsorted(terms, own)
        before = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        places = np.repeat(following[number] - before, sizes) + np.arange(len(rows))
        all_rows[places] = rows + np.int32(first)
        all_counts[places] = counts
        following[number] += sizes
        path.unlink()
    all_rows.flush()
    all_counts.flush()
