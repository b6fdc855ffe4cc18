"""Asks bound to figures of a real index; the model is scripted and seldom asked."""

from __future__ import annotations

from typing import Literal

import pytest
from answer_reports import index_of
from hashing_embedder import HashingEmbedder
from scripted_model import ScriptedModel

from index.store import ReportIndex
from index.vocabulary import load_vocabulary
from rag.evidence import EvidenceReader
from rag.figure_answer import FigureAnswerer, FigureResult
from rag.query import understand
from rag.retrieve import retrieve
from rag.settings import Settings

REGIONS = ("云川市", "临河市", "云岭省")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> ReportIndex:
    return ReportIndex.open(index_of(tmp_path_factory.mktemp("figures")), HashingEmbedder())


def bound(
    index: ReportIndex,
    question: str,
    *,
    model: ScriptedModel | None = None,
    settings: Settings | None = None,
    reports: list[str] | None = None,
    hits: Literal["found", "none"] = "found",
) -> FigureResult:
    settings = settings or Settings()
    query = understand(question, load_vocabulary(), known_regions=REGIONS)
    found = retrieve(query, index, HashingEmbedder(), settings, reports=reports)  # type: ignore[arg-type]
    stage = FigureAnswerer(index, EvidenceReader(index), model or ScriptedModel(), settings)  # type: ignore[arg-type]
    return stage.answer(query, found if hits == "found" else [], reports)


def texts(result: FigureResult) -> list[list[str]]:
    return [[figure.text for figure in one.figures] for one in result.bound]


@pytest.mark.parametrize(
    ("question", "figures"),
    [
        pytest.param("2023年云川市地区生产总值是多少？", [["3127.4亿元"]], id="one"),
        pytest.param("2024年云岭省经济增长预期目标是多少？", [["5.5%", "6%"]], id="range-is-one-ask"),
        pytest.param("脱贫地区贫困发生率由多少下降到多少？", [["8.7%"], ["1.3%"]], id="from-then-to"),
        pytest.param(
            "2023年云川市高技术制造业和装备制造业增加值分别增长多少？",
            [["13.6%"], ["10.9%"]],
            id="respectively",
        ),
        pytest.param("云川市地区生产总值是多少？", [["3127.4亿元", "2941.8亿元"]], id="open-period"),
        pytest.param("2023年地区生产总值是多少？", [["1875.3亿元", "3127.4亿元"]], id="open-region"),
    ],
)
def test_asks_are_bound(index: ReportIndex, question: str, figures: list[list[str]]) -> None:
    result = bound(index, question)
    assert texts(result) == figures and result.missing is None
    assert not any(one.by_model for one in result.bound)


@pytest.mark.parametrize(
    ("question", "near"),
    [
        pytest.param("2021年云川市进出口总额是多少？", {"506.3亿元", "518.6亿元"}, id="other-years"),
        pytest.param("2023年云川市粮食产量是多少？", {"184.6万吨"}, id="other-city"),
        pytest.param(
            "2023年云岭省居民消费价格上涨目标是多少？", {"3%左右", "3%"}, id="target-of-another-year"
        ),
    ],
)
def test_missing_ask_comes_with_what_is_near(index: ReportIndex, question: str, near: set[str]) -> None:
    result = bound(index, question)
    assert result.bound == () and result.missing is not None
    assert {figure.text for figure in result.near} & near
    assert len(result.near) <= 3


def test_one_missing_ask_of_two_leaves_nothing_bound(index: ReportIndex) -> None:
    result = bound(index, "2021年和2023年云川市进出口总额分别是多少？")
    assert result.bound == () and result.missing is not None
    assert result.missing.period is not None and result.missing.period.code() == "2021"


def test_two_asks_never_share_a_figure(index: ReportIndex) -> None:
    result = bound(index, "云川市云岭工坊、星火驿站分别有多少家？")
    first, second = (one.figures[0] for one in result.bound)
    assert (first.text, second.text) == ("86家", "129家")


def test_indicator_is_found_without_any_hit(index: ReportIndex) -> None:
    assert texts(bound(index, "2023年云川市地区生产总值是多少？", hits="none")) == [["3127.4亿元"]]


def test_chosen_reports_bound_the_pool(index: ReportIndex) -> None:
    question = "云川市地区生产总值是多少？"
    assert texts(bound(index, question, reports=["yunchuan-2022.md"])) == [["2941.8亿元"]]
    assert bound(index, question, reports=["linhe-2023.md"]).bound == ()
    assert bound(index, question, reports=[]).bound == ()


@pytest.mark.parametrize(
    ("question", "value", "kind"),
    [
        pytest.param(
            "2023年云川市地区生产总值比2022年增加多少亿元？", "185.6亿元", "difference", id="difference"
        ),
        pytest.param(
            "2022年云川市城镇化率和2023年相差多少个百分点？",
            "0.9个百分点",
            "difference",
            id="points-later-first",
        ),
        pytest.param(
            "2023年云川市限额以上单位零售额占社会消费品零售总额的百分之几？", "39.4%", "share", id="share"
        ),
    ],
)
def test_computed_from_two_bound_figures(index: ReportIndex, question: str, value: str, kind: str) -> None:
    result = bound(index, question)
    assert result.computed is not None
    assert (result.computed.text, result.computed_kind) == (value, kind)
    assert len(result.bound) == 2


def test_named_report_year_bounds_the_pool(index: ReportIndex) -> None:
    assert texts(bound(index, "2024年政府工作报告提出的城镇新增就业目标是多少？")) == [["55万人"]]
    assert bound(index, "2022年政府工作报告提出的城镇新增就业目标是多少？").bound == ()


@pytest.mark.parametrize("strictness", ["careful", "balanced", "exploratory"])
def test_no_strictness_lets_a_stated_slot_go(index: ReportIndex, strictness: str) -> None:
    settings = Settings(strictness=strictness)  # type: ignore[arg-type]
    for question in ("2021年云川市地区生产总值是多少？", "2023年青岚市地区生产总值是多少？"):
        model = ScriptedModel()
        assert bound(index, question, settings=settings, model=model).bound == ()
        assert model.prompts == []
