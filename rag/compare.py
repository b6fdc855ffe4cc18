"""One indicator over regions and periods: a table in which every cell is a checked, cited figure.

Each cell is bound by the same rules as an answer (`rag.figure_answer`), without the language model: where no
figure fits region, period, indicator, measure and status, or two contradict each other, the cell stays a gap.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from index.periods import Period
from index.types import Figure
from index.units import normalise
from rag import phrase
from rag.bind import measure_fits
from rag.compute import plain
from rag.errors import IndicatorUnknownError
from rag.figure_answer import FigureAnswerer
from rag.query import Ask, Query
from rag.types import Citation, Language

if TYPE_CHECKING:
    from rag.answer import Pipeline

MOST_REGIONS = 12


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure of the table with the sentence it was read from."""

    figure: Figure
    text: str  # as the report writes it, with its qualifier
    value: float  # in the unit of the table
    citation: Citation

    def to_dict(self) -> dict[str, Any]:
        return {
            "text": self.text, "value": self.value, "status": self.figure.status,
            "citation": self.citation.to_dict(),
        }  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """Regions × periods; `cells` has an entry for each pair, None for a gap."""

    indicator: str
    measure: str  # "level", "growth", ...
    unit: str  # of `Cell.value`; "" where the table is empty
    regions: tuple[str, ...]
    periods: tuple[str, ...]  # Period codes, oldest first
    cells: dict[tuple[str, str], Cell | None]
    language: Language = "zh"

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations of all cells, numbered in reading order."""
        return tuple(cell.citation for cell in self.cells.values() if cell is not None)

    def label(self, period: str) -> str:
        return Period.parse(period).label(self.language)

    def chart_rows(self) -> list[dict[str, Any]]:
        """One row a cell that is no gap: region, period (in words), value."""
        return [
            {"region": region, "period": self.label(period), "value": cell.value}
            for (region, period), cell in self.cells.items()
            if cell is not None
        ]

    def to_dict(self) -> dict[str, Any]:
        return {
            "indicator": self.indicator, "measure": self.measure, "unit": self.unit,
            "regions": list(self.regions),
            "periods": [{"code": code, "label": self.label(code)} for code in self.periods],
            "cells": [
                {"region": region, "period": period, **(cell.to_dict() if cell else {"text": None, "value": None})}
                for (region, period), cell in self.cells.items()
            ],
        }  # fmt: skip

    def to_csv(self) -> str:
        """A row a cell, gaps with empty value: region, period, value, unit, as written, report, page, quote."""
        out = io.StringIO()
        table = csv.writer(out, lineterminator="\n")
        table.writerow(["region", "period", "indicator", "value", "unit", "text", "report", "page", "quote"])
        for (region, period), cell in self.cells.items():
            row: list[Any] = [region, period, self.indicator]
            if cell is None:
                row += ["", "", "", "", "", ""]
            else:
                place = cell.citation
                row += [cell.value, self.unit, cell.text, place.report, place.page or "", place.quote]
            table.writerow([_no_formula(value) for value in row])
        return out.getvalue()


def _no_formula(value: Any) -> Any:
    """A spreadsheet must take no text of a report for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "@", "\t", "\r") else value


def compare(
    pipeline: Pipeline,
    indicator: str,
    *,
    years: Iterable[int] | None = None,
    regions: Sequence[str] | None = None,
    reports: Sequence[str] | None = None,
    language: Language | None = None,
) -> Comparison:
    """The table of `indicator` ("国内生产总值增速", "GDP growth") over `years` and `regions`.

    Without `years`, the periods the reports have figures of; without `regions`, the regions they have
    (at most twelve, those with most figures). Raises IndicatorUnknownError where the words name no
    indicator of the vocabulary.
    """
    query = pipeline.understand_by_rule(indicator)
    ask = _ask_of(indicator, query, pipeline)
    known = [f for id in ask.indicator_ids for f in pipeline.index.figures(indicator_id=id)]
    known = [
        f
        for f in known
        if measure_fits(ask, f) and f.period and f.region and (reports is None or f.report in reports)
    ]
    wanted_status = ("target", "forecast") if ask.status == "target" else ("actual", "preliminary", "revised")
    known = [f for f in known if f.status in wanted_status]
    if regions is None:
        counted = Counter(f.region for f in known if f.region)
        regions = [region for region, _ in counted.most_common(MOST_REGIONS)]
    if years is not None:
        periods = [Period.of_years(year) for year in sorted(set(years))]
    else:
        periods = _periods_of(f for f in known if f.region in regions)
    binder = FigureAnswerer(pipeline.index, pipeline.reader, None, pipeline.settings)
    figures: dict[tuple[str, str], Figure | None] = {}
    for region in regions:
        for period in periods:
            one = replace(ask, region=region, period=period)
            bound = binder.figure_for(one, query, (), reports)
            # Two that contradict each other are both named by an answer; a cell has room for one, so for none.
            figure = bound.figures[0] if bound and _agree(bound.figures) else None
            if figure is not None and (figure.period != period.code() or figure.region != region):
                figure = None
            figures[region, period.code()] = figure
    unit = _common_unit([f for f in figures.values() if f])
    cells: dict[tuple[str, str], Cell | None] = {}
    for place, figure in figures.items():
        if figure is None:
            cells[place] = None
            continue
        citation = pipeline.cite(figure, sum(cell is not None for cell in cells.values()) + 1)
        cells[place] = Cell(figure, phrase.figure_text(figure), _in_unit(figure, unit), citation)
    return Comparison(
        ask.indicator, ask.measure or "level", unit, tuple(regions), tuple(p.code() for p in periods), cells,
        language or query.language,
    )  # fmt: skip


def _ask_of(words: str, query: Query, pipeline: Pipeline) -> Ask:
    asks = [ask for ask in query.asks if ask.indicator_ids]
    if not asks:
        mentions = pipeline.vocabulary.find(words)
        if not mentions:
            raise IndicatorUnknownError(words)
        one = mentions[0].indicator
        asks = [Ask(text=words, terms=(), names=(one.name, *one.synonyms), indicator_ids=(one.id,),
                    indicator=one.name, units=one.units)]  # fmt: skip
    return replace(asks[0], period=None, region=None, terms=(), hints=(), context=())


def _periods_of(figures: Iterable[Figure]) -> list[Period]:
    """Their periods, oldest first: whole years where there are two or more, else all within a year."""
    periods = sorted({Period.parse(f.period) for f in figures if f.period})
    years = [p for p in periods if p.is_whole_year]
    return years if len(years) > 1 else [p for p in periods if p.year is not None]


def _agree(figures: Sequence[Figure]) -> bool:
    """One figure, or the revised and the preliminary figure of one period (the revised one first)."""
    return len(figures) == 1 or len({f.status for f in figures}) == len(figures)


def _common_unit(figures: Sequence[Figure]) -> str:
    """The unit most cells are written in."""
    counted = Counter(f.unit for f in figures)
    return counted.most_common(1)[0][0] if counted else ""


def _in_unit(figure: Figure, unit: str) -> float:
    if figure.unit == unit:
        return float(figure.value)
    (base, kind), (one, other) = normalise(figure.value, figure.unit), normalise(figure.value * 0 + 1, unit)
    return float(plain(base / one)) if kind == other else float(figure.value)
