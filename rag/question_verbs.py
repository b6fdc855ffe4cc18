"""Everyday verbs of a Chinese question put as the nouns that reports count under: 收了多少钱 is 收入, 招了多少学生 is 招生.

Each rule is a class of verbs with one sense; it says nothing of what is measured, and every year, place and thing stays.
"""

from __future__ import annotations

import re

from index.vocabulary import Vocabulary
from rag import question_words as words

_END = r"(?=[，,。；;？?]|$)"
_MONEY = r"(?:多少|几)(?:[十百千]?[万亿]*(?:美)?元|钱|块钱?|资金)?"
# 财政收了多少钱, 公共财政（一般公共预算）支了多少: revenue and expenditure.
_TOOK_IN = re.compile(
    rf"(?P<who>财政|预算|公共预算|国库|基金|保险|税务|关税|海关)(?P<aside>[）)]?)(?:一共|总共|共|实际)?(?P<verb>收|支|花|用)(?:上来|进来|出去|进|出|掉|入|到)?(?:了)?(?P<asks>{_MONEY}){_END}"
)
# 卖出多少面积, 治理了多少里程: the noun of quantity behind the question word.
_NOUN_BEHIND = re.compile(
    rf"(?:多少|多大)(?:的)?(?P<noun>面积|里程|数量|金额|重量|长度|人数|户数|资金额|产量|产值|规模){_END}"
)
# 招了多少学生: 招生.
_ENROLLED = re.compile(
    rf"(?:招收|招|录取)(?:了|进|来)?(?P<asks>(?:多少|几)(?:[十百千]?[万亿]*(?:名|人|个)?)?)(?:的)?(?:新?学生|新生|大学生){_END}"
)
# 比上年多了百分之几: growth.
_MORE_IN_PER_CENT = re.compile(
    r"(?P<than>[比较](?:上一?年度?|前一年度?|去年|头一年|上年同期|去年同期|同期|前年|(?:19|20)\d\d年))(?:又|还|要)?(?P<way>多|少|高|低|大|小)(?:出来|出|了)?(?=百分之(?:几|多少)|(?:几|多少)成)"
)
# 同比多出多少, 同比少收多少: an increase, a decrease.
_MORE_BY = re.compile(
    r"(?P<than>同比|环比)(?:又|还)?(?P<way>多|少)(?:收|产|支|卖|打|招|建|发|种|用|花)?(?:出来|出|了)?(?=(?:多少|几)(?!于|成))"
)
# 占GDP的百分比: the share.
_PERCENTAGE = re.compile(
    r"(?P<part>占[^，,。；;？?]{1,24}?)的?(?:百分比|百分率)(?=是|为|有|多少|[？?。，,]|$)"
)
# 占比升到多少, 率提到多少: to what it rose.
_SHARE_ROSE_TO = re.compile(
    r"(?<=占比|比重|比例|份额)(?P<way>升|提|涨|增|降|跌)(?=[到至](?:了)?(?:多少|几|百分之))"
)
_LESS = frozenset("少低小")
# 投向技术改造的资金: what goes there is invested there.
_INVESTED_IN = re.compile(
    r"(?:投向|投入到?|投给|投在|用在|砸在|砸向|流向)(?P<what>[\u4e00-\u9fff]{2,10}?)(?:上|方面|领域)?的(?:资金|钱|投资额?|投入)"
)
# 云川市的药企中，落在高新区的占多少: 高新区聚集了云川市百分之几的药企.
_SITS_IN = re.compile(
    r"(?P<lead>^|[，,。；;])(?:在)?(?P<whole>全国|全省|全市|全区|全县|[\u4e00-\u9fff]{2,6}[省市县区州])(?:全[国省市区县])?(?:所有|全部)?(?:的)?(?P<what>[^，,。；;？?的]{2,12}?)(?:当中|之中|里面|里头|中|里)[，,]"
    rf"(?:有)?(?:落在|落户|落户在|位于|坐落在|坐落于|设在|分布在|集中在|聚集在|来自|属于|归|归属|在)(?P<where>[^，,。；;？?的]{{2,12}}?)(?:的|境内的)?(?:部分)?(?:所)?占(?:了|到|比)?(?:是|为)?(?:百分之几|百分之多少|多少|几成|多大(?:的)?(?:比例|比重|份额)?){_END}"
)
# 核武器多大比例掌握在…: 掌握着全世界多大比例的核武器, 生产了全国几成的粮食.
_HOLDS_SHARE = re.compile(
    r"(?P<who>[^，,。；;？?]{2,16}?)(?:手里|手中)?(?:掌握|占有|拥有|集中|聚集|集聚|汇聚|生产|出产|贡献|提供|消费|消耗|吸引|承担|占据)(?:着|了|起|出)?"
    rf"(?P<whole>全国|全省|全市|全区|全世界|全球|世界)(?:上)?(?:的)?(?:百分之几|百分之多少|几成|多大(?:的)?(?:比例|比重|份额))的(?P<what>[^，,。；;？?]{{2,12}}?){_END}"
)
# 把涨幅压在多少以内: what is planned for it.
_KEPT_WITHIN = re.compile(
    r"(?:把|将)(?P<noun>[^，,。；;？?]{1,16}?)(?P<verb>控制|压|稳定|保持|维持|限制|稳|控|守|定)(?P<at>在|到|住)(?=(?:多少|几|百分之几))"
)
# 占几个, 占几家: how many of them are.
_HOW_MANY_OF = re.compile(r"(?<!所)占(?:了|到|有)?(?=(?:多少|几)[个家户名项座所台件位辆条只人](?!百分))")
# 外贸企业的家数是多少: 有多少家.
_COUNT_NOUNS = {
    "家数": "家",
    "户数": "户",
    "个数": "个",
    "台数": "台",
    "件数": "件",
    "项数": "项",
}
_COUNT_NOUN = re.compile(
    rf"(?P<what>[\u4e00-\u9fff]{{2,}}?)(?:的|在[^，,。；;？?]{{2,12}}的)?(?P<noun>家数|台数|件数|项数|个数)(?:分别|各)?(?:是|为|有|达到?)?(?:多少|几|多大){_END}"
)
_COUNT_AND_MORE = re.compile(
    r"(?P<what>^.*?)(?P<when>在(?:19|20)\d\d年)?的(?P<noun>家数|台数|件数|项数|个数|户数)(?:以及|和|及|与)(?P<other>[^，,。；;？?和及与]{2,12}?)(?:分别|各)?(?:是|为|有|达到?)?(?:多少|多大|几|(?:什么|怎样|怎么样|何种|哪种)(?:样)?(?:的)?(?:水平|规模|程度|数量)?)(?=[？?。，,]|$)"
)


def with_plain_verbs(text: str, vocabulary: Vocabulary) -> str:
    """The question with these verbs put as nouns; unchanged where none fits."""
    text = _TOOK_IN.sub(_taken_in, text)
    text = _NOUN_BEHIND.sub(lambda m: f"{m['noun']}多少", text)
    text = _ENROLLED.sub(lambda m: f"招生{m['asks']}", text)
    text = _MORE_IN_PER_CENT.sub(lambda m: f"{m['than']}{'下降' if m['way'] in _LESS else '增长'}", text)
    text = _MORE_BY.sub(lambda m: f"{m['than']}{'减少' if m['way'] == '少' else '增加'}", text)
    text = _PERCENTAGE.sub(lambda m: f"{m['part']}的比重", text)
    text = _SHARE_ROSE_TO.sub(lambda m: "降低" if m["way"] in "降跌" else "提高", text)
    text = _INVESTED_IN.sub(lambda m: _invested(m, vocabulary), text)
    text = _SITS_IN.sub(lambda m: f"{m['lead']}{_zone_of(m)}聚集了{m['whole']}百分之几的{m['what']}", text)
    text = _HOLDS_SHARE.sub(lambda m: f"{m['who']}占{m['whole']}{m['what']}的百分之几", text)
    text = _KEPT_WITHIN.sub(
        lambda m: f"{'要' if text[: m.start()].endswith('提出') else ''}{m['noun']}{m['verb']}{m['at']}", text
    )
    text = _HOW_MANY_OF.sub("有", text)
    text = _COUNT_AND_MORE.sub(
        lambda m: f"{_dated(m)}有多少{_COUNT_NOUNS[m['noun']]}，{_dated(m)}{m['other']}是多少", text
    )
    return _COUNT_NOUN.sub(lambda m: _counted(m, text), text)


def _taken_in(match: re.Match[str]) -> str:
    noun = "收入" if match["verb"] == "收" else "支出"
    return f"{match['who']}{noun}{match['aside']}{match['asks'].replace('钱', '')}"


def _zone_of(match: re.Match[str]) -> str:
    """高新区 of a question about 云川市 is 云川高新区."""
    where, whole = match["where"], match["whole"]
    bare = re.fullmatch("高新区|开发区|经开区|自贸区|新区|保税区", where)
    stem = re.sub("全?[省市区县]$", "", whole)
    return f"{stem}{where}" if bare is not None and stem else where


def _invested(match: re.Match[str], vocabulary: Vocabulary) -> str:
    """工业技术改造投资, if that has a name; else as it was."""
    name = f"{match['what']}投资"
    return name if vocabulary.lookup(name) is not None else match[0]


def _dated(match: re.Match[str]) -> str:
    return f"{(match['when'] or '').removeprefix('在')}{match['what']}"


def _counted(match: re.Match[str], text: str) -> str:
    if words.JOINTLY.search(text) or re.search("[和与及、]", text):
        return match[0]
    return f"{match['what']}有多少{_COUNT_NOUNS[match['noun']]}"
