"""Whether questions find the same passages in an index in a folder and in its copy on a Milvus server.

`python bench/scale/compare_stores.py INDEX milvus://HOST:PORT/NAME QUESTIONS.jsonl…`: for each question the ids of
the ten best passages and the sentences that the language model would be shown, from both; prints how many are the
same, each question that differs, and the time of both. `--ask` also answers the questions that differ.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from index.embed import load_embedder
from index.milvus_server import Location
from index.milvus_store import MilvusIndex
from index.store import ReportIndex
from rag.conversation import resolve
from rag.llm import connect
from rag.models import embedding_path
from rag.qa import ReportQA


@dataclass(frozen=True, slots=True)
class Found:
    """What one question found: ids in order, their scores, the sentences chosen, seconds."""

    ids: tuple[int, ...]
    scores: tuple[float, ...]
    sentences: tuple[str, ...]
    seconds: float


def look(qa: ReportQA, question: str, top_k: int) -> Found:
    """The passages and sentences of a question; the language model is not asked."""
    pipeline = qa._pipeline
    assert qa.index is not None and pipeline is not None
    began = time.perf_counter()
    with qa.index.snapshot():
        query = pipeline.understand_by_rule(
            resolve(question, (), pipeline.vocabulary, pipeline.known_regions())
        )
        hits = pipeline.retrieve(query, max(top_k, 12), None)
        chosen = pipeline.reader.select(query, hits, pipeline.settings.evidence_characters)
    seconds = time.perf_counter() - began
    hits = hits[:top_k]
    sentences = tuple(repr(one) for one in chosen)
    return Found(tuple(hit.chunk.id for hit in hits), tuple(hit.score for hit in hits), sentences, seconds)


def main() -> int:
    """Compare and print; 1 if fewer than 99 % find the same ids."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("store")
    parser.add_argument("questions", type=Path, nargs="+", help='JSON lines with "question"')
    parser.add_argument("--top-k", type=int, default=10)
    parser.add_argument("--ask", action="store_true")
    options = parser.parse_args()
    questions: list[str] = []
    for path in options.questions:
        for line in path.read_text("utf-8").splitlines():
            item = json.loads(line)
            questions.append(str(item.get("resolved_question") or item["question"]))
    embedder, model = load_embedder(embedding_path()), connect()
    here = ReportQA(ReportIndex.open(options.index, embedder), embedder, model)
    there = ReportQA(MilvusIndex.connect(Location.parse(options.store), embedder), embedder, model)
    for qa in (here, there):
        look(qa, questions[0], options.top_k)  # what is read once is read now
    same = same_sentences = 0
    largest = 0.0
    times: list[tuple[float, float]] = []
    for question in questions:
        one, two = look(here, question, options.top_k), look(there, question, options.top_k)
        times.append((one.seconds, two.seconds))
        same_sentences += one.sentences == two.sentences
        if one.ids == two.ids:
            same += 1
            largest = max([largest, *(abs(a - b) for a, b in zip(one.scores, two.scores, strict=True))])
            continue
        print(f"differs: {question}\n  folder {one.ids}\n  server {two.ids}")
        if options.ask:
            print(f"  folder: {here.ask(question).text}\n  server: {there.ask(question).text}")
    medians = [1000 * statistics.median(column) for column in zip(*times, strict=True)]
    print(
        f"{len(questions)} questions: {same} with the same {options.top_k} ids in order "
        f"({100 * same / len(questions):.1f} %), {same_sentences} with the same sentences; scores of those differ by "
        f"at most {largest:.1e}; median {medians[0]:.0f} ms from the folder, {medians[1]:.0f} ms from the server"
    )
    here.close()
    return int(same < 0.99 * len(questions))


if __name__ == "__main__":
    raise SystemExit(main())
