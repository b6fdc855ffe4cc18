"""The whole product over the sample reports: real embedder, real LLM, no network."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from answer_reports import check_promises
from pytest_socket import SocketConnectBlockedError

from rag.qa import ReportQA
from rag.types import Answer

EXAMPLES = Path(__file__).resolve().parent.parent / "examples" / "reports"

pytestmark = [pytest.mark.models, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def qa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReportQA]:
    qa = ReportQA.build([EXAMPLES], tmp_path_factory.mktemp("examples") / "index")
    yield qa
    qa.close()


def checked(qa: ReportQA, question: str, **options: object) -> Answer:
    answer = qa.ask(question, **options)  # type: ignore[arg-type]
    assert qa.index is not None
    check_promises(answer, qa.index)
    return answer


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
def test_the_network_is_cut() -> None:
    with pytest.raises(SocketConnectBlockedError):
        socket.create_connection(("192.0.2.1", 443), timeout=1)


@pytest.mark.parametrize(
    ("question", "figures", "report"),
    [
        pytest.param("云川市2024年上半年进出口总额是多少？", ["431.8亿元"], "brief-2024h1", id="level"),
        pytest.param("2024年上半年云川市房地产开发投资增长多少？", ["9.6%"], "brief-2024h1", id="decline"),
        pytest.param(
            "2023年前三季度云川高新区高技术制造业增加值增长多少？",
            ["17.4%"],
            "云川高新区",
            id="spaced-digits",
        ),
        pytest.param(
            "2024年云岭省经济增长预期目标是多少？", ["5.5%", "6%"], "yunling-work-report-2024", id="range"
        ),
        pytest.param(
            "2024年上半年云川市出口和进口分别增长多少？", ["11.2%", "6.5%"], "brief-2024h1", id="respectively"
        ),
        pytest.param(
            "How fast did the GDP of Yunchuan City grow in the first half of 2024?",
            ["5.8%"],
            "brief-2024h1",
            id="english-growth",
        ),
        pytest.param(
            "What were the retail sales of consumer goods of Yunchuan City in the first half of 2024?",
            ["776.5亿元"],
            "brief-2024h1",
            id="english-level",
        ),
    ],
)
def test_figures(qa: ReportQA, question: str, figures: list[str], report: str) -> None:
    answer = checked(qa, question)
    assert [figure.text for figure in answer.figures] == figures
    assert not answer.abstained and answer.citations
    assert all(report in citation.report for citation in answer.citations)


def test_name_comes_through_the_model(qa: ReportQA) -> None:
    answer = checked(qa, "云川先进材料研究院的院长是谁？")
    assert answer.stage in ("model", "repaired") and "顾明舟" in answer.text
    assert "顾明舟" in answer.citations[0].quote
    assert answer.usage.prompt_tokens > 0 and answer.usage.completion_tokens > 0


def test_follow_up(qa: ReportQA) -> None:
    history = [{"question": "云川市2024年上半年进出口总额是多少？", "answer": ""}]
    answer = checked(qa, "社会消费品零售总额呢？", history=history)
    assert [figure.text for figure in answer.figures] == ["776.5亿元"]


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("2016年云川市地区生产总值是多少？", id="year"),
        pytest.param("2023年海川市地区生产总值增长多少？", id="city"),
        pytest.param("云川市的市花是什么？", id="name"),
        pytest.param("What was the grain output of Yunchuan City in 2031?", id="english"),
    ],
)
def test_refusals(qa: ReportQA, question: str) -> None:
    answer = checked(qa, question)
    assert answer.abstained, answer.text


def test_same_question_twice_gives_the_same_answer(qa: ReportQA) -> None:
    first, again = (checked(qa, "云川先进材料研究院的院长是谁？") for _ in range(2))
    assert (first.text, first.citations) == (again.text, again.citations)
