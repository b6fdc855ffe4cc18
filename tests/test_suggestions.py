"""What a refusal offers: questions near the asked one, each of which is answered."""

from __future__ import annotations

import pytest
from answer_reports import check_promises, index_of, qa_over
from scripted_model import ScriptedModel

from rag.qa import ReportQA


@pytest.fixture(scope="module")
def qa(tmp_path_factory: pytest.TempPathFactory) -> ReportQA:
    return qa_over(index_of(tmp_path_factory.mktemp("suggestions")), ScriptedModel())


@pytest.mark.parametrize(
    "question", ["2021年云川市地区生产总值是多少？", "what was the GDP of Yunchuan in 2021"]
)
def test_a_refusal_offers_questions_that_are_answered(qa: ReportQA, question: str) -> None:
    answer = qa.ask(question)
    assert answer.abstained and answer.suggestions
    assert qa.index is not None
    check_promises(answer, qa.index)
    for offered in answer.suggestions:
        assert qa.ask(offered).stage == "figure"


def test_an_answer_offers_nothing(qa: ReportQA) -> None:
    assert qa.ask("2023年云川市地区生产总值是多少？").suggestions == ()
