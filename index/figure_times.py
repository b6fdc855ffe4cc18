"""Which time a number is of where the nearest mention is another's: 比1980年的7159亿元, 这三年, 这一期间."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.figure_reading import Reading
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
            and mention.text.startswith("这")
            and years_of(span.period) == years_of(mention.period)
        ):
            mention = replace(mention, period=span.period, first=span.first, last=span.last)
        meant.append(mention)
    return meant


def dates_figures(text: str, mention: PeriodMention) -> bool:
    """Whether figures follow a time in its own sentence: 落实2030年…目标 says only by the way which year."""
    stop = _SENTENCE_END.search(text, mention.end)
    return _FIGURE.search(text, mention.end, stop.start() if stop else len(text)) is not None


def left_behind(text: str, mention: PeriodMention, reading: Reading) -> bool:
    """由上年下降2.3%转为增长8.5%，能耗…: the year behind 由 dates nothing past the turn or the clause."""
    if not mention.relative or not text.endswith(("由", "从"), 0, mention.start):
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
