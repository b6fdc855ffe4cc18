"""Which time a number is of where the nearest mention is another's: 比1980年的7159亿元, 这三年, 这一期间."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from index.figure_reading import Reading
from index.numerals import plain_form
from index.periods import Period, PeriodMention

_COMPARED_BEFORE = re.compile(r"(?:比|较|高于|低于|超过|少于|多于)$")
_OF_THAT_TIME = re.compile(r"(?:时期|期间)?的(?:近|约)?")
_THIS_SPAN = re.compile(r"(?:这个|这一|同一|在?此)(?:期间|时期)|这期间")
# Where 由 … stops speaking of what was before.
_TURN = re.compile(r"[到至为成，,；;]")
_DECIDED = re.compile(r"[^，。；\d]{0,6}(?:提出|决定|作出|确定|通过|颁布)(?!的)")
_ON_BASIS = re.compile(r"在[^，。；]{2,50}?(?:的基础上|的情况下|之后)")
_FIGURE = re.compile(r"\d|[一二三四五六七八九十两](?:百|千|万|亿|成|倍|番)|分之")
_SENTENCE_END = re.compile(r"[。！？\n]")
REACHED = re.compile(
    r"(?:增加|增|提高|扩大|上升|提升|降低|降|下降|减少|发展|压缩|缩短|压减|缩减|延长)[到至]"
    r"(?:了|不超过|目前的?|平均|\s)*\D{0,2}$"
)


def compared_with(text: str, mentions: Sequence[PeriodMention], reading: Reading) -> Period | None:
    """比1980年的7159亿元增加…: the time of the amount compared with, which stands right before it."""
    if reading.measure not in ("level", "rate", "share"):
        return None
    for mention in reversed(mentions):
        if mention.end > reading.quantity.outer_start:
            continue
        if mention.start < reading.sentence_start:
            return None
        between = text[mention.end : reading.quantity.outer_start]
        if _OF_THAT_TIME.fullmatch(between) and _COMPARED_BEFORE.search(text[: mention.start]):
            return mention.period
        return None
    return None


OF_A_GOAL = re.compile(r"(?:的)?(?:目标任务|任务目标|目标|任务|计划任务)的(?:近|约)?\s?\d")
PART_BY_PART = re.compile(r"分(?:季度?|月|阶段)|[从按]季度?|逐[季月]")
BEFORE_THEN = re.compile(r"(?:年?底)?(?:以|之)?前(?:发布|颁布|制定|出台|签订|批准)")
# 五年来赤字率一直控制在3%以内: of all the years, not of their last
ALL_ALONG = re.compile(r"一直|始终|每年都|年年|连年|各年度?均")
_BY_THE_MEASURE_OF = re.compile(r"按照?$")
_MEASURE = re.compile(r"的?(?:实际|数额|水平|口径|同口径|实绩|决算)")
_LEFT_OVER = re.compile(r"的?(?:超收|结余|结转)(?:收入|资金|中)")


def only_measures(text: str, mention: PeriodMention) -> bool:
    """按上年实际数额核减, 从去年超收收入中安排: a year that says by what, or out of what."""
    if _LEFT_OVER.match(text, mention.end):
        return True
    return bool(
        _BY_THE_MEASURE_OF.search(text, max(0, mention.start - 2), mention.start)
        and _MEASURE.match(text, mention.end)
    )


_RUNNING = re.compile(r"连续(?P<n>[两二三四五])年[^，。；\d]{0,8}$")


def years_running(text: str, reading: Reading, year: int | None, review: bool) -> Period | None:
    """在连续两年增长13%的基础上: the years that had gone before, counted back from the report's."""
    match = _RUNNING.search(text, reading.clause_start, reading.quantity.start)
    if match is None or year is None or not re.match(r"的基础上", text[reading.quantity.end :]):
        return None
    last = year - 2 if review else year - 1
    return Period.of_years(last - "一二三四五".index(match["n"].replace("两", "二")), last)


_YEARLY = re.compile(r"年均|年平均|平均每年|每年平均|年递增")


def told_before(
    text: str, mentions: Sequence[PeriodMention], span: PeriodMention, reading: Reading
) -> PeriodMention | None:
    """1997年，收入达到5160元，五年来年均增长6%；纯收入达到2090元: a level behind is of the year said first."""
    if reading.measure != "level" or span.start >= reading.clause_start or reading.basis is not None:
        return None
    if not _YEARLY.search(text, span.start, reading.clause_start):
        return None
    for mention in mentions:
        if reading.sentence_start <= mention.start < span.start and mention.period.is_whole_year:
            return mention if mention.period.end[0] == span.period.end[0] else None
    return None


def of_compared_spans(text: str, mentions: Sequence[PeriodMention], reading: Reading) -> Period | None:
    """“六五”时期同“五五”时期相比，产量由…增加到…: a is of the span compared with, b of the other."""
    if not reading.role:
        return None
    spans = [m for m in mentions if reading.sentence_start <= m.start < reading.scope_start]
    if len(spans) != 2 or any(mention.kind != "range" for mention in spans):
        return None
    if not re.fullmatch(r"[同与和跟]", text[spans[0].end : spans[1].start]):
        return None
    if not re.match(r"相比|比较", text[spans[1].end :]):
        return None
    return spans[1 if reading.role == "from" else 0].period


def year_compared_with(text: str, mentions: Sequence[PeriodMention], reading: Reading) -> str | None:
    """2005年与2000年相比，产值增长57.3%: growth since that year, in all clauses of the sentence; a yearly average is not."""
    if reading.reference is not None or reading.measure not in ("growth", "change") or reading.basis:
        return None
    before = [
        m for m in mentions if reading.sentence_start <= m.start < reading.quantity.start and m.compared
    ]
    last = before[-1] if before else None
    if last is None or not last.period.is_whole_year or not re.match(r"相比|比较", text[last.end :]):
        return None
    return last.text


_AGO = re.compile(r"[由从](?P<n>[一二三四五六七八九十]|\d{1,2})年前的?$")


def years_before(text: str, reading: Reading, year: int | None) -> Period | None:
    """由五年前的50%扩大到80%: so many years before the report's."""
    match = _AGO.search(text, reading.clause_start, reading.quantity.outer_start)
    if match is None or year is None or reading.role != "from":
        return None
    count = int(match["n"]) if match["n"].isdigit() else "一二三四五六七八九十".index(match["n"]) + 1
    return Period.of_years(year - count)


_YEARS_EACH = re.compile(r"(?P<n>[两二三四五])年(?:来|中|间)?(?:分别|依次)(?:为|是|达到|[\u4e00-\u9fff]{2})?")
_NUMBER = re.compile(r"\d[\d.]*|百分之[一二三四五六七八九十点]+")


def year_by_year(
    text: str, mentions: Sequence[PeriodMention], reading: Reading, year: int | None
) -> Period | None:
    """由前三年分别上升4.9％、5.5％、0.2％: as many years as figures, one each."""
    match = _YEARS_EACH.search(text, reading.clause_start, reading.quantity.start)
    if match is None or year is None:
        return None
    count = "一二三四五".index(match["n"].replace("两", "二")) + 1
    plain = plain_form(text)
    if len(_NUMBER.findall(plain, match.end(), reading.group_end)) != count:
        return None
    position = len(_NUMBER.findall(plain, match.end(), reading.quantity.start))
    spans = [m for m in mentions if m.start <= match.start("n") < m.end and m.kind == "range"]
    if spans:
        return Period.of_years(spans[0].period.start[0] + position)
    if not text.endswith("前", 0, match.start("n")):
        return None
    told = [
        m for m in mentions if reading.sentence_start <= m.start < match.start() and m.period.is_whole_year
    ]
    last = (told[-1].period.start[0] if told else year) - 1
    return Period.of_years(last - count + 1 + position)


_EACH = re.compile(r"分别|依次")
_YEARS_JOIN = re.compile(r"\s?(?:[、，]|[和与及]|以及)\s?")


def one_year_each(text: str, mentions: Sequence[PeriodMention], reading: Reading) -> Period | None:
    """2021年、2022年和2023年分别增长8.1%、3.0%和5.2%; 2013—2017年产量分别为…: as many years as figures, one each."""
    each = _EACH.search(text, reading.sentence_start, reading.quantity.start)
    if each is None or reading.place >= 0:
        return None
    each = [*_EACH.finditer(text, reading.sentence_start, reading.quantity.start)][-1]
    plain = plain_form(text)
    count = len(_NUMBER.findall(plain, each.end(), reading.group_end))
    before = [
        m for m in mentions
        if reading.sentence_start <= m.start < each.start() and not m.compared and m.kind in ("period", "range")
    ]  # fmt: skip
    if count < 2 or not before:
        return None
    position = len(_NUMBER.findall(plain, each.end(), reading.quantity.start))
    last = before[-1]
    if last.kind == "range":
        things = text[last.end : each.start()].count("、")
        told = count > 2 and things + 1 < count and years_of(last.period) == count
        return Period.of_years(last.period.start[0] + position) if told else None
    listed = before[-count:]
    if len(listed) < count or len({m.period for m in listed}) < count:
        return None
    joined = all(_YEARS_JOIN.fullmatch(text, first.end, second.start) for first, second in pairwise(listed))
    return listed[position].period if joined else None


_TOGETHER = re.compile(r"(?P<n>[两二三四五])年(?:来|间)?(?:累计|共|合计|总计|总共)")


def years_together(text: str, mentions: Sequence[PeriodMention], reading: Reading) -> Period | None:
    """2016年减少a，2017年减少b，两年累计减少c: the years just told, one by one."""
    match = _TOGETHER.search(text, reading.clause_start, reading.quantity.start)
    if match is None or reading.role:
        return None
    count = "一二三四五".index(match["n"].replace("两", "二")) + 1
    told = [
        m.period for m in mentions if m.end <= match.start() and m.period.is_whole_year and not m.compared
    ]
    years = sorted({period.start[0] for period in told[-count:]})
    if len(years) == count and years[-1] - years[0] == count - 1:
        return Period.of_years(years[0], years[-1])
    return None


# What a number of years adds up to: used, built, absorbed.
ADDS_UP = re.compile(r"使用|利用|吸收|新建|新增|建成|累计|共|安排|培养|招收|完成|竣工")
_COMPARES = re.compile(r"[同与和][^，。；]{2,10}(?:相比|比较)")


def only_compares(text: str, mention: PeriodMention) -> bool:
    """1985年同1980年相比: what later sentences tell of all those years is not of the last."""
    return _COMPARES.match(text, mention.end) is not None


def points_back(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` speaks of 这个期间, whose years an earlier sentence said."""
    return _THIS_SPAN.search(text, start, end) is not None


def years_of(period: Period) -> int:
    """How many years a period touches."""
    return period.end[0] - period.start[0] + 1


def last_span(text: str, mentions: Sequence[PeriodMention], before: int) -> PeriodMention | None:
    """The last span of years written out before the offset `before`, not one compared with."""
    spans = [m for m in mentions if m.kind == "range" and not m.relative and m.end <= before]
    return next((m for m in reversed(spans) if not _COMPARED_BEFORE.search(text[: m.start])), None)


def with_spans_meant(text: str, mentions: Sequence[PeriodMention]) -> list[PeriodMention]:
    """这三年 behind 1979至1981年: those years, not the last three before the report."""
    meant: list[PeriodMention] = []
    for mention in mentions:
        span = last_span(text, mentions, mention.start)
        if (
            span is not None
            and mention.kind == "range"
            and mention.relative
            and (mention.text.startswith("这") or _only_counts(text, span, mention))
            and years_of(span.period) == years_of(mention.period)
        ):
            beside = mention.start - span.end <= 1  # 1979年到1982年的四年间
            mention = replace(
                mention, period=span.period, first=span.first, last=span.last,
                relative=mention.relative and not beside,
            )  # fmt: skip
        meant.append(mention)
    return meant


def _only_counts(text: str, span: PeriodMention, mention: PeriodMention) -> bool:
    """“十一五”期间…，今年…；五年淘汰…: the years just said, counted."""
    return (
        re.fullmatch(r"[一二三四五六七八九十两\d]{1,2}\s?年(?:内|间)?", mention.text) is not None
        and _SENTENCE_END.search(text, span.end, mention.start) is None
    )


def dates_figures(text: str, mention: PeriodMention) -> bool:
    """Whether figures follow a time in its own sentence: 落实2030年…目标 says only by the way which year."""
    stop = _SENTENCE_END.search(text, mention.end)
    return _FIGURE.search(text, mention.end, stop.start() if stop else len(text)) is not None


def left_behind(text: str, mention: PeriodMention, reading: Reading) -> bool:
    """由上年下降2.3%转为增长8.5%，能耗…: the year behind 由 dates nothing past the turn or the clause."""
    parts = mention.kind == "range" or not mention.period.is_whole_year  # 从今年一月到九月
    if not mention.relative or parts or not text.endswith(("由", "从"), 0, mention.start):
        return False
    return bool(_TURN.search(text, mention.end, reading.quantity.start))


def in_other_setting(text: str, mention: PeriodMention, reading: Reading) -> bool:
    """在1979到1983年平均每年递增7.9%的基础上: years that date only what stands inside."""
    if _DECIDED.match(text, mention.end) and "，" in text[mention.end : reading.quantity.start]:
        return True  # 2004年我们提出用三年时间…，各地已…
    for setting in _ON_BASIS.finditer(text, reading.sentence_start, reading.quantity.start):
        if setting.start() < mention.start < setting.end() <= reading.quantity.start:
            return True
    return False


_RIGHT_BEHIND = re.compile(
    r"(?:\s(?:year[- ]on[- ]year|from (?:a|one) year (?:earlier|ago|before)|(?:higher|lower|more|less) than a year (?:earlier|ago)))?"
    r"(?P<to>\sto\s(?:reach |hit |about |nearly |over )?[^\s\d,;]{0,4}\d[\d,.]*(?:\s(?!in\b)[a-z-]+){0,4}?)?"
    r"(?:\sof\s[a-z-]+(?:\s(?!in\b)[a-z-]+){0,2}?)?(?:\sdecrease|\sincrease|\srise|\sdrop|\splunge|\sgrowth|\sdecline)?"
    r"\s(?:in|by|at the end of|by the end of|as of)\s(?:the\s)?",
    re.IGNORECASE,
)


def year_behind(text: str, mentions: Sequence[PeriodMention], reading: Reading) -> Period | None:
    """From 48,210 yuan in 2022 to 50,720 yuan in 2023: in English the year stands behind its figure."""
    for mention in mentions:
        if (
            mention.start <= reading.quantity.end
            or mention.compared
            or mention.kind not in ("period", "point")
        ):
            continue
        behind = _RIGHT_BEHIND.fullmatch(text, reading.quantity.outer_end, mention.start)
        if behind and not (behind["to"] and text.endswith("from ", 0, reading.quantity.outer_start)):
            return mention.period
        return None
    return None
