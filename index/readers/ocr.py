"""Reading pictures of text by OCR (rapidocr with onnxruntime, an optional extra).

Imported only when a page has no text of its own. Recognised characters become glyphs with boxes, so that
columns, headers and headings are found as on any other page.
"""

from __future__ import annotations

import importlib.util
import logging
import math
import os
import re
from functools import cache
from itertools import pairwise
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from index.errors import ReadError
from index.readers.pdf_columns import Glyph

Image = npt.NDArray[np.uint8]  # (height, width, 3)
INSTALL = "pip install -r requirements-ocr.lock"
DOTS_PER_POINT = 2.5  # 180 dots an inch: small print is still read, a page takes seconds
_WIDER = dict(zip(",;:?!()", "，；：？！（）", strict=True))
_NARROW_MARK = re.compile(r"(?<=[\u3400-\u9fff])[,;:?!()]|[,;:?!()](?=[\u3400-\u9fff])")
_SAME_HEIGHT = 0.22  # lines whose heights differ by less than this share are set in one size
_LEAST_SCORE = 0.5  # below this a line is more likely a picture than text


@cache
def available() -> bool:
    """Whether the extra is installed; nothing is imported."""
    return all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))


def not_installed(name: str) -> ReadError:
    """The error for a file that only OCR could read."""
    return ReadError(
        f"{name} is a picture of text, and OCR is not installed: run `{INSTALL}` in the environment of "
        "this program, then index it again.",
        f"{name} 是文字的图像，而 OCR 尚未安装：请在本程序的环境中运行 `{INSTALL}`，然后重新索引。",
    )


@cache
def _engine() -> Any:
    """The recogniser, loaded once a process; it brings its models and needs no network."""
    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    threads = max(1, min(4, len(os.sched_getaffinity(0))))
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "EngineConfig.onnxruntime.enable_cpu_mem_arena": False,  # gives memory back between pages
        }
    )


def recognise(image: Image, height: float, scale: float) -> list[Glyph]:
    """The characters of a picture, upright and deskewed, in points with the origin bottom left.

    `height` is that of the page in points, `scale` the dots of the picture to a point. Each line's box
    becomes that of its characters; spaces between words are kept.
    """
    found = _engine()(image, return_word_box=True, return_single_char_box=True)
    if found.txts is None or not len(found.txts):
        return []
    lines = [
        (np.asarray(box, dtype=float), _widened(text), words or ())
        for box, text, score, words in zip(
            found.boxes, found.txts, found.scores, found.word_results or [()] * len(found.txts), strict=False
        )
        if score >= _LEAST_SCORE and text.strip()
    ]
    if not lines:
        return []
    angle = _skew([box for box, _, _ in lines])
    usual = median(_line_height(box) for box, _, _ in lines) / scale
    glyphs: list[Glyph] = []
    for box, text, words in lines:
        glyphs += _glyphs(box, text, words, angle, height, scale, usual)
    return glyphs


def _widened(text: str) -> str:
    """Marks beside Chinese are full-width; on paper the recogniser cannot tell the two forms apart."""
    return _NARROW_MARK.sub(lambda mark: _WIDER[mark.group()], text)


def _line_height(box: npt.NDArray[np.float64]) -> float:
    return float(box[2:, 1].mean() - box[:2, 1].mean())


def _skew(boxes: list[npt.NDArray[np.float64]]) -> float:
    """By how much the lines of the page lean, in radians; the longer a line, the more it counts."""
    angles: list[float] = []
    for box in boxes:
        width, lean = box[1][0] - box[0][0], box[1][1] - box[0][1]
        if width > 3 * abs(box[3][1] - box[0][1]):
            angles += [math.atan2(lean, width)] * max(1, int(width / 100))
    return median(angles) if angles else 0.0


def _glyphs(
    box: npt.NDArray[np.float64],
    text: str,
    words: Any,
    angle: float,
    height: float,
    scale: float,
    usual: float,
) -> list[Glyph]:
    """One glyph a visible character, as high as its line; lines of about the usual height have exactly it."""
    cosine, sine = math.cos(-angle), math.sin(-angle)
    turned = box @ np.array([[cosine, sine], [-sine, cosine]])
    top, bottom = turned[:2, 1].mean() / scale, turned[2:, 1].mean() / scale
    if abs(bottom - top - usual) <= _SAME_HEIGHT * usual:  # boxes are not drawn that exactly
        middle = (top + bottom) / 2
        top, bottom = middle - usual / 2, middle + usual / 2
    left, right = turned[[0, 3], 0].mean() / scale, turned[[1, 2], 0].mean() / scale
    glyphs: list[Glyph] = []
    spaces = 0
    for character, (start, stop) in zip(text, _extents(text, words, box, left, right), strict=True):
        if character.isspace():
            spaces += 1
            continue
        glyphs.append(Glyph(character, start, height - bottom, stop, height - top, spaces))
        spaces = 0
    return glyphs


def _extents(
    text: str, words: Any, box: npt.NDArray[np.float64], left: float, right: float
) -> list[tuple[float, float]]:
    """Left and right edge of every character: where the recogniser saw it, else by its usual width."""
    seen = [
        (_WIDER.get(str(word[0]), str(word[0])), [float(point[0]) for point in word[2]])
        for word in words
        if str(word[0]).strip()
    ]
    if [character for character, _ in seen] == [_WIDER.get(one, one) for one in "".join(text.split())]:
        origin = float(box[:, 0].min())
        ratio = (right - left) / max(float(box[:, 0].max()) - origin, 1.0)
        own = iter([(left + ratio * (min(xs) - origin), left + ratio * (max(xs) - origin)) for _, xs in seen])
        extents: list[tuple[float, float]] = []
        last = left
        for character in text:
            extent = (last, last) if character.isspace() else next(own)
            last = extent[1]
            extents.append(extent)
        return extents
    widths = [2.0 if character > "\u2e7f" else 1.0 for character in text]
    unit = (right - left) / sum(widths)
    edges = [left + unit * sum(widths[:count]) for count in range(len(widths) + 1)]
    return list(pairwise(edges))
