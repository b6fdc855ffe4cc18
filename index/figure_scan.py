"""Quantities: numerals that measure or count something, with unit, qualifier, range and list partners.

Here is decided what is a figure at all: years, dates, ordinals, names in quotes, model and document
numbers are not. What a quantity means is read in `index.figure_context`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from index.figure_english import read_english
from index.figure_words import word_set
from index.numerals import Numeral, NumeralKind, find_numerals, plain_form
from index.units import split_unit


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit at `text[start:end]`; `outer_*` also covers the qualifier around it."""

    start: int
    end: int
    value: Decimal
    unit: str
    kind: NumeralKind = "arabic"
    qualifier: str | None = None
    outer_start: int = -1
    outer_end: int = -1
    range_text: str | None = None
    range_role: str = ""  # "low" | "high" of a range
    rank: bool = False
    bare: bool = False  # no unit at the number itself: a figure only with a list partner

    @property
    def base_unit(self) -> str:
        return split_unit(self.unit).base_unit

    @property
    def scale(self) -> int:
        return split_unit(self.unit).scale


# ---------------------------------------------------------------- units after a number

_MEASURES = word_set(
    "元人民币 人民币 美元 欧元 港元 港币 日元 英镑 卢布 韩元 新台币 卢比 元 块钱 "
    "吨标准煤 吨标煤 吨公里 人公里 公吨 吨 公斤 千克 市斤 毫克 微克 克 斤 担 "
    "亩 公顷 平方公里 平方千米 平方米 平米 ㎡ 公里 千米 海里 华里 厘米 毫米 米 里 "
    "立方公里 立方米 方 毫升 升 千瓦时 千瓦小时 兆瓦时 度电 度 千伏安 兆伏安 千伏 千瓦 兆瓦 吉瓦 "
    "个百分点 百分点 个千分点 千分点 个基点 基点 倍 番 ℃ 摄氏度 岁 周岁 桶 标箱 标准箱 重量箱 "
    "个工作日 工作日 个小时 小时 分钟 天 个月 印张 台套 台（套） 台(套) 载重吨 总吨 分钱 毛钱 角钱 马力 "
    "纱锭 锭 芯公里 皮长公里 % ‰"
)
_COUNTS = word_set(
    "个 家 户 项 件 只 条 座 处 所 套 台 辆 艘 架 批 次 种 类 宗 起 笔 份 张 本 册 部 篇 首 支 枚 颗 "
    "株 棵 头 匹 羽 "
    "门 间 栋 幢 层 片 块 段 眼 孔 组 对 副 把 根 盘 箱 瓶 包 袋 例 场 轮 款 道 幅 站 席 趟 餐 张床位 "
    "床 人 名 位 "
    "人次 件次 家次 户次 车次 班次 架次 列次 艘次 场次 批次 例次 项次 台次 宗次 篇次 辆次 列 口 卷 顶 店"
)
_LETTER_UNITS = (
    "kWh",
    "MWh",
    "GWh",
    "TWh",
    "kW",
    "MW",
    "GW",
    "km²",
    "km",
    "m²",
    "m³",
    "TEU",
    "kV",
    "kg",
    "t",
)
_WORDS = "|".join(map(re.escape, sorted({*_MEASURES, *_COUNTS}, key=len, reverse=True)))
_LETTERS = "|".join(map(re.escape, _LETTER_UNITS))
_UNIT = re.compile(
    rf"\s{{0,2}}(?P<unit>(?:{_WORDS})(?:(?:/|每)[万百千]?(?:{_WORDS}|年|月|日))?|(?:{_LETTERS})(?![A-Za-z]))"
)
# What follows a count word when it only begins another word (100家 电商, but 2023 家电…).
_NOT_UNIT_BEFORE = {
    "人": "工均大民", "家": "电庭居具", "条": "例约", "类": "新创药水疫地", "部": "门委", "台": "湾风胞",
    "度": "假", "方": "面案针", "里": "程", "升": "级", "门": "类户", "天": "津", "次": "区",
    "首": "个次批家创", "对": "外口", "本": "科级", "口": "岸径", "所": "有", "组": "织", "起": "步",
    "名": "优牌", "位": "数", "元": "旦", "片": "区", "间": "接", "担": "保", "道": "路", "列": "入",
    "批": "准", "份": "额", "卷": "入", "站": "式", "席": "卷", "场": "馆", "层": "次级", "轮": "换",
    "支": "付持出柱", "根": "本据", "把": "握关", "包": "括容", "户": "籍外", "种": "植子业", "块": "状",
    "顶": "层", "头": "部", "个": "体",
}  # fmt: skip

# ---------------------------------------------------------------- what is not a figure

_YEAR = re.compile(r"(?:1[5-9]|20|21)\d\d|[一二][九八〇零][零〇一二三四五六七八九]{2}")
_AFTER_DATE = re.compile(
    r"\s?(?:年|月|日(?!元)|号|世纪|周年|届|期|时(?:许|整|\d|左右|，|。|、|$)|点(?:钟|半|整)|版|章|节"
    r"|后青年|国集团|代|路公交|工程|计划)"
)
_RANK_BEFORE = re.compile(
    r"(?:居|列|位|排|名|跃|升|跻身|提|保持|稳|移|次|为|是|全国|世界|全球|全省|全市|总量|中|均|达|到"
    r"|至)[^，。；]{0,8}第\s?$"
)
_RANK_AFTER = re.compile(r"\s?(?:(?:位|名)(?!的)|(?=[，。；、）)！\s]|$|和))")
_LETTER_BEFORE = re.compile(r"[A-Za-zα-ω][-－.]?$")
_TIME_UNITS = word_set("天 小时 个小时 分钟 个月 个工作日 工作日")
_TIME_BEFORE = re.compile(
    r"(?:缩短|压缩|压减|延长|减少|增加|达到?|为|平均|由|从|至|降至|不超过|超过|时长|时间|天数|日数|时限"
    r"|办结|提前)[^，。；、]{0,6}$"
)
_MONTHS_AFTER = re.compile(r"[多余半来]?(?:月|小时|世纪|季度|年头)")
_AGE_BEFORE = re.compile(r"(?:寿命|年龄|预期|提高|增加|延长)[^，。；]{0,14}$")
_SPAN_BEFORE = re.compile(r"(?:年限|寿命|工龄|学年|受教育)[^，。；]{0,12}$")
# Units so telling that even one Chinese number word before them is a figure.
_FIRM_UNITS = word_set(
    "元 美元 欧元 日元 港元 英镑 卢布 吨 公斤 亩 公顷 平方公里 平方米 公里 立方米 千瓦 千瓦时 倍 番 "
    "百分点 个百分点 吨公里 人公里 吨标准煤 人次 桶"
)
_ABSTRACT = word_set(
    "方面 方针 原则 要求 问题 矛盾 关系 统筹 环节 阶段 时期 基本 层次 字 坚持 重大 大的 主要 重点 "
    "更加 结合 转变"
)
_INDEX_BEFORE = re.compile(
    r"(?:指数|系数|PMI|得分|评分|总分|之比|比值|收入比|生育率|倍差)(?:（[^）]*）)?"
    r"[^，。；：、\d]{0,8}?(?:为|是|达到|达|至|到|在|由|从|仅|升|降)?\s?$"
)
_INDEX_FROM = re.compile(
    r"(?:指数|系数|比|PMI|得分|生育率|倍差)[^，。；：、\d]{0,4}(?:由|从)[^，。；：、]{0,8}\d\.\d+[^，。；：、\d]{0,6}(?:到|至|为)\s?$"
)
_RATIO = re.compile(r"\s?[:：∶]\s?1(?![\d.])")
_FRACTION = re.compile(r"\s?/\s?\d{1,2}(?!\d)")
_HALF = re.compile(r"一半(?!天|多月|年)|半数")
_TENTHS_AFTER = re.compile(r"(?P<unit>成)(?:半)?(?=以上|以下|左右|多|的|[，。；、）]|企业|人|$)")
_NAMED_BY_NUMBER = re.compile(r"(?:十|10)种有色金属")
_ENDS_SCALE = re.compile(r"[，。；、）级]")
_ENDS_WORD = re.compile(r"\s?(?:大关|关口|台阶|左右|之多)?(?:[，。；、）：\n]|$)")
_STAYS_AT = re.compile(r"(?:持平|上年(?:同期)?\s?=)\s?[（(]?$")
_MANY_POINTS = re.compile(r"[多余]百分点")
_AND_A_HALF = re.compile(r"半(?=[，。；、左多的耕水土旱])")
_TITLE_MARKS = re.compile(r"《[^》\n]{1,80}》")
_QUOTED = re.compile(r"“[^”\n]{1,24}”|‘[^’\n]{1,24}’|「[^」\n]{1,24}」|\"[^\"\n]{1,24}\"")
_QUOTE_FIGURE = re.compile(r"%|元|百分|[吨亩斤番]|公里")

# ---------------------------------------------------------------- qualifiers and lists

_BEFORE = re.compile(
    r"(?P<word>不少于|不低于|不超过|不高于|不小于|不多于|达到或超过|不足|不到|超过|突破|接近|将近|大约"
    r"|约为|(?<![条节合签制公契盟缔预])约|(?<![最附接邻靠贴将亲])近|逾|(?<![高])超|至少"
    r"|最低|最高|最多|高达|多达|几乎|过|破|上|低于|高于|大于|小于|少于|多于)(?:了|到|达到|达)?\s?$"
)
_UNTOLD = word_set("高达 多达 最高 最低 最多 几乎")
_BARE_ONLY = word_set("过 上")
_AFTER = re.compile(r"\s?(?P<word>左右|上下|及以上|和以上|以上|及以下|以下|(?:之|以)内|有余|多|余)")
_GOAL_AFTER = re.compile(r"的?[^，。；]{0,6}目标")
_RANGE = re.compile(r"\s?(?:[-－—–~～∼]|——|--|至|到)\s?|\s(?:to)\s")
_LIST = re.compile(r"\s?(?:、|和|与|及|以及|、和|或|，和)\s?|,?\s(?:and|or)\s|,\s|\s?/\s?")
_BROKEN_BEFORE = re.compile(
    r"[\u3400-\u9fff][\d,.]*\d $"
)  # the rest of a figure with a space in it: 1 84.6亿元
_FROM = re.compile(r"(?:从|由|自|from\s)[^，。；、]{0,8}$")


def find_quantities(text: str) -> list[Quantity]:
    """The figures of `text` as quantities, in order, spans exact and not overlapping."""
    plain = plain_form(text)
    hidden = _hidden_spans(plain)
    found: list[Quantity] = []
    covered = 0
    for numeral in find_numerals(text):
        if numeral.start < covered or any(start <= numeral.start < end for start, end in hidden):
            continue
        quantity = _read(plain, numeral)
        if quantity is not None and quantity.start >= covered:
            found.append(quantity)
            covered = quantity.end
    found = [quantity for quantity in _joined(plain, found) if not quantity.bare]
    return [_qualified(plain, quantity) for quantity in found]


def _hidden_spans(plain: str) -> list[tuple[int, int]]:
    """《titles》 and short quoted names (“15分钟服务圈”, “十四五”), in which no number is a figure."""
    spans = [match.span() for match in _TITLE_MARKS.finditer(plain)] if "《" in plain else []
    for match in _QUOTED.finditer(plain):
        if not _QUOTE_FIGURE.search(match.group()):
            spans.append(match.span())
    return spans


def _read(plain: str, numeral: Numeral) -> Quantity | None:
    start, end = numeral.start, numeral.end
    if numeral.kind in ("percent", "permille"):
        unit = "%" if numeral.kind == "percent" else "‰"
        return _quantity(numeral, end, unit)
    if numeral.kind == "fraction":
        return _quantity(numeral, end, "")
    before = plain[max(0, start - 26) : start]
    if before.endswith(("第", "第 ")):
        return _read_rank(plain, numeral, before)
    if numeral.kind == "arabic":
        english = read_english(plain, numeral, before)
        if english is not None:
            if not english.is_figure:
                return None
            value = numeral.value
            return Quantity(
                english.start,
                english.end,
                value,
                english.unit,
                qualifier=numeral.inexact or None,
                bare=english.bare,
            )
        if _LETTER_BEFORE.search(before) or _BROKEN_BEFORE.search(before):
            return None
    return _read_counted(plain, numeral, before)


def _quantity(numeral: Numeral, end: int, unit: str, *, bare: bool = False, rank: bool = False) -> Quantity:
    return Quantity(
        numeral.start, end, numeral.value, unit, numeral.kind, numeral.inexact or None, bare=bare, rank=rank
    )


def _read_rank(plain: str, numeral: Numeral, before: str) -> Quantity | None:
    """第3位, 居全省第二: a rank; 第三产业, 第六届, 第12号: none."""
    after = _RANK_AFTER.match(plain, numeral.end)
    if after is None or numeral.scale or not _RANK_BEFORE.search(before):
        return None
    start = plain.rindex("第", 0, numeral.start)
    return Quantity(start, after.end(), numeral.value, "位", numeral.kind, rank=True)


def _read_counted(plain: str, numeral: Numeral, before: str) -> Quantity | None:
    end = numeral.end
    chinese = numeral.kind == "chinese"
    digits = plain[numeral.start : end]
    if _NAMED_BY_NUMBER.match(plain, numeral.start):
        return None  # 十种有色金属产量: what the ten are called
    if _STAYS_AT.search(before):
        return None  # 同比持平（100）: the base of an index
    if before.endswith(("最后", "最初")):
        return None  # 最后一公里
    if before.endswith("每") and _UNIT.match(plain, end):
        return None  # 每50公斤提高5元: what a price is for
    if _HALF.match(plain, numeral.start):
        return Quantity(numeral.start, numeral.start + 2, Decimal("0.5"), "", "fraction")
    if not numeral.scale and (len(digits) == 1 or not chinese):
        tenths = _TENTHS_AFTER.match(plain, end)
        if tenths:
            return _quantity(numeral, tenths.end("unit"), "成")
    match = _UNIT.match(plain, end)
    unit = match["unit"] if match else ""
    unit_end = match.end("unit") if match else end
    if match and unit_end < len(plain) and plain[unit_end] in _NOT_UNIT_BEFORE.get(unit, ""):
        unit, unit_end = "", end
    if not numeral.scale and not unit:
        return _read_unitless(plain, numeral, before)
    if unit == "个" and _MONTHS_AFTER.match(plain, unit_end):
        return None
    if unit and not numeral.scale and unit in _TIME_UNITS and not _TIME_BEFORE.search(before):
        return None
    if unit in ("岁", "周岁") and not _AGE_BEFORE.search(before):
        return None
    if not unit and _AFTER_DATE.match(plain, end):
        return None  # 1万年
    if chinese and not _firm_chinese(numeral, unit, plain[unit_end : unit_end + 2]):
        return None
    if unit == "个":
        points = _MANY_POINTS.match(plain, unit_end)
        if points:
            return _quantity(numeral, points.end(), "个百分点")  # 2个多百分点
    half = _AND_A_HALF.match(plain, unit_end) if unit and not numeral.scale else None
    if half:
        return _quantity(replace(numeral, value=numeral.value + Decimal("0.5")), half.end(), unit)
    if unit in ("百分点", "千分点", "基点"):
        unit = "个" + unit
    if numeral.kind == "bare scale" and not (_ENDS_WORD if unit else _ENDS_SCALE).match(plain, unit_end):
        return None  # 过万众, 亿元以上〔项目〕, 过亿元〔企业〕 are classes of things; but 突破万亿，
    return _quantity(numeral, unit_end, numeral.scale + unit)


def _read_unitless(plain: str, numeral: Numeral, before: str) -> Quantity | None:
    """Numbers without scale or unit: index values and ratios count, dates and names do not."""
    end = numeral.end
    digits = plain[numeral.start : end]
    date = _AFTER_DATE.match(plain, end)
    if date:
        if date.group().strip() == "年" and _SPAN_BEFORE.search(before) and not _YEAR.fullmatch(digits):
            return _quantity(numeral, date.end(), "年")
        return None
    if _YEAR.fullmatch(digits):
        return None
    if numeral.kind == "arabic":
        ratio = _RATIO.match(plain, end)
        if ratio and "." in digits:
            return _quantity(numeral, ratio.end(), ":1")
        if plain[end : end + 1].isascii() and plain[end : end + 1].isalpha():
            return None  # 5G, 3D, 4K
        if _INDEX_BEFORE.search(before) or _INDEX_FROM.search(before):
            return _quantity(numeral, end, "")
    return _quantity(numeral, end, "", bare=True)


def _firm_chinese(numeral: Numeral, unit: str, after: str) -> bool:
    """Whether a number in Chinese words is a figure and not a turn of phrase (一个方面, 十分, 两手)."""
    value, scale = numeral.value, numeral.scale
    if scale:
        return True
    if after[:2] in _ABSTRACT:
        return False
    if unit == "元" and after[:1] in ("化", "结", "论", "经", "一"):
        return False
    if unit in _FIRM_UNITS:
        return True
    if value != value.to_integral_value():
        return bool(unit)
    return bool(unit) and value >= 10


def _joined(plain: str, found: list[Quantity]) -> list[Quantity]:
    """Lends units within lists and ranges (2.7个、1.9个百分点; 8至9%; 百分之八至九), marks ranges."""
    for position in range(len(found) - 2, -1, -1):
        here, later = found[position], found[position + 1]
        between = plain[here.end : later.start]
        if len(between) > 5:
            continue
        is_range = _RANGE.fullmatch(between) is not None
        if not is_range and not _LIST.fullmatch(between):
            continue
        if later.bare:
            # 百分之八至九: the unit stands before
            if here.kind in ("percent", "permille") and later.kind == "chinese":
                later = replace(later, unit=here.unit, bare=False)
            elif here.kind == "chinese" and later.kind == "chinese":
                continue
        elif here.kind == "chinese" and here.bare and "、" in between and 0 < here.value < 10:
            # 二、三百亿度: the digit takes the scale words of its neighbour
            size = later.value.adjusted()
            here = replace(here, value=here.value.scaleb(size), unit=later.unit, bare=False)
        elif here.bare or (
            not here.unit and here.kind == "arabic" and later.base_unit and later.kind == "arabic"
        ):
            # 8至9% takes the whole unit; 十、百 in words only their own
            if later.rank or (later.kind == "fraction" and not later.unit):
                continue
            here = replace(here, unit=later.unit, bare=False)
        elif here.unit == "个" and later.unit == "个百分点":
            here = replace(here, unit=later.unit)
        elif here.base_unit == "" and here.unit and later.base_unit and later.unit.startswith(here.unit):
            here = replace(here, unit=later.unit)  # 300万—500万元
        same = here.unit == later.unit or here.base_unit == later.base_unit
        if (
            is_range
            and same
            and not here.bare
            and not _FROM.search(plain[max(0, here.start - 9) : here.start])
        ):
            words = plain[here.start : later.end]
            here = replace(here, range_text=words, range_role="low")
            later = replace(later, range_text=words, range_role="high")
        found[position], found[position + 1] = here, later
    return found


def _qualified(plain: str, quantity: Quantity) -> Quantity:
    """With the qualifier words directly around it (超过, 近 … 左右, 以上)."""
    outer_start, outer_end = quantity.start, quantity.end
    qualifier = quantity.qualifier
    after = _AFTER.match(plain, quantity.end)
    if after and quantity.range_role != "low":
        qualifier = qualifier or after["word"].removeprefix("及").removeprefix("和")
        outer_end = after.end()
    if quantity.range_role != "high":
        before = _BEFORE.search(plain, max(0, quantity.start - 8), quantity.start)
        if before and not (before["word"] in _BARE_ONLY and quantity.kind != "bare scale"):
            outer_start = before.start()
            missed = _GOAL_AFTER.match(plain, outer_end)  # 低于13%左右的预期目标 is itself no bound
            if before["word"] not in _UNTOLD and not missed:
                qualifier = qualifier or before["word"]
    return replace(quantity, qualifier=qualifier, outer_start=outer_start, outer_end=outer_end)
