"""What a question for a name, a time, a place, a list or a meaning asks for: its form, its noun, its other words.

Question words, classifiers and the general nouns for kinds of things are closed classes; nothing else is listed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import rjieba

from index.periods import find_periods
from index.regions import find_regions
from rag import question_words as words
from rag.ask import names_a_place, without

Form = Literal["name", "which", "who", "when", "where", "list", "meaning"]

_C = "[款家个位部项所座种名艘张条支件届颗枚台类份场批对只首次回轮期]"  # classifiers
_SO_MANY = rf"哪[几两二三四五六七八九十]{_C}?(?:大)?"
_NAMED = "叫做?|叫作|称为|称作|命名为|名为|名称是|名字是|名叫"
_FORMS: tuple[tuple[Form, re.Pattern[str]], ...] = (
    ("when", re.compile(
        r"(?:是)?(?:在)?(?:什么|哪一?个?|何)(?:时候|时间|年份|日期|时)|(?:是)?(?:在)?哪一?[年月天日](?!度)"
        r"|(?:是)?(?:在)?几月(?:几[日号])?")),
    ("where", re.compile(
        r"(?:是)?(?:在|到|至)?(?:哪里|哪儿|何处|何地|什么地方"
        r"|哪一?(?:个|座)?(?P<where>城市|国家|省份|省|市|县|区|地方|地区|州))")),
    ("meaning", re.compile(
        rf"(?<=[”\"」』])[^，,。]{{0,8}}?(?:分别|都)?(?:是|指|包括)(?:的)?(?:{_SO_MANY}|什么|哪些)(?:意思|含义)?(?=[^，,。]{{0,4}}$)"
        r"|(?:指|指的|意思|含义|意)(?:是)?(?:的)?(?:什么|啥|哪些|哪几\w{1,3})|(?:含义|意思|定义)(?:是)?(?:什么)?$"
        r"|(?:是|又)?(?:怎样|怎么|如何)(?:定义|界定|解释)的?$|^(?:什么是|什么叫|何谓)")),
    ("name", re.compile(
        rf"(?:的)?(?:名称|名字|全称|全名|名)?(?:被|又|命名|是|取名|定名)*(?:{_NAMED})(?:什么|啥)(?:名字|名称|名)?"
        r"|(?:的)?(?:名称|名字|全称|全名)(?:是|为|叫)?(?:什么|啥)?$")),
    ("list", re.compile(
        rf"(?:都)?(?:分别)?(?:是|有|为|包括|包含|涵盖|涉及|指)(?:了)?(?:哪些|{_SO_MANY}|什么(?=$))(?=[^，,。]{{0,6}}$)"
        rf"|由(?:哪些|{_SO_MANY})(?=[^，,。]{{0,8}}(?:组成|构成))|哪些|{_SO_MANY}")),
    ("which", re.compile(
        rf"(?:是)?哪一?{_C}[\u4e00-\u9fff]{{0,4}}的(?:什么|哪一?{_C})|(?:是)?哪一?{_C}|(?:是)?(?:什么|何种|哪种)")),
    ("who", re.compile(r"(?:是)?(?:谁|何人)")),
)  # fmt: skip
WORD_LISTS = json.loads(Path(__file__).with_name("named_words.json").read_text(encoding="utf-8"))
# Nouns that say of what kind the answer is, not what it is called.
GENERAL_NOUNS = frozenset(WORD_LISTS["general_nouns"].split())
_QUANTITIES = frozenset(WORD_LISTS["quantities"].split())
# Light in a question for a figure, telling here.
_TELLING = frozenset(WORD_LISTS["telling_verbs"].split())
_LEFT_OUT = frozenset(WORD_LISTS["left_out"].split())
_STOP_TAGS = frozenset({"v", "p", "d", "c", "u", "ul", "uj", "uz", "ug", "r", "x", "y", "w"})
_NOT_CONTENT = frozenset({"u", "uj", "ul", "uz", "ug", "p", "c", "r", "x", "y", "e", "o", "f", "d", "w", "t"})
_FIRST = re.compile(
    r"第一(?=[个张款家座条台颗部项艘枚批位次])[\u4e00-\u9fff]?|首(?=[个张款家座条台颗部项艘枚批位次例单])[\u4e00-\u9fff]|首次|最早"
)


@dataclass(frozen=True, slots=True)
class NamedQuestion:
    """`before` and `after` are the content words on either side of what is asked, `noun` the kind of it."""

    form: Form
    noun: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    count: int | None = None  # 三大产业, 哪两个
    quoted: str = ""  # “三主”: the term whose meaning is asked
    verb_before: str = ""  # 由, 与, 跟: how what is asked is joined to what stands before
    first: bool = False  # 首个, 首次, 第一: must be said
    day: bool = False  # 哪一天, 几月几日: a year alone does not tell

    @property
    def terms(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.before, *self.after)))


NUMERALS = {
    "两": 2,
    "二": 2,
    "双": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
}


def named_question(text: str, known_regions: Sequence[str] = ()) -> NamedQuestion | None:
    """The form of a Chinese question that asks for no quantity; None where none is recognised."""
    text = _asked_first(text.strip().rstrip("?？。！ "))
    for form, pattern in _FORMS:
        found = list(pattern.finditer(text))
        if not found:
            continue
        match = found[-1]
        if _ASKS.search(text[: match.start()]) or _ASKS.search(text[match.end() :]):
            return None  # two things are asked at once
        question = _built(text, form, match, known_regions)
        if question is not None:
            return question
    return None


_NOUN_LAST = re.compile(r"^(?P<what>[^，,。]{2,24}?)的(?P<noun>[\u4e00-\u9fff]{2,8})$")
_ASKED_LAST = re.compile(
    rf"^(?P<rest>[^，,。]{{4,}}?)的(?P<noun>[\u4e00-\u9fff]{{2,6}})(?:是|为)(?:谁|什么|哪一?(?P<each>{_C}))$"
)
_PERSON = re.compile(r"(?:者|家|人|员|长|手|师|士|将|生|授|院士)$")


def _asked_first(text: str) -> str:
    """获得某奖的科学家是谁 as 哪位科学家获得某奖: whoever did what the clause before 的 tells."""
    match = _ASKED_LAST.match(text)
    if match is None or not (match["noun"] in GENERAL_NOUNS or _PERSON.search(match["noun"])):
        return text
    when = [m for m in find_periods(match["rest"]) if m.start == 0]
    lead = match["rest"][: when[0].end] if when else ""
    done = match["rest"][len(lead) :]
    if not done or not rjieba.tag(done)[0][1].startswith("v"):
        return text  # 公司量产的车型是什么: what was done to it
    each = match["each"] or ("位" if match["noun"] not in GENERAL_NOUNS else "个")
    return f"{lead}哪{each}{match['noun']}{done}"


_ASKS = re.compile(r"谁|什么|啥|多少|哪|何(?!况)|怎么|怎样|如何|为什么|几(?=[个家项位种条座年月天次])")
_PLACE_OR_BODY = "城市|国家|省|市|县|地方|会议|公司|企业|单位|机构|部门|大学|学校|产品|项目"
_PHRASE = re.compile(
    r"(?:是)?(?:在|由|从|于)?(?:(?:什么|哪一?个?|何)(?:时候|时间)|何时|何地|何处|谁|哪里|哪儿|什么地方"
    rf"|哪一?[年月天日]|哪一?{_C}(?:{_PLACE_OR_BODY})?)"
)
_JOINED = re.compile(r"[、，,]?(?:又|并|以及|和|及|与)?")


def asked_twice(text: str) -> tuple[str, ...]:
    """ "是哪一天、在哪座城市开的" as two questions, each with all the rest; else the question itself."""
    text = text.strip().rstrip("?？。 ")
    found = list(_PHRASE.finditer(text))
    if len(found) == 2:
        first, second = found
        between = text[first.end() : second.start()]
        if between and _JOINED.fullmatch(between):
            tail = text[second.end() :]
            return text[: first.end()] + tail, text[: first.start()] + second[0] + tail
    return (text,)


def _built(text: str, form: Form, match: re.Match[str], known_regions: Sequence[str]) -> NamedQuestion | None:
    head, tail = text[: match.start()], text[match.end() :]
    noun = ""
    if form == "which" and re.fullmatch("型号|名字|名称|牌子|品牌", tail) and match[0].startswith("是"):
        form, tail = "name", ""  # 下线的客机是什么型号
    if form in ("which", "list") and tail:
        noun, tail = _leading_noun(tail)
        if not noun and form == "which" and (last := _NOUN_LAST.match(tail)):
            noun, tail = last["noun"], last["what"]  # 哪部针对分裂势力的法律草案
    if form in ("name", "list") and not noun:
        noun = _trailing_noun(head)
    if form == "where":
        noun = match.groupdict().get("where") or ""
    if noun in _QUANTITIES:
        return None  # 达到什么水平 asks for a figure
    quotes = list(re.finditer(r"[“\"「『]([^”\"」』]{1,24})[”\"」』]", text))
    quoted = quotes[-1] if quotes else None
    if (
        form == "list"
        and quoted is not None
        and quoted.start() >= match.end()
        and match.end() + 1 >= quoted.start()
    ):
        form = "meaning"  # 哪四个“地、极、门户、区”
        noun = tail = ""
    if form == "meaning" and len(tail) <= 4:
        tail = ""  # “三区”是哪三个方位
    term = quoted[1] if quoted else _trailing_noun(head) or tail.strip()
    if form == "meaning" and (len(term) > 12 or not term):
        return None
    joined = re.search(r"(由|被|与|和|跟|同|联合|携手)$", head)
    spoken = f"{head}{match[0]}{noun}"
    counted = re.search(r"([两二双三四五六七八九十])(?:大|个|项|种|类|家|座|条|位)", spoken)
    return NamedQuestion(
        form,
        noun,
        _content(head, known_regions),
        _content(tail, known_regions),
        NUMERALS[counted[1]] if counted else None,
        term if form == "meaning" else "",
        joined[1] if joined else "",
        bool(_FIRST.search(text)),
        form == "when" and bool(re.search("天|日|几月", match[0])),
    )


def _leading_noun(text: str) -> tuple[str, str]:
    """The noun phrase at the beginning, and the rest."""
    length = 0
    for word, tag in rjieba.tag(text):
        if tag in _STOP_TAGS or word in "的了在将已被":
            break
        length += len(word)
    return text[:length], text[length:]


def _trailing_noun(text: str) -> str:
    """The noun phrase at the end: after the last 的, or after 首个, 这项."""
    phrase = re.split(r"的|，|,", text.rstrip("的是有都包括为"))[-1]
    phrase = re.sub(rf"^.*?(?:这|该|那|首|第一|每|一){_C}", "", phrase)
    phrase = re.sub(r"^(?:我国|全国|中国|世界)", "", phrase)
    return phrase if 1 < len(phrase) <= 16 else ""


def _content(text: str, known_regions: Sequence[str]) -> tuple[str, ...]:
    """Content words; periods, places (scoped elsewhere) and function words left out."""
    found = list(find_periods(text))
    places = [m for m in find_regions(text, known=known_regions) if names_a_place(text, m, ())]
    bare = _FIRST.sub(" ", without(text, [*found, *places]))
    kept = []
    for word, tag in rjieba.tag(bare):
        word = word.strip()
        if len(word) < 2 and not re.match(r"[A-Za-z0-9]", word):
            continue
        if tag in _NOT_CONTENT and not re.search(r"[A-Za-z0-9]", word) and len(word) < 3:
            continue
        if (
            (word in words.FUNCTION_WORDS and word not in _TELLING)
            or word in _LEFT_OUT
            or re.fullmatch(r"\W+|\d{1,2}|[两二双三四五六七八九十几]个?", word)
        ):
            continue
        kept.append(word)
    return tuple(dict.fromkeys(kept))
