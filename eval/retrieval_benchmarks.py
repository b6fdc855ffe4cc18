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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from eval.dataset import GoldError
from eval.metrics.retrieval import EvidenceRanks, retrieval_measures
from eval.quantities import compact

if TYPE_CHECKING:
    from rag.qa import ReportQA

HIT_CHARACTERS: Final = 250


@dataclass(frozen=True, slots=True)
class RetrievalQuestion:
    """A question with the document that holds its answer."""

    id: str
    question: str
    document: str
    answers: tuple[str, ...]


def _records(path: Path) -> Iterable[dict[str, Any]]:
    if not path.is_file():
        raise GoldError(
            f"{path} is not there: the benchmarks are no part of this project, give your own copy"
        )
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
    from rag.qa import ReportQA

    asked = load_questions(questions)[:limit]
    with opened(documents, index) as qa:
        own = qa.settings
        for weight in dense_weights or (own.dense_weight,):
            settings = own.model_copy(update={"dense_weight": weight})
            searcher = ReportQA(qa.index, qa.embedder, qa.model, settings)
            began = time.monotonic()
            hits = {q.id: _as_lines(searcher.search(q.question, top_k=top_k)) for q in asked}
            seconds = (time.monotonic() - began) / max(1, len(asked))
            print(
                f"dense weight {weight:g}: {len(asked)} questions, {seconds * 1000:.0f} ms each", flush=True
            )
            print_measures(asked, hits)
    return 0


def run_parts(
    documents: Path,
    questions: Path,
    directory: Path | None,
    limit: int | None,
    *,
    stock: bool,
    features: bool,
) -> int:
    """A Markdown table of every way of ranking (see eval.retrieval_parts) over the same index.

    With `stock` also of the stock LlamaIndex pipeline, with `features` of the re-ranker without each of its own.
    """
    from eval.retrieval_parts import lines_of, rankings, stock_search, without
    from rag import rerank

    asked = load_questions(questions)[:limit]
    with opened(documents, directory) as qa:
        found: dict[str, dict[str, Sequence[Mapping[str, Any]]]] = {}
        for question in asked:
            for name, lines in rankings(qa, question.question).items():
                found.setdefault(name, {})[question.id] = lines
        assert qa.index is not None  # it was opened or built
        reports = qa.index.reports()
        chunks = sum(report.chunks for report in reports)
        print(f"{len(asked)} questions, {len(reports)} documents, {chunks} passages\n")
        print("| | @1 | @5 | document @1 | @5 |\n|---|---|---|---|---|")
        for name, hits in found.items():
            _print_row(name, asked, hits)
        if stock:
            search = stock_search(load_documents(documents), qa.embedder)
            _print_row("stock LlamaIndex", asked, {one.id: search(one.question, 10) for one in asked})
        for feature in rerank.WEIGHTS if features else ():
            with without(feature):
                left = {one.id: lines_of(hit.chunk for hit in qa.search(one.question, 10)) for one in asked}
            _print_row(f"search without {feature!r}", asked, left)
    return 0


def _print_row(
    name: str, asked: Sequence[RetrievalQuestion], hits: Mapping[str, Sequence[Mapping[str, Any]]]
) -> None:
    scores = score_hits(asked, hits)
    values = [scores[of][measure] for of in ("answer in hit", "document") for measure in ("R@1", "R@5")]
    print(f"| {name} | {' | '.join(f'{value:.4f}' for value in values)} |", flush=True)


@contextmanager
def opened(documents: Path, directory: Path | None) -> Iterator[ReportQA]:
    """The index at `directory`, built from the documents if it is not there; one that is thrown away for None.

    GoldError where the documents are needed and not there.
    """
    from rag.qa import ReportQA

    with tempfile.TemporaryDirectory() as temporary:
        directory = directory or Path(temporary) / "index"
        if not directory.exists():
            folder = Path(temporary) / "documents"
            folder.mkdir()
            write_documents(load_documents(documents), folder)
            ReportQA.build([folder], directory).close()
        qa = ReportQA.open(directory)
        try:
            yield qa
        finally:
            qa.close()


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
