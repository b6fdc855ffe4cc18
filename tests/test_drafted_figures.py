"""Figures that no rule binds: the model points to them, and code holds what it points to."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from answer_reports import check_promises, index_of, qa_over
from scripted_model import NOT_THERE, ReadingModel, ScriptedModel

from rag.drafted_figures import figures_asked
from rag.qa import ReportQA
from rag.settings import Settings
from rag.types import Answer

REPORT = {
    "yunchuan-2023.md": """# 云川市2023年国民经济和社会发展统计公报

云川市统计局 2024年3月28日

2023年，全市商铺销售9.4万平方米，增长42.1%；汽车销售13.6万辆，增长46.2%。刑事案件的发案数下降15.7%，查处违法经营案件1360件。

市内道路绿化维护养护里程310公里，其中机器养护里程45公里。国产品牌手机出货量195.2万部。中德（云川）中小企业合作区集聚外资企业41家。

2024年，道路养护要新增里程60公里。
"""
}
QUESTION = "2023年云川市机器修剪养护的街道多长？"
SURE = -0.1


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index_of(tmp_path_factory.mktemp("drafted"), REPORT)


def ask(
    city: Path,
    question: str,
    draft: str,
    *,
    margin: float = 3.0,
    logprob: float | None = SURE,
    settings: Settings | None = None,
) -> tuple[Answer, ReportQA]:
    told = {} if logprob is None else {draft: logprob}
    model = ReadingModel({"问题": (draft, margin)}, told)
    qa = qa_over(city, cast(ScriptedModel, model), settings)
    return qa.ask(question), qa


@pytest.mark.parametrize(
    ("question", "draft", "shown"),
    [
        (QUESTION, "45公里", ["45公里"]),
        (QUESTION, "45", ["45公里"]),  # a bare number, with the unit of the report
        ("2023年云川市刑案发案数同比回落多少？", "15.7%", ["15.7%"]),  # a bare number says no direction
    ],
)
def test_what_the_model_points_to_is_shown_as_the_report_has_it(
    city: Path, question: str, draft: str, shown: list[str]
) -> None:
    answer, qa = ask(city, question, draft)
    assert [figure.text for figure in answer.figures] == shown, answer.text
    assert answer.stage == "model" and answer.confidence is not None
    check_promises(answer, qa.index)


@pytest.mark.parametrize(
    ("question", "draft"),
    [
        (QUESTION, "46公里"),  # no figure of the evidence
        (QUESTION, "310公里"),  # fewer of the question's words stand around it
        (QUESTION, "60公里"),  # of another year, and planned
        (QUESTION, "45公里、310公里"),  # one was asked for
        ("2023年云川市机器修剪养护的街道多长，占多少？", "45公里"),  # half an answer
        ("2023年云川市刑案发案数同比回落多少？", "增长15.7%"),  # the other direction
        ("2023年云川市非国产品牌手机出货多少？", "195.2万部"),
        ("2023年云川市会展业机器养护的道路多长？", "45公里"),  # of a trade that the report does not name
        ("2023年青岚市机器修剪养护的街道多长？", "45公里"),  # of no such city
    ],
)
def test_code_holds_no_other_figure(city: Path, question: str, draft: str) -> None:
    answer, _ = ask(city, question, draft)
    assert answer.abstained, answer.text


def test_a_draft_that_was_not_written_surely_is_not_taken(city: Path) -> None:
    assert ask(city, QUESTION, "45公里", logprob=-1.2)[0].abstained
    assert not ask(city, QUESTION, "45公里", logprob=-1.2, settings=Settings(strictness="balanced"))[
        0
    ].abstained
    shown = ask(city, QUESTION, "45公里", logprob=-3.0, settings=Settings(confidence=0.0))[0]
    assert not shown.abstained  # asked for whatever it is
    assert ask(city, QUESTION, "45公里", logprob=None)[0].abstained  # an endpoint that does not tell
    assert ask(city, QUESTION, "45公里", margin=1.0)[0].abstained  # the model itself doubts it


def test_the_model_is_not_asked_where_no_figure_could_stand(city: Path) -> None:
    model = ScriptedModel()
    assert qa_over(city, model).ask("2023年青岚市商铺卖出多少面积？").abstained
    assert not model.prompts
    model = ScriptedModel(logprobs=[NOT_THERE])
    assert qa_over(city, model).ask(QUESTION).abstained
    assert [kind for kind, _ in model.prompts] == ["logprobs"]  # nothing is drafted where it sees no answer


def test_another_place_within_a_name_is_another_thing(city: Path) -> None:
    assert "41家" in ask(city, "中德（云川）中小企业合作区有多少家外资企业？", "41家")[0].text
    assert ask(city, "中德（宜宾）中小企业合作区有多少家外资企业？", "41家")[0].abstained


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("卖出多少面积，增幅多大？", 2),
        ("由多少提高到多少？", 2),
        ("增速呢？", 1),
        ("How many firms were there, and what was their output?", 2),
    ],
)
def test_figures_asked(question: str, asked: int) -> None:
    assert figures_asked(question) == asked
