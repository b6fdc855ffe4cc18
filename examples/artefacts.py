"""Text as it comes out of a PDF page or an old scan: wrapped lines, spaced figures, column ends.

The damage is only in white space (and page-number lines), so that the words can be restored exactly.
All of it is deterministic for a given seed.
"""

from __future__ import annotations

import random
import re
import unicodedata

# Closing punctuation never starts a line and opening punctuation never ends one.
CANNOT_START = "，。；：、？！）”’》％%‰·"
CANNOT_END = "（“‘《"
# A figure stays on one line, as typesetters keep it, with its spaced decimal point.
UNIT_OF_LINE = re.compile(r"[0-9０-９]+(?: ?[.,·，．] ?[0-9０-９]+)*[%％‰]?|[A-Za-z&\-]+|.", re.DOTALL)


def display_width(text: str) -> int:
    """Columns that `text` takes: 2 for a full-width character, 1 for any other."""
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)


def space_figures(text: str, seed: int) -> str:
    """Put the blanks into figures that two-column PDF extraction puts: `7.9%` becomes `7 . 9% `."""
    generator = random.Random(seed)

    def blank(probability: float) -> str:
        return " " if generator.random() < probability else ""

    text = re.sub(r"(?<=\d)\.(?=\d)", " . ", text)
    text = re.sub(r"(\d)—(\d)", lambda match: f"{match[1]} — {match[2]}", text)
    text = re.sub(r"(\d)(?=[一-鿿])", lambda match: match[1] + blank(0.4), text)
    text = re.sub(r"([一-鿿])(?=\d)", lambda match: match[1] + blank(0.3), text)
    return re.sub(r"(%)(?=[，；])", lambda match: match[1] + blank(0.5), text)


def wrap(paragraph: str, width: int, indent: str = "") -> list[str]:
    """Break `paragraph` into lines of at most `width` columns (closing punctuation may hang over)."""
    units = UNIT_OF_LINE.findall(paragraph)
    lines: list[str] = []
    line = indent
    for unit in units:
        if display_width(line) + display_width(unit) > width and unit not in CANNOT_START:
            carried = ""
            while line and line[-1] in CANNOT_END:
                carried, line = line[-1] + carried, line[:-1]
            lines.append(line.rstrip(" "))
            line = carried + unit.lstrip(" ")
        else:
            line += unit
    lines.append(line.rstrip(" "))
    return lines


def newspaper_columns(source: str, *, width: int = 46, column_lines: int = 23, seed: int = 7) -> str:
    """A newspaper page read column by column.

    `source` holds one paragraph a line; `###栏` starts a new story part, whose heading stands alone.
    Every `column_lines` lines the text jumps to the next column, which leaves a blank line wherever the
    column happens to end, often inside a word; every fifth column is a narrow one beside a picture.
    """
    lines: list[str] = []
    in_column = 0
    heading = False
    for number, paragraph in enumerate(source.splitlines()):
        if paragraph.startswith("###"):
            lines.append("")
            heading = True
            continue
        if number < 3 or heading:  # notice, headline, subtitle, part headings: set apart
            lines += [paragraph, ""]
            heading = False
            continue
        column = in_column // column_lines
        measure = width - 14 if column % 5 == 3 else width
        for line in wrap(space_figures(paragraph, seed + number), measure, indent="  "):
            lines.append(line)
            in_column += 1
            if in_column % column_lines == 0:
                lines.append("")
    return "\n".join(lines) + "\n"


def paged_text(source: str, *, width: int = 70, page_lines: int = 24) -> str:
    """A plain-text export of a paged document: wrapped lines, and `— 3 —` between the pages."""
    lines: list[str] = []
    printed = 0
    for paragraph in source.splitlines():
        for line in wrap(paragraph, width, indent="　　" if paragraph.endswith(("。", "！")) else ""):
            lines.append(line)
            printed += 1
            if printed % page_lines == 0:
                lines.extend(["", f"— {printed // page_lines} —", ""])
    return "\n".join(lines) + "\n"


def scanned_text(source: str, *, width: int = 60) -> str:
    """An old report typed in from a scan: hard lines without indent, a blank line between paragraphs."""
    paragraphs = ["\n".join(wrap(paragraph, width)) for paragraph in source.splitlines()]
    return "\n\n".join(paragraphs) + "\n"
