"""The data that flows from a file to the index: frozen, plain, offset-carrying.

Two coordinate systems exist and no third: *raw* offsets count characters of the text that a reader
took out of the file; *canonical* offsets count characters of `Report.text`. Everything after
`index.clean` speaks in canonical offsets; `Report.source_spans` leads back to the file.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

# ---------------------------------------------------------------- what a reader returns


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run of raw characters stands in the file (one a line, paragraph or cell)."""

    start: int
    end: int
    page: int | None = None  # 1-based
    line: int | None = None  # 1-based line or paragraph number in the file or on the page
    cell: str | None = None  # "Sheet1!B7", or "table 2!B3"
    box: tuple[float, float, float, float] | None = None  # left, bottom, right, top in PDF points


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell; `start:end` are raw offsets in RawReport, canonical ones in Report."""

    start: int
    end: int
    row: int  # 0-based
    column: int
    row_span: int = 1
    column_span: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose rows stand one a line in the text, cells separated by a tab."""

    cells: tuple[Cell, ...]
    header_rows: int  # leading rows that name the columns
    title: str = ""
    unit: str = ""  # text of the 单位 line, e.g. "亿元"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drop:
    """Raw characters deliberately left out of the canonical text."""

    start: int  # raw offsets
    end: int
    reason: str  # "page number", "running header", "licence footer", ...
    text: str


@dataclass(frozen=True, slots=True)
class RawHeading:
    start: int
    end: int
    level: int  # 1 is the highest


@dataclass(frozen=True, slots=True)
class RawReport:
    """A file as its reader saw it, before any repair."""

    text: str
    places: tuple[Place, ...]  # sorted by start, not overlapping
    wrapped: bool  # True: a newline may be a wrapped line (txt, pdf); False: it ends a paragraph
    format: str  # "text", "pdf", "docx", "html", "markdown", "xlsx", "csv"
    tables: tuple[Table, ...] = ()
    headings: tuple[RawHeading, ...] = ()
    drops: tuple[Drop, ...] = ()
    encoding: str | None = None
    pages: int | None = None
    title: str | None = None  # from the file's own metadata, if any
    breaks: tuple[int, ...] = ()  # starts of lines that certainly begin a paragraph
    ocr_pages: tuple[int, ...] = ()  # 1-based pages whose text was recognised in a picture
    unread_pages: tuple[int, ...] = ()  # pages that hold text which could not be read


# ---------------------------------------------------------------- the canonical report


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph or table row of the canonical text, in reading order."""

    kind: Literal["heading", "paragraph", "row"]
    start: int
    end: int
    level: int = 0  # of a heading
    table: int | None = None  # index into Report.tables, of a row
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """A piece of metadata with where it was read: "title", "text", "file name", "user", ..."""

    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the whole report is about. `period` is a Period code (see index.periods)."""

    title: Slot | None = None
    region: Slot | None = None
    period: Slot | None = None
    published: Slot | None = None  # "2023-11-20"
    kind: Slot | None = None  # "bulletin" | "government work report" | "news" | "other"


@dataclass(frozen=True, slots=True)
class SourceSpan:
    """One unbroken piece of a citation in the file."""

    start: int  # canonical
    end: int
    raw_start: int
    raw_end: int
    page: int | None
    line: int | None
    cell: str | None
    box: tuple[float, float, float, float] | None


@dataclass(frozen=True)
class Report:
    """One file's canonical text and where every character came from."""

    name: str  # the file name, or the relative path where names collide
    text: str
    raw_offsets: array[int]  # one per canonical character; -1 for inserted white space
    places: tuple[Place, ...]
    blocks: tuple[Block, ...]
    tables: tuple[Table, ...]
    drops: tuple[Drop, ...]
    metadata: Metadata
    sha256: str
    format: str
    encoding: str | None = None
    pages: int | None = None
    path: str = ""  # absolute path of the file when it was read
    ocr_pages: tuple[int, ...] = ()  # as in RawReport
    unread_pages: tuple[int, ...] = ()

    def place_at(self, offset: int) -> Place | None:
        """The place of the canonical character at `offset`, or None for inserted white space."""
        raw = self.raw_offsets[offset]
        if raw < 0:
            return None
        position = bisect_right(self.places, raw, key=lambda place: place.start) - 1
        if position < 0 or raw >= self.places[position].end:
            return None
        return self.places[position]

    def page_at(self, offset: int) -> int | None:
        """1-based page of the canonical character at `offset`, where the format has pages."""
        for position in range(offset, len(self.text)):
            place = self.place_at(position)
            if place is not None:
                return place.page
        return None

    def source_spans(self, start: int, end: int) -> tuple[SourceSpan, ...]:
        """The runs of `text[start:end]` that stand unbroken in one place of the file."""
        spans: list[SourceSpan] = []
        begin: int | None = None
        current: Place | None = None
        for position in range(start, end + 1):
            place = self.place_at(position) if position < end else None
            unbroken = (
                begin is not None
                and place is not None
                and place == current
                and self.raw_offsets[position] == self.raw_offsets[position - 1] + 1
            )
            if unbroken:
                continue
            if begin is not None and current is not None:
                spans.append(
                    SourceSpan(
                        begin,
                        position,
                        self.raw_offsets[begin],
                        self.raw_offsets[position - 1] + 1,
                        current.page,
                        current.line,
                        current.cell,
                        current.box,
                    )
                )
            begin, current = (position, place) if place is not None else (None, None)
        return tuple(spans)


# ---------------------------------------------------------------- what is indexed


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole sentences or table rows; `report.text[start:end] == text`."""

    report: str
    start: int
    end: int
    text: str
    headings: tuple[str, ...] = ()
    context: str = ""  # report title, region, period; table header, unit, notes: embedded, not cited
    page: int | None = None
    id: int = -1  # given by the store; never reused


Measure = Literal["level", "growth", "change", "share", "rate", "lead", "contribution", "rank", "multiple"]
Status = Literal["actual", "target", "forecast", "preliminary", "revised"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number read out of a report. Offsets are canonical; `text` is the exact characters.

    `value` is in `unit` as written and signed (下降3.2% is -3.2 %); `value * 10**scale` is in
    `base_unit` (1331.4 亿元 has scale 8 and base unit 元). A range gives two figures that share
    `range_text`. A reading that is not sure stays None rather than guessed.
    """

    report: str
    start: int
    end: int
    text: str
    value: Decimal
    unit: str  # "%", "个百分点", "亿元", "家", ... ; "" for a bare number
    base_unit: str
    scale: int
    indicator: str  # standard term where the vocabulary knows it, else the words of the text
    indicator_id: str | None = None  # key in index/vocabulary.json
    indicator_start: int = -1  # canonical span of the words that name what is measured; -1 if inherited
    indicator_end: int = -1
    measure: Measure = "level"
    basis: str | None = None  # "同比", "环比", "累计", "年均", "比上年", "可比价", ...
    direction: Literal["up", "down", ""] = ""
    qualifier: str | None = None  # 超过 近 左右 以上 余 约 突破 ...
    reference: str | None = None  # what it is compared with: 全国, 全省, 上年, 2020年, ...
    period: str | None = None  # Period code
    period_origin: str | None = None  # sentence | paragraph | heading | title | metadata
    region: str | None = None
    region_origin: str | None = None
    status: Status = "actual"
    range_text: str | None = None
    cell: str | None = None  # row and column names, of a table figure
    chunk: int = -1  # id of the chunk it stands in, given by the store


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that may answer, with its score (higher is better)."""

    chunk: Chunk
    score: float
    parts: dict[str, float] = field(default_factory=dict)  # what each retriever gave, for ablation
