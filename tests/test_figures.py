"""Figures read out of sentences about places that do not exist, slot by slot."""

from __future__ import annotations

import random
from array import array
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.figures import figures_in_text, format_figure, read_figures
from index.types import Block, Figure, Metadata, Report, Slot
from index.units import same_quantity


def slots(figure: Figure) -> tuple[str, str, str, str]:
    """What most tests compare: value, unit, indicator and measure."""
    return (format(figure.value, "f"), figure.unit, figure.indicator, figure.measure)


def read(text: str, period: str | None = "2023", region: str | None = "云川市") -> list[Figure]:
    figures = figures_in_text(text, period=period, region=region)
    for figure in figures:
        assert text[figure.start : figure.end] == figure.text
        if figure.indicator_start >= 0:
            assert text[figure.indicator_start : figure.indicator_end].strip()
    return figures


def test_the_rest_of_a_figure_with_a_space_in_it_is_no_figure() -> None:
    assert [figure.text for figure in read("全年增加值1,23 05.3亿元，出口98.7亿元。")] == ["98.7亿元"]


def test_a_subject_is_carried_over_the_clauses_that_leave_it_out() -> None:
    text = "今年上半年地区生产总值815.6亿元，扣除价格因素同比增长6.4%，分别快于全国、全省1.2个、0.7个百分点"
    figures = read(text)
    assert [slots(figure) for figure in figures] == [
        ("815.6", "亿元", "国内生产总值", "level"),
        ("6.4", "%", "国内生产总值", "growth"),
        ("1.2", "个百分点", "国内生产总值", "lead"),
        ("0.7", "个百分点", "国内生产总值", "lead"),
    ]
    assert [figure.reference for figure in figures] == [None, None, "全国", "全省"]
    assert {figure.period for figure in figures} == {"2023-01/2023-06"}
    assert {figure.region for figure in figures} == {"云川市"}
    assert figures[1].basis == "同比"


def test_an_industry_named_in_the_clause_before_belongs_to_the_head() -> None:
    figures = read("规模以上工业增加值同比增长9.1%，制造业稳步回升，增加值同比增长10.2%")
    assert [figure.indicator for figure in figures] == ["规模以上工业增加值", "制造业增加值"]


def test_respectively_lists_are_paired_item_by_item() -> None:
    figures = read(
        "高技术制造业、装备制造业增加值分别增长12.5%、7.3%；全年基础设施、制造业投资分别下降1.4%、增长8%"
    )
    assert [(figure.indicator, format(figure.value, "f")) for figure in figures] == [
        ("高技术制造业增加值", "12.5"),
        ("装备制造业增加值", "7.3"),
        ("基础设施投资", "-1.4"),
        ("制造业投资", "8"),
    ]


def test_counts_with_their_nouns_on_either_side() -> None:
    figures = read("全市拥有省级以上研发机构31家、高新技术企业420家，取消了56项审批事项，新建服务站8个")
    assert [slots(figure) for figure in figures] == [
        ("31", "家", "省级以上研发机构", "level"),
        ("420", "家", "高新技术企业", "level"),
        ("56", "项", "行政审批事项", "level"),
        ("8", "个", "新建服务站", "level"),
    ]


def test_total_after_newly_added() -> None:
    figures = read("累计新增经营主体3120户，总量达1.9万余户")
    assert [figure.indicator_id for figure in figures] == ["new_market_entities", "market_entities"]
    assert (figures[1].value, figures[1].unit, figures[1].qualifier) == (Decimal("1.9"), "万户", "余")


def test_share_against_amount() -> None:
    figures = read("软件产业规模达到640亿元、占全省31.5%")
    assert [(figure.unit, figure.measure, figure.reference) for figure in figures] == [
        ("亿元", "level", None),
        ("%", "share", "全省"),
    ]


def test_from_to_gives_two_levels() -> None:
    figures = read("轨道交通里程由46公里增加到0.01万公里")
    assert [(format(figure.value, "f"), figure.unit, figure.measure) for figure in figures] == [
        ("46", "公里", "level"),
        ("0.01", "万公里", "level"),
    ]
    assert figures[0].reference == "由" and figures[1].reference is None
    assert {figure.direction for figure in figures} == {"up"}


def test_more_than_the_nation_or_less_than_last_year() -> None:
    lead, fall = read("失业率比全省低0.4个百分点，城镇化率比上年回落0.2个百分点")
    assert (lead.measure, lead.value, lead.reference) == ("lead", Decimal("-0.4"), "全省")
    assert (fall.measure, fall.value, fall.reference) == ("change", Decimal("-0.2"), "上年")


def test_from_to_around_the_noun() -> None:
    figures = read("将运输业现行11%的税率降至9%")
    assert [(figure.measure, figure.value) for figure in figures] == [("rate", 11), ("rate", 9)]
    assert figures[0].indicator == figures[1].indicator != ""


def test_a_fall_is_negative_but_a_fall_to_is_a_level() -> None:
    figures = read("进出口总额下降3.2%，居民消费价格涨幅回落到1.1%，农村贫困人口减少12万人")
    assert [(format(figure.value, "f"), figure.measure, figure.direction) for figure in figures] == [
        ("-3.2", "growth", "down"),
        ("1.1", "growth", "down"),
        ("-12", "change", "down"),
    ]


def test_years_of_a_from_to_date_their_own_figures() -> None:
    figures = read("人均可支配收入由2015年的21200元增加到2020年的30500元，年均实际增长6.1%", period="2020")
    assert [figure.period for figure in figures] == ["2015", "2020", "2015/2020"]


def test_a_pair_of_years_goes_on_for_the_next_from_to() -> None:
    text = "公路里程由2015年的1200公里增加到2020年的1500公里，其中高速公路由60公里增加到95公里"
    assert [figure.period for figure in read(text, period="2020")] == ["2015", "2020", "2015", "2020"]


def test_a_share_of_the_whole_is_named_as_such() -> None:
    first, second, third = read(
        "服务业在地区生产总值中的比重上升到48.5%，研发经费支出与地区生产总值之比达到2.1%，财政收入的60%来自工业"
    )
    assert (first.indicator_id, first.direction) == ("industrial_structure_share_tertiary", "up")
    assert second.indicator_id == "research_intensity"
    assert third.measure == "share"


def test_a_list_in_one_clause_and_its_figures_in_the_next() -> None:
    figures = read("城镇居民人均可支配收入和农村居民人均可支配收入，分别增长5.3%和6.2%")
    assert [figure.indicator_id for figure in figures] == [
        "urban_disposable_income",
        "rural_disposable_income",
    ]


def test_a_number_within_a_name_belongs_to_the_name() -> None:
    figures = read("进出口过亿元企业达70家，主营业务收入2000万元以上的企业有35家")
    assert [figure.text for figure in figures] == ["70家", "2000万元", "35家"]  # 过亿元 is a class
    assert figures[0].indicator == "进出口过亿元企业"


def test_whose_this_year_is_unknown_stays_unknown() -> None:
    [figure] = read("今年粮食产量80万吨。", period=None, region=None)
    assert (figure.period, figure.region) == (None, None)


def test_another_year_in_this_years_report() -> None:
    figures = read("人才总量突破12万人，2021年人才流入2.3万人，同比增长9.8%。全年接待游客300万人次。")
    assert [figure.period for figure in figures] == ["2023", "2021", "2021", "2023"]
    assert [figure.period_origin for figure in figures] == ["metadata", "sentence", "sentence", "sentence"]


def test_targets_forecasts_and_what_is_missed() -> None:
    text = (
        "今年发展主要预期目标是：地区生产总值增长6%左右；新增城镇就业5万人以上。"
        "广义货币增长8.2%，低于9%左右的预期目标。"
    )
    assert [figure.status for figure in read(text)] == ["target", "target", "actual", "target"]
    assert [figure.status for figure in read("预计全年粮食产量达到80万吨")] == ["forecast"]
    assert [figure.status for figure in read("初步核算，地区生产总值90亿元")] == ["preliminary"]


def test_the_nation_inside_a_citys_report() -> None:
    figures = read("全国城镇调查失业率为5.2%，云川市城镇调查失业率为4.9%")
    assert [figure.region for figure in figures] == ["全国", "云川市"]


def test_ranges_share_their_text() -> None:
    figures = read("预期目标：地区生产总值增长6%－6.5%，物价涨幅百分之三至四，投资3—5亿元")
    assert [(format(figure.value, "f"), figure.unit) for figure in figures] == [
        ("6", "%"), ("6.5", "%"), ("3", "%"), ("4", "%"), ("3", "亿元"), ("5", "亿元"),
    ]  # fmt: skip
    assert figures[0].range_text == figures[1].range_text == "6%－6.5%"


@pytest.mark.parametrize(
    "text",
    [
        "2023年9月22日举行第六届博览会",
        "2013—2017年",
        "“十四五”规划、“15分钟服务圈”、“云川60”车型",
        "《云川市2030行动方案》印发",
        "升级5G网络，治理PM2.5，召开G20峰会",
        "第三产业加快发展，党的二十大报告，一个中心、两个基本点",
        "十分重视，三方面工作，八十年代，二十国集团",
        "云政发〔2023〕15号文件",
    ],
)
def test_years_dates_names_and_ordinals_are_no_figures(text: str) -> None:
    assert read(text) == []


def test_bare_scales_multiples_and_ranks() -> None:
    figures = read("销售收入超百亿元，月产破万辆，上市企业翻一番，产值是2012年的三倍，经济总量居全省第3位")
    assert [(format(figure.value, "f"), figure.unit, figure.measure) for figure in figures] == [
        ("100", "亿元", "level"),
        ("1", "万辆", "level"),
        ("1", "番", "multiple"),
        ("3", "倍", "multiple"),
        ("3", "位", "rank"),
    ]
    assert figures[-1].reference == "全省"


def test_contribution_names_what_it_adds_to() -> None:
    [growth, pull] = read("工业技改投资同比增长20%，拉动工业投资增长4.5个百分点")
    assert (growth.measure, pull.measure, pull.reference) == ("growth", "contribution", "工业投资")
    assert pull.indicator == growth.indicator


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("GDP reached 81.56 billion yuan.", "81.56", "billion yuan"),
        ("It grew by 6.4 percent.", "6.4", "%"),
        ("That was 1.2 percentage points faster than the nation.", "1.2", "percentage points"),
        ("The zone has 2,057 high-tech enterprises.", "2057", ""),
        ("Investment of US$46.8 billion was used.", "46.8", "billion US dollars"),
        ("There were 12.44 million new urban jobs.", "12.44", "million"),
        ("Imports fell by 3.2% in 2023.", "-3.2", "%"),
    ],
)
def test_english_figures(text: str, value: str, unit: str) -> None:
    [figure] = read(text)
    assert (format(figure.value, "f"), figure.unit) == (value, unit)


def test_english_lists_borrow_their_unit() -> None:
    figures = read("By 2.7 and 1.9 percentage points respectively in 2023 [1].")
    assert [(format(figure.value, "f"), figure.unit) for figure in figures] == [
        ("2.7", "percentage points"),
        ("1.9", "percentage points"),
    ]


# ---------------------------------------------------------------- whole reports


def make_report(
    paragraphs: list[tuple[str, str]], kind: str = "bulletin", period: str = "2023", region: str = "云川市"
) -> Report:
    """A Report of headings and paragraphs: ("heading" | "paragraph", text)."""
    text, blocks = "", []
    for block_kind, words in paragraphs:
        level = 1 if block_kind == "heading" else 0
        blocks.append(Block(block_kind, len(text), len(text) + len(words), level))  # type: ignore[arg-type]
        text += words + "\n"
    metadata = Metadata(region=Slot(region, "title"), period=Slot(period, "title"), kind=Slot(kind, "title"))
    return Report(
        "report.txt",
        text,
        array("l", range(len(text))),
        (),
        tuple(blocks),
        (),
        (),
        metadata,
        "0" * 64,
        "text",
    )


def test_a_work_report_reviews_last_year_and_plans_this_one() -> None:
    report = make_report(
        [
            ("heading", "一、2022年工作回顾"),
            ("paragraph", "全年地区生产总值增长5.5%，城镇新增就业4.2万人。"),
            ("heading", "二、2023年工作安排"),
            ("paragraph", "赤字率拟按3%安排，比去年提高0.2个百分点。"),
            ("paragraph", "去年财政收入增长7%。"),
        ],
        kind="government work report",
    )
    figures = read_figures(report)
    assert [(figure.text, figure.period, figure.status) for figure in figures] == [
        ("5.5%", "2022", "actual"),
        ("4.2万人", "2022", "actual"),
        ("3%", "2023", "target"),
        ("0.2个百分点", "2023", "target"),
        ("7%", "2022", "actual"),
    ]


def test_goals_facts_and_the_end_of_several_years_in_a_work_report() -> None:
    report = make_report(
        [
            ("heading", "一、过去五年的回顾"),
            ("paragraph", "常住人口城镇化率由52%提高到61%。新增铁路里程800公里，地区生产总值年均增长6.1%。"),
            ("paragraph", "五年内新增装机容量95万千瓦，公路通车里程450公里。"),  # the verb holds for the list
            ("heading", "二、2023年工作安排"),
            (
                "paragraph",
                "今年主要预期目标是：地区生产总值增长6%，在实际工作中争取更好结果；城镇新增就业5万人。",
            ),
            ("paragraph", "财政收入的60%来自国有企业，已有商会210家。"),
        ],
        kind="government work report",
    )
    figures = read_figures(report)
    assert [(figure.text, figure.period, figure.status) for figure in figures] == [
        ("52%", "2017", "actual"),
        ("61%", "2022", "actual"),
        ("800公里", "2018/2022", "actual"),
        ("6.1%", "2018/2022", "actual"),
        ("95万千瓦", "2018/2022", "actual"),
        ("450公里", "2018/2022", "actual"),
        ("6%", "2023", "target"),
        ("5万人", "2023", "target"),
        ("60%", "2023", "actual"),
        ("210家", "2023", "actual"),
    ]


def test_names_say_what_was_counted() -> None:
    figures = read(
        "同我国建交的国家达到155个；为3730万名贫困家庭学生免费提供教科书；财政安排51亿元，用于支持防汛"
    )
    assert [figure.indicator for figure in figures] == [
        "建交的国家",
        "免费提供教科书的贫困家庭学生",
        "财政用于支持防汛的资金",
    ]


def test_lists_with_verbs_of_their_own_and_groups_of_a_whole() -> None:
    figures = read("石化、钢铁、船舶增加值分别增长3.8%、下降1.6%和增长7%；常住人口485万人，其中城镇309万人")
    assert [(figure.indicator, format(figure.value, "f")) for figure in figures] == [
        ("石化增加值", "3.8"),
        ("钢铁增加值", "-1.6"),
        ("船舶增加值", "7"),
        ("常住人口", "485"),
        ("城镇常住人口", "309"),
    ]


def test_period_and_region_come_from_where_they_are_said() -> None:
    report = make_report(
        [
            ("paragraph", "2021年，北山县粮食产量12万吨。油料产量3万吨。"),
            ("paragraph", "棉花产量0.4万吨。"),
        ]
    )
    grain, oil, cotton = read_figures(report)
    assert (grain.period, grain.period_origin) == ("2021", "sentence")
    assert (oil.period, oil.period_origin) == ("2021", "paragraph")
    assert (cotton.period, cotton.period_origin) == ("2023", "title")
    assert (cotton.region, cotton.region_origin) == ("云川市", "title")


# ---------------------------------------------------------------- properties

_UNITS = [
    "%",
    "个百分点",
    "元",
    "万元",
    "亿元",
    "万亿元",
    "万吨",
    "亿千瓦时",
    "公里",
    "万公里",
    "万人",
    "家",
    "项",
    "万亩",
]


@given(
    st.decimals(min_value=Decimal("0.1"), max_value=99999, places=1),
    st.sampled_from(_UNITS),
    st.sampled_from(["", "超过", "近", "约", "余", "左右", "以上"]),
    st.booleans(),
)
@settings(deadline=None, max_examples=200)
def test_a_figure_written_out_is_read_back(value: Decimal, unit: str, qualifier: str, falling: bool) -> None:
    verb = (
        "下降" if falling and unit in ("%", "个百分点") else "增长" if unit in ("%", "个百分点") else "达到"
    )
    before, after = (qualifier, "") if qualifier in ("超过", "近", "约") else ("", qualifier)
    inner, after = (after, "") if after == "余" else ("", after)
    [figure] = read(f"工业投资{verb}{before}{value}{inner}{unit}{after}。")
    assert abs(figure.value) == value and figure.unit == unit and figure.qualifier == (qualifier or None)
    [again] = read(f"工业投资{format_figure(figure)}。")
    assert (again.value, again.unit, again.qualifier) == (figure.value, figure.unit, figure.qualifier)


@given(
    st.text(
        alphabet="增长下降到由从占全国比上年％%亿元万个百分点0123456789.，。、；：（）和分别其中达",
        max_size=60,
    )
)
@settings(deadline=None, max_examples=200)
def test_no_text_breaks_the_reader(text: str) -> None:
    end = 0
    for figure in figures_in_text(text, period="2023", region="云川市"):
        assert text[figure.start : figure.end] == figure.text
        assert figure.start >= end
        end = figure.end


_LEVELS = [
    ("地区生产总值", "国内生产总值", "亿元"),
    ("粮食产量", "粮食产量", "万吨"),
    ("城镇新增就业", "城镇新增就业", "万人"),
    ("财政收入", "财政收入", "亿元"),
    ("常住人口", "常住人口", "万人"),
]
_PERIODS = [
    ("2021年", "2021"),
    ("2022年上半年", "2022-01/2022-06"),
    ("今年前三季度", "2023-01/2023-09"),
    ("去年", "2022"),
]
_PLACES = [("全国", "全国"), ("云川市", "云川市"), ("", "云川市")]


def test_five_thousand_sentences_with_known_slots() -> None:
    draw = random.Random(20261123)
    for _ in range(1000):
        sentences, expected = "", []
        for _ in range(5):
            words, indicator, unit = draw.choice(_LEVELS)
            when, period = draw.choice(_PERIODS)
            where, region = draw.choice(_PLACES)
            level = Decimal(draw.randrange(10, 99999)) / 10
            growth = Decimal(draw.randrange(1, 300)) / 10
            falling = draw.random() < 0.4
            verb = draw.choice(["达到", "实现", "为", ""])
            sentences += (
                f"{when}{where}{words}{verb}{level}{unit}，同比{'下降' if falling else '增长'}{growth}%。"
            )
            expected.append((level, unit, indicator, "level", period, region))
            expected.append((-growth if falling else growth, "%", indicator, "growth", period, region))
        found = read(sentences)
        assert [
            (figure.value, figure.unit, figure.indicator, figure.measure, figure.period, figure.region)
            for figure in found
        ] == expected


def test_the_same_figure_in_two_languages() -> None:
    [chinese] = read("进出口总额468亿美元")
    [english] = read("Total trade was US$46.8 billion.")
    assert same_quantity(chinese.value, chinese.unit, english.value, english.unit)
    assert (chinese.base_unit, chinese.scale, english.base_unit, english.scale) == ("美元", 8, "美元", 9)


def test_the_year_behind_from_dates_nothing_past_its_turn() -> None:
    text = "云川市2022年民营企业利润由上年下降1.7%转为增长9.1%，单位能耗下降4.6%"
    figures = read(text, period="2022")
    assert [(f.text, f.period) for f in figures] == [("1.7%", "2021"), ("9.1%", "2022"), ("4.6%", "2022")]


@pytest.mark.parametrize("lead_in", ["连创新高", "屡创历史新高", "再创新高", "从8月份起大幅回升"])
def test_a_subject_is_carried_from_a_clause_that_only_praises_it(lead_in: str) -> None:
    (figure,) = read(f"粮食产量{lead_in}，去年达到31.5万吨")[-1:]
    assert figure.indicator_id == "grain_output"


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("停建、缓建了小型项目95个", ["停建缓建小型项目"]),
        ("农民新建住宅3亿平方米", ["农民新建住宅"]),
        ("各部门取消和调整的收费项目达到97项", ["各部门取消和调整的收费项目"]),
        ("建立了大病救助基金，已积累资金42亿元", ["大病救助基金积累资金"]),
        ("实施学生营养计划，每年惠及370多万学生", ["学生营养计划惠及的学生"]),
        ("有80多万人通过技能培训实现了就业", ["通过技能培训实现就业的人"]),
        ("职工人均收入，全省由千分之二降到千分之一", ["职工人均收入", "职工人均收入"]),
        ("省级财政安排12亿元，帮助解决山区小学取暖问题", ["省级财政用于帮助解决山区小学取暖问题的资金"]),
        ("整改问题94项，有37项受到通报表扬", ["整改问题", "受到通报表扬的整改问题"]),
        (
            "其中一、二、三产业分别增长4.3%、5.9%、5.8%",
            ["第一产业增加值", "第二产业增加值", "第三产业增加值"],
        ),
        ("县级医院改革试点扩大到100个县", ["县级医院改革试点县"]),
        ("农民平均每人的纯收入达到270元", ["农村居民人均纯收入"]),
    ],
)
def test_names_take_what_belongs_to_them_from_around(sentence: str, names: list[str]) -> None:
    assert [figure.indicator for figure in read(sentence)] == names
