"""Reading the quantities out of an answer, a gold figure or a quote, Chinese or English.

`read_quantities("增长13.5%，达1331.4亿元")` gives 13.5 percent and 133,140,000,000 yuan. Independent of the
product's own reading (see `eval.units`). Known to be left unread: spelled-out English numbers, 半 and
几, and Chinese numerals that no unit follows (一般, 三农).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, Literal

from eval.units import (
    CHINESE_SCALES,
    CHINESE_UNITS,
    CURRENCY_SIGNS,
    ENGLISH_SCALES,
    ENGLISH_UNITS,
    PERIOD_DIMENSIONS,
    agree,
)

Direction = Literal["up", "down", ""]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit; offsets are in the text as given."""

    start: int
    end: int
    text: str
    number: Fraction  # as written, before 万 or million, signed
    scale: Fraction  # of 万, 亿, million ... and of the unit (吨 -> 1000 kilogram)
    dimension: str  # "" when no unit is written
    scaled: bool  # whether a 万, 亿, million ... is written
    decimals: int  # digits written after the point
    direction: Direction = ""  # by the nearest verb before it in its clause, or after it in English
    spelled: bool = False  # in Chinese numerals
    unit_text: str = ""

    @property
    def amount(self) -> Fraction:
        """The value in the base unit of its dimension."""
        return self.number * self.scale

    @property
    def is_period(self) -> bool:
        """Whether it names a date rather than measuring something."""
        if self.dimension in PERIOD_DIMENSIONS:
            return True
        plain = not self.dimension and not self.scaled and self.decimals == 0
        return plain and 1900 <= self.number <= 2100 and "," not in self.text


_WIDTH: Final = {code: code - 0xFEE0 for code in range(ord("！"), ord("～") + 1)} | {
    ord("−"): "-", ord("–"): "-", ord("—"): "-", 0x3000: " ", 0xA0: " ",
}  # fmt: skip


def fold_width(text: str) -> str:
    """Full-width digits, letters and signs as ASCII, one character for one (offsets stay)."""
    return text.translate(_WIDTH)


def compact(text: str) -> str:
    """`text` without white space and with folded width, for comparing quotes."""
    return re.sub(r"\s+", "", fold_width(text))


_MARKER = re.compile(
    r"[\[［【]\s*(?:证据|来源|引用|source|evidence)?\s*\d{1,2}(?:\s*[,，、]\s*\d{1,2})*\s*[\]］】]|[①-⑳]",
    re.IGNORECASE,
)


def without_markers(text: str) -> str:
    """`text` with citation markers such as [1] blanked out (offsets stay)."""
    return _MARKER.sub(lambda match: " " * len(match.group()), text)


def _alternatives(words: dict[str, object] | tuple[str, ...] | list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_CHINESE_UNIT = _alternatives(list(CHINESE_UNITS))
_ENGLISH_UNIT = _alternatives(list(ENGLISH_UNITS))
_FILLER = r"(?:余|多|来|几|\+)?"
# 千 and 百 are scales only where they don't begin a unit (千瓦, 百分点).
_CHINESE_SCALE = (
    rf"(?:{_alternatives([s for s in CHINESE_SCALES if s not in '千百'])}|千(?![瓦米克])|百(?!分))"
)
# A decimal point may keep the spaces it has in files ("18. 2%"), but not after a year, which ends a sentence,
# nor after a single digit at the beginning of a line, which numbers a list.
_SPACED = r"(?!(?:19|20)\d\d(?!\d))(?:(?=\d\d)|(?<=[^\n]))\d+(?: \. ?|\. )\d+(?![\d.])"
_DIGITS = rf"\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|{_SPACED}|\d+[.·]\d+|\d+"
_NUMERAL = "零〇一二两三四五六七八九十百千万亿"

_ARABIC: Final = re.compile(
    rf"(?P<currency>(?:US|HK)?[¥￥$€]\s?|(?:RMB|CNY|USD)\s?)?(?P<number>{_DIGITS})"
    rf"(?:"
    rf"\s?{_FILLER}\s?(?P<chinese_scale>{_CHINESE_SCALE})?\s?{_FILLER}(?P<chinese_unit>{_CHINESE_UNIT})"
    rf"|\s?{_FILLER}(?P<chinese_scale_only>{_CHINESE_SCALE}){_FILLER}"
    rf"|(?:[\s-]?(?P<english_scale>{_alternatives(list(ENGLISH_SCALES))})\b)?"
    rf"(?:[\s-]?(?P<english_unit>{_ENGLISH_UNIT})\b)?"
    rf")",
    re.IGNORECASE,
)
_PER_HUNDRED: Final = re.compile(
    rf"(?P<of>百|千)分之(?P<number>[{_NUMERAL}点]+|{_DIGITS})(?:[至到-](?P<high>[{_NUMERAL}点]+)(?![{_NUMERAL}点]*(?:个|年|月)))?"
)
_SPELLED: Final = re.compile(
    rf"(?<!第)(?P<number>[{_NUMERAL}]+(?:点[{_NUMERAL}]+)?){_FILLER}(?P<unit>{_CHINESE_UNIT}|成(?![立为果功长效]))"
)
# Up to three plain words between an English number and the noun it counts: "2,057 high-tech enterprises".
_COUNTED_NOUN: Final = re.compile(
    rf"(?:\s+(?!(?:of|in|and|to|by|from|with|for|at|on|or|the|was|were|is)\b)[A-Za-z][A-Za-z-]*){{0,3}}?"
    rf"\s+(?P<unit>{_ENGLISH_UNIT})\b"
)
_DIGIT_VALUES: Final = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SMALL: Final = {"十": 10, "百": 100, "千": 1000}

_UP = (
    r"增长|增加|提高|上升|上涨|加快|多增|扩大|增幅|涨幅|增速|新增|攀升|"
    r"\b(?:grew|grow|grown|rose|rise|risen|increased?|up|gained|growth)\b"
)
_DOWN = (
    r"下降|下滑|回落|减少|降低|下跌|负增长|缩减|缩小|跌幅|降幅|减|"
    r"\b(?:fell|fall|fallen|declined?|decreased?|down|dropped|drop|shrank|contracted|reduced)\b"
)
_DIRECTION: Final = re.compile(
    rf"(?:(?P<down>{_DOWN})|(?P<up>{_UP}))(?![到至为])(?!\s*(?:to|at)\b)", re.IGNORECASE
)


def chinese_number(text: str) -> Fraction | None:
    """The value of a Chinese numeral such as 一万二千三百 or 二十一点七, or None if it isn't one."""
    whole, _, decimals = text.partition("点")
    if not whole or (decimals and any(c not in _DIGIT_VALUES for c in decimals)):
        return None
    if len(whole) > 1 and all(c in _DIGIT_VALUES for c in whole):  # 一九七八, read digit by digit
        total = int("".join(str(_DIGIT_VALUES[c]) for c in whole))
    else:
        total = section = digit = 0
        for character in whole:
            if character in _DIGIT_VALUES:
                digit = _DIGIT_VALUES[character]
            elif character in _SMALL:
                section += (digit or 1) * _SMALL[character]
                digit = 0
            else:  # 万 or 亿 closes the section
                factor = 10**4 if character == "万" else 10**8
                total = (
                    (total + section + digit) * factor
                    if factor == 10**8
                    else total + (section + digit) * factor
                )
                section = digit = 0
        total += section + digit
    value = Fraction(total)
    for place, character in enumerate(decimals, 1):
        value += Fraction(_DIGIT_VALUES[character], 10**place)
    return value


def _arabic_number(text: str) -> tuple[Fraction, int]:
    plain = text.replace(",", "").replace(" ", "").replace("·", ".")
    return Fraction(plain), len(plain.partition(".")[2])


def _from_arabic(match: re.Match[str], text: str) -> Quantity | None:
    number, decimals = _arabic_number(match["number"])
    start, end = match.start(), match.end()
    scale, dimension, unit = Fraction(1), "", ""
    scale_word = match["chinese_scale"] or match["chinese_scale_only"]
    if scale_word:
        scale *= CHINESE_SCALES[scale_word]
    if match["english_scale"]:
        scale *= ENGLISH_SCALES[match["english_scale"].lower()]
    if match["chinese_unit"]:
        unit = match["chinese_unit"]
        dimension, factor = CHINESE_UNITS[unit]
        scale *= factor
    elif match["english_unit"]:
        unit = match["english_unit"]
        dimension, factor = _english_unit(unit)
        scale *= factor
    elif not scale_word and (noun := _COUNTED_NOUN.match(text, end)):
        dimension, factor = _english_unit(noun["unit"])
        scale, unit = scale * factor, noun["unit"]
    if match["currency"] and not dimension:
        sign = match["currency"].strip()
        dimension = {"RMB": "yuan", "CNY": "yuan", "USD": "US dollar"}.get(sign.upper()) or (
            "HK dollar" if sign.startswith("HK") else CURRENCY_SIGNS[sign[-1]]
        )
    before = text[start - 1] if start else ""
    glued = bool(re.match(r"[A-Za-z]", before)) or bool(re.match(r"[A-Za-z]", text[end : end + 1]))
    if glued and not dimension and not scale_word and not match["english_scale"]:
        return None  # M2, 5G, PM2.5
    if before == "第":
        dimension = "ordinal"
    if before == "-" and not re.match(r"[\d%A-Za-z年月日万亿元家户人]", text[start - 2 : start - 1] or ""):
        number, start = -number, start - 1
    if dimension == "year" and not (1000 <= number <= 2999 and decimals == 0):
        dimension = "years"
    scaled = bool(scale_word or match["english_scale"])
    end = match.end("number") if match.end() == match.start() else end
    return Quantity(
        start, end, text[start:end].rstrip(), number, scale, dimension, scaled, decimals, unit_text=unit
    )


def _english_unit(word: str) -> tuple[str, Fraction]:
    if word in ENGLISH_UNITS:
        return ENGLISH_UNITS[word]
    return next(value for name, value in ENGLISH_UNITS.items() if name.lower() == word.lower())


def _from_spelled(match: re.Match[str], text: str) -> Quantity | None:
    numeral = match["number"]
    value = chinese_number(numeral)
    if value is None:
        return None
    unit = match["unit"]
    decimals = len(numeral.partition("点")[2])
    if unit == "成":
        dimension, factor = "percent", Fraction(10)
    else:
        dimension, factor = CHINESE_UNITS[unit]
    if dimension == "year" and not 1000 <= value <= 2999:
        dimension = "years"
    scaled = any(c in numeral for c in "万亿")
    return Quantity(
        match.start(),
        match.end(),
        match.group(),
        value,
        factor,
        dimension,
        scaled,
        decimals,
        spelled=True,
        unit_text=unit,
    )


def _from_per_hundred(match: re.Match[str], text: str, group: str = "number") -> Quantity | None:
    written = match[group]
    spelled = not written[0].isdigit()
    number: Fraction | None
    if spelled:
        number, decimals = chinese_number(written), len(written.partition("点")[2])
    else:
        number, decimals = _arabic_number(written)
    if number is None:
        return None
    scale = Fraction(1) if match["of"] == "百" else Fraction(1, 10)
    start = match.start() if group == "number" else match.start(group)
    end = match.end(group)
    return Quantity(
        start, end, text[start:end], number, scale, "percent", False, decimals, spelled=spelled, unit_text="%"
    )


_JOINT: Final = re.compile(r"\s*(?:、|,|-|~|至|到|和|与|及|or|and|to)\s*", re.IGNORECASE)


def _share_units(found: list[Quantity], text: str) -> list[Quantity]:
    """Give the unit of a list's or range's last member to members before it: 2.7个、1.9个百分点; 6-6.5%."""
    shared = list(found)
    for position in range(len(shared) - 2, -1, -1):
        this, following = shared[position], shared[position + 1]
        bare = not this.dimension and not this.is_period
        borrowable = bare or (this.unit_text == "个" and following.dimension == "point")
        if not borrowable or not following.dimension or following.is_period:
            continue
        gap = text[this.end : following.start + (1 if following.number < 0 else 0)]
        if this.scaled and following.dimension in ("percent", "point"):
            continue
        if _JOINT.fullmatch(gap):
            unit_factor = following.scale if not this.scaled else following.scale / _written_scale(following)
            shared[position] = replace(
                this,
                dimension=following.dimension,
                scaled=this.scaled or following.scaled,
                scale=this.scale * unit_factor if this.scaled else unit_factor,
                unit_text=following.unit_text,
            )
    return shared


def _written_scale(quantity: Quantity) -> Fraction:
    """The part of `scale` that 万, 亿 or million gives, without the unit's own factor."""
    if not quantity.scaled:
        return Fraction(1)
    table = CHINESE_UNITS if quantity.unit_text in CHINESE_UNITS else ENGLISH_UNITS
    factor = table.get(quantity.unit_text, ("", Fraction(1)))[1]
    return quantity.scale / factor


def _direction(text: str, quantity: Quantity) -> Direction:
    """The verb that moves it: the last one before it in its clause, else one right after it in English."""
    if quantity.number < 0:
        return "down"  # 增长-0.5%, a growth rate of −0.5 %: written as a fall whatever the verb
    clause_start = max((text.rfind(c, 0, quantity.start) for c in "。；;，,、()：:\n"), default=-1) + 1
    before = text[max(clause_start, quantity.start - 40) : quantity.start]
    match: re.Match[str] | None = None
    for match in _DIRECTION.finditer(before):  # noqa: B007 - the last one is wanted
        pass
    if match is None:
        match = re.match(
            r"\s*(?:\w+\s+){0,2}?" + _DIRECTION.pattern, text[quantity.end : quantity.end + 30], re.I
        )
    if match is None:
        return ""
    return "down" if match["down"] else "up"


def read_quantities(text: str) -> list[Quantity]:
    """Every quantity of `text`, in order, not overlapping."""
    folded = fold_width(text)
    candidates: list[Quantity] = []
    for pattern, reader in (
        (_PER_HUNDRED, _from_per_hundred),
        (_ARABIC, _from_arabic),
        (_SPELLED, _from_spelled),
    ):
        for match in pattern.finditer(folded):
            quantity = reader(match, folded)
            if quantity is not None:
                candidates.append(quantity)
            if (
                pattern is _PER_HUNDRED
                and match["high"]
                and (high := _from_per_hundred(match, folded, "high"))
            ):
                candidates.append(high)
    candidates.sort(key=lambda q: (q.start, -(q.end - q.start)))
    found: list[Quantity] = []
    for quantity in candidates:
        if not found or quantity.start >= found[-1].end:
            found.append(quantity)
    return [replace(q, direction=_direction(folded, q)) for q in _share_units(found, folded)]


def as_quantity(value: str, unit: str) -> Quantity:
    """A gold figure as a quantity; raises ValueError where value and unit don't read as exactly one."""
    glue = " " if unit[:1].isascii() and unit[:1].isalpha() else ""
    found = read_quantities(f"{value}{glue}{unit}")
    if len(found) != 1:
        raise ValueError(f"not one quantity: {value!r} {unit!r}")
    return found[0]


def same_quantity(first: Quantity, second: Quantity, *, rounded: bool = False) -> bool:
    """Equal magnitude in agreeing units; with `rounded`, `second` may have more digits than `first`."""
    if not agree(first.dimension, first.scaled, second.dimension, second.scaled):
        return False
    gold, given = abs(first.amount), abs(second.amount)
    if gold == given:
        return True
    if not rounded:
        return False
    step = first.scale / 10**first.decimals
    finer = second.scale / 10**second.decimals < step
    return finer and bool(abs(given - gold) <= step / 2)
