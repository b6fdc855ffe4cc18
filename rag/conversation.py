"""Follow-up questions made whole: "全省呢？" takes everything else from the question before it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.periods import PeriodMention, find_periods
from index.regions import RegionMention, find_regions
from index.vocabulary import Vocabulary
from rag import question_words as words
from rag.ask import inside
from rag.query import detect_language, normalise_question
from rag.types import Turn

_ELLIPTIC = re.compile(
    r"^(?:那|那么|还有|另外)?[，,]?.{1,24}?(?:呢|怎么样|如何|多少)?[?？]?$|^\s*(?:and|what about|how about|then)\b.{0,60}$",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"^(?:那么|那|还有|另外|再问一下|请问)[，,]?|^\s*(?:and|what about|how about|then)\b(?: (?:for|in|the)\b)*",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"(?:的)?(?:呢|怎么样|如何)?[?？。!！\s]*$")
_COMPARE = re.compile(
    r"^(?:那)?(?:和|与|跟|同(?!比|期)|比|较)(.+?)(?:相?比|比较|比起来)?(?:呢|如何|怎么样|高多少|低多少)?[?？]?$"
)
_MEASURE_WORD = re.compile(
    r"(?:同比|环比)?(?:增速|增幅|增长率|涨幅|降幅|增长|增长多少)|占比|比重|总量|总额|规模|余额"
)
_TARGET_WORD = re.compile(r"的?(?:所)?(?:定|设定|提出|确定)?的?(?:预期|预定)?目标(?:是|为|有)?(?:多少)?")
_ACTUAL_WORD = re.compile(
    r"(?:最后|最终)?(?:实际|真正)(?:上)?(?:完成|执行|结果|情况|数|值)?(?:是|为|怎么样)?(?:多少)?"
)
_MOVED = re.compile(
    r"(?:它|这个?|它们)?(?:同比|环比|比上年|较上年)?(?:增长|增加|上涨|上升|下降|下跌|减少|涨|跌|增|降)(?:了)?(?:多少|几成|几个点|百分之几)"
    r"|(?:by how much|how (?:fast|much)|in per ?cent(?:age)?(?: terms)?,? (?:how|by).*?|what was the (?:rate|growth))\b"
    r"[^.]*\b(?:they|it|that|this|those)\b[^.]*\b(?:grow|grew|rise|rose|fall|fell|up|down|increase|decline|change)\w*",
    re.IGNORECASE,
)
_SHARE_OF = re.compile(
    r"(?:as )?(?:a )?(?:share|percentage|proportion) of .+|占.+(?:比重|比例|份额|多少|百分之几)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[“\"「『][^“”\"「」『』]{1,16}[”\"」』]")
_WHOLE_REGION = frozenset({"全国", "全省", "全市", "全区", "全县"})


def resolve(
    question: str, history: Sequence[Turn], vocabulary: Vocabulary, known_regions: Sequence[str] = ()
) -> str:
    """The question made self-contained by rule, or as it is if it already stands alone."""
    question = normalise_question(question)
    if not history:
        return question
    earlier = resolve(history[-1].question, history[:-1], vocabulary, known_regions)
    question = _dated(question, earlier)
    moved = _moved(
        _TRAILING.sub("", _LEADING.sub("", question)).strip(" ,，"), earlier, vocabulary, known_regions
    )
    if moved is not None:
        return moved
    if not _ELLIPTIC.match(question) or _stands_alone(question, vocabulary):
        return _fill_slots(question, earlier, vocabulary, known_regions)
    match = _COMPARE.match(question)
    if match and not (_regions(match[1], known_regions) and _regions(earlier, known_regions)):
        return _compared(earlier, match[1])
    fragment = match[1] if match else _TRAILING.sub("", _LEADING.sub("", question)).strip()
    if not fragment:
        return earlier
    return _replaced(earlier, fragment, vocabulary, known_regions)


def _moved(fragment: str, earlier: str, vocabulary: Vocabulary, known_regions: Sequence[str]) -> str | None:
    """ "跌了多少？", "how fast did they grow?": the growth of what was asked for before."""
    old = [m for m in vocabulary.find(earlier) if not inside(m, find_periods(earlier))]
    if not old or not _MOVED.fullmatch(fragment):
        return None
    if detect_language(earlier) == "zh":
        return f"{earlier[: old[-1].end]}增速是多少？"
    where = " ".join(f"in {m.text}" for m in _regions(earlier, known_regions)[:1])
    when = " ".join(f"in {m.text}" for m in find_periods(earlier) if m.kind != "report")
    return " ".join(filter(None, (f"How fast did {old[-1].text} grow", where, when))) + "?"


_YEAR_NEAR = re.compile(
    r"(?:再)?(?:前|上|头)一年|(?:再)?(?:后|下)一年|次年|第二年|当时|当年|那年|那一年|同年"
)


def _dated(question: str, earlier: str) -> str:
    """前一年, 次年 and 当时 are counted from the year of the question before."""
    years = {m.period.year for m in find_periods(earlier) if m.kind in ("period", "point")} - {None}
    match = _YEAR_NEAR.search(question)
    if match is None or len(years) != 1 or re.search(r"\d{4}年", question):
        return question
    (year,) = years
    assert year is not None
    step = (
        -1
        if re.search("[前上头]一年", match[0])
        else 1
        if re.search("[后下]一年|次年|第二年", match[0])
        else 0
    )
    return f"{question[: match.start()]}{year + step}年{question[match.end() :]}"


def _stands_alone(question: str, vocabulary: Vocabulary) -> bool:
    """It names an indicator or content of its own and asks for something."""
    asks = words.QUANTITY_QUESTION.search(question) or words.DEFINITION.search(question)
    if detect_language(question) == "en":
        return len(question.split()) > 6
    return bool(asks) and bool(vocabulary.find(question) or len("".join(words.content_terms(question))) >= 4)


def _fill_slots(
    question: str, earlier: str, vocabulary: Vocabulary, known_regions: Sequence[str] = ()
) -> str:
    """A full question keeps its own slots; region and period it leaves out come from the one before."""
    before = _lead_in(
        earlier,
        want_region=not _regions(question, known_regions),
        want_period=not find_periods(question),
        known_regions=known_regions,
    )
    if not before or not vocabulary.find(question):
        return question
    return (
        f"{before}{question}" if detect_language(question) == "zh" else f"{question.rstrip('?')} ({before})?"
    )


def _lead_in(earlier: str, *, want_region: bool, want_period: bool, known_regions: Sequence[str]) -> str:
    mentions: list[PeriodMention | RegionMention] = []
    if want_period:
        mentions += [m for m in find_periods(earlier) if m.kind != "report"][:1]
    if want_region:
        mentions += [m for m in _regions(earlier, known_regions) if m.text not in _WHOLE_REGION][:1]
    return (
        " ".join(m.text for m in mentions)
        if detect_language(earlier) == "en"
        else "".join(m.text for m in mentions)
    )


def _regions(text: str, known_regions: Sequence[str] = ()) -> list[RegionMention]:
    periods = find_periods(text)
    return [
        m for m in find_regions(text, known=known_regions) if not inside(m, periods) and not m.is_part_of_name
    ]


def _compared(earlier: str, other: str) -> str:
    """ "和2022年比呢？" after "2023年国内生产总值增长多少？" compares the two."""
    other = other.strip(" 相")
    body = _TRAILING.sub("", earlier)
    return f"{body}，与{other}相比变化多少？"


def _replaced(earlier: str, fragment: str, vocabulary: Vocabulary, known_regions: Sequence[str] = ()) -> str:
    """The earlier question with its slot of the fragment's kind replaced."""
    quoted = list(_QUOTED.finditer(earlier))
    if quoted and _QUOTED.fullmatch(fragment):  # 那“两降一提”呢: another slogan
        return earlier[: quoted[-1].start()] + fragment + earlier[quoted[-1].end() :]
    fragment = re.sub(r"^(?:到|在|至)(?=\d{4}年)", "", fragment)
    periods, regions = find_periods(fragment), find_regions(fragment, known=known_regions)
    old_periods = [m for m in find_periods(earlier) if m.kind != "report"]
    old_regions = _regions(earlier, known_regions)
    if periods and old_periods:
        earlier = earlier[: old_periods[0].start] + periods[0].text + earlier[old_periods[-1].end :]
        fragment = (fragment[: periods[0].start] + fragment[periods[0].end :]).strip("的 ")
    elif periods:
        earlier = periods[0].text + earlier
        fragment = (fragment[: periods[0].start] + fragment[periods[0].end :]).strip("的 ")
    several = (
        len(regions) > 1
        and re.fullmatch(
            r"\s*(?:和|与|及|、|跟|and|,)\s*", fragment[regions[0].end : regions[1].start], re.IGNORECASE
        )
        if len(regions) > 1
        else None
    )
    if several and old_regions:  # 岭西区和南浦区呢: both in the place of the one before
        both = fragment[regions[0].start : regions[-1].end]
        rest = (fragment[: regions[0].start] + fragment[regions[-1].end :]).strip("的 ")
        if not rest:
            return earlier[: old_regions[0].start] + both + earlier[old_regions[0].end :]
    if regions and regions[0].text in fragment:
        old_regions = _regions(earlier, known_regions)
        # 全省 replaces 全国 ("领先全国多少" → "领先全省多少"); a named place replaces a named place.
        whole = regions[0].text in _WHOLE_REGION
        alike = [m for m in old_regions if (m.text in _WHOLE_REGION) == whole] or old_regions
        if alike:
            last = alike[-1] if whole else alike[0]
            earlier = earlier[: last.start] + regions[0].text + earlier[last.end :]
        else:
            earlier = regions[0].text + earlier
        fragment = fragment.replace(regions[0].text, "", 1).strip("的 ")
    if not fragment:
        return earlier
    old = [m for m in vocabulary.find(earlier) if not inside(m, find_periods(earlier))]
    if old and _TARGET_WORD.fullmatch(fragment):  # 当时定的目标是多少: of the same indicator
        return f"{earlier[: old[-1].end]}的目标是多少？"
    if old and _ACTUAL_WORD.fullmatch(fragment):  # 实际呢: what came of the target
        return f"{earlier[: old[-1].end]}实际是多少？"
    if old and _SHARE_OF.fullmatch(fragment):
        if detect_language(earlier) == "zh":
            return f"{earlier[: old[-1].end]}{fragment}"
        return f"{earlier[: old[-1].end]} {fragment}{earlier[old[-1].end :]}"
    if old and _MEASURE_WORD.fullmatch(fragment):  # 增速呢？ asks another measure of the same
        return f"{earlier[: old[-1].end]}的{fragment}是多少？"
    if old:
        start, end = old[-1].start, old[-1].end
        for mention in reversed(old[:-1]):
            if start - mention.end <= 1:
                start = mention.start
        return earlier[:start] + fragment + earlier[end:]
    return _object_replaced(earlier, fragment)


def _object_replaced(earlier: str, fragment: str) -> str:
    """Outside the vocabulary: the words after "多少家" (or before "有多少") give way."""
    match = re.search(r"(多少[^\s，。？?]{0,3}?[家个项户人名])([\u3400-\u9fffA-Za-z]+)", earlier)
    if match and words.content_terms(match[2]):
        return earlier[: match.start(2)] + fragment + earlier[match.end(2) :]
    match = re.search(r"的?([\u3400-\u9fffA-Za-z]+?)(?=(?:有|是|为|达到?)?多少)", earlier)
    if match:
        return earlier[: match.start(1)] + fragment + earlier[match.end(1) :]
    return f"{fragment}，{earlier}"
