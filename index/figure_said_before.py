"""What a clause means by what was said before it: the same sum, of those, the whole again, the share again."""

from __future__ import annotations

import re
from dataclasses import replace

from index import figure_words as words
from index.figure_carried_names import (
    in_its_sentence,
    issued_before,
    of_the_line,
    of_the_works,
    pointed_at,
    rate_of_whom,
)
from index.figure_clause_names import of_those
from index.figure_in_context import NamesInContext
from index.figure_named import Subject
from index.figure_plain_names import moved, plainly
from index.figure_reading import Reading
from index.figure_scan import Quantity

_ONLY_WHEN = re.compile(rf"[{words.TIME}]+(?:当月|单月|份)*(?:同比|环比|实际)?(?:增长|下降|上涨|回落)")
_PART_BY_PART = re.compile(r"分(?:季度?|月|阶段)看|[从按]季度看")
_DEED = re.compile(
    r"(?:大力|积极|加快|努力|进一步|切实|继续|稳步|全面)?(?:发展|推进|建立健全|健全|完善|加大|加强|改善)(?=[\u4e00-\u9fff“]{3})"
)
_COUNTED_IN = re.compile(r"(?:不)?(?:包括|含)(?!在内)|(?:按[^，。；（）()]{1,16})?(?:折合|约合|折算)")


class SaidBefore(NamesInContext):
    """Finds the subject of a clause that points back to an earlier one."""

    opened_before: Subject | None = None  # what the paragraph before opened with, under the same heading

    def _back_to_whole(self, start: int) -> None:
        """工业增长7%，其中制造业增长8%；6月份当月增长6%: behind a part and ；, a time alone speaks of the whole."""
        if self.text.startswith("其中", start):
            self.whole = self.subject
        elif self.whole is not None and self.masked[start - 1 : start] in tuple("；;"):
            if _ONLY_WHEN.match(self.masked, start):
                self.subject = self.domain = self.whole
        elif self.subject is None and _PART_BY_PART.match(self.masked, self._sentence):
            # 分季度看，一季度增长5%: of what this paragraph, or the one before it, opened with
            self.subject = self.readings[0].subject if self.readings else self.opened_before

    def _without_deed(self, whole: Subject) -> Subject:
        """电力工业 of 大力发展电力工业: what is done to it does not name it."""
        deed = _DEED.match(whole.name) if whole.id is None else None
        return self.subjects.from_name(whole.name[deed.end() :], whole.start, whole.end) if deed else whole

    def _capacity(self, reading: Reading) -> Subject | None:
        """新增发电装机容量4亿千瓦，其中水电9千万千瓦: kilowatts are no output."""
        subject = reading.subject
        if subject is None or reading.quantity.base_unit != "千瓦" or not subject.name.endswith("发电量"):
            return subject
        plant = self.subjects.from_name(
            subject.name.removesuffix("发电量") + "装机容量", subject.start, subject.end
        )
        return plant if plant.id is not None else subject

    def _named_plainly(self, reading: Reading) -> Subject | None:
        """农民增加收入108亿元: by how much more, of 农民收入; a known name stays as it is."""
        subject = reading.subject
        if reading.measure == "level" and (subject is None or subject.start < reading.scope_start):
            issued = issued_before(self.masked[self._sentence : reading.quantity.outer_start])
            if issued is not None:
                return self.subjects.from_name(issued)
        if subject is not None and subject.start >= reading.scope_start and not reading.inherited:
            said = self.text[subject.start : subject.end]
            told = self.masked[self._sentence : subject.start]
            last = self.recent[-1].name if self.recent else ""
            unit, level = reading.quantity.base_unit, reading.measure == "level"
            sentence = max(self.text.rfind(mark, 0, max(self._sentence - 1, 0)) for mark in "。！？\n") + 1
            among = self.subjects.among(said, last) if told.endswith("其中") else None
            if among is not None:
                return replace(among, start=subject.start, end=subject.end, head=subject.head)
            whole = (
                of_the_line(said, told)
                or of_the_works(said, last, self.masked[reading.quantity.outer_end :][:30])
                or in_its_sentence(subject.name, said, last, told, unit, level=level)
                or pointed_at(said, told, self.masked[sentence : self._sentence], self.theme)
            )
            if whole is not None:
                return self.subjects.from_name(whole, subject.start, subject.end)
        if subject is not None and subject.start >= 0 and reading.measure == "rate":
            set_for = rate_of_whom(self.text[subject.start : subject.end], self.theme)
            if set_for is not None:
                return self.subjects.from_name(set_for, subject.start, subject.end)
        if subject is None or subject.id is not None:
            return subject
        plain = plainly(subject.name, reading.quantity.base_unit)
        if plain is None:
            return subject
        way = moved(subject.name)
        if way is not None and reading.measure in ("level", "rate"):
            reading.measure, reading.direction = way[0], "down" if way[1] == "down" else "up"
            reading.negative = way[1] == "down"
        known = self.subjects.from_name(plain, subject.start, subject.end)
        if known.id is not None and "人均" in known.name and reading.quantity.base_unit == "元":
            known = Subject(plain, None, subject.start, subject.end)  # 农民收入108亿元: of all of them
        return replace(known, rate=known.rate or subject.rate, head=subject.head, generic=subject.generic)

    def _aside_of_last(self, clause_start: int) -> Subject | None:
        """农业总产值增长4%（包括村办工业为6%）: the same thing, counted otherwise."""
        aside = self.masked[clause_start - 1 : clause_start] in tuple("（(") and _COUNTED_IN.match(
            self.masked, clause_start
        )
        return self.readings[-1].subject if aside and self.readings else None

    def _of_those(self, left: int, first: Quantity, behind: str) -> str | None:
        """施工的项目74个，全部建成的39个: of the things counted right before."""
        before = self.readings[-1] if self.readings else None
        if before is None or before.subject is None or before.sentence_start != self._sentence:
            return None
        alike = before.quantity.base_unit == first.base_unit
        return of_those(self.masked[left : first.outer_start], behind, before.subject.name, alike)

    def _share_again(self, carried: Subject) -> Subject:
        """第一产业…，占地区生产总值的比重为7%；第二产业…，比重为42%: of the same whole."""
        for reading in reversed(self.readings):
            if reading.sentence_start != self._sentence:
                break
            if reading.measure == "share" and reading.reference:
                shared = self.subjects.share_of(carried, reading.reference)
                return shared if shared.id is not None else carried
        return carried

    def _same_again(self, first: Quantity) -> Subject | None:
        """追加了八十亿元。这八十亿元中…: the sum just said."""
        if not re.search(r"(?:这|上述|该)$", self.masked[max(0, first.start - 2) : first.start]):
            return None
        for reading in reversed(self.readings[-6:]):
            if (reading.quantity.value, reading.quantity.unit) == (first.value, first.unit):
                return reading.subject
        return None
