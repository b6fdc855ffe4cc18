"""Sentences and chunks: whole sentences or table rows, each carrying what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.outline import is_numbered_heading
from index.paragraphs import heading_level
from index.periods import Period
from index.types import Block, Cell, Chunk, Report, Table

_CLOSERS = r"[”’」』）)》〉】〕\]\"']*"
# A sentence ends at 。！？ or an ellipsis, at a line end, or at an English stop before a new sentence.
_END = re.compile(
    rf"\n+|(?:[。！？!?]+|…+){_CLOSERS}"
    rf"|(?<=[A-Za-z\d%)\"'])\.{_CLOSERS}(?=\s+[\"'“(]?[A-Z\u3400-\u9fff]|\s*$|\s*\n)"
)
_CONTINUES = re.compile(r"\s*[，、；：。,;:的和与及等]")
_ABBREVIATION = re.compile(
    r"(?:\b(?:No|Nos|Fig|Eq|vs|etc|e\.g|i\.e|Mr|Mrs|Ms|Dr|Prof|St|Inc|Ltd|Co|Corp|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?"
    r"|Oct|Nov|Dec|approx|cf|al)|\b[A-Z](?:\.[A-Z])*|(?:^|[\n。])\s*\d{1,2}|[一二三四五六七八九十]\s*)$"
)
_CLAUSE = re.compile(r"[；;]+")
_PHRASE = re.compile(r"[，,、：:\s]+")
_HARD_LIMIT = 3  # times max_chars; a run without any sentence end is cut at a phrase beyond this
MAX_CHARACTERS = 250  # chunks filled up to this are about 190 long; longer ones blur what they are about
_ROW_CHARACTERS = 100  # table rows are gathered up to this many characters a chunk
_CONTEXT_NOTES = 160


def sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Spans of the sentences of `text[start:end]`; only white space lies outside them.

    A decimal point, an ordinal ("1."), an abbreviation or initials never end a sentence; a quoted
    sentence that the surrounding one goes on from does not either. ；separates clauses, not sentences.
    """
    stop = len(text) if end is None else end
    spans: list[tuple[int, int]] = []
    begin = start
    for match in _END.finditer(text, start, stop):
        if match.end() <= begin or not _is_end(text, begin, match, stop):
            continue
        _add(spans, text, begin, match.end())
        begin = match.end()
    _add(spans, text, begin, stop)
    return spans


def _is_end(text: str, begin: int, match: re.Match[str], stop: int) -> bool:
    mark = match.group()
    if mark[0] == "\n":
        return True
    if mark[0] == ".":
        return _ABBREVIATION.search(text[max(begin, match.start() - 12) : match.start()]) is None
    closed = mark[-1] not in "。！？!?…"
    if closed or mark[0] == "…":
        after = _CONTINUES.match(text, match.end(), stop)
        # “……！”的 and “……。”，go on; after a bare ellipsis only punctuation does.
        return after is None or (not closed and after.group().strip() not in "，、；：。,;:")
    return True


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))


# ---------------------------------------------------------------- chunks


@dataclass(frozen=True, slots=True)
class _Part:
    """One sentence, or a piece of one too long for a chunk."""

    start: int
    end: int
    opens: bool  # the first of its paragraph


@dataclass(slots=True)
class _Section:
    """Blocks under the same headings: text with its heading, or one table with its title and notes."""

    headings: tuple[str, ...]
    blocks: list[Block]
    table: int | None = None


def split(report: Report, max_chars: int = MAX_CHARACTERS) -> list[Chunk]:
    """Chunks in reading order covering every block; ids are given later by the store.

    A chunk holds whole sentences of one section, about `max_chars` at most; only a sentence longer
    than that is divided, at ；. Rows of a table share a chunk while short.
    """
    subject = _subject(report)
    chunks: list[Chunk] = []
    for section in _sections(report):
        if section.table is not None:
            chunks += _row_chunks(report, section, report.tables[section.table], subject)
            continue
        for start, end in _gather(_parts(report, section.blocks, max_chars), max_chars):
            chunks.append(_chunk(report, start, end, section.headings, subject, section.headings))
    return chunks


def _sections(report: Report) -> Iterator[_Section]:
    path: list[tuple[int, str]] = []
    current = _Section((), [])
    for block in report.blocks:
        if block.kind == "row" and block.table is not None:
            if current.table != block.table:
                section = _Section(current.headings, [], block.table)
                _move_caption(report, current, section, report.tables[block.table])
                if current.blocks:
                    yield current
                current = section
            current.blocks.append(block)
            continue
        text = report.text[block.start : block.end]
        if current.table is not None and text in report.tables[current.table].notes:
            current.blocks.append(block)
            continue
        level, heading = _heading(report, block, text)
        only_headings = all(item.kind == "heading" for item in current.blocks) and current.table is None
        # Headings one after another stay together with the text under them.
        if current.table is not None or (level and not only_headings):
            yield current
            current = _Section(current.headings, [])
        if level:
            path = [(other, name) for other, name in path if other < level] + [(level, heading)]
            current.headings = tuple(name for _, name in path)
        current.blocks.append(block)
    if current.blocks:
        yield current


def _heading(report: Report, block: Block, text: str) -> tuple[int, str]:
    """Level and text of a heading, also of one that runs in at the head of a paragraph; (0, "") if none."""
    if block.kind == "heading":
        return block.level, text
    level = heading_level(text[:10])
    if level not in (2, 3):
        return 0, ""
    start, end = sentences(report.text, block.start, block.end)[0]
    first = report.text[start:end]
    return (level, first.rstrip("。")) if is_numbered_heading(first, level) and end < block.end else (0, "")


def _move_caption(report: Report, text: _Section, table: _Section, described: Table) -> None:
    """The table's title and unit line go with the table, not with the text before it."""
    while text.blocks and text.table is None:
        line = report.text[text.blocks[-1].start : text.blocks[-1].end]
        is_unit = described.unit and described.unit in line and len(line) <= len(described.unit) + 12
        if not is_unit and not (described.title and described.title in line and len(line) <= 80):
            return
        table.blocks.insert(0, text.blocks.pop())


def _parts(report: Report, blocks: Sequence[Block], max_chars: int) -> Iterator[_Part]:
    for block in blocks:
        opens = True
        for start, end in sentences(report.text, block.start, block.end):
            for begin, stop in _divide(report.text, start, end, max_chars):
                yield _Part(begin, stop, opens)
                opens = False


def _divide(text: str, start: int, end: int, max_chars: int) -> Iterator[tuple[int, int]]:
    """A sentence whole if it fits, else at ；, and only beyond the hard limit at a comma or anywhere."""
    if end - start <= max_chars:
        yield start, end
        return
    for begin, stop in _pack(text, start, end, max_chars, _CLAUSE):
        limit = _HARD_LIMIT * max_chars
        if stop - begin <= limit:
            yield begin, stop
            continue
        for left, right in _pack(text, begin, stop, limit, _PHRASE):
            for position in range(left, right, limit):
                yield position, min(position + limit, right)


def _pack(text: str, start: int, end: int, limit: int, mark: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """`text[start:end]` cut at `mark`, pieces filled up to `limit` where they can be."""
    begin = cut = start
    for match in mark.finditer(text, start, end):
        if match.end() - begin > limit and cut > begin:
            yield begin, cut
            begin = cut
        cut = match.end()
    if end - begin > limit and begin < cut < end:
        yield begin, cut
        begin = cut
    if begin < end:
        yield begin, end


def _gather(parts: Iterator[_Part], max_chars: int) -> list[tuple[int, int]]:
    """Spans of neighbouring parts, each at most `max_chars` long unless one part is longer."""
    spans: list[tuple[int, int]] = []
    fresh = True
    for part in parts:
        if not fresh and spans:
            start, end = spans[-1]
            # A new paragraph joins only what is still short, so that chunks follow paragraphs.
            if part.end - start <= max_chars and (not part.opens or end - start <= max_chars // 2):
                spans[-1] = (start, part.end)
                continue
        spans.append((part.start, part.end))
        fresh = False
    return spans


def _row_chunks(report: Report, section: _Section, table: Table, subject: Sequence[str]) -> Iterator[Chunk]:
    """Rows gathered while short; title and header rows stand with the first, notes with the last."""
    header = _header_names(report, table)
    groups: list[list[Block]] = [[]]
    data = characters = 0
    for block in section.blocks:
        is_data = block.row is not None and block.row >= table.header_rows
        if is_data and data and characters + block.end - block.start > _ROW_CHARACTERS:
            groups.append([])
            data = characters = 0
        groups[-1].append(block)
        if is_data:
            data += 1
            characters += block.end - block.start
    for blocks in groups:
        context = _row_context(
            report, table, header, [block.row for block in blocks if block.row is not None]
        )
        start, end = blocks[0].start, blocks[-1].end
        yield _chunk(report, start, end, section.headings, subject, [*section.headings, *context])


def _row_context(report: Report, table: Table, header: str, rows: Sequence[int]) -> list[str]:
    """Table title, unit, column names, the labels of cells spanning from rows above, notes."""
    labels = [
        report.text[cell.start : cell.end]
        for cell in table.cells
        if cell.row_span > 1 and any(cell.row < row < cell.row + cell.row_span for row in rows)
    ]
    unit = f"单位：{table.unit}" if table.unit else ""
    notes = " ".join(table.notes)[:_CONTEXT_NOTES]
    return [table.title, unit, header, *labels, notes]


def _header_names(report: Report, table: Table) -> str:
    """Column names from the header rows, merged headers repeated over the columns they span."""
    headers = [cell for cell in table.cells if cell.row < table.header_rows]
    columns: dict[int, list[Cell]] = {}
    for cell in headers:
        for column in range(cell.column, cell.column + cell.column_span):
            columns.setdefault(column, []).append(cell)
    names = []
    for column in sorted(columns):
        over = sorted(columns[column], key=lambda cell: cell.row)
        texts = [report.text[cell.start : cell.end].strip() for cell in over]
        names.append("".join(dict.fromkeys(text for text in texts if text)))
    return " ".join(name for name in dict.fromkeys(names) if name)


def _chunk(
    report: Report,
    start: int,
    end: int,
    headings: tuple[str, ...],
    subject: Sequence[str],
    around: Sequence[str],
) -> Chunk:
    """A chunk whose context gives its subject, and of what stands around it what it does not say itself."""
    text = report.text[start:end]
    parts = dict.fromkeys([*subject, *(part for part in around if part not in text)])
    page = report.page_at(start) if report.pages else None
    return Chunk(report.name, start, end, text, headings, " · ".join(filter(None, parts)), page)


def _subject(report: Report) -> list[str]:
    """Title, region and period of the report, as they stand in its metadata."""
    metadata = report.metadata
    title = metadata.title.value if metadata.title else ""
    if metadata.title and metadata.title.origin == "file name" and title.isascii():
        title = ""  # a slug says nothing to a reader or a retriever
    region = metadata.region.value if metadata.region else ""
    return [title, region, _period_label(metadata.period.value) if metadata.period else ""]


def _period_label(code: str) -> str:
    try:
        return Period.parse(code).label("zh")
    except ValueError:
        return code
