"""A question as slots: what is asked for (indicator, measure, unit), of which region and period.

One `Ask` is one figure wanted. "2003年和2004年我国进出口总额分别是多少" makes two asks, "粮食产量达到
多少，比上年增产多少" too; a name, list or definition makes none. Slots the question leaves open stay
None: `rag.answer` fills them from the reports or refuses.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, TypeAlias

from index.periods import Period, PeriodMention, find_periods
from index.regions import RegionMention, find_regions
from index.vocabulary import IndicatorMention, Vocabulary, english_expansion
from rag import question_words as words
from rag.types import Language

Mention: TypeAlias = PeriodMention | RegionMention | IndicatorMention
AskedMeasure = Literal["level", "growth", "change", "share", "lead", "contribution", "rank"]
AskedStatus = Literal["actual", "target"]
Operation = Literal["difference", "share", "growth", "sum"]


@dataclass(frozen=True, slots=True)
class Ask:
    """One figure the question wants."""

    text: str  # the words it was read from
    terms: tuple[str, ...]  # content words besides the indicator that a match must carry; "a|b" is either
    names: tuple[str, ...] = ()  # how the indicator may be called, where the vocabulary knows it
    hints: tuple[str, ...] = ()  # 总量, 累计 …: welcome in the figure's own clause
    context: tuple[str, ...] = ()  # content words of the clauses before: welcome, not required
    indicator_ids: tuple[str, ...] = ()
    indicator: str = ""  # as the question or the vocabulary names it
    period: Period | None = None
    region: str | None = None
    measure: AskedMeasure | None = None
    units: tuple[str, ...] = ()  # base units a level of the indicator may have; () for any
    unit: str | None = None  # 亿元, 家, %, 个百分点 …, where the question names one
    status: AskedStatus | None = None
    reference: str | None = None  # compared with 全国, 全省 …
    parts: tuple[str, ...] = ()  # of a share: the words of the part and of the whole
    role: Literal["from", "to"] | None = None  # 由…到…
    report_year: int | None = None  # "2014年政府工作报告中的…": any period, but that report
    share_of: tuple[tuple[Ask, Ask], ...] = ()  # part and whole, if no report states the share itself
    against_target: bool = False  # actual against target of the same indicator


@dataclass(frozen=True, slots=True)
class Query:
    """A question understood as far as code can."""

    text: str  # with what the conversation adds
    original: str
    language: Language
    asks: tuple[Ask, ...]
    terms: tuple[str, ...]
    periods: tuple[Period, ...] = ()
    report_years: tuple[int, ...] = ()
    regions: tuple[str, ...] = ()
    operation: Operation | None = None
    unknown_words: tuple[str, ...] = ()  # of an English question: content words no glossary knows

    @property
    def wants_figures(self) -> bool:
        return bool(self.asks)


def detect_language(text: str) -> Language:
    """Chinese if a fifth of the letters are Chinese characters."""
    chinese = len(re.findall(r"[\u3400-\u9fff]", text))
    latin = len(re.findall(r"[A-Za-z]", text))
    return "zh" if chinese and chinese * 4 >= latin else "en"


def normalise_question(text: str) -> str:
    """Width of digits and letters, white space; Chinese punctuation stays."""
    text = re.sub(
        r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff05]",
        lambda m: unicodedata.normalize("NFKC", m[0]),
        text,
    )
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])", "", text)
    text = re.sub(r"(?<=[A-Za-z])[’']s\b", "", text)  # Yunchuan's GDP
    # 23年 without a century is 2023年; 10年来 is a span of time.
    return re.sub(r"(?<![\d近过前后五十])([0-3]\d)年(?![来间以之前后代内多期])", r"20\1年", text)


def understand(
    text: str, vocabulary: Vocabulary, *, known_regions: Sequence[str] = (), reference: Period | None = None
) -> Query:
    """Read the slots of one self-contained question (see `rag.conversation` for follow-ups).

    `known_regions` are the places the index holds: 云川 and "Yunchuan" are then found as 云川市.
    """
    text = normalise_question(text)
    language = detect_language(text)
    found = [m for m in find_periods(text, reference=reference)]
    found = [_as_report(m, found, text) for m in found]
    report_years = tuple(dict.fromkeys(m.period.start[0] for m in found if m.kind == "report"))
    # 比上年 names what the figure is compared with; 比2020年 may be the other end of a difference.
    periods = [m for m in found if m.kind != "report" and not (m.compared and m.relative)]
    # A region inside a report's name ("2024年云岭省政府工作报告") still says whose report is meant.
    regions = [m for m in find_regions(text, known=known_regions) if not inside(m, [p for p in found if p.kind != "report"])]
    indicators = [m for m in vocabulary.find(text) if not inside(m, found)]
    if language == "en":
        asks, unknown = _english_asks(text, periods, regions, indicators)
        terms = tuple(dict.fromkeys(english_expansion(text)))
    else:
        asks, unknown = _chinese_asks(text, found, periods, regions, indicators, vocabulary), ()
        asks = tuple(_with_parts(a, text, vocabulary) for a in asks)
        named = [m for m in regions if _names_a_place(text, m, indicators)]
        terms = words.content_terms(words.COUNTED.sub(" ", _without(text, [*found, *named])))
    if not periods and len(report_years) > 1:
        asks = tuple(
            replace(ask, report_year=year, unit=None if ask.unit == "个百分点" else ask.unit)
            for ask in asks
            for year in report_years
        )
    operation = _operation(text, asks)
    return Query(
        text=text, original=text, language=language, asks=asks, terms=terms,
        periods=tuple(dict.fromkeys(m.period for m in periods)), report_years=report_years,
        regions=tuple(dict.fromkeys(m.name for m in regions if _names_a_place(text, m, indicators))),
        operation=operation, unknown_words=unknown,
    )  # fmt: skip


def _as_report(mention: PeriodMention, found: Sequence[PeriodMention], text: str) -> PeriodMention:
    """2016年 in "2016年和2017年政府工作报告" names a report too."""
    joined = any(
        o.kind == "report" and text[mention.end : o.start] in ("和", "与", "、", "及") for o in found
    )
    return replace(mention, kind="report") if joined and mention.kind == "period" else mention


def inside(mention: Mention, others: Sequence[Mention]) -> bool:
    """Whether the mention lies within another one, such as a year inside a report's name."""
    return any(o is not mention and o.start <= mention.start and mention.end <= o.end for o in others)


def _without(text: str, mentions: Sequence[Mention]) -> str:
    """The text with the mentions blanked, offsets kept."""
    for mention in mentions:
        text = text[: mention.start] + " " * (mention.end - mention.start) + text[mention.end :]
    return text


def _units(mention: IndicatorMention | None, clause: str) -> tuple[str, ...]:
    """Base units the answer may have: the indicator's, else those of a plain word such as 收入."""
    if mention is not None:
        return mention.indicator.units
    for pattern, units in words.UNITS_OF_NOUN:
        if pattern.search(clause):
            return units
    return ()


def _names(mention: IndicatorMention) -> tuple[str, ...]:
    return tuple(dict.fromkeys((mention.text, mention.indicator.name, *mention.indicator.synonyms)))


WHOLE_REGIONS = frozenset({"全省", "全市", "全区", "全县"})
_PLACE_SUFFIX = re.compile(r"[省市县区州盟旗国乡镇]$|自治区$|特区$|地区$|经济带$|大湾区$")
_AFTER_PLACE = re.compile(
    r"[的，,。？?！!、：:；;\s\d（(]|$|在|和|与|及|比|今|去|前|上半|下半|第|全|累|共|有|经济|常住|户籍|居民|城|农|规|人均|拟|实际|目前|现|各"
)


def _names_a_place(text: str, mention: RegionMention, indicators: Sequence[IndicatorMention]) -> bool:
    """Whether the mention says where, rather than being part of a name such as 云川科创城."""
    if mention.is_part_of_name:
        return False
    before, after = text[: mention.start], text[mention.end :]
    if before.endswith(("（", "(")) and after.startswith(("）", ")")) and len(before) > 1:
        return False
    if _PLACE_SUFFIX.search(mention.text) or mention.text.isascii():
        return True
    return bool(_AFTER_PLACE.match(after)) or any(m.start == mention.end for m in indicators)


# ---------------------------------------------------------------- Chinese


_CLAUSE = re.compile(r"[^，,；;。?？！!]+")


def _chinese_asks(
    text: str,
    found: Sequence[PeriodMention],
    periods: Sequence[PeriodMention],
    regions: Sequence[RegionMention],
    indicators: Sequence[IndicatorMention],
    vocabulary: Vocabulary,
) -> tuple[Ask, ...]:
    asks: list[Ask] = []
    carried: tuple[str, ...] = ()
    carried_indicators: tuple[IndicatorMention, ...] = ()
    places = [m for m in regions if _names_a_place(text, m, indicators)]
    last_period: Period | None = None
    last_region: str | None = None
    whole_status = _status(text)
    for match in _CLAUSE.finditer(text):
        clause, start, end = match[0], match.start(), match.end()
        here = [m for m in indicators if start <= m.start and m.end <= end]
        own_periods = _narrowest([m.period for m in periods if start <= m.start and m.end <= end])
        own_region = _asked_region(text, [m for m in places if start <= m.start and m.end <= end])
        masked = _without(text, [*found, *places])[start:end]
        masked = words.COUNTED.sub(lambda m: " " * len(m[0]), masked)
        bare = _without(text, [*found, *places, *here[-1:]])[start:end]
        terms = words.content_terms(words.COUNTED.sub(" ", bare))
        questions = list(words.QUANTITY_QUESTION.finditer(clause))
        at_end = words.FIGURE_NOUN_AT_END.search(clause)
        last_region = own_region or last_region
        if not questions and not (at_end and end >= len(text.rstrip("?？。 "))):
            carried, carried_indicators = (*carried, *terms), tuple(here) or carried_indicators
            last_period = own_periods[-1] if own_periods else last_period
            continue
        if not here and not terms:
            here, terms = _carried(carried_indicators, clause, vocabulary), carried
            context: tuple[str, ...] = ()
        else:
            context = carried
        base = Ask(
            text=clause, terms=terms, context=context,
            indicator_ids=tuple(m.indicator.id for m in here[-1:]),
            indicator=here[-1].indicator.name if here else "".join(terms),
            names=_names(here[-1]) if here else (),
            units=_units(here[-1] if here else None, clause),
            hints=words.hints(clause), region=last_region, status=whole_status, unit=_unit(clause),
            measure=_measure(_without(text, [m for m in here if m.indicator.rate])[start:end]),
            reference=_reference(clause),
        )  # fmt: skip
        periods_here = own_periods or ([last_period] if last_period else [])
        if base.measure == "share":
            base = _share_ask(base, bare_clause=masked, here=here, vocabulary=vocabulary)
        variants = _by_measure(clause, base, questions)
        variants = [v for a in variants for v in _by_item(masked, clause, a, here, vocabulary)]
        named_here = [m for m in places if start <= m.start and m.end <= end]
        variants = [v for a in variants for v in _by_region(text, a, named_here)]
        asks.extend(v for a in variants for v in _by_period(text, a, periods_here, periods))
        if own_periods:
            last_period = own_periods[-1]
        carried, carried_indicators = (*carried, *terms), tuple(here) or carried_indicators
    return tuple(dict.fromkeys(asks))


def _carried(
    mentions: Sequence[IndicatorMention], clause: str, vocabulary: Vocabulary
) -> list[IndicatorMention]:
    """The subject of the clause before; "新增经营主体…，总量达到多少" asks for 经营主体, not the new ones."""
    if mentions and re.search(r"总量|总数|总计", clause):
        whole = re.sub(r"^(?:累计|本年|当年)?(?:新增|新登记|新设立?|净增)", "", mentions[-1].text)
        return vocabulary.find(whole) or list(mentions)
    return list(mentions)


_PART_OF_WHOLE = (
    re.compile(
        r"(?P<part>[^，,；;。]+?)(?:约|大约)?(?:占|在)(?:到)?(?P<whole>[^，,；;。]+?)(?:中|里|当中)?(?:所占)?的?(?:百分之|比重|比例|份额|多少|几成)"
    ),
    re.compile(
        r"(?P<part>[^，,；;。]+?)(?:与|和|同|相当于|相对于)(?P<whole>[^，,；;。]+?)(?:之比|的比例|的比率|的比重)"
    ),
)


def _share_ask(ask: Ask, bare_clause: str, here: Sequence[IndicatorMention], vocabulary: Vocabulary) -> Ask:
    """服务业在国内生产总值中的比重: the indicator is the part; the whole must be named beside it."""
    for pattern in _PART_OF_WHOLE:
        match = pattern.search(bare_clause)
        if match is None:
            continue
        part, whole = match["part"].strip(" 的"), match["whole"].strip(" 的")
        mentions = vocabulary.find(part)
        if not part or not whole or not words.content_terms(whole):
            continue
        return replace(
            ask, parts=(mentions[-1].text if mentions else part, whole), indicator=f"{part}占{whole}的比重",
            terms=words.content_terms(_without(part, mentions[-1:])),
            indicator_ids=tuple(m.indicator.id for m in mentions[-1:]), names=_names(mentions[-1]) if mentions else (),
                units=_units(mentions[-1] if mentions else None, ""),
        )  # fmt: skip
    return ask


_SHARE_PARTS = re.compile(
    r"([^，,；;。]+?)(?:约|大约)?(?:占|相当于|是|为)(?:到)?([^，,；;。]+?)的?(?:百分之(?:几|多少)|比重|比例|多少|几成)"
)
_AGAINST_TARGET = re.compile(
    r"实际.{0,16}(?:比|较|低于|高于|超过).{0,8}(?:目标|预期|计划)|(?:目标|预期|计划).{0,8}(?:比|较|低于|高于|超过).{0,8}实际"
)


def _with_parts(ask: Ask, text: str, vocabulary: Vocabulary) -> Ask:
    """The pairs of plain figures from which a share or a miss of the target could be computed."""
    if _AGAINST_TARGET.search(text):
        return replace(ask, against_target=True, status=None)
    match = _SHARE_PARTS.search(ask.text)
    if match is None or match[2] in ("全国", "全省", "全市", "全区"):
        return ask
    pair = []
    for words_of_part in (match[1], match[2]):
        bare = _without(words_of_part, [*find_periods(words_of_part), *find_regions(words_of_part)])
        mentions = vocabulary.find(bare)
        pair.append(
            replace(
                ask, text=words_of_part, terms=words.content_terms(_without(bare, mentions[-1:])), measure="level",
                unit=None, reference=None, hints=(), names=_names(mentions[-1]) if mentions else (),
                units=_units(mentions[-1] if mentions else None, ""),
                indicator_ids=tuple(m.indicator.id for m in mentions[-1:]),
                indicator=mentions[-1].indicator.name if mentions else bare.strip(" 的"),
            )
        )  # fmt: skip
    return replace(ask, share_of=((pair[0], pair[1]),))


def _narrowest(periods: Sequence[Period]) -> list[Period]:
    """今年上半年（2024年） means the half year: a period beside one within it says nothing more."""
    return [p for p in periods if not any(o != p and p.contains(o) for o in periods)]


def _asked_region(text: str, regions: Sequence[RegionMention]) -> str | None:
    """The region the figure is of: the first named ("云岭省云川市": the narrower), leaving out those it
    is compared with or is a share of."""
    references = [m.span(1) for m in words.REFERENCE_REGION.finditer(text)]
    own = [m for m in regions if not any(s <= m.start and m.end <= e for s, e in references)]
    own = [m for m in own if m.name not in WHOLE_REGIONS] or own  # 云川全市: 云川市
    for mention, following in pairwise(own):
        if following.start > mention.end:
            return mention.name
    return own[-1].name if own else None


def _reference(clause: str) -> str | None:
    match = words.REFERENCE_REGION.search(clause)
    return match[1] if match else None


def _status(text: str) -> AskedStatus | None:
    plain = words.NOT_A_PLAN.sub("", words.REAL_TERMS.sub("", text))
    if words.ACTUAL.search(plain):
        return "actual"
    return "target" if words.TARGET.search(plain) else None


def _unit(clause: str) -> str | None:
    match = words.UNIT_AFTER_QUESTION.search(clause)
    if match:
        return "个百分点" if match[1] in ("百分点", "点") else match[1]
    if re.search(r"百分之(?:几|多少)", clause):
        return "%"
    if "美元" in clause:
        return "美元"
    match = re.search(r"(?:how many|how much)\s+percentage points", clause, re.IGNORECASE)
    return "个百分点" if match else None


def _measure(clause: str) -> AskedMeasure | None:
    """What kind of quantity the clause asks for; None where it does not say."""
    if words.RANK.search(clause):
        return "rank"
    if words.REACHED.search(clause):
        return "share" if words.SHARE.search(clause) else "level"
    points = re.search(r"百分点|percentage points?", clause, re.IGNORECASE)
    if words.CONTRIBUTION.search(clause):
        return "contribution"
    if words.LEAD.search(clause) and (
        words.REFERENCE_REGION.search(clause) or re.search(r"national|provincial", clause)
    ):
        return "lead"
    if points and words.CHANGE.search(clause):
        return "change"
    if words.CHANGE.search(clause) and re.search(
        r"(?:增加|减少|增产|减产|多增|少增|增收|净增|降低|提高)(?:了)?(?:多少|几)", clause
    ):
        return "change"
    if words.SHARE.search(clause) and not words.GROWTH.search(clause):
        return "share"
    if words.GROWTH.search(clause):
        return "growth"
    return "level" if words.LEVEL.search(clause) else None


def _by_measure(clause: str, ask: Ask, questions: Sequence[re.Match[str]]) -> list[Ask]:
    """ "总量和增速是多少" asks twice; "由多少增加到多少" asks for both ends."""
    if words.FROM_TO.search(clause):
        level = "share" if words.SHARE.search(clause) else "level"
        return [replace(ask, role="from", measure=level), replace(ask, role="to", measure=level)]
    both = re.search(
        r"(?:总量|总额|规模|总值|数量|产量|金额|多少[^，,]{0,4})(?:和|及|与|以及|、)(?:其)?(?:同比)?(?:增速|增幅|增长率|增长)",
        clause,
    )
    if both:
        return [replace(ask, measure="level", unit=None), replace(ask, measure="growth", unit=None)]
    return [ask]


_AND = re.compile(r"、|和|与|及|以及")


def _by_item(
    masked: str, clause: str, ask: Ask, here: Sequence[IndicatorMention], vocabulary: Vocabulary
) -> list[Ask]:
    """ "高技术制造业、装备制造业增加值分别增长多少": one ask an item, the shared tail kept."""
    if not (words.JOINTLY.search(clause) or len(here) > 1) or ask.role:
        return [ask]
    if ask.measure == "share" and not words.JOINTLY.search(clause):
        return [ask]
    if re.search(r"[、和与及].{0,3}(?:增速|增幅|增长)", clause) and len(here) <= 1:
        return [ask]
    cut = words.JOINTLY.search(masked) or words.QUANTITY_QUESTION.search(masked)
    listing = masked[: cut.start()] if cut else masked
    tail = masked[cut.start() :] if cut else ""
    items = [item.strip(" 的") for item in _AND.split(listing) if item.strip(" 的")]
    if len(items) < 2 and cut:
        items = [
            i.strip(" 的?？")
            for i in _AND.split(words.UNIT_AFTER_QUESTION.sub("", tail))
            if i.strip(" 的?？")
        ]
    items = [item for item in items if words.content_terms(item)]
    if len(items) < 2:
        return [ask]
    shared = _shared_tail(items, vocabulary)
    asks = []
    for item in items:
        full = item if item.endswith(shared) else item + shared
        mentions = vocabulary.find(full)
        asks.append(
            replace(
                ask, terms=words.content_terms(_without(full, mentions[-1:])), context=(),
                names=_names(mentions[-1]) if mentions else (),
                units=_units(mentions[-1] if mentions else None, ""),
                indicator_ids=tuple(m.indicator.id for m in mentions[-1:]),
                indicator=mentions[-1].indicator.name if mentions else full,
            )
        )  # fmt: skip
    return asks


def _shared_tail(items: Sequence[str], vocabulary: Vocabulary) -> str:
    """The end of the last item that the earlier ones share: 增加值 in "制造业、服务业增加值"."""
    for tail in ("增加值", "总产值", "总额", "投资", "收入", "支出", "产量", "人口", "企业", "率"):
        if items[-1].endswith(tail) and not any(item.endswith(tail) for item in items[:-1]):
            known = [vocabulary.lookup(item + tail) is not None for item in items[:-1]]
            if any(known) or not any(vocabulary.find(item) for item in items[:-1]):
                return tail
    return ""


_JOINED = frozenset({"和", "与", "、", "及", "跟", "同", "比", "较"})


def _by_region(text: str, ask: Ask, places: Sequence[RegionMention]) -> list[Ask]:
    """云川市和青岚市…: one ask a region."""
    joined = [
        (first, second)
        for first, second in pairwise(places)
        if first.name != second.name and text[first.end : second.start] in _JOINED
    ]
    if not joined or (ask.measure == "lead" and ask.reference):
        return [ask]
    names = dict.fromkeys(m.name for pair in joined for m in pair)
    unit = None if ask.unit == "个百分点" else ask.unit
    measure = None if ask.measure in ("lead", "change") else ask.measure
    if re.search("增速|增长|增幅", text):
        measure = "growth"
    return [replace(ask, region=name, unit=unit, measure=measure) for name in names]


def _by_period(text: str, ask: Ask, here: Sequence[Period], mentions: Sequence[PeriodMention]) -> list[Ask]:
    """One ask a period where several are named; the two ends of a range where growth over it is asked."""
    distinct = list(dict.fromkeys(here))
    if not distinct:
        return [ask]
    if len(distinct) == 1:
        ends = _range_ends(text, mentions, distinct[0])
        if (
            ends
            and not ask.role
            and ask.measure in (None, "level", "change", "growth")
            and not re.search("年均|平均", text)
        ):
            unit = None if ask.unit == "个百分点" else ask.unit
            measure = None if ask.measure in ("change", "growth") else ask.measure
            return [replace(ask, period=end, measure=measure, unit=unit) for end in ends]
        return [replace(ask, period=distinct[0])]
    if ask.measure == "change" or (ask.measure == "lead" and not ask.reference):
        ask = replace(ask, measure=None)
    if ask.unit == "个百分点" and ask.measure is None:
        ask = replace(ask, unit=None)
    return [replace(ask, period=period) for period in distinct]


def _range_ends(text: str, mentions: Sequence[PeriodMention], period: Period) -> list[Period]:
    """从2009年到2011年增加了多少 → [2009, 2011]; 2013—2017年累计 → []."""
    for mention in mentions:
        if (
            mention.period != period
            or mention.kind != "range"
            or mention.first is None
            or mention.last is None
        ):
            continue
        spoken = text[max(0, mention.start - 1) : mention.end]
        if not re.search(r"[从由到至]|\bfrom\b", spoken, re.IGNORECASE):
            continue
        if words.YEAR_COUNT_CHANGE.search(text) or words.DIFFERENCE.search(text):
            return [mention.first, mention.last]
    return []


# ---------------------------------------------------------------- English


_ENGLISH_FIGURE = re.compile(
    r"\bhow (?:many|much|large|big|high|fast|far|long)\b|\bwhat (?:was|is|were|are) (?:the )?(?:total|share|rate|growth|value|amount|"
    r"number|size|level|percentage|proportion|target|increase|output|gdp|average)|\bwhat (?:share|percentage|proportion|rate|growth|target|number|amount)\b"
    r"|\bby (?:how much|what|how many)\b|\bwhat\b.*\b(?:growth|rate|revenue|target|total|reserves|output|deficit|ratio|milestone|threshold|level)\b"
    r"|\band (?:the )?(?:for|of|in)?\b",
    re.IGNORECASE,
)


def _english_asks(
    text: str,
    periods: Sequence[PeriodMention],
    regions: Sequence[RegionMention],
    indicators: Sequence[IndicatorMention],
) -> tuple[tuple[Ask, ...], tuple[str, ...]]:
    masked = _without(text, [*periods, *regions, *indicators])
    unknown = tuple(w for w in words.english_content_words(masked) if not english_expansion(w))
    if not _ENGLISH_FIGURE.search(text) and not indicators:
        return (), unknown
    if re.match(
        r"\s*(?:who|when|where|why|which (?:company|enterprise|body|project|city|province))\b",
        text,
        re.IGNORECASE,
    ):
        return (), unknown
    measure = _measure(text)
    both = re.search(r"\b(?:and|,) (?:by )?how (?:much|fast) (?:did|has|was)", text, re.IGNORECASE)
    region = next((m.name for m in regions if not m.is_part_of_name), None)
    compared = [r.name for r in regions[1:]] if measure == "lead" else []
    base = Ask(
        text=text, terms=_english_terms(masked), region=region, measure=measure, unit=_unit(text),
        status=_status(text),
    )  # fmt: skip
    if measure == "lead":
        named = [("national", "全国"), ("provincial", "全省"), ("province", "全省"), ("municipal", "全市")]
        compared = [zh for en, zh in named if re.search(rf"\b{en}\b", text, re.IGNORECASE)] or compared
    distinct = list(dict.fromkeys(m.period for m in periods))
    if measure == "share" and len(indicators) == 2:
        part, whole = indicators
        share = replace(
            base, indicator_ids=(part.indicator.id,), indicator=part.indicator.name, names=_names(part),
            parts=("|".join(_names(part)), "|".join(_names(whole))),
        )  # fmt: skip
        return tuple(_by_period(text, share, distinct, periods)), unknown
    asks = [
        replace(
            base, indicator_ids=(m.indicator.id,), indicator=m.indicator.name, names=_names(m), units=m.indicator.units
        )
        for m in {m.indicator.id: m for m in indicators}.values()
    ] or [base]  # fmt: skip
    if both and len(asks) == 1:
        asks = [replace(asks[0], measure="level"), replace(asks[0], measure="growth")]
    if compared:
        asks = [replace(a, reference=r) for a in asks for r in dict.fromkeys(compared)]
    return tuple(v for a in asks for v in _by_period(text, a, distinct, periods)), unknown


def _english_terms(text: str) -> tuple[str, ...]:
    """One term a content word: the Chinese words that may stand for it, as alternatives."""
    terms = []
    for word in words.english_content_words(text):
        chinese = [c for c in english_expansion(word) if c not in words.FUNCTION_WORDS]
        if chinese:
            terms.append("|".join(chinese))
    return tuple(dict.fromkeys(terms))


def _operation(text: str, asks: Sequence[Ask]) -> Operation | None:
    """Arithmetic the question calls for, if its asks do not already name one figure."""
    if (
        len(asks) == 2
        and len({(a.period, a.report_year, a.region) for a in asks}) == 2
        and not words.JOINTLY.search(text)
    ):
        if (
            words.SHARE.search(text)
            and not words.YEAR_COUNT_CHANGE.search(text)
            and not words.DIFFERENCE.search(text)
        ):
            return None
        if words.DIFFERENCE.search(text) or words.YEAR_COUNT_CHANGE.search(text) or words.LEAD.search(text):
            return "difference"
    if len(asks) >= 2 and words.SUM.search(text):
        return "sum"
    if len(asks) == 1 and asks[0].measure == "share":
        return "share"
    if len(asks) == 1 and words.DIFFERENCE.search(text):
        return "difference"
    return None
