"""Names that a whole clause gives, and the times and statuses read with them; all sentences are invented."""

from __future__ import annotations

import pytest
from test_figures import make_report

from index.figures import figures_in_text, read_figures
from index.types import Figure


def read(text: str, period: str = "2023") -> list[Figure]:
    return figures_in_text(text, period=period, region="云川市")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("出台促进经济增长的12项措施", ["促进经济增长的措施"]),
        ("全市原来低产贫困的24个村", ["低产贫困的村"]),
        ("在城镇安排6万人就业", ["城镇安排就业的人"]),
        ("用于现有企业技术改造的资金为13亿元", ["用于现有企业技术改造的资金"]),
        ("基本药物制度在30%的卫生院实施", ["实施基本药物制度的卫生院"]),
        ("本届政府减少1/3审批事项的目标提前实现", ["行政审批事项"]),
        ("农业总产值增长4%（包括村办工业为6%）", ["农业总产值", "农业总产值"]),
        ("毕业生就业率达到83%，比上年增加6万人", ["高校毕业生就业率", "高校毕业生就业人数"]),
        ("非常设机构由85个减为26个", ["非常设机构", "非常设机构"]),
        ("各级机关人员总数减少幅度在25%左右", ["机关人员总数"]),
        ("先后4次降低存款准备金率", ["降低存款准备金率"]),
        ("印花布、雨花绸等15项群众经常办理事项实现跨省通办", ["实现跨省通办的群众经常办理事项"]),
        ("城乡低保人均补助标准分别提高5%和8%", ["城市低保人均补助标准", "农村低保人均补助标准"]),
        ("制造业投资增长9%，带动固定资产投资增长5%", ["制造业投资", "固定资产投资"]),
    ],
)
def test_the_clause_names_what_the_noun_alone_does_not(text: str, names: list[str]) -> None:
    assert [figure.indicator for figure in read(text)] == names


REVIEW = ("heading", "一、过去五年的工作回顾")
PLAN = ("heading", "二、今后五年的主要任务")


def work_report(*blocks: tuple[str, str], year: int = 2023) -> list[Figure]:
    return read_figures(make_report(list(blocks), kind="government work report", period=str(year)))


@pytest.mark.parametrize(
    ("heading", "text", "periods", "statuses"),
    [
        (REVIEW, "五年全社会固定资产投资完成31亿元。", ["2018/2022"], ["actual"]),
        (REVIEW, "市级财政五年支出5亿元。", ["2018/2022"], ["actual"]),
        (REVIEW, "赤字率一直控制在3%以内。", ["2018/2022"], ["actual"]),
        (REVIEW, "从2019年起扩大招生，高考录取率从36%提高到59%。", ["2018", "2022"], ["actual"] * 2),
        (
            REVIEW,
            "对2016年底以前发布的75件规章进行清理，废止7件。",
            ["2018/2022", "2018/2022"],
            ["actual"] * 2,
        ),
        (REVIEW, "提前实现人均公用经费500元的目标。", ["2018/2022"], ["actual"]),
        (PLAN, "用两年时间将筹资标准由50元提高到100元。", ["2022", "2024"], ["actual", "target"]),
        (PLAN, "今年教育投入将由去年的10亿元增加到15亿元。", ["2022", "2023"], ["actual", "target"]),
    ],
)
def test_years_that_open_a_clause_and_what_was_reached(
    heading: tuple[str, str], text: str, periods: list[str], statuses: list[str]
) -> None:
    figures = work_report(heading, ("paragraph", text))
    assert [figure.period for figure in figures] == periods
    assert [figure.status for figure in figures] == statuses


def test_the_year_planned_for_need_not_be_the_reports() -> None:
    figures = work_report(
        ("heading", "二、2024年计划的主要指标"),
        ("paragraph", "粮食产量34万吨，比2023年预计增加2万吨。"),
    )
    assert [(figure.period, figure.status) for figure in figures] == [("2024", "target")] * 2


def test_each_of_the_years_before_has_its_figure() -> None:
    figures = read("2022年，用水量由前三年分别上升4%、5%、2%，转为下降1%")
    assert [figure.period for figure in figures] == ["2019", "2020", "2021", "2022"]


def test_a_yearly_average_goes_on_and_a_multiples_base_dates_nothing() -> None:
    figures = read("工资总额2015年达到9亿元，2022年达到16亿元，平均每年增加1亿元，增长8%")
    assert figures[-1].basis == "年均" and figures[-1].period == figures[-2].period
    figures = read("安排资金17亿元，是2010年的2倍，全年建成住房43万套")
    assert [figure.period for figure in figures] == ["2023", "2023", "2023"]


def test_two_years_named_apart_are_no_span() -> None:
    figures = read("仅2021、2022两年就节约4万吨标准煤")
    assert [figure.period for figure in figures] == ["2021/2022"]


def test_numbers_that_name_and_numbers_with_a_half() -> None:
    assert [figure.text for figure in read("十种有色金属产量108万吨")] == ["108万吨"]
    assert [(str(figure.value), figure.unit) for figure in read("占比提高2个多百分点")] == [("2", "个百分点")]
    assert [(str(figure.value), figure.indicator) for figure in read("人均只有一亩半耕地")] == [
        ("1.5", "人均耕地")
    ]


@pytest.mark.parametrize(
    "text",
    ["在云岭省试点的基础上，又扩大了8个县", "全世界都看到，我市把人员裁减了100人"],
)
def test_a_place_by_the_way_is_not_whose_figure_it_is(text: str) -> None:
    assert [figure.region for figure in read(text)] == ["云川市"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("全员劳动生产率为每人每年38万元", ["全员劳动生产率"]),
        ("城镇调查失业率年平均为5%", ["城镇调查失业率"]),
        ("城镇新增就业4万人，完成全年目标任务的59%", ["城镇新增就业", "城镇新增就业"]),
        ("省级重点龙头企业68家、国家级6家", ["省级重点龙头企业", "国家级重点龙头企业"]),
        ("经营主体8万户，新登记1万户", ["经营主体", "新登记经营主体"]),
        (
            "三次产业对经济增长的贡献率分别为5%、44%和51%",
            [f"第{number}产业对经济增长的贡献率" for number in "一二三"],
        ),
        (
            "居民人均可支配收入3万元，其中城镇居民4万元，增长4%；农村居民2万元",
            ["居民人均可支配收入"] + ["城镇居民人均可支配收入"] * 2 + ["农村居民人均可支配收入"],
        ),
        (
            "民营经济增加值23亿元，占地区生产总值的比重为54%，比上年提高0.6个百分点",
            ["民营经济增加值", "民营经济增加值占比", "民营经济增加值占比"],
        ),
        (
            "规模以上工业增加值增长7%，其中制造业增长8%；6月份当月增长6%",
            ["规模以上工业增加值", "制造业增加值", "规模以上工业增加值"],
        ),
        ("新增发电装机容量4亿千瓦，其中水电9千万千瓦", ["发电装机容量", "水电装机容量"]),
        ("新引进各类人才1万人", ["新引进人才"]),
        ("65周岁及以上人口占15%", ["65周岁及以上人口"]),
    ],
)
def test_what_was_said_before_names_the_next_figure(text: str, names: list[str]) -> None:
    assert [figure.indicator for figure in read(text)] == names


def test_quarters_listed_date_nothing_after_them() -> None:
    figures = read("地区生产总值43亿元。分季度看，一季度增长5%，上半年增长6%。民营经济增加值23亿元。")
    assert [figure.period for figure in figures] == ["2023", "2023-01/2023-03", "2023-01/2023-06", "2023"]
    assert {figure.indicator for figure in figures[:3]} == {"国内生产总值"}


def test_what_has_not_fallen_is_what_grows() -> None:
    figures = read("今年又遇上了自然灾害，工农业总产值不仅没有下降，而且比上年增长3%")
    assert [figure.indicator for figure in figures] == ["工农业总产值"]


def test_what_a_plan_says_of_the_present_is_a_fact() -> None:
    figures = work_report(PLAN, ("paragraph", "9亿多劳动力，是我们最大的资源。"))
    assert [(figure.period, figure.status) for figure in figures] == [("2023", "actual")]
