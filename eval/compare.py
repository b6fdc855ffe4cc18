"""What got better and worse between two scored runs of the same questions, and whether it could be luck."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from eval.dataset import GoldError
from eval.intervals import bootstrap_interval, mcnemar
from eval.table import cell


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
    lines += _costs(pairs)
    lines += _sameness(before, after, ids)
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


def _costs(pairs: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> list[str]:
    """Means of what an answer costs, with the interval of the paired difference."""
    lines: list[str] = []
    for key in ("prompt_tokens", "seconds"):
        known = [
            (float(a["cost"][key]), float(b["cost"][key]))
            for a, b in pairs
            if a["cost"].get(key) is not None and b["cost"].get(key) is not None
        ]
        if not known:
            continue
        first, second = (statistics.fmean(values) for values in zip(*known, strict=True))
        between = bootstrap_interval([b - a for a, b in known])
        span = f"{between[0]:+6.1f} … {between[1]:+6.1f}" if between else "-"
        lines.append(f"{key:15}{first:8.1f}{second:8.1f}{second - first:+9.1f}   {span}")
    return lines


def _sameness(before: Path, after: Path, ids: Sequence[str]) -> list[str]:
    """How many answers are the same but for their timings, where both folders hold the answers."""
    files = [run / "answers.jsonl" for run in (before, after)]
    if not all(run.is_dir() for run in (before, after)) or not all(file.exists() for file in files):
        return []
    first, second = (_answers(file) for file in files)
    both = [key for key in ids if key in first and key in second]
    same = sum(first[key] == second[key] for key in both)
    return [f"answers the same, timings aside: {same} of {len(both)}"]


def _answers(path: Path) -> dict[str, dict[str, Any]]:
    """answers.jsonl by id without what time and the prompt cache decide."""
    found: dict[str, dict[str, Any]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        answer = json.loads(line)
        answer.pop("timings_ms", None)
        (answer.get("usage") or {}).pop("cached_tokens", None)
        found[str(answer["id"])] = answer
    return found


TABLE_COLUMNS: Final = (
    ("questions", "n", "d"),
    ("right", "right", "%"),
    ("wrong", "wrong", "%"),
    ("unanswerable refused", "right_refusal", "%"),
    ("quotes exact", "citation_exact", "%"),
    ("figures sourced", "answers_all_shown", "%"),
    ("prompt tokens, mean", "prompt_tokens_mean", ".0f"),
    ("seconds, median", "seconds_median", ".1f"),
)


def side_by_side(runs: Sequence[Path]) -> str:
    """A Markdown table of runs of the same questions, one row a run. `right` counts right refusals too."""
    rows: list[str] = []
    asked: set[frozenset[str]] = set()
    for run in runs:
        path = run / "summary.json"
        if not path.exists():
            raise GoldError(f"no {path}: make it with `python -m eval run`")
        summary = json.loads(path.read_text(encoding="utf-8"))
        asked.add(frozenset(read_scores(run)))
        whole = {**summary["all"], "right": summary["all"]["accuracy"]}
        cells = [_with_interval(whole, summary["intervals"], key, form) for _, key, form in TABLE_COLUMNS]
        rows.append(f"| {summary['about'].get('pipeline', run.name)} | {' | '.join(cells)} |")
    if len(asked) > 1:
        raise GoldError("the runs answered different questions: a table of them would not be fair")
    head = " | ".join(title for title, _, _ in TABLE_COLUMNS)
    return "\n".join([f"| pipeline | {head} |", "|---" * (len(TABLE_COLUMNS) + 1) + "|", *rows])


def _with_interval(whole: dict[str, Any], intervals: dict[str, Any], key: str, form: str) -> str:
    between = intervals.get("accuracy" if key == "right" else key)
    told = cell(whole[key], form)
    return f"{told} ({between[0] * 100:.0f}–{between[1] * 100:.0f})" if between and form == "%" else told


def _paired(name: str, before: Sequence[bool], after: Sequence[bool], more_is_better: bool) -> str:
    gained = sum(b and not a for a, b in zip(before, after, strict=True))
    lost = sum(a and not b for a, b in zip(before, after, strict=True))
    difference = (sum(after) - sum(before)) / len(before)
    between = bootstrap_interval([float(b) - float(a) for a, b in zip(before, after, strict=True)])
    span = f"{between[0] * 100:+6.1f} … {between[1] * 100:+6.1f}" if between else "-"
    better, worse = (gained, lost) if more_is_better else (lost, gained)
    rates = f"{sum(before) / len(before):8.1%}{sum(after) / len(after):8.1%}{difference * 100:+9.1f}"
    return f"{name:15}{rates}   {span:17} {better:6} {worse:6}  {mcnemar(better, worse):.4f}"
