"""How sure a figure is: actual, target, forecast, preliminary or revised.

Outside work reports the words of the clause decide. A work report's plan is full of targets without a
word for them, and of facts: what is said to be so, done or counted is no target.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from index import figure_words as words
from index.figure_reading import Reading
from index.figure_work_report import WorkReport
from index.periods import Period
from index.types import Status

NOW = re.compile(r"现有(?:近|约)?$|截至目前|目前|至今|迄今|(?<![表从])现在(?!起)|现已|如今")
_INTENT = re.compile(
    r"(?<![需主重])要(?!求|素|点|闻|害)|(?<![即行必])将|拟|力争|争取|计划(?!生育)|目标|确保|保证|准备|打算|努力|应当|应该|必须|今后"
    r"|规划|(?<![共已])安排(?!了)|预算|再(?!生|次)|今年|明年|控制|达到\D{0,4}$|草案|预期|预定|到\d{4}年"
)
_PEOPLE = re.compile(
    r"(?:以上|左右|多)?(?:口(?=的)|(?:的)?(?:中国)?(?:人民|农民|人口|同胞|群众|各族|儿女|职工))"
)
_DONE_AFTER = re.compile(
    r"[^，。；为除解]了(?!解)|已经?(?:完成|投|开)|(?:任务|目标)(?:已|接近|基本|圆满|胜利)"
)
_COMPLETED = re.compile(r"(?<!确保)(?<!力争)(?<!要)(?:如期|提前|超额|胜利|圆满|基本|已经?|全面)完成")
_REACHED = re.compile(
    r"[^，。；]{0,12}(?:任务|目标|指标)，?(?:已|接近|基本|圆满|胜利|提前|如期|顺利|超额|全面(?:完成|实现))"
)
# 提前一年实现农村中小学人均公用经费500元的目标, in a review: what was reached, not what is aimed at
_ACHIEVED = re.compile(
    r"(?<![没未不])(?:(?:提前|如期|顺利|超额|胜利|全面|基本|圆满)[^，。；\d]{0,4}(?:实现|完成|达到)|(?:实现|完成)了)[^，。；]*$"
)
_FORECAST_COMPARED = re.compile(r"[比较](?![重例率值为])[^，。；]{0,6}(?:年|年度)?预计(?:数|完成|执行)?")
# 由今年预计的3%提高到4%: the forecast is of the first alone
_FORECAST_TO = re.compile(
    r"[由从][^，。；]*?预计[^，。；]*?(?=(?:提高|增加|上升|扩大|降低|减少|下降|调高|调整|发展|回升)[到至为])"
)
_PLANNED_AS = re.compile(r"(?:(?<![按照原])计划(?:数|指标)?|预算)(?:为|是|定为|安排为)(?:近|约)?$")
_MEANT = re.compile(r"原定|原计划|原规定|原来(?:计划|规定)")  # 由原定每年6%调高到8%: an aim too
_RECORD = re.compile(r"(?:左右|以上)?，(?:再次?创|创下?|刷新)(?:了|历史)*(?:新高|纪录|记录|最高)")
_IN_FROM = re.compile(r"[由从](?:去年|上年)的?")
_OURS = re.compile(r"，(?:就|正|都)?是我(?:们|国)(?:最|的)")
_LISTED = re.compile(r"(?<!还)有[^，。；]{0,10}，(?:约|近)?$")  # 我国有十亿人口，两亿多户
_IS = re.compile(
    r"(?:(?<![一二三四五六七八九十])是(?!平均|年均|每年|要|按)|(?:拥有|具有)[^，。；]{0,8}|(?<!还)有(?:近|约)?|作为|(?<!可)达)[^，。；]{0,6}$|据[^，。；]{2,30}(?:统计|检查|调查|试点|反映)"
)
_LOOKED_INTO = re.compile(r"[^，。；]{0,20}的?(?:检查|调查|统计|分析|测算)")  # 据对176个项目的检查
_COMES_FROM = re.compile(r"(?:以上|左右)?的?[^，。；]{0,10}(?:来自|集中在|分布在|是用于)")
_FACT = re.compile(
    r"(?<!从)现在(?!起)|目前|已经?(?!定)|据[^，。；]{2,30}(?:统计|检查|调查)|原来(?!预计|设想|计划|估计)|曾|(?<=[，。])结果|(?<![^，。；\n])由于|(?<=[^，。；为除])了(?!解)"
)
_FORECAST_BASE = re.compile(r"(?:比(?![重例率值])|由|从|较)[^，。；]{0,8}预计的?")
_FORECASTS_ALL = re.compile(
    r"(?<![\u4e00-\u9fff])(?:据|经|根据)?[\u4e00-\u9fff]{0,10}(?:预测|预计|测算|估算)(?:数据)?(?:显示)?，"
    r"|预计(?:可?(?:完成|实现|达到|生产))?(?:如下)?[：:]"
)
_TO_YEAR = re.compile(
    r"(?P<rise>增加|提高|上升|扩大|下降|减少|降低|增|升|降|发展|提升|回落)?(?:到|by )(?P<year>\d{4})年?(?P<of>的)?"
)
_RESOLVE = re.compile(
    r"我们要求|要求[各全]|必须|力争|争取|今后|(?<![需主重])要(?:在|把|使|继续|进一步|大力|努力|抓紧|认真|切实|逐步|有计划|着重|坚决|注意)"
    r"|计划(?:在|安排|用)|决定(?:从|在|今年)"
)


@dataclass(frozen=True, slots=True)
class StatusReader:
    """Reads the status of the figures of one paragraph; `default` is the report's where nothing is said.

    `late` says that a work report was given late in its year, with next year's plan.
    """

    text: str
    reported: Period | None
    work: WorkReport | None
    late: bool
    default: Status

    @property
    def year(self) -> int | None:
        return self.reported.end[0] if self.reported is not None else None

    def status(self, reading: Reading, parsed: Period | None) -> Status:
        """How sure a figure is; `parsed` is the period read for it."""
        quantity = reading.quantity
        after = self.text[quantity.end : quantity.end + 48]
        sentence = self.text[reading.sentence_start : quantity.start]
        clause = self.text[reading.clause_start : quantity.start]
        reached = _REACHED.match(after) is not None or _COMPLETED.search(clause) is not None
        reached = reached or (self.reviewing() and _ACHIEVED.search(clause) is not None)
        if words.TARGET_AFTER.match(after) and not reached:
            return "target"
        if words.OF_PLAN.search(clause) and not words.FIRM_TARGET.search(sentence):
            return self.default  # 完成年度目标的108.7%
        own = self.text[max(reading.clause_start, reading.scope_start) : quantity.start]
        ahead = _FORECAST_COMPARED.sub("", _FORECAST_TO.sub("", own) if reading.role == "to" else clause)
        told = self._part_of_forecast(reading) or self._grows_with_forecast(reading)
        if words.FORECAST.search(ahead) or told:
            return "forecast"
        if words.PRELIMINARY.search(sentence):
            return "preliminary"
        if _PLANNED_AS.search(own) or (reading.role == "from" and _MEANT.search(own)):
            return "target"  # 1981年计划为3.7%，实际达到4.6%
        if words.REVISED.search(clause):
            return "revised"
        if reading.measure in ("lead", "change") and reading.reference and "目标" in reading.reference:
            return self.default  # 高于目标2.1个百分点
        firm = words.FIRM_TARGET.search(sentence)
        past = words.PAST.search(_IN_FROM.sub("", clause) if reading.role == "to" else clause)
        if self.work is not None:
            return self._work_report_status(reading, parsed, firm is not None, past is not None)
        reference = self.reported
        if parsed is not None and reference is not None and parsed.start > reference.end:
            return "target"
        if past and not words.FIRM_TARGET.search(clause):
            return "actual"
        if firm or words.TARGET.search(self._without_past_years(clause)):
            return "target"
        return self.default

    def _grows_with_forecast(self, reading: Reading) -> bool:
        """预计全年生产总值2000亿元，增长11%: the growth is as sure as the amount."""
        if not reading.inherited or reading.measure not in ("growth", "multiple", "share"):
            return False
        before = self.text[reading.sentence_start : max(reading.clause_start - 1, reading.sentence_start)]
        last = re.split("[，；]", before)[-1]
        return words.FORECAST.search(_FORECAST_BASE.sub("", last)) is not None

    def _without_past_years(self, clause: str) -> str:
        """提高到2022年的60.3% in a report of 2023 says what was reached, 到2030年 what is aimed at."""
        year = self.year
        return _TO_YEAR.sub(
            lambda match: (
                "" if match["rise"] or (year is not None and int(match["year"]) <= year) else match[0]
            ),
            clause,
        )

    def _part_of_forecast(self, reading: Reading) -> bool:
        """预计…约2.5万亿元，其中…约1.5万亿元: the part is as sure as the whole.

        So is all of a sentence that opens with 据预测， or 预计完成：.
        """
        opening = _FORECASTS_ALL.search(self.text, reading.sentence_start, reading.quantity.start)
        if opening is not None and self.reviewing():
            return True
        if not self.text.startswith("其中", reading.clause_start):
            return False
        before = self.text[reading.sentence_start : reading.clause_start - 1]
        return words.FORECAST.search(before[before.rfind("；") + 1 :].rpartition("，")[2]) is not None

    def reviewing(self) -> bool:
        return self.work is None or self.work.mode == "review"

    def _work_report_status(self, reading: Reading, period: Period | None, firm: bool, past: bool) -> Status:
        year = self.year
        assert year is not None
        clause = self.text[reading.clause_start : reading.quantity.start]
        planned = not self.reviewing()
        if period is not None:
            planned = period.start[0] >= year or (period.end[0] >= year and planned)
        if not planned:
            if words.FIRM_TARGET.search(clause) and not past and reading.role != "from":
                return "target"
            return "actual"
        if period is not None and period.start[0] > year:
            return "target"  # what lies ahead is no fact, however it is said
        if reading.role == "from" or (NOW.search(clause) and not firm):
            return "actual"
        if period is not None and not firm and period.year == year and not period.is_whole_year:
            return "actual"  # 今年上半年: already past
        if not firm and _RECORD.match(self.text, reading.quantity.end):
            return "forecast"  # 今年高校毕业生795万人，再创新高，要…: of a year that has just begun
        done = _COMPLETED.search(clause) or _REACHED.match(self.text[reading.quantity.end :][:24])
        if not firm and (past or done or self.states_a_fact(reading, clause)):
            return "actual"
        if self.late and (period is None or period.start[0] <= year):
            opening = self.text[reading.sentence_start : reading.quantity.start]
            if words.FORECAST.search(_FORECAST_TO.sub("", opening) if reading.role == "to" else opening):
                return "forecast"
            if not self._goes_on(period):
                return "target" if _INTENT.search(opening.replace("今年", "")) else "actual"
        return "target"

    def _goes_on(self, period: Period | None) -> bool:
        """Whether a span that is planned for ends after the report's year: 五年合计建成住宅 of a plan."""
        year = self.year
        return period is not None and year is not None and period.year is None and period.end[0] > year

    def resolves(self, reading: Reading) -> bool:
        """Whether a sentence says what is to be done, where no heading told review from plan."""
        before = self.text[reading.sentence_start : reading.quantity.start]
        return self.reviewing() and _RESOLVE.search(before) is not None

    def states_a_fact(self, reading: Reading, clause: str) -> bool:
        """Whether a sentence of the plan says how things are: 有…, 是…, 来自…, 已…了, 八亿农民."""
        quantity = reading.quantity
        rest = self.text[quantity.end : reading.clause_end]
        if quantity.scale >= 8 and _PEOPLE.match(rest):
            return True
        if _LISTED.search(self.text, reading.sentence_start, quantity.start):
            return True
        if _INTENT.search(clause):
            return False
        if _OURS.search(self.text, quantity.end, min(reading.sentence_end, quantity.end + 60)):
            return True  # 9亿多劳动力…，是我们最大的资源
        if "据" in clause and _LOOKED_INTO.match(rest):
            return True
        if _DONE_AFTER.search(rest) or _IS.search(clause) or _COMES_FROM.match(rest):
            return True
        return _FACT.search(self.text, reading.sentence_start, quantity.start) is not None
