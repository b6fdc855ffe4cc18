"""A page of a PDF as an image, with boxes around a cited passage and the figures in it.

The index keeps a box for each line or table cell; the boxes of single characters come from the page itself
and are matched to the line's canonical characters, so that a highlight covers the figure and no more. Where
the page has no text of its own (a scan), the line's box is shared out by the width of its characters.
"""

from __future__ import annotations

import ctypes
import io
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageChops, ImageDraw

from index.errors import WenbaoError
from index.types import Place, Report
from rag.source import Span

HighlightKind = Literal["passage", "figure"]
PageBox = tuple[float, float, float, float]  # left, bottom, right, top in PDF points
FONT_PACKAGE = "fonts-noto-cjk"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/X11/fonts")  # where pdfium looks
_CHINESE_FONT_NAMES = (
    "noto*cjk*", "notosans*sc*", "notoserif*sc*", "wqy*", "uming*", "ukai*", "simsun*", "simhei*", "msyh*",
    "sourcehan*", "droidsansfallback*", "*fandol*", "arphic*", "*lxgw*", "stsong*", "fzs*",
)  # fmt: skip
_TINTS = {"passage": (255, 244, 204), "figure": (255, 205, 80)}
_pdfium_lock = threading.Lock()  # pdfium may be in one thread at a time


class FontsMissingError(WenbaoError):
    """A page needs Chinese fonts that neither the file nor the system has."""


class PageMissingError(WenbaoError):
    """A file that is no PDF, or has no such page."""


@dataclass(frozen=True, slots=True)
class Highlight:
    """A box on the image, in pixels from its top left corner."""

    kind: HighlightKind
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PageImage:
    """`png` is `width` × `height` pixels; `page` counts from 1 to `pages`."""

    png: bytes
    width: int
    height: int
    page: int
    pages: int
    highlights: tuple[Highlight, ...]


def render_page(
    path: Path,
    report: Report,
    page: int,
    passage: Span | None = None,
    figures: Sequence[Span] = (),
    *,
    width: int = 1240,
    draw: bool = False,
) -> PageImage:
    """Page `page` of the PDF at `path`, which `report` was read from, with the boxes of canonical spans.

    `width` is the image's in pixels. `draw` paints the highlights into the image; without, they are only
    returned. Raises PageMissingError, FontsMissingError.
    """
    with _pdfium_lock:
        try:
            document = pypdfium2.PdfDocument(_pdf_bytes(path))
        except (OSError, pypdfium2.PdfiumError) as error:
            raise PageMissingError(
                f"{report.name} cannot be shown as pages: its text is shown instead.",
                f"{report.name} 无法按页显示，改为显示文本。",
            ) from error
        try:
            return _render(document, report, page, passage, figures, width, draw)
        finally:
            document.close()


def _pdf_bytes(path: Path) -> bytes:
    data = path.read_bytes()
    return data[max(0, data.find(b"%PDF-", 0, 1024)) :]  # as the reader does


def _render(
    document: pypdfium2.PdfDocument,
    report: Report,
    number: int,
    passage: Span | None,
    figures: Sequence[Span],
    width: int,
    draw: bool,
) -> PageImage:
    if not 1 <= number <= len(document):
        raise PageMissingError(
            f"{report.name} has no page {number}, it ends with page {len(document)}.",
            f"{report.name} 没有第 {number} 页，共 {len(document)} 页。",
        )
    page = document[number - 1]
    if not has_chinese_font() and _needs_chinese_font(page):
        raise FontsMissingError(
            f"This PDF carries no Chinese font and the system has none: install {FONT_PACKAGE} to see the page "
            f"(apt-get install {FONT_PACKAGE}). Its text is shown instead.",
            f"该 PDF 未嵌入中文字体，系统也没有中文字体：安装 {FONT_PACKAGE} 后即可显示原页"
            f"（apt-get install {FONT_PACKAGE}）。现改为显示文本。",
        )
    scale = min(width / max(page.get_width(), 1.0), 4.0)
    bitmap = page.render(scale=scale)
    image = bitmap.to_pil().convert("RGB")
    glyphs = _glyphs(page)
    wanted: list[tuple[HighlightKind, Span]] = [("passage", passage)] if passage else []
    wanted += [("figure", span) for span in figures]
    highlights = [
        Highlight(kind, *_to_pixels(page, box, image.width, image.height))
        for kind, span in wanted
        for box in _boxes(report, span, number, glyphs)
    ]
    if draw:
        image = _painted(image, highlights)
    target = io.BytesIO()
    image.save(target, "PNG", compress_level=3)
    return PageImage(target.getvalue(), image.width, image.height, number, len(document), tuple(highlights))


def _to_pixels(
    page: pypdfium2.PdfPage, box: PageBox, width: int, height: int
) -> tuple[float, float, float, float]:
    """Left, top, width, height on the image; pdfium knows the page's turn and crop."""
    fine = 16  # the library answers in whole numbers: ask on a finer grid
    xs: list[float] = []
    ys: list[float] = []
    for x, y in ((box[0], box[1]), (box[2], box[3])):
        device_x, device_y = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(
            page, 0, 0, width * fine, height * fine, 0, x, y, ctypes.byref(device_x), ctypes.byref(device_y)
        )
        xs.append(min(max(device_x.value / fine, 0.0), width))
        ys.append(min(max(device_y.value / fine, 0.0), height))
    return min(xs), min(ys), abs(xs[1] - xs[0]), abs(ys[1] - ys[0])


def _painted(image: Image.Image, highlights: Sequence[Highlight]) -> Image.Image:
    """The image as if marked with a felt pen: the paper is tinted, the ink stays."""
    tint = Image.new("RGB", image.size, "white")
    pen = ImageDraw.Draw(tint)
    for one in highlights:
        pen.rectangle((one.left, one.top, one.left + one.width, one.top + one.height), fill=_TINTS[one.kind])
    return ImageChops.multiply(image, tint)


# ---------------------------------------------------------------- boxes of canonical spans


@dataclass(frozen=True, slots=True)
class _Glyph:
    text: str
    box: PageBox

    @property
    def middle(self) -> tuple[float, float]:
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2


def _glyphs(page: pypdfium2.PdfPage) -> list[_Glyph]:
    """The page's visible characters with their boxes, in the order of the file."""
    text_page = page.get_textpage()
    found: list[_Glyph] = []
    for index in range(text_page.count_chars()):
        character = _character(pdfium.FPDFText_GetUnicode(text_page, index))
        if character.isspace() or pdfium.FPDFText_IsGenerated(text_page, index):
            continue
        box = text_page.get_charbox(index, loose=True)
        if box[2] - box[0] <= 0 or box[3] - box[1] <= 0:
            box = text_page.get_charbox(index)
        found.append(_Glyph(character, box))
    text_page.close()
    return found


def _character(code: int) -> str:
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


def _boxes(report: Report, span: Span, page: int, glyphs: Sequence[_Glyph]) -> Iterator[PageBox]:
    """The boxes of `report.text[start:end]` on a page, one for each line it touches."""
    offsets = [(offset, report.place_at(offset)) for offset in range(*span)]
    for place, run in groupby(offsets, key=lambda pair: pair[1]):
        if place is None or place.page != page or place.box is None:
            continue
        positions = [offset for offset, _ in run if not report.text[offset].isspace()]
        if positions:
            yield from _boxes_in(report, place, positions, glyphs)


def _boxes_in(
    report: Report, place: Place, positions: Sequence[int], glyphs: Sequence[_Glyph]
) -> Iterator[PageBox]:
    """The boxes of some canonical characters of one line or cell."""
    line = _line_of(report, place, positions[0])
    own = _within(glyphs, place.box or (0, 0, 0, 0))
    matched = _match([report.text[offset] for offset in line], own)
    wanted = {line.index(offset) for offset in positions}
    boxes = [own[matched[index]].box for index in sorted(wanted) if index in matched]
    if 2 * len(boxes) < len(wanted):
        assert place.box is not None
        yield _share(place.box, [report.text[offset] for offset in line], min(wanted), max(wanted) + 1)
        return
    yield from _joined(boxes)


def _line_of(report: Report, place: Place, offset: int) -> list[int]:
    """The canonical offsets of all visible characters of the line or cell that `offset` stands in."""

    def walk(step: int) -> Iterator[int]:
        position, missed = offset + step, 0
        while 0 <= position < len(report.text) and missed < 8:  # white space put in has no place
            if report.place_at(position) == place:
                missed = 0
                if not report.text[position].isspace():
                    yield position
            else:
                missed += 1
            position += step

    return [*reversed(list(walk(-1))), offset, *walk(1)]


def _within(glyphs: Sequence[_Glyph], box: PageBox) -> list[_Glyph]:
    left, bottom, right, top = box
    return [
        glyph
        for glyph in glyphs
        if left - 1 <= glyph.middle[0] <= right + 1 and bottom - 1 <= glyph.middle[1] <= top + 1
    ]


def _match(line: Sequence[str], glyphs: Sequence[_Glyph]) -> dict[int, int]:
    """Index in the line → index among the glyphs, where the characters are the same."""
    first = [_plain(character) for character in line]
    second = [_plain(glyph.text) for glyph in glyphs]
    if first == second:
        return {index: index for index in range(len(first))}
    blocks = SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
    return {block.a + step: block.b + step for block in blocks for step in range(block.size)}


def _plain(character: str) -> str:
    return unicodedata.normalize("NFKC", character)


def _joined(boxes: Sequence[PageBox]) -> Iterator[PageBox]:
    """Boxes of characters one after the other on a line become one box."""
    current: PageBox | None = None
    for box in boxes:
        if current is not None:
            height = max(current[3] - current[1], box[3] - box[1])
            same_line = abs((current[1] + current[3]) - (box[1] + box[3])) < height
            if same_line and -height < box[0] - current[2] < 2 * height:
                current = (
                    min(current[0], box[0]), min(current[1], box[1]),
                    max(current[2], box[2]), max(current[3], box[3]),
                )  # fmt: skip
                continue
            yield current
        current = box
    if current is not None:
        yield current


def _share(box: PageBox, line: Sequence[str], first: int, end: int) -> PageBox:
    """The part of a line's box that its characters `first:end` take, Latin ones half as wide."""
    widths = [2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line]
    unit = (box[2] - box[0]) / max(1, sum(widths))
    return (
        box[0] + unit * sum(widths[:first]), box[1], box[0] + unit * sum(widths[:end]), box[3]
    )  # fmt: skip


# ---------------------------------------------------------------- fonts


def has_chinese_font(folders: Sequence[str | Path] | None = None) -> bool:
    """Whether the system has a Chinese font where pdfium looks."""
    return any(
        file.suffix.lower() in (".ttf", ".ttc", ".otf") and _names_chinese_font(file.name)
        for folder in (FONT_FOLDERS if folders is None else folders)
        for file in Path(folder).rglob("*.?t?")
    )


def _names_chinese_font(name: str) -> bool:
    from fnmatch import fnmatch

    return any(fnmatch(name.lower(), pattern) for pattern in _CHINESE_FONT_NAMES)


def _needs_chinese_font(page: pypdfium2.PdfPage) -> bool:
    """Whether the page has Chinese text in a font that the file does not carry."""
    text_page = page.get_textpage()
    try:
        for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=4):
            font: Any = pdfium.FPDFTextObj_GetFont(item)
            if font and not pdfium.FPDFFont_GetIsEmbedded(font) and _has_chinese(item, text_page):
                return True
    finally:
        text_page.close()
    return False


def _has_chinese(item: pypdfium2.PdfObject, text_page: pypdfium2.PdfTextpage) -> bool:
    size = pdfium.FPDFTextObj_GetText(item, text_page, None, 0)
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    pdfium.FPDFTextObj_GetText(item, text_page, buffer, size)
    return any(0x3400 <= code <= 0x9FFF for code in buffer)
