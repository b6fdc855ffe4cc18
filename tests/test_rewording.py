"""Turns of phrase put the plain way; all places are fictional."""

from __future__ import annotations

import pytest

from index.vocabulary import load_vocabulary
from rag.query import Query, understand


def read(text: str) -> Query:
    return understand(text, load_vocabulary())


def slots(query: Query) -> list[tuple[str | None, str | None]]:
    return [(ask.period.code() if ask.period else None, ask.status) for ask in query.asks]


@pytest.mark.parametrize(
    "text",
    [
        "2017年和2018年，哪一年云川市实际使用外资更多？多多少？",
        "Which year had higher retail sales, 2017 or 2018?",
        "Were more new urban jobs created in 2017 or in 2018, and what was the gap?",
    ],
)
def test_which_year_had_more_wants_both_and_their_difference(text: str) -> None:
    query = read(text)
    assert [code for code, _ in slots(query)] == ["2017", "2018"]
    assert query.operation == "difference"


def test_growth_against_the_year_before() -> None:
    query = read("Was growth in 1994 faster or slower than the year before?")
    assert [code for code, _ in slots(query)] == ["1994", "1993"]
    assert {ask.indicator_ids for ask in query.asks} == {("gross_domestic_product",)}


@pytest.mark.parametrize(
    "text",
    ["云川市2014年的GDP增速比2013年快多少？", "云川市2014年GDP的增速，较2013年回落了多少个百分点？"],
)
def test_rates_of_two_years_differ_by_points(text: str) -> None:
    query = read(text)
    assert [code for code, _ in slots(query)] == ["2014", "2013"]
    assert query.operation == "difference" and {ask.base for ask in query.asks} == {None}


def test_plain_words_for_a_level_a_ceiling_and_whose_growth() -> None:
    assert read("2023年云川市不良贷款率下降到什么水平？").asks[0].measure == "level"
    assert slots(read("What CPI ceiling did Yunchuan set for 2014?")) == [("2014", "target")]
    contribution = read("2014年消费对我国经济增长的贡献率达到多少？").asks[0]
    assert contribution.indicator_ids == ("consumption_contribution",)


def test_bare_growth_of_something_named_is_not_that_of_the_economy() -> None:
    assert read("What was the growth of bicycle output in 1994?").asks[0].indicator_ids != (
        "gross_domestic_product",
    )


@pytest.mark.parametrize(
    "text",
    ["1996年物价涨幅原定降到多少，最后降到了多少？", "1979年计划投产的项目有几个，真正建成了几个？"],
)
def test_what_was_meant_and_what_came_of_it(text: str) -> None:
    assert [status for _, status in slots(read(text))] == ["target", "actual"]


def test_a_span_of_years_up_to_one_is_that_span() -> None:
    assert slots(read("五年间制造业贷款余额增加了多少万亿元（到2022年）？")) == [("2018/2022", None)]


def test_compared_with_a_year_named_last() -> None:
    query = read("2001年底的外汇储备是多少？同2000年底相比呢？")
    assert [code for code, _ in slots(query)] == ["2001", "2000"]


def test_a_verb_and_its_object_name_the_indicator() -> None:
    assert read("1986年云川市一共发了多少电？").asks[0].indicator_ids == ("electricity_output",)


@pytest.mark.parametrize(
    "text",
    [
        "How did M2 growth in 2016 turn out against the projected figure?",
        "Did China hit its 8 per cent growth goal in 1998?",
    ],
)
def test_a_result_set_against_its_target(text: str) -> None:
    assert [ask.against_target for ask in read(text).asks] == [True]


def test_tonnes_and_yuan_of_an_english_question_are_its_unit() -> None:
    assert read("How many million tonnes of grain were produced in 2021?").asks[0].unit == "万吨"
    ask = read("By how many billion yuan did fiscal revenue rise in 2003?").asks[0]
    assert (ask.unit, ask.measure) == ("元", "change")


def test_not_deducted_is_not_in_real_terms() -> None:
    plain, real = (
        read(f"2023年云川市进出口总额{words}同比增长多少？").asks[0]
        for words in ("未扣除价格因素，", "扣除价格因素后")
    )
    assert real.real and not plain.real and plain.terms == ()


def test_an_indicator_and_its_rate_are_two_things() -> None:
    asks = read("2023年云川市拟安排的财政赤字和赤字率分别是多少？").asks
    assert [ask.indicator_ids for ask in asks] == [("fiscal_deficit",), ("deficit_ratio",)]
    (ask,) = read("2023年云川市国有及国有控股企业利润是多少？").asks
    assert "国有及国有控股" in ask.names[0]


@pytest.mark.parametrize(
    "text", ["云川高新区今年头九个月的外贸进出口额有多大？", "云川高新区前三季度外贸进出口额当初是多少？"]
)
def test_words_that_measure_nothing_are_no_condition(text: str) -> None:
    (ask,) = read(text).asks
    assert ask.indicator_ids == ("total_trade",) and not ask.terms
