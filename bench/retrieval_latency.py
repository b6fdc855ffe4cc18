"""How long a question takes until its ranked evidence is there, without the language model.

`python bench/retrieval_latency.py INDEX QUESTIONS.jsonl…`: reading the question, embedding it, searching, ranking
and choosing the sentences. Every question is asked three times: in other words, to warm up; as it is, which is the
figure for a new question; and again, which is that for a question somebody asked before. Prints chunks, median and
95th percentile by the clock and in processor time (for a busy machine), and resident memory.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rag import ReportQA


def main() -> int:
    """Measure and print; 1 if there are no questions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("questions", type=Path, nargs="+", help='JSON lines with "question"')
    options = parser.parse_args()
    lines = (line for path in options.questions for line in path.read_text("utf-8").splitlines())
    questions = list(dict.fromkeys(str(json.loads(line)["question"]) for line in lines if line.strip()))
    if not questions:
        print("no questions", file=sys.stderr)
        return 1
    qa = ReportQA.open(options.index)
    assert qa.index is not None  # it was opened
    chunks = sum(report.chunks for report in qa.index.reports())
    ask(qa, [f"请问，{question}" for question in questions])
    print(
        f"{chunks} chunks, {len(questions)} questions, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    for name in ("new", "asked before"):
        clock, processor = ask(qa, questions)
        print(f"{name:12}  by the clock {summary(clock)}; processor time {summary(processor)}")
    print(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB resident")
    qa.close()
    return 0


def ask(qa: ReportQA, questions: Sequence[str]) -> tuple[list[float], list[float]]:
    """Milliseconds of each question, by the clock and of the processor."""
    clock: list[float] = []
    processor: list[float] = []
    for question in questions:
        began, used = time.perf_counter(), time.process_time()
        qa.check_drafts(question, ())  # evidence for no draft: all that comes before the model
        clock.append(1000 * (time.perf_counter() - began))
        processor.append(1000 * (time.process_time() - used))
    return clock, processor


def summary(milliseconds: Sequence[float]) -> str:
    ordered = sorted(milliseconds)
    return f"median {statistics.median(ordered):.0f} ms, p95 {ordered[int(0.95 * len(ordered))]:.0f} ms"


if __name__ == "__main__":
    raise SystemExit(main())
