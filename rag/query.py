"""A question as slots: what is asked for (indicator, measure, unit), of which region and period.

One `Ask` is one figure wanted. "2003年和2004年我国进出口总额分别是多少" makes two asks, "粮食产量达到
多少，比上年增产多少" too; a name, list or definition makes none. Slots the question leaves open stay
None: `rag.answer` fills them from the reports or refuses.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.periods import Period, PeriodMention, find_periods
from index.regions import find_regions
from index.vocabulary import Indicator, Vocabulary, english_expansion
from rag import question_words as words
from rag.ask import Ask, Operation, heads_a_name, inside, names_a_place, part_of_economy, without
from rag.ask_variants import AND, ENUMERATION_COMMA, NONE
from rag.chinese_question import chinese_asks
from rag.clauses import complete_clauses
from rag.english_asides import with_names, without_asides
from rag.english_question import english_asks
from rag.question_shares import with_parts
from rag.question_topics import asks_for_the_rest
from rag.question_turns import of_year_before
from rag.readings import ends_of_span, head_shared, levels_of_multiple, stated_instead
from rag.rewording import reworded, reworded_english
from rag.types import Language

__all__ = ["Ask", "Operation", "Query", "detect_language", "normalise_question", "understand"]


# Ways to read a list other than at each 和 and 、 with the end of the last item shared.
_OTHER_READINGS = ((AND, False), (ENUMERATION_COMMA, True), (ENUMERATION_COMMA, False), (NONE, False))


@dataclass(frozen=True, slots=True)
class Query:
    """A question understood as far as code can."""

    text: str  # with what the conversation adds
    original: str
    language: Language
    asks: tuple[Ask, ...]
    terms: tuple[str, ...]
    periods: tuple[Period, ...] = ()
    report_years: tuple[int, ...] = ()
    regions: tuple[str, ...] = ()
    operation: Operation | None = None
    other_asks: tuple[
        tuple[Ask, ...], ...
    ] = ()  # other readings of a list: "A和B、C和D" as two items, as one
    unknown_words: tuple[str, ...] = ()  # of an English question: content words no glossary knows
    untranslated: bool = False  # nor could they be made Chinese: what is asked is not known
    asks_more: bool = False  # something else than a quantity too: figures alone would be half an answer

    @property
    def wants_figures(self) -> bool:
        return bool(self.asks)


def detect_language(text: str) -> Language:
    """Chinese if a fifth of the letters are Chinese characters."""
    chinese = len(re.findall(r"[\u3400-\u9fff]", text))
    latin = len(re.findall(r"[A-Za-z]", text))
    return "zh" if chinese and chinese * 4 >= latin else "en"


def normalise_question(text: str) -> str:
    """Width of digits and letters, white space; Chinese punctuation stays."""
    text = re.sub(
        r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff05]",
        lambda m: unicodedata.normalize("NFKC", m[0]),
        text,
    )
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])", "", text)
    text = re.sub(r"(?<=[A-Za-z])[’']s\b", "", text)  # Yunchuan's GDP
    # 23年 without a century is 2023年; 10年来 is a span of time.
    return re.sub(r"(?<![\d近过前后五十])([0-3]\d)年(?![来间以之前后代内多期])", r"20\1年", text)


def understand(
    text: str, vocabulary: Vocabulary, *, known_regions: Sequence[str] = (), reference: Period | None = None
) -> Query:
    """Read the slots of one self-contained question (see `rag.conversation` for follow-ups).

    `known_regions` are the places the index holds: 云川 and "Yunchuan" are then found as 云川市.
    """
    text = normalise_question(text)
    language = detect_language(text)
    if language == "zh":
        text = _zone_named(text, known_regions)
    chinese_names: tuple[str, ...] = ()
    if language == "en":
        text, chinese_names = without_asides(text)
    rest = language == "zh" and asks_for_the_rest(text)
    plain = reworded if language == "zh" else reworded_english
    text = plain(text, vocabulary)
    if language == "zh":
        text = complete_clauses(text, vocabulary)
    other: list[tuple[Ask, ...]] = []
    found = list(find_periods(text, reference=reference))
    found = _looking_back(text, found)
    found = [_as_report(m, found, text) for m in found]
    report_years = tuple(dict.fromkeys(m.period.start[0] for m in found if m.kind == "report"))
    # 比上年 names what the figure is compared with; 比2020年 may be the other end of a difference.
    periods = [m for m in found if m.kind != "report" and not (m.compared and m.relative)]
    periods = [m for m in periods if not _length_of_another(m, periods, text)]
    # A region inside a report's name ("2024年云岭省政府工作报告") still says whose report is meant.
    regions = [
        m
        for m in find_regions(text, known=known_regions)
        if not inside(m, [p for p in found if p.kind != "report"])
    ]
    deducted = [
        m.span() for m in words.DEDUCTED.finditer(text)
    ]  # 扣除物价后: prices are not what is measured
    indicators = [
        m
        for m in vocabulary.find(text)
        if not (
            inside(m, found) or heads_a_name(text, m) or any(a <= m.start and m.end <= b for a, b in deducted)
        )
    ]
    regions = [m for m in regions if not _DOLLARS.match(text, m.end)]
    if language == "en":  # China-Europe freight trains are no question about the whole country
        regions = [m for m in regions if not inside(m, indicators) and not _PAIRED.match(text, m.end)]
    else:
        indicators = [m for m in indicators if not part_of_economy(text, m, [*found, *regions])]
    if language == "en":
        asks, unknown = english_asks(text, periods, regions, indicators)
        asks = tuple(with_names(_planned(ask), chinese_names) for ask in asks)
        terms = tuple(dict.fromkeys(english_expansion(text)))
        if len(asks) == 1 and asks[0].measure == "growth" and _HOW_MUCH.search(text):
            other.append((replace(asks[0], measure="change"),))  # by how many tonnes, where no rate is stated
        if _URBAN_AND_RURAL.search(text):  # of both together
            both = _URBAN_AND_RURAL.sub(lambda m: "urban-rural".ljust(len(m[0])), text)
            other.append(english_asks(both, periods, regions, indicators)[0])
    else:
        asks, unknown = chinese_asks(text, found, periods, regions, indicators, vocabulary), ()
        if of_year_before(text) and len(asks) == 2:  # 相当于上一年的百分之几: a share of the year before
            later = max(asks, key=lambda a: a.period.end if a.period else (0, 0))
            asks = (later,) if all(replace(a, period=later.period) == later for a in asks) else asks
        asks = tuple(_planned(with_parts(a, text, vocabulary, known_regions)) for a in asks)
        for separators, share_tail in _OTHER_READINGS if len(asks) > 1 else ():
            reading = chinese_asks(
                text, found, periods, regions, indicators, vocabulary,
                separators=separators, share_tail=share_tail,
            )  # fmt: skip
            if (
                reading != asks
                and reading not in other
                and (len(reading) > 1 or not words.JOINTLY.search(text))
            ):
                other.append(reading)
        other += head_shared(asks, text) if asks else []
        other += ends_of_span(asks, periods)
        other += stated_instead(asks, text)
        other += levels_of_multiple(asks)
        named = [m for m in regions if names_a_place(text, m, indicators)]
        terms = words.content_terms(words.COUNTED.sub(" ", without(text, [*found, *named])))
    if not periods and len(report_years) > 1:
        asks = tuple(
            replace(
                ask,
                report_year=year,
                unit=None if ask.unit == "个百分点" else ask.unit,
                measure=None if ask.measure == "change" else ask.measure,
            )
            for ask in asks
            for year in report_years
        )
    asks = tuple(
        _with_customary(_parts_narrowed(_narrowed(ask, vocabulary), vocabulary), vocabulary) for ask in asks
    )
    operation = "rest" if rest else _operation(without(text, indicators), asks)
    return Query(
        text=text, original=text, language=language, asks=asks, terms=terms,
        periods=tuple(dict.fromkeys(m.period for m in periods)), report_years=report_years,
        regions=tuple(dict.fromkeys(m.name for m in regions if names_a_place(text, m, indicators))),
        operation=operation, unknown_words=unknown, other_asks=tuple(other),
        asks_more=language == "zh" and _asks_more(text, asks),
    )  # fmt: skip


_PAIRED = re.compile(r"-[A-Z][a-z]")  # China-Germany
_DOLLARS = re.compile(r"[ -](?:dollars?|\$)", re.IGNORECASE)  # US dollars are no place
_BARE_ZONE = re.compile(
    r"(?:(?<=^)|(?<=[，,。；;、？?年月度末底在的区里内于和与，])|(?<=季度)|(?<=目前)|(?<=截至))(?P<zone>高新区|开发区|经开区|自贸区|新区)(?![\u4e00-\u9fff]{0,4}(?:管委会|数量|个数))"
)


def _zone_named(text: str, known_regions: Sequence[str]) -> str:
    """高新区 alone is the one that the reports are of, if they are of one only."""

    def put(match: re.Match[str]) -> str:
        named = [region for region in known_regions if region.endswith(match["zone"])]
        return named[0] if len(named) == 1 else match[0]

    named = find_regions(text, known=known_regions)
    if any(
        m.name not in ("全国", "全省", "全市") for m in named
    ):  # 济南市…里，高新区占多少: a part of what is named
        return text
    return _BARE_ZONE.sub(put, text)


def _looking_back(text: str, found: list[PeriodMention]) -> list[PeriodMention]:
    """五年来 of a report of 2023 are the five years up to the last one it can look back on."""
    years = {m.period.start[0] for m in found if m.kind == "report"}
    if len(years) != 1:
        return found
    past = find_periods(text, reference=Period.of_years(years.pop() - 1))
    spans = {(m.start, m.end): m for m in past if m.kind in ("range", "since")}
    return [spans.get((m.start, m.end), m) if m.kind in ("range", "since") else m for m in found]


def _length_of_another(mention: PeriodMention, found: Sequence[PeriodMention], text: str) -> bool:
    """五年 in “九五”期间五年累计 says how long the period before it is."""
    if not re.fullmatch(r"(?:这|的)?[\d一二三四五六七八九十]+年[间来里内]?", mention.text):
        return False
    return any(
        other.end <= mention.start
        and len(text[other.end : mention.start].replace("期间", "").replace("时期", "")) <= 1
        and other.period.end[0] > other.period.start[0]
        for other in found
        if other is not mention
    )


def _as_report(mention: PeriodMention, found: Sequence[PeriodMention], text: str) -> PeriodMention:
    """2016年 in "2016年和2017年政府工作报告" names a report too."""
    joined = any(
        o.kind == "report" and text[mention.end : o.start] in ("和", "与", "、", "及") for o in found
    )
    return replace(mention, kind="report") if joined and mention.kind == "period" else mention


def _narrowed(ask: Ask, vocabulary: Vocabulary) -> Ask:
    """The narrower indicator that a word beside the asked one makes it: urban + income of residents."""
    if len(ask.indicator_ids) != 1:
        return ask
    for term in ask.terms:
        words_of_term = term.split("|")
        narrower = [
            indicator
            for indicator in vocabulary
            if indicator.parent == ask.indicator_ids[0]
            and any(word in indicator.name for word in words_of_term)
            and _all_said(indicator, vocabulary, ask)
        ]
        if len(narrower) == 1:
            (one,) = narrower
            return replace(
                ask, indicator_ids=(one.id,), indicator=one.name, names=(one.name, *one.synonyms), units=one.units,
                terms=tuple(other for other in ask.terms if other != term),
            )  # fmt: skip
    return ask


def _parts_narrowed(ask: Ask, vocabulary: Vocabulary) -> Ask:
    pairs = tuple((_narrowed(part, vocabulary), whole) for part, whole in ask.share_of)
    return replace(ask, share_of=pairs) if pairs else ask


def _all_said(narrower: Indicator, vocabulary: Vocabulary, ask: Ask) -> bool:
    """Whether the question has each word that makes the indicator narrower: 企业 alone makes no 民营企业进出口."""
    broader = vocabulary.get(narrower.parent) if narrower.parent else None
    own = set(words.content_terms(narrower.name)) - set(words.content_terms(broader.name if broader else ""))
    said = " ".join((*ask.terms, ask.text))
    own = {
        word for word in own if broader is None or not set(word) <= set(broader.name)
    }  # 零售额 of 零售总额
    return all(word in said or any(word in term or term in word for term in ask.terms) for word in own)


def _planned(ask: Ask) -> Ask:
    """预算安排的赤字: the word says that the figure is planned, not what it is of."""
    if ask.status != "target" or not ask.indicator_ids:
        return ask
    pairs = tuple((_planned(part), _planned(whole)) for part, whole in ask.share_of)
    return replace(ask, terms=tuple(t for t in ask.terms if t != "预算"), share_of=pairs)


def _with_customary(ask: Ask, vocabulary: Vocabulary) -> Ask:
    """工业增加值 in a monthly report is that of enterprises above the designated size."""
    found = [vocabulary.get(id).customary for id in ask.indicator_ids]
    if _PLAIN_PRICES.fullmatch(ask.names[0] if ask.names else ""):
        found.append("retail_price_index")
    return replace(ask, customary=tuple(id for id in found if id is not None))


# Before there was a consumer price index of note, 物价 was that of goods sold by retail.
_PLAIN_PRICES = re.compile("物价(?:水平|总水平)?|价格总水平|inflation|inflation rate", re.IGNORECASE)


_ASKS_FOR_NO_QUANTITY = re.compile(
    r"谁|哪(?!怕)|什么|何(?:时|地|处|人|种)|为何|为什么|怎样|怎么(?!样|变)|几[月日号](?!份?\d)"
)


# 谁的增速高，高出多少: the sign of the difference tells which.
_WHICH_IS_MORE = re.compile(
    r"(?:谁|哪(?:一?[年个边方家]|里|儿)?(?:市|省|区|县|地|地区|城市)?)(?:的)?"
    r"(?=[^，,]{0,16}?(?:更|较|要)?[高低多少快慢大小](?:一些|一点|些)?(?:$|[，,？?]))"
)


def _asks_more(text: str, asks: Sequence[Ask]) -> bool:
    """定了什么目标，实际达到多少: a clause asks for what is no quantity, beside one that was understood."""
    clauses = [clause for clause in re.split("[，,；;。?？！!]", text) if clause.strip()]
    read = {ask.text for ask in asks}
    return bool(asks) and any(
        _ASKS_FOR_NO_QUANTITY.search(_WHICH_IS_MORE.sub("", clause))
        and clause not in read
        and not words.QUANTITY_QUESTION.search(clause)
        for clause in clauses
    )


_URBAN_AND_RURAL = re.compile(r"\burban and rural\b", re.IGNORECASE)
_HOW_MUCH = re.compile(r"\bhow (?:many|much)\b", re.IGNORECASE)


def _asked_once(text: str) -> bool:
    """新增多少户，一共有多少户 wants two figures, not their sum."""
    return len(words.QUANTITY_QUESTION.findall(text)) < 2 and len(_HOW_MUCH.findall(text)) < 2


def _operation(text: str, asks: Sequence[Ask]) -> Operation | None:
    """Arithmetic the question calls for, if its asks do not already name one figure."""
    if words.FROM_TO.search(text):
        return None  # both ends are wanted, not what lies between them
    if (
        len(asks) == 2
        and len({(a.period, a.report_year, a.region) for a in asks}) == 2
        and not words.JOINTLY.search(text)
    ):
        if (
            words.SHARE.search(text)
            and not words.YEAR_COUNT_CHANGE.search(text)
            and not words.DIFFERENCE.search(text)
        ):
            return None
        if words.DIFFERENCE.search(text) or words.YEAR_COUNT_CHANGE.search(text) or words.LEAD.search(text):
            return "difference"
    if (
        len(asks) == 2
        and (asks[0].indicator_ids, asks[0].terms) != (asks[1].indicator_ids, asks[1].terms)
        and (asks[0].period, asks[0].region) == (asks[1].period, asks[1].region)
        and words.MORE_THAN.search(text)
        and not words.JOINTLY.search(text)
    ):
        return "difference"
    if len(asks) == 2 and all(ask.unit == "倍" for ask in asks):
        return "multiple"
    if len(asks) >= 2 and words.SUM.search(text) and _asked_once(text):
        return "sum"
    if len(asks) == 1 and asks[0].measure == "share":
        return "share"
    if len(asks) == 1 and (asks[0].against_target or words.DIFFERENCE.search(text)):
        return "difference"
    return None
