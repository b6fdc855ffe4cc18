"""The compact table and the list of failures, for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from eval.dataset import GoldItem
from eval.scoring import Score, summarise

if TYPE_CHECKING:
    from eval.stages import Stages

COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("n", "n", "d"),
    ("accuracy", "accuracy", "%"),
    ("wrong", "wrong", "%"),
    ("right_refusal", "right refusal", "%"),
    ("false_refusal", "false refusal", "%"),
    ("citation_exact", "cit. exact", "%"),
    ("citation_precision", "cit. precision", "%"),
    ("evidence_cited", "cit. recall", "%"),
    ("answers_all_shown", "all shown", "%"),
    ("distractor", "distractor", "%"),
    ("seconds_median", "sec. median", ".1f"),
    ("prompt_tokens_mean", "prompt tok.", ".0f"),
    ("new_prompt_tokens_mean", "new", ".0f"),
)

GROUPINGS: tuple[tuple[str, Callable[[Score], str]], ...] = (
    ("kind", lambda s: s.kind),
    ("lang", lambda s: s.lang),
    ("style", lambda s: s.style or "-"),
    ("report", lambda s: s.report or "-"),
    ("stage", lambda s: s.stage or "-"),
)


def cell(value: float | int | None, form: str) -> str:
    """One number as the tables print it; - for unknown."""
    if value is None:
        return "-"
    return f"{value * 100:.1f}%" if form == "%" else format(value, form)


def groups(scores: Sequence[Score], by: Callable[[Score], str]) -> dict[str, list[Score]]:
    """The scores by group, groups in alphabetical order."""
    found: dict[str, list[Score]] = {}
    for each in scores:
        found.setdefault(by(each), []).append(each)
    return dict(sorted(found.items()))


def summary_table(scores: Sequence[Score]) -> str:
    """All, then by kind, language and stage."""
    rows: list[list[str]] = [["", *(title for _, title, _ in COLUMNS)]]
    for label, summary in _summaries(scores):
        rows.append([label, *(cell(summary[key], form) for key, _, form in COLUMNS)])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(r, widths, strict=True))
        )
        for r in rows
    )


def _summaries(scores: Sequence[Score]) -> list[tuple[str, dict[str, Any]]]:
    found = [("all", summarise(scores))]
    for name, by in GROUPINGS:
        parts = groups(scores, by)
        if len(parts) > 1:
            found += [(f"{name} {label}", summarise(part)) for label, part in parts.items()]
    return found


def failure_list(
    items: Mapping[str, GoldItem],
    answers: Mapping[str, Mapping[str, Any]],
    scores: Sequence[Score],
    stages: Mapping[str, Stages] | None = None,
) -> str:
    """Each item that isn't correct: id, outcome, question, gold answer, our answer, where it was lost."""
    lines: list[str] = []
    for each in scores:
        remarks = notes(each)
        if each.correct and not remarks:
            continue
        item, answer = items[each.id], answers[each.id]
        shout = each.outcome if each.correct else each.outcome.upper()
        lines.append(f"{each.id}  {shout}  [{each.kind}, {each.stage or '-'}]")
        for turn in item.history:
            lines.append(f"    before: {turn['question']} → {turn['answer']}")
        lines.append(f"    question: {item.question}")
        lines.append(f"    gold:     {item.answer}")
        lines.append(f"    answer:   {' '.join(str(answer.get('answer', '')).split())}")
        if stages is not None and stages[each.id].lost:
            lines.append(f"    lost at:  {stages[each.id].lost}")
        lines += [f"    note:     {note}" for note in remarks]
    return "\n".join(lines)


def notes(each: Score) -> list[str]:
    """What is amiss with an answer besides its outcome."""
    found: list[str] = []
    if each.distractors:
        found.append("states distractor " + ", ".join(each.distractors))
    if each.citations.exact is not None and each.citations.exact < each.citations.count:
        found.append(
            f"{each.citations.count - each.citations.exact} of {each.citations.count} citations not exact"
        )
    if each.shown.unshown:
        found.append("figure without source: " + ", ".join(each.shown.unshown))
    if each.shown.misattributed:
        found.append("figure cited to the wrong quote: " + ", ".join(each.shown.misattributed))
    if each.refusal_mismatch and each.stage:
        found.append("abstained flag and wording disagree")
    return found
