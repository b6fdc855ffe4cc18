"""An index moved between its folder and a Milvus server, with every id, vector and figure as it was."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from index import changes, manifest, records
from index.database import FILE_NAME, Database
from index.errors import WenbaoError
from index.lock import locked
from index.milvus_catalogue import Catalogue, Manifest, checked_manifest, read_catalogue, read_manifest
from index.milvus_rows import Entry, load_figures
from index.milvus_server import Location, Server, StoreError
from index.milvus_store import MilvusIndex
from index.milvus_writer import Item, MilvusWriter
from index.sparse import MEAN_LENGTH
from index.words import CONTEXT_WEIGHT

_CHUNKS_TOGETHER = 2000
Progress = Callable[[int, int], None]  # reports done, reports in all


def to_store(directory: Path, location: Location, progress: Progress | None = None) -> int:
    """Copies the index in a folder to a server; gives the number of reports.

    The store must be new, or hold a part of the same index: a run that was stopped goes on. Raises StoreError,
    IndexMissingError, IndexMismatchError, and WenbaoError where another index is there.
    """
    with locked(directory):
        database = Database(directory / FILE_NAME)
        server = Server(location)
        try:
            with database.snapshot() as connection:
                said = manifest.read_manifest(connection, directory)
                manifest.check_manifest(said, directory, None)
                writer = _prepared(server, said, _mean_length(connection))
                done = _already(server, connection, location)
                total = connection.execute("SELECT count(*) FROM reports").fetchone()[0]
                waiting: list[Item] = []
                for item in _items(connection, done):
                    waiting.append(item)
                    if sum(len(one.chunks) for one in waiting) >= _CHUNKS_TOGETHER:
                        writer.put_all(waiting)
                        done |= {one.report_id for one in waiting if one.report_id is not None}
                        waiting = []
                        if progress is not None:
                            progress(len(done), total)
                writer.put_all(waiting)
                reports, chunks = _sequence(connection, "reports"), _sequence(connection, "chunks")
                writer.keep_ids(int(said["commits"]), reports + 1, chunks + 1)
                writer.checkpoint()
        finally:
            server.close()
            database.close()
    return int(total)


def from_store(location: Location, directory: Path, progress: Progress | None = None) -> int:
    """Copies the index on a server into a folder that holds none; all or nothing. Gives the number of reports."""
    with locked(directory):
        target = directory / FILE_NAME
        if target.exists():
            raise WenbaoError(
                f"There is an index at {directory} already: name another folder with --index.",
                f"{directory} 处已有索引：请用 --index 指定另一个文件夹。",
            )
        partial = directory / "migrating"
        shutil.rmtree(partial, ignore_errors=True)
        index = MilvusIndex.connect(location)
        database = Database(partial / FILE_NAME)
        try:
            database.create()
            with index.snapshot():
                state = index.catalogue
                with database.writing() as connection:
                    _write_manifest(connection, state.manifest)
                    ordered = sorted(state.by_id.values(), key=lambda entry: entry.summary.id)
                    for done, entry in enumerate(ordered, start=1):
                        _insert(connection, index, state, entry)
                        if progress is not None:
                            progress(done, len(ordered))
                    _continue_ids(connection, state.manifest)
            database.checkpoint()
            (partial / FILE_NAME).replace(target)
        finally:
            index.close()
            database.close()
            shutil.rmtree(partial, ignore_errors=True)
        folder = os.open(directory, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    return len(ordered)


# ---------------------------------------------------------------- to the server


class _Model:
    """The embedding model as the manifest of an index names it; nothing is embedded here."""

    def __init__(self, said: dict[str, str]) -> None:
        self.name = said["embedding_name"]
        self.dimension = int(said["embedding_dimension"])
        self._fingerprint = said["embedding_fingerprint"]

    def fingerprint(self) -> str:
        return self._fingerprint

    def embed_queries(self, texts: object) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        raise NotImplementedError

    embed_passages = embed_queries


def _prepared(server: Server, said: dict[str, str], mean_length: float) -> MilvusWriter:
    model = _Model(said)
    if server.exists() and read_manifest(server) is not None:
        checked_manifest(server, model)
    writer = MilvusWriter(server)
    writer.prepare(model, mean_length)
    return writer


def _mean_length(connection: sqlite3.Connection) -> float:
    chunks, context, body = connection.execute("SELECT chunks, context, body FROM lexical_totals").fetchone()
    return max((body + CONTEXT_WEIGHT * context) / chunks, 1.0) if chunks else MEAN_LENGTH


def _already(server: Server, connection: sqlite3.Connection, location: Location) -> set[int]:
    """Ids of the reports that are there; only those of this very index may be."""
    found = read_manifest(server)
    assert found is not None  # prepared
    there = read_catalogue(server, found, None)
    own = dict(connection.execute("SELECT id, name || char(10) || sha256 FROM reports").fetchall())
    for entry in there.by_id.values():
        if own.get(entry.summary.id) != f"{entry.summary.name}\n{entry.summary.sha256}":
            raise WenbaoError(
                f"The store {location} holds another index ({len(there.by_id)} reports): give another name at the end "
                "of its address.",
                f"{location} 中已有另一个索引（{len(there.by_id)} 份报告）：请在地址末尾换一个名称。",
            )
    return set(there.by_id)


def _sequence(connection: sqlite3.Connection, table: str) -> int:
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    return int(row[0]) if row else 0


def _items(connection: sqlite3.Connection, done: set[int]) -> Iterator[Item]:
    rows = connection.execute(
        f"SELECT id, overrides, pipeline, indexed_at, {records.REPORT_COLUMNS} FROM reports ORDER BY id"
    )
    for identifier, overrides, pipeline, indexed_at, *columns in rows:
        if identifier in done:
            continue
        report = records.load_report(columns)
        chunks = [
            records.load_chunk(row)
            for row in connection.execute(
                f"""SELECT {records.CHUNK_COLUMNS} FROM chunks JOIN reports ON reports.id = report_id
                    WHERE report_id = ? ORDER BY chunks.id""",
                (identifier,),
            )
        ]
        first = chunks[0].id if chunks else 0
        if [chunk.id for chunk in chunks] != list(range(first, first + len(chunks))):
            raise WenbaoError(
                f"The passages of {report.name} are not numbered without a gap: run `python -m rag rebuild` first.",
                f"{report.name} 的段落编号不连续：请先运行 `python -m rag rebuild`。",
            )
        vectors = connection.execute(
            "SELECT vector FROM vectors JOIN chunks ON chunk_id = id WHERE report_id = ? ORDER BY chunk_id",
            (identifier,),
        ).fetchall()
        figures = [
            records.load_figure(row)
            for row in connection.execute(
                f"""SELECT {records.FIGURE_COLUMNS} FROM figures JOIN reports ON reports.id = figures.report_id
                    WHERE report_id = ? ORDER BY figures.id""",
                (identifier,),
            )
        ]
        matrix = np.frombuffer(b"".join(row[0] for row in vectors), dtype="<f4").astype(np.float32)
        yield Item(
            report,
            chunks,
            matrix.reshape(len(chunks), -1)
            if chunks
            else np.zeros((0, manifest.dimension(connection)), np.float32),
            figures,
            json.loads(overrides),
            pipeline,
            identifier,
            first,
            indexed_at,
        )


# ---------------------------------------------------------------- back into a folder


def _write_manifest(connection: sqlite3.Connection, said: Manifest) -> None:
    for statement in manifest.schema():
        connection.execute(statement)
    values = {
        "format": said.format,
        "embedding_name": said.embedding_name,
        "embedding_fingerprint": said.embedding_fingerprint,
        "embedding_dimension": str(said.embedding_dimension),
        "commits": str(said.commits),
    }
    connection.executemany("INSERT INTO manifest VALUES (?, ?)", list(values.items()))


def _insert(connection: sqlite3.Connection, index: MilvusIndex, state: Catalogue, entry: Entry) -> None:
    stored = index.stored(state, entry.chunk_ids)
    body = index.body(entry)
    numbered = [one for identifier in sorted(stored) for one in load_figures(stored[identifier])]
    numbered += [(n, records.load_figure((entry.summary.name, None, data))) for n, data in body.loose]
    figures = [figure for _, figure in sorted(numbered, key=lambda one: one[0])]
    ids = sorted(stored)
    vectors = index.vectors_of(ids)
    if len(vectors) != len(ids):
        raise StoreError(
            f"The store lacks vectors of {entry.summary.name}: try again.",
            f"服务器缺少 {entry.summary.name} 的向量：请重试。",
        )
    shape = (len(ids), index.catalogue.manifest.embedding_dimension)
    changes.insert_report(
        connection,
        index.report(entry.summary.name),
        [stored[one].chunk for one in ids],
        np.array([vectors[one] for one in ids], dtype=np.float32).reshape(shape),
        figures,
        entry.summary.overrides,
        entry.summary.pipeline,
        given=changes.Given(entry.summary.id, tuple(ids), entry.summary.indexed_at),
    )


def _continue_ids(connection: sqlite3.Connection, said: Manifest) -> None:
    for table, following in (("reports", said.next_report), ("chunks", said.next_chunk)):
        connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, following - 1))
