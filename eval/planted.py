"""Does `check` catch what it must? Errors are planted in good gold items, one each, and counted.

Four kinds: a wrong figure (a value that the evidence doesn't state), a moved quote (the evidence of another
report, or a sentence that was changed), a wrong unit, and an "absent" pattern that is in the report.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from fractions import Fraction
from typing import Any, Final

from eval.check import check_item
from eval.dataset import GoldItem, parse_item, select_docs
from eval.quantities import compact, read_quantities

KINDS: Final = ("wrong figure", "moved quote", "wrong unit", "present absent")
# A unit that can't be mistaken for the one it replaces.
_OTHER_UNIT: Final = {"%": "个百分点", "个百分点": "%", "‰": "%"}


def planted(
    item: GoldItem, texts: Mapping[str, str], items: Sequence[GoldItem]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The item's record with one error each, as (kind, record); `items` lend their quotes."""
    record = json.loads(json.dumps(dict(item.raw)))
    if item.passages is not None:
        return
    if item.figures and not item.operands:
        wrong = deepcopy(record)
        value = wrong["figures"][0]["value"]
        wrong["figures"][0] = {**wrong["figures"][0], "value": _other_value(item, str(value)), "alt": []}
        # The answer goes with it: a false figure is most often written the same way twice.
        wrong["answer"] = wrong["answer"].replace(str(value), wrong["figures"][0]["value"])
        wrong.pop("accept", None)
        yield "wrong figure", wrong
        unit = str(record["figures"][0]["unit"])
        if unit:
            turned = deepcopy(record)
            other = _OTHER_UNIT.get(unit, "%")
            turned["figures"][0] = {**turned["figures"][0], "unit": other, "alt": []}
            turned["answer"] = turned["answer"].replace(unit, other)
            turned.pop("accept", None)
            yield "wrong unit", turned
    if item.evidence:
        foreign = next(
            (
                other.evidence[0]
                for other in items
                if other.evidence
                and other.id != item.id
                and not set(other.docs) & set(item.docs)
                and not any(
                    compact(other.evidence[0]) in compact(texts[name]) for name in _reports(item, texts)
                )
            ),
            None,
        )
        if foreign is not None:
            moved = deepcopy(record)
            moved["evidence"][0] = foreign
            yield "moved quote", moved
        changed = deepcopy(record)
        changed["evidence"][0] = _changed(item.evidence[0])
        yield "moved quote", changed
    if item.absent:
        present = deepcopy(record)
        name = next(iter(_reports(item, texts)))
        words = re.findall(r"[一-鿿]{4,8}", compact(texts[name]))
        present["absent"] = [*item.absent, words[len(words) // 2]]
        yield "present absent", present


def _reports(item: GoldItem, texts: Mapping[str, str]) -> list[str]:
    """The names of the reports that the item's proof or evidence is about."""
    expression = item.absent_docs or ",".join(item.docs)
    return select_docs(expression, texts) or list(texts)


def _other_value(item: GoldItem, value: str) -> str:
    """A value one step off in its last digit that no evidence states."""
    decimals = len(value.partition(".")[2])
    stated = {abs(quantity.number) for evidence in item.evidence for quantity in read_quantities(evidence)}
    stated |= {Fraction(number) for text in item.evidence for number in re.findall(r"\d+(?:\.\d+)?", text)}
    number, step = abs(Fraction(value)), Fraction(1, 10**decimals)
    while number in stated or number == abs(Fraction(value)):
        number += step
    return f"{float(number):.{decimals}f}"


def _changed(evidence: str) -> str:
    """The quote with its last digit turned, or its first two characters exchanged."""
    digits = list(re.finditer(r"\d", evidence))
    if digits:
        place = digits[-1].start()
        return f"{evidence[:place]}{(int(evidence[place]) + 1) % 10}{evidence[place + 1 :]}"
    return f"{evidence[1]}{evidence[0]}{evidence[2:]}" if len(set(evidence[:2])) == 2 else evidence + "吗"


def count_caught(
    items: Sequence[GoldItem], texts: Mapping[str, str]
) -> tuple[Counter[str], Counter[str], list[str]]:
    """Planted and caught by kind, and one line for each that was missed."""
    put: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    missed: list[str] = []
    for item in items:
        for kind, record in planted(item, texts, items):
            put[kind] += 1
            try:
                problems = check_item(parse_item(record), texts)
            except ValueError as error:  # not even the format holds: caught earlier still
                problems = [str(error)]
            caught[kind] += bool(problems)
            if not problems:
                missed.append(f"{item.id}: {kind} not caught: {json.dumps(record, ensure_ascii=False)}")
    return put, caught, missed
