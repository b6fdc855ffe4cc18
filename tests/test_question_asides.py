"""Brackets and asides of questions, two reports that differ, parts behind 其中; all places and figures are fictional."""

from __future__ import annotations

from pathlib import Path

import pytest
from answer_reports import check_promises, index_of, qa_over
from scripted_model import ScriptedModel

from index.vocabulary import load_vocabulary
from rag.ask import asked_measure
from rag.question_asides import without_asides

FIRST = """# 2003年云岭省政府工作报告

——2003年1月20日在云岭省第十届人民代表大会第一次会议上 省长 温嘉禾

一、过去五年的工作

2002年，全省地区生产总值9200亿元。全社会研究与试验发展经费支出104亿元，占地区生产总值的比重从1997年的0.62%提高到2002年的1.14%。
2002年，全省进出口总额120亿美元，增长21.4%，扣除价格因素，实际增长15.2%。新型农村合作医疗试点范围扩大到46个县，占全省县总数的41.7%。
2002年，农业在工农业总产值中的比重由28.4%提高到32.6%，轻工业总产值占工业总产值的比重由47.1%提高到51.9%。
2002年，全省用地联审共过审9个项目，其中6个来自民营企业。云川卫星基地建成后，具备年产120颗低轨通信卫星的生产制造能力。
"""
LATER = """# 2008年云岭省政府工作报告

——2008年1月20日在云岭省第十一届人民代表大会第一次会议上 省长 顾明舟

一、过去五年的工作

2007年，全社会研究与试验发展经费支出260亿元，研究与试验发展经费支出占地区生产总值的比重从2002年的1.09%提高到2007年的1.52%。
五年地区生产总值增长68%，年均增长10.9%。
"""


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index_of(tmp_path_factory.mktemp("asides"), {"p2003.md": FIRST, "p2008.md": LATER})


@pytest.mark.parametrize(
    ("question", "figures", "not_said"),
    [
        ("2002年云岭省研发经费相当于地区生产总值的百分之几？", ["1.14%", "1.09%", "所载不一"], ["÷"]),
        ("2007年云岭省研发经费是2002年的几倍？", ["2.5倍"], []),
        ("扣除价格因素后，2002年云岭省进出口总额增长多少？", ["实际增长15.2%"], ["21.4%"]),
        ("2002年云岭省进出口总额扣除物价后增长多少？", ["15.2%"], ["21.4%"]),
        ("2002年云岭省进出口总额有多少，增长多快？", ["120亿美元", "21.4%"], []),
        ("2002年云岭省参加新型农村合作医疗试点的县占全省县总数的比例是多少？", ["41.7%"], []),
        ("2002年云岭省农业在工农业总产值中占多大比重？", ["32.6%"], ["51.9%"]),
        ("2002年云岭省用地联审过审的项目里，民营企业的有几个？", ["6个"], ["9个"]),
        ("2002年云岭省云川卫星基地建成后一年能造多少颗卫星？", ["120颗"], []),
    ],
)
def test_answered(reports: Path, question: str, figures: list[str], not_said: list[str]) -> None:
    qa = qa_over(reports, ScriptedModel())
    answer = qa.ask(question)
    check_promises(answer, qa.index)
    assert not answer.abstained and all(figure in answer.text for figure in figures), answer.text
    assert not any(figure in answer.text for figure in not_said), answer.text


@pytest.mark.parametrize(
    "question",
    [
        "2002年云岭省用地联审过审的项目里，外资企业的有几个？",
        "2002年云岭省青岚卫星基地建成后一年能造多少颗卫星？",
        "2007年云岭省进出口总额是2002年的几倍？",
        "2002年云岭省林业在工农业总产值中占多大比重？",  # not 6 of 9 projects
        "扣除价格因素后，2007年云岭省进出口总额增长多少？",
    ],
)
def test_refused(reports: Path, question: str) -> None:
    answer = qa_over(reports, ScriptedModel()).ask(question)
    assert answer.abstained, answer.text


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("新增主体里企业占几成（百分之几）？", "新增主体里企业占几成？"),
        ("农民人均纯收入（抽样调查数）是多少？", "农民人均纯收入是多少？"),
        ("固定资产投资（不含农户）是多少？", "固定资产投资（不含农户）是多少？"),
        ("增值税起征点（月销售额）是多少？", "增值税起征点是多少？"),
        ("起征点作了怎样的调整（从多少提到多少）？", "起征点从多少提到多少？"),
        ("森林覆盖率2013年报告值比2009年高几个百分点？", "森林覆盖率2013年比2009年高几个百分点？"),
        ("2014年政府工作报告数据中粮食产量是多少？", "2014年政府工作报告数据中粮食产量是多少？"),
        ("与全省相比，云川市前三季度GDP增速快了几个百分点？", "云川市前三季度GDP增速比全省快几个百分点？"),
        ("民间投资到底涨了没有，涨了百分之几？", "民间投资涨了百分之几？"),
        ("1998年经济增长多少，有没有达到8%的目标？", "1998年经济增长多少，计划是多少？"),
        ("云川老百姓2023年平均一个人一年花掉多少钱？", "云川2023年居民人均消费支出是多少？"),
    ],
)
def test_without_asides(question: str, plain: str) -> None:
    assert without_asides(question, load_vocabulary()) == plain


@pytest.mark.parametrize(
    ("question", "measure"),
    [
        ("To what level did the urbanization rate rise?", "level"),
        ("What did the share of renewables in installed capacity rise to in 2023?", "share"),
        ("What did economic growth fall to in 2023?", "growth"),
        ("How fast did exports rise in 2023?", "growth"),
    ],
)
def test_where_it_got_to(question: str, measure: str) -> None:
    assert asked_measure(question) == measure
