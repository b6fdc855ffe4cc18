"""Which white space means something: widths, gaps inside figures, gaps between words and columns.

Functions here work on "flat" text: as long as the raw text, character for character, with letters and
digits narrowed, white space as " ", "\\u3000", "\\t", "\\n" or "\\f", and `VOID` for invisible characters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.paragraphs import VOID
from index.types import Drop

# Full-width digits, letters and these signs become half width; Chinese punctuation stays as it is.
_NARROWED = "％．＋－／＝＜＞＠＃＆＄＊＿｜＂＇"
_LETTERS = (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
_WIDTH: dict[int, int | str] = {code: code - 0xFEE0 for code in (*_LETTERS, *map(ord, _NARROWED))}
_SPACES: dict[int, int | str] = {
    **dict.fromkeys((0x0B, 0x0D, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F), " "),
    **dict.fromkeys((0x2028, 0x2029), "\n"),
}
_FLAT = {**_WIDTH, **_SPACES}
WITHOUT_WIDTH = frozenset({"invisible characters", "markup"})  # reasons of drops that part no words
GAP = re.compile(r"[\s\x00]+")
IDEOGRAPH = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")

# Ideographs, kana, full-width punctuation: written without spaces.
_UNSPACED = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff○℃]")
_SHARED_MARKS = "—“”‘’…·"  # used by both scripts, spaced only in English
# Spaces that an extraction tool or a typesetter put inside a figure.
_SPACED_DIGITS = re.compile(
    r"(?<![\d.])\d(?:[ \n]?\.[ \n]?\d(?!\d)|[ \n]\d(?!\d))+(?=\s*[\u3400-\u9fff%‰,，.])"
)
_SPACED_POINT = re.compile(r"(?<![\d.])\d+(?:\s+\.\s*|\.\s*\n\s*)\d+(?!\d*[.]\d)")
_LATE_POINT = re.compile(r"(?<=[\u3400-\u9fff])\s*\d+\.[ \n]+\d+(?=\s*[%‰\u3400-\u9fff])(?!\s*年)")
_SPACED_COMMA = re.compile(r"(?<![\d.])\d{1,3}(?:\s+[,，]\s*\d{3})+(?!\d)")
_SPACED_RANGE = re.compile(r"\d%?\s*[-–—~～]+\s*\d+(?:\.\d+)?(?=\s*[%\u3400-\u9fff）)])")
# A single space in a figure of running text, as an extraction tool leaves it (1 84.6亿元) or as thousands are
# grouped (68 420元); also in a cell. What is joined must be a well-formed number, see `_is_number`.
_BROKEN = re.compile(
    r"(?<=[\u3400-\u9fff])(?<![第表图注栏录页])(?:\d[\d,]*(?: [\d,]+)+\.\d+|\d{1,3}(?: \d{3})+)(?![\d.,])"
    r"(?= ?[%‰a-zA-Z㎡\u3400-\u9fff])(?! ?[年月日号届])"
    r"|(?<=[\u3400-\u9fff] )(?<![第表图注栏录页] )\d{1,3} \d+\.\d+(?=[%‰\u3400-\u9fff])"
    r"|(?<=\t)[-+]?\d{1,3}(?: \d{3})+(?:\.\d+)?(?=[\t\n]|$)"
)
_NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_YEAR_FIRST = re.compile(r"(?:19|20)\d\d ")
_INSIDE_FIGURE = (_SPACED_DIGITS, _SPACED_POINT, _LATE_POINT, _SPACED_COMMA, _SPACED_RANGE)


def flatten(text: str, drops: Sequence[Drop]) -> str:
    """`text` flat: drops are blanked, invisible characters become VOID."""
    pieces: list[str] = []
    position = 0
    for drop in drops:
        pieces.append(text[position : drop.start].translate(_FLAT))
        blank = VOID if drop.reason in WITHOUT_WIDTH else " "
        pieces.append(re.sub(r"[^\n\f]", blank, drop.text))
        position = drop.end
    pieces.append(text[position:].translate(_FLAT))
    return "".join(pieces)


def visible(text: str) -> str:
    """`text` narrowed and without white space: what two texts must share to count as the same."""
    return GAP.sub("", text.translate(_FLAT))


def is_chinese(text: str) -> bool:
    """Whether a block is set by Chinese rules, where white space means nothing."""
    return 4 * len(IDEOGRAPH.findall(text)) >= len(text) - text.count(" ")


def tidy(text: str) -> str:
    """A single line as it would stand in canonical text."""
    flat = flatten(text, ()).strip()
    inside = figure_gaps(flat)
    chinese = is_chinese(flat)

    def close(gap: re.Match[str]) -> str:
        kept = gap.start() not in inside and keeps_space(flat, gap.start(), gap.end(), chinese=chinese)
        return " " if kept else ""

    return GAP.sub(close, flat)


def figure_gaps(flat: str) -> set[int]:
    """Starts of the gaps that stand inside a figure."""
    gaps: set[int] = set()
    for match in _BROKEN.finditer(flat):
        if _NUMBER.fullmatch(match.group().replace(" ", "")) and not _YEAR_FIRST.match(match.group()):
            gaps.update(gap.start() for gap in GAP.finditer(flat, match.start(), match.end()))
    for pattern in _INSIDE_FIGURE:
        for match in pattern.finditer(flat):
            if pattern is _SPACED_DIGITS and not _after_chinese(flat, match.start()):
                continue
            begin = match.end() - len(match.group().lstrip())
            gaps.update(gap.start() for gap in GAP.finditer(flat, begin, match.end()))
    return gaps


def _after_chinese(flat: str, position: int) -> bool:
    """Single digits with spaces between are one figure after Chinese text, else a row of numbers."""
    before = flat[max(0, position - 2) : position].strip()
    return not before or _UNSPACED.match(before[-1]) is not None or before[-1] in _SHARED_MARKS + "("


def keeps_space(flat: str, start: int, end: int, *, chinese: bool) -> bool:
    """Whether the gap `flat[start:end]` stays in the text, as one space."""
    gap = flat[start:end].replace(VOID, "")
    if not gap:
        return False
    left, right = flat[start - 1], flat[end]
    broken = "\n" in gap
    if _UNSPACED.match(left) or _UNSPACED.match(right):
        wide = len(gap) >= 2 or gap in "\u3000\t"
        return not broken and wide and _parts_columns(flat, start, end)
    if chinese and (left in _SHARED_MARKS or right in _SHARED_MARKS):
        return False
    if right in "%‰":
        return not left.isdigit()
    if broken and chinese:
        return left.isalpha() and right.isalpha()
    hyphenated = broken and left == "-" and start >= 2 and flat[start - 2].isalpha()
    return not hyphenated


def _parts_columns(flat: str, start: int, end: int) -> bool:
    """A wide gap inside a line parts columns, unless it pads a name (李　强) or stands at punctuation."""
    if not (flat[start - 1].isalnum() and flat[end].isalnum()):
        return False
    alone_left = start < 2 or not flat[start - 2].isalnum()
    alone_right = end + 1 >= len(flat) or not flat[end + 1].isalnum()
    return not (alone_left and alone_right)
