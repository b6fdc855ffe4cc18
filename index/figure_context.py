"""What each quantity of a paragraph means: subject, measure, sign, basis, reference.

A sentence is read clause by clause. What a clause leaves out (同比增长7.9%，分别领先全国…) comes from the
clauses before it; lists are paired item by item (A、B分别增长8.9%、7.7%). Periods, regions and status are
added in `index.figure_scope`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from index import figure_words as words
from index.figure_clause_names import (
    by_industry,
    gaining,
    given_work,
    newly_of,
    of_level,
    of_people,
    town_and_country,
)
from index.figure_english_context import is_english
from index.figure_english_reading import EnglishSentences
from index.figure_fuller import PER_HEAD_ALONE, per_head
from index.figure_left_out import nation
from index.figure_measure import measure_of, not_per_head, read_object_of_change
from index.figure_money import for_what, paid_for, set_up, with_purpose
from index.figure_named import Subject
from index.figure_naming import (
    cut_by,
    doing,
    from_around,
    newly,
    of_these,
)
from index.figure_predicate import Predicate, unit_class
from index.figure_reading import CLAUSE_END, Reading, basis_of, sentence_spans
from index.figure_references import pair_from_to, set_references, split_list
from index.figure_scan import Quantity
from index.figure_weak_names import counts_places

if TYPE_CHECKING:
    pass


_RATIO_TO = re.compile(r"[，、]?[与同](?P<whole>[\u4e00-\u9fff]{2,12}?)之比")
_NEXT_WITH_VERB = re.compile(
    r"[、和与及]?(?:以及)?(?:分别)?(?:增长|下降|上涨|提高|减少|增加|回落|上升)?(?:约|近)?"
)
_PART_IN = re.compile(r"在(?P<whole>[^，。；、\d]{2,12}?)(?:当中|中|里)(?:所)?的?(?:占比|比重|份额|占)")
_FUNDED = re.compile(r"[\u4e00-\u9fff、和]{4,}(?<![县市省区人户校村元])")  # what a fund may be for
_AND_GROWS = re.compile(r"，(?:增长|递增|提高)")
_GOES_ON = re.compile(rf"{words.HOW_IT_GOES.pattern}|[{words.TIME}]|近年|首次|出现|双")
_ASIDE = re.compile(r"(?<=[^，。；：、\s])[（(][^（）()，。；\n]{1,20}[）)](?=[^，。；：、\s])")


class ParagraphReader(EnglishSentences):
    """Reads the quantities of one paragraph (or any text without inner structure)."""

    def read(self) -> list[Reading]:
        """All readings in order, one a quantity."""
        position = 0
        for start, end in sentence_spans(self.masked):
            inside: list[Quantity] = []
            while position < len(self.quantities) and self.quantities[position].start < end:
                inside.append(self.quantities[position])
                position += 1
            if inside and is_english(self.text[start:end]):
                self._read_english_sentence(start, end, inside)
            elif inside:
                self._read_sentence(start, end, inside)
            else:
                self._read_silent_sentence(start, end)
        return self.readings

    # ---------------------------------------------------------------- sentences and clauses

    def _read_sentence(self, start: int, end: int, quantities: list[Quantity]) -> None:
        self.spoken_of = self.subject or self.spoken_of
        told = [self.theme, self.recent[0].name if self.recent else ""]
        self.theme_before = next((name for name in told if _FUNDED.fullmatch(name)), "")
        self._forget()
        self._sentence = start
        position = 0
        for clause_start, clause_end in self._clauses(start, end, quantities):
            inside = []
            while position < len(quantities) and quantities[position].start < clause_end:
                inside.append(quantities[position])
                position += 1
            if not inside:
                self._read_silent_clause(clause_start, clause_end)
                continue
            self._back_to_whole(clause_start)
            self.silent = None if self.silent is None or self.silent[1] < clause_start - 1 else self.silent
            self.topic = self.topic if self.silent is not None else ""
            left = clause_start
            groups = self._groups(inside)
            for index, group in enumerate(groups):
                right = groups[index + 1][0].outer_start if index + 1 < len(groups) else clause_end
                left = self._read_group(left, right, group, (clause_start, clause_end), (start, end))

    def _clauses(self, start: int, end: int, quantities: list[Quantity]) -> list[tuple[int, int]]:
        asides = [
            match.span()
            for match in _ASIDE.finditer(self.masked, start, end)
            if not any(match.start() < quantity.start < match.end() for quantity in quantities)
        ]
        cuts = [
            match.end()
            for match in CLAUSE_END.finditer(self.masked, start, end)
            if not any(quantity.start < match.end() <= quantity.end for quantity in quantities)
            and not any(first < match.end() <= last for first, last in asides)
        ]
        edges = [start, *cuts, end]
        return [(a, b) for a, b in pairwise(edges) if a < b]

    def _groups(self, quantities: list[Quantity]) -> list[list[Quantity]]:
        """Quantities that stand in a list together: 2.7个、1.9个百分点."""
        groups: list[list[Quantity]] = []
        for quantity in quantities:
            if groups:
                last = groups[-1][-1]
                between = self.masked[last.outer_end : quantity.outer_start]
                same_kind = unit_class(last) == unit_class(quantity)
                if same_kind and re.fullmatch(
                    r"\s?(?:[、和与及至到]|以及|、和|[-－—–~～∼]{1,2}|to|and|, and|,)\s?", between
                ):
                    groups[-1].append(quantity)
                    continue
            groups.append([quantity])
        return groups

    # ---------------------------------------------------------------- one list of quantities

    def _read_group(
        self, left: int, right: int, group: list[Quantity], clause: tuple[int, int], sentence: tuple[int, int]
    ) -> int:
        """Reads `group`, whose words begin at `left`; returns where the next group's words begin."""
        first = group[0]
        attached = self.masked[left : left + 1] == "的" and left > clause[0]
        predicate = self.predicates.before(left, first)
        readings = [
            Reading(
                quantity,
                left,
                *clause,
                *sentence,
                direction=predicate.direction,
                negative=predicate.negative,
                group_end=group[-1].end,
            )
            for quantity in group
        ]
        is_range = any(quantity.range_text for quantity in group)
        words_before = self.text[left : first.start]
        basis = basis_of(words_before) or (basis_of(self.text[clause[0] : left]) if attached else None)
        respectively = "分别" in self.masked[left : first.start]
        placed = None if is_range else self._places_of(left, predicate, len(group), respectively)
        subjects = placed or self._subjects_of(
            left, predicate, first, right, group, attached, is_range, clause[0]
        )
        if placed is None:
            self.places = ()
        for reading, place in zip(readings, self.places, strict=False):
            reading.place = place
        before = self.readings[-1] if self.readings else None
        if before is not None and before.basis == "年均" and before.measure == "change" and basis is None:
            gap = self.masked[before.quantity.outer_end : first.outer_start]
            basis = "年均" if _AND_GROWS.fullmatch(gap) else None  # 平均每年增加42亿元，增长4.9%
        if before is not None and before.role == "from" and predicate.role == "to":
            basis = basis or before.basis  # 由平均每年6%调高到8%
        for position, reading in enumerate(readings):
            subject, inherited = subjects[position]
            reading.subject, reading.inherited = subject, inherited
            reading.basis = basis
            reading.role = predicate.role
            reading.measure = measure_of(self.masked, reading, predicate, before)
            if reading.measure == "growth" and subject is not None and subject.name in ("经济", "国民经济"):
                economy = self.subjects.from_name("经济增长速度", subject.start, subject.end)
                reading.subject = replace(economy, head=subject.head)
            read_object_of_change(self.masked, reading)
            reading.subject = not_per_head(reading.quantity, reading.subject, self.text)
            reading.subject = self._capacity(reading)
            said, reading.subject = reading.subject, self._named_plainly(reading)
            self.subject = reading.subject if self.subject is said else self.subject
            if reading.measure == "share" and predicate.reference and reading.subject is not None:
                whole = self.text[slice(*predicate.reference)].strip("的")
                reading.subject = self.subjects.share_of(reading.subject, whole)
            points = unit_class(reading.quantity) == "points" and reading.measure == "change"
            if before is not None and inherited and points and before.sentence_start == self._sentence:
                # 占地区生产总值的54.7%，比上年提高0.6个百分点
                reading.subject = before.subject if before.measure == "share" else reading.subject
            if reading.quantity.value < 0:
                reading.direction = reading.direction or "down"
        set_references(self.text, readings, predicate)
        if predicate.role == "to" and self.pending_from is not None and len(readings) == 1:
            begun = self.pending_from.subject
            if readings[0].inherited and begun is not None and begun.id is not None:
                readings[0].subject = begun  # 比重由11.5%提高到17.8%
        self.pending_from = pair_from_to(self.pending_from, self.readings, readings, predicate, attached)
        self.readings.extend(readings)
        for reading in readings:
            last = self.recent[-1] if self.recent else None
            if reading.subject is not None and (
                last is None or (last.name, last.start) != (reading.subject.name, reading.subject.start)
            ):
                self.recent.append(reading.subject)
        last_subject = readings[-1].subject
        if self.modified is not None:
            self.subject, self.domain, self.modified = self.modified, self.modified, None
        end = group[-1].outer_end
        if last_subject is not None and end <= last_subject.start < last_subject.end <= right:
            follower = self.masked[last_subject.end : last_subject.end + 1]
            if follower in "、和与及，" or last_subject.end == right:
                return last_subject.end
        return end

    def _subjects_of(
        self, left: int, predicate: Predicate, first: Quantity, right: int, group: list[Quantity],
        attached: bool, is_range: bool, clause_start: int,
    ) -> list[tuple[Subject | None, bool]]:  # fmt: skip
        count = len(group)
        respectively = "分别" in self.masked[left : first.start]
        if (count > 1 and not is_range) or (respectively and count == 1):
            wanted = max(count, 2, count + self._listed_behind(group[-1]))
            references = predicate.reference and split_list(self.masked[slice(*predicate.reference)])
            if not (references and len(references) == count):
                items = self.subjects.items(left, predicate.subject_end, wanted)
                items = items and [
                    self._as_part(self._part_or_pupils(item, item.start) or item, first) for item in items
                ]
                if items and len(items) >= 2 and (respectively or len(items) == count):
                    self.listed, self.queue = items, items[count:]
                    self.subject = self.domain = items[-1] if count == wanted else items[count - 1]
                    return [(subject, False) for subject in items[:count]]
                own = self._own_subject(left, predicate, attached)
                own = None if own is not None and own.generic and len(self.listed) == count else own
                said = self.text[own.start : own.end] if own and own.start >= 0 else ""
                if own and own.start >= 0 and self.text.endswith(("城乡", "城乡常住"), 0, own.start):
                    said = "城乡" + said
                both = by_industry(said, count) or (town_and_country(said) if count == 2 else None)
                if both is not None and respectively:
                    self.listed = [self.subjects.from_name(name) for name in both]
                    return [(subject, False) for subject in self.listed]
                if own is None and respectively and self.silent is not None and self.silent[1] >= left - 1:
                    start, stop = self.silent
                    goes = _GOES_ON.search(self.masked, start + 2, stop)  # A和B近年来首次双降，分别…
                    stop = goes.start() if goes else stop
                    items = self.subjects.items(start, stop, count)  # A和B，分别增长x和y
                    if items is not None:
                        self.listed = items
                if own is None and respectively and len(self.listed) != count:
                    self.listed = self._listed_before(left, count) or self.listed
                if own is None and len(self.listed) == count:
                    return [(subject, True) for subject in self.listed]
                if own is None and respectively and count == 1 and len(self.recent) >= wanted > 2 - count:
                    self.queue = self.recent[-wanted:][1:]
                    return [(self.recent[-wanted], True)]
                if own is None and len(self.recent) >= count and (respectively or self._just_told(count)):
                    return [(subject, True) for subject in self.recent[-count:]]
        subject = (
            None if attached and self.subject is not None else self._own_subject(left, predicate, attached)
        )
        subject = subject and self._as_part(subject, first)
        if subject is None and self.queue and not attached:
            subject = self.queue.pop(0)
            self.subject = subject
            return [(subject, True)] * count
        ratio = _RATIO_TO.match(self.masked, left, first.start) if unit_class(first) == "percent" else None
        if ratio is not None and self.subject is not None:  # 研发经费109.7亿元，…，与地区生产总值之比为2.5%
            whole = self.subjects.share_of(self.subject, self.text[slice(*ratio.span("whole"))])
            if whole.id is not None and whole.id != self.subject.id:
                return [(whole, True)] * count
        subject = self._part_or_pupils(self._with_modifier(left, subject), group[0].start)
        around = (self.text[clause_start : first.outer_start], self.text[group[-1].outer_end :][:40])
        named = given_work(*around, first.base_unit, self.text[self._sentence : first.start])
        if named is None and subject is not None and predicate.measure is None:
            named = gaining(subject.name, around[1], first.base_unit)
        if named is None and self.subject is not None:
            named = of_level(self.masked[left : first.outer_start], self.subject.name)
            if subject is None and predicate.measure is None and around[1][:1] in ("", *"，。；、"):
                named = named or newly_of(self.masked[left : first.outer_start], self.subject.name)
        counts = unit_class(first) == "other" and first.base_unit != "人" and not predicate.role
        if named is None and counts:
            named = self._of_those(left, first, around[1])
        again = self._aside_of_last(clause_start) or self._same_again(first)
        if named is not None or again is not None:
            self.subject = self.subjects.from_name(named) if named is not None else again
            return [(self.subject, False)] * count
        subject = self._with_context(subject, left, predicate, first)
        whole_nation = nation(group[-1], self.text[group[-1].outer_end :][:6])
        if whole_nation is not None:
            return [(self.subjects.from_name(whole_nation), False)] * count
        cut = cut_by(self.text[group[-1].outer_end :][:30]) if unit_class(first) == "percent" else None
        if cut is not None:
            self.subject = self.subjects.from_name(cut)
            return [(self.subject, False)] * count
        behind = self._counted_behind(group[-1], right, subject, predicate, left)
        if behind is not None:
            behind = self._counted_fully(behind, subject, left, group, right)
            self.subject = behind
            return [(behind, False)] * count
        purse = subject if subject is None or subject.id is None else None
        if first.base_unit == "元" and predicate.measure is None and (subject is None or purse is not None):
            told = set_up(self.text[group[-1].outer_end :][:40])
            if told is None and (subject is None or (subject.start < 0 and subject.id is None)):
                told = for_what(self.text[group[-1].outer_end :][:60])
            if told is not None and not attached:
                self.subject = self.subjects.from_name(told)
                return [(self.subject, False)] * count
        if purse is not None and first.base_unit == "元" and predicate.measure is None:
            sentence_start = self._sentence
            funds = with_purpose(purse.name, self.text[group[-1].outer_end :][:60])
            if funds is None and purse.start >= 0:
                funds = paid_for(purse.name, self.masked[sentence_start : purse.start])
            if funds is not None:
                subject = self.subjects.from_name(funds, purse.start, purse.end)
        if predicate.measure is None and not respectively:
            told = (
                from_around(*around, first.base_unit)
                if subject is None or first.base_unit in "人名户"
                else None
            )
            vague = subject is None or (subject.id is None and not predicate.found)
            if told is None and vague and not attached:
                told = doing(around[1], first.base_unit)
            if told is not None:
                subject = self.subjects.from_name(told)
                self.subject = subject
                return [(subject, False)] * count
        if subject is None:
            told = None
            plain = predicate.measure is None and not predicate.role
            if self.subject is not None and plain and not attached and not respectively:
                told = of_these(self.subject.name, *around, first.base_unit)
            if told is not None:
                return [(self.subjects.from_name(told), False)] * count
            fresh = self.subject and newly(self.subject.name, self.masked[left : first.outer_start])
            known = self.subjects.from_name(fresh) if fresh else None
            self.subject = known if known is not None and known.id is not None else self.subject
            self.subject = self.subject or self._left_out(left, first, group[-1], predicate)
            people = of_people(self.subject.name, first.base_unit) if self.subject is not None else None
            return [(self.subjects.from_name(people) if people else self.subject, True)] * count
        each_of = PER_HEAD_ALONE.fullmatch(subject.name) and bool(self.topic)  # 提高养老金，人均增加1680元
        if subject.name == "贡献率" and self.subject is not None and subject.start >= 0:
            subject = replace(subject, generic=True, head="贡献率")  # 对工业增长的贡献率达13.7%
        speed = unit_class(first) == "points" and words.GROWTH_HEAD.fullmatch(subject.name) is not None
        width = words.GROWTH_HEAD.fullmatch(subject.name) and subject.name.endswith("幅度")
        if (speed or (width and self.subject is not None)) and not subject.generic:  # 甘肃增速提高6.9个百分点
            subject = replace(subject, generic=True, head=subject.name)
        if subject.generic and (
            predicate.measure != "change" or self.subject is not None or each_of or speed
        ):
            if self.subject is not None and counts_places(self.subject.name):
                self.subject = self._measured() or self.subject
            self.subject = self.subject or self._topic_subject() or self.spoken_of
            if self.subject is None:
                return [(subject, False)] * count
            carried = self.subjects.whole(self.subject)
            part = _PART_IN.search(self.masked, left, first.start)
            if part is None and subject.name in ("比重", "占比"):
                carried = self._share_again(carried)
            if part is not None:  # 服务业快速发展，在国内生产总值中占比提高2.5个百分点
                shared = self.subjects.share_of(carried, self.text[slice(*part.span("whole"))])
                carried = shared if shared.id is not None else carried
            if PER_HEAD_ALONE.fullmatch(subject.name):
                each = self.subjects.from_name(per_head(carried.name), carried.start, carried.end)
                carried = each if each.id is not None or carried.id is None else carried
            shown = Subject(
                carried.name, carried.id, carried.start, carried.end, carried.rate, head=subject.name
            )
            self.subject = carried
            return [(shown, True)] * count
        said = self.text[subject.start : subject.end] if subject.start >= 0 else subject.name
        bare = words.MEASURE_HEAD.fullmatch(subject.name) or words.MEASURE_HEAD.fullmatch(said)
        if bare and self.domain is not None and subject.start >= 0:
            domain = self.domain
            alone = self.domain_counted and (words.STANDS_ALONE.fullmatch(said) or subject.id is not None)
            if domain.name != subject.name and not domain.generic and not alone:
                subject = self.subjects.joined(domain, subject)
        elif predicate.measure not in ("share", "lead", "contribution"):
            self.domain, self.domain_counted = subject, True
        self.subject = subject
        self.listed, self.queue = [], []
        return [(subject, False)] * count

    def _listed_behind(self, quantity: Quantity) -> int:
        """How many more quantities go on the list with verbs of their own: …、下降1.6%和增长7.2%."""
        after = [other for other in self.quantities if other.start >= quantity.end]
        found, last = 0, quantity
        for other in after:
            if not _NEXT_WITH_VERB.fullmatch(self.masked[last.outer_end : other.outer_start]):
                break
            found, last = found + 1, other
        return found

    def _just_told(self, count: int) -> bool:
        """A15781元，B4761元，实际增长8.4%和8%: as many things, each with one figure, stand right before."""
        before = self.readings[-count:]
        names = [reading.subject.name for reading in before if reading.subject is not None]
        return names == [subject.name for subject in self.recent[-count:]] and all(
            reading.measure == "level" and not reading.inherited for reading in before
        )
