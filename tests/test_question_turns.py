"""Turns of word order and everyday speech in questions for a quantity; all places, firms and figures are fictional."""

from __future__ import annotations

from pathlib import Path

import pytest
from answer_reports import check_promises, index_of, qa_over
from scripted_model import NOT_THERE, ScriptedModel

from index.vocabulary import load_vocabulary
from rag.conversation import resolve
from rag.query import understand
from rag.question_turns import turned
from rag.types import Turn

ZONE = """# 云川高新区2023年前三季度经济运行情况

云川高新区管委会 2023年10月20日

2023年前三季度，云川高新区地区生产总值812.4亿元，增长8.3%，分别领先全国、全省3.1个、2.4个百分点。规模以上工业增加值增长9.2%。
云川高新区上市企业已达31家。云川高新区累计新增经营主体15210户、总量达9.4万户，其中累计新增企业8130户。人才总量突破21.5万人。
一般公共预算收入66.1亿元，增长7.4%。限额以上单位零售额92.3亿元，增长13.2%；社会消费品零售总额210.5亿元，增长9.9%。
云川光学城落地转化项目12个，申报国家重点研发计划9项，开展省级重点研发计划6项，引进国家级领军人才22人、省级高层次人才37人。
中德（云川）中小企业合作区集聚外资企业41家。进出口过亿元企业达52家。
云川高新区进出口占全市外贸总量“半壁江山”的地位更加巩固，实际到账外资连续7年排在全市首位，上市企业五年翻一番。
"""
PROVINCE = """# 2024年云岭省政府工作报告

——2024年1月24日在云岭省第十四届人民代表大会第二次会议上 省长 温嘉禾

一、2023年工作回顾

2023年，全省地区生产总值31270亿元，增长6.3%。全省进出口总额2480亿元，其中出口1530亿元。城乡低保标准分别提高6.2%和8.4%。
财政赤字占地区生产总值的比重为2.2%。城镇居民人均可支配收入42000元，农村居民人均可支配收入21000元。
社会消费品零售总额1.2万亿元，增长7.7%。发行长期建设债券60亿元。
我省于2023年5月正式加入世界贸易组织。“两减”（减流程和减时限）深入人心。教授顾明舟获得云岭科学奖。第二轮林地承包到期后再延长四十年。

二、2024年主要任务

今年预期目标是：地区生产总值增长6%左右；财政赤字占地区生产总值的比重控制在2.5%以内；进出口总额和旅游收入均增长8%左右。
"""
EARLIER = """# 2023年云岭省政府工作报告

——2023年1月24日在云岭省第十四届人民代表大会第一次会议上 省长 温嘉禾

一、2022年工作回顾

2022年，全省地区生产总值29800亿元，增长5.1%。粮食产量1520万吨，比上年增产36万吨。发行长期建设债券80亿元。

二、2023年主要任务

今年预期目标是：地区生产总值增长6.5%左右。
"""
BEFORE = """# 2022年云岭省政府工作报告

——2022年1月24日在云岭省第十三届人民代表大会第六次会议上 省长 温嘉禾

一、2021年工作回顾

2021年，粮食产量1470万吨。
"""


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {"zone.md": ZONE, "p2024.md": PROVINCE, "p2023.md": EARLIER, "p2022.md": BEFORE}
    return index_of(tmp_path_factory.mktemp("turns"), files)


@pytest.mark.parametrize(
    ("question", "figures"),
    [
        ("云岭省2023年社会消费品零售总额有多大，增速如何？", ["1.2万亿元", "7.7%"]),
        ("2023年云岭省地区生产总值及其增长率各是多少？", ["31270亿元", "6.3%"]),
        ("2023年云岭省经济总量多大、增长百分之几？", ["31270亿元", "6.3%"]),
        ("云岭省经济2023年增长几何？", ["6.3%"]),
        ("2023年云岭省城市低保、农村低保的标准分别涨了多少？", ["6.2%", "8.4%"]),
        ("2023年云岭省农村低保和城市低保标准分别提高多少？", ["8.4%", "6.2%"]),
        ("2023年云岭省的进口额是多少？", ["950亿元"]),
        ("2023年云岭省财政赤字相当于地区生产总值的百分之几？", ["2.2%"]),
        ("2023年云岭省城镇居民人均可支配收入大约是农村居民人均可支配收入的几倍？", ["2倍"]),
        ("2023年云岭省长期建设债券规模只相当于上一年的百分之几？", ["75%"]),
        ("2023年云岭省经济增速与预期目标相差多少？", ["0.2个百分点"]),
        ("2022年云岭省粮食产量比2021年多多少？", ["36万吨"]),  # as the report has it, not 1520 − 1470
        ("高新区的人才总量已经有多少？", ["21.5万"]),
        ("高新区累计新增的企业有多少户？", ["8130户"]),
        ("云川高新区经营主体总量达到多少户，累计新增多少户？", ["15210户", "9.4万户"]),
        ("云川高新区GDP增速分别比全国、全省快多少个百分点？", ["3.1", "2.4"]),
        ("落户云川光学城的项目申报了几项国家重点研发计划？", ["9项"]),
        ("云川光学城引进的国家级领军人才和省级高层次人才各有多少人？", ["22人", "37人"]),
        ("有多少家外资企业落户中德（云川）中小企业合作区？", ["41家"]),
        (
            "2023年前三季度高新区限上单位零售额的增速，比社会消费品零售总额的增速高几个百分点？",
            ["3.3个百分点"],
        ),
        (
            "By how much did industrial value added of enterprises above designated size rise in Yunchuan High-tech Zone "
            "in the first three quarters of 2023?",
            ["9.2%"],
        ),
    ],
)
def test_answered(reports: Path, question: str, figures: list[str]) -> None:
    qa = qa_over(reports, ScriptedModel())
    answer = qa.ask(question)
    check_promises(answer, qa.index)
    assert not answer.abstained and all(figure in answer.text for figure in figures), answer.text


@pytest.mark.parametrize(
    "question",
    [
        "云川高新区企业有多少家？",  # 31家 are the listed ones
        "云岭高新区的人才总量有多少？",  # another zone
        "2023年云岭省数字经济增长了百分之几？",  # not the whole economy
        "2022年云岭省城市低保、农村低保的标准分别涨了多少？",
        "2022年云岭省的进口额是多少？",
        "云川高新区经营主体中有多少家公司？",
    ],
)
def test_refused(reports: Path, question: str) -> None:
    answer = qa_over(reports, ScriptedModel(logprobs=[NOT_THERE])).ask(question)
    assert answer.abstained, answer.text


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("城镇化率（常住人口口径）达到百分之几？", "常住人口城镇化率达到百分之几？"),
        ("全省货物进出口涨了几个点？", "全省货物进出口涨了百分之几？"),
        ("失业率涨了几个点？", "失业率涨了几个点？"),
        ("全市经济涨了多少？", "全市经济增长多少？"),
        ("全市海洋经济涨了多少？", "全市海洋经济涨了多少？"),
        ("云川市百分之几的生物企业聚集在云川高新区？", "云川高新区聚集了云川市百分之几的生物企业？"),
        ("经济增长有多大比例来自消费？", "消费对经济增长的贡献率是多少？"),
        ("国内生产总值里服务业占多大比重？", "服务业占国内生产总值的百分之几？"),
        ("2016年有多少农村贫困人口脱贫？", "2016年农村贫困人口减少多少？"),
        ("增速定的目标区间是什么？", "增速定的目标区间是多少？"),
        ("全省用于教育的支出是多少？", "全省教育支出是多少？"),
        ("全省用于帮扶的支出是多少？", "全省用于帮扶的支出是多少？"),
    ],
)
def test_put_plainly(question: str, plain: str) -> None:
    assert turned(question, load_vocabulary()) == plain


def test_what_came_of_a_target_of_growth_is_growth() -> None:
    turn = Turn("2014年云岭省地区生产总值的预期增长目标是多少？")
    whole = resolve("实际增长了多少？", [turn], load_vocabulary(), ("云岭省",))
    (ask,) = understand(whole, load_vocabulary(), known_regions=("云岭省",)).asks
    assert ask.measure == "growth"
    assert ask.status != "target"


def test_an_english_word_that_nobody_knows_is_not_left_out(reports: Path) -> None:
    qa = qa_over(reports, ScriptedModel("无法翻译"))
    assert qa.ask("How many listed gribblers does Yunchuan High-tech Zone have?").abstained


def test_a_total_of_its_own_is_no_sum() -> None:
    query = understand("云川市新增了多少户经营主体，一共有多少户？", load_vocabulary())
    assert query.operation is None
    assert len(query.asks) == 2


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("云川高新区的进出口占全市外贸总量的多大份额？", "半壁江山"),
        ("云川高新区实际到账外资已连续多少年排在全市首位？", "连续7年"),
        ("云川高新区上市企业数量五年来增长到原来的几倍？", "翻一番（即2倍）"),
        ("云岭省第二轮林地承包期满后再顺延多少年？", "四十年"),
        ("“两减”攻坚里的“两减”是什么意思？", "减流程和减时限"),
        ("获得云岭科学奖的教授是谁？", "顾明舟"),
        ("When did Yunling formally join the World Trade Organization?", "2023年5月"),
    ],
)
def test_said_in_words(reports: Path, question: str, said: str) -> None:
    qa = qa_over(reports, ScriptedModel(["无法翻译"]))
    answer = qa.ask(question)
    assert not answer.abstained and said in answer.text, answer.text


@pytest.mark.parametrize(
    "question",
    [
        "云川高新区工业占全市外贸总量的多大份额？",
        "云川高新区到账内资已连续多少年排在全市首位？",
        "云川高新区外资企业数量五年来增长到原来的几倍？",
    ],
)
def test_words_of_another_thing_are_no_answer(reports: Path, question: str) -> None:
    assert qa_over(reports, ScriptedModel()).ask(question).abstained


@pytest.mark.parametrize(
    "question",
    [
        "云川高新区的彩票一般公共预算收入是多少？",  # the word before the name makes it another thing
        "云川光学城引进宜宾市人大常委会国家级领军人才多少人？",
    ],
)
def test_a_word_that_narrows_must_be_said(reports: Path, question: str) -> None:
    assert qa_over(reports, ScriptedModel()).ask(question).abstained


def test_what_was_to_be_completed_was_planned() -> None:
    (ask,) = understand("How much railway investment was to be completed in 2019?", load_vocabulary()).asks
    assert ask.status == "target"


def test_a_figure_by_its_own_name_behind_a_long_subject(reports: Path) -> None:
    answer = qa_over(reports, ScriptedModel()).ask("落户云川光学城的项目引进国家级领军人才多少人？")
    assert "22人" in answer.text, answer.text
