"""Names, dates, places, lists and meanings read off a sentence by code, where the question's form fixes their place.

A sentence may answer if it carries the question's other content words. What is asked then stands where the question
word stands: before the verb, behind it, beside the noun it is the name of. Two different answers: none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from index.periods import find_periods
from index.regions import find_regions
from rag.evidence import Sentence, squeeze
from rag.named_question import GENERAL_NOUNS, NUMERALS, WORD_LISTS, NamedQuestion
from rag.word_coverage import contained

LEAST_SHARE = 0.8  # of the question's words that the group of clauses must carry
LEAST_DRAFT = 0.6  # for a draft that the model judges
_LONGEST_NAME, _LONGEST_LIST = 24, 90

# Verbs that reports use for one another.
_ALIKE = tuple(frozenset(group.split()) for group in WORD_LISTS["alike"])
_FIRST = re.compile(
    r"首[个张款家座条台颗部项艘枚批位次例单只创]?|第一[个张款家座条台颗部项艘枚批位次]|最早|率先|唯一"
)
_DATE = re.compile(
    r"(?:\d{4}\s*年\s*)?\d{1,2}\s*月(?:\s*\d{1,2}\s*[日号])?(?:\s*(?:至|到|[-—~－–])\s*(?:\d{4}\s*年\s*)?(?:\d{1,2}\s*月\s*)?\d{1,2}\s*[日号])?"
    r"|\d{4}\s*年(?:[底末初])?|[〇零一二三四五六七八九]{4}年(?:[一二三四五六七八九十]{1,2}月(?:[一二三四五六七八九十]{1,3}[日号])?)?"
)
_NAME_BEFORE = re.compile(
    r"(?:《[^》]{1,40}》|“[^”]{1,20}”(?:[一二三四五六七八九十\d]*号|[一二三四五六七八九十\d]+)?|[A-Za-z][A-Za-z0-9\-]{1,15}|[\u4e00-\u9fff]{2,6}号)$"
)
_NAME_AFTER = re.compile(
    r"^(?:《[^》]{1,40}》|“[^”]{1,20}”(?:[一二三四五六七八九十\d]*号|[一二三四五六七八九十\d]+)?|[（(][^（）()]{2,20}[）)]|[A-Za-z][A-Za-z0-9\-]{1,15})"
)
# Where a name behind its noun ends.
_ENDS_NAME = re.compile(
    r"获批|获颁|获得|获|成为|成功|实现|投入|建成|入选|荣获|完成|正式|被|已|将|在|于|为|是|由|从|与|和|及|的|顺利|首次|上市|发布|开工|落地|开通|投产|交付|[，,。；;：:、（(）)]|$"
)
_BREAK = re.compile(r"[，,。；;：:！？!?\n]")
_LEADS_IN = re.compile(
    r"立足|依托|紧扣|瞄准|聚焦|围绕|发展|培育|打造|形成|推进|实施|包括|包含|涵盖|涉及|分别为|分别是|构建|建设|做强|做大|壮大|突出|坚持|加快|以|由|是|为|即|有|含|向|把|将|在|对"
)
_TRIM_HEAD = re.compile(
    r"^(?:[\s，,、]|其中|目前|同时|今年|去年|近年来|并|且|而|又|也|还|再|即|如|以及|和|与|由|让|使|把|将|对|为|于|给|了|至|到|从|是|在(?!线)|向|的|地)+"
)
_TRIM_TAIL = re.compile(
    r"(?:[\s、]|就|实现|获得|完成|取得|达到|在|于|已|正式|成功|率先|首次|又|也|均|都|的|被|由|将|为|是|了|等|分别|先后|顺利|联合|共同|再次|再|还|并|全面|新|开始|自主|与|和|同)+$"
)
_NOBODY = re.compile(
    r"^(?:我国|中国|全国|我市|全市|我省|全省|全区|我区|我们|这|该|此|其|它|他|自主|国内|世界)$"
)


@dataclass(frozen=True, slots=True)
class Found:
    """Words of a sentence that stand where the question asks, and the share of its words carried around them."""

    text: str
    sentence: Sentence
    share: float
    exact: bool  # every noun of the question carried, and a place for the answer that its form fixes


def named_answers(question: NamedQuestion, sentences: Sequence[Sentence]) -> list[Found]:
    """What sentences answer, best first; several of the same share and different words where it is open."""
    found: list[Found] = []
    for sentence in sentences:
        for group in _groups(sentence.text):
            share, exact = _carried(question, group)
            if share < LEAST_DRAFT:
                continue
            for text in _candidates(question, group):
                found.append(Found(text, sentence, share, exact and share >= LEAST_SHARE))
    return sorted(found, key=lambda one: (not one.exact, -one.share))


def only_answer(found: Sequence[Found]) -> Found | None:
    """The one answer that all exact finds of the best share agree on; one that holds another is the fuller."""
    exact = [one for one in found if one.exact]
    if not exact:
        return None
    best = [one for one in exact if one.share >= exact[0].share - 0.02]
    fullest = max(best, key=lambda one: len(one.text))
    agreed = all(squeeze(one.text) in squeeze(fullest.text) for one in best)
    return fullest if agreed else None


def _groups(text: str) -> Iterator[str]:
    """A sentence cut at semicolons: clauses that share a subject."""
    for piece in re.split(r"[。；;\n]", text):
        if piece.strip():
            yield piece.strip()


def _says(term: str, text: str) -> bool:
    if contained(term, text) > 0.8 or (len(term) > 2 and _abbreviated(term, text)):
        return True
    return any(term in group and any(other in text for other in group) for group in _ALIKE)


def _abbreviated(term: str, text: str) -> bool:
    """世博会 for 世界博览会: its characters in order, at most two left out between them."""
    if not re.fullmatch(r"[\u4e00-\u9fff]{3,6}", term):
        return False
    return re.search("[\\u4e00-\\u9fff]{0,2}?".join(map(re.escape, term)), text) is not None


def _defined(term: str, group: str) -> bool:
    """“两减”，即…; “两减”（…）: the term in quotation marks, told what it stands for."""
    return bool(re.search(rf"[“\"]{re.escape(term)}[”\"](?:[，,]?即|是指|指的是|[（(])", group))


def _carried(question: NamedQuestion, group: str) -> tuple[float, bool]:
    """Share of the words that stand in the group; and whether none but a verb or two is missing."""
    terms = [*question.terms, *(question.quoted.split("、") if question.quoted else [])]
    if question.form in ("name", "list") and question.noun not in ("", *GENERAL_NOUNS):
        noun = question.noun  # of "which scientist" the report may say only who
        terms += [] if any(part in noun for part in terms) else [noun]
    if question.form == "meaning" and question.quoted and _defined(question.quoted, group):
        terms = question.quoted.split("、")  # a term between marks, and what it is right behind it
    total = sum(min(len(term), 4) for term in terms)
    if not total:
        return 0.0, False
    missing = [term for term in terms if not _says(term, group)]
    share = 1 - sum(min(len(term), 4) for term in missing) / total
    if len(terms) < 2 and total < 4 and not (question.quoted and _defined(question.quoted, group)):
        return share, False  # one short word stands in too many sentences
    whole = not missing or (
        len(missing) == 1 and len(terms) > 3 and not re.search(r"[A-Za-z0-9]", missing[0])
    )
    first = not question.first or bool(_FIRST.search(group))
    return share if first else share * 0.5, whole and first


_COUNTS = re.compile(
    r"[破超逾达近约过为增降升占](?:[\d.]+|[一二三四五六七八九十百千两]+)?[万亿千百]|\d[\d.]*(?:%|％|[万亿]|个百分点)|百分之"
)


def _candidates(question: NamedQuestion, group: str) -> list[str]:
    ways: dict[str, Callable[[NamedQuestion, str], Iterator[str]]] = {
        "name": _beside_noun, "which": _which, "who": _by_place, "when": _dates, "where": _places,
        "list": _lists, "meaning": _meanings,
    }  # fmt: skip
    given = squeeze("".join(question.terms))
    kept = []
    for text in ways[question.form](question, group):
        text = _TRIM_TAIL.sub("", _TRIM_HEAD.sub("", text.strip())).strip()
        bare = re.sub(r"[^\w、]", "", text)
        if len(bare) < 2 or bare in given or _NOBODY.match(bare) or bare == question.noun:
            continue
        if question.form in ("name", "which", "who") and _COUNTS.search(text):
            continue  # 月产破万辆 tells how many, and names nothing
        if text.count("“") != text.count("”"):
            text = text.strip("“”")
        if text.count("“") == text.count("”"):
            kept.append(text)
    return list(dict.fromkeys(kept))


_HAVE_TITLES = (
    "法律", "草案", "条例", "法规", "规定", "纲要", "规划", "文件", "意见", "办法", "方案", "计划",
    "决定", "书", "报告", "公约", "协定", "协议",
    "宣言", "公报", "声明",
)  # fmt: skip
_TITLE = re.compile("《[^》]{2,40}》")


def _which(question: NamedQuestion, group: str) -> Iterator[str]:
    if question.noun.endswith(
        _HAVE_TITLES
    ):  # a law, a plan: the one title of the clauses that carry the words
        titles = list(dict.fromkeys(m[0] for m in _TITLE.finditer(group)))
        if len(titles) == 1 and squeeze(titles[0].strip("《》")) not in squeeze("".join(question.terms)):
            yield titles[0]
            return
    specific = question.noun and question.noun not in GENERAL_NOUNS
    beside = list(_beside_noun(question, group)) if specific else []
    yield from beside or _by_place(question, group)


def _beside_noun(question: NamedQuestion, group: str) -> Iterator[str]:
    """A name right before or right behind the noun it is the name of."""
    noun = question.noun
    for start in range(max(1, len(noun) - 1)):
        tail = noun[start:]
        places = [m.start() for m in re.finditer(re.escape(tail), group)]
        if not places:
            continue
        for place in places:
            if before := _NAME_BEFORE.search(group[:place]):
                yield before[0]
            rest = group[place + len(tail) :]
            if after := _NAME_AFTER.match(rest):
                yield after[0].strip("（）()")
                continue
            end = _ENDS_NAME.search(rest)
            assert end is not None
            if 2 <= end.start() <= 10 and question.form == "name":
                yield rest[: end.start()]
        return


def _by_place(question: NamedQuestion, group: str) -> Iterator[str]:
    """The words that stand in the clause where the question word stands: before the verb, or behind it."""
    clauses = [piece for piece in _BREAK.split(group) if piece.strip()]
    if question.verb_before in _WITH:
        for clause in clauses:
            said = [term for term in question.after if _where(term, clause) is not None]
            if 2 * sum(map(len, said)) <= sum(map(len, question.after)):
                continue
            if match := re.search(rf"(?:与|和|跟|同|联合)([^，,。]{{2,{_LONGEST_NAME + 16}}})", clause):
                stop = _first_of(question.after, match[1])
                about = re.search("就|在|围绕|共同|联合|合作", match[1])
                stops = [at for at in (stop, about.start() if about else None) if at is not None and at >= 2]
                if stop is not None and stops:
                    yield match[1][: min(stops)]
        return
    if question.after:
        for clause in clauses:
            said = [term for term in question.after if _where(term, clause) is not None]
            if 2 * sum(map(len, said)) <= sum(map(len, question.after)):
                continue
            stop = _first_of(question.after, clause)
            by = re.search("(?:由|被)", clause)
            if stop and by and by.end() < stop:
                yield clause[by.end() : stop]
            elif stop and stop <= _LONGEST_NAME + 8:
                yield _without_time(clause[:stop])
        return
    for clause in clauses:
        said = [term for term in question.before if _where(term, clause) is not None]
        if 2 * sum(map(len, said)) <= sum(map(len, question.before)) or question.before[-1] not in said:
            continue  # what is asked stands beside the word before the question word
        first, last = _first_of(question.before, clause) or 0, _last_of(question.before, clause) or 0
        head, tail = _without_time(clause[:first]), clause[last:]
        if len(_TRIM_TAIL.sub("", head)) < 2 <= len(tail) <= _LONGEST_NAME + 2:
            yield tail
        elif len(_TRIM_HEAD.sub("", tail)) < 2 <= len(head) <= _LONGEST_NAME + 2:
            yield head  # X获颁证书 for 证书发给了谁


_WITH = ("与", "和", "跟", "同", "联合", "携手")


def _where(term: str, text: str) -> tuple[int, int] | None:
    """Where the term, or a verb alike, stands."""
    at = text.find(term)
    if at >= 0:
        return at, at + len(term)
    for group in _ALIKE:
        if term in group:
            spots = [(text.find(other), len(other)) for other in group if other in text]
            if spots:
                place, length = min(spots, key=lambda spot: (spot[0], -spot[1]))
                return place, place + length
    return None


def _first_of(terms: Sequence[str], text: str) -> int | None:
    spots = [spot[0] for term in terms if (spot := _where(term, text)) is not None]
    if first := _FIRST.search(text):
        spots.append(first.start())
    return min(spots, default=None)


def _last_of(terms: Sequence[str], text: str) -> int | None:
    return max((spot[1] for term in terms if (spot := _where(term, text)) is not None), default=None)


def _without_time(text: str) -> str:
    """Without a time at its beginning: "2023年6月，…"."""
    for mention in find_periods(text):
        if not text[: mention.start].strip("在到截至 ，,"):
            return text[mention.end :].lstrip("，, 份底末日")
    return text


def _dates(question: NamedQuestion, group: str) -> Iterator[str]:
    given = squeeze("".join(question.terms))
    dates = [match[0] for match in _DATE.finditer(group) if squeeze(match[0]) not in given]
    if question.day:
        dates = [date for date in dates if re.search("[日号]$", date)]
    if len(dates) == 1:
        yield dates[0]


def _places(question: NamedQuestion, group: str) -> Iterator[str]:
    given = "".join(question.terms)
    found = list(
        dict.fromkeys(
            m.text for m in find_regions(group) if m.text not in given and not _NOBODY.match(m.text)
        )
    )
    if len(found) == 1:
        yield found[0]
    elif match := re.search(
        rf"(?:在|于)([^，,。在于]{{2,{_LONGEST_NAME}}}?)(?:正式|成功|隆重)?(?:举行|举办|召开|开幕|开工|落户|落地|建成|揭牌)",
        group,
    ):
        yield match[1]


_ITEM = r"(?:《[^》]{1,40}》|“[^”]{1,20}”[^、，,。；;：:（）()“”]{0,12}|[^、，,。；;：:（）()“”]{1,24})"
_ENUMERATION = re.compile(rf"{_ITEM}(?:、{_ITEM})+(?:(?:和|与|及|以及){_ITEM})?")


def _lists(question: NamedQuestion, group: str) -> Iterator[str]:
    """An enumeration right before the noun it lists, or behind 包括, 即, a colon or a bracket after it."""
    noun = re.sub(r"^(?:[两二三四五六七八九十]|\d+)(?:大|个|项|种|类|家|座|条)?", "", question.noun)
    places = [m.start() for m in re.finditer(re.escape(noun), group)] if len(noun) > 1 else []
    for place in places:
        if last := _enumeration_before(group[:place]):
            yield from _listed(question, last)
        rest = group[place + len(noun) :]
        lead = re.match(r"[^，,。、]{0,6}?(?:包括|包含|涵盖|分别是|分别为|即|是|为|有|[：:（(]|——)+", rest)
        if lead and (behind := _ENUMERATION.match(rest, lead.end())):
            yield from _listed(question, behind[0])
    if not places and (question.count or 0) > 1:  # 哪两个机关: so many names where the question word stands
        for text in _by_place(question, group):
            if len([piece for piece in _BETWEEN.split(text) if len(piece) > 1]) == question.count:
                yield text


_BETWEEN = re.compile(r"、|和|与|及|以及|联合|携手|会同")
_COUNT_BEFORE_NOUN = re.compile(
    r"(?:等)?(?:为代表|为主导|为主|为重点)?(?:的)?(?:等)?(?:[两二三四五六七八九十]|\d+)?(?:大|个|项|种|类|家|座|条|位)?(?:重点|主要)?(?:的)?$"
)


def _enumeration_before(text: str) -> str:
    """The list that ends right where the text does, counting words between it and its noun aside; in quotes or not."""
    text = _COUNT_BEFORE_NOUN.sub("", text)
    if inside := re.search(r"“([^“”]+(?:、[^“”]+)+)”$", text):
        return inside[1]
    last = None
    for match in _ENUMERATION.finditer(text):
        last = match
    return last[0] if last is not None and last.end() == len(text) else ""


def _items(text: str) -> list[str]:
    """The items of a list, the last two of which 和 may join."""
    items = text.split("、")
    return [*items[:-1], *re.split(r"(?:以及|和|及)(?=[\u4e00-\u9fff“《])", items[-1])]


def _without_lead(text: str, known: Sequence[str] = ()) -> str:
    """The first item of a list without the verb that leads in to it."""
    for match in _LEADS_IN.finditer(text):
        rest = text[match.end() :]
        if len(rest) >= 2 and not any(squeeze(rest).startswith(term) for term in known):
            again = _LEADS_IN.match(rest)  # 加快|建设|…
            return rest[again.end() :] if again and len(rest) - again.end() >= 3 else rest
    return text


def _listed(question: NamedQuestion, text: str) -> Iterator[str]:
    """The items, the first without what leads in to it; as many as the question says."""
    items = text.split("、")
    if question.count and question.count not in (len(items), len(_items(text))):
        return
    first = _without_lead(items[0], [squeeze(term) for term in question.terms])
    said = "、".join([first, *items[1:]])
    if len(said) <= _LONGEST_LIST:
        yield said


_BOTH = re.compile("(?<=[\u4e00-\u9fff])和(?=[\u4e00-\u9fff])")
_SAYS_WHAT = re.compile(
    r"[^，,。]{0,6}?(?:（|\(|[，,]?即|是指|指的是|指|：|:|——|就是|^为)(?:是)?([^。；;）)]{2,60})"
)


def _meanings(question: NamedQuestion, group: str) -> Iterator[str]:
    """What a quoted term is said to be: behind 即, 是指, a colon or bracket; or the list right before it."""
    listed = list(_listed_by_marks(question, group))
    yield from listed
    if listed:
        return
    for match in re.finditer(rf"[“\"「『]?{re.escape(question.quoted)}[”\"」』]?", group):
        rest = group[match.end() :]
        if behind := _SAYS_WHAT.match(rest):
            yield behind[1]
        before = re.sub(r"(?:的|等)$", "", group[: match.start()])
        if last := _enumeration_before(before):
            wanted = re.search(r"[两二双三四五六七八九十]", question.quoted)
            count = question.count or (NUMERALS[wanted[0]] if wanted else None)
            counts = (last.count("、") + 1, len(_items(last)), len(_BOTH.split(last)) if "和" in last else 0)
            if count is None or count in counts:  # 双: A、B和C、D
                yield _without_lead(last)


def _listed_by_marks(question: NamedQuestion, group: str) -> Iterator[str]:
    """三个“一”: three items that all hold 一; 四个“地、极、区…”: four that end so, one each."""
    marks = question.quoted.split("、")
    count = question.count or 0
    if count < 2 or (len(marks) == 1 and len(marks[0]) > 1) or len(marks) not in (1, count):
        return
    marks = marks * count if len(marks) == 1 else marks
    for match in [*re.finditer(r"“([^“”]+(?:、[^“”]+)+)”", group), *_ENUMERATION.finditer(group)]:
        items = _items(match[1] if match.lastindex else match[0])
        items[0] = _without_lead(items[0])
        if len(items) != count:
            continue
        if all(mark in item for mark, item in zip(marks, items, strict=True)):
            yield "、".join(items)
            return
