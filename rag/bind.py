"""Bind an ask to figures: which figures of the evidence are what the question wants.

A slot that the question states and the figure contradicts (indicator, measure, unit, period, region,
status, reference) excludes the figure: the nearest one is never an answer. Among what is left, the
words of the question decide: each content word must stand in the figure's clause, or at least in its
sentence, paragraph or report title.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.periods import Period, find_periods
from index.regions import same_region
from index.types import Figure
from index.units import same_family, split_unit
from rag import question_words as words
from rag.ask import Ask, reached_in_english
from rag.figure_kind import SAYS_CHANGED, compared_with, kind_fits, told_as_growth
from rag.region_fit import others_named, region_fits
from rag.status_fit import status_fits
from rag.word_coverage import contained, coverage
from rag.words_fit import (
    another_modifier,
    condition_said,
    must_be_said,
    names_said,
    quoted_said,
    refers_to,
    said_before,
    said_by_unit,
)

LEAST_COVERAGE = 0.45  # of the question's words around a figure; below that it is of something else


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The words around a figure, near to far."""

    clause: str  # its own clause with the subject carried into it
    sentence: str
    passage: str  # paragraph, headings, report title
    topic: str = (
        ""  # the clause before, where the figure's own has no subject: 拥有企业60余家，销售收入超百亿元
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A figure that could be what is asked, or, with conflicts, one that is near it."""

    figure: Figure
    score: float
    coverage: float  # share of the question's content found around the figure, 0 … 1
    clause_coverage: float
    conflicts: tuple[str, ...] = ()
    leads_in: str = ""  # its clause up to it

    @property
    def fits(self) -> bool:
        return not self.conflicts


def bind(
    ask: Ask,
    figures: Sequence[Figure],
    surroundings: Callable[[Figure], Surroundings],
    *,
    weight: Callable[[str], float] = lambda term: float(min(len(term), 4)),
    metadata_known: bool = True,
) -> list[Candidate]:
    """Candidates, those that fit first, best first."""
    found = []
    for figure in figures:
        around = surroundings(figure)
        conflicts = tuple(_conflicts(ask, figure, around, metadata_known))
        named = _named(ask, figure, around)
        own = tuple(t for t in ask.terms if not _in_unit(t, figure, around)) or ask.terms
        scope = (*own, *ask.shared)
        clause, sentence, passage = (
            coverage(terms, text, weight, extra=share, extra_weight=4.0 if ask.names else 0.0)
            for terms, text, share in zip(
                (own, scope, scope),
                (f"{around.topic} {around.clause}", around.sentence, around.passage),
                named,
                strict=True,
            )
        )
        context = coverage(ask.context, around.passage, weight) if ask.context else 1.0
        reached = max(sentence, passage) if ask.shared else max(clause, sentence, passage)
        hinted = coverage(ask.hints, around.clause, weight) if ask.hints else 0.0
        score = 0.55 * clause + 0.25 * sentence + 0.1 * passage + 0.1 * context + 0.06 * hinted
        score += _slot_score(ask, figure, around)
        before = around.clause.rpartition(figure.text)[0]
        found.append(Candidate(figure, score, reached, clause, conflicts, before))
    return sorted(found, key=lambda c: (len(c.conflicts), -c.score, c.figure.report, c.figure.start))


def _in_unit(term: str, figure: Figure, around: Surroundings) -> bool:
    """商铺销售9.4万平方米，增长6.2%: the unit of the level says 面积 of its growth too."""
    if figure.measure in ("growth", "change") and figure.unit == "%":
        return said_before(term, around.sentence.rpartition(figure.text)[0])
    return said_by_unit(term, figure.base_unit)


def _named(ask: Ask, figure: Figure, around: Surroundings) -> tuple[float, float, float]:
    """To what degree clause, sentence and passage name the asked indicator."""
    if figure.indicator_id is not None and figure.indicator_id in ask.indicator_ids:
        return 1.0, 1.0, 1.0
    texts = (around.clause, around.sentence, around.passage)
    if _word_for_word(ask, figure, around) or _end_of_name(ask, figure, around):
        return 1.0, 1.0, 1.0
    clause, sentence, passage = (max((contained(n, text) for n in ask.names), default=0.0) for text in texts)
    if figure.indicator_id is None:  # 企业 + 总量达
        clause = max(clause, 0.0, *(contained(n, around.clause.replace(" ", "")) for n in ask.names))
    return clause, sentence, passage


def _rate_wanted(ask: Ask, figure: Figure) -> bool:
    """A percentage of what is counted in tons (增长二千二百万吨，即7.8%) is not how much there was."""
    return figure.unit != "%" or not ask.units or "%" in ask.units


def _slot_score(ask: Ask, figure: Figure, around: Surroundings) -> float:
    score = 0.0
    if ask.indicator_ids and figure.indicator_id in ask.indicator_ids:
        score += 0.3
        # Under the very name the question uses, before a synonym.
        if ask.names and ask.names[0] in around.clause:
            score += 0.08
        # The figure right behind its name before one that merely shares the subject ("其中3000亿元…").
        if 0 <= figure.start - figure.indicator_end <= 6:
            score += 0.12
    if not ask.indicator_ids and ask.terms and coverage(ask.terms, figure.indicator, len) == 1.0:
        score += 0.2  # of a list, the item that has all the words, before one that shares only the tail
        if figure.indicator == "".join(ask.terms):
            score += 0.15  # 手机出货量 itself, before 国产品牌手机出货量
    if ask.unit is not None and split_unit(ask.unit).base_unit == figure.base_unit:
        score += 0.05
    level = figure.measure == "level" or (figure.measure == "rate" and _rate_wanted(ask, figure))
    if ask.measure == figure.measure or (ask.measure is None and level):
        score += 0.1
    if ask.period is not None and figure.period == ask.period.code():
        score += 0.15
    if figure.measure == "level" and _STOCK.search(figure.indicator) and _ADDED.search(around.clause):
        score -= 0.0 if _ADDED.search(ask.text) or re.search(r"\b(?:new|added|built)\b", ask.text) else 0.3
    if (
        figure.indicator_id is None
        and len(figure.indicator) > 2
        and figure.indicator in ask.text.replace("的", "")
    ):
        score += 0.35 if ask.indicator_ids else 0.15  # by the very name of the question, all of it
    if ask.role is None and (figure.reference == "由" or _started_there(figure, around.clause)):
        score -= 0.5  # where it started, not where it is
    if ask.status is not None and (ask.status == "target") == (figure.status in ("target", "forecast")):
        score += 0.1
    if ask.region is not None and figure.region is not None and same_region(ask.region, figure.region):
        score += 0.1
    return score


def _near(around: Surroundings) -> str:
    return f"{around.topic} {around.clause} {around.sentence}"


def _all_around(figure: Figure, around: Surroundings) -> str:
    return f"{around.topic} {around.clause} {around.sentence} {around.passage} {figure.region or ''}"


_FROM_HERE = re.compile(
    r"[由从](?:原来的?|原先的?|世界|全球|全国|全省|全市)?(?:的)?$"
)  # with a year of its own it is that year's
_TO_THERE = re.compile(
    r"(?:左右|以上)?(?:提高|上升|增加|增长|扩大|提升|升|下降|降低|回落|减少|降|缩小|调整|上调|下调|发展)(?:到|至|为)"
)


def _started_there(figure: Figure, clause: str) -> bool:
    before, found, after = clause.rpartition(figure.text)
    return bool(found and _FROM_HERE.search(before) and _TO_THERE.match(after))


def _conflicts(ask: Ask, figure: Figure, around: Surroundings, metadata_known: bool) -> list[str]:
    checks = (
        ("indicator", _indicator_fits(ask, figure, around)),
        ("measure", measure_fits(ask, figure) and _stated_as_change(ask, figure, around)),
        ("unit", _unit_fits(ask, figure)),
        ("period", _period_fits(ask, figure, around, metadata_known)),
        ("region", region_fits(ask, figure, around, metadata_known) and others_named(ask, figure, around)),
        ("status", status_fits(ask, figure, around.clause, around.sentence)),
        ("kind", kind_fits(ask, figure, around.clause, around.sentence)),
        ("must", must_be_said(ask, _all_around(figure, around))),
        ("modifier", not another_modifier(ask, _near(around))),
        ("quoted", quoted_said(ask, _all_around(figure, around))),
        ("condition", condition_said(ask, _near(around), _all_around(figure, around))),
        ("name", names_said(ask, _all_around(figure, around))),
        ("context", not metadata_known or _context_said(ask, _all_around(figure, around))),
        ("base", not compared_with(ask, figure, around.clause)),
        ("basis", _basis_fits(ask, figure, around)),
        ("whole", ask.measure != "share" or _whole_fits(ask, figure, around)),
        ("reference", ask.reference is None or (figure.reference is None and ask.measure != "lead") or
         (figure.reference is not None and refers_to(ask, figure.reference))),
    )  # fmt: skip
    return [name for name, fits in checks if not fits]


_FIELD = frozenset(("领域", "方面", "行业"))


def _context_said(ask: Ask, text: str) -> bool:
    """Whether anything of the field that a question opens with (在新一代信息技术领域，) is said around the figure."""
    field = [term for term in ask.context if term not in _FIELD]
    if not field or len(field) == len(ask.context):
        return True  # it names no field
    return any(contained(term, text) > 0.5 for term in field)


def _whole_fits(ask: Ask, figure: Figure, around: Surroundings) -> bool:
    """Whether what a share is of, where the question names it, is named up to the figure."""
    if ask.parts and ask.parts[-1]:
        wholes: tuple[str, ...] = (ask.parts[-1],)
    elif ask.share_of:
        whole = ask.share_of[0][1]
        wholes = (*(["|".join(whole.names)] if whole.names else []), *whole.terms)
    else:
        return True
    other = _OF_A_REGION.search(around.clause)
    if other and not any(other["whole"] in words for words in (*wholes, ask.text)):
        return False  # 占世界的60%, asked of all railways
    if _of_the_economy(wholes) and figure.reference is None and figure.indicator.endswith(_SHARES_OF_OUTPUT):
        return True  # 服务业增加值比重 is by its definition of GDP
    said = f"{around.clause} {around.passage} {figure.reference or ''} {figure.region or ''}"
    found = [max(contained(term, said), contained(_COUNT_END.sub("", term), said)) for term in wholes]
    return not found or sum(found) / len(found) >= 0.5


_OF_A_REGION = re.compile("占(?:到|有|了)?(?P<whole>世界|全球|全国|全省|全市)")
_COUNT_END = re.compile(r"(?<=.)(?:总数|总量|总额)$")
_SHARES_OF_OUTPUT = ("增加值比重", "增加值占比")


def _of_the_economy(wholes: Sequence[str]) -> bool:
    return len(wholes) == 1 and "国内生产总值" in wholes[0].split("|")


def can_fit(ask: Ask, figure: Figure) -> bool:
    """Whether nothing the figure itself says speaks against it; the words around it, which cost more, still may."""
    others = figure.indicator_id is not None and figure.indicator_id not in ask.indicator_ids
    if ask.indicator_ids and others and ask.measure != "share":
        return False
    if ask.period is not None and figure.period is not None and ask.role is None:
        period = Period.parse(figure.period)
        if period.end != ask.period.end and not ask.period.contains(period):
            return False
    # Whether a planned figure is told as a fact, only the words around it say.
    planned = ask.status is None and figure.status in ("target", "forecast")
    return measure_fits(ask, figure) and _unit_fits(ask, figure) and (planned or status_fits(ask, figure))


def _indicator_fits(ask: Ask, figure: Figure, around: Surroundings) -> bool:
    """Equal ids, or one side outside the vocabulary (then the words decide)."""
    if not ask.indicator_ids or figure.indicator_id in ask.indicator_ids:
        return True
    if _word_for_word(ask, figure, around) or _end_of_name(ask, figure, around):
        return True
    if figure.indicator_id is None:  # outside the vocabulary: then the words must name what was asked
        # 新增企业14199户，总量达8.8万户: the name goes on in the words before the figure.
        clause = f"{around.clause} {around.clause.replace(' ', '')}"
        if not ask.names or max(contained(n, clause) for n in ask.names) > 0.8:
            return True
        # The sentence alone may speak of it too, but then the figure must not have another name of its own.
        own = max(contained(n, figure.indicator) for n in ask.names)
        return max(contained(n, around.sentence) for n in ask.names) > 0.8 and (
            own > 0.3 or not words.content_terms(figure.indicator)
        )
    # "服务业在国内生产总值中的比重" has a name of its own (第三产业增加值比重): part and whole must both stand there.
    return (
        ask.measure == "share"
        and bool(ask.parts)
        and all(contained(p, around.clause) > 0.8 for p in ask.parts)
    )


def _word_for_word(ask: Ask, figure: Figure, around: Surroundings) -> bool:
    """The question's own words for the indicator stand right before the figure, whatever it was read as."""
    if not ask.names or len(ask.names[0]) < 5:
        return False
    before = around.clause.rpartition(figure.text)[0].rstrip("为是达到约近超过的了 ")
    return before.endswith(ask.names[0])


def _end_of_name(ask: Ask, figure: Figure, around: Surroundings) -> bool:
    """旅游创汇 of a sentence on 来华旅游 that says only 创汇: the end of the name, its beginning said before."""
    if figure.indicator_id is not None or not ask.names or len(figure.indicator) < 2:
        return False
    name = ask.names[0]
    if name.endswith("税率") and figure.indicator.endswith(
        "税率"
    ):  # 将制造业等行业16%的税率降至13%, of 增值税
        return name.removesuffix("税率") in around.sentence
    head = name.removesuffix(figure.indicator)
    return head != name and len(head) >= 2 and head in around.sentence


_MEASURES: dict[str, frozenset[str]] = {
    "growth": frozenset({"growth"}),
    "level": frozenset({"level", "rate", "rank", "multiple"}),
    "share": frozenset({"share", "rate", "level"}),
    "lead": frozenset({"lead", "change"}),
    "change": frozenset({"change", "growth", "level"}),
    "contribution": frozenset({"contribution"}),
    "rank": frozenset({"rank"}),
}


_SAYS_CHANGE = re.compile(
    r"[增减降升涨跌扩缩压]|节省|省下|提高|提升|变化|调整|[多少](?:[收支打产发])|新增|让利|节约|[比较](?:上年|去年|前)"
    r"|\b(?:more|less|fewer|new|add\w*|sav\w+|cut\w*|increas\w*|decreas\w*|reduc\w*|rise|rose|rais\w+|fall|fell|grow|grew|drop\w*|lower\w*|change\w*"
    r"|expand\w*|gain\w*|lift\w*|reliev\w*|lighten\w*|by how)\b",
    re.IGNORECASE,
)


def measure_fits(ask: Ask, figure: Figure) -> bool:
    """Whether the figure is of the kind asked for: a level, a growth rate, a share …"""
    if figure.measure == "level" and figure.value < 0 and not _CAN_BE_NEGATIVE.search(figure.indicator):
        return ask.measure == "change"  # the column of differences beside two columns of levels
    percentage = figure.unit in ("%", "‰")
    points = figure.unit == "个百分点"
    if ask.role is not None:  # 由…提高到…: whatever the indicator is, its two values
        return figure.measure in ("level", "rate", "share", "contribution", "multiple", "rank", ask.measure)
    if ask.measure is None:
        if figure.measure == "change" and not _SAYS_CHANGE.search(ask.text):
            return False  # what it rose by since some year is not how much there was
        if figure.measure == "growth" and figure.indicator_id not in ask.indicator_ids:
            return False  # "how much electricity was used": words alone do not make a growth rate the answer
        return (figure.measure not in ("rank", "lead", "contribution") or _is_rate(ask, figure)) and (
            not points or ask.unit == "个百分点"
        )
    if ask.measure == "level" and figure.measure == "contribution":
        return _is_rate(ask, figure)
    if ask.measure == "growth":
        return (figure.measure in ("growth", "change") and (percentage or figure.unit == "倍")) or (
            figure.measure in ("level", "rate") and percentage and told_as_growth(ask, figure)
        )
    if ask.measure == "share":
        return percentage and figure.measure in _MEASURES["share"]
    if ask.measure == "change" and figure.measure == "growth" and percentage:
        return True  # 能耗降低了多少: in per cent, where no amount is stated
    if ask.measure == "change" and figure.measure in ("level", "growth"):
        return figure.measure == "level" and not percentage and not points
    if ask.measure == "level" and figure.measure == "growth":
        return percentage and bool(re.search("涨幅|增速|增幅", ask.text))
    return figure.measure in _MEASURES[ask.measure]


def _stated_as_change(ask: Ask, figure: Figure, around: Surroundings) -> bool:
    """A level answers 增加了多少 only where its clause says that something changed: no balance is an increase."""
    return ask.measure != "change" or figure.measure != "level" or bool(SAYS_CHANGED.search(around.clause))


def _is_rate(ask: Ask, figure: Figure) -> bool:
    """科技进步贡献率: a contribution by its name, but itself the indicator asked for."""
    own = (
        figure.indicator_id in ask.indicator_ids
        if figure.indicator_id
        else any(n.endswith("贡献率") for n in ask.names)
    )
    return own and figure.unit == "%" and "贡献率" in figure.indicator


_CAN_BE_NEGATIVE = re.compile(r"净|差额|顺差|逆差|赤字|结余|盈亏|利润|温|率$|指数")
# 多少个 asks for any count: a report has 座, 所 or 处 for it.
_COUNTERS = frozenset("家户项件座所处条种款类支场对片批套名位人起部颗艘架")
_SAME_COUNTER = (
    {"家", "户", "个"},
    {"人", "名", "位", "个", ""},
    {"项", "个", "件", "块"},
    {"辆", "台"},
    {"种", "款", "类", "项"},
    {"架", "台"},
    {"颗", "枚"},
    {"艘", "条"},
    {"所", "家"},
    {"座", "处"},
    {"起", "件"},
)


def _unit_fits(ask: Ask, figure: Figure) -> bool:
    if ask.measure == "rank":
        return figure.measure == "rank"
    if ask.unit is None or ask.unit == "万":
        # A level must be in a unit its indicator can have; growth and shares are in per cent anyway.
        if not ask.units or not figure.unit or any(same_family(u, figure.unit) for u in ask.units):
            return True
        # A percentage of another thing is no level in 元 or 吨.
        own = figure.indicator_id is not None and figure.indicator_id in ask.indicator_ids
        return figure.unit in ("%", "‰", "个百分点") and (own or ask.measure not in (None, "level"))
    if ask.unit == "倍":
        return figure.unit in ("倍", "番")
    if ask.unit == "成":
        return figure.unit in ("%", "成")
    if same_family(ask.unit, figure.unit):
        return True
    asked = split_unit(ask.unit).base_unit
    if asked == "个" and figure.base_unit in _COUNTERS:
        return True
    return any(asked in group and figure.base_unit in group for group in _SAME_COUNTER)


def _basis_fits(ask: Ask, figure: Figure, around: Surroundings) -> bool:
    """A yearly average over several years is not the growth of one year, nor the other way round."""
    if figure.measure == "change" and ask.base is not None and ask.role is None:
        return ask.base in [m.period for m in find_periods(figure.reference or "")]
    if figure.measure == "change" and ask.role is None and _since_another_year(ask, figure):
        return False
    if figure.measure != "growth" or ask.role is not None:
        return True
    if ask.real and not re.search("扣除|剔除|实际|可比", around.clause):
        return False
    if ask.base is not None and ask.period is not None and ask.base != ask.period.shifted(-1):
        return ask.base in [m.period for m in find_periods(figure.reference or "")]
    if ask.base is None and _since_another_year(ask, figure):
        return False
    average = figure.basis == "年均" or bool(words.YEARLY_AVERAGE.search(around.clause))
    if ask.average:
        return average
    return not average or ask.period is None or not ask.period.is_whole_year


def _since_another_year(ask: Ask, figure: Figure) -> bool:
    """与2000年相比增长57.3% is no growth of 2005, which is that over the year before."""
    if ask.period is None or not ask.period.is_whole_year or not figure.reference:
        return False
    since = [m.period for m in find_periods(figure.reference) if not m.relative and m.period.is_whole_year]
    return bool(since) and since[0] != ask.period.shifted(-1)


_ADDED = re.compile("新增|净增|新建|新修|新开|建成")  # what came on top, not all there is
_STOCK = re.compile(r"保有量|余额|总量|总数|里程|人口|装机|存量|用户|储备|面积|参保|储量|拥有量|覆盖|寿命")
_MEAN_LIFE = re.compile("平均(?=预期|期望)")
_FLOW = re.compile(r"新增|净增|累计|增加(?![到至])|年均|平均|新建|完成|改造")


def _is_stock(figure: Figure, around: Surroundings) -> bool:
    """Whether the figure is a state (保有量, 里程) rather than what came about over its span."""
    return (
        figure.measure == "level"
        and bool(_STOCK.search(figure.indicator))
        and not _FLOW.search(_MEAN_LIFE.sub("", f"{figure.indicator} {around.clause}"))
    )


def _of_plan_begun(asked: Period, period: Period, figure: Figure, around: Surroundings) -> bool:
    """A goal of the five-year plan that begins in the report's year, told without a year of its own."""
    plan = asked.start == (asked.end[0] - 4, 1) and asked.end[0] % 5 == 0
    begun = figure.status == "target" and period.is_whole_year and period.start == asked.start
    told = figure.period_origin != "sentence" and "今年" not in around.sentence
    return plan and begun and told and bool(re.search("五年|规划|时期|“十", around.passage))


def _period_fits(ask: Ask, figure: Figure, around: Surroundings, metadata_known: bool) -> bool:
    if ask.period is None or figure.period is None:
        return ask.period is None or not metadata_known
    period = Period.parse(figure.period)
    if period == ask.period:
        return True
    if ask.at_end and figure.measure in ("level", "share", "rate") and period.end == ask.period.end:
        return True
    if _of_plan_begun(ask.period, period, figure, around):
        return True
    if ask.average:  # the average of the years up to the one named
        return period.end == ask.period.end
    if ask.role is not None:  # 由…到… over a span: either end of it, or the span itself
        return period.end[0] in (ask.period.start[0] - 1, ask.period.start[0], ask.period.end[0])
    # Where a review of several years has brought a rate to is its state in the last of them.
    if (
        (
            ask.period.is_whole_year
            or (period.is_whole_year and bool(words.REACHED.search(ask.text) or reached_in_english(ask.text)))
        )
        and period.end == ask.period.end
        and (figure.measure in ("rate", "share") or _is_stock(figure, around))
        and figure.reference != "由"
    ):
        return True
    # A count "by now" of a report on part of the year is of that year; a flow, or a figure whose own
    # sentence dates it, is not.
    return (
        ask.period.year is not None
        and ask.period.contains(period)
        and figure.period_origin != "sentence"
        and figure.measure in ("level", "share", "rate")
        and figure.base_unit not in ("元", "美元")
    )
