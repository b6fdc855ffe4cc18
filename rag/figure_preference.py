"""Of several figures that fit an ask: the exact one, those of the report's own period, those of an open slot."""

from __future__ import annotations

from collections.abc import Sequence

from index.types import Figure
from rag.bind import Candidate
from rag.evidence import EvidenceReader
from rag.figure_likeness import period_key, rounds, same
from rag.query import Ask

RIVAL_MARGIN = 0.12
_STATUS_ORDER = ("revised", "actual", "preliminary", "forecast", "target")


def without_later_mentions(
    reader: EvidenceReader, ask: Ask, best: Candidate, rivals: list[Candidate]
) -> list[Candidate]:
    """A report on the asked year states it; one on another year whose sentence does not name it may be
    misread, so it is no rival."""
    if ask.period is None or best.figure.period != ask.period.code():
        return rivals

    def on_the_year(figure: Figure) -> bool:
        main = reader.main_period(figure.report, figure.status)
        return figure.period_origin == "sentence" or (main is not None and main == ask.period)

    return [c for c in rivals if on_the_year(c.figure)] if on_the_year(best.figure) else rivals


def exact_of(fits: Sequence[Candidate]) -> Candidate:
    """The best fit; "突破万亿元，达到11377亿元": the exact figure before the mark it passed."""
    best = fits[0]
    if best.figure.qualifier is None:
        return best
    exact = (c for c in fits if c.score >= best.score - 2 * RIVAL_MARGIN and rounds(best.figure, c.figure))
    return next(exact, best)


def of_main_period(reader: EvidenceReader, fits: list[Candidate]) -> list[Candidate]:
    """Without a period in the question: a report's own period before others it mentions."""
    main = []
    for candidate in fits:
        period = reader.main_period(candidate.figure.report, candidate.figure.status)
        if period is None or candidate.figure.period in (None, period.code()):
            main.append(candidate)
    if main and main[0].score >= fits[0].score - 2 * RIVAL_MARGIN:
        return main
    return fits


def differing_in_open_slot(ask: Ask, best: Candidate, rivals: Sequence[Candidate]) -> tuple[Figure, ...]:
    """Up to three figures, newest first, that differ only in a period or region left open.

    Within one period and region a revised figure stands before a preliminary one; two that
    contradict each other otherwise leave the question open.
    """
    if not rivals or not best.figure.indicator_id:
        return ()
    slots: dict[tuple[str | None, str | None], list[Figure]] = {}
    for candidate in (best, *rivals):
        figure = candidate.figure
        if (figure.indicator_id, figure.measure) != (best.figure.indicator_id, best.figure.measure):
            return ()
        slots.setdefault((figure.period, figure.region), []).append(figure)
    chosen = []
    for group in slots.values():
        ordered = sorted(group, key=lambda f: (_STATUS_ORDER.index(f.status), f.cell is not None))
        first = ordered[0]
        if any(f.status == first.status and not same(f, first) for f in group):
            return ()
        chosen.append(first)
        if ask.period and ask.region:  # nothing is open: the reports themselves disagree
            chosen += [f for f in ordered[1:] if not same(f, first)][:1]
    return tuple(sorted(chosen, key=period_key, reverse=True)[:3])
