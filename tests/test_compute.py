"""Arithmetic on figures, by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from index.types import Figure
from index.units import split_unit
from rag import compute


def figure(value: str, unit: str, **slots: object) -> Figure:
    parts = split_unit(unit)
    return Figure(
        report="r", start=0, end=1, text=f"{value}{unit}", value=Decimal(value), unit=unit,
        base_unit=parts.base_unit, scale=parts.scale, indicator="地区生产总值", **slots,  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("later", "earlier", "text", "calculation"),
    [
        (("81.5", "亿元"), ("74.25", "亿元"), "7.25亿元", "81.5亿元 − 74.25亿元 = 7.25亿元"),
        (("66.2", "%"), ("65.5", "%"), "0.7个百分点", "66.2% − 65.5% = 0.7个百分点"),
        (
            ("1.15", "万亿美元"),
            ("8512", "亿美元"),
            "0.2988万亿美元",
            "1.15万亿美元 − 0.8512万亿美元 = 0.2988万亿美元",
        ),
        (("3", "%"), ("5", "%"), "2个百分点", "3% − 5% = -2个百分点"),
    ],
)
def test_difference_is_exact_and_shown(
    later: tuple[str, str], earlier: tuple[str, str], text: str, calculation: str
) -> None:
    result = compute.difference(figure(*later), figure(*earlier))
    assert result is not None
    assert (result.text, result.calculation) == (text, calculation)


@pytest.mark.parametrize("qualifier", ["超过", "近", "以上"])
def test_no_difference_to_more_or_less_than_a_number(qualifier: str) -> None:
    assert compute.difference(figure("1.21", "万亿斤"), figure("1.2", "万亿斤", qualifier=qualifier)) is None


def test_difference_of_different_kinds_is_none() -> None:
    assert compute.difference(figure("3", "亿元"), figure("3", "万人")) is None
    assert compute.difference(figure("3", "亿元"), figure("3", "亿美元")) is None


def test_share_rounds_half_up_to_one_decimal() -> None:
    result = compute.share(figure("138.65", "亿元"), figure("1000", "亿元"))
    assert result is not None and result.value == Decimal("13.9") and result.unit == "%"
    assert compute.share(figure("1", "亿元"), figure("0", "亿元")) is None


def test_growth_from_two_levels() -> None:
    result = compute.growth(figure("110", "万吨"), figure("1000000", "吨"))
    assert result is not None and result.text == "10%"


def test_total_converts_units() -> None:
    result = compute.total([figure("1.5", "亿元"), figure("5000", "万元")])
    assert result is not None and result.text == "2亿元" and result.calculation == "1.5亿元 + 0.5亿元 = 2亿元"
    assert compute.total([figure("1", "亿元"), figure("1", "家")]) is None
