"""Turns of phrase put the plain way before a question is read: 哪年更多, 原定…最后…, 发了多少电.

Each rule keeps every year, place and thing of the question; only how it is asked changes.
"""

from __future__ import annotations

import re

from index.periods import find_periods
from index.regions import find_regions
from index.vocabulary import Vocabulary
from rag import question_words as words
from rag.ask import without
from rag.question_asides import span_looked_back_on, without_asides
from rag.question_frames import framed
from rag.question_topics import by_other_names, with_topics
from rag.question_verbs import with_plain_verbs

_YEAR = r"(?:\d{4}年(?:底|末|上半年|下半年)?|去年|今年|前年)"
_WHICH_YEAR = re.compile(
    rf"(?P<years>(?:\d{{4}}年?|{_YEAR})(?:(?:和|与|跟|、|及|同)(?:\d{{4}}年?|{_YEAR}))+)(?:相比|之间|里|中|当中|比起来)?[，,]?"
    r"(?:哪一?年|哪个年份)(?:的)?(?P<what>[^，,。？?]+?)(?:更|较|比较|要)?(?:多|高|快|大|低|少|慢|小)(?:一些|些|一点)?(?P<rest>[，,？?].*)?$"
)
# 引进了多少个团队、多少名人才: two questions.
_AND_HOW_MANY = re.compile(
    r"(?<=[\u4e00-\u9fff])(?:、|和|以及|及)(?=(?:又)?(?:多少|几)[个家项名位人户所座台件套条辆只支张])"
)
# 用了多少国外贷款、吸收了多少外商投资: two questions.
_TWO_QUESTIONS = re.compile(
    r"(?P<first>(?:多少|几[个家项户人万亿成])[^，,。；;？?、]{0,16})、(?=[^，,。；;？?、]{2,16}(?:多少|几[个家项户人万亿成]))"
)
# What was meant to be, and what came of it.
_MEANT = re.compile(
    r"(?:原定|原先?计划|原来(?:打算|计划|设想|安排)|原设想|原打算|本来(?:打算|计划|想)|起初计划)"
)
_CAME_OF_IT = re.compile(r"(?:最后|最终|结果(?!分别|各)|真正|事实上|到头来)(?=[^，,。？?]*(?:多少|几))")
_THEN_COMPARED = re.compile(
    rf"^(?P<main>[^。]*?(?:多少|几)[^，,。？?]*)[，,？?]\s*(?P<against>(?:同|与|跟|和)(?:{_YEAR}|上年|前一年))(?:相比|比|比较|比起来)(?:呢|如何|怎么样|变化(?:如何|多少)?)?[？?。]?$"
)
_SPAN = re.compile(r"(?:过去|近|最近|这|前)?[二两三四五六七八九十]年(?:间|来|里)")
_UP_TO = re.compile(r"[（(]?(?:截?至|到)(?P<year>\d{4})年(?:底|末)?(?:为?止)?[）)](?=[。？?]?$)")
# A verb with its object behind the question word: 发了多少电 is 发电量, 招了多少新生 is 招生.
_VERB_OBJECT = re.compile(
    r"(?P<verb>[\u4e00-\u9fff])(?:了|出了?|出来)?(?P<asks>多少(?:亿|万)?(?:度|吨|斤|公斤|人|辆|台|元|套|头|千瓦时)?)(?P<object>[\u4e00-\u9fff]{1,2})(?=[，,。？?]|$)"
)

# 2013年的增速比2014年快多少, 增速，较上一年回落了多少个百分点: rates of growth differ by percentage points.
_RATE_AGAINST = re.compile(
    rf"(?P<rate>增速|增幅|涨幅|降幅|增长率|增长速度)[，,]?(?P<than>[比较](?:{_YEAR}|上年|上一年|前一年)(?:的|的增速)?)"
    r"(?P<moved>快|慢|高|低|回落|放缓|放慢|加快|提高|下降|上升|收窄|扩大)(?:了|出)?(?:多少|几)(?:个?(?:百分)?点)?(?=[？?。]?$)"
)

# 进出口额有多大: the amount is a noun.
_HOW_LARGE = re.compile("(?<=[额量值数])(?:究竟|到底)?有多[大高](?=[？?。，,]|$)")
# （未扣除价格因素）: as it is stated, unless something else is asked for.
_NOT_DEDUCTED = re.compile(
    r"[，,]?(?:[（(](?:未|没有|不)(?:扣除|剔除|考虑)[^（()）]{0,16}(?:因素|影响)[）)]|(?:未|没有|不)(?:扣除|剔除|考虑)[^，,？?]{0,12}(?:因素|影响)(?:后|时)?[，,]?)"
)
# 消费对我国经济增长的贡献率: whose growth it is, the report says.
_WHOSE_GROWTH = re.compile(
    "(?<=对)(?:我国|中国|全国|国民)的?(?=(?:经济|GDP|国内生产总值)(?:增长)?的?(?:贡献|拉动))"
)

_BARE_GROWTH = re.compile(r"\b(?:economic )?growth\b", re.IGNORECASE)
_ABOUT_GROWTH = words.ENGLISH_FUNCTION_WORDS | {
    "growth",
    "economic",
    "economy",
    "chinese",
    "national",
    "country",
    "goal",
    "target",
    "plan",
    "rate",
    "year",
    "meet",
    "met",
    "outcome",
    "actual",
    "expected",
    "average",
    "annual",
    "expect", "set", "government", "authorities", "aim", "aims", "aimed", "officially", "fixed", "report", "work",
}  # fmt: skip


_ENROL = re.compile(
    r"\bhow many (?:new )?(?:students|freshmen|undergraduates) (?:did|were) "
    r"(?=[^?]*\b(?:higher|universit|college))[^?]*?\b(?:enrol|admit|recruit|take in)\w*",
    re.IGNORECASE,
)
# "How fast did the economy grow"; the digital economy is a part of it.
_ECONOMY_GREW = re.compile(
    r"(?<=\b[Tt]he )(?:whole |overall |national |Chinese )?economy(?= (?:grow|grew|expand|growing))"
    r"|(?<=\bChina )economy(?= (?:grow|grew|expand))|\beconomy(?= as a whole (?:grow|grew|expand))"
)
_TO_BE_DONE = re.compile(
    r"\b(?:was|were|is|are) to be (?:completed|carried out|made|reached|achieved|spent)\b", re.IGNORECASE
)
_REPORT = re.compile(r"\b(?:the )?(?:government )?work reports?\b", re.IGNORECASE)


_FIRMS = re.compile(r"\b(?P<kind>[A-Za-z-]+(?: [A-Za-z-]+)?) (?:companies|firms|businesses)\b")
_OWN_NOUN = re.compile(r"\b(?:its|their) (?P<noun>[a-z]+)\b")


def _plain_firms(text: str, vocabulary: Vocabulary) -> str:
    """foreign-invested companies as the enterprises that the vocabulary knows."""

    def put(match: re.Match[str]) -> str:
        words_of_kind = match["kind"].split(" ")
        for start in range(len(words_of_kind)):
            kind = " ".join(words_of_kind[start:])
            if vocabulary.lookup(match[0][len(match["kind"]) - len(kind) :]) is not None:
                return match[0]
            if vocabulary.lookup(f"{kind} enterprises") is not None:
                return f"{match['kind']} enterprises"
        return match[0]

    return _FIRMS.sub(put, text)


def _with_own_noun(text: str, vocabulary: Vocabulary) -> str:
    """budget expenditure exceeds its revenue: budget revenue."""
    own = _OWN_NOUN.search(text)
    named = list(vocabulary.find(text[: own.start()])) if own else []
    if own is None or not named or " " not in named[-1].text:
        return text
    name = f"{named[-1].text.rpartition(' ')[0]} {own['noun']}"
    return f"{text[: own.start()]}{name}{text[own.end() :]}" if vocabulary.lookup(name) is not None else text


def reworded_english(text: str, vocabulary: Vocabulary) -> str:
    """The English question with what it leaves unsaid: growth of nothing named is that of the economy."""
    text = _plain_firms(_with_own_noun(text, vocabulary), vocabulary)
    text = _ENROL.sub("What was the college enrolment", text)
    text = _REPORT.sub("report", span_looked_back_on(text))
    text = _ECONOMY_GREW.sub("GDP", text)
    text = _TO_BE_DONE.sub("was planned", text)
    if _BARE_GROWTH.search(text) and not vocabulary.find(text):
        left = without(text, [*find_periods(text), *find_regions(text)])
        if set(words.english_content_words(left)) <= _ABOUT_GROWTH:
            text = _BARE_GROWTH.sub("GDP growth", text, count=1)
    return text


def reworded(text: str, vocabulary: Vocabulary) -> str:
    """The Chinese question in plainer words; unchanged where no rule fits."""
    text = by_other_names(with_plain_verbs(with_topics(text), vocabulary), vocabulary)
    text = framed(without_asides(text, vocabulary), vocabulary)
    text = _AND_HOW_MANY.sub("，", text)
    text = _TWO_QUESTIONS.sub(lambda m: f"{m['first']}，", text)
    text = _WHICH_YEAR.sub(lambda m: f"{m['years']}{m['what']}相差多少？", text)
    text = _WHOSE_GROWTH.sub("", _NOT_DEDUCTED.sub("", text))
    text = _HOW_LARGE.sub("是多少", text)
    text = _RATE_AGAINST.sub(r"\g<rate>\g<than>\g<moved>多少个百分点", text)
    if _MEANT.search(text) or words.TARGET.search(text):
        text = _CAME_OF_IT.sub("实际", _MEANT.sub("计划", text))
    match = _THEN_COMPARED.match(text)
    if match and not words.GROWTH.search(match["main"]):
        text = f"{match['against']}相比，{match['main']}？"
    if (span := _SPAN.search(text)) and (end := _UP_TO.search(text, span.end())):
        stem = text[: end.start()] + text[end.end() :]
        text = f"{stem[: span.end()]}（到{end['year']}年）{stem[span.end() :]}"
    return _VERB_OBJECT.sub(lambda m: _named(m, vocabulary), text)


def _named(match: re.Match[str], vocabulary: Vocabulary) -> str:
    """发了多少电 as 发电量…多少, if the vocabulary has such a name."""
    for name in (f"{match['verb']}{match['object']}量", f"{match['verb']}{match['object']}"):
        if vocabulary.lookup(name) is not None:
            return f"{name}是{match['asks']}"
    return match[0]
