"""Sentences and chunks: whole sentences or table rows, each carrying what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
_HARD_LIMIT = 4  # times max_chars; a run without any sentence end is cut at a phrase beyond this
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


def split(report: Report, max_chars: int = 200) -> list[Chunk]:
    """Chunks in reading order covering every block; ids are given later by the store.

    A chunk holds whole sentences of one section, about `max_chars` at most; only a sentence longer
    than that is divided, at ；. Rows of a table share a chunk while short.
    """
    subject = _subject(report)
    chunks: list[Chunk] = []
    for section in _sections(report):
        if section.rows:
            chunks += _row_chunks(report, section, subject)
            continue
        for start, end in _gather(_parts(report, section.blocks, max_chars), max_chars):
            inside = [
                block for block in section.blocks if block.kind == "heading" and start <= block.start < end
            ]
            shown = {report.text[block.start : block.end] for block in inside}
            path = [heading for heading in section.headings if heading not in shown]
            chunks.append(_chunk(report, start, end, section.headings, _join([subject, *path])))
    return chunks


@dataclass(slots=True)
class _Section:
    """Blocks under the same headings, either all text (with their heading) or all rows of one table."""

    headings: tuple[str, ...]
    blocks: list[Block]
    rows: bool


def _sections(report: Report) -> Iterator[_Section]:
    path: list[tuple[int, str]] = []
    current: _Section | None = None
    table: int | None = None
    for block in report.blocks:
        heading = block.kind == "heading"
        if heading:
            path = [(level, text) for level, text in path if level < block.level]
            path.append((block.level, report.text[block.start : block.end]))
        names = tuple(text for _, text in path)
        rows = block.kind == "row"
        only_headings = current is not None and all(item.kind == "heading" for item in current.blocks)
        # Headings in a row stay together with the text under them.
        new_kind = current is not None and rows != current.rows
        new_table = rows and block.table != table
        new_heading = heading and not only_headings
        if current is None or new_kind or new_table or new_heading:
            if current is not None:
                yield current
            current = _Section(names, [], rows)
        table = block.table
        current.headings = names
        current.blocks.append(block)
    if current is not None:
        yield current


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
    small = max_chars // 4
    fresh = True
    for part in parts:
        if not fresh and spans:
            start, end = spans[-1]
            length = part.end - start
            rest = part.end - part.start <= small and not part.opens and length <= max_chars + small
            # A new paragraph joins only what is still short, so that chunks follow paragraphs.
            room = length <= max_chars and (not part.opens or end - start <= max_chars // 2)
            if room or rest:
                spans[-1] = (start, part.end)
                continue
        spans.append((part.start, part.end))
        fresh = False
    return spans


def _row_chunks(report: Report, section: _Section, subject: str) -> Iterator[Chunk]:
    """Rows gathered while short; the header rows stand with the first data row."""
    number = section.blocks[0].table
    table = report.tables[number if number is not None else 0]
    grid = _header_names(report, table)
    start = end = -1
    rows: list[int] = []
    for block in section.blocks:
        row = block.row if block.row is not None else 0
        is_data = row >= table.header_rows
        if rows and is_data and block.end - start > _ROW_CHARACTERS:
            yield _chunk(
                report,
                start,
                end,
                section.headings,
                _row_context(report, table, grid, rows, section, subject),
            )
            start, rows = -1, []
        start = block.start if start < 0 else start
        end = block.end
        if is_data:
            rows.append(row)
    if start >= 0:
        yield _chunk(
            report, start, end, section.headings, _row_context(report, table, grid, rows, section, subject)
        )


def _row_context(
    report: Report, table: Table, header: str, rows: Sequence[int], section: _Section, subject: str
) -> str:
    """Subject, headings, table title, unit, column names, the labels of cells spanning from above, notes."""
    labels = [
        report.text[cell.start : cell.end]
        for cell in table.cells
        if cell.row_span > 1 and any(cell.row < row < cell.row + cell.row_span for row in rows)
    ]
    unit = f"单位：{table.unit}" if table.unit else ""
    notes = " ".join(table.notes)[:_CONTEXT_NOTES]
    title = "" if table.title in section.headings else table.title
    return _join([subject, *section.headings, title, unit, header, *labels, notes])


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


def _chunk(report: Report, start: int, end: int, headings: tuple[str, ...], context: str) -> Chunk:
    page = report.page_at(start) if report.pages else None
    return Chunk(report.name, start, end, report.text[start:end], headings, context, page)


def _subject(report: Report) -> str:
    """Title, region and period of the report, as they stand in its metadata."""
    metadata = report.metadata
    period = _period_label(metadata.period.value) if metadata.period else ""
    region = metadata.region.value if metadata.region else ""
    title = metadata.title.value if metadata.title else ""
    return _join([title, region, period])


def _period_label(code: str) -> str:
    from index.periods import Period

    try:
        return Period.parse(code).label("zh")
    except (ValueError, KeyError):
        return code


def _join(parts: Sequence[str]) -> str:
    return " · ".join(dict.fromkeys(part for part in parts if part))
