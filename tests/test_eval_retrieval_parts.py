"""Rankings by fewer parts than all, over a real index; the tables that are printed of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from answer_reports import index_of, qa_over
from hashing_embedder import HashingEmbedder
from scripted_model import ScriptedModel

from eval import retrieval_benchmarks, retrieval_gold
from eval.__main__ import main
from eval.retrieval_parts import rankings, reciprocal_rank_fusion, stock_search, without
from rag import rerank
from rag.qa import ReportQA

QUESTION = "2023年云川市地区生产总值是多少？"
SENTENCE = "2023年云川市地区生产总值3127.4亿元，比上年增长6.3%。"


@pytest.fixture(scope="module")
def qa(tmp_path_factory: pytest.TempPathFactory) -> ReportQA:
    return qa_over(index_of(tmp_path_factory.mktemp("parts")), ScriptedModel())


def test_every_ranking_is_of_the_indexed_passages_and_the_last_is_search(qa: ReportQA) -> None:
    ranked = rankings(qa, QUESTION, top_k=4)
    assert len(ranked) == 9
    for lines in ranked.values():
        assert 0 < len(lines) <= 4
        assert len({line["text"] for line in lines}) == len(lines)
    *_, last = ranked.values()
    assert last == [{"report": h.chunk.report, "text": h.chunk.text} for h in qa.search(QUESTION, 4)]
    assert ranked["words"] == ranked["words, English through the vocabulary"]


def test_an_english_question_finds_no_chinese_words_by_itself(qa: ReportQA) -> None:
    ranked = rankings(qa, "How fast did fixed-asset investment grow in Yunchuan in 2023?")
    texts = [line["text"] for line in ranked["words, English through the vocabulary"]]
    assert any("固定资产投资" in text for text in texts)
    assert len(ranked["words"]) < len(texts)


def test_reciprocal_rank_fusion_by_hand() -> None:
    fused = reciprocal_rank_fusion({1: 0.9, 2: 0.5}, {2: 7.0})
    assert fused == pytest.approx({1: 1 / 61, 2: 1 / 62 + 1 / 61})


def test_a_feature_weighs_nothing_inside_and_all_again_outside() -> None:
    name, weight = next(iter(rerank.WEIGHTS.items()))
    with pytest.raises(KeyError), without(name):
        assert rerank.WEIGHTS[name] == 0.0
        raise KeyError
    assert rerank.WEIGHTS[name] == weight


def test_the_stock_pipeline_finds_by_vectors() -> None:
    search = stock_search({"甲": "云川博物馆藏青铜器。", "乙": "临河市的人口。"}, HashingEmbedder())  # type: ignore[arg-type]
    assert [line["report"] for line in search("青铜器藏在哪里？", 2)] == ["甲.txt", "乙.txt"]


def test_the_table_of_a_benchmark(
    qa: ReportQA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("rag.qa.ReportQA.open", lambda directory: qa)
    asked = {"question": QUESTION, "document": "yunchuan-2023", "answer": "3127.4亿元"}
    questions = tmp_path / "q.jsonl"
    questions.write_text(json.dumps(asked) + "\n", encoding="utf-8")
    done = retrieval_benchmarks.run_parts(
        tmp_path / "unused", questions, tmp_path, None, stock=False, features=True
    )
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    assert done == 0 and len(rows) == 1 + 9 + len(rerank.WEIGHTS)
    assert "| search (+ turns of the parts) | 1.0000 | 1.0000 | 1.0000 | 1.0000 |" in rows


def test_the_table_of_gold_items(
    qa: ReportQA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("rag.qa.ReportQA.open", lambda directory: qa)
    item = {
        "id": "g-1", "question": QUESTION, "lang": "zh", "kind": "level", "answerable": True,
        "docs": ["yunchuan-2023"], "answer": "3127.4亿元", "keywords": ["3127.4亿元"], "evidence": [SENTENCE],
    }  # fmt: skip
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps(item, ensure_ascii=False) + "\n", encoding="utf-8")
    assert retrieval_gold.run_gold([gold], tmp_path) == 0
    printed = capsys.readouterr().out
    assert "| search (+ turns of the parts) | 1 | 1.000 | 1.000 | 1.000 |" in printed
    assert "| – Chinese | 1 | 1.000 | 1.000 | 1.000 |" in printed and "– English" not in printed


def test_a_benchmark_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gone = str(tmp_path / "gone.jsonl")
    assert main(["retrieval", gone, gone, "--parts"]) == 1
    assert "gone.jsonl is not there" in capsys.readouterr().err
