"""PDF: text with page and box of every line, columns in reading order, ruled tables as rows.

Running headers, footers and page numbers are found by their place on the page and their return on
other pages, and become recorded drops.
"""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from index.errors import ReadError
from index.limits import Limits, Progress
from index.readers import ocr
from index.readers.pdf_columns import Box, Glyph
from index.readers.pdf_layout import lines_of
from index.readers.pdf_tables import Rules, TableItem, in_order, tables_of
from index.readers.pdf_write import Page, write_pages
from index.types import RawReport

_MOST_RULES = 30_000  # drawn lines of a page in which tables are still looked for
_FEW_GLYPHS = 20  # a page with a large picture and less text than this is a scan with a stamp or number
_PICTURE_SHARE = 0.25  # of the page, from which on a picture may be the scan of its text
_INK = 0.5  # of the neighbour's height: less is a box of ink, not of a smaller font
_OCR_SHARE = 0.7  # of the time for a file that recognition may take
_UNKNOWN = re.compile(r"[\ufffd\ue000-\uf8ff\x00-\x1f\x7f-\x9f\U000f0000-\U0010ffff]")
_MOST_DOTS = 25_000_000  # of a page rendered for OCR; larger pages are rendered more coarsely


def read(
    path: Path, data: bytes, limits: Limits | None = None, progress: Progress | None = None
) -> RawReport:
    """Text, tables and headings of all pages."""
    start = data.find(b"%PDF-", 0, 1024)
    try:
        document = pypdfium2.PdfDocument(data[max(0, start) :])
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise ReadError(
                f"{path.name} is locked by a password: save a copy without one.",
                f"{path.name} 有密码保护：请另存为无密码的副本。",
            ) from error
        raise ReadError(
            f"{path.name} is damaged or not a PDF: get it again from its source.",
            f"{path.name} 已损坏或不是 PDF：请重新获取。",
        ) from error
    limits = limits or Limits()
    try:
        if len(document) > limits.pages:
            raise limits.exceeded(path.name, "pages", "has more than {} pages", "超过 {} 页")
        pages = list(_Reader(document, data, limits, progress).pages())
        title = document.get_metadata_value("Title") or None
    finally:
        document.close()
    if not any(page.items for page in pages) and any(page.unread for page in pages):
        raise ocr.not_installed(path.name) if not ocr.available() else limits.exceeded(
            path.name, "ocr_pages", "has pages that only OCR can read, and {} were too many for the time given",
            "的页面只能由 OCR 读取，在限定时间内无法读完 {} 页",
        )  # fmt: skip
    return write_pages(pages, title)


class _Reader:
    """Reads the pages of one document one after the other."""

    def __init__(
        self, document: pypdfium2.PdfDocument, data: bytes, limits: Limits, progress: Progress | None
    ) -> None:
        self._document = document
        self._rules = Rules(data)
        self._limits = limits
        self._progress = progress
        self._recognised = 0
        # Recognition stops in time for what was read so far to be kept.
        self._recognise_until = time.monotonic() + _OCR_SHARE * limits.seconds

    def pages(self) -> Iterator[Page]:
        try:
            for index in range(len(self._document)):
                try:
                    page = self._document[index]
                except pypdfium2.PdfiumError:
                    yield Page(index + 1, 0.0)  # one broken page must not lose the others
                    continue
                yield self._page(page, index)
                page.close()
        finally:
            self._rules.close()

    def _page(self, page: pypdfium2.PdfPage, index: int) -> Page:
        try:
            text_page = page.get_textpage()
        except pypdfium2.PdfiumError:
            return Page(index + 1, 0.0)
        glyphs, turned, quarter = _glyphs(text_page)
        text_page.close()
        width, height = page.get_size()
        result = Page(index + 1, width if quarter % 2 else height, turned=turned)
        garbled = _is_garbled(glyphs)
        if garbled or (len(glyphs) < _FEW_GLYPHS and _is_picture(page, width * height)):
            if garbled:
                result.garbled, glyphs = ["".join(glyph.text for glyph in glyphs)], []
            if recognised := self._recognise(page, result):
                glyphs, quarter = recognised, 0
                result.height, result.ocr = height, True
        tables: list[TableItem] = []
        if not quarter and not result.ocr and not page.get_rotation():
            paths = sum(1 for _ in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=4))
            if 4 <= paths <= _MOST_RULES:
                tables, glyphs = tables_of(self._rules.tables(index), glyphs)
        lines = lines_of(glyphs)
        if quarter:
            for line in lines:
                line.box = _turn_box(line.box, -quarter)
        result.items = in_order(lines, tables)
        return result

    def _recognise(self, page: pypdfium2.PdfPage, result: Page) -> list[Glyph]:
        """The characters that OCR sees on the page; notes on `result` if it may not look."""
        spent = self._recognised >= self._limits.ocr_pages or time.monotonic() > self._recognise_until
        if spent or not ocr.available():
            result.unread = True
            return []
        self._recognised += 1
        if self._progress is not None:
            self._progress(result.number, len(self._document))
        width, height = page.get_size()
        scale = min(ocr.DOTS_PER_POINT, math.sqrt(_MOST_DOTS / max(width * height, 1.0)))
        bitmap = page.render(scale=scale, rev_byteorder=False)
        image = np.array(bitmap.to_numpy()[:, :, :3])
        bitmap.close()
        return ocr.recognise(image, height, scale)


def _is_garbled(glyphs: list[Glyph]) -> bool:
    """Whether most characters are none: a font that does not say which character a shape is."""
    unknown = sum(1 for glyph in glyphs if _UNKNOWN.match(glyph.text))
    return unknown >= 5 and unknown > 0.3 * len(glyphs)


def _is_picture(page: pypdfium2.PdfPage, area: float) -> bool:
    """Whether pictures cover so much of the page that they may hold its text."""
    covered = 0.0
    for picture in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        left, bottom, right, top = picture.get_bounds()
        covered += max(0.0, right - left) * max(0.0, top - bottom)
    return covered >= _PICTURE_SHARE * area


def _glyphs(text_page: pypdfium2.PdfTextpage) -> tuple[list[Glyph], list[str], int]:
    """Visible glyphs turned upright, text at odd angles, and the quarter turns of the page's text."""
    found: list[tuple[str, Box, int | None, int]] = []
    spaces = high = shared = 0
    last: Box = (0.0, 0.0, 0.0, 0.0)
    for index in range(text_page.count_chars()):
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000 and high:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)
        high = 0
        character = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        if character.isspace() or pdfium.FPDFText_IsGenerated(text_page, index):
            spaces += 2 if character in "\u3000\t" else 1
            continue
        if character in "\ufffe\u0002":  # a hyphen that the library marks at a line end
            character = "-"
        angle = pdfium.FPDFText_GetCharAngle(text_page, index) / (math.pi / 2)
        quarter = round(angle) % 4 if abs(angle - round(angle)) < 0.06 else None
        box = text_page.get_charbox(index, loose=True)
        if box[2] - box[0] <= 0 or box[3] - box[1] <= 0:
            box = text_page.get_charbox(index)
        if found and not spaces and box == last:
            shared += 1  # one shape that stands for several characters, as —— in some fonts
        else:
            _part(found, shared)
            shared = 1
        last = box
        found.append((character, box, quarter, spaces))
        spaces = 0
    _part(found, shared)
    _even(found)
    turns = Counter(quarter for _, _, quarter, _ in found if quarter is not None)
    main = turns.most_common(1)[0][0] if turns else 0
    glyphs = []
    other: list[str] = []
    for character, box, quarter, spaces in found:
        if quarter == main:
            glyphs.append(Glyph(character, *_turn_box(box, main), spaces))
        else:
            other.append(character)
    return glyphs, ["".join(other)] if other else [], main


def _even(found: list[tuple[str, Box, int | None, int]]) -> None:
    """Some fonts give only the ink of a glyph: 一 or ， beside a taller neighbour takes its height."""
    for at in range(len(found)):
        character, box, quarter, spaces = found[at]
        low, high = (0, 2) if quarter in (1, 3) else (1, 3)
        for other in (at - 1, at + 1):
            if not 0 <= other < len(found) or found[other][2] != quarter:
                continue
            beside = found[other][1]
            middle = (box[low] + box[high]) / 2
            if (
                box[high] - box[low] < _INK * (beside[high] - beside[low])
                and beside[low] < middle < beside[high]
            ):
                edges = list(box)
                edges[low], edges[high] = beside[low], beside[high]
                found[at] = (character, (edges[0], edges[1], edges[2], edges[3]), quarter, spaces)
                break


def _part(found: list[tuple[str, Box, int | None, int]], shared: int) -> None:
    """Gives each of the last `shared` characters, which have one box, its part of it along the line."""
    if shared < 2:
        return
    for at in range(shared):
        character, (left, bottom, right, top), quarter, spaces = found[at - shared]
        if quarter in (1, 3):
            step = (top - bottom) / shared
            order = at if quarter == 1 else shared - 1 - at
            box = (left, bottom + order * step, right, bottom + (order + 1) * step)
        else:
            step = (right - left) / shared
            order = at if quarter != 2 else shared - 1 - at
            box = (left + order * step, bottom, left + (order + 1) * step, top)
        found[at - shared] = (character, box, quarter, spaces)


def _turn_box(box: Box, quarter: int) -> Box:
    """`box` turned back by `quarter` quarter turns about the origin."""
    left, bottom, right, top = box
    for _ in range(quarter % 4):
        left, bottom, right, top = bottom, -right, top, -left
    return left, bottom, right, top
