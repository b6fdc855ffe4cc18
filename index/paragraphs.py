"""Which lines belong together: wrapped lines are joined to paragraphs, real paragraphs never.

Works on "flat" text: same length as the raw text, full-width letters narrowed, drops blanked out,
invisible characters replaced by `VOID`. Widths are display columns: an ideograph counts two.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import quantiles

from index.types import RawHeading

VOID = "\x00"
_BLANK = " \u3000\t\v\f\x1c\x1d\x1e\x1f" + VOID
CLOSING = "，。、；：！？》）”’」』】〉〕%‰,;!?)…"
OPENING = "《（“‘「『【〈〔("
_TERMINAL = re.compile(r"[。！？!?…；;：:][”’」』）)》】]*$|[.][\"')\]]*$")
_FULL_STOP = re.compile(r"[。！？!?][”’」』）)》】]*$|…+$|[.][\"')\]]*$")
_FUNCTION_END = re.compile(r"[与和的在对及为以是将被把向于从由了等或并而]$")
NUMBERED = (  # heading markers, by level; group 1 is the marker
    (2, re.compile(r"(第[一二三四五六七八九十百零〇\d]{1,4}[章编篇部][分]?)[\s、：:]*\S")),
    (2, re.compile(r"([一二三四五六七八九十百]{1,3}、)\S")),
    (3, re.compile(r"(第[一二三四五六七八九十百零〇\d]{1,4}节)[\s、：:]*\S")),
    (3, re.compile(r"([（(][一二三四五六七八九十百]{1,3}[）)])[、]?\S")),
    (4, re.compile(r"(\d{1,2}(?:[、．]|[.](?!\d)))\s*\S")),
    (4, re.compile(r"(\d{1,2}(?:\.\d{1,2}){1,3})\s+\D")),
    (5, re.compile(r"([（(]\d{1,2}[）)])[、]?\S")),
)
_MARKER_ONLY = re.compile(
    r"(?:[一二三四五六七八九十百]{1,3}、?|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[、.])$"
)
_FIRST_WORD = re.compile(r"[\w.,%‰+\-/]*[，。、；：！？》）”’」』】,;:!?)]*", re.ASCII)
_DIGIT_END = re.compile(r"\d$")


@dataclass(slots=True)
class Line:
    """One line of the raw text; `start:end` spans its visible content."""

    start: int
    end: int
    text: str  # flat content, without VOID
    indent: int  # display columns before the content
    width: int  # display columns of the content
    blank_before: bool = False


@dataclass(slots=True)
class Paragraph:
    """Lines that read as one block; the block spans from the first line to the last."""

    lines: list[Line] = field(default_factory=list)
    standalone: bool = True  # nothing but blank lines, or an end of paragraph, around it
    blank_before: bool = False
    heading: RawHeading | None = None  # if the reader knows that it is one

    @property
    def start(self) -> int:
        return self.lines[0].start

    @property
    def end(self) -> int:
        return self.lines[-1].end


def columns(text: str) -> int:
    """Display columns, spaces not counted: artefact spaces must not make a line look full."""
    visible = len(text) - text.count(" ") - 2 * text.count("\u3000")
    return visible + sum(1 for character in text if character > "\u2e7f" or character in "“”‘’—…")


def read_lines(flat: str, raw: str, start: int = 0, end: int | None = None) -> list[Line]:
    """The lines with visible content between `start` and `end`; those that are only VOID are no break.

    `raw` is the text before narrowing: there full-width digits have the width they were set with.
    """
    lines: list[Line] = []
    blank = True
    stop = len(flat) if end is None else end
    for match in re.compile(r"[^\n\f]*(?:[\n\f]|$)").finditer(flat, start, stop):
        whole = match.group().rstrip("\n\f")
        content = whole.strip(_BLANK)
        if not content:
            blank = blank or VOID not in whole
            continue
        lead = len(whole) - len(whole.lstrip(_BLANK))
        before = whole[:lead]
        indent = before.count(" ") + 2 * before.count("\u3000") + 4 * before.count("\t")
        begin = match.start() + lead
        text = content.replace(VOID, "")
        width = columns(raw[begin : begin + len(content)])
        lines.append(Line(begin, begin + len(content), text, indent, width, blank))
        blank = False
    return lines


def heading_level(text: str) -> int | None:
    """Level by the marker in front (一、 is 2, （一） is 3, …), None without a marker."""
    for level, pattern in NUMBERED:
        if pattern.match(text):
            return level
    return None


def ends_sentence(text: str) -> bool:
    return _FULL_STOP.search(text) is not None


def group(runs: Sequence[Sequence[Line]], *, wrapped: bool) -> list[list[Paragraph]]:
    """The paragraphs of each run of lines; between two runs stands something else, as a table.

    Every line is in exactly one paragraph. How the text is set is judged over all runs together.
    """
    lines = [line for run in runs for line in run]
    if not wrapped or not lines:
        return [[Paragraph([line], blank_before=line.blank_before) for line in run] for run in runs]
    for run in runs:
        if run:
            run[0].blank_before = True
    layout = _Layout.of(lines)
    grouped: list[list[Paragraph]] = []
    position = 0
    for run in runs:
        paragraphs: list[Paragraph] = []
        for number, line in enumerate(run):
            if number and layout.continues(paragraphs[-1], position):
                paragraphs[-1].lines.append(line)
            else:
                paragraphs.append(Paragraph([line], blank_before=line.blank_before))
            position += 1
        for before, after in pairwise(paragraphs):
            if not after.blank_before and len(before.lines) > 1 and not ends_sentence(before.lines[-1].text):
                after.standalone = False
        grouped.append(paragraphs)
    return grouped


@dataclass(slots=True)
class _Layout:
    """How this text is set: in columns of some width, or one paragraph a line."""

    lines: Sequence[Line]
    columnar: bool
    full: list[int]  # for each line, the width of a full line around it
    base: list[int]  # for each line, the indent of its stanza
    spaced: bool  # blank lines stand between paragraphs
    ragged: bool  # lines within a paragraph differ in width, as in English set flush left

    @classmethod
    def of(cls, lines: Sequence[Line]) -> _Layout:
        joints = [before.width for before, after in pairwise(lines) if not after.blank_before]
        usual = 0
        columnar = ragged = False
        if len(joints) >= 3:
            usual = int(quantiles(joints, n=10)[7]) if len(joints) > 4 else max(joints)
            limit = 1.15 * usual + 4
            near = sum(1 for width in joints if 0.8 * usual <= width <= limit)
            wider = sum(1 for line in lines if line.width > limit)
            columnar = 20 <= usual <= 140 and near >= 0.6 * len(joints) and wider <= 0.1 * len(lines)
            ragged = sum(1 for width in joints if width >= 0.85 * usual - 2) < 0.8 * len(joints)
        full = [usual] * len(lines)
        base = [0] * len(lines)
        begins = [position for position, line in enumerate(lines) if line.blank_before or position == 0]
        openings = _opening_indent(lines)
        for begin, stop in zip(begins, [*begins[1:], len(lines)], strict=True):
            stanza = lines[begin:stop]
            widest = max(line.width for line in stanza)
            if len(stanza) >= 4 and widest >= 16:
                full[begin:stop] = [min(widest, 140)] * len(stanza)
            indents = [line.indent for line in stanza]
            if len(stanza) >= 2 and not _are_openings(stanza, openings, usual):
                base[begin:stop] = [min(indents)] * len(stanza)
        spaced = len(begins) >= 0.3 * len(lines)
        return cls(lines, columnar, full, base, spaced, ragged)

    def continues(self, paragraph: Paragraph, position: int) -> bool:
        """Whether line `position` goes on with `paragraph`, whose last line stands right before it."""
        before, line = self.lines[position - 1], self.lines[position]
        left, right = before.text, line.text
        if right[0] in CLOSING and not _opens_dash(right) and not ends_sentence(left):
            return True
        if left[-1] in OPENING:
            return True
        if self.columnar:
            return self._continues_column(paragraph, position)
        if line.blank_before:
            return False
        return self._continues_inline(paragraph, before, line, top=position < 6)

    def _continues_column(self, paragraph: Paragraph, position: int) -> bool:
        before, line = self.lines[position - 1], self.lines[position]
        left = before.text
        full = self._is_full(position - 1)
        ended = ends_sentence(left)
        indented = line.indent - self.base[position] >= 2
        if line.blank_before:
            if indented or ended or not full or heading_level(line.text) in (2, 3):
                return False
            if _is_open(left):
                return True
            return not self._is_short_alone(position)
        if indented:
            return False
        if heading_level(line.text) is not None and (ended or not full):
            return False
        if full:
            return True
        if ended or left[-1] in "：:":
            return False
        # A short line that does not end a sentence is a heading, unless the text is set ragged.
        ragged = self.ragged and before.width >= 0.6 * self.full[position - 1]
        return _is_open(left) or (ragged and not heading_level(paragraph.lines[0].text))

    def _is_full(self, position: int) -> bool:
        """Whether a line reaches the column's edge, or would have if its next word could be cut."""
        line, full = self.lines[position], self.full[position]
        width = line.width + max(0, line.indent - self.base[position])
        if width >= 0.85 * full - 2:
            return True
        word = _FIRST_WORD.match(self.lines[position + 1].text) if position + 1 < len(self.lines) else None
        return word is not None and len(word.group()) >= 2 and width + columns(word.group()) > full

    def _is_short_alone(self, position: int) -> bool:
        """A single line between blank lines, no sentence end: a heading, not a paragraph's rest."""
        line = self.lines[position]
        alone = position + 1 >= len(self.lines) or self.lines[position + 1].blank_before
        return alone and line.width < 0.85 * self.full[position] - 2 and not _TERMINAL.search(line.text)

    def _continues_inline(self, paragraph: Paragraph, before: Line, line: Line, *, top: bool) -> bool:
        """One paragraph a line; a break inside one comes from a link or a bold word."""
        left, right = before.text, line.text
        if _TERMINAL.search(left):
            return False
        if _is_open(left) or _MARKER_ONLY.match(left) or len(right) <= 2:
            return True
        if line.indent >= 2 and not (_DIGIT_END.search(left) and right[0].isdigit()):
            return False
        if _FUNCTION_END.search(left) and heading_level(right) is None:
            return True
        first = paragraph.lines[0]
        if len(paragraph.lines) == 1 and first.width <= 80:
            if heading_level(left) is not None:
                return False
            titled = len(left) > 4 and not first.indent and not re.search(r"[，。；]", left)
            if titled and (top or not self.spaced):
                return False
        return True


def _opening_indent(lines: Sequence[Line]) -> int:
    """The usual indent of a line that is followed by one without; 0 if paragraphs are not indented."""
    indents = Counter(
        before.indent
        for before, after in pairwise(lines)
        if before.indent >= 2 and after.indent == 0 and not after.blank_before
    )
    return indents.most_common(1)[0][0] if indents else 0


def _are_openings(stanza: Sequence[Line], opening: int, usual: int) -> bool:
    """Whether each line of a stanza begins a paragraph, as short paragraphs in a row do; a block that is
    set in as a whole has full lines."""
    if opening == 0 or any(line.indent != opening for line in stanza):
        return False
    return any(line.width + line.indent < 0.85 * usual - 2 for line in stanza[:-1])


def _is_open(text: str) -> bool:
    return text[-1] in "，、,（《“‘(" or text[-1] in OPENING


def _opens_dash(text: str) -> bool:
    return text.startswith(("——", "…"))
