"""When two figures say the same thing: one rounded, one in another currency, one a mark the other passed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from index.periods import Period
from index.types import Figure
from index.units import normalise, same_quantity
from rag.bind import Candidate

_PASSED = frozenset({"突破", "超过", "超", "逾", "越过", "迈上", "跃上", "首次突破", "以上", "达到"})


def rounds(rough: Figure, exact: Figure) -> bool:
    """Whether `rough` is a mark that `exact`, of the same report, has passed."""
    if rough.qualifier not in _PASSED or exact.qualifier is not None or rough.report != exact.report:
        return False
    (low, unit), (value, other) = normalise(rough.value, rough.unit), normalise(exact.value, exact.unit)
    return unit == other and rough.period == exact.period and low <= value < 2 * low


def same(a: Figure, b: Figure) -> bool:
    """The same quantity of the same period, one perhaps rounded: 826.3亿元 and 8263150万元."""
    if a.period != b.period:
        return False
    if same_quantity(a.value, a.unit, b.value, b.unit):
        return True
    (first, unit), (second, other) = normalise(a.value, a.unit), normalise(b.value, b.unit)
    half_a, half_b = _half_last_place(a), _half_last_place(b)
    return unit == other and half_a != half_b and abs(first - second) <= max(half_a, half_b)


def _half_last_place(figure: Figure) -> Decimal:
    """Half of the last digit the figure is written with, in base units."""
    exponent = figure.value.as_tuple().exponent
    step = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
    return normalise(step, figure.unit)[0] / 2


def other_currency(a: Figure, b: Figure) -> bool:
    """31.6亿美元（222.7亿元）: one amount in two currencies, in one breath."""
    pair = {a.base_unit, b.base_unit}
    return (
        pair == {"元", "美元"}
        and (a.report, a.indicator_id, a.measure, a.period) == (b.report, b.indicator_id, b.measure, b.period)
        and abs(a.start - b.start) < 40
    )


def distinct(candidates: Sequence[Candidate]) -> list[Candidate]:
    kept: list[Candidate] = []
    for candidate in candidates:
        if not any(same(candidate.figure, other.figure) for other in kept):
            kept.append(candidate)
    return kept


def period_key(figure: Figure) -> tuple[int, int]:
    return Period.parse(figure.period).end if figure.period else (0, 0)
