"""What a figure is compared with (比全国、全省), and the pairs of 由…增加到…."""

from __future__ import annotations

import re

from index.figure_predicate import Predicate
from index.figure_reading import Reading


def split_list(text: str) -> list[str]:
    """The members of 全国、全省和全市."""
    return [piece for piece in re.split(r"、|和|与|及|以及", text) if piece]


def set_references(text: str, readings: list[Reading], predicate: Predicate) -> None:
    """Gives each reading of a list what it is compared with."""
    if predicate.reference is None:
        for reading in readings:
            if reading.subject is not None and reading.subject.whole and reading.measure == "share":
                reading.reference = reading.subject.whole
        return
    start, end = predicate.reference
    whole = text[start:end].strip()
    names = split_list(whole)
    for position, reading in enumerate(readings):
        name = names[position] if len(names) == len(readings) else whole
        name = (
            re.sub(r"(?:平均水平|平均|水平|增速|增幅|分别|的|同期相比|实际|名义|又|还|均|都)+$", "", name)
            or name
        )
        reading.reference = name
        reading.reference_span = (start, end)


def pair_from_to(
    begun: Reading | None,
    earlier: list[Reading],
    readings: list[Reading],
    predicate: Predicate,
    attached: bool,
) -> Reading | None:
    """Marks 由 and 到 as the two ends of one change; returns the 由 that still waits for its 到.

    `begun` is such a 由 read before, `earlier` are all readings before these, `attached` says that 的
    joins the words to the number before them.
    """
    if predicate.role == "from":
        for reading in readings:
            reading.reference = reading.reference or "由"
        return readings[0]
    if predicate.role == "to":
        before = begun
        if before is None and attached and earlier:
            before = earlier[-1]  # 现行16%的税率降至13%
        if before is not None:
            before.role, before.direction = "from", before.direction or predicate.direction
            before.reference = before.reference or "由"
            if readings[0].subject is not None and readings[0].inherited and before.subject is None:
                before.subject = readings[0].subject
        else:
            for reading in readings:
                reading.role = ""
    return None
