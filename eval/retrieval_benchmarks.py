"""Retrieval on CMRC 2018 and CRUD-RAG, given as files: does a hit's beginning hold the answer?

Documents: JSON lines `{"id", "text"}` (.gz too). Questions: `{"question", "paragraph" | "document",
"answers" | "answer", "id"?}`. A hit counts by its first 250 characters only, so that a pipeline with
longer chunks gains nothing by their length.
"""

from __future__ import annotations

import gzip
import json
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from eval.dataset import GoldError
from eval.metrics.retrieval import EvidenceRanks, retrieval_measures
from eval.quantities import compact

HIT_CHARACTERS: Final = 250


@dataclass(frozen=True, slots=True)
class RetrievalQuestion:
    """A question with the document that holds its answer."""

    id: str
    question: str
    document: str
    answers: tuple[str, ...]


def _records(path: Path) -> Iterable[dict[str, Any]]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except json.JSONDecodeError as error:
                raise GoldError(f"{path}:{number}: {error}") from error


def load_documents(path: Path) -> dict[str, str]:
    """Texts by document id."""
    return {str(record["id"]): str(record["text"]) for record in _records(path)}


def load_questions(path: Path) -> list[RetrievalQuestion]:
    """The questions in order; a missing id is the line's number."""
    questions: list[RetrievalQuestion] = []
    for number, record in enumerate(_records(path), 1):
        answers = record.get("answers") or [record["answer"]]
        document = str(record.get("paragraph") or record["document"])
        questions.append(
            RetrievalQuestion(
                str(record.get("id", number)), record["question"], document, tuple(map(str, answers))
            )
        )
    return questions


def answer_rank(question: RetrievalQuestion, hits: Sequence[Mapping[str, Any]]) -> int | None:
    """The first rank whose hit is of the right document and holds an answer in its first 250 characters."""
    for rank, hit in enumerate(hits, 1):
        beginning = compact(str(hit["text"])[:HIT_CHARACTERS])
        held = any(compact(answer) in beginning for answer in question.answers)
        if held and _document(hit) == question.document:
            return rank
    return None


def document_rank(question: RetrievalQuestion, hits: Sequence[Mapping[str, Any]]) -> int | None:
    """The first rank whose hit is of the right document, among documents (not chunks) in hit order."""
    documents = list(dict.fromkeys(_document(hit) for hit in hits))
    return documents.index(question.document) + 1 if question.document in documents else None


def _document(hit: Mapping[str, Any]) -> str:
    return Path(str(hit["report"])).stem


def score_hits(
    questions: Sequence[RetrievalQuestion], hits: Mapping[str, Sequence[Mapping[str, Any]]]
) -> dict[str, dict[str, float]]:
    """R@1, R@5, R@10, RR and nDCG of the answer-bearing chunk and of the document."""
    chunk = {q.id: EvidenceRanks((answer_rank(q, hits[q.id]),), len(hits[q.id])) for q in questions}
    document = {q.id: EvidenceRanks((document_rank(q, hits[q.id]),), len(hits[q.id])) for q in questions}
    return {"answer in hit": retrieval_measures(chunk), "document": retrieval_measures(document)}


def write_documents(documents: Mapping[str, str], folder: Path) -> list[Path]:
    """Each document as a text file named by its id, for indexing."""
    paths: list[Path] = []
    for name, text in documents.items():
        path = folder / f"{name}.txt"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def run_benchmark(
    documents: Path,
    questions: Path,
    index: Path | None,
    limit: int | None,
    *,
    dense_weights: Sequence[float] = (),
    top_k: int = 10,
) -> int:
    """Index the documents (into `index`, reused if there), search every question, print the measures.

    With `dense_weights` the questions are searched once for each: 0 ranks by words alone, 1 by vectors alone.
    """
    from rag import ReportQA
    from rag.settings import Settings

    asked = load_questions(questions)[:limit]
    with tempfile.TemporaryDirectory() as temporary:
        directory = index or Path(temporary) / "index"
        if not directory.exists():
            folder = Path(temporary) / "documents"
            folder.mkdir()
            write_documents(load_documents(documents), folder)
            ReportQA.build([folder], directory).close()
        qa = ReportQA.open(directory)
        own = qa.settings
        for weight in dense_weights or (own.dense_weight,):
            settings = Settings.model_validate(own.model_dump() | {"dense_weight": weight})
            searcher = ReportQA(qa.index, qa.embedder, qa.model, settings)
            began = time.monotonic()
            hits = {q.id: _as_lines(searcher.search(q.question, top_k=top_k)) for q in asked}
            seconds = (time.monotonic() - began) / max(1, len(asked))
            print(
                f"dense weight {weight:g}: {len(asked)} questions, {seconds * 1000:.0f} ms each", flush=True
            )
            print_measures(asked, hits)
        qa.close()
    return 0


def _as_lines(hits: Iterable[Any]) -> list[dict[str, Any]]:
    return [{"report": hit.chunk.report, "text": hit.chunk.text} for hit in hits]


def print_hits_file(path: Path, questions: Path, limit: int | None) -> int:
    """Measure what `python -m rag batch --retrieve-only` printed; GoldError for a question without hits."""
    asked = load_questions(questions)[:limit]
    hits = {str(line.get("id") or n): line.get("hits", []) for n, line in enumerate(_records(path), 1)}
    if missing := [question.id for question in asked if question.id not in hits]:
        raise GoldError(f"{path}: no line for {len(missing)} of {len(asked)} questions, first {missing[0]!r}")
    print_measures(asked, hits)
    return 0


def print_measures(
    questions: Sequence[RetrievalQuestion], hits: Mapping[str, Sequence[Mapping[str, Any]]]
) -> None:
    """One line for the hits that hold an answer, one for the documents."""
    for name, measures in score_hits(questions, hits).items():
        print(f"  {name:15}", "  ".join(f"{measure} {value:.3f}" for measure, value in measures.items()))
