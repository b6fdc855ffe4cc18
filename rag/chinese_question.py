"""Chinese questions into asks: clause by clause, each question word one figure, items and periods apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import rjieba

from index.periods import Period, PeriodMention, find_periods
from index.regions import RegionMention
from index.vocabulary import IndicatorMention, Vocabulary
from rag import question_words as words
from rag.ask import (
    WHOLE_REGIONS,
    Ask,
    AskedStatus,
    answer_units,
    asked_measure,
    asked_reference,
    asked_status,
    asked_unit,
    by_period,
    indicator_names,
    names_a_place,
    without,
)
from rag.ask_variants import AND, by_item, by_measure, by_reference, by_region, other_regions, two_compared
from rag.list_items import asks_of_another_kind
from rag.question_shares import share_ask

_CLAUSE = re.compile(r"[^，,；;。?？！!]+")


def chinese_asks(
    text: str,
    found: Sequence[PeriodMention],
    periods: Sequence[PeriodMention],
    regions: Sequence[RegionMention],
    indicators: Sequence[IndicatorMention],
    vocabulary: Vocabulary,
    *,
    separators: re.Pattern[str] = AND,
    share_tail: bool = True,
) -> tuple[Ask, ...]:
    """The asks of a question; `separators` are what divides the items of a list (和 may be part of one)."""
    asks: list[Ask] = []
    carried: tuple[str, ...] = ()
    carried_indicators: tuple[IndicatorMention, ...] = ()
    places = [m for m in regions if names_a_place(text, m, indicators)]
    last_period: Period | None = None
    led_in: list[Period] = []  # 2018年和2019年两份报告，…相差多少
    last_region: str | None = None
    named_here: list[RegionMention] = []
    whole_status = asked_status(text)
    statuses = {_status_of(clause, whole_status) for clause in re.split("[，,；;？?。]", text) if clause} - {
        None
    }
    other_end: list[Period] = []  # 与2008年相比，…: what a later clause is compared with
    purpose = [(m.end("fund"), m.end()) for m in _FUNDS_FOR.finditer(text)]
    indicators = [m for m in indicators if not any(a <= m.start and m.end <= b for a, b in purpose)]
    places = [m for m in places if not any(a <= m.start and m.end <= b for a, b in purpose)]
    for match in _CLAUSE.finditer(text):
        clause, start, end = match[0], match.start(), match.end()
        if asked_status(text[:end]) is None:
            whole_status = None  # …1980年是多少，计划1985年达到多少: what is planned comes later
        elif whole_status is None:
            whole_status = asked_status(text)
        here = [m for m in indicators if start <= m.start and m.end <= end]
        if here and (
            asks_of_another_kind(without(text, here)[start:end], here[-1])
            or _counts_something_else(clause, here[-1])
            or _COUNTS_PART.match(clause, here[-1].end - start)
            or _for_whom(clause, here[-1].start - start, here[-1].end - start)
        ):
            aside, here = here[-1:], []  # 新能源汽车项目的收入: the product is not what is measured
        else:
            aside = []
        named_here = [m for m in places if start <= m.start and m.end <= end] or named_here
        dated = [m for m in periods if start <= m.start and m.end <= end]
        compared = [
            m.period
            for m in dated
            if (m.compared or _BEHIND_THAN.search(text[: m.start]) or _set_beside(text, m)) and not m.relative
        ]
        own_periods = _narrowest(text, dated)
        own_region = _asked_region(text, [m for m in places if start <= m.start and m.end <= end])
        masked = without(text, [*found, *places])[start:end]
        masked = words.COUNTED.sub(lambda m: " " * len(m[0]), masked)
        average = bool(words.YEARLY_AVERAGE.search(clause))
        bare = without(text, [*found, *places, *here[-1:]])[start:end]
        bare = words.SPAN_OF_YEARS.sub(" ", words.COUNTED.sub(" ", words.DEDUCTED.sub(" ", bare)))
        terms = words.content_terms(bare)
        if here:  # 物价（CPI）: its other name says no more
            said = (*indicator_names(here[-1]), *_HEADS_OF_AMOUNT, *_LIGHT_VERBS)
            terms = tuple(t for t in terms if t not in said)
        slip = bool(here) and _mistyped_verb(clause, here[-1].end - start, terms)
        terms = terms[:-1] if slip else terms
        if carried or carried_indicators:  # 比上年预算增加多少 goes on about the clause before
            own_terms = words.content_terms(words.COMPARED_WITH.sub(" ", bare))
            terms = own_terms if not here and not own_terms else terms
        questions = _exact_ones(text, clause, list(words.QUANTITY_QUESTION.finditer(clause)))
        at_end = words.FIGURE_NOUN_AT_END.search(clause)
        last_region = own_region or last_region
        if not questions and compared and not here and not terms:
            other_end = list(dict.fromkeys(m.period for m in dated if not m.relative))
            continue
        names_only = _names_only(text, here)
        if (
            asks
            and not questions
            and not here
            and not terms
            and own_periods
            and clause.rstrip().endswith("呢")
        ):
            asks.extend(replace(a, period=own_periods[-1]) for a in _of_last_clause(asks))
            continue  # 1986年增长多少，1985年呢
        if not questions and not ((at_end or names_only) and end >= len(text.rstrip("?？。 "))):
            carried, carried_indicators = (*carried, *terms), tuple(here) or carried_indicators
            last_period = own_periods[-1] if own_periods else last_period
            led_in = own_periods if len(own_periods) > 1 else led_in
            continue
        conditions = _conditions(text[:start])
        if not here and not terms:
            here, terms = _carried(carried_indicators, clause, vocabulary), carried
            context: tuple[str, ...] = ()
        else:
            context = carried
        base = Ask(
            text=clause, terms=terms, context=context,
            indicator_ids=tuple(m.indicator.id for m in here[-1:]),
            indicator=here[-1].indicator.name if here else "".join(terms),
            names=indicator_names(here[-1]) if here else (),
            units=answer_units(here[-1] if here else None, clause),
            hints=words.hints(clause), region=last_region,
            other_regions=other_regions(text, named_here, last_region), unit=asked_unit(clause),
            status=_status_of(clause, whole_status) if len(statuses) > 1 else whole_status,
            real=bool(words.DEDUCTED.search(clause) or _DEDUCTED_BEFORE.search(text[:start])),
            at_end=any(m.kind == "point" for m in dated),
            measure="growth" if slip else asked_measure(without(text, [m for m in here if m.indicator.rate])[start:end]),
            average=average,
            reference=asked_reference(clause), conditions=conditions,
            must=(
                *_must_be_said(text, clause, here, aside, terms, [m for m in regions if m not in places]),
                *_kind_of_head(clause, here, terms),
            ),
        )  # fmt: skip
        main = [p for p in own_periods if p not in compared]
        if (
            base.measure == "growth"
            and base.unit in (None, "%")
            and len(compared) == 1
            and (main or last_period)
            and not words.SET_AGAINST.search(clause)
        ):
            base = replace(base, base=compared[0])  # 2010年比2005年增长多少: growth since that year
            own_periods = main
        elif (
            base.measure == "change"
            and not main
            and last_period
            and len(compared) == 1
            and compared[0].end < last_period.end
        ):
            if compared != [last_period.shifted(-1)]:
                base = replace(base, base=compared[0])  # …是多少，比1995年底增加多少: since then
            own_periods = main
        periods_here = own_periods or ([last_period] if last_period else [])
        if led_in and not own_periods and (words.DIFFERENCE.search(clause) or words.JOINTLY.search(clause)):
            periods_here = led_in
        if other_end and base.measure != "growth":
            periods_here, other_end = [*periods_here, *other_end], []
        elif len(other_end) == 1 and base.base is None and periods_here and not average:
            later, (earlier,) = periods_here[-1], other_end
            if earlier.end < later.end and earlier != later.shifted(-1):
                base, other_end = replace(base, base=earlier), []  # 与1995年相比，2000年出口增长多少
        if base.measure == "share":
            base = share_ask(base, bare_clause=masked, here=here, vocabulary=vocabulary)
        if words.FROM_TO.search(clause) and len(periods_here) == 2:  # 从1980年的多少增加到1985年的多少
            ends = zip(
                (None, base.status), sorted(periods_here, key=lambda p: p.end), strict=True
            )  # the first is known by then
            asks.extend(replace(base, status=s, period=p, measure=None) for s, p in ends)
            last_period = periods_here[-1]
            carried, carried_indicators = (*carried, *terms), tuple(here) or carried_indicators
            continue
        variants = two_compared(text, base, here) or by_measure(clause, base, questions)
        variants = [v for a in variants for v in by_reference(a)]
        variants = [
            v for a in variants for v in by_item(masked, clause, a, here, vocabulary, separators, share_tail)
        ]
        variants = [v for a in variants for v in by_region(text, a, named_here)]
        asks.extend(v for a in variants for v in by_period(text, a, periods_here, periods))
        if own_periods:
            last_period = own_periods[-1]
        carried, carried_indicators = (*carried, *terms), tuple(here) or carried_indicators
    return tuple(dict.fromkeys(asks))


_BEHIND_THAN = re.compile('[比较][“"]?$')  # 比“八五”增长多少
_DEDUCTED_BEFORE = re.compile(rf"(?:{words.DEDUCTED.pattern})[，,]$")  # 扣除价格因素后，…增长多少


_BESIDE = re.compile("[与和同跟]$")


# 取消农业税、牧业税后, 实行免费教育以来: what was done before, of which the figure must speak.
_CONDITION = re.compile(r"(?:^|[，,；;。])(?P<done>[^，,；;。？?]{4,40}?)(?:之后|以后|以来|后)[，,]$")


def _conditions(before: str) -> tuple[str, ...]:
    """The names of a clause that tells after what the next one asks, and what a clause that leads in puts in marks."""
    lead = re.search(r"(?:^|[，,；;。])([^，,；;。？?]*)[，,]$", before)
    if lead and not words.QUANTITY_QUESTION.search(lead[1]):
        marked = [m for m in re.findall("“([\u4e00-\u9fff]{2,12})”", lead[1]) if not find_periods(f"“{m}”")]
        if marked:
            return tuple(f"“{name}”" for name in marked)
    match = _CONDITION.search(before)
    if match is None or words.DEDUCTED.search(match["done"]) or words.QUANTITY_QUESTION.search(match["done"]):
        return ()
    bare = without(match["done"], [*find_periods(match["done"])])
    named = [word for word, tag in rjieba.tag(bare) if len(word) > 1 and tag[0] == "n"]
    return tuple(dict.fromkeys(word for word in named if word not in words.FUNCTION_WORDS))


def _set_beside(text: str, mention: PeriodMention) -> bool:
    """与1995年比，…: what is compared with."""
    return bool(_BESIDE.search(text[: mention.start])) and text[mention.end : mention.end + 2] in (
        "比，",
        "比,",
    )


def _of_last_clause(asks: Sequence[Ask]) -> list[Ask]:
    return [ask for ask in asks if ask.text == asks[-1].text and ask.period == asks[-1].period]


# 安排多少国债资金支持中西部乡镇卫生院建设: money is asked for; what it is for is no clinic counted.
_FUNDS_FOR = re.compile(
    r"(?:安排|投入|拨付|下达|拿出|筹集|提供|发放|拨出|注入|动用)(?:了)?(?:多少|几)(?:[万亿]*(?:美)?元)?(?:的)?"
    r"(?P<fund>[\u4e00-\u9fff]{0,6}?(?:资金|经费|贷款|国债|补助|补贴|投资|钱|财力)?)(?:用于|用来|支持|扶持|帮助|补助|改善|解决)[^，,。；;？?]+"
)
_VAGUE = re.compile("怎么样|如何|怎么变|变化如何|多厉害")


_NAMED_VAGUELY = re.compile(r"(?:增速|增幅|涨幅|增长率|增长|占比|比重)(?:又|则)?(?:是|为)?$")


def _exact_ones(text: str, clause: str, questions: list[re.Match[str]]) -> list[re.Match[str]]:
    """卖得怎么样，涨了百分之几: beside an exact question a vague one only leads up to it."""
    exact = [m for m in words.QUANTITY_QUESTION.finditer(text) if not _VAGUE.fullmatch(m[0])]
    return [
        m
        for m in questions
        if not (exact and _VAGUE.fullmatch(m[0]) and not _NAMED_VAGUELY.search(clause[: m.start()]))
    ]


def _mistyped_verb(clause: str, end_of_name: int, terms: Sequence[str]) -> bool:
    """总水平上生了多少: the word between the indicator and 了多少 can only be what it did."""
    slip = re.search(r"([\u4e00-\u9fff]{2})了(?:多少|百分之几|几个百分点)", clause)
    if slip is None or not terms or slip[1] != terms[-1] or slip.start() != end_of_name:
        return False
    first, second = slip[1][0], slip[1][1]
    return any(
        (first == verb[0] and second in _SOUNDS_LIKE.get(verb[1], ""))
        or (second == verb[1] and first in _SOUNDS_LIKE.get(verb[0], ""))
        for verb in ("上升", "上涨", "增长", "增加", "提高", "下降", "下跌", "下滑", "降低", "减少", "回落")
    )


# What a slip of pinyin writes for a sign. Any other verb (下达, 增发) is the report's business, no growth.
_SOUNDS_LIKE = {"升": "生声胜", "涨": "胀长张", "长": "常涨张", "加": "家佳嘉", "高": "搞糕", "降": "将酱", "滑": "华划",
    "增": "赠憎", "上": "尚", "下": "夏吓", "减": "简捡", "少": "绍", "落": "洛络", "低": "底抵", "跌": "叠碟"}  # fmt: skip
_ASKS_OTHERWISE = re.compile("谁|哪|什么|何|吗|么|为什么|怎|是不是|有没有|指|介绍|解释|说明")


def _names_only(text: str, here: Sequence[IndicatorMention]) -> bool:
    """沙渡县 2023年末 常住人口: words as for a search engine, the indicator last."""
    whole = text.rstrip("?？。 ")
    return bool(here) and here[-1].end >= len(whole) and not _ASKS_OTHERWISE.search(whole)


def _status_of(clause: str, whole: AskedStatus | None) -> AskedStatus | None:
    """Beside a question about the target, 实际增长 is what came of it, not growth in real terms."""
    own = asked_status(clause)
    return "actual" if own is None and whole == "target" and "实际" in clause else own


# 经营主体中有多少家公司: firms are counted, not all there are.
_COUNTS_PART = re.compile(
    r"(?:当中|之中|里面|里|中)[，,]?(?:共|一共|总共)?有(?:多少|几)[家户个人名项位所座]?[\u4e00-\u9fff]{2,}"
)
_AMOUNT_OF = re.compile(r"(?<=..)(?:数量|总数|总量|数|量|额)$")


# Verbs of relation: they lead to a name and make it no narrower.
# 外汇储备余额, 失业率平均值: of a named indicator they say only how it is counted.
_HEADS_OF_AMOUNT = frozenset(["余额", "平均值", "均值", "存量", "数值", "总数", "绝对值", "绝对额"])
# 实施棚户区改造, 开展培训: beside a name that is an action the verb adds nothing.
_LIGHT_VERBS = frozenset(["实施", "推行", "开展", "推进", "组织", "落实", "办理", "展开", "着手", "动手"])
_LEADS_TO_NAME = frozenset(
    ["用于", "参加", "参与", "属于", "作为", "包括", "实现", "完成", "关于", "对于", "享受", "实行", "投向"]
)


def _must_be_said(
    text: str,
    clause: str,
    here: Sequence[IndicatorMention],
    aside: Sequence[IndicatorMention],
    terms: Sequence[str],
    in_names: Sequence[RegionMention],
) -> tuple[str, ...]:
    """彩票 of 彩票销售额, a name that is not measured, 某市 of 某市人大常委会: words that no figure may lack."""
    before = text[: here[-1].start] if here else ""
    narrower = (
        t
        for t in terms
        if len(t) > 1 and before.endswith(t) and t[-1] not in "里中内上" and t not in _LEADS_TO_NAME
    )
    named = (_AMOUNT_OF.sub("", m.text) for m in aside)
    places = (
        m.text
        for m in in_names
        if m.text in clause
        and m.name not in ("全国", *WHOLE_REGIONS)
        and text[m.end : m.end + 1] not in "）)"
    )
    return tuple(dict.fromkeys((*narrower, *named, *places)))


_HEADS_OF_KIND = frozenset(
    [
        "收入",
        "支出",
        "产值",
        "利润",
        "投资",
        "产量",
        "面积",
        "人数",
        "价格",
        "费用",
        "成本",
        "税收",
        "销量",
        "存量",
        "里程",
        "人口",
    ]
)


def _kind_of_head(clause: str, here: Sequence[IndicatorMention], terms: Sequence[str]) -> tuple[str, ...]:
    """会展业 of 企业的会展业收入: of a plain noun of quantity the word right before it says which."""
    if here or len(terms) < 2 or terms[-1] not in _HEADS_OF_KIND:
        return ()
    return (terms[-2],) if f"{terms[-2]}{terms[-1]}" in clause else ()


_HELPED = re.compile(r"(?:给|为|向|替|帮|帮助)(?:各类|广大|全国)?$")
_DONE_FOR = re.compile(r"[\u4e00-\u9fff]{0,6}?(?:减|降|让|免|退|节|增收|提供|发放|补)")


def _for_whom(clause: str, start: int, end: int) -> bool:
    """为市场主体减负多少: what was done for them is measured, not they."""
    return bool(_HELPED.search(clause[:start]) and _DONE_FOR.match(clause[end:]))


_COUNTERS = frozenset("家户种项款座条所台套辆架颗艘只支张件部篇次")


def _counts_something_else(clause: str, mention: IndicatorMention) -> bool:
    """金融机构推出了多少种产品: what comes in 种 is not the institutions."""
    unit = asked_unit(clause) or next(iter(re.findall(r"(?:多少|几)([种款颗架艘部篇])", clause)), None)
    return unit in _COUNTERS and bool(mention.indicator.units) and unit not in mention.indicator.units


def _carried(
    mentions: Sequence[IndicatorMention], clause: str, vocabulary: Vocabulary
) -> list[IndicatorMention]:
    """The subject of the clause before; "新增经营主体…，总量达到多少" asks for 经营主体, not the new ones."""
    if mentions and re.search(r"总量|总数|总计", clause):
        whole = re.sub(r"^(?:累计|本年|当年)?(?:新增|新登记|新设立?|净增)", "", mentions[-1].text)
        return vocabulary.find(whole) or list(mentions)
    return list(mentions)


_AND_A_PART = re.compile("(?:全年)?(?:[、和与及]|以及)(?:其中的?)?")


def _narrowest(text: str, dated: Sequence[PeriodMention]) -> list[Period]:
    """今年上半年（2024年） means the half year: a period beside one within it says nothing more.

    In 1984年全年和第四季度 both are asked for.
    """
    joined = {
        a.period
        for a, b in pairwise(dated)
        if _AND_A_PART.fullmatch(text[a.end : b.start]) and a.period.contains(b.period)
    }
    periods = [m.period for m in dated]
    return [p for p in periods if p in joined or not any(o != p and p.contains(o) for o in periods)]


def _asked_region(text: str, regions: Sequence[RegionMention]) -> str | None:
    """The region the figure is of: the first named ("云岭省云川市": the narrower), leaving out those it
    is compared with or is a share of."""
    references = [m.span(1) for m in words.REFERENCE_REGION.finditer(text)]
    own = [m for m in regions if not any(s <= m.start and m.end <= e for s, e in references)]
    own = [m for m in own if m.name not in WHOLE_REGIONS] or own  # 云川全市: 云川市
    for mention, following in pairwise(own):
        if following.start > mention.end:
            return mention.name
    return own[-1].name if own else None
