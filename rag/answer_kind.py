"""What kind of thing a question wants (a time, a place, a person, a quantity), and whether a text has one.

Question words are a closed class in both languages; names of people and places are told by rjieba's tags,
so "has one" is a signal, while "has none" of a time or a quantity is certain.
"""

from __future__ import annotations

import re
from typing import Literal

import rjieba

AnswerKind = Literal["time", "quantity", "place", "person", "reason", "other"]

_QUESTIONS: tuple[tuple[AnswerKind, re.Pattern[str]], ...] = (
    ("reason", re.compile(r"为什么|为何|原因|缘由|\bwhy\b", re.IGNORECASE)),
    ("time", re.compile(
        r"什么时候|何时|时间|日期|哪一?[天日年月]|几[号时]|几月|\bwhen\b|\bwhat (?:date|day|year|month)\b",
        re.IGNORECASE)),
    ("quantity", re.compile(
        r"多少|多[长大高远重快久]|几(?=[个家项户人万亿成倍位名件台套座条所亩公吨支次天届场枚])"
        r"|(?:数量|人数|[率值额量价]|总数|规模|增速|增幅|比重|票房|营收|奖金|震级)(?:[是为有]?[?？。]?$)"
        r"|\bhow (?:much|many|long|large|big|high|far)\b", re.IGNORECASE)),
    ("place", re.compile(
        r"哪里|哪儿|在哪|何地|何处|地点|举办地|所在地|哪个(?:城市|国家|省|市|县|区|地方)|哪国|哪座|[国市省县]是谁"
        r"|\bwhere\b|\bwhich (?:city|country|place)\b", re.IGNORECASE)),
    ("person", re.compile(
        r"谁|何人|哪[一两几]?位|哪些?人|导演|主演|编剧|作者|主教练|\bwho(?:m|se)?\b", re.IGNORECASE)),
)  # fmt: skip
_TIME = re.compile(
    r"\d{1,2}\s*月|\d{4}\s*年|\d{1,2}\s*日|\d{4}[-/.]\d{1,2}|\d{1,2}[:：]\d{2}|\d{2}年"
    r"|[〇零一二三四五六七八九]{4}年|[一二三四五六七八九十]{1,2}月|[上下]半年|季度|[今昨明]天"
    r"|\b(?:19|20)\d\d\b|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d"
)
_QUANTITY = re.compile(
    r"[0-9０-９]|第[一二三四五六七八九十]|百分之|[一二三四五六七八九]成"
    r"|[二三四五六七八九十百千万亿两]+余?(?:多)?[个名人位支次倍项家只台辆座场部天年岁元吨亩米户件万亿枚国]"
)
_DATE = re.compile(
    r"\d{4}\s*年(?:度|初|末|底)?|\d{1,2}\s*月(?:份|\s*\d{1,2}\s*[日号])?|\d{1,2}\s*[日号](?!\w)"
)
_NO_NAME = re.compile(r"[上下中]午|凌晨|晚上?|当地时间|[至到起止时分点年月日]")
_PERSON_TAGS = frozenset({"nr", "nrt", "nrfg"})
_PLACE_TAGS = frozenset({"ns", "nt"})


def kind_of(question: str) -> AnswerKind:
    """The kind of answer the question words ask for."""
    return next((kind for kind, pattern in _QUESTIONS if pattern.search(question)), "other")


def has_kind(kind: AnswerKind, text: str) -> bool | None:
    """Whether the text holds something of that kind; None for kinds that cannot be told."""
    if kind == "time":
        return _TIME.search(text) is not None
    if kind == "quantity":  # a date is none
        return _QUANTITY.search(_DATE.sub(" ", text)) is not None
    if kind in ("person", "place"):
        wanted = _PERSON_TAGS if kind == "person" else _PLACE_TAGS
        return any(tag in wanted for _, tag in rjieba.tag(text))
    return None


def answers_kind(kind: AnswerKind, answer: str) -> bool | None:
    """Whether an answer is of that kind; None where that cannot be told.

    Milder than `has_kind` for names: one that rjieba does not know may still be a person's, a company's or a
    place's, but a date or a bare number is none.
    """
    held = has_kind(kind, answer)
    if kind not in ("person", "place"):
        return held
    return held or (None if re.search(r"[^\W\d_]", _NO_NAME.sub("", _DATE.sub("", answer))) else False)
