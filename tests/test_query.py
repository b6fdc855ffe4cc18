"""Questions read into slots; all places are fictional."""

from __future__ import annotations

import pytest

from index.vocabulary import load_vocabulary
from rag.query import Ask, Query, detect_language, understand


def read(text: str) -> Query:
    return understand(text, load_vocabulary())


def only(text: str) -> Ask:
    (ask,) = read(text).asks
    return ask


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("GDP增长多少", "zh"),
        ("What was GDP growth in 云川市?", "en"),
        ("云川市2023年CPI和PPI是多少", "zh"),
        ("exports?", "en"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("2023年云川市地区生产总值是多少？", "level"),
        ("2023年云川市粮食产量是多少？", None),
        ("2023年云川市地区生产总值增长多少？", "growth"),
        ("2023年云川市固定资产投资的增速是多少", "growth"),
        ("云川市经济增速领先全国多少个百分点？", "lead"),
        ("2023年云川市服务业增加值占地区生产总值的比重是多少？", "share"),
        ("2023年云川市城镇化率比上年提高多少个百分点？", "change"),
        ("2023年云川市城镇化率提高到多少？", "level"),
        ("2023年粮食产量比上年增产多少？", "change"),
        ("工业拉动经济增长多少个百分点？", "contribution"),
    ],
)
def test_measure(text: str, measure: str | None) -> None:
    assert only(text).measure == measure


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("云川高新区有多少家高新技术企业？", "家"),
        ("社会消费品零售总额实现多少亿元？", "亿元"),
        ("工业增加值增长了百分之几？", "%"),
        ("新增就业多少万人？", "万人"),
        ("领先全省几个百分点？", "个百分点"),
    ],
)
def test_unit(text: str, unit: str) -> None:
    assert only(text).unit == unit


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("2023年云川市经济增长预期目标是多少？", "target"),
        ("2023年赤字率拟按多少安排？", "target"),
        ("2023年城镇新增就业实际完成多少万人？", "actual"),
        ("2023年居民人均可支配收入实际增长多少？", None),
        ("2023年云川市进出口总额是多少？", None),
    ],
)
def test_status(text: str, status: str | None) -> None:
    assert only(text).status == status


def test_two_quantities_of_one_subject() -> None:
    asks = read("2021年云川市粮食产量达到多少，比上年增产多少？").asks
    assert [ask.measure for ask in asks] == ["level", "change"]
    assert {ask.period.code() for ask in asks if ask.period} == {"2021"}
    assert asks[0].indicator_ids == asks[1].indicator_ids != ()


def test_total_and_growth() -> None:
    assert [a.measure for a in read("2021年云川市GDP总量和增速是多少？").asks] == ["level", "growth"]


def test_items_share_their_tail() -> None:
    first, second = read("2023年高技术制造业和装备制造业增加值分别增长多少？").asks
    assert first.indicator_ids != second.indicator_ids
    assert first.measure == second.measure == "growth"


def test_items_outside_the_vocabulary() -> None:
    asks = read("云川高新区云岭工坊、云海驿站分别有多少家？").asks
    assert ["云岭" in "".join(a.terms) for a in asks] == [True, False]
    assert {a.unit for a in asks} == {"家"}


def test_one_ask_a_period() -> None:
    asks = read("2020年和2021年云川市进出口总额分别是多少？").asks
    assert [ask.period.code() for ask in asks if ask.period] == ["2020", "2021"]
    assert read("2020年和2021年云川市进出口总额分别是多少？").operation is None


def test_difference_between_periods() -> None:
    query = read("2021年云川市地区生产总值比2020年增加多少亿元？")
    assert query.operation == "difference"
    assert sorted(ask.period.code() for ask in query.asks if ask.period) == ["2020", "2021"]


def test_ends_of_a_range() -> None:
    query = read("云川市公路里程从2013年到2022年增加了多少？")
    assert query.operation == "difference"
    assert [ask.period.code() for ask in query.asks if ask.period] == ["2013", "2022"]


def test_from_to_in_one_clause() -> None:
    asks = read("2013—2017年云川市贫困发生率由多少下降到多少？").asks
    assert [ask.role for ask in asks] == ["from", "to"]


def test_report_year_is_not_a_period() -> None:
    query = read("2024年政府工作报告提出的经济增长目标是多少？")
    assert query.report_years == (2024,)
    assert query.asks[0].period is None and query.asks[0].status == "target"


def test_reference_region_is_not_the_region() -> None:
    ask = only("云川高新区经济增速比全省高多少个百分点？")
    assert (ask.region, ask.reference, ask.measure) == ("云川高新区", "全省", "lead")


def test_share_from_parts() -> None:
    ask = only("云川市限额以上零售额约占社会消费品零售总额的百分之几？")
    ((part, whole),) = ask.share_of
    assert part.indicator_ids != whole.indicator_ids


@pytest.mark.parametrize(
    "text", ["哪家企业获得了金云奖？", "“三区一廊”指什么？", "Which company won the prize?"]
)
def test_names_and_definitions_ask_for_no_figure(text: str) -> None:
    assert not read(text).wants_figures


def test_english_slots() -> None:
    ask = only("How fast did industrial value added grow in 2023?")
    assert ask.measure == "growth" and ask.period is not None and ask.period.code() == "2023"
    assert ask.indicator_ids


def test_english_two_references() -> None:
    asks = read("By how many percentage points did GDP growth exceed the national and provincial rates?").asks
    assert [a.reference for a in asks] == ["全国", "全省"]


def test_comparison_of_two_regions() -> None:
    query = read("2023年云川市和青岚市的地区生产总值增速相差多少？")
    assert [a.region for a in query.asks] == ["云川市", "青岚市"]
    assert query.operation == "difference" and {a.measure for a in query.asks} == {"growth"}


def test_short_and_english_names_of_known_regions() -> None:
    known = ("云川市", "云岭省")
    assert understand("云川23年GDP是多少", load_vocabulary(), known_regions=known).asks[0].region == "云川市"
    english = understand("What was Yunchuan's GDP in 2023?", load_vocabulary(), known_regions=known)
    assert english.asks[0].region == "云川市"


def test_two_digit_year_is_not_a_span() -> None:
    ask = only("云川市23年粮食产量是多少？")
    assert ask.period is not None and ask.period.code() == "2023"
    assert not read("云川市近10年粮食产量是多少？").text.startswith("云川市近2010年")


def test_region_of_a_named_report_counts() -> None:
    assert only("2024年云岭省政府工作报告提出的经济增长目标是多少？").region == "云岭省"


def test_share_names_part_and_whole() -> None:
    ask = only("2023年云川市服务业在地区生产总值中的比重是多少？")
    assert ask.measure == "share" and len(ask.parts) == 2


def test_a_word_beside_the_indicator_narrows_it() -> None:
    first, second = read("How much did disposable income of urban and rural residents grow in 2023?").asks
    assert first.indicator_ids != second.indicator_ids


def test_budget_revenue_is_no_plan() -> None:
    assert only("2023年云川市一般公共预算收入是多少？").status is None


def test_product_beside_revenue_is_not_what_is_measured() -> None:
    ask = only("云川新能源汽车项目产生了多少收入？")
    assert ask.indicator_ids == () and "元" in ask.units


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("2023年云岭省计划完成公路投资多少？", "target"),
        ("2023年云岭省完成公路投资多少？", "actual"),
        ("云川科创城开展省级重点研发计划多少项？", None),
    ],
)
def test_what_is_to_be_completed_is_planned(text: str, status: str | None) -> None:
    assert only(text).status == status


def test_a_list_in_the_clause_before_belongs_to_分别() -> None:
    asks = read("制造业、租赁业的增加值，2024年分别增长了百分之几？").asks
    assert [a.period and a.period.code() for a in asks] == ["2024", "2024"]
    assert "租赁" in "".join(asks[1].terms)
    assert "租赁" not in "".join(asks[0].terms)


def test_from_one_year_to_another_wants_both_levels_and_no_difference() -> None:
    query = read("计划规定，农民的纯收入要从1980年的多少元增加到1985年的多少元？")
    assert [(a.period and a.period.code(), a.status) for a in query.asks] == [
        ("1980", None),
        ("1985", "target"),
    ]
    assert query.operation is None


def test_what_is_counted_in_another_measure_word_is_not_the_indicator() -> None:
    assert only("云川高新区金融机构推出了多少种产品？").indicator_ids == ()
    assert only("云川高新区有多少家金融机构？").indicator_ids == ("financial_institutions",)


def test_above_designated_size_is_no_comparison() -> None:
    query = read("By how much did the profits of industrial enterprises above designated size rise in 2013?")
    assert query.operation is None
    assert query.asks[0].measure == "growth"


def test_between_two_years_wants_both() -> None:
    asks = read("How much did retail sales increase between 2015 and 2018?").asks
    assert [a.period and a.period.code() for a in asks] == ["2015", "2018"]
