"""The slots a question's words fill: measure, unit, status, reference, region names, period ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import rjieba

from index.periods import Period, PeriodMention
from index.regions import RegionMention
from index.vocabulary import IndicatorMention
from rag import question_words as words

Mention: TypeAlias = PeriodMention | RegionMention | IndicatorMention
AskedMeasure = Literal["level", "growth", "change", "share", "lead", "contribution", "rank"]
AskedStatus = Literal["actual", "target"]
Operation = Literal["difference", "share", "growth", "sum", "multiple", "rest"]


_WHOLE_NAME = 4  # characters


@dataclass(frozen=True, slots=True)
class Ask:
    """One figure the question wants."""

    text: str  # the words it was read from
    terms: tuple[str, ...]  # content words besides the indicator that a match must carry; "a|b" is either
    names: tuple[str, ...] = ()  # how the indicator may be called, where the vocabulary knows it
    hints: tuple[str, ...] = ()  # 总量, 累计 …: welcome in the figure's own clause
    shared: tuple[str, ...] = ()  # what holds for each item of a list: must stand in the sentence or around
    must: tuple[str, ...] = ()  # must be named somewhere around: what stands right before the indicator
    conditions: tuple[str, ...] = ()  # what had been done before (取消农业税后): its sentence must name it
    context: tuple[str, ...] = ()  # content words of the clauses before: welcome, not required
    indicator_ids: tuple[str, ...] = ()
    customary: tuple[str, ...] = ()  # ids that reports use the plain name for, where they have no other
    indicator: str = ""  # as the question or the vocabulary names it
    period: Period | None = None
    region: str | None = None
    other_regions: tuple[str, ...] = ()  # named too (出口 to 某国): the sentence must name them
    measure: AskedMeasure | None = None
    units: tuple[str, ...] = ()  # base units a level of the indicator may have; () for any
    unit: str | None = None  # 亿元, 家, %, 个百分点 …, where the question names one
    status: AskedStatus | None = None
    reference: str | None = None  # compared with 全国, 全省 …
    parts: tuple[str, ...] = ()  # of a share: the words of the part and of the whole
    role: Literal["from", "to"] | None = None  # 由…到…
    at_end: bool = False  # 10月末, 年底: the state at the end of the period
    real: bool = False  # 扣除价格因素: growth in real terms is asked for by name
    base: Period | None = None  # 比2020年增长: growth since that year
    average: bool = False  # 年均, 平均每年: a yearly average over several years
    report_year: int | None = None  # "2014年政府工作报告中的…": any period, but that report
    share_of: tuple[tuple[Ask, Ask], ...] = ()  # part and whole, if no report states the share itself
    against_target: bool = False  # actual against target of the same indicator


def says_what_is_measured(ask: Ask, language: str) -> bool:
    """Whether an indicator or words enough name it; one English word stands for too much, unless it is a whole name
    (钢铁产能)."""
    whole = max((min(map(len, term.split("|"))) for term in ask.terms), default=0) >= _WHOLE_NAME
    said = len(ask.terms) + whole if language == "en" else len("".join(ask.terms))
    whole_named = bool(ask.parts and ask.parts[-1])  # "what share of GDP did services account for"
    return bool(ask.indicator_ids) or said >= 2 or whole_named


def inside(mention: Mention, others: Sequence[Mention]) -> bool:
    """Whether the mention lies within another one, such as a year inside a report's name."""
    return any(o is not mention and o.start <= mention.start and mention.end <= o.end for o in others)


def without(text: str, mentions: Sequence[Mention]) -> str:
    """The text with the mentions blanked, offsets kept."""
    for mention in mentions:
        text = text[: mention.start] + " " * (mention.end - mention.start) + text[mention.end :]
    return text


def answer_units(mention: IndicatorMention | None, clause: str) -> tuple[str, ...]:
    """Base units the answer may have: the indicator's, else those of a plain word such as 收入."""
    if mention is not None:
        return mention.indicator.units
    for pattern, units in words.UNITS_OF_NOUN:
        if pattern.search(clause):
            return units
    return ()


def indicator_names(mention: IndicatorMention) -> tuple[str, ...]:
    names = (mention.text, mention.indicator.name, *mention.indicator.synonyms)
    sold = (f"{name[:-1]}售" for name in names if name.endswith("销量"))  # 汽车销售1364万辆 is 汽车销量
    return tuple(dict.fromkeys((*names, *sold)))


# The whole of a region not named, and how the names of such regions end.
WHOLE_REGIONS = {"全省": ("省", "自治区"), "全市": ("市",), "全区": ("区",), "全县": ("县",)}
_PLACE_SUFFIX = re.compile(r"[省市县区州盟旗国乡镇]$|自治区$|特区$|地区$|经济带$|大湾区$")
_AFTER_PLACE = re.compile(
    r"[的，,。？?！!、：:；;\s\d（(]|$|在|和|与|及|比|今|去|前|上半|下半|第|全|累|共|有|经济|常住|户籍|居民|城|农|规|人均|拟|实际|目前|现|各"
)


def names_a_place(text: str, mention: RegionMention, indicators: Sequence[IndicatorMention]) -> bool:
    """Whether the mention says where, rather than being part of a name such as 云川科创城."""
    if mention.is_part_of_name:
        return False
    before, after = text[: mention.start], text[mention.end :]
    if before.endswith(("（", "(")) and after.startswith(("）", ")")) and len(before) > 1:
        return False
    if _PLACE_SUFFIX.search(mention.text) or mention.text.isascii():
        return True
    return bool(_AFTER_PLACE.match(after)) or any(m.start == mention.end for m in indicators)


_NAME_GOES_ON = re.compile(
    r"(?:合作|示范|试验|先行|先导|产业|科技|创新|创业|工业|集聚|服务|保税|协同)*(?:合作区|示范区|试验区|先行区|先导区|产业园|园区|开发区|保税区|集聚区|服务中心|研究院|研究所|协会|商会|论坛|博览会)"
    r"|[ -](?:(?:cooperation|pilot|demonstration|industrial|development|innovation|free trade) )*"
    r"(?:zone|park|center|centre|institute|association|forum|expo)\b",
    re.IGNORECASE,
)


def heads_a_name(text: str, mention: IndicatorMention) -> bool:
    """中小企业合作区 is a place, whose name only begins as an indicator does."""
    return bool(_NAME_GOES_ON.match(text, mention.end))


# Words before 经济 that leave it the whole economy; any other noun makes it a part: 数字经济, 海洋经济.
_WHOLE_ECONOMY = frozenset(
    ["国民", "宏观", "社会", "世界", "全球", "地区", "国家", "国内", "总体", "整体", "整个", "区域", "当地"]
)
_NAME_A_PART = frozenset(["数字", "数据", "国有"])


def part_of_economy(text: str, mention: IndicatorMention, others: Sequence[Mention]) -> bool:
    """数字经济增长 is no growth of the economy."""
    if not mention.text.startswith("经济"):
        return False
    before = without(text, others)[: mention.start]
    if not before or not re.search("[\u4e00-\u9fff]$", before):
        return False
    word, tag = rjieba.tag(before)[-1]
    light = word in words.FUNCTION_WORDS and word not in _NAME_A_PART
    return (
        tag[:1] in ("n", "a", "b") + (("v",) if tag == "vn" else ())
        and not light
        and word not in _WHOLE_ECONOMY
    )


def asked_reference(clause: str) -> str | None:
    match = words.REFERENCE_REGION.search(clause)
    return match[1] if match else None


def asked_status(text: str) -> AskedStatus | None:
    plain = words.NOT_A_PLAN.sub("", words.REAL_TERMS.sub("", text))
    plain = words.TO_BE_DONE.sub(r"\1", plain)
    if words.ACTUAL.search(plain):
        return "actual"
    return "target" if words.TARGET.search(plain) else None


def asked_unit(clause: str) -> str | None:
    match = words.UNIT_AFTER_QUESTION.search(clause)
    if match:
        return "个百分点" if match[1] in ("百分点", "点") else match[1]
    if re.search(r"百分之(?:几|多少)", clause):
        return "%"
    if "美元" in clause:
        return "美元"
    if money := re.search(
        r"\b(?:in|(?:billions?|millions?|trillions?)(?: of)?) (yuan|dollars)\b", clause, re.IGNORECASE
    ):
        return "元" if money[1].lower() == "yuan" else "美元"
    if weight := re.search(r"\b(billion|million) (?:metric )?ton(?:ne)?s\b", clause, re.IGNORECASE):
        return "亿吨" if weight[1].lower() == "billion" else "万吨"
    match = re.search(r"(?:how many|how much)\s+percentage points", clause, re.IGNORECASE)
    return "个百分点" if match else None


# 能耗的降低目标, 增长预期目标: the target of a change, whatever verb asks for it.
_GROWTH_TARGET = re.compile(
    r"(?:增长|下降|降低|减少|上涨|提高|降幅|涨幅|增幅|增速)的?(?:年度|预期|控制|调控|计划)?目标(?!完成)"
)


# To what level did it rise, what did the share fall to: where it got to, not by how much.
_REACHED_IN_ENGLISH = re.compile(
    r"\bto what (?:level|rate|figure|amount|share|size|value|percentage)\b|\b(?:to how (?:much|many|high))\b"
    r"|\bwhat\b(?! growth)[^?]*\b(?:rise|fall|grow|increase|drop|decline|climb|go (?:up|down)"
    r"|come down|cut|raised|lowered|reduced) to\b(?! \d)"
    r"|\bhow (?:high|low|far)\b[^?]*\b(?:rise|fall|climb|drop)\b(?=\?| by | in )",
    re.IGNORECASE,
)
_WIDER_IN_ENGLISH = re.compile(r"national|provincial|\bthan (?:that of )?the (?:province|country|nation)\b")


def reached_in_english(text: str) -> bool:
    """Whether an English question asks where something got to."""
    return _REACHED_IN_ENGLISH.search(text) is not None


def asked_measure(clause: str) -> AskedMeasure | None:
    """What kind of quantity the clause asks for; None where it does not say."""
    if words.RANK.search(clause):
        return "rank"
    if _GROWTH_TARGET.search(clause):
        return "growth"
    if words.REACHED.search(clause) or reached_in_english(clause):
        if words.NOUN_OF_GROWTH.search(clause) or re.search(
            r"\b(?:growth|inflation)\b", clause, re.IGNORECASE
        ):
            return "growth"
        return "share" if words.SHARE.search(clause) else "level"
    points = re.search(r"百分点|percentage points?", clause, re.IGNORECASE)
    if words.CONTRIBUTION.search(clause):
        return "contribution"
    if words.LEAD.search(clause) and (
        words.REFERENCE_REGION.search(clause) or _WIDER_IN_ENGLISH.search(clause)
    ):
        return "lead"
    if points and words.CHANGE.search(clause):
        return "change"
    if re.search(r"\bby how many (?:billion|million|trillion|thousand)\b", clause, re.IGNORECASE):
        return "change"
    if words.CHANGED_BY.search(clause):
        return "change"
    of_whole = re.search(r"占[^，,。；]{1,24}(?:百分之(?:几|多少)|比重|比例|几成)", clause)
    if words.SHARE.search(clause) and (
        not words.GROWTH.search(clause) or (of_whole and not words.CHANGE.search(clause))
    ):
        return "share"
    if words.GROWTH.search(clause):
        return "growth"
    return "level" if words.LEVEL.search(clause) else None


def by_period(text: str, ask: Ask, here: Sequence[Period], mentions: Sequence[PeriodMention]) -> list[Ask]:
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
        return [_dated(ask, distinct[0])]
    if ask.measure == "change" or (ask.measure == "lead" and not ask.reference):
        growth = words.NOUN_OF_GROWTH.search(ask.text) or re.search("增长(?:预期)?目标", ask.text)
        ask = replace(ask, measure="growth" if growth else None)
    if ask.unit == "个百分点" and ask.measure in (None, "growth", "share"):
        ask = replace(ask, unit=None)
    return [_dated(ask, period) for period in distinct]


def _dated(ask: Ask, period: Period) -> Ask:
    """The ask in that period, and so the part and whole it could be computed from."""
    pairs = tuple((_dated(part, period), _dated(whole, period)) for part, whole in ask.share_of)
    return replace(ask, period=period, share_of=pairs)


def _range_ends(text: str, mentions: Sequence[PeriodMention], period: Period) -> list[Period]:
    """从2009年到2011年增加了多少 → [2009, 2011]; 2013—2017年累计 → []."""
    for mention in mentions:
        if (
            mention.period != period
            or mention.kind != "range"
            or mention.first is None
            or mention.last is None
            or re.search(
                r"年[间来里]|\byears\b", mention.text
            )  # how long, up to when: its first year is no end
        ):
            continue
        spoken = text[max(0, mention.start - 1) : mention.end]
        before = text[max(0, mention.start - 8) : mention.start]
        if not (
            re.search("[从由到至]", spoken)
            or re.search(r"\b(?:from|between) $", before, re.IGNORECASE)
            or re.search(r"\b(?:from|between)\b", spoken, re.IGNORECASE)
        ):
            continue
        if words.YEAR_COUNT_CHANGE.search(text) or words.DIFFERENCE.search(text):
            return [mention.first, mention.last]
    return []
