"""What holds between the figures of a question that asks for several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from index.types import Figure
from rag.query import Ask
from rag.word_coverage import contained

if TYPE_CHECKING:
    from rag.figure_answer import Bound


def two_times_of_one(asks: Sequence[Ask]) -> bool:
    """One thing in two periods: a sentence that has both (由…到…) measures them alike."""
    same = {(a.indicator_ids, a.names, a.terms, a.region, a.report_year) for a in asks}
    return len(asks) == 2 and len(same) == 1 and asks[0].period != asks[1].period


def named_for_another(figure: Figure, ask: Ask, asks: Sequence[Ask]) -> bool:
    """Of a list in one sentence: whether the figure's own name has a word that only another item asks for."""
    if ask.role is not None or not ask.terms:
        return False
    own = set(ask.terms).difference(*(other.terms for other in asks if other is not ask))
    if any(contained(term, figure.indicator) > 0.8 for term in own):
        return False
    named = f"{ask.indicator} {' '.join(ask.names[:1])}"
    foreign = {
        term
        for other in asks
        if other is not ask
        for term in other.terms
        if term not in ask.terms and term not in named
    }
    return any(contained(term, figure.indicator) > 0.8 for term in foreign)


def other_counters(bound: Sequence[Bound]) -> bool:
    """Asked twice in 户 (新增多少户，总量多少户), answered in 户 and 家: two different counts."""
    units = {b.ask.unit for b in bound}
    if len(bound) < 2 or len(units) != 1 or not units & {"户", "家", "个"}:
        return False
    return len({figure.base_unit for one in bound for figure in one.figures}) > 1


def told_apart(bound: Sequence[Bound]) -> list[Bound]:
    """保障性住房（基本建成）3.2万套, 保障性住房（新开工）5.7万套: what the question tells two figures of one name apart by."""
    told = []
    for one in bound:
        alike = [
            other.ask
            for other in bound
            if other is not one and len(other.figures) == 1 == len(one.figures) and _same_name(one, other)
        ]
        own = [t for t in one.ask.terms if _HAN.fullmatch(t) and not any(t in ask.terms for ask in alike)]
        if alike and own:
            figure = one.figures[0]
            said = "".join(t for t in own if t not in figure.indicator)
            named = replace(figure, indicator=f"{figure.indicator}（{said}）") if said else figure
            one = replace(one, figures=(named,))
        told.append(one)
    return told


def are_told_apart(bound: Sequence[Bound]) -> bool:
    """Whether no two asks were answered with figures that only their values tell apart."""
    return not any(_same_name(one, other) for one in bound for other in bound if one is not other)


_HAN = re.compile("[\u4e00-\u9fff]+")


def _same_name(one: Bound, other: Bound) -> bool:
    a, b = one.figures[0], other.figures[0]
    return a != b and (a.indicator, a.period, a.region, a.measure) == (
        b.indicator,
        b.period,
        b.region,
        b.measure,
    )
