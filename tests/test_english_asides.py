"""Asides of English questions; all places and figures are fictional."""

from __future__ import annotations

import pytest
from answer_reports import check_promises, index_of, qa_over
from scripted_model import NOT_THERE, ScriptedModel

from rag.english_asides import without_asides
from rag.qa import ReportQA

CITY = """# 云川市2023年经济运行情况

云川市统计局 2024年1月20日

云川高新区集聚院士工作站等人才平台86家，人才总量突破12.4万人。龙湖科学城设立科创母基金，规模为45亿元。
云川合作区集聚外资企业47家，规上企业112家。一般公共预算收入241.9亿元，一般公共预算支出386.2亿元。
全市3.6万农民享受了农村最低生活保障。市政府提出地方性法规草案14件，制定政府规章23个。
"""


@pytest.mark.parametrize(
    ("text", "plain", "names"),
    [
        (
            "How large is the Dragon Lake Science City (龙湖科学城) fund?",
            "How large is fund?",
            ("龙湖科学城",),
        ),
        ("How many got the subsistence allowance (dibao)?", "How many got the subsistence allowance?", ()),
        ("How many platforms, such as academician stations, has it?", "How many platforms has it?", ()),
        ("How large was GDP (in current prices)?", "How large was GDP (in current prices)?", ()),
        ("How fast did it grow (2023年)?", "How fast did it grow (2023年)?", ()),
    ],
)
def test_asides_are_left_out(text: str, plain: str, names: tuple[str, ...]) -> None:
    assert without_asides(text) == (plain, names)


@pytest.fixture(scope="module")
def qa(tmp_path_factory: pytest.TempPathFactory) -> ReportQA:
    silent = ScriptedModel(
        ["无法回答"] * 8, [NOT_THERE] * 8
    )  # where it is asked to translate, it says nothing
    return qa_over(index_of(tmp_path_factory.mktemp("asides"), {"city.md": CITY}), silent)


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        (
            "How many talent platforms, such as academician workstations, has Yunchuan High-tech Zone gathered?",
            ["86"],
        ),
        (
            "How large is the Dragon Lake Science City (龙湖科学城) sci-tech innovation fund of funds?",
            ["45亿元"],
        ),
    ],
)
def test_they_are_answered(qa: ReportQA, question: str, shown: list[str]) -> None:
    answer = qa.ask(question)
    assert not answer.abstained and all(text in answer.text for text in shown), answer.text
    check_promises(answer, qa.index)


@pytest.mark.parametrize(
    "question",
    [
        "How large is the Phoenix Lake Science City (凤湖科学城) sci-tech innovation fund of funds?",
        "How many talent dormitories has Yunchuan High-tech Zone gathered?",
    ],
)
def test_another_name_is_refused(qa: ReportQA, question: str) -> None:
    answer = qa.ask(question)
    assert answer.abstained, answer.text
