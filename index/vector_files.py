"""The files of a large vector index: FAISS codes to find candidates, twelve bits a component to rank them exactly.

A base is a folder that is written once, renamed into place when it is whole, and never changed:

    codes.faiss   inverted lists of one byte a component (`ivf-sq8`), or of two bits (`ivf-rabitq`: Gao & Long, SIGMOD
                  2024; Gao et al., SIGMOD 2025, as in FAISS), the rows of the other files for ids
    coarse.u8     `ivf-rabitq` only: one byte a component, row by row
    fine.u8       four further bits a component, two components a byte
    ids.i64       our id of each row, growing
    places.i64    `ivf-sq8` only: where in the lists a row's byte code stands (list << 32 | position)
    arrays.npz    centroids, range of each component, rotation
    base.json     kind, dimension, count and what the caller wants to know again
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import faiss
import numpy as np
import numpy.typing as npt

from index.vectors import Floats, Ids

FORMAT = 2
SQ8 = "ivf-sq8"
RABITQ = "ivf-rabitq"
RABITQ_FROM = 4_000_000  # vectors: 392 bytes each in memory would be more than 1.5 GB
_RABITQ_BITS = 2
_TRAINING_PER_LIST = 30
_ROUNDS = 8  # of k-means
_STEP = 50_000  # vectors handled at once

Bytes = npt.NDArray[np.uint8]
Blocks = Callable[[], Iterable[tuple[Ids, Floats]]]


def kind_for(count: int) -> str:
    """The kind of codes for so many vectors."""
    return RABITQ if count >= RABITQ_FROM else SQ8


def lists_for(count: int) -> int:
    """How many inverted lists: two square roots of the count, a power of two, never so many that lists are empty."""
    return max(1, min(1 << round(math.log2(2 * max(count, 1) ** 0.5)), count // _TRAINING_PER_LIST))


def write_base(
    directory: Path,
    blocks: Blocks,
    count: int,
    dimension: int,
    *,
    kind: str | None = None,
    about: Mapping[str, Any] | None = None,
    threads: int = 1,
    beside: Callable[[Path], None] | None = None,
) -> Path:
    """Trains on a sample of the `count` vectors that `blocks()` yields (it is called twice) and writes a base.

    Blocks are (ids, vectors (n, dimension) float32), ids growing throughout. The base is `directory`, which must
    not exist; until all of it is on the disk only a folder beside it does, in which `beside` may write more.
    ValueError if the blocks do not fit.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix="partial-", dir=directory.parent))
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(threads)
    try:
        _Writer(partial, kind or kind_for(count), count, dimension).write(blocks, about or {})
        if beside is not None:
            beside(partial)
        for file in partial.rglob("*"):
            _sync(file)
        _sync(partial)
        partial.rename(directory)
        _sync(directory.parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    finally:
        faiss.omp_set_num_threads(before)
    return directory


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Writer:
    def __init__(self, folder: Path, kind: str, count: int, dimension: int) -> None:
        self.folder, self.kind, self.count, self.dimension = folder, kind, count, dimension

    def write(self, blocks: Blocks, about: Mapping[str, Any]) -> None:
        sample = self._sample(blocks)
        centroids = _centroids(sample, lists_for(self.count))
        low = sample.min(axis=0)
        width = np.maximum(sample.max(axis=0) - low, 1e-9)
        # RaBitQ's bound needs components that are alike: a random rotation makes them so.
        gaussian = np.random.default_rng(0).standard_normal((self.dimension, self.dimension))
        rotation = np.linalg.qr(gaussian)[0].astype(np.float32) if self.kind == RABITQ else None
        coarse_quantizer, codes = self._empty(sample, centroids, low, width, rotation)
        scalar = codes.sq if self.kind == SQ8 else _scalar(self.dimension, low, width)
        nearest = faiss.IndexFlatL2(self.dimension)  # a vector belongs to its nearest centroid …
        nearest.add(centroids)
        rows = 0
        last = -1
        with contextlib.ExitStack() as stack:
            names = ["ids.i64", "fine.u8", *(["coarse.u8"] if self.kind == RABITQ else [])]
            files = {name: stack.enter_context((self.folder / name).open("wb")) for name in names}
            for ids, vectors in _steps(blocks()):
                if len(ids) and (ids[0] <= last or np.any(np.diff(ids) <= 0)):
                    raise ValueError("ids must grow")
                last = int(ids[-1]) if len(ids) else last
                lists = nearest.search(vectors, 1)[1][:, 0]
                coded = vectors if rotation is None else vectors @ rotation
                _add(codes, np.ascontiguousarray(coded), np.arange(rows, rows + len(ids)), lists)
                coarse = scalar.compute_codes(vectors)
                _write(files["ids.i64"], ids.astype("<i8"))
                _write(files["fine.u8"], _fine(vectors, coarse, low, width))
                if "coarse.u8" in files:
                    _write(files["coarse.u8"], coarse)
                rows += len(ids)
        if rows != self.count:
            raise ValueError(f"{rows} vectors, expected {self.count}")
        if self.kind == SQ8:
            _places(codes, rows).astype("<i8").tofile(self.folder / "places.i64")
        faiss.write_index(codes, str(self.folder / "codes.faiss"))
        del coarse_quantizer  # had to live as long as `codes`
        arrays: dict[str, Any] = {"centroids": centroids, "low": low, "width": width}
        if rotation is not None:
            arrays["rotation"] = rotation
        np.savez(self.folder / "arrays.npz", **arrays)
        state = {
            "format": FORMAT,
            "kind": self.kind,
            "dimension": self.dimension,
            "count": rows,
            "about": about,
        }
        (self.folder / "base.json").write_text(json.dumps(state, ensure_ascii=False), encoding="utf-8")

    def _sample(self, blocks: Blocks) -> Floats:
        """Evenly spaced vectors, enough to train on."""
        wanted = max(_TRAINING_PER_LIST * lists_for(self.count), min(self.count, 20_000))
        stride = max(1, self.count // wanted)
        taken: list[Floats] = []
        seen = 0
        for _, vectors in blocks():
            if vectors.ndim != 2 or vectors.shape[1] != self.dimension:
                raise ValueError(f"vectors of shape {vectors.shape}, expected (n, {self.dimension})")
            taken.append(np.array(vectors[-seen % stride :: stride], dtype=np.float32))
            seen += len(vectors)
        if seen != self.count or not seen:
            raise ValueError(f"{seen} vectors, expected {self.count}")
        return np.concatenate(taken)

    def _empty(
        self, sample: Floats, centroids: Floats, low: Floats, width: Floats, rotation: Floats | None
    ) -> tuple[Any, Any]:
        # … and lists are looked at in order of inner product: of e5 embeddings, 98 in 100 of a question's ten best
        # lay in the first 41 % of the vectors that way, in the first 58 % in order of distance (docs/experiments.md).
        quantizer = faiss.IndexFlatIP(self.dimension)
        quantizer.add(centroids if rotation is None else centroids @ rotation)
        number = len(centroids)
        if self.kind == SQ8:
            index: Any = faiss.IndexIVFScalarQuantizer(
                quantizer,
                self.dimension,
                number,
                faiss.ScalarQuantizer.QT_8bit,
                faiss.METRIC_INNER_PRODUCT,
                False,
            )
            faiss.copy_array_to_vector(np.concatenate([low, width]), index.sq.trained)
            index.is_trained = True
        elif self.kind == RABITQ:
            index = faiss.IndexIVFRaBitQ(
                quantizer, self.dimension, number, faiss.METRIC_INNER_PRODUCT, True, _RABITQ_BITS
            )
            assert rotation is not None
            index.train(np.ascontiguousarray(sample @ rotation))
        else:
            raise ValueError(f"no kind of index is called {self.kind}")
        return quantizer, index


def _steps(blocks: Iterable[tuple[Ids, Floats]]) -> Iterator[tuple[Ids, Floats]]:
    for ids, vectors in blocks:
        for start in range(0, len(ids), _STEP):
            part = np.ascontiguousarray(vectors[start : start + _STEP], dtype=np.float32)
            yield ids[start : start + _STEP], part


def _centroids(sample: Floats, number: int) -> Floats:
    kmeans = faiss.Kmeans(
        sample.shape[1], number, niter=_ROUNDS, seed=1, min_points_per_centroid=1,
        max_points_per_centroid=2 * _TRAINING_PER_LIST,
    )  # fmt: skip
    kmeans.train(sample)
    return np.asarray(kmeans.centroids, dtype=np.float32)


def _scalar(dimension: int, low: Floats, width: Floats) -> Any:
    scalar = faiss.ScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_8bit)
    faiss.copy_array_to_vector(np.concatenate([low, width]), scalar.trained)
    return scalar


def _add(index: Any, vectors: Floats, rows: Ids, lists: Ids) -> None:
    """As `add_with_ids`, into lists that are known."""
    rows, lists = np.ascontiguousarray(rows, dtype=np.int64), np.ascontiguousarray(lists, dtype=np.int64)
    pointers = [faiss.swig_ptr(one) for one in (vectors, rows, lists)]
    index.add_core(len(vectors), *pointers)


def _fine(vectors: Floats, coarse: Bytes, low: Floats, width: Floats) -> Bytes:
    """Where in its step of the coarse code each component lies, in sixteenths; two components a byte."""
    within = (vectors - low) / width * np.float32(255) - coarse
    parts = np.clip(within * 16, 0, 15).astype(np.uint8)
    if parts.shape[1] % 2:
        parts = np.pad(parts, ((0, 0), (0, 1)))
    packed: Bytes = parts[:, ::2] | parts[:, 1::2] << 4
    return packed


def decoded(coarse: Bytes, fine: Bytes, low: Floats, width: Floats) -> Floats:
    """Vectors (n, dimension) from their bytes and sixteenths: right to 1/4096 of a component's range."""
    parts = np.empty((len(fine), 2 * fine.shape[1]), dtype=np.float32)
    parts[:, ::2] = fine & 15
    parts[:, 1::2] = fine >> 4
    steps = coarse.astype(np.float32) + (parts[:, : coarse.shape[1]] + np.float32(0.5)) / np.float32(16)
    return np.asarray(low + width / np.float32(255) * steps, dtype=np.float32)


def _places(index: Any, count: int) -> Ids:
    places = np.zeros(count, dtype=np.int64)
    for number in range(index.nlist):
        size = index.invlists.list_size(number)
        if size:
            rows = faiss.rev_swig_ptr(index.invlists.get_ids(number), size)
            places[rows] = (number << 32) + np.arange(size)
    return places


def _write(file: BinaryIO, values: npt.NDArray[Any]) -> None:
    file.write(np.ascontiguousarray(values).data)
