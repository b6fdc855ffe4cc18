"""Figures in English text: 133.14 billion yuan, US$46.8 billion, 2.7 percentage points, 2,057 firms."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.numerals import Numeral


@dataclass(frozen=True, slots=True)
class EnglishQuantity:
    """Span and unit of an English figure; `is_figure` is False for a date, ordinal or name."""

    start: int
    end: int
    unit: str
    is_figure: bool = True
    bare: bool = False


_CURRENCY_BEFORE = re.compile(r"(US\$|HK\$|\$|￥|¥|€|£|RMB|CNY|USD)\s?$")
_CURRENCIES = {"US$": "US dollars", "$": "US dollars", "USD": "US dollars", "￥": "yuan", "¥": "yuan",
               "RMB": "yuan", "CNY": "yuan", "€": "euros", "£": "pounds", "HK$": "HK dollars"}  # fmt: skip
_SCALE = r"(?:thousand|million|billion|trillion|bn|mn|tn)"
_UNITS = (
    r"percentage[ -]points?|per ?cent|pct|basis points?|yuan|renminbi|RMB|CNY|US dollars?|U\.S\. "
    r"dollars?|USD|dollars?"
    r"|HK dollars?|euros?|yen|pounds|people|persons?|residents|jobs|workers|students|households|trips|visits"
    r"|tonnes of standard coal|tonnes of coal equivalent|metric tons|metric tonnes|tonnes?|tons?"
    r"|kilograms|kg|jin"
    r"|hectares?|mu|square kilomet(?:er|re)s|square met(?:er|re)s|sq km|kilomet(?:er|re)s|km²|km"
    r"|met(?:er|re)s"
    r"|cubic met(?:er|re)s|kilowatt[ -]hours|kWh|MWh|GWh|TWh|kilowatts|megawatts|gigawatts|kW|MW|GW|TEUs?"
)
_SCALED = re.compile(
    rf"[\s-]{{0,2}}(?P<scale>{_SCALE})\b(?:[\s-](?P<unit>{_UNITS})\b(?!-))?"
    rf"|[\s-]{{0,2}}(?P<unit2>{_UNITS})\b|\s?(?P<percent>%)"
    , re.IGNORECASE)  # fmt: skip
_CANONICAL = {"percentage point": "percentage points", "percentage-points": "percentage points",
              "percentage-point": "percentage points", "per cent": "%", "percent": "%", "pct": "%",
              "bn": "billion", "mn": "million", "tn": "trillion", "basis point": "basis points",
              "us dollar": "US dollars",
              "us dollars": "US dollars", "u.s. dollars": "US dollars", "u.s. dollar": "US dollars",
              "dollar": "dollars", "renminbi": "yuan", "rmb": "yuan", "cny": "yuan", "usd": "US dollars",
              "tonne": "tonnes", "ton": "tonnes", "tons": "tonnes", "hectare": "hectares", "euro": "euros",
              "person": "people", "persons": "people", "kilowatt-hours": "kWh",
              "kilowatt hours": "kWh"}  # fmt: skip
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b")
_MONTHS = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_MONTH_BEFORE = re.compile(_MONTHS + r"\s$")
_DATE_AFTER = re.compile(
    rf"\s(?:{_MONTHS}\b(?<!\bmay)|years?\b|months?\b|days?\b|hours?\b|minutes?\b|o'clock|percentile"
    rf"|-year)|-(?:year|month|day|minute|hour)"
)
_WORD_AFTER = re.compile(r"\s+(?!(?:and|or|to|but|in|for|on|at)\b)[A-Za-z]")
_WORD_BEFORE = re.compile(
    r"\b(?:was|were|is|are|to|reached|reaching|totaled|totalled|of|about|around|over|than|by|at|nearly"
    r"|exceeded|hit|has|had|approximately|almost|stood at)\s$",
    re.IGNORECASE,
)
_NAME_BEFORE = re.compile(
    r"(?:[A-Za-z]-?|\b(?:No\.|Chapter|Section|Phase|Article|Table|Figure|sentence|evidence|page|version"
    r"|Q|H)\s?)$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:1[5-9]|20|21)\d\d")


def read_english(plain: str, numeral: Numeral, before: str) -> EnglishQuantity | None:
    """The English reading of an Arabic numeral, or None when the words around it are not English."""
    start, end = numeral.start, numeral.end
    currency = _CURRENCY_BEFORE.search(before)
    english = currency is not None
    if currency:
        start = numeral.start - len(before) + currency.start()
    after = _SCALED.match(plain, end)
    if after and not after["percent"]:
        scale = (after["scale"] or "").lower()
        scale = _CANONICAL.get(scale, scale)
        words = after["unit"] or after["unit2"] or ""
        unit = _CANONICAL.get(words.lower(), words)
        if currency and not unit:
            unit = _CURRENCIES[currency[1]]
        if unit in ("t", "mu") and not scale and not plain[end : end + 1].isspace():
            return None
        return EnglishQuantity(start, after.end(), f"{scale} {unit}".strip())
    if currency:
        if numeral.scale:  # US$46.8亿
            named = {
                "US dollars": "美元",
                "yuan": "元",
                "euros": "欧元",
                "pounds": "英镑",
                "HK dollars": "港元",
            }
            return EnglishQuantity(start, end, numeral.scale + named[_CURRENCIES[currency[1]]])
        return EnglishQuantity(start, end, _CURRENCIES[currency[1]])
    if numeral.scale or (after and after["percent"]):
        return None
    if not english and not _is_english(plain, start, end):
        return None
    if _ORDINAL.match(plain, end) or _MONTH_BEFORE.search(before) or _DATE_AFTER.match(plain, end):
        return EnglishQuantity(start, end, "", is_figure=False)
    digits = plain[start:end]
    if _YEAR.fullmatch(digits) or _NAME_BEFORE.search(before) or before.endswith("["):
        return EnglishQuantity(start, end, "", is_figure=False)
    told = "," in digits or _WORD_BEFORE.search(before) or _WORD_AFTER.match(plain, end)
    return EnglishQuantity(start, end, "", bare=not told)


def _is_english(plain: str, start: int, end: int) -> bool:
    """Whether the nearest letters on both sides are Latin ones."""
    left = next((c for c in reversed(plain[max(0, start - 12) : start]) if c.isalpha()), "")
    right = next((c for c in plain[end : end + 12] if c.isalpha()), "")
    if not left and not right:
        return False
    return left.isascii() and right.isascii()
