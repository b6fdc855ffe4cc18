"""Units of bare numbers: from the row, its label, the column's header, the 单位 line; and from ratios."""

from __future__ import annotations

import pytest

from eval.table_units import implied_quantities

REPORT = """一、综合
表1 云川市生产总值
单位：亿元
指标\t绝对量\t比上年增长（%）\t比重（%）
地区生产总值\t512.4\t6.1\t100.0
#工业\t148.3\t-1.2\t28.9
注：绝对量按现价计算。
表2 云川市主要指标
指标\t单位\t2021年\t2022年
粮食总产量\t万吨\t20.5\t20.7
城镇化率\t%\t60.9\t61.8
船舶\t万载重吨\t14.2\t11.8
表3 居民生活
指标\t城镇居民\t农村居民
绝对量\t同比（%）\t绝对量\t同比（%）
人均可支配收入（元）\t46875\t4.8\t22318\t7.2
表4 分县主要指标
单位：亿元、%
地区\t总量\t增速\t降幅
白石县\t43.2\t5.1\t3.4
表5 2021—2022年价格
单位：%
类别\t2021\t2022
衣着\t1.1\t-0.8
三次产业结构为12.0∶38.7∶49.3，比分为3∶2∶1。
"""


def readings(quote: str) -> set[str]:
    """What each number may be: its writing with amount and dimension."""
    return {f"{q.text} {float(q.amount):g} {q.dimension}" for q in implied_quantities(quote, REPORT)}


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("#工业\t148.3\t-1.2\t28.9", {"148.3 1.483e+10 yuan", "-1.2 1.2 percent", "28.9 28.9 percent"}),
        ("工业\t148.3", {"148.3 1.483e+10 yuan"}),
        ("粮食总产量\t万吨\t20.5\t20.7", {"20.5 2.05e+08 kilogram", "20.7 2.07e+08 kilogram"}),
        ("城镇化率\t%\t60.9", {"60.9 60.9 percent"}),
        ("船舶\t万载重吨\t14.2\t11.8", {"14.2 142000 ", "11.8 118000 "}),
        ("白石县\t43.2\t5.1\t3.4", {"43.2 4.32e+09 yuan", "5.1 5.1 percent", "3.4 3.4 percent"}),
        ("衣着\t1.1\t-0.8", {"1.1 1.1 percent", "-0.8 0.8 percent"}),
        ("三次产业结构为12.0∶38.7∶49.3", {"12.0 12 percent", "38.7 38.7 percent", "49.3 49.3 percent"}),
        ("比分为3∶2∶1", set()),
        ("工业\t148.4", set()),
        ("铁路\t148.3\t-1.2\t28.9", set()),
        ("地区生产总值512.4", set()),
    ],
    ids=[
        "column header and unit line", "part of a row", "unit cell", "percent cell", "unit of its own reports",
        "two units above", "only a unit line", "structure", "no structure", "another number", "another row", "no row",
    ],
)  # fmt: skip
def test_units(quote: str, expected: set[str]) -> None:
    assert readings(quote) == expected


COUNTIES = """表7 分县指标
单位：亿元、%
地区\t生产总值\t零售总额\t投资\t人口（万人）
总量\t增速\t总量\t增速\t增速
白石县\t43.2\t5.1\t14.2\t8.9\t6.2\t83.5
全市\t—\t6.1\t15.6\t9.4\t7.5\t48.6
表8 居民收支
单位：元
指标\t全体\t按常住地分
城镇\t农村
人均收入（元）\t38803\t49552\t22869
表9 月度
指标\t单位\t12月\t1—12月
当月\t同比±%\t累计\t同比±%
零售总额\t万元\t1512.8\t10.2\t15684.2\t9.4
"""


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        (
            "白石县\t43.2\t5.1\t14.2\t8.9\t6.2\t83.5",
            [("43.2", 10**8), ("5.1", 1), ("14.2", 10**8), ("8.9", 1), ("6.2", 1), ("83.5", 10**4)],
        ),
        ("全市\t—\t6.1\t15.6", [("6.1", 1), ("15.6", 10**8)]),
        ("零售总额\t万元\t1512.8\t10.2\t15684.2\t9.4", [("1512.8", 10**4), ("10.2", 1), ("15684.2", 10**4), ("9.4", 1)]),
    ],
    ids=["a column without lower name", "a cell without value", "unit cell and two groups"],
)  # fmt: skip
def test_a_header_of_two_rows_is_told_by_its_lower_names(quote: str, expected: list[tuple[str, int]]) -> None:
    found = [(q.text, int(q.scale)) for q in implied_quantities(quote, COUNTIES)]
    assert found == expected, "one unit each"


def test_a_header_of_two_rows_that_cannot_be_told_leaves_its_units_possible() -> None:
    found = implied_quantities("人均收入（元）\t38803\t49552", COUNTIES)
    assert {(q.text, q.dimension) for q in found} == {("38803", "yuan"), ("49552", "yuan")}
    found = implied_quantities("人均可支配收入（元）\t46875\t4.8", REPORT)
    assert [(q.text, q.dimension) for q in found] == [("46875", "yuan"), ("4.8", "percent")]


def test_directions_follow_sign_and_header() -> None:
    found = {q.text: q.direction for q in implied_quantities("#工业\t148.3\t-1.2\t28.9", REPORT)}
    assert found == {"148.3": "", "-1.2": "down", "28.9": ""}
    found = {q.text: q.direction for q in implied_quantities("白石县\t43.2\t5.1\t3.4", REPORT)}
    assert found == {"43.2": "", "5.1": "up", "3.4": "down"}


def test_offsets_are_in_the_quote() -> None:
    quote = "见下行：\n城镇化率\t%\t60.9"
    (quantity,) = implied_quantities(quote, REPORT)
    assert quote[quantity.start : quantity.end] == quantity.text == "60.9"
