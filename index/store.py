"""The index of all reports: what was read, its chunks, vectors, words and figures, and their search.

One SQLite file is the only truth. What belongs to a report comes and goes with it in one
transaction, so nothing that was removed can be found or cited.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from index import changes, manifest, records, surroundings, word_loading
from index.database import FILE_NAME, Database, copy_database, missing
from index.duplicates import Twin
from index.errors import ReportNotFoundError, no_report
from index.large_vectors import LargeVectors
from index.large_words import LargeWords
from index.manifest import EmbeddingModel
from index.surroundings import Surroundings
from index.types import Chunk, Figure, Metadata, Report
from index.vector_cache import VectorCache
from index.vectors import FlatVectors
from index.words import Words

if TYPE_CHECKING:
    from index.dense import FaissStore

Vectors = npt.NDArray[np.float32]

_REPORTS_KEPT = 256  # whole reports kept in memory after use
MOST_FIGURES_KEPT = 50_000  # of the indicators asked last, about 1 KB each


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """A report without its text; `path` is where the file was when it was read."""

    name: str
    title: str | None
    region: str | None
    period: str | None
    published: str | None
    kind: str | None
    format: str
    pages: int | None
    characters: int
    chunks: int
    figures: int
    sha256: str
    path: str
    metadata: Metadata
    overrides: Mapping[str, str]
    pipeline: int
    id: int
    indexed_at: str  # UTC, ISO 8601


@dataclass(frozen=True)
class _Catalogue:
    """The reports at one version."""

    version: int
    by_name: dict[str, ReportSummary]


class ReportIndex:
    """An index opened by `open`, or made by `create` or `in_memory`; safe to read from many threads.

    Every method sees the last committed state. Methods that belong together (search, then fetch the
    chunks) see one and the same state inside `snapshot()`.
    """

    def __init__(self, database: Database, embedder: EmbeddingModel | None = None) -> None:
        self._database = database
        self.embedder = embedder
        self._catalogue: _Catalogue | None = None
        self._vectors = VectorCache(database)
        self._words: tuple[int, Words | LargeWords] | None = None
        self._words_lock = threading.Lock()
        self._reports: OrderedDict[int, Report] = OrderedDict()
        self._reports_lock = threading.Lock()
        self._by_indicator: OrderedDict[tuple[int, str], list[Figure]] = OrderedDict()

    @classmethod
    def open(cls, path: Path | str, embedder: EmbeddingModel | None = None) -> ReportIndex:
        """The index in the folder `path`.

        IndexMissingError if there is none, IndexMismatchError if another version of the program or (with
        `embedder`) another embedding model made it.
        """
        directory = Path(path)
        file = directory / FILE_NAME
        if not file.is_file():
            raise missing(directory)
        database = Database(file)
        try:
            with database.reading() as connection:
                manifest.check_manifest(manifest.read_manifest(connection, directory), directory, embedder)
        except BaseException:
            database.close()
            raise
        return cls(database, embedder)

    @classmethod
    def create(cls, path: Path | str, embedder: EmbeddingModel) -> ReportIndex:
        """The index in the folder `path`, made empty if there is none; IndexMismatchError as for `open`."""
        directory = Path(path)
        database = Database(directory / FILE_NAME)
        database.create()
        with database.writing() as connection:
            manifest.write_schema(connection, embedder)
        database.close()
        return cls.open(directory, embedder)

    @classmethod
    def in_memory(cls, embedder: EmbeddingModel) -> ReportIndex:
        """An empty index that lives as long as the object."""
        database = Database(None)
        with database.writing() as connection:
            manifest.write_schema(connection, embedder)
        return cls(database, embedder)

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> ReportIndex:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Inside the block this thread sees one committed state, whatever others write meanwhile."""
        with self._database.snapshot():
            yield

    @property
    def version(self) -> int:
        """Grows with every committed change."""
        noted = self._database.noted  # asked hundreds of times a question
        if noted is not None and "version" in noted:
            return noted["version"]
        with self._database.reading() as connection:
            version = manifest.version(connection)
        if noted is not None:
            noted["version"] = version
        return version

    @property
    def embedding_name(self) -> str:
        """Name of the model that made the vectors."""
        with self._database.reading() as connection:
            return str(
                connection.execute("SELECT value FROM manifest WHERE key = 'embedding_name'").fetchone()[0]
            )

    # ------------------------------------------------------------ reading

    def reports(self) -> list[ReportSummary]:
        """All reports, by name."""
        return list(self._names().values())

    def report(self, name: str) -> Report:
        """The whole report; ReportNotFoundError if there is none of that name."""
        with self._database.snapshot() as connection:
            summary = self._summary(name)
            with self._reports_lock:
                if summary.id in self._reports:
                    self._reports.move_to_end(summary.id)
                    return self._reports[summary.id]
            row = connection.execute(
                f"SELECT {records.REPORT_COLUMNS} FROM reports WHERE id = ?", (summary.id,)
            ).fetchone()
        report = records.load_report(row)
        with self._reports_lock:
            self._reports[summary.id] = report
            while len(self._reports) > _REPORTS_KEPT:
                self._reports.popitem(last=False)
        return report

    def chunk(self, identifier: int) -> Chunk:
        """ReportNotFoundError if the chunk's report has been removed or replaced."""
        found = self.chunks([identifier])
        if not found:
            raise ReportNotFoundError(
                f"Passage {identifier} is gone, its report was removed or changed: ask again.",
                f"段落 {identifier} 已不在索引中：其所属报告已被移除或更新。请重新提问。",
            )
        return found[0]

    def chunks(self, identifiers: Sequence[int]) -> list[Chunk]:
        """The chunks in the order asked for, those of removed reports left out."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"""SELECT {records.CHUNK_COLUMNS} FROM chunks JOIN reports ON reports.id = report_id
                    WHERE chunks.id IN (SELECT value FROM json_each(?))""",
                (json.dumps([int(identifier) for identifier in identifiers]),),
            ).fetchall()
        found = {chunk.id: chunk for chunk in map(records.load_chunk, rows)}
        return [found[identifier] for identifier in identifiers if identifier in found]

    def chunks_of(self, report: str, start: int = 0, end: int | None = None) -> list[Chunk]:
        """The report's chunks that overlap its canonical range `start:end`, in reading order."""
        with self._database.snapshot() as connection:
            summary = self._summary(report)
            rows = connection.execute(
                f"""SELECT {records.CHUNK_COLUMNS} FROM chunks JOIN reports ON reports.id = report_id
                    WHERE report_id = ? AND chunks."end" > ? AND chunks.start < ?
                    ORDER BY chunks.start, chunks.id""",
                (summary.id, start, summary.characters if end is None else end),
            ).fetchall()
        return [records.load_chunk(row) for row in rows]

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
        """Figures that have all the values given, by report and place. An empty `chunk_ids` gives none."""
        conditions = {
            "reports.name = ?": report,
            "figures.indicator_id = ?": indicator_id,
            "figures.region = ?": region,
            "figures.period = ?": period,
            "figures.status = ?": status,
            "figures.chunk_id IN (SELECT value FROM json_each(?))": (
                None if chunk_ids is None else json.dumps([int(identifier) for identifier in chunk_ids])
            ),
        }
        given = {condition: value for condition, value in conditions.items() if value is not None}
        if indicator_id is not None and len(given) == 1:
            return self._figures_of_indicator(indicator_id)
        return self._read_figures(given)

    def _figures_of_indicator(self, indicator_id: str) -> list[Figure]:
        """All figures of one indicator, as every question wants them; those read last are kept."""
        with self.snapshot():
            key = (self.version, indicator_id)
            with self._reports_lock:
                if (kept := self._by_indicator.get(key)) is not None:
                    self._by_indicator.move_to_end(key)
                    return list(kept)
            figures = self._read_figures({"figures.indicator_id = ?": indicator_id})
        with self._reports_lock:
            self._by_indicator[key] = figures
            while (
                sum(map(len, self._by_indicator.values())) > MOST_FIGURES_KEPT and len(self._by_indicator) > 1
            ):
                self._by_indicator.popitem(last=False)
        return list(figures)

    def _read_figures(self, given: Mapping[str, str]) -> list[Figure]:
        """The figures that fulfil all conditions (SQL with one place for a value → that value)."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"""SELECT {records.FIGURE_COLUMNS}
                    FROM figures JOIN reports ON reports.id = figures.report_id
                    WHERE {" AND ".join(given) or "1"} ORDER BY reports.name, figures.start, figures.id""",
                tuple(given.values()),
            ).fetchall()
        return [records.load_figure(row) for row in rows]

    # ------------------------------------------------------------ search

    def search_lexical(
        self, text: str, k: int, reports: Sequence[str] | None = None
    ) -> list[tuple[int, float]]:
        """(chunk id, BM25 score), best first, among `reports` if given; an empty list finds nothing."""
        with self._database.snapshot() as connection:
            words = self._words_at(connection)
            report_ids = self._report_ids(reports)
        return words.search(text, k, report_ids)

    def search_dense(
        self, vector: Vectors, k: int, reports: Sequence[str] | None = None
    ) -> list[tuple[int, float]]:
        """(chunk id, cosine), best first, among `reports` if given; an empty list finds nothing."""
        with self._database.snapshot() as connection:
            vectors = self._vectors_at(connection)
            report_ids = self._report_ids(reports)
            allowed: npt.NDArray[np.int64] | None = None
            if report_ids is not None:
                rows = connection.execute(
                    "SELECT id FROM chunks WHERE report_id IN (SELECT value FROM json_each(?))",
                    (json.dumps(report_ids),),
                ).fetchall()
                allowed = np.array([row[0] for row in rows], dtype=np.int64)
        return vectors.search(np.asarray(vector, dtype=np.float32), k, allowed)

    def surroundings(
        self, text: str, vector: Vectors, identifiers: Sequence[int], reach: int
    ) -> Surroundings:
        """Words and cosines of chunks, and the words around them, as a question sees them."""
        with self._database.snapshot() as connection:
            words, vectors = self._words_at(connection), self._vectors_at(connection)
            if isinstance(words, LargeWords):
                words = words.around(connection, identifiers, reach)
        return surroundings.read(words, vectors, text, vector, identifiers, reach)

    def vector_store(self) -> FaissStore:
        """The chunks as they are now in a LlamaIndex vector store; node ids are chunk ids as text."""
        from index.dense import chunk_store  # LlamaIndex takes two seconds to import

        with self._database.snapshot() as connection:
            vectors = self._vectors_at(connection).copy()
            summaries = self._names()
            chunks = self.chunks(sorted(vectors.ids))
        return chunk_store(vectors, chunks, {name: one.metadata for name, one in summaries.items()})

    def _words_at(self, connection: Connection) -> Words | LargeWords:
        """The words of this connection's state."""
        version = manifest.version(connection)
        with self._words_lock:
            if self._words is not None and self._words[0] == version:
                return self._words[1]
            self._refuse_other_model(connection)
            previous, file = self._words, self._database.file
            words = word_loading.load(
                connection, file.parent if file else None, previous[1] if previous else None
            )
            if previous is None or version > previous[0]:
                self._words = (version, words)
            return words

    def _vectors_at(self, connection: Connection) -> FlatVectors | LargeVectors:
        """The vectors of this connection's state."""
        return self._vectors.at(
            connection, manifest.version(connection), lambda: self._refuse_other_model(connection)
        )

    def _refuse_other_model(self, connection: Connection) -> None:
        """An index that was rebuilt meanwhile with another embedding model has nothing to say to ours."""
        file = self._database.file
        if file is not None and self.embedder is not None:
            manifest.check_manifest(
                manifest.read_manifest(connection, file.parent), file.parent, self.embedder
            )

    def _names(self) -> dict[str, ReportSummary]:
        with self._database.snapshot() as connection:
            version = manifest.version(connection)
            catalogue = self._catalogue
            if catalogue is None or catalogue.version != version:
                catalogue = _Catalogue(version, _read_catalogue(connection))
                self._catalogue = catalogue
            return catalogue.by_name

    def _summary(self, name: str) -> ReportSummary:
        try:
            return self._names()[name]
        except KeyError:
            raise no_report(name) from None

    def _report_ids(self, reports: Sequence[str] | None) -> list[int] | None:
        if reports is None:
            return None
        names = self._names()
        return [names[name].id for name in dict.fromkeys(reports) if name in names]

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
        """Adds a report with all that belongs to it, in place of the one of its name: all or nothing.

        `vectors` (len(chunks), dimension) float32. Figures are given the chunk they stand in.
        """
        with self._database.writing() as connection:
            changes.delete_report(connection, report.name)
            changes.insert_report(connection, report, chunks, vectors, figures, overrides or {}, pipeline)
            manifest.count_commit(connection)

    def remove(self, name: str) -> None:
        """Removes a report and everything that could cite it; ReportNotFoundError if it is not there."""
        with self._database.writing() as connection:
            if not changes.delete_report(connection, name):
                raise no_report(name)
            manifest.count_commit(connection)

    def moved(self, name: str, path: str) -> None:
        """Records that the unchanged file of a report now lies at `path`."""
        with self._database.writing() as connection:
            connection.execute("UPDATE reports SET path = ? WHERE name = ?", (path, name))
            manifest.count_commit(connection)
        with self._reports_lock:
            self._reports.clear()

    def known_vectors(self, hashes: Sequence[bytes]) -> dict[bytes, Vectors]:
        """Vectors of passages that were embedded before, by passage hash (see index.records)."""
        with self._database.reading() as connection:
            return changes.known_vectors(connection, hashes)

    def copy_to(self, target: Path) -> None:
        """Writes the last committed state into the new file `target`."""
        with self._database.reading() as connection:
            copy_database(connection, target)

    def twins(self, names: Sequence[str]) -> list[Twin]:
        """Which of the reports `names` another report of the index repeats, wholly or nearly."""
        with self._database.snapshot() as connection:
            return changes.twins(connection, names)

    def problems(self) -> list[str]:
        """What is inconsistent in the file, one line each; empty unless the disk or a person damaged it."""
        with self._database.snapshot() as connection:
            return changes.problems(connection)

    def compact(self, *, if_due: bool = False, threads: int = 1) -> bool:
        """Many vectors: writes them for fast search in little memory (see index.vector_loading); False if not.

        `if_due`: only if enough has changed since it was done last, and without complaint if it cannot be done.
        """
        if if_due:
            return self._vectors.compact_if_due(threads=threads)
        return self._vectors.compact(threads=threads)

    def checkpoint(self) -> None:
        """Brings everything into the one file, so that the folder can be copied."""
        self._database.checkpoint()


def _read_catalogue(connection: Connection) -> dict[str, ReportSummary]:
    rows = connection.execute(
        """SELECT id, name, sha256, path, format, pages, characters, metadata, overrides, pipeline,
                  indexed_at,
                  (SELECT count(*) FROM chunks WHERE report_id = reports.id),
                  (SELECT count(*) FROM figures WHERE report_id = reports.id)
           FROM reports ORDER BY name"""
    ).fetchall()
    summaries: dict[str, ReportSummary] = {}
    for row in rows:
        (
            identifier,
            name,
            sha256,
            path,
            format_,
            pages,
            characters,
            slots,
            overrides,
            pipeline,
            indexed_at,
            chunks,
            figures,
        ) = row
        metadata = records.load_metadata(json.loads(slots))
        summaries[name] = ReportSummary(
            name=name,
            title=metadata.title.value if metadata.title else None,
            region=metadata.region.value if metadata.region else None,
            period=metadata.period.value if metadata.period else None,
            published=metadata.published.value if metadata.published else None,
            kind=metadata.kind.value if metadata.kind else None,
            format=format_,
            pages=pages,
            characters=characters,
            chunks=chunks,
            figures=figures,
            sha256=sha256,
            path=path,
            metadata=metadata,
            overrides=json.loads(overrides),
            pipeline=pipeline,
            id=identifier,
            indexed_at=indexed_at,
        )
    return summaries
