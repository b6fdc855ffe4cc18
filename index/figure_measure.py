"""Which kind of figure a reading is: a level, a growth rate, a share, a lead, ..."""

from __future__ import annotations

import re

from index import figure_words as words
from index.figure_named import Subject
from index.figure_predicate import Predicate, unit_class
from index.figure_reading import Reading
from index.figure_scan import Quantity
from index.types import Measure


def measure_of(masked: str, reading: Reading, predicate: Predicate, previous: Reading | None) -> Measure:
    """The measure of a reading whose subject is set; may make a fall (降幅) negative.

    `previous` is the reading before it, for what a clause leaves out.
    """
    subject = reading.subject
    kind = unit_class(reading.quantity)
    if predicate.measure is not None:
        if predicate.measure == "growth" and subject is not None and _growth_head(subject):
            return "change" if kind == "points" else "growth"
        return predicate.measure
    if kind == "multiple":
        return "multiple"
    if kind == "points":
        return "change"
    if kind != "percent":
        return "level"
    head = subject.head if subject is not None else ""
    name = subject.name if subject is not None else ""
    if re.match(
        r"(?:左右|以上|以内)?的(?:年均|平均)?(?:增长速度|增速|增长率|增长|增幅|递增)",
        masked[reading.group_end :][:14],
    ):
        return "growth"
    if _part_of_whole(masked, reading):
        return "share"
    growth = words.GROWTH_HEAD.search(head or name)
    if growth and name.endswith("自然增长率"):
        return "rate"
    if growth:
        if growth.group("down"):
            reading.negative, reading.direction = True, "down"
        return "growth"
    if words.CONTRIBUTION_HEAD.search(name):
        return "contribution"
    if subject is not None and subject.rate:
        return "rate"
    if words.SHARE_HEAD.search(head or name):
        return "share"
    if (
        reading.inherited
        and previous is not None
        and re.match(r".{0,2}的?[^，。]{0,6}目标", masked[reading.quantity.end :][:12])
    ):
        return previous.measure  # 增长11.3%，低于13%左右的预期目标
    if words.RATE_HEAD.search(name):
        return "rate"
    if reading.quantity.kind == "fraction" or masked[reading.quantity.outer_end :][:1] == "的":
        return "share"
    if predicate.role == "to" and previous is not None and previous.role == "from":
        return previous.measure
    if not predicate.found and reading.inherited:
        return previous.measure if previous is not None and previous.measure in ("share", "rate") else "share"
    return "rate"


def _part_of_whole(masked: str, reading: Reading) -> bool:
    """财政收入的60%来自…: a share of what stands before 的."""
    start = reading.quantity.outer_start
    return masked[start - 1 : start] == "的" and masked[start - 2 : start - 1] not in (
        "",
        words.TIME,
    )


def read_object_of_change(masked: str, reading: Reading) -> None:
    """减少农村贫困人口1240万, 增产粮食4900万吨: the verb stands before the noun."""
    subject = reading.subject
    if (
        subject is None
        or reading.measure != "level"
        or subject.start < reading.scope_start
        or reading.inherited
    ):
        return
    verb = re.search(
        r"(?:(减少|降低|减轻|压减|压缩|削减|缩减|减产|少收)|(增加|扩大|提高|增产|多收|多产|净增))(?:了)?$",
        masked[reading.scope_start : subject.start],
    )
    if verb and unit_class(reading.quantity) == "other" and subject.start < reading.quantity.start:
        reading.measure, reading.negative = "change", bool(verb[1])
        reading.direction = "down" if verb[1] else "up"


_MUCH = 100_000_000


def not_per_head(quantity: Quantity, subject: Subject | None, text: str) -> Subject | None:
    """城镇居民收入将增加四十多亿元: what all have together is no income per head, whatever its name."""
    if subject is None or subject.id is None or "人均" not in subject.name or quantity.base_unit != "元":
        return subject
    if abs(quantity.value) * 10**quantity.scale < _MUCH or subject.start < 0:
        return subject
    said = text[subject.start : subject.end]
    return subject if "人均" in said else Subject(said, None, subject.start, subject.end)


def _growth_head(subject: Subject) -> bool:
    return words.GROWTH_HEAD.search(subject.head) is not None
