"""RGB (Chen et al., AAAI 2024), its Chinese files given by path: batches of passages, and their scoring.

Noise robustness (zh_refine): `noise` of the passages don't hold the answer. Rejection: noise 1.0; right is
to abstain. Integration (zh_int): the answer has two or more parts that stand in different passages.
Counterfactual (zh_fact): the passages that hold the answer were falsified (`positive_wrong`); giving the
falsified one counts as misled.

RGB's own rule: an answer is right if every part of the accepted answer, or any one spelling of that part,
is a substring of it, letter case aside. The strict rule adds: not abstained, and a part that begins or ends
with a digit must not continue one (90 is not in 1990, nor 2% in 1.2%).
"""

from __future__ import annotations

import json
import math
import random
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.dataset import GoldError
from eval.intervals import wilson_interval
from eval.metrics.refusal import abstained
from eval.quantities import compact

Parts = tuple[tuple[str, ...], ...]  # every part must be given, in any one of its spellings


@dataclass(frozen=True, slots=True)
class RgbItem:
    """One line of an RGB file."""

    id: str
    question: str
    parts: Parts
    false_answer: Parts
    positive: tuple[tuple[str, ...], ...]  # passages that hold the answer, grouped by its parts if `grouped`
    negative: tuple[str, ...]
    grouped: bool = False

    @property
    def counterfactual(self) -> bool:
        """Whether the positive passages are falsified."""
        return bool(self.false_answer)


def _parts(answer: object) -> Parts:
    parts = answer if isinstance(answer, list) else [answer]
    return tuple(tuple(map(str, part)) if isinstance(part, list) else (str(part),) for part in parts)


def load_rgb(path: Path) -> list[RgbItem]:
    """The items of an RGB file; raises GoldError for a line that isn't one."""
    items: list[RgbItem] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            positive = record.get("positive_wrong") or record["positive"]
            grouped = [p if isinstance(p, list) else [p] for p in positive]
            items.append(
                RgbItem(
                    id=str(record["id"]),
                    question=record["query"],
                    parts=_parts(record["answer"]),
                    false_answer=_parts(record["fakeanswer"]) if record.get("fakeanswer") else (),
                    positive=tuple(tuple(group) for group in grouped),
                    negative=tuple(record["negative"]),
                    grouped=any(isinstance(p, list) for p in positive),
                )
            )
        except (ValueError, KeyError, TypeError) as error:
            raise GoldError(f"{path}:{number}: no RGB item: {error}") from error
    return items


def passages_for(item: RgbItem, noise: float, count: int = 5) -> list[str]:
    """`count` passages of which ceil(count * noise) don't hold the answer; the same for the same item.

    A shortage on one side is filled from the other, except at noise 1.0, where nothing may hold it. Of
    grouped positives one of each group is always there (below noise 1.0), as in RGB's own batches.
    """
    chance = random.Random(f"{item.id}:{item.question}")
    groups = [chance.sample(group, len(group)) for group in item.positive]
    rounds = range(max((len(group) for group in groups), default=0))
    positive = [group[turn] for turn in rounds for group in groups if turn < len(group)]
    if not item.grouped:
        chance.shuffle(positive)
    negative = chance.sample(item.negative, len(item.negative))
    wanted = min(math.ceil(count * noise), len(negative))
    if noise < 1:
        wanted = max(wanted, min(len(negative), count - len(positive)))
        if item.grouped:
            wanted = min(wanted, count - len(groups))
        chosen = positive[: count - wanted] + negative[:wanted]
    else:
        chosen = negative[:wanted]
    chance.shuffle(chosen)
    return chosen


def contains(text: str, parts: Parts) -> bool:
    """RGB's own rule."""
    lowered = text.lower()
    return all(any(spelling.lower() in lowered for spelling in part) for part in parts)


def contains_strictly(text: str, parts: Parts) -> bool:
    """The strict rule's half about the text; white space and width aside."""
    plain = compact(text).lower()

    def found(spelling: str) -> bool:
        wanted = compact(spelling).lower()
        before = r"(?<![\d.])" if wanted[:1].isdigit() else ""
        after = r"(?!\.?\d)" if wanted[-1:].isdigit() else ""
        return re.search(before + re.escape(wanted) + after, plain) is not None

    return all(any(found(spelling) for spelling in part) for part in parts)


def score_rgb(
    items: Sequence[RgbItem], answers: Mapping[str, Mapping[str, Any]], noise: float
) -> dict[str, Any]:
    """Shares over the items that have an answer: accuracy by both rules, wrong, rejected, misled."""
    judged = [(item, answers[item.id]) for item in items if item.id in answers]
    if not judged:
        return {"n": 0}
    loose = strict = rejected = misled = wrong = 0
    for item, answer in judged:
        text, declined = str(answer.get("answer", "")), abstained(answer)
        right = not declined and contains_strictly(text, item.parts)
        loose += contains(text, item.parts)
        strict += right
        rejected += declined
        wrong += not declined and (noise >= 1 or not right)
        misled += bool(
            item.false_answer and not declined and not right and contains_strictly(text, item.false_answer)
        )
    n = len(judged)
    result: dict[str, Any] = {"n": n, "noise": noise, "rejected": rejected / n, "wrong": wrong / n}
    if noise < 1:
        result |= {"accuracy (RGB's rule)": loose / n, "accuracy (strict)": strict / n}
    if any(item.counterfactual for item, _ in judged):
        result["misled"] = misled / n
    return result


def print_batch(path: Path, noise: float, count: int, limit: int | None) -> int:
    """Question lines for `python -m rag batch` on stdout."""
    for item in load_rgb(path)[:limit]:
        line = {"id": item.id, "question": item.question, "passages": passages_for(item, noise, count)}
        print(json.dumps(line, ensure_ascii=False))
    return 0


def print_scores(
    path: Path, answers: Mapping[str, Mapping[str, Any]], noise: float, limit: int | None
) -> int:
    """The scores of a batch's answers, and each answer that is not right."""
    items = load_rgb(path)[:limit]
    for item in items:
        answer = answers.get(item.id)
        if answer is None:
            print(f"eval: no answer for {item.id}", file=sys.stderr)
            continue
        text = " ".join(str(answer.get("answer", "")).split())
        right = (
            abstained(answer) if noise >= 1 else contains_strictly(text, item.parts) and not abstained(answer)
        )
        if not right:
            wanted = "abstain" if noise >= 1 else "; ".join("|".join(part) for part in item.parts)
            print(f"{item.id}  {item.question}\n    gold:   {wanted}\n    answer: {text}")
    scores = score_rgb(items, answers, noise)
    for name, value in scores.items():
        if isinstance(value, float) and name != "noise":
            low, high = wilson_interval(round(value * scores["n"]), scores["n"])
            print(f"{name:24}{value:.3f}  ({low:.3f}-{high:.3f})")
        else:
            print(f"{name:24}{value}")
    return 0
