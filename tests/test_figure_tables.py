"""Figures of tables: rows and columns may each name indicators, periods, regions or units."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

import pytest

from index.figures import read_figures
from index.types import Block, Cell, Metadata, Report, Slot, Table


def make_table(
    rows: list[list[str]], header_rows: int = 1, title: str = "", unit: str = "", notes: tuple[str, ...] = ()
) -> Report:
    """A Report that is one table; "" leaves a place to the cell on its left (merged)."""
    text, cells, blocks = "", [], []
    for row, words in enumerate(rows):
        begin = len(text)
        for column, word in enumerate(words):
            if word:
                span = 1
                while column + span < len(words) and not words[column + span] and row < header_rows:
                    span += 1
                cells.append(Cell(len(text), len(text) + len(word), row, column, 1, span))
            text += word + "\t"
        blocks.append(Block("row", begin, len(text) - 1, table=0, row=row))
        text = text[:-1] + "\n"
    table = Table(tuple(cells), header_rows, title, unit, notes)
    metadata = Metadata(region=Slot("云川市", "title"), period=Slot("2023", "title"))
    return Report(
        "table.txt",
        text,
        array("l", range(len(text))),
        (),
        tuple(blocks),
        (table,),
        (),
        metadata,
        "0" * 64,
        "text",
    )


@dataclass(frozen=True)
class TableCase:
    report: Report
    expected: list[tuple[str, str, str, str, str, str]]  # text, unit, indicator, measure, period, region


TABLES = [
    pytest.param(
        TableCase(
            make_table(
                [
                    ["指标", "单位", "2023年", "比上年增长（%）"],
                    ["地区生产总值", "亿元", "815.6", "6.4"],
                    ["  其中：第一产业增加值", "亿元", "60.2", "-1.5"],
                    ["粮食产量", "万吨", "80", "2.1"],
                ]
            ),
            [
                ("815.6", "亿元", "国内生产总值", "level", "2023", "云川市"),
                ("6.4", "%", "国内生产总值", "growth", "2023", "云川市"),
                ("60.2", "亿元", "第一产业增加值", "level", "2023", "云川市"),
                ("-1.5", "%", "第一产业增加值", "growth", "2023", "云川市"),
                ("80", "万吨", "粮食产量", "level", "2023", "云川市"),
                ("2.1", "%", "粮食产量", "growth", "2023", "云川市"),
            ],
        ),
        id="indicators by measure",
    ),
    pytest.param(
        TableCase(
            make_table(
                [["年份", "2021年", "2022年"], ["进出口总额", "120.5", "131"]],
                title="表1 进出口情况",
                unit="单位：亿元",
            ),
            [
                ("120.5", "亿元", "货物进出口总额", "level", "2021", "云川市"),
                ("131", "亿元", "货物进出口总额", "level", "2022", "云川市"),
            ],
        ),
        id="years in the header, unit line",
    ),
    pytest.param(
        TableCase(
            make_table(
                [
                    ["地区", "地区生产总值", "", "常住人口（万人）"],
                    ["地区", "总量（亿元）", "增速（%）", "常住人口（万人）"],
                    ["北山县", "90.1", "5.0", "41.2"],
                ],
                header_rows=2,
            ),
            [
                ("90.1", "亿元", "国内生产总值", "level", "2023", "北山县"),
                ("5.0", "%", "国内生产总值", "growth", "2023", "北山县"),
                ("41.2", "万人", "常住人口", "level", "2023", "北山县"),
            ],
        ),
        id="regions by indicator, merged header",
    ),
    pytest.param(
        TableCase(
            make_table(
                [["产品", "产量", "比上年增长"], ["粮食", "395.2", "1.7"], ["油料", "17.6", "-0.8"]],
                title="2023年主要农产品产量及增长速度",
                unit="万吨、%",
            ),
            [
                ("395.2", "万吨", "粮食产量", "level", "2023", "云川市"),
                ("1.7", "%", "粮食产量", "growth", "2023", "云川市"),
                ("17.6", "万吨", "油料产量", "level", "2023", "云川市"),
                ("-0.8", "%", "油料产量", "growth", "2023", "云川市"),
            ],
        ),
        id="a unit line of two units, a title of growth",
    ),
    pytest.param(
        TableCase(
            make_table(
                [["指标", "2023年"], ["粮食产量", "395.2"], ["年末常住人口", "480.1"], ["松针", "7.7"]],
                unit="万吨、万人",
            ),
            [
                ("395.2", "万吨", "粮食产量", "level", "2023", "云川市"),
                ("480.1", "万人", "常住人口", "level", "2023", "云川市"),
                ("7.7", "", "松针", "level", "2023", "云川市"),
            ],
        ),
        id="a unit line of two amounts: the indicator says which, or nobody",
    ),
]


@pytest.mark.parametrize("case", TABLES)
def test_tables(case: TableCase) -> None:
    figures = read_figures(case.report)
    assert [(f.text, f.unit, f.indicator, f.measure, f.period, f.region) for f in figures] == case.expected
    for figure in figures:
        assert case.report.text[figure.start : figure.end] == figure.text
        assert figure.cell


def test_a_tables_note_says_that_its_figures_are_preliminary() -> None:
    report = make_table(
        [["指标", "2023年"], ["财政收入", "50"]], unit="亿元", notes=("注：本表为初步统计数。",)
    )
    assert [figure.status for figure in read_figures(report)] == ["preliminary"]


def test_parts_under_a_row_take_its_measure() -> None:
    report = make_table(
        [["指标", "12月", "1—12月"], ["规模以上工业增加值", "6.1", "5.8"], ["其中：制造业", "7.0", "6.6"]],
        title="2023年工业增加值比上年增长",
        unit="%",
    )
    figures = read_figures(report)
    assert [figure.indicator for figure in figures] == ["规模以上工业增加值"] * 2 + ["制造业增加值"] * 2
    assert [figure.period for figure in figures] == ["2023-12", "2023"] * 2
    assert {figure.measure for figure in figures} == {"growth"}


@pytest.mark.parametrize(
    ("title", "rows", "names"),
    [
        (
            "云川市货物进出口总额",
            ["进出口总额", "出口", "一般贸易", "民营企业", "进口", "一般贸易"],
            ["货物进出口总额", "出口总额", "一般贸易出口", "民营企业出口", "进口总额", "一般贸易进口"],
        ),
        (
            "固定资产投资（不含农户）增速",
            ["总计", "制造业", "教育"],
            ["固定资产投资", "制造业投资", "教育固定资产投资"],
        ),
        (
            "居民消费价格比上年涨跌幅度",
            ["居民消费价格", "衣着"],
            ["居民消费价格指数", "衣着居民消费价格"],
        ),
        (
            "主要指标增速",
            ["居民人均可支配收入", "城镇居民", "农村居民"],
            ["居民人均可支配收入", "城镇居民人均可支配收入", "农村居民人均可支配收入"],
        ),
    ],
)
def test_a_row_means_what_the_rows_above_and_the_title_say(
    title: str, rows: list[str], names: list[str]
) -> None:
    table = [["指标", "比上年增长（%）"], *([row, "3.5"] for row in rows)]
    assert [figure.indicator for figure in read_figures(make_table(table, title=title))] == names


def _names(report: Report) -> list[tuple[str, str, str | None]]:
    return [(figure.text, figure.indicator, figure.indicator_id) for figure in read_figures(report)]


def test_amount_and_growth_of_one_row_have_one_name() -> None:
    rows = [
        ["产品名称", "产量", "比上年增长（%）"],
        ["光伏组件（万千瓦）", "779.1", "95.3"],
    ]
    names = _names(make_table(rows, title="主要工业产品产量"))
    assert [name for _, name, _ in names] == ["太阳能电池产量"] * 2


def test_everybody_is_no_group_and_town_and_country_are_two() -> None:
    rows = [
        ["指标", "全体居民", "城镇", "农村"],
        ["工资性收入", "22273", "29632", "11364"],
        ["恩格尔系数（%）", "31.0", "30.2", "33.7"],
    ]
    names = _names(make_table(rows, title="居民收支", unit="元"))
    assert names[0][2] == "wage_income"
    assert [name for _, name, _ in names[1:3]] == ["城镇居民工资性收入", "农村居民工资性收入"]
    assert [name for _, name, _ in names[4:]] == ["城镇居民恩格尔系数", "农村居民恩格尔系数"]


def test_a_header_over_several_columns_names_each_of_them() -> None:
    rows = [
        ["地区", "地区生产总值", "", "居民人均可支配收入", ""],
        ["", "总量（亿元）", "增速（%）", "城镇（元）", "农村（元）"],
        ["南浦区", "618.3", "6.2", "52178", "24653"],
    ]
    names = _names(make_table(rows, header_rows=2, title="分县区主要指标"))
    assert [name for _, name, _ in names] == [
        "国内生产总值",
        "国内生产总值",
        "城镇居民人均可支配收入",
        "农村居民人均可支配收入",
    ]
