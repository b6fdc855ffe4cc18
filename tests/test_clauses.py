"""Questions of several clauses: each clause that asks gets the subject it leaves out."""

from __future__ import annotations

import pytest

from index.vocabulary import load_vocabulary
from rag.clauses import complete_clauses
from rag.query import Query, understand

VOCABULARY = load_vocabulary(None)


def understood(question: str) -> Query:
    return understand(question, VOCABULARY)


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        pytest.param("2021年棉花产量是多少，比上年增加多少？", "2021年棉花产量是多少，棉花产量比上年增加多少？", id="subject"),
        pytest.param("2021年小麦增产多少亿斤，总产量多少？", "2021年小麦增产多少亿斤，小麦总产量多少？", id="head"),
        pytest.param(
            "粮食产量占全省的比重，2020年是多少，2021年是多少？",
            "粮食产量占全省的比重，粮食产量占全省的比重2020年是多少，粮食产量占全省的比重2021年是多少？",
            id="topic",
        ),
        pytest.param(
            "2023年新登记了多少户经营主体，总量是多少？", "2023年新登记了多少户经营主体，经营主体总量是多少？", id="counted-object"
        ),
        pytest.param("铁路里程提高到多少，原来是多少？", "铁路里程由多少提高到多少？", id="to-from"),
        pytest.param("2021年棉花产量是多少？", "2021年棉花产量是多少？", id="one-clause"),
        pytest.param(
            "2021年出口额是多少，进口额是多少？", "2021年出口额是多少，进口额是多少？", id="own-subjects"
        ),
    ],
)  # fmt: skip
def test_clauses_are_completed(question: str, whole: str) -> None:
    assert complete_clauses(question, VOCABULARY) == whole


def test_target_and_actual_are_read_clause_by_clause() -> None:
    asks = understood("2021年云川市经济增长目标是多少，实际增长多少？").asks
    assert [ask.status for ask in asks] == ["target", "actual"]


def test_a_yearly_average_is_not_the_growth_of_one_year() -> None:
    assert [ask.average for ask in understood("2016—2020年云川市地区生产总值年均增长多少？").asks] == [True]
    assert [ask.average for ask in understood("2020年云川市地区生产总值增长多少？").asks] == [False]


def test_items_that_hold_an_and_are_read_both_ways() -> None:
    query = understood("2021年教育和培训业、批发和零售业增加值分别增长多少？")
    assert [len(reading) for reading in (query.asks, *query.other_asks)][:2] == [4, 2]


def test_two_indicators_are_set_against_each_other() -> None:
    query = understood("2021年城镇居民人均可支配收入比农村居民人均可支配收入高多少元？")
    assert query.operation == "difference"
    assert [ask.indicator_ids[0] for ask in query.asks] == [
        "urban_disposable_income",
        "rural_disposable_income",
    ]


def test_growth_since_a_named_year() -> None:
    (ask,) = understood("2020年云川市地区生产总值比2015年增长多少？").asks
    assert ask.period is not None and ask.base is not None
    assert (ask.period.code(), ask.base.code()) == ("2020", "2015")


def test_years_a_report_looks_back_on() -> None:
    (ask,) = understood("2023年政府工作报告中，五年来新建道路多少公里？").asks
    assert ask.period is not None and ask.period.code() == "2018/2022"


def test_a_rate_of_growth_that_fell_back_is_still_growth() -> None:
    (ask,) = understood("2021年固定资产投资增幅回落到多少？").asks
    assert ask.measure == "growth"


def test_a_ratio_in_multiples() -> None:
    (ask,) = understood("2021年云川市人均可支配收入是青岚市的多少倍？").asks
    assert ask.unit == "倍" and ask.share_of


def test_what_something_cost_is_asked_in_money() -> None:
    (ask,) = understood("How much did the railway mileage extension cost to build in 2021?").asks
    assert ask.units == ("元", "美元") and ask.indicator_ids == ()


def test_which_was_slowest_asks_for_a_name() -> None:
    assert understood("Which county of Yunchuan had the slowest GDP growth in 2021?").asks == ()
