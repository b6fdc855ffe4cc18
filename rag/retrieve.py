"""Hits for a query: lexical and dense scores fused, figures of the asked slots put first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index.embed import Embedder
from index.periods import Period
from index.regions import same_region
from index.store import ReportIndex
from index.types import Figure, Hit
from rag.query import Ask, Query
from rag.settings import Settings

# A chunk holding a figure of the asked indicator in the asked period outranks one that only talks of it.
INDICATOR_BONUS = 0.25
PERIOD_BONUS = 0.25
REPORT_YEAR_BONUS = 0.3


def retrieve(
    query: Query,
    index: ReportIndex,
    embedder: Embedder,
    settings: Settings,
    *,
    top_k: int = 8,
    reports: Sequence[str] | None = None,
) -> list[Hit]:
    """The `top_k` best chunks, best first. An empty `reports` matches nothing."""
    vector = embedder.embed_queries([query.text])[0]
    dense = dict(index.search_dense(vector, settings.candidates, reports))
    lexical = dict(index.search_lexical(_lexical_text(query), settings.candidates, reports))
    figures = figures_of_asks(query, index, reports)
    pool = {*dense, *lexical, *figures}
    fused = weighted_fusion(dense, lexical, settings.dense_weight)
    scores = {chunk: fused.get(chunk, 0.0) + figures.get(chunk, 0.0) for chunk in pool}
    if query.report_years:
        years = {int(code) for code in map(str, query.report_years)}
        for chunk in index.chunks(list(pool)):
            if report_year(index, chunk.report) in years:
                scores[chunk.id] += REPORT_YEAR_BONUS
    best = sorted(pool, key=lambda chunk: (-scores[chunk], chunk))[:top_k]
    by_id = {chunk.id: chunk for chunk in index.chunks(best)}
    return [
        Hit(
            by_id[chunk],
            scores[chunk],
            {
                "dense": dense.get(chunk, 0.0),
                "lexical": lexical.get(chunk, 0.0),
                "figures": figures.get(chunk, 0.0),
            },
        )
        for chunk in best
        if chunk in by_id
    ]


def weighted_fusion(
    dense: Mapping[int, float], lexical: Mapping[int, float], dense_weight: float
) -> dict[int, float]:
    """Min-max scaled scores, weighted; a chunk one retriever did not return scores 0 there."""
    scaled_dense, scaled_lexical = _min_max(dense), _min_max(lexical)
    return {
        chunk: dense_weight * scaled_dense.get(chunk, 0.0)
        + (1 - dense_weight) * scaled_lexical.get(chunk, 0.0)
        for chunk in {*dense, *lexical}
    }


def _min_max(scores: Mapping[int, float]) -> dict[int, float]:
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    if high == low:
        return dict.fromkeys(scores, 1.0)
    return {chunk: (score - low) / (high - low) for chunk, score in scores.items()}


def figures_of_asks(query: Query, index: ReportIndex, reports: Sequence[str] | None) -> dict[int, float]:
    """Chunk id → bonus, for chunks with a figure of an asked indicator (and period)."""
    bonus: dict[int, float] = {}
    wanted = None if reports is None else set(reports)
    for ask in query.asks:
        for indicator_id in ask.indicator_ids:
            for figure in index.figures(indicator_id=indicator_id):
                if wanted is not None and figure.report not in wanted:
                    continue
                value = _figure_bonus(figure, ask)
                bonus[figure.chunk] = max(bonus.get(figure.chunk, 0.0), value)
    # Without the period the indicator alone may bring hundreds of chunks: keep the best.
    best = sorted(bonus, key=lambda chunk: (-bonus[chunk], chunk))[:60]
    return {chunk: bonus[chunk] for chunk in best}


def _figure_bonus(figure: Figure, ask: Ask) -> float:
    if ask.region is not None and figure.region is not None and not same_region(ask.region, figure.region):
        return 0.0
    value = INDICATOR_BONUS
    if ask.period is not None and figure.period is not None and Period.parse(figure.period) == ask.period:
        value += PERIOD_BONUS
    return value


def _lexical_text(query: Query) -> str:
    """The words to search for: the question's own, and Chinese terms for an English one."""
    extra = " ".join(dict.fromkeys(term for ask in query.asks for term in (ask.indicator, *ask.terms)))
    if query.language == "en":
        return f"{query.text} {' '.join(query.terms)} {extra}"
    return query.text


def report_year(index: ReportIndex, report: str) -> int | None:
    """The year a report is named after, from its metadata."""
    period = index.report(report).metadata.period
    return Period.parse(period.value).end[0] if period else None
