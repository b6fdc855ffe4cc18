"""Reading PDF: columns, running headers, ruled tables over pages, turned pages, locked and empty files."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from reader_files import blocks, drops, load, make_pdf, write
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas
from reportlab.platypus import Table as DrawnTable

from index.errors import ReadError
from index.readers import read_file

# ---------------------------------------------------------------- PDF


SENTENCE = "云川市第{}季度规模以上工业增加值增长{}.5%，出口和消费同步回升，主要指标好于全省平均水平。"


def columns_pdf(rotation: int = 0) -> bytes:
    """Two pages in two columns, with a headline, a running header and page numbers."""
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, pagesize=A4)
    for number in (1, 2):
        page.setPageRotation(rotation)
        page.setFont("STSong-Light", 8)
        page.drawString(60, 815, "云川统计")
        page.drawString(480, 815, "2024年第3期")
        page.drawCentredString(297, 25, f"— {number} —")
        if number == 1:
            page.setFont("STSong-Light", 18)
            page.drawCentredString(297, 770, "云川市经济运行观察")
        page.setFont("STSong-Light", 10)
        text = "".join(SENTENCE.format(f"{number}{part}", part) for part in range(1, 26))
        text = ("　　" if number == 1 else "") + text
        lines = [text[at : at + 22] for at in range(0, len(text), 22)]
        half = (len(lines) + 1) // 2
        for column, part in enumerate((lines[:half], lines[half:])):
            for row, line in enumerate(part):
                page.drawString(60 + 250 * column, 735 - 16 * row, line)
        page.showPage()
    page.save()
    return buffer.getvalue()


def test_pdf_columns_headers_and_page_numbers(tmp_path: Path) -> None:
    raw, report = load(write(tmp_path, "观察.pdf", columns_pdf()))
    assert raw.pages == 2
    assert blocks(report, "heading") == ["云川市经济运行观察"]
    for number in (1, 2):
        for part in range(1, 26):
            assert SENTENCE.format(f"{number}{part}", part) in report.text
    order = [report.text.index(f"第{number}{part}季度") for number in (1, 2) for part in range(1, 26)]
    assert order == sorted(order)
    assert drops(report) == {
        "云川统计": "running header", "2024年第3期": "running header",
        "— 1 —": "page number", "— 2 —": "page number",
    }  # fmt: skip
    place = report.place_at(report.text.index("第21季度"))
    assert place is not None and place.page == 2 and place.box is not None
    left, bottom, right, top = place.box
    assert 0 < left < right < 596 and 0 < bottom < top < 842


def test_pdf_ruled_table_over_two_pages(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, pagesize=A4)
    style = [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("FONT", (0, 0), (-1, -1), "STSong-Light", 10)]
    head = [["指标", "总量", ""], ["", "2022年", "2023年"]]
    spans = [("SPAN", (0, 0), (0, 1)), ("SPAN", (1, 0), (2, 0))]
    for number, names in ((1, ["第一产业", "第二产业"]), (2, ["第三产业", "出口"])):
        page.setFont("STSong-Light", 10)
        if number == 1:
            page.drawString(60, 780, "表1　云川市主要指标")
            page.drawString(420, 764, "单位：亿元")
        rows = [[name, f"{number}{index}1.5", f"{number}{index}2.5"] for index, name in enumerate(names)]
        table = DrawnTable(head + rows, colWidths=[150, 100, 100], style=style + spans)
        table.wrapOn(page, 500, 400)
        table.drawOn(page, 60, 660)
        if number == 2:
            page.setFont("STSong-Light", 10)
            page.drawString(60, 640, "注：2023年为初步核算数。")
        page.showPage()
    page.save()
    _, report = load(write(tmp_path, "表.pdf", buffer.getvalue()))
    assert blocks(report, "row") == [
        "指标\t总量", "2022年\t2023年", "第一产业\t101.5\t102.5", "第二产业\t111.5\t112.5",
        "第三产业\t201.5\t202.5", "出口\t211.5\t212.5",
    ]  # fmt: skip
    (table,) = report.tables
    assert (table.header_rows, table.title, table.unit) == (2, "表1 云川市主要指标", "亿元")
    assert table.notes == ("注：2023年为初步核算数。",)
    assert drops(report)["2022年"] == "repeated table header"
    place = report.place_at(report.text.index("212.5"))
    assert place is not None and place.page == 2 and place.cell == "table 1!C8"


def test_pdf_turned_pages_read_upright(tmp_path: Path) -> None:
    _, upright = load(write(tmp_path, "a.pdf", columns_pdf()))
    _, turned = load(write(tmp_path, "b.pdf", columns_pdf(rotation=90)))
    assert turned.text == upright.text


def test_locked_pdf_is_named_as_locked(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="password"):
        read_file(write(tmp_path, "locked.pdf", make_pdf(["云川市"], password="secret")))


def test_pdf_without_text_says_so(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no text"):
        read_file(write(tmp_path, "scan.pdf", make_pdf([])))
