"""Lists whose figures are each of another place, year or thing, and names that say too little alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.clean import clean
from index.figures import figures_in_text, read_figures
from index.metadata import read_metadata
from index.periods import find_periods
from index.readers import read_file
from index.regions import find_regions


def _slots(
    text: str, period: str | None = None, region: str | None = None
) -> list[tuple[str, str | None, str | None]]:
    return [(f.indicator, f.period, f.region) for f in figures_in_text(text, period=period, region=region)]


def test_places_listed_with_their_figures() -> None:
    text = "济南、青岛、烟台地区生产总值分别为120亿元、150亿元和95亿元，分别增长5.1%、6.2%和4.3%。"
    found = _slots(text, "2023", "山东省")
    assert [region for _, _, region in found] == ["济南市", "青岛市", "烟台市"] * 2
    assert {name for name, _, _ in found} == {"国内生产总值"}


def test_places_listed_take_what_is_measured_from_before() -> None:
    text = (
        "全国城镇固定资产投资180亿元，增长29.6%。分地区看，东部、中部、西部地区投资分别增长26.1%、41.3%和33.1%，"
        "增幅比去年同期分别提高3.1、9.6和5.7个百分点。中部、西部地区投资占全国投资比重分别提高1.6和0.5个百分点。"
    )
    places = [region for _, _, region in _slots(text, "2006-01/2006-04")]
    assert places == ["全国", "全国", *["东部地区", "中部地区", "西部地区"] * 2, "中部地区", "西部地区"]


def test_a_place_in_passing_ends_with_its_part_of_the_sentence() -> None:
    text = "西部地区投资增长1.3%。与上年相比，甘肃增速提高6.9个百分点；6个省份增速回落，重庆、青海分别回落17.2和15.5个百分点。"
    assert _slots(text, "2015", "西部地区")[1:] == [
        ("投资", "2015", "甘肃省"),
        ("增速回落的省份", "2015", "西部地区"),
        ("投资", "2015", "重庆市"),
        ("投资", "2015", "青海省"),
    ]


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("2021年、2022年和2023年，地区生产总值分别增长8.1%、3.0%和5.2%。", ["2021", "2022", "2023"]),
        (
            "2021—2023年，粮食产量分别为70万吨、72万吨和75万吨，年均增长3%。",
            ["2021", "2022", "2023", "2021/2023"],
        ),
        ("2022年减少稻田30万亩，2023年减少20万亩，两年累计减少50万亩。", ["2022", "2023", "2022/2023"]),
        ("城镇化率从2012年的50.1%、2017年的55.2%提高到2022年的60.3%。", ["2012", "2017", "2022"]),
    ],
)
def test_years_listed_with_their_figures(text: str, periods: list[str]) -> None:
    figures = figures_in_text(text, period="2023", region="云川市")
    assert [figure.period for figure in figures] == periods
    assert {figure.status for figure in figures} == {"actual"}  # 提高到2022年 was reached by 2023


def test_a_year_to_come_is_still_a_target() -> None:
    (figure,) = figures_in_text("城镇化率提高到2030年的70%。", period="2023", region="云川市")
    assert figure.status == "target"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # what is broken down goes on in its parts
        (
            "固定资产投资增长7%。分产业看，第一、二、三产业分别增长6.4%、7.9%、3.5%。",
            ["固定资产投资", "第一产业投资", "第二产业投资", "第三产业投资"],
        ),
        ("从主要工业产品产量看，精制茶增长2%，纱增长1%。", ["精制茶产量", "纱产量"]),
        # whose profit, whose output
        ("规模以上工业企业中，集体企业实现利润总额12亿元，增长4%。", ["集体企业利润总额"] * 2),
        ("营利性服务业上半年共实现增加值62亿元，增长6%。", ["营利性服务业增加值"] * 2),
        # a share of a budget is none of revenue
        ("税收收入完成11亿元，占调整预算90%，占一般公共预算收入的38%。", ["税收收入", "税收收入", "税收占一般公共预算收入比重"]),
        ("新建高标准农田35万亩、总面积达到46万亩。", ["高标准农田"] * 2),
        ("猪、牛、羊、禽肉产量分别增长4%、1%、0.5%和4%。", ["猪肉产量", "牛肉产量", "羊肉产量", "禽肉产量"]),
        ("城、乡居民人均可支配收入分别增长8%、9%。", ["城镇居民人均可支配收入", "农村居民人均可支配收入"]),
        ("进出口过亿元企业达70家，亿元以上项目21个。", ["进出口过亿元企业", "亿元以上项目"]),
        ("第一产业增加值增长4.7%，高于全市经济增长0.5个百分点。", ["第一产业增加值"] * 2),
        ("72%的县有了三级医院。", ["有三级医院的县"]),
        ("年末职业年金基金累计结存35亿元。", ["职业年金基金累计结存"]),
    ],
)  # fmt: skip
def test_weak_names_take_what_stands_before(text: str, names: list[str]) -> None:
    assert [name for name, _, _ in _slots(text, "2022", "云川市")] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # of whom: the firms just counted, or those whose revenue was told
        ("规模以上亿元企业28家，实现工业总产值79亿元，增长18%。", ["规模以上亿元企业", *["规模以上亿元企业工业总产值"] * 2]),
        ("规上工业实现营业收入108亿元；实现利润总额8.9亿元。", ["规模以上工业企业营业收入", "规模以上工业企业利润总额"]),
        ("第二、第三产业占地区生产总值的比重分别回落2.1和1.6个百分点。", ["第二产业增加值比重", "第三产业增加值比重"]),
        ("常住人口与2010年人口普查的72万人相比，增加2.5万人，增长3.5%。", ["常住人口"] * 3),
        ("工业应税销售、工业用电量分别增长11.7%和2.3%，增幅分别高于全省7.6和2.7个百分点。", ["工业应税销售", "工业用电量"] * 2),
        ("全市生产总值预计达到739亿元，是“十一五”末的1.6倍。", ["国内生产总值"] * 2),
        # trade with one partner, or of some firms, is not all trade
        ("我市对东盟进出口91亿元，增长6%；对日本进出口46亿元。", ["对东盟进出口", "对东盟进出口", "对日本进出口"]),
        ("对欧盟、美国分别进出口12亿元、10亿元。", ["对欧盟进出口", "对美国进出口"]),
        ("民营企业进出口27亿元，其中，出口17亿元；进口10亿元。", ["民营企业进出口", "民营企业出口", "民营企业进口"]),
        ("进出口总额27亿元，其中，出口17亿元；进口10亿元。", ["货物进出口总额", "出口总额", "进口总额"]),
        # prices
        (
            "居民消费价格下降0.3%。其中，城市下降0.4%，农村下降0.1%；鲜菜价格上涨9%，影响CPI上涨约0.2个百分点。",
            ["居民消费价格指数", "城市居民消费价格指数", "农村居民消费价格指数", "鲜菜价格", "鲜菜价格"],
        ),
        # what the sentence before told goes on behind 由
        ("一是港口吞吐量翻一番。由2005年的62万吨增至2010年的136万吨。", ["港口货物吞吐量"] * 3),
        ("旅游收入和游客流量翻一番。分别由32亿元和56万人次增至65亿元和141万人次。", ["旅游收入和游客流量", *["旅游收入", "游客流量"] * 2]),
        ("义务教育阶段招生34万人，在校生158万人，专任教师10万人。", ["义务教育阶段招生", "义务教育阶段在校生", "义务教育阶段专任教师"]),
    ],
)  # fmt: skip
def test_names_of_trade_prices_and_schools(text: str, names: list[str]) -> None:
    assert [name for name, _, _ in _slots(text, "2010", "云川市")] == names


def test_a_forecast_for_all_of_a_sentence() -> None:
    figures = figures_in_text("主要产品预计完成：原煤2亿吨，发电量37亿度。", period="2016", region="云川市")
    assert [figure.status for figure in figures] == ["forecast", "forecast"]
    figures = figures_in_text("据统计预测，全县生产总值增长6%，达92亿元。", period="2016", region="云川市")
    assert {figure.status for figure in figures} == {"forecast"}


def test_the_value_added_of_whom_in_english() -> None:
    text = (
        "The value added of the mining industry increased by 2.0 percent, that of manufacturing by 6.1 percent; "
        "joint-stock enterprises by 6.6 percent."
    )
    found = [(figure.indicator, figure.indicator_id) for figure in figures_in_text(text, period="2023")]
    assert found[:2] == [
        ("采矿业增加值", "mining_value_added"),
        ("制造业增加值", "manufacturing_value_added"),
    ]
    assert found[2] == ("value added of joint-stock enterprises", None)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Rural residents' per capita disposable income reached 6,562 yuan, while that of urban residents rose 6.5% to 18,322 yuan.",
         ["农村居民人均可支配收入", "城镇居民人均可支配收入", "城镇居民人均可支配收入"]),
        ("Yunchuan's per capita disposable income stood at 15,294 yuan.", ["居民人均可支配收入"]),
        ("The inflation-adjusted growth was 6.5 percent.", [""]),
        ("Exports rose 1.5 percent to 55.1 billion yuan and imports fell 10.6 percent to 31.3 billion yuan.",
         ["出口总额", "出口总额", "进口总额", "进口总额"]),
        ("At the end of the year, the number of employed persons was 1.86 million, and the surveyed urban unemployment rate 5 percent.",
         ["就业人员", "城镇调查失业率"]),
    ],
)  # fmt: skip
def test_names_in_english(text: str, names: list[str]) -> None:
    assert [name for name, _, _ in _slots(text, "2023", "云川市")] == names


def test_the_last_verb_says_which_way() -> None:
    text = "The value added of manufacturing was up by 6.4 percent, and the growth rate decreased 0.1 percentage points."
    assert [str(figure.value) for figure in figures_in_text(text, period="2023")] == ["6.4", "-0.1"]


def test_growth_is_as_sure_as_what_grows() -> None:
    figures = figures_in_text("预计全年生产总值200亿元，增长11%；失业率4%。", period="2013", region="云川市")
    assert [figure.status for figure in figures] == ["forecast", "forecast", "actual"]
    figures = figures_in_text("工业增加值增长10%，高于目标2.1个百分点。", period="2013", region="云川市")
    assert {figure.status for figure in figures} == {"actual"}


def test_yearly_growth_since_the_year_it_is_a_multiple_of() -> None:
    figures = figures_in_text(
        "2015年，税收92亿元，是“十一五”末的近2倍，年均增长14.3%。", period="2015", region="云川市"
    )
    assert [figure.period for figure in figures] == ["2015", "2015", "2011/2015"]


def test_what_it_came_down_from_is_no_fall() -> None:
    figures = figures_in_text(
        "Industrial investment grew 10.6 percent, down from 10.9 percent.", period="2019"
    )
    assert [str(figure.value) for figure in figures] == ["10.6", "10.9"]


def test_the_year_behind_an_english_figure() -> None:
    text = "The per capita disposable income of urban residents rose from 48,210 yuan in 2022 to 50,720 yuan in 2023."
    assert [figure.period for figure in figures_in_text(text)] == ["2022", "2023"]


def test_english_regions_listed() -> None:
    text = "The value added of the eastern region grew by 3.4%, that of the western region by 4.5%."
    assert [figure.region for figure in figures_in_text(text, period="2023", region="全国")] == [
        "东部地区",
        "西部地区",
    ]


def test_a_county_whose_name_holds_a_function_word() -> None:
    assert [mention.name for mention in find_regions("上杭县2022年政府工作报告")] == ["上杭县"]
    assert find_regions("我们一个县有三个乡") == []


def test_a_report_on_the_tasks_of_a_work_report_is_none(tmp_path: Path) -> None:
    path = tmp_path / "tasks.txt"
    path.write_text(
        "云川市2021年《政府工作报告》重点工作上半年完成情况\n\n上半年，全市完成地区生产总值80亿元。\n",
        encoding="utf-8",
    )
    figures = read_figures(read_metadata(clean(read_file(path), name=path.name, sha256="0")))
    assert [(figure.period, figure.region) for figure in figures] == [("2021-01/2021-06", "云川市")]


def test_a_report_that_counts_the_nation(tmp_path: Path) -> None:
    path = tmp_path / "bulletin.txt"
    path.write_text(
        "2011年度社会保障事业发展统计公报\n\n2011年年末全国参加基本养老保险人数为283万人。年末累计结存19亿元。\n",
        encoding="utf-8",
    )
    figures = read_figures(read_metadata(clean(read_file(path), name=path.name, sha256="0")))
    assert [figure.region for figure in figures] == ["全国", "全国"]


def test_last_year_told_three_times_stays_last_year() -> None:
    text = (
        "粮食产量由上年的30万吨增至32万吨，油料产量由上年的5万吨增至6万吨，水果产量由上年的8万吨增至9万吨。"
    )
    figures = figures_in_text(text, period="2023", region="云川市")
    assert [figure.period for figure in figures if str(figure.value) in ("5", "8")] == ["2022", "2022"]


def test_the_thing_stands_behind_what_it_is_compared_with() -> None:
    figures = figures_in_text("全市工业发展较快，比上年用电量增长14.9%。", period="2023", region="云川市")
    assert [(figure.indicator[-3:], figure.measure) for figure in figures] == [("用电量", "growth")]


def test_a_sum_told_in_another_money() -> None:
    text = "人均地区生产总值80000元（按年平均汇率折合11350美元）。"
    figures = figures_in_text(text, period="2023", region="云川市")
    assert [figure.indicator for figure in figures] == [figures[0].indicator] * 2


def test_english_trade_with_whom_and_of_whom() -> None:
    text = "Trade with Beijiang, its largest partner, was 1.2 billion yuan, up 5.1 percent, taking up 12 percent of all trade."
    names = [figure.indicator for figure in figures_in_text(text, period="2023", region="云川市")]
    assert names == ["trade with Beijiang"] * 3
    text = "The data shows the city's total imports and exports rose 4 percent to 10 billion yuan, with a surplus of 2 billion yuan."
    names = [figure.indicator for figure in figures_in_text(text, period="2023", region="云川市")]
    assert names == ["货物进出口总额", "货物进出口总额", "surplus"]


def test_english_made_bought_and_when() -> None:
    text = "The city produced 390 million tonnes of coal in June, up 2.5 percent, and imported 2 million tonnes of coal."
    figures = figures_in_text(text, period="2023-01/2023-06", region="云川市")
    assert [figure.indicator for figure in figures] == ["原煤产量", "原煤产量", "煤炭进口量"]
    assert figures[0].period == "2023-06"
    text = "Power output dipped 6.3 percent year-on-year to 2.96 billion kilowatt-hours in the first quarter of 2022."
    figures = figures_in_text(text, period="2023", region="云川市")
    assert [figure.period for figure in figures] == ["2022-01/2022-03"] * 2
    assert figures[0].value < 0


def test_english_words_that_end_in_a_preposition() -> None:
    mentions = find_periods("power generation in the first half of 2023")
    assert [mention.compared for mention in mentions] == [False]
    assert [mention.period.code() for mention in find_periods("in Jan.-July 2015")] == ["2015-01/2015-07"]


def test_a_line_over_an_english_text_is_its_title(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("Power generation of Yunchuan in the first half of 2023\n\nIt grew 5 percent.\n", "utf-8")
    metadata = read_metadata(clean(read_file(path), name=path.name, sha256="0")).metadata
    assert metadata.period is not None and metadata.period.value == "2023-01/2023-06"
