"""How reports, chunks and figures become rows of a Milvus server, and are read back. JSON, never pickle.

A chunk's figures travel in its row. What is longer than a field takes goes into pieces; so does the report.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from index import records
from index.changes import owned
from index.lexical import token_lists
from index.milvus_server import LONGEST, Row
from index.sparse import Counts, chunk_vector
from index.store import ReportSummary
from index.types import Chunk, Figure, Report

Vectors = npt.NDArray[np.float32]
CHUNK_FIELDS = ("id", "report_id", "place", "data")
Numbered = tuple[int, str]  # a figure's place among those of its report, and the figure as JSON

_REPORT_COLUMNS = (
    *("name", "sha256", "path", "format", "encoding", "pages", "metadata"),
    *("text", "raw_offsets", "structure"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A report as the catalogue has it."""

    summary: ReportSummary
    encoding: str | None
    first: int  # id of its first chunk; the others follow without a gap
    pieces: int  # rows that its text and structure take
    loose: tuple[str, ...]  # indicators of the figures that stand in no chunk's row
    has_loose: bool
    has_long: bool

    @property
    def chunk_ids(self) -> range:
        return range(self.first, self.first + self.summary.chunks)


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk's row without its vectors."""

    report_id: int
    chunk: Chunk
    figures: tuple[Numbered, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """A report's text and structure, and what found no room in a chunk's row."""

    report: Report
    loose: tuple[Numbered, ...]
    long: Mapping[int, str]  # place of a chunk → its data


# ---------------------------------------------------------------- text in fields


def pack(text: str) -> str:
    """Compressed, in ASCII: the same characters count as bytes in every client."""
    return base64.b64encode(zlib.compress(text.encode("utf-8", "surrogatepass"), 6)).decode()


def unpack(data: str) -> str:
    return zlib.decompress(base64.b64decode(data)).decode("utf-8", "surrogatepass")


def part(key: str, kind: str, owner: int, number: int, data: str) -> Row:
    """A row of the collection of parts."""
    return {
        "key": key,
        "kind": kind,
        "owner": owner,
        "number": number,
        "data": data,
        "nothing": [0.0, 0.0],
    }


def pieces(kind: str, owner: int, data: str) -> list[Row]:
    """Packed data of any length as rows."""
    cut = [data[start : start + LONGEST] for start in range(0, len(data), LONGEST)]
    return [part(f"{kind}/{owner}/{n}", kind, owner, n, one) for n, one in enumerate(cut)]


def joined(rows: Iterable[Row], count: int) -> str | None:
    """What `pieces` cut; None where one is missing."""
    by_number = {int(row["number"]): str(row["data"]) for row in rows}
    if sorted(by_number) != list(range(count)):
        return None
    return "".join(by_number[number] for number in range(count))


# ---------------------------------------------------------------- chunks


def chunk_rows(
    report_id: int,
    first: int,
    chunks: Sequence[Chunk],
    vectors: Vectors,
    figures: Sequence[Figure],
    mean_length: float,
    counts: Counts,
) -> tuple[list[Row], dict[int, str], list[Numbered], list[str]]:
    """A report's chunks as rows with ids from `first`, and what no row has room for.

    `vectors` (len(chunks), dimension). Gives the rows, the data of chunks too long for a field by place, the
    figures outside of every chunk, and their indicators. `counts` is added to.
    """
    ids = list(range(first, first + len(chunks)))
    inside: dict[int, list[tuple[int, Figure]]] = {}
    loose: list[tuple[int, Figure]] = []
    for number, (owner, figure) in enumerate(owned(chunks, ids, figures)):
        (loose if owner is None else inside.setdefault(owner, [])).append((number, figure))
    rows: list[Row] = []
    long: dict[int, str] = {}
    for place, (identifier, chunk, vector) in enumerate(zip(ids, chunks, vectors, strict=True)):
        own = inside.get(identifier, [])
        data = pack(
            records.dump_json(
                [
                    *(chunk.start, chunk.end, chunk.text, list(chunk.headings), chunk.context, chunk.page),
                    [[number, records.dump_figure(figure)] for number, figure in own],
                ]
            )
        )
        if len(data) > LONGEST:
            long[place], data = data, ""
        context, sentences = token_lists(chunk.context, chunk.text)
        body = [token for sentence in sentences for token in sentence]
        counts.add(context, body)
        rows.append(
            {
                "id": identifier,
                "report_id": report_id,
                "place": place,
                "passage": records.passage_hash(chunk).hex(),
                "data": data,
                "indicators": sorted({one.indicator_id for _, one in own if one.indicator_id}),
                "vector": np.asarray(vector, dtype=np.float32).tolist(),
                "words": chunk_vector(context, body, mean_length),
            }
        )
    return (
        rows,
        long,
        [(number, records.dump_figure(figure)) for number, figure in loose],
        sorted({figure.indicator_id for _, figure in loose if figure.indicator_id}),
    )


def load_chunk(row: Mapping[str, Any], name: str, data: str) -> StoredChunk:
    """A chunk of the report `name` from its row; `data` is the row's, or the report's where that is empty."""
    start, end, text, headings, context, page, figures = json.loads(unpack(data))
    chunk = Chunk(name, start, end, text, tuple(headings), context, page, int(row["id"]))
    return StoredChunk(int(row["report_id"]), chunk, tuple((number, one) for number, one in figures))


def load_figures(stored: StoredChunk) -> list[tuple[int, Figure]]:
    """The figures of a chunk with their numbers within the report."""
    name, identifier = stored.chunk.report, stored.chunk.id
    return [(number, records.load_figure((name, identifier, one))) for number, one in stored.figures]


# ---------------------------------------------------------------- reports


def dump_body(report: Report, loose: Sequence[Numbered], long: Mapping[int, str]) -> str:
    """All of a report that is in no chunk's row, packed."""
    columns = records.dump_report(report)
    blobs = {name: base64.b64encode(columns.pop(name)).decode() for name in ("raw_offsets", "structure")}
    return pack(
        records.dump_json(
            {
                "report": columns | blobs,
                "loose": [list(one) for one in loose],
                "long": {str(place): data for place, data in long.items()},
            }
        )
    )


def load_body(data: str) -> Body:
    """What `dump_body` packed."""
    value = json.loads(unpack(data))
    columns = value["report"]
    columns |= {name: base64.b64decode(columns[name]) for name in ("raw_offsets", "structure")}
    return Body(
        records.load_report([columns[name] for name in _REPORT_COLUMNS]),
        tuple((number, one) for number, one in value["loose"]),
        {int(place): one for place, one in value["long"].items()},
    )


def dump_entry(entry: Entry) -> str:
    """A report's row in the catalogue, packed."""
    data = asdict(entry)
    data["summary"]["metadata"] = records.dump_metadata(entry.summary.metadata)
    data["summary"]["overrides"] = dict(entry.summary.overrides)
    return pack(records.dump_json(data))


def load_entry(data: str) -> Entry:
    """What `dump_entry` packed."""
    value = json.loads(unpack(data))
    summary = value.pop("summary")
    summary["metadata"] = records.load_metadata(summary["metadata"])
    return Entry(ReportSummary(**summary), **(value | {"loose": tuple(value["loose"])}))
