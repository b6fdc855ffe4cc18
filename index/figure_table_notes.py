"""What the notes and title of a table say of how sure its figures are."""

from __future__ import annotations

import re

from index import figure_words as words
from index.figure_scope import ReportScope
from index.periods import Period
from index.types import Status, Table

TARGET = re.compile(
    r"目标|计划(?!生育|单列)数?|(?:^|年初|调整|全年)预算(?!执行|收入|支出|外|内)|预算数|target|plan",
    re.IGNORECASE,
)
_NOTE_PIECE = re.compile(r"(?P<new>^|。)?\s*(?P<mark>[①-⑳*＊])?(?P<words>[^。，；①-⑳*＊]+)[，；]?")
_NOTED_REVISED = re.compile(r"(?:作了|进行了?|经过?)(?:相应)?(?:修订|修正|调整)|(?:修订|最终核实)(?:数|结果)")


def noted_status(table: Table, marks: str, period: Period | None, report: ReportScope) -> Status:
    """What the notes say of a figure whose labels bear `marks`: ①2019—2022年为最终核实数，2023年为初步核算数."""
    for note in table.notes:
        mark = ""
        for match in _NOTE_PIECE.finditer(note):
            mark = match["mark"] or ("" if match["new"] else mark)
            status = _status_in(match["words"])
            spoken_of = [
                mention.period
                for mention in report.periods_in(match["words"])
                if mention.kind != "report" and not mention.compared
            ]
            if status is None or (mark and mark not in marks):
                continue
            if not spoken_of or any(period is not None and one.contains(period) for one in spoken_of):
                return status
    status = _status_in(table.title)
    if status is not None:
        return status
    if TARGET.search(table.title):
        return "target"
    return report.status


def _status_in(text: str) -> Status | None:
    if words.PRELIMINARY.search(text):
        return "preliminary"
    if words.REVISED.search(text) or _NOTED_REVISED.search(text):
        return "revised"
    return None
