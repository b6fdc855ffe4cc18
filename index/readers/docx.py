"""Word files (.docx): paragraphs and tables in the order of the body, headings by style or outline."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.opc.exceptions import PackageNotFoundError

from index.errors import ReadError
from index.limits import Limits, Progress
from index.readers.tables import GridCell, Writer, address, describe, header_rows
from index.types import RawReport, Table

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TEXTS = tuple(f"{_W}{tag}" for tag in ("t", "delText", "instrText"))
_OUTSIDE = "text outside the body"
_HEADING_STYLE = re.compile(r"(?i)^(?:heading|标题)\s*(\d)$")
_UNSEEN = {_FALLBACK, *(f"{_W}{tag}" for tag in ("txbxContent", "del", "moveFrom", "pPr", "instrText"))}
_SEEN = "seen"  # set on text that was written; what is left at the end becomes drops
_BREAKS = {f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}tab": " ", f"{_W}noBreakHyphen": "-"}


def read(
    path: Path, data: bytes, limits: Limits | None = None, progress: Progress | None = None
) -> RawReport:
    """Text of the body in order; page headers and footers are recorded as drops at the end."""
    check_archive(path.name, data, limits)
    try:
        document = docx.Document(io.BytesIO(data))
    except (PackageNotFoundError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ReadError(
            f"{path.name} is damaged or not a DOCX file: open and save it again in Word or LibreOffice.",
            f"{path.name} 已损坏或不是 DOCX 文件：请在 Word 或 LibreOffice 中打开并重新保存。",
        ) from error
    writer = Writer("docx")
    levels = _style_levels(document)
    items = list(_body_items(document.element.body))
    for position, item in enumerate(items):
        if item.tag == f"{_W}tbl":
            before = [
                _text(other) for other in items[max(0, position - 3) : position] if other.tag == f"{_W}p"
            ]
            after = [_text(other) for other in items[position + 1 : position + 9] if other.tag == f"{_W}p"]
            _write_table(writer, item, [text for text in before if text], [text for text in after if text])
        else:
            writer.line(_text(item), level=_level(item, levels))
        for box in _text_boxes(item):
            writer.line(box)
    for text in _notes(document):
        writer.line(text)
    for text in _page_furniture(document):
        writer.line(text, drop="running header or footer")
    for reason, text in _unseen(document):
        writer.line(text, drop=reason)
    return writer.report(title=document.core_properties.title or None)


def check_archive(name: str, data: bytes, limits: Limits | None = None) -> None:
    """Refuse a damaged zip and one that unpacks to more than memory should hold."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise ReadError(
            f"{name} is damaged (a broken archive): get it again from its source.",
            f"{name} 已损坏（压缩包不完整）：请重新获取。",
        ) from error
    if any(entry.flag_bits & 1 for entry in entries):
        raise ReadError(
            f"{name} is locked by a password: save it again without one.",
            f"{name} 有密码保护：请去掉密码后另存。",
        )
    limits = limits or Limits()
    if sum(entry.file_size for entry in entries) > limits.unpacked_mb << 20:
        raise limits.exceeded(name, "unpacked_mb", "unpacks to more than {} MB", "解压后超过 {} MB")


def _body_items(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables in order, also inside content controls and accepted insertions."""
    for child in parent.iterchildren():
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}smartTag", f"{_W}customXml"):
            yield from _body_items(child)


def _text(element: Any) -> str:
    """Visible text of a paragraph or cell; text boxes and deleted text are left out."""
    parts: list[str] = []
    _collect(element, parts)
    return "".join(parts).strip()


def _collect(element: Any, parts: list[str]) -> None:
    for child in element.iterchildren():
        tag = child.tag
        if tag == f"{_W}t":
            parts.append(child.text or "")
            child.set(_SEEN, "1")
        elif tag in _BREAKS:
            parts.append(_BREAKS[tag])
        elif tag not in _UNSEEN and not (tag == f"{_W}r" and child.find(f"{_W}rPr/{_W}vanish") is not None):
            _collect(child, parts)
            if tag == f"{_W}p":
                parts.append("\n")


def _text_boxes(paragraph: Any) -> Iterator[str]:
    for box in paragraph.iter(f"{_W}txbxContent"):
        if any(parent.tag == _FALLBACK for parent in box.iterancestors()):
            continue
        for inner in box.iter(f"{_W}p"):
            text = _text(inner)
            if text:
                yield text


# ---------------------------------------------------------------- headings


def _style_levels(document: Any) -> dict[str, int]:
    """Heading level of each style that is one: Title is 1, Heading 1 is 2, and so on."""
    levels: dict[str, int] = {}
    for style in document.styles.element.iter(f"{_W}style"):
        identifier = style.get(f"{_W}styleId")
        name_element = style.find(f"{_W}name")
        name = name_element.get(f"{_W}val") if name_element is not None else ""
        match = _HEADING_STYLE.match(name or "")
        outline = style.find(f"{_W}pPr/{_W}outlineLvl")
        if match:
            levels[identifier] = int(match.group(1)) + 1
        elif (name or "").lower() in ("title", "标题"):
            levels[identifier] = 1
        elif outline is not None and outline.get(f"{_W}val", "9").isdigit():
            level = int(outline.get(f"{_W}val", "9"))
            if level < 9:
                levels[identifier] = level + 2
    return levels


def _level(paragraph: Any, levels: dict[str, int]) -> int:
    outline = paragraph.find(f"{_W}pPr/{_W}outlineLvl")
    if outline is not None and outline.get(f"{_W}val", "9") in "012345678":
        return int(outline.get(f"{_W}val")) + 2
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return levels.get(style.get(f"{_W}val"), 0) if style is not None else 0


# ---------------------------------------------------------------- tables


def _write_table(writer: Writer, element: Any, before: list[str], after: list[str]) -> None:
    cells = _grid(element)
    if not any(cell.text for cell in cells):
        return
    columns = 1 + max(cell.column for cell in cells)
    if columns == 1:  # a frame around text, not a table
        for cell in cells:
            for line in cell.text.split("\n"):
                writer.line(line)
        return
    name = f"table {len(writer.tables) + 1}"
    title, unit, notes = describe(before, after)
    written = writer.rows(cells, name=name)
    writer.tables.append(Table(tuple(written), header_rows(cells), title, unit, notes))


def _grid(table: Any) -> list[GridCell]:
    """Cells with their spans; a cell merged downwards stands once, at its top."""
    cells: list[GridCell] = []
    open_merges: dict[int, int] = {}  # column → index in cells of the cell that goes on downwards
    for row, element in enumerate(child for child in table.iter(f"{_W}tr") if _owner(child) is table):
        column = _number(element.find(f"{_W}trPr/{_W}gridBefore"), 0)
        for cell in _row_cells(element):
            span = _number(cell.find(f"{_W}tcPr/{_W}gridSpan"), 1)
            merge = cell.find(f"{_W}tcPr/{_W}vMerge")
            goes_on = merge is not None and merge.get(f"{_W}val", "continue") == "continue"
            if goes_on and column in open_merges:
                top = cells[open_merges[column]]
                text = "\n".join(filter(None, (top.text, _text(cell))))
                cells[open_merges[column]] = GridCell(
                    text, top.row, top.column, row - top.row + 1, top.column_span, top.address
                )
            else:
                cells.append(GridCell(_text(cell), row, column, 1, span, address(row, column)))
                if merge is not None:
                    open_merges[column] = len(cells) - 1
                else:
                    open_merges.pop(column, None)
            column += span
    return cells


def _row_cells(row: Any) -> Iterator[Any]:
    for child in row.iterchildren():
        if child.tag == f"{_W}tc":
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}customXml"):
            yield from _row_cells(child)


def _owner(row: Any) -> Any:
    return next((parent for parent in row.iterancestors() if parent.tag == f"{_W}tbl"), None)


def _number(element: Any, default: int) -> int:
    value = element.get(f"{_W}val") if element is not None else None
    return min(int(value), 1000) if value and value.isdigit() else default


# ---------------------------------------------------------------- outside the body


def _notes(document: Any) -> Iterator[str]:
    """Footnotes and endnotes, after the body."""
    for part in document.part.package.iter_parts():
        if not re.search(r"/(?:foot|end)notes\.xml$", str(part.partname)):
            continue
        root = docx.oxml.parser.parse_xml(part.blob)
        for note in root.iterchildren():
            if note.get(f"{_W}type") in (None, "normal"):
                text = _text(note)
                if text:
                    yield text


def _page_furniture(document: Any) -> Iterator[str]:
    seen: set[str] = set()
    for section in document.sections:
        for part in (section.header, section.footer, section.first_page_header, section.first_page_footer):
            if part.is_linked_to_previous:
                continue
            text = _text(part._element)
            if text and text not in seen:
                seen.add(text)
                yield text.replace("\n", " ")


def _unseen(document: Any) -> Iterator[tuple[str, str]]:
    """(reason, text) of every run of text that was not written, in all parts of the file."""
    roots = [document.element.body]
    for part in document.part.package.iter_parts():
        if re.search(r"/word/(?:header|footer|footnotes|endnotes|comments)\d*\.xml$", str(part.partname)):
            root = getattr(part, "_element", None)
            roots.append(docx.oxml.parser.parse_xml(part.blob) if root is None else root)
    for root in roots:
        notes = re.search(r"}(?:footnotes|endnotes)$", str(root.tag))  # read above, from a parse of their own
        for element in root.iter(*_TEXTS):
            if element.get(_SEEN) is None and (element.text or "").strip():
                reason = _why_unseen(element)
                if not (notes and reason == _OUTSIDE):
                    yield reason, element.text.strip()


def _why_unseen(element: Any) -> str:
    if element.tag == f"{_W}instrText":
        return "field code"
    if element.tag == f"{_W}delText":
        return "deleted text"
    for parent in element.iterancestors():
        if parent.tag in (f"{_W}del", f"{_W}moveFrom"):
            return "deleted text"
        if parent.tag == f"{_W}r" and parent.find(f"{_W}rPr/{_W}vanish") is not None:
            return "hidden text"
        if parent.tag == _FALLBACK:
            return "second form of a drawing"
        if parent.tag == f"{_W}comment":
            return "comment"
        if parent.tag in (f"{_W}hdr", f"{_W}ftr"):
            return "running header or footer"
    return _OUTSIDE
