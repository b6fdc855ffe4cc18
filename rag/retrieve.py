"""Hits for a query: words and vectors propose, a light re-ranker and the figures decide, parts take turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from index.periods import Period
from index.store import ReportIndex
from index.types import Chunk, Hit
from rag import rerank
from rag.evidence import EvidenceReader
from rag.figure_match import figure_scores
from rag.query import Ask, Query
from rag.query_vectors import QueryEmbedder
from rag.settings import Settings

CONSIDERED = 60  # chunks that the re-ranker looks at
PER_PART = 12  # chunks proposed for each part of a question of several reports
REPORT_YEAR_BONUS = 2.0  # on the re-ranker's scale, where 1 is a factor of e in the odds
IN_PERIOD_BONUS = 1.0
SPREAD = 4.0  # how many of those units make a hit's score fall from 1 to 1/e


def retrieve(
    query: Query,
    index: ReportIndex,
    embedder: QueryEmbedder,
    settings: Settings,
    *,
    top_k: int = 8,
    reports: Sequence[str] | None = None,
    reader: EvidenceReader | None = None,
    metadata_known: bool = True,
) -> list[Hit]:
    """The `top_k` best chunks, best first; the best one scores 1. An empty `reports` matches nothing."""
    reader = reader or EvidenceReader(index)
    text = search_text(query)
    vector = embedder.embed_queries([query.text])[0]
    dense = dict(index.search_dense(vector, settings.candidates, reports))
    lexical = dict(index.search_lexical(text, settings.candidates, reports))
    for part in _parts(query, index, reports):
        lexical = dict(index.search_lexical(part.text, PER_PART, part.reports)) | lexical
    pool = _proposed(dense, lexical, settings.dense_weight)
    seen = index.surroundings(text, vector, pool, rerank.REACH)
    texts = _texts(seen.identifiers, reader)
    judge = rerank.Question(query.text, text, seen, texts)
    base = dict(zip(seen.identifiers, judge.scores(seen, texts), strict=True))
    by_ask = figure_scores(query, index, reader, base, reports, metadata_known)
    late = sorted({chunk for found in by_ask for chunk in found} - base.keys())
    if late:  # found by their figures alone
        more = index.surroundings(text, vector, late, rerank.REACH)
        base |= zip(more.identifiers, judge.scores(more, _texts(more.identifiers, reader)), strict=True)
    chunks = {chunk.id: chunk for chunk in reader.chunks(list(base))}
    figures = {chunk: max((found.get(chunk, 0.0) for found in by_ask), default=0.0) for chunk in chunks}
    scope = {id: _scope_bonus(query, chunk, index, reader) for id, chunk in chunks.items()}
    total = {id: base[id] + figures[id] + scope[id] for id in chunks}
    # Copies of a passage score the same but for the last digits of floating point.
    ranked = sorted(chunks, key=lambda chunk: (-round(total[chunk], 6), chunk))
    ranked = _without_copies(_taking_turns(ranked, by_ask), chunks)[:top_k]
    best = max(total.values(), default=0.0)
    return [
        Hit(
            chunks[id],
            float(np.exp((total[id] - best) / SPREAD)),
            {
                "dense": dense.get(id, 0.0), "lexical": lexical.get(id, 0.0), "reranked": base[id],
                "figures": figures[id], "scope": scope[id],
            },
        )
        for id in ranked
    ]  # fmt: skip


def _texts(identifiers: Sequence[int], reader: EvidenceReader) -> list[str]:
    """Their texts; one that was removed meanwhile has none."""
    texts = {chunk.id: chunk.text for chunk in reader.chunks(identifiers)}
    return [texts.get(one, "") for one in identifiers]


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


def _proposed(dense: Mapping[int, float], lexical: Mapping[int, float], dense_weight: float) -> list[int]:
    """The chunks worth a closer look, best first."""
    fused = weighted_fusion(dense, lexical, dense_weight)
    return sorted(fused, key=lambda chunk: (-fused[chunk], chunk))[:CONSIDERED]


# ---------------------------------------------------------------- the question's words and parts


def search_text(query: Query) -> str:
    """The words to search for: the question's own, or the Chinese terms of an English one."""
    if query.language == "zh":
        return query.text
    asked = [term for ask in query.asks for term in (ask.indicator, *ask.terms)]
    periods = [period.label("zh") for period in query.periods]
    found = dict.fromkeys([*query.terms, *asked, *query.regions, *periods])
    words = " ".join(term.replace("|", " ") for term in found if term)
    return words if any(ord(character) > 0x2E7F for character in words) else f"{query.text} {words}"


class _Part:
    """What is searched for one ask of several, and in which reports."""

    def __init__(self, text: str, reports: list[str]) -> None:
        self.text = text
        self.reports = reports


def _parts(query: Query, index: ReportIndex, reports: Sequence[str] | None) -> list[_Part]:
    """One search for each year a question of several years asks about, in the reports on that year."""
    years = list(dict.fromkeys(year for ask in query.asks if (year := _year(ask)) is not None))
    years += [year for year in query.report_years if year not in years]
    if len(years) < 2:
        return []
    text = search_text(query)
    allowed = [one for one in index.reports() if reports is None or one.name in reports]
    parts = []
    for year in years:
        own = [one.name for one in allowed if year in _years_told(index, one.name, one.period, one.kind)]
        if own:
            parts.append(_Part(text, own))
    return parts


def _year(ask: Ask) -> int | None:
    if ask.report_year is not None:
        return ask.report_year
    return ask.period.end[0] if ask.period is not None else None


def _years_told(index: ReportIndex, name: str, code: str | None, kind: str | None) -> tuple[int, ...]:
    """The years a report is on: its own, and for a government work report the one it looks back on."""
    if code is None:
        return ()
    year = Period.parse(code).end[0]
    return (year, year - 1) if kind == "government work report" else (year,)


# ---------------------------------------------------------------- order


def _scope_bonus(query: Query, chunk: Chunk, index: ReportIndex, reader: EvidenceReader) -> float:
    """For the report that the question names, and for a report on the year asked for."""
    bonus = 0.0
    if query.report_years and report_year(index, chunk.report) in query.report_years:
        bonus += REPORT_YEAR_BONUS
    if query.periods:
        main = reader.main_period(chunk.report)
        if (
            main is not None and any(main.contains(one) or one.contains(main) for one in query.periods)
        ) or any(str(one.end[0]) in chunk.text for one in query.periods):
            bonus += IN_PERIOD_BONUS
    return bonus


def _taking_turns(ranked: Sequence[int], by_ask: Sequence[Mapping[int, float]]) -> list[int]:
    """The best chunk of each part first, then the rest: one part must not crowd out the other."""
    leading: list[int] = []
    for found in by_ask:
        own = [chunk for chunk in ranked if chunk in found]
        if own:
            best = max(own, key=lambda chunk: found[chunk])
            if best not in leading:
                leading.append(best)
    if len(leading) < 2:
        return list(ranked)
    leading.sort(key=list(ranked).index)
    return [*leading, *(chunk for chunk in ranked if chunk not in leading)]


def _without_copies(ranked: Sequence[int], chunks: Mapping[int, Chunk]) -> list[int]:
    """Each text once, white space aside: the first of several copies stands for them."""
    kept: dict[str, int] = {}
    for chunk in ranked:
        kept.setdefault("".join(chunks[chunk].text.split()), chunk)
    return list(kept.values())


def report_year(index: ReportIndex, report: str) -> int | None:
    """The year a report is named after, from its metadata."""
    period = index.report(report).metadata.period
    return Period.parse(period.value).end[0] if period else None
