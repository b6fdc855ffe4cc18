"""How much one file may cost: size, pages, time and memory. What exceeds a limit is refused by name."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from index.errors import ReadError, WenbaoError

PREFIX = "WENBAO_LIMIT_"
Progress = Callable[[int, int], None]  # pages done, pages in all


@dataclass(frozen=True)
class Limits:
    """Limits of a single file; each can be set as WENBAO_LIMIT_ and the name in capitals."""

    file_mb: int = 200  # of the file itself
    unpacked_mb: int = 600  # of an Office file once unpacked
    pages: int = 20_000
    ocr_pages: int = 500  # pages read by OCR, seconds each
    cells: int = 5_000_000  # of a sheet
    seconds: int = 900  # for reading, repairing and finding the figures
    memory_mb: int = 2048  # of the process that reads

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Limits:
        """The defaults with what the environment overrides; WenbaoError on anything but a whole number."""
        given = os.environ if environment is None else environment
        values: dict[str, int] = {}
        for field in fields(cls):
            key = PREFIX + field.name.upper()
            if text := given.get(key, "").strip():
                if not text.isascii() or not text.isdigit() or int(text) == 0:
                    raise WenbaoError(
                        f"{key} is {text!r}: set it to a whole number above 0, or leave it out.",
                        f"{key} 的值为“{text}”：请设为大于 0 的整数，或不要设置。",
                    )
                values[field.name] = int(text)
        return cls(**values)

    def exceeded(self, name: str, limit: str, english: str, chinese: str) -> ReadError:
        """The error for file `name` that went beyond `limit`, with the setting that would let it through."""
        value, key = getattr(self, limit), PREFIX + limit.upper()
        return ReadError(
            f"{name} {english.format(f'{value:,}')}: split it, or raise {key}.",
            f"{name} {chinese.format(f'{value:,}')}：请拆分，或调高 {key}。",
        )
