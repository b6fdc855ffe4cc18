"""Quantities read by the evaluation itself: values, units, lists, ranges, dates."""

from __future__ import annotations

from fractions import Fraction

import pytest

from eval.quantities import (
    as_quantity,
    chinese_number,
    compact,
    read_quantities,
    same_quantity,
    without_markers,
)


def amounts(text: str) -> list[tuple[Fraction, str]]:
    return [(quantity.amount, quantity.dimension) for quantity in read_quantities(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("增长13.5%，达1331.4亿元", [(Fraction("13.5"), "percent"), (Fraction(133_140_000_000), "yuan")]),
        ("133.14 billion yuan", [(Fraction(133_140_000_000), "yuan")]),
        ("RMB 29.61 billion", [(Fraction(29_610_000_000), "yuan")]),
        ("US$1.52 trillion", [(Fraction(1_520_000_000_000), "US dollar")]),
        ("１３．５％", [(Fraction("13.5"), "percent")]),
        ("33，212万吨", [(Fraction(332_120_000_000), "kilogram")]),
        ("19·5%", [(Fraction("19.5"), "percent")]),
        ("1331 . 4 亿元", [(Fraction(133_140_000_000), "yuan")]),
        ("18. 2%", [(Fraction("18.2"), "percent")]),
        ("about 1331 .4亿元", [(Fraction(133_140_000_000), "yuan")]),
        ("in 2023. 5%", [(Fraction(2023), ""), (Fraction(5), "percent")]),
        ("1. 5%", [(Fraction(1), ""), (Fraction(5), "percent")]),
        ("百分之二十一点七", [(Fraction("21.7"), "percent")]),
        ("百分之八至九", [(Fraction(8), "percent"), (Fraction(9), "percent")]),
        ("7.52‰", [(Fraction("0.752"), "percent")]),
        ("三成", [(Fraction(30), "percent")]),
        ("160余项", [(Fraction(160), "item")]),
        ("13.9万余户", [(Fraction(139_000), "household")]),
        ("1000斤", [(Fraction(500), "kilogram")]),
        ("15亩", [(Fraction(10_000), "square metre")]),
        ("1200千瓦时", [(Fraction(1200), "kilowatt hour")]),
        ("2,057 high-tech enterprises", [(Fraction(2057), "business")]),
        ("12.4 million people", [(Fraction(12_400_000), "person")]),
        ("rose 2.7 percentage points", [(Fraction("2.7"), "point")]),
        ("-3.2%", [(Fraction("-3.2"), "percent")]),
        ("M2增长", []),
        ("5G网络", []),
        ("一般公共预算", []),
    ],
)
def test_reads(text: str, expected: list[tuple[Fraction, str]]) -> None:
    assert amounts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("领先全国、全省2.4个、1.6个百分点", [(Fraction("2.4"), "point"), (Fraction("1.6"), "point")]),
        ("6-6.5%", [(Fraction(6), "percent"), (Fraction("6.5"), "percent")]),
        ("6%－6.5%", [(Fraction(6), "percent"), (Fraction("6.5"), "percent")]),
        ("8至10亿元", [(Fraction(800_000_000), "yuan"), (Fraction(1_000_000_000), "yuan")]),
        ("2.4 and 1.6 percentage points", [(Fraction("2.4"), "point"), (Fraction("1.6"), "point")]),
    ],
)
def test_unit_of_the_last_member_is_shared(text: str, expected: list[tuple[Fraction, str]]) -> None:
    assert amounts(text) == expected


def test_a_year_before_a_list_takes_no_unit() -> None:
    assert amounts("2021 and 5.5%") == [(Fraction(2021), ""), (Fraction("5.5"), "percent")]


def test_dates_are_periods() -> None:
    assert [q.is_period for q in read_quantities("2023年9月30日达1200家")] == [True, True, True, False]
    assert [q.is_period for q in read_quantities("in 2023, 2,023 firms")] == [True, False]


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("同比下降3.2%", "down"),
        ("同比增长3.2%", "up"),
        ("下降到3.2%", ""),
        ("增长5%，失业率为3.2%", ""),
        ("fell by 3.2%", "down"),
        ("a 3.2% decline", "down"),
        ("3.2% of all enterprises", ""),
        ("-3.2%", "down"),
        ("自然增长率为-0.54‰", "down"),
    ],
)
def test_direction(text: str, direction: str) -> None:
    assert read_quantities(text)[-1].direction == direction


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (("1331.4", "亿元"), "133.14 billion yuan", True),
        (("1331.4", "亿元"), "1331.4亿", True),
        (("1331.4", "亿元"), "1331.4亿美元", False),
        (("1331.4", "亿元"), "1331.4", False),
        (("1240", "万"), "12.4 million people", True),
        (("1240", "万"), "1240", False),
        (("2.7", "个百分点"), "2.7%", False),
        (("2.7", "%"), "2.7 percentage points", False),
        (("2.7", "%"), "2.7", False),
        (("2057", "家"), "2057", True),
        (("2057", "家"), "2057户", False),
        (("2057", "家"), "2,057 companies", True),
        (("0.25", "万亿斤"), "2500亿斤", True),
        (("12.5", "万吨"), "125 million kg", True),
        (("1", "万亿元"), "1 million yuan", False),
    ],
)
def test_same_quantity(first: tuple[str, str], second: str, same: bool) -> None:
    assert same_quantity(as_quantity(*first), read_quantities(second)[0]) is same


def test_rounding_goes_one_way() -> None:
    gold, finer, coarser = as_quantity("46.8", "%"), as_quantity("46.81", "%"), as_quantity("47", "%")
    assert same_quantity(gold, finer, rounded=True)
    assert not same_quantity(gold, finer)
    assert not same_quantity(gold, coarser, rounded=True)
    assert not same_quantity(gold, as_quantity("46.86", "%"), rounded=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十二", 12),
        ("一百零三", 103),
        ("二〇二三", 2023),
        ("一万二千", 12_000),
        ("三亿五千万", 350_000_000),
        ("两千", 2000),
    ],
)
def test_chinese_numbers(text: str, value: int) -> None:
    assert chinese_number(text) == value


def test_not_a_chinese_number() -> None:
    assert chinese_number("点五") is None


def test_markers_are_blanked_and_offsets_stay() -> None:
    text = "增长5%[1]，共12家【2】。"
    blanked = without_markers(text)
    assert len(blanked) == len(text)
    assert amounts(blanked) == [(Fraction(5), "percent"), (Fraction(12), "firm")]


def test_compact_drops_space_and_width() -> None:
    assert compact("增长 １３．５ ％\n主阵\n地") == "增长13.5%主阵地"


def test_as_quantity_refuses_what_is_not_one() -> None:
    with pytest.raises(ValueError, match="not one quantity"):
        as_quantity("", "家")
