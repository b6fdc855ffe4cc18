"""The one exception class whose message is meant for the user, in English and Chinese."""

from __future__ import annotations

import os


def interface_language() -> str:
    """`zh` or `en`: `WENBAO_LANG` if set, else the locale's language, else English."""
    named = os.environ.get("WENBAO_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "zh" if named.lower().startswith("zh") else "en"


class WenbaoError(Exception):
    """What went wrong and what to do about it, one line in each language."""

    def __init__(self, english: str, chinese: str) -> None:
        self.english = english
        self.chinese = chinese
        super().__init__(english)

    def __str__(self) -> str:
        return self.chinese if interface_language() == "zh" else self.english


class ReadError(WenbaoError):
    """A file could not be read; names the file and the cure. Nothing indexed is lost."""


class IndexMissingError(WenbaoError):
    """There is no index at the given directory."""


class IndexMismatchError(WenbaoError):
    """The index was made by another format version or embedding model."""


class ReportNotFoundError(WenbaoError):
    """No report of that name is in the index."""


def no_report(name: str) -> ReportNotFoundError:
    """The error for a report that the index does not hold."""
    return ReportNotFoundError(
        f"There is no report {name!r} in the index: `python -m rag list` shows their names.",
        f"索引中没有名为“{name}”的报告：可用 `python -m rag list` 查看全部名称。",
    )
