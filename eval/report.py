"""What a run leaves behind: scores.jsonl, summary.json and report.html, one self-contained page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from eval.dataset import GoldItem
from eval.intervals import bootstrap_interval
from eval.metrics.retrieval import retrieval_measures
from eval.page import page
from eval.scoring import Score, summarise
from eval.stages import Stages, lost_counts
from eval.table import GROUPINGS, groups

# The rates that carry an interval: which scores each is over, and what counts.
RATES: Final[Mapping[str, tuple[Callable[[Score], bool], Callable[[Score], bool]]]] = {
    "accuracy": (lambda s: True, lambda s: s.correct),
    "wrong": (lambda s: True, lambda s: s.outcome == "wrong"),
    "right": (lambda s: s.answerable, lambda s: s.outcome == "right"),
    "false_refusal": (lambda s: s.answerable, lambda s: s.outcome == "false refusal"),
    "right_refusal": (lambda s: not s.answerable, lambda s: s.outcome == "right refusal"),
}


def intervals(scores: Sequence[Score]) -> dict[str, tuple[float, float] | None]:
    """The 95 % bootstrap interval of each rate; None for fewer than two items."""
    return {
        name: bootstrap_interval([float(counts(s)) for s in scores if applies(s)])
        for name, (applies, counts) in RATES.items()
    }


def summary(
    scores: Sequence[Score],
    about: Mapping[str, Any],
    stages: Mapping[str, Stages] | None = None,
    curve: Mapping[str, Sequence[Score]] | None = None,
) -> dict[str, Any]:
    """Everything in numbers: all, by group, retrieval, intervals, where misses were lost, strictness."""
    retrieval = {s.id: s.retrieval for s in scores if s.retrieval is not None and s.retrieval.hits}
    return {
        "about": dict(about),
        "all": summarise(scores),
        "intervals": intervals(scores),
        "retrieval": {"questions": len(retrieval), **retrieval_measures(retrieval)},
        "lost": lost_counts(list((stages or {}).values())),
        "strictness": {
            level: {**summarise(at_level), "intervals": intervals(at_level)}
            for level, at_level in (curve or {}).items()
        },
        "by": {
            name: {
                label: {**summarise(part), "intervals": intervals(part)}
                for label, part in groups(scores, by).items()
            }
            for name, by in GROUPINGS
        },
    }


def write_outputs(
    folder: Path,
    items: Sequence[GoldItem],
    answers: Mapping[str, Mapping[str, Any]],
    scores: Sequence[Score],
    about: Mapping[str, Any],
    *,
    stages: Mapping[str, Stages] | None = None,
    curve: Mapping[str, Sequence[Score]] | None = None,
) -> dict[str, Any]:
    """Write the three files into `folder` and return the summary.

    `stages` says by id how far each item's evidence came, `curve` has the scores at each strictness.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = stages or {}
    numbers = summary(scores, about, known, curve)
    records = [
        {**s.to_dict(), "stages": known[s.id].to_dict()} if s.id in known else s.to_dict() for s in scores
    ]
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    (folder / "scores.jsonl").write_text(lines, encoding="utf-8")
    (folder / "summary.json").write_text(
        json.dumps(numbers, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    (folder / "report.html").write_text(page(items, answers, scores, numbers, known), encoding="utf-8")
    return numbers
