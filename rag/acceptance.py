"""Whether a drafted answer is shown: several weak signals weighed into one confidence between 0 and 1.

The weights are those of a logistic regression, fitted on RGB's development questions with and without passages
that answer (`fit` of eval/calibrate.py, docs/experiments.md): those of reports on whole runs, when passages were still read
together; those of raw passages on 198 drafts. They stand in `acceptance.json`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from rag.settings import Settings

# Margins beyond this tell no more; an endpoint without log-probabilities gives a plain yes or no of this size.
MOST_MARGIN = 6.0
PLAIN_YES = 3.0
# Where a draft's log-probability is not told, that of a draft like any other; below the least it tells no more.
UNTOLD = -0.25
LEAST_CERTAINTY = -3.0
# Drafted from numbered evidence out of reports, or from one raw passage alone (rag.passage_answer).
Of = Literal["reports", "passages"]


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for a draft; margins in log-probability, shares between 0 and 1."""

    answerable: float  # yes less no to "is there an answer in the evidence"
    supported: float  # yes less no to "does this sentence prove this answer"
    words: float  # share of the question's words in the cited sentence
    passage: float  # and in the passage around it
    numbers: float  # share of the question's years and numbers in that passage; 1 where it names none
    kind: float  # 1 if the answer is of the kind asked for, -1 if not, 0 where that cannot be told
    agreeing: (
        float  # logarithm of the number of passages that hold the answer; of raw ones, that gave it (base 2)
    )
    certainty: float = (
        UNTOLD  # log-probability of the draft over the root of its length; of raw passages only
    )

    def clipped(self) -> dict[str, float]:
        values = asdict(self)
        for name in ("answerable", "supported"):
            values[name] = max(-MOST_MARGIN, min(MOST_MARGIN, values[name]))
        return values


@cache
def _fitted() -> Mapping[Of, Mapping[str, Mapping[str, float]]]:
    text = Path(__file__).with_name("acceptance.json").read_text(encoding="utf-8")
    loaded: dict[Of, dict[str, dict[str, float]]] = json.loads(text)
    return loaded


def confidence(signals: Signals, of: Of = "reports") -> float:
    """The estimated probability that the draft answers the question."""
    weights = _fitted()[of]["weights"]
    score = weights["constant"] + sum(
        weights.get(name, 0.0) * value for name, value in signals.clipped().items()
    )
    return 1 / (1 + math.exp(-score))


def threshold(settings: Settings, of: Of = "reports") -> float:
    """The least confidence an answer is shown with."""
    if settings.confidence is not None:
        return settings.confidence
    return float(_fitted()[of]["thresholds"][settings.strictness])
