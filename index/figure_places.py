"""Where a number is from: the place its clause, paragraph or heading speaks of, else the report's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index import figure_words as words
from index.figure_reading import Reading
from index.figure_weak_names import counts_places
from index.news_places import stays
from index.regions import COUNTRY, WORLD, RegionMention, contains_region

if TYPE_CHECKING:
    from index.figure_scope import ReportScope

_LEAD_IN = re.compile(
    rf"(?:[{words.TIME}，,、：:（(“\s]|其中|截至|据统计|据初步统计|统计显示|到|在|从|对|我们|目前|同期"
    rf"|按|全年|而|但|特别是|尤其是|一是|二是|三是|[一二三四五六七八九十]+是|——|—|●|·)*$"
)
_AFTER_FIGURE = re.compile(r"(?<=[%‰元点倍人户家个吨亩里米])、")
_ONLY_ONE = re.compile(
    r"(?:排|排名|位列|位居|列|居)(?=[^，。；]{0,4}(?:第|前))|首|最|唯一|第[一二三四五六七八九十\d]|前[一二三四五六七八九十\d]|领先|率先"
)
_IN_NAME = re.compile(
    r"[^，。、；\d的]{0,8}(?:研究所|研究院|大学|学院|医院|公司|集团|银行|法院|机场|铁路|大桥|电站|油田"
    r"|煤矿|大开发|大道|崛起|振兴|战略|会议|论坛|峰会|水库|公报)"
)
_TOWARDS = re.compile(r"(?:对|向|从|与|同|和|自|赴)$")
_NOT_OF_REGION = re.compile(
    r"(?:对|向|从|与|同|和|以|经|赴|由|及|、|获批|入选|列入|荣获|获评|被评为|认定为)$"
)
# 在东北三省试点的基础上: where it was tried first; 全世界都看到: who sees it
_ONLY_SETTING = re.compile(r"[^，。；]{0,14}(?:的?基础上|的情况下|之后)，")
_WHO_SEES = re.compile(r"(?:都|人民|各国|上)?(?:看到|知道|公认|瞩目|关注|承认)")


@dataclass(frozen=True, slots=True)
class Found:
    """A slot's value and where it was found."""

    value: str | None
    origin: str | None


class PlaceReader:
    """Gives the readings of one paragraph their region; `heading` is the region of the headings above."""

    def __init__(self, text: str, report: ReportScope, heading: str | None) -> None:
        self.text = text
        self.report = report
        self.heading = heading
        self.regions = self._usable_regions()
        self.spans = [(mention.start, mention.end) for mention in self.regions]

    def _usable_regions(self) -> list[RegionMention]:
        return [
            mention
            for mention in self.report.regions_in(self.text)
            if not mention.is_part_of_name
            and not mention.compared
            and not _ONLY_ONE.match(self.text, mention.end)
            and not self.text.startswith("等", mention.end)
            and not _IN_NAME.match(self.text, mention.end)
            and not (mention.name in (WORLD, "世界") and _WHO_SEES.match(self.text, mention.end))
            and not _ONLY_SETTING.match(self.text, mention.end)
            and not (
                self.text.startswith("西部", mention.start)
                and self.text[mention.start - 1 : mention.start] == "中"
            )
        ]

    def region(self, reading: Reading, masked: str) -> Found:
        start, end = reading.sentence_start, reading.quantity.start
        own = next((mention for mention in self.regions if mention.start == reading.place), None)
        if own is not None:
            return Found(own.name, "sentence")
        found: RegionMention | None = None
        counted = reading.subject is not None and counts_places(reading.subject.name)
        for mention in self.regions:
            if mention.start >= end:
                break
            if mention.start < start or self._partner(mention):
                continue
            if counted and mention.start < reading.clause_start:
                continue  # 甘肃增速提高6.9个百分点；6个省份增速回落: not six of 甘肃
            if self._aside(mention, start, end):
                continue
            if reading.measure == "contribution" and self.text[mention.start - 1 : mention.start] == "对":
                continue
            beside = mention.end == reading.quantity.outer_start and reading.measure == "level"
            if beside or self._leads(mention, reading, masked):  # 中国５６个民族
                found = mention
        if found is not None:
            return Found(found.name, "sentence")
        for mention in reversed(self.regions):
            if mention.start >= start or self.report.work_report:
                continue
            first = (
                mention.name == self.report.region
                or stays(mention, self.regions, start)
                or not re.search("[。！？]", self.text[: mention.start])
            )
            if first and self._carries(mention) and self._opens(mention, masked):
                return Found(mention.name, "paragraph")
        if self.heading is not None:
            return Found(self.heading, "heading")
        return Found(self.report.region, self.report.region_origin if self.report.region else None)

    def _aside(self, mention: RegionMention, start: int, end: int) -> bool:
        """全市增长5%，其中历城区增长6%；投资增长7%: a place named in passing ends with its part of the sentence."""
        if "；" not in self.text[mention.end : end]:
            return False
        return re.search("[，；]", self.text[start : mention.start].strip(" ，")) is not None

    def _partner(self, mention: RegionMention) -> bool:
        """对欧盟出口: a country that is dealt with."""
        return (
            _TOWARDS.search(self.text[max(0, mention.start - 3) : mention.start].removesuffix("共建"))
            is not None
            and mention.name != WORLD
            and contains_region(COUNTRY, mention.name) is not True
        )

    def _carries(self, mention: RegionMention) -> bool:
        """Whether a place stays the topic of later sentences: asides on a larger place do not."""
        if mention.name in ("全球", "世界"):
            return False
        home = self.report.region
        return home is None or mention.name == home or not contains_region(mention.name, home)

    def _leads(self, mention: RegionMention, reading: Reading, masked: str) -> bool:
        """Whether a place is what the reading is about: it opens the clause or stands before the subject."""
        first, last = reading.reference_span
        if first <= mention.start < last:
            return False
        if self._opens(mention, masked):
            return True
        subject = reading.subject
        if (
            subject is None
            or subject.id is None
            or subject.start < 0
            or _NOT_OF_REGION.search(masked[: mention.start])
        ):
            return False
        gap = masked[mention.end : subject.start] if mention.end <= subject.start else None
        return mention.start == subject.start or gap in ("", "的")

    @staticmethod
    def _opens(mention: RegionMention, masked: str) -> bool:
        begin = max(masked.rfind(mark, 0, mention.start) for mark in "，；。！？\n：") + 1
        listed = [match.end() for match in _AFTER_FIGURE.finditer(masked, begin, mention.start)]
        begin = listed[-1] if listed else begin  # A增长5%、B增长6%
        after = masked[mention.end : mention.end + 1]
        return _LEAD_IN.fullmatch(masked, begin, mention.start) is not None and after not in tuple("、和与及")
