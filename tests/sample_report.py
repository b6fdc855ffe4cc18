"""Small reports made without any reader: one chunk a line, one figure for every percentage."""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Sequence
from decimal import Decimal

from index.records import passage
from index.store import ReportIndex
from index.types import Block, Cell, Chunk, Drop, Figure, Metadata, Place, Report, Slot, Table


def make_report(name: str, lines: Sequence[str], path: str = "") -> Report:
    text = "\n".join(lines)
    blocks, places, start = [], [], 0
    for number, line in enumerate(lines, start=1):
        blocks.append(Block("paragraph", start, start + len(line)))
        places.append(Place(start + 3, start + 3 + len(line), page=1, line=number, box=(1.0, 2.0, 3.5, 4.0)))
        start += len(line) + 1
    return Report(
        name=name,
        text=text,
        raw_offsets=array("i", (-1 if character == "\n" else at + 3 for at, character in enumerate(text))),
        places=tuple(places),
        blocks=tuple(blocks),
        tables=(Table((Cell(0, 1, 0, 0),), 1, "表1", "亿元", ("注：初步数。",)),),
        drops=(Drop(0, 3, "page number", "- 1"),),
        metadata=Metadata(title=Slot(name, "file name"), region=Slot("云川市", "text")),
        sha256=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        format="text",
        pages=1,
        path=path,
    )


def chunks_of(report: Report) -> list[Chunk]:
    return [
        Chunk(report.name, b.start, b.end, report.text[b.start : b.end], ("一、综合",), report.name, 1)
        for b in report.blocks
    ]


def figures_of(report: Report) -> list[Figure]:
    return [
        Figure(
            report=report.name,
            start=match.start(),
            end=match.end(),
            text=match.group(),
            value=Decimal(match.group(1)),
            unit="%",
            base_unit="%",
            scale=0,
            indicator="工业增加值",
            indicator_id="industrial_value_added",
            period="2023",
            region="云川市",
        )
        for match in re.finditer(r"([0-9.]+)%", report.text)
    ]


def put_lines(index: ReportIndex, name: str, lines: Sequence[str]) -> Report:
    """Writes a report of these lines and returns it."""
    report = make_report(name, lines)
    chunks = chunks_of(report)
    assert index.embedder is not None
    vectors = index.embedder.embed_passages([passage(chunk) for chunk in chunks])
    index.put(report, chunks, vectors, figures_of(report))
    return report
