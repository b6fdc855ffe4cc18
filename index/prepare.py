"""From one file to all that the index stores of it but the vectors: read, repair, describe, cut, count."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path

from index.clean import clean
from index.errors import ReadError
from index.figures import read_figures
from index.limits import Limits
from index.metadata import read_metadata
from index.overrides import apply_overrides
from index.readers import read_bytes, read_data
from index.records import dump_figure, dump_report, load_figure, load_report
from index.split import split
from index.types import Chunk, Figure, Report

_COLUMNS = (
    *("name", "sha256", "path", "format", "encoding", "pages", "metadata"),
    *("text", "raw_offsets", "structure"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """What to prepare: the file, its report name, the sha256 it had when it was found."""

    path: str
    name: str
    key: str  # the path as it is stored
    sha256: str
    overrides: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A report that has been read and waits for its vectors."""

    report: Report
    chunks: list[Chunk]
    figures: list[Figure]


def prepare(
    source: Source, limits: Limits | None = None, progress: Callable[[int, int], None] | None = None
) -> Prepared:
    """Read one file. `progress` is told (pages done, pages in all) where a page takes long.

    ReadError, naming file and cure, on anything unreadable or beyond the limits.
    """
    limits = limits or Limits()
    path = Path(source.path)
    data = read_bytes(path, limits)
    # The very bytes that are read are the ones that were hashed: no change in between goes unseen.
    if hashlib.sha256(data).hexdigest() != source.sha256:
        raise ReadError(
            f"{path.name} was changed while being read: index it again.",
            f"{path.name} 在读取时被改动：请重新索引。",
        )
    raw = read_data(path, data, limits, progress)
    del data
    report = clean(raw, name=source.name, sha256=source.sha256, path=source.key)
    report = apply_overrides(read_metadata(report), source.overrides)
    report.text.encode()  # half a surrogate pair would spoil the whole batch later
    return Prepared(report, split(report), read_figures(report))


# ---------------------------------------------------------------- between processes, as JSON


def dump_prepared(prepared: Prepared) -> tuple[dict[str, object], list[bytes]]:
    """Plain JSON and the two binary columns of the report."""
    columns = dump_report(prepared.report)
    blobs = [columns.pop("raw_offsets"), columns.pop("structure")]
    return {
        "report": columns,
        "chunks": [astuple(chunk) for chunk in prepared.chunks],
        "figures": [dump_figure(figure) for figure in prepared.figures],
    }, blobs


def load_prepared(data: Mapping[str, object], blobs: list[bytes]) -> Prepared:
    """What `dump_prepared` wrote."""
    columns = dict(data["report"]) | {"raw_offsets": blobs[0], "structure": blobs[1]}  # type: ignore[call-overload]
    report = load_report([columns[name] for name in _COLUMNS])
    chunks = [
        Chunk(name, start, end, text, tuple(headings), context, page, identifier)
        for name, start, end, text, headings, context, page, identifier in data["chunks"]  # type: ignore[attr-defined]
    ]
    figures = [load_figure((report.name, None, text)) for text in data["figures"]]  # type: ignore[attr-defined]
    return Prepared(report, chunks, figures)


def dump_source(source: Source) -> str:
    """A request as one line of JSON; a path that is no valid Unicode keeps its bytes."""
    return json.dumps(astuple(source))


def load_source(line: str) -> Source:
    """What `dump_source` wrote."""
    return Source(*json.loads(line))
