"""`make eval`: check the gold set, answer it, answer near misses made by code, compare with the run before.

The folder holds now/ (the run, with strictness-NAME/ and near-misses/ inside) and before/ (the last run that
other code, models, reports or questions made), so that one command says whether a change helped.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.check import check_files, read_texts
from eval.compare import compare_runs
from eval.dataset import GoldItem, load_gold, parse_item
from eval.gate import judge, read_gate, verdict_table
from eval.near_misses import near_misses
from eval.planted import count_caught
from eval.run import Ours, identity, run_items
from eval.scoring import Score

NEAR_MISSES = 200


def run_all(gold: Path, reports: Path, pipeline: Ours, out: Path, gate: Path | None = None) -> int:
    """Everything over one gold file; exit code 1 if the gold set is bad or a guarded number fell."""
    print("== gold set")
    bad = check_files([gold], reports)
    items = load_gold(gold)
    texts = {report.name: report.text for report in read_texts(reports)}
    print_planted(items, texts)
    now = begin(out, items, pipeline)
    print(f"\n== {len(items)} questions")
    scores = run_items(items, pipeline, now, gold.name, curve=True)
    unanswerable = [parse_item(record) for record in near_misses(items, texts, NEAR_MISSES)]
    if unanswerable:
        print(f"\n== {len(unanswerable)} near misses made by code, none of which may be answered")
        run_items(unanswerable, pipeline, now / "near-misses", "near misses")
    before = out / "before"
    if (before / "scores.jsonl").exists():
        print("\n== A: the run before, B: this run")
        print(compare_runs(before, now))
    return 1 if bad or not _holds(gate, gold, scores) else 0


def begin(out: Path, items: Sequence[GoldItem], pipeline: Ours) -> Path:
    """out/now, to go on with; a run that something else made becomes out/before first."""
    now, before = out / "now", out / "before"
    past = now / "run.json"
    if past.exists() and json.loads(past.read_text(encoding="utf-8")) != identity(items, pipeline):
        if (now / "scores.jsonl").exists():
            shutil.rmtree(before, ignore_errors=True)
            now.rename(before)
        else:
            shutil.rmtree(now)  # never finished, and nothing can be added to it
    return now


def print_planted(items: Sequence[GoldItem], texts: dict[str, str]) -> None:
    """How many planted errors `check` catches, of how many, by kind."""
    put, caught, missed = count_caught(items, texts)
    kinds = ", ".join(f"{kind} {caught[kind]} of {put[kind]}" for kind in put)
    print(f"planted errors caught: {sum(caught.values())} of {sum(put.values())} ({kinds})")
    for line in missed:
        print(f"  {line.partition(': {')[0]}", file=sys.stderr)


def _holds(path: Path | None, gold: Path, scores: Sequence[Score]) -> bool:
    """Whether the gate's own items keep the recorded numbers; True where this is not the gate's gold."""
    if path is None:
        return True
    gate: dict[str, Any] = read_gate(path)
    by_id = {score.id: score for score in scores}
    if Path(gate["gold"]).name != gold.name or not all(name in by_id for name in gate["items"]):
        return True
    lines = judge(gate["recorded"], [by_id[name] for name in gate["items"]])
    print(f"\n== gate: {len(gate['items'])} of these questions")
    print(verdict_table(lines))
    return not any(line.failed for line in lines)
