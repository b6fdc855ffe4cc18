"""The fit of the re-ranker's weights on made-up passages: what decides gets the weight, what is fixed stays."""

from __future__ import annotations

import numpy as np
import pytest

from eval.fit_reranker import Example, Set, fit, in_folds, ranks, with_blank
from rag import rerank

DECIDES = list(rerank.WEIGHTS).index("number of words")


def made(seed: int, group: str, fixed: float = 0.0) -> Example:
    """Four passages; one feature is highest where the answer is, the others are noise."""
    random = np.random.default_rng(seed)
    right = np.arange(4) == seed % 4
    rows = random.random((4, len(rerank.WEIGHTS)))
    rows[:, DECIDES] = right + 0.1 * rows[:, DECIDES]
    reports = tuple("own.txt" if one else "other.txt" for one in right)
    return Example(group, rows, np.where(right, 0.0, fixed), right, right, reports)


def test_the_feature_that_decides_gets_the_weight() -> None:
    weights = fit([([made(seed, str(seed)) for seed in range(40)], 1.0, 1.0)])
    others = np.delete(weights, DECIDES)
    assert weights[DECIDES] > 3 * np.abs(others).max()
    assert ranks(made(99, "new"), weights) == (1, 1)


def test_what_is_added_and_not_fitted_is_made_up_for() -> None:
    plain = fit([([made(seed, str(seed)) for seed in range(40)], 1.0, 1.0)])
    hindered = fit([([made(seed, str(seed), fixed=3.0) for seed in range(40)], 1.0, 1.0)])
    assert hindered[DECIDES] > plain[DECIDES] + 0.5


def test_a_set_that_counts_nothing_changes_nothing() -> None:
    some = [made(seed, str(seed)) for seed in range(20)]
    others = [made(seed, str(seed), fixed=3.0) for seed in range(20, 40)]
    assert fit([(some, 1.0, 1.0), (others, 0.0, 1.0)])[0] == pytest.approx(
        fit([(some, 1.0, 1.0)])[0], rel=0.15
    )


def test_every_example_is_ranked_in_the_folds() -> None:
    found = in_folds([Set("made", [made(seed, str(seed // 2)) for seed in range(20)], 1.0, 1.0)], seed=0)
    assert found == [[(1, 1)] * 20]


def test_a_blank_passage_is_wrong_and_has_nothing_of_its_own() -> None:
    example = with_blank(made(1, "one", fixed=3.0))
    assert example.rows.shape[0] == 5 and not example.right[4] and not example.document[4]
    assert example.rows[4, DECIDES] == 0.0 and example.fixed[4] == 0.0  # as the right one's
