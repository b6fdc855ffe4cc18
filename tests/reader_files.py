"""What the reader tests share: loading a file, its blocks and drops, and drawing a PDF."""

from __future__ import annotations

import io
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

from index.clean import clean
from index.readers import read_file
from index.types import RawReport, Report

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))


def load(path: Path) -> tuple[RawReport, Report]:
    raw = read_file(path)
    return raw, clean(raw, name=path.name, sha256="")


def blocks(report: Report, kind: str) -> list[str]:
    return [report.text[block.start : block.end] for block in report.blocks if block.kind == kind]


def drops(report: Report) -> dict[str, str]:
    return {drop.text.strip(): drop.reason for drop in report.drops}


def write(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def make_pdf(lines: list[str], password: str | None = None) -> bytes:
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, pagesize=A4, encrypt=password)
    page.setFont("STSong-Light", 10)
    for number, line in enumerate(lines):
        page.drawString(60, 780 - 16 * number, line)
    page.showPage()
    page.save()
    return buffer.getvalue()
