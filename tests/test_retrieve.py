"""Fusion by hand, and what comes first over a real index."""

from __future__ import annotations

import pytest
from answer_reports import index_of
from hashing_embedder import HashingEmbedder
from sample_report import put_lines

from index.store import ReportIndex
from index.types import Hit
from index.vocabulary import load_vocabulary
from rag.bind import bind, can_fit
from rag.evidence import EvidenceReader
from rag.figure_match import figure_scores
from rag.query import Query, understand
from rag.retrieve import report_year, retrieve, weighted_fusion
from rag.settings import Settings


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> ReportIndex:
    return ReportIndex.open(index_of(tmp_path_factory.mktemp("retrieve")), HashingEmbedder())


def read(question: str) -> Query:
    return understand(question, load_vocabulary(), known_regions=("云川市", "临河市", "云岭省"))


def search(index: ReportIndex, question: str, **options: object) -> list[Hit]:
    return retrieve(read(question), index, HashingEmbedder(), Settings(), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("dense", "lexical", "weight", "fused"),
    [
        pytest.param({1: 0.9, 2: 0.5}, {2: 8.0, 3: 4.0}, 0.4, {1: 0.4, 2: 0.6, 3: 0.0}, id="both"),
        pytest.param({1: 0.2, 2: 0.4, 3: 0.3}, {}, 0.4, {1: 0.0, 2: 0.4, 3: 0.2}, id="dense-alone"),
        pytest.param({}, {5: 3.0}, 0.4, {5: 0.6}, id="single-lexical-hit"),
        pytest.param({1: 0.3, 2: 0.3}, {}, 1.0, {1: 1.0, 2: 1.0}, id="all-equal"),
        pytest.param({1: 0.9, 2: 0.1}, {1: 1.0, 2: 5.0}, 0.0, {1: 0.0, 2: 1.0}, id="lexical-only-weight"),
        pytest.param({}, {}, 0.4, {}, id="nothing"),
    ],
)
def test_weighted_fusion(
    dense: dict[int, float], lexical: dict[int, float], weight: float, fused: dict[int, float]
) -> None:
    assert weighted_fusion(dense, lexical, weight) == pytest.approx(fused)


@pytest.mark.parametrize(
    ("question", "report", "words"),
    [
        ("2022年云川市地区生产总值是多少？", "yunchuan-2022.md", "2941.8亿元"),
        ("2023年临河市实际使用外资是多少？", "linhe-2023.md", "2.71亿美元"),
        ("市科技馆的新馆长是谁？", "yunchuan-2023.md", "罗明川"),
        ("How fast did fixed-asset investment grow in 2023?", "yunchuan-2023.md", "固定资产投资增长5.5%"),
    ],
    ids=["figure", "other-city", "name", "english"],
)
def test_the_chunk_that_answers_comes_first(
    index: ReportIndex, question: str, report: str, words: str
) -> None:
    best = search(index, question)[0]
    assert best.chunk.report == report and words in best.chunk.text


def test_hits_are_the_indexed_chunks_best_first(index: ReportIndex) -> None:
    hits = search(index, "2023年云川市地区生产总值是多少？", top_k=5)
    assert len(hits) == 5 and len({hit.chunk.id for hit in hits}) == 5
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        assert hit.chunk == index.chunk(hit.chunk.id)
        assert index.report(hit.chunk.report).text[hit.chunk.start : hit.chunk.end] == hit.chunk.text
        assert set(hit.parts) == {"dense", "lexical", "reranked", "figures", "scope"}


def test_fewer_hits_are_the_head_of_more(index: ReportIndex) -> None:
    question = "2023年云川市进出口总额是多少？"
    assert search(index, question, top_k=2) == search(index, question, top_k=6)[:2]


@pytest.mark.parametrize("reports", [["linhe-2023.md"], ["yunling-2024.md", "yunchuan-2022.md"]])
def test_only_chosen_reports_are_searched(index: ReportIndex, reports: list[str]) -> None:
    hits = search(index, "2023年云川市地区生产总值是多少？", reports=reports, top_k=20)
    assert {hit.chunk.report for hit in hits} == set(reports)


@pytest.mark.parametrize("reports", [[], ["no-such-report.md"]], ids=["none", "unknown"])
def test_no_reports_give_no_hits(index: ReportIndex, reports: list[str]) -> None:
    assert search(index, "2023年云川市地区生产总值是多少？", reports=reports) == []


def fitting(index: ReportIndex, question: str, reports: list[str] | None = None) -> list[dict[int, float]]:
    return figure_scores(read(question), index, EvidenceReader(index), {}, reports, metadata_known=True)


@pytest.mark.parametrize(
    ("question", "report"),
    [
        ("2022年云川市进出口总额是多少？", "yunchuan-2022.md"),
        ("2023年云川市进出口总额是多少？", "yunchuan-2023.md"),
        ("2022年临河市进出口总额是多少？", None),
    ],
    ids=["year before", "year", "no such year"],
)
def test_only_a_figure_of_the_asked_slots_earns(
    index: ReportIndex, question: str, report: str | None
) -> None:
    (found,) = fitting(index, question)
    assert {index.chunk(chunk).report for chunk in found} == ({report} if report else set())
    assert all(bonus > 0 for bonus in found.values())


def test_what_binds_was_not_passed_over(index: ReportIndex) -> None:
    reader, figures = EvidenceReader(index), index.figures()
    for question in (
        "2022年云川市进出口总额是多少？",
        "2023年云川市进口额占进出口总额的比重是多少？",
        "2024年经济增长目标是多少？",
        "2023年末城镇化率是多少？",
        "2018年至2022年地区生产总值年均增长多少？",
    ):
        for ask in read(question).asks:
            for candidate in bind(ask, figures, reader.surroundings):
                assert can_fit(ask, candidate.figure) or not candidate.fits


def test_figures_keep_to_the_chosen_reports(index: ReportIndex) -> None:
    assert fitting(index, "2022年云川市进出口总额是多少？", []) == [{}]
    assert fitting(index, "2022年云川市进出口总额是多少？", ["yunchuan-2023.md"]) == [{}]


def test_question_without_indicator_asks_for_no_figure(index: ReportIndex) -> None:
    assert fitting(index, "市科技馆的新馆长是谁？") == []


def test_parts_of_a_question_take_turns(index: ReportIndex) -> None:
    hits = search(index, "云川市2023年进出口总额比2022年增加多少？", top_k=2)
    assert {hit.chunk.report for hit in hits} == {"yunchuan-2022.md", "yunchuan-2023.md"}


def test_copies_stand_once() -> None:
    index = ReportIndex.in_memory(HashingEmbedder())
    for name in ("一稿.txt", "二稿.txt"):
        put_lines(index, name, ["云川市科技馆由罗明川任馆长。", f"{name}另有说明。"])
    texts = [hit.chunk.text for hit in search(index, "云川市科技馆的馆长是谁？")]
    assert len(texts) == len(set(texts)) and "罗明川" in texts[0]


def test_named_report_year_comes_first(index: ReportIndex) -> None:
    best = search(index, "2024年政府工作报告提出的经济增长目标是多少？")[0]
    assert best.chunk.report == "yunling-2024.md"
    assert report_year(index, "yunling-2024.md") == 2024


def test_empty_index_gives_nothing() -> None:
    embedder = HashingEmbedder()
    query = read("2023年云川市地区生产总值是多少？")
    assert retrieve(query, ReportIndex.in_memory(embedder), embedder, Settings()) == []  # type: ignore[arg-type]
