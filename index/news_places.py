"""Places in a newspaper piece: where it was written or photographed, and whose statistics it tells.

A dateline (…社某地8月1日电) and the caption of a photograph name places that its figures are not of. The
office that gave the figures (某市统计局, 某地海关) names the place that 全省 or 全市 beside it means.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.regions import RegionMention

# 某通讯社某地8月1日电 (记者 某某); a bare 本报某地电 is one too.
_DATELINE = re.compile(
    r"(?:[\u4e00-\u9fff]{1,8}[报网社端]|本报|本刊)(?:讯员)?\s?[\u4e00-\u9fff]{0,8}?"
    r"(?:\d{1,2}月\d{1,2}日\s?[电讯]|(?<=[\u4e00-\u9fff]{2})[电讯](?=\s?[（(]))(?:\s?[（(][^（()）]{0,40}[）)])?"
)
_PHOTOGRAPH = re.compile(
    r"视觉中国\s?(?:资料图片?|供图|图片?)?|资料图片?|(?:图源|图片来源|供图|摄影)[：:]\s?[^，。；\s]{0,12}"
)
# 在某地举行: where people met; 某地中心支行: a branch that answers for the region around its seat.
_SEAT = re.compile(
    r"(?<=在)[\u4e00-\u9fff]{2,6}?(?=(?:举行|召开|举办|开幕))|(?<=银行)[\u4e00-\u9fff]{2,4}(?=中心支行)"
)
_SENTENCE_END = "。！？\n"
_TELLS = re.compile(r"\d\s?(?:[%％‰]|[十百千万亿]|个百分点|倍)|百分之")
_OFFICE = re.compile(
    r"^(?:省|市|自治区|州|县|区)?(?:统计局|统计部门|海关(?!总署)|财政[局厅]|商务[局厅]|发展和?改革委|发改委)"
)
_SCOPE_LEVELS = {"全省": "province", "我省": "province", "本省": "province", "全市": "city", "我市": "city",
                 "本市": "city", "全州": "city", "我州": "city", "全县": "county", "我县": "county"}  # fmt: skip


def asides(text: str) -> list[tuple[int, int]]:
    """Spans in `text` of datelines, venues and photographs' captions; a caption tells no figure."""
    spans = [match.span() for match in _DATELINE.finditer(text)]
    spans += [match.span() for match in _SEAT.finditer(text)]
    for match in _PHOTOGRAPH.finditer(text):
        begin = _sentence_start(text, match.start())
        if not text[begin : match.start()].strip() and begin > 0:
            begin = _sentence_start(text, begin - 1)  # 某地街景。视觉中国 图
        if not _TELLS.search(text, begin, match.start()) and match.start() - begin <= 80:
            spans.append((begin, match.end()))
        else:
            spans.append(match.span())
    return sorted(spans)


def _sentence_start(text: str, position: int) -> int:
    return max(text.rfind(mark, 0, position) for mark in _SENTENCE_END) + 1


def without_asides(text: str) -> str:
    """`text`, as long as it was, with blanks where datelines and captions stand."""
    for start, end in asides(text):
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def is_office(text: str, mention: RegionMention) -> bool:
    """Whether an office that gives out figures carries the place's name: 某市统计局, not 国家统计局."""
    return mention.level != "country" and _OFFICE.match(text[mention.end : mention.end + 12]) is not None


def own_places(text: str, mentions: Sequence[RegionMention]) -> list[RegionMention]:
    """The mentions outside datelines and captions, a bare 全市 or 全省 named after the office before it.

    Another place of the same level between the two leaves open whose 全市 it is: it stays as written.
    """
    beside = asides(text)
    named: list[RegionMention] = []
    for mention in mentions:
        if any(start <= mention.start < end for start, end in beside):
            continue
        level = _SCOPE_LEVELS.get(mention.text)
        if level is not None and mention.name[0] in "全我本":
            before = [other for other in named if other.level == level]
            if before and (is_office(text, before[-1]) or before[-1].text in _SCOPE_LEVELS):
                mention = replace(mention, name=before[-1].name)
        named.append(mention)
    return named


def stays(mention: RegionMention, mentions: Sequence[RegionMention], start: int) -> bool:
    """Whether a 全市 that was named stays the topic at `start`: no other place has been named since."""
    if mention.text not in _SCOPE_LEVELS or mention.name[0] in "全我本":
        return False
    return all(other.name == mention.name for other in mentions if mention.start < other.start < start)
