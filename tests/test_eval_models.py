"""Two runs over the same index with the real models give the same answers and the same numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.compare import compare_runs
from eval.dataset import GoldItem, load_gold
from eval.run import Ours, run_items
from index.build import build_index
from index.embed import load_embedder

pytestmark = pytest.mark.models

ROOT = Path(__file__).parent.parent
REPORTS = ("yunchuan-brief-2024h1.md", "云川高新区2023年前三季度.txt")
# Figures bound by code in both languages, a translated question, a name and a slogan from the model,
# a follow-up, and two that the reports do not answer.
CHOSEN = ("ex-003", "ex-010", "ex-019", "ex-033", "ex-068", "ex-073", "exd-006", "ex-096", "ex-107")


def test_two_runs_are_the_same(tmp_path: Path) -> None:
    from rag.models import embedding_path

    gold = {item.id: item for item in load_gold(ROOT / "eval" / "gold" / "examples.jsonl")}
    items: list[GoldItem] = [gold[name] for name in CHOSEN]
    folder = ROOT / "examples" / "reports"
    built = build_index(
        [folder / name for name in REPORTS], tmp_path / "index", load_embedder(embedding_path())
    )
    assert not built.failed
    for name in ("first", "second"):
        pipeline = Ours(tmp_path / "index")  # a new process would open it no differently
        try:
            scores = run_items(items, pipeline, tmp_path / name, "examples")
        finally:
            pipeline.close()
        assert any(score.stage in ("model", "repaired") for score in scores), "the model took no part"
    told = compare_runs(tmp_path / "first", tmp_path / "second")
    assert f"answers the same, timings aside: {len(CHOSEN)} of {len(CHOSEN)}" in told
    assert _numbers(tmp_path / "first") == _numbers(tmp_path / "second")


def _numbers(run: Path) -> dict[str, object]:
    """summary.json without what time and the prompt cache decide."""
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    summary["about"].pop("date")
    for part in (summary["all"], *(p for parts in summary["by"].values() for p in parts.values())):
        for timing in ("seconds_median", "seconds_p95", "first_token_median", "new_prompt_tokens_mean"):
            part.pop(timing)
    found: dict[str, object] = summary
    return found
