"""The gate: a fixed choice of gold questions must not be answered worse than what is recorded.

gate.json names the gold file, the reports, the items and the recorded numbers. The reports are indexed anew
into a temporary folder and answered with the real models, so that nothing stale can pass.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from eval.dataset import GoldError, GoldItem, load_gold
from eval.report import write_outputs
from eval.run import Ours, answer_all, score_with_passages
from eval.scoring import Score, summarise
from eval.table import cell, failure_list

# Each measure of `summarise` that is guarded, and whether more of it is better.
MEASURES: Final[Mapping[str, bool]] = {
    "accuracy": True,
    "wrong": False,
    "right_refusal": True,
    "citation_exact": True,
}
_ROUNDING: Final = 5e-5  # the recorded numbers have four decimals


@dataclass(frozen=True, slots=True)
class Line:
    """One guarded measure; None where there is nothing to measure or nothing was recorded yet."""

    measure: str
    recorded: float | None
    measured: float | None

    @property
    def gain(self) -> float:
        """By how much it is better than recorded (worse: below 0); 0 with nothing to compare."""
        if self.recorded is None:
            return 0.0
        if self.measured is None:
            return -1.0
        change = self.measured - self.recorded
        return change if MEASURES[self.measure] else -change

    @property
    def failed(self) -> bool:
        """Whether it is worse than recorded, rounding aside."""
        return self.gain < -_ROUNDING


def read_gate(path: Path) -> dict[str, Any]:
    """gate.json checked: gold, reports, items, recorded. Raises GoldError naming the field."""
    try:
        gate = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GoldError(f"{path}: {error}") from error
    if not isinstance(gate, dict):
        raise GoldError(f"{path}: no JSON object")
    for name, kind in (("gold", str), ("reports", str), ("items", list), ("recorded", dict)):
        if not isinstance(gate.get(name), kind):
            raise GoldError(f"{path}: {name} is missing or no {kind.__name__}")
    if unknown := set(gate["recorded"]) - set(MEASURES):
        raise GoldError(f"{path}: recorded has unknown {', '.join(sorted(unknown))}")
    return gate


def chosen_items(gate: Mapping[str, Any], items: Sequence[GoldItem]) -> list[GoldItem]:
    """The gate's items in its order; GoldError for one that the gold file no longer has."""
    by_id = {item.id: item for item in items}
    if missing := [name for name in gate["items"] if name not in by_id]:
        raise GoldError(f"the gate's items {', '.join(missing)} are not in {gate['gold']}: `gate --choose`")
    return [by_id[name] for name in gate["items"]]


def stratified(items: Sequence[GoldItem], count: int) -> list[str]:
    """Ids of `count` items, every kind and language in proportion, spread evenly over each group.

    Largest remainders decide who gets the odd places; dialogues are a group of their own.
    """
    groups: dict[str, list[GoldItem]] = {}
    for item in items:
        kind = "dialogue" if item.history else item.kind
        groups.setdefault(f"{kind} {item.lang}", []).append(item)
    count = min(count, len(items))
    quotas = {name: len(group) * count / len(items) for name, group in groups.items()}
    places = {name: int(quota) for name, quota in quotas.items()}
    by_remainder = sorted(quotas, key=lambda name: (places[name] - quotas[name], name))
    for name in by_remainder[: count - sum(places.values())]:
        places[name] += 1
    picked = {
        group[step * len(group) // places[name]].id
        for name, group in groups.items()
        for step in range(places[name])
    }
    return [item.id for item in items if item.id in picked]


def judge(recorded: Mapping[str, float], scores: Sequence[Score]) -> list[Line]:
    """Each guarded measure of these scores against what is recorded."""
    summary = summarise(scores)
    return [Line(name, recorded.get(name), summary[name]) for name in MEASURES]


def verdict_table(lines: Sequence[Line]) -> str:
    """The lines as a table for the terminal."""
    rows = [f"{'':16}{'recorded':>12}{'measured':>10}"]
    for line in lines:
        sign = "≥" if MEASURES[line.measure] else "≤"
        bound = "-" if line.recorded is None else f"{sign} {cell(line.recorded, '%')}"
        word = "WORSE" if line.failed else "better" if line.gain > _ROUNDING else "holds"
        word = "not recorded" if line.recorded is None else word
        rows.append(f"{line.measure:16}{bound:>12}{cell(line.measured, '%'):>10}  {word}")
    return "\n".join(rows)


def raised(recorded: Mapping[str, float], lines: Sequence[Line]) -> dict[str, float]:
    """The recorded numbers with each better one put in; a worse one is never put in."""
    better = {
        line.measure: round(line.measured, 4)
        for line in lines
        if line.measured is not None and (line.recorded is None or line.gain > _ROUNDING)
    }
    return {**recorded, **better}


def run_gate(path: Path, out: Path | None, *, reason: str | None = None, choose: int | None = None) -> int:
    """`python -m eval gate`; exit code 1 if a measure fell. Paths in the file are relative to the project."""
    gate = read_gate(path)
    root = path.resolve().parent.parent
    gold = load_gold(root / gate["gold"])
    if choose is not None:
        gate |= {"items": stratified(gold, choose), "recorded": {}}
    items = chosen_items(gate, gold)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        pipeline = _over(root / gate["reports"], Path(temporary) / "index")
        try:
            answers = answer_all(items, pipeline, Path(temporary) / "run")
            texts, paths = pipeline.texts()
        finally:
            pipeline.close()
    scores = [score_with_passages(item, answers[item.id], texts, paths) for item in items]
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        about = {**pipeline.about, "index": gate["reports"], "gold": f"{gate['gold']} (gate)"}
        write_outputs(out, items, answers, scores, about)
    lines = judge(gate["recorded"], scores)
    print(failure_list({item.id: item for item in items}, answers, scores))
    print(f"\ngate: {len(items)} questions over {gate['reports']}, {time.monotonic() - began:.0f} s")
    print(verdict_table(lines))
    if reason or choose is not None:
        gate["recorded"] = raised(gate["recorded"], lines)
        gate["reason"] = reason or f"{choose} items chosen anew"
        path.write_text(json.dumps(gate, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        print(f"{path} written; give the same reason in CHANGELOG.md")
    elif any(line.gain > _ROUNDING or line.recorded is None for line in lines):
        print(
            'Better than recorded: keep it with `python -m eval gate --raise "REASON"` (and the changelog).'
        )
    if any(line.failed for line in lines):
        print("gate: FAILED: mend the cause; lower a number only by hand, with the reason in CHANGELOG.md")
        return 1
    return 0


def _over(reports: Path, index: Path) -> Ours:
    """The product over a fresh index of the reports."""
    from index.build import build_index
    from index.embed import load_embedder
    from rag.models import embedding_path

    built = build_index([reports], index, load_embedder(embedding_path()))
    if built.failed:
        raise GoldError(f"not indexed: {', '.join(str(name) for name, _ in built.failed)}")
    return Ours(index)
