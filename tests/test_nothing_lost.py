"""Every non-space character of a file is in the canonical text or in a recorded drop with its reason.

What a file holds is found here by other means than the readers use: the standard library's HTML parser and XML
parser, openpyxl, pdfplumber, the text itself.
"""

from __future__ import annotations

import html.parser
import io
import zipfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import docx
import openpyxl
import pdfplumber
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reader_files import load, write
from test_readers_pdf import columns_pdf

from index.boilerplate import INVISIBLE
from index.clean import visible
from index.types import Report

EXAMPLES = sorted((Path(__file__).resolve().parents[1] / "examples" / "reports").glob("*"))


def kept(report: Report) -> Counter[str]:
    """Characters of the canonical text and of the drops, each of which has a reason."""
    assert all(drop.reason for drop in report.drops)
    return characters(report.text + "".join(drop.text for drop in report.drops))


def characters(text: str) -> Counter[str]:
    return Counter(INVISIBLE.sub("", visible(text)))


def assert_all_kept(source: str, report: Report) -> None:
    lost = characters(source) - kept(report)
    assert not lost, dict(lost)


# ---------------------------------------------------------------- other ways to see what a file holds


class _Texts(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_comment(self, data: str) -> None:
        self.parts.append(data)


def text_of_html(data: str) -> str:
    parser = _Texts()
    parser.feed(data)
    parser.close()
    return "".join(parser.parts)


def text_of_docx(path: Path) -> str:
    """All text of body, headers, footers, notes and comments, deleted and hidden text too."""
    parts: list[str] = []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("word/") and name.count("/") == 1 and name.endswith(".xml"):
                for element in ElementTree.fromstring(archive.read(name)).iter():
                    if element.tag.rsplit("}", 1)[-1] in ("t", "delText", "instrText"):
                        parts.append(element.text or "")
    return "".join(parts)


def text_of_sheets(path: Path) -> str:
    book = openpyxl.load_workbook(path, data_only=True)
    return "".join(
        cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str)
    )


def text_of_pdf(data: bytes) -> str:
    with pdfplumber.open(io.BytesIO(data)) as document:
        return "".join(glyph["text"] for page in document.pages for glyph in page.chars)


# ---------------------------------------------------------------- our examples


# Its oracle takes seconds on a PDF.
SLOW = {".pdf": [pytest.mark.faults]}


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=SLOW.get(path.suffix, [])) for path in EXAMPLES],
    ids=lambda path: path.suffix,
)
def test_examples_are_kept_whole(path: Path) -> None:
    _, report = load(path)
    if path.suffix == ".pdf":
        source = text_of_pdf(path.read_bytes())
    elif path.suffix == ".docx":
        source = text_of_docx(path)
    elif path.suffix == ".xlsx":
        source = text_of_sheets(path)
    elif path.suffix == ".html":
        source = text_of_html(path.read_text(encoding="utf-8"))
    else:
        try:
            source = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            source = path.read_text(encoding="gb18030")
    assert len(characters(source)) > 100
    assert_all_kept(source, report)


def test_a_pdf_in_columns_is_kept_whole(tmp_path: Path) -> None:
    data = columns_pdf()
    assert_all_kept(text_of_pdf(data), load(write(tmp_path, "a.pdf", data))[1])


# ---------------------------------------------------------------- what is easily overlooked

HOSTILE = """<!DOCTYPE html><html><head><title>页标题甲</title><script>let 乙 = "<p>丙"</script></head><body><!-- 注释丁 -->
<nav>导航戊</nav><p>正文己<span style="display:none">隐庚</span></p>
<table><caption>表题辛</caption><tr>行间壬<td>指标</td><td>数值<i style="display:none">隐癸</i></td></tr>
<tr><td>子<!--丑--></td><td>12.5<script>寅</script></td></tr></table>表后卯
<template>模板辰</template><select><option>选项巳</option></select><textarea>文本午</textarea>
<svg><text>图未</text></svg><p hidden>申</p><ul><li>酉<ul><li>戌</li></ul></li></ul></body></html>"""


def test_hidden_corners_of_a_page(tmp_path: Path) -> None:
    _, report = load(write(tmp_path, "a.html", HOSTILE))
    assert_all_kept(text_of_html(HOSTILE), report)
    for hidden in "乙丙丁戊庚癸丑寅辰未申":
        assert hidden not in report.text
    assert all(shown in report.text for shown in "己辛子酉戌")


def test_hidden_corners_of_a_word_file(tmp_path: Path) -> None:
    document = docx.Document()
    document.sections[0].even_page_header.paragraphs[0].text = "偶数页眉甲"
    document.sections[0].first_page_footer.paragraphs[0].text = "首页页脚乙"
    paragraph = document.add_paragraph("正文丙")
    paragraph.add_run("隐藏丁").font.hidden = True
    table = document.add_table(rows=2, cols=2)
    for number, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = f"格{number}"
    inner = table.cell(1, 1).add_table(rows=1, cols=1)
    inner.cell(0, 0).text = "表中表戊"
    box = (
        f"<w:r {nsdecls('w')}><w:pict><v:shape xmlns:v='urn:schemas-microsoft-com:vml'><v:textbox>"
        "<w:txbxContent><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    )
    table.cell(0, 0).paragraphs[0]._p.append(parse_xml(box.format("格内文本框己")))
    paragraph._p.append(parse_xml(box.format("文本框庚")))
    paragraph._p.append(parse_xml(f"<w:del {nsdecls('w')}><w:r><w:delText>删除辛</w:delText></w:r></w:del>"))
    paragraph._p.append(parse_xml(f"<w:r {nsdecls('w')}><w:instrText>PAGE壬</w:instrText></w:r>"))
    path = tmp_path / "a.docx"
    document.save(str(path))
    _, report = load(path)
    assert_all_kept(text_of_docx(path), report)
    reasons = {drop.text.strip(): drop.reason for drop in report.drops}
    assert reasons["隐藏丁"] == "hidden text" and reasons["删除辛"] == "deleted text"
    assert reasons["PAGE壬"] == "field code" and reasons["偶数页眉甲"] == "running header or footer"
    assert all(shown in report.text for shown in ("正文丙", "表中表戊", "格内文本框己", "文本框庚"))
    assert not any(hidden in report.text for hidden in ("丁", "辛", "壬", "甲", "乙"))


# ---------------------------------------------------------------- any text

WORDS = st.text(
    st.sampled_from("云川市工业增加值13.5%，。（）　 \t-—*_|#`[]<>&\"'１２Ａ\u00a0\u200b亿元表注单位："),
    min_size=1,
    max_size=60,
)
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@QUICK
@given(st.lists(WORDS, min_size=1, max_size=12))
@pytest.mark.parametrize("suffix", [".txt", ".md", ".csv"])
def test_text_files_are_kept_whole(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, lines: list[str]
) -> None:
    text = "云川市报告" + "\n".join(lines)
    path = write(tmp_path_factory.mktemp("lost"), f"a{suffix}", text)
    _, report = load(path)
    source = characters(text)
    if suffix == ".csv":  # what separates and quotes values is no text
        for mark in ',;|"':
            del source[mark]
    lost = source - kept(report)
    assert not lost, dict(lost)


@settings(QUICK, max_examples=6)
@given(st.lists(WORDS.filter(lambda text: text.strip()), min_size=1, max_size=12), st.integers(0, 3))
def test_word_and_html_are_kept_whole(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], columns: int
) -> None:
    folder = tmp_path_factory.mktemp("lost")
    document = docx.Document()
    body: list[str] = []
    for number, line in enumerate(lines):
        if columns > 1 and number % 3 == 2:
            table = document.add_table(rows=1, cols=columns)
            for cell in table.rows[0].cells:
                cell.text = line
            cells = f"<td>{html.escape(line)}</td>" * columns
            body.append(f"<table><tr>{cells}</tr></table>")
        else:
            document.add_paragraph(line)
            body.append(f"<p>{html.escape(line)}</p>")
    document.add_paragraph("云川市报告")
    document.save(str(folder / "a.docx"))
    assert_all_kept(text_of_docx(folder / "a.docx"), load(folder / "a.docx")[1])
    page = f"<html><body>{''.join(body)}<p>云川市报告</p></body></html>"
    assert_all_kept(text_of_html(page), load(write(folder, "a.html", page))[1])
