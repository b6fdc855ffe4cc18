"""Repair: from a reader's raw text to the canonical report with its offset map.

Canonical text differs from the raw text only in white space, line breaks, the width of letters and
digits, and recorded drops. Every canonical character is one raw character, so the map is exact.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.boilerplate import INVISIBLE, find_drops
from index.outline import Outline, without_lone_headings
from index.paragraphs import VOID, Line, Paragraph, group, read_lines
from index.spacing import GAP, figure_gaps, flatten, is_chinese, keeps_space, tidy, visible
from index.types import Block, Cell, Drop, Metadata, RawHeading, RawReport, Report, Slot, Table

__all__ = ["clean", "visible"]

_BLANK = " \u3000\n\t\f" + VOID


def clean(raw: RawReport, *, name: str, sha256: str, path: str = "") -> Report:
    """The canonical report of what a reader saw. Metadata holds at most the file's own title."""
    rows = _row_spans(raw.tables)
    drops = _all_drops(raw, [(start, end) for start, end, _, _ in rows])
    flat = flatten(raw.text, drops)
    builder = _Builder(raw.text, flat)
    outline = Outline(known=bool(raw.headings))
    for item in _items(flat, raw, rows):
        if isinstance(item, Paragraph):
            builder.block(item.start, item.end, outline.level(item, item.heading))
        else:
            builder.row(raw.tables[item[0]], *item)
    title = Slot(raw.title, "file metadata") if raw.title else None
    return Report(
        name=name,
        text="".join(builder.parts),
        raw_offsets=builder.raw_offsets,
        places=raw.places,
        blocks=without_lone_headings(builder.blocks),
        tables=_canonical_tables(raw.tables, builder.raw_offsets),
        drops=tuple(drops),
        metadata=Metadata(title=title),
        sha256=sha256,
        format=raw.format,
        encoding=raw.encoding,
        pages=raw.pages,
        path=path,
        ocr_pages=raw.ocr_pages,
        unread_pages=raw.unread_pages,
    )


# ---------------------------------------------------------------- what is left out


def _all_drops(raw: RawReport, rows: Sequence[tuple[int, int]]) -> list[Drop]:
    """The reader's drops, boilerplate and invisible characters; sorted and not overlapping."""
    text = raw.text
    lines = [match.span() for match in re.finditer(r"[^\n\f]+", text)]
    found = list(raw.drops)
    found += find_drops(text, lines=[line for line in lines if not _inside(line, rows)], wrapped=raw.wrapped)
    found += [
        Drop(*match.span(), "invisible characters", match.group()) for match in INVISIBLE.finditer(text)
    ]
    drops: list[Drop] = []
    for drop in sorted(found, key=lambda drop: (drop.start, -drop.end)):
        start = max(drop.start, drops[-1].end if drops else 0)
        if drop.end > start:
            drops.append(replace(drop, start=start, text=text[start : drop.end]))
    return drops


def _inside(line: tuple[int, int], rows: Sequence[tuple[int, int]]) -> bool:
    """Whether a line shares characters with a table row (`rows` are sorted)."""
    at = bisect_right(rows, line[1], key=lambda row: row[0]) - 1
    return at >= 0 and rows[at][1] > line[0]


# ---------------------------------------------------------------- rows and paragraphs


def _row_spans(tables: Sequence[Table]) -> list[tuple[int, int, int, int]]:
    """(raw start, raw end, table, row) of every table row, in order of the text."""
    spans: list[tuple[int, int, int, int]] = []
    for number, table in enumerate(tables):
        rows: dict[int, list[Cell]] = {}
        for cell in table.cells:
            rows.setdefault(cell.row, []).append(cell)
        for row, cells in rows.items():
            spans.append((min(cell.start for cell in cells), max(cell.end for cell in cells), number, row))
    return sorted(spans)


def _items(
    flat: str, raw: RawReport, rows: Sequence[tuple[int, int, int, int]]
) -> Iterator[Paragraph | tuple[int, int]]:
    """Paragraphs and (table, row) in order; a heading the reader saw is a paragraph of its own."""
    marks: list[tuple[int, int, RawHeading | tuple[int, int] | None]] = [
        (heading.start, heading.end, heading) for heading in raw.headings
    ]
    marks += [(start, start, None) for start in raw.breaks]
    marks += [(start, end, (table, row)) for start, end, table, row in rows]
    marks.sort(key=lambda mark: mark[:2])
    runs: list[list[Line]] = []
    position = 0
    for start, end, _ in marks:
        runs.append(read_lines(flat, raw.text, position, max(position, start)))
        position = max(position, end)
    runs.append(read_lines(flat, raw.text, position, len(flat)))
    grouped = group(runs, wrapped=raw.wrapped)
    for paragraphs, (start, end, mark) in zip(grouped, marks, strict=False):
        yield from paragraphs
        if mark is None:
            continue
        if not isinstance(mark, RawHeading):
            yield mark
        elif lines := read_lines(flat, raw.text, start, end):
            yield Paragraph(lines, blank_before=True, heading=mark)
    yield from grouped[-1]


# ---------------------------------------------------------------- the canonical text


class _Builder:
    """Writes canonical text piece by piece, keeping one raw offset a character."""

    def __init__(self, raw: str, flat: str) -> None:
        self.raw = raw
        self.flat = flat
        self.parts: list[str] = []
        self.raw_offsets: array[int] = array("q")
        self.blocks: list[Block] = []
        self.inside_figures = figure_gaps(flat)

    def block(self, start: int, end: int, level: int) -> None:
        begin = self._new_line()
        self._write(start, end)
        stop = len(self.raw_offsets)
        self.blocks.append(Block("heading", begin, stop, level) if level else Block("paragraph", begin, stop))

    def row(self, table: Table, number: int, row: int) -> None:
        """The cells of a row with tabs between; a row without text is left out."""
        cells = sorted((cell for cell in table.cells if cell.row == row), key=lambda cell: cell.column)
        while cells and not self.flat[cells[-1].start : cells[-1].end].strip(_BLANK):
            cells.pop()  # no tabs for empty cells at the end of a row
        if not cells:
            return
        begin = self._new_line()
        for position, cell in enumerate(cells):
            if position:
                self._insert("\t")
            self._write(cell.start, cell.end)
        self.blocks.append(Block("row", begin, len(self.raw_offsets), table=number, row=row))

    def _new_line(self) -> int:
        if self.raw_offsets:
            self._insert("\n")
        return len(self.raw_offsets)

    def _insert(self, space: str) -> None:
        self.parts.append(space)
        self.raw_offsets.append(-1)

    def _copy(self, start: int, end: int) -> None:
        self.parts.append(self.flat[start:end])
        self.raw_offsets.extend(range(start, end))

    def _write(self, start: int, end: int) -> None:
        """`flat[start:end]` with each gap closed, or left as one space."""
        flat = self.flat
        while start < end and flat[start] in _BLANK:
            start += 1
        while end > start and flat[end - 1] in _BLANK:
            end -= 1
        chinese = is_chinese(flat[start:end])
        position = start
        for match in GAP.finditer(flat, start, end):
            self._copy(position, match.start())
            position = match.end()
            if match.start() in self.inside_figures:
                continue
            if keeps_space(flat, match.start(), match.end(), chinese=chinese):
                self.parts.append(" ")
                self.raw_offsets.append(self._own_space(match))
        self._copy(position, end)

    def _own_space(self, gap: re.Match[str]) -> int:
        """Raw offset of the file's own space in the gap, -1 if the space stands for something else."""
        if "\n" in gap.group():
            return -1
        own = (at for at in range(gap.start(), gap.end()) if self.raw[at].isspace())
        return next(own, -1)


# ---------------------------------------------------------------- tables


def _canonical_tables(tables: Sequence[Table], raw_offsets: array[int]) -> tuple[Table, ...]:
    """The tables with their cells at canonical offsets; a cell left without text is empty there."""
    if not tables:
        return ()
    positions = [position for position, offset in enumerate(raw_offsets) if offset >= 0]
    offsets = [raw_offsets[position] for position in positions]
    moved = []
    for table in tables:
        cells = []
        for cell in table.cells:
            first, last = bisect_left(offsets, cell.start), bisect_left(offsets, cell.end)
            if first < last:
                cells.append(replace(cell, start=positions[first], end=positions[last - 1] + 1))
            else:
                after = positions[first - 1] + 1 if first else 0
                cells.append(replace(cell, start=after, end=after))
        notes = tuple(tidy(note) for note in table.notes)
        moved.append(
            replace(table, cells=tuple(cells), title=tidy(table.title), unit=tidy(table.unit), notes=notes)
        )
    return tuple(moved)
