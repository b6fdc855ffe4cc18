"""Kinds of questions met in sets nobody had tuned for: counters, comparisons, half answers, lists, spans; all fictional."""

from __future__ import annotations

from pathlib import Path

import pytest
from answer_reports import check_promises, index_of, qa_over
from scripted_model import NOT_THERE, ScriptedModel

from index.figures import figures_in_text
from index.vocabulary import load_vocabulary
from rag.conversation import resolve
from rag.figure_kind import kind_fits
from rag.query import understand
from rag.types import Turn

OLD = """# 1998年云岭省政府工作报告

——1998年1月20日在云岭省第九届人民代表大会第一次会议上 省长 温嘉禾

一、过去五年的工作

1997年，全省钢产量980万吨。全省职工工资总额1996年为212亿元。人口自然增长率由上年的1.21%下降到1.18%。
1997年，全省职工工资总额比上年增长11.4%，其中第四季度增长16.2%。全省贸易顺差比上年减少7.3%。
1997年，全省荣获国家级质量奖20余项，建成省级示范园10余块。国家已经组织了14户企业集团试点，今年要扩大到32户。
1997年，云川合作区集聚外资企业47家，规上企业112家。云川卫星基地形成年产90颗800千克以下卫星的能力。
1997年，全省退出钢铁产能120万吨，退出煤炭产能310万吨。
"""
NEW = """# 2003年云岭省政府工作报告

——2003年1月20日在云岭省第十届人民代表大会第一次会议上 省长 顾明舟

一、过去五年的工作

五年来，普惠小微贷款余额从120亿元增加到460亿元。公路通车里程从4.1万公里增加到6.3万公里。

二、2003年主要任务

今年经济增长预期目标为7.5%左右，到2007年城镇化率从38.2%提高到42.6%。全省职工工资总额2007年将达到640亿元。
"""


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index_of(tmp_path_factory.mktemp("kinds"), {"p1998.md": OLD, "p2003.md": NEW})


@pytest.mark.parametrize(
    ("question", "figures"),
    [
        ("1997年云川合作区的规上企业比外资企业多几家？", ["65家"]),
        ("1997年云岭省人口自然增长率是多少，比前一年有什么变化？", ["1.18%", "1.21%"]),
        ("云岭省职工工资总额1996年是多少，计划2007年达到多少？", ["212亿元", "640亿元"]),
        ("1997年全年和第四季度云岭省职工工资总额分别增长了多少？", ["11.4%", "16.2%"]),
        ("1997年云岭省贸易顺差比1996年变化了多少？", ["7.3%"]),
        ("1997年云岭省荣获多少块国家级质量奖？", ["20余项"]),  # counted in another word
        ("国家组织的企业集团试点，1998年要从多少户扩大到多少户？", ["14户", "32户"]),
        ("云川卫星基地年产的卫星，单颗重量在多少千克以下？", ["800千克以下"]),
        ("2003年报告回顾的五年里，云岭省普惠小微贷款余额净增多少亿元？", ["340亿元"]),
        ("云岭省定的2003年经济增长目标是什么？", ["7.5%左右"]),
        (
            "How much steel and coal capacity did Yunling Province cut in 1997?",
            ["1.2 million", "3.1 million"],
        ),
        ("What growth target was set for the economy of Yunling Province in 2003?", ["7.5%"]),
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
        "1997年云岭省荣获多少块国家级示范园？",  # 省级
        "1997年云川合作区的高新技术企业比外资企业多几家？",  # one of the two is not stated
        "1997年云岭省钢产量是多少，由谁主持验收？",  # half an answer
        "How much steel and cement capacity did Yunling Province cut in 1997?",
    ],
)
def test_refused(reports: Path, question: str) -> None:
    answer = qa_over(reports, ScriptedModel(logprobs=[NOT_THERE])).ask(question)
    assert answer.abstained, answer.text


@pytest.mark.parametrize(
    ("question", "more"),
    [
        ("2023年云川市和青岚市谁的GDP增速高，高出多少个百分点？", False),
        ("1994年粮食产量是多少，谁作的报告？", True),
        ("公司产量达到多少，什么时候投产？", True),
        ("粮食产量达到多少，比上年增产多少？", False),
    ],
)
def test_asks_more_than_figures(question: str, more: bool) -> None:
    assert understand(question, load_vocabulary()).asks_more is more


@pytest.mark.parametrize(
    ("earlier", "question", "whole"),
    [
        ("2009年城镇新增就业的预期目标是多少？", "那实际达到了多少？", "2009年城镇新增就业实际是多少？"),
        (
            "How many projects passed the joint review in 2009?",
            "And how many of those came from the High-tech Zone?",
            "How many projects from the High-tech Zone passed the joint review in 2009?",
        ),
    ],
)
def test_follow_ups(earlier: str, question: str, whole: str) -> None:
    assert resolve(question, [Turn(earlier)], load_vocabulary()) == whole


MORE = """# 2010年云岭省政府工作报告

——2010年1月20日在云岭省第十二届人民代表大会第三次会议上 省长 顾明舟

一、2009年工作回顾

省级财政用于科技的支出16亿元，增长12.5%。下达农村义务教育经费6.6亿元。外汇储备达到51亿美元。
全年进出口总额310亿美元，增长9.4%。粮食产量1120万吨，比上年增产31万吨。比2005年，财政收入增加78亿元。
各类经营主体每天新增450户。清洁能源消费比重提高1.3个百分点。城乡居民低保救助人数达到66万人。

二、2010年主要任务

今年再减少农村贫困人口10万人以上。省级财政安排城乡医疗救助补助资金1.6亿元，增长9.6%。要为经营主体减轻非税负担3亿多元。
"""


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index_of(tmp_path_factory.mktemp("more"), {"p2010.md": MORE})


@pytest.mark.parametrize(
    ("question", "figures"),
    [
        ("2009年云岭省科技支出是多少？", ["16亿元"]),
        ("2009年云岭省外汇储备余额是多少？", ["51亿美元"]),
        ("2009年云岭省经营主体平均每天新增多少？", ["450户"]),
        ("2010年云岭省计划再减少多少农村贫困人口？", ["10万人以上"]),
        ("2010年云岭省城乡医疗救助补助资金增长多少？", ["9.6%"]),
        ("2010年云岭省要为经营主体减轻多少非税负担？", ["3亿多元"]),
        (
            "What was the total import and export volume of Yunling Province in 2009, and by what percentage did it grow?",
            ["31 billion", "9.4%"],
        ),
        (
            "How much did grain output in Yunling Province increase in 2009 over the previous year?",
            ["310,000"],
        ),
        (
            "By how many percentage points did the share of clean energy in Yunling Province rise in 2009?",
            ["1.3"],
        ),
    ],
)
def test_more_answered(later: Path, question: str, figures: list[str]) -> None:
    qa = qa_over(later, ScriptedModel())
    answer = qa.ask(question)
    check_promises(answer, qa.index)
    assert not answer.abstained and all(figure in answer.text for figure in figures), answer.text


@pytest.mark.parametrize(
    "question",
    [
        "2009年云岭省教育经费是多少？",  # that of compulsory education in the country is part of it
        "2009年云岭省财政收入是多少？",  # by what it rose since 2005
        "What was the total import volume of Yunling Province in 2009, and which port handled most of it?",
    ],
)
def test_more_refused(later: Path, question: str) -> None:
    answer = qa_over(later, ScriptedModel([], [{"0": -0.1, "1": -4.0}])).ask(question)
    assert answer.abstained, answer.text


RATES = """# 1995年云岭省政府工作报告

——1995年1月20日在云岭省第八届人民代表大会第三次会议上 省长 温嘉禾

一、1994年工作回顾

固定资产投资增长幅度由上年的百分之五十二点四回落到百分之二十三点一。1994年底外汇储备31亿美元，比1990年底增加18亿美元。
城镇人均住房面积16.9平方米，比1990年增加2.3平方米。制定地方性法规14部。消费对经济增长的贡献率达到52.3%。
“八五”以来已关停小火电机组42万千瓦。先后3次降低存款准备金率。

二、1995年主要任务

今年要关停小火电机组12万千瓦。
"""


@pytest.fixture(scope="module")
def rates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index_of(tmp_path_factory.mktemp("rates"), {"p1995.md": RATES})


@pytest.mark.parametrize(
    ("question", "figures"),
    [
        ("1994年云岭省固定资产投资增幅由多少回落到多少？", ["百分之五十二点四", "百分之二十三点一"]),
        ("1994年底云岭省外汇储备有多少，比1990年底增加多少？", ["31亿美元", "18亿美元"]),
        ("1994年云岭省城镇人均住房面积比1990年增加多少平方米？", ["2.3平方米"]),
        ("1995年云岭省要关停多少万千瓦小火电机组？", ["12万千瓦"]),
        ("1994年先后几次降低存款准备金率？", ["3次"]),  # 准备 of 准备金 plans nothing
        ("What was consumption's contribution to economic growth in Yunling Province in 1994?", ["52.3%"]),
    ],
)
def test_rates_and_changes(rates: Path, question: str, figures: list[str]) -> None:
    qa = qa_over(rates, ScriptedModel())
    answer = qa.ask(question)
    check_promises(answer, qa.index)
    assert not answer.abstained and all(figure in answer.text for figure in figures), answer.text


@pytest.mark.parametrize(
    "question",
    [
        "1994年底云岭省外汇储备比1985年底增加多少？",  # 18 are since 1990
        "1994年云岭省城镇人均住房面积比1985年增加多少平方米？",
    ],
)
def test_since_another_year(rates: Path, question: str) -> None:
    answer = qa_over(rates, ScriptedModel()).ask(question)
    assert answer.abstained, answer.text


TOWNS = """# 2023年云岭省统计公报

2022年全省农村贫困人口减少120万人，2023年全省农村贫困人口减少150万人。
2023年，省人才工作荣获国家级金字招牌10余块。
"""


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index_of(tmp_path_factory.mktemp("towns"), {"bulletin-2023.md": TOWNS})


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("2023年云岭省农村贫困人口减少的数量比2022年多多少？", "2023年云岭省农村贫困人口减少了多少？"),
        (
            "在新一代信息技术领域，云岭省2023年拿到多少块国家级金字招牌？",
            "2023年云岭省拿到多少块国家级金字招牌？",
        ),
    ],
)
def test_a_change_of_a_change_and_another_field_are_refused(towns: Path, question: str, other: str) -> None:
    qa = qa_over(towns, ScriptedModel(["无法回答"] * 4, [None] * 8))
    assert not qa.ask(other).abstained
    assert qa.ask(question).abstained


def test_a_follow_up_on_a_change_asks_how_much_more_it_changed() -> None:
    history = [Turn("2023年农村贫困人口减少了多少？")]
    asked = resolve("比2022年多减了多少？", history, load_vocabulary())
    assert asked == "2023年农村贫困人口减少的数量比2022年多多少？"


@pytest.mark.parametrize(
    ("said", "of_it", "of_the_other"),
    [
        (
            "农村居民人均居住面积32.5平方米",
            "2023年农村居民人均居住面积是多少？",
            "2023年城镇居民人均居住面积是多少？",
        ),
        ("地方财政收入312亿元", "2023年地方财政收入是多少？", "2023年中央财政收入是多少？"),
    ],
)
def test_a_figure_of_the_other_of_two_is_of_another_kind(said: str, of_it: str, of_the_other: str) -> None:
    (figure,) = figures_in_text(said)
    for question, fits in ((of_it, True), (of_the_other, False)):
        (ask,) = understand(question, load_vocabulary()).asks
        assert kind_fits(ask, figure, said, said) is fits
