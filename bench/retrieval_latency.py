"""How long a question takes until its ranked evidence is there, without the language model.

`python bench/retrieval_latency.py INDEX QUESTIONS.jsonl…`: every question once to warm up, then each again;
prints chunks, median, 95th percentile (also of processor time, for a busy machine) and resident memory. Reading the question, embedding
it, searching, ranking and choosing the sentences are all counted.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rag.conversation import resolve
from rag.qa import ReportQA


def main() -> int:
    """Measure and print; 1 if there are no questions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("questions", type=Path, nargs="+", help='JSON lines with "question"')
    options = parser.parse_args()
    lines = (line for path in options.questions for line in path.read_text("utf-8").splitlines())
    questions = [str(json.loads(line)["question"]) for line in lines if line.strip()]
    if not questions:
        return 1
    qa = ReportQA.open(options.index)
    pipeline = qa._pipeline
    assert qa.index is not None and pipeline is not None
    seconds: list[float] = []
    cpu: list[float] = []
    for _ in range(2):
        seconds.clear()
        cpu.clear()
        for question in questions:
            began, used = time.perf_counter(), time.process_time()
            with qa.index.snapshot():
                whole = resolve(question, (), pipeline.vocabulary, pipeline.known_regions())
                query = pipeline.understand_by_rule(whole)
                hits = pipeline.retrieve(query, 12, None)
                pipeline.reader.select(query, hits, pipeline.settings.evidence_characters)
            seconds.append(time.perf_counter() - began)
            cpu.append(time.process_time() - used)
    milliseconds = sorted(1000 * one for one in seconds)
    chunks = sum(report.chunks for report in qa.index.reports())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{chunks} chunks, {len(questions)} questions: median {statistics.median(milliseconds):.0f} ms, "
        f"p95 {milliseconds[int(0.95 * len(milliseconds))]:.0f} ms "
        f"(processor time: median {1000 * statistics.median(cpu):.0f} ms, "
        f"p95 {1000 * sorted(cpu)[int(0.95 * len(cpu))]:.0f} ms), at most {memory:.0f} MB resident"
    )
    qa.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
