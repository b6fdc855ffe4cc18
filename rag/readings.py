"""Other readings of a question's asks: what a report may state instead of what was asked word for word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.periods import PeriodMention
from rag import question_words as words
from rag.ask import Ask


def head_shared(asks: Sequence[Ask], text: str) -> list[tuple[Ask, ...]]:
    """科创城引进的甲和乙各有多少: what stands before 的 holds for both, though only the first item has it."""
    first, *rest = asks
    cut = re.search("[、和与及]", first.text)
    head = first.text[: cut.start()].rpartition("的")[0] if cut else ""
    shared = tuple(t for t in words.content_terms(head) if t in first.terms)
    own = tuple(t for t in first.terms if t not in shared)
    alike = all((a.text, a.period, a.region) == (first.text, first.period, first.region) for a in rest)
    if not (rest and shared and alike and (own or first.indicator_ids)) or first.shared:
        return []
    return [
        (
            replace(first, terms=own, shared=shared),
            *(replace(a, terms=tuple(t for t in a.terms if t not in shared), shared=shared) for a in rest),
        )
    ]


def ends_of_span(asks: Sequence[Ask], mentions: Sequence[PeriodMention]) -> list[tuple[Ask, ...]]:
    """从2013年底到2022年底由多少增至多少: where no clause has both ends, the level of either year."""
    spans = [m for m in mentions if m.kind == "range" and m.first is not None and m.last is not None]
    if len(asks) != 2 or len(spans) != 1 or {a.role for a in asks} != {"from", "to"}:
        return []
    ends = (spans[0].first, spans[0].last)
    if any(a.period != spans[0].period for a in asks):
        return []
    return [tuple(replace(asks[0], role=None, period=end) for end in ends)]


def levels_of_multiple(asks: Sequence[Ask]) -> list[tuple[Ask, ...]]:
    """2007年是2002年的几倍: where no report says how many times, the level of either year."""
    if len(asks) != 2 or any(a.unit != "倍" for a in asks) or asks[0].period == asks[1].period:
        return []
    return [tuple(replace(a, unit=None, measure="level", share_of=(), parts=()) for a in asks)]


def stated_instead(asks: Sequence[Ask], text: str) -> list[tuple[Ask, ...]]:
    """2022年比2021年多多少: where no report has both levels, one may state the increase on the year before."""
    if len(asks) != 2 or words.JOINTLY.search(text):
        return []
    later, earlier = sorted(asks, key=lambda a: a.period.end if a.period else (0, 0), reverse=True)
    if later.period is None or earlier.period is None:
        return []
    if later.period.shifted(-1) != earlier.period:
        alike = replace(later, period=None) == replace(earlier, period=None) and later.measure in (
            None,
            "level",
        )
        asked = words.DIFFERENCE.search(text) or words.YEAR_COUNT_CHANGE.search(text)
        return [(replace(later, measure="change", base=earlier.period),)] if alike and asked else []
    if later.unit == "倍" and words.TIMES_OF.search(text):
        return [(replace(later, measure=None),)]
    if later.measure == "growth" and "变化" in text and not words.NOUN_OF_GROWTH.search(text):
        return [(later,)]  # 贸易顺差比上年变化了多少: by how much it grew or fell
    if replace(later, period=None) != replace(earlier, period=None) or later.measure not in (None, "level"):
        return []
    if not (words.DIFFERENCE.search(text) or words.YEAR_COUNT_CHANGE.search(text)):
        return []
    points = "百分点" in text
    return [(replace(later, measure="change", unit="个百分点" if points else later.unit),)]
