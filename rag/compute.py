"""Arithmetic on bound figures, exact and shown: difference, share, growth, sum."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from index.types import Figure
from index.units import normalise, same_family, split_unit


@dataclass(frozen=True, slots=True)
class Computed:
    """A derived figure with the arithmetic that gave it, in the reports' own units."""

    value: Decimal
    unit: str
    text: str  # "6.7万亿元"
    calculation: str  # "74.4万亿元 − 67.7万亿元 = 6.7万亿元"


def plain(value: Decimal) -> str:
    """A decimal without exponent or trailing zeros: 6.70 → 6.7."""
    text = format(value.normalize(), "f")
    return text if text != "-0" else "0"


# More or less than this, nobody knows by how much: no number follows from it.
_OPEN_ENDED = frozenset(
    (
        "超过", "超", "突破", "逾", "高于", "余", "多", "以上", "不低于", "不少于", "至少", "近", "接近", "不足", "不到",
        "低于", "以下", "以内", "不超过",
    )
)  # fmt: skip


def difference(minuend: Figure, subtrahend: Figure) -> Computed | None:
    """`minuend − subtrahend` in the coarser unit of the two; percentages differ by points.

    None where the units differ in kind, or one side only says "more than" (超过1.2万亿斤).
    """
    if {minuend.qualifier, subtrahend.qualifier} & _OPEN_ENDED:
        return None
    if minuend.unit == "%" and subtrahend.unit == "%":
        value = minuend.value - subtrahend.value
        unit = "个百分点"
        return Computed(
            value, unit, f"{plain(abs(value))}{unit}", _shown(minuend, "−", subtrahend, value, unit)
        )
    pair = _same_unit(minuend, subtrahend)
    if pair is None:
        return None
    first, second, unit = pair
    value = first - second
    return Computed(
        value, unit, f"{plain(abs(value))}{unit}",
        f"{plain(first)}{unit} − {plain(second)}{unit} = {plain(value)}{unit}",
    )  # fmt: skip


def share(part: Figure, whole: Figure) -> Computed | None:
    """`part ÷ whole` in per cent, to one decimal."""
    pair = _same_unit(part, whole)
    if pair is None or not pair[1]:
        return None
    first, second, unit = pair
    value = _round(first / second * 100)
    return Computed(
        value, "%", f"{plain(value)}%", f"{plain(first)}{unit} ÷ {plain(second)}{unit} = {plain(value)}%"
    )


def rest(share_of_one: Figure) -> Computed | None:
    """What the others make up where one has a known share of the whole: 100% − 65.8% = 34.2%."""
    if share_of_one.unit != "%" or not 0 < share_of_one.value < 100 or share_of_one.range_text:
        return None
    if share_of_one.qualifier in _OPEN_ENDED:
        return None
    value = 100 - share_of_one.value
    return Computed(value, "%", f"{plain(value)}%", f"100% − {plain(share_of_one.value)}% = {plain(value)}%")


def multiple(of: Figure, base: Figure) -> Computed | None:
    """`of ÷ base` as a multiple, to two decimals: 1.11倍."""
    pair = _same_unit(of, base)
    if pair is None or not pair[1]:
        return None
    first, second, unit = pair
    value = (first / second).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    text = f"{plain(value)}倍"
    return Computed(value, "倍", text, f"{plain(first)}{unit} ÷ {plain(second)}{unit} = {text}")


def growth(later: Figure, earlier: Figure) -> Computed | None:
    """Growth from the earlier to the later level in per cent, to one decimal."""
    pair = _same_unit(later, earlier)
    if pair is None or not pair[1]:
        return None
    first, second, unit = pair
    value = _round((first / second - 1) * 100)
    return Computed(
        value, "%", f"{plain(value)}%",
        f"({plain(first)}{unit} − {plain(second)}{unit}) ÷ {plain(second)}{unit} = {plain(value)}%",
    )  # fmt: skip


def before_change(level: Figure, since: Figure) -> Computed | None:
    """The level before a change or growth: `level − change`, or `level ÷ (1 + growth)` to one decimal."""
    if since.measure == "growth" and since.unit == "%":
        factor = 1 + since.value / 100
        if factor <= 0:
            return None
        value = _round(level.value / factor)
        text = f"{plain(value)}{level.unit}"
        sign = "+" if since.value >= 0 else "−"
        return Computed(
            value,
            level.unit,
            text,
            f"{plain(level.value)}{level.unit} ÷ (1 {sign} {plain(abs(since.value))}%) = {text}",
        )
    if since.measure != "change" or since.unit in ("%", "个百分点"):
        return None
    pair = _same_unit(level, since)
    if pair is None:
        return None
    first, second, unit = pair
    text = f"{plain(first - second)}{unit}"
    sign = "−" if second >= 0 else "+"
    return Computed(
        first - second, unit, text, f"{plain(first)}{unit} {sign} {plain(abs(second))}{unit} = {text}"
    )


def less_lead(growth_rate: Figure, lead: Figure) -> Computed:
    """The growth of what a rate is ahead of: 7.9 % and 2.7 points ahead → 5.2 %."""
    points = abs(lead.value) * (-1 if lead.direction == "down" else 1)
    value = growth_rate.value - points
    sign = "−" if points >= 0 else "+"
    text = f"{plain(value)}%"
    return Computed(
        value, "%", text, f"{plain(growth_rate.value)}% {sign} {plain(abs(points))}个百分点 = {text}"
    )


def total(figures: list[Figure]) -> Computed | None:
    """The sum of figures of one kind."""
    values: list[Decimal] = []
    unit = figures[0].unit
    for figure in figures:
        pair = _same_unit(figure, figures[0])
        if pair is None:
            return None
        values.append(figure.value if figure.unit == unit else _in_unit(figure, figures[0]))
    value = sum(values, Decimal(0))
    terms = " + ".join(f"{plain(v)}{unit}" for v in values)
    return Computed(value, unit, f"{plain(value)}{unit}", f"{terms} = {plain(value)}{unit}")


# Units of one kind that reports use side by side and a reader may want in the other: 斤 in 吨, 亩 in 公顷.
_CONVERTED = frozenset({"吨", "公斤", "斤", "亩", "公顷", "平方公里"})


def converted(figure: Figure, unit: str | None) -> Computed | None:
    """The figure in the unit asked for, where that is another unit of the same kind, to four digits."""
    if unit is None or split_unit(unit).base_unit == figure.base_unit:
        return None
    if not {split_unit(unit).base_unit, figure.base_unit} <= _CONVERTED or not same_family(unit, figure.unit):
        return None
    one = normalise(Decimal(1), unit)[0] / normalise(Decimal(1), figure.unit)[0]
    value = figure.value / one
    rounded = value.quantize(Decimal(1).scaleb(value.adjusted() - 3), rounding=ROUND_HALF_UP)
    text = f"{plain(rounded)}{unit}"
    return Computed(
        rounded, unit, text, f"{plain(figure.value)}{figure.unit} ÷ {plain(one)}{figure.unit}/{unit} = {text}"
    )


def _shown(first: Figure, sign: str, second: Figure, value: Decimal, unit: str) -> str:
    return (
        f"{plain(first.value)}{first.unit} {sign} {plain(second.value)}{second.unit} = {plain(value)}{unit}"
    )


def _same_unit(first: Figure, second: Figure) -> tuple[Decimal, Decimal, str] | None:
    """Both values in the unit with the larger scale, or None if they are of different kinds."""
    if first.unit == second.unit:
        return first.value, second.value, first.unit
    if normalise(first.value, first.unit)[1] != normalise(second.value, second.unit)[1]:
        return None
    if first.scale >= second.scale:
        return first.value, _in_unit(second, first), first.unit
    return _in_unit(first, second), second.value, second.unit


def _in_unit(figure: Figure, target: Figure) -> Decimal:
    """The figure's value expressed in the target's unit, by their base values."""
    base = normalise(figure.value, figure.unit)[0]
    one = normalise(Decimal(1), target.unit)[0]
    return base / one


def _round(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
