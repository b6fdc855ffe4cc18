"""How sure a figure of a work report is, and which years it is of."""

from __future__ import annotations

from test_figures import make_report

from index.figures import read_figures


def test_a_finished_goal_is_no_target_and_a_sum_of_years_dates_nothing() -> None:
    report = make_report(
        [
            ("heading", "一、过去五年的回顾"),
            (
                "paragraph",
                "如期完成裁减机构50个的任务。新增装机3.5亿千瓦，是1950年到2002年的总和；新增公路19万公里。",
            ),
        ],
        kind="government work report",
    )
    figures = read_figures(report)
    assert [(figure.status, figure.period) for figure in figures] == [("actual", "2018/2022")] * 3


def told(blocks: list[tuple[str, str]], period: str = "2023") -> list[tuple[str, str | None, str]]:
    """Text, period and status of the figures of a work report made of `blocks`."""
    report = make_report(blocks, kind="government work report", period=period)
    return [(figure.text, figure.period, figure.status) for figure in read_figures(report)]


def test_years_that_only_say_by_what_measure_or_how_many_are_passed_over() -> None:
    assert told(
        [
            ("heading", "2023年工作安排"),
            ("paragraph", "会议费要按上年实际数额核减20%。从去年超收收入中安排500亿元。"),
            ("paragraph", "“十四五”期间关停小火电5万千瓦，今年关停1万千瓦；五年淘汰落后产能9万吨。"),
            ("paragraph", "拟投入资金30亿元，比上年预计数增加4亿元。预计减税2.5亿元，其中退税1.5亿元。"),
        ]
    ) == [
        ("20%", "2023", "target"),
        ("500亿元", "2023", "target"),
        ("5万千瓦", "2021/2025", "target"),
        ("1万千瓦", "2023", "target"),
        ("9万吨", "2021/2025", "target"),
        ("30亿元", "2023", "target"),
        ("4亿元", "2023", "target"),
        ("2.5亿元", "2023", "forecast"),
        ("1.5亿元", "2023", "forecast"),
    ]


def test_what_was_before_is_of_the_year_said_or_of_the_year_before_a_plan() -> None:
    assert told(
        [
            ("heading", "一、2022年工作回顾"),
            ("paragraph", "起征点由2000元提高到3500元。"),
            ("paragraph", "总额从2017年的86亿元增加到2022年的189亿元；储备从13亿元增加到28亿元。"),
            ("heading", "二、2023年工作安排"),
            ("paragraph", "到2030年，劳动生产率从8.7万元提高到12万元。"),
        ]
    ) == [
        ("2000元", "2022", "actual"),
        ("3500元", "2022", "actual"),
        ("86亿元", "2017", "actual"),
        ("189亿元", "2022", "actual"),
        ("13亿元", "2017", "actual"),
        ("28亿元", "2022", "actual"),
        ("8.7万元", "2022", "actual"),
        ("12万元", "2030", "target"),
    ]


def test_the_years_of_a_plan_go_on_under_a_heading_that_names_them() -> None:
    assert told(
        [
            ("heading", "二、“十三五”时期发展成就和“十四五”时期主要目标任务"),
            ("paragraph", "过去五年，贡献率提高到60%。1997年收入达到5160元。"),
            ("paragraph", "“十四五”时期是关键的五年。"),
            ("paragraph", "——推动绿色发展。森林覆盖率达到24.1%。"),
            ("heading", "三、2021年重点工作"),
            ("paragraph", "新建公路20万公里。"),
        ],
        period="2021",
    ) == [
        ("60%", "2020", "actual"),
        ("5160元", "1997", "actual"),
        ("24.1%", "2021/2025", "target"),
        ("20万公里", "2021", "target"),
    ]


def test_a_level_behind_a_yearly_average_is_of_the_year_said_first() -> None:
    assert told(
        [
            ("heading", "一、过去五年的回顾"),
            ("paragraph", "2022年，人均收入达到5160元，五年来年均增长6%；人均支出达到2090元。"),
            ("paragraph", "实施山区开发战略三年来，投入不断加大。新开工36项工程。"),
        ]
    ) == [
        ("5160元", "2022", "actual"),
        ("6%", "2018/2022", "actual"),
        ("2090元", "2022", "actual"),
        ("36项", "2020/2022", "actual"),
    ]


def test_spans_compared_dates_far_ahead_and_what_is_so_now() -> None:
    assert told(
        [
            ("heading", "一、过去五年的回顾"),
            ("paragraph", "“十三五”时期同“十二五”时期相比，粮食年平均产量由30万吨增加到37万吨。"),
            ("paragraph", "启动面向2035年的重大项目，新设6个示范区。由五年前的50%扩大到80%。"),
            ("paragraph", "基本养老金从2004年的700元提高到现在的1721元。十年1.4万农村人口进城落户。"),
        ]
    ) == [
        ("30万吨", "2011/2015", "actual"),
        ("37万吨", "2016/2020", "actual"),
        ("6个", "2018/2022", "actual"),
        ("50%", "2018", "actual"),
        ("80%", "2022", "actual"),
        ("700元", "2004", "actual"),
        ("1721元", "2023", "actual"),
        ("1.4万", "2013/2022", "actual"),
    ]


def test_the_years_of_a_plan_under_way_are_no_facts() -> None:
    assert told(
        [
            ("heading", "一、“十四五”计划的基本任务"),
            ("paragraph", "五年合计建成住宅3亿平方米，明年要安排得好。明年、明年。"),
            ("paragraph", "五年合计财政支出为609亿元。"),
        ],
        period="2022",
    ) == [("3亿平方米", "2021/2025", "target"), ("609亿元", "2021/2025", "target")]


def test_times_said_in_passing_and_what_was_looked_into() -> None:
    assert told(
        [
            ("heading", "一、2022年工作回顾"),
            ("paragraph", "工程可望在今年内投产。全年施工的改造项目740个。"),
            ("paragraph", "从2018年到2021年的四年间，产值增长33.6%，而收入却下降了3.3%。"),
            ("paragraph", "一年多来，接待了30多个代表团。解放以来，粮食产量增长2倍。"),
            ("heading", "二、2023年工作安排"),
            ("paragraph", "据对176个项目的检查，浪费现象惊人。"),
        ]
    ) == [
        ("740个", "2022", "actual"),
        ("33.6%", "2018/2021", "actual"),
        ("3.3%", "2018/2021", "actual"),
        ("30多个", "2022", "actual"),
        ("2倍", "1949/2022", "actual"),
        ("176个", "2023", "actual"),
    ]
