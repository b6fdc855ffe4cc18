"""What one transaction writes: a report with all that belongs to it, or its removal. And the proof."""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index import duplicates, lexical, manifest, records
from index.types import Chunk, Figure, Report

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Given:
    """Ids and time that a report has elsewhere and keeps here."""

    report: int
    chunks: Sequence[int]
    indexed_at: str


def insert_report(
    connection: sqlite3.Connection,
    report: Report,
    chunks: Sequence[Chunk],
    vectors: Vectors,
    figures: Sequence[Figure],
    overrides: Mapping[str, str],
    pipeline: int,
    *,
    given: Given | None = None,
) -> None:
    """Writes a report whose name is free; `vectors` is (len(chunks), dimension). New ids, unless `given`."""
    expected = (len(chunks), manifest.dimension(connection))
    if vectors.shape != expected:
        raise ValueError(f"vectors of shape {vectors.shape}, expected {expected}")
    columns = records.dump_report(report) | {
        "overrides": records.dump_json(dict(overrides)),
        "pipeline": pipeline,
    }
    if given is not None:
        columns |= {"id": given.report, "indexed_at": given.indexed_at}
    report_id = connection.execute(
        f"INSERT INTO reports ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
        tuple(columns.values()),
    ).lastrowid
    drawn = duplicates.sketch(report.text)
    if drawn is not None:
        connection.execute(
            "INSERT INTO sketches (report_id, sketch) VALUES (?, ?)",
            (report_id, drawn.astype("<u8").tobytes()),
        )
    wanted: Sequence[int | None] = given.chunks if given is not None else [None] * len(chunks)
    ids = [_insert_chunk(connection, report_id, *one) for one in zip(chunks, wanted, strict=True)]
    connection.executemany(
        "INSERT INTO vectors (chunk_id, vector) VALUES (?, ?)",
        [(identifier, row.astype("<f4").tobytes()) for identifier, row in zip(ids, vectors, strict=True)],
    )
    lexical.add(
        connection,
        [(identifier, chunk.context, chunk.text) for identifier, chunk in zip(ids, chunks, strict=True)],
    )
    connection.executemany(
        "INSERT INTO figures (report_id, chunk_id, data) VALUES (?, ?, ?)",
        [(report_id, owner, records.dump_figure(figure)) for owner, figure in owned(chunks, ids, figures)],
    )


def _insert_chunk(
    connection: sqlite3.Connection, report_id: int | None, chunk: Chunk, wanted: int | None
) -> int:
    identifier = connection.execute(
        """INSERT INTO chunks (id, report_id, start, "end", text, headings, context, page, passage_hash)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            wanted,
            report_id,
            chunk.start,
            chunk.end,
            chunk.text,
            records.dump_json(list(chunk.headings)),
            chunk.context,
            chunk.page,
            records.passage_hash(chunk),
        ),
    ).lastrowid
    assert identifier is not None
    return identifier


def owned(
    chunks: Sequence[Chunk], ids: Sequence[int], figures: Sequence[Figure]
) -> list[tuple[int | None, Figure]]:
    """Each figure with the id of the chunk that it begins in, None where no chunk does."""
    order = sorted(range(len(chunks)), key=lambda position: chunks[position].start)
    starts = [chunks[position].start for position in order]
    owned: list[tuple[int | None, Figure]] = []
    for figure in figures:
        found = bisect_right(starts, figure.start) - 1
        inside = found >= 0 and figure.start < chunks[order[found]].end
        owned.append((ids[order[found]] if inside else None, figure))
    return owned


def delete_report(connection: sqlite3.Connection, name: str) -> bool:
    """Deletes a report and all that belongs to it; whether there was one."""
    row = connection.execute("SELECT id FROM reports WHERE name = ?", (name,)).fetchone()
    if row is None:
        return False
    lexical.remove(connection, row[0])
    connection.execute("DELETE FROM reports WHERE id = ?", (row[0],))  # chunks, vectors, figures follow
    return True


def known_vectors(connection: sqlite3.Connection, hashes: Sequence[bytes]) -> dict[bytes, Vectors]:
    """Vectors of passages that were embedded before, by passage hash."""
    found: dict[bytes, Vectors] = {}
    for one in set(hashes):
        row = connection.execute(
            "SELECT vector FROM chunks JOIN vectors ON chunk_id = id WHERE passage_hash = ? LIMIT 1", (one,)
        ).fetchone()
        if row is not None:
            found[one] = np.frombuffer(row[0], dtype="<f4")
    return found


def twins(connection: sqlite3.Connection, asked: Sequence[str]) -> list[duplicates.Twin]:
    """Of the reports asked for, those that another report repeats, wholly or nearly."""
    rows = connection.execute(
        "SELECT name, sketch FROM sketches JOIN reports ON reports.id = report_id ORDER BY name"
    ).fetchall()
    if len(rows) < 2:
        return []
    matrix = np.frombuffer(b"".join(row[1] for row in rows), dtype="<u8").reshape(len(rows), -1)
    return duplicates.twins([row[0] for row in rows], matrix, asked)


def problems(connection: sqlite3.Connection) -> list[str]:
    """What is inconsistent, one line each; nothing, whatever happened to the processes that wrote."""
    found = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    found += [f"dangling row: {tuple(row)}" for row in connection.execute("PRAGMA foreign_key_check")]
    checks = {
        "chunks without vector": "SELECT id FROM chunks EXCEPT SELECT chunk_id FROM vectors",
        "chunks without words": "SELECT id FROM chunks EXCEPT SELECT rowid FROM lexical",
        "words without chunk": "SELECT rowid FROM lexical EXCEPT SELECT id FROM chunks",
        "chunks that are not their report's text": """
            SELECT chunks.id FROM chunks JOIN reports ON reports.id = report_id
            WHERE substr(reports.text, start + 1, "end" - start) != chunks.text""",
        "figures that are not their report's text": """
            SELECT figures.id FROM figures JOIN reports ON reports.id = report_id
            WHERE substr(reports.text, start + 1, json_extract(data, '$.end') - start)
                  != json_extract(data, '$.text')""",
        "figures in the chunk of another report": """
            SELECT figures.id FROM figures JOIN chunks ON chunks.id = chunk_id
            WHERE chunks.report_id != figures.report_id""",
        "wrong number of word entries": """
            SELECT chunks FROM lexical_totals WHERE chunks != (SELECT count(*) FROM chunks)""",
    }
    for problem, query in checks.items():
        ids = [row[0] for row in connection.execute(query)]
        if ids:
            found.append(f"{problem}: {json.dumps(ids[:10])}")
    return found
