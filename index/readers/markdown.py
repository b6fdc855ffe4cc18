"""Markdown: headings, paragraphs, lists and pipe tables; markup characters are recorded drops."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from index.limits import Limits, Progress
from index.readers.tables import describe, is_figure
from index.readers.text import decode, line_places
from index.types import Cell, Drop, Place, RawHeading, RawReport, Table

_HEADING = re.compile(r"^( {0,3}#{1,6})(?:[ \t]+|(?=[^\s#]))(.*?)([ \t]*#*[ \t]*)$")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-+)[ \t]*$")
_RULE = re.compile(r"^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)")
_LIST = re.compile(r"^[ \t]*(?:[-*+][ \t]+(?:\[[ xX]\][ \t]+)?|>[ \t>]*)")
_TABLE_RULE = re.compile(r"^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FRONT_TITLE = re.compile(r"(?im)^title[ \t]*:[ \t]*[\"']?(.+?)[\"']?[ \t]*$")
_INLINE = (
    re.compile(r"!?\[(?=[^\]\n]*\]\()|(?<=[^\s(])\]\([^()\s]*(?:[ \t]+\"[^\"\n]*\")?\)"),  # link and image
    re.compile(r"(\*\*\*|\*\*|~~|`)(?=\S)(?:(?!\1).)+?(?<=\S)\1"),
    re.compile(r"(?<![\d*\\])(\*)(?=[^\s*])[^*\n]+?(?<=[^\s*\\])\*(?![\d*])|(?<!\w)(_)(?=\S)[^_\n]+?(?<=\S)_(?!\w)"),
    re.compile(r"\\(?=[\\`*_{}\[\]()#+.!|~>-])"),
    re.compile(r"</?(?:b|i|u|em|strong|br|sup|sub|span|p|div|center|font|small)\b[^<>]*>"),
)  # fmt: skip


def read(
    path: Path, data: bytes, limits: Limits | None = None, progress: Progress | None = None
) -> RawReport:
    """The file's text as it is; soft line breaks become spaces, markup becomes drops."""
    text, encoding = decode(data, path.name)
    drops: list[Drop] = []
    front = _FRONT_MATTER.match(text)
    title = None
    if front:
        drops.append(_drop(text, 0, front.end(), "front matter"))
        found = _FRONT_TITLE.search(front.group())
        title = found.group(1) if found else None
    for comment in _COMMENT.finditer(text):
        drops.append(_drop(text, comment.start(), comment.end(), "comment"))
    parser = _Parser(text, drops)
    parser.run(front.end() if front else 0)
    places, _ = line_places(text)
    return RawReport(
        parser.with_soft_breaks(), _split_places(places, parser.tables), wrapped=False, format="markdown",
        tables=tuple(parser.tables), headings=tuple(parser.headings),
        drops=tuple(sorted(drops, key=lambda drop: (drop.start, drop.end))), encoding=encoding, title=title,
    )  # fmt: skip


def _drop(text: str, start: int, end: int, reason: str) -> Drop:
    return Drop(start, end, reason, text[start:end])


class _Parser:
    """Walks the lines once, noting headings, tables, drops and the line ends that are only soft."""

    def __init__(self, text: str, drops: list[Drop]) -> None:
        self.text = text
        self.drops = drops
        self.headings: list[RawHeading] = []
        self.tables: list[Table] = []
        self.soft: list[int] = []

    def run(self, begin: int) -> None:
        hidden = [(drop.start, drop.end) for drop in self.drops]
        lines = [
            match.span()
            for match in re.compile(r"[^\n]+").finditer(self.text, begin)
            if not any(start <= match.start() and match.end() <= end for start, end in hidden)
        ]
        position, fenced = 0, False
        previous = -1  # end of the paragraph line before, -1 if the next line cannot go on with one
        while position < len(lines):
            start, end = lines[position]
            line = self.text[start:end]
            if _FENCE.match(line):
                fenced = not fenced
                self._markup(start, end)
                previous = -1
            elif fenced or not line.strip():
                previous = -1
            elif rows := self._table_rows(lines, position):
                self._table(lines, position, rows)
                position += rows
                previous = -1
                continue
            elif heading := _HEADING.match(line):
                self._heading(start, heading)
                previous = -1
            elif previous >= 0 and previous + 1 == start and (under := _UNDERLINE.match(line)):
                first = lines[position - 1][0]
                self.headings.append(
                    RawHeading(first, lines[position - 1][1], 1 if under.group(1)[0] == "=" else 2)
                )
                self._markup(start, end)
                previous = -1
            elif _RULE.match(line):
                self._markup(start, end)
                previous = -1
            else:
                marker = _LIST.match(line)
                ordered = re.match(r"[ \t]*\d{1,3}[.)、][ \t]", line)
                if previous >= 0 and previous + 1 == start and not marker and not ordered:
                    self.soft.append(previous)
                if marker:
                    self._markup(start, start + marker.end())
                self._inline(start + (marker.end() if marker else 0), end)
                previous = -1 if line.endswith(("  ", "\\")) else end
            position += 1

    def _heading(self, start: int, heading: re.Match[str]) -> None:
        body, tail = start + heading.start(2), start + heading.start(3)
        self._markup(start, body)
        self._markup(tail, start + heading.end(3))
        if body < tail:
            self.headings.append(RawHeading(body, tail, len(heading.group(1).strip())))
            self._inline(body, tail)

    def _markup(self, start: int, end: int) -> None:
        if self.text[start:end].strip():
            self.drops.append(_drop(self.text, start, end, "markup"))

    def _inline(self, start: int, end: int) -> None:
        for pattern in _INLINE:
            for match in pattern.finditer(self.text, start, end):
                mark = next((group for group in match.groups() if group), "") if match.groups() else ""
                if mark:
                    self._markup(match.start(), match.start() + len(mark))
                    self._markup(match.end() - len(mark), match.end())
                else:
                    self._markup(match.start(), match.end())

    # ------------------------------------------------------------ tables

    def _table_rows(self, lines: list[tuple[int, int]], position: int) -> int:
        """How many lines of a pipe table begin here, its rule line included; 0 if none does."""
        if position + 1 >= len(lines) or "|" not in self.text[slice(*lines[position])]:
            return 0
        rule = self.text[slice(*lines[position + 1])]
        if not _TABLE_RULE.match(rule) or "|" not in rule:
            return 0
        count = 2
        while position + count < len(lines):
            before, (start, end) = lines[position + count - 1][1], lines[position + count]
            if start != before + 1 or "|" not in self.text[start:end]:
                break
            count += 1
        return count

    def _table(self, lines: list[tuple[int, int]], position: int, count: int) -> None:
        cells: list[Cell] = []
        row = 0
        for offset in range(count):
            start, end = lines[position + offset]
            if offset == 1:
                self._markup(start, end)
                continue
            for column, (begin, stop) in enumerate(self._fields(start, end)):
                cells.append(Cell(begin, stop, row, column))
                self._inline(begin, stop)
            row += 1
        before = [self.text[slice(*line)].strip("# *") for line in lines[max(0, position - 3) : position]]
        after = [
            self.text[slice(*line)].strip(" *") for line in lines[position + count : position + count + 8]
        ]
        title, unit, notes = describe([text for text in before if text], after)
        empty_header = all(is_figure(self.text[cell.start : cell.end]) for cell in cells if cell.row == 0)
        self.tables.append(Table(tuple(cells), 0 if empty_header else 1, title, unit, notes))

    def _fields(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Spans of the cells of a row; the pipes between become drops."""
        bars = [match.start() for match in re.compile(r"(?<!\\)\|").finditer(self.text, start, end)]
        for bar in bars:
            self.drops.append(_drop(self.text, bar, bar + 1, "markup"))
        edges = [start - 1, *bars, end]
        fields = [(left + 1, right) for left, right in pairwise(edges)]
        if bars and not self.text[start : bars[0]].strip():
            fields = fields[1:]
        if bars and not self.text[bars[-1] + 1 : end].strip():
            fields = fields[:-1]
        for left, right in fields:
            while left < right and self.text[left].isspace():
                left += 1
            while right > left and self.text[right - 1].isspace():
                right -= 1
            yield left, right

    def with_soft_breaks(self) -> str:
        """The text with a space for every line end inside a paragraph."""
        characters = list(self.text)
        for position in self.soft:
            characters[position] = " "
        return "".join(characters)


def _split_places(places: tuple[Place, ...], tables: list[Table]) -> tuple[Place, ...]:
    """Lines of tables become one place a cell, so that a figure can be cited by its cell."""
    cells = {}
    for number, table in enumerate(tables, start=1):
        for cell in table.cells:
            if cell.start < cell.end:
                cells[cell.start] = (cell, f"table {number}!{chr(65 + cell.column % 26)}{cell.row + 1}")
    starts = sorted(cells)
    result: list[Place] = []
    for place in places:
        inside = [start for start in starts if place.start <= start < place.end]
        if not inside:
            result.append(place)
        for start in inside:
            cell, name = cells[start]
            result.append(Place(cell.start, cell.end, place.page, place.line, name))
    return tuple(result)
