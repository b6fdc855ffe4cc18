"""Chunks that hold a figure which fits what is asked: indicator, period, region, measure and status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from index.periods import Period
from index.regions import same_region
from index.store import ReportIndex
from index.types import Figure
from rag.bind import LEAST_COVERAGE, bind, can_fit
from rag.evidence import EvidenceReader
from rag.query import Ask, Query

FIT = 2.5  # on the re-ranker's scale: a fitting figure is worth this,
WORDS = 4.0  # and its binding score (0 to about 1.5) times this
LOOKED_AT = 12  # best chunks whose figures are tried
MOST_FIGURES = 60  # of the asked indicator elsewhere


def figure_scores(
    query: Query,
    index: ReportIndex,
    reader: EvidenceReader,
    base: Mapping[int, float],
    reports: Sequence[str] | None,
    metadata_known: bool,
) -> list[dict[int, float]]:
    """For each ask: chunk id → bonus, of chunks with a figure that no stated slot contradicts."""
    if not query.asks:
        return []
    best = sorted(base, key=lambda chunk: (-base[chunk], chunk))[:LOOKED_AT]
    near = reader.figures_in(reader.chunks(best))
    found: list[dict[int, float]] = []
    for ask in query.asks:
        pool = {(figure.report, figure.start): figure for figure in near}
        for figure in _of_indicator(ask, index, reports):
            pool.setdefault((figure.report, figure.start), figure)
        own: dict[int, float] = {}
        figures = [figure for figure in pool.values() if can_fit(ask, figure)]
        for candidate in bind(ask, figures, reader.surroundings, metadata_known=metadata_known):
            if candidate.fits and candidate.coverage >= LEAST_COVERAGE and candidate.figure.chunk >= 0:
                bonus = FIT + WORDS * candidate.score
                own[candidate.figure.chunk] = max(own.get(candidate.figure.chunk, 0.0), bonus)
        found.append(own)
    return found


def _of_indicator(ask: Ask, index: ReportIndex, reports: Sequence[str] | None) -> list[Figure]:
    """Figures of the asked indicator in the chosen reports, those of the asked period first."""
    wanted = None if reports is None else set(reports)
    figures = [
        figure
        for indicator in ask.indicator_ids
        for figure in index.figures(indicator_id=indicator)
        if (wanted is None or figure.report in wanted) and can_fit(ask, figure)
    ]
    if ask.period is not None or ask.region is not None:
        figures.sort(
            key=lambda figure: (not _in_period(figure, ask.period), not _in_region(figure, ask.region))
        )
    return figures[:MOST_FIGURES]


def _in_period(figure: Figure, period: Period | None) -> bool:
    return figure.period is not None and period is not None and Period.parse(figure.period) == period


def _in_region(figure: Figure, region: str | None) -> bool:
    return region is not None and figure.region is not None and _same(region, figure.region)


_same = lru_cache(65_536)(same_region)
