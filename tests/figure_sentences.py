"""Sentences made up from known slots, to see that the figure reader finds these slots again.

Every sentence is put together from a period, a region, an indicator, a value in one of the ways numbers are
written, and one of a few constructions; nothing is taken from a report.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

REGIONS = ("云川市", "青岚市", "云岭省", "济南市", "四川省", "全国")
PERIODS = (
    ("2023年", "2023"), ("2019年", "2019"), ("2022年上半年", "2022-01/2022-06"), ("2021年前三季度", "2021-01/2021-09"),
    ("2024年1—5月", "2024-01/2024-05"), ("二〇二〇年", "2020"), ("2018年第一季度", "2018-01/2018-03"),
)  # fmt: skip
AMOUNTS = (
    ("地区生产总值", "gross_domestic_product", "亿元"),
    ("规模以上工业增加值", "industrial_value_added_above_scale", "亿元"),
    ("固定资产投资", "fixed_asset_investment", "亿元"),
    ("社会消费品零售总额", "retail_sales_consumer_goods", "亿元"),
    ("一般公共预算收入", "general_public_budget_revenue", "万元"),
    ("粮食产量", "grain_output", "万吨"),
    ("货物进出口总额", "total_trade", "亿美元"),
    ("城镇新增就业", "urban_new_jobs", "万人"),
    ("高速公路里程", "expressway_mileage", "公里"),
)
RATES = (
    ("城镇调查失业率", "surveyed_unemployment_rate"), ("森林覆盖率", "forest_coverage"),
    ("常住人口城镇化率", "urbanisation_rate"),
)  # fmt: skip
_UPWARD = ("增长", "同比增长", "比上年增长")
_DOWNWARD = ("下降", "同比下降", "比上年下降")
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Slots:
    """What one figure of a sentence has to be read as."""

    value: Decimal
    unit: str
    indicator_id: str
    measure: str
    period: str
    region: str


@dataclass(frozen=True, slots=True)
class Made:
    """A sentence and its figures in order."""

    text: str
    figures: tuple[Slots, ...]


def _in_words(number: Decimal) -> str:
    """A percentage below 100 in Chinese words: 12.5 is 十二点五."""
    whole, _, part = format(number, "f").partition(".")
    tens, ones = divmod(int(whole), 10)
    said = (("" if tens == 1 else _DIGITS[tens]) + "十" if tens else "") + (
        _DIGITS[ones] if ones or not tens else ""
    )
    return said + ("点" + "".join(_DIGITS[int(digit)] for digit in part) if part else "")


class Maker:
    """Makes sentences from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def sentences(self, count: int) -> Iterator[Made]:
        makers = (self._amount, self._rate, self._respectively, self._from_to, self._change_of_rate)
        for _ in range(count):
            yield self.random.choice(makers)()

    def _place(self) -> tuple[str, str, str]:
        period, code = self.random.choice(PERIODS)
        region = self.random.choice(REGIONS)
        return f"{period}，{region}", code, region

    def _number(self) -> tuple[str, Decimal]:
        value = Decimal(self.random.randint(3, 99_999)).scaleb(-self.random.randint(0, 2))
        text = format(value, "f")
        way = self.random.randrange(4)
        if way == 0:
            return text.translate({ord(digit): 0xFF10 + int(digit) for digit in "0123456789"}), value
        if way == 1 and "." not in text:
            return f"{value:,f}", value
        if way == 2 and "." in text:
            return text.replace(".", "·"), value
        return text, value

    def _percent(self, *, low: int = 1, high: int = 400) -> tuple[str, Decimal]:
        value = Decimal(self.random.randint(low, high)).scaleb(-1)
        if self.random.random() < 0.3:
            return f"百分之{_in_words(value)}", value
        return f"{value}{self.random.choice(['%', '％'])}", value

    def _growth(self) -> tuple[str, Decimal]:
        text, value = self._percent()
        if self.random.random() < 0.3:
            return f"{self.random.choice(_DOWNWARD)}{text}", -value
        return f"{self.random.choice(_UPWARD)}{text}", value

    def _amount(self) -> Made:
        place, period, region = self._place()
        name, id, unit = self.random.choice(AMOUNTS)
        number, value = self._number()
        growth, rate = self._growth()
        verb = self.random.choice(["", "达到", "为", "完成", "实现"])
        figures = (
            Slots(value, unit, id, "level", period, region),
            Slots(rate, "%", id, "growth", period, region),
        )
        return Made(f"{place}{name}{verb}{number}{unit}，{growth}。", figures)

    def _rate(self) -> Made:
        place, period, region = self._place()
        name, id = self.random.choice(RATES)
        text, value = self._percent(low=10, high=900)
        verb = self.random.choice(["为", "达到", "控制在"])
        return Made(f"{place}{name}{verb}{text}。", (Slots(value, "%", id, "rate", period, region),))

    def _respectively(self) -> Made:
        place, period, region = self._place()
        (one, one_id, _), (two, two_id, _) = self.random.sample(AMOUNTS[:4], 2)
        (first, low), (second, high) = self._percent(), self._percent()
        figures = (
            Slots(low, "%", one_id, "growth", period, region),
            Slots(high, "%", two_id, "growth", period, region),
        )
        return Made(f"{place}{one}、{two}分别增长{first}和{second}。", figures)

    def _from_to(self) -> Made:
        region = self.random.choice(REGIONS)
        name, id, unit = self.random.choice(AMOUNTS)
        first = self.random.randint(1990, 2015)
        last = first + self.random.randint(2, 9)
        (one, low), (two, high) = self._number(), self._number()
        figures = (
            Slots(low, unit, id, "level", str(first), region),
            Slots(high, unit, id, "level", str(last), region),
        )
        return Made(f"{region}{name}由{first}年的{one}{unit}增加到{last}年的{two}{unit}。", figures)

    def _change_of_rate(self) -> Made:
        place, period, region = self._place()
        name, id = self.random.choice(RATES)
        text, value = self._percent(low=10, high=900)
        points = Decimal(self.random.randint(1, 50)).scaleb(-1)
        down = self.random.random() < 0.5
        figures = (
            Slots(value, "%", id, "rate", period, region),
            Slots(-points if down else points, "个百分点", id, "change", period, region),
        )
        return Made(f"{place}{name}为{text}，{'下降' if down else '提高'}{points}个百分点。", figures)
