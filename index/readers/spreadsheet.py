"""Spreadsheets and CSV: each block of a sheet becomes a table, cited by cell ("Sheet1!B7")."""

from __future__ import annotations

import contextlib
import csv
import datetime
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import lxml.etree
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from index.errors import ReadError
from index.limits import Limits, Progress
from index.readers.docx import check_archive
from index.readers.tables import NOTE, UNIT, GridCell, Writer, address, describe, header_rows
from index.readers.text import decode
from index.types import RawReport, Table

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)>")
_ADDRESS = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_STYLE = re.compile(rb'\bs="(\d+)"')
_BUILTIN_FORMATS = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 17: "mmm-yy"}
Merges = Sequence[tuple[tuple[int, int], tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class _Format:
    """How a cell shows its number: decimals (None: as stored), per cent, or a month without a day."""

    decimals: int | None
    percent: bool
    month: bool


def read(
    path: Path, data: bytes, limits: Limits | None = None, progress: Progress | None = None
) -> RawReport:
    """All visible sheets in order; hidden ones are recorded as drops."""
    limits = limits or Limits()
    if path.suffix.lower() in (".csv", ".tsv") and not data.startswith(b"PK\x03\x04"):
        return _read_csv(path, data, limits)
    formats: dict[str, dict[tuple[int, int], _Format]] = {}
    if data.startswith(b"PK\x03\x04"):
        check_archive(path.name, data, limits)
        formats = _number_formats(path.name, data, limits)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [(sheet, workbook.get_sheet_by_name(sheet.name)) for sheet in workbook.sheets_metadata]
    except Exception as error:  # calamine has one exception type a format, and panics derive from none
        detail = str(error).lower()
        if "password" in detail or "encrypt" in detail:
            raise ReadError(
                f"{path.name} is locked by a password: save it again without one.",
                f"{path.name} 有密码保护：请去掉密码后另存。",
            ) from error
        raise ReadError(
            f"{path.name} is damaged or not a spreadsheet: open and save it again as .xlsx.",
            f"{path.name} 已损坏或不是表格文件：请打开后另存为 .xlsx。",
        ) from error
    writer = Writer("xlsx")
    for metadata, sheet in sheets:
        shown = formats.get(metadata.name, {})
        top, left = sheet.start or (0, 0)
        grid = [
            [_shown(value, shown.get((top + row, left + column))) for column, value in enumerate(values)]
            for row, values in enumerate(sheet.to_python(skip_empty_area=True))
        ]
        if metadata.visible != SheetVisibleEnum.Visible:
            for values in grid:
                writer.line(" ".join(filter(None, values)), drop="hidden sheet")
            continue
        merges = [
            ((first[0] - top, first[1] - left), (last[0] - top, last[1] - left))
            for first, last in sheet.merged_cell_ranges or ()
        ]
        _write_sheet(writer, metadata.name, grid, merges, (top, left))
    return writer.report()


def _read_csv(path: Path, data: bytes, limits: Limits) -> RawReport:
    text, encoding = decode(data, path.name)
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    with contextlib.suppress(csv.Error):  # one column, or too odd to tell: the usual delimiter
        delimiter = csv.Sniffer().sniff(text[:20_000], ",;\t|").delimiter
    csv.field_size_limit(1_000_000)
    try:
        grid = [
            [value.strip() for value in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter)
        ]
    except csv.Error as error:
        raise ReadError(
            f"{path.name} is not a readable CSV file ({error}): save it again from the spreadsheet.",
            f"{path.name} 不是可读的 CSV 文件（{error}）：请从表格软件重新导出。",
        ) from error
    width = max((len(row) for row in grid), default=0)
    if width * len(grid) > limits.cells:
        raise _too_large(path.name, limits)
    writer = Writer("csv")
    _write_sheet(writer, "", [row + [""] * (width - len(row)) for row in grid], (), (0, 0))
    return writer.report(encoding=encoding)


# ---------------------------------------------------------------- sheets to tables


def _write_sheet(
    writer: Writer, name: str, grid: list[list[str]], merges: Merges, offset: tuple[int, int]
) -> None:
    """Blocks of rows between empty rows; each is a table with its title, unit and notes."""
    top, left = offset

    def place(row: int, column: int) -> str:
        where = address(top + row, left + column)
        return f"{name}!{where}" if name else where

    spans = {first: (last[0] - first[0] + 1, last[1] - first[1] + 1) for first, last in merges}
    for first, stop in _filled_runs(grid):
        lone = [_lone_cell(grid[row]) for row in range(first, stop)]
        begin, end = first, stop
        while begin < end and lone[begin - first] is not None:
            begin += 1
        while end > begin and lone[end - 1 - first] is not None:
            end -= 1
        titled = False
        for row in range(first, begin):
            column = lone[row - first] or 0
            text = grid[row][column]
            heading = not titled and not UNIT.match(text) and not NOTE.match(text) and len(text) <= 60
            titled = titled or heading
            writer.line(text, level=int(heading and begin < end), cell=place(row, column))
        before = [grid[row][lone[row - first] or 0] for row in range(first, begin)]
        after = [grid[row][lone[row - first] or 0] for row in range(end, stop)]
        if begin < end:
            cells = list(_cells(grid, begin, end, spans, (top, left)))
            written = writer.rows(cells, name=name)
            title, unit, notes = describe([*before[:1], *before[1:][-2:]], after)
            title = next((text for text in before if not UNIT.match(text)), title)
            writer.tables.append(
                Table(tuple(written), header_rows(cells), title, unit, notes or _bare_notes(after))
            )
        for row in range(end, stop):
            column = lone[row - first] or 0
            writer.line(grid[row][column], cell=place(row, column))


def _bare_notes(after: Sequence[str]) -> tuple[str, ...]:
    return tuple(text for text in after if len(text) <= 120)[:4]


def _filled_runs(grid: list[list[str]]) -> Iterator[tuple[int, int]]:
    """(first, stop) of each run of rows with anything in them."""
    first = -1
    for row in range(len(grid) + 1):
        filled = row < len(grid) and any(grid[row])
        if filled and first < 0:
            first = row
        elif not filled and first >= 0:
            yield first, row
            first = -1


def _lone_cell(values: Sequence[str]) -> int | None:
    """The column of the only filled cell of a row that is a line of text rather than data."""
    filled = [column for column, value in enumerate(values) if value]
    if len(filled) != 1 or (len(values) > 1 and not re.search(r"[^\d.,%\s-]", values[filled[0]])):
        return None
    return filled[0]


def _cells(
    grid: list[list[str]],
    begin: int,
    end: int,
    spans: dict[tuple[int, int], tuple[int, int]],
    offset: tuple[int, int],
) -> Iterator[GridCell]:
    covered: set[tuple[int, int]] = set()
    for row in range(begin, end):
        for column, value in enumerate(grid[row]):
            if (row, column) in covered:
                continue
            down, across = spans.get((row, column), (1, 1))
            down = min(down, end - row)
            if down * across > 1:
                covered.update((row + y, column + x) for y in range(down) for x in range(across))
            where = address(offset[0] + row, offset[1] + column)
            yield GridCell(value, row - begin, column, down, across, where)


# ---------------------------------------------------------------- values as the sheet shows them


def _shown(value: object, how: _Format | None) -> str:
    if value is None or isinstance(value, str):
        return re.sub(r"\s*\n\s*", " ", value or "").strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        if how is not None and how.percent:
            return f"{value * 100:.{how.decimals or 0}f}%"
        if how is not None and how.decimals is not None:
            return f"{value:.{how.decimals}f}"
        if float(value).is_integer() and abs(value) < 1e15:
            return str(int(value))
        return f"{value:.10g}"
    if isinstance(value, datetime.datetime) and not (value.hour or value.minute or value.second):
        value = value.date()
    if isinstance(value, datetime.date) and how is not None and how.month:
        return f"{value.year}年{value.month}月"
    return str(value)


def _number_formats(name: str, data: bytes, limits: Limits) -> dict[str, dict[tuple[int, int], _Format]]:
    """By sheet, the cells whose number format changes what is shown; refuses absurdly large sheets."""
    result: dict[str, dict[tuple[int, int], _Format]] = {}
    parser = lxml.etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
                return result
            styles = _styles(archive.read("xl/styles.xml"), parser) if "xl/styles.xml" in names else {}
            relations = lxml.etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), parser)
            targets = {relation.get("Id"): relation.get("Target") or "" for relation in relations}
            workbook = lxml.etree.fromstring(archive.read("xl/workbook.xml"), parser)
            for sheet in workbook.iter(f"{_MAIN}sheet"):
                target = targets.get(sheet.get(_RELATION)) or ""
                part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
                if part in names:
                    result[sheet.get("name") or ""] = _styled_cells(name, archive.read(part), styles, limits)
    except (lxml.etree.XMLSyntaxError, zipfile.BadZipFile, KeyError, OSError, EOFError):
        return result  # the spreadsheet library will say what is wrong, or read it all the same
    return result


def _styles(content: bytes, parser: lxml.etree.XMLParser) -> dict[int, _Format]:
    root = lxml.etree.fromstring(content, parser)
    codes = dict(_BUILTIN_FORMATS)
    for element in root.iter(f"{_MAIN}numFmt"):
        codes[int(element.get("numFmtId") or 0)] = element.get("formatCode") or ""
    styles: dict[int, _Format] = {}
    for index, element in enumerate(root.iterfind(f"{_MAIN}cellXfs/{_MAIN}xf")):
        code = codes.get(int(element.get("numFmtId") or 0), "")
        plain = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.', "", code.split(";")[0])
        if re.search(r"(?i)y", plain):
            styles[index] = _Format(None, False, not re.search(r"(?i)d", plain))
        elif "0" in plain and not re.search(r"[eE/?]", plain):
            decimals = re.search(r"\.(0+)", plain)
            styles[index] = _Format(len(decimals.group(1)) if decimals else 0, "%" in plain, False)
    return styles


def _styled_cells(
    name: str, content: bytes, styles: dict[int, _Format], limits: Limits
) -> dict[tuple[int, int], _Format]:
    cells: dict[tuple[int, int], _Format] = {}
    bottom = right = 0
    for match in _CELL.finditer(content):
        where = _ADDRESS.search(match.group(1))
        if where is None:
            continue
        column = 0
        for letter in where.group(1):
            column = column * 26 + letter - 64
        row = int(where.group(2))
        bottom, right = max(bottom, row), max(right, column)
        style = _STYLE.search(match.group(1))
        if style is not None and int(style.group(1)) in styles:
            cells[(row - 1, column - 1)] = styles[int(style.group(1))]
    if bottom * right > limits.cells:
        raise _too_large(name, limits)
    return cells


def _too_large(name: str, limits: Limits) -> ReadError:
    return limits.exceeded(
        name,
        "cells",
        "has a sheet of more than {} cells (delete its empty rows and columns)",
        "的工作表超过 {} 个单元格（请删除空行空列）",
    )
