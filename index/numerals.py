"""Numbers as they are written in Chinese and English reports, read into Decimal with exact spans.

`find_numerals` only says "here stands a number": 1331.4, ３３，２１２, 19·5, 四亿零七百多万,
百分之二十一点七, 三分之一, 超百亿. What the number counts is `index.units`; whether it is a figure at
all (and not a year, a name, a rank) is `index.figure_scan`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

NumeralKind = Literal["arabic", "chinese", "percent", "permille", "fraction", "bare scale"]

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")}
_DIGITS |= {"〇": 0, "两": 2}
_SMALL_SCALES = {"十": 10, "百": 100, "千": 1000}
_SCALE_EXPONENTS = {"百": 2, "千": 3, "万": 4, "亿": 8}

# One character for one character, so that offsets in the normalised text are offsets in the text.
_PLAIN_FORMS = str.maketrans(
    "０１２３４５６７８９％．·•‧＋○兩萬億點餘幾個噸畝戶條件輛張臺雙類對倍歲國達陸貳參",
    "0123456789%....+〇两万亿点余几个吨亩户条件辆张台双类对倍岁国达陆贰叁",
)


def plain_form(text: str) -> str:
    """`text` with full-width digits and traditional number words made plain; same length."""
    return text.translate(_PLAIN_FORMS)


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number at `text[start:end]`; its full size is `value * 10**exponent`.

    `scale` is the scale word that stays with the unit (1331.4亿 is 1331.4 with scale 亿, exponent 8).
    `inexact` is 余, 多, 来 or 几 inside the number. `negative_sign` is true for a written minus.
    """

    start: int
    end: int
    value: Decimal
    kind: NumeralKind
    scale: str = ""
    inexact: str = ""
    negative_sign: bool = False

    @property
    def exponent(self) -> int:
        """The power of ten that `scale` stands for."""
        return scale_exponent(self.scale)


def scale_exponent(scale: str) -> int:
    """万 is 4, 万亿 is 12, 千万 is 7; "" is 0."""
    return sum(_SCALE_EXPONENTS[character] if character != "十" else 1 for character in scale)


# ---------------------------------------------------------------- Chinese number words


@lru_cache(maxsize=4096)
def parse_chinese(words: str) -> Decimal | None:
    """The value of 四亿零七百万, 二十一点七, 二〇二三, 百 (as 100); None when it is not a number."""
    whole, point, decimals = words.partition("点")
    if point and (not decimals or not whole or any(character not in _DIGITS for character in decimals)):
        return None
    if not whole:
        return None
    if len(whole) > 1 and all(character in _DIGITS for character in whole):
        if "两" in whole:
            return None
        value = Decimal("".join(str(_DIGITS[character]) for character in whole))
    else:
        parsed = _parse_scaled(whole)
        if parsed is None:
            return None
        value = Decimal(parsed)
    if point:
        value += Decimal("0." + "".join(str(_DIGITS[character]) for character in decimals))
    return value


def _parse_scaled(words: str) -> int | None:
    """Whole numbers with 十百千万亿; a last bare digit takes the next scale down (一万五 is 15000)."""
    total = 0  # above the last 亿
    section = 0  # above the last 万
    part = 0  # below 万
    digit: int | None = None
    last_scale = 1
    after_zero = False
    for character in words:
        if character in _DIGITS:
            value = _DIGITS[character]
            if digit is not None and digit != 0:
                return None  # two digits side by side, as in 三四百: not one number
            digit = value
            after_zero = after_zero or value == 0
        elif character in _SMALL_SCALES:
            scale = _SMALL_SCALES[character]
            part += (1 if digit is None or digit == 0 else digit) * scale
            digit, last_scale, after_zero = None, scale, False
        elif character == "万":
            part += digit or 0
            section = (section + part if part or section else 1) * 10_000
            part, digit, last_scale, after_zero = 0, None, 10_000, False
        elif character == "亿":
            part += digit or 0
            whole = section + part
            total = (total + (whole if whole else 1)) * 100_000_000
            section, part, digit, last_scale, after_zero = 0, 0, None, 100_000_000, False
        else:
            return None
    if digit is not None:
        part += digit * (last_scale // 10 if last_scale >= 100 and not after_zero else 1)
    return total + section + part


# ---------------------------------------------------------------- scanning

_CHINESE_DIGIT = "零〇一二三四五六七八九两"
_CHINESE = f"(?:[{_CHINESE_DIGIT}十百万亿]|千(?![瓦米克伏卡]))"
# Grouped thousands first: the full-width comma is also the clause comma, so its groups must be whole.
_ARABIC = (
    r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,]\d)"
    r"|[1-9]\d{0,2}(?:，\d{3})+(?:\.\d+)?(?=\s?[^\W\d_])"
    r"|\d(?: \d){2,}(?: ?\. ?\d(?: \d)*)?(?!\d)"
    r"|\d+(?:\.\d+| \. ?\d+|\. (?=\d+ ?[%个万亿])\d+)?)"
)
_SCALE = r"(?:万亿|千亿|百亿|十亿|千万|百万|十万|亿|万|千(?![米克瓦伏卡帕焦赫字])|百(?!分))"

_NUMERAL = re.compile(
    rf"(?P<fraction>(?P<below>{_CHINESE}+|\d+)分之(?P<minus>负)?"
    rf"(?:(?P<above_arabic>{_ARABIC})|(?P<above>{_CHINESE}+(?:点[{_CHINESE_DIGIT}]+)?)(?P<few>几)?))"
    rf"|(?P<slash>(?<![\d/.])[1-9]\d?/[1-9]\d?(?![\d/.]))"
    rf"|(?P<arabic>(?P<digits>{_ARABIC})"
    rf"(?:\s?(?P<inner>[余多来])?(?P<scale>{_SCALE})(?:(?P<digits2>\d+)(?P<scale2>{_SCALE})(?:(?P<few2>[余多])(?P<scale3>万)?)?)?)?"
    rf"(?P<outer>\s?余(?![额量热下])|多(?!年来|种形式|数)|来(?=[个家项万亿年名]))?)"
    rf"|(?P<bare>(?<=[超破过近逾上达数])(?:万亿|千亿|百亿|千万|百万|亿|万|千|百)(?=[余多]?\s?[^\W\d_])"
    rf"|(?:百万|千万|百亿|千亿|万亿|亿|万|千|百)(?=元(?:及)?以上))"
    rf"|(?P<chinese>{_CHINESE}+(?:点[{_CHINESE_DIGIT}]+)?(?:(?P<inner2>[余多几来])[十百千]?[万亿]*)?"
    rf"(?:(?<=[万亿])(?P<outer2>[余多]))?)"
)
_MINUS = "-－−–"


def find_numerals(text: str) -> list[Numeral]:
    """Every number written in `text`, in order, not overlapping; spans are exact.

    Years, dates and names are among them: the caller decides what is a figure.
    """
    plain = plain_form(text)
    found: list[Numeral] = []
    for match in _NUMERAL.finditer(plain):
        numeral = _read(match, plain)
        if numeral is not None:
            found.append(numeral)
    return found


def _read(match: re.Match[str], plain: str) -> Numeral | None:
    if match.group("fraction"):
        return _read_fraction(match)
    if match.group("slash"):
        above, _, below = match.group("slash").partition("/")
        if int(above) >= int(below):
            return None
        return Numeral(*match.span(), Decimal(above) / Decimal(below), "fraction")
    if match.group("arabic"):
        return _read_arabic(match, plain)
    if match.group("bare"):
        if plain[match.start() - 1] == "数":
            return None  # 数百 is no number
        value, scale = _factored(parse_chinese(match.group()) or Decimal(0), match.group())
        return Numeral(match.start(), match.end(), value, "bare scale", scale)
    return _read_chinese(match, plain)


def _read_fraction(match: re.Match[str]) -> Numeral | None:
    below_words = match.group("below")
    above_words = match.group("above_arabic") or match.group("above")
    below = Decimal(below_words) if below_words.isdigit() else parse_chinese(below_words)
    above = _arabic_value(above_words) if match.group("above_arabic") else parse_chinese(above_words)
    if not below or above is None:
        return None
    inexact = "几" if match.group("few") else ""
    end = match.end()
    if match.group("minus"):
        above = -above
    kind: NumeralKind = "fraction"
    if below == 100:
        kind, value = "percent", above
    elif below == 1000:
        kind, value = "permille", above
    elif below == 10_000:
        kind, value = "percent", above / 100
    elif above >= below:
        return None
    else:
        value = above / below
    return Numeral(match.start(), end, value, kind, "", inexact, negative_sign=bool(match.group("minus")))


def _arabic_value(digits: str) -> Decimal:
    return Decimal(digits.replace(",", "").replace("，", "").replace(" ", ""))


def _read_arabic(match: re.Match[str], plain: str) -> Numeral:
    start, end = match.span()
    value = _arabic_value(match.group("digits"))
    scale = match.group("scale") or ""
    inexact = match.group("inner") or match.group("outer") or ""
    if match.group("digits2"):  # 3亿5000万
        second = match.group("scale2") + (match.group("scale3") or "")
        lower = Decimal(match.group("digits2")).scaleb(scale_exponent(second))
        upper = value.scaleb(scale_exponent(scale))
        inexact = match.group("few2") or inexact
        if upper > lower and "亿" not in scale:
            scale = "万" if "万" in second else ""
        value = (upper + lower).scaleb(-scale_exponent(scale))
        value = value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
    negative = False
    if start and plain[start - 1] in _MINUS:
        before = plain[start - 2] if start > 1 else " "
        # A minus sign, not the dash of a range (6-7, 15万-20万) or of a name (A-1, Pre-2).
        if (
            not (before.isascii() and before.isalnum())
            and before not in "%万亿千百元人家年月日-－−–—个点吨倍)）"
        ):
            negative, start, value = True, start - 1, -value
    return Numeral(start, end, value, "arabic", scale, inexact, negative)


def _read_chinese(match: re.Match[str], plain: str) -> Numeral | None:
    words = match.group("chinese")
    start = match.start()
    if start and plain[start - 1] in "数几":
        return None
    inexact = match.group("inner2") or match.group("outer2") or ""
    if not inexact and plain[match.end() : match.end() + 1] == "几":
        return None
    if (
        inexact == "几"
        and words[-1] in "十百千万亿"
        and words[words.index("几") + 1 :][:1] in ("十", "百", "千")
    ):
        return None  # 一百几十亿: no one value
    clean = words
    for character in "余多来":
        clean = clean.replace(character, "")
    clean = clean.replace("几", "")
    if not clean or clean[0] in "百千万亿":
        return None  # 百分点, 千方百计, 万众: scale words without a digit are no number here
    value = parse_chinese(clean)
    if value is None:
        return None
    factored, scale = _factored(value, clean)
    return Numeral(start, match.end(), factored, "chinese", scale, inexact)


def _factored(value: Decimal, words: str) -> tuple[Decimal, str]:
    """Leaves the last 万, 亿 or 万亿 with the unit: 一千二百亿 is 1200 亿, 百亿 is 100 亿."""
    if words.endswith("万") and "亿" in words:
        return value.scaleb(-8).normalize(), "亿"  # 一百三十八亿六千万 is 138.6 亿
    for scale in ("万亿", "亿", "万"):
        if words.endswith(scale):
            factored = value.scaleb(-scale_exponent(scale))
            if factored == factored.to_integral_value():
                factored = factored.quantize(Decimal(1))
            return factored, scale
    return value, ""
