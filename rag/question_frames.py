"""How Chinese questions lead up to a quantity, put in the plain words that the reader of questions knows.

做到了多大规模, 占多大分量, 一年能造多少, 比前一年多收多少, 目标和实际结果分别是多少: each frame is a turn of grammar and
says nothing of what is measured. Years, places and things stay as they are.
"""

from __future__ import annotations

import re

from index.periods import find_periods
from index.vocabulary import Vocabulary
from rag.question_turns import turned

_KIND_OF_SIZE = r"规模|水平|体量|量级|程度|幅度|比例|比重|份额|分量|份量|速度|面积|金额|数额|数量"
# 达到什么规模, 到了怎样的水平: the same as 多大规模.
_WHICH_SIZE = re.compile(
    rf"(?:什么样|什么|怎样|怎么样|何等|何种|哪种)(?:的)?(?=(?:{_KIND_OF_SIZE})(?:以内|以下|以上|之内)?(?:[的了呢啊。？?，,]|$))"
)
# 对经济增长贡献了多少: the 贡献率 of the reports.
_CONTRIBUTED = re.compile(
    r"对(?P<what>[^，,。；;]{2,12}?)的?贡献(?:了|有)?(?:多少|多大|百分之几|几成)(?![个点万亿])"
)
# 占(了)多大(的)分量, 占多大一块, 占几分之几.
_WEIGHT = re.compile(
    r"(?:占(?:了|到|据|有)?|所占)(?:多大|多少|多重|几)(?:的)?(?:分量|份量|一块|一份|一部分|比例|比重|份额|地位|分之几)|(?<=[中里内])占(?:了|到|据)?几成"
)
_PERCENTAGE_NAMED = re.compile(
    r"(?:约|大约)?占比(?:重)?(?=(?:约|大约)?(?:是|为|有|达到?|在)?(?:多少|多大|几|百分之))"
)
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
    rf"(?P<than>[比较](?:{_YEAR_BEFORE}(?:同期|实际|预算|计划)?|[前上]一?个?[两三四五]年|“[^”]{{2,4}}”(?:期间|时期)?|(?:19|20)\d\d年))[^，,。；;？?多少]{{0,6}}?(?P<way>多|少)(?P<verb>安排|发行|发放|投入|收入|支出|收|打|产|发|建|招|种|用|花|卖|出|赚|增|拨|造|了)?(?:了|出|出了|出来)?(?=(?:多少|几)(?!于))"
)
_TARGET_AND_RESULT = re.compile(
    r"(?P<head>(?:预期|预定|计划|年初|原定)?(?:增长)?(?:目标|指标)(?:值|数)?)(?:和|与|跟|同|、|及|以及)(?:最终|最后|全年)?(?:的)?"
    r"(?:实际|最终|执行|完成)(?:的)?(?:完成)?(?:结果|完成情况|完成值|完成数|数字|数据|值|数|增速|涨幅|增幅|增长|情况|水平|表现)?(?:分别|各自|各)(?:是|为|有)?(?:多少|多大|几)"
)
# 在出口总值中占百分之几: of what, and how much.
_PART_IN = re.compile(
    r"在(?P<whole>[^，,。；;？?在]{2,24}?)(?:当中|之中|里面|里头|中|里|内)(?:约|大约|大概)?占百分之几"
)
_PER_TIME = re.compile(
    r"(?:平均)?每(?:一)?(?P<a>[天日月])平均|平均每(?:一)?(?P<b>[天日月])|(?<=[年底月])每(?:一)?(?P<c>[天日月])(?=[^，,。；;？?]{2,20}(?:多少|几))"
)
# 怎么安排的: how much was planned.
_HOW_PLANNED = re.compile(r"(?:是)?(?:怎么|怎样|如何)(?P<verb>安排|定|设定|确定)的?(?=[，,。？?]|$)")
# 定了什么目标: what the target was.
_WHICH_TARGET = re.compile(
    r"(?P<verb>定|提出|设定|确定|制定|下达|规定|安排)(?:了|的)?(?:什么样?|怎样|怎么样|何种|哪种)(?:的)?(?P<noun>(?:增长|控制|预期|调控|年度|具体)*(?:目标|指标|任务))(?=[，,。；;？?]|$)"
)
_WHAT_EACH = re.compile(r"(?P<each>分别|各自|各)是什么(?=[？?。]|$)")
# 经济实际增长: how it grew stands within the name of what grew.
_ADVERB_WITHIN = re.compile(r"来华|在华|实际|年均|平均|预计|同比|实现|完成")
_MET = re.compile(
    r"(?:是否|有没有|能否|是不是)(?:如期)?(?:达到|完成|实现|超过|达成)(?:了)?(?:预定|预期|年初|当年|原定|既定|的)*目标"
)
_SHORT = {"限上": "限额以上"}
_THRESHOLD = re.compile(
    r"(?:超过|超|突破|达到|达|过|上)(?:一|1)?(?P<scale>[十百千]?[万亿])元(?:以上)?的|(?:一|1)?(?P<over>[十百千]?[万亿])元以上的"
)
_QUANTITY_NOUN = (
    r"(?:总量|总额|总数|数量|数目|规模|余额|增速|增幅|涨幅|降幅|金额|产量|人数|户数|企业数|面积|比重|占比|增加额"
    r"|减少额|产值|目标)"
)
# 新增的企业数以及现在的企业总量？: two nouns of quantity and no question word.
_TWO_NOUNS = re.compile(
    rf"^(?P<first>[^，,。；;？?]*?{_QUANTITY_NOUN})(?P<join>以及|和|及|与)(?P<second>[^，,。；;？?、和与及]*?{_QUANTITY_NOUN})[？?。]?$"
)
_ONE_NOUN_AND_CHANGE = re.compile(
    r"^(?P<first>[^，,。；;？?]*?)(?:以及|和|及|与)(?P<than>比(?:上年|去年|上一年|前一年)(?:同期|预算)?)的?(?P<way>增加|减少|增长)(?:额|量|数)?[？?。]?$"
)
# 占…要到几, 是几: 几 with no measure word behind it.
_BARE_HOW_MANY = re.compile(r"(?<=[到达是为])几(?=[？?。]|$)")
_SPENT_ON = re.compile(
    r"在(?P<what>[^，,。；;？?在]{2,24}?)(?:上|方面)(?:一共|总共|共)?(?:花|用|投入|支出|拿出|掏)(?:掉|了|出)*(?=多少)"
)
_RAISED = re.compile(
    r"(?:拉高|推高|抬高|拉低|拉动|带动|上拉|拖累)(?:了|提高|上升)?(?=[^，,。；;？?]{0,12}(?:几|多少)个?(?:百分)?点)"
)
_PULLED = re.compile(
    r"(?P<who>[^，,。；;？?]{2,30}?)(?:把|将|使|令)(?P<what>[^，,。；;？?]{2,20}?)(?:拉高|推高|抬高|拉动|带高|提高|拉升)(?:了)?(?=(?:几|多少)个?(?:百分)?点)"
)


def framed(text: str, vocabulary: Vocabulary) -> str:
    """The question with these frames put plainly; unchanged where none fits."""
    text = turned(text, vocabulary)
    text = _WHICH_SIZE.sub("多大", text)
    text = _PULLED.sub(lambda m: f"{m['who']}拉动{m['what']}", text)
    text = _RAISED.sub("拉动", text)
    text = _CAPACITY.sub(lambda m: _made_in(m, text), text)
    text = _MORE_THAN_YEAR_BEFORE.sub(lambda m: f"{m['than']}{'增加' if m['way'] == '多' else '减少'}", text)
    text = _TARGET_AND_RESULT.sub("计划是多少，实际是多少", text)
    text = _MET.sub("计划是多少", text)
    text = _WHICH_TARGET.sub(lambda m: f"{m['verb']}的{m['noun']}是多少", text)
    for short, full in _SHORT.items():
        text = text.replace(short, full)
    text = _THRESHOLD.sub(lambda m: f"过{m['scale'] or m['over']}元", text)
    text = _HOW_PLANNED.sub(lambda m: f"{m['verb']}多少", text)
    if "”" not in text:  # the meaning of a quoted term is no quantity
        text = _WHAT_EACH.sub(lambda m: f"{m['each']}是多少", text)
    text = _ONE_NOUN_AND_CHANGE.sub(lambda m: f"{m['first']}是多少，{m['than']}{m['way']}多少？", text)
    text = _TWO_NOUNS.sub(lambda m: f"{m['first']}是多少，{m['second']}是多少？", text)
    text = _BARE_HOW_MANY.sub("多少", text)
    text = _SPENT_ON.sub(lambda m: f"用于{m['what']}的支出", text)
    text = _PER_TIME.sub(
        lambda m: f"{'日' if (unit := m['a'] or m['b'] or m['c']) == '天' else unit}均", text
    )
    text = _within(text)
    text = _CONTRIBUTED.sub(lambda m: f"对{m['what']}的贡献率是多少", text)
    text = _WEIGHT.sub("占百分之几", text)
    text = _PART_IN.sub(lambda m: f"占{m['whole']}的百分之几", text)
    text = _PERCENTAGE_NAMED.sub("占比", text)
    return _closed_names(text, vocabulary)


def _made_in(match: re.Match[str], text: str) -> str:
    """年产; 其年产 where 建成后 stands before it, which would make it 后年."""
    time = match["time"] or match["whole"]
    apart = "其" if text[: match.start()].endswith(("后", "前", "去", "今", "明", "上")) else ""
    return f"{apart}{'日' if time == '天' else time}产"


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
        if mention.start > 0 and mention.kind in ("period", "range"):
            moved = f"{mention.text}{text[: mention.start]}{text[mention.end :]}"
            if _named(moved, vocabulary) > known and "，" not in text[: mention.start]:
                text, known = moved, _named(moved, vocabulary)
    for match in reversed(list(_ADVERB_WITHIN.finditer(text))):
        moved = f"{text[: match.start()]}{text[match.end() :]}"
        name = next((m for m in vocabulary.find(moved) if m.start < match.start() < m.end), None)
        if name is not None and all(
            m.end - m.start < name.end - name.start
            for m in vocabulary.find(text)
            if name.start - 2 <= m.start <= match.end()
        ):
            told = "" if match[0] in ("来华", "在华") else match[0]  # foreigners invest here, where else
            text = f"{moved[: name.start]}{told}{moved[name.start :]}"
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
    if not over:
        return False
    known = vocabulary.find(text)
    if any(m.end == at and over[0].start <= m.start for m in known):
        return True
    # 新登记注册的企业数: nothing known before the 的, and what stands behind it is part of the longer name.
    return any(m.start == at + 1 for m in known) and not any(
        m.end > over[0].start - 1 and m.end <= at for m in known
    )
