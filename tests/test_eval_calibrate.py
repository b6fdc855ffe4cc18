"""Weights and curves of the model stage's confidence, on made-up runs."""

from __future__ import annotations

import random
import statistics

import pytest

from eval.calibrate import Case, cases_of, curve, estimate, fit, held_out
from eval.intervals import wilson_interval
from eval.rgb import RgbItem


def made(count: int) -> list[Case]:
    """Cases in which one signal tells right from wrong and the other is noise."""
    chance = random.Random(1)
    cases = []
    for number in range(count):
        right = number % 2 == 0
        telling = chance.gauss(1 if right else -1, 0.7)
        cases.append(Case(f"q{number}", 0.4, right, False, {"telling": telling, "noise": chance.gauss(0, 1)}))
    return cases


def test_the_telling_signal_gets_the_weight() -> None:
    weights = fit(made(200))
    assert weights["telling"] > 1 and abs(weights["noise"]) < 0.5


def test_fit_is_the_maximum_of_the_penalised_likelihood() -> None:
    cases = made(60)
    weights = fit(cases)
    # At the maximum the residuals sum to nothing, and weigh on each standardised signal as its ridge does.
    residuals = [case.right - estimate(weights, case) for case in cases]
    assert sum(residuals) == pytest.approx(0, abs=1e-3)
    for name in ("telling", "noise"):
        values = [case.signals[name] for case in cases]
        middle, spread = statistics.fmean(values), statistics.pstdev(values)
        slope = sum(r * (v - middle) / spread for r, v in zip(residuals, values, strict=True))
        assert slope == pytest.approx(weights[name] * spread, abs=1e-6)


def test_a_question_is_judged_by_weights_fitted_without_it() -> None:
    cases = made(40)
    flipped = [*cases[1:], Case(cases[0].question, 1.0, not cases[0].right, False, cases[0].signals)]
    first, *_ = held_out(cases)
    *_, last = held_out(flipped)
    assert last == pytest.approx(first)  # its own label does not move its own confidence


def test_curve_counts() -> None:
    cases = [
        Case("a", 0.4, True, False, {"x": 1.0}),
        Case("b", 0.4, False, False, {"x": 0.0}),
        Case("c", 0.4, False, True, {}),
        Case("d", 1.0, False, False, {}),  # answered by code alone: always shown
    ]
    low, high = (
        {row["noise"]: row for row in curve(cases, [0.9, 0.2, 1.0, 1.0], [least])} for least in (0.0, 0.5)
    )
    assert [low[0.4][name] for name in ("right", "wrong", "refused")] == [1, 1, 1]
    assert [high[0.4][name] for name in ("right", "wrong", "refused")] == [1, 0, 2]
    assert [high[1.0][name] for name in ("right", "wrong", "refused")] == [0, 1, 0]


def test_nothing_is_right_where_no_passage_answers() -> None:
    item = RgbItem("7", "馆长是谁？", (("罗明川",),), (), (("馆长是罗明川",),), ("馆长空缺",))
    answers = {"7": {"answer": "罗明川[1]。", "abstained": False, "signals": {"words": 1.0}}}
    assert [case.right for noise in (0.4, 1.0) for case in cases_of([item], answers, noise)] == [True, False]


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (9, 10, 0.5958, 0.9821), (10, 10, 0.7225, 1.0), (0, 0, 0.0, 1.0)],
)
def test_wilson_interval(count: int, n: int, low: float, high: float) -> None:
    assert wilson_interval(count, n) == pytest.approx((low, high), abs=1e-4)
