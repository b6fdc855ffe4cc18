"""What an English figure measures, by the noun phrase that its verb is said of.

"The value added of the mining industry grew by 2.0 percent, that of manufacturing by 6.1 percent": each clause
has a phrase of its own, or takes the head (value added) from the one before. A term of the vocabulary that only
stands inside a longer phrase (the profits of private enterprises) does not name the figure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.vocabulary import Indicator, Vocabulary

_HEADS = (
    r"value[- ]added|added value|gross output(?: value)?|output(?: value)?|production|(?:total )?profits?"
    r"|(?:operating |business )?revenues?"
    r"|sales(?: volume| value| area)?|(?:total )?retail sales|investment|exports?|imports?|total value|value|total number|number|volume"
    r"|turnover|balance|(?:foreign |goods )?trade(?: volume)?|prices?|consumption|generation"
    r"|(?:average )?(?:per[- ]capita )?(?:annual |monthly |net |disposable )*(?:income|wages?|consumption expenditure|expenditure|spending)"
)
_OF = re.compile(
    rf"(?:(?:real |nominal |the )*growth(?: rate)? (?:of|in) )?(?:the )?(?:total )?(?P<head>{_HEADS})"
    r" (?:of|in|for|from|(?P<with>(?<=trade )with)) (?:the )?(?:[A-Z][a-z]+['’]s )?(?P<of>.+)",
    re.IGNORECASE,
)
_WHOSE = re.compile(
    rf"(?:the )?(?:average )?(?P<of>[A-Za-z -]+?)(?:'s|s'|’s|s’) (?:average )?(?P<head>{_HEADS})",
    re.IGNORECASE,
)
_ONLY_SPEED = re.compile(
    r"(?:the |its |their |this |a |an )*(?:[a-z]+-adjusted |real |nominal |actual )*"
    r"(?:growth(?: rates?)?|rate|increase|decrease|rise|figure|number|it|this|they|taking|making|(?:respectively,? ?)?together)",
    re.IGNORECASE,
)
_THAT_OF = re.compile(r"(?:that|those) (?:of|in|for|from) (?:the )?(?P<of>.+)", re.IGNORECASE)
_VERB = (
    r"(?:(?:has|have|had|is|was|were|are|will be|to)\s+)?(?:also\s+|further\s+|steadily\s+|slightly\s+)?"
    r"(?:gr[eo]w(?:ing|n)?|ros?e|ris(?:ing|en)|increas(?:ed|ing)|went (?:up|down)|going (?:up|down)|up|down"
    r"|fell|fallen|falling|declin(?:ed|ing)"
    r"|dropped|decreas(?:ed|ing)|expanded|contracted|climbed|gained|surged|jumped|edged (?:up|down)"
    r"|was|were|is|are|reached|reaching|total(?:l)?ed|stood at|amounted to"
    r"|came (?:in at|to)|hit|exceed(?:ed|ing)|averaged|accounted for|made up|making up|tak(?:es|ing) up|took up|account(?:ing|s) for"
    r"|dipped|slumped|plunged|slid|sank|soared|shrank|narrowed|widened|remained)"
)
_SUBJECT = re.compile(
    rf"(?P<phrase>[A-Za-z][^;:]*?)(?:\s+(?:which|that))?\s+(?:{_VERB}\b[^,;:]*|by\s+[^,;:]*?)$", re.IGNORECASE
)
_HARD = re.compile(r"[;:]")
_SOFT = re.compile(r",\s+(?:and\s+)?(?:while\s+|whereas\s+|with\s+)?|\s+(?:and|while|whereas)\s+")
_FIGURE = re.compile(
    r"\d[\d,.]*(?:\s?(?:%|percent|per cent|percentage points?|(?:million|billion|trillion)?\s?[a-zA-Z]+))?"
)
_LEAD_IN = re.compile(
    r"^(?:[\s,]|(?:and|while|whereas|but|with|respectively|of which|among which|of this total|of these|of the total|among them"
    r"|in particular|meanwhile"
    r"|in terms of [a-z ]+?(?=,)|by [a-z ]+?(?=,)|regionally|specifically)\b"
    r"|(?:in|from|at|by|during|for|since|as of|over)\s+[^,]{2,40}?,)+",
    re.IGNORECASE,
)
_SHOWED = re.compile(r"^.*?\b(?:showed|shows|indicated|said|reported)\s+(?:that\s+)?", re.IGNORECASE)
_TIME_WITHIN = re.compile(
    r"\s+(?:in|during|at the end of|by the end of|from)\s+(?:\d{4}|(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
    r"(?:(?:\s+to\s+|\s?[-–]\s?)\w+\.?)?|the first [\w ]{3,20}|the whole year|the year)(?:\s+\d{4})?$",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:the|a|an|its|their|total|overall)\s+", re.IGNORECASE)
_OWNERS = re.compile(
    r"^(?:production|supply|distribution)\b|(?:enterprises?|firms|companies|businesses|industry|industries|sectors?|manufacturing|mining|services?|regions?|supply|construction|products?)$",
    re.IGNORECASE,
)
_NO_PHRASE = re.compile(r"\d|\b(?:percent|yuan|than|which|year-on-year|compared)\b", re.IGNORECASE)


_PLAIN_HEADS = {"added value": "value added", "value-added": "value added", "total profit": "total profits"}
_INDUSTRY = re.compile(r"\s(?:industry|industries|sectors?)$", re.IGNORECASE)
_DETERMINER = re.compile(
    r"\s*(?:and\s+)?(?:the|that|those|its|their|per capita|average|total)\b", re.IGNORECASE
)
_GROWTH_OF = re.compile(r"(?:the )?(?:real |nominal )?growth(?: rate)? (?:of|in) (?:the )?", re.IGNORECASE)
_EXPECTED = re.compile(r"\s+(?:expected|projected|estimated|forecast|planned)$", re.IGNORECASE)
_BRACKETS = re.compile(r"\s*\([^()]*\)")
_RURAL = re.compile(r"^(?:the )?(?:rural (?:areas?|regions?)|countryside)$", re.IGNORECASE)
_URBAN = re.compile(r"^(?:the )?(?:urban (?:areas?|regions?)|cities)$", re.IGNORECASE)
_PLACE = re.compile(r"(?:the )?(?:[A-Z][a-z]+(?: [A-Z][a-z]+){0,2}|nation|country|city|province|county)")
_WHOSE_ALL = re.compile(r"[A-Za-z ]+['’]s? (?:total |overall |combined )?", re.IGNORECASE)
_WITH = re.compile(
    r",?\s*(?:and\s+)?(?:with|leaving|resulting in|producing)\s+(?:an?\s+)(?!.*\b(?:increase|decrease|growth|rise|fall|drop|gain|loss"
    r"|decline|rate|average|total|share|increment|margin|proportion|value|volume)\b)"
    r"(?P<name>[a-z][a-z -]{2,30}?)\s+of\s+(?:about |nearly |over )?",
)
_APPOSITION = re.compile(
    r"(?:^|(?<=[.;] ))(?!In |During |By |From |At |On |For |Since |Of |Among |According )[A-Z][^,;\d]{2,80}"
    r"(?P<aside>,\s(?:its|their|the|an?)\s[^,;\d]{3,60},)(?=\s(?:was|were|is|are|grew|rose|fell|reached|increased|dropped|totall?ed)\b)"
)
_MADE = re.compile(
    r"\b(?:(?P<output>produced|churned out|turned out|yielded|generated)|(?P<imports>imported|bought)|(?P<exports>exported|shipped)"
    r"|(?P<sales>sold))\s+(?:a total of |about |nearly |over |more than |some )?(?:a record )?$",
    re.IGNORECASE,
)
_MADE_WHAT = re.compile(
    r"\s(?:of\s)?(?P<what>[a-z][a-z-]*(?:\s(?!in\b|last\b|from\b|during\b|over\b|to\b|by\b|and\b|of\b)[a-z-]+){0,3})"
)
_MADE_FIRST = re.compile(
    r"\b(?:(?P<output>produced|churned out)|(?P<imports>imported)|(?P<exports>exported))\s(?P<what>[a-z-]+(?:\s[a-z-]+)?)\sof\s$"
)
_CHANGED = re.compile(
    r"\b(?:to|will|should|would|could|and|,)\s*(?:cut|reduce|lower|raise|increase|boost|lift|expand|bring)\s+(?:down\s+)?"
    r"(?P<what>(?:its|their|the|total|overall)?\s?[a-z][A-Za-z -]{3,70}?)\s+(?:by|to)\s+(?:about |around |at least |some |over )?",
)
_ONLY_HOW_MUCH = ("number", "total number", "volume", "value", "total value")


@dataclass(frozen=True, slots=True)
class EnglishName:
    """A name as it is written, with the indicator it is, and where its words stand; `head` is value added, profits."""

    name: str
    indicator: Indicator | None
    start: int
    end: int
    head: str = ""


def english_name(
    text: str, start: int, end: int, vocabulary: Vocabulary, before: EnglishName | None
) -> EnglishName | None:
    """The phrase that `text[start:end]`, the words of a sentence up to a figure, is said of; None if unsure.

    `before` is the name of the figure before in the sentence, whose head goes on. A comma may stand inside the
    phrase (investors from Hong Kong, Macao and Taiwan), so the longest that holds no figure is tried first.
    """
    begins = _begins(text, start, end)
    found = _WITH.fullmatch(text, begins[-1], end) or _WITH.fullmatch(text, max(begins[-1] - 6, start), end)
    if found is not None:
        name = found["name"]
        known = vocabulary.lookup(name)
        return EnglishName(name, known, found.start("name"), found.end("name"))
    changed = list(_CHANGED.finditer(text, start, end))
    if changed and changed[-1].end() == end:
        what = changed[-1]["what"].strip()
        what = _ARTICLE.sub("", what)
        return EnglishName(what, vocabulary.lookup(what), changed[-1].start("what"), changed[-1].end("what"))
    aside = _APPOSITION.match(text, start, end)
    if aside is not None:  # trade with ASEAN, its largest partner, was …
        blank = " " * (aside.end("aside") - aside.start("aside"))
        text = text[: aside.start("aside")] + blank + text[aside.end("aside") :]
        begins = _begins(text, start, end)
    for begin in sorted(begins, key=lambda at: _DETERMINER.match(text, at) is None):
        name = _said_of(text, begin, end, vocabulary, before)
        if name is not None:
            return name
    return _listed(text[begins[-1] : end], begins[-1], vocabulary, before)


def made_name(text: str, start: int, outer: tuple[int, int], vocabulary: Vocabulary) -> EnglishName | None:
    """Produced 390 million tonnes of 〔coal〕: coal output; imported …: coal imports. `outer` is the quantity's span."""
    made = _MADE.search(text[start : outer[0]])
    what = _MADE_WHAT.match(text, outer[1]) if made else None
    if made is None:
        made = what = _MADE_FIRST.search(text[start : outer[0]])
    if made is None or what is None:
        return None
    head = next(one for one in ("output", "imports", "exports", "sales") if made.groupdict().get(one))
    name, before = f"{what['what']} {head}", start if what is made else 0
    return EnglishName(
        name, vocabulary.lookup(name), before + what.start("what"), before + what.end("what"), head
    )


def name_of_phrase(phrase: str, vocabulary: Vocabulary) -> EnglishName:
    """The name of a phrase alone: value added of mining, per capita income of rural residents."""
    name = _said_of(f"{phrase} grew by ", 0, len(phrase) + 9, vocabulary, None)
    if name is not None and name.name:
        return name
    bare = _ARTICLE.sub("", phrase)
    whole = re.match(r"[A-Za-z ]+['’]s?\s+(?:total\s+)?", bare)
    known = vocabulary.lookup(bare) or (vocabulary.lookup(bare[whole.end() :]) if whole else None)
    return EnglishName(bare, known, 0, len(phrase))


def clause_start(text: str, start: int, end: int) -> int:
    """Where the clause that ends at `end` begins."""
    return _begins(text, start, end)[-1]


def _begins(text: str, start: int, end: int) -> list[int]:
    """Where the clause up to `end` may begin: behind the last figure or hard stop, then behind each comma."""
    hard = [match.end() for match in _HARD.finditer(text, start, end)]
    first = hard[-1] if hard else start
    figures = [match.end() for match in _FIGURE.finditer(text, first, end)]
    after = [match.end() for match in _SOFT.finditer(text, figures[-1] if figures else first, end)]
    if figures and not after:
        return [figures[-1]]  # rose 1.5 percent to 〔55.1 billion yuan〕
    return after if figures else [first, *after]


def _said_of(
    text: str, begin: int, end: int, vocabulary: Vocabulary, before: EnglishName | None
) -> EnglishName | None:
    match = _SUBJECT.search(text[begin:end])
    if match is None:
        return None
    first, last = begin + match.start("phrase"), begin + match.end("phrase")
    shown = _SHOWED.match(text[first:last])
    first += shown.end() if shown else 0
    lead = _LEAD_IN.match(text[first:last])
    first += lead.end() if lead else 0
    grown = _GROWTH_OF.match(text, first, last)
    first = grown.end() if grown else first
    phrase = _EXPECTED.sub("", _TIME_WITHIN.sub("", text[first:last])).strip(" ,")
    last = first + len(phrase)
    article = _ARTICLE.match(phrase)
    bare = _BRACKETS.sub("", phrase[article.end() :] if article else phrase)
    if not 2 < len(bare) <= 120 or _NO_PHRASE.search(bare):
        return None
    if _ONLY_SPEED.fullmatch(phrase):
        return before or EnglishName("", None, first, last)  # the growth rate decreased 0.1 percentage point
    of, that = _OF.fullmatch(phrase) or _WHOSE.fullmatch(phrase), _THAT_OF.fullmatch(phrase)
    head = of["head"].lower() if of else before.head if before is not None else ""
    owner = _TIME_WITHIN.sub("", (of or that or {"of": bare})["of"])
    owner = f"{owner}s" if of is not None and of.re is _WHOSE and phrase[of.end("of")] in "s" else owner
    if that is not None and not head:
        return None
    if of is None and that is None and not (head and _OWNERS.search(owner)):
        known = vocabulary.lookup(bare)
        told = vocabulary.find(bare)
        if known is None and told and told[-1].end == len(bare):
            if _WHOSE_ALL.fullmatch(bare[: told[-1].start]):  # China's total 〔imports and exports〕
                return EnglishName(bare, told[-1].indicator, first, last)
            return None  # Yunchuan's GDP: the term that ends the phrase
        return EnglishName(bare, known, first, last, head if known is None and before is not None else "")
    preposition = "with" if of is not None and of.re is _OF and of["with"] else "of"
    plain = re.sub("^average ", "", _PLAIN_HEADS.get(head, head))
    owner = _RURAL.sub("rural residents", _URBAN.sub("urban residents", _BRACKETS.sub("", owner)))
    if _PLACE.fullmatch(owner) and preposition == "of":  # China's per capita disposable income
        return EnglishName(plain, vocabulary.lookup(plain), first, last, head)
    alone = (owner,) if head in _ONLY_HOW_MUCH else ()
    owners = dict.fromkeys((owner, _INDUSTRY.sub("", owner), re.sub("sector$", "industry", owner)))
    forms = [
        form
        for who in owners
        for form in (f"{plain} of {who}", f"{plain} of the {who}", f"{who} {plain}", f"{plain} in {who}")
    ]
    for form in (*alone, *forms):
        known = vocabulary.lookup(form)
        if known is not None:
            return EnglishName(form, known, first, last, head)
    return EnglishName(f"{plain} {preposition} {owner}", None, first, last, head)


_BARE = re.compile(r"\s*(?:and\s+|of which,?\s+|the\s+)*(?P<name>[A-Za-z][A-Za-z\- ]{2,40}?)\s*$")
_NOT_BARE = re.compile(
    r"\b(?:an?|by|to|of|at|in|for|was|were|is|are|reached|increase|decrease|rise|fall|drop|growth|up|down|about|around|over|nearly|more|less"
    r"|than|with|from|respectively|together|accounting|taking|making|slumping|plunging|dipping|falling|rising|soaring|jumping|surging|dropping|reaching|hitting|percent|and)\b",
    re.IGNORECASE,
)


def _listed(
    clause: str, begin: int, vocabulary: Vocabulary, before: EnglishName | None
) -> EnglishName | None:
    """Steel output was 107 million tonnes; 〔cement〕 227 million tonnes: the next thing of a list."""
    match = _BARE.fullmatch(clause)
    if match is None or before is None or _NOT_BARE.search(match["name"]):
        return None
    name = match["name"].strip()
    start = begin + match.start("name")
    known = vocabulary.lookup(f"{name} output") or vocabulary.lookup(name)
    return EnglishName(name, known, start, start + len(name), before.head)
