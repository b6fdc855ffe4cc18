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


# Yuan to the dollar since 1979, with room for rounding.
_LEAST_RATE, _MOST_RATE = Decimal("1.4"), Decimal("9.0")
_ONE_PARAGRAPH = 300  # characters


def other_currency(a: Figure, b: Figure) -> bool:
    """31.6亿美元（222.7亿元）: one amount in two currencies, in one breath or in what goes on about it."""
    if {a.base_unit, b.base_unit} != {"元", "美元"}:
        return False
    if (a.report, a.indicator_id, a.measure, a.period) != (b.report, b.indicator_id, b.measure, b.period):
        return False
    if abs(a.start - b.start) < 40:
        return True
    yuan, dollars = (a, b) if a.base_unit == "元" else (b, a)
    first, second = normalise(yuan.value, yuan.unit)[0], normalise(dollars.value, dollars.unit)[0]
    near = a.indicator_id is not None and abs(a.start - b.start) < _ONE_PARAGRAPH and second > 0
    return near and _LEAST_RATE <= first / second <= _MOST_RATE


def distinct(candidates: Sequence[Candidate]) -> list[Candidate]:
    kept: list[Candidate] = []
    for candidate in candidates:
        if not any(same(candidate.figure, other.figure) for other in kept):
            kept.append(candidate)
    return kept


def period_key(figure: Figure) -> tuple[int, int]:
    return Period.parse(figure.period).end if figure.period else (0, 0)


_REVISED_BY = Decimal("0.1")  # of the larger: more is another series, or a misread figure


def stated_twice(best: Candidate, rivals: Sequence[Candidate]) -> tuple[Figure, ...]:
    """1.13 % in one report and 1.07 % in a later one: both, as the reports differ; () where it may be another thing.

    Only of one indicator, period, region, measure and status, in two reports, each in a clause with all the words.
    """
    first = best.figure
    if first.indicator_id is None or first.period is None or any(f.figure.cell for f in (best, *rivals)):
        return ()
    others = distinct(rivals)
    if len(others) != 1:
        return ()
    second = others[0].figure
    slots = [
        (f.indicator_id, f.measure, f.basis, f.period, f.region, f.status, f.unit) for f in (first, second)
    ]
    if (
        slots[0] != slots[1]
        or first.report == second.report
        or min(best.clause_coverage, others[0].clause_coverage) < 0.99
    ):
        return ()
    largest = max(abs(first.value), abs(second.value))
    if abs(first.value - second.value) > _REVISED_BY * largest:
        return ()
    return tuple(sorted((first, second), key=lambda f: f.report))


def reports_differ(figures: Sequence[Figure]) -> bool:
    """Whether an answer of two figures shows what two reports say of one and the same thing."""
    slots = {(f.indicator_id, f.measure, f.period, f.region, f.status, f.unit) for f in figures}
    return (
        len(figures) == 2 and len(slots) == 1 and len({f.report for f in figures}) == 2 and not same(*figures)
    )
