"""What got better and worse between two scored runs of the same questions, and whether it could be luck."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.dataset import GoldError
from eval.intervals import bootstrap_interval, mcnemar


def read_scores(run: Path) -> dict[str, dict[str, Any]]:
    """scores.jsonl of a run's folder, by id."""
    path = run / "scores.jsonl" if run.is_dir() else run
    if not path.exists():
        raise GoldError(f"no {path}: make it with `python -m eval run` or `score --out`")
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return {str(record["id"]): record for record in records}


def compare_runs(before: Path, after: Path) -> str:
    """The comparison as text: rates, paired differences with interval and p-value, and each changed item."""
    first, second = read_scores(before), read_scores(after)
    ids = [key for key in first if key in second]
    if not ids:
        raise GoldError("the two runs have no question in common")
    pairs = [(first[key], second[key]) for key in ids]
    only = len(first) - len(ids), len(second) - len(ids)
    lines = [f"{len(ids)} questions in both; only in A: {only[0]}, only in B: {only[1]}"]
    lines.append(f"{'':15}{'A':>8}{'B':>8}{'B - A':>9}   95% interval      better  worse  p (McNemar)")
    lines.append(
        _paired("accuracy", [a["correct"] for a, _ in pairs], [b["correct"] for _, b in pairs], True)
    )
    wrong = [(a["outcome"] == "wrong", b["outcome"] == "wrong") for a, b in pairs]
    lines.append(_paired("wrong", [a for a, _ in wrong], [b for _, b in wrong], False))
    for title, keep in (("got better", (False, True)), ("got worse", (True, False))):
        changed = [(a, b) for a, b in pairs if (a["correct"], b["correct"]) == keep]
        lines.append(f"\n{title} ({len(changed)})")
        lines += [f"  {a['id']:16} {a['kind']:18} {a['outcome']} → {b['outcome']}" for a, b in changed]
    moved = [
        (a, b) for a, b in pairs if not a["correct"] and not b["correct"] and a["outcome"] != b["outcome"]
    ]
    lines.append(f"\nfailed differently ({len(moved)})")
    lines += [f"  {a['id']:16} {a['kind']:18} {a['outcome']} → {b['outcome']}" for a, b in moved]
    return "\n".join(lines)


def _paired(name: str, before: Sequence[bool], after: Sequence[bool], more_is_better: bool) -> str:
    gained = sum(b and not a for a, b in zip(before, after, strict=True))
    lost = sum(a and not b for a, b in zip(before, after, strict=True))
    difference = (sum(after) - sum(before)) / len(before)
    between = bootstrap_interval([float(b) - float(a) for a, b in zip(before, after, strict=True)])
    span = f"{between[0] * 100:+6.1f} … {between[1] * 100:+6.1f}" if between else "-"
    better, worse = (gained, lost) if more_is_better else (lost, gained)
    rates = f"{sum(before) / len(before):8.1%}{sum(after) / len(after):8.1%}{difference * 100:+9.1f}"
    return f"{name:15}{rates}   {span:17} {better:6} {worse:6}  {mcnemar(better, worse):.4f}"
