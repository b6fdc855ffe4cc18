"""Numbers in all their written forms, with exact spans."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.numerals import find_numerals, parse_chinese, plain_form


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("七", 7),
        ("十", 10),
        ("十二", 12),
        ("二十一", 21),
        ("一百零五", 105),
        ("二百五", 250),
        ("一万五", 15000),
        ("一万零五", 10005),
        ("四亿零七百万", 407_000_000),
        ("十亿七千万", 1_070_000_000),
        ("三万亿", 3_000_000_000_000),
        ("二〇二三", 2023),
        ("一九八四", 1984),
        ("二十一点七", Decimal("21.7")),
        ("零点五", Decimal("0.5")),
        ("两千", 2000),
    ],
)
def test_chinese_number_words(words: str, value: Decimal | int) -> None:
    assert parse_chinese(words) == value


@pytest.mark.parametrize("words", ["三四百", "点五", "五点", "", "甲"])
def test_what_is_no_number(words: str) -> None:
    assert parse_chinese(words) is None


@pytest.mark.parametrize(
    ("text", "number", "value", "scale"),
    [
        ("产值1331.4亿元", "1331.4亿", "1331.4", "亿"),
        ("产值１３３１．４亿元", "１３３１．４亿", "1331.4", "亿"),
        ("产值1331 . 4 亿元", "1331 . 4 亿", "1331.4", "亿"),
        ("产量4 9 2 5 0 万吨", "4 9 2 5 0 万", "49250", "万"),
        ("产量33，212万吨", "33，212万", "33212", "万"),
        ("户数24,179户", "24,179", "24179", ""),
        ("增长19·5%", "19·5", "19.5", ""),
        ("总量1.35万亿元", "1.35万亿", "1.35", "万亿"),
        ("约13.9万余户", "13.9万余", "13.9", "万"),
        ("资金20多亿元", "20多亿", "20", "亿"),
        ("总额3亿5000万元", "3亿5000万", "3.5", "亿"),
        ("增长-3.2%", "-3.2", "-3.2", ""),
        ("人口四亿零七百多万人", "四亿零七百多万", "4.07", "亿"),
        ("产量二千零四十六万吨", "二千零四十六万", "2046", "万"),
        ("装机四十万千瓦", "四十万", "40", "万"),
        ("销售超百亿元", "百亿", "100", "亿"),
        ("增长百分之二十一点七", "百分之二十一点七", "21.7", ""),
        ("占三分之一", "三分之一", str(Decimal(1) / 3), ""),
        ("约3/4的企业", "3/4", "0.75", ""),
        ("降到千分之十三", "千分之十三", "13", ""),
    ],
)
def test_written_forms(text: str, number: str, value: str, scale: str) -> None:
    [numeral] = find_numerals(text)
    assert text[numeral.start : numeral.end] == number
    assert (numeral.value, numeral.scale) == (Decimal(value), scale)


@pytest.mark.parametrize("text", ["数百家企业", "一百几十亿元", "千方百计", "提高百分点"])
def test_inexact_words_give_no_value(text: str) -> None:
    assert find_numerals(text) == []


def test_a_full_width_comma_between_clauses_is_no_thousands_comma() -> None:
    numerals = find_numerals("完成12，3000户受益；增长7，12家")
    assert [str(numeral.value) for numeral in numerals] == ["12", "3000", "7", "12"]


def test_a_dash_between_numbers_is_no_minus() -> None:
    assert [numeral.value for numeral in find_numerals("6%-6.5%，15万-20万，3-5")] == [
        Decimal("6"), Decimal("6.5"), Decimal("15"), Decimal("20"), Decimal("3"), Decimal("5"),
    ]  # fmt: skip


_CHINESE_DIGITS = "零一二三四五六七八九"


def _in_words(number: int) -> str:
    """A number below 10**12 in Chinese words, written independently of the reader."""
    if number >= 10**8:
        high, low = divmod(number, 10**8)
        joint = "零" if 0 < low < 10**7 else ""
        return _in_words(high) + "亿" + (joint + _in_words(low) if low else "")
    if number >= 10**4:
        high, low = divmod(number, 10**4)
        joint = "零" if 0 < low < 10**3 else ""
        return _in_words(high) + "万" + (joint + _in_words(low) if low else "")
    words, gap = "", False
    for scale, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // scale % 10
        if digit:
            words += ("零" if gap and words else "") + _CHINESE_DIGITS[digit] + name
            gap = False
        else:
            gap = bool(words)
    return words


@given(st.integers(min_value=1, max_value=10**12 - 1))
@settings(deadline=None, max_examples=300)
def test_any_whole_number_in_words_is_read_back(number: int) -> None:
    assert parse_chinese(_in_words(number)) == number


@given(st.text(alphabet="0123456789０９.．，,百分之千万亿零一二三十两多余个%元第年月 －-到", max_size=40))
@settings(deadline=None, max_examples=300)
def test_spans_are_exact_and_in_order(text: str) -> None:
    assert len(plain_form(text)) == len(text)
    end = 0
    for numeral in find_numerals(text):
        assert end <= numeral.start < numeral.end <= len(text)
        assert not text[numeral.start : numeral.end].isspace()
        end = numeral.end
