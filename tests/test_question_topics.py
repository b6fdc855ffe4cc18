"""Topics, asides and everyday verbs of Chinese questions; all places, firms and figures are fictional."""

from __future__ import annotations

from pathlib import Path

import pytest
from answer_reports import check_promises, index_of, qa_over
from scripted_model import NOT_THERE, ScriptedModel

from rag.qa import ReportQA

CITY = """# 云川市2023年经济运行情况

云川市统计局 2024年1月20日

2023年，云川市地区生产总值3127.4亿元，增长6.3%，分别领先全国、全省1.1个、0.7个百分点。规模以上工业增加值增长8.4%，制造业增加值增长9.2%。
工业技改投资增长14.2%。全市一般公共预算收入241.9亿元，增长3.8%。商品房销售9.3万平方米，增长12.5%。
光电产业规模达到820亿元、占全市26.5%。云川高新区聚集了云川市71%以上的制药企业。
全市经营主体总量20万户，其中企业8万户。年末拥有深海装备企业60家，销售收入超百亿元。
全年普通高校招生2.6万人，比上年增加0.3万人。年末农村贫困人口1.2万人。零售物价上涨幅度为2.4%。
全年城镇保障性住房基本建成4300套，新开工建设9100套。全市实施棚户区改造5600套。
星火研究院引进省级高层次人才52人、国家级领军人才31人。国家先后公布云川市27项非遗项目。
全部取消屠宰税、车船税，每年减轻农民负担4.1亿元。
社会消费品零售总额820.4亿元，其中限额以上单位消费品零售额310.1亿元。
年末金融机构存款余额4876亿元，比2018年底增加1200亿元。
"""


@pytest.fixture(scope="module")
def qa(tmp_path_factory: pytest.TempPathFactory) -> ReportQA:
    folder: Path = tmp_path_factory.mktemp("topics")
    return qa_over(index_of(folder, {"city.md": CITY}), ScriptedModel(logprobs=[NOT_THERE] * 20))


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        pytest.param(
            "云川市2023年规上工业增加值比制造业增加值哪个涨得快？后者涨了多少？",
            ["8.4%", "9.2%"],
            id="latter",
        ),
        pytest.param(
            "2023年云川市GDP增速与全国、与全省相比，领先幅度哪个更大，分别是多少？",
            ["1.1个百分点", "0.7个百分点"],
            id="over-both",
        ),
        pytest.param(
            "2023年，投向工业技术改造的资金同比涨幅是多少（云川市）？", ["14.2%"], id="money-put-into"
        ),
        pytest.param(
            "云川市2023年公共财政（一般公共预算）收了多少钱，增幅是多少？",
            ["241.9亿元", "3.8%"],
            id="took-in",
        ),
        pytest.param(
            "2023年云川市商品房卖出多少面积，增幅多大？", ["9.3万平方米", "12.5%"], id="area-behind"
        ),
        pytest.param(
            "就光电产业来说，云川市在全市占到几成，规模是多少？", ["26.5%", "820亿元"], id="topic-first"
        ),
        pytest.param("云川全市的制药企业中，落在高新区的占多少？", ["71%以上"], id="sits-in"),
        pytest.param(
            "2023年云川市普通高校招了多少学生，比上年多招多少？", ["2.6万人", "0.3万人"], id="enrolled"
        ),
        pytest.param("2023年云川市农村贫困人口还剩多少？", ["1.2万人"], id="still-left"),
        pytest.param(
            "2023年云川市深海装备企业的家数和销售收入是什么水平？", ["60家", "超百亿元"], id="count-and-more"
        ),
        pytest.param(
            "2023年云川市城镇保障性住房基本建成和新开工各多少套？", ["4300套", "9100套"], id="done-with-one"
        ),
        pytest.param(
            "星火研究院引进的省级高层次人才比国家级领军人才多几个人？",
            ["52人", "31人", "21人"],
            id="compared",
        ),
        pytest.param("取消屠宰税、车船税后，云川市每年减轻农民负担多少？", ["4.1亿元"], id="condition"),
        pytest.param(
            "2023年全市光电产业规模里，云川市以外的部分约占百分之几？", ["26.5%", "73.5%"], id="all-but-one"
        ),
        pytest.param(
            "2023年云川市社零总额中，限额以下部分是多少亿元？",
            ["820.4亿元", "310.1亿元", "510.3亿元"],
            id="below-the-threshold",
        ),
        pytest.param("2023年云川市普通高校招生规模同比多出多少？", ["0.3万人"], id="more-by"),
    ],
)
def test_put_plainly_they_are_answered(qa: ReportQA, question: str, shown: list[str]) -> None:
    answer = qa.ask(question)
    assert [figure.text for figure in answer.figures] == shown, answer.text
    check_promises(answer, qa.index)


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("2023年云川市会展企业的家数和销售收入是什么水平？", id="other-firms"),
        pytest.param("2023年云川市深海装备企业的门票收入是多少？", id="other-income"),
        pytest.param("取消屠宰税、牧业税后，云川市每年减轻农民负担多少？", id="other-condition"),
        pytest.param("星火研究院引进的省级高层次人才比海外留学人才多几个人？", id="one-is-missing"),
        pytest.param("20个项目已经办结多少，还剩多少？", id="what-is-left"),
        pytest.param("2023年底云川市金融机构存款余额比2020年底增加多少？", id="since-another-year"),
        pytest.param("2023年全市光电产业规模里，临河市以外的部分约占百分之几？", id="all-but-another"),
        pytest.param("临河全市的制药企业中，落在高新区的占多少？", id="another-city"),
        pytest.param("就光电产业来说，临河市在全省占到几成？", id="another-whole"),
    ],
)
def test_another_thing_is_refused(qa: ReportQA, question: str) -> None:
    answer = qa.ask(question)
    assert answer.abstained, answer.text


def test_a_sentence_on_this_project_has_the_words_before_it(tmp_path: Path) -> None:
    text = """# 云川市2023年重点项目

云川市统计局 2024年1月20日

2023年8月，恒曜防务飞艇总装基地开工。该项目是全省首个柔性化总装基地，建成后具备年产90艘飞艇能力。
"""
    qa = qa_over(index_of(tmp_path, {"works.md": text}), ScriptedModel(logprobs=[NOT_THERE] * 4))
    assert "90艘" in qa.ask("恒曜防务飞艇总装基地建成后一年能造多少艘飞艇？").text
    assert qa.ask("青岚防务飞艇总装基地建成后一年能造多少艘飞艇？").abstained


def test_ranks_are_told_apart(tmp_path: Path) -> None:
    text = """# 云川市2023年公报

云川市统计局 2024年1月20日

2023年，云川市获国家级质量奖20余项，建成省级示范园12个。
"""
    qa = qa_over(index_of(tmp_path, {"ranks.md": text}), ScriptedModel(logprobs=[NOT_THERE] * 4))
    assert "12个" in qa.ask("2023年云川市建成多少个省级示范园？").text
    assert qa.ask("2023年云川市建成多少个国家级示范园？").abstained


def test_two_figures_of_one_name_are_told_apart(qa: ReportQA) -> None:
    said = qa.ask("2023年云川市城镇保障性住房基本建成和新开工各多少套？").text
    assert "（基本建成）为4300套" in said and "（新开工）为9100套" in said, said
