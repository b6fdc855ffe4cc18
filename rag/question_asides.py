"""Asides of a Chinese question: brackets that ask again, how a figure was arrived at, what is compared with first.

Each rule keeps every year, place and thing asked for; brackets that narrow the thing (不含农户, 规模以上) stay.
"""

from __future__ import annotations

import re

from index.vocabulary import Vocabulary
from rag import question_words as words

# 占几成（百分之几）: the bracket says how the answer may be put.
_ASKS_AGAIN = re.compile(
    r"[（(](?:用|以|按)?(?:约|大约)?(?:百分之几|百分之多少|百分比|百分数|几成|多少)(?:表示|计算?)?[）)]"
)
# 农民人均纯收入（抽样调查数）: how it was counted.
_HOW_COUNTED = re.compile(
    r"[（(](?:据|按|按照)?(?:(?:抽样|统计|普查)?调查(?:数|推算数|结果)?|当年价格?|现行价格|现价|年报数|快报数|统计数|报告数|报告值)(?:计算)?[）)]"
)
# （1980年不变价）: the prices it is reckoned in.
_IN_PRICES_OF = re.compile(
    r"[（(](?:按|以)?(?:19|20)\d\d年(?:的)?(?:(?:不变|可比|固定)价格?(?:计算?)?|价格计算?)[）)]"
    r"|(?:按|以)(?:19|20)\d\d年(?:的)?(?:(?:不变|可比|固定)价格?(?:计算)?|价格计算)[，,]?"
)
# 比前一年有什么变化: what it was the year before.
_WHAT_CHANGED = re.compile(
    r"(?P<lead>(?:是|为|有)(?:多少|几)[^，,。；;？?]{0,4}[，,])(?:它|这)?(?:[比较与和同]|相比)?(?P<base>前一年|上一年|上年|去年)(?:相比|比较)?(?:又)?(?:有)?(?:什么|怎样的?|哪些|何)变化"
)
# 2023年报告回顾的五年里: the five years up to the one before.
_LOOKED_BACK = re.compile(
    r"(?P<year>(?:19|20)\d\d)年(?:的)?(?:政府工作)?报告(?:所)?(?:回顾|总结|涵盖|覆盖)的(?:过去|前|这)?(?P<n>[三四五十])年(?:里|间|来|中|内|期间)?"
)
_LOOKED_BACK_IN_ENGLISH = re.compile(
    r"\b(?:over|in|during) the (?P<n>three|four|five|ten) years (?:covered|reviewed|looked back on) "
    r"(?:by|in) the (?P<year>(?:19|20)\d\d) (?:government )?(?:work )?report",
    re.IGNORECASE,
)
_YEARS = {"三": 3, "四": 4, "五": 5, "十": 10, "three": 3, "four": 4, "five": 5, "ten": 10}
# 起征点（月销售额）: what is measured by it, where the bracket is a name of its own.
_MEASURED_BY = re.compile(r"[（(](?:每?[年月季日])(?P<noun>[\u4e00-\u9fff]{2,8})[）)]")
# 作了怎样的调整（从多少提到多少）: the bracket is the question.
_ASKED_INSIDE = re.compile(
    r"(?:又)?(?:作了?|做了?|进行了?|有了?|有过|是|发生了?|经历了?)?(?:怎样|怎么样|什么样|什么|哪些|如何)(?:的)?(?:调整|变化|变动|改变)(?:的)?"
    r"[（(，,：:—]+(?:即)?(?P<asks>[由从][^）)？?，,]*?(?:多少|百分之几|几)[^）)？?]*?(?:到|至|为)[^）)？?]*?(?:多少|百分之几|几)[^）)？?]*)[）)]?"
)
# 按当年报告数, 2013年报告值: the year's own report is where the figure comes from anyway.
_AS_REPORTED = re.compile(
    r"[（(]?(?:按照|按|根据|依据|据|以)(?:当年|各年|各自|相应年份|相应|各年度|次年|下一年|翌年|后一年|第二年)(?:的)?(?:政府工作)?报告(?:中|里)?(?:的)?(?:数据|数字|数值|数|口径|值)?(?:计算|来看|看|来算|算)?[）)]?[，,]?"
)
_VALUE_REPORTED = re.compile(r"(?<=\d年)(?:的)?(?:政府工作)?报告(?:值|数(?![据字量目])|公布数)")
# 与全国相比，某区增速快了几个百分点: 某区增速比全国快几个百分点.
_COMPARED_FIRST = re.compile(
    r"^(?P<lead>[^，,。；;？?]{0,12}?)(?:与|和|跟|同|较|比起)(?P<other>全国|全省|全市|全区)(?:的)?(?:平均(?:水平|增速)?|增速|水平)?(?:相比较?|比较|比起来|相较)?[，,]"
    r"(?P<rest>[^，,。；;？?]*?)(?P<way>高|低|快|慢)(?:出|了)?(?=(?:多少|几)个?(?:百分)?点)"
)
# 参加某试点的县: 某试点县.
_IN_TRIAL = re.compile(
    r"(?:参加|参与|纳入|列入|开展|实施|进行)(?:了)?(?P<what>[\u4e00-\u9fff]{2,14}?试点)的(?=[县市省区村户校]|企业|单位|地区|城市)"
)
# 用于教育和科技的部分占…: education and science.
_PART_FOR = re.compile(r"(?:其中)?用于(?P<what>[^，,。；;？?]{2,40}?)(?:方面)?的(?:部分|那部分)(?=占)")
# 到底涨了没有，涨了百分之几: the second question answers the first.
_WHETHER_FIRST = re.compile(
    r"(?:到底|究竟|是)?(?:有没有)?(?P<verb>[涨跌升降增减]|增长|增加|上涨|下降|减少|提高|下跌)(?:了)?(?:没有|没|还是[涨跌升降增减]{1,2}了?)[，,](?=[^，,]*(?:多少|几))"
)
# 有没有达到8%的目标: what the target was.
_MET_NUMBER = re.compile(
    r"(?:是否|有没有|能否|是不是|是否已)(?:如期)?(?:达到|完成|实现|超过|达成|超出)(?:了)?(?:[^，,。；;？?\d]{0,6})(?:\d[\d.]*(?:%|个百分点|[万亿]{0,2}[元人吨户])?|百分之[一二三四五六七八九十点]+)(?:左右|以上|以内)?(?:的)?(?:[预年当原既计]\w{1,3}的?)?目标"
)
# 平均一个人一年花掉多少钱: the survey's 人均消费支出; 挣: its income.
_SPENDS = re.compile(
    r"(?P<who>居民|老百姓|城镇居民|农村居民|农民|城里人|乡下人|市民)?(?P<when>(?:19|20)\d\d年)?(?:平均)?(?:每人|每个人|一个人|人均)(?:平均)?(?:一年|全年|每年)?"
    r"(?:要|能|可以)?(?P<verb>花|消费|挣|赚|收入)(?:掉|了|到)?(?:多少钱|多少元|多少块钱?)"
)
_WHO = {"老百姓": "居民", "市民": "城镇居民", "城里人": "城镇居民", "乡下人": "农村居民", "农民": "农村居民"}


def without_asides(text: str, vocabulary: Vocabulary) -> str:
    """The question without its asides; unchanged where it has none."""
    text = _ASKED_INSIDE.sub(lambda m: m["asks"], text)
    if words.QUANTITY_QUESTION.search(_ASKS_AGAIN.sub("", text)):
        text = _ASKS_AGAIN.sub("", text)
    text = _IN_PRICES_OF.sub("", _HOW_COUNTED.sub("", text))
    text = _WHAT_CHANGED.sub(lambda m: f"{m['lead']}{m['base']}是多少", text)
    text = _LOOKED_BACK.sub(_span, text)
    text = _MEASURED_BY.sub(
        lambda m: "" if vocabulary.lookup(m["noun"]) and vocabulary.find(text[: m.start()]) else m[0], text
    )
    text = _VALUE_REPORTED.sub("", _AS_REPORTED.sub("", text))
    text = _COMPARED_FIRST.sub(lambda m: f"{m['lead']}{m['rest']}比{m['other']}{m['way']}", text)
    text = _IN_TRIAL.sub(lambda m: m["what"], text)
    text = _PART_FOR.sub(lambda m: m["what"], text)
    text = _WHETHER_FIRST.sub("", text)
    text = _MET_NUMBER.sub("计划是多少", text)
    return _SPENDS.sub(_survey, text)


def span_looked_back_on(text: str) -> str:
    """ "over the five years covered by the 2023 report" as the years they are."""
    return _LOOKED_BACK_IN_ENGLISH.sub(_span, text)


def _span(match: re.Match[str]) -> str:
    year, count = int(match["year"]), _YEARS[match["n"].lower()]
    if match.re is _LOOKED_BACK:
        return f"{year - count}—{year - 1}年"
    return f"in {year - count}-{year - 1}"


def _survey(match: re.Match[str]) -> str:
    who = _WHO.get(match["who"] or "", match["who"] or "居民")
    measured = "消费支出" if match["verb"] in ("花", "消费") else "可支配收入"
    return f"{match['when'] or ''}{who}人均{measured}是多少"
