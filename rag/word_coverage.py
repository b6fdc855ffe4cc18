"""How many of a question's words stand in a text."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def coverage(
    terms: Sequence[str],
    text: str,
    weight: Callable[[str], float],
    *,
    extra: float = 0.0,
    extra_weight: float = 0.0,
) -> float:
    """Weighted share of the terms that stand in the text; `extra` is one more, found to that degree."""
    total = sum(weight(term) for term in terms) + extra_weight
    if not total:
        return 1.0
    return (sum(weight(term) * contained(term, text) for term in terms) + extra_weight * extra) / total


def contained(term: str, text: str) -> float:
    """1 if the term (or one of its alternatives "a|b") stands in the text, else the squared share of
    its bigrams that do."""
    if "|" in term:
        return max(contained(part, text) for part in term.split("|"))
    if term.lower() in text.lower():
        return 1.0
    if len(term) < 3 or term[0] in "非未无":  # 非国产品牌 is not there where 国产品牌 is
        return 0.0
    pairs = [term[i : i + 2] for i in range(len(term) - 1)]
    return (sum(pair in text for pair in pairs) / len(pairs)) ** 2
