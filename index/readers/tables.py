"""What all formats share: writing raw text with places, and understanding a table's surroundings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from index.types import Cell, Drop, Place, RawHeading, RawReport, Table

UNIT = re.compile(r"(?:计量)?单位\s*[:：]\s*([^）)\n]{1,30})|(?i:\bunits?\s*[:：]\s*([^)\n]{1,40}))")
NOTE = re.compile(
    r"^\s*(?:[（(]?(?:注|备注|说明|资料来源|数据来源|附注)\s*\d*\s*[）)]?\s*[:：]|(?i:notes?|source)\s*[:：])"
)
_NOTE_GOES_ON = re.compile(r"^\s*(?:\d{1,2}[.、．]|[①-⑳*＊])")
_TITLE = re.compile(r"^\s*(?:附?表\s*[\d一二三四五六七八九十]|续表|(?i:table)\s*\d)")
FIGURE = re.compile(r"[-+−–]?\s*[\d,，. ]*\d\s*[%‰]?|[-—–…/.]+|\*+")
_YEAR = re.compile(r"(?:19|20)\d\d\s*年?")
_MAXIMUM_HEADER_ROWS = 4


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell before it has offsets; `address` is like "B7"."""

    text: str
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    address: str = ""
    box: tuple[float, float, float, float] | None = None


@dataclass(slots=True)
class Writer:
    """Collects a file's text line by line, remembering where every line and cell came from."""

    format: str
    wrapped: bool = False
    parts: list[str] = field(default_factory=list)
    length: int = 0
    places: list[Place] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    headings: list[RawHeading] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)
    paragraph: int = 0

    def line(
        self,
        text: str,
        *,
        level: int = 0,
        drop: str = "",
        page: int | None = None,
        number: int | None = None,
        cell: str | None = None,
        box: tuple[float, float, float, float] | None = None,
    ) -> None:
        """One line or paragraph; `level` makes it a heading, `drop` a recorded drop."""
        if not text.strip():
            return
        self.paragraph += 1
        start, end = self.length, self.length + len(text)
        self._write(text + "\n")
        self.places.append(
            Place(start, end, page, number if number is not None else self.paragraph, cell, box)
        )
        if drop:
            self.drops.append(Drop(start, end, drop, text))
        elif level:
            self.headings.append(RawHeading(start, end, level))

    def blank(self) -> None:
        """A blank line: the end of a block on the page."""
        if self.parts and not self.parts[-1].endswith("\n\n") and self.parts[-1] != "\n":
            self._write("\n")

    def rows(
        self, cells: Sequence[GridCell], *, name: str, page: int | None = None, first_row: int = 0
    ) -> list[Cell]:
        """Cells as lines with tabs between; returns them with raw offsets. `name` heads each address."""
        written: list[Cell] = []
        by_row: dict[int, list[GridCell]] = {}
        for cell in cells:
            by_row.setdefault(cell.row, []).append(cell)
        for row in sorted(by_row):
            self.paragraph += 1
            for position, cell in enumerate(sorted(by_row[row], key=lambda cell: cell.column)):
                if position:
                    self._write("\t")
                text = cell.text.replace("\t", " ").strip()
                start, end = self.length, self.length + len(text)
                if text:
                    self._write(text)
                    address = f"{name}!{cell.address}" if name else cell.address
                    self.places.append(Place(start, end, page, self.paragraph, address, cell.box))
                written.append(
                    Cell(start, end, first_row + row, cell.column, cell.row_span, cell.column_span)
                )
            self._write("\n")
        return written

    def _write(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def report(
        self, *, title: str | None = None, encoding: str | None = None, pages: int | None = None
    ) -> RawReport:
        return RawReport(
            "".join(self.parts), tuple(self.places), self.wrapped, self.format, tuple(self.tables),
            tuple(self.headings), tuple(self.drops), encoding, pages, title,
        )  # fmt: skip


def address(row: int, column: int) -> str:
    """Spreadsheet address of 0-based row and column: (6, 1) is "B7"."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def describe(before: Sequence[str], after: Sequence[str]) -> tuple[str, str, tuple[str, ...]]:
    """(title, unit, notes) of a table from the lines before it (nearest last) and after it."""
    title = unit = ""
    for text in reversed(before[-3:]):
        text = text.strip()
        found = UNIT.search(text)
        if found and not unit:
            unit = (found.group(1) or found.group(2)).strip(" 　;；。")
            text = (text[: found.start()] + text[found.end() :]).strip(" 　（）()")
            if not text:
                continue
        if not title and len(text) <= 60 and (_TITLE.match(text) or text[-1] not in "。；;：:！？，,"):
            title = text
        break
    notes: list[str] = []
    for text in after[:8]:
        if not (NOTE.match(text) or (notes and _NOTE_GOES_ON.match(text))):
            break
        notes.append(text.strip())
    return title, unit, tuple(notes)


def is_figure(text: str) -> bool:
    """A number, a dash for none, or nothing; a bare year names a column."""
    text = text.strip()
    return not text or (FIGURE.fullmatch(text) is not None and _YEAR.fullmatch(text) is None)


def header_rows(cells: Sequence[GridCell]) -> int:
    """How many leading rows name the columns: those before the first row with figures."""
    by_row: dict[int, list[GridCell]] = {}
    for cell in cells:
        by_row.setdefault(cell.row, []).append(cell)
    count = 0
    for row in sorted(by_row)[:_MAXIMUM_HEADER_ROWS]:
        beyond = [cell.text for cell in by_row[row] if cell.column > 0 and cell.text.strip()]
        if any(is_figure(text) for text in beyond):
            break
        count += 1
    if count == len(by_row) or count == _MAXIMUM_HEADER_ROWS:
        return min(1, len(by_row) - 1)  # words only: the first row names the columns
    # A header cell that spans downwards takes its rows with it.
    for cell in cells:
        if cell.row < count:
            count = (
                max(count, min(cell.row + cell.row_span, _MAXIMUM_HEADER_ROWS))
                if cell.row_span > 1
                else count
            )
    return count


# ---------------------------------------------------------------- tables set with spaces or tabs

_FIELDS = re.compile(r"\t| {2,}|\u3000+")
_TABLE_NUMBER = re.compile(r"(?:[附续]?表|(?i:table))\s?[\d一二三四五六七八九十.—-]*")
_DRAWN_FIELDS = re.compile(r"[ \u3000]*[│┃║][ \u3000]*")
_DRAWN_RULE = re.compile(r"[\u2500-\u257f\s+|-]*[\u2500-\u257f]{3}[\u2500-\u257f\s+|-]*")


def with_text_tables(report: RawReport) -> RawReport:
    """The report with the tables that its running text holds, set with tabs or spaces."""
    dropped = {drop.start for drop in report.drops}
    lines = [
        (place.start, place.end)
        for place in report.places
        if place.cell is None and place.start not in dropped and place.end - place.start <= 400
    ]
    found = find_text_tables(report.text, lines)
    if not found:
        return report
    tables = sorted([*report.tables, *found], key=lambda table: min(cell.start for cell in table.cells))
    return replace(report, tables=tuple(tables))


def find_text_tables(text: str, lines: Sequence[tuple[int, int]]) -> list[Table]:
    """Tables in plain text: at least three lines in a row with the same columns, mostly figures.

    `lines` are (start, end) spans in order; columns are parted by tabs, by two or more spaces, or by rules drawn
    with characters.
    """
    lines = [span for span in lines if not _DRAWN_RULE.fullmatch(text, *span)]
    tables: list[Table] = []
    position = 0
    split = [_fields(text, start, end) for start, end in lines]
    while position < len(lines):
        stop = position
        while stop < len(lines) and _is_data_row(text, split[stop], split[position]):
            stop += 1
        if stop - position < 3 or _parted(text, lines, position, stop):
            position += 1
            continue
        columns = len(split[position])
        first = position
        while first > 0 and position - first < 3 and _is_header_row(text, split[first - 1], columns):
            first -= 1
        cells = [
            Cell(
                start, end, row, column + (columns - len(split[first + row]) if row < position - first else 0)
            )
            for row in range(stop - first)
            for column, (start, end) in enumerate(split[first + row])
        ]
        before = [text[start:end] for start, end in lines[max(0, first - 3) : first]]
        after = [text[start:end] for start, end in lines[stop : stop + 8]]
        title, unit, notes = describe(before, after)
        tables.append(Table(tuple(cells), position - first, title, unit, notes))
        position = stop
    return tables


def _fields(text: str, start: int, end: int) -> list[tuple[int, int]]:
    drawn = len(_DRAWN_FIELDS.findall(text, start, end)) >= 2
    edges = " \u3000│┃║" if drawn else " \u3000"
    while start < end and text[start] in edges:
        start += 1
    while drawn and end > start and text[end - 1] in edges:
        end -= 1
    spans: list[tuple[int, int]] = []
    begin = start
    for match in (_DRAWN_FIELDS if drawn else _FIELDS).finditer(text, start, end):
        spans.append((begin, match.start()))
        begin = match.end()
    spans.append((begin, end))
    if spans[-1][0] >= spans[-1][1]:
        spans.pop()
    return spans


def _is_data_row(text: str, fields: Sequence[tuple[int, int]], like: Sequence[tuple[int, int]]) -> bool:
    if len(fields) < 2 or len(fields) != len(like):
        return False
    first = text[slice(*fields[0])].strip()
    figures = [text[slice(*span)].strip() for span in fields[1:]]
    return bool(first) and len(first) <= 40 and all(is_figure(figure) for figure in figures) and any(figures)


def _is_header_row(text: str, fields: Sequence[tuple[int, int]], columns: int) -> bool:
    if len(fields) not in (columns, columns - 1) or len(fields) < 2:
        return False
    words = [text[slice(*span)].strip() for span in fields]
    if _TABLE_NUMBER.fullmatch(words[0]):
        return False  # the title: 表1　主要指标
    return all(len(word) <= 20 for word in words) and not any(word[-1:] in "。；，" for word in words if word)


def _parted(text: str, lines: Sequence[tuple[int, int]], first: int, stop: int) -> bool:
    """Whether running text or a page end lies between the rows."""
    return any(text[lines[at][1] : lines[at + 1][0]].count("\n") > 2 for at in range(first, stop - 1))
