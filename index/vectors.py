"""Exact search by inner product over vectors that carry our own ids (faiss)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]


def search_alone() -> None:
    """Keeps faiss from starting threads of its own for a search of this thread.

    One question is less work than waking them takes: 20 ms of processor time in a server, whose other questions
    have the other cores. OpenMP keeps the number for each calling thread, so every search must say it.
    """
    faiss.omp_set_num_threads(1)


class FlatVectors:
    """Vectors under ids that the caller gives; ids are never derived from positions.

    Searching from several threads is safe; adding and removing is not: change a `copy()`.
    """

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))  # faiss patches its methods
        self._ids: set[int] = set()

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, identifier: int) -> bool:
        return identifier in self._ids

    @property
    def ids(self) -> frozenset[int]:
        return frozenset(self._ids)

    def add(self, ids: Ids, vectors: Floats) -> None:
        """Adds `vectors` (n, dimension) under `ids` (n,); ValueError for a shape or id that does not fit."""
        new = {int(identifier) for identifier in ids}
        if vectors.shape != (len(ids), self.dimension):
            raise ValueError(f"vectors of shape {vectors.shape}, expected {(len(ids), self.dimension)}")
        if len(new) != len(ids) or not self._ids.isdisjoint(new):
            raise ValueError("an id is in use already")
        if not len(ids):
            return
        self._index.add_with_ids(
            np.ascontiguousarray(vectors, dtype=np.float32), np.ascontiguousarray(ids, dtype=np.int64)
        )
        self._ids |= new

    def remove(self, ids: set[int] | frozenset[int]) -> None:
        """Forgets the vectors of `ids`; ids that are not here are passed over."""
        gone = self._ids & ids
        if gone:
            self._index.remove_ids(np.fromiter(gone, dtype=np.int64, count=len(gone)))
            self._ids -= gone

    def vector(self, identifier: int) -> Floats:
        """The vector of one id, shape (dimension,); KeyError if it is not here."""
        if identifier not in self._ids:
            raise KeyError(identifier)
        return np.asarray(self._index.reconstruct(identifier), dtype=np.float32)

    def scores(self, vector: Floats, identifiers: Sequence[int]) -> dict[int, float]:
        """Id → inner product with `vector`; ids that are not here are left out."""
        known = [identifier for identifier in identifiers if identifier in self._ids]
        if not known:
            return {}
        rows = self._index.reconstruct_batch(np.array(known, dtype=np.int64))
        products = rows @ np.asarray(vector, dtype=np.float32).reshape(-1)
        return dict(zip(known, map(float, products), strict=True))

    def search(self, vector: Floats, k: int, allowed: Ids | None = None) -> list[tuple[int, float]]:
        """The `k` ids of highest inner product, best first; among `allowed` only, if given.

        An empty `allowed` finds nothing.
        """
        query = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
        if query.shape[1] != self.dimension:
            raise ValueError(f"a query of {query.shape[1]} dimensions, expected {self.dimension}")
        parameters = None
        if allowed is not None:
            selector = faiss.IDSelectorBatch(np.ascontiguousarray(allowed, dtype=np.int64))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
            k = min(k, len(allowed))
        k = min(k, len(self._ids))
        if k <= 0:
            return []
        search_alone()
        scores, found = self._index.search(query, k, params=parameters)
        return [
            (int(identifier), float(score))
            for identifier, score in zip(found[0], scores[0], strict=True)
            if identifier >= 0
        ]

    def copy(self) -> FlatVectors:
        other = FlatVectors(self.dimension)
        other._index = faiss.clone_index(self._index)
        other._ids = set(self._ids)
        return other

    def to_bytes(self) -> bytes:
        return bytes(faiss.serialize_index(self._index).tobytes())

    @classmethod
    def from_bytes(cls, data: bytes) -> FlatVectors:
        index = faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8))
        vectors = cls(index.d)
        vectors._index = index
        vectors._ids = {int(identifier) for identifier in faiss.vector_to_array(vectors._index.id_map)}
        return vectors
