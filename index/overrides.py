"""Metadata that the user sets, which overrules what a report says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace

from index.errors import WenbaoError
from index.periods import Period, find_periods
from index.types import Metadata, Report, Slot

ORIGIN = "user"
_SLOTS = tuple(slot.name for slot in fields(Metadata))


class MetadataError(WenbaoError):
    """Metadata given by the user that names no known slot or has no usable value."""


def check_overrides(given: Mapping[str, Mapping[str, str | None]]) -> None:
    """Refuses unknown slots and unreadable periods before any file is touched."""
    for name, values in given.items():
        for slot, value in values.items():
            if slot not in _SLOTS:
                known = ", ".join(_SLOTS)
                raise MetadataError(
                    f"Metadata for {name}: there is no {slot!r}; use {known}.",
                    f"{name} 的元数据：没有“{slot}”这一项；可用：{known}。",
                )
            if value is not None and not (isinstance(value, str) and value.strip()):
                raise MetadataError(
                    f"Metadata for {name}: {slot} must be text, or null to take it back.",
                    f"{name} 的元数据：{slot} 应为文字，或用 null 撤销。",
                )
            if slot == "period" and value is not None:
                _period_code(name, value)


def merge_overrides(stored: Mapping[str, str], given: Mapping[str, str | None]) -> dict[str, str]:
    """What the user has set before, with what is set now; None takes a slot back."""
    merged = dict(stored)
    for slot, value in given.items():
        if value is None:
            merged.pop(slot, None)
        else:
            merged[slot] = _period_code("", value) if slot == "period" else value.strip()
    return merged


def apply_overrides(report: Report, overrides: Mapping[str, str]) -> Report:
    """`report` with the slots that the user set, their origin being the user."""
    slots = {slot: Slot(value, ORIGIN) for slot, value in overrides.items()}
    return replace(report, metadata=replace(report.metadata, **slots))


def _period_code(name: str, value: str) -> str:
    """A period code as it is, or read from words: `2023年前三季度`, `2023`."""
    try:
        return Period.parse(value.strip()).code()
    except ValueError:
        mentions = find_periods(value)
    if len(mentions) != 1:
        raise MetadataError(
            f"Metadata for {name}: {value!r} is no period; write 2023, 2023-01/2023-09 or 2023年前三季度.",
            f"{name} 的元数据：“{value}”不是时期；请写成 2023、2023-01/2023-09 或 2023年前三季度。",
        )
    return mentions[0].period.code()
