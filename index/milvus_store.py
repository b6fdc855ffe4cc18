"""`ReportIndex` over a Milvus server: the same reports, chunks, figures and searches, kept there.

Reading asks for the manifest's one row and reads what changed since; chunk ids are never given again, so rows
are kept in memory by id. What changes the store is in `index.milvus_writer`.
"""

from __future__ import annotations

import dataclasses
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index import surroundings
from index.duplicates import Twin
from index.errors import WenbaoError, no_report
from index.manifest import EmbeddingModel
from index.milvus_catalogue import Catalogue, checked_manifest, read_catalogue, read_manifest
from index.milvus_rows import (
    CHUNK_FIELDS,
    Body,
    Entry,
    StoredChunk,
    joined,
    load_body,
    load_chunk,
    load_figures,
)
from index.milvus_server import Location, Server, StoreError
from index.milvus_statistics import SparseWords, read_statistics
from index.milvus_writer import Item, MilvusWriter
from index.records import load_figure
from index.sparse import Statistics
from index.store import ReportIndex, ReportSummary, Vectors
from index.surroundings import Surroundings
from index.types import Chunk, Figure, Report
from index.vectors import FlatVectors
from index.words import Words

if TYPE_CHECKING:
    from index.dense import FaissStore

_CHUNKS_KEPT = 50_000  # rows kept in memory after use
_REPORTS_KEPT = 256
_FIGURES_KEPT = 50_000
_MOST_ROWS = 16_384  # that a server gives to one search
_ROUNDS = 4  # searches repeated because rows of replaced reports were found


class MilvusIndex(ReportIndex):
    """An index on a Milvus server, opened by `connect` or made by `make`; safe to read from many threads.

    Every method of ReportIndex, with the same results. Each raises StoreError where the server does not answer.
    """

    def __init__(self, server: Server, embedder: EmbeddingModel | None) -> None:
        self.server = server
        self.embedder = embedder
        self._writer = MilvusWriter(server)
        self._local = threading.local()
        self._lock = threading.RLock()
        self._latest: Catalogue | None = None
        self._chunks_read: OrderedDict[int, StoredChunk] = OrderedDict()
        self._bodies: OrderedDict[int, Body] = OrderedDict()
        self._of_indicator: OrderedDict[tuple[int, str], list[Figure]] = OrderedDict()
        self._words_read: tuple[int, Words] | None = None
        self._statistics_read: tuple[int, Statistics] | None = None
        lexical = server.location.lexical
        self._words_here = server.is_lite if lexical == "auto" else lexical == "local"

    @classmethod
    def connect(cls, location: Location, embedder: EmbeddingModel | None = None) -> MilvusIndex:
        """The index at `location`; StoreError, IndexMissingError or IndexMismatchError."""
        server = Server(location)
        try:
            checked_manifest(server, embedder)
        except BaseException:
            server.close()
            raise
        return cls(server, embedder)

    @classmethod
    def make(cls, location: Location, embedder: EmbeddingModel) -> MilvusIndex:
        """The same for writing: made empty if there is none, and what a stopped run left is put in order."""
        server = Server(location)
        try:
            if server.exists() and read_manifest(server) is not None:
                checked_manifest(server, embedder)
            made = cls(server, embedder)
            made._writer.prepare(embedder)
        except BaseException:
            server.close()
            raise
        return made

    def close(self) -> None:
        self._writer.release()
        self.server.close()

    # ------------------------------------------------------------ one state

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Inside the block this thread sees one version; a replaced report's rows stay for a minute."""
        if getattr(self._local, "pinned", None) is not None:
            yield
            return
        self._local.pinned = self._newest()
        try:
            yield
        finally:
            self._local.pinned = None

    def _newest(self) -> Catalogue:
        manifest = read_manifest(self.server)
        with self._lock:
            known = self._latest
            if manifest is None:
                manifest = checked_manifest(self.server, self.embedder)
            if known is not None and known.version == manifest.commits:
                # Word statistics and garbage may have changed all the same.
                self._latest = known = dataclasses.replace(known, manifest=manifest)
                return known
            if known is None or known.manifest.embedding_fingerprint != manifest.embedding_fingerprint:
                checked_manifest(self.server, self.embedder)
            if known is not None and known.version > manifest.commits:
                known = None  # dropped and made anew
            found = read_catalogue(self.server, manifest, known)
            self._latest = found
            return found

    @property
    def _state(self) -> Catalogue:
        pinned: Catalogue | None = getattr(self._local, "pinned", None)
        return pinned if pinned is not None else self._newest()

    @property
    def version(self) -> int:
        return self._state.version

    @property
    def embedding_name(self) -> str:
        return self._state.manifest.embedding_name

    # ------------------------------------------------------------ reading

    def reports(self) -> list[ReportSummary]:
        return [entry.summary for entry in self._state.by_name.values()]

    def report(self, name: str) -> Report:
        entry = self._entry(self._state, name)
        # Only the path can change without a new id.
        return dataclasses.replace(self.body(entry).report, path=entry.summary.path)

    def entry(self, name: str) -> Entry:
        """A report's place in the catalogue; ReportNotFoundError."""
        return self._entry(self._state, name)

    def body(self, entry: Entry) -> Body:
        """A report's text and structure; StoreError where pieces of it are missing."""
        identifier = entry.summary.id
        with self._lock:
            if identifier in self._bodies:
                self._bodies.move_to_end(identifier)
                return self._bodies[identifier]
        condition = f'kind == "piece" and owner == {identifier}'
        whole = joined(self.server.query(self.server.parts, condition, ["number", "data"]), entry.pieces)
        if whole is None:
            raise incomplete(self.server.location, entry.summary.name)
        body = load_body(whole)
        with self._lock:
            self._bodies[identifier] = body
            while len(self._bodies) > _REPORTS_KEPT:
                self._bodies.popitem(last=False)
        return body

    def chunks(self, identifiers: Sequence[int]) -> list[Chunk]:
        found = self.stored(self._state, identifiers)
        return [found[identifier].chunk for identifier in identifiers if identifier in found]

    def chunks_of(self, report: str, start: int = 0, end: int | None = None) -> list[Chunk]:
        state = self._state
        entry = self._entry(state, report)
        stop = entry.summary.characters if end is None else end
        found = [one.chunk for one in self.stored(state, entry.chunk_ids).values()]
        inside = [chunk for chunk in found if chunk.end > start and chunk.start < stop]
        return sorted(inside, key=lambda chunk: (chunk.start, chunk.id))

    def stored(self, state: Catalogue, identifiers: Iterable[int]) -> dict[int, StoredChunk]:
        """Id → row, those of removed reports left out; StoreError where a report there is lacks one."""
        asked = dict.fromkeys(int(one) for one in identifiers)
        wanted = {one: entry for one in asked if (entry := state.owner(one)) is not None}
        with self._lock:
            found = {one: self._chunks_read[one] for one in wanted if one in self._chunks_read}
        missing = [one for one in wanted if one not in found]
        for row in self.server.by_id(missing, CHUNK_FIELDS):
            entry = wanted[int(row["id"])]
            found[int(row["id"])] = self._load(row, entry)
        lost = [one for one in missing if one not in found]
        if lost:
            # Replaced more than a minute ago, while this thread kept its snapshot; else the server lost rows.
            now = self._newest()
            for one in lost:
                if now.owner(one) is not None:
                    raise incomplete(self.server.location, wanted[one].summary.name)
        with self._lock:
            self._chunks_read.update((one, found[one]) for one in missing if one in found)
            while len(self._chunks_read) > _CHUNKS_KEPT:
                self._chunks_read.popitem(last=False)
        return {one: found[one] for one in wanted if one in found}

    def _load(self, row: Mapping[str, object], entry: Entry) -> StoredChunk:
        data = str(row["data"]) or self.body(entry).long[int(str(row["place"]))]
        return load_chunk(row, entry.summary.name, data)

    def figures(
        self,
        *,
        report: str | None = None,
        indicator_id: str | None = None,
        region: str | None = None,
        period: str | None = None,
        status: str | None = None,
        chunk_ids: Sequence[int] | None = None,
    ) -> list[Figure]:
        state = self._state
        others = (report, region, period, status, chunk_ids)
        if indicator_id is not None and all(value is None for value in others):
            return self._named_figures(state, indicator_id)
        if chunk_ids is not None:
            numbered = self._numbered(self.stored(state, chunk_ids).values())
        elif report is not None:
            entry = state.by_name.get(report)
            numbered = self._numbered(self.stored(state, entry.chunk_ids).values()) if entry else []
            numbered += self._loose(entry) if entry else []
        elif indicator_id is not None:
            numbered = [(0, figure) for figure in self._named_figures(state, indicator_id)]
        else:
            numbered = self._all_figures(state, "id >= 0", state.by_name.values())
        given = {"report": report, "indicator_id": indicator_id, "region": region}
        given |= {"period": period, "status": status}
        conditions = {name: value for name, value in given.items() if value is not None}
        return _ordered(
            [
                (number, figure)
                for number, figure in numbered
                if all(getattr(figure, name) == value for name, value in conditions.items())
            ]
        )

    def _named_figures(self, state: Catalogue, indicator: str) -> list[Figure]:
        key = (state.version, indicator)
        with self._lock:
            if (kept := self._of_indicator.get(key)) is not None:
                self._of_indicator.move_to_end(key)
                return list(kept)
        quoted = indicator.replace("\\", "\\\\").replace('"', '\\"')
        loose = [entry for entry in state.by_name.values() if indicator in entry.loose]
        numbered = self._all_figures(state, f'array_contains(indicators, "{quoted}")', loose)
        figures = _ordered([one for one in numbered if one[1].indicator_id == indicator])
        with self._lock:
            self._of_indicator[key] = figures
            while sum(map(len, self._of_indicator.values())) > _FIGURES_KEPT and len(self._of_indicator) > 1:
                self._of_indicator.popitem(last=False)
        return list(figures)

    def _all_figures(
        self, state: Catalogue, condition: str, loose: Iterable[Entry]
    ) -> list[tuple[int, Figure]]:
        numbered: list[tuple[int, Figure]] = []
        for rows in self.server.scan(self.server.chunks, condition, CHUNK_FIELDS):
            owned = [(row, state.by_id.get(int(row["report_id"]))) for row in rows]
            numbered += self._numbered(self._load(row, entry) for row, entry in owned if entry is not None)
        for entry in loose:
            numbered += self._loose(entry)
        return numbered

    def _numbered(self, stored: Iterable[StoredChunk]) -> list[tuple[int, Figure]]:
        return [one for chunk in stored for one in load_figures(chunk)]

    def _loose(self, entry: Entry) -> list[tuple[int, Figure]]:
        if not entry.has_loose:
            return []
        name = entry.summary.name
        return [(number, load_figure((name, None, data))) for number, data in self.body(entry).loose]

    def _entry(self, state: Catalogue, name: str) -> Entry:
        try:
            return state.by_name[name]
        except KeyError:
            raise no_report(name) from None

    # ------------------------------------------------------------ search

    def search_lexical(
        self, text: str, k: int, reports: Sequence[str] | None = None
    ) -> list[tuple[int, float]]:
        state = self._state
        ids = _report_ids(state, reports)
        if self._words_here:
            return self._words_now(state).search(text, k, ids)
        question = self._statistics(state).question_vector(text)
        found = self._nearest(state, "words", question, k, ids) if question else []
        return [(chunk, score) for chunk, score in found if score > 1e-6]

    def search_dense(
        self, vector: Vectors, k: int, reports: Sequence[str] | None = None
    ) -> list[tuple[int, float]]:
        state = self._state
        query = np.asarray(vector, dtype=np.float32).reshape(-1)
        if query.shape[0] != state.manifest.embedding_dimension:
            raise ValueError(
                f"a query of {query.shape[0]} dimensions, expected {state.manifest.embedding_dimension}"
            )
        return self._nearest(state, "vector", query.tolist(), k, _report_ids(state, reports))

    def _nearest(
        self, state: Catalogue, field: str, vector: object, k: int, ids: Sequence[int] | None
    ) -> list[tuple[int, float]]:
        """The `k` best chunks of reports there are, best first; rows of other reports are searched around."""
        if k <= 0 or not state.by_name or (ids is not None and not ids):
            return []
        k = min(k, _MOST_ROWS)
        conditions = [] if ids is None else [f"report_id in {list(ids)}"]
        dead: set[int] = set()
        alive: list[tuple[int, float]] = []
        for _ in range(_ROUNDS):
            without = [f"report_id not in {sorted(dead)}"] if dead else []
            found = self.server.search(field, vector, k, " and ".join([*conditions, *without]))
            alive = [(chunk, score) for chunk, owner, score in found if owner in state.by_id]
            dead |= {owner for _, owner, _ in found if owner not in state.by_id}
            if len(alive) == len(found):
                break
        return sorted(alive, key=lambda one: (-one[1], one[0]))

    def surroundings(
        self, text: str, vector: Vectors, identifiers: Sequence[int], reach: int
    ) -> Surroundings:
        state = self._state
        near = state.near(identifiers, reach)
        vectors = FlatVectors(state.manifest.embedding_dimension)
        rows = {int(row["id"]): row["vector"] for row in self.server.by_id(near, ["id", "vector"])}
        present = sorted(rows)
        vectors.add(
            np.array(present, dtype=np.int64),
            np.array([rows[one] for one in present], dtype=np.float32).reshape(len(present), -1)
            if present
            else np.zeros((0, vectors.dimension), dtype=np.float32),
        )
        if self._words_here:
            words = self._words_now(state)
        else:
            stored = self.stored(state, near).items()
            words = SparseWords.of_stored(
                self._statistics(state),
                [(id, one.report_id, one.chunk.context, one.chunk.text) for id, one in stored],
            )
        return surroundings.read(words, vectors, text, vector, identifiers, reach)

    def vector_store(self) -> FaissStore:
        """The chunks as they are now in a LlamaIndex vector store of this process: for small indexes."""
        from index.dense import chunk_store

        with self.snapshot():
            state = self._state
            vectors = FlatVectors(state.manifest.embedding_dimension)
            chunks = [chunk for entry in state.by_name.values() for chunk in self.chunks(entry.chunk_ids)]
            chunks.sort(key=lambda chunk: chunk.id)
            ids = [chunk.id for chunk in chunks]
            found = self.vectors_of(ids)
            if ids:
                vectors.add(np.array(ids, dtype=np.int64), np.stack([found[one] for one in ids]))
            metadata = {name: entry.summary.metadata for name, entry in state.by_name.items()}
        return chunk_store(vectors, chunks, metadata)

    def vectors_of(self, ids: Sequence[int]) -> dict[int, Vectors]:
        """Chunk id → vector (dimension,)."""
        rows = self.server.by_id(ids, ["id", "vector"])
        return {int(row["id"]): np.asarray(row["vector"], dtype=np.float32) for row in rows}

    def _words_now(self, state: Catalogue) -> Words:
        """All chunks' words in this process; only reports that are new since are read."""
        with self._lock:
            if self._words_read is not None and self._words_read[0] == state.version:
                return self._words_read[1]
            previous = self._words_read[1] if self._words_read else None
            known = set(previous.reports.tolist()) if previous else set()
            new = [entry for entry in state.by_id.values() if entry.summary.id not in known]
            ids = [chunk for entry in new for chunk in entry.chunk_ids]
            texts = (
                (id, one.report_id, one.chunk.context, one.chunk.text)
                for start in range(0, len(ids), 5000)
                for id, one in self.stored(state, ids[start : start + 5000]).items()
            )
            words = Words.of_texts(texts, state.by_id.keys(), previous)
            self._words_read = (state.version, words)
            return words

    def _statistics(self, state: Catalogue) -> Statistics:
        said = state.manifest.statistics
        if said is None:
            raise StoreError(
                f"The store {self.server.location} has no word statistics, a run was stopped: run "
                "`python -m rag index FOLDER` once more; it goes on where it stopped.",
                f"{self.server.location} 缺少词频统计（上次运行中断）：请再次运行 `python -m rag index 报告文件夹`，将从中断处继续。",
            )
        with self._lock:
            if self._statistics_read is None or self._statistics_read[0] != said["commits"]:
                self._statistics_read = (said["commits"], read_statistics(self.server, said))
            return self._statistics_read[1]

    # ------------------------------------------------------------ writing

    def put(
        self,
        report: Report,
        chunks: Sequence[Chunk],
        vectors: Vectors,
        figures: Sequence[Figure],
        *,
        overrides: Mapping[str, str] | None = None,
        pipeline: int = 0,
    ) -> None:
        self._writer.put(Item(report, chunks, vectors, figures, overrides or {}, pipeline))

    def remove(self, name: str) -> None:
        self._entry(self._newest(), name)
        self._writer.remove(name)

    def moved(self, name: str, path: str) -> None:
        self._entry(self._newest(), name)
        self._writer.moved(name, path)

    def known_vectors(self, hashes: Sequence[bytes]) -> dict[bytes, Vectors]:
        return self._writer.known_vectors(hashes)

    def copy_to(self, target: Path) -> None:
        raise WenbaoError(
            f"A backup is made of a folder; {self.server.location} is on a server: bring it into a folder with "
            "`python -m rag migrate from-store`, or use the server's own backup.",
            f"只能备份文件夹中的索引；{self.server.location} 位于服务器上：请先用 `python -m rag migrate from-store` 迁到文件夹，"
            "或使用服务器自带的备份工具。",
        )

    def twins(self, names: Sequence[str]) -> list[Twin]:
        return self._writer.twins(self._state, names)

    def problems(self) -> list[str]:
        from index.milvus_check import problems

        return problems(self)

    def compact(self, *, if_due: bool = False, threads: int = 1) -> bool:
        """Nothing to do: the server builds its own indexes."""
        return False

    def chunk(self, identifier: int) -> Chunk:
        return super().chunk(identifier)  # written over `chunks` alone

    def checkpoint(self) -> None:
        """Brings the word statistics up to date and lets others write."""
        self._writer.checkpoint()

    @property
    def catalogue(self) -> Catalogue:
        """The state as this thread sees it."""
        return self._state

    @property
    def writer(self) -> MilvusWriter:
        return self._writer


def _report_ids(state: Catalogue, reports: Sequence[str] | None) -> list[int] | None:
    if reports is None:
        return None
    return [state.by_name[name].summary.id for name in dict.fromkeys(reports) if name in state.by_name]


def _ordered(numbered: list[tuple[int, Figure]]) -> list[Figure]:
    return [figure for _, figure in sorted(numbered, key=lambda one: (one[1].report, one[1].start, one[0]))]


def incomplete(location: Location, name: str) -> StoreError:
    return StoreError(
        f"The store {location} lacks rows of {name}: they were lost or have not arrived on the server yet. Ask again; "
        f"if it stays so, remove {name} and index it again.",
        f"{location} 缺少 {name} 的部分数据（丢失或尚未同步）：请重试；若仍如此，请移除 {name} 后重新索引。",
    )
