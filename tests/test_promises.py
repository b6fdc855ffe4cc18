"""Ways a wrong figure once got through: another city compared with, an undated figure, a swapped pair."""

from __future__ import annotations

from pathlib import Path

import pytest
from answer_reports import check_promises, index_of, qa_over
from scripted_model import ReadingModel, ScriptedModel

from rag.verify import verify_draft

YES = [{"有": -0.1, "没": -3.0}, {"能": -0.1, "不": -3.0}]
LINHE = """# 临河市2023年经济运行情况

临河市统计局 2024年1月20日

2023年，临河市地区生产总值1875.3亿元比云川市少1252.1亿元。全年实际使用外资2.71亿美元，云川市增速为5.1%。
"""


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return index_of(tmp_path_factory.mktemp("a"))


@pytest.mark.parametrize("question", ["2023年云川市地区生产总值是多少？", "2023年云川市实际使用外资是多少？"])
def test_compared_city_is_not_the_figures_city(
    tmp_path: Path, question: str
) -> None:  # bind._region_fits / _unit_fits
    model = ScriptedModel()
    qa = qa_over(index_of(tmp_path, {"l.md": LINHE}), model)
    answer = qa.ask(question)
    check_promises(answer, qa.index)
    assert answer.abstained and model.prompts == []


def test_percentage_is_no_option_for_a_level(directory) -> None:  # bind._unit_fits
    model = ScriptedModel()
    assert qa_over(directory, model).ask("2023年云岭省地区生产总值是多少？").abstained and model.prompts == []


def test_undated_figure_does_not_answer_a_dated_question(tmp_path: Path) -> None:  # bind._period_fits
    text = "# 云川市经济运行简况\n\n云川市地区生产总值3127.4亿元，增长6.3%。\n"
    qa = qa_over(index_of(tmp_path, {"n.md": text}), ScriptedModel())
    assert qa.ask("2021年云川市地区生产总值是多少？").abstained
    assert not qa.ask("云川市地区生产总值是多少？").abstained


PAIR = "全年规模以上工业增加值增长8.4%，其中高技术制造业和装备制造业增加值分别增长13.6%和10.9%。年末有云岭工坊86家、星火驿站129家。"


@pytest.mark.parametrize(
    "draft",
    [
        "高技术制造业增加值增长10.9%，装备制造业增加值增长13.6%",
        "高技术制造业增长10.9%，装备制造业增长13.6%",
        "高技术制造业增加值增长10.9%",
        "规模以上工业增加值增长13.6%",
        "云岭工坊129家",
        "星火驿站86家、云岭工坊129家",
    ],
)
def test_swapped_pair_fails(draft: str) -> None:  # verify._given
    assert not verify_draft(draft, PAIR, "请介绍工业").ok


@pytest.mark.parametrize(
    "draft",
    [
        "高技术制造业增加值增长13.6%，装备制造业增加值增长10.9%",
        "高技术制造业增长13.6%",
        "13.6%",
        "增长10.9%",
        "云岭工坊86家",
        "星火驿站有129家",
    ],
)
def test_true_pair_passes(draft: str) -> None:
    assert verify_draft(draft, PAIR, "请介绍工业").ok


@pytest.mark.parametrize(
    ("question", "draft"),
    [
        ("2022年云川市地区生产总值是多少？", "3127.4亿元"),
        ("2023年临河市地区生产总值是多少？", "3127.4亿元"),
        ("2023年云川市地区生产总值增长目标是多少？", "6.3%"),
        ("2023年云川市一般公共预算收入是多少？", "3127.4亿元"),
    ],
    ids=["year", "city", "target", "indicator"],
)
def test_passage_figure_of_another_slot(directory, question: str, draft: str) -> None:  # answer._answer_from
    passages = [
        "2023年云川市地区生产总值3127.4亿元，比上年增长6.3%。",
        "临河市2023年出口98.5亿元，进口41.2亿元。",
    ]
    model = ReadingModel({"3127.4亿元": (draft, 3.9)})
    answer = qa_over(directory, model).ask(question, passages=passages)
    assert answer.abstained, answer.text
    assert any(kind == "complete" for kind, _ in model.prompts)  # it was drafted, and not shown


@pytest.mark.parametrize("question", ["临河市科技馆的新馆长是谁？", "青岚市科技馆的新馆长是谁？"])
def test_name_of_another_city(directory, question: str) -> None:  # answer._answer_with_model
    assert qa_over(directory, ScriptedModel(["罗明川"], YES)).ask(question).abstained


def test_no_logprobs_is_no_yes(directory) -> None:  # model_answer._margin
    model = ScriptedModel(["罗明川", "没有", "不能"], [None, None])
    assert qa_over(directory, model).ask("如今谁在管市科技馆？").abstained


def test_repair_keeps_the_answer_not_the_embroidery(directory) -> None:  # model_answer._repair
    answer = qa_over(directory, ScriptedModel(["云川重工，增长13.6%"], YES)).ask(
        "深谷装备创新联合体由哪家企业牵头？"
    )
    assert "13.6" not in answer.text


def test_other_region_earns_no_bonus(directory) -> None:  # figure_match.figure_scores
    best = qa_over(directory, ScriptedModel()).search("2023年云川市地区生产总值是多少？")[0]
    assert best.chunk.report == "yunchuan-2023.md"


def test_a_name_that_nothing_knows_is_not_left_out(directory) -> None:  # answer._through_chinese
    question = "What was Zorblatt's output value in 2023?"
    assert (
        qa_over(directory, ScriptedModel(["", "没有", "没有", "没有"], [{"有": -3.0, "没": -0.1}] * 4))
        .ask(question)
        .abstained
    )


def test_part_of_a_year_does_not_answer_for_the_year(tmp_path: Path) -> None:
    text = "# 云川市2023年前三季度经济运行情况\n\n2023年前三季度，云川市城镇新增就业3.97万人。\n"
    qa = qa_over(index_of(tmp_path, {"q3.md": text}), ScriptedModel())
    assert qa.ask("2023年云川市城镇新增就业多少万人？").abstained
    assert "3.97万人" in qa.ask("2023年前三季度云川市城镇新增就业多少万人？").text
