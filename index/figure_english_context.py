"""What the figures of an English sentence mean: an answer or a translated passage, in plain patterns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from index.figure_scan import Quantity
from index.types import Measure

if TYPE_CHECKING:
    from index.vocabulary import IndicatorMention

_UP = (
    r"grew|grow(?:ing|th)?|rose|ris(?:e|ing|en)|increas(?:e|ed|ing)|climb(?:ed|ing)|expand(?:ed|ing)"
    r"|gain(?:ed)?|up|jump(?:ed|ing)|surg(?:ed|ing)|soar(?:ed|ing)"
)
_DOWN = (
    r"fell|fall(?:ing|en)?|declin(?:e|ed|ing)|dropp?(?:ed|ing)?|decreas(?:e|ed|ing)|shrank|down"
    r"|contracted|narrowed|dipp(?:ed|ing)|slump(?:ed|ing)|plung(?:ed|ing)|slid(?:ing)?|sank|shed"
    r"|reduc(?:e|ed|ing)|cut"
)
_CHANGE = re.compile(rf"\b(?:(?P<up>{_UP})|(?P<down>{_DOWN}))\b(?P<rest>[^.;]*)$", re.IGNORECASE)
_VERBS = re.compile(rf"\b(?:{_UP}|{_DOWN})\b(?! rates?\b)", re.IGNORECASE)
_FROM = re.compile(r"\b(?:up|down)\s+from\s+(?:about|around)?\s*$", re.IGNORECASE)
_TO = re.compile(r"\bto\s+(?:about|around|nearly|over|some|reach\s+)?\s*$", re.IGNORECASE)
_SHARE = re.compile(r"\b(?:account(?:ed|ing|s)? for|made up|makes up|shares?)\b[^.;]*$", re.IGNORECASE)
_CONTRIBUTION = re.compile(r"\bcontribut\w+\b[^.;]*$", re.IGNORECASE)
_LEAD_AFTER = re.compile(
    r"^\s*(?:points?\s+)?"
    r"(?:(?:,|and)\s+[\d.]+\s+(?:percentage\s+)?points?\s+)?(?P<word>higher|faster|above|ahead of|more|lower|slower|below|less"
    r"|behind)\s+(?:than\s+)?(?P<reference>[^,.;]{2,40})",
    re.IGNORECASE,
)
_LEAD_BEFORE = re.compile(
    r"\b(?:exceed(?:ed|ing|s)?|outpac(?:ed|ing|es)|surpass(?:ed|ing|es)|ahead of|higher than|faster "
    r"than|(?P<down>lower than|slower than|below))\s+(?P<reference>[^,.;\d]{2,60}?)\s+(?:rates?\s+"
    r"|averages?\s+)?(?:respectively\s+)?by\s+[^.;]*$",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\s(?:more\s|newly\s|new\s)?(?!(?:in|of|at|by|from|for|with|on|as|to|and)\s)(?P<noun>[a-z][a-z\- ]{3,40}?)"
    r"(?=[,.;)]|\s(?:in|of|by|with|at|to|from|were|was|and|had|have|on|under|for|than|that|who|which|as|is|are|within|among|out)\b)"
)
_LOWER = re.compile(r"lower|slower|below|less|behind", re.IGNORECASE)
_TIME = re.compile(r"last year|previous year|year[- ]on[- ]year|year earlier|(?:19|20)\d\d", re.IGNORECASE)
_RATE_WORD = re.compile(r"\brate\b|\bratio\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class EnglishMeaning:
    """What one English quantity measures; `mention` is the indicator's words in the text."""

    measure: Measure
    direction: Literal["up", "down", ""]
    negative: bool
    reference: str | None
    mention: IndicatorMention | None
    counted: str = ""  # the noun right behind a count that the vocabulary does not know


def is_english(text: str) -> bool:
    """True if a text has Latin words and hardly any Chinese characters."""
    chinese = sum("\u4e00" <= character <= "\u9fff" for character in text)
    latin = sum(character.isascii() and character.isalpha() for character in text)
    return latin > 3 * max(chinese, 1)


def read_english_meaning(
    text: str, quantity: Quantity, sentence: tuple[int, int], mentions: Sequence[IndicatorMention], limit: int
) -> EnglishMeaning:
    """The meaning of `quantity` in `text[sentence]`; `limit` is where the next quantity begins."""
    start, end = sentence
    before, after = text[start : quantity.outer_start], text[quantity.end : end]
    percent, points = quantity.base_unit == "%", quantity.base_unit == "个百分点"
    measure: Measure = "level"
    direction: Literal["up", "down", ""] = ""
    negative, reference = False, None
    changes = list(_VERBS.finditer(before))
    change = _CHANGE.search(before, changes[-1].start()) if changes else None
    if change:
        direction = "down" if change["down"] else "up"
    if change and _FROM.search(before):
        change, direction = None, ""  # down from 10.9 percent: what it was
    if points:
        measure, negative, reference = _points(before, after, direction)
        if measure == "lead":
            direction = "down" if negative else "up"
    elif percent and _SHARE.search(before):
        measure = "share"
    elif percent and _CONTRIBUTION.search(before):
        measure = "contribution"
    elif change and not _TO.search(before):
        measure = "growth" if percent else "change" if re.search(r"\bby\s+[^.;]*$", before) else "level"
        negative = direction == "down" and measure != "level"
    elif percent:
        measure = "rate"
    stop = re.search(r"[,;:]", text[quantity.end : limit])
    mention = _indicator(quantity, sentence, mentions, quantity.end + stop.start() if stop else limit)
    if (
        measure == "rate"
        and mention is not None
        and not mention.indicator.rate
        and not _RATE_WORD.search(before)
    ):
        measure = "growth" if change else "share" if re.match(r"\s+of\b", after) else "rate"
    counted = ""
    if quantity.base_unit not in ("%", "个百分点", "元", "美元", "yuan", "US dollars"):
        noun = _COUNTED.match(after)
        if noun and (mention is None or mention.end <= quantity.start):
            counted = noun["noun"]
    return EnglishMeaning(measure, direction, negative, reference, mention, counted)


def _points(
    before: str, after: str, direction: Literal["up", "down", ""]
) -> tuple[Measure, bool, str | None]:
    ahead = _LEAD_AFTER.match(after)
    if ahead:
        reference = ahead["reference"].strip()
        if _TIME.search(reference):
            return "change", bool(_LOWER.match(ahead["word"])), reference
        return "lead", bool(_LOWER.match(ahead["word"])), reference
    behind = _LEAD_BEFORE.search(before)
    if behind:
        return "lead", bool(behind["down"]), behind["reference"].strip()
    if _CONTRIBUTION.search(before):
        return "contribution", False, None
    return "change", direction == "down", None


def _indicator(
    quantity: Quantity, sentence: tuple[int, int], mentions: Sequence[IndicatorMention], limit: int
) -> IndicatorMention | None:
    """The counted noun right behind the number, else the last indicator spoken of before it."""
    inside = [mention for mention in mentions if sentence[0] <= mention.start < sentence[1]]
    counted = quantity.base_unit not in ("%", "个百分点", "元", "美元")
    behind = [mention for mention in inside if quantity.end <= mention.start < limit]
    if counted and behind and behind[0].start - quantity.end <= 12:
        return behind[0]
    before = [mention for mention in inside if mention.end <= quantity.start]
    if before:
        return before[-1]
    return behind[0] if behind else None
