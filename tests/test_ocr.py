"""Scans and pictures: read by OCR where it is installed, named with the cure where it is not."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image
from reader_files import blocks, drops, load, make_pdf, write
from test_readers_pdf import SENTENCE, columns_pdf

from index.clean import visible
from index.errors import ReadError
from index.folders import find_files
from index.limits import Limits
from index.readers import ocr, read_file

needs_ocr = pytest.mark.skipif(not ocr.available(), reason=f"OCR is not installed: {ocr.INSTALL}")


def scanned(pdf: bytes, *, degrees: float = 0.0, noise: float = 0.0) -> list[Image.Image]:
    """The pages of a PDF as a scanner gives them."""
    chance = np.random.default_rng(1)
    pictures = []
    for page in pypdfium2.PdfDocument(pdf):
        picture = page.render(scale=2.5).to_pil().convert("L")
        picture = picture.rotate(degrees, fillcolor=255, resample=Image.Resampling.BICUBIC)
        dots = np.asarray(picture, dtype=float) + chance.normal(0, noise, picture.size[::-1])
        pictures.append(Image.fromarray(np.clip(dots, 0, 255).astype(np.uint8)))
    return pictures


def scan_pdf(pictures: list[Image.Image]) -> bytes:
    buffer = io.BytesIO()
    pictures[0].save(buffer, "PDF", save_all=True, append_images=pictures[1:], resolution=180)
    return buffer.getvalue()


LINES = ["云川市2023年地区生产总值4385.2亿元，比上年增长6.1%。", "规模以上工业增加值增长8.2%。"]


@pytest.fixture
def without_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)


@pytest.mark.usefixtures("without_ocr")
def test_without_ocr_the_error_says_which_command_installs_it(tmp_path: Path) -> None:
    pictures = scanned(make_pdf(LINES))
    pictures[0].save(tmp_path / "scan.png")
    for path in (write(tmp_path, "scan.pdf", scan_pdf(pictures)), tmp_path / "scan.png"):
        with pytest.raises(ReadError, match=r"scan\.\w+ .*pip install -r requirements-ocr\.lock"):
            read_file(path)
    found = find_files([tmp_path])
    assert [source.path.name for source in found.files] == ["scan.pdf"] and found.pictures == 1


@pytest.mark.usefixtures("without_ocr")
def test_a_scanned_page_among_others_is_reported_as_unread(tmp_path: Path) -> None:
    written = pypdfium2.PdfDocument(make_pdf(LINES))
    written.import_pages(pypdfium2.PdfDocument(scan_pdf(scanned(make_pdf(LINES)))))
    buffer = io.BytesIO()
    written.save(buffer)
    _, report = load(write(tmp_path, "mixed.pdf", buffer.getvalue()))
    assert (
        visible(report.text) == visible("".join(LINES))
        and report.unread_pages == (2,)
        and report.ocr_pages == ()
    )


@needs_ocr
def test_pictures_of_a_saved_web_page_are_no_reports(tmp_path: Path) -> None:
    for folder in ("公报_files", "公报.files", "scans"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "1.png").write_bytes(b"\x89PNG")
    assert [source.relative for source in find_files([tmp_path]).files] == ["scans/1.png"]


@needs_ocr
@pytest.mark.models
@pytest.mark.parametrize("suffix", ["png", "jpg", "tif"])
def test_a_picture_is_read_with_boxes(tmp_path: Path, suffix: str) -> None:
    picture = scanned(make_pdf(LINES))[0].crop((0, 0, 1488, 500))
    picture.save(tmp_path / f"scan.{suffix}")
    _, report = load(tmp_path / f"scan.{suffix}")
    assert visible(report.text) == visible("".join(LINES))
    assert report.format == "image" and report.pages == 1 and report.ocr_pages == (1,)
    place = report.place_at(report.text.index("4385.2"))
    assert place is not None and place.page == 1 and place.box is not None
    left, bottom, right, top = place.box
    assert 50 < left < 70 and 300 < right < 400 and 0 < bottom < top < 200


@needs_ocr
@pytest.mark.models
def test_a_skewed_noisy_scan_in_columns_reads_in_order(tmp_path: Path) -> None:
    pages = scanned(columns_pdf(), degrees=1.2, noise=18)
    _, report = load(write(tmp_path, "scan.pdf", scan_pdf(pages)))
    found = sum(
        SENTENCE.format(f"{number}{part}", part) in report.text for number in (1, 2) for part in range(1, 26)
    )
    assert found >= 48  # of 50; one character in a thousand is misread
    assert blocks(report, "heading") == ["云川市经济运行观察"]
    assert {"云川统计", "2024年第3期"} <= set(drops(report))
    assert report.ocr_pages == (1, 2)


@needs_ocr
@pytest.mark.models
def test_pages_beyond_the_limit_are_unread(tmp_path: Path) -> None:
    path = write(tmp_path, "scan.pdf", scan_pdf(scanned(make_pdf(LINES)) * 2))
    report = read_file(path, Limits(ocr_pages=1))
    assert report.ocr_pages == (1,) and report.unread_pages == (2,)
