"""Other readings of a question's asks: what a report may state instead of what was asked word for word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag import question_words as words
from rag.ask import Ask


def stated_instead(asks: Sequence[Ask], text: str) -> list[tuple[Ask, ...]]:
    """2022年比2021年多多少: where no report has both levels, one may state the increase on the year before."""
    if len(asks) != 2 or words.JOINTLY.search(text):
        return []
    later, earlier = sorted(asks, key=lambda a: a.period.end if a.period else (0, 0), reverse=True)
    if later.period is None or earlier.period is None or later.period.shifted(-1) != earlier.period:
        return []
    if later.unit == "倍" and words.TIMES_OF.search(text):
        return [(replace(later, measure=None),)]
    if replace(later, period=None) != replace(earlier, period=None) or later.measure not in (None, "level"):
        return []
    if not (words.DIFFERENCE.search(text) or words.YEAR_COUNT_CHANGE.search(text)):
        return []
    points = "百分点" in text
    return [(replace(later, measure="change", unit="个百分点" if points else later.unit),)]
