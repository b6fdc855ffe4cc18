"""Names that say too little alone: 第一产业 under investment, 利润总额 of whom, 省份 that do what.

What stands before them, or what the paragraph breaks down, has to be part of the name; without it a weak name
would pass for another series (第一产业增加值, 规模以上工业企业利润总额).
"""

from __future__ import annotations

import re

from index import figure_words as words

# ---------------------------------------------------------------- counts of places

_PLACES_COUNTED = re.compile(
    r"(?:.*的)?(?:省份?|市|县|区|州|地市|城市|地区|国家|乡镇|区县|县区|市县|区市|省区市|县市区|县（市、区）)"
)
_GOES = re.compile(
    r"(?:同比|环比|实现)?(?:增速|增幅|降幅|涨幅)?(?:同比|环比|实现)?(?:正|负)?"
    r"(?:增长|下降|上涨|回落|提高|收窄|扩大|持平|加快|放缓|上升|回升)"
)


def counts_places(name: str) -> bool:
    """Whether a name is of places that are counted: 省份, 增速回落的省份."""
    return _PLACES_COUNTED.fullmatch(name) is not None


def places_that(noun: str, predicate: str) -> str | None:
    """6个〔省份〕增速回落: 增速回落的省份; None where it is no such count."""
    return f"{predicate}的{noun}" if counts_places(noun) and _GOES.fullmatch(predicate) else None


# ---------------------------------------------------------------- parts of what is broken down

_BY = re.compile(
    r"(?:^|(?<=[；。，]))[\s，]*(?:分|按|从|就)(?:[\u4e00-\u9fff、]{0,10}?)(?:产业|行业|领域|门类|类别|类型|所有制|结构|投向|主体|性质|产品|商品|构成)"
    r"(?P<head>产量|产值|增加值|投资|销售额|零售额|销量|出口|进口|进出口|利润)?(?:类型|情况)?(?:来)?(?:看|划分|分)[，,]"
)
_HEAD = re.compile(
    r"(?:固定资产|工业|开发|社会)?(?P<head>投资|增加值|总产值|产值|产量|利润总额|利润|营业收入|用电量|税收收入|税收|贷款余额|贷款"
    r"|零售额|销售额|出口额?|进口额?|进出口)(?:总?额|完成额)?$"
)
_PART = re.compile(
    r"(?:第?[一二三](?:次)?产业|[一二三]产|[\u4e00-\u9fff、（）和及]{1,24}?(?:业|产业|行业|企业|经济|部门|领域|居民|单位))"
)
_PRODUCT = re.compile(r"[\u4e00-\u9fff（）]{1,10}")


def head_of_parts(sentence: str, whole: str) -> str | None:
    """What the parts of a sentence measure: 投资 behind 固定资产投资…。分产业看，…; None where nothing is broken down.

    `whole` is what the figure before it measured; the opening may say it itself (从主要工业产品产量看).
    """
    by = next(reversed([*_BY.finditer(sentence)]), None)
    if by is not None and by["head"]:
        return by["head"]
    head = _HEAD.search(whole)
    return head["head"] if head is not None and (by is not None or "其中" in sentence) else None


_MEASURED = re.compile(rf"{words.MEASURE_HEAD.pattern}$")


def part_named(said: str, head: str) -> str | None:
    """第一产业 as 第一产业投资; None where the words have a head of their own."""
    if said.endswith(head) or _MEASURED.search(said) or len(said) < 1:
        return None
    if any(said.endswith(known) for known in _OWN_HEADS):
        return None
    fits = _PRODUCT if head in ("产量", "销量", "出口", "进口") else _PART
    return said + head if fits.fullmatch(said) else None


_OWN_HEADS = words.word_set(
    "投资 增加值 产值 产量 利润 收入 支出 用电量 税收 贷款 存款 零售额 销售额 出口 进口 进出口 面积 率 数 人数 价格 指数 资金 额 量 "
    "顺差 逆差 差额 总值 总额 余额"
)

# ---------------------------------------------------------------- whose profit, whose output

_REACHES = r"(?:共|累计|合计|全年|已|预计|还|又|均|都)*(?:实现|完成|取得|创造|获得|达到)?(?:的)?"
_OWNER = re.compile(
    rf"(?P<owner>[\u4e00-\u9fff、“”（）]{{2,30}}?(?:企业|公司|集团|行业|产业|服务业|制造业|建筑业|农业|业|经济|园区|开发区|银行|机构|单位))"
    rf"[{words.TIME}，]{{0,12}}{_REACHES}$"
)


def owner_before(before: str) -> tuple[int, int] | None:
    """The owner that words right before 利润总额 or 增加值 name: 国有控股企业〔实现〕; None if there is none."""
    match = _OWNER.search(before)
    if match is None:
        return None
    between = before[match.end("owner") :]
    if "，" in between and words.TIME not in between:
        return None
    return match.span("owner")


# ---------------------------------------------------------------- shares

_OF_WHOLE = re.compile(r"占(?P<whole>[\u4e00-\u9fffA-Z]{2,16}?)的?(?:比重|比例|份额|比)$")
_OF_PLAN = re.compile(r"预算|计划|任务|目标|年初|调整")
_GDP = ("国内生产总值", "地区生产总值", "生产总值", "GDP")


def whole_fits(whole: str, names: tuple[str, ...]) -> bool:
    """Whether a share of `whole` can go by these names: 占调整预算 is no 税收占一般公共预算收入比重.

    Names that tell no whole fit any but a plan's or a budget's.
    """
    if _OF_PLAN.search(whole) and not whole.endswith(("收入", "支出")):
        return False
    told = {match["whole"] for name in names if (match := _OF_WHOLE.search(name)) is not None}
    if not told or not whole:
        return True
    if any(whole.endswith(_GDP) and other.endswith(_GDP) for other in told):
        return True
    return any(other in whole or whole in other for other in told) or whole.startswith("全")


_ACHIEVES = re.compile(rf"[，、{words.TIME}]*(?:共|累计|全年|合计)?(?:实现|完成|创造|取得|达到)")
_OWNS = re.compile(
    r"(?P<owner>.*?(?:企业|公司|单位|集团|农场|合作社|规模以上工业|规上工业|服务业|建筑业))(?P<rest>数量?|户数|家数|个数"
    r"|总产值|产值|增加值|利润总额|利润|营业收入|销售收入|主营业务收入|利税)?"
)


def owner_told(between: str, head: str, before: str) -> str | None:
    """企业284家，实现〔工业总产值〕790亿元: whose it is, by the name of the figure before; None if nobody is told.

    `between` are the words from the clause's beginning to the head.
    """
    owner = _OWNS.fullmatch(before)
    if owner is None or _ACHIEVES.fullmatch(between) is None or not _ANYBODYS.fullmatch(head):
        return None
    return owner["owner"] + head


_ANYBODYS = re.compile(
    r"(?:工业)?(?:总产值|产值|增加值|销售产值)|(?:实现)?利润(?:总额)?|营业收入|销售收入|主营业务收入|利税(?:总额)?|税收"
)
