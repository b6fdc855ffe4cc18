"""Follow-up questions made whole: "全省呢？" takes everything else from the question before it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.periods import PeriodMention, find_periods
from index.regions import RegionMention, find_regions
from index.vocabulary import IndicatorMention, Vocabulary
from rag import follow_up
from rag import question_words as words
from rag.ask import heads_a_name, inside, without
from rag.query import detect_language, normalise_question
from rag.types import Turn

_ELLIPTIC = re.compile(
    r"^(?:那|那么|还有|另外)?[，,]?.{1,24}?(?:呢|怎么样|如何|多少)?[?？]?$|^\s*(?:and|what about|how about|then)\b.{0,60}$"
    r"|^what (?:was|were|is|had been) the (?:actual |real |final |original )?(?:outcome|result|target|goal)\b.{0,24}$",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"^(?:那么|那|还有|另外|再问一下|请问)[，,]?|^\s*(?:and|what about|how about|then)\b(?: (?:for|in|the)\b)*",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"(?:的)?(?:又)?(?:呢|怎么样|怎样|如何)?[?？。!！\s]*$")
_COMPARE = re.compile(
    r"^(?:那)?(?:和|与|跟|同(?!比|期)|比|较)(.+?)(?:相?比|比较|比起来)?(?:呢|如何|怎么样|高多少|低多少)?[?？]?$"
)
_MEASURE_WORD = re.compile(
    r"(?:的|其)?(?:(?:同比|环比)?(?:增速|增幅|增长率|涨幅|降幅|增长)|占比|比重|总量|总额|规模|余额)(?:是|为|有)?(?:多少)?"
)
_TARGET_WORD = re.compile(
    r"的?(?:当初|原先|原来|年初|之前|事先)?(?:所)?(?:定|设定|提出|确定|制定|安排|计划)?(?:下)?的?(?:预期|预定|增长|控制)?(?:目标|计划)(?:值)?"
    r"(?:(?:定)?的?(?:是|为|有))?(?:多少)?"
    r"|(?:what (?:was|were|is|had been) )?(?:the )?(?:planned |original )?(?:target|goal|plan)(?: been)?(?: set)?"
    r"(?: (?:for|in) (?:that|the same) year)?",
    re.IGNORECASE,
)
_ACTUAL_WORD = re.compile(
    r"(?:最后|最终|结果|后来|到头来)?(?:实际|真正)(?:上)?(?:完成|执行|实现|达到|做到|结果|情况|数|值)?(?:增长|上涨|下降|增加|减少|降低|提高|增|涨|降|减)?(?:得|了)?(?:是|为|怎么样|如何)?(?:多少|百分之几|几个?百分点)?"
    r"|(?:最后|最终|结果|后来|到头来)(?:实际|真正)?(?:上)?(?:完成|执行|实现|做到|达到|结果|增长|上涨|下降|增加|减少)(?:得|了)?(?:怎么样|如何)?(?:是)?(?:多少)?"
    r"|完成(?:得|情况)(?:怎么样|如何)?"
    r"|(?:what was )?(?:the )?(?:actual|real) (?:outcome|result|figure|number|rate|growth)"
    r"|(?:what was )?(?:the )?outcome|what actually happened|actually",
    re.IGNORECASE,
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
    question = follow_up.what_came_of_it(follow_up.from_a_place(question))
    question = follow_up.another_of_the_kind(question, earlier)
    if _complete(question, vocabulary, known_regions):
        return _fill_slots(question, earlier, vocabulary, known_regions)
    question = follow_up.dated(question, earlier)
    if when := follow_up.later_and_by_how_much(question):
        spoken = [m for m in find_periods(earlier) if m.kind != "report"]
        if len(spoken) == 1:
            return _compared(_replaced(earlier, when, vocabulary, known_regions), spoken[0].text)
    if two := follow_up.halves(question):  # 进口呢，增速多少: another thing, then another measure of it
        first = resolve(two[0], history, vocabulary, known_regions)
        return resolve(two[1], [Turn(first)], vocabulary, known_regions)
    if against := follow_up.comparison(question):
        own, other = against
        if (compared := _against(earlier, own, other, vocabulary, known_regions)) is not None:
            return compared
    if (those := follow_up.of_those(question, earlier)) is not None:
        return those
    if (part := follow_up.part_of(question, earlier, vocabulary)) is not None:
        return _with_slots(part, earlier, known_regions)
    moved = _moved(
        _TRAILING.sub("", _LEADING.sub("", question)).strip(" ,，"), earlier, vocabulary, known_regions
    )
    if moved is not None:
        return moved
    bare = _TRAILING.sub("", _LEADING.sub("", question)).strip()
    about_plan = bool(_TARGET_WORD.fullmatch(bare) or _ACTUAL_WORD.fullmatch(bare))
    if not _ELLIPTIC.match(question) or (_stands_alone(question, vocabulary) and not about_plan):
        return _fill_slots(question, earlier, vocabulary, known_regions)
    named = [m for m in vocabulary.find(earlier) if not inside(m, find_periods(earlier))]
    if named and (whole := follow_up.of_it(earlier, question, named[-1])):
        return whole
    match = _COMPARE.match(question)
    if match and not (_regions(match[1], known_regions) and _regions(earlier, known_regions)):
        return _compared(earlier, match[1])
    fragment = match[1] if match else _TRAILING.sub("", _LEADING.sub("", question)).strip()
    if not fragment:
        return earlier
    return _replaced(earlier, fragment, vocabulary, known_regions)


_YEAR = re.compile(r"(?:19|20)\d\d年")
# Words that point back at the question before.
_POINTS_BACK = re.compile(
    r"^(?:那|还有|另外|再|又|而|其中|这其中|里面|当中|这当中|[比往向]|[和与跟同较](?!.*(?:谁|哪|什么|何[时地])))|呢|它|这个|前者|上面|刚才|上述"
    r"|那时|那(?:一)?年|当时|同年|次年|翌年|来年|其(?![他余它实次])"
    r"|^\s*(?:and|what about|how about|then|but)\b|\b(?:it|its|that|those|they|them|their|this|these|the same)\b"
    r"|\b(?:years? (?:earlier|before|later|after)|(?:previous|preceding|following|next) year)\b",
    re.IGNORECASE,
)
_OPENS_LATE = re.compile(r"\s*(?:and|but|then|what about|how about)\b", re.IGNORECASE)
_ASKS_FOR_A_NAME = re.compile(r"谁|哪|什么|何时|何地|几月|几号|哪些|为什么|怎样|如何")


def _complete(question: str, vocabulary: Vocabulary, known_regions: Sequence[str]) -> bool:
    """Whether a question asks for a thing it names itself: nothing of it may be read from the one before.

    2023年前三季度云川市进出口总额增长多少; 首个试验区是什么时候设立的; keywords with a time (云川 2023年 粮食产量).
    """
    if detect_language(question) == "en":
        long = len(question.split()) > 12 and not _OPENS_LATE.match(question)  # "it" is named in it
        own = long or (len(question.split()) > 6 and not _POINTS_BACK.search(question))
        return own and bool(_ASKS_IN_ENGLISH.search(question))
    if _POINTS_BACK.search(question):
        return False
    periods = find_periods(question)
    bare = without(question, [*periods, *_regions(question, known_regions)])
    known = bool(vocabulary.find(bare))
    asks = words.QUANTITY_QUESTION.search(bare) or words.DEFINITION.search(bare)
    if known:
        return bool(asks or periods or _ASKS_FOR_A_NAME.search(bare))
    content = len("".join(words.content_terms(bare)))
    if any(m.kind == "report" for m in periods):
        content += 4  # …政府工作报告是谁作的
    return content >= 4 and bool(asks or _ASKS_FOR_A_NAME.search(bare))


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


_HOW_CHANGED = re.compile(r"(减少|增加|新增)了?多少[\u4e00-\u9fff]{0,3}[？?]?$")


def _against(
    earlier: str, own: str, other: str, vocabulary: Vocabulary, known_regions: Sequence[str]
) -> str | None:
    """2024年比它多多少 after a question on 2023: the same of 2024 beside that of 2023."""
    periods = [m for m in find_periods(earlier) if m.kind != "report"]
    places = _regions(earlier, known_regions)
    if _YEAR.match(other):
        base = _replaced(earlier, own, vocabulary, known_regions) if own else earlier
        if periods and (changed := _HOW_CHANGED.search(base)):  # by how much more it fell than that year
            return f"{base[: changed.start()]}{changed[1]}的数量比{other}多多少？"
        return _compared(base, other) if periods else None
    if own and find_periods(own) and len(periods) == 1:
        return _compared(_replaced(earlier, own, vocabulary, known_regions), periods[0].text)
    if own and _regions(own, known_regions) and len(places) == 1:
        return _compared(_replaced(earlier, own, vocabulary, known_regions), places[0].text)
    return None


def _with_slots(question: str, earlier: str, known_regions: Sequence[str]) -> str:
    """The question with region and period of the one before where it has none of its own."""
    before = _lead_in(
        earlier,
        want_region=not _regions(question, known_regions),
        want_period=not find_periods(question),
        known_regions=known_regions,
    )
    return f"{before}{question}"


_ASKS_IN_ENGLISH = re.compile(
    r"\b(?:what(?! about)|how(?! about)|which|who|when|where|why|did|does|is|was)\b", re.IGNORECASE
)
_ENDS_OPEN = re.compile(r"又?(?:呢|怎么样|怎样|如何)[?？。\s]*$")  # asks nothing in particular


def _stands_alone(question: str, vocabulary: Vocabulary) -> bool:
    """It names an indicator or content of its own and asks for something."""
    if detect_language(question) == "en":
        return len(question.split()) > 6 and bool(_ASKS_IN_ENGLISH.search(question))
    question = _ENDS_OPEN.sub("", question)
    asks = words.QUANTITY_QUESTION.search(question) or words.DEFINITION.search(question)
    return bool(asks) and bool(vocabulary.find(question) or len("".join(words.content_terms(question))) >= 4)


def _fill_slots(
    question: str, earlier: str, vocabulary: Vocabulary, known_regions: Sequence[str] = ()
) -> str:
    """A full question keeps its own slots; region and period it leaves out come from the one before."""
    before = _lead_in(
        earlier,
        want_region=not _regions(question, known_regions),
        want_period=all(m.compared or question[: m.start].endswith(_BESIDE) for m in find_periods(question)),
        known_regions=known_regions,
    )
    asks = words.QUANTITY_QUESTION.search(question) or re.search(
        r"\bhow (?:much|many|fast|large)\b", question, re.IGNORECASE
    )
    if not before or not (asks or vocabulary.find(question)):
        return question
    return (
        f"{before}{question}" if detect_language(question) == "zh" else f"{question.rstrip('?')} ({before})?"
    )


_BESIDE = ("比", "较", "与", "和", "同")  # 比“六五”多多少: what is compared with, not when


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


_ONLY_ASKS = re.compile(r"又?(?:是|为|有|达到?)?了?(?:多少|几何|如何|怎样|怎么样)")


def _replaced(earlier: str, fragment: str, vocabulary: Vocabulary, known_regions: Sequence[str] = ()) -> str:
    """The earlier question with its slot of the fragment's kind replaced."""
    quoted = list(_QUOTED.finditer(earlier))
    if quoted and _QUOTED.fullmatch(fragment):  # 那“两降一提”呢: another slogan
        return earlier[: quoted[-1].start()] + fragment + earlier[quoted[-1].end() :]
    fragment = re.sub(r"^(?:到|在|至)(?=\d{4}年)|^(?:其中|里面|当中)的?", "", fragment)
    named = [m for m in vocabulary.find(earlier) if not inside(m, find_periods(earlier))]
    if named and detect_language(earlier) == "zh" and _SHARE_OF.fullmatch(fragment):
        return f"{earlier[: named[-1].end]}{fragment}"
    periods, regions = find_periods(fragment), find_regions(fragment, known=known_regions)
    old_periods = [m for m in find_periods(earlier) if m.kind != "report"]
    old_regions = _regions(earlier, known_regions)
    if periods and old_periods:
        earlier = earlier[: old_periods[0].start] + periods[0].text + earlier[old_periods[-1].end :]
        fragment = (fragment[: periods[0].start] + fragment[periods[0].end :]).strip("的 ")
    elif periods:
        earlier = periods[0].text + earlier
        fragment = (fragment[: periods[0].start] + fragment[periods[0].end :]).strip("的 ")
    if periods and _ONLY_ASKS.fullmatch(fragment):  # 2018年是多少: of the same thing
        fragment = ""
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
    old = [
        m
        for m in vocabulary.find(earlier)
        if not inside(m, find_periods(earlier)) and not heads_a_name(earlier, m)
    ]
    if (
        len(old) > 1
        and (counts := re.match(r"\s*how many ", earlier, re.IGNORECASE))
        and old[0].start == counts.end()
    ):
        old = old[:1]  # how many firms are in the SME zone: firms are counted
    if old and (_TARGET_WORD.fullmatch(fragment) or _ACTUAL_WORD.fullmatch(fragment)):
        # 当时定的目标是多少: of the same indicator; 实际呢: what came of the target
        planned = _TARGET_WORD.fullmatch(fragment) is not None
        return _planned_or_actual(earlier, old[-1], known_regions, planned=planned)
    if old and _SHARE_OF.fullmatch(fragment):
        return f"{earlier[: old[-1].end]} {fragment}{earlier[old[-1].end :]}"
    if old and _MEASURE_WORD.fullmatch(fragment):  # 增速呢？ asks another measure of the same
        measure = re.sub("^(?:的|其)|(?:是|为|有)?(?:多少)?$", "", fragment)
        subject = earlier[: old[-1].end]
        if measure in _OF_ALL:  # 新增企业多少户？总量呢: of all enterprises, not of the new ones
            subject = _NEW.sub("", subject)
        return f"{subject}的{measure}是多少？"
    asked = old[-1] if old else None
    changed = follow_up.contrasted(earlier, fragment, asked, vocabulary) or follow_up.verb_replaced(
        earlier, fragment
    )
    if changed is None and not vocabulary.find(fragment):
        changed = (
            follow_up.purpose_replaced(earlier, fragment)
            or follow_up.same_head(earlier, fragment, asked)
            or follow_up.english_part(earlier, fragment, asked)
        )
    if changed is not None:
        return changed
    if counted := _counted_replaced(earlier, fragment, asked):
        return counted
    if old:
        start, end = old[-1].start, old[-1].end
        for mention in reversed(old[:-1]):
            if start - mention.end <= 1:
                start = mention.start
        return earlier[:start] + fragment + earlier[end:]
    return _object_replaced(earlier, fragment)


_OF_ALL = ("总量", "总额", "规模")
_NEW = re.compile(r"(?:累计|总共|一共)?(?:新增|净增|新登记|新设立?|新注册)的?(?=[\u3400-\u9fff]{2,8}$)")
_GROWS = re.compile(r"\s*(?:的)?(?:实际|同比)?(?:增长率|增长|增速|增幅|涨幅|上涨|降幅|下降|降低)")
_GROWTH_SET = re.compile(
    r"(?:的)?(?:年度|预期|控制|调控|计划)*(?:增长|增速|增幅|涨幅|上涨)(?:的)?(?:预期|控制)?(?:目标|计划)"
)
_ENGLISH_GROWS = re.compile(r"\b(?:growth|grow|grew|rise|rose|increase[ds]?)\b", re.IGNORECASE)


def _planned_or_actual(
    earlier: str, old: IndicatorMention, known_regions: Sequence[str], *, planned: bool
) -> str:
    """The target of what was asked for before, or what came of it: a rate where a rate was asked for."""
    if detect_language(earlier) == "en":
        growth = (
            " growth" if _ENGLISH_GROWS.search(without(earlier, [old])) and not old.indicator.rate else ""
        )
        where = " ".join(f"in {m.text}" for m in _regions(earlier, known_regions)[:1])
        when = " ".join(f"in {m.text}" for m in find_periods(earlier)[:1] if m.kind != "report")
        name = re.sub(r"\s*\bgrowth$", "", old.text) if growth else old.text
        asked = (
            f"What was the target for {name}{growth}" if planned else f"What was the actual {name}{growth}"
        )
        return " ".join(filter(None, (asked, where, when))) + "?"
    grows = _GROWS.match(earlier, old.end)
    moved = re.sub("的|实际|同比|\\s", "", grows[0]) if grows else ""
    if not moved and not planned and not old.indicator.rate and _GROWTH_SET.match(earlier[old.end :]):
        moved = "增长"  # 预期增长目标, and what came of it
    if planned:
        return (
            f"{earlier[: old.end]}{moved}的目标是多少？" if moved else f"{earlier[: old.end]}的目标是多少？"
        )
    return f"{earlier[: old.end]}实际{moved}多少？" if moved else f"{earlier[: old.end]}实际是多少？"


_COUNTED_OBJECT = re.compile(r"(?:多少|几)[^\s，。？?]{0,3}?[家个项户人名位]([\u3400-\u9fffA-Za-z“”‘’]+)")


def _counted_replaced(earlier: str, fragment: str, old: IndicatorMention | None) -> str | None:
    """The words counted ("多少个…团队") give way as a whole, of which the vocabulary may know a part."""
    match = _COUNTED_OBJECT.search(earlier)
    if match is None or not words.content_terms(match[1]):
        return None
    if old is not None and not (match.start(1) <= old.start and old.end <= match.end(1)):
        return None
    return earlier[: match.start(1)] + fragment + earlier[match.end(1) :]


_ENGLISH_COUNTED = re.compile(
    r"(?P<how>\s*how many )(?P<what>[^?]+?)(?P<rest> (?:are|were|did|do|does|has|have|had|can|could|will)\b.*)",
    re.IGNORECASE,
)


def _object_replaced(earlier: str, fragment: str) -> str:
    """Outside the vocabulary: the words before "有多少", or behind "how many", give way."""
    if (counted := _ENGLISH_COUNTED.match(earlier)) and not re.search(r"\d|\bhow\b|\bwhat\b", fragment):
        return f"{counted['how']}{fragment}{counted['rest']}"
    if words.QUANTITY_QUESTION.search(fragment):
        return f"{fragment}，{earlier}"
    asked = re.search(r"(?:有|是|为|达到?)*(?:多少|几)", earlier)
    if asked:  # the words before it, after 的, the time and the place
        spoken = [m.end for m in find_periods(earlier)] + [m.end for m in _regions(earlier)]
        spoken = [end for end in spoken if end <= asked.start()]
        start = max([0, *spoken, earlier.rfind("的", 0, asked.start()) + 1])
        if re.fullmatch(r"[\u3400-\u9fffA-Za-z“”]{2,16}", earlier[start : asked.start()]):
            return earlier[:start] + fragment + earlier[asked.start() :]
    return f"{fragment}，{earlier}"
