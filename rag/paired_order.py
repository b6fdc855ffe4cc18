"""城乡…分别提高13.1%和17.7%: a word for two things, and a figure for each in its order."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.types import Figure
from rag.ask import Ask
from rag.bind import Candidate

# The word, and how a question names each of what it stands for.
_PAIRS = (
    ("城乡", r"城市|城镇|市民", r"农村|乡村|农民"),
    ("男女", r"男", r"女"),
    ("工农业", r"工业", r"农业"),
    ("中小学", r"中学", r"小学"),
)


def in_order(
    asks: Sequence[Ask], candidates: Sequence[Candidate], texts: Sequence[str]
) -> tuple[Figure, Figure] | None:
    """The two figures, in the order asked, of a clause that names both things by one word.

    `texts` are the candidates' clauses. None unless exactly one clause has two such figures.
    """
    order = _order(asks)
    if order is None:
        return None
    word, swapped = order
    by_clause: dict[tuple[str, str], list[Figure]] = {}
    for candidate, text in zip(candidates, texts, strict=True):
        if candidate.fits and re.search(rf"{word}[^，,；;]*分别", text):
            by_clause.setdefault((candidate.figure.report, text), []).append(candidate.figure)
    found = []
    for figures in by_clause.values():
        first, *rest = sorted(figures, key=lambda f: f.start)
        if len(rest) == 1 and (first.unit, first.measure) == (rest[0].unit, rest[0].measure):
            found.append((first, rest[0]))
    if len(found) != 1:
        return None
    first, second = found[0]
    return (second, first) if swapped else (first, second)


def _order(asks: Sequence[Ask]) -> tuple[str, bool] | None:
    """The word for both, and whether the question names them the other way round."""
    if len(asks) != 2 or (asks[0].period, asks[0].region) != (asks[1].period, asks[1].region):
        return None
    said = [" ".join((*a.names[:1], *a.terms, a.indicator)) for a in asks]
    for word, one, other in _PAIRS:
        own = [bool(re.search(one, text)) for text in said]
        others = [bool(re.search(other, text)) for text in said]
        if own == [True, False] and others == [False, True]:
            return word, False
        if own == [False, True] and others == [True, False]:
            return word, True
    return None
