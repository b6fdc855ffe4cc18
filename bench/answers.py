"""Question to answer, Wenbao beside stock LlamaIndex: the same language model server, embedding model and reports.

    python bench/answers.py [--questions 20] [--reports 8]

Reports are samples of examples/reports; questions those of eval/gold/examples.jsonl about them, every kind and
language in proportion, unanswerable ones included. One server of the language model is started here and asked by
both, one after the other, each in a process of its own; `eval` scores both alike. Stock is `eval/baseline.py`: default
splitter, top-k and prompts over our clean text. Speed is the ratio of the median seconds of the items that each
answered. Start-up is from the start of a process, over a stored index, to its first answer, with the server running.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.common import OUT, ROOT, save

GOLD = ROOT / "eval" / "gold" / "examples.jsonl"
SAMPLES = ROOT / "examples" / "reports"
FIRST = "云川市2023年的经济增长情况如何？"


def chosen_reports(number: int) -> list[str]:
    """The reports that most questions are about."""
    counts: dict[str, int] = {}
    for line in GOLD.read_text(encoding="utf-8").splitlines():
        name = json.loads(line).get("doc")
        counts[name] = counts.get(name, 0) + 1
    names = sorted((name for name in counts if name), key=lambda name: (-counts[name], name))
    return names[:number]


def chosen_items(names: list[str], number: int) -> list[str]:
    """Ids of questions about those reports alone."""
    from eval.dataset import load_gold
    from eval.gate import stratified

    items = [item for item in load_gold(GOLD) if item.docs and set(item.docs) <= set(names)]
    return stratified(items, number)


# ---------------------------------------------------------------- each in its process


def run(which: str, folder: Path, ids: list[str]) -> dict[str, Any]:
    """Answers and scores of one pipeline."""
    from eval.dataset import load_gold
    from eval.run import Ours, Pipeline, run_items
    from eval.scoring import summarise

    wanted = set(ids)
    items = [item for item in load_gold(GOLD) if item.id in wanted]
    pipeline: Pipeline
    if which == "ours":
        pipeline = Ours(folder / "index")
    else:
        from eval.baseline import Stock

        pipeline = Stock(folder / "reports")
    try:
        pipeline.ask(
            replace(items[0], question=FIRST, history=())
        )  # what is loaded at the first question is not the question's
        scores = run_items(items, pipeline, folder / which, GOLD.name)
    finally:
        pipeline.close()
    answered = [one for one in scores if "refusal" not in one.outcome]
    seconds = [one.cost.seconds for one in answered if one.cost.seconds is not None]
    by_model = [
        one.cost.seconds
        for one in answered
        if one.stage not in ("figure", "refused") and one.cost.seconds is not None
    ]
    return {
        **{key: value for key, value in summarise(scores).items() if isinstance(value, int | float)},
        "answered": len(answered),
        "median_seconds_answered": statistics.median(seconds),
        "median_seconds_answered_with_the_model": statistics.median(by_model) if by_model else None,
        "answered_with_the_model": len(by_model),
    }


STOCK_START = """
import sys
from llama_index.core import Settings, StorageContext, load_index_from_storage
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from rag.llm import connect
from rag.models import embedding_path
model = HuggingFaceEmbedding(model_name=embedding_path(), query_instruction="query: ", text_instruction="passage: ")
index = load_index_from_storage(StorageContext.from_defaults(persist_dir=sys.argv[1]), embed_model=model)
print(index.as_query_engine(llm=connect().as_llama_index()).query(sys.argv[2]))
"""
STOCK_STORE = """
import sys
from llama_index.core import SimpleDirectoryReader, VectorStoreIndex
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from rag.models import embedding_path
model = HuggingFaceEmbedding(model_name=embedding_path(), query_instruction="query: ", text_instruction="passage: ")
documents = SimpleDirectoryReader(input_files=sys.argv[2:]).load_data()
VectorStoreIndex.from_documents(documents, embed_model=model).storage_context.persist(sys.argv[1])
"""


def start_up(folder: Path, question: str) -> dict[str, float]:
    """Seconds from process start to the first answer, each pipeline twice, the second taken."""
    texts = [
        str(path)
        for path in sorted((folder / "reports").iterdir())
        if path.suffix in (".txt", ".md", ".html")
    ]
    command([sys.executable, "-c", STOCK_STORE, str(folder / "stored"), *texts])
    commands = {
        "ours": [sys.executable, "-m", "rag", "ask", question, "--index", str(folder / "index")],
        "stock": [sys.executable, "-c", STOCK_START, str(folder / "stored"), question],
    }
    seconds: dict[str, float] = {}
    for name, words in commands.items():
        for _ in range(2):
            began = time.perf_counter()
            command(words)
            seconds[name] = time.perf_counter() - began
    return seconds


def command(words: list[str]) -> str:
    """What it prints; ends the program with its complaint if it fails."""
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{words[:4]}: {done.stderr[-2000:]}")
    return done.stdout


# ---------------------------------------------------------------- the race


def main() -> int:
    """Start the server, run both, print, keep."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, default=20)
    parser.add_argument("--reports", type=int, default=8)
    parser.add_argument("--run", choices=["ours", "stock"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("ids", nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        print(json.dumps(run(options.run, options.folder, options.ids)))
        return 0
    from rag.embedded import EmbeddedServer
    from rag.models import DEFAULT_LLM, locate

    names = chosen_reports(options.reports)
    ids = chosen_items(names, options.questions)
    folder = OUT / "answers"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "reports").mkdir(parents=True)
    for name in names:
        shutil.copy(SAMPLES / name, folder / "reports" / name)
    command([sys.executable, "-m", "rag", "index", str(folder / "reports"), "--index", str(folder / "index")])
    server = EmbeddedServer(lambda: locate(DEFAULT_LLM), DEFAULT_LLM)
    os.environ |= {
        "WENBAO_LLM_BASE_URL": server.start(), "WENBAO_LLM_MODEL": DEFAULT_LLM, "WENBAO_LLM_API_KEY": server.api_key,
    }  # fmt: skip
    try:
        results: dict[str, dict[str, Any]] = {}
        for which in ("ours", "stock"):
            printed = command([sys.executable, __file__, "--run", which, "--folder", str(folder), *ids])
            results[which] = json.loads(printed.splitlines()[-1])
            shown = {key: round(value, 3) for key, value in results[which].items() if value is not None}
            print(which, json.dumps(shown), flush=True)
        started = start_up(folder, FIRST)
        print(
            "process start to first answer:",
            json.dumps({k: round(v, 1) for k, v in started.items()}),
            flush=True,
        )
    finally:
        server.stop()
    ours, stock = results["ours"], results["stock"]
    values = {
        "answer_speedup_vs_stock": round(
            stock["median_seconds_answered"] / ours["median_seconds_answered"], 2
        ),
        "answer_accuracy": round(ours["accuracy"], 3),
        "answer_accuracy_stock": round(stock["accuracy"], 3),
    }
    save("answers", {"reports": names, "questions": len(ids), "start_up_seconds": started, **results}, values)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
