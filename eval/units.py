"""Units as the evaluation reads them: a dimension and an exact factor to its base.

Written apart from `index.units` on purpose: a slip in the product's reading must not be able to hide in
the reading that judges it. Factors are exact fractions, so 296.1 亿元 and 29.61 billion yuan are equal and
not merely close.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

# Dimensions counted in single things. A bare "counted thing" agrees with each of them, and 家 with 户
# only through it: a report that counts 户 is not answered by 家 unless the answer is English, where
# "businesses" stands for both.
COUNTED: Final = frozenset({"person", "firm", "household", "visit", "item", "business"})

Unit = tuple[str, Fraction]  # dimension and factor to its base


def _table(*rows: tuple[str, Fraction | int, str]) -> dict[str, Unit]:
    """Names separated by | to their unit."""
    return {
        name: (dimension, Fraction(factor)) for dimension, factor, names in rows for name in names.split("|")
    }


CHINESE_UNITS: Final = _table(
    ("point", 1, "个百分点|百分点"),
    ("percent", 1, "%"),
    ("percent", Fraction(1, 10), "‰"),
    ("yuan", 1, "元|元人民币|人民币"),
    ("yuan", Fraction(1, 10), "角"),
    ("US dollar", 1, "美元"),
    ("HK dollar", 1, "港元|港币"),
    ("euro", 1, "欧元"),
    ("yen", 1, "日元"),
    ("pound", 1, "英镑"),
    ("rouble", 1, "卢布"),
    ("kilogram", 1000, "吨"),
    ("kilogram", 50, "担"),
    ("kilogram", 1, "公斤|千克"),
    ("kilogram", Fraction(1, 2), "斤"),
    ("kilogram", Fraction(1, 1000), "克"),
    ("square metre", 1, "平方米|㎡"),
    ("square metre", Fraction(2000, 3), "亩"),
    ("square metre", 10**4, "公顷"),
    ("square metre", 10**6, "平方公里|平方千米"),
    ("cubic metre", 1, "立方米|方"),
    ("barrel", 1, "桶"),
    ("metre", 1852, "海里"),
    ("metre", 1000, "公里|千米"),
    ("metre", 1, "米"),
    ("metre", Fraction(1, 100), "厘米"),
    ("metre", Fraction(1, 1000), "毫米"),
    ("kilowatt hour", 1, "千瓦时|度"),
    ("kilowatt", Fraction(1, 1000), "瓦"),
    ("kilowatt", 1, "千瓦"),
    ("kilowatt", 1000, "兆瓦"),
    ("kilowatt", 10**6, "吉瓦"),
    ("person", 1, "人|名|位"),
    ("visit", 1, "人次"),
    ("firm", 1, "家"),
    ("household", 1, "户"),
    (
        "item",
        1,
        "个|项|件|座|所|台|套|辆|艘|架|条|宗|笔|只|支|枚|颗|篇|部|种|类|处|批|起|份|列|栋|间|张|头|株",
    ),
    ("item", 1, "箱|标准箱|册|款|例|床|班|次|场|对|城|省|市|县|村|国"),
    ("times", 1, "倍"),
    ("doubling", 1, "番"),
    ("age", 1, "岁"),
    ("months", 1, "个月"),
    ("weeks", 1, "周"),
    ("days", 1, "天"),
    ("hour", 1, "小时"),
    ("minute", 1, "分钟"),
    ("year", 1, "年"),
    ("quarter", 1, "季度"),
    ("month", 1, "月|月份"),
    ("day", 1, "日|号"),
    ("clock", 1, "时"),
)

ENGLISH_UNITS: Final = _table(
    ("point", 1, "percentage points|percentage point|percentage-point|pp|ppts"),
    ("percent", 1, "percent|per cent|pct"),
    ("yuan", 1, "yuan|renminbi|RMB|CNY"),
    ("US dollar", 1, "US dollars|US dollar|U.S. dollars|USD|dollars|dollar"),
    ("HK dollar", 1, "Hong Kong dollars|HKD"),
    ("euro", 1, "euros|euro"),
    ("yen", 1, "yen"),
    ("kilogram", 1000, "metric tons|metric tonnes|tonnes|tonne|tons|ton"),
    ("kilogram", 1, "kilograms|kilogrammes|kg"),
    ("kilogram", Fraction(1, 2), "jin|catties"),
    ("square metre", Fraction(2000, 3), "mu"),
    ("square metre", 10**4, "hectares|hectare|ha"),
    ("square metre", 10**6, "square kilometers|square kilometres|sq km|km²"),
    ("square metre", 1, "square meters|square metres|sq m|m²"),
    ("cubic metre", 1, "cubic meters|cubic metres|m³"),
    ("barrel", 1, "barrels"),
    ("metre", 1000, "kilometers|kilometres|kilometer|kilometre|km"),
    ("metre", 1, "meters|metres"),
    ("kilowatt hour", 1, "kilowatt-hours|kilowatt hours|kWh"),
    ("kilowatt", 1, "kilowatts|kW"),
    ("kilowatt", 1000, "megawatts|MW"),
    ("kilowatt", 10**6, "gigawatts|GW"),
    ("person", 1, "people|persons|jobs|residents|workers|employees|students|graduates|inhabitants"),
    ("visit", 1, "visits|trips|person-times|passenger trips|visitors"),
    ("business", 1, "enterprises|enterprise|companies|company|firms|businesses|SMEs|institutions|entities"),
    ("household", 1, "households"),
    ("item", 1, "projects|items|units|vehicles|patents|technologies|aircraft|ships|sets|parks"),
    ("times", 1, "times|fold"),
    ("years", 1, "years"),
    ("months", 1, "months"),
    ("days", 1, "days"),
)

CHINESE_SCALES: Final[dict[str, int]] = {
    "万亿": 10**12, "千亿": 10**11, "百亿": 10**10, "十亿": 10**9, "亿": 10**8,
    "千万": 10**7, "百万": 10**6, "十万": 10**5, "万": 10**4, "千": 10**3, "百": 10**2,
}  # fmt: skip

ENGLISH_SCALES: Final[dict[str, int]] = {
    "hundred million": 10**8, "hundred thousand": 10**5, "ten thousand": 10**4, "thousand": 10**3,
    "million": 10**6, "mn": 10**6, "billion": 10**9, "bn": 10**9, "trillion": 10**12, "tn": 10**12,
}  # fmt: skip

CURRENCY_SIGNS: Final[dict[str, str]] = {"¥": "yuan", "￥": "yuan", "$": "US dollar", "€": "euro"}

# Dimensions that date or place something rather than measure it.
PERIOD_DIMENSIONS: Final = frozenset({"year", "month", "day", "quarter", "clock"})


def agree(first: str, first_scaled: bool, second: str, second_scaled: bool) -> bool:
    """Whether two dimensions may state the same quantity.

    A number without unit ("1331.4亿") agrees with money, counts and measures when it carries a 万, 亿 or
    million of its own, and with counts in any case ("2057" for 2057家); never with a percentage, a
    percentage point or a date.
    """
    if first == second:
        return True
    if first and second:
        loose = {"item"} if "business" not in (first, second) else {"item", "firm", "household"}
        return first in COUNTED and second in COUNTED and bool({first, second} & loose)
    known, bare_scaled = (first, second_scaled) if first else (second, first_scaled)
    if known in COUNTED:
        return True
    return bare_scaled and known not in PERIOD_DIMENSIONS | {"percent", "point", "times", "age"}
