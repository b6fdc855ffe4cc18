"""One ask into several: by measure (总量和增速), by item of a list, by region, by what it is compared with."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise

from index.periods import find_periods
from index.regions import RegionMention, find_regions
from index.vocabulary import IndicatorMention, Vocabulary
from rag import question_words as words
from rag.ask import (
    WHOLE_REGIONS,
    Ask,
    AskedMeasure,
    answer_units,
    asked_measure,
    heads_a_name,
    indicator_names,
    without,
)
from rag.list_items import ANOTHER_THING, asks_of_another_kind, shared_tail, with_tail

AND = re.compile(r"、|和|与|及|以及")
ENUMERATION_COMMA = re.compile("、")
NONE = re.compile(r"(?!)")  # the whole list as one item
PLACE = re.compile("[省市县区州盟旗]$")


_AND_ITS_GROWTH = re.compile(
    r"(?:和|及其?|与|以及|、)(?:其)?(?:同比|实际)?(?:增速|增幅|涨幅|增长率|增长速度)"
    r"(?:分别|各自?)?(?:是|为|有)?(?:多少|多大|几)"
)


def by_measure(clause: str, ask: Ask, questions: Sequence[re.Match[str]]) -> list[Ask]:
    """ "总量和增速是多少" asks twice; "由多少增加到多少" asks for both ends."""
    if words.FROM_TO.search(clause):
        level: AskedMeasure = "share" if words.SHARE.search(clause) else "level"
        level = "growth" if words.NOUN_OF_GROWTH.search(clause) else level  # 增幅由多少回落到多少
        return [replace(ask, role="from", measure=level), replace(ask, role="to", measure=level)]
    both = re.search(
        r"(?:总量|总额|规模|总值|数量|产量|金额|[\u4e00-\u9fff]{2}量|人数|户数|余额|多少[^，,]{0,4})(?:和|及|与|以及|、)(?:其)?(?:同比)?(?:增速|增幅|增长率|增长)",
        clause,
    )
    named = ask.indicator_ids and not (set(ask.units) <= {"%"} and ask.units)
    if (both or (named and _AND_ITS_GROWTH.search(clause))) and ask.measure in (None, "growth", "level"):
        return [replace(ask, measure="level", unit=None), replace(ask, measure="growth", unit=None)]
    return [ask]


def by_item(
    masked: str,
    clause: str,
    ask: Ask,
    here: Sequence[IndicatorMention],
    vocabulary: Vocabulary,
    separators: re.Pattern[str],
    share_tail: bool,
) -> list[Ask]:
    """ "高技术制造业、装备制造业增加值分别增长多少": one ask an item, the shared tail kept."""
    added = words.SUM.search(clause) is not None
    if not (words.JOINTLY.search(clause) or len(here) > 1 or added) or ask.role:
        return [ask]
    if ask.measure == "share" and not words.JOINTLY.search(clause) and not added:
        return [ask]
    if re.search(r"[、和与及].{0,3}(?:增速|增幅|增长)", clause) and len(here) <= 1:
        return [ask]
    if separators is NONE:
        return [ask]
    cut = (
        words.JOINTLY.search(masked)
        or (words.SUM.search(masked) if added else None)
        or words.QUANTITY_QUESTION.search(masked)
    )
    listing = masked[: cut.start()] if cut else masked
    tail = masked[cut.start() :] if cut else ""
    named = {m.end for m in vocabulary.find(listing)}
    items = [item.strip(" 的") for item in _split(separators, listing, named) if item.strip(" 的")]
    if len(items) < 2 and cut:
        items = [
            i.strip(" 的?？")
            for i in _split(separators, words.UNIT_AFTER_QUESTION.sub("", tail))
            if i.strip(" 的?？")
        ]
    items = [item for item in items if words.content_terms(item)]
    if len(items) < 2:
        return [ask]
    items = _with_subject(items) if share_tail else items
    whole = any(m.end() - 1 in named for m in _ONE_TERM.finditer(listing))  # 财政赤字和赤字率 share no tail
    shared = "" if whole else shared_tail(items, vocabulary, of_like=share_tail)
    asks = []
    own_measures: list[AskedMeasure | None] = []
    if asked_measure(tail) is None:
        own_measures = [
            asked_measure(without(item, [m for m in vocabulary.find(item) if m.indicator.rate]))
            for item in items
        ]
    for position, item in enumerate(items):
        full = with_tail(item, shared, vocabulary)
        measure = ask.measure
        if own_measures and own_measures[-1] and own_measures[position] and len(set(own_measures)) > 1:
            measure = own_measures[position]  # M2增速和新增贷款的规模: each by its own noun
        mentions = [m for m in vocabulary.find(full) if not heads_a_name(full, m)]
        rest = full[mentions[-1].end :] if mentions else ""
        if mentions and (ANOTHER_THING.match(rest) or asks_of_another_kind(rest, mentions[-1])):
            mentions = []
        asks.append(
            replace(
                ask, terms=words.content_terms(without(full, mentions[-1:])), context=(),
                must=tuple(t for t in ask.must if PLACE.search(t)), measure=measure,
                names=indicator_names(mentions[-1]) if mentions else (),
                units=answer_units(mentions[-1] if mentions else None, ""),
                indicator_ids=tuple(m.indicator.id for m in mentions[-1:]),
                indicator=mentions[-1].indicator.name if mentions else full,
            )
        )  # fmt: skip
    return asks


_ONE_TERM = re.compile(r"([\u4e00-\u9fff]{1,3})[及和与](?=\1)")  # 国有及国有控股, 县及县以上


def _split(separators: re.Pattern[str], text: str, named: Collection[int] = ()) -> list[str]:
    """The items; 国有及国有控股 is one, but not what is `named` up to the word between (财政赤字和赤字率)."""
    kept = [m.end() - 1 for m in _ONE_TERM.finditer(text) if m.end() - 1 not in named]
    masked = "".join("\x00" if at in kept else char for at, char in enumerate(text))
    place, found = 0, []
    for item in separators.split(masked):
        place = masked.index(item, place)
        found.append(text[place : place + len(item)])
        place += len(item)
    return found


_DONE = re.compile(
    r"(?P<subject>.*?)(?P<verb>(?:基本|全部|实际|新|已|累计)?(?:开工|建成|竣工|完工|投产|投用|改造|新建|续建|入住|动工|开建|交付|完成|落地|签约|立项|获批|申报|授权|招收|毕业|招生|注销|新设|新增|关停|淘汰|退出))(?:建设|实施)?"
)


def _with_subject(items: Sequence[str]) -> list[str]:
    """保障性住房基本建成和新开工: the second thing is done with what the first item names."""
    first, *rest = (_DONE.fullmatch(item) for item in items)
    if first is None or not words.content_terms(first["subject"]):
        return list(items)
    if not rest or any(other is None or other["subject"] for other in rest):
        return list(items)
    return [items[0], *(f"{first['subject']}{item}" for item in items[1:])]


def two_compared(text: str, ask: Ask, here: Sequence[IndicatorMention]) -> list[Ask]:
    """城镇居民收入比农村居民收入高多少: both indicators, whose difference is asked for."""
    if not (words.DIFFERENCE.search(ask.text) or words.LEAD.search(ask.text)):
        return []
    if not here:
        return _things_compared(ask)
    if len(here) < 2:
        return []
    first, second = here[-2:]
    if not re.search("比|较|高于|低于|超过|多于|少于|高出|和|与|跟", text[first.end : second.start]):
        return []
    terms = words.content_terms(text[second.start : second.end] + text[first.start : first.end])
    return [
        replace(
            ask, indicator_ids=(m.indicator.id,), indicator=m.indicator.name, names=indicator_names(m), units=m.indicator.units,
            measure="growth" if ask.measure == "growth" else None, reference=None,
            unit=None if ask.unit == "个百分点" else ask.unit, terms=tuple(t for t in ask.terms if t not in terms),
        )
        for m in (first, second)
    ]  # fmt: skip


_THAN = re.compile(
    r"^(?P<first>[^，,。；;？?比较]{3,30}?)(?:比|较)(?P<second>[^，,。；;？?比较]{2,20}?)(?:要|又)?(?:多|少)(?:出|了)?(?=(?:多少|几)(?:个|名|位|家|户|项|件|所|座|人|只|台)?)"
)


def _things_compared(ask: Ask) -> list[Ask]:
    """某院引进的省级人才比国家级人才多几人: two counts that have no name of their own, of one place and time."""
    match = _THAN.match(ask.text)
    if match is None or ask.unit in (None, "%", "个百分点", "倍") or ask.indicator_ids:
        return []
    head, _, own = match["first"].rpartition("的")
    second = match["second"]
    if find_periods(second) or find_regions(second) or re.search("全国|全省|全市|上年|去年|同期", second):
        return []
    said = tuple(t for t in words.content_terms(head) if t in ask.terms)
    first_terms, second_terms = words.content_terms(own), words.content_terms(second)
    if not first_terms or not second_terms or set(first_terms) == set(second_terms):
        return []
    return [
        replace(ask, terms=terms, shared=said, measure=None, reference=None, indicator="".join(terms))
        for terms in (first_terms, second_terms)
    ]


def by_reference(ask: Ask) -> list[Ask]:
    """比全国、全省快多少: one ask for each that it is compared with."""
    references = re.split("[、和与及]", ask.reference or "")
    if ask.measure != "lead" or len(references) < 2:
        return [ask]
    return [replace(ask, reference=one) for one in references]


_JOINED = frozenset({"和", "与", "、", "及", "跟", "同", "比", "较"})


def other_regions(text: str, places: Sequence[RegionMention], own: str | None) -> tuple[str, ...]:
    """Places named beside the figure's own, other than what it is compared with or is nested in it."""
    references = [m.span(1) for m in words.REFERENCE_REGION.finditer(text)]
    adjacent = {first.name for first, second in pairwise(places) if first.end == second.start}
    return tuple(
        dict.fromkeys(
            m.name
            for m in places
            if m.name not in (own, "全国", *WHOLE_REGIONS, *adjacent)
            and not any(s <= m.start and m.end <= e for s, e in references)
        )
    )


def by_region(text: str, ask: Ask, places: Sequence[RegionMention]) -> list[Ask]:
    """云川市和青岚市…: one ask a region."""
    joined = [
        (first, second)
        for first, second in pairwise(places)
        if first.name != second.name and text[first.end : second.start] in _JOINED
    ]
    if not joined or (ask.measure == "lead" and ask.reference):
        return [ask]
    names = dict.fromkeys(m.name for pair in joined for m in pair)
    unit = None if ask.unit == "个百分点" else ask.unit
    measure = None if ask.measure in ("lead", "change") else ask.measure
    if re.search("增速|增长|增幅", text):
        measure = "growth"
    return [replace(ask, region=name, other_regions=(), unit=unit, measure=measure) for name in names]
