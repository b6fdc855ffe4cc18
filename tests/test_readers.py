"""Reading files of every format: order, tables, places, drops, and clear errors on bad files."""

from __future__ import annotations

import io
import os
import random
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from reader_files import blocks, drops, load, make_pdf, write

from index.clean import visible
from index.errors import ReadError
from index.limits import Limits
from index.readers import SUPPORTED_SUFFIXES, read_file
from index.readers.text import decode

CHINESE = (
    "云川市2023年地区生产总值4385.2亿元，比上年增长6.1%，经济运行总体平稳。\n规模以上工业增加值增长8.2%。\n"
)
TRADITIONAL = "雲川市2023年地區生產總值4385.2億元，比上年增長6.1%，經濟運行總體平穩，企業發展較快。\n"


# ---------------------------------------------------------------- plain text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CHINESE, "utf-8"),
        (CHINESE, "utf-8-sig"),
        (CHINESE, "gb18030"),
        (CHINESE, "utf-16"),
        (CHINESE, "utf-16-le"),
        (CHINESE, "utf-16-be"),
        (CHINESE, "utf-32"),
        (TRADITIONAL, "big5"),
        (TRADITIONAL, "gb18030"),
        (TRADITIONAL, "utf-8"),
        ("The café’s output grew by 5.2 percent in 2023.\n", "cp1252"),
    ],
)
def test_every_encoding_is_told_apart(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), "a.txt")[0] == text


def test_line_ends_become_one_kind() -> None:
    assert decode("一\r\n二\r三\n".encode(), "a.txt")[0] == "一\n二\n三\n"


def test_a_damaged_byte_does_not_change_the_encoding() -> None:
    data = bytearray((CHINESE * 40).encode())
    data[1000] = 0xFF
    text, encoding = decode(bytes(data), "a.txt")
    assert encoding == "utf-8" and text.count("\ufffd") <= 3


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.txt", b""),
        ("blank.txt", b"\xef\xbb\xbf  \n"),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8),
        ("picture.txt", b"GIF89a" + bytes(range(256)) * 8),
        ("noise.txt", random.Random(1).randbytes(5000)),
        ("zeros.txt", bytes(300) + b"abc" * 20),
        ("packed.csv", b"\x1f\x8b\x08" + random.Random(2).randbytes(400)),
        ("report.doc", CHINESE.encode()),
        ("report", CHINESE.encode()),
        ("a.docx", b"PK\x03\x04 not really a zip"),
        ("b.docx", CHINESE.encode()),
        ("c.pdf", b"not a pdf"),
        ("d.pdf", b"%PDF-1.7\n%broken"),
        ("e.xlsx", b"PK\x03\x04" + b"xl/" * 50),
        ("f.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        ("g.html", b"<html><body><script>var a = 1</script></body></html>"),
        ("h.md", b"\x00\x01\x02\x03" * 50),
    ],
)
def test_bad_files_are_refused_by_name(tmp_path: Path, name: str, data: bytes) -> None:
    with pytest.raises(ReadError) as caught:
        load_kept(write(tmp_path, name, data))
    assert name in caught.value.english and name in caught.value.chinese
    assert "：" in caught.value.chinese or "，" in caught.value.chinese


def load_kept(path: Path) -> None:
    """Read a file; one whose whole text is dropped counts as having none."""
    _, report = load(path)
    if not report.text:
        raise ReadError(f"{path.name} has no text", f"{path.name} 没有文字：无")


def test_missing_folder_fifo_and_too_large(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="does not exist"):
        read_file(tmp_path / "none.txt")
    with pytest.raises(ReadError, match="not a regular file"):
        read_file(tmp_path)
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(ReadError, match="not a regular file"):
        read_file(tmp_path / "pipe.txt")
    with pytest.raises(ReadError, match="split it"):
        read_file(write(tmp_path, "big.txt", CHINESE * 10_000), Limits(file_mb=1))


def test_content_ranks_before_extension(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph(CHINESE.split("\n")[0])
    buffer = io.BytesIO()
    document.save(buffer)
    assert read_file(write(tmp_path, "report.txt", buffer.getvalue())).format == "docx"
    assert read_file(write(tmp_path, "page.txt", make_pdf(CHINESE.split()))).format == "pdf"


# ---------------------------------------------------------------- Word


@pytest.fixture
def word(tmp_path: Path) -> Path:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "云川统计月报"
    document.add_heading("云川市2023年统计公报", 0)
    document.add_heading("一、综合", 1)
    document.add_paragraph("全年地区生产总值4385.2亿元。")
    document.add_paragraph("表1　主要指标")
    document.add_paragraph("单位：亿元")
    table = document.add_table(rows=4, cols=3)
    for row, cells in enumerate(
        [
            ["指标", "总量", ""],
            ["", "2022年", "2023年"],
            ["第一产业", "287.9", "301.5"],
            ["第二产业", "1721.2", "1815.7"],
        ]
    ):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(0, 0).merge(table.cell(1, 0))
    document.add_paragraph("注：2023年为初步核算数。")
    hidden = document.add_paragraph("公开的文字").add_run("隐藏的文字")
    hidden.font.hidden = True
    document.save(str(tmp_path / "公报.docx"))
    return tmp_path / "公报.docx"


def test_word_keeps_order_headings_and_merged_cells(word: Path) -> None:
    _, report = load(word)
    assert blocks(report, "heading") == ["云川市2023年统计公报", "一、综合"]
    assert blocks(report, "row") == [
        "指标\t总量", "2022年\t2023年", "第一产业\t287.9\t301.5", "第二产业\t1721.2\t1815.7",
    ]  # fmt: skip
    (table,) = report.tables
    assert (table.header_rows, table.title, table.unit) == (2, "表1 主要指标", "亿元")
    assert table.notes == ("注：2023年为初步核算数。",)
    spans = {report.text[c.start : c.end]: (c.row, c.column, c.row_span, c.column_span) for c in table.cells}
    assert spans["指标"] == (0, 0, 2, 1)
    assert spans["总量"] == (0, 1, 1, 2)
    assert spans["301.5"] == (2, 2, 1, 1)
    assert drops(report) == {"云川统计月报": "running header or footer", "隐藏的文字": "hidden text"}
    assert "公开的文字" in report.text and "隐藏的文字" not in report.text


def test_a_cell_is_cited_by_its_address(word: Path) -> None:
    _, report = load(word)
    place = report.place_at(report.text.index("301.5"))
    assert place is not None and place.cell == "table 1!C3"


def test_word_deleted_text_is_left_out_and_inserted_kept(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("全年增长")
    for tag, text_tag, text in (("w:ins", "w:t", "6.1%。"), ("w:del", "w:delText", "7.2%。")):
        change = paragraph._p.makeelement(qn(tag), {})
        run = change.makeelement(qn("w:r"), {})
        element = run.makeelement(qn(text_tag), {})
        element.text = text
        run.append(element)
        change.append(run)
        paragraph._p.append(change)
    document.save(str(tmp_path / "a.docx"))
    assert load(tmp_path / "a.docx")[1].text == "全年增长6.1%。"


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"")
        for number in range(6):
            archive.writestr(f"word/media/{number}.bin", bytes(10 << 20))
    assert path.stat().st_size < 100_000
    with pytest.raises(ReadError, match="WENBAO_LIMIT_UNPACKED_MB"):
        read_file(path, Limits(unpacked_mb=50))


# ---------------------------------------------------------------- HTML


PAGE = """<!DOCTYPE html><html><head><meta charset="{charset}"><title>云川市统计局</title>
<style>p {{ color: red }}</style></head><body>
<nav><a>首页</a> &gt; <a>公报</a></nav><div class="breadcrumb">您的位置：首页</div>
<h1>云川市2023年统计公报</h1>
<p>全年生产总值<b>4385.2</b>亿元，<br>增长6.1%。</p><p style="display: none">隐藏数字99.9%。</p>
<script>alert("脚本")</script>
<table><caption>表1 主要产品</caption><thead><tr><th rowspan="2">产品</th><th colspan="2">产量</th></tr>
<tr><th>2022年</th><th>2023年</th></tr></thead>
<tr><td>原煤</td><td>412.4</td><td>386.4</td></tr></table>
<p>注：快报数。</p><footer>主办：云川市统计局</footer></body></html>"""


def test_html_saved_from_a_site_keeps_only_the_report(tmp_path: Path) -> None:
    """Menus, lists of other pages, counters and what a style sheet hides are drops; a rule for print hides nothing."""
    page = """<html><head><title>t</title><style>.more, #late {display:none} @media print {.body {display:none}}
/* .note {display:none} */ .a .note {display:none}</style></head><body>
<div><a>首页</a><a>公开</a><a>服务</a></div>
<h1>云川市2023年统计公报</h1><p>发布时间：2024-03-01 浏览次数：2048次 字体：[大 中 小]</p>
<p class="body">全年粮食产量1 234.5万吨，<br/>增长2.1%。<br/>单产提高。</p>
<p class="note">注：<a>公报</a>为快报数，以年鉴为准。</p>
<p class="more">隐藏甲</p><div id="late">隐藏乙</div>
<table><tr><th>产品</th><th>产量</th></tr><tr><td>油料<i class="more">隐藏丙</i></td><td>12 345</td></tr></table>
<div><h3>相关链接</h3><ul><li><a>云川市2022年统计公报：粮食产量1 200万吨</a></li><li><a>云川市2021年统计公报</a></li></ul></div>
<p><a>上一页</a> 1 <a>2</a> <a>下一页</a></p></body></html>"""
    _, report = load(write(tmp_path, "公报.html", page))
    assert report.text == (
        "云川市2023年统计公报\n发布时间：2024-03-01\n全年粮食产量1234.5万吨，增长2.1%。\n单产提高。\n"
        "注：公报为快报数，以年鉴为准。\n产品\t产量\n油料\t12345"
    )
    reasons = drops(report)
    assert [reasons[f"隐藏{part}"] for part in "甲乙丙"] == ["hidden text"] * 3
    assert reasons["首页公开服务"] == reasons["相关链接"] == "navigation or page furniture"


@pytest.mark.parametrize("charset", ["utf-8", "gb2312"])
def test_html_blocks_tables_and_drops(tmp_path: Path, charset: str) -> None:
    data = PAGE.format(charset=charset).encode(charset)
    raw, report = load(write(tmp_path, "公报.html", data))
    assert raw.title == "云川市统计局"
    assert blocks(report, "heading") == ["云川市2023年统计公报"]
    assert "全年生产总值4385.2亿元，增长6.1%。" in report.text
    assert blocks(report, "row") == ["产品\t产量", "2022年\t2023年", "原煤\t412.4\t386.4"]
    (table,) = report.tables
    assert (table.header_rows, table.notes) == (2, ("注：快报数。",))
    assert visible(table.title) == "表1主要产品"
    assert [(c.row, c.column) for c in table.cells if c.row == 1] == [(1, 1), (1, 2)]
    reasons = drops(report)
    assert reasons["隐藏数字99.9%。"] == "hidden text"
    assert reasons['alert("脚本")'] == "script or style"
    assert {"首页 > 公报", "您的位置：首页", "主办：云川市统计局"} <= {text for text, _ in reasons.items()}
    for word in ("脚本", "隐藏", "首页", "主办", "color"):
        assert word not in report.text


def test_a_layout_table_is_read_as_text(tmp_path: Path) -> None:
    inner = "<p>" + "全市经济运行平稳，主要指标好于预期。" * 20 + "</p>"
    page = f"<html><body><table><tr><td>栏目</td><td>{inner}</td></tr></table></body></html>"
    _, report = load(write(tmp_path, "a.html", page))
    assert not report.tables and "主要指标好于预期。" in report.text


def test_deeply_nested_html_does_not_overflow(tmp_path: Path) -> None:
    page = "<div>" * 5000 + "全市生产总值增长6.1%。" + "</div>" * 5000
    try:
        assert "6.1%" in load(write(tmp_path, "deep.html", page))[1].text
    except ReadError as error:
        assert "deep.html" in error.english


# ---------------------------------------------------------------- Markdown


MARKDOWN = """---
title: 简报
---
# 云川市2024年上半年简报

全市生产总值**2189.6亿元**，
同比增长5.8%。<!-- 内部备注 -->

- 出口增长[11.2%](http://a.b/c)；
- 进口增长*6.5%*。

## 主要指标

单位：亿元

| 指标 | 总量 | 增速\\|% |
|---|---:|---:|
| 第一产业 | 112.4 | 4.0 |
| **第二产业** | 912.7 | |

注：快报数。
"""


def test_markdown_markup_becomes_drops(tmp_path: Path) -> None:
    raw, report = load(write(tmp_path, "简报.md", MARKDOWN))
    assert raw.title == "简报"
    assert report.text.split("\n") == [
        "云川市2024年上半年简报",
        "全市生产总值2189.6亿元，同比增长5.8%。",
        "出口增长11.2%；",
        "进口增长6.5%。",
        "主要指标",
        "单位：亿元",
        "指标\t总量\t增速|%",
        "第一产业\t112.4\t4.0",
        "第二产业\t912.7",
        "注：快报数。",
    ]
    (table,) = report.tables
    assert (table.header_rows, table.unit, table.notes) == (1, "亿元", ("注：快报数。",))
    cell = next(cell for cell in table.cells if (cell.row, cell.column) == (1, 1))
    place = report.place_at(cell.start)
    assert report.text[cell.start : cell.end] == "112.4"
    assert place is not None and (place.cell, place.line) == ("table 1!B2", 18)
    own = {offset for offset in report.raw_offsets if offset >= 0}
    for drop in report.drops:
        own.update(range(drop.start, drop.end))
    assert all(raw.text[at].isspace() or at in own for at in range(len(raw.text)))


# ---------------------------------------------------------------- spreadsheets


def test_sheet_with_title_unit_notes_and_formats(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "主要指标"
    for row in [
        ["云川市2023年主要指标", None, None],
        ["单位：亿元", None, None],
        ["指标", "总量", "增速"],
        ["地区生产总值", 4385.2, 0.061],
        ["出口", 561.80, -0.0525],
        ["企业（家）", 2057, None],
        ["注：增速按可比价格计算。", None, None],
    ]:
        sheet.append(row)
    sheet.merge_cells("A1:C1")
    sheet["C4"].number_format = "0.0%"
    sheet["C5"].number_format = "0.00%"
    sheet["B5"].number_format = "#,##0.00"
    secret = workbook.create_sheet("底稿")
    secret.append(["草稿数字", 1])
    secret.sheet_state = "hidden"
    workbook.save(tmp_path / "指标.xlsx")
    _, report = load(tmp_path / "指标.xlsx")
    assert blocks(report, "heading") == ["云川市2023年主要指标"]
    assert blocks(report, "row") == [
        "指标\t总量\t增速", "地区生产总值\t4385.2\t6.1%", "出口\t561.80\t-5.25%", "企业（家）\t2057",
    ]  # fmt: skip
    (table,) = report.tables
    assert (table.title, table.unit, table.notes) == (
        "云川市2023年主要指标", "亿元", ("注：增速按可比价格计算。",),
    )  # fmt: skip
    place = report.place_at(report.text.index("-5.25%"))
    assert place is not None and place.cell == "主要指标!C5"
    assert drops(report) == {"草稿数字 1": "hidden sheet"}


def test_csv_in_gb18030(tmp_path: Path) -> None:
    text = "云川市主要指标,,\n单位：亿元,,\n指标,2022年,2023年\n地区生产总值,4098.5,4385.2\n"
    text += '"出口,含转口",534.0,561.8\n'
    raw, report = load(write(tmp_path, "指标.csv", text.encode("gb18030")))
    assert raw.encoding == "gb18030"
    assert blocks(report, "row")[1:] == ["地区生产总值\t4098.5\t4385.2", "出口,含转口\t534.0\t561.8"]
    place = report.place_at(report.text.index("561.8"))
    assert place is not None and place.cell == "C5"


def test_a_sheet_with_one_far_cell_is_refused(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet["A1"] = 1
    sheet["XFD1048576"] = 1
    workbook.save(tmp_path / "far.xlsx")
    with pytest.raises(ReadError, match="cells"):
        read_file(tmp_path / "far.xlsx")


# ---------------------------------------------------------------- all formats


def test_supported_suffixes_cover_the_promised_formats() -> None:
    assert {".txt", ".pdf", ".docx", ".html", ".htm", ".md", ".xlsx", ".csv"} <= SUPPORTED_SUFFIXES


EXAMPLES = sorted((Path(__file__).resolve().parents[1] / "examples" / "reports").glob("*"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.suffix)
def test_damaged_files_end_in_a_clear_error_or_in_text(path: Path, tmp_path: Path) -> None:
    chance = random.Random(path.name)
    data = path.read_bytes()
    for number in range(6):
        damaged = bytearray(data)
        for _ in range(chance.choice((1, 10, 200))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        if number % 3 == 0:
            del damaged[chance.randrange(len(damaged)) :]
        target = write(tmp_path, f"damaged{number}{path.suffix}", bytes(damaged))
        try:
            load(target)
        except ReadError as error:
            assert target.name in error.english
