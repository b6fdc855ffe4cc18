"""Pictures of pages (PNG, JPEG, TIFF with several pages …), read by OCR."""

from __future__ import annotations

import io
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from index.errors import ReadError
from index.limits import Limits, Progress
from index.readers import ocr
from index.readers.pdf_layout import lines_of
from index.readers.pdf_write import Page, write_pages
from index.types import RawReport

_MOST_DOTS = 100_000_000  # of one picture: a broadsheet page at 300 dots an inch has half of it
_LONGEST_SIDE = 3500  # dots; larger pictures are read at this size
_WIDTH = 595.0  # points of the page a picture stands for: its true size is rarely known
_OCR_SHARE = 0.7  # of the time for a file that recognition may take


def read(
    path: Path, data: bytes, limits: Limits | None = None, progress: Progress | None = None
) -> RawReport:
    """The text of every frame, a page each; boxes are as on a page of A4 width."""
    limits = limits or Limits()
    if not ocr.available():
        raise ocr.not_installed(path.name)
    until = time.monotonic() + _OCR_SHARE * limits.seconds
    pages: list[Page] = []
    try:
        with Image.open(io.BytesIO(data)) as picture:
            frames = getattr(picture, "n_frames", 1)
            if frames > limits.pages:
                raise limits.exceeded(path.name, "pages", "has more than {} pages", "超过 {} 页")
            for number, frame in enumerate(ImageSequence.Iterator(picture), start=1):
                page = Page(number, 0.0)
                pages.append(page)
                if number > limits.ocr_pages or time.monotonic() > until:
                    page.unread = True
                    continue
                if progress is not None and frames > 1:
                    progress(number, frames)
                _read_frame(frame, page, path.name)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise ReadError(
            f"{path.name} is damaged or not a picture: get it again from its source.",
            f"{path.name} 已损坏或不是图像：请重新获取。",
        ) from error
    return write_pages(pages, None, "image")


def _read_frame(frame: Image.Image, page: Page, name: str) -> None:
    width, height = frame.size
    if width * height > _MOST_DOTS:
        raise ReadError(
            f"{name} has {width} by {height} dots: save it smaller, or as several pages.",
            f"{name} 为 {width}×{height} 像素：请缩小或分成数页。",
        )
    upright = ImageOps.exif_transpose(frame)
    image = upright.convert("RGBA") if "A" in upright.getbands() else upright.convert("RGB")
    if image.mode == "RGBA":  # transparent means white, as on a page
        ground = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(ground, image).convert("RGB")
    image.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    scale = image.width / _WIDTH
    page.height = image.height / scale
    dots = np.asarray(image, dtype=np.uint8)[:, :, ::-1]  # the recogniser counts blue, green, red
    glyphs = ocr.recognise(np.ascontiguousarray(dots), page.height, scale)
    page.items = [*lines_of(glyphs)]
    page.ocr = bool(glyphs)
