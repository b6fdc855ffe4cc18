"""The units of numbers that stand bare: in table rows, and in 12.0∶38.7∶49.3.

A row such as `旅游总收入<tab>亿元<tab>452.6<tab>248.3` names its unit in a cell of its own, in its label, in
the column's header or in the 单位 line. Read here from the canonical text alone, independently of the
product's own tables. A header of two rows loses which columns its upper cells span; they are told by the
lower names beginning anew. Where they can't be told, every unit that the table's header names is possible,
and so is the row's or the table's own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Final

from eval.quantities import Direction, Quantity, as_quantity, fold_width, read_quantities
from eval.units import CHINESE_UNITS, PERIOD_DIMENSIONS

_NUMBER: Final = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
_NOT_GIVEN: Final = re.compile(r"[-.…·/]*")  # "—" in a cell, as folded
_UNIT_LINE: Final = re.compile(r"单位\s*:\s*(?P<units>[^\s()]+)")
_IN_PARENTHESES: Final = re.compile(r"\(([^()]+)\)")
_PERCENT_COLUMN: Final = re.compile(r"增长|增速|增幅|涨幅|降幅|同比|环比|比重|占比|比上年|构成|%$")
_GROWTH_COLUMN: Final = re.compile(r"增长|增速|增幅|涨幅|同比|环比|比上年")
_FALL_COLUMN: Final = re.compile(r"下降|降低|减少|降幅")
_RATIO: Final = re.compile(r"\d+(?:\.\d+)?(?:\s*[:∶]\s*\d+(?:\.\d+)?){2,}")
_LINES_ABOVE: Final = 3  # where a caption and a 单位 line may stand


@dataclass(frozen=True, slots=True)
class _Table:
    """Consecutive lines with tabs: header rows, data rows, and the units named above them."""

    header: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    units: tuple[str, ...]


def implied_quantities(quote: str, report: str) -> list[Quantity]:
    """The quantities of `quote` whose unit its table or ratio gives, with offsets in `quote`.

    `report` is the canonical text that the quote is from. A cell with several possible units gives several.
    """
    found = _shares_of_ratios(quote)
    position = 0
    for line in quote.split("\n"):
        if "\t" in line:
            found += _of_row(line, position, report)
        position += len(line) + 1
    return found


def _of_row(line: str, position: int, report: str) -> list[Quantity]:
    cells = _cells(line)
    starts = [position]
    for cell in line.split("\t"):
        starts.append(starts[-1] + len(cell) + 1)
    found: list[Quantity] = []
    for table in _tables(report):
        for row in table.rows:
            first = _place(cells, row)
            if first is None:
                continue
            for number, cell in enumerate(cells):
                if not _NUMBER.fullmatch(cell):
                    continue
                for quantity in _readings(row, first + number, table):
                    end = starts[number + 1] - 1
                    placed = replace(quantity, start=starts[number], end=end, text=cell)
                    found += [placed] if placed not in found else []
    return found


def _cells(line: str) -> tuple[str, ...]:
    return tuple(fold_width(cell).strip() for cell in line.split("\t"))


def _place(cells: Sequence[str], row: Sequence[str]) -> int | None:
    """The column of `row` where the quoted cells begin; the first may lack its beginning ("#", "其中:")."""
    for first in range(len(row) - len(cells) + 1):
        part = row[first : first + len(cells)]
        same_first = part[0] == cells[0] or bool(cells[0] and part[0].endswith(cells[0]))
        if same_first and tuple(part[1:]) == tuple(cells[1:]):
            return first
    return None


def _readings(row: Sequence[str], column: int, table: _Table) -> list[Quantity]:
    aligned = [cells[column] for cells in table.header if len(cells) == len(row)]
    if not aligned and (names := _column_names(table.header, row)):
        aligned = [names[column]]
    own_units = [unit for name in aligned for unit in _units_of(name)]
    of_row = [cell for cell in row if _is_unit(cell)][:1] or _units_in_parentheses(row[0])
    if own_units:
        units = own_units
    elif aligned:
        # "单位：亿元、%" over a column that names no rate: the 亿元.
        units = of_row or [unit for unit in table.units if unit != "%"] or list(table.units)
    else:
        named = [unit for cells in table.header for name in cells for unit in _units_of(name)]
        units = [*named, *(of_row or table.units)]
    direction = _direction(row[column], " ".join(aligned))
    return [
        replace(as_quantity(row[column].lstrip("-"), unit), direction=direction)
        for unit in dict.fromkeys(units)
    ]


def _column_names(header: Sequence[Sequence[str]], row: Sequence[str]) -> tuple[str, ...] | None:
    """The name of each column under a header of two rows, in the lower row's words; None if it can't be told.

    The upper row names the label columns and groups of columns, the lower row the columns in each group,
    again from the first name in each. A column with no lower name is an upper cell with a unit of its own.
    """
    if len(header) != 2:
        return None
    upper, lower = header
    labels = next(
        (n for n, cell in enumerate(row) if _NUMBER.fullmatch(cell) or _NOT_GIVEN.fullmatch(cell)), 0
    )
    groups: list[list[str]] = []
    for name in lower:
        if not groups or name in groups[-1]:
            groups.append([])
        groups[-1].append(name)
    single = len(row) - labels - len(lower)  # columns that the lower row says nothing of
    tops = upper[labels:]
    if labels == 0 or single < 0 or len(groups) + single != len(tops):
        # Whose columns they are stays open, but where each has a lower name, that is its name.
        return (*upper[:labels], *lower) if labels and single == 0 else None
    alone = [top for top in tops if _units_of(top)] if single else []
    if len(alone) != single:
        return None
    names = list(upper[:labels])
    waiting = iter(groups)
    for top in tops:
        names += [top] if top in alone else [f"{name}{_parentheses(top)}" for name in next(waiting)]
    return tuple(names)


def _parentheses(name: str) -> str:
    return "".join(f"({inside})" for inside in _IN_PARENTHESES.findall(name))


def _direction(cell: str, header: str) -> Direction:
    """Down for a negative number; by the column's words else ("下降（%）"), where they are known."""
    falls = bool(_FALL_COLUMN.search(header))
    rises = bool(_GROWTH_COLUMN.search(header)) and not falls
    if cell.startswith("-"):
        return "up" if falls else "down"
    return "down" if falls else "up" if rises else ""


@lru_cache(maxsize=4096)
def _is_unit(text: str) -> bool:
    """Whether a text is a unit and nothing else: 亿元, %, 万人次; not 2023年."""
    if not text or re.search(r"\d", text):
        return False
    try:
        quantity = as_quantity("2", text)
    except ValueError:
        return False
    measures = bool(quantity.dimension) or quantity.scaled
    # All of it is read, or a scale and at the end a unit that only its reports know (万载重吨).
    whole = len(quantity.text.replace(" ", "")) == len(text.replace(" ", "")) + 1
    tail = quantity.scaled and any(text.endswith(unit) for unit in CHINESE_UNITS)
    return measures and quantity.dimension not in PERIOD_DIMENSIONS and (whole or tail)


def _units_in_parentheses(text: str) -> list[str]:
    inside = [part for group in _IN_PARENTHESES.findall(text) for part in re.split(r"[、,;/]", group)]
    units = [part.removeprefix("单位:").removeprefix("±").strip() for part in inside]
    return [unit for unit in units if _is_unit(unit)]


def _units_of(header: str) -> list[str]:
    """The units that a header cell names; a rate of change or a share is in percent unless it says else."""
    return _units_in_parentheses(header) or (["%"] if _PERCENT_COLUMN.search(header) else [])


@lru_cache(maxsize=64)
def _tables(report: str) -> tuple[_Table, ...]:
    lines = report.split("\n")
    tables: list[_Table] = []
    begin = 0
    while begin < len(lines):
        if "\t" not in lines[begin]:
            begin += 1
            continue
        end = begin
        while end < len(lines) and "\t" in lines[end]:
            end += 1
        rows = [_cells(line) for line in lines[begin:end]]
        heads = next((n for n, row in enumerate(rows) if _is_data(row)), len(rows))
        units = _units_above(lines[max(0, begin - _LINES_ABOVE) : begin])
        if heads == 0 and tables:  # a row across the whole table, which has no tab, came between
            before = tables[-1]
            tables.append(_Table(before.header, tuple(rows), units or before.units))
        else:
            tables.append(_Table(tuple(rows[:heads]), tuple(rows[heads:]), units))
        begin = end
    return tuple(tables)


def _is_data(row: Sequence[str]) -> bool:
    """Whether a row holds values: numbers that aren't all years, or only the sign for none."""
    numbers = [cell for cell in row[1:] if _NUMBER.fullmatch(cell)]
    values = [cell for cell in numbers if not re.fullmatch(r"(?:19|20)\d\d", cell)]
    none_given = all(_NOT_GIVEN.fullmatch(cell) for cell in row[1:])
    return bool(values) or none_given


def _units_above(lines: Sequence[str]) -> tuple[str, ...]:
    """Those of the 单位 line; of the caption's parentheses if there is none."""
    for line in reversed(lines):
        if match := _UNIT_LINE.search(fold_width(line)):
            return tuple(unit for unit in re.split(r"[、,;/]", match["units"]) if _is_unit(unit))
    caption = fold_width(lines[-1]) if lines and len(lines[-1]) <= 60 else ""
    return tuple(_units_in_parentheses(caption))


def _shares_of_ratios(quote: str) -> list[Quantity]:
    """12.0∶38.7∶49.3 as percentages: three parts or more that make up 100, to their rounding."""
    folded = fold_width(quote)
    found: list[Quantity] = []
    for match in _RATIO.finditer(folded):
        parts = [replace(q, start=q.start + match.start(), end=q.end + match.start())
                 for q in read_quantities(match.group())]  # fmt: skip
        if abs(sum((part.number for part in parts), Fraction(0)) - 100) <= 1:
            found += [replace(part, dimension="percent", unit_text="%") for part in parts]
    return found
