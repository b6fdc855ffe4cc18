"""Ruled tables of a PDF page: the cells that lines make, with the text that stands in them."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pdfplumber

from index.readers.pdf_columns import Box, Glyph
from index.readers.pdf_layout import Line, band_texts
from index.readers.tables import GridCell, address

logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # it warns of every oddity of a damaged file

_MAXIMUM_TABLE_PAGES = 400  # finding rules is slow: bounded for huge files


@dataclass(slots=True)
class TableItem:
    """A table among the lines of a page."""

    cells: list[GridCell]
    box: Box
    columns: int


class Rules:
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


def tables_of(found: list[list[Box]], glyphs: list[Glyph]) -> tuple[list[TableItem], list[Glyph]]:
    """Tables with the text of their cells, and the glyphs that stand outside."""
    tables: list[TableItem] = []
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
            TableItem(sorted(cells, key=lambda cell: (cell.row, cell.column)), whole, len(lefts) - 1)
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


def in_order(lines: list[Line], tables: list[TableItem]) -> list[Line | TableItem]:
    """Each table before the first line of its column that stands below it."""
    items: list[Line | TableItem] = list(lines)
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
