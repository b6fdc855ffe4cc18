"""How sure a rate or a difference is: bootstrap and Wilson intervals, McNemar's exact test. Deterministic."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

RESAMPLES = 2000


def bootstrap_interval(
    values: Sequence[float], level: float = 0.95, seed: int = 0
) -> tuple[float, float] | None:
    """The percentile bootstrap interval of the mean; None for fewer than two values."""
    if len(values) < 2:
        return None
    numbers = np.asarray(values, dtype=np.float64)
    picks = np.random.default_rng(seed).integers(0, len(numbers), size=(RESAMPLES, len(numbers)))
    means = numbers[picks].mean(axis=1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def wilson_interval(count: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's score interval of a share, 95 % by default; (0, 1) for n = 0."""
    if n == 0:
        return 0.0, 1.0
    share, square = count / n, z * z / n
    middle = (share + square / 2) / (1 + square)
    half = z * math.sqrt(share * (1 - share) / n + square / (4 * n)) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)


def mcnemar(better: int, worse: int) -> float:
    """Two-sided exact p-value that `better` and `worse` discordant pairs come from a fair coin."""
    n = better + worse
    if n == 0:
        return 1.0
    tail = sum(math.comb(n, k) for k in range(min(better, worse) + 1))
    return min(1.0, float(2 * tail / 2**n))
