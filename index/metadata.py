"""What a whole report is about: title, region, period, date and kind, each with where it was read.

The report's own words rank first: the title, then the opening, then the rest of the text; the file
name is a hint for what they leave open. A slot that nothing answers stays None.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from index.news_places import is_office, without_asides
from index.periods import Period, PeriodMention, find_periods
from index.regions import contains_region, find_regions, normalise_region
from index.types import Block, Metadata, Report, Slot

GOVERNMENT_WORK_REPORT = "government work report"
_OPENING_DATE = 400  # characters in which a day dates the report
_OPENING = 1500  # characters in which a report says what it is about
_TITLE_WORDS = re.compile(
    r"公报|公報|报告|報告|通报|公告|简报|年鉴|纲要|讲话|综述|情况$|指标|(?i:report|communiqu|bulletin|review|brief)"
)
_FOOTNOTE_MARK = re.compile(r"\s*(?:[\[［〔]\s*[\d①-⑳*]{1,2}\s*[\]］〕]|[①-⑳])\s*$")
_WORK_REPORT_TITLE = re.compile(
    r"政府工作报告|政府工作報告|(?i:government work report|report on the work of the)"
)
# 《政府工作报告》重点工作完成情况: on a work report's tasks, not the report
_ON_WORK_REPORT = re.compile(
    r"工作报告[》”]?[^，。]{0,12}(?:(?:重点|主要|目标|各项)?(?:工作|任务|目标|事项)|落实|执行)[^，。]{0,10}(?:情况|通报|督办|督查|分解|进展)"
)
_WORK_REPORT_OPENING = re.compile(
    r"代表.{0,30}(?:政府|国务院|國務院).{0,20}(?:报告|報告|作).{0,12}(?:工作|政府工作)|作政府工作报告|报告政府工作|工作报告，请予审议"
)
_BULLETIN = re.compile(r"公报|公報|(?i:communiqu[eé]|statistical bulletin)")
_NEWS = re.compile(
    r"记者|記者|本报|通讯员|新华社|[电讯]）|据悉|获悉|近日|日前|了解到|(?i:reported by|correspondent)"
)
_USELESS_TITLE = re.compile(
    r"(?i)^(?:untitled|无标题|未命名|文档\s*\d*|document\s*\d*|microsoft word.*|slide.*|.{0,2})$"
)
_DATE = re.compile(r"((?:19|20)\d\d)\s*(?:年|[-/.])\s*(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})(?!\d)\s*日?")
_DATE_LABEL = re.compile(r"发布(?:时间|日期)?|日期|时间|来源|公布|印发|(?i:published|date|released)")
_DATELINE = re.compile(r"^[\s—\-（(]*(?:19|20)\d\d年\d{1,2}月\d{1,2}日在.{2,60}(?:会议|大会)上")
_IN_PASSING = re.compile(r"年?(?:同期|相比|[^，。；\s]{0,10}?以来)")  # 较2021年同期, 自1995年进入中国以来
_BARE_YEAR = re.compile(r"(?<![\d.,])((?:19|20)\d\d)(?![\d.,%]|年?[-—–~至到]\s*\d)")
_PLANNED = re.compile(r"(?:到|至|力争|规划|展望|目标|预计|计划)[^，。；]{0,8}$")
_NAME_PART = re.compile(
    r"(?i)(?:(?P<year>(?:19|20)\d\d)[-_ ]?(?P<part>q[1-4](?:-q?[1-4])?|h[12]|(?:0[1-9]|1[0-2])(?!\d))?)"
)
_CUMULATIVE_QUARTER = {"q1": (1, 3), "q2": (1, 6), "q3": (1, 9), "q4": (1, 12)}


def read_metadata(report: Report) -> Report:
    """The report with its metadata filled; slots that cannot be read stay None."""
    title = _title(report)
    kind = _kind(report, title)
    published = _published(report)
    period = _period(report, title, kind, published)
    region = _region(report, title, kind)
    return replace(report, metadata=Metadata(title, region, period, published, kind))


# ---------------------------------------------------------------- title and kind


# The line over an English text without headings: "Foreign trade of Yunchuan in the first half of 2023"
_ENGLISH_LINE = re.compile(r"[A-Z](?=[^\u4e00-\u9fff]*(?:19|20)\d\d)[A-Za-z0-9 ,’'()/-]{14,110}[A-Za-z0-9)]")


def _title(report: Report) -> Slot:
    """The most title-like of the first headings, else the file's own title, else the file name."""
    candidates: list[tuple[float, str]] = []
    blocks = report.blocks[:8]
    for position, block in enumerate(blocks):
        text = report.text[block.start : block.end]
        if block.kind == "row" or len(text) > 120 or text[-1] in "。；，：:;," or text[0] in "（([【—":
            if block.kind == "paragraph" and len(text) > 80:
                break
            continue
        named = _TITLE_WORDS.search(text) is not None
        opens = position == 0 and _ENGLISH_LINE.fullmatch(text) is not None
        if block.kind != "heading" and not named and not opens:
            continue
        text = _FOOTNOTE_MARK.sub("", _with_rest(report, blocks, position, text))
        dated = re.search(r"(?:19|20)\d\d", text) is not None
        if block.kind == "heading" or not _DATE.search(text):  # a date makes a paragraph a byline
            candidates.append((2 * named + dated + 2 * (block.level == 1) - 0.1 * position, text))
    best = max(candidates, default=(0.0, ""))
    if best[0] >= 0.9:
        return Slot(best[1], "title")
    own = report.metadata.title
    if own is not None and not _USELESS_TITLE.match(own.value.strip()):
        return Slot(own.value.strip(), "file metadata")
    return Slot(PurePath(report.name).stem, "file name")


def _with_rest(report: Report, blocks: Sequence[Block], position: int, text: str) -> str:
    """A title set over two lines: the first names no kind of report, the second does."""
    if _TITLE_WORDS.search(text) or position + 1 >= len(blocks):
        return text
    after = blocks[position + 1]
    rest = report.text[after.start : after.end]
    if (
        after.kind == "heading"
        and len(text) + len(rest) <= 60
        and re.search(r"(?:公报|报告|简报|情况)$", rest)
    ):
        return text + rest
    return text


def _kind(report: Report, title: Slot) -> Slot:
    opening = report.text[:_OPENING]
    if _WORK_REPORT_TITLE.search(title.value) and not _ON_WORK_REPORT.search(title.value):
        return Slot(GOVERNMENT_WORK_REPORT, "title")
    if _WORK_REPORT_OPENING.search(report.text[:800]):
        return Slot(GOVERNMENT_WORK_REPORT, "text")
    if _BULLETIN.search(title.value):
        return Slot("bulletin", "title")
    if len(_NEWS.findall(report.text)) >= 2 or re.search(r"本报讯|新华社.{0,12}电", opening):
        return Slot("news", "text")
    return Slot("other", "text")


# ---------------------------------------------------------------- date of publication


def _published(report: Report) -> Slot | None:
    """A date standing alone, in brackets, after a label or in a dateline, near the beginning or the end."""
    for block in [*report.blocks[:12], *report.blocks[-3:]]:
        text = report.text[block.start : block.end]
        match = _DATE.search(text)
        if match is None or len(text) > 120:
            continue
        byline = len(text) <= 60 and match.end() >= len(text) - 1 and not re.search(r"[。；]|\d[%亿万]", text)
        alone = len(text) - len(match.group()) <= 4 or (byline and match.start() > 0)
        if alone or _DATELINE.match(text) or _DATE_LABEL.search(text[: match.start()]):
            year, month, day = (int(part) for part in match.groups())
            if 1 <= month <= 12 and 1 <= day <= 31:
                return Slot(f"{year}-{month:02d}-{day:02d}", "text")
    return None


# ---------------------------------------------------------------- period


def _period(report: Report, title: Slot, kind: Slot, published: Slot | None) -> Slot | None:
    in_title = _best(_dated(find_periods(title.value))) if title.origin != "file name" else None
    span = _span_reviewed(title.value) if title.origin != "file name" and in_title is None else None
    if span is not None and kind.value != GOVERNMENT_WORK_REPORT:
        return Slot(span.code(), title.origin)
    if kind.value == GOVERNMENT_WORK_REPORT:
        return _work_report_year(report, in_title, title.origin, published)
    if in_title is not None and not _opens_the_year(report, in_title):
        return Slot(in_title.code(), title.origin)
    body = _body(report)
    opening = body[:_OPENING]
    dated = _dated(find_periods(opening[:400]))
    if dated and not _speaks_of_this_year(opening[: dated[0].start]):
        return Slot(dated[0].period.code(), "text")
    year, origin = (
        (in_title.year, title.origin) if in_title and in_title.year else _year(report, body, published)
    )
    if year is None:
        named = _name_period(report.name)
        return Slot(named.code(), "file name") if named else None
    part = _best(
        [
            mention
            for mention in find_periods(opening, reference=Period.of_years(year))
            if _is_part(mention, year)
        ]
    )
    if part is not None:
        return Slot(part.code(), f"text, year from {origin}" if origin != "text" else "text")
    named = _name_period(report.name)
    if named is not None and named.year == year:
        return Slot(named.code(), "file name")
    return Slot(str(year), origin)


_REVIEWED = re.compile(r"成就|回顾|总结|发展情况|完成情况|执行情况|巡礼|评估|目标")


def _span_reviewed(title: str) -> Period | None:
    """The years of a title such as “十一五”经济社会发展成就."""
    spans = [mention for mention in find_periods(title) if mention.kind == "range" and not mention.relative]
    return spans[0].period if len(spans) == 1 and _REVIEWED.search(title) else None


def _work_report_year(
    report: Report, in_title: Period | None, title_origin: str, published: Slot | None
) -> Slot | None:
    """A government work report of year Y tells Y-1's results and Y's plans; its period is Y."""
    if in_title is not None and in_title.year:
        return Slot(str(in_title.year), title_origin)
    if published is not None:
        return Slot(published.value[:4], published.origin)
    for block in report.blocks:
        if block.kind != "heading":
            continue
        text = report.text[block.start : block.end]
        match = re.search(r"((?:19|20)\d\d)年(.*)", text)
        if match is not None:
            looks_back = re.search(r"回顾|總結|总结|工作情况|执行情况|成就", match.group(2)) is not None
            return Slot(str(int(match.group(1)) + looks_back), "heading")
    named = _name_period(report.name)
    if named is not None:
        return Slot(str(named.start[0]), "file name")
    year, origin = _year(report, _body(report), published)
    return Slot(str(year), origin) if year is not None else None


def _dated(mentions: Sequence[PeriodMention]) -> list[PeriodMention]:
    """Mentions that name their year and date what is told, not what it is compared with."""
    return [
        mention
        for mention in mentions
        if not mention.relative and not mention.compared and mention.kind in ("period", "point", "report")
    ]


def _best(mentions: Sequence[PeriodMention]) -> Period | None:
    """The first part of a year spoken of, else the first year."""
    parts = [
        mention.period
        for mention in mentions
        if not mention.period.is_whole_year and mention.kind == "period"
    ]
    return next(iter(parts or [mention.period for mention in mentions]), None)


def _opens_the_year(report: Report, period: Period) -> bool:
    """A title that names only the year, over a text that begins with a part of it."""
    if not period.is_whole_year or period.year is None or _BULLETIN.search(report.text[:200]):
        return False
    mentions = find_periods(_body(report)[:200], reference=period)
    return any(_is_part(mention, period.year) for mention in mentions[:1])


def _is_part(mention: PeriodMention, year: int) -> bool:
    whole = mention.period.is_whole_year
    return mention.period.year == year and not mention.compared and mention.kind == "period" and not whole


def _speaks_of_this_year(text: str) -> bool:
    return (
        re.search(
            r"今年|本年|前三季度|上半年|本月|[一二三四]季度|this year|first (?:half|quarter|three)", text
        )
        is not None
    )


def _year(report: Report, body: str, published: Slot | None) -> tuple[int | None, str]:
    """The year that 今年 means: the latest one told of in the text, checked against name and date."""
    told: Counter[int] = Counter()
    for mention in find_periods(body):
        if mention.relative or mention.compared or mention.kind not in ("period", "point", "date"):
            continue
        if mention.kind == "date" and mention.start > _OPENING_DATE:
            continue  # a day in passing is not when the report was made
        if _IN_PASSING.match(body, mention.end):
            continue
        if mention.period.year and not _PLANNED.search(body[: mention.start][-14:]):
            told[mention.period.year] += 2
    for match in _BARE_YEAR.finditer(body):
        late_day = match.start() > _OPENING_DATE and _DATE.match(body, match.start())
        if late_day or _IN_PASSING.match(body, match.end()):
            continue
        if not _PLANNED.search(body[: match.start()][-14:]):
            told[int(match.group(1))] += 1
    named = _name_period(report.name)
    if published is not None:
        year = int(published.value[:4])
        # What is published in January to March with figures of a whole year tells of the year before.
        if named is not None and named.year == year - 1 and int(published.value[5:7]) <= 4:
            return named.year, "file name"
        return year, published.origin
    latest = max((year for year, weight in told.items() if weight >= 2), default=None)
    if latest is None:
        return (named.year, "file name") if named else (None, "")
    if named is not None and named.year in (latest + 1, max(told)):
        # The text speaks of the year before by its number and of its own year as 今年.
        return named.year, "text" if named.year == latest else "file name"
    return latest, "text"


def _name_period(name: str) -> Period | None:
    """The period a file name tells: 2023q3 (to the third quarter), 2023年上半年, 2023-08, 2023."""
    stem = PurePath(name).stem
    mentions = _dated(find_periods(stem)) if re.search(r"[年季月]", stem) else []
    if mentions:
        return _best(mentions)
    for match in _NAME_PART.finditer(stem):
        if stem[match.end() : match.end() + 1].isdigit() or stem[: match.start()][-1:].isdigit():
            continue
        year, part = int(match["year"]), (match["part"] or "").lower()
        if part in _CUMULATIVE_QUARTER:
            first, last = _CUMULATIVE_QUARTER[part]
        elif part.startswith("q"):
            first, last = 3 * int(part[1]) - 2, 3 * int(part[-1])
        elif part.startswith("h"):
            first, last = (1, 6) if part == "h1" else (7, 12)
        elif part:
            first = last = int(part)
        else:
            first, last = 1, 12
        return Period((year, first), (year, last))
    return None


def _body(report: Report) -> str:
    """The text from its first real paragraph on, without tables."""
    return "\n".join(
        report.text[block.start : block.end] for block in report.blocks if block.kind == "paragraph"
    )


# ---------------------------------------------------------------- region


def _region(report: Report, title: Slot, kind: Slot) -> Slot | None:
    if title.origin != "file name":
        named = _most_local(title.value)
        if named is not None:
            return Slot(named, title.origin)
    for block in report.blocks[:6]:
        text = report.text[block.start : block.end]
        if block.kind == "heading" or _DATELINE.match(text):
            named = _most_local(text)
            if named is not None and named != "全国":
                return Slot(named, "heading")
    told = without_asides(report.text)
    by_count = _by_count(told) or _by_office(told)
    if by_count is not None:
        return Slot(by_count, "text")
    named = _most_local(PurePath(report.name).stem.replace("-", " ").replace("_", " "))
    if named is not None:
        return Slot(named, "file name")
    if kind.value != GOVERNMENT_WORK_REPORT:
        return None
    somewhere = len(_SOMEWHERE.findall(report.text)) >= 2 and "国务院" not in report.text[:_OPENING]
    return None if somewhere else Slot("全国", "text")


# A place that its report never names: of the district, not of the nation
_SOMEWHERE = re.compile(r"[全我][市县区州](?!域)|[市县区]委")


_LEVELS = {"country": 0, "province": 1, "city": 2, "county": 3, "zone": 3, "other": 2}


def _most_local(text: str) -> str | None:
    """The most local region named in a title; the whole country for the State Council and the like."""
    mentions = find_regions(text)
    if mentions:
        best = max(mentions, key=lambda mention: _LEVELS.get(mention.level, 1))
        return normalise_region(best.name)
    if re.search(r"国务院|國務院|国家统计局|中华人民共和国|全国", text):
        return "全国"
    return None


def _by_office(text: str) -> str | None:
    """The place whose statistics office or customs gave the figures, if there is but one."""
    offices = {normalise_region(mention.name) for mention in find_regions(text) if is_office(text, mention)}
    return offices.pop() if len(offices) == 1 else None


def _by_count(text: str) -> str | None:
    """The place a text speaks of most, if it clearly speaks of one; a place far down counts more.

    A report names its own zone or city again and again, but also the city or province around it; so
    among the frequent names the most local one is taken.
    """
    counts: Counter[str] = Counter()
    levels: dict[str, str] = {}
    for mention in find_regions(text):
        name = normalise_region(mention.name)
        if name == "全国" or name[0] not in "全我本该":  # 全市 and 我省 name no place
            counts[name] += 1
            levels[name] = mention.level
    local = Counter({name: count for name, count in counts.items() if levels[name] != "country"})
    national = counts["全国"]
    if local:
        most = local.most_common(1)[0][1]
        frequent = [name for name, count in local.items() if count >= 3 and 2 * count >= most]
        if frequent and 4 * most >= sum(local.values()) and 2 * most >= national:
            return max(frequent, key=lambda name: (_LEVELS.get(levels[name], 1), local[name]))
    if national >= 3 or re.search(r"国内生产总值|国务院", text[:_OPENING]):
        return "全国"
    if national >= 1 + bool(local) and _OF_THE_NATION.search(text[:_OPENING]):
        return "全国"
    ours = [name for name in local if contains_region("全国", name) is not False]
    return "全国" if not ours and _OURS.search(text[:_OPENING]) else None


# 我国, or who counts the nation, where no other place is named at all
_OURS = re.compile(r"我国|全国(?!各地)|国家统计局|海关总署|National Bureau of Statistics|China's")


# What a ministry's report counts: 全国参加…人数, 全国城镇固定资产投资…
_OF_THE_NATION = re.compile(
    r"(?:^|[，。；\n年月末]|\d)全国(?!各地|人大|政协|两会)[\u4e00-\u9fff（）]{2,24}?(?:\d|分别)"
)
