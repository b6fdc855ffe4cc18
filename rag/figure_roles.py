"""The two ends of a change told in one clause: 由45.9%提高到52.6%."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from index.periods import Period
from index.types import Figure
from rag.bind import Candidate
from rag.figure_parts import in_asked_unit
from rag.query import Ask


def by_role(ask: Ask, fits: list[Candidate], clause_start: Callable[[Figure], int]) -> list[Candidate]:
    """由…到…: of two figures in one clause the first is `from`, the second `to`."""
    if ask.role is None:
        return fits
    clauses: dict[tuple[str, int], list[Candidate]] = {}
    for candidate in fits:
        clauses.setdefault((candidate.figure.report, clause_start(candidate.figure)), []).append(candidate)
    groups = [in_asked_unit(ask, group) for group in clauses.values()]
    groups = groups if any(groups) else list(clauses.values())
    groups = [one_of_range(group) for group in groups]
    pairs = [sorted(group, key=lambda c: c.figure.start) for group in groups if len(group) == 2]
    pairs = pairs or _told_in_two_clauses(fits)
    if ask.period is not None:  # the pair that ends where the asked span ends
        ended = [
            p for p in pairs if p[1].figure.period and Period.parse(p[1].figure.period).end == ask.period.end
        ]
        pairs = ended or pairs
    pairs.sort(key=lambda pair: -max(c.score for c in pair))
    chosen = [pair[0] if ask.role == "from" else pair[1] for pair in pairs]
    ends = [c for c in fits if c not in chosen and any(of_one_range(c, one) for one in chosen)]
    return [*chosen, *ends]


_GOES_ON_TO = re.compile(
    r"(?:扩大|增加|提高|上升|增长|扩展|提升|减少|下降|降低|压减|精简|延长|缩短|调整|上调|下调)(?:到|至|为)(?:了)?[^，,；;]{0,4}$"
)
_NEXT_CLAUSE = 40  # characters


def _told_in_two_clauses(fits: Sequence[Candidate]) -> list[list[Candidate]]:
    """已组织57户企业集团试点，今年要扩大到120户: what there was, and in the next clause what it is to become."""
    return [
        [first, second]
        for first in fits
        for second in fits
        if _alike(first.figure, second.figure)
        and _GOES_ON_TO.search(second.leads_in)
        and not _GOES_ON_TO.search(first.leads_in)
    ]


def _alike(a: Figure, b: Figure) -> bool:
    same = (a.report, a.unit, a.measure) == (b.report, b.unit, b.measure)
    # 进行某项改革试点的城市, then only 试点城市: what goes on to the second has no words of its own.
    same = same and (a.indicator == b.indicator or set(b.indicator) < set(a.indicator))
    return same and a.cell is None and 0 < b.start - a.end <= _NEXT_CLAUSE


def of_one_range(first: Candidate, second: Candidate) -> bool:
    a, b = first.figure, second.figure
    return (
        a.range_text is not None
        and (a.report, a.range_text) == (b.report, b.range_text)
        and abs(a.start - b.start) < 20
    )


def one_of_range(group: list[Candidate]) -> list[Candidate]:
    """A range (百分之八至九) counts once among the figures of a clause."""
    kept: list[Candidate] = []
    for candidate in sorted(group, key=lambda c: c.figure.start):
        if not any(of_one_range(candidate, other) for other in kept):
            kept.append(candidate)
    return kept


def both_ends(best: Candidate, fits: Sequence[Candidate]) -> tuple[Figure, ...]:
    """The figure, or both ends of the range it belongs to (6%－6.5%)."""
    figure = best.figure
    if figure.range_text is None:
        return (figure,)
    ends = [
        c.figure
        for c in fits
        if c.figure.report == figure.report
        and c.figure.range_text == figure.range_text
        and abs(c.figure.start - figure.start) <= len(figure.range_text)
    ]
    return tuple(sorted(ends, key=lambda f: f.start))
