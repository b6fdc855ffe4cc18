"""The form an answer must have (a number in the asked unit, a rate), and which sentences hold it.

Question words and measure words are closed classes. A question without such a word asks for no form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rag.answer_kind import kind_of

FormKind = Literal["unit", "rate"]

_DIGITS = r"[0-9]+(?:\.[0-9]+)?"
_IN_WORDS = "[一二两三四五六七八九十百千万亿半]+"
_SCALE = "[十百千万亿]*"
_NAMED_UNITS = (
    "个?百分点|平方米|平方公里|立方米|公里|千米|公斤|千克|美元|欧元|日元|英镑|港元|小时|分钟|千瓦时|兆瓦|公顷"
)
_HOW_MANY = re.compile("多少|几")
_ASKED_UNIT = re.compile(rf"(?:多少|几){_SCALE}({_NAMED_UNITS}|[\u3400-\u9fff])")
_NO_UNITS = frozenset("的了是呢吗呀及和与？")
_RATE = re.compile("增长|下降|上升|提高|同比|环比|[增降涨跌]幅|增速|占比|比重|比例|率")
_ENGLISH_RATE = re.compile(
    r"\b(?:rate|share|percent|growth|grow|grew|rise|rose|fall|fell|increase|decrease)\b", re.I
)
_RATE_FORM = re.compile(rf"{_DIGITS}(?:%|个?百分点|倍)|[一二三四五六七八九]成")


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """What the answer looks like; texts are to be normalised as for searching."""

    kind: FormKind
    pattern: re.Pattern[str]

    def stands_in(self, text: str) -> bool:
        """Whether something of this form is in a text."""
        return self.pattern.search(text) is not None


@lru_cache(maxsize=512)
def _in_unit(unit: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{_DIGITS}|{_IN_WORDS})[余多几]?{_SCALE}{re.escape(unit)}")


def answer_form(question: str) -> AnswerForm | None:
    """The form a normalised question asks for; None where it asks for none."""
    asked = _ASKED_UNIT.search(question)
    if asked and asked.group(1) not in _NO_UNITS:
        return AnswerForm("unit", _in_unit(asked.group(1)))
    how_many = _HOW_MANY.search(question) or (question.isascii() and kind_of(question) == "quantity")
    if how_many and (_RATE.search(question) or _ENGLISH_RATE.search(question)):
        return AnswerForm("rate", _RATE_FORM)
    return None
