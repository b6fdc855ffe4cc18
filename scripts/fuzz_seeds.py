"""The files that fuzzing starts from: small ones of every format, so that damage falls on what a reader looks at.

Text comes from the reports given; the files are written by reportlab, python-docx and openpyxl, and the reports
themselves, of whatever size, are among the seeds.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import docx
import openpyxl
from PIL import Image, ImageDraw
from reportlab.lib import colors
from reportlab.lib.pagesizes import A5
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Table

Seeds = dict[str, list[tuple[str, bytes]]]  # reader → (name, content)

READERS = {
    ".txt": "text", ".md": "markdown", ".html": "html", ".htm": "html", ".docx": "docx", ".pdf": "pdf",
    ".xlsx": "spreadsheet", ".csv": "spreadsheet", ".png": "image", ".jpg": "image", ".bmp": "image",
}  # fmt: skip
FONT = "STSong-Light"
ROWS = [
    ["指标", "单位", "2023年", "增速"],
    ["粮食产量", "万吨", "1,234.5", "3.2%"],
    ["出口", "亿元", "98.7", "-1.4%"],
]
_START = 1200  # characters of a text that a small file carries


def all_seeds(folders: Sequence[Path], largest: int, images: bool) -> Seeds:
    """Small files of every reader and the real files of `folders`; image files only where they can be read."""
    paths = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    real = {path.name: path.read_bytes() for path in paths if path.stat().st_size <= largest}
    texts = [
        data.decode("utf-8", "replace") for name, data in real.items() if name.endswith((".md", ".txt"))
    ] or ["云川市2023年粮食产量1234.5万吨，增长3.2%。\n" * 20]
    small = _text_files(texts) + _pdf_files(texts[0]) + _office_files(texts[-1])
    if images:
        small += _image_files()
    seeds: Seeds = {}
    for name, data in [*small, *real.items()]:
        if (reader := READERS.get(Path(name).suffix.lower())) and data:
            seeds.setdefault(reader, []).append((name, data))
    return seeds


def _text_files(texts: Sequence[str]) -> list[tuple[str, bytes]]:
    start = texts[0][:_START]
    wrapped = "\n".join(start.replace("\n", "")[at : at + 34] for at in range(0, len(start), 34))
    rows = [line.strip("| ").replace("|", ",") for text in texts for line in text.splitlines() if "|" in line]
    table = "\n".join(rows[:40] or [",".join(row) for row in ROWS])
    return [
        ("encoded.txt", start.encode("gb18030")),
        ("wide.txt", texts[-1][:_START].encode("utf-16")),
        ("wrapped.txt", wrapped.encode()),
        ("table.csv", table.encode()),
        ("encoded.csv", table.encode("gb18030")),
    ]


def _pdf_files(text: str) -> list[tuple[str, bytes]]:
    """One or two pages each; mostly not compressed, so that operators and numbers are damaged, not a stream."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    lines = [
        part
        for line in text[:_START].splitlines()
        for part in (line[at : at + 20] for at in range(0, len(line), 20))
    ]

    def draw(
        *, columns: int = 1, table: bool = False, turn: int = 0, compress: int = 0, encrypt: bool = False
    ) -> bytes:
        buffer = io.BytesIO()
        canvas = Canvas(
            buffer,
            pagesize=A5,
            pageCompression=compress,
            encrypt=StandardEncryption("", "owner") if encrypt else None,
        )
        for page in range(2 if table else 1):
            canvas.setPageRotation(turn)
            canvas.setFont("Vera", 8)
            canvas.drawString(40, 570, f"Page {page + 1}, GDP 1234.5")
            canvas.setFont(FONT, 10 if columns == 1 else 7)
            for number, line in enumerate(lines[:50]):
                column, row = divmod(number, 25)
                canvas.drawString(
                    40 + 180 * (column % columns), 540 - 13 * row - 320 * (column // columns), line
                )
            if table:
                drawn = Table(
                    ROWS,
                    style=[
                        ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
                        ("FONT", (0, 0), (-1, -1), FONT, 9),
                    ],
                )
                drawn.wrapOn(canvas, 300, 300)
                drawn.drawOn(canvas, 40, 40)
            canvas.showPage()
        canvas.save()
        return buffer.getvalue()

    return [
        ("plain.pdf", draw()),
        ("columns.pdf", draw(columns=2)),
        ("table.pdf", draw(table=True)),
        ("turned.pdf", draw(turn=90)),
        ("compressed.pdf", draw(compress=1, table=True)),
        ("opened.pdf", draw(encrypt=True)),
    ]


def _office_files(text: str) -> list[tuple[str, bytes]]:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "统计资料"
    document.add_heading("经济运行", 1)
    for line in text[:_START].splitlines():
        document.add_paragraph(line)
    table = document.add_table(len(ROWS), len(ROWS[0]))
    for row, values in enumerate(ROWS):
        for column, value in enumerate(values):
            table.cell(row, column).text = value
    table.cell(1, 0).merge(table.cell(2, 0))
    word, sheet = io.BytesIO(), io.BytesIO()
    document.save(word)
    book = openpyxl.Workbook()
    assert book.active is not None
    for values in ROWS:
        book.active.append(values)
    book.active.merge_cells("A2:A3")
    book.create_sheet("空").append(["单位：亿元", 12.5, True, None])
    book.save(sheet)
    return [("small.docx", word.getvalue()), ("small.xlsx", sheet.getvalue())]


def _image_files() -> list[tuple[str, bytes]]:
    picture = Image.new("L", (240, 60), 255)
    ImageDraw.Draw(picture).text((10, 20), "GDP 2023: 1234.5 (+3.2%)", fill=0)
    files: list[tuple[str, bytes]] = []
    for suffix, kind in (("png", "PNG"), ("jpg", "JPEG"), ("bmp", "BMP")):
        buffer = io.BytesIO()
        picture.save(buffer, kind)
        files.append((f"figure.{suffix}", buffer.getvalue()))
    return files
