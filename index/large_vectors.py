"""Search over more vectors than a plain scan or the memory takes: a mapped base, what came since, what has gone.

The base is never changed (`index.vector_files`). New vectors wait in an exact index beside it and removed ones are
marked; both are as little as the caller lets them become before it writes another base.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from index.vector_files import FORMAT, RABITQ, SQ8, Bytes, decoded
from index.vectors import FlatVectors, Floats, Ids, search_alone

LOOKED_AT_SHARE = 0.5  # of the base's vectors, in the lists nearest to the question
LOOKED_AT_LEAST = 100_000  # vectors; a smaller base is looked at whole
_CANDIDATES = {SQ8: 40, RABITQ: 1000}  # for ten results; ranked again with twelve bits a component
_FEW = 0.25  # an allowed share below this is searched in every list: its nearest lists may hold none


class Base:
    """A base opened read-only, its files mapped into memory. Safe to share between threads.

    ValueError for another format, OSError or RuntimeError for damaged files.
    """

    def __init__(self, directory: Path) -> None:
        state = json.loads((directory / "base.json").read_text(encoding="utf-8"))
        if state["format"] != FORMAT:
            raise ValueError(f"{directory} has format {state['format']}, expected {FORMAT}")
        self.directory = directory
        self.kind: str = state["kind"]
        self.dimension: int = state["dimension"]
        self.count: int = state["count"]
        self.about: dict[str, Any] = state["about"]
        arrays = _arrays(directory / "arrays.npz")
        self._centroids, self._low, self._width = arrays["centroids"], arrays["low"], arrays["width"]
        self._rotation = arrays.get("rotation")
        self.ids: Ids = self._mapped("ids.i64", np.int64, (self.count,))
        self._fine: Bytes = self._mapped("fine.u8", np.uint8, (self.count, -(-self.dimension // 2)))
        if self.kind == RABITQ:
            self._coarse: Bytes = self._mapped("coarse.u8", np.uint8, (self.count, self.dimension))
        else:
            self._places: Ids = self._mapped("places.i64", np.int64, (self.count,))
        mapped: Any = faiss.read_index(str(directory / "codes.faiss"), faiss.IO_FLAG_MMAP_IFC)
        self._index = mapped
        if self._index.ntotal != self.count or self._index.d != self.dimension:
            raise ValueError(f"the files of {directory} do not belong together")
        self._sizes = np.array(
            [self._index.invlists.list_size(one) for one in range(self._index.nlist)], dtype=np.int64
        )

    def _mapped(self, name: str, kind: type, shape: tuple[int, ...]) -> npt.NDArray[Any]:
        path = self.directory / name
        if path.stat().st_size != int(np.prod(shape)) * np.dtype(kind).itemsize:
            raise ValueError(f"{path} has another size than its base says")
        return np.memmap(path, dtype=kind, mode="r", shape=shape)

    def rows_of(self, ids: Ids) -> Ids:
        """The rows of those `ids` that are in the base."""
        places = np.searchsorted(self.ids, ids)
        places[places == self.count] = 0
        return np.asarray(places[self.ids[places] == ids], dtype=np.int64)

    def vectors(self, rows: Ids) -> Floats:
        """The vectors of `rows`, shape (len(rows), dimension), to twelve bits a component."""
        if self.kind == RABITQ:
            coarse = np.asarray(self._coarse[rows])
        else:
            coarse = np.empty((len(rows), self.dimension), dtype=np.uint8)
            for number, place in enumerate(np.asarray(self._places[rows]).tolist()):
                codes = self._index.invlists.get_codes(place >> 32)
                size = int(self._sizes[place >> 32]) * self.dimension
                at = (place & 0xFFFFFFFF) * self.dimension
                coarse[number] = faiss.rev_swig_ptr(codes, size)[at : at + self.dimension]
        return decoded(coarse, np.asarray(self._fine[rows]), self._low, self._width)

    def search(self, query: Floats, k: int, allowed: npt.NDArray[np.bool_] | None) -> list[tuple[int, float]]:
        """The `k` (id, inner product) of highest product, best first; only rows marked in `allowed`, if given."""
        selector, bits, share = None, None, 1.0
        if allowed is not None:
            members = int(np.count_nonzero(allowed))
            share = members / self.count
            k = min(k, members)
            bits = np.packbits(allowed, bitorder="little")
            selector = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg,arg-type]
        k = min(k, self.count)
        if k <= 0:
            return []
        wanted = min(max(_CANDIDATES[self.kind], 4 * k), self.count)
        rows = self._candidates(query, wanted, selector, share)
        del bits  # the selector points into it
        scores = self.vectors(rows) @ query
        best = np.argsort(-scores, kind="stable")[:k]
        return [(int(self.ids[rows[one]]), float(scores[one])) for one in best]

    def _candidates(self, query: Floats, wanted: int, selector: Any, share: float) -> Ids:
        if share < _FEW:
            probed = len(self._sizes)
        else:
            order = np.argsort(-(self._centroids @ query), kind="stable")
            budget = max(LOOKED_AT_SHARE * self.count, LOOKED_AT_LEAST)
            probed = int(np.searchsorted(np.cumsum(self._sizes[order]), budget)) + 1
        row = query[None] if self._rotation is None else np.ascontiguousarray(query[None] @ self._rotation)
        options: dict[str, Any] = {"nprobe": min(probed, len(self._sizes))}
        if selector is not None:
            options["sel"] = selector
        if self.kind == RABITQ:
            options |= {"qb": 8, "centered": False}
        kind: Any = faiss.IVFRaBitQSearchParameters if self.kind == RABITQ else faiss.SearchParametersIVF
        search_alone()
        found = self._index.search(row, wanted, params=kind(**options))[1][0]
        return np.asarray(found[found >= 0], dtype=np.int64)


def _arrays(path: Path) -> dict[str, Floats]:
    try:
        with np.load(path) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except zipfile.BadZipFile as error:
        raise ValueError(f"{path} is damaged") from error


class LargeVectors:
    """A base with what was added and removed since: same methods and meanings as `FlatVectors`.

    Searching from several threads is safe; adding and removing is not: change a `copy()`.
    """

    def __init__(self, base: Base) -> None:
        self.base = base
        self.dimension = base.dimension
        self._added = FlatVectors(base.dimension)
        self._alive = np.ones(base.count, dtype=np.bool_)
        self._gone = 0

    def __len__(self) -> int:
        return self.base.count - self._gone + len(self._added)

    def __contains__(self, identifier: int) -> bool:
        return identifier in self._added or len(self._rows(np.array([identifier], dtype=np.int64))) > 0

    @property
    def ids(self) -> frozenset[int]:
        """All of them as a set: for a million, 60 MB."""
        alive = self.base.ids[self._alive] if self._gone else self.base.ids
        return frozenset(alive.tolist()) | self._added.ids

    @property
    def added(self) -> frozenset[int]:
        """The ids that are not in the base."""
        return self._added.ids

    def add(self, ids: Ids, vectors: Floats) -> None:
        """As FlatVectors.add; an id of the base that was removed may come again (an index of another history)."""
        if len(self._rows(np.asarray(ids, dtype=np.int64))):
            raise ValueError("an id is in use already")
        self._added.add(ids, vectors)

    def remove(self, ids: set[int] | frozenset[int]) -> None:
        """Forgets the vectors of `ids`; ids that are not here are passed over."""
        self._added.remove(ids)
        self.remove_many(np.fromiter(ids, dtype=np.int64, count=len(ids)))

    def remove_many(self, ids: Ids) -> None:
        """As `remove`, for ids of the base given in an array."""
        self._alive[self.base.rows_of(ids)] = False
        self._gone = self.base.count - int(np.count_nonzero(self._alive))

    def vector(self, identifier: int) -> Floats:
        """The vector of one id, shape (dimension,); KeyError if it is not here."""
        if identifier in self._added:
            return self._added.vector(identifier)
        rows = self._rows(np.array([identifier], dtype=np.int64))
        if not len(rows):
            raise KeyError(identifier)
        return np.asarray(self.base.vectors(rows)[0], dtype=np.float32)

    def scores(self, vector: Floats, identifiers: Sequence[int]) -> dict[int, float]:
        """Id → inner product with `vector`; ids that are not here are left out."""
        query = np.asarray(vector, dtype=np.float32).reshape(-1)
        rows = self._rows(np.array(identifiers, dtype=np.int64))
        products = self.base.vectors(rows) @ query if len(rows) else np.zeros(0, np.float32)
        old = zip(self.base.ids[rows].tolist(), map(float, products), strict=True)
        return dict(old) | self._added.scores(vector, identifiers)

    def search(self, vector: Floats, k: int, allowed: Ids | None = None) -> list[tuple[int, float]]:
        """The `k` ids of highest inner product, best first; among `allowed` only, if given.

        An empty `allowed` finds nothing. Of the ten best about one in a hundred is missed; what is found is ranked
        by its product to twelve bits a component.
        """
        query = np.ascontiguousarray(vector, dtype=np.float32).reshape(-1)
        if len(query) != self.dimension:
            raise ValueError(f"a query of {len(query)} dimensions, expected {self.dimension}")
        if k <= 0:
            return []
        marked: npt.NDArray[np.bool_] | None = self._alive if self._gone else None
        if allowed is not None:
            marked = np.zeros(self.base.count, dtype=np.bool_)
            marked[self._rows(np.asarray(allowed, dtype=np.int64))] = True
        found = self.base.search(query, k, marked) + self._added.search(query, k, allowed)
        return sorted(found, key=lambda one: -one[1])[:k]

    def as_flat(self) -> FlatVectors:
        """All of them for exact search, in memory."""
        flat = self._added.copy()
        rows = np.flatnonzero(self._alive)
        for start in range(0, len(rows), 10_000):
            part = rows[start : start + 10_000]
            flat.add(np.asarray(self.base.ids[part]), self.base.vectors(part))
        return flat

    def copy(self) -> LargeVectors:
        other = LargeVectors(self.base)
        other._added = self._added.copy()
        other._alive, other._gone = self._alive.copy(), self._gone
        return other

    def _rows(self, ids: Ids) -> Ids:
        """Rows of those `ids` that are in the base and have not been removed."""
        rows = self.base.rows_of(ids)
        return rows[self._alive[rows]] if self._gone else rows
