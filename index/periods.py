"""Periods of time in Chinese and English text, with exact spans.

`find_periods` answers "which time is spoken of here". It also says *how* it is spoken of, because not
every year in a sentence dates the figures beside it (`PeriodMention.kind` and `.compared`):

- `period`  2023年, 前三季度, 1—9月, in 2022, the first half: an ordinary period
- `point`   2023年底, 9月末, year-end 2005: a moment; the period is the year or month it closes or opens
- `range`   2013—2017年, 1997年到2002年, from 2003 to 2004, 五年来, "十四五"时期: several years or parts.
            `mention.first` and `mention.last` are the periods at its two ends ("从 A 到 B 增加了多少")
- `since`   改革开放以来, 2012年以来, since 2012: from then to the reference period
- `date`    2014年3月5日: a day, as of a meeting; the period is its month
- `report`  2014年政府工作报告: the year of a report, not of the data in it
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from index import period_patterns as patterns
from index import period_reading as reading
from index.period_reading import Atom, MentionKind

_PASSING = frozenset(("上年", "上年度", "上一年", "上一年度", "前一年"))
_CODE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:/(\d{4})(?:-(\d{2}))?)?")
_ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_CHINESE_PARTS = {
    (1, 3): "一季度", (4, 6): "二季度", (7, 9): "三季度", (10, 12): "四季度",
    (1, 6): "上半年", (7, 12): "下半年", (1, 9): "前三季度",
}  # fmt: skip
_ENGLISH_PARTS = {
    (1, 3): "the first quarter", (4, 6): "the second quarter", (7, 9): "the third quarter",
    (10, 12): "the fourth quarter", (1, 6): "the first half", (7, 12): "the second half",
    (1, 9): "the first three quarters",
}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Whole months, both ends included: `start` and `end` are (year, month)."""

    start: tuple[int, int]
    end: tuple[int, int]

    def __post_init__(self) -> None:
        if self.end < self.start or not (1 <= self.start[1] <= 12 and 1 <= self.end[1] <= 12):
            raise ValueError(f"not a period: {self.start} to {self.end}")

    @classmethod
    def of_years(cls, first: int, last: int | None = None) -> Period:
        """The whole year `first`, or the whole years `first` to `last`."""
        return cls((first, 1), (last if last is not None else first, 12))

    @classmethod
    def parse(cls, code: str) -> Period:
        """The period of a code made by `code()`; ValueError for anything else."""
        return _parse(code)

    def code(self) -> str:
        """ "2023", "2023-08", "2023-01/2023-09", "2013/2017"; sorts and compares as text."""
        (first, first_month), (last, last_month) = self.start, self.end
        if (first_month, last_month) == (1, 12):
            return f"{first}" if first == last else f"{first}/{last}"
        if self.start == self.end:
            return f"{first}-{first_month:02d}"
        return f"{first}-{first_month:02d}/{last}-{last_month:02d}"

    @property
    def year(self) -> int | None:
        """The year, if the period lies within one."""
        return self.start[0] if self.start[0] == self.end[0] else None

    @property
    def is_whole_year(self) -> bool:
        return self.year is not None and (self.start[1], self.end[1]) == (1, 12)

    def contains(self, other: Period) -> bool:
        """True if every month of `other` is in this period (a period contains itself)."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Period) -> bool:
        return self.start <= other.end and other.start <= self.end

    def shifted(self, years: int) -> Period:
        """The same months `years` later (negative: earlier)."""
        return Period((self.start[0] + years, self.start[1]), (self.end[0] + years, self.end[1]))

    def label(self, language: str = "zh") -> str:
        """The period in words: 2023年前三季度, or "the first three quarters of 2023" for `en`."""
        (first, first_month), (last, last_month) = self.start, self.end
        months = (first_month, last_month)
        chinese = language == "zh"
        if months == (1, 12):
            years = f"{first}" if first == last else f"{first}{'—' if chinese else '–'}{last}"
            return f"{years}年" if chinese else years
        if first != last:
            if chinese:
                return f"{first}年{first_month}月—{last}年{last_month}月"
            return f"{_ENGLISH_MONTHS[first_month - 1]} {first} – {_ENGLISH_MONTHS[last_month - 1]} {last}"
        if months in _CHINESE_PARTS:
            if chinese:
                return f"{first}年{_CHINESE_PARTS[months]}"
            return f"{_ENGLISH_PARTS[months]} of {first}"
        if chinese:
            return f"{first}年{first_month}{'' if first_month == last_month else f'—{last_month}'}月"
        if first_month == last_month:
            return f"{_ENGLISH_MONTHS[first_month - 1]} {first}"
        return f"{_ENGLISH_MONTHS[first_month - 1]}–{_ENGLISH_MONTHS[last_month - 1]} {first}"


@lru_cache(8192)  # every figure looked at names its period, and a corpus has few
def _parse(code: str) -> Period:
    match = _CODE.fullmatch(code.strip())
    if match is None or bool(match[3] and match[2]) != bool(match[4]):
        raise ValueError(f"not a period code: {code!r}")
    start = (int(match[1]), int(match[2] or 1))
    end = (int(match[3] or match[1]), int(match[4] or (match[2] if not match[3] else None) or 12))
    return Period(start, end)


@dataclass(frozen=True, slots=True)
class PeriodMention:
    """`text == source[start:end]`; `relative` means that the year was not written there."""

    start: int
    end: int
    text: str
    period: Period
    relative: bool
    kind: MentionKind = "period"
    compared: bool = False  # what something is compared with: 比上年, 与2012年相比, than in 2022
    first: Period | None = None  # of a range: the period at its beginning (2013 of 2013—2017年)
    last: Period | None = None  # of a range: the period at its end


# ---------------------------------------------------------------- finding


def find_periods(
    text: str, *, reference: Period | None = None, years_completed: bool = True
) -> list[PeriodMention]:
    """All mentions of time in `text`, in order and not overlapping.

    `reference` is the report's own period: 今年 is its year, 本月 its last month, 同期 its months.
    Without it, mentions with no year of their own take the nearest year spoken of in the text and
    are left out if there is none. `years_completed=False` says that the reference year has just
    begun, as in a government work report: "过去五年" then ends with the year before it.
    """
    flat = patterns.flatten(text)
    atoms = _longest(reading.atoms(flat))
    resolver = _Resolver(flat, atoms, reference, years_completed)
    mentions = [resolver.mention(atom) for atom in atoms]
    found: list[PeriodMention] = []
    for mention in mentions:
        if mention is not None:
            found.append(_as_report(mention, flat, found[-1].end if found else 0))
    return [replace(mention, text=text[mention.start : mention.end]) for mention in _join_ranges(found, flat)]


def _longest(candidates: Iterable[Atom]) -> list[Atom]:
    """Of overlapping candidates the earlier, then the longer; in the order of the text."""
    chosen: list[Atom] = []
    for atom in sorted(candidates, key=lambda candidate: (candidate.start, -candidate.end)):
        if not chosen or atom.start >= chosen[-1].end:
            chosen.append(atom)
    return chosen


class _Resolver:
    """Gives each atom its year, walking through the text once from left to right."""

    def __init__(self, text: str, atoms: list[Atom], reference: Period | None, years_completed: bool) -> None:
        self.text = text
        self.reference = reference
        self.years_completed = years_completed
        self.written_years = [atom.year for atom in atoms if atom.year is not None]
        self.latest_year: int | None = None  # spoken of last, anywhere before
        self.sentence_year: int | None = None  # spoken of last in this sentence
        self.sentence_months: tuple[int, int] | None = None
        self.position = 0

    def mention(self, atom: Atom) -> PeriodMention | None:
        if patterns.SENTENCE_END.search(self.text, self.position, atom.start):
            self.sentence_year = self.sentence_months = None
        self.position = atom.end
        period = self._period(atom)
        if period is None:
            return None
        compared = _is_compared(self.text, atom)
        if not compared and atom.kind in ("period", "point", "date") and not _is_base(self.text, atom):
            # 由上年的3.3%提高到…，由上年的…: a year told from the nearest is not the nearest itself
            passing = atom.relative_year in _PASSING
            self.latest_year = self.latest_year if passing else period.start[0]
            if atom.kind != "date" and not passing:
                self.sentence_year = period.start[0]
                self.sentence_months = atom.months or self.sentence_months
        is_range = atom.kind == "range"
        return PeriodMention(
            atom.start, atom.end, "", period, atom.year is None, atom.kind, compared,
            first=Period.of_years(period.start[0]) if is_range else None,
            last=Period.of_years(period.end[0]) if is_range else None,
        )  # fmt: skip

    def _base_year(self) -> int | None:
        """The report's year, else the one spoken of last, else the first one written."""
        if self.reference is not None:
            return self.reference.end[0]
        if self.latest_year is not None:
            return self.latest_year
        return self.written_years[0] if self.written_years else None

    def _period(self, atom: Atom) -> Period | None:
        if atom.many_years is not None:
            return self._many_years(*atom.many_years)
        if atom.month_shift is not None:
            return self._shifted_month(*atom.month_shift)
        year = self._year(atom)
        if year is None:
            return None
        if atom.kind == "since":
            return self._since(year, atom)
        if atom.last_year is not None:
            return Period.of_years(year, atom.last_year)
        months = atom.months
        if atom.same_period and months is None:
            months = self.sentence_months
            if months is None and self.reference is not None and self.reference.year is not None:
                months = (self.reference.start[1], self.reference.end[1])
        if months is None:
            return Period.of_years(year)
        if atom.edge:
            months = (months[1], months[1]) if atom.edge == "end" else (months[0], months[0])
        return Period((year, months[0]), (year, months[1]))

    def _year(self, atom: Atom) -> int | None:
        if atom.year is not None:
            return atom.year
        if atom.relative_year is None:
            return self.sentence_year if self.sentence_year is not None else self._base_year()
        base = self._base_year()
        if atom.relative_year == "本世纪末":
            return None if base is None else -(-base // 100) * 100
        if atom.relative_year in patterns.FROM_NEAREST and self.sentence_year is not None:
            base = self.sentence_year
        # "the that year" and a bare "following year" are read as if the article stood right
        said = atom.relative_year.removeprefix("the ")
        offset = next(
            (
                patterns.RELATIVE_YEAR_OFFSET[one]
                for one in (said, f"the {said}")
                if one in patterns.RELATIVE_YEAR_OFFSET
            ),
            None,
        )
        if offset is None:
            return None
        return None if base is None else base + offset

    def _many_years(self, first: int, count: int) -> Period | None:
        base = self._base_year()
        if base is None:
            return None
        if self.years_completed and first < 0:
            base += 1  # 近五年 includes the reference year
        elif not self.years_completed and first > 0:
            base -= 1  # 今后五年 of a report on a year just begun includes that year
        return Period.of_years(base + first, base + first + count - 1)

    def _shifted_month(self, unit: str, shift: int) -> Period | None:
        if self.reference is None or self.reference.is_whole_year:
            return None
        year, month = self.reference.end
        if unit == "month":
            index = year * 12 + month - 1 + shift
            return Period((index // 12, index % 12 + 1), (index // 12, index % 12 + 1))
        index = year * 4 + (month - 1) // 3 + shift
        return Period((index // 4, index % 4 * 3 + 1), (index // 4, index % 4 * 3 + 3))

    def _since(self, year: int, atom: Atom) -> Period:
        """From `year` to the end of the reference, or to the latest year written in the text."""
        start = (year, atom.months[0] if atom.months else 1)
        end = self.reference.end if self.reference is not None else (max([year, *self.written_years]), 12)
        return Period(start, max(end, (start[0], 12)) if end < start else end)


def _is_compared(text: str, atom: Atom) -> bool:
    if atom.kind == "range":
        return False
    before, after = text[max(0, atom.start - 24) : atom.start], text[atom.end : atom.end + 12]
    between = re.search(r" to |[-–—]", text[atom.start : atom.end]) and re.search(r"\bfrom $", before, re.I)
    if patterns.COMPARED_BEFORE.search(before) and not between:  # from January to August
        return True
    beside, following = patterns.COMPARED_AROUND
    return bool(beside.search(before) and following.search(after))


_BASE_BEFORE = re.compile(r"(?:是|为|相当于|达到|恢复[到至])$")
_BASE_AFTER = re.compile(r"(?:同期)?的?\s?(?:近|约)?\d[\d.]*\s?倍")


def _is_base(text: str, atom: Atom) -> bool:
    """是2010年的2.2倍: a year that later words (全年) are not counted from."""
    before = text[max(0, atom.start - 4) : atom.start]
    return bool(_BASE_BEFORE.search(before) and _BASE_AFTER.match(text, atom.end))


def _as_report(mention: PeriodMention, text: str, after: int) -> PeriodMention:
    """The mention with kind `report` if its year names a report; the span takes the name in.

    The name may stand before the year, but not before `after`, the end of the mention before.
    """
    if mention.kind not in ("period", "range"):
        return mention
    tail = patterns.REPORT_TAIL.match(text, mention.end) or patterns.ENGLISH_REPORT_TAIL.match(
        text, mention.end
    )
    if tail:
        return replace(mention, end=tail.end(), kind="report", first=None, last=None)
    before = text[max(after, mention.start - 48) : mention.start]
    name = patterns.REPORT_BEFORE.search(before) or patterns.ENGLISH_REPORT_BEFORE.search(before)
    if name:
        start = mention.start - (len(before) - name.start())
        closed = text[mention.start - 1] == "(" and text[mention.end : mention.end + 1] == ")"
        return replace(mention, start=start, end=mention.end + closed, kind="report", first=None, last=None)
    return mention


_BETWEEN = re.compile(r" ?(?:-{1,2}|~|至|到|to|through|until|till)(?: the)? ?", re.IGNORECASE)
_AND = re.compile(r" and ", re.IGNORECASE)
_BETWEEN_BEFORE = re.compile(r"between $", re.IGNORECASE)


def _join_ranges(mentions: list[PeriodMention], text: str) -> list[PeriodMention]:
    """ "1997年" 到 "2002年" as one range; its ends stay readable as `first` and `last`."""
    joined: list[PeriodMention] = []
    for mention in mentions:
        before = joined[-1] if joined else None
        if before is not None and _is_range(before, mention, text):
            joined[-1] = PeriodMention(
                before.start, mention.end, "", Period(before.period.start, mention.period.end),
                before.relative, "range", before.compared and mention.compared,
                first=before.period, last=mention.period,
            )  # fmt: skip
        else:
            joined.append(mention)
    return joined


def _is_range(first: PeriodMention, last: PeriodMention, text: str) -> bool:
    if first.kind not in ("period", "point") or last.kind not in ("period", "point"):
        return False
    if last.period.start <= first.period.start:
        return False
    between = text[first.end : last.start]
    if _AND.fullmatch(between):
        return _BETWEEN_BEFORE.search(text[: first.start]) is not None
    return _BETWEEN.fullmatch(between) is not None
