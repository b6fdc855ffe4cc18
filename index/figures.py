"""Every figure of a report: value, unit, what it measures, when, where, how sure, and where it stands.

`read_figures` reads a whole Report in canonical offsets; `figures_in_text` reads a draft answer or a
raw passage. The work is done in layers: `index.numerals` (numbers), `index.figure_scan` (which numbers
are figures, and their units), `index.figure_context` (what they measure), `index.figure_scope` (period,
status), `index.figure_places` (region), `index.figure_tables` (tables).
"""

from __future__ import annotations

from index.figure_context import ParagraphReader
from index.figure_paragraph_scope import ParagraphScope
from index.figure_reading import Reading
from index.figure_scope import ReportScope, ScopeReader
from index.figure_tables import read_table
from index.figure_times import year_compared_with
from index.figure_words import word_set
from index.numerals import find_numerals
from index.periods import Period
from index.types import Figure, Report
from index.vocabulary import Vocabulary, load_vocabulary


def read_figures(report: Report, vocabulary: Vocabulary | None = None) -> list[Figure]:
    """All figures of `report` in the order of its text; `report.text[f.start:f.end] == f.text`."""
    vocabulary = vocabulary or load_vocabulary()
    scope = ScopeReader(ReportScope.of(report.metadata, report.text))
    figures: list[Figure] = []
    tables_read: set[int] = set()
    for block in report.blocks:
        text = report.text[block.start : block.end]
        if block.kind == "heading":
            scope.enter_heading(text, block.level)
            figures.extend(_read_paragraph(report.name, text, block.start, scope, vocabulary, heading=True))
        elif block.kind == "row" and block.table is not None:
            if block.table not in tables_read:
                tables_read.add(block.table)
                figures.extend(read_table(report, report.tables[block.table], scope, vocabulary))
        else:
            figures.extend(_read_paragraph(report.name, text, block.start, scope, vocabulary))
    return sorted(figures, key=lambda figure: figure.start)


def figures_in_text(
    text: str, *, period: str | None = None, region: str | None = None, vocabulary: Vocabulary | None = None
) -> list[Figure]:
    """The figures of a draft answer or raw passage, Chinese or English; offsets are those of `text`.

    `period` (a Period code) and `region` are what is meant where the text does not say.
    """
    reported = ReportScope(Period.parse(period) if period else None, region=region)
    scope = ScopeReader(reported)
    vocabulary = vocabulary or load_vocabulary()
    figures: list[Figure] = []
    start = 0
    for line in text.splitlines(keepends=True):
        figures.extend(_read_paragraph("", line, start, scope, vocabulary))
        start += len(line)
    return figures


def _read_paragraph(
    name: str, text: str, offset: int, scope: ScopeReader, vocabulary: Vocabulary, *, heading: bool = False
) -> list[Figure]:
    counted = bool(find_numerals(text))
    if not counted and (heading or scope.work_report is None):
        return []
    periods = scope.report.periods_in(text)
    paragraph = scope.paragraph(text, periods, heading=heading)
    if not counted:
        return []
    reader = ParagraphReader(text, vocabulary, periods, paragraph.places.spans)
    reader.opened_before = scope.opened_with
    readings = reader.read()
    if readings and not heading:
        scope.opened_with = readings[0].subject
    return [_figure(name, text, offset, reading, paragraph, reader.masked) for reading in readings]


def _figure(
    name: str, text: str, offset: int, reading: Reading, scope: ParagraphScope, masked: str
) -> Figure:
    quantity, subject = reading.quantity, reading.subject
    period = scope.period(reading)
    region = scope.region(reading, masked)
    named = subject is not None and subject.start >= 0
    return Figure(
        report=name,
        start=offset + quantity.start,
        end=offset + quantity.end,
        text=text[quantity.start : quantity.end],
        value=-abs(quantity.value) if reading.negative else quantity.value,
        unit=quantity.unit,
        base_unit=quantity.base_unit,
        scale=quantity.scale,
        indicator=subject.name if subject is not None else "",
        indicator_id=subject.id if subject is not None else None,
        indicator_start=offset + subject.start if named and subject is not None else -1,
        indicator_end=offset + subject.end if named and subject is not None else -1,
        measure=reading.measure,
        basis=reading.basis,
        direction=reading.direction,
        qualifier=quantity.qualifier,
        reference=reading.reference or year_compared_with(scope.text, scope.all_mentions, reading),
        period=period.value,
        period_origin=period.origin,
        region=region.value,
        region_origin=region.origin,
        status=scope.status(reading, period.value),
        range_text=quantity.range_text,
    )


def format_figure(figure: Figure) -> str:
    """The figure in words that `figures_in_text` reads back: 下降3.2%, 第3位, 约20亿元, 翻两番."""
    number = format(abs(figure.value), "f")
    before = figure.qualifier if figure.qualifier in _QUALIFIERS_BEFORE else ""
    inner = figure.qualifier if figure.qualifier in _QUALIFIERS_INSIDE else ""
    after = figure.qualifier if figure.qualifier and not before and not inner else ""
    verb = ""
    if figure.measure in ("growth", "change"):
        verb = "下降" if figure.value < 0 else "增长"
    if figure.measure == "rank":
        return f"第{number}位"
    if figure.unit == "番":
        return f"翻{number}番"
    sign = "-" if figure.value < 0 and not verb else ""
    return f"{verb}{before}{sign}{number}{inner}{figure.unit}{after}"


_QUALIFIERS_BEFORE = word_set("超过 超 突破 近 约 大约 接近 不足 不到 不低于 不超过 不少于 至少 逾")
_QUALIFIERS_INSIDE = frozenset(("余", "多"))
