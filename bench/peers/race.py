"""Haystack and txtai beside Wenbao: the same files, questions, language model server and embedding model.

    python bench/peers/race.py [--peer haystack] [--peer txtai] [--questions 20]

Each peer has an environment of its own under bench/peers/, made here from its requirements file if it is not there
(Wenbao's own is not touched), and a script that sets it up as its guides say. Both get the clean text of the reports
that bench/answers.py chooses, which must have been run before, and for indexing the files of bench/indexing.py. Scored
by `eval` like every other run; compare with out/bench/answers.json and out/bench/indexing.json of the same machine.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from bench.answers import FIRST, GOLD, chosen_items, chosen_reports
from bench.common import OUT, ROOT, commit, machine
from bench.indexing import QUESTION, reports

HERE = Path(__file__).resolve().parent
PEERS = ("haystack", "txtai")


def environment(peer: str) -> Path:
    """The Python of the peer's environment, which is made if need be."""
    folder = HERE / f".venv-{peer}"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True, clear=not python.exists())
        for wanted in (["torch==2.13.0"], ["-r", str(HERE / f"{peer}.txt")]):
            subprocess.run([python, "-m", "pip", "install", "-q", *wanted], check=True)
        (folder / "ready").touch()
    return python


def ask(peer: str, task: dict[str, Any]) -> dict[str, Any]:
    """What the peer's process measured and answered."""
    done = subprocess.run(
        [str(environment(peer)), str(HERE / f"{peer}_race.py")],
        input=json.dumps(task), capture_output=True, text=True, cwd=ROOT, check=False,
        env=os.environ | {"HF_HUB_OFFLINE": "1", "HAYSTACK_TELEMETRY_ENABLED": "False"},
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"{peer}: {done.stderr[-3000:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def scored(ids: list[str], answers: list[dict[str, Any]]) -> dict[str, Any]:
    """Accuracy and the rest, as eval counts them."""
    from eval.dataset import load_gold
    from eval.scoring import score, summarise

    items = [item for item in load_gold(GOLD) if item.id in set(ids)]
    scores = [
        score(item, {"id": item.id, "answer": one["answer"], "citations": [], "hits": []})
        for item, one in zip(items, answers, strict=True)
    ]
    counted = summarise(scores)
    tokens = [one["prompt_tokens"] for one in answers if one["prompt_tokens"]]
    return {
        **{key: counted[key] for key in ("n", "accuracy", "wrong", "right", "right_refusal")},
        "median_seconds": statistics.median(one["seconds"] for one in answers),
        "prompt_tokens_mean": statistics.fmean(tokens) if tokens else None,
    }


def main() -> int:
    """Race the peers named, all by default."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peer", action="append", choices=PEERS)
    parser.add_argument("--questions", type=int, default=20)
    options = parser.parse_args()
    from eval.check import read_texts
    from eval.dataset import load_gold
    from rag.embedded import EmbeddedServer
    from rag.models import DEFAULT_LLM, embedding_path, locate

    ids = chosen_items(chosen_reports(8), options.questions)
    questions = [item.question for item in load_gold(GOLD) if item.id in set(ids)]
    texts = OUT / "answers" / "texts"
    texts.mkdir(parents=True, exist_ok=True)
    for report in read_texts(OUT / "answers" / "reports"):
        (texts / f"{report.name}.txt").write_text(report.text, encoding="utf-8")
    long_files = reports(None, 8)
    characters = sum(len(file.read_text(encoding="utf-8")) for file in long_files)
    server = EmbeddedServer(lambda: locate(DEFAULT_LLM), DEFAULT_LLM)
    common = {
        "embedding": embedding_path(),
        "llm_url": server.start(),
        "llm_key": server.api_key,
        "llm_model": DEFAULT_LLM,
    }
    results: dict[str, Any] = {}
    try:
        for peer in options.peer or PEERS:
            indexed = ask(
                peer, common | {"files": [*map(str, long_files)], "first": QUESTION, "questions": []}
            )
            answered = ask(
                peer,
                common
                | {"files": [*map(str, sorted(texts.iterdir()))], "first": FIRST, "questions": questions},
            )
            results[peer] = scored(ids, answered.pop("answers")) | {
                "index_seconds": indexed["index_seconds"],
                "index_characters_per_second": characters / indexed["index_seconds"],
                "vectors": indexed["vectors"],
            }
            results[peer]["prompt_tokens_mean"] = results[peer]["prompt_tokens_mean"] or answered.get(
                "prompt_tokens_mean"
            )
            print(peer, json.dumps(results[peer]), flush=True)
    finally:
        server.stop()
    kept = {"commit": commit(), "machine": machine(), **results}
    (OUT / "peers.json").write_text(json.dumps(kept, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
