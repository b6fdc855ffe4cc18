"""Lists of places with their figures: 四川、青海分别增长9.9%和9%; 东部、中部、西部地区投资分别增长….

Each figure of such a list is its own place's. What they all measure stands behind the last place or in an
earlier clause.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from index.figure_named import Subject
from index.figure_predicate import Predicate, unit_class
from index.figure_scan import Quantity
from index.figure_silent_clauses import SilentClauses
from index.figure_trade import is_flow, of_the_same_trade
from index.figure_weak_names import counts_places, head_of_parts, owner_told, part_named

_JOIN = re.compile(r"\s?(?:[、，]|[和与及]|以及|、和)\s?")
_KIND = re.compile(r"(?:地区|省份|[省市县区州]|等地)?(?:的)?")
_ORDINAL = re.compile(r"第?[一二三]产业(?=增加值$)")
_PARTNERS = re.compile(r"[对向自从与]$")
_SHARE = re.compile(r"占[^，。；、]{1,20}?(?:比重|比例|份额)?$")
_OWNERS = ("企业", "产业", "行业", "单位", "经济", "业")


class PlacesListed(SilentClauses):
    """Finds the places that a list of figures belongs to, one each."""

    places: tuple[int, ...] = ()  # where the places of the last such list stand

    def _places_of(
        self, left: int, predicate: Predicate, count: int, respectively: bool
    ) -> list[tuple[Subject | None, bool]] | None:
        """The subjects of `count` figures of as many places, `self.places` set to them; None if there are none."""
        end = predicate.subject_end
        listed = self._listed_places(left, end, count)
        if listed is None:
            again = respectively and len(self.places) == count
            own = self._own_subject(left, predicate, attached=False) if again else None
            if not again or (own is not None and not own.generic):
                return None
            return [(self._measured(), True)] * count  # 增幅比去年同期分别提高3.1、9.6和5.7个百分点
        starts, tail = listed
        partners = _PARTNERS.search(self.masked, left, starts[0])
        if partners is not None:  # 对欧盟、美国分别进出口a、b
            return self._with_partners(partners[0], starts, tail, end)
        subject = self.subjects.ending_at(tail, end) if tail < end else None
        inherited = subject is None or subject.generic
        measured = self._measured() if inherited or subject is None else subject
        self.places = starts
        if subject is not None and not inherited:
            self.subject = self.domain = subject
        return [(measured, inherited)] * count

    def _with_partners(
        self, how: str, starts: tuple[int, ...], tail: int, end: int
    ) -> list[tuple[Subject | None, bool]] | None:
        """The trade with each of the places listed; whose own figures these are not."""
        self.places = ()
        flow = re.sub("^(?:分别|各)+", "", self.text[tail:end]) or (self.subject.name if self.subject else "")
        if not is_flow(flow):
            return None
        last = self.subjects.regions[starts[-1]]
        self.subject = self.subjects.from_name(f"{how}{self.text[starts[0] : last]}{flow}", starts[0], end)
        return [
            (self.subjects.from_name(f"{how}{self.text[a : self.subjects.regions[a]]}{flow}", a, end), False)
            for a in starts
        ]

    def _listed_places(self, left: int, end: int, count: int) -> tuple[tuple[int, ...], int] | None:
        """Where the last `count` places of a list in `left:end` start, and where the words behind it do."""
        share = _SHARE.search(self.masked, left, end)
        end = share.start() if share else end
        spans = sorted((a, b) for a, b in self.subjects.regions.items() if left <= a and b <= end)
        if len(spans) < count or count < 2:
            return None
        spans = spans[-count:]
        for (_, before), (after, _) in pairwise(spans):
            kind = _KIND.match(self.masked, before, after)
            if not _JOIN.fullmatch(self.masked, kind.end() if kind else before, after):
                return None
        kind = _KIND.match(self.masked, spans[-1][1], end)
        return tuple(start for start, _ in spans), kind.end() if kind else spans[-1][1]

    def _measured(self) -> Subject | None:
        """What the figures before measured, counts of places left out."""
        told = [self.subject, *(reading.subject for reading in reversed(self.readings)), self.spoken_of]
        for subject in told:
            if subject is not None and not subject.generic and not counts_places(subject.name):
                return subject
        return None

    def _listed_before(self, left: int, count: int) -> list[Subject] | None:
        """产值和利税总额翻一番。分别由a和b增至c和d: what the sentence before told together."""
        told = self.readings[-1].subject if self.readings else None
        if told is None or told.start < 0 or left > self._sentence + 2 or told.end > self._sentence:
            return None
        return self.subjects.items(told.start, told.end, count)

    def _as_part(self, subject: Subject, quantity: Quantity) -> Subject:
        """第一产业 as 第一产业投资, where the sentence breaks investment down."""
        if subject.start >= 0 and self.subject is not None and self._total_area(subject, quantity):
            return self.subjects.whole(self.subject)
        if subject.start < 0 or (
            unit_class(quantity) == "other" and quantity.base_unit not in ("元", "美元")
        ):
            return subject
        whole = self.subject or self.spoken_of
        told = self.text[self._sentence : subject.start]
        same = "其中" in told and whole is not None
        flow = (
            of_the_same_trade(self.text[subject.start : subject.end], whole.name) if same and whole else None
        )
        if flow is not None:  # 民营企业进出口…，其中出口…
            return replace(self.subjects.from_name(flow, subject.start, subject.end), head=subject.head)
        owner = whole.name if whole is not None and self.subject is not None else ""
        between = self.masked[subject.start - 8 : subject.start]
        between = re.split("[，；。：]", between)[-1]
        bare = re.sub("^(?:实现|完成)", "", self.text[subject.start : subject.end])
        between += self.text[subject.start : subject.end].removesuffix(bare)
        mine = owner_told(between, bare, owner)  # of whom
        if mine is not None:  # 企业284家，实现工业总产值790亿元
            return self.subjects.from_name(mine, subject.start, subject.end)
        ordinal = _ORDINAL.match(subject.name)
        said = ordinal[0] if ordinal else self.text[subject.start : subject.end]
        sentence = self.text[self._sentence : subject.start]
        head = head_of_parts(sentence, whole.name if whole is not None else "")
        amount = subject.id is not None and subject.name == said and not said.endswith(_OWNERS)
        named = head is None or subject.name.endswith(head) or amount
        name = part_named(said, head) if head is not None and not named else None
        if name is None:
            return subject
        part = self.subjects.from_name(name, subject.start, subject.end)
        return replace(part, head=subject.head)

    def _total_area(self, subject: Subject, quantity: Quantity) -> bool:
        """新建高标准农田350万亩、总面积达到4612万亩: of the land just spoken of, in the same unit."""
        before = self.readings[-1] if self.readings else None
        return (
            self.text[subject.start : subject.end] in ("总面积", "总量", "总数", "总规模")
            and before is not None
            and before.sentence_start == self._sentence
            and before.subject is self.subject
            and before.quantity.base_unit == quantity.base_unit
        )
