"""Whether every figure of a draft is what the cited sentence says it is, and what the question asks for.

A figure of the draft must be one of the sentence's own, as they were read in their report: the same value with
its sign, the same unit; of the indicator, period, region and status that the draft names, and where it names
none, that the question names. Where the question asks for a figure, none may be of something else, and one must
be the sentence's best answer to it: of a list, not the neighbour's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from index.figures import figures_in_text
from index.periods import Period, find_periods
from index.regions import find_regions
from index.types import Figure
from index.units import is_count, same_family, same_quantity
from index.vocabulary import load_vocabulary
from rag.ask import asked_status
from rag.bind import LEAST_COVERAGE, Candidate, Surroundings, bind
from rag.query import Ask, Query
from rag.word_coverage import contained

# What a figure is of; its kind and unit are compared where one must answer the question.
_SLOTS = frozenset({"indicator", "period", "region", "status"})
_BOUNDS = frozenset({"以内", "以下", "不到", "不超过", "不高于", "低于", "少于"})
_LEAST_NAME = 0.3  # of its pairs of characters, squared: 装备制造增加值 for 装备制造业增加值
_KINDS = frozenset({"growth", "share", "change", "lead", "contribution", "rank"})


def figures_hold(
    draft: str, figures: Sequence[Figure], query: Query, surroundings: Callable[[Figure], Surroundings]
) -> bool:
    """Whether the draft may stand on the sentence that these figures are of; true of one without figures,
    unless the question asks for one."""
    answered = False
    for said in _read(draft, query, figures):
        own = _own_ask(said, query)
        same = [figure for figure in figures if is_same(said, figure)]
        same = [c.figure for c in bind(own, same, surroundings) if not _SLOTS & set(c.conflicts)]
        same = [f for f in same if _bears_name(said, f, figures, surroundings)]
        if not same or (own.indicator_ids and not _is_best(own, same, figures, surroundings)):
            return False
        if query.asks:
            if not any(_of_asked(ask, figure, surroundings) for ask in query.asks for figure in same):
                return False
            answered |= any(_is_best(ask, same, figures, surroundings) for ask in query.asks)
    return answered or not query.asks


def _read(draft: str, query: Query, figures: Sequence[Figure]) -> list[Figure]:
    """The figures of a draft; period and region are its own words for them, else those of the question.

    Names of places are taken out before: those that only these reports know would be read as part of what is
    measured (云川市第二产业增加值).
    """
    places = {*query.regions, *(f.region for f in figures if f.region)} - {"全国", "中国"}
    found = find_regions(draft, known=sorted(places))
    ours = [place for place in found if place.name in places]
    named = {place.name for place in ours} or set(query.regions)
    for place in reversed(ours):
        draft = f"{draft[: place.start]}{draft[place.end :]}"
    periods = {m.period for m in find_periods(draft) if m.kind != "report" and not m.compared}
    periods = periods or set(query.periods)
    period = periods.pop().code() if len(periods) == 1 else None
    region = named.pop() if len(named) == 1 else None
    read = figures_in_text(draft, period=period, region=region)
    return [replace(figure, region=region) for figure in read] if ours and region else read


def is_same(said: Figure, figure: Figure) -> bool:
    """Equal value, sign and unit; a number copied from a table may leave the unit to its header.

    What is only a bound (3%以内) must be told as one.
    """
    if figure.qualifier in _BOUNDS and said.qualifier not in _BOUNDS:
        return False
    if not said.unit and figure.cell is not None:
        return said.value == figure.value
    return same_quantity(said.value, said.unit, figure.value, figure.unit)


def _own_ask(said: Figure, query: Query) -> Ask:
    """What the draft itself says of its figure, as a question that the sentence's figure must answer."""
    named = bool(said.indicator) and said.indicator_start >= 0
    vocabulary = load_vocabulary()
    known = vocabulary.get(said.indicator_id) if named and said.indicator_id else None
    indicators = [known] if known else []
    if (
        not named and not query.asks
    ):  # a figure alone, to a question that asks for none, is of what that names
        indicators = [mention.indicator for mention in vocabulary.find(query.text)]
    planned = said.status in ("target", "forecast") or asked_status(query.text) == "target"
    return Ask(
        text=query.text,
        terms=(),
        names=tuple(name for one in indicators for name in (one.name, *one.synonyms)),
        indicator_ids=tuple(one.id for one in indicators),
        customary=tuple(one.customary for one in indicators if one.customary),
        indicator=said.indicator if named else "",
        period=Period.parse(said.period) if said.period else None,
        region=said.region,
        measure=said.measure if said.measure in _KINDS else None,  # type: ignore[arg-type]
        # A figure alone must be in a unit that what the question names can have: no 万吨 of electricity.
        unit=said.unit or None if named or not indicators else None,
        units=() if named else tuple(unit for one in indicators for unit in one.units),
        status="target" if planned else None,
    )


def _bears_name(
    said: Figure, figure: Figure, figures: Sequence[Figure], surroundings: Callable[[Figure], Surroundings]
) -> bool:
    """Whether what the draft calls the figure may be its name, and is no better the name of another of its kind."""
    if not said.indicator or said.indicator_start < 0 or said.indicator == figure.indicator:
        return True
    if said.indicator_id is not None:
        if said.indicator_id == figure.indicator_id:
            return True
        return all(
            other.indicator != said.indicator and other.indicator_id != said.indicator_id for other in figures
        )
    if said.indicator.isascii():  # English words of the question stand in no Chinese sentence
        return True
    share = contained(said.indicator, surroundings(figure).clause)
    rivals = [f for f in figures if f.measure == figure.measure and f.indicator != figure.indicator]
    best = max((contained(said.indicator, surroundings(f).clause) for f in rivals), default=0.0)
    return share >= max(best, _LEAST_NAME)


def _of_asked(ask: Ask, figure: Figure, surroundings: Callable[[Figure], Surroundings]) -> bool:
    return any(not _SLOTS & set(candidate.conflicts) for candidate in bind(ask, [figure], surroundings))


def _is_best(
    ask: Ask,
    same: Sequence[Figure],
    figures: Sequence[Figure],
    surroundings: Callable[[Figure], Surroundings],
) -> bool:
    """Whether one of the figures fits the question, and as well as any of its kind in the sentence."""
    fitting = [c for c in bind(ask, figures, surroundings) if _fits(ask, c) and c.coverage >= LEAST_COVERAGE]
    return any(
        one.figure in same and all(one.score >= other.score for other in fitting if _of_a_kind(one, other))
        for one in fitting
    )


def _fits(ask: Ask, candidate: Candidate) -> bool:
    """No slot speaks against it; 22部 may answer what is mostly counted in 件, where no unit was asked for."""
    own = ask.unit is None and candidate.figure.indicator_id in ask.indicator_ids
    counted = own and all(is_count(unit) for unit in (candidate.figure.unit, *ask.units))
    return candidate.fits or (counted and candidate.conflicts == ("unit",))


def _of_a_kind(one: Candidate, other: Candidate) -> bool:
    """Figures between which the words decide: 增长59%，达到5.9亿吨 are two answers to two questions, a preliminary
    and a revised value two to one."""
    a, b = one.figure, other.figure
    if {a.status, b.status} == {"preliminary", "revised"}:
        return False
    return a.measure == b.measure and same_family(a.unit, b.unit)
