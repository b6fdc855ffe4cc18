"""The plain source form of the sample reports: light Markdown with tables that can merge cells.

`# ` and `## ` open headings, a blank line ends a paragraph, and a table is

    ::: 表1　title
    单位：亿元
    宽：5 2 2
    | 类别 | 全市 | < |
    | ^ | 城市 | 农村 |
    |---|
    | 居民消费价格 | 0.4 | 0.1 |
    注：…
    :::

where `<` merges a cell with the one on its left and `^` with the one above. Rows before `|---|` are the
header; 宽 gives the relative column widths.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Heading:
    """A title (level 1) or section heading (level 2)."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of running text."""

    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """A rectangle of table cells that are drawn as one; the text stands at (row, column)."""

    row: int
    column: int
    rows: int
    columns: int


@dataclass(slots=True)
class Table:
    """A table with its caption, unit line and notes; `rows` keeps the merge marks `<` and `^`."""

    title: str
    unit: str = ""
    widths: tuple[float, ...] = ()
    header_rows: int = 1
    rows: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def spans(self) -> list[Span]:
        """The merged rectangles of more than one cell."""
        return merged_spans(self.rows)

    def relative_widths(self) -> tuple[float, ...]:
        """One number a column, summing to 1."""
        widths = self.widths or (2.0,) + (1.0,) * (len(self.rows[0]) - 1)
        return tuple(width / sum(widths) for width in widths)


Element = Heading | Paragraph | Table


def merged_spans(rows: list[list[str]]) -> list[Span]:
    """The rectangles that the marks `<` (merge left) and `^` (merge up) make in `rows`."""
    spans = []
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if cell in ("<", "^"):
                continue
            width = 1
            while column + width < len(cells) and cells[column + width] == "<":
                width += 1
            height = 1
            while row + height < len(rows) and rows[row + height][column] == "^":
                height += 1
            if width * height > 1:
                spans.append(Span(row, column, height, width))
    return spans


def parse(source: str) -> list[Element]:
    """The elements of a source text in order; raises ValueError for a ragged or unclosed table."""
    elements: list[Element] = []
    table: Table | None = None
    for line in source.splitlines():
        if table is not None:
            if line.strip() == ":::":
                if len({len(row) for row in table.rows}) != 1:
                    raise ValueError(f"{table.title}: rows of different length")
                elements.append(table)
                table = None
            else:
                _read_table_line(table, line)
        elif line.startswith("::: "):
            table = Table(title=line[4:].strip())
        elif line.startswith("#"):
            marks, _, text = line.partition(" ")
            elements.append(Heading(text.strip(), len(marks)))
        elif line.strip():
            elements.append(Paragraph(line.strip()))
    if table is not None:
        raise ValueError(f"{table.title}: no closing :::")
    return elements


def _read_table_line(table: Table, line: str) -> None:
    if line.startswith("|---"):
        table.header_rows = len(table.rows)
    elif line.startswith("|"):
        # An ideographic space that indents a cell is content, so only ASCII blanks are trimmed.
        table.rows.append([cell.strip(" ") for cell in line.strip().strip("|").split("|")])
    elif line.startswith("单位："):
        table.unit = line.strip()
    elif line.startswith("宽："):
        table.widths = tuple(float(width) for width in line[2:].split())
    elif line.strip():
        table.notes.append(line.strip())
