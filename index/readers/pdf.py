"""PDF: text with page and box of every line, columns in reading order, ruled tables as rows.

Running headers, footers and page numbers are found by their place on the page and their return on
other pages, and become recorded drops.
"""

from __future__ import annotations

import io
import logging
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pdfplumber
import pypdfium2
import pypdfium2.raw as pdfium

from index.errors import ReadError
from index.readers.pdf_layout import Box, Glyph, Line, band_texts, lines_of
from index.readers.tables import GridCell, Writer, address, describe, header_rows, with_text_tables
from index.types import Drop, RawReport, Table

logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # it warns of every oddity of a damaged file

MAXIMUM_PAGES = 20_000
_MAXIMUM_TABLE_PAGES = 400  # finding rules is slow: bounded for huge files
_MARGIN = 0.11  # of the page height, where headers and footers stand
_HEADING_SIZE = 1.12  # times the size of the body
_PAGE_NUMBER = re.compile(
    r"^\W*(?:第|[Pp]age)?\s*\d{1,4}\s*(?:页|/\s*\d{1,4}|of\s+\d{1,4})?(?:\s*共\s*\d+\s*页)?\W*$"
)
_CONTINUED = re.compile(r"^\s*[（(]?(?:续表|接上页|续上表|(?i:continued))")


@dataclass(slots=True)
class _TableItem:
    cells: list[GridCell]
    box: Box
    columns: int


@dataclass(slots=True)
class _Page:
    number: int
    height: float
    items: list[Line | _TableItem] = field(default_factory=list)
    turned: list[str] = field(default_factory=list)  # text at another angle: stamps, watermarks


def read(path: Path, data: bytes) -> RawReport:
    """Text, tables and headings of all pages."""
    start = data.find(b"%PDF-", 0, 1024)
    try:
        document = pypdfium2.PdfDocument(data[max(0, start) :])
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise ReadError(
                f"{path.name} is locked by a password: save a copy without one.",
                f"{path.name} 有密码保护：请另存为无密码的副本。",
            ) from error
        raise ReadError(
            f"{path.name} is damaged or not a PDF: get it again from its source.",
            f"{path.name} 已损坏或不是 PDF：请重新获取。",
        ) from error
    try:
        if len(document) > MAXIMUM_PAGES:
            raise ReadError(
                f"{path.name} has {len(document)} pages, more than {MAXIMUM_PAGES}: split it first.",
                f"{path.name} 有 {len(document)} 页，超过 {MAXIMUM_PAGES} 页：请先拆分。",
            )
        pages = list(_read_pages(document, data))
        title = document.get_metadata_value("Title") or None
    finally:
        document.close()
    return _write(pages, title)


def _read_pages(document: pypdfium2.PdfDocument, data: bytes) -> Iterator[_Page]:
    rules = _Rules(data)
    try:
        for index in range(len(document)):
            try:
                page = document[index]
            except pypdfium2.PdfiumError:
                yield _Page(index + 1, 0.0)  # one broken page must not lose the others
                continue
            yield _read_page(page, index, rules)
            page.close()
    finally:
        rules.close()


def _read_page(page: pypdfium2.PdfPage, index: int, rules: _Rules) -> _Page:
    text_page = page.get_textpage()
    glyphs, turned, quarter = _glyphs(text_page)
    text_page.close()
    width, height = page.get_size()
    result = _Page(index + 1, width if quarter % 2 else height, turned=turned)
    tables: list[_TableItem] = []
    paths = sum(1 for _ in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=4))
    if paths >= 4 and not quarter and not page.get_rotation():
        tables, glyphs = _tables(rules.tables(index), glyphs)
    lines = lines_of(glyphs)
    if quarter:
        for line in lines:
            line.box = _turn_box(line.box, -quarter)
    result.items = _in_order(lines, tables)
    return result


def _glyphs(text_page: pypdfium2.PdfTextpage) -> tuple[list[Glyph], list[str], int]:
    """Visible glyphs turned upright, text at odd angles, and the quarter turns of the page's text."""
    found: list[tuple[str, Box, int | None, int]] = []
    spaces = high = 0
    for index in range(text_page.count_chars()):
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000 and high:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)
        high = 0
        character = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        if character.isspace() or pdfium.FPDFText_IsGenerated(text_page, index):
            spaces += 2 if character in "\u3000\t" else 1
            continue
        if character in "\ufffe\u0002":  # a hyphen that the library marks at a line end
            character = "-"
        angle = pdfium.FPDFText_GetCharAngle(text_page, index) / (math.pi / 2)
        quarter = round(angle) % 4 if abs(angle - round(angle)) < 0.06 else None
        box = text_page.get_charbox(index, loose=True)
        if box[2] - box[0] <= 0 or box[3] - box[1] <= 0:
            box = text_page.get_charbox(index)
        found.append((character, box, quarter, spaces))
        spaces = 0
    turns = Counter(quarter for _, _, quarter, _ in found if quarter is not None)
    main = turns.most_common(1)[0][0] if turns else 0
    glyphs = []
    other: list[str] = []
    for character, box, quarter, spaces in found:
        if quarter == main:
            glyphs.append(Glyph(character, *_turn_box(box, main), spaces))
        else:
            other.append(character)
    return glyphs, ["".join(other)] if other else [], main


def _turn_box(box: Box, quarter: int) -> Box:
    """`box` turned back by `quarter` quarter turns about the origin."""
    left, bottom, right, top = box
    for _ in range(quarter % 4):
        left, bottom, right, top = bottom, -right, top, -left
    return left, bottom, right, top


# ---------------------------------------------------------------- ruled tables


class _Rules:
    """The cells that ruled lines make, from pdfplumber, opened only when a page has lines."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.opened: Any = None
        self.count = 0

    def tables(self, index: int) -> list[list[Box]]:
        """Of each table on the page, the boxes of its cells in PDF coordinates."""
        self.count += 1
        if self.count > _MAXIMUM_TABLE_PAGES:
            return []
        try:
            if self.opened is None:
                self.opened = pdfplumber.open(io.BytesIO(self.data))
            page = self.opened.pages[index]
            top = float(page.mediabox[3])
            found = [
                [(cell[0], top - cell[3], cell[2], top - cell[1]) for cell in table.cells if cell]
                for table in page.find_tables()
            ]
            page.close()
            return found
        except Exception:  # a page only pdfium understands still has its text
            return []

    def close(self) -> None:
        if self.opened is not None:
            self.opened.close()


def _tables(found: list[list[Box]], glyphs: list[Glyph]) -> tuple[list[_TableItem], list[Glyph]]:
    """Tables with the text of their cells, and the glyphs that stand outside."""
    tables: list[_TableItem] = []
    for boxes in found:
        lefts, tops = (
            _edges([edge for box in boxes for edge in (box[0], box[2])]),
            _edges([-edge for box in boxes for edge in (box[1], box[3])]),
        )
        if len(lefts) < 3 or len(tops) < 3 or len(boxes) < 4:
            continue
        inside: dict[int, list[Glyph]] = {}
        outside: list[Glyph] = []
        for glyph in glyphs:
            middle = (glyph.left + glyph.right) / 2
            at = next(
                (
                    number
                    for number, box in enumerate(boxes)
                    if box[0] <= middle <= box[2] and box[1] <= glyph.middle <= box[3]
                ),
                None,
            )
            if at is None:
                outside.append(glyph)
            else:
                inside.setdefault(at, []).append(glyph)
        if len(inside) < 3:
            continue
        cells = []
        for number, box in enumerate(boxes):
            column, row = _nearest(lefts, box[0]), _nearest(tops, -box[3])
            across, down = _nearest(lefts, box[2]) - column, _nearest(tops, -box[1]) - row
            text = "\n".join(band_texts(inside.get(number, ())))
            cells.append(GridCell(text, row, column, max(down, 1), max(across, 1), address(row, column), box))
        glyphs = outside
        whole = (lefts[0], -tops[-1], lefts[-1], -tops[0])
        tables.append(
            _TableItem(sorted(cells, key=lambda cell: (cell.row, cell.column)), whole, len(lefts) - 1)
        )
    return tables, glyphs


def _edges(values: list[float]) -> list[float]:
    """Distinct positions of rules; those closer than two points are one."""
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > 2.0:
            edges.append(value)
    return edges


def _nearest(edges: Sequence[float], value: float) -> int:
    return min(range(len(edges)), key=lambda index: abs(edges[index] - value))


def _in_order(lines: list[Line], tables: list[_TableItem]) -> list[Line | _TableItem]:
    """Each table before the first line of its column that stands below it."""
    items: list[Line | _TableItem] = list(lines)
    for table in sorted(tables, key=lambda table: -table.box[3]):
        left, bottom, right, top = table.box
        place = len(items)
        seen = False
        for position, item in enumerate(items):
            overlaps = item.box[0] < right and item.box[2] > left
            if overlaps and item.box[1] >= bottom:
                seen, place = True, position + 1
            elif overlaps and item.box[3] <= bottom + 2 and not seen:
                place = min(place, position)
        # A unit line set far to the right overlaps no column of the table, but stands above it.
        while 0 < place < len(items):
            before, after = items[place - 1].box, items[place].box
            if after[1] < top - 2 or after[3] > before[3] + 2:
                break
            place += 1
        items.insert(place, table)
    return items


# ---------------------------------------------------------------- writing


def _write(pages: list[_Page], title: str | None) -> RawReport:
    furniture = _furniture(pages)
    _mark_headings(pages, furniture)
    writer = Writer("pdf", wrapped=True)
    pending: _Pending | None = None
    for page in pages:
        number = 0
        if page.number > 1:
            writer.blank()
        for position, item in enumerate(page.items):
            if isinstance(item, _TableItem):
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
            _line(writer, item, indent, reason, page.number, number)
        for text in page.turned:
            writer.line(text, drop="text at an angle (stamp or watermark)", page=page.number)
    report = writer.report(title=title, pages=len(pages))
    return with_text_tables(report)


def _line(writer: Writer, line: Line, indent: str, drop: str, page: int, number: int) -> None:
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


def _texts(items: Sequence[Line | _TableItem], position: int, step: int) -> list[str]:
    """Up to eight lines before (nearest last) or after an item, wrapped lines joined, to the next table."""
    lines: list[Line] = []
    position += step
    while 0 <= position < len(items) and len(lines) < 8:
        item = items[position]
        if isinstance(item, _TableItem):
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

    def __init__(self, writer: Writer, item: _TableItem, page: int, before: list[str]) -> None:
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

    def goes_on(self, item: _TableItem) -> bool:
        same_place = abs(item.box[0] - self.box[0]) < 6 and abs(item.box[2] - self.box[2]) < 6
        return item.columns == self.columns and same_place

    def add(self, writer: Writer, item: _TableItem, page: int) -> None:
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


def _furniture(pages: list[_Page]) -> dict[tuple[int, int], str]:
    """(page, item) of running headers, footers and page numbers, with the reason."""
    edges: list[tuple[_Page, int, Line, list[str]]] = []
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


def _mark_headings(pages: list[_Page], furniture: dict[tuple[int, int], str]) -> None:
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
