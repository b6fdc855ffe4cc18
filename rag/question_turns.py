"""Everyday turns of a Chinese question for a quantity, put the way the reader of questions knows it.

新增了多少户经营主体, 济南… has them in other files; here are turns of word order and of everyday speech. Each keeps every
year, place and thing of the question.
"""

from __future__ import annotations

import re

from index.periods import find_periods
from index.regions import find_regions
from index.vocabulary import Vocabulary
from rag import question_words as words
from rag.ask import without

_HOW_MANY = r"(?:多少|几)(?:[个家户项人名位所座台件套条辆只支张万亿]{1,2}(?!点))?"
# 增长几何, 共有若干.
_BOOKISH = re.compile(r"几何(?=[，,。？?]|$)|若干(?=[个家户项人名位]|[，,。？?]|$)")
# 总量多大、增长百分之几: two questions.
_ASKED_AND_ASKED = re.compile(
    r"(?P<first>(?:多少|多大|百分之几|几[个家项户人万亿成])[^，,。；;？?、]{0,8})、(?=[^，,。；;？?、]{1,16}(?:多少|多大|多快|百分之几|几[个家项户人万亿成]))"
)
# 目标区间是什么: a quantity is asked for.
_WHAT_QUANTITY = re.compile(
    r"(?P<noun>目标|指标|数值|数字|增速|增幅|涨幅|区间|目标值|比例|比重|总量|总额|规模|水平)(?:分别|各)?(?:是|为)什么(?=[？?。]|$)"
)
# 政府希望, 国家准备: who plans says nothing of what is planned.
_WHO_PLANS = re.compile(r"(?:政府|国务院|中央|国家|官方)(?=希望|打算|计划|准备|提出要|预计|拟|想)")
# 在研发上的投入: 研发投入.
_INPUT_IN = re.compile(
    r"在(?P<what>[\u4e00-\u9fff]{2,8})(?:上|方面|领域)的(?P<noun>投入|支出|投资|花费|经费)"
)
# 城镇化率（常住人口口径）.
_BASIS_BEHIND = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{2,12})[（(](?:按|以)?(?P<by>[\u4e00-\u9fff]{2,8})口径[）)]"
)
# 涨了几个点 of an amount is per cent; of a rate it is points.
_POINTS_OF_GROWTH = re.compile(
    r"(?P<verb>(?:增长|增加|增|涨|跌|下降|下滑|下跌|回落|降)(?:了)?)(?:多少|几)个点(?=[，,。？?]|$)"
)
_RATE_OR_COMPARED = re.compile(
    r"率|比重|占比|比例|增速|涨幅|增幅|比(?!上年|去年|上一年|前一年)|较(?!上年|去年|上一年)|快|慢|高|低"
)
_ECONOMY = re.compile(
    r"经济(?:总体|整体)?(?P<how>实际|同比)?(?:涨|增长|增|扩张|上升)(?:了)?(?=多少|多快|百分之|几)"
)
# 国内生产总值里服务业占百分之几: 服务业占国内生产总值的百分之几.
_OF_WHOLE = re.compile(
    r"(?P<lead>^|[，,；;])(?:在)?(?P<whole>[^，,。；;？?]{2,24}?)(?:当中|之中|里面|里头|(?<![年这那集省市区县乡])里)(?:，|,)?"
    r"(?P<part>[^，,。；;？?的中里在]{2,16}?)(?:所)?占(?:了|到)?(?:多大|多少|百分之几|几成|百分之多少)(?:的)?(?:比重|比例|份额)?(?=[？?。]|$)"
)
# 济南市百分之几的企业聚集在高新区: 高新区聚集了济南市百分之几的企业.
_SHARE_SITS_IN = re.compile(
    r"(?P<whole>[^，,。；;？?]{2,10}?)(?:有)?(?P<asks>百分之几|百分之多少|多大比例|几成)的(?P<what>[^，,。；;？?]{2,14}?)"
    r"(?P<verb>聚集|集聚|集中|分布|落户|位于|扎根)(?:在|于|到)(?P<where>[^，,。；;？?]{2,12})(?=[？?。]|$)"
)
_OUT_OF_POVERTY = re.compile(
    r"(?:又)?(?:有|让|使|帮助|带动)?(?P<asks>多少(?:万|亿)?)(?P<who>农村(?:贫困)?人口|贫困人口|人)?(?:实现|成功)?(?:脱贫|摆脱(?:了)?贫困|脱离贫困)(?=[，,。？?]|$)"
)
# 新增了多少户经营主体: 新增经营主体多少户, if that has a name.
_ADDED = re.compile(
    r"(?P<verb>新增|净增|新登记|新设立?)(?:加)?(?:了)?(?P<asks>(?:多少|几)(?:万|亿)?(?:个|人|户|家|名)?)(?:的)?(?P<what>[\u4e00-\u9fff]{2,10}?)(?:岗位|人数|人口)?(?=[，,。？?]|$)"
)
# 相关企业数量 with words of its own before it: 相关企业有多少家. The plain number of firms is an indicator.
_COUNT_NOUN = re.compile(
    r"(?P<noun>企业|公司|机构|项目|平台|院校|医院)(?:的)?(?:总数量|数量|总数|数目|个数|户数|家数|数)(?:是|有|为|达到?|共)*(?:多少(?:家|户|个|所)?)?(?=[？?。]*$)"
)
_COUNTERS = {"企业": "家", "公司": "家", "机构": "家", "项目": "个", "平台": "个", "院校": "所", "医院": "家"}
_YEARS_RATIO = re.compile(
    r"(?P<lead>只|仅|大约|约)?(?:相当于|是|为)(?P<base>上一?年|前一年|去年|(?:19|20)\d\d年)(?:实际|同期|预算|计划)?的(?:百分之几|百分之多少|几成)"
)


# 新增的企业 is 新增企业, if that has a name.
_ADDED_OF = re.compile(
    r"(?P<verb>新增|净增|新登记|新设立?)(?:加)?的(?P<what>[\u4e00-\u9fff]{2,8}?)(?=有|是|为|达|总|共|多少|几|[，,。？?]|$)"
)
# 甲的增速，比乙的增速高多少: one comparison.
_COMPARED_BEHIND_COMMA = re.compile(
    r"(?<=[速率幅重额量值数度比])[，,](?=(?:要|又|则)?[比较](?!上年|去年|上一年|前一年|年初|[\d“])[^，,。？?]{2,24}(?:高|低|快|慢|多|少|大|小)(?:出|了)?(?:多少|几))"
)
# 经济增长有多大比例来自消费: 消费对经济增长的贡献率.
_COMES_FROM = re.compile(
    r"(?P<what>经济增长|GDP增长|国内生产总值增长)(?:中|里|当中)?(?:的)?(?:有)?(?:多大比例|多大份额|百分之几|百分之多少|多少|几成)(?:是)?"
    r"(?:来自于?|靠|源于|来源于|由)(?P<who>[^，,。；;？?的]{2,12}?)(?:拉动|带动|贡献)?(?:的)?(?=[？?。]|$)"
)
# 比重从1978年到1982年是怎么变的: from what to what.
_HOW_CHANGED = re.compile(
    r"(?P<noun>比重|占比|比例|份额|[\u4e00-\u9fff]{1,4}率|里程|规模|产量|总额|余额)(?:是)?(?:怎么|怎样|如何|发生了怎样)(?:的)?(?:变化?|变动|演变)(?:的)?(?=[？?。]|$)"
)


# 关停多少万千瓦小火电机组: 关停小火电机组多少万千瓦, if that has a name.
_DONE_TO = re.compile(
    r"(?P<verb>关停|淘汰|退出|压减|化解|改造|建成|新建|开工|培训|减少|减轻|减免|救助|资助|治理|解决|完成)(?:了)?"
    r"(?P<asks>(?:多少|几)(?:[万亿]*(?:千瓦|吨|公里|平方公里|平方米|亩|公顷|户|人|套|元|个|座|所|人次))?)(?:的)?(?P<what>[\u4e00-\u9fff]{2,10}?)(?=[，,。？?]|$)"
)
# 用于教育的支出 is 教育支出, if that has a name.
_SPENT_FOR = re.compile(r"用于(?P<what>[\u4e00-\u9fff]{2,6}?)(?:事业|方面)?的(?P<noun>支出)")


def turned(text: str, vocabulary: Vocabulary) -> str:
    """The question with these turns put plainly; unchanged where none fits."""
    text = _BOOKISH.sub("多少", text)
    text = _ASKED_AND_ASKED.sub(lambda m: f"{m['first']}，", text)
    if not re.search('[“”"「]', text):
        text = _WHAT_QUANTITY.sub(lambda m: f"{m['noun']}是多少", text)
    text = _WHO_PLANS.sub("", text)
    text = _INPUT_IN.sub(lambda m: f"{m['what']}{m['noun']}", text)
    text = _BASIS_BEHIND.sub(lambda m: _with_basis(m, vocabulary), text)
    text = _POINTS_OF_GROWTH.sub(
        lambda m: m[0] if _RATE_OR_COMPARED.search(text[: m.start()]) else f"{m['verb']}百分之几", text
    )
    text = _whole_economy(text)
    text = _SHARE_SITS_IN.sub(
        lambda m: f"{m['where']}{m['verb']}了{m['whole']}{m['asks']}的{m['what']}", text
    )
    text = _OF_WHOLE.sub(lambda m: f"{m['lead']}{m['part']}占{m['whole']}的百分之几", text)
    text = _OUT_OF_POVERTY.sub(_poor_less, text)
    text = _ADDED_OF.sub(
        lambda m: f"{m['verb']}{m['what']}" if vocabulary.lookup(f"{m['verb']}{m['what']}") else m[0], text
    )
    text = _SPENT_FOR.sub(
        lambda m: f"{m['what']}{m['noun']}" if vocabulary.lookup(f"{m['what']}{m['noun']}") else m[0], text
    )
    text = _COMPARED_BEHIND_COMMA.sub("", text)
    text = _COMES_FROM.sub(lambda m: f"{m['who']}对{m['what']}的贡献率是多少", text)
    if any(m.kind == "range" and m.last is not None for m in find_periods(text)):
        text = _HOW_CHANGED.sub(lambda m: f"{m['noun']}由多少变到多少", text)
    text = _ADDED.sub(lambda m: _name_of_added(m, vocabulary), text)
    text = _DONE_TO.sub(
        lambda m: (
            f"{m['verb']}{m['what']}{m['asks']}" if vocabulary.lookup(f"{m['verb']}{m['what']}") else m[0]
        ),
        text,
    )
    return _counted(text)


def _with_basis(match: re.Match[str], vocabulary: Vocabulary) -> str:
    """常住人口城镇化率 for 城镇化率（常住人口口径）."""
    named = vocabulary.find(match["name"])
    at = named[-1].start if named and named[-1].end == len(match["name"]) else None
    return match[0] if at is None else f"{match['name'][:at]}{match['by']}{match['name'][at:]}"


def _whole_economy(text: str) -> str:
    """中国经济涨了几成: economic growth; 数字经济, 民营经济 are parts of it."""
    match = _ECONOMY.search(text)
    if match is None:
        return text
    before = text[: match.start()]
    bare = without(before, [*find_periods(before), *find_regions(before)]).rstrip()
    if bare and not re.search(r"(?:[，,、的]|我国|全国|中国|整体|整个)$", bare):
        return text
    return f"{before}经济{match['how'] or ''}增长{text[match.end() :]}"


def _poor_less(match: re.Match[str]) -> str:
    who = "农村贫困人口" if match["who"] and match["who"].startswith("农村") else "贫困人口"
    return f"{who}减少{match['asks']}"


def _name_of_added(match: re.Match[str], vocabulary: Vocabulary) -> str:
    """新增经营主体, or 城镇新增就业 with the word inside the name."""
    what = match["what"]
    for name in (f"{match['verb']}{what}", f"{what[:2]}{match['verb']}{what[2:]}"):
        if vocabulary.lookup(name) is not None:
            return f"{name}{match['asks']}"
    return match[0]


def _counted(text: str) -> str:
    match = _COUNT_NOUN.search(text)
    if match is None or words.JOINTLY.search(text) or re.search("[和与及、]", text[: match.start()]):
        return text
    before = text[: match.start()]
    bare = without(before, [*find_periods(before), *find_regions(before)]).strip(" 的，,")
    if len(words.content_terms(bare)) < 1 or before.endswith(("的", "，", "、")):
        return text
    return f"{before}{match['noun']}有多少{_COUNTERS[match['noun']]}{text[match.end() :]}"


def of_year_before(text: str) -> str | None:
    """相当于上一年的百分之几: the year it is set against; None for another question."""
    match = _YEARS_RATIO.search(text)
    return match["base"] if match else None
