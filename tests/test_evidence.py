"""Sentences, clauses and surroundings read out of a real index."""

from __future__ import annotations

from pathlib import Path

import pytest
from answer_reports import index_of
from hashing_embedder import HashingEmbedder

from index.build import build_index
from index.store import ReportIndex
from index.types import Figure
from index.vocabulary import load_vocabulary
from rag.evidence import EvidenceReader, trim
from rag.query import understand
from rag.retrieve import retrieve
from rag.settings import Settings


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> ReportIndex:
    return ReportIndex.open(index_of(tmp_path_factory.mktemp("evidence")), HashingEmbedder())


@pytest.fixture(scope="module")
def reader(index: ReportIndex) -> EvidenceReader:
    return EvidenceReader(index)


def figure(index: ReportIndex, text: str, report: str = "yunchuan-2023.md") -> Figure:
    (found,) = [f for f in index.figures(report=report) if f.text == text]
    return found


def span(index: ReportIndex, bounds: tuple[int, int], report: str = "yunchuan-2023.md") -> str:
    return index.report(report).text[slice(*bounds)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("3127.4亿元", "2023年云川市地区生产总值3127.4亿元，比上年增长6.3%。", id="first"),
        pytest.param(
            "1288.9亿元",
            "第一产业增加值215.8亿元，增长4.1%；第二产业增加值1288.9亿元，增长7.2%；第三产业增加值1622.7亿元，增长5.9%。",
            id="semicolons-do-not-end-it",
        ),
        pytest.param("11.3%", "全年固定资产投资增长5.5%，房地产开发投资下降11.3%。", id="last-of-paragraph"),
        pytest.param("3954.8", "金融机构贷款余额\t3954.8\t3502.6", id="table-row"),
    ],
)
def test_sentence_of_a_figure(index: ReportIndex, reader: EvidenceReader, text: str, sentence: str) -> None:
    found = figure(index, text)
    for offset in (found.start, found.end - 1):
        assert span(index, reader.sentence_span(found.report, offset)).strip() == sentence


def test_every_figure_stands_in_its_sentence_and_clause(index: ReportIndex, reader: EvidenceReader) -> None:
    figures = index.figures()
    assert len(figures) > 40
    for found in figures:
        first, last = reader.sentence_span(found.report, found.start)
        start, end = reader.clause_span(found)
        assert first <= start <= found.start < found.end <= end <= last, found.text


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        pytest.param("3127.4亿元", "2023年云川市地区生产总值3127.4亿元", id="to-the-comma"),
        pytest.param("6.3%", "比上年增长6.3%", id="after-the-comma"),
        pytest.param("13.6%", "其中高技术制造业和装备制造业增加值分别增长13.6%和10.9%", id="pair"),
        pytest.param("86家", "年末全市有云岭工坊86家", id="first-of-a-list"),
        pytest.param("129家", "星火驿站129家", id="second-of-a-list"),
        pytest.param("4391.5", "4391.5", id="table-cell"),
    ],
)
def test_clause_of_a_figure(index: ReportIndex, reader: EvidenceReader, text: str, clause: str) -> None:
    assert span(index, reader.clause_span(figure(index, text))) == clause


def test_surroundings_reach_from_the_clause_to_the_title(index: ReportIndex, reader: EvidenceReader) -> None:
    around = reader.surroundings(figure(index, "7.7%"))
    assert "社会消费品零售总额" in around.clause and "增长7.7%" in around.clause  # the subject is carried in
    # What comes after a figure does not name it.
    assert around.sentence.endswith("增长7.7%") and "限额以上" not in around.sentence + around.passage
    for words in ("云川市2023年国民经济和社会发展统计公报", "三、贸易和财政"):
        assert words in around.passage
    assert "云岭工坊" not in around.passage


def test_cell_has_the_names_of_its_row_and_column(index: ReportIndex, reader: EvidenceReader) -> None:
    clause = reader.surroundings(figure(index, "4391.5")).clause
    assert "金融机构存款余额" in clause and "2022年" in clause


def test_heading_path_replaces_headings_of_its_level(index: ReportIndex, reader: EvidenceReader) -> None:
    first = reader.heading("yunchuan-2023.md", figure(index, "3127.4亿元").start)
    later = reader.heading("yunchuan-2023.md", figure(index, "86家").start)
    assert first.endswith("一、综合")
    assert later.endswith("四、企业") and "一、综合" not in later
    assert first.startswith("云川市2023年") and later.startswith("云川市2023年")


@pytest.mark.parametrize(
    ("report", "status", "code"),
    [
        ("yunchuan-2023.md", None, "2023"),
        ("yunling-2024.md", "actual", "2023"),
        ("yunling-2024.md", "target", "2024"),
    ],
    ids=["bulletin", "work-report-looks-back", "work-report-plans"],
)
def test_main_period(reader: EvidenceReader, report: str, status: str | None, code: str) -> None:
    period = reader.main_period(report, status)
    assert period is not None and period.code() == code


def select(index: ReportIndex, reader: EvidenceReader, question: str, characters: int) -> list[str]:
    query = understand(question, load_vocabulary())
    hits = retrieve(query, index, HashingEmbedder(), Settings())  # type: ignore[arg-type]
    chosen = reader.select(query, hits, characters)
    for sentence in chosen:
        assert span(index, (sentence.start, sentence.end), sentence.report) == sentence.text
    assert [s.score for s in chosen] == sorted((s.score for s in chosen), reverse=True)
    return [sentence.text.strip() for sentence in chosen]


def test_sentence_with_the_words_is_selected_first(index: ReportIndex, reader: EvidenceReader) -> None:
    chosen = select(index, reader, "市科技馆的新馆长是谁？", 450)
    assert chosen[0] == "市科技馆的新馆长是罗明川。"
    assert len(chosen) == len(set(chosen)) > 1


@pytest.mark.parametrize("characters", [1, 60, 150, 450])
def test_selection_keeps_to_its_budget_but_for_the_first(
    index: ReportIndex, reader: EvidenceReader, characters: int
) -> None:
    chosen = select(index, reader, "云川市工业情况", characters)
    assert chosen and (len(chosen) == 1 or sum(map(len, chosen)) <= characters)


def test_nothing_is_selected_from_no_hits(reader: EvidenceReader) -> None:
    assert reader.select(understand("市长是谁？", load_vocabulary()), [], 450) == []


def test_changed_report_is_read_again(tmp_path: Path) -> None:
    text = "# 云川市2023年国民经济和社会发展统计公报\n\n2023年云川市地区生产总值3127.4亿元。\n"
    directory = index_of(tmp_path, {"y.md": text})
    index = ReportIndex.open(directory, HashingEmbedder())
    reader = EvidenceReader(index)
    assert "3127.4" in reader.view("y.md").report.text
    assert reader.view("y.md") is reader.view("y.md")
    (tmp_path / "reports" / "y.md").write_text(text.replace("3127.4", "3131.9"), encoding="utf-8")
    build_index([tmp_path / "reports"], directory, HashingEmbedder())
    assert "3131.9" in reader.view("y.md").report.text
    assert [f.text for f in reader.view("y.md").figures] == ["3131.9亿元"]


def test_only_the_reports_read_last_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {f"{name}.md": f"# {name}\n\n2023年云川市地区生产总值3127.4亿元。\n" for name in ("a", "b", "c")}
    reader = EvidenceReader(ReportIndex.open(index_of(tmp_path, texts), HashingEmbedder()))
    monkeypatch.setattr("rag.evidence.FIGURES_KEPT", 2 * reader.view("a.md").cost)
    first, second = reader.view("a.md"), reader.view("b.md")
    assert (reader.view("a.md") is first) and (reader.view("b.md") is second)
    reader.view("a.md")  # b is now the one read longest ago
    reader.view("c.md")
    assert reader.view("a.md") is first
    assert reader.view("b.md") is not second and reader.view("b.md").figures == second.figures


@pytest.mark.parametrize(
    ("text", "bounds", "inner"),
    [("  甲 乙 \n", (0, 7), "甲 乙"), ("甲乙", (0, 2), "甲乙"), ("甲  乙", (1, 4), "乙")],
)
def test_trim(text: str, bounds: tuple[int, int], inner: str) -> None:
    assert text[slice(*trim(text, *bounds))] == inner
