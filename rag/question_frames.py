"""How Chinese questions lead up to a quantity, put in the plain words that the reader of questions knows.

做到了多大规模, 占多大分量, 一年能造多少, 比前一年多收多少, 目标和实际结果分别是多少: each frame is a turn of grammar and
says nothing of what is measured. Years, places and things stay as they are.
"""

from __future__ import annotations

import re

from index.periods import find_periods
from index.vocabulary import Vocabulary

_KIND_OF_SIZE = r"规模|水平|体量|量级|程度|幅度|比例|比重|份额|分量|份量|速度|面积|金额|数额|数量"
# 达到什么规模, 到了怎样的水平: the same as 多大规模.
_WHICH_SIZE = re.compile(rf"(?:什么样|什么|怎样|怎么样|何等|何种|哪种)(?:的)?(?=(?:{_KIND_OF_SIZE})(?:[的了呢啊。？?，,]|$))")
# 占(了)多大(的)分量, 占多大一块, 占几分之几.
_WEIGHT = re.compile(r"(?:占(?:了|到|据|有)?|所占)(?:多大|多少|多重|几)(?:的)?(?:分量|份量|一块|一份|一部分|比例|比重|份额|地位|分之几)")
_PERCENTAGE_NAMED = re.compile(r"(?:约|大约)?占比(?:重)?(?=(?:约|大约)?(?:是|为|有|达到?|在)?(?:多少|多大|几|百分之))")
# Within a whole named in the clause before: 在新增的主体中，企业约占百分之几.
_WITHIN = re.compile(
    r"(?P<lead>^|[，,。；;])(?P<whole>[^，,。；;？?]{2,40}?)(?:当中|之中|里面|里头|中|里|内)[，,](?:其中)?"
    r"(?P<part>[^，,。；;？?]{1,30}?)(?:的)?(?:大约|约|大概)?"
    r"(?P<ask>占了?(?:比)?(?:重)?(?:约|大约)?(?:是|为|到)?(?:多少|多大|几|百分之几|百分之多少)[^，,。；;？?]{0,4}|(?:所占)?(?:的)?(?:比重|比例|份额)(?:约|大约)?(?:是|为|有)?(?:多少|多大|几成)?)(?=[？?。]|$)"
)
# What a works can make in a day, a month or a year is its 年产 or 产能.
_CAPACITY = re.compile(
    r"(?:一|每)(?P<time>[年月日天])(?:最多)?(?:能够|可以|能|可)?(?:生产|制造|产出|造|产)(?:得?出|得了)?(?=(?:多少|几))"
    r"|(?P<whole>年|月|日)(?:生产能力|产能|产量)(?:能|可)?(?:达到?|有|是|为)?(?=(?:多少|几)[颗辆台套架艘吨件只支部])"
)
_YEAR_BEFORE = r"(?:上一?年度?|前一年度?|去年|头一年|上年同期|上年末|上一年末|前年)"
# 比上一年多多少, 比前一年多收多少: an increase; 少…: a decrease.
_MORE_THAN_YEAR_BEFORE = re.compile(
    rf"(?P<than>[比较]{_YEAR_BEFORE}(?:同期|实际|预算|计划)?)[^，,。；;？?多少]{{0,6}}?(?P<way>多|少)(?P<verb>安排|发行|发放|投入|收入|支出|收|打|产|发|建|招|种|用|花|卖|出|赚|增|拨|造|了)?(?:了|出|出了|出来)?(?=(?:多少|几)(?!于))"
)
_TARGET_AND_RESULT = re.compile(
    r"(?P<head>(?:预期|预定|计划|年初|原定)?(?:增长)?(?:目标|指标)(?:值|数)?)(?:和|与|跟|同|、|及|以及)(?:最终|最后|全年)?(?:的)?"
    r"(?:实际|最终|执行|完成)(?:的)?(?:完成)?(?:结果|完成情况|完成值|完成数|数字|数据|值|数|增速|涨幅|增幅|增长|情况|水平|表现)?(?:分别|各自|各)(?:是|为|有)?(?:多少|多大|几)"
)
_RAISED = re.compile(r"(?:拉高|推高|抬高|拉低|拉动|带动|上拉|拖累)(?:了|提高|上升)?(?=[^，,。；;？?]{0,12}(?:几|多少)个?(?:百分)?点)")
_PULLED = re.compile(
    r"(?P<who>[^，,。；;？?]{2,30}?)(?:把|将|使|令)(?P<what>[^，,。；;？?]{2,20}?)(?:拉高|推高|抬高|拉动|带高|提高|拉升)(?:了)?(?=(?:几|多少)个?(?:百分)?点)"
)


def framed(text: str, vocabulary: Vocabulary) -> str:
    """The question with these frames put plainly; unchanged where none fits."""
    text = _WHICH_SIZE.sub("多大", text)
    text = _PULLED.sub(lambda m: f"{m['who']}拉动{m['what']}", text)
    text = _RAISED.sub("拉动", text)
    text = _CAPACITY.sub(lambda m: f"{'日' if (m['time'] or m['whole']) == '天' else m['time'] or m['whole']}产", text)
    text = _MORE_THAN_YEAR_BEFORE.sub(lambda m: f"{m['than']}{'增加' if m['way'] == '多' else '减少'}", text)
    text = _TARGET_AND_RESULT.sub("计划是多少，实际是多少", text)
    text = _within(text)
    text = _WEIGHT.sub("占百分之几", text)
    text = _PERCENTAGE_NAMED.sub("占比", text)
    return _closed_names(text, vocabulary)


def _within(text: str) -> str:
    """在A中，B占百分之几 as B占A的百分之几; what A adds to its kind (新增的) holds for B as well."""

    def put(match: re.Match[str]) -> str:
        whole = re.sub(r"^(?:在|从)", "", match["whole"])
        return f"{match['lead']}{match['part']}占{whole}的百分之几"

    return _WITHIN.sub(put, text)


def _closed_names(text: str, vocabulary: Vocabulary) -> str:
    """The year out of the middle of a name, and the 的 too: 消费对2014年经济增长的贡献率, 新能源汽车的销量."""
    known = _named(text, vocabulary)
    for mention in reversed(find_periods(text)):
        if 0 < mention.start and mention.kind in ("period", "range"):
            moved = f"{mention.text}{text[: mention.start]}{text[mention.end :]}"
            if _named(moved, vocabulary) > known and "，" not in text[: mention.start]:
                text, known = moved, _named(moved, vocabulary)
    for match in reversed(list(re.finditer("的", text))):
        closed = text[: match.start()] + text[match.end() :]
        if _grown(text, closed, match.start(), vocabulary):
            text = closed
    return text


def _named(text: str, vocabulary: Vocabulary) -> int:
    """The length of the longest name in the text."""
    return max((m.end - m.start for m in vocabulary.find(text)), default=0)


def _grown(text: str, closed: str, at: int, vocabulary: Vocabulary) -> bool:
    """Whether a name that ends at the 的 goes on behind it once that is left out."""
    over = [m for m in vocabulary.find(closed) if m.start < at < m.end]
    return bool(over) and any(m.end == at and over[0].start <= m.start for m in vocabulary.find(text))
