"""Names and times that a clause leaves out because another one says them, in sentences about places that do not exist."""

from __future__ import annotations

import pytest
from test_figures import make_report, read

from index.figures import read_figures


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        (
            "逐步提高了住宅和学校方面的投资比重。这个比重，2021年为17%，2022年达到21%",
            ["住宅和学校方面的投资比重"] * 2,
        ),
        ("积累所占的比重，由36%降到31%", ["积累", "积累"]),
        ("全县煤矿建设总规模将达900万吨。计划年底前建成投产300万吨", ["煤矿建设总规模"] * 2),
        ("城乡居民储蓄大幅度增加。年末达到63亿元", ["住户存款余额"]),
        ("有5.5%左右的增速就能够实现比较充分的就业", ["国内生产总值"]),
        ("去年经济增长7.2%", ["国内生产总值"]),
        ("棉花用量的比重，已经由五年前的42%扩大到68%", ["棉花用量的比重"] * 2),
        ("今年拟再安排13亿元灾后重建资金", ["救灾资金"]),
        ("企业出口退税办理时间压缩至4个工作日以内", ["企业出口退税办理时间"]),
        ("企业开办时间从一个月以上压缩到目前的平均3个工作日以内", ["企业开办时间"]),
        ("平均人口自然增长率控制在9‰左右", ["人口自然增长率"]),
        ("省级财政将为此投入8亿元", ["省级财政投入"]),
        ("封山育林14万公顷，退牧还草3万公顷", ["封山育林", "退牧还草"]),
        ("会议、接待等各项开支要比去年节约6%", ["会议、接待等各项开支"]),
    ],
)
def test_a_clause_without_a_name_takes_it_from_before(sentence: str, names: list[str]) -> None:
    assert [figure.indicator for figure in read(sentence)] == names


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("我国七亿农民的积极性空前高涨", ["农民"]),
        ("把十三亿多中国人的饭碗端在自己手里", ["中国人"]),
        ("近1亿农村贫困人口实现脱贫", ["实现脱贫的农村贫困人口"]),
        ("取消65项市级部门及其指定单位实施的审批事项", ["取消的市级部门及其指定单位实施的审批事项"]),
        ("全市有3万多受过高等教育和有专业技能的人才", ["受过高等教育和有专业技能的人才"]),
        ("在40%政府举办的基层医疗机构实施新办法", ["实施新办法的政府举办的基层医疗机构"]),
        ("新签4个自贸协定", ["自贸协定"]),
        ("一次性增加6亿元专项债务限额", ["专项债务限额"]),
    ],
)
def test_what_is_counted_may_have_a_clause_of_its_own(sentence: str, names: list[str]) -> None:
    assert [figure.indicator for figure in read(sentence)] == names


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        (
            "小学、初中学生人均公用经费分别提高到310元和520元",
            ["小学学生人均公用经费", "初中学生人均公用经费"],
        ),
        ("城镇人均绿地面积增加到9平方米，农村增加到12平方米", ["城镇人均绿地面积", "农村人均绿地面积"]),
        (
            "单位国内生产总值能耗和二氧化碳排放分别降低3%和4%",
            ["单位国内生产总值能耗", "单位国内生产总值二氧化碳排放"],
        ),
        ("煤炭、电解铝分别淘汰落后产能40万吨和3万吨", ["煤炭落后产能", "电解铝落后产能"]),
    ],
)
def test_members_of_a_list_share_more_than_their_last_word(sentence: str, names: list[str]) -> None:
    assert [figure.indicator for figure in read(sentence)] == names


def test_an_amount_compared_with_is_of_its_own_time() -> None:
    figures = read("2022年产值达到87亿元，比2020年的71亿元增加16亿元")
    assert [figure.period for figure in figures] == ["2022", "2020", "2022"]


def test_these_years_are_the_ones_just_written() -> None:
    figures = read(
        "2015至2017年，减少支出5亿元。这三年共安排2万人就业，比“十二五”时期的3万人有所减少", "2023"
    )
    assert [figure.period for figure in figures] == ["2015/2017", "2015/2017", "2011/2015"]


def test_a_decade_is_not_its_first_year() -> None:
    assert [
        figure.period for figure in read("目前固定职工的比例，已由五十年代的50%左右，上升到80%以上", "1984")
    ] == [
        "1950/1959",
        "1984",
    ]


def test_a_plan_already_running_dates_its_section_and_a_yearly_average_all_years_under_review() -> None:
    report = make_report(
        [
            ("heading", "一、“十四五”计划的基本任务"),
            (
                "paragraph",
                "在这个期间，粮食产量增长8%，平均每年递增1.6%。落实2030年有关目标。森林面积扩大3万亩。",
            ),
            ("paragraph", "水利建设，五年投资12亿元。"),
            ("heading", "二、“十四五”计划前两年的执行情况"),
            ("paragraph", "去年粮食产量31万吨。"),
        ],
        kind="government work report",
        period="2022",
    )
    assert [(figure.text, figure.period, figure.status) for figure in read_figures(report)] == [
        ("8%", "2021/2025", "target"),
        ("1.6%", "2021/2025", "target"),
        ("3万亩", "2021/2025", "target"),
        ("12亿元", "2021/2025", "target"),
        ("31万吨", "2021", "actual"),
    ]


def test_an_average_over_the_years_under_review_and_a_value_reached_at_their_end() -> None:
    report = make_report(
        [
            ("heading", "一、过去五年的回顾"),
            (
                "paragraph",
                "2022年，财政收入达到74亿元，年均增长6.3%。工业增加值突破40亿元。办理时间压缩至5个工作日。",
            ),
        ],
        kind="government work report",
    )
    assert [(figure.text, figure.period) for figure in read_figures(report)] == [
        ("74亿元", "2022"),
        ("6.3%", "2018/2022"),
        ("40亿元", "2022"),
        ("5个工作日", "2022"),
    ]
