"""Writes the DOCX, XLSX and HTML sample reports; same source, same bytes on every machine."""

from __future__ import annotations

import datetime
import html
import io
import re
import zipfile
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter

from examples.markup import Element, Heading, Paragraph, Table, merged_spans

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip entry can hold


def fixed_zip(data: bytes) -> bytes:
    """Repack an OOXML file with fixed times and order, stored: deflate differs between zlib builds."""
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(output, "w") as target:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2024-01-01T00:00:00Z", content)
            entry = zipfile.ZipInfo(name, date_time=EPOCH)
            entry.create_system = 3
            target.writestr(entry, content, zipfile.ZIP_STORED)
    return output.getvalue()


# ---------------------------------------------------------------- DOCX


def write_docx(elements: list[Element], running_header: str) -> bytes:
    """A Word report with heading styles, merged header cells, unit lines and notes."""
    document = docx.Document()
    _drop_unused_parts(document)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(11)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    document.sections[0].header.paragraphs[0].text = running_header
    for element in elements:
        if isinstance(element, Heading):
            document.add_heading(element.text, level=element.level - 1)
        elif isinstance(element, Paragraph):
            document.add_paragraph(element.text)
        else:
            _add_docx_table(document, element)
    properties = document.core_properties
    properties.author, properties.title = "", next(e.text for e in elements if isinstance(e, Heading))
    properties.created = properties.modified = datetime.datetime(2024, 1, 1)
    output = io.BytesIO()
    document.save(output)
    return fixed_zip(output.getvalue())


def _drop_unused_parts(document: Any) -> None:
    """Leave out the template's unused table styles and style copy: 800 KB that no reader needs."""
    for style in list(document.styles):
        if style.type == WD_STYLE_TYPE.TABLE and style.name not in ("Normal Table", "Table Grid"):
            style.element.getparent().remove(style.element)
    for owner in (document.part, document.part.package):
        for key, relation in list(owner.rels.items()):
            if relation.reltype.endswith(("/stylesWithEffects", "/thumbnail")):
                del owner.rels[key]


def _add_docx_table(document: Any, table: Table) -> None:
    document.add_paragraph(table.title).alignment = WD_ALIGN_PARAGRAPH.CENTER
    if table.unit:
        document.add_paragraph(table.unit).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    grid = document.add_table(rows=len(table.rows), cols=len(table.rows[0]), style="Table Grid")
    for row, cells in enumerate(table.rows):
        for column, text in enumerate(cells):
            if text not in ("<", "^"):
                grid.cell(row, column).text = text
    for span in table.spans():
        first = grid.cell(span.row, span.column)
        first.merge(grid.cell(span.row + span.rows - 1, span.column + span.columns - 1))
        first.text = table.rows[span.row][span.column]  # merging appends empty paragraphs
    for note in table.notes:
        document.add_paragraph(note)


# ---------------------------------------------------------------- HTML


def write_html(elements: list[Element], site: str) -> bytes:
    """A page of a statistics bureau's web site: navigation and footer around the report."""
    title = next(element.text for element in elements if isinstance(element, Heading))
    body: list[str] = []
    for element in elements:
        if isinstance(element, Heading):
            body.append(f"<h{element.level}>{html.escape(element.text)}</h{element.level}>")
        elif isinstance(element, Paragraph):
            body.append(f"<p>　　{html.escape(element.text)}</p>")
        else:
            body.extend(_html_table(element))
    page = [
        "<!DOCTYPE html>",
        '<html lang="zh-CN">',
        "<head>",
        '<meta charset="utf-8">',
        f"<title>{html.escape(title)}</title>",
        "<style>table{border-collapse:collapse}td,th{border:1px solid #999;padding:2px 8px}</style>",
        "</head>",
        "<body>",
        f"<nav><a>{site}</a> &gt; <a>统计数据</a> &gt; <a>统计公报</a></nav>",
        '<article class="content">',
        *body,
        "</article>",
        f"<footer>主办：{site}　网站地图　联系我们</footer>",
        "</body>",
        "</html>",
    ]
    return ("\n".join(page) + "\n").encode("utf-8")


def _html_table(table: Table) -> list[str]:
    sizes = {(span.row, span.column): span for span in table.spans()}
    lines = [f'<p class="caption">{html.escape(table.title)}</p>']
    if table.unit:
        lines.append(f'<p class="unit">{html.escape(table.unit)}</p>')
    lines.append("<table>")
    for row, cells in enumerate(table.rows):
        tag = "th" if row < table.header_rows else "td"
        parts = []
        for column, text in enumerate(cells):
            if text in ("<", "^"):
                continue
            span = sizes.get((row, column))
            attributes = f' rowspan="{span.rows}"' if span and span.rows > 1 else ""
            attributes += f' colspan="{span.columns}"' if span and span.columns > 1 else ""
            parts.append(f"<{tag}{attributes}>{html.escape(text)}</{tag}>")
        lines.append("<tr>" + "".join(parts) + "</tr>")
    lines.append("</table>")
    lines.extend(f'<p class="note">{html.escape(note)}</p>' for note in table.notes)
    return lines


# ---------------------------------------------------------------- XLSX


def write_xlsx(source: dict[str, Any]) -> bytes:
    """A workbook, one sheet a table: merged title row, unit row, merged header, data, notes.

    `source` has `title` and `sheets`, each with name, title, unit, header (with the merge marks of
    examples.markup), widths (characters), rows and notes.
    """
    workbook = Workbook()
    workbook.remove(workbook.active)
    workbook.properties.title = source["title"]
    workbook.properties.creator = ""
    workbook.properties.created = datetime.datetime(2024, 1, 1)
    for sheet in source["sheets"]:
        _add_sheet(workbook, sheet)
    output = io.BytesIO()
    workbook.save(output)
    return fixed_zip(output.getvalue())


def _add_sheet(workbook: Workbook, source: dict[str, Any]) -> None:
    sheet = workbook.create_sheet(source["name"])
    columns = len(source["header"][0])
    centre = Alignment(horizontal="center", vertical="center")
    line = Side(style="thin")
    sheet.append([source["title"]])
    sheet.append([source["unit"]])
    for row in (1, 2):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=columns)
    sheet["A1"].font, sheet["A1"].alignment = Font(size=14, bold=True), centre
    sheet["A2"].alignment = Alignment(horizontal="right")
    for cells in source["header"]:
        sheet.append([None if cell in ("<", "^") else cell for cell in cells])
    for cells in source["rows"]:
        sheet.append(cells)
    last = 2 + len(source["header"]) + len(source["rows"])
    for row in sheet.iter_rows(min_row=3, max_row=last, max_col=columns):
        for cell in row:
            cell.border = Border(line, line, line, line)
            if isinstance(cell.value, float):
                cell.number_format = "0.0"  # 9.0 shows its decimal, though the file stores 9
            if cell.row <= 2 + len(source["header"]):
                cell.font, cell.alignment = Font(bold=True), centre
    for span in merged_spans(source["header"]):
        sheet.merge_cells(
            start_row=3 + span.row,
            end_row=2 + span.row + span.rows,
            start_column=1 + span.column,
            end_column=span.column + span.columns,
        )
    for offset, note in enumerate(source["notes"], start=1):
        sheet.cell(last + offset, 1, note)
    for column, width in enumerate(source["widths"], start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
