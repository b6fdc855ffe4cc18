"""Where in a government work report we are: in the review of past years or in the plan for this one.

A work report of year Y tells Y-1's results (every fifth year five years' results) and Y's targets, and
seldom says which beside the figure. Its headings and the opening words of its paragraphs do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from index.figure_times import only_measures, years_of
from index.periods import Period, PeriodMention

Mode = Literal["review", "plan"]

_REPORT_TITLE = re.compile(r"工作报告$")
_REVIEW_WORDS = re.compile(
    r"回顾|过去的?[一两二三四五六七八九十]?年|(?<![比较按从])(?:去年|上年)|一年来|[两二三四五]年来|工作总结"
    r"|执行情况"
)
_PLAN_WORDS = re.compile(r"部署|任务|安排|总体要求|目标|建议|打算|展望|重点工作|要点|工作重点|今后|下一步")
_PLAN_OPENING = re.compile(r"要|将|任务|安排|目标|计划|是|工作|重点")
_CARRIED_OUT = re.compile(r"执行情况|回顾|工作总结")
_ORDERS = re.compile(
    r"^[一二三四五六七八九十、（）()\d.．\s]*[^，。]{0,10}要(?:使|坚决|大力|努力|继续|进一步|切实|把)"
)
_TASKS_AHEAD = re.compile(r"(?:当前|今后|今年)[^，。]{0,16}任务[，是]")
_OPENING = 24  # characters of a paragraph that tell what it is about
_WITHIN_YEARS = re.compile(r"(?:[三四五]\s?年|[两三四五十二\d]{1,3}\s?年(?:内|(?:左右)?的?时间))$")
_AHEAD = re.compile(r"[两三四五十二\d]{1,3}\s?年(?:内|(?:左右)?的?时间)")
_NEXT_PLAN = re.compile(r"计划|预算|安排|指标")
_WRITTEN_YEAR = re.compile(
    r"[今本去明次同翌]|上(?!半)|前(?=一?年)|年来|以来|last|this|previous|next", re.IGNORECASE
)


def _moved(mention: PeriodMention, years: int) -> PeriodMention:
    first, last = mention.first, mention.last
    return replace(
        mention, period=mention.period.shifted(years), first=first.shifted(years) if first else None,
        last=last.shifted(years) if last else None,
    )  # fmt: skip


class WorkReport:
    """Follows a work report of `year` heading by heading and paragraph by paragraph."""

    def __init__(self, year: int) -> None:
        self.year = year
        self.mode: Mode = "review"
        self.period = Period.of_years(year - 1)  # the years just spoken of
        self._section: tuple[Mode, Period] = (self.mode, self.period)
        self.headed = False  # whether a heading has said where we are
        self._spans_ahead: list[Period] = []  # the plans for years to come that the last heading named

    @property
    def section_period(self) -> Period:
        """The years that the section speaks of, whatever one paragraph does in passing."""
        return self._section[1]

    def enter_heading(self, text: str, periods: Sequence[PeriodMention]) -> None:
        """`periods` are the mentions in `text`."""
        if _REPORT_TITLE.search(text.strip()):
            return
        self.mode, self.period = self._section  # what a paragraph said in passing does not go on
        self._spans_ahead = [m.period for m in periods if m.kind == "range" and m.period.end[0] > self.year]
        before = self.mode
        if self._turn(text, text, periods[0] if periods else None) or (
            not periods and (_PLAN_WORDS.search(text) or _ORDERS.search(text)) and self._plan()
        ):
            self.headed = True
            if before == "plan" and self.mode == "review" and not _REVIEW_WORDS.search(text):
                self.mode, self.period = self._section  # a past year in passing
        self._section = (self.mode, self.period)

    def enter_paragraph(self, text: str, periods: Sequence[PeriodMention]) -> None:
        """A paragraph may turn for good to the plan or to a review of several years; else it turns alone."""
        self.mode, self.period = self._section
        lead = next((m for m in periods if m.start <= 14 and not only_measures(text, m)), None)
        if lead is not None and lead.compared:
            lead = None
        if lead is not None and self._counts_the_plan(lead):
            lead = None
        alone = None  # 实施这一战略三年来: the years of this paragraph alone
        if lead is None:
            alone = lead = next((m for m in periods if m.start <= _OPENING and m.text.endswith("年来")), None)
        orders = self.mode == "review" and not self.headed and _TASKS_AHEAD.search(text[:60]) and self._plan()
        if not orders and not self._turn(text[:_OPENING], text[:60], lead):
            return
        if alone is not None:
            return
        to_plan = self._section[0] == "review" and self.mode == "plan"
        to_review = self._section[0] == "plan" and self.mode == "review"
        widened = self.mode == "review" == self._section[0] and self.period.year is None
        if to_plan:
            # “十三五”时期成就和“十四五”时期目标: under such a heading the plan's years go on, else this year
            ahead = lead is not None and lead.period == self.period in self._spans_ahead
            self._section = (self.mode, self.period if ahead else Period.of_years(self.year))
        elif widened or (to_review and not self.headed):
            self._section = (self.mode, self.period)

    def _counts_the_plan(self, lead: PeriodMention) -> bool:
        """五年合计… under a plan of five years: those years, not the five before the report."""
        mode, planned = self._section
        if lead.text.endswith("年内") or (mode == "plan" and lead.relative and _AHEAD.fullmatch(lead.text)):
            return True  # 今后三年内, 用两年时间: how long something takes
        if mode != "plan" or planned.year is not None or lead.kind != "range" or not lead.relative:
            return False
        return years_of(lead.period) == years_of(planned)

    def _counts_the_section(self, mention: PeriodMention) -> bool:
        """这两年 in a review of just two years: those, though the report's own year is one of them."""
        return (
            mention.text.startswith("这")
            and mention.kind == "range"
            and mention.relative
            and self.period.year is None
            and self.period.end[0] >= self.year
            and years_of(self.period) == years_of(mention.period)
        )

    def _turn(self, opening: str, text: str, lead: PeriodMention | None) -> bool:
        """Sets mode and period by the words of a heading or opening; False if they say nothing."""
        if lead is not None and lead.kind == "report":
            return False
        ahead = lead is not None and lead.period.end[0] >= self.year
        if (
            lead is not None
            and lead.kind == "range"
            and not lead.relative
            and lead.period.start[0] < self.year <= lead.period.end[0]
        ):
            if opening == text and _CARRIED_OUT.search(opening):  # 六五计划前两年的执行情况
                self.mode, self.period = "review", Period.of_years(lead.period.start[0], self.year)
                return True
            if opening == text and _PLAN_WORDS.search(opening):  # 第六个五年计划的基本任务
                return self._plan(lead.period)
        if _REVIEW_WORDS.search(opening) and not ahead:
            self.mode, self.period = "review", Period.of_years(self.year - 1)
            if lead is not None and (lead.period.end[0] < self.year or lead.kind == "range"):
                self.period = Period.of_years(lead.period.start[0], lead.period.end[0])
            return True
        if lead is None:
            return False
        if self.mode == "review" and lead.relative and not _WRITTEN_YEAR.search(lead.text):
            return False  # 全年, 年末 of the year under review
        if lead.period.start[0] >= self.year and (opening == text or _PLAN_OPENING.search(text)):
            # 二、1981年计划的主要指标, in a report of 1980: the year planned for is not the report's
            next_year = lead.period.year == self.year + 1 and _NEXT_PLAN.search(text) is not None
            ahead = lead.kind == "range" or (opening == text and next_year)
            return self._plan(lead.period if ahead else None)
        if self.year - 1 <= lead.period.end[0] < self.year and lead.kind in ("period", "range"):
            self.mode = "review"
            self.period = Period.of_years(lead.period.start[0], lead.period.end[0])
            return True
        return False

    def _plan(self, period: Period | None = None) -> bool:
        """`period` are the years of a plan for more than this one: “十四五”时期主要目标."""
        self.mode, self.period = "plan", period or Period.of_years(self.year)
        return True

    def dated(self, text: str, mention: PeriodMention, periods: Sequence[PeriodMention]) -> PeriodMention:
        """全年, 年末, 上半年 without a year, and 上年, mean the year under review and the one before it."""
        period = mention.period
        if self.mode != "review":
            of_plan = mention.kind == "range" and mention.relative and self.period.year is None
            if of_plan and years_of(self.period) == years_of(period) and period.end[0] == self.year - 1:
                first, last = Period.of_years(self.period.start[0]), Period.of_years(self.period.end[0])
                return replace(mention, period=self.period, first=first, last=last)
            within = _WITHIN_YEARS.match(mention.text)
            if within and mention.kind == "range" and period.end[0] == self.year - 1:
                return _moved(mention, period.end[0] - period.start[0] + 1)  # 五年内 of a plan lie ahead
            return mention
        if self._counts_the_section(mention):
            first, last = Period.of_years(self.period.start[0]), Period.of_years(self.period.end[0])
            return replace(mention, period=self.period, first=first, last=last)  # 前两年的执行情况: 这两年
        if mention.text.startswith("上年") and period.year == self.year - 1:
            return replace(mention, period=period.shifted(-1))
        if mention.kind == "since" and period.start[0] < period.end[0] == self.year:
            return replace(mention, period=Period(period.start, (self.year - 1, 12)))
        if not mention.relative or period.year != self.year or _WRITTEN_YEAR.search(mention.text):
            return mention
        for other in periods:
            if (
                other.end <= mention.start
                and not re.search(r"[。！？]", text[other.end : mention.start])
                and other.period.year == self.year
                and _WRITTEN_YEAR.search(other.text)
            ):
                return mention  # 今年…，全年…
        return replace(mention, period=period.shifted(self.period.end[0] - self.year))
