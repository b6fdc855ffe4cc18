"""The fit of the re-ranker's weights on made-up passages: what decides gets the weight, what is fixed stays."""

from __future__ import annotations

import numpy as np
import pytest

from eval.fit_reranker import Example, Set, fit, in_folds, ranks


def made(seed: int, group: str, fixed: float = 0.0) -> Example:
    """Four passages and two features; the first feature is highest where the answer is, the second is noise."""
    random = np.random.default_rng(seed)
    right = np.arange(4) == seed % 4
    rows = np.stack([right + 0.1 * random.random(4), random.random(4)], axis=1)
    reports = tuple("own.txt" if one else "other.txt" for one in right)
    return Example(group, rows, np.where(right, 0.0, fixed), right, right, reports)


def test_the_feature_that_decides_gets_the_weight() -> None:
    weights = fit([([made(seed, str(seed)) for seed in range(40)], 1.0, 1.0)])
    assert weights[0] > 5 * abs(weights[1])
    assert ranks(made(99, "new"), weights) == (1, 1)


def test_what_is_added_and_not_fitted_is_made_up_for() -> None:
    plain = fit([([made(seed, str(seed)) for seed in range(40)], 1.0, 1.0)])
    hindered = fit([([made(seed, str(seed), fixed=3.0) for seed in range(40)], 1.0, 1.0)])
    assert hindered[0] > plain[0] + 1


def test_a_set_that_counts_nothing_changes_nothing() -> None:
    some = [made(seed, str(seed)) for seed in range(20)]
    others = [made(seed, str(seed), fixed=3.0) for seed in range(20, 40)]
    assert fit([(some, 1.0, 1.0), (others, 0.0, 1.0)])[0] == pytest.approx(
        fit([(some, 1.0, 1.0)])[0], rel=0.15
    )


def test_every_example_is_ranked_in_the_folds() -> None:
    found = in_folds([Set("made", [made(seed, str(seed // 2)) for seed in range(20)], 1.0, 1.0)], seed=0)
    assert found == [[(1, 1)] * 20]
