"""How reports, chunks and figures are written to the index file, and read back. JSON, never pickle."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from sys import intern
from typing import Any, TypeVar

import numpy as np

from index.types import Block, Cell, Chunk, Drop, Figure, Metadata, Place, Report, Slot, Table

FORMAT = 2  # raise when this file's tables or encodings change

SCHEMA = """
CREATE TABLE manifest (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE reports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,   -- a replaced report gets a new one
    name TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL,
    path TEXT NOT NULL,
    format TEXT NOT NULL,
    encoding TEXT,
    pages INTEGER,
    metadata TEXT NOT NULL,                 -- {slot: [value, origin]}
    overrides TEXT NOT NULL,                -- what the user set, kept when the file changes
    pipeline INTEGER NOT NULL,              -- version of the reading code
    characters INTEGER NOT NULL,
    text TEXT NOT NULL,
    raw_offsets BLOB NOT NULL,
    structure BLOB NOT NULL,                -- places, blocks, tables, drops
    indexed_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
);
CREATE INDEX reports_path ON reports (path);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    report_id INTEGER NOT NULL REFERENCES reports ON DELETE CASCADE,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    text TEXT NOT NULL,
    headings TEXT NOT NULL,
    context TEXT NOT NULL,
    page INTEGER,
    passage_hash BLOB NOT NULL              -- of what was embedded, to embed it only once
);
CREATE INDEX chunks_report ON chunks (report_id, start);
CREATE INDEX chunks_passage ON chunks (passage_hash);
CREATE TABLE vectors (
    chunk_id INTEGER PRIMARY KEY REFERENCES chunks ON DELETE CASCADE,
    vector BLOB NOT NULL                    -- float32, little endian
);
CREATE TABLE figures (
    id INTEGER PRIMARY KEY,
    report_id INTEGER NOT NULL REFERENCES reports ON DELETE CASCADE,
    chunk_id INTEGER REFERENCES chunks ON DELETE CASCADE,
    data TEXT NOT NULL,                     -- the whole Figure but report and chunk
    start INTEGER AS (json_extract(data, '$.start')),
    indicator_id TEXT AS (json_extract(data, '$.indicator_id')),
    region TEXT AS (json_extract(data, '$.region')),
    period TEXT AS (json_extract(data, '$.period')),
    status TEXT AS (json_extract(data, '$.status'))
);
CREATE INDEX figures_report ON figures (report_id, start);
CREATE INDEX figures_chunk ON figures (chunk_id);
CREATE INDEX figures_indicator ON figures (indicator_id, period);
"""
# Of what every report says, to find the same report under another name; an index may lack it.
SKETCHES = """
CREATE TABLE IF NOT EXISTS sketches (
    report_id INTEGER PRIMARY KEY REFERENCES reports ON DELETE CASCADE,
    sketch BLOB NOT NULL                    -- index.duplicates, uint64, little endian
);
"""

Record = TypeVar("Record", Place, Block, Cell, Drop)

REPORT_COLUMNS = "name, sha256, path, format, encoding, pages, metadata, text, raw_offsets, structure"
CHUNK_COLUMNS = (
    'chunks.id, reports.name, chunks.start, chunks."end", chunks.text, chunks.headings, chunks.context, '
    "chunks.page"
)
FIGURE_COLUMNS = "reports.name, figures.chunk_id, figures.data"


def dump_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# ---------------------------------------------------------------- reports


def dump_report(report: Report) -> dict[str, Any]:
    """The columns of a report that the report itself decides."""
    structure = {
        "places": _dump_records(report.places),
        "blocks": _dump_records(report.blocks),
        "drops": _dump_records(report.drops),
        "tables": [
            {
                "cells": _dump_records(table.cells),
                "header_rows": table.header_rows,
                "title": table.title,
                "unit": table.unit,
                "notes": list(table.notes),
            }
            for table in report.tables
        ],
    }
    # Only where there is something to say: most reports have neither.
    lists: dict[str, Any] = {key: list(pages) for key, pages in _page_lists(report).items() if pages}
    return {
        "name": report.name,
        "sha256": report.sha256,
        "path": report.path,
        "format": report.format,
        "encoding": report.encoding,
        "pages": report.pages,
        "metadata": dump_json(dump_metadata(report.metadata)),
        "characters": len(report.text),
        "text": report.text,
        "raw_offsets": dump_offsets(report.raw_offsets),
        "structure": zlib.compress(dump_json(structure | lists).encode(), 6),
    }


def load_report(row: Sequence[Any]) -> Report:
    """A report from its REPORT_COLUMNS."""
    name, sha256, path, format_, encoding, pages, metadata, text, raw_offsets, structure = row
    parts = json.loads(zlib.decompress(structure))
    return Report(
        name=name,
        text=text,
        raw_offsets=load_offsets(raw_offsets),
        places=tuple(map(_with_box, _load_records(Place, parts["places"]))),
        blocks=tuple(_load_records(Block, parts["blocks"])),
        tables=tuple(
            Table(
                cells=tuple(_load_records(Cell, table["cells"])),
                header_rows=table["header_rows"],
                title=table["title"],
                unit=table["unit"],
                notes=tuple(table["notes"]),
            )
            for table in parts["tables"]
        ),
        drops=tuple(_load_records(Drop, parts["drops"])),
        metadata=load_metadata(json.loads(metadata)),
        sha256=sha256,
        format=format_,
        encoding=encoding,
        pages=pages,
        path=path,
        ocr_pages=tuple(parts.get("ocr_pages", ())),
        unread_pages=tuple(parts.get("unread_pages", ())),
    )


def _page_lists(report: Report) -> dict[str, tuple[int, ...]]:
    return {"ocr_pages": report.ocr_pages, "unread_pages": report.unread_pages}


def _with_box(place: Place) -> Place:
    """JSON knows lists only; a box is a tuple."""
    if place.box is None:
        return place
    left, bottom, right, top = place.box
    return dataclasses.replace(place, box=(left, bottom, right, top))


def dump_metadata(metadata: Metadata) -> dict[str, list[str]]:
    slots = {field.name: getattr(metadata, field.name) for field in dataclasses.fields(metadata)}
    return {name: [slot.value, slot.origin] for name, slot in slots.items() if slot is not None}


def load_metadata(data: Mapping[str, Sequence[str]]) -> Metadata:
    return Metadata(**{name: Slot(value, origin) for name, (value, origin) in data.items()})


def dump_offsets(offsets: array[int]) -> bytes:
    """Offsets grow by one nearly always, so their differences take almost no room."""
    values = np.asarray(offsets, dtype=np.int64)
    return offsets.typecode.encode() + zlib.compress(np.diff(values, prepend=0).astype("<i8").tobytes(), 6)


def load_offsets(data: bytes) -> array[int]:
    differences = np.frombuffer(zlib.decompress(data[1:]), dtype="<i8")
    offsets: array[int] = array(data[:1].decode())
    offsets.frombytes(np.cumsum(differences).astype(f"i{offsets.itemsize}").tobytes())
    return offsets


def _dump_records(records: Sequence[Place | Block | Cell | Drop]) -> dict[str, Any]:
    """The field names once, then one row a record."""
    if not records:
        return {"fields": [], "rows": []}
    names = [field.name for field in dataclasses.fields(records[0])]
    return {"fields": names, "rows": [[getattr(record, name) for name in names] for record in records]}


def _load_records(kind: type[Record], data: Mapping[str, Any]) -> Iterable[Record]:
    names = data["fields"]
    return (kind(**dict(zip(names, row, strict=True))) for row in data["rows"])


# ---------------------------------------------------------------- chunks and figures


def passage(chunk: Chunk) -> str:
    """What is embedded of a chunk: what it is about, then its text."""
    return f"{chunk.context}\n{chunk.text}" if chunk.context else chunk.text


def passage_hash(chunk: Chunk) -> bytes:
    return hashlib.sha256(passage(chunk).encode("utf-8", "surrogatepass")).digest()[:16]


def load_chunk(row: Sequence[Any]) -> Chunk:
    """A chunk from its CHUNK_COLUMNS."""
    identifier, report, start, end, text, headings, context, page = row
    return Chunk(report, start, end, text, tuple(json.loads(headings)), context, page, identifier)


def dump_figure(figure: Figure) -> str:
    data = {field.name: getattr(figure, field.name) for field in dataclasses.fields(figure)}
    del data["report"], data["chunk"]
    return dump_json(data | {"value": str(figure.value)})


def load_figure(row: Sequence[Any]) -> Figure:
    """A figure from its FIGURE_COLUMNS. Many share their words, which are kept once: half of the memory."""
    report, chunk, data = row
    fields: dict[str, Any] = {
        name: intern(one) if isinstance(one, str) else one for name, one in json.loads(data).items()
    }
    fields["value"] = Decimal(fields["value"])
    return Figure(report=intern(report), chunk=-1 if chunk is None else chunk, **fields)
