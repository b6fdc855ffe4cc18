"""How questions lead up to a quantity; all places, firms and figures are fictional."""

from __future__ import annotations

from pathlib import Path

import pytest
from answer_reports import check_promises, index_of, qa_over
from scripted_model import NOT_THERE, ScriptedModel

from index.vocabulary import load_vocabulary
from rag.conversation import resolve
from rag.query import Query, understand
from rag.question_frames import framed
from rag.types import Turn

CITY = """# 云川市2023年经济运行情况

云川市统计局 2024年1月20日

2023年，云川市地区生产总值3127.4亿元，增长6.3%。粮食产量41.6万吨，比上年增加1.2万吨。新能源汽车产业规模达到820亿元、占全市工业的比重为26.5%。
工业技改投资增长14.2%，上拉工业投资增长5.3个百分点。单位国内生产总值能耗下降3.1%。
全市累计新增经营主体24180户，其中累计新增企业14508户。全年审批重点项目8个，其中6个来自云川高新区。
恒曜卫星基地具备年产90颗卫星的能力。日均新登记企业58户。
市级机关内设机构共59个，比现有的86个减少27个。云川高新区聚集生物企业300家，销售收入达到45亿元。
云川高新区工业增加值增长9.4%，领先全市2.6个百分点。年末城市低保标准640元。全年接待游客310万人次，连续4年增长。
全年高技术制造业、装备制造业增加值分别增长13.6%和10.9%。淘汰落后炼铁产能12万吨、炼钢产能34万吨、水泥产能56万吨。
"""
PLAN = """# 2024年云川市政府工作报告

——2024年1月24日在云川市第十四届人民代表大会第二次会议上 市长 温嘉禾

一、2023年工作回顾

2023年，居民消费价格上涨0.4%。

二、2024年主要任务

今年发展主要预期目标是：地区生产总值增长6%左右；居民消费价格涨幅3%左右；单位地区生产总值能耗降低2.5%左右。拟安排地方政府专项债券86亿元，比上年增加14亿元。
市财政安排扶持中小企业专项资金3.2亿元。今年高校毕业生5.6万人，为历史最高。今年要新开工改造老旧小区120个。
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index_of(tmp_path_factory.mktemp("frames"), {"city.md": CITY, "plan.md": PLAN})


@pytest.mark.parametrize(
    ("question", "figures"),
    [
        ("2023年云川市新能源汽车产业做到了什么规模？", ["820亿元"]),
        ("2023年云川市工业技改投资把工业投资增速拉高了几个百分点？", ["5.3"]),
        ("2023年云川市粮食产量多少，比前一年多收多少？", ["41.6万吨", "1.2万吨"]),
        ("2023年云川市单位国内生产总值能耗降了多少？", ["3.1%"]),
        ("恒曜卫星基地一年能造多少颗卫星？", ["90颗"]),
        ("2023年云川市累计新增的经营主体中，企业占百分之几？", ["60%"]),
        ("2023年云川市审批的重点项目里，云川高新区的占比是多少？", ["75%"]),
        ("2023年云川市淘汰的落后炼铁、炼钢、水泥产能各有多少吨？", ["12万吨", "34万吨", "56万吨"]),
        ("2024年云川市地方政府专项债券拟安排多少，比上一年多多少？", ["86亿元", "14亿元"]),
        ("2024年云川市高校毕业生有多少人？", ["5.6万人"]),
        ("2023年云川市粮食产量是多少，较2022年增加多少？", ["41.6万吨", "1.2万吨"]),
        ("2024年云川市经济增长目标区间是多少？", ["6%"]),
        ("2024年云川市物价（CPI）涨幅目标是多少？", ["3%"]),
        ("2024年云川市单位地区生产总值能耗的降低目标定为多少？", ["2.5%"]),
        ("2024年云川市财政拿出多少扶持中小企业专项资金？", ["3.2亿元"]),
        ("2023年云川高新区生物企业的销售收入有多少？", ["45亿元"]),
        ("2024年云川市要新开工改造的老旧小区有几个？", ["120个"]),
    ],
)
def test_answered_in_whatever_frame(city: Path, question: str, figures: list[str]) -> None:
    qa = qa_over(city, ScriptedModel())
    answer = qa.ask(question)
    check_promises(answer, qa.index)
    assert not answer.abstained and all(figure in answer.text for figure in figures), answer.text


@pytest.mark.parametrize(
    "question",
    [
        "2023年云川市地区生产总值在全省占多大分量？",  # a share is no level
        "2023年云川市新增的经营主体中，个体工商户占百分之几？",
        "恒曜卫星基地一年能造多少架飞机？",
        "2023年云川市接待游客多少人次，已连续几年增长？",  # no half of an answer
        "2024年云川市粮食产量比上一年多多少？",
        "2024年云川市高技术制造业增加值增长多少？",
        "2024年云川市地区生产总值实际增长多少？",
    ],
)
def test_refused_in_whatever_frame(city: Path, question: str) -> None:
    assert qa_over(city, ScriptedModel(logprobs=[NOT_THERE])).ask(question).abstained


def test_what_is_compared_with_is_no_answer(city: Path) -> None:
    assert "86" not in qa_over(city, ScriptedModel()).ask("2023年云川市市级机关内设机构有几个？").text


def test_growth_of_the_whole_from_the_lead_of_a_part(city: Path) -> None:
    answer = qa_over(city, ScriptedModel()).ask("推算一下，2023年云川市全市工业增加值增长多少？")
    assert "6.8%" in answer.text, answer.text


def test_the_same_of_another_year() -> None:
    asks = read("1986年基本建设投资增长多少，1985年呢？").asks
    assert [ask.period.code() for ask in asks if ask.period] == ["1986", "1985"]


def test_the_end_of_a_list_holds_for_each_item() -> None:
    asks = read("2023年城镇居民和农村居民的人均收入各是多少？").asks
    assert [ask.indicator_ids for ask in asks] == [("urban_disposable_income",), ("rural_disposable_income",)]


def read(text: str) -> Query:
    return understand(text, load_vocabulary())


def test_target_and_result_are_two_questions() -> None:
    asks = read("2024年居民消费价格涨幅的目标和实际结果分别是多少？").asks
    assert [(ask.status, ask.measure) for ask in asks] == [("target", "growth"), ("actual", "growth")]


def test_two_years_compared_at_the_head_are_both_asked_about() -> None:
    query = read("2014年与2016年相比，服务业增加值比重提高了几个百分点？")
    assert {ask.period.code() for ask in query.asks if ask.period} == {"2014", "2016"}
    assert query.operation == "difference"


def test_an_increase_may_be_stated_instead_of_two_levels() -> None:
    query = read("2022年财政支出比2021年多多少亿元？")
    assert [(a.measure, a.period.code() if a.period else None) for a in query.other_asks[-1]] == [
        ("change", "2022")
    ]


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("2023年社会保障支出和比上年的增加额？", "2023年社会保障支出是多少，比上年增加多少？"),
        ("新增的企业数以及现在的企业总量？", "新增企业数是多少，现在的企业总量是多少？"),
        ("1998年经济实际增长多少？", "1998年实际经济增长多少？"),
        ("平均每天新设企业多少户？", "日均新设企业多少户？"),
        ("中央财政赤字怎么安排的？", "中央财政赤字安排多少？"),
        ("工业制成品在出口总值中占多大比重？", "工业制成品占出口总值的百分之几？"),
        ("进出口超过1亿元的企业有几家？", "进出口过亿元企业有几家？"),
    ],
)
def test_put_plainly(question: str, plain: str) -> None:
    assert framed(question, load_vocabulary()) == plain


def test_another_thing_keeps_the_year_and_what_it_is_of() -> None:
    turns = (Turn("1991年云川市新增的煤炭开采能力是多少？"),)
    assert (
        resolve("发电机组呢？", turns, load_vocabulary(), ("云川市",)) == "1991年云川市新增的发电机组是多少？"
    )


def test_met_the_target_asks_for_it() -> None:
    asks = read("1998年经济实际增长多少？是否达到预定目标？").asks
    assert [(ask.status, ask.indicator_ids) for ask in asks] == [
        ("actual", ("gross_domestic_product",)),
        ("target", ("gross_domestic_product",)),
    ]
