"""CMRC- and CRUD-shaped files, and the 250-character rule."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from eval.__main__ import main
from eval.retrieval_benchmarks import (
    RetrievalQuestion,
    answer_rank,
    document_rank,
    load_documents,
    load_questions,
    score_hits,
    write_documents,
)

QUESTION = RetrievalQuestion("1", "谁？", "d-1", ("云川 大学",))


def hit(document: str, text: str) -> dict[str, str]:
    return {"report": f"{document}.txt", "text": text}


def test_only_the_first_250_characters_count() -> None:
    assert answer_rank(QUESTION, [hit("d-1", "零" * 246 + "云川大学")]) == 1
    assert answer_rank(QUESTION, [hit("d-1", "零" * 247 + "云川大学")]) is None


def test_ranks() -> None:
    hits = [hit("d-2", "云川大学"), hit("d-2", "别的"), hit("d-1", "别的"), hit("d-1", "云川大学")]
    assert answer_rank(QUESTION, hits) == 4
    assert document_rank(QUESTION, hits) == 2
    assert document_rank(QUESTION, hits[:2]) is None


def test_measures_by_hand() -> None:
    other = RetrievalQuestion("2", "何？", "d-2", ("别的",))
    hits = {"1": [hit("d-2", "x"), hit("d-1", "云川大学")], "2": [hit("d-2", "别的")]}
    scores = score_hits([QUESTION, other], hits)
    assert scores["answer in hit"]["R@1"] == pytest.approx(0.5)
    assert scores["answer in hit"]["RR@10"] == pytest.approx(0.75)
    assert scores["document"]["R@5"] == pytest.approx(1.0)


def test_both_file_shapes(tmp_path: Path) -> None:
    questions = tmp_path / "q.jsonl"
    cmrc = {"id": "Q0", "question": "谁？", "paragraph": "d-1", "answers": ["甲", "乙"]}
    crud = {"question": "何？", "document": "d-2", "answer": "68份"}
    questions.write_text(f"{json.dumps(cmrc)}\n{json.dumps(crud)}\n", encoding="utf-8")
    assert load_questions(questions) == [
        RetrievalQuestion("Q0", "谁？", "d-1", ("甲", "乙")),
        RetrievalQuestion("2", "何？", "d-2", ("68份",)),
    ]
    documents = tmp_path / "d.jsonl.gz"
    documents.write_bytes(gzip.compress('{"id": "d-1", "text": "文"}\n'.encode()))
    assert load_documents(documents) == {"d-1": "文"}
    (path,) = write_documents(load_documents(documents), tmp_path)
    assert (path.name, path.read_text(encoding="utf-8")) == ("d-1.txt", "文")


def test_output_of_batch_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The hits are written as `rag batch --retrieve-only` writes them; an answer is not needed."""
    questions, hits = tmp_path / "q.jsonl", tmp_path / "hits.jsonl"
    lines = [{"id": f"Q{n}", "question": "谁？", "paragraph": f"d-{n}", "answers": ["甲"]} for n in (1, 2)]
    questions.write_text("\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8")
    found = [
        {"id": f"Q{n}", "question": "谁？", "hits": [{**hit("d-1", "甲"), "score": 1.0, "scores": {}}]}
        for n in (1, 2)
    ]
    hits.write_text("\n".join(map(json.dumps, found)) + "\n", encoding="utf-8")
    command = ["retrieval", str(tmp_path / "unused"), str(questions), "--hits", str(hits)]
    assert main(command) == 0
    assert "answer in hit   R@1 0.500" in capsys.readouterr().out
    hits.write_text(json.dumps(found[0]) + "\n", encoding="utf-8")
    assert main(command) == 1
    assert "no line for 1 of 2 questions, first 'Q2'" in capsys.readouterr().err
