"""What people type and what reports print must become the same tokens."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.tokenize import tokens


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        pytest.param("营业收入３３，２１２万元", "营业收入33212万元", id="full-width digits and comma"),
        pytest.param("营业收入1,331.4亿元", "营业收入1331.4亿元", id="thousands separator"),
        pytest.param("增长19·5%", "增长19.5%", id="middle dot"),
        pytest.param("增长百分之二十一点七", "增长21.7%", id="percent in words"),
        pytest.param("百分之百完成", "100%完成", id="hundred percent"),
        pytest.param("雲川市國內生產總值", "云川市国内生产总值", id="traditional"),
        pytest.param("Industrial Enterprises", "industrial enterprise", id="case and plural"),
        pytest.param("ＧＤＰ", "gdp", id="full-width letters"),
        pytest.param("建筑面积9㎡", "建筑面积9m2", id="compatibility character"),
    ],
)
def test_spellings_meet(written: str, typed: str) -> None:
    assert tokens(written) == tokens(typed) != []


def test_numbers_stay_whole() -> None:
    assert tokens("1331.4") == ["1331.4"]
    assert "13.5" in tokens("同比增长13.5%")
    # A list of short numbers is no grouped number, and a date is no decimal.
    assert tokens("1,22,333") == ["1", "22", "333"]
    assert tokens("2023.1.5") == ["2023.1", "5"]


def test_chinese_gives_words_and_bigrams() -> None:
    found = tokens("生产总值")
    assert "生产总值" in found
    assert {"生产", "产总", "总值"} <= set(found)


def test_function_words_are_dropped_and_not_bridged() -> None:
    found = tokens("云川市的财政收入是多少")
    assert not {"的", "是", "多少", "市的", "的财", "是多"} & set(found)
    assert {"财政", "收入", "政收"} <= set(found)
    assert tokens("what is the of") == []


def test_letters_with_digits_are_found_either_way() -> None:
    assert {"5", "5g"} <= set(tokens("5G基站"))
    assert "pm2.5" in tokens("PM2.5浓度")
    assert {"3.5", "billion"} <= set(tokens("3.5billion"))


@pytest.mark.parametrize("text", ["", " \n\t", "，。！？", "\x00\x01", "🙂", "\ud800"])
def test_nothing_to_find(text: str) -> None:
    assert tokens(text) == []


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_tokens_hold_no_white_space_and_no_ascii_marks_but_the_point(text: str) -> None:
    for token in tokens(text):
        assert token.split() == [token]
        assert all(not character.isascii() or character.isalnum() or character == "." for character in token)
        assert token == token.lower()


def test_hostile_input_takes_linear_time() -> None:
    began = time.perf_counter()
    for text in ("1," * 100_000, "1" * 200_000, "9,999" * 40_000, "百分之" * 60_000, "a1" * 100_000):
        tokens(text)
    assert time.perf_counter() - began < 10
