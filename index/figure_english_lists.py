"""English lists with a figure for each member: exports and imports grew by 5.2 percent and 0.3 percent respectively.

The phrase before the verb names as many things as figures follow; each figure is of its own. What follows
behind a comma (up 4.9 percent and 7.0 percent) goes on with the same things.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from index.figure_english_names import EnglishName, name_of_phrase

if TYPE_CHECKING:
    from index.figure_scan import Quantity
    from index.vocabulary import Vocabulary

_JOINS = re.compile(r"\s*(?:,\s*(?:and\s+)?|\s+and\s+)(?:by\s+|to\s+|about\s+|nearly\s+)?")
_VERBS = (
    r"(?:(?:has|have|had|was|were|is|are|will)\s+(?:be\s+)?)?(?:respectively\s+)?"
    r"(?:gr[eo]wn?|rose|risen|rise|increased?|went (?:up|down)|fell|fallen|declined|dropped|decreased|expanded"
    r"|contracted|climbed|gained|surged|jumped|reached|total(?:l)?ed|stood at|amounted to"
    r"|came (?:in at|to)|hit|exceeded|averaged|accounted for|were|was|are|is)"
)
_SAID = re.compile(
    rf"(?P<phrase>[A-Za-z][^;:]*?)\s+{_VERBS}(?:\s+(?:respectively|by|at|to|up|down|about|nearly|over|more than))*\s+$",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"[\s,]*(?:respectively[\s,]*)?(?:(?:and|with|representing|marking)\s+)?(?:(?:year[- ]on[- ]year\s+)?(?:increases?|rises?|growth"
    r"|decreases?|declines?|gains?)\s+of|an? (?:increase|rise|decrease|decline) of|up|down|rising|growing|falling|increasing|decreasing)"
    r"(?:\s+by)?\s+",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^(?:[\s,]|(?:and|while|whereas|but|meanwhile|among which|of which)\b|(?:in|from|at|by|during|for|as of)\s+[^,]{2,40}?,)+",
    re.IGNORECASE,
)
_ITEM = re.compile(r",\s*(?:and\s+)?|\s+and\s+|\s+as well as\s+", re.IGNORECASE)
_HEAD = re.compile(r"(?P<head>.*?\b(?P<link>of|in|to|from|for|with)\s+)(?P<list>.+)", re.IGNORECASE)
# Words that cannot stand alone: the noun of the last member is theirs too.
_OPEN = re.compile(
    r"(?:the )?(?:primary|secondary|tertiary|urban|rural|eastern|central|western|northeastern|northern|southern|domestic|foreign"
    r"|private|public|state-owned|state-holding|general|processing|light|heavy|high-tech|new|second-hand|commercial|residential|upper|lower|male|female)",
    re.IGNORECASE,
)
_SINGULAR = {"industries": "industry", "sectors": "sector"}
_PLURAL = re.compile(r"\b(?:industries|sectors)$")


def groups_of(text: str, quantities: Sequence[Quantity]) -> list[list[int]]:
    """Runs of quantities with nothing but a comma or `and` between them, as positions."""
    runs: list[list[int]] = []
    for position, quantity in enumerate(quantities):
        last = quantities[position - 1] if position else None
        if last is not None and _JOINS.fullmatch(text, last.outer_end, quantity.outer_start):
            runs[-1].append(position)
        else:
            runs.append([position])
    return [run for run in runs if len(run) > 1]


def names_of_members(
    text: str, start: int, quantities: Sequence[Quantity], vocabulary: Vocabulary
) -> dict[int, EnglishName]:
    """The name of each figure of a list, by its position; only where a phrase names as many things as figures."""
    named: dict[int, EnglishName] = {}
    last: list[EnglishName] = []
    for run in groups_of(text, quantities):
        before = quantities[run[0] - 1].outer_end if run[0] else start
        stop = quantities[run[0]].outer_start
        if len(last) == len(run) and _GOES_ON.fullmatch(text, before, stop):
            named |= dict(zip(run, last, strict=True))
            continue
        last = _members(text, before, stop, len(run), vocabulary)
        named |= dict(zip(run, last, strict=True)) if last else {}
    return named


def _members(text: str, start: int, stop: int, count: int, vocabulary: Vocabulary) -> list[EnglishName]:
    opening = _OPENING.match(text[start:stop])
    said = _SAID.search(text[start + (opening.end() if opening else 0) : stop])
    if said is None:
        return []
    first = start + (opening.end() if opening else 0) + said.start("phrase")
    phrase = said["phrase"].rstrip(" ,")
    for head, items in _ways(phrase):
        if len(items) != count or any(not 1 < len(item) <= 60 for item in items):
            continue
        names = [name_of_phrase(head + item, vocabulary) for item in _filled(items)]
        return [replace(name, start=first, end=first + len(phrase)) for name in names]
    return []


def _ways(phrase: str) -> list[tuple[str, list[str]]]:
    """How a phrase may be a list: behind `of`, `in`, `to`, or as a whole."""
    ways = []
    headed = _HEAD.fullmatch(phrase)
    if headed is not None and _ITEM.search(headed["head"]) is None:
        ways.append((headed["head"], _ITEM.split(headed["list"])))
    ways.append(("", _ITEM.split(phrase)))
    return ways


def _filled(items: list[str]) -> list[str]:
    """[urban, rural residents] as [urban residents, rural residents]; articles go."""
    plain = [re.sub(r"^(?:the|its|their)\s+", "", item.strip(), flags=re.IGNORECASE) for item in items]
    tail = plain[-1].split(" ", 1)
    if len(tail) == 2 and all(_OPEN.fullmatch(item) for item in plain[:-1]):
        noun = _PLURAL.sub(lambda match: _SINGULAR[match[0]], tail[1])
        return [f"{item} {noun}" for item in (*plain[:-1], tail[0])]
    return plain
