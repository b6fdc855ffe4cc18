"""From the lines and tables of pages to raw text: page furniture, headings, tables over page ends."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from index.readers.pdf_layout import Line
from index.readers.pdf_tables import TableItem
from index.readers.tables import Writer, address, describe, header_rows, with_text_tables
from index.types import Drop, RawReport, Table

_MARGIN = 0.11  # of the page height, where headers and footers stand
_HEADING_SIZE = 1.12  # times the size of the body
_PAGE_NUMBER = re.compile(
    r"^\W*(?:第|[Pp]age)?\s*\d{1,4}\s*(?:页|/\s*\d{1,4}|of\s+\d{1,4})?(?:\s*共\s*\d+\s*页)?\W*$"
)
_CONTINUED = re.compile(r"^\s*[（(]?(?:续表|接上页|续上表|(?i:continued))")


@dataclass(slots=True)
class Page:
    """What was found on one page, in reading order."""

    number: int
    height: float
    items: list[Line | TableItem] = field(default_factory=list)
    turned: list[str] = field(default_factory=list)  # text at another angle: stamps, watermarks
    garbled: list[str] = field(default_factory=list)  # text whose font does not say what it means
    ocr: bool = False
    unread: bool = False


def write_pages(pages: list[Page], title: str | None, format: str = "pdf") -> RawReport:
    """The raw text of all pages; repeated headers, footers and page numbers become drops."""
    furniture = _furniture(pages)
    _mark_headings(pages, furniture)
    writer = Writer(format, wrapped=True)
    pending: _Pending | None = None
    breaks: list[int] = []
    for page in pages:
        number = 0
        if page.number > 1:
            writer.blank()
        for position, item in enumerate(page.items):
            if isinstance(item, TableItem):
                writer.blank()
                if pending is not None and pending.goes_on(item):
                    pending.add(writer, item, page.number)
                else:
                    pending = _Pending(writer, item, page.number, _texts(page.items, position, -1))
                pending.after = _texts(page.items, position, 1)
                pending.finish(writer)
                writer.blank()
                continue
            number += 1
            reason = furniture.get((page.number, position), "")
            if item.new_block and not reason:
                writer.blank()
            # A line of running text ends the table above it, unless it only says "continued".
            if not reason and pending is not None and not _CONTINUED.match(item.text):
                pending = None if len(item.text) > 30 or item.heading else pending
            indented = item.indent >= 1.2 and not reason and not item.heading
            indent = " " * min(8, round(2 * item.indent)) if indented else ""
            after_furniture = (page.number, position - 1) in furniture
            _line(writer, item, indent, reason, page.number, number, breaks, after_furniture)
        for text in page.turned:
            writer.line(text, drop="text at an angle (stamp or watermark)", page=page.number)
        for text in page.garbled:
            writer.line(text, drop="font without Unicode (unreadable)", page=page.number)
    report = writer.report(title=title, pages=len(pages))
    return replace(
        with_text_tables(report),
        breaks=tuple(breaks),
        ocr_pages=tuple(page.number for page in pages if page.ocr),
        unread_pages=tuple(page.number for page in pages if page.unread),
    )


def _line(
    writer: Writer,
    line: Line,
    indent: str,
    drop: str,
    page: int,
    number: int,
    breaks: list[int],
    after_furniture: bool,
) -> None:
    if line.begins and not (drop or line.heading or after_furniture):
        breaks.append(writer.length)
    heading = writer.headings[-1] if writer.headings else None
    goes_on = line.heading and heading is not None and heading.end + 1 == writer.length and not line.new_block
    writer.line(
        indent + line.text,
        level=0 if goes_on else line.heading,
        drop=drop,
        page=page,
        number=number,
        box=line.box,
    )
    if goes_on and heading is not None:  # a heading over two lines
        writer.headings[-1] = replace(heading, end=writer.length - 1)


def _texts(items: Sequence[Line | TableItem], position: int, step: int) -> list[str]:
    """Up to eight lines before (nearest last) or after an item, wrapped lines joined, to the next table."""
    lines: list[Line] = []
    position += step
    while 0 <= position < len(items) and len(lines) < 8:
        item = items[position]
        if isinstance(item, TableItem):
            break
        lines.append(item)
        position += step
    if step < 0:
        return [line.text for line in lines[::-1]]
    texts: list[str] = []
    for line in lines:
        if texts and not line.new_block and line.indent < 1.2 and not texts[-1].endswith(("。", "；")):
            texts[-1] += line.text
        else:
            texts.append(line.text)
    return texts


class _Pending:
    """A table being written that may go on over the next page."""

    def __init__(self, writer: Writer, item: TableItem, page: int, before: list[str]) -> None:
        self.index = len(writer.tables)
        self.name = f"table {self.index + 1}"
        self.before = before
        self.after: list[str] = []
        self.columns = item.columns
        self.box = item.box
        self.header = header_rows(item.cells)
        self.head = [cell.text for cell in item.cells if cell.row < self.header]
        self.rows = 1 + max(cell.row for cell in item.cells)
        self.written = writer.rows(item.cells, name=self.name, page=page)
        writer.tables.append(Table(tuple(self.written), self.header))

    def goes_on(self, item: TableItem) -> bool:
        same_place = abs(item.box[0] - self.box[0]) < 6 and abs(item.box[2] - self.box[2]) < 6
        return item.columns == self.columns and same_place

    def add(self, writer: Writer, item: TableItem, page: int) -> None:
        """The rows on the next page; a repeated header becomes a recorded drop."""
        repeated = [cell.text for cell in item.cells if cell.row < self.header] == self.head
        cells = [replace(cell, address=address(self.rows + cell.row, cell.column)) for cell in item.cells]
        written = writer.rows(cells, name=self.name, page=page, first_row=self.rows)
        for cell, source in zip(written, cells, strict=True):
            if repeated and source.row < self.header and cell.start < cell.end:
                text = source.text.replace("\t", " ").strip()
                writer.drops.append(Drop(cell.start, cell.end, "repeated table header", text))
        self.written += written
        self.rows += 1 + max(cell.row for cell in item.cells)

    def finish(self, writer: Writer) -> None:
        title, unit, notes = describe(self.before, self.after)
        writer.tables[self.index] = Table(tuple(self.written), self.header, title, unit, notes)


# ---------------------------------------------------------------- page furniture and headings


def _furniture(pages: list[Page]) -> dict[tuple[int, int], str]:
    """(page, item) of running headers, footers and page numbers, with the reason."""
    edges: list[tuple[Page, int, Line, list[str]]] = []
    for page in pages:
        for position, item in enumerate(page.items):
            if not isinstance(item, Line) or not page.height:
                continue
            middle = (item.box[1] + item.box[3]) / 2 / page.height
            if not _MARGIN <= middle <= 1 - _MARGIN:
                where = "bottom " if middle < 0.5 else "top "
                edges.append((page, position, item, [where + _shape(part) for part in item.text.split("  ")]))
    # Parts of a line count by themselves: on a page in columns they are lines of their own.
    counts = Counter(shape for *_, shapes in edges for shape in shapes)
    filled = sum(1 for page in pages if page.items)
    needed = 2 if filled <= 4 else max(3, math.ceil(0.3 * filled))
    found: dict[tuple[int, int], str] = {}
    for page, position, line, shapes in edges:
        text = line.text.strip()
        if _PAGE_NUMBER.match(text) and (counts[shapes[0]] >= 2 or not text.isdigit()):
            found[(page.number, position)] = "page number"
        elif len(text) <= 80 and all(counts[shape] >= needed for shape in shapes):
            top = shapes[0].startswith("top")
            found[(page.number, position)] = "running header" if top else "running footer"
    return found


def _shape(text: str) -> str:
    return re.sub(r"\d+", "0", re.sub(r"\s+", "", text))


def _mark_headings(pages: list[Page], furniture: dict[tuple[int, int], str]) -> None:
    """Lines clearly larger than the body are headings; the larger, the higher."""
    lines = [
        item
        for page in pages
        for position, item in enumerate(page.items)
        if isinstance(item, Line) and (page.number, position) not in furniture
    ]
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(2 * line.size) / 2] += len(line.text)
    if not sizes:
        return
    body = sizes.most_common(1)[0][0]
    large = [line for line in lines if line.size >= _HEADING_SIZE * body and len(line.text) <= 60]
    if len(large) > 0.25 * len(lines):
        return
    ranks = sorted({round(line.size) for line in large}, reverse=True)
    for line in large:
        line.heading = min(1 + ranks.index(round(line.size)), 4)
