"""The vectors of an index in memory: exact while few, over a base on the disk when many.

The database stays the only truth. A base is a copy of what it held once, in the folder `vectors` beside it; which
reports those were is written in it, so whatever changed since is seen and a base of another history is not used.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from sqlite3 import Connection

import numpy as np

from index import manifest
from index.database import Database
from index.large_vectors import Base, LargeVectors
from index.lock import IndexBusyError, locked
from index.vector_files import write_base
from index.vectors import FlatVectors, Floats, Ids
from index.word_files import TOGETHER, write_words

FLAT_BELOW = 50_000  # vectors: searched exactly in 8 ms, 77 MB
LOOSE_SHARE = 0.2  # of the vectors added or removed since: then another base is due
FOLDER = "vectors"
WORDS = "words"  # in the folder of a base
_BLOCK = 20_000  # vectors read at once

Vectors = FlatVectors | LargeVectors
# What tells a stored report from any other → its first chunk and their number.
Reports = dict[str, list[int]]


def load(connection: Connection, folder: Path | None, previous: Vectors | None) -> Vectors:
    """The vectors of this connection's state; `previous` (unchanged, others may search it) saves reading again.

    Without a base that fits, all of them exactly, however many.
    """
    base = previous.base if isinstance(previous, LargeVectors) else None
    if folder is not None and count(connection) >= FLAT_BELOW:
        base = newest(folder, connection, base)
        if base is not None:
            return _over(base, connection, previous)
    return _flat(connection, previous if isinstance(previous, FlatVectors) else None)


def count(connection: Connection) -> int:
    """How many vectors there are, from the small index of chunks by report."""
    return int(connection.execute("SELECT count(*) FROM chunks INDEXED BY chunks_report").fetchone()[0])


def is_due(connection: Connection, folder: Path) -> bool:
    """Whether this connection's state would be served better by a new base."""
    total = count(connection)
    if total < FLAT_BELOW:
        return False
    base = newest(folder, connection, None)
    if base is None:
        return True
    now, then = reports_of(connection), base.about["reports"]
    loose = sum(number for report, (_, number) in then.items() if report not in now)
    loose += sum(number for report, (_, number) in now.items() if report not in then)
    return bool(loose > LOOSE_SHARE * total)


def write(database: Database, *, threads: int = 1, wait: float | None = None) -> bool:
    """Writes a base of the last committed state; False if it is too small, in memory, or another process is at it.

    Older bases are removed; who searches them keeps them until it is done. Raises what writing raises.
    """
    if database.file is None:
        return False
    folder = database.file.parent / FOLDER
    with contextlib.ExitStack() as stack:
        connection = stack.enter_context(database.snapshot())
        total = count(connection)
        if total < FLAT_BELOW:
            return False
        try:
            stack.enter_context(locked(folder, wait))
        except IndexBusyError:
            return False
        for leftover in folder.glob("partial-*"):  # of one that was killed
            shutil.rmtree(leftover, ignore_errors=True)
        reports = reports_of(connection)
        if sum(number for _, number in reports.values()) != total:
            return False  # not as `reports_of` supposes: nobody but this program numbers chunks
        written = manifest.read_manifest(connection, folder.parent)
        about = {
            "embedding": written["embedding_fingerprint"],
            "version": manifest.version(connection),
            "reports": reports,
        }
        target = folder / f"base-{about['version']:010d}-{uuid.uuid4().hex[:8]}"
        dimension = manifest.dimension(connection)
        write_base(
            target, lambda: _blocks(connection), total, dimension, about=about, threads=threads,
            beside=lambda partial: write_words(partial / WORDS, _word_blocks(connection)),
        )  # fmt: skip
        for other in folder.glob("base-*"):
            if other != target:
                shutil.rmtree(other, ignore_errors=True)
    return True


def newest(folder: Path, connection: Connection, known: Base | None) -> Base | None:
    """The newest base that is whole and was made by this embedding model."""
    for path in sorted((folder / FOLDER).glob("base-*"), reverse=True):
        if known is not None and known.directory == path:
            return known
        try:
            base = Base(path)
        except (OSError, ValueError, KeyError, RuntimeError):  # of another version, damaged, or just removed
            continue
        made_by = manifest.read_manifest(connection, folder)["embedding_fingerprint"]
        if base.dimension == manifest.dimension(connection) and base.about.get("embedding") == made_by:
            return base
    return known


def _over(base: Base, connection: Connection, previous: Vectors | None) -> LargeVectors:
    """The base with what the database says has come and gone since."""
    now, then = reports_of(connection), base.about["reports"]
    known = isinstance(previous, LargeVectors) and previous.base is base
    vectors = previous.copy() if known and isinstance(previous, LargeVectors) else LargeVectors(base)
    vectors.remove_many(spread([place for report, place in then.items() if report not in now]))
    added = spread([place for report, place in now.items() if report not in then])
    here = vectors.added
    vectors.remove(here - set(added.tolist()))
    missing = np.array([one for one in added.tolist() if one not in here], dtype=np.int64)
    if len(missing):
        vectors.add(*_read(connection, missing))
    return vectors


def _flat(connection: Connection, previous: FlatVectors | None) -> FlatVectors:
    """All vectors. Ids are never reused, so only differences are loaded."""
    if previous is None:
        vectors = FlatVectors(manifest.dimension(connection))
        for ids, rows in _blocks(connection):
            vectors.add(ids, rows)
        return vectors
    present = {row[0] for row in connection.execute("SELECT chunk_id FROM vectors")}
    vectors = previous.copy()
    vectors.remove(vectors.ids - present)
    wanted = np.array(sorted(present - vectors.ids), dtype=np.int64)
    if len(wanted):
        vectors.add(*_read(connection, wanted))
    return vectors


def reports_of(connection: Connection) -> Reports:
    """The reports by all that decides their chunks and vectors. A report's chunks are numbered in one go."""
    rows = connection.execute(
        """SELECT reports.id, name, sha256, indexed_at, pipeline, overrides, first, number
           FROM reports JOIN (SELECT report_id, min(id) AS first, max(id) - min(id) + 1 AS number
                              FROM chunks INDEXED BY chunks_report GROUP BY report_id) ON report_id = reports.id"""
    ).fetchall()
    return {json.dumps(row, ensure_ascii=False): [row[-2], row[-1]] for row in rows}


def spread(places: list[list[int]]) -> Ids:
    parts = [np.arange(first, first + number, dtype=np.int64) for first, number in places]
    return np.sort(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.int64)


def _word_blocks(connection: Connection) -> Iterator[list[tuple[int, int, str, str]]]:
    """Chunk, report and words of all chunks, by id."""
    cursor = connection.execute(
        "SELECT id, report_id, lexical.context, body FROM chunks JOIN lexical ON lexical.rowid = id ORDER BY id"
    )
    while rows := cursor.fetchmany(TOGETHER):
        yield rows


def _blocks(connection: Connection) -> Iterator[tuple[Ids, Floats]]:
    """All ids and vectors, by id."""
    cursor = connection.execute("SELECT chunk_id, vector FROM vectors ORDER BY chunk_id")
    while rows := cursor.fetchmany(_BLOCK):
        yield _arrays(rows)


def _read(connection: Connection, wanted: Ids) -> tuple[Ids, Floats]:
    rows = connection.execute(
        """SELECT chunk_id, vector FROM vectors WHERE chunk_id IN (SELECT value FROM json_each(?))
           ORDER BY chunk_id""",
        (json.dumps(wanted.tolist()),),
    ).fetchall()
    return (
        _arrays(rows)
        if rows
        else (np.zeros(0, np.int64), np.zeros((0, manifest.dimension(connection)), np.float32))
    )


def _arrays(rows: list[tuple[int, bytes]]) -> tuple[Ids, Floats]:
    matrix = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f4")
    return np.array([row[0] for row in rows], dtype=np.int64), matrix.reshape(len(rows), -1)
