"""Names without the verbs in them, and names their sentence makes whole; all sentences are invented."""

from __future__ import annotations

import pytest
from test_figures import make_report

from index.figure_plain_names import moved, plainly
from index.figures import figures_in_text, read_figures
from index.types import Figure


def read(text: str, period: str = "2023") -> list[Figure]:
    return figures_in_text(text, period=period, region="云川市")


@pytest.mark.parametrize(
    ("name", "unit", "plain"),
    [
        ("农民增加收入", "元", "农民收入"),
        ("牧民增加的收入", "元", "牧民收入"),
        ("农业总产值平均每年递增的速度", "%", "农业总产值"),
        ("城乡居民按人口平均的消费水平", "%", "城乡居民消费水平"),
        ("市级财政出现较大的赤字", "元", "市级财政赤字"),
        ("新增装机容量", "千瓦", "发电装机容量"),
        ("就节约和少用", "吨标准煤", "节约和少用标准煤"),
        ("增产钢", "吨", "钢产量"),
        ("就业人数", "人", None),
        ("国家财政增加支出", "元", None),  # what is spent more for something
        ("装机容量", "元", None),
    ],
)
def test_a_name_loses_its_verb_and_its_adverb(name: str, unit: str, plain: str | None) -> None:
    assert plainly(name, unit) == plain


def test_the_verb_in_a_name_says_that_the_figure_is_a_change() -> None:
    assert (moved("农民减轻负担"), moved("农民负担")) == (("change", "down"), None)
    (figure,) = read("2022年牧民增加收入12亿元")
    assert (figure.indicator, figure.indicator_id, figure.measure) == ("牧民收入", None, "change")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("五年共培养本科和专科毕业生58万人，研究生1.7万人", ["本专科毕业生", "毕业研究生"]),
        ("全市平均每人占有粮食780斤，棉花12斤", ["人均粮食占有量", "人均棉花占有量"]),
        ("财政收入增加36亿元，全年总收入达到182亿元", ["财政收入", "财政收入"]),
        (
            "铁路营运里程达到650公里；建成新线59公里，复线46公里",
            ["铁路营业里程", "新建铁路里程", "复线铁路里程"],
        ),
        ("预算内和预算外两项资金增加了一倍", ["预算内和预算外资金"]),
        ("社会各方面对教育事业的投入达32亿元", ["社会各方面对教育事业的投入"]),
        ("农村居民人均纯收入增长6%，这个速度高于城镇居民人均可支配收入", ["农村居民人均纯收入"]),
        ("内燃机2000万马力", ["内燃机"]),
    ],
)
def test_the_last_of_a_list_takes_what_the_first_said_of_all(text: str, names: list[str]) -> None:
    assert [figure.indicator for figure in read(text)] == names


def plan(*blocks: tuple[str, str], year: int = 2023) -> list[Figure]:
    return read_figures(make_report(list(blocks), kind="government work report", period=str(year)))


REVIEW = ("heading", "一、过去五年的工作回顾")
TASKS = ("heading", "二、今年的主要任务")


def test_what_was_planned_is_a_target_and_what_came_of_it_a_fact() -> None:
    planned, reached = plan(REVIEW, ("paragraph", "工业总产值的增长速度，2021年计划为3.7%，实际达到4.6%。"))
    assert (planned.status, reached.status) == ("target", "actual")


def test_a_forecast_beginning_leaves_the_aim_an_aim() -> None:
    first, last = plan(TASKS, ("paragraph", "明年计划轻工业比重由今年预计的44%提高到45%。"))
    assert (first.status, last.status) == ("forecast", "target")


def test_parts_begin_in_the_year_that_the_whole_was_compared_with() -> None:
    text = "2027年总产值达到871亿元，比2022年的715亿元增加156亿元。其中，农业总产值由218亿元增加到266亿元。"
    figures = plan(("heading", "二、“十五五”时期的基本任务"), ("paragraph", text), year=2024)
    assert [figure.period for figure in figures[-2:]] == ["2022", "2027"]


def test_people_who_come_from_places_came_in_the_years_spoken_of() -> None:
    text = "五年来，我市领导访问了46个国家。接待了来自89个国家的客人。"
    assert [figure.period for figure in plan(REVIEW, ("paragraph", text))] == ["2018/2022"] * 2


def test_within_three_years_of_a_plan_lies_ahead() -> None:
    (figure,) = plan(TASKS, ("paragraph", "要按期完成三年内裁减员额五万的任务。"))
    assert (figure.period, figure.status) == ("2023/2025", "target")


def test_a_number_of_the_year_just_begun_is_a_forecast() -> None:
    (figure,) = plan(TASKS, ("paragraph", "今年高校毕业生79万人，再创历史新高，要实施好就业促进计划。"))
    assert (figure.period, figure.status) == ("2023", "forecast")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("机械工业2022年任务不足，实行按需生产，全年总产值增长8%", ["机械工业总产值"]),
        ("投资的重点是能源、水运建设，这方面的投资占总投资的38%", ["能源、水运投资"]),
        ("建立健全奖学金助学金制度，市级财政此项支出达2.5亿元", ["奖学金助学金支出"]),
        ("建立健全奖学金制度，为此中央财政支出将达18亿元", ["奖学金中央财政支出"]),
        ("交通运输和邮电通信建设，五年投资29亿元", ["交通运输和邮电通信建设投资"]),
        ("新开工36项重点工程，总投资60亿元", ["新开工的重点工程", "重点工程总投资"]),
        ("总投资为16亿元的医疗救治体系建设进展顺利", ["医疗救治体系总投资"]),
        ("可再生能源新增装机37万千瓦", ["可再生能源发电装机容量"]),
        ("拟连续发行超长期特别国债，专项用于水利，今年先发行10亿元", ["超长期特别国债"]),
        ("上缴国家的利润增长16%", ["上缴国家的利润"]),
        ("旅游入境人数达26万人次，创汇1.8亿美元", ["旅游入境人数", "旅游外汇收入"]),
        ("积累在国民收入中所占的比重降到28%", ["积累率"]),
        ("年应纳税所得额不到100万元的部分减半征收", ["年应纳税所得额"]),
    ],
)
def test_what_money_and_output_are_of_stands_earlier(text: str, names: list[str]) -> None:
    assert [figure.indicator for figure in read(text)] == names


def test_an_average_that_is_raised_stays_an_average_and_what_was_fixed_an_aim() -> None:
    text = "按调整后的计划，“十四五”期间经济增长速度由原定平均每年6%调高到8%。"
    before, after = plan(TASKS, ("paragraph", text))
    assert (before.period, after.period) == ("2021/2025", "2021/2025")
    assert (before.status, after.status) == ("target", "target")


def test_the_year_behind_a_means_dates_the_paragraph() -> None:
    text = "通过发展生产和提高价格，2021年农民收入增加1亿元。减轻农民负担2亿元。"
    assert [figure.period for figure in plan(TASKS, ("paragraph", text))] == ["2021", "2021"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("水产品产量63万吨，其中养殖52万吨、捕捞11万吨", ["水产品产量", "养殖产量", "捕捞产量"]),
        (
            "规模以上工业企业12家，实现营业收入41亿元；利润总额1.5亿元",
            ["规模以上工业企业数", "规模以上工业企业营业收入", "规模以上工业企业利润总额"],
        ),
        ("网上零售额148亿元，其中实物商品118亿元", ["网上零售额", "实物商品网上零售额"]),
        ("实际使用外资3亿美元，其中制造业占比45%", ["实际使用外资", "制造业实际使用外资"]),
        ("20户国有企业改制，其中市属12户", ["改制的国有企业", "市属国有企业"]),
        ("上市公司23家，其中科创板4家", ["上市公司数量", "科创板上市公司"]),
        (
            "建设云川至青岚一级公路，全长127公里，总投资9亿元",
            ["云川至青岚一级公路长度", "云川至青岚一级公路总投资"],
        ),
        (
            "规模以上工业增加值增长8%，分经济类型看，外商及港澳台商投资企业增长3%，私营企业增长9%",
            ["规模以上工业增加值", "外商及港澳台商投资企业增加值", "私营企业增加值"],
        ),
        ("其中出口23亿元；实际使用外资2亿美元", ["出口总额", "实际使用外资"]),
        (
            "长期亏损的国营农场，2022年有了盈利，由上年亏损900万元转为盈利3亿元",
            ["长期亏损的国营农场亏损", "长期亏损的国营农场盈利"],
        ),
        ("不断提高企业加计扣除比例，将制造业企业从50%提高到100%", ["制造业企业加计扣除比例"] * 2),
        ("全面实现城乡免费义务教育，惠及16万学生", ["城乡免费义务教育惠及的学生"]),
        (
            "市级财政拨出25亿元专项资金，用于支援山区的建设，比上年增加2亿元",
            ["用于支援山区的建设的专项资金"] * 2,
        ),
    ],
)
def test_parts_take_the_name_of_their_whole(text: str, names: list[str]) -> None:
    assert [figure.indicator for figure in read(text)] == names


def test_quarters_are_of_what_the_paragraph_before_opened_with() -> None:
    blocks = [("heading", "一、综合"), ("paragraph", "全市地区生产总值438亿元，增长6.1%。")]
    text = ("paragraph", "分季度看，一季度增长5.3%，上半年增长5.9%。")
    names = [figure.indicator for figure in read_figures(make_report([*blocks, text], period="2023"))]
    assert names == ["国内生产总值"] * 4
    alone = read_figures(make_report([*blocks, ("heading", "二、工业"), text], period="2023"))
    assert [figure.indicator for figure in alone[-2:]] == ["", ""]  # a heading speaks of something else


def test_a_list_of_spans_goes_on_in_the_next_sentence() -> None:
    text = "进出口总额由2018年的355亿元增加到2022年的772亿元。工业制成品占出口的比重由46%上升到55%。"
    assert [figure.period for figure in plan(REVIEW, ("paragraph", text))] == ["2018", "2022", "2018", "2022"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("增加政府投资4亿元，其中市级政府新增1.2亿元", ["政府投资", "市级政府投资"]),
        ("完成73座大中型和重点小型水库除险加固", ["病险水库除险加固"]),
        ("市级财政安排2亿元专项资金，主要用贴息方式支持企业技术改造", ["用于支持企业技术改造的专项资金"]),
        ("地级及以上城市空气质量优良天数比率超过80%", ["空气质量优良天数比例"]),
        ("加强最低生活保障制度建设，救助人数达到6万人", ["最低生活保障救助人数"]),
    ],
)
def test_what_is_left_out_of_sums_and_counts(text: str, names: list[str]) -> None:
    assert [figure.indicator for figure in read(text)] == names


def test_what_all_of_it_is_stands_behind_what_each_has() -> None:
    text = "粮食按人口平均占有量超过最高水平，总产量达到304万吨，比上年增产22万吨。"
    assert [figure.indicator for figure in read(text)] == ["粮食产量", "粮食产量"]
