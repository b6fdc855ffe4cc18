"""What a report and its headings say of when, where and how sure; `index.figure_paragraph_scope` reads on.

In a government work report of year Y
what is reviewed belongs to Y-1 and what is planned to Y.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index import figure_times as times
from index.figure_paragraph_scope import ParagraphScope, parse_code
from index.figure_work_report import WorkReport
from index.news_places import own_places
from index.periods import Period, PeriodMention, find_periods
from index.regions import RegionMention, find_regions
from index.types import Metadata, Status

if TYPE_CHECKING:
    from index.figure_named import Subject

WORK_REPORT = "government work report"

_OFTEN = 3
_FINAL_DATA = re.compile(
    r"最终核实|(?:数据|结果|核算)的?(?:修订|修正)|修订(?:数据|结果)|revised", re.IGNORECASE
)
_HEADING_LEAD = re.compile(r"[\s\d.、．（）()一二三四五六七八九十年月表第章节\-—至前上下半季度]+|表")


@dataclass(slots=True)
class ReportScope:
    """What the report as a whole says about period, region and status."""

    period: Period | None = None
    period_origin: str = "metadata"
    region: str | None = None
    region_origin: str = "metadata"
    work_report: bool = False
    late: bool = False  # of a work report: given late in its year, with next year's plan
    status: Status = "actual"  # of its figures where nothing is said: a report of final data revises

    @classmethod
    def of(cls, metadata: Metadata, text: str = "") -> ReportScope:
        """`text` is the report's, which shows whether a work report also plans the next year."""
        scope = cls(
            late=text.count("明年") >= _OFTEN,
            work_report=metadata.kind is not None and metadata.kind.value == WORK_REPORT,
        )
        if metadata.period is not None:
            scope.period = parse_code(metadata.period.value)
            scope.period_origin = "title" if metadata.period.origin == "title" else "metadata"
        if metadata.region is not None:
            scope.region = metadata.region.value
            scope.region_origin = "title" if metadata.region.origin == "title" else "metadata"
        if metadata.title is not None and _FINAL_DATA.search(metadata.title.value):
            scope.status = "revised"
        return scope

    def periods_in(self, text: str) -> list[PeriodMention]:
        return find_periods(text, reference=self.period, years_completed=not self.work_report)

    def regions_in(self, text: str) -> list[RegionMention]:
        return own_places(text, find_regions(text, home=self.region))

    @property
    def year(self) -> int | None:
        return self.period.end[0] if self.period is not None else None


class ScopeReader:
    """Walks through a report's blocks in order and fills the slots of their readings."""

    def __init__(self, report: ReportScope) -> None:
        self.report = report
        year = report.year
        self.work_report = WorkReport(year) if report.work_report and year is not None else None
        self.headings: list[tuple[int, PeriodMention | None, RegionMention | None]] = []
        self.opened_with: Subject | None = None  # what the last paragraph with figures measured first

    def enter_heading(self, text: str, level: int) -> None:
        """A heading sets the period, region and, in a work report, review or plan for what follows."""
        self.opened_with = None
        while self.headings and self.headings[-1][0] >= level:
            self.headings.pop()
        periods = [mention for mention in self.report.periods_in(text) if mention.kind != "date"]
        regions = [
            mention
            for mention in self.report.regions_in(text)
            if not mention.is_part_of_name and not re.sub(_HEADING_LEAD, "", text[: mention.start])
        ]
        period = next((mention for mention in periods if mention.kind != "report"), None)
        self.headings.append((level, period, regions[0] if regions else None))
        if self.work_report is not None:
            self.work_report.enter_heading(text, periods)

    def paragraph(self, text: str, periods: list[PeriodMention], *, heading: bool = False) -> ParagraphScope:
        """The scope of one paragraph or heading; `periods` as found by `report.periods_in`."""
        if self.work_report is not None:
            if not heading:
                self.work_report.enter_paragraph(text, periods)
            periods = [self.work_report.dated(text, mention, periods) for mention in periods]
        periods = times.with_spans_meant(text, periods)
        return ParagraphScope(self, text, periods)

    def heading_period(self) -> Period | None:
        for _, period, _ in reversed(self.headings):
            if period is not None:
                return period.period
        return None

    def heading_region(self) -> str | None:
        for _, _, region in reversed(self.headings):
            if region is not None:
                return region.name
        return None
