"""Figures of a table: row × header × 单位 × footnote.

Either side may name the indicator, the period, the region or the unit: rows of indicators under columns
of years, rows of cities under columns of indicators, rows of months. Each label is taken apart into
these pieces, and a cell's meaning is put together from its row, its column, and the table's title.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Literal

from index import figure_words as words
from index.figure_naming import lookup
from index.figure_scan import find_quantities
from index.figure_scope import ScopeReader
from index.figure_table_names import Label, name_of_cell
from index.figure_table_notes import TARGET, noted_status
from index.figure_table_rows import RowsAbove, part_of_row
from index.numerals import plain_form
from index.periods import Period
from index.regions import COUNTRY, WORLD, contains_region
from index.types import Cell, Figure, Measure, Report, Table
from index.units import same_family, split_unit
from index.vocabulary import Vocabulary

_NUMBER = re.compile(
    r"\s*(?P<number>[-－−–+]?\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?"
    r"|[-－−–+]?\d+(?:\.\d+)?)(?P<percent>\s?%)?(?P<mark>\s*(?:[①-⑳*＊]|\[\d\]|（\d）)*)\s*"
)
_MARKS = re.compile(r"[①-⑳*＊]+|\[\d\]|<sup>.*?</sup>|\s+")
_NUMBERING = re.compile(
    r"^(?:[一二三四五六七八九十]+、|（[一二三四五六七八九十\d]+）|\d{1,2}[.、．](?!\d)|#|＃|[-—－·●]+"
    r"|其中[:：]?|其中|\s)+"
)
_PARENTHESES = re.compile(r"[（(]([^（）()]*)[）)]")
_PART = re.compile(r"\s*(?:其中|#|＃|[-－—·])")
_UNIT_COLUMN = re.compile(r"^(?:计量)?单位$")
_GROWTH = re.compile(
    r"增长|增速|增幅|涨幅|升降|增减|涨跌|同比|环比|±|比上年|比去年|较上年|growth|change", re.IGNORECASE
)
_SHARE = re.compile(r"比重|占比|构成|份额|所占|share", re.IGNORECASE)
_RANK = re.compile(r"位次|排名|名次|排序|rank", re.IGNORECASE)
_ALL_INDUSTRIES = frozenset(("gross_domestic_product", "regional_gdp"))  # broken down by value added
_DEALINGS = re.compile(r"进口|出口|外贸|贸易|外资|投资|入境|export|import|trade", re.IGNORECASE)
_PLAIN_LEVEL = re.compile(
    r"±?%|绝对[数额量值]|总量|指标值|数值|实绩|实际完成|完成数?|累计数?|本期数?|合计|总计|本年|上年|期末"
    r"|年末|本月|当月|累计|全年|数量|金额|实际数?|指标|项目|名称|地区|年份|月份|时间|增长|增速|增幅"
    r"|涨幅|升降|增减|涨跌|同比|环比|±|[比较](?:上年|去年|上月)(?:同期|末)?|名义|实际|比重|占比|构成"
    r"|份额|所占|位次|排名|初步核算数?|快报数?|最终核实数?|修订后?数?|差额|按[^，。]{1,6}分|为|的|以?[上去]年=?100"
)
_UNIT_LIKE = re.compile(
    r"[%‰]|元|吨|人|户|家|个|亩|公顷|米|公里|斤|千瓦|度|辆|台|件|套|张|次|所|座|倍|位|百分点|只|头|床"
    r"|项|种|美元|TEU|标箱|岁|天|箱|kWh|小时|册|份|部|卷|条|处"
)

_UNITS_APART = re.compile(r"[、，,；;/ ]")


@dataclass(slots=True)
class _Grid:
    """A table's cells by row and column; a merged cell stands at every place it covers."""

    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    rows: int = 0
    columns: int = 0

    @classmethod
    def of(cls, table: Table) -> _Grid:
        grid = cls()
        for cell in table.cells:
            for row in range(cell.row, cell.row + cell.row_span):
                for column in range(cell.column, cell.column + cell.column_span):
                    grid.cells.setdefault((row, column), cell)
            grid.rows = max(grid.rows, cell.row + cell.row_span)
            grid.columns = max(grid.columns, cell.column + cell.column_span)
        return grid


def read_table(report: Report, table: Table, scope: ScopeReader, vocabulary: Vocabulary) -> list[Figure]:
    """The figures of one table, in the order of its cells."""
    return _TableReader(report, table, scope, vocabulary).read()


class _TableReader:
    def __init__(self, report: Report, table: Table, scope: ScopeReader, vocabulary: Vocabulary) -> None:
        self.report = report
        self.table = table
        self.scope = scope
        self.vocabulary = vocabulary
        self.grid = _Grid.of(table)
        self.title = self._label([(table.title, -1)]) if table.title else Label("")
        self.label_columns = self._label_columns()
        self.unit_column = self._unit_column()

    def read(self) -> list[Figure]:
        figures: list[Figure] = []
        parent: Label | None = None
        above = RowsAbove(self.table.title, self.vocabulary)
        by_industry = any(
            mention.indicator.id in _ALL_INDUSTRIES for mention in self.vocabulary.find(self.table.title)
        )
        columns = {
            column: self._column_label(column)
            for column in range(self.grid.columns)
            if column not in self.label_columns and column != self.unit_column
        }
        _date_growth([label for _, label in sorted(columns.items())])
        for row in range(self.table.header_rows, self.grid.rows):
            label = self._row_label(row)
            if label.indicator is not None and label.indicator.id in _ALL_INDUSTRIES:
                by_industry = True
            elif label.indicator is None and label.name and by_industry:
                label.indicator = lookup(self.vocabulary, f"{label.name}增加值")
            told = above.named(label.name)
            if told is not None:
                label.name, label.indicator = told, lookup(self.vocabulary, told)
            if _PART.match(label.text) and parent is not None and label.indicator is None:
                part = part_of_row(label.name, parent.name, self.vocabulary)
                label.name, label.indicator = part if part is not None else (label.name, None)
            elif label.name:
                parent = label
            for column, column_label in columns.items():
                cell = self.grid.cells.get((row, column))
                if cell is None or (cell.row, cell.column) != (row, column):
                    continue
                figures.extend(self._read_cell(cell, label, column_label))
        return figures

    # ---------------------------------------------------------------- the table's shape

    def _text(self, cell: Cell) -> str:
        return self.report.text[cell.start : cell.end]

    def _label_columns(self) -> set[int]:
        """The leading columns of words; the first column always names its row."""
        labels: set[int] = set()
        for column in range(self.grid.columns):
            body = [
                self._text(self.grid.cells[row, column])
                for row in range(self.table.header_rows, self.grid.rows)
                if (row, column) in self.grid.cells
            ]
            filled = [text for text in body if text.strip()]
            numbers = sum(1 for text in filled if _NUMBER.fullmatch(plain_form(text)))
            if column and (not filled or numbers * 2 >= len(filled)):
                break
            labels.add(column)
        return labels

    def _unit_column(self) -> int | None:
        for row in range(self.table.header_rows):
            for column in range(self.grid.columns):
                cell = self.grid.cells.get((row, column))
                if cell is not None and _UNIT_COLUMN.match(re.sub(r"\s", "", self._text(cell))):
                    return column
        return None

    def _column_label(self, column: int) -> Label:
        cells: list[Cell] = []
        for row in range(self.table.header_rows):
            cell = self.grid.cells.get((row, column))
            if cell is not None and cell not in cells and self._text(cell).strip():
                cells.append(cell)
        return self._label([(self._text(cell), cell.start) for cell in cells])

    def _row_label(self, row: int) -> Label:
        cells: list[Cell] = []
        for column in sorted(self.label_columns - {self.unit_column}):
            cell = self.grid.cells.get((row, column))
            if cell is not None and cell not in cells and self._text(cell).strip():
                cells.append(cell)
        label = self._label([(self._text(cell), cell.start) for cell in cells])
        if self.unit_column is not None:
            unit_cell = self.grid.cells.get((row, self.unit_column))
            if unit_cell is not None and self._text(unit_cell).strip():
                label.unit = _unit(self._text(unit_cell))
        return label

    # ---------------------------------------------------------------- labels

    def _label(self, pieces: list[tuple[str, int]]) -> Label:
        label = Label("，".join(re.sub(r"\s+", "", piece) for piece, _ in pieces))
        names: list[str] = []
        for piece, offset in pieces:
            name, begin = self._take_apart(piece, label)
            if not name:
                continue
            known = lookup(self.vocabulary, name)
            if known is not None:
                label.indicator = known
            if name in names:
                continue
            names.append(name)
            if offset >= 0:
                end = offset + min(begin + len(name), len(piece))
                label.name_span = (offset + begin, end)
        label.name = "".join(names)
        if len(names) > 1:
            label.indicator = lookup(self.vocabulary, label.name) or label.indicator
        return label

    def _take_apart(self, piece: str, label: Label) -> tuple[str, int]:
        """Fills `label` from one cell's words; returns the name that is left and where it begins."""
        text = piece
        for mention in self.scope.report.periods_in(text):
            if mention.compared or mention.kind == "report":
                continue
            label.period, label.period_open = mention.period, mention.relative
            text = text[: mention.start] + words.TIME * (mention.end - mention.start) + text[mention.end :]
        for match in _PARENTHESES.finditer(plain_form(text)):
            inside = match[1].strip()
            if _UNIT_LIKE.search(inside) and len(inside) <= 10 and not re.search(r"[以上下其中含按]", inside):
                label.unit = _unit(inside)
            if _GROWTH.search(inside):
                label.measure = "growth"
                label.unit = label.unit if label.unit in ("个百分点", "%") else "%"
        measured = _PARENTHESES.sub("", text)
        if _SHARE.search(measured):
            label.measure = "share"
        elif _RANK.search(measured):
            label.measure = "rank"
        elif _GROWTH.search(measured):
            amount = label.unit not in ("", "%", "‰") or re.search(r"增减[额量数]|增加[额量]", measured)
            label.measure = "change" if amount else "growth"
        for basis, pattern in words.BASES:
            if pattern.search(piece):
                label.basis = label.basis or basis
        if TARGET.search(measured):
            label.status = "target"
        elif words.FORECAST.search(measured):
            label.status = "forecast"
        elif words.PRELIMINARY.search(measured):
            label.status = "preliminary"
        elif words.REVISED.search(measured):
            label.status = "revised"
        if text is piece or words.TIME in text:
            for region in self.scope.report.regions_in(piece):
                if not region.is_part_of_name and not region.compared:
                    label.region = label.region or region.name
                    outside = piece[: region.start] + piece[region.end :]
                    if not _MARKS.sub("", _NUMBERING.sub("", outside)):
                        return "", 0
        return self._name(piece, text)

    def _name(self, piece: str, text: str) -> tuple[str, int]:
        bare = re.sub(r"\s", "", _PARENTHESES.sub("", text)).replace(words.TIME, "")
        bare = _MARKS.sub("", _NUMBERING.sub("", bare)).strip("：:、，, ")
        bare = re.sub(r"^表\s?\d+", "", bare)
        known = lookup(self.vocabulary, bare)
        if known is None and not _PLAIN_LEVEL.sub("", TARGET.sub("", bare)):
            return "", 0
        if known is None and (_GROWTH.search(bare) or _SHARE.search(bare)):
            shorter = re.sub(
                r"(?:比上年|比去年|较上年|同比|环比)?(?:名义|实际)?(?:增长|增减|升降|增速|增幅|涨幅"
                r"|涨跌)(?:速度|幅度|率)?$|(?:所占|的)?(?:比重|占比|构成)$",
                "",
                bare,
            )
            bare = shorter or bare
        squeezed = re.search(r"\s*".join(map(re.escape, bare)), piece) if bare else None
        if squeezed is None:
            return bare, 0
        return bare, squeezed.start()

    # ---------------------------------------------------------------- cells

    def _read_cell(self, cell: Cell, row: Label, column: Label) -> list[Figure]:
        text = self._text(cell)
        match = _NUMBER.fullmatch(plain_form(text))
        if match is None:
            return self._read_words(cell, text, row, column)
        digits = re.sub(r"[,，+]", "", match["number"])
        try:
            value = Decimal(re.sub(r"^[－−–]", "-", digits))
        except InvalidOperation:
            return []
        end = match.end("percent") if match["percent"] else match.end("number")
        unit = "%" if match["percent"] else self._unit_of(row, column)
        start = match.start("number") + (1 if match["number"].startswith("+") else 0)
        return [self._figure(cell.start + start, cell.start + end, value, unit, None, row, column)]

    def _read_words(self, cell: Cell, text: str, row: Label, column: Label) -> list[Figure]:
        return [
            self._figure(
                cell.start + quantity.start, cell.start + quantity.end, quantity.value,
                quantity.unit or self._unit_of(row, column), quantity.qualifier, row, column,
            )
            for quantity in find_quantities(text)
        ]  # fmt: skip

    def _unit_of(self, row: Label, column: Label) -> str:
        measure = self._measure_of(row, column)
        if measure == "rank":
            return "位"
        if measure in ("growth", "share"):
            return column.unit or (row.unit if row.measure == measure else "") or "%"
        if column.unit:
            return column.unit
        if row.unit:
            return row.unit
        units = [unit for unit in _UNITS_APART.split(self.table.unit) if unit]
        if "/" in self.table.unit and len(units) == 2 and _UNIT_LIKE.search(self.table.unit):
            return _unit(self.table.unit)
        absolute = [unit for unit in units if unit not in ("%", "％")] or units
        indicator = row.indicator or column.indicator
        if indicator is not None and indicator.rate and units:
            return next((unit for unit in units if unit in ("%", "％")), _unit(absolute[0])).replace(
                "％", "%"
            )
        if (
            len({_unit(unit) for unit in absolute}) > 1
        ):  # 万吨、万头: which of them, the indicator says or nobody
            fitting = [
                unit
                for unit in absolute
                if indicator is not None and any(same_family(_unit(unit), known) for known in indicator.units)
            ]
            return _unit(fitting[0]) if len(fitting) == 1 else ""
        return _unit(absolute[0]) if absolute else ("%" if indicator is not None and indicator.rate else "")

    def _only_percent(self) -> bool:
        """Whether the unit line names no unit but %: a title on 产量及增长速度 says nothing on the level's column."""
        units = [unit for unit in _UNITS_APART.split(self.table.unit) if unit]
        return bool(units) and all(unit in ("%", "％", "‰") for unit in units)

    def _measure_of(self, row: Label, column: Label) -> Measure | None:
        return (
            column.measure
            or row.measure
            or (self.title.measure if not (row.unit or column.unit) and self._only_percent() else None)
        )

    def _figure(
        self,
        start: int,
        end: int,
        value: Decimal,
        unit: str,
        qualifier: str | None,
        row: Label,
        column: Label,
    ) -> Figure:
        parts = split_unit(unit)
        name, known, span = name_of_cell(self.vocabulary, self.table.title, self.title, row, column)
        measure = self._measure_of(row, column)
        if measure is None:
            measure = "rate" if unit in ("%", "‰") else "level"
        if measure == "growth" and parts.base_unit == "个百分点":
            measure = "change"
        partner = self._partner(row, column)
        if partner is not None and name:
            name, known = f"{'自' if '进口' in name and '出口' not in name else '对'}{partner}{name}", None
        period = _joint_period(row, column) or self.title.period or self.scope.heading_period()
        report = self.scope.report
        code, origin = (period.code(), "heading") if period is not None else (None, None)
        if code is None and report.period is not None:
            code, origin = report.period.code(), report.period_origin
        region = None if partner is not None else row.region or column.region
        region = region or self.title.region or self.scope.heading_region()
        region_origin: str | None = "heading" if region is not None else None
        if region is None and report.region is not None:
            region, region_origin = report.region, report.region_origin
        direction: Literal["up", "down", ""] = ""
        if measure in ("growth", "change"):
            direction = "down" if value < 0 else "up" if value > 0 else ""
        return Figure(
            report=self.report.name,
            start=start,
            end=end,
            text=self.report.text[start:end],
            value=value,
            unit=unit,
            base_unit=parts.base_unit,
            scale=parts.scale,
            indicator=name,
            indicator_id=known.id if known is not None else None,
            indicator_start=span[0],
            indicator_end=span[1],
            measure=measure,
            basis=column.basis or row.basis or (self.title.basis if measure == "growth" else None),
            direction=direction,
            qualifier=qualifier,
            period=code,
            period_origin=origin,
            region=region,
            region_origin=region_origin,
            status=column.status
            or row.status
            or noted_status(self.table, row.text + column.text, period, report),
            cell=" × ".join(part for part in (row.text, column.text) if part),
        )

    def _partner(self, row: Label, column: Label) -> str | None:
        """The country of a row or column that trades or invests with the report's region."""
        place = row.region or column.region
        home = self.scope.report.region
        if place is None or home is None or place == home or contains_region(COUNTRY, place) is not False:
            return None
        about = row.text + column.text + self.table.title
        return place if place != WORLD and _DEALINGS.search(about) else None


def _date_growth(columns: list[Label]) -> None:
    """Growth without a period is of the latest period since the growth column before it.

    2024年上半年 | 同比增长 | 2024年一季度 | 同比增长, and 2023年 | 2022年 | 同比增长.
    """
    beside: list[Label] = []
    closed = False
    for label in columns:
        if label.period is not None:
            beside = [label] if closed else [*beside, label]
            closed = label.measure is not None
        elif label.measure is not None and beside:
            latest = max(beside, key=lambda other: other.period.end if other.period else (0, 0))
            label.period, label.period_open = latest.period, latest.period_open
            closed = True


def _joint_period(row: Label, column: Label) -> Period | None:
    """Of two periods the narrower; months without a year take the year of the other label."""
    first, second = column.period, row.period
    if first is None or second is None:
        return first or second
    if first.year is not None and second.year is not None and first.year != second.year:
        if row.period_open:
            return second.shifted(first.year - second.year)
        if column.period_open:
            return first.shifted(second.year - first.year)
    return second if first.contains(second) else first


def _unit(text: str) -> str:
    """The unit in the words of a 单位 line, a header or a cell: "单位：亿元" -> 亿元."""
    text = re.sub(r"\s", "", plain_form(text))
    text = re.sub(r"^(?:计量)?单位[:：]?", "", text).strip("（）()")
    return "个百分点" if text == "百分点" else text
