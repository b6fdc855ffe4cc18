"""Units of Chinese and English reports: scales, families, and when two quantities are the same.

A unit is written as in the text (亿元, 万公里, 个百分点, billion yuan). `split_unit` takes the scale off
(亿元 is 10**8 元); `normalise` also turns relatives into their family's base (亿斤 into 吨, 公顷 into 亩,
billion yuan into 元), so that quantities from different years and languages can be compared exactly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from index.numerals import scale_exponent

_ONE = Decimal(1)

# Family base -> its relatives and how many of the base each is. All factors are exact.
_FAMILIES: dict[str, dict[str, str]] = {
    "吨": {
        "吨": "1",
        "公斤": "0.001",
        "千克": "0.001",
        "斤": "0.0005",
        "市斤": "0.0005",
        "克": "0.000001",
        "毫克": "1E-9",
        "微克": "1E-12",
        "担": "0.05",
        "公吨": "1",
        "t": "1",
        "kg": "0.001",
        "g": "0.000001",
        "tonnes": "1",
        "tonne": "1",
        "tons": "1",
        "ton": "1",
        "metric tons": "1",
        "metric tonnes": "1",
        "kilograms": "0.001",
        "jin": "0.0005",
    },
    "吨标准煤": {
        "吨标准煤": "1",
        "吨标煤": "1",
        "吨标准煤当量": "1",
        "tonnes of standard coal": "1",
        "tonnes of coal equivalent": "1",
        "tons of standard coal": "1",
        "tce": "1",
    },
    "亩": {
        "亩": "1",
        "公顷": "15",
        "平方公里": "1500",
        "平方千米": "1500",
        "平方米": "0.0015",
        "㎡": "0.0015",
        "平米": "0.0015",
        "m²": "0.0015",
        "km²": "1500",
        "hectares": "15",
        "hectare": "15",
        "mu": "1",
        "square kilometers": "1500",
        "square kilometres": "1500",
        "square meters": "0.0015",
        "square metres": "0.0015",
        "sq km": "1500",
    },
    "公里": {
        "公里": "1",
        "千米": "1",
        "米": "0.001",
        "里": "0.5",
        "华里": "0.5",
        "厘米": "0.00001",
        "毫米": "0.000001",
        "km": "1",
        "kilometers": "1",
        "kilometres": "1",
        "meters": "0.001",
        "metres": "0.001",
    },
    "海里": {"海里": "1", "nautical miles": "1"},
    "立方米": {
        "立方米": "1",
        "方": "1",
        "m³": "1",
        "立方公里": "1000000000",
        "升": "0.001",
        "毫升": "0.000001",
        "cubic meters": "1",
        "cubic metres": "1",
    },
    "千瓦时": {
        "千瓦时": "1",
        "度": "1",
        "度电": "1",
        "千瓦小时": "1",
        "兆瓦时": "1000",
        "kWh": "1",
        "MWh": "1000",
        "GWh": "1000000",
        "TWh": "1000000000",
        "kilowatt-hours": "1",
        "kilowatt hours": "1",
    },
    "千瓦": {
        "千瓦": "1",
        "兆瓦": "1000",
        "吉瓦": "1000000",
        "瓦": "0.001",
        "kW": "1",
        "MW": "1000",
        "GW": "1000000",
        "kilowatts": "1",
        "megawatts": "1000",
        "gigawatts": "1000000",
    },
    "千伏": {"千伏": "1", "kV": "1"},
    "千伏安": {"千伏安": "1", "kVA": "1", "兆伏安": "1000"},
    "元": {
        "元": "1",
        "块钱": "1",
        "人民币": "1",
        "元人民币": "1",
        "yuan": "1",
        "RMB": "1",
        "CNY": "1",
        "renminbi": "1",
    },
    "美元": {
        "美元": "1",
        "US dollars": "1",
        "U.S. dollars": "1",
        "dollars": "1",
        "USD": "1",
        "US dollar": "1",
    },
    "欧元": {"欧元": "1", "euros": "1", "euro": "1"},
    "港元": {"港元": "1", "港币": "1", "HK dollars": "1"},
    "日元": {"日元": "1", "yen": "1"},
    "英镑": {"英镑": "1", "pounds": "1"},
    "卢布": {"卢布": "1"},
    "韩元": {"韩元": "1"},
    "新台币": {"新台币": "1"},
    "卢比": {"卢比": "1"},
    "%": {"%": "1", "percent": "1", "per cent": "1", "pct": "1", "‰": "0.1", "成": "10", "per mille": "0.1"},
    "个百分点": {
        "个百分点": "1",
        "百分点": "1",
        "percentage points": "1",
        "percentage point": "1",
        "pct points": "1",
        "个千分点": "0.1",
        "千分点": "0.1",
        "个基点": "0.01",
        "基点": "0.01",
        "basis points": "0.01",
        "BP": "0.01",
        "bp": "0.01",
        "ppts": "1",
    },
    "人": {
        "人": "1",
        "名": "1",
        "口人": "1",
        "people": "1",
        "persons": "1",
        "residents": "1",
        "person": "1",
        "jobs": "1",
        "workers": "1",
        "students": "1",
    },
    "人次": {"人次": "1", "trips": "1", "visits": "1", "passenger trips": "1", "人·次": "1"},
    "户": {"户": "1", "households": "1", "口户": "1"},
    "倍": {"倍": "1", "times": "1", "-fold": "1"},
    "小时": {"小时": "1", "hours": "1", "分钟": "1", "minutes": "1"},
    "标箱": {"标箱": "1", "标准箱": "1", "TEU": "1", "TEUs": "1"},
    "吨公里": {"吨公里": "1", "tonne-kilometers": "1", "ton-kilometers": "1"},
    "人公里": {"人公里": "1", "passenger-kilometers": "1"},
    "℃": {"℃": "1", "摄氏度": "1", "°C": "1"},
    "岁": {"岁": "1", "周岁": "1"},
}
# Minutes are no exact decimal part of an hour in every value: a family of their own.
_FAMILIES["小时"] = {"小时": "1", "个小时": "1", "hours": "1", "hour": "1"}
_FAMILIES["分钟"] = {"分钟": "1", "minutes": "1", "minute": "1"}
_FAMILIES["天"] = {"天": "1", "日": "1", "days": "1", "day": "1"}
_FAMILIES["年"] = {"年": "1", "years": "1"}
_FAMILIES["个月"] = {"个月": "1", "months": "1"}

# Measure words that count things; each is its own family, and 个 may stand for any of them.
_COUNT_WORDS = (
    "个 家 户 项 件 只 条 座 处 所 套 台 辆 艘 架 列 批 次 种 类 宗 起 笔 份 张 本 册 部 篇 首 "
    "支 枚 颗 株 棵 头 匹 羽 "
    "班 门 间 栋 幢 层 片 块 段 眼 孔 组 对 双 副 把 根 盘 箱 瓶 包 袋 桶 例 场 轮 款 道 行 幅 站 席 "
    "趟 餐 盏 具 "
    "张床位 床 人 名 位 台套 台(套) 件次 家次 户次 车次 班次 架次 列次 艘次 场次 批次 例次 项次 台次 "
    "宗次 篇次 辆次 "
    "标箱 锭 枝 万向 线 卷 丛 尾 环 级 分 乡 村 镇 县 市 省 国 店 口 群 顶 届 盒 粒 滴 发 刀 令 重箱 "
    "enterprises companies projects items"
)
COUNT_WORDS: frozenset[str] = frozenset(_COUNT_WORDS.split())

_ENGLISH_SCALES = {"hundred": 2, "thousand": 3, "million": 6, "mn": 6, "billion": 9, "bn": 9, "trillion": 12,
                   "tn": 12}  # fmt: skip
_CHINESE_SCALE = re.compile(r"(?:万亿|千亿|百亿|十亿|千万|百万|十万|亿|万|千|百)")
_ENGLISH_SCALE = re.compile(r"(hundred|thousand|million|mn|billion|bn|trillion|tn)\b\s*(.*)", re.IGNORECASE)

_MEMBERS: dict[str, tuple[str, Decimal]] = {
    unit: (base, Decimal(factor)) for base, members in _FAMILIES.items() for unit, factor in members.items()
}
_MEMBERS_LOWER = {unit.lower(): entry for unit, entry in _MEMBERS.items() if unit.isascii()}
# English units are the Chinese ones under another name; Figure.base_unit is always the Chinese name.
_ENGLISH_BASE = {
    unit.lower(): base
    for base, members in _FAMILIES.items()
    for unit, factor in members.items()
    if unit.isascii() and Decimal(factor) == 1
}
_ENGLISH_BASE |= {"hectares": "公顷", "hectare": "公顷", "square kilometers": "平方公里",
                  "square kilometres": "平方公里", "square meters": "平方米", "square metres": "平方米",
                  "kg": "公斤", "kilograms": "公斤", "meters": "米", "metres": "米", "jin": "斤",
                  "per mille": "‰", "basis points": "基点", "bp": "基点"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class UnitParts:
    """`unit` = 10**scale × `base_unit`; `base_unit` is one of this module's names or the word as written."""

    base_unit: str
    scale: int


@lru_cache(maxsize=4096)
def split_unit(unit: str) -> UnitParts:
    """亿元 -> (元, 8); 千瓦时 -> (千瓦时, 0); billion yuan -> (元, 9); 万 -> ("", 4); 家 -> (家, 0)."""
    unit = unit.strip()
    if unit in ("个百分点", "百分点", "percentage points", "percentage point"):
        return UnitParts("个百分点", 0)
    if unit in ("percent", "per cent", "pct", "％"):
        return UnitParts("%", 0)
    if unit in _MEMBERS and not unit.isascii():
        return UnitParts(unit, 0)
    english = _ENGLISH_SCALE.fullmatch(unit)
    if english:
        rest = split_unit(english[2])
        return UnitParts(rest.base_unit, rest.scale + _ENGLISH_SCALES[english[1].lower()])
    if unit.isascii():
        return UnitParts(_ENGLISH_BASE.get(unit.lower(), unit), 0)
    scale = _CHINESE_SCALE.match(unit)
    if scale and not unit.startswith(("百分", "千分")):
        rest = split_unit(unit[scale.end() :])
        return UnitParts(rest.base_unit, rest.scale + scale_exponent(scale[0]))
    return UnitParts(unit, 0)


@lru_cache(maxsize=4096)
def _family(unit: str) -> tuple[Decimal, str]:
    """How many family bases one `unit` is, and the base."""
    parts = split_unit(unit)
    base = parts.base_unit
    factor = _ONE.scaleb(parts.scale)
    if base in _MEMBERS:
        family, size = _MEMBERS[base]
        return factor * size, family
    lowered = base.lower()
    if lowered in _MEMBERS_LOWER:
        family, size = _MEMBERS_LOWER[lowered]
        return factor * size, family
    for separator in ("/", "每"):
        above, found, below = base.partition(separator)
        if found and above and below:
            above_factor, above_family = _family(above)
            below_factor, below_family = _family(below)
            # Keep the denominator as written when the division would not be exact (元/斤).
            quotient = above_factor / below_factor
            if quotient * below_factor == above_factor:
                return factor * quotient, f"{above_family}/{below_family}"
            return factor * above_factor, f"{above_family}/{below}"
    return factor, base


def normalise(value: Decimal, unit: str) -> tuple[Decimal, str]:
    """`value unit` in its family's base: (1331.4, 亿元) -> (133140000000, 元), (1, 亿斤) -> (50000, 吨).

    Counted things stay themselves: (2057, 家) -> (2057, 家). 番 becomes 倍: 翻两番 is 4 倍.
    """
    if split_unit(unit).base_unit == "番":
        return Decimal(2) ** value, "倍"
    factor, family = _family(unit)
    result = value * factor
    if result == result.to_integral_value():
        # Plain integers, not 1.3E+11, without touching small exponents.
        result = result.quantize(_ONE) if abs(result) < Decimal(10) ** 26 else result
    return result, family


def is_count(unit: str) -> bool:
    """True for 家, 万户, 项, people, "" and other units that count things."""
    family = _family(unit)[1]
    return family == "" or family in COUNT_WORDS or family in ("人次", "户", "标箱")


def same_family(a_unit: str, b_unit: str) -> bool:
    """True if the two units measure the same kind of thing; a bare number matches any count."""
    a_family, b_family = _family(a_unit)[1], _family(b_unit)[1]
    if a_family == b_family:
        return True
    if a_family in ("", "个") or b_family in ("", "个"):
        return is_count(a_unit) and is_count(b_unit)
    return False


def same_quantity(
    a_value: Decimal, a_unit: str, b_value: Decimal, b_unit: str, *, tolerance: Decimal = Decimal(0)
) -> bool:
    """True if the two are equal after normalising; `tolerance` is relative to the larger.

    1331.4 亿元 = 133.14 billion yuan; 1244 万人 = 12.44 million; 2,057 = 2057 家; 7.9 % ≠ 7.9 个百分点.
    """
    if not same_family(a_unit, b_unit):
        return False
    a_base, b_base = normalise(a_value, a_unit)[0], normalise(b_value, b_unit)[0]
    return abs(a_base - b_base) <= tolerance * max(abs(a_base), abs(b_base))
