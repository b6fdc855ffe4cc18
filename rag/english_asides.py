"""Asides of an English question: a name's Chinese in brackets, a gloss of a word, examples behind "such as"."""

from __future__ import annotations

import re
from dataclasses import replace

from index.periods import find_periods
from index.vocabulary import english_expansion
from rag.ask import Ask

# the Dragon Lake Science City (龙湖科学城): the bracket is the name that Chinese reports have.
_CHINESE_NAME = re.compile(
    r"(?:the )?(?P<said>(?:[A-Z][\w’'-]*|of|and)(?: (?:[A-Z][\w’'-]*|of|and|for))*)? ?[（(](?P<name>[\u4e00-\u9fff·]{2,16})[）)]"
)
# subsistence allowance (dibao): a word of pinyin behind what it stands for.
_GLOSS = re.compile(r" \((?P<word>[a-z]{3,16})\)")
# talent platforms, such as academician workstations, …
_EXAMPLES = re.compile(r",? (?:such as|including|like|e\.g\.) [^,?]{3,60}(?P<end>,|(?=\?))")


def without_asides(text: str) -> tuple[str, tuple[str, ...]]:
    """The question without its glosses and examples, and the Chinese names it gave in brackets."""
    names: list[str] = []

    def named(match: re.Match[str]) -> str:
        if find_periods(match["name"]):
            return match[0]
        names.append(match["name"])
        return ""

    text = _CHINESE_NAME.sub(named, text)
    text = _GLOSS.sub(lambda m: m[0] if english_expansion(m["word"]) else "", text)
    text = _EXAMPLES.sub("", text)
    return re.sub(r"  +", " ", text), tuple(names)


def with_names(ask: Ask, names: tuple[str, ...]) -> Ask:
    """The ask with the Chinese names as places that its sentence must name, letter by letter."""
    if not names:
        return ask
    return replace(ask, terms=(*names, *ask.terms), other_regions=(*names, *ask.other_regions))
