"""Calibrates the model stage's confidence on RGB runs in which every draft was shown (WENBAO_CONFIDENCE=0).

Weights: logistic regression of "the answer is right" on the signals of each answer, with a small ridge, fitted by
Newton's method. Thresholds are judged by cross-validation over questions: all runs of a question (at each share
of noise) are left out together, so that no threshold is chosen on the questions it is measured with.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eval.intervals import wilson_interval
from eval.metrics.refusal import abstained
from eval.rgb import RgbItem, contains_strictly, load_rgb

FOLDS = 5
RIDGE = 1.0
THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(20))
MOST_MARGIN = 6.0  # as rag.acceptance clips them
_MARGINS = ("answerable", "supported")


@dataclass(frozen=True, slots=True)
class Case:
    """One answer of a run: its signals (none: code alone answered or refused), and whether it is right."""

    question: str
    noise: float
    right: bool
    refused: bool
    signals: Mapping[str, float]


def cases_of(items: Sequence[RgbItem], answers: Mapping[str, Mapping[str, Any]], noise: float) -> list[Case]:
    """The cases of one run; at noise 1.0 no answer is right."""
    return [
        Case(
            item.id,
            noise,
            noise < 1 and not abstained(answer) and contains_strictly(str(answer["answer"]), item.parts),
            abstained(answer),
            answer.get("signals") or {},
        )
        for item in items
        if (answer := answers.get(item.id)) is not None
    ]


def fit(cases: Sequence[Case]) -> dict[str, float]:
    """Weights by signal name, and "constant"; cases without signals are left aside.

    The ridge is on the weights of standardised signals, so that it weighs margins and shares alike.
    """
    judged = [case for case in cases if case.signals]
    names = sorted({name for case in judged for name in case.signals})
    values = np.array([_row(case, names) for case in judged])
    middle, spread = values.mean(axis=0), np.maximum(values.std(axis=0), 1e-9)
    rows = np.hstack([np.ones((len(judged), 1)), (values - middle) / spread])
    right = np.array([case.right for case in judged], dtype=np.float64)
    weights = np.zeros(rows.shape[1])
    ridge = RIDGE * np.eye(rows.shape[1])
    ridge[0, 0] = 1e-6
    for _ in range(50):
        chance = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (right - chance) - ridge @ weights
        curvature = (rows * (chance * (1 - chance))[:, None]).T @ rows + ridge
        step = np.linalg.solve(curvature, slope)
        weights += step
        if np.abs(step).max() < 1e-8:
            break
    plain = weights[1:] / spread
    constant = float(weights[0] - plain @ middle)
    return {"constant": constant, **dict(zip(names, map(float, plain), strict=True))}


def estimate(weights: Mapping[str, float], case: Case) -> float:
    """The case's confidence; 1 where code alone answered."""
    if not case.signals:
        return 1.0
    names = [name for name in weights if name != "constant"]
    score = weights["constant"] + sum(weights[n] * v for n, v in zip(names, _row(case, names), strict=True))
    return float(1 / (1 + np.exp(-score)))


def held_out(cases: Sequence[Case]) -> list[float]:
    """Each case's confidence by weights fitted without its question."""
    questions = sorted({case.question for case in cases})
    random.Random(0).shuffle(questions)
    fold = {question: number % FOLDS for number, question in enumerate(questions)}
    fitted = [fit([c for c in cases if fold[c.question] != number]) for number in range(FOLDS)]
    return [estimate(fitted[fold[case.question]], case) for case in cases]


def curve(
    cases: Sequence[Case], confidences: Sequence[float], thresholds: Sequence[float] = THRESHOLDS
) -> list[dict[str, Any]]:
    """For each threshold and noise: n, accuracy (noise below 1), wrong and refused, as counts."""
    rows = []
    for least in thresholds:
        for noise in sorted({case.noise for case in cases}):
            own = [(c, v) for c, v in zip(cases, confidences, strict=True) if c.noise == noise]
            shown = [c for c, value in own if not c.refused and value >= least]
            right = sum(c.right for c in shown)
            rows.append(
                {"threshold": least, "noise": noise, "n": len(own), "right": right,
                 "wrong": len(shown) - right, "refused": len(own) - len(shown)}
            )  # fmt: skip
    return rows


def print_calibration(file: Path, runs: Sequence[tuple[float, Mapping[str, Mapping[str, Any]]]]) -> int:
    """The fitted weights as JSON, then the cross-validated curve with 95 % intervals."""
    items = load_rgb(file)
    cases = [case for noise, answers in runs for case in cases_of(items, answers, noise)]
    print(json.dumps({name: round(value, 2) for name, value in fit(cases).items()}, ensure_ascii=False))
    print(f"{'least':>6}{'noise':>7}{'n':>5}  right, wrong, refused (95 % Wilson intervals), {FOLDS} folds")
    for row in curve(cases, held_out(cases)):
        shares = "  ".join(_share(row[name], row["n"]) for name in ("right", "wrong", "refused"))
        print(f"{row['threshold']:>6}{row['noise']:>7}{row['n']:>5}  {shares}")
    return 0


def _share(count: int, n: int) -> str:
    low, high = wilson_interval(count, n)
    return f"{count / n:.2f} ({low:.2f}-{high:.2f})"


def _row(case: Case, names: Sequence[str]) -> npt.NDArray[np.float64]:
    return np.array(
        [
            max(-MOST_MARGIN, min(MOST_MARGIN, value)) if name in _MARGINS else value
            for name in names
            for value in (case.signals.get(name, 0.0),)
        ]
    )
