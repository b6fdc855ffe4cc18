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


def newspaper_pdf(columns: int, shift: float) -> bytes:
    """Columns of 8-point lines, each `shift` points lower than the one before it, parted by a gap of 14 points.

    A headline stands over all of them, a picture inside the last two, and marks hang over the columns' edges.
    """
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, pagesize=A4)
    page.setFont("STSong-Light", 22)
    page.drawCentredString(297, 780, "云川市经济运行观察")
    page.setFont("STSong-Light", 8)
    width = 96 if columns > 3 else 144 if columns > 2 else 224
    text = "　　" + "".join(SENTENCE.format(f"{part}", part) for part in range(1, 37))
    lines: list[str] = []
    while text:
        wide = width // 8 + (text[width // 8 : width // 8 + 1] in tuple("，。"))
        lines.append(text[:wide])
        text = text[wide:]
    each = -(-len(lines) // columns)
    for number, line in enumerate(lines):
        column, row = divmod(number, each)
        hole = 120 if column >= columns - 2 and row >= 8 else 0
        page.drawString(50 + column * (width + 14), 730 - 13 * row - shift * column - hole, line)
    page.showPage()
    page.save()
    return buffer.getvalue()


@pytest.mark.parametrize("columns", [2, 3, 4])
@pytest.mark.parametrize("shift", [0.0, 4.5, 7.0])
def test_pdf_newspaper_is_read_column_by_column(tmp_path: Path, columns: int, shift: float) -> None:
    _, report = load(write(tmp_path, "观察.pdf", newspaper_pdf(columns, shift)))
    assert blocks(report, "heading") == ["云川市经济运行观察"]
    assert "".join(SENTENCE.format(f"{part}", part) for part in range(1, 37)) in report.text.replace("\n", "")


def test_pdf_table_without_rules_is_read_row_by_row(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, pagesize=A4)
    page.setFont("STSong-Light", 10)
    for row in range(20):
        y = 760 - 18 * row
        name = ("规模以上工业增加值", "固定资产投资", "社会消费品零售总额", "出口")[row % 4]
        page.drawString(60, y, f"{name}{row}")
        page.drawRightString(330, y, f"{1000 + 37 * row}.5")
        page.drawRightString(500, y, f"{row}.3")
    page.showPage()
    page.save()
    raw, _ = load(write(tmp_path, "表.pdf", buffer.getvalue()))
    rows = [line.split() for line in raw.text.splitlines() if line.strip()]
    assert [row[1:] for row in rows] == [[f"{1000 + 37 * row}.5", f"{row}.3"] for row in range(20)]


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
