"""English questions into asks, through the vocabulary's English names; the model translates the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from index.periods import Period, PeriodMention
from index.regions import RegionMention
from index.vocabulary import IndicatorMention, english_expansion, english_phrases, load_vocabulary
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


# The size of an industry or a fund is an amount of money.
_SIZE = re.compile(
    r"\b(?:size|scale) of\b.*\b(?:industry|sector|market|fund|economy|industries)\b"
    r"|\bhow (?:large|big)\b.*\b(?:industry|sector|market|fund|economy)\b",
    re.IGNORECASE,
)
_ADDED = re.compile(r"\b(?:new|newly|adds?|added|adding)\b", re.IGNORECASE)
_HOW_MANY_FIRMS = re.compile(
    r"\bhow many (?:[\w-]+ ){0,4}?(?:firms|companies|enterprises|businesses)\b", re.IGNORECASE
)
_FAST_AND_LARGE = re.compile(
    r"\bhow fast\b.*\band how (?:large|much|big|many) (?:was|were|is|are|did) (?:it|they)\b", re.IGNORECASE
)
_AND_HOW_MUCH_LESS = re.compile(
    r",? and (?:by )?how (?:much|many) (?:less|more|higher|lower|fewer|larger|smaller)\b[^?]*\b(?:it|they|that)\b"
    r"[^?]*\b(?:year before|previous year|preceding year|year earlier|than (?:in |that (?:in|of) )?(?:19|20)\d\d)\b",
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
    outside = [m for m in regions if not _in_brackets(text, m)]
    if two := _two_questions(text):
        parts = [
            english_asks(
                part,
                [m for m in periods if start <= m.start < end] or periods,
                [m for m in regions if start <= m.start < end] or outside,
                [m for m in indicators if start <= m.start < end],
            )
            for part, start, end in two
        ]
        if all(asks for asks, _ in parts):
            return tuple(dict.fromkeys((*parts[0][0], *parts[1][0]))), (*parts[0][1], *parts[1][1])
    masked = without(text, [*periods, *regions, *indicators])
    unknown = unknown_words(masked)
    regions = outside
    indicators, left_out = _with_listed(text, indicators)
    unknown = (*unknown, *left_out)
    indicators, given = _compounds(text, indicators)
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
    if not wanted and not indicators and _SIZE.search(text):
        wanted = ("元", "美元")
    if not wanted and not indicators and _HOW_MANY_FIRMS.search(text):
        wanted = ("家", "户", "个")
    if wanted:  # what it cost to build a railway is no mileage
        measured = [m for m in indicators if not m.indicator.units or set(wanted) & set(m.indicator.units)]
        given = (*given, *(_as_term(m) for m in indicators if m not in measured))
        indicators = measured
    measure = asked_measure(text)
    if measure == "growth" and asked_unit(text) == "个百分点" and len({m.period for m in periods}) < 2:
        measure = measure if re.search(r"\bgrowth\b", text, re.IGNORECASE) else "change"
    if measure == "share":
        indicators = _part_first(text, indicators)
    both = re.search(
        r"\b(?:what|how)\b.*(?:\band|,) (?:by |at )?(?:how (?:much|fast)|what (?:percentage|per ?cent|rate)) (?:did|has|was)"
        r"|\band (?:its|their|the) (?:annual )?(?:growth(?: rate)?|rate of growth)\b",
        text,
        re.IGNORECASE,
    )
    in_names = [m for m in regions if _heads_a_name(text, m)]
    given = (*given, *(re.sub("[省市县区]$", "", m.name) for m in in_names if not m.name.isascii()))
    regions = [m for m in regions if m not in in_names]
    if not indicators and _ADDED.search(text) and re.search(r"\bhow many\b", text, re.IGNORECASE):
        given = (*given, "新增|净增|新设|新登记|新认定|新建|新开|增加")
    places = [m for m in regions if not m.is_part_of_name]
    # A place nobody knows beside one that is known is part of a name: the Science City of a zone.
    places = [m for m in places if not m.name.isascii()] or places
    worldwide = [m for m in places if m.name == "全球"] if measure == "share" and len(places) > 1 else []
    regions = [m for m in places if m not in worldwide]
    region = regions[0].name if regions else None
    compared = [r.name for r in regions[1:]] if measure == "lead" else []
    base = Ask(
        text=text, terms=tuple(dict.fromkeys((*given, *english_terms(masked)))),
        region=region, measure=measure, unit=asked_unit(_marks_passed(text)),
        status=asked_status(text), units=wanted, reference="全球" if worldwide else None, average=bool(words.YEARLY_AVERAGE.search(text)),
    )  # fmt: skip
    if measure not in ("lead", "share") and not words.DIFFERENCE.search(text):
        others = (m.name for m in regions if not m.is_part_of_name and m.name not in (region, "全国"))
        base = replace(base, other_regions=tuple(dict.fromkeys(others)))
    if measure == "lead":
        compared = [zh for en, zh in _WIDER if re.search(rf"\b{en}\b", text, re.IGNORECASE)] or compared
    distinct = list(dict.fromkeys(m.period for m in periods))
    if len(distinct) == 1 and distinct[0].is_whole_year and _THAN_YEAR_BEFORE.search(text):
        distinct.append(distinct[0].shifted(-1))
    if measure == "share" and len(indicators) == 2 and not worldwide:
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
        names = indicator_names(named_whole)
        whole_ask = replace(
            base, indicator_ids=(named_whole.indicator.id,), indicator=named_whole.indicator.name, names=names,
            measure="level", unit=None, units=named_whole.indicator.units, terms=(),
        )  # fmt: skip
        part_ask = replace(whole_ask, terms=base.terms)
        share = replace(
            base,
            parts=("", "|".join(names)),
            indicator=named_whole.indicator.name,
            share_of=((part_ask, whole_ask),),
        )
        return tuple(by_period(text, share, distinct, periods)), unknown
    asks = [
        replace(
            base, indicator_ids=(m.indicator.id,), indicator=m.indicator.name, names=indicator_names(m), units=m.indicator.units
        )
        for m in {m.indicator.id: m for m in indicators}.values()
    ] or [base]  # fmt: skip
    if words.FROM_TO.search(text) and len(asks) == 1:
        asks = [replace(asks[0], role="from", measure="level"), replace(asks[0], role="to", measure="level")]
    if _FAST_AND_LARGE.search(text) and len(asks) == 1:
        asks = [replace(asks[0], measure="growth"), replace(asks[0], measure="level")]
    if (more := _AND_HOW_MUCH_LESS.search(text)) and len(asks) == 1 and _year_before_at_most(distinct):
        distinct = distinct[:1]
        later = english_terms(text[more.start() :])
        bare = replace(asks[0], terms=tuple(t for t in asks[0].terms if t not in later))
        asks = [replace(bare, measure=None), replace(bare, measure="change", unit=None)]
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
    rates = (
        re.search(r"percentage points?", text, re.IGNORECASE)
        and re.search(r"\bgrowth\b", text, re.IGNORECASE)
        and len(periods) > 0
        and all(not m.indicator.rate for m in indicators)
    )
    if _AGAINST_TARGET.search(text):
        asks = [replace(a, against_target=True, status=None) for a in asks]
    if compared:
        asks = [replace(a, reference=r) for a in asks for r in dict.fromkeys(compared)]
    dated = [v for a in asks for v in by_period(text, a, distinct, periods)]
    if (
        rates and len(dated) == 2 and not compared
    ):  # "GDP growth slowed by how many points": two rates of growth
        dated = [replace(a, measure="growth", unit=None) for a in dated]
    return tuple(dated), unknown


_WIDER = (
    ("country", "全国"), ("nation", "全国"), ("national", "全国"), ("provincial", "全省"), ("province", "全省"), ("municipal", "全市"),
)  # fmt: skip


def _year_before_at_most(periods: Sequence[Period]) -> bool:
    """Whether what is compared with is the year before the one asked about."""
    return len(periods) < 2 or (len(periods) == 2 and periods[0].shifted(-1) == periods[1])


def _heads_a_name(text: str, mention: RegionMention) -> bool:
    """Jinan of "the Jinan Science Museum", a place only in name; not "in Jinan" and not "Jinan GDP"."""
    if mention.name in ("全国", "全球") or re.search(
        r"\b(?:in|of|for|across) $", text[: mention.start], re.IGNORECASE
    ):
        return False
    return bool(re.match(r" [A-Z][a-z]+(?!\w* (?:Province|City|County)\b)", text[mention.end :]))


def _in_brackets(text: str, mention: RegionMention) -> bool:
    """The (Jinan) of a zone's name."""
    return text[: mention.start].endswith(" (") and bool(re.match(r"\) [A-Za-z]", text[mention.end :]))


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
    counted = [english_terms(m[1]) for m in _HOW_MANY.finditer(text)]
    if len(counted) != 2 or not all(counted) or set(counted[0]) & set(counted[1]):
        return []
    first, second = counted
    return [replace(ask, terms=tuple(t for t in ask.terms if t not in other)) for other in (second, first)]


def _and_planned(text: str, ask: Ask) -> list[Ask]:
    """ "how much did it fall, and what cut was targeted": what came of it, then what was planned."""
    later = re.search(r",? and (?:what|how (?:much|many))\b", text, re.IGNORECASE)
    first_planned = (
        words.TARGET.search(text[: later.start()]) or _TO_DO.search(text[: later.start()]) if later else None
    )
    if later and first_planned and re.search(r"\bactual", text[later.start() :], re.IGNORECASE):
        return [replace(ask, status="target"), replace(ask, status="actual")]
    if (
        later is None
        or not words.TARGET.search(text[later.start() :])
        or words.TARGET.search(text[: later.start()])
    ):
        return []
    return [replace(ask, status=None), replace(ask, status="target")]


_TO_DO = re.compile(
    r"\b(?:was|were|is|are)\b[\w\s]{0,24}?\bto (?:be |start|build|complete|create|cut|reduce|put)",
    re.IGNORECASE,
)


def _by_word(text: str, ask: Ask) -> list[Ask]:
    """ "urban and rural residents": one ask for each of two words that stand before the same noun."""
    for match in re.finditer(r"\b([A-Za-z-]+) and ([A-Za-z-]+)\b", text):
        first, second = (english_terms(word) for word in match.groups())
        if len(first) == len(second) == 1 and first != second and {*first, *second} <= set(ask.terms):
            return [
                replace(ask, terms=tuple(t for t in ask.terms if t not in other)) for other in (second, first)
            ]
        for head in _HEAD_AFTER.findall(text[match.end() :]):  # steel and coal capacity
            whole, alike = english_terms(f"{match[2]} {head}"), english_terms(f"{match[1]} {head}")
            if (
                len(first) == len(whole) == 1
                and {*first, *whole} <= set(ask.terms)
                and alike
                and alike != whole
            ):
                rest = tuple(t for t in ask.terms if t not in (*first, *whole))
                return [replace(ask, terms=(*alike, *rest)), replace(ask, terms=(*whole, *rest))]
    return [ask]


def english_terms(text: str) -> tuple[str, ...]:
    """One term a phrase or content word: the Chinese words that may stand for it, as alternatives."""
    terms = []
    for start, end, meanings in english_phrases(_marks_passed(text)):
        said = text[start:end].lower()
        chinese = [c for c in meanings if c not in words.FUNCTION_WORDS]
        if any(len(word) > 1 for word in chinese):  # 制定, light in Chinese, may stand for "issue"
            chinese = list(meanings)
        if chinese and not set(re.findall(r"[a-z'’-]+", said)) <= words.ENGLISH_FUNCTION_WORDS:
            terms.append("|".join(chinese))
    return tuple(dict.fromkeys([*terms, *_over_a_mark(text)]))


_MARK = re.compile(
    r"\b(?:more than|over|above|exceeding|at least|topping|worth over) (?P<n>1|one|100|10) (?P<scale>million|billion) yuan\b",
    re.IGNORECASE,
)
_MARKS = {("100", "million"): "亿元", ("1", "billion"): "十亿元|10亿元", ("one", "billion"): "十亿元|10亿元", ("10", "billion"): "百亿",
    ("100", "billion"): "千亿", ("10", "million"): "千万元", ("1", "million"): "百万元", ("one", "million"): "百万元"}  # fmt: skip


def _marks_passed(text: str) -> str:
    """The text without "more than 100 million yuan", which says which firms are counted."""
    return _MARK.sub(lambda match: " " * len(match[0]), text)


def _over_a_mark(text: str) -> list[str]:
    found = [_MARKS.get((m["n"].lower(), m["scale"].lower())) for m in _MARK.finditer(text)]
    return [mark for mark in found if mark]


def unknown_words(text: str) -> tuple[str, ...]:
    """Content words that neither a phrase of the glossary nor the word alone makes Chinese."""
    blank = list(_marks_passed(text))
    for start, end, _ in english_phrases(text):
        blank[start:end] = " " * (end - start)
    left = (w.strip("-") for w in words.english_content_words("".join(blank)))  # "in-budget" leaves in-
    return tuple(w for w in left if w not in words.ENGLISH_FUNCTION_WORDS and not english_expansion(w))


_SECOND = re.compile(r",? and (?P<second>how (?:many|much|fast|large|big)\b.*)$", re.IGNORECASE)
# "how many regulations did it issue": of another thing; "it" is who did both.
_OF_ITS_OWN = re.compile(
    r"^how (?:many|much) (?!more|less|fewer|of)(?:[a-z-]+ ){1,4}?(?:did|do|does|have|has|had|will) (?:it|they|he|she)\b",
    re.IGNORECASE,
)
_IN_A_PLACE = re.compile(r"\b(?:in|at|within|of) (?:the )?[A-Z]")
_WHERE_AT_END = re.compile(r"\b(?:in|at|within) (?:the )?[A-Z][^?,]*\?*$")
_SAME_AGAIN = re.compile(r"\b(?:it|they|them|that|those|this|these|its|their|one|ones)\b", re.IGNORECASE)


def _two_questions(text: str) -> list[tuple[str, int, int]]:
    """ "how many A …, and how many B …?": both, each in its place, unless the second is about the first's thing."""
    match = _SECOND.search(text)
    if match is None or not re.search(r"\bhow\b|\bwhat\b", text[: match.start()], re.IGNORECASE):
        return []
    second = match.start("second")
    named = [w for w in words.english_content_words(text[second:]) if english_expansion(w)]
    if (_SAME_AGAIN.search(text[second:]) and not _OF_ITS_OWN.match(text[second:])) or not named:
        return []
    blank = " " * (len(text) - match.start())
    tail = _WHERE_AT_END.search(text, second)
    if tail is not None and not _IN_A_PLACE.search(text[: match.start()]):
        blank = " " * (tail.start() - match.start()) + text[tail.start() :]  # the place holds for both
    return [
        (text[: match.start()] + blank, 0, match.start()),
        (" " * second + text[second:], second, len(text)),
    ]


_BEFORE_AND = re.compile(r"\b([A-Za-z-]+),? and $")


def _with_listed(
    text: str, indicators: Sequence[IndicatorMention]
) -> tuple[list[IndicatorMention], tuple[str, ...]]:
    """ "steel and coal capacity": the first item has the head of the second; () of words left out, if none has a name."""
    found: list[IndicatorMention] = []
    left_out: list[str] = []
    for mention in indicators:
        before = _BEFORE_AND.search(text[: mention.start])
        tail = mention.text.split(" ")
        taken = before is not None and any(m.start < before.end(1) <= m.end for m in indicators)
        if (
            before is None
            or taken
            or len(tail) < 2
            or not english_expansion(before[1])
            or words.GROWTH.search(before[1])
        ):
            found.append(mention)
            continue
        names = (" ".join((before[1], *tail[cut:])) for cut in range(1, len(tail)))
        known = next((one for name in names if (one := load_vocabulary().lookup(name)) is not None), None)
        if known is None:
            left_out.append(before[1].lower())
        elif known != mention.indicator:
            found.append(IndicatorMention(before.start(1), before.end(1), before[1], known))
        found.append(mention)
    return found, tuple(left_out)


_HEAD_AFTER = re.compile(r"^ ([A-Za-z-]+)")
_HEADS = {"销售额": ("销量", "销售量", "销售额", "销售"), "产量": ("产量",), "价格": ("价格",)}


def _compounds(
    text: str, indicators: Sequence[IndicatorMention]
) -> tuple[list[IndicatorMention], tuple[str, ...]]:
    """Of two names joined into one ("foreign-trade enterprises", "sales of cars") the head, and the other as a term."""
    kept = list(indicators)
    given: list[str] = []
    for first, second in pairwise(indicators):
        between = text[first.end : second.start].lower()
        if between in (" ", "-") and {"家", "户", "个"} & set(second.indicator.units):
            kept.remove(first)
            given.append(_as_term(first))
            if second.indicator.name.endswith(("数", "数量")):  # 外贸企业, which no report calls 企业数量
                kept.remove(second)
                given.append(re.sub("数量?$", "", second.indicator.name))
        elif (
            re.fullmatch(r"(?: \w+){0,3}? (?:of|by|at|among) (?:the |all )?(?:industrial )?", between)
            and second.indicator.id == "above_scale_enterprises"
        ):
            kept.remove(second)  # industrial value added of enterprises above designated size
            if first.indicator.customary is not None and (
                known_as := load_vocabulary().get(first.indicator.customary)
            ):
                kept[kept.index(first)] = replace(first, indicator=known_as)
            else:
                given.append("规模以上|规上")
        elif re.fullmatch(r" of (?:the |all )?", between) and first.indicator.name in _HEADS:
            stem = re.sub("(?:产量|销量|产值|增加值)$", "", second.indicator.name)
            known = (load_vocabulary().lookup(stem + head) for head in _HEADS[first.indicator.name])
            whole = next((one for one in known if one is not None), None)
            if whole is None:
                continue
            kept[kept.index(second)] = replace(second, indicator=whole)
            kept.remove(first)
    counted = _HOW_MANY_OF.search(text)
    for mention in list(kept):
        inside = counted is not None and counted.start(1) <= mention.start and mention.end < counted.end(1)
        heads = inside and counted is not None and _PLURAL.fullmatch(text[mention.end : counted.end(1)])
        if inside and (heads or not _COUNT_UNITS & set(mention.indicator.units)):
            kept.remove(mention)  # how many e-commerce pilot zones: zones are counted, not e-commerce
            given.append(_as_term(mention))
    return kept, tuple(given)


_PLURAL = re.compile(r" (?!others?\b)[a-z-]{3,}s")  # talent platforms: the platforms are counted
_COUNT_UNITS = frozenset({"家", "户", "个", "人", "项", "件", "台", "套", "辆"})
_HOW_MANY_OF = re.compile(
    r"\bhow many ((?:[\w-]+ ){0,6}?[\w-]+) (?:were|was|are|is|did|do|does|have|has|had|will|would|in total)\b",
    re.IGNORECASE,
)


def _as_term(mention: IndicatorMention) -> str:
    """A name that only qualifies another: its Chinese names, short ones too, as alternatives."""
    found = [term for _, _, terms in english_phrases(mention.text.replace("-", " ")) for term in terms]
    names = [name for name in (*found, *indicator_names(mention)) if not name.isascii()]
    short = [re.sub("(?:进出口)?(?:总额|总值|额|量|规模)$", "", name) for name in names]
    return "|".join(dict.fromkeys(name for name in (*names, *short) if len(name) > 1))
