"""A quantity with what was read around it, and the small steps before reading: sentences, masked times."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from index import figure_words as words
from index.figure_named import Subject
from index.figure_predicate import Direction
from index.figure_scan import Quantity
from index.numerals import plain_form
from index.types import Measure

if TYPE_CHECKING:
    from index.periods import PeriodMention

# Words of the calendar that no year could be found for are time expressions all the same.
_CALENDAR = re.compile(
    r"\d{1,2}月(?:份|\d{1,2}[日号])?|(?<!\d)\d{1,2}日(?!元)|[今去前明]年(?!轻|龄)|[上下]半年"
    r"|[一二三四]季度|前[一二三]季度|本[月周季]|上[月周]"
)
# 十一五时期〔中央〕财政, not 时期中|央.
_NO_LOCATIVE = re.compile(
    r"中(?:央|国(?!家)|西部|部|小|等|高|华|医|期)|内(?:地|部|外|需|贸|河|蒙)|来(?:自|华|访)|里程"
)
CLAUSE_END = re.compile(r"[，；;：:（）()]|,(?!\d)|——|…")
_SENTENCE_END = re.compile(r"[。！？!?\n]|(?<=[a-z%\d)\ue000])\.(?=\s|$)")


@dataclass(slots=True)
class Reading:
    """One quantity with what was read around it; `scope_start` is where its own words begin."""

    quantity: Quantity
    scope_start: int
    clause_start: int
    clause_end: int
    sentence_start: int
    sentence_end: int
    subject: Subject | None = None
    measure: Measure = "level"
    negative: bool = False
    direction: Direction = ""
    basis: str | None = None
    reference: str | None = None
    reference_span: tuple[int, int] = (-1, -1)
    role: Literal["", "from", "to"] = ""
    inherited: bool = False  # the subject stands in another clause
    group_end: int = -1  # where the last quantity of its list ends
    place: int = -1  # where its own place stands, in a list of places


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Sentences as spans, by 。！？ and line ends; every character belongs to one."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if match.end() > start:
            spans.append((start, match.end()))
        start = match.end()
    if start < len(text):
        spans.append((start, len(text)))
    return spans


def mask_times(text: str, periods: list[PeriodMention]) -> str:
    """`text` in plain form with every time expression masked, same length."""
    plain = plain_form(text)
    pieces: list[str] = []
    position = 0
    for index, mention in enumerate(periods):
        end = mention.end
        adjacent = index + 1 < len(periods) and periods[index + 1].start == end
        if (
            not adjacent
            and mention.kind in ("range", "since")
            and plain[end : end + 1] in tuple("中内间里来")
            and not _NO_LOCATIVE.match(plain, end)
        ):
            end += 1
        pieces.append(plain[position : mention.start])
        pieces.append(words.TIME * (end - mention.start))
        position = end
    pieces.append(plain[position:])
    return _CALENDAR.sub(lambda match: words.TIME * len(match[0]), "".join(pieces))


_CLAUSE_END_OR_ASIDE = re.compile(r"[，；;：:]|,(?!\d)|——|…")


def end_of_clause(masked: str, start: int, *, aside: bool = False) -> int:
    """Where the clause that `start` stands in ends; with `aside`, brackets belong to it."""
    found = (_CLAUSE_END_OR_ASIDE if aside else CLAUSE_END).search(masked, start)
    end = found.start() if found else len(masked)
    stop = re.search(r"[。！？\n]", masked[start:end])
    return start + stop.start() if stop else end


def basis_of(text: str) -> str | None:
    """同比, 环比, 年均, ...: the basis that the words of `text` say."""
    for name, pattern in words.BASES:
        if pattern.search(text):
            return name
    return None
