"""Metadata that the user sets, which overrules what a report says of itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path

from index.errors import WenbaoError
from index.periods import Period, find_periods
from index.types import Metadata, Report, Slot

ORIGIN = "user"
SIDECAR_ORIGIN = "sidecar file"
SIDECAR_SUFFIX = ".meta.json"  # beside 公报.pdf: 公报.pdf.meta.json
_SIDECAR = "sidecar."  # before the slots that a sidecar file gives, among the stored overrides
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


def read_sidecar(path: Path) -> dict[str, str]:
    """What the sidecar file of the report at `path` says, keyed as stored overrides; {} if there is none.

    MetadataError, naming the sidecar, if it is no JSON object of known slots.
    """
    file = path.with_name(path.name + SIDECAR_SUFFIX)
    try:
        value = json.loads(file.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not JSON"
        raise MetadataError(
            f'{file.name} cannot be read ({reason}): write a JSON object like {{"region": "云川市"}}.',
            f'{file.name} 无法读取（{reason}）：应为 {{"region": "云川市"}} 这样的 JSON 对象。',
        ) from error
    if not isinstance(value, dict):
        raise MetadataError(
            f'{file.name} is no JSON object: write one like {{"region": "云川市"}}.',
            f'{file.name} 不是 JSON 对象：应为 {{"region": "云川市"}} 这样的形式。',
        )
    check_overrides({file.name: value})
    return {_SIDECAR + slot: text for slot, text in merge_overrides({}, value).items()}


def without_sidecar(overrides: Mapping[str, str]) -> dict[str, str]:
    """Of stored overrides, those that the user set in the index itself."""
    return {slot: value for slot, value in overrides.items() if not slot.startswith(_SIDECAR)}


def apply_overrides(report: Report, overrides: Mapping[str, str]) -> Report:
    """`report` with the slots that its sidecar file and, before that, the user set."""
    slots = {
        slot.removeprefix(_SIDECAR): Slot(value, SIDECAR_ORIGIN)
        for slot, value in overrides.items()
        if slot.startswith(_SIDECAR)
    }
    slots |= {slot: Slot(value, ORIGIN) for slot, value in without_sidecar(overrides).items()}
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
