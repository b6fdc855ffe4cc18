"""English questions into asks, through the vocabulary's English names; the model translates the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.periods import PeriodMention
from index.regions import RegionMention
from index.vocabulary import IndicatorMention, english_expansion
from rag import question_words as words
from rag.ask import (
    Ask,
    answer_units,
    asked_measure,
    asked_status,
    asked_unit,
    by_period,
    indicator_names,
    without,
)

_ENGLISH_FIGURE = re.compile(
    r"\bhow (?:many|much|large|big|high|fast|far|long)\b|\bwhat (?:was|is|were|are) (?:the )?(?:total|share|rate|growth|value|"
    r"amount|"
    r"number|size|level|percentage|proportion|target|increase|output|gdp|average)|"
    r"\bwhat (?:share|percentage|proportion|rate|growth|target|number|amount)\b"
    r"|\bby (?:how much|what|how many)\b|\bwhat\b.*\b(?:"
    r"growth|rate|revenue|target|total|reserves|output|deficit|ratio|milestone|threshold|"
    r"level)\b"
    r"|\band (?:the )?(?:for|of|in)?\b",
    re.IGNORECASE,
)


_AGAINST_TARGET = re.compile(
    r"\bactual\b.*\b(?:targets?|goals?|planned)\b|\b(?:targets?|goals?|planned)\b.*\bactual\b"
    r"|\b(?:miss|missed|beat|exceed|exceeded|hit|meet|met|reach|reached|achieve|achieved|fall short of)\b.*\b(?:targets?|goals?)\b"
    r"|\b(?:turn(?:ed)? out|c[oa]me out|fared?|compared?|measure up)\b.*\b(?:against|with|to|than)\b.*\b(?:project(?:ed|ion)|forecast|"
    r"targets?|goals?|plan(?:ned)?)\b",
    re.IGNORECASE,
)


_THAN_YEAR_BEFORE = re.compile(
    r"\b(?:faster|slower|higher|lower|more|less|larger|smaller)(?: or \w+)? than (?:in )?"
    r"the (?:year before|previous year|preceding year)\b",
    re.IGNORECASE,
)


def english_asks(
    text: str,
    periods: Sequence[PeriodMention],
    regions: Sequence[RegionMention],
    indicators: Sequence[IndicatorMention],
) -> tuple[tuple[Ask, ...], tuple[str, ...]]:
    masked = without(text, [*periods, *regions, *indicators])
    unknown = tuple(w for w in words.english_content_words(masked) if not english_expansion(w))
    which_year = len({m.period for m in periods}) > 1 and re.match(r"\s*which year\b", text, re.IGNORECASE)
    if not _ENGLISH_FIGURE.search(text) and not indicators and not which_year:
        return (), unknown
    if re.match(
        r"\s*(?:who|when|where|why|which (?:company|enterprise|body|project|city|province))\b",
        text,
        re.IGNORECASE,
    ):
        return (), unknown
    if re.match(r"\s*what (?:is|are|was|were) (?:the )?[“\"]", text, re.IGNORECASE):
        return (), unknown  # What are the "new three": asks for a meaning
    if re.match(r"\s*(?:and )?which\b", text, re.IGNORECASE) and words.SUPERLATIVE.search(text):
        return (), unknown  # asks for a name
    wanted = answer_units(None, without(text, indicators))
    if wanted:  # what it cost to build a railway is no mileage
        indicators = [m for m in indicators if not m.indicator.units or set(wanted) & set(m.indicator.units)]
    measure = asked_measure(text)
    if measure == "share":
        indicators = _part_first(text, indicators)
    both = re.search(
        r"\b(?:what|how)\b.*(?:\band|,) (?:by )?how (?:much|fast) (?:did|has|was)", text, re.IGNORECASE
    )
    places = [m for m in regions if not m.is_part_of_name]
    # A place nobody knows beside one that is known is part of a name: the Science City of a zone.
    places = [m for m in places if not m.name.isascii()] or places
    worldwide = [m for m in places if m.name == "全球"] if measure == "share" and len(places) > 1 else []
    regions = [m for m in places if m not in worldwide]
    region = regions[0].name if regions else None
    compared = [r.name for r in regions[1:]] if measure == "lead" else []
    base = Ask(
        text=text, terms=_english_terms(masked), region=region, measure=measure, unit=asked_unit(text),
        status=asked_status(text), units=wanted, reference="全球" if worldwide else None, average=bool(words.YEARLY_AVERAGE.search(text)),
    )  # fmt: skip
    if measure not in ("lead", "share") and not words.DIFFERENCE.search(text):
        others = (m.name for m in regions if not m.is_part_of_name and m.name not in (region, "全国"))
        base = replace(base, other_regions=tuple(dict.fromkeys(others)))
    if measure == "lead":
        named = [("national", "全国"), ("provincial", "全省"), ("province", "全省"), ("municipal", "全市")]
        compared = [zh for en, zh in named if re.search(rf"\b{en}\b", text, re.IGNORECASE)] or compared
    distinct = list(dict.fromkeys(m.period for m in periods))
    if len(distinct) == 1 and distinct[0].is_whole_year and _THAN_YEAR_BEFORE.search(text):
        distinct.append(distinct[0].shifted(-1))
    if measure == "share" and len(indicators) == 2:
        part, whole = indicators
        both_named = [
            replace(
                base, indicator_ids=(m.indicator.id,), indicator=m.indicator.name, names=indicator_names(m)
            )
            for m in (part, whole)
        ]
        levels = [
            replace(a, measure="level", unit=None, units=m.indicator.units)
            for a, m in zip(both_named, indicators, strict=True)
        ]
        share = replace(
            both_named[0],
            parts=("|".join(both_named[0].names), "|".join(both_named[1].names)),
            share_of=((levels[0], levels[1]),),
        )
        return tuple(by_period(text, share, distinct, periods)), unknown
    if measure == "share" and len(indicators) == 1 and _whole_only(text, indicators[0]):
        named_whole = indicators[0]  # the part is no indicator: its words must stand by the figure
        whole_names = "|".join(indicator_names(named_whole))
        share = replace(base, parts=("", whole_names), indicator=named_whole.indicator.name)
        return tuple(by_period(text, share, distinct, periods)), unknown
    asks = [
        replace(
            base, indicator_ids=(m.indicator.id,), indicator=m.indicator.name, names=indicator_names(m), units=m.indicator.units
        )
        for m in {m.indicator.id: m for m in indicators}.values()
    ] or [base]  # fmt: skip
    if words.FROM_TO.search(text) and len(asks) == 1:
        asks = [replace(asks[0], role="from", measure="level"), replace(asks[0], role="to", measure="level")]
    if both and len(asks) == 1:
        asks = [replace(asks[0], measure="level"), replace(asks[0], measure="growth")]
    asks = [v for a in asks for v in _by_word(masked, a)]
    if len(asks) == 1:
        asks = _counted_twice(masked, asks[0]) or _and_planned(text, asks[0]) or asks
    named_regions = list(dict.fromkeys(m.name for m in regions if not m.is_part_of_name))
    if len(named_regions) == 2 and not compared and words.DIFFERENCE.search(text) and not periods[1:]:
        asks = [
            replace(a, region=name, measure=None if measure == "lead" else measure)
            for a in asks
            for name in named_regions
        ]
    if _AGAINST_TARGET.search(text):
        asks = [replace(a, against_target=True, status=None) for a in asks]
    if compared:
        asks = [replace(a, reference=r) for a in asks for r in dict.fromkeys(compared)]
    return tuple(v for a in asks for v in by_period(text, a, distinct, periods)), unknown


_WHOLE_FIRST = re.compile(
    r"\b(?:share|proportion|percentage|per ?cent)s? of (?:the |all |its )?(?:\w+ ){0,2}?$", re.IGNORECASE
)
_PART_FOLLOWS = re.compile(r"\b(?:did|was|were|is|are|do|does|came|comes|went|goes|made)\b", re.IGNORECASE)


def _whole_only(text: str, mention: IndicatorMention) -> bool:
    """ "what share of exports did private firms account for": what is named is the whole."""
    return bool(_WHOLE_FIRST.search(text[: mention.start]) and _PART_FOLLOWS.search(text[mention.end :]))


def _part_first(text: str, indicators: Sequence[IndicatorMention]) -> Sequence[IndicatorMention]:
    """Part and whole of a share in that order, whichever the question names first."""
    if len(indicators) == 2 and _whole_only(text[: indicators[1].start], indicators[0]):
        return [indicators[1], indicators[0]]
    return indicators


_HOW_MANY = re.compile(
    r"\bhow many ((?:[A-Za-z-]+ ){0,2}?[A-Za-z-]+)(?= and\b|,| were\b| was\b| did\b| had\b| have\b| are\b|\?)",
    re.IGNORECASE,
)


def _counted_twice(text: str, ask: Ask) -> list[Ask]:
    """ "how many counties and how many farmers were covered": one ask for each thing counted."""
    counted = [_english_terms(m[1]) for m in _HOW_MANY.finditer(text)]
    if len(counted) != 2 or not all(counted) or set(counted[0]) & set(counted[1]):
        return []
    first, second = counted
    return [replace(ask, terms=tuple(t for t in ask.terms if t not in other)) for other in (second, first)]


def _and_planned(text: str, ask: Ask) -> list[Ask]:
    """ "how much did it fall, and what cut was targeted": what came of it, then what was planned."""
    later = re.search(r",? and what\b", text, re.IGNORECASE)
    if later is None or ask.status != "target" or words.TARGET.search(text[: later.start()]):
        return []
    return [replace(ask, status=None), replace(ask, status="target")]


def _by_word(text: str, ask: Ask) -> list[Ask]:
    """ "urban and rural residents": one ask for each of two words that stand before the same noun."""
    for match in re.finditer(r"\b([A-Za-z-]+) and ([A-Za-z-]+)\b", text):
        first, second = (_english_terms(word) for word in match.groups())
        if len(first) == len(second) == 1 and first != second and {*first, *second} <= set(ask.terms):
            return [
                replace(ask, terms=tuple(t for t in ask.terms if t not in other)) for other in (second, first)
            ]
    return [ask]


def _english_terms(text: str) -> tuple[str, ...]:
    """One term a content word: the Chinese words that may stand for it, as alternatives."""
    terms = []
    for word in words.english_content_words(text):
        chinese = [c for c in english_expansion(word) if c not in words.FUNCTION_WORDS]
        if chinese:
            terms.append("|".join(chinese))
    return tuple(dict.fromkeys(terms))
