"""Did the answer state a figure or name known to belong to another year, place or kind?"""

from __future__ import annotations

import re
from fractions import Fraction

from eval.dataset import GoldItem
from eval.metrics.figures import answer_quantities
from eval.quantities import Quantity, read_quantities, same_quantity, without_markers


def distractors_stated(item: GoldItem, text: str) -> list[str]:
    """The item's distractors that the answer states; one that the question itself names doesn't count.

    A bare number is a distractor by its written value, or with one of the gold figures' units ("829.5" in
    an item about 亿元 is also 82.95 billion yuan). The gold figures themselves never count.
    """
    gold = [reading for figure in item.figures + item.accept + item.operands for reading in figure.quantities]
    given = [q for q in answer_quantities(text) if not q.is_period]
    computed = item.calc is not None
    given = [q for q in given if not any(same_quantity(g, q, rounded=computed) for g in gold)]
    asked = {q.number for q in read_quantities(item.question)}
    stated: list[str] = []
    for distractor in item.distractors:
        if not re.fullmatch(r"-?\d+(?:\.\d+)?", distractor):
            named = distractor in without_markers(text) and distractor not in item.question
            quantities = [q for q in read_quantities(distractor) if not q.is_period]
            same = any(same_quantity(d, q) for d in quantities for q in given)
            stated += [distractor] if named or same else []
            continue
        value = Fraction(distractor)
        if value not in asked and any(_is_value(value, q, gold) for q in given):
            stated.append(distractor)
    return stated


def _is_value(value: Fraction, given: Quantity, gold: list[Quantity]) -> bool:
    if abs(given.number) == abs(value):
        return True
    scales = {reading.scale for reading in gold if reading.dimension == given.dimension and reading.scaled}
    scales |= {Fraction(10**8), Fraction(10**4)} if given.scaled and not gold else set()
    return any(abs(given.amount) == abs(value) * scale for scale in scales)
