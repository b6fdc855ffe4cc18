"""Does the answer state the gold figures, value and unit?

1331.4亿元 = 133.14 billion yuan = 1331.4亿, but 2.7% is not 2.7个百分点, and a figure told in the opposite
direction (增长 for 下降) is not the figure. A qualifier (约, 超过) or a range around it may differ. A figure
that had to be computed may be given with more digits than the gold one; nothing may be rounded further.
"""

from __future__ import annotations

from collections.abc import Sequence

from eval.dataset import GoldFigure, GoldItem
from eval.quantities import Quantity, read_quantities, same_quantity, without_markers


def answer_quantities(text: str) -> list[Quantity]:
    """The quantities an answer states, citation markers aside."""
    return read_quantities(without_markers(text))


def states(figure: GoldFigure, given: Quantity, *, rounded: bool = False, direction: str = "") -> bool:
    """Whether `given` is the gold figure; `direction` is the gold one's, if known."""
    if {direction, given.direction} == {"up", "down"}:
        return False
    return any(same_quantity(reading, given, rounded=rounded) for reading in figure.quantities)


def gold_direction(item: GoldItem, figure: GoldFigure) -> str:
    """Whether evidence or gold answer say that this figure went "up" or "down"; "" if neither or both."""
    directions = {
        quantity.direction
        for text in (*item.evidence, item.answer)
        for quantity in read_quantities(text)
        if any(same_quantity(reading, quantity) for reading in figure.quantities)
    }
    directions |= {"down"} if figure.quantities[0].number < 0 else set()
    known = directions - {""}
    return known.pop() if len(known) == 1 else ""


def figures_found(item: GoldItem, text: str) -> list[bool]:
    """For each gold figure whether the answer states it; with `accept`, one entry: whether any is stated."""
    given = answer_quantities(text)
    computed = item.calc is not None or bool(item.operands)

    def found(figure: GoldFigure, quantities: Sequence[Quantity]) -> bool:
        direction = gold_direction(item, figure)
        return any(states(figure, quantity, rounded=computed, direction=direction) for quantity in quantities)

    if item.accept:
        wanted = [reading for figure in item.figures for reading in figure.quantities]
        others = [f for f in item.accept if not any(same_quantity(w, f.quantities[0]) for w in wanted)]
        as_difference = any(_as_difference(figure, given) for figure in others)
        return [as_difference or any(found(figure, given) for figure in item.accept + item.figures)]
    return [found(figure, given) for figure in item.figures]


def _as_difference(figure: GoldFigure, given: Sequence[Quantity]) -> bool:
    """An accepted value of percentages may be the difference between two, which is in percentage points."""
    reading = figure.quantities[0]
    if reading.dimension != "percent":
        return False
    return any(q.dimension == "point" and abs(q.amount) == abs(reading.amount) for q in given)
