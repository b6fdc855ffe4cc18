"""Period, region and status of the figures of one paragraph, each from the nearest words that say it.

Each slot is looked for in the clause, the sentence, earlier sentences of the paragraph, the headings
and last the report's metadata; which one gave it is recorded.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from index import figure_times as times
from index import figure_words as words
from index.figure_places import Found, PlaceReader
from index.figure_reading import Reading
from index.figure_status import NOW, StatusReader
from index.periods import Period, PeriodMention
from index.types import Status

if TYPE_CHECKING:
    from index.figure_scope import ScopeReader

_COMPARED = re.compile(r"(?:(?<![同环占可])比|较|同|与)[“‘\"]?$")
_FROM_TAIL = re.compile(r"(?:由|从|自)[“]?$")
_SUM_OF = re.compile(r"(?:\d+年)?[^，。；\d]{0,14}(?:总和|之和)")
_OF_A_PLAN = re.compile(r"(?:确定|明确)?的?(?:重大|重点|项目|工程|开局)")
_DEICTIC = re.compile(r"今|本|去|上年|上月|上季|近|this|last|previous", re.IGNORECASE)
_OF_SPEED = re.compile(r"(?:左右)?的(?:增长)?(?:速度|水平|增幅|增速)")
_QUOTED_YEAR = re.compile(r"[“《][^“”《》]*$")
_AS_OF = re.compile(r"(?:截至|截止|到|至)\s?$")
_RECORD_AFTER = re.compile(r"的?(?:最|历史|未有|没有|少有|从未|第一)")
_BASE_BEFORE = re.compile(r"(?:恢复[到至]|相当于|达到|为|是)$")
_BASE_AFTER = re.compile(r"(?:同期)?的?\s?(?:近|约)?\s?(?:\d[\d.]*\s?[%倍]|百分之)")
_BY_MEANS = re.compile(r"\s*(?:通过|由于|随着|经过|根据|按照)")
_DIGIT = re.compile(r"[\d百千万亿]")
_SINCE_THEN = re.compile(r"以来|至今")
_THE_LEVEL_OF = re.compile(r"(?:时期|期间)?的水平[，。；、]")
_STOCK_NAME = re.compile(
    r"(?:人数|余额|里程|保有量|储备|床位|用户|容量|总数|覆盖面|覆盖率|普及率|参保|在校生|常住人口)$"
)
_LIST_OF_ADDED = re.compile(
    r"[^，。；]{0,10}年(?:内|间|来|里|期间)?(?:一?共|总共|累计)?(?:新[增建修]|建成|投产|铺轨)"
)


class ParagraphScope:
    """Fills period, region and status of the readings of one paragraph, in order."""

    def __init__(self, reader: ScopeReader, text: str, periods: list[PeriodMention]) -> None:
        self.reader = reader
        self.report = reader.report
        self.text = text
        self.statuses = StatusReader(
            text, self.report.period, reader.work_report, self.report.late, self.report.status
        )
        self.all_mentions = periods
        self.mentions = [
            mention for mention in periods if not mention.compared and self._speaks_of_time(mention)
        ]
        self.places = PlaceReader(text, reader.report, reader.heading_region())
        self.spans = [mention for mention in self.mentions if mention.kind == "range"]

    def _speaks_of_time(self, mention: PeriodMention) -> bool:
        """Not the year of a report or of a name (“中国制造2025”)."""
        if mention.kind == "report":
            return False
        undated = all(other.relative or other.compared for other in self.all_mentions)
        if self.report.period is None and mention.relative and (undated or _DEICTIC.match(mention.text)):
            return False  # whose 今年 it is cannot be known
        if (
            _THE_LEVEL_OF.match(self.text, mention.end)
            or self.text.startswith(("相比", "不变价", "价格", "可比价"), mention.end)
            or _COMPARED.search(self.text[max(0, mention.start - 3) : mention.start])
        ):
            return False
        if self.text.endswith(("面向", "瞄准", "着眼", "继"), 0, mention.start):
            return False  # 面向2030年的重大项目; 棉花继去年创造最高纪录之后
        if mention.text.endswith(("规划", "计划")) and _OF_A_PLAN.match(self.text, mention.end):
            return False  # “十四五”规划重大工程项目
        if _SUM_OF.match(self.text, mention.end) or times.only_measures(self.text, mention):
            return False  # 是1950年到2002年53年的总和, 按上年实际数额核减
        named = mention.text.isdigit() and self.text[mention.end : mention.end + 1] != "年"
        if _BASE_BEFORE.search(self.text, max(0, mention.start - 4), mention.start) and _BASE_AFTER.match(
            self.text, mention.end
        ):
            return False  # 恢复到2019年的112%
        if times.OF_A_GOAL.match(self.text, mention.end):
            return False  # 完成全年目标任务的59%
        if times.BEFORE_THEN.match(self.text, mention.end):
            return False  # 对2000年底以前发布的行政法规进行清理
        if mention.kind == "since" and _RECORD_AFTER.match(self.text, mention.end):
            return False  # 超过了建国以来的最高水平
        return not (named and _QUOTED_YEAR.search(self.text[max(0, mention.start - 20) : mention.start]))

    # ---------------------------------------------------------------- period

    def period(self, reading: Reading) -> Found:
        compared = times.compared_with(self.text, self.all_mentions, reading)
        compared = compared or times.of_compared_spans(self.text, self.all_mentions, reading)
        compared = compared or times.years_before(self.text, reading, self.report.year)
        compared = compared or times.year_by_year(self.text, self.all_mentions, reading, self.report.year)
        compared = compared or times.year_behind(self.text, self.all_mentions, reading)
        compared = compared or times.one_year_each(self.text, self.all_mentions, reading)
        compared = compared or times.years_together(self.text, self.all_mentions, reading)
        if compared is not None:
            return Found(compared.code(), "sentence")
        mention = self._mention_for(reading)
        if mention is None and times.points_back(self.text, reading.sentence_start, reading.quantity.start):
            work = self.reader.work_report
            if work is not None and work.section_period.year is None:
                return Found(self._within(reading, work.section_period).code(), "heading")
            mention = times.last_span(self.text, self.all_mentions, reading.sentence_start)
        known = self.report.period
        since = mention.end if mention is not None and mention.kind != "range" else len(self.text)
        if (
            known is not None
            and reading.role == "to"
            and NOW.search(self.text, since, reading.quantity.start)
        ):
            return Found(known.code(), self.report.period_origin)  # 从2004年的…提高到现在的…
        if (mention is None or mention.start < reading.clause_start) and self.report.period is not None:
            begin = reading.sentence_start if mention is None or reading.role == "to" else mention.end
            if NOW.search(self.text, begin, reading.quantity.start):
                return Found(self.report.period.code(), self.report.period_origin)
        if reading.role == "from" and (begun := self._set_against(reading)) is not None:
            return Found(begun.period.code(), "sentence")
        running = times.years_running(self.text, reading, self.report.year, self.statuses.reviewing())
        if running is not None:
            return Found(running.code(), "sentence")
        if mention is not None:
            period = self._averaged(reading, self._period_at(reading, mention))
            if mention.kind == "range" and mention.relative and reading.role == "":
                told = times.told_before(self.text, self.mentions, mention, reading)
                period = told.period if told is not None else self._within(reading, period)
            return Found(self._begun(reading, mention, period).code(), "sentence")
        lead = self._lead_before(reading.sentence_start)
        if lead is not None and _SINCE_THEN.search(self.text, reading.sentence_start, reading.quantity.start):
            lead = None  # 政策实施以来，累计…
        if (
            lead is not None
            and times.only_compares(self.text, lead)
            and times.ADDS_UP.search(self.text, reading.sentence_start, reading.quantity.start)
        ):
            section = self.reader.work_report.section_period if self.reader.work_report is not None else None
            spans = section is not None and section.year is None and section.contains(lead.period)
            if section is not None and spans and reading.measure == "level":
                return Found(self._begun(reading, None, self._within(reading, section)).code(), "heading")
        if lead is not None:
            period = self._averaged(reading, self._period_at(reading, lead))
            if lead.kind == "range" and lead.relative and reading.role == "" and self.statuses.reviewing():
                period = self._within(reading, period)
            return Found(self._begun(reading, None, period).code(), "paragraph")
        if self.reader.work_report is not None:
            period = self._begun(reading, None, self._within(reading, self.reader.work_report.period))
            if (
                not self.reader.work_report.headed
                and self.report.year is not None
                and self.statuses.resolves(reading)
            ):
                period = Period.of_years(self.report.year)
            return Found(period.code(), "heading" if self.reader.headings else "metadata")
        heading = self.reader.heading_period()
        if heading is not None:
            return Found(heading.code(), "heading")
        return Found(known.code(), self.report.period_origin) if known is not None else Found(None, None)

    def _begun(self, reading: Reading, mention: PeriodMention | None, period: Period) -> Period:
        """到2020年，劳动生产率从8.7万元提高到12万元: what a plan begins with is of the year before the report.

        起征点由2000元提高到3500元 in a year under review stays in that year: it is asked for as the change of it.
        """
        if reading.role != "from" or not period.is_whole_year or period.year is None:
            return period
        if mention is not None and (
            mention.kind != "period"
            or mention.start >= reading.scope_start
            or _FROM_TAIL.search(self.text[: mention.start])
        ):
            return period
        year = self.report.year
        if self.reader.work_report is None or year is None or period.year <= year:
            return period
        return Period.of_years(year - 1)

    def _set_against(self, reading: Reading) -> PeriodMention | None:
        """1986年同1978年相比，…由a增加到b: a is of the year compared with, if no nearer one is named."""
        begin = reading.sentence_start
        if self.text.startswith("其中", begin):  # 比1980年的a增加b。其中，甲由c增加到d
            begin = max(self.text.rfind(mark, 0, max(begin - 1, 0)) for mark in "。！？\n") + 1
        here = [m for m in self.all_mentions if begin <= m.start < reading.quantity.start]
        last = here[-1] if here else None
        if last is None or not last.period.is_whole_year:
            return None
        multiple = _BASE_BEFORE.search(self.text, 0, last.start) and _BASE_AFTER.match(self.text, last.end)
        return last if last.compared or multiple else None  # 是1997年的1.8倍，比重从…提高到…

    def _averaged(self, reading: Reading, period: Period) -> Period:
        """A yearly average is of the years it was taken over, also where only the last is named."""
        if period.year is None or reading.measure not in ("growth", "change", "level"):
            return period
        if reading.basis == "两年平均" and period.is_whole_year:
            return Period.of_years(period.year - 1, period.year)
        if reading.basis != "年均":
            return period
        spans = [mention.period for mention in self.spans if mention.start < reading.quantity.start]
        base = self._set_against(reading)
        if base is not None and not base.compared and base.period.end[0] < period.year:
            return Period.of_years(base.period.end[0] + 1, period.year)  # 是“十一五”末的1.6倍，年均增长10%
        year = self.report.year
        if self.reader.work_report is not None:
            spans[:0] = [self.reader.work_report.section_period, self.reader.work_report.period]
        for span in reversed(spans):
            if span.year is None and span.end[0] == period.year:
                return span
        if year is not None and period.year > year + 1:
            return Period.of_years(year, period.year)
        return period

    def _within(self, reading: Reading, span: Period) -> Period:
        """Of several years under review: the last for what had then been reached, the year before for 由."""
        if span.year is not None or reading.basis in ("年均", "累计"):
            return span
        if reading.quantity.base_unit.endswith("次") and reading.role == "":
            return span
        if reading.role == "to":
            return Period.of_years(span.end[0])
        if reading.role == "from":
            return Period.of_years(span.start[0] - 1)
        year = self.report.year
        clause = self.text[reading.clause_start : reading.quantity.start]
        if (
            not self.statuses.reviewing()
            and year is not None
            and span.end[0] >= year
            and self.statuses.states_a_fact(reading, clause)
        ):
            return Period.of_years(year)
        if not self.statuses.reviewing() or reading.measure not in ("level", "rate", "share", "contribution"):
            return span
        clause = self.text[reading.clause_start : reading.quantity.start]
        if times.REACHED.search(clause):
            return Period.of_years(span.end[0])
        subject = reading.subject
        lasting = subject is not None and (subject.rate or _STOCK_NAME.search(subject.name) is not None)
        if subject is not None and subject.name.startswith(("人均", "户均")):
            lasting = lasting or words.END_OF_SPAN.search(clause) is not None  # 五年来…，人均收入突破5万元
        if words.OVER_SPAN.search(self.text[reading.sentence_start : reading.quantity.start]) and not lasting:
            return span
        told = clause
        if clause.startswith("其中"):
            told = re.split("[；。]", self.text[reading.sentence_start : reading.quantity.start])[-1]
        if _LIST_OF_ADDED.match(self.text, reading.sentence_start, reading.clause_start):
            return span  # 五年内新增发电装机a，铁路里程b: the verb holds for all of the list
        if re.search(r"新增|新建|新开|新修|建成|累计|铺轨|新线", told) or times.ALL_ALONG.search(clause):
            return span  # 新增铁路里程: what was added, not what there was
        reached = words.END_OF_SPAN.search(clause) is not None
        return Period.of_years(span.end[0]) if reached or lasting else span

    def _mention_for(self, reading: Reading) -> PeriodMention | None:
        own = [m for m in self.all_mentions if reading.scope_start <= m.start < reading.quantity.start]
        for first, second in pairwise(own):
            if first.kind == "range" and not first.relative and second.start - first.end <= 1:
                return first  # 从1953年至1980年的二十八年间
        if reading.role == "from" and not own:
            begun = [m for m in self.mentions if self._begins(m, reading)]
            if begun:
                return begun[-1]  # 由1997年的a增加到2002年的b，其中…由c增加到d
        begun = self._begun_before(reading)
        if begun:
            return begun[0]
        if own and _OF_SPEED.match(self.text, reading.quantity.end):
            return own[-1]  # 低于1985年增长44.6%的速度
        before = [
            mention
            for mention in self.mentions
            if reading.sentence_start <= mention.start < reading.quantity.start
            and self._dates(mention)
            and not self._only_beginning(mention, reading)
            and not times.left_behind(self.text, mention, reading)
            and not times.in_other_setting(self.text, mention, reading)
        ]
        if reading.basis == "年均":
            spans = [mention for mention in before if mention.period.year is None]
            if spans:
                return spans[-1]
            dated = [
                mention
                for mention in self.mentions
                if reading.sentence_start <= mention.start < reading.quantity.start and self._dates(mention)
            ]
            if len(dated) >= 2 and _FROM_TAIL.search(self.text[: dated[-2].start]):
                opened, closed = dated[-2].period, dated[-1].period
                if opened.end < closed.start:
                    return replace(
                        before[-1], period=Period.of_years(opened.start[0], closed.end[0]), kind="range"
                    )
        return before[-1] if before else None

    def _begun_before(self, reading: Reading) -> list[PeriodMention]:
        """总额由1978年的a增加到1982年的b。…比重由c上升到d: the sentence before says since when and until when."""
        if not reading.role or any(
            reading.sentence_start <= m.start < reading.quantity.start for m in self.mentions
        ):
            return []
        begin = max(self.text.rfind(mark, 0, max(reading.sentence_start - 1, 0)) for mark in "。！？\n") + 1
        told = [m for m in self.mentions if begin <= m.start < reading.sentence_start and m.kind != "range"]
        if len(told) != 2 or not told[0].period.is_whole_year or told[0].period.end >= told[1].period.start:
            return []
        if not _FROM_TAIL.search(self.text[max(0, told[0].start - 2) : told[0].start]):
            return []
        return told[:1] if reading.role == "from" else told[1:]

    def _only_beginning(self, mention: PeriodMention, reading: Reading) -> bool:
        """由去年的10.7%提高到14%: the year behind 由 dates the first figure alone."""
        if reading.role == "from" and mention.start >= reading.scope_start:
            return False
        return self._begins(mention, reading)

    def _begins(self, mention: PeriodMention, reading: Reading) -> bool:
        """Whether a year of the sentence stands between 由 and a number."""
        if not reading.sentence_start <= mention.start < reading.quantity.start or mention.kind == "range":
            return False
        if not _FROM_TAIL.search(self.text[max(0, mention.start - 2) : mention.start]):
            return False
        return bool(
            re.match(
                r"的?\s?(?:近|约)?[\d百千十一二三四五六七八九两]", self.text[mention.end : mention.end + 4]
            )
        )

    def _dates(self, mention: PeriodMention) -> bool:
        """Whether a mention dates figures: not the day of a meeting."""
        return mention.kind != "date" or _AS_OF.search(self.text[: mention.start]) is not None

    def _period_at(self, reading: Reading, mention: PeriodMention) -> Period:
        """Of a span, the end for 增加到; for 由 its beginning, or the year before 五年来."""
        if (
            mention.kind == "since"
            and mention.text.endswith("起")
            and reading.role
            and (mention.period.start[1], mention.period.end[1]) == (1, 12)
        ):
            first, last = mention.period.start[0], mention.period.end[0]
            return Period.of_years(last if reading.role == "to" else first - 1)  # 从1999年起…从36%提高到59%
        if mention.kind == "range" and reading.basis != "年均":
            if reading.role == "to" and mention.last is not None:
                return mention.last
            if reading.role == "from" and mention.text.rstrip("初末").endswith("年代"):
                return mention.period
            if reading.role == "from" and mention.first is not None:
                return Period.of_years(mention.period.start[0] - 1) if mention.relative else mention.first
        return mention.period

    def _lead_before(self, sentence_start: int) -> PeriodMention | None:
        """The time with which an earlier sentence of the paragraph opened."""
        found = None
        for mention in self.mentions:
            if mention.start >= sentence_start:
                break
            begin = max(self.text.rfind(mark, 0, mention.start) for mark in "。！？\n") + 1
            if not self._opens_with(begin, mention) or not self._dates(mention):
                continue
            if mention.kind == "period" and _FROM_TAIL.search(self.text[begin : mention.start]):
                continue  # 总额由2018年的a增加到…: where something began
            year = self.report.year
            ahead = year is not None and mention.period.end[0] > year
            if times.PART_BY_PART.search(self.text, begin, mention.start):
                continue  # 分季度看，一季度增长…，上半年增长…
            if self._outside_review(mention) or (ahead and not times.dates_figures(self.text, mention)):
                continue
            if mention.kind == "period" or (mention.kind == "range" and self.report.work_report):
                ahead = year is not None and mention.period.start[0] > year
                found = found if ahead and self.statuses.reviewing() else mention
        return found

    def _opens_with(self, begin: int, mention: PeriodMention) -> bool:
        """Whether the sentence opens with the time, perhaps after a phrase of its own (要指出的是，在1987年，…)."""
        if mention.start - begin <= 6:
            return True
        opening = self.text[begin : mention.start]
        if any(begin <= other.start < mention.start for other in self.all_mentions):
            return False
        if _BY_MEANS.match(opening) and opening.endswith("，") and len(opening) <= 40:
            return not _DIGIT.search(opening)  # 通过发展生产和提高收购价格，1979年…
        return len(opening) <= 24 and re.search(r"，在[^，\d]{0,6}$", opening) is not None

    def _outside_review(self, mention: PeriodMention) -> bool:
        """In a work report's review a year or months in passing (1952年…, 9月…) do not carry on."""
        work = self.reader.work_report
        if work is None:
            return False
        if mention.kind == "period" and mention.period.year is not None and not mention.period.is_whole_year:
            return True
        if work.mode != "review" or mention.kind != "period":
            return False
        return mention.period.start < work.period.start

    def region(self, reading: Reading, masked: str) -> Found:
        return self.places.region(reading, masked)

    # ---------------------------------------------------------------- status

    def status(self, reading: Reading, period: str | None) -> Status:
        """How sure a figure is; `period` is the code read for it."""
        return self.statuses.status(reading, parse_code(period))


def parse_code(code: str | None) -> Period | None:
    if code is None:
        return None
    try:
        return Period.parse(code)
    except ValueError:
        return None
