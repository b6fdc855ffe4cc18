"""Patterns and word lists by which `index.figure_subject` finds the noun phrase that names a figure."""

from __future__ import annotations

import re
from functools import lru_cache

import rjieba

from index import figure_words as words

NOUN_TAGS = ("n", "j", "l", "i", "b", "vn", "an", "eng", "f", "s", "a", "k", "h", "g", "z", "vi")
ON = re.compile(r"在(?:学|校|岗|建|读|册|职|营|逃|用)")
SPENDING = words.word_set("投入 支出 补助 投资 拨付 贷款")
SKIPPED = words.word_set("拟 将 共 已 累计 计划 再 又 为此 还 一次性")
INSIDE = words.word_set(
    "第一 第二 第三 人均 单位 全 每 以上 以下 全社会 各类 跨境 高 新 特别 超 超长期 最低 最高 综合 "
    "港澳 港澳台 台商 基本 每人 每户 平均 累计 年 长期 中长期 短期 超长 自然 现代 传统 日 月 每吨 每亩 初次"
)
REACHING, REACHED_BY = words.word_set("覆盖 参保 受益 惠及"), words.word_set("人数 人口 面 范围 户数")
COUNTS = words.word_set("人数 户数 金额")
PAYERS = words.word_set("财政 中央财政 国家 政府 中央 地方 各级 银行")
THINGS = frozenset("具机车品薪贷补险件券税")  # of one character, as nouns: 高效照明灯具
LIST_WORDS = words.word_set("、 和 与 及 以及")
TRIM_START = re.compile(
    r"(?:[一二三四五六七八九十]{1,2}是|内(?![地部外蒙河需贸容存资陆销设燃科])|[但而却](?=[^\n]{3})|尽管|要求|合计|总计|[、，。：’（）()\s的和与及等了]|以上|以下|以及|其中|全年|全部|累计|共(?!同|享|青)|将|把|各类"
    r"|各种|每年|约|近(?!海|郊|岸)|新的|一批|其他|首次|首批|还|又|已|也|再(?!就业|生|贷)|结果(?!公告|显示)|落实好?(?=.{3})|以来|年来|力争|争取|确保|预计"
    r"|要(?!素|求|点)|到(?![位期])|使(?!用)|实现|达到|带动|推动(?=.{3})|约|拟|计划(?!生育|经济|单列)|完成|达)+"
)
TRIM_END = re.compile(r"(?:[、，：“\s的和与了]|总共|分别|大约|首次|同比|环比|平均每(?:公斤|斤|吨|亩)?|每)+$")
HARD_STOP = re.compile(
    rf"[{words.TIME}，,；;：:。！？!?\n\t（）()—《》]|其中|包括|特别是|尤其是|主要是|同时|此外|——"
)
KEPT_HEADS = words.word_set("企业 产业 项目 居民 人口 教育 保险 消费")
# 全国人口 and 全市商品房 are of a place, 全国人大 and 外商 are names
BELONGS = re.compile(
    r"[级籍]|区(?!域)|内(?!河|陆)|外(?!贸|汇|资)|人(?!均|口|才)|商(?!品|业|务|贸)|资(?!产|金|本|源)"
)
WITHIN_INDUSTRY = re.compile(r"(?:规模以上|规上)?工业(?:企业)?中(?=[国高集股外私民装战])")
PLACES = words.word_set("全国 全省 全市 全区 全县 我国 国家 世界 全球 各地 地方 中国")
NOUN_ENDINGS = words.word_set("类 率 额 量 数 值 度 费 款 金 线 价 面")
SHARE_OF = re.compile(
    r"(?P<of>[在占](?P<whole>[^，。；、]{2,14}?)(?:当中|中|里|内)?(?:所占)?的?(?P<head>比重|比例|份额)"
    r"|所占的?(?P<own>比重|比例|份额)"
    r"|[与同和](?P<second>[^，。；、]{2,10}?)(?P<ratio>之比|的比例|的比率|的比值|比值))$"
)
CONTRIBUTES = re.compile(r"(?P<who>[\u4e00-\u9fff“”、]{2,14})对(?P<what>[\u4e00-\u9fff]{2,12}?)的?贡献率$")
NEW = re.compile(r"^(?:净增|新增加|新增|累计新增|新登记|累计|新)(?=..)")
STARTS_WITH_CHANGE = re.compile(r"(?:增长|上涨|上升|下降|提高|回落|加快|放缓)(?!点|极|率|速|幅)")
INNER_ADVERB = re.compile(r"(?<=..)(?:拟|将|共|已|又|再|为此)+(?=投入|安排|支出|发行|补助|拨付)")
TRAILING_CHANGE = re.compile(r"(?:增长|上涨|下降|提高|上升|增加|减少)$")
HOW_MUCH = re.compile(r"幅度|速度")
PLANNED = re.compile(r"(?:预期|预计|计划|年均|平均|的)*$")
QUOTED_KIND = re.compile(
    r"(?P<name>“[^”]{1,8}”)[（(][^（）()]{1,26}[）)](?P<noun>[\u4e00-\u9fff]{1,4}?)(?=已|有|全部|中|均|[，。；、]|实现)"
)
AND_SUCH = re.compile(r"(?:、[\u4e00-\u9fff]{1,6}){1,4}等(?P<what>[\u4e00-\u9fff]{2,10}?)(?=的|[，。；、]|$)")
PROJECT = re.compile(r"退[耕牧田养][还休][林草湖湿渔](?:还[林草湖湿])?$|封山育林$")
NO_OBJECT = re.compile(
    r"大关|关口|的?部分|之间|区间|的?(?:较|更|合理|控制|预定|既定|原定|预期|计划|规划|年度|调控|政策|增长|发展)*(?:目标|水平|速度"
    r"|幅度|增速|区间"
    r"|指标|任务|比例)"
)
GDP = re.compile(r"(?<!国内)(?:地区|区域)?生产总值|GDP")
LETTERS_INSIDE = re.compile(r"([\u4e00-\u9fff]{2,14})[（(][A-Za-z&0-9.]{2,8}[）)]$")
TO_US = re.compile(r"^.*(?:[，、]|(?:同|与|和)(?:我国|中国|我们)|我国|我省|我市)")
SPENT_ON = re.compile(r"(?:[\u4e00-\u9fff]{0,4}财政|[\u4e00-\u9fff]{2,4}(?<!可))用于(?:这些)?$")
OF_PLAN = re.compile(r"的(?:规划|计划|目标|任务|方案|工作|要求|检查|调查|统计|分析)$")
PER_HEAD = re.compile(r"按人口平均|平均每人|每人平均")
YEARLY = re.compile(r"^(?:年均|平均每年|每年平均|全年|平均)(?=..)")
PAREN = re.compile(r"（[^（）]{0,20}）$|\([^()]{0,20}\)$")

_SIZE_CLASS = re.compile(
    r"(?P<of>[\u4e00-\u9fff]{0,6}?)(?:过|超|超过|上|[\d.]+)?[十百千]?[万亿]元?(?:级|及以上|以上|以下)?的?$"
)


def class_start(masked: str, begin: int, start: int) -> int:
    """Where the size begins that makes a class of the noun at `start`: 进出口过亿元〔企业〕; else `start`."""
    found = _SIZE_CLASS.search(masked, begin, start)
    if found is None or found.end() == found.start():
        return start
    of = TRIM_START.match(found["of"])
    return found.start() + (of.end() if of else 0)


@lru_cache(maxsize=20_000)
def _tags(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(rjieba.tag(text))


def is_word(text: str, word: str) -> bool:
    """Whether `text` ends with `word` as a word of its own (人才 does not end with 才)."""
    tokens = _tags(text[-12:])
    if not tokens:
        return False
    last, tag = tokens[-1]
    if len(last) == 2 and last[1] == word and last[0] in "率额量数值费村县乡镇省市户校":
        return True  # 销售率〔为〕, 改革的村〔达〕: no words 率为, 村达
    return last == word or (len(last) == 2 and last[0] in "已均共约仍还各将也都可" and tag[:1] in "dpvr")


def modifies(before: str) -> bool:
    """Whether words before a known indicator make it another one (工业技改 + 投资)."""
    tokens = _tags(before.removesuffix("的") if before.endswith("住宅的") else before)
    last_word, last_tag = tokens[-1]
    if before.endswith("的") and before.startswith(("通过", "依托", "利用")):
        return True  # 通过公共网络实现的商品零售额
    if last_word == "年" and len(tokens) > 1:
        return True  # 工农业年总产值
    if last_word in words.VERBS or last_tag in ("d", "p", "c", "r", "v", "t", "x", "u", "ul", "m"):
        return last_word in LIST_WORDS
    return True
