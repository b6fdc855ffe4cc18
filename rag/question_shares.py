"""Shares in Chinese questions: part and whole, and the pairs of figures that a share or a miss could be computed from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.periods import find_periods
from index.regions import find_regions
from index.vocabulary import IndicatorMention, Vocabulary
from rag import question_words as words
from rag.ask import WHOLE_REGIONS, Ask, answer_units, indicator_names, without

_PART_OF_WHOLE = (
    re.compile(
        r"(?P<part>[^，,；;。]+?)(?:在)?\s*(?:约|大约)?(?:相当于|等于)(?P<whole>[^，,；;。]+?)的?(?:百分之|比重|比例|几成)"
    ),
    re.compile(
        r"(?P<part>[^，,；;。]+?)(?:约|大约)?(?:占|在)(?:到)?(?P<whole>[^，,；;。]+?)(?:中|里|当中)?(?:所占)?的?(?:百分之|比重|比例|份额|多少|几成)"
    ),
    re.compile(
        r"(?P<part>[^，,；;。]+?)(?:与|和|同|相当于|相对于)(?P<whole>[^，,；;。]+?)(?:之比|的比例|的比率|的比重)"
    ),
)


_MUCH = re.compile(r"(?:多大|多少|几)(?:的)?$")


def share_ask(ask: Ask, bare_clause: str, here: Sequence[IndicatorMention], vocabulary: Vocabulary) -> Ask:
    """服务业在国内生产总值中的比重: the indicator is the part; the whole must be named beside it."""
    for pattern in _PART_OF_WHOLE:
        match = pattern.search(bare_clause)
        if match is None:
            continue
        part, whole = match["part"].strip(" 的"), _MUCH.sub("", match["whole"]).strip(" 的")
        mentions = vocabulary.find(part)
        if not part or not whole or not words.content_terms(whole):
            continue
        own = "|".join(indicator_names(mentions[-1])) if mentions else part
        return replace(
            ask, parts=(own, _with_names(whole, vocabulary)), indicator=f"{part}占{whole}的比重",
            terms=words.content_terms(without(part, mentions[-1:])),
            indicator_ids=tuple(m.indicator.id for m in mentions[-1:]), names=indicator_names(mentions[-1]) if mentions else (),
            units=answer_units(mentions[-1] if mentions else None, ""),
        )  # fmt: skip
    return ask


def _with_names(words_of_whole: str, vocabulary: Vocabulary) -> str:
    """The words, and what else the vocabulary calls the indicator that they are: "社零总额|社会消费品零售总额|…"."""
    mentions = vocabulary.find(words_of_whole)
    same = len(mentions) == 1 and mentions[0].end - mentions[0].start == len(words_of_whole)
    return "|".join(indicator_names(mentions[0])) if same else words_of_whole


_SHARE_PARTS = re.compile(
    r"([^，,；;。]+?)(?:约|大约)?(?:占|相当于|是|为)(?:到)?([^，,；;。]+?)的?(?:百分之(?:几|多少)|比重|比例|多少倍?|几成|几倍)"
)
_AGAINST_TARGET = re.compile(
    r"(?:与|和|同|跟|离|距离?|较|比)(?:年初|原定|当年|预定|既定|预期|计划|的)*目标(?:值)?(?:相比|相较)?[，,]?(?:相?差|差距|差了|(?:低|高|少|多|快|慢|超)(?:出|了)?)(?:多少|几|有多大)"
    r"|(?:低于|高于|超过|少于|多于|超出)(?:年初|原定|当年|预定|既定|预期|计划|的)*目标(?:值)?(?:多少|几)|实际.{0,16}(?:比|较|低于|高于|超过).{0,8}(?:目标|预期|计划)|(?:目标|预期|计划).{0,8}(?:比|较|低于|高于|超过).{0,8}实际"
)


def with_parts(ask: Ask, text: str, vocabulary: Vocabulary, known_regions: Sequence[str] = ()) -> Ask:
    """The pairs of plain figures from which a share or a miss of the target could be computed."""
    if _AGAINST_TARGET.search(text):
        return replace(ask, against_target=True, status=None)
    match = _SHARE_PARTS.search(ask.text)
    if match is None or match[2] in ("全国", "全省", "全市", "全区"):
        return ask
    pair: list[Ask] = []
    for words_of_part in (match[1], match[2]):
        places = find_regions(words_of_part, known=known_regions)
        bare = without(words_of_part, [*find_periods(words_of_part), *places])
        mentions = vocabulary.find(bare)
        named = [m.name for m in places if m.name not in WHOLE_REGIONS] or [m.name for m in places]
        part = replace(
            ask, text=words_of_part, terms=words.content_terms(without(bare, mentions[-1:])), measure="level",
            unit=None, reference=None, other_regions=(), hints=words.hints(match[2]),  # of 新增主体 the 新增企业
            region=_own_or_named(ask.region, named[0]) if named else ask.region,
            names=indicator_names(mentions[-1]) if mentions else (),
            units=answer_units(mentions[-1] if mentions else None, ""),
            indicator_ids=tuple(m.indicator.id for m in mentions[-1:]),
            indicator=mentions[-1].indicator.name if mentions else bare.strip(" 的"),
        )  # fmt: skip
        if pair and not mentions and not part.terms and named:
            part = replace(
                pair[0], region=named[0]
            )  # 城东区的生产总值占云川市的…: the same of the whole city
        if (
            pair
            and not pair[0].indicator_ids
            and not pair[0].units
            and (units := answer_units(None, words_of_part))
        ):
            # 甲公司占三家总收入的比例: the part is measured as the whole is
            noun = part.terms[-1:] if part.terms else ()
            pair[0] = replace(pair[0], units=units, terms=(*pair[0].terms, *noun))
        pair.append(part)
    return replace(ask, share_of=((pair[0], pair[1]),))


def _own_or_named(own: str | None, named: str) -> str:
    """全市 in a question about 云川市 is that city; in one about its zone it is the city around it."""
    return own if own is not None and own.endswith(WHOLE_REGIONS.get(named, ("-",))) else named
