"""Writes the PDF sample report: two columns, ruled tables, a running header and page numbers."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont as FontFile
from reportlab import rl_config
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Spacer,
)
from reportlab.platypus import Paragraph as FlowParagraph
from reportlab.platypus import Table as FlowTable

from examples.artefacts import CANNOT_START, UNIT_OF_LINE
from examples.markup import Element, Heading, Table

FONT_FILE = Path(__file__).parent / "fonts" / "WenbaoSample-Regular.ttf"
FONT = "WenbaoSample"
WIDTH, HEIGHT = A4
MARGIN, GUTTER = 18 * mm, 8 * mm
TITLE_HEIGHT = 28 * mm
BODY_SIZE, TABLE_SIZE, WIDE_TABLE_SIZE, NOTE_SIZE = 9.5, 7.5, 9, 7.5


class Lines(Flowable):  # type: ignore[misc]  # reportlab has no types
    """A paragraph broken into lines by our own rule: a figure is never split, punctuation may hang."""

    def __init__(self, text: str, size: float, *, indent: bool = True) -> None:
        super().__init__()
        self.text, self.size, self.indent = text, size, indent
        self.leading = size * 1.5
        self.lines: list[str] = []

    def _break(self, width: float) -> list[str]:
        lines: list[str] = []
        line = "　　" if self.indent else ""
        for unit in UNIT_OF_LINE.findall(self.text):
            too_long = pdfmetrics.stringWidth(line + unit, FONT, self.size) > width
            if too_long and unit not in CANNOT_START:
                lines.append(line)
                line = unit
            else:
                line += unit
        return [*lines, line]

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        self.lines = self.lines or self._break(width)
        return width, self.leading * len(self.lines)

    def split(self, width: float, height: float) -> list[Flowable]:
        self.wrap(width, height)
        fitting = int(height // self.leading)
        if fitting < 1:
            return []
        parts: list[Flowable] = []
        for lines in (self.lines[:fitting], self.lines[fitting:]):
            part = Lines("", self.size, indent=False)
            part.lines = lines
            parts.append(part)
        return parts

    def draw(self) -> None:
        self.canv.setFont(FONT, self.size)
        top = self.leading * len(self.lines)
        for number, line in enumerate(self.lines):
            self.canv.drawString(0, top - number * self.leading - self.size, line)


def write_pdf(elements: list[Element], running_header: tuple[str, str]) -> bytes:
    """The report as PDF bytes. The heading 附表 starts the full-width part.

    `running_header` is the text at the left and right of every page's top. Raises ValueError when the
    committed font subset lacks a character.
    """
    _check_font(elements, running_header)
    rl_config.invariant = True  # fixed dates and document id
    pdfmetrics.registerFont(TTFont(FONT, str(FONT_FILE)))
    column = (WIDTH - 2 * MARGIN - GUTTER) / 2
    height = HEIGHT - 2 * MARGIN
    first_height = height - TITLE_HEIGHT

    def frame(x: float, width: float, frame_height: float, y: float = MARGIN) -> Frame:
        return Frame(x, y, width, frame_height, leftPadding=0, rightPadding=0, topPadding=3, bottomPadding=3)

    def decorate(canvas: Any, document: Any) -> None:
        canvas.saveState()
        canvas.setFont(FONT, 8)
        canvas.drawString(MARGIN, HEIGHT - 12 * mm, running_header[0])
        canvas.drawRightString(WIDTH - MARGIN, HEIGHT - 12 * mm, running_header[1])
        canvas.line(MARGIN, HEIGHT - 14 * mm, WIDTH - MARGIN, HEIGHT - 14 * mm)
        canvas.drawCentredString(WIDTH / 2, 9 * mm, f"— {document.page} —")
        canvas.restoreState()

    second = MARGIN + column + GUTTER
    templates = [
        PageTemplate(
            "first",
            [
                frame(MARGIN, WIDTH - 2 * MARGIN, TITLE_HEIGHT, MARGIN + first_height),
                frame(MARGIN, column, first_height),
                frame(second, column, first_height),
            ],
            onPage=decorate,
        ),
        PageTemplate("columns", [frame(MARGIN, column, height), frame(second, column, height)], decorate),
        PageTemplate("wide", [frame(MARGIN, WIDTH - 2 * MARGIN, height)], decorate),
    ]
    output = io.BytesIO()
    title = next(element.text for element in elements if isinstance(element, Heading))
    # Uncompressed: the bytes then don't depend on the machine's zlib.
    document = BaseDocTemplate(
        output, pagesize=A4, pageTemplates=templates, title=title, invariant=1, pageCompression=0
    )
    document.build(_flowables(elements, column))
    return output.getvalue()


def _check_font(elements: list[Element], running_header: tuple[str, str]) -> None:
    needed = set("".join(running_header) + "— 0123456789")
    for element in elements:
        if isinstance(element, Table):
            texts = [element.title, element.unit, *element.notes, *(c for row in element.rows for c in row)]
            needed.update(*texts)
        else:
            needed.update(element.text)
    with FontFile(FONT_FILE) as font:
        missing = sorted(needed - {chr(code) for code in font.getBestCmap()})
    if missing:
        raise ValueError(f"font subset lacks {''.join(missing)}: run python -m examples.subset_font")


def _flowables(elements: list[Element], column: float) -> list[Flowable]:
    flowables: list[Flowable] = [NextPageTemplate("columns")]
    width = column
    for position, element in enumerate(elements):
        if isinstance(element, Heading) and element.level == 1:
            flowables.append(FlowParagraph(element.text, _style(17, TA_CENTER, after=6)))
        elif isinstance(element, Heading):
            if element.text == "附表":
                flowables += [NextPageTemplate("wide"), PageBreak()]
                width = WIDTH - 2 * MARGIN
            flowables += [Spacer(1, 4), FlowParagraph(element.text, _style(11.5, 0, after=3))]
        elif isinstance(element, Table):
            flowables += _table(element, width)
        elif position == 1:  # the line of issuer and date belongs to the title
            flowables.append(FlowParagraph(element.text, _style(9, TA_CENTER)))
        else:
            flowables.append(Lines(element.text, BODY_SIZE))
    return flowables


def _style(size: float, alignment: int, *, before: float = 0, after: float = 0) -> ParagraphStyle:
    return ParagraphStyle(
        f"{size}-{alignment}-{before}-{after}",
        fontName=FONT,
        fontSize=size,
        leading=size * 1.4,
        alignment=alignment,
        spaceBefore=before,
        spaceAfter=after,
        wordWrap="CJK",
    )


def _table(table: Table, width: float) -> list[Flowable]:
    """Caption, unit line, ruled grid (its header is repeated on a further page) and notes."""
    size, padding = (WIDE_TABLE_SIZE, 5) if width > WIDTH / 2 else (TABLE_SIZE, 3)
    commands: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), FONT, size),
        ("GRID", (0, 0), (-1, -1), 0.5, "black"),
        ("ALIGN", (1, 0), (-1, -1), "CENTER"),
        ("ALIGN", (0, 0), (-1, table.header_rows - 1), "CENTER"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), padding),
        ("BOTTOMPADDING", (0, 0), (-1, -1), padding),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ]
    for span in table.spans():
        corner = (span.column + span.columns - 1, span.row + span.rows - 1)
        commands.append(("SPAN", (span.column, span.row), corner))
    widths = [width * share for share in table.relative_widths()]
    merged = {(span.row, span.column): span.columns for span in table.spans()}
    rows = []
    for row, cells in enumerate(table.rows):
        drawn = []
        for column, cell in enumerate(cells):
            room = sum(widths[column : column + merged.get((row, column), 1)]) - 6
            drawn.append("" if cell in ("<", "^") else _fold(cell, room, size))
        rows.append(drawn)
    grid = FlowTable(rows, colWidths=widths, repeatRows=table.header_rows, style=commands)
    parts: list[Flowable] = [FlowParagraph(table.title, _style(9, TA_CENTER, before=5, after=2))]
    if table.unit:
        parts.append(FlowParagraph(table.unit, _style(NOTE_SIZE, TA_RIGHT)))
    parts += [grid, *(Lines(note, NOTE_SIZE, indent=False) for note in table.notes), Spacer(1, 6)]
    # A short table stands in one column; only a long one runs over to the next page.
    return parts if len(table.rows) > 20 else [KeepTogether(parts)]


def _fold(cell: str, width: float, size: float) -> str:
    """Break a long cell over lines, as narrow table columns do; a unit in brackets stays whole."""
    lines, line = [], ""
    for unit in re.findall(r"（[^）]{1,4}）|.", cell):
        if line and pdfmetrics.stringWidth(line + unit, FONT, size) > width:
            lines.append(line)
            line = ""
        line += unit
    return "\n".join([*lines, line])
