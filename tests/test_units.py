"""Units: scales, families, and the same quantity in other words."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.units import is_count, normalise, same_family, same_quantity, split_unit


@pytest.mark.parametrize(
    ("unit", "base", "scale"),
    [
        ("亿元", "元", 8),
        ("万亿元", "元", 12),
        ("万亿斤", "斤", 12),
        ("万千瓦", "千瓦", 4),
        ("千瓦时", "千瓦时", 0),
        ("亿千瓦时", "千瓦时", 8),
        ("千公顷", "公顷", 3),
        ("万公里", "公里", 4),
        ("万人次", "人次", 4),
        ("个百分点", "个百分点", 0),
        ("百分点", "个百分点", 0),
        ("percentage points", "个百分点", 0),
        ("%", "%", 0),
        ("percent", "%", 0),
        ("家", "家", 0),
        ("万", "", 4),
        ("", "", 0),
        ("billion yuan", "元", 9),
        ("trillion US dollars", "美元", 12),
        ("million", "", 6),
        ("thousand hectares", "公顷", 3),
        ("吨标准煤", "吨标准煤", 0),
    ],
)
def test_scale_and_base(unit: str, base: str, scale: int) -> None:
    parts = split_unit(unit)
    assert (parts.base_unit, parts.scale) == (base, scale)


@pytest.mark.parametrize(
    ("value", "unit", "base_value", "base"),
    [
        ("1331.4", "亿元", "133140000000", "元"),
        ("133.14", "billion yuan", "133140000000", "元"),
        ("1.39", "万亿斤", "695000000", "吨"),
        ("46947", "万吨", "469470000", "吨"),
        ("4445", "亿公斤", "444500000", "吨"),
        ("100", "万公顷", "15000000", "亩"),
        ("2", "番", "4", "倍"),
        ("5", "‰", "0.5", "%"),
        ("3", "成", "30", "%"),
        ("25", "个基点", "0.25", "个百分点"),
        ("2057", "家", "2057", "家"),
        ("6", "元/公斤", "6000", "元/吨"),
    ],
)
def test_normalise(value: str, unit: str, base_value: str, base: str) -> None:
    assert normalise(Decimal(value), unit) == (Decimal(base_value), base)


@pytest.mark.parametrize(
    ("a", "a_unit", "b", "b_unit"),
    [
        ("1331.4", "亿元", "133.14", "billion yuan"),
        ("1244", "万人", "12.44", "million"),
        ("1244", "万人", "12.44", "million people"),
        ("2057", "家", "2057", ""),
        ("1240", "万", "1240", "万人"),
        ("8", "个", "8", "项"),
        ("1.15", "万亿美元", "11500", "亿美元"),
        ("2.7", "个百分点", "2.7", "percentage points"),
        ("34", "名", "34", "人"),
    ],
)
def test_the_same_quantity(a: str, a_unit: str, b: str, b_unit: str) -> None:
    assert same_quantity(Decimal(a), a_unit, Decimal(b), b_unit)
    assert same_quantity(Decimal(b), b_unit, Decimal(a), a_unit)


@pytest.mark.parametrize(
    ("a", "a_unit", "b", "b_unit"),
    [
        ("7.9", "%", "7.9", "个百分点"),
        ("1331.4", "亿元", "1331.4", "亿美元"),
        ("1331.4", "亿元", "1331.4", "万元"),
        ("12", "元", "12", ""),
        ("12", "%", "12", ""),
        ("12", "家", "12", "户"),
        ("3.2", "%", "-3.2", "%"),
    ],
)
def test_different_quantities(a: str, a_unit: str, b: str, b_unit: str) -> None:
    assert not same_quantity(Decimal(a), a_unit, Decimal(b), b_unit)


def test_tolerance_is_relative() -> None:
    assert same_quantity(Decimal("46.8"), "%", Decimal("46.81"), "%", tolerance=Decimal("0.001"))
    assert not same_quantity(Decimal("46.8"), "%", Decimal("47.8"), "%", tolerance=Decimal("0.001"))


def test_counts_and_families() -> None:
    assert is_count("万户") and is_count("") and is_count("people")
    assert not is_count("元") and not is_count("%")
    assert same_family("亿斤", "万吨") and not same_family("吨", "亩")


_UNITS = [
    "元",
    "万元",
    "亿元",
    "万亿元",
    "万吨",
    "亿斤",
    "公里",
    "万公里",
    "%",
    "个百分点",
    "万人",
    "家",
    "亿千瓦时",
]


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=3), st.sampled_from(_UNITS))
@settings(deadline=None)
def test_scale_and_base_say_the_same_as_the_unit(value: Decimal, unit: str) -> None:
    parts = split_unit(unit)
    assert same_quantity(value, unit, value.scaleb(parts.scale), parts.base_unit)
