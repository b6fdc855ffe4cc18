"""What several bound figures make together: differences, shares, multiples, growth, and levels worked back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from index.periods import Period, find_periods
from index.regions import contains_region, same_region
from index.types import Figure
from index.units import same_family
from index.vocabulary import load_vocabulary
from rag import compute
from rag import question_words as words
from rag.ask import WHOLE_REGIONS, AskedMeasure, AskedStatus
from rag.bind import Candidate
from rag.query import Ask, Query
from rag.question_turns import of_year_before

if TYPE_CHECKING:
    from rag.figure_answer import Bound

STATUSES: tuple[AskedStatus, AskedStatus] = ("actual", "target")


def says_difference(query: Query, bound: Sequence[Bound]) -> bool:
    """Whether a report states the difference itself (高出…, 提高…); how much slower growth was, no growth says."""
    kinds = ("lead", "change") if words.LEAD.search(query.text) else ("lead", "change", "growth")
    return any(
        (f.measure in kinds and b.ask.measure) or (b.ask.measure == "change" and f.measure == "level")
        for b in bound
        for f in b.figures
    )


WAYS = {
    "share": compute.share, "multiple": compute.multiple, "difference": compute.difference,
    "identity": compute.difference, "ratio": compute.share,
}  # fmt: skip
# What follows from two others by definition: the first less the second.
_IDENTITIES = {
    "imports": ("total_trade", "exports"),
    "exports": ("total_trade", "imports"),
    "trade_surplus": ("exports", "imports"),
}


def in_bounds(kind: str, result: compute.Computed) -> bool:
    """Whether a result can be what it is called: a part is no more than its whole."""
    if kind == "share":
        return 0 <= result.value <= 100
    return kind not in ("identity", "ratio") or result.value > 0


def _by_identity(ask: Ask) -> list[tuple[Ask, Ask]]:
    """进口额 from 进出口总额 and 出口额 of the same report."""
    known = load_vocabulary()
    pairs: list[tuple[Ask, Ask]] = []
    plain = ask.measure in (None, "level") and ask.status is None and not ask.role and not ask.other_regions
    for name in ask.indicator_ids if plain and len(ask.indicator_ids) == 1 and not ask.terms else ():
        found = [known.get(part) for part in _IDENTITIES.get(name, ())]
        parts = [
            replace(ask, indicator_ids=(one.id,), indicator=one.name, names=(one.name, *one.synonyms), measure="level", customary=())
            for one in found
        ]  # fmt: skip
        if len(parts) == 2:
            pairs.append((parts[0], parts[1]))
    return pairs


def _below_threshold(ask: Ask) -> list[tuple[Ask, Ask]]:
    """限额以下零售额: the total of consumer goods less what units above the designated size sold."""
    if "限额以下" not in ask.text or ask.measure not in (None, "level") or ask.status is not None or ask.role:
        return []
    known = load_vocabulary()
    found = [known.lookup(name) for name in ("社会消费品零售总额", "限额以上单位消费品零售额")]
    whole, above = (
        replace(ask, indicator_ids=(one.id,), indicator=one.name, names=(one.name, *one.synonyms), units=one.units,
                measure="level", terms=(), must=(), customary=())
        for one in found if one is not None
    )  # fmt: skip
    return [(whole, above)]


def _of_year_before(ask: Ask) -> list[tuple[Ask, Ask]]:
    """相当于上一年的百分之几: this year's level and that of the year before."""
    if not of_year_before(ask.text) or ask.period is None or not ask.period.is_whole_year:
        return []
    this = replace(ask, measure="level", unit=None, parts=(), share_of=(), reference=None)
    return [(this, replace(this, period=ask.period.shifted(-1)))]


_ENDS: tuple[Literal["from", "to"], Literal["from", "to"]] = ("to", "from")


def parts_of(query: Query, ask: Ask) -> list[tuple[tuple[Ask, Ask], str]]:
    """The pairs of asks whose quotient or difference would answer."""
    way = "multiple" if ask.unit == "倍" else "share"
    pairs: list[tuple[tuple[Ask, Ask], str]] = [((part, whole), way) for part, whole in ask.share_of]
    pairs += [(pair, "identity") for pair in (*_by_identity(ask), *_below_threshold(ask))]
    pairs += [(pair, "ratio") for pair in _of_year_before(ask)]
    if query.operation == "difference" and ask.against_target:
        measure: AskedMeasure | None = "growth" if _OF_GROWTH.search(ask.text) else None
        actual, target = (replace(ask, status=s, measure=measure, unit=None) for s in STATUSES)
        pairs.append(((actual, target), "difference"))
    if ask.unit == "倍" and not ask.role and re.search("原来|当初|起初|期初", ask.text):
        last, first = (replace(ask, role=end, measure="level", unit=None) for end in _ENDS)
        pairs.append(((last, first), "multiple"))
    by_how_much = ask.measure == "change" or (ask.measure == "growth" and _BY_HOW_MUCH.search(ask.text))
    if by_how_much and ask.period is not None and not ask.role and _is_span(ask.period):
        last, first = (replace(ask, role=end, measure="level", unit=None) for end in _ENDS)
        pairs.append(((last, first), "difference"))
    if (
        ask.measure == "change"
        and ask.period is not None
        and ask.period.is_whole_year
        and words.THAN_YEAR_BEFORE.search(ask.text)
    ):
        this, before = (
            replace(ask, measure=None, period=p, unit=None if ask.unit in ("个百分点", "%") else ask.unit)
            for p in (ask.period, ask.period.shifted(-1))
        )
        pairs.append(((this, before), "difference"))
    return pairs


_BY_HOW_MUCH = re.compile(r"\b(?:by )?how much\b", re.IGNORECASE)
_OF_GROWTH = re.compile(r"增速|增幅|涨幅|降幅|增长|\bgr(?:ow|ew)|\binflation\b", re.IGNORECASE)


def _is_span(period: Period) -> bool:
    return period.end[0] > period.start[0]


def in_asked_unit(ask: Ask, group: list[Candidate]) -> list[Candidate]:
    """Of 由54万亿元增加到82.7万亿元，占比由11.4%…: the figures in the units a level of the indicator has."""
    if ask.measure == "share" or not ask.units:
        return group
    return [c for c in group if any(same_family(u, c.figure.unit) for u in ask.units)]


# With no measure asked, or a loose one: the first kinds win where the reports have them.
_PREFERRED: dict[str | None, tuple[frozenset[str], ...]] = {
    None: (frozenset({"level", "rate"}), frozenset({"share"}), frozenset({"growth"})),
    "level": (frozenset({"level", "rate", "share"}),),
    "change": (frozenset({"change"}),),
    "lead": (frozenset({"lead"}),),
    "share": (frozenset({"share", "rate"}),),
}


_CLAUSE_OF_ANOTHER = 0.5  # so much less of the words in its own clause: it is of another thing


def of_asked_measure(ask: Ask, fits: list[Candidate]) -> list[Candidate]:
    """Only figures of the asked measure where there are any that match the words as well."""
    for kinds in _PREFERRED.get(ask.measure, ()):
        exact = [c for c in fits if c.figure.measure in kinds]
        near = exact and exact[0].clause_coverage >= fits[0].clause_coverage - _CLAUSE_OF_ANOTHER
        if near and exact[0].coverage >= fits[0].coverage - 0.2:
            return exact
    return fits


_HEADS = re.compile("规模|产值|里程|面积|余额")
_DOWN = re.compile(r"下降|降低|减少|下滑|下跌|缩小|压减|压缩|[降减跌缩]了")


def of_asked_kind(ask: Ask, fits: list[Candidate]) -> list[Candidate]:
    """Of several that fit, those with the noun asked for (产业规模 for 多大规模) and, asked for a fall, falls."""
    head = _HEADS.search(ask.text)
    if head and not ask.indicator_ids and ask.measure != "share":
        named = [c for c in fits if head[0] in c.figure.indicator]
        fits = named if named and named[0].coverage >= fits[0].coverage - 0.1 else fits
    if ask.measure == "growth" and not ask.role:
        fits = _as_asked(ask, fits)
    if ask.measure in ("change", "growth") and _DOWN.search(ask.text):
        fell = [c for c in fits if c.figure.value < 0 or c.figure.direction == "down"]
        fits = fell or fits
    return fits


def _as_asked(ask: Ask, fits: list[Candidate]) -> list[Candidate]:
    """Growth over a span before its yearly average; in real terms if 实际增长 is asked, else in those of the day.

    Only between figures of one sentence: what a report gives alone is what it calls growth.
    """
    if ask.period is not None and _is_span(ask.period) and not ask.average:
        fits = [c for c in fits if c.figure.basis != "年均"] or fits
    real = ask.real or "实际增" in ask.text
    told = {c.figure.report: c.figure for c in fits if (c.figure.basis == "实际") == real}

    def otherwise(figure: Figure) -> bool:
        other = told.get(figure.report)
        alike = other is not None and (figure.indicator_id, figure.period) == (
            other.indicator_id,
            other.period,
        )
        return alike and other is not None and abs(figure.start - other.start) <= _IN_ONE_BREATH

    return [c for c in fits if (c.figure.basis == "实际") == real or not otherwise(c.figure)]


def facts_first(ask: Ask, fits: list[Candidate]) -> list[Candidate]:
    """Where the question names no plan, what came of it before what was planned for the same period."""
    if ask.status is not None or not fits:
        return fits
    planned = ("target", "forecast")
    facts = [c for c in fits if c.figure.status not in planned]
    return [
        c
        for c in fits
        if c.figure.status not in planned
        or not any(f.figure.period == c.figure.period and f.coverage >= c.coverage - 0.05 for f in facts)
    ]


def worked_back(
    ask: Ask, levels: Sequence[Candidate]
) -> tuple[tuple[Figure, Figure], compute.Computed] | None:
    """A level no report states, from the next one and what changed since: 33212万吨 − 2737万吨 = 30475万吨.

    `levels` are candidates of the asked indicator whatever their period; a change or a growth rate must stand
    in one report beside a level of the same period, and be since the asked one. None unless exactly one pair fits.
    """
    if ask.period is None or ask.measure not in (None, "level"):
        return None
    found: dict[str, tuple[tuple[Figure, Figure], compute.Computed]] = {}
    figures = [c.figure for c in levels if set(c.conflicts) <= {"period", "measure", "unit", "status"}]
    for level in (f for f in figures if f.measure == "level" and f.period):
        for since in figures:
            alike = (since.report, since.period, since.indicator_id) == (
                level.report,
                level.period,
                level.indicator_id,
            )
            if not alike or abs(since.start - level.start) > _IN_ONE_BREATH or not _since(since, ask.period):
                continue
            result = compute.before_change(level, since)
            if result is not None:
                found[result.text] = ((level, since), result)
    return next(iter(found.values())) if len(found) == 1 else None


def behind_lead(
    ask: Ask, candidates: Sequence[Candidate]
) -> tuple[tuple[Figure, Figure], compute.Computed] | None:
    """增长7.9%，领先全国2.7个百分点: the whole country's growth is 5.2 %, which no report of it states."""
    if ask.measure not in (None, "growth") or ask.region is None:
        return None
    figures = [c.figure for c in candidates if set(c.conflicts) <= {"region", "measure", "unit", "reference"}]
    found: dict[str, tuple[tuple[Figure, Figure], compute.Computed]] = {}
    for lead in (f for f in figures if f.measure == "lead" and _is_of(f, ask.region)):
        for own in (f for f in figures if f.measure == "growth" and f.unit == "%"):
            alike = (own.report, own.period, own.indicator_id) == (
                lead.report,
                lead.period,
                lead.indicator_id,
            )
            if alike and abs(own.start - lead.start) <= _IN_ONE_BREATH:
                result = compute.less_lead(own, lead)
                found[result.text] = ((own, lead), result)
    return next(iter(found.values())) if len(found) == 1 else None


def _is_of(lead: Figure, region: str) -> bool:
    """Whether the lead is over that region: 全市 said of 云川高新区 is 云川市."""
    if lead.reference is None:
        return False
    whole = WHOLE_REGIONS.get(lead.reference, ())
    home = lead.region or ""
    near = home[:2] == region[:2] or bool(home and contains_region(region, home))
    around = region.endswith(whole) and near if whole else False
    return around or same_region(lead.reference, region)


_IN_ONE_BREATH = 60  # characters


def _since(figure: Figure, period: Period) -> bool:
    """Whether a change or growth is since `period`: by its reference, else since the year before."""
    if figure.measure not in ("change", "growth") or figure.basis in ("环比", "年均"):
        return False
    named = [m.period for m in find_periods(figure.reference or "")]
    if named:
        return any(p.end == period.end for p in named)
    own = Period.parse(figure.period) if figure.period else None
    return own is not None and own.shifted(-1) == period
