"""A question that asks two things at once, as two questions: "时间和地点", "上海和北京2021年的…"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import rjieba

from rag.answer_kind import kind_of

_JOIN = re.compile(r"和|及|以及|跟")
_RESPECTIVELY = re.compile(r"分别|各自|各(?=是|为|有)")
_QUOTED = re.compile(r"《[^》]*》|“[^”]*”|\"[^\"]*\"")
_YEARS = re.compile(r"(?P<a>(?:19|20)\d\d年?)[和与及](?P<b>(?:19|20)\d\d年?)")
# …创新药叫什么，是哪家公司的: what is asked first is the subject of the second question.
_NAME_AND_MORE = re.compile(
    r"^(?P<subject>.+?)(?P<first>叫(?:什么(?:名字)?|啥)|是什么|是谁)[，,](?:又|并且|而且)?"
    r"(?P<second>(?:是|由|在|来自|属于)[^，,]*(?:哪|谁|什么|何时|几)[^，,]*)$"
)
# …是哪家企业研制的，药名是什么: the second question is about the subject of the first.
_WHICH_AND_MORE = re.compile(
    r"^(?P<subject>[^，,]+?)(?P<first>(?:是|由|在|来自|属于)哪[^，,]*)[，,](?:又|其|它的?|并且|而且)?"
    r"(?P<second>[^，,]{1,12}?(?:是|叫|为|有)(?:什么|谁|哪|多少|几)[^，,]*)$"
)
_BOTH_SEXES = re.compile(r"男女(?=[单双子混]|团体)")
_TWO_QUARTERS = re.compile(r"前[两二]个?季度")
_COUNTED_BEFORE = re.compile(r"(?:多少|几|\d)个?$")
_VERB_OF_QUESTION = re.compile(r"是|为|有(?:哪|谁)|[?？]|$")
_NOUN_TAGS = frozenset("nvjlimte")  # names, nouns, verbal nouns, set phrases, numbers and times
# Words that belong to the one before them: 2022|年.
_UNITS = frozenset("年月日届季号度")
_NAME_TAGS = frozenset({"nr", "nrt", "nrfg", "ns", "nt", "nz"})
_LONGEST_PHRASE = 6


@dataclass(frozen=True, slots=True)
class QuestionPart:
    """One of the questions, and the words it is told apart by."""

    label: str
    question: str


def question_parts(question: str) -> tuple[QuestionPart, ...]:
    """Two questions where two like words are joined by 和 or its kin, else the question itself."""
    text = _RESPECTIVELY.sub("", question)
    if two := _NAME_AND_MORE.match(text):
        return (
            QuestionPart(two["first"], f"{two['subject']}{two['first']}？"),
            QuestionPart(two["second"], two["subject"] + two["second"]),
        )
    if two := _WHICH_AND_MORE.match(text):
        first, second = f"{two['subject']}{two['first']}？", two["subject"] + two["second"]
        return QuestionPart(_label(two["first"]), first), QuestionPart(_label(two["second"]), second)
    if years := _YEARS.search(text):
        return _pair(text[: years.start()], years["a"], years["b"], text[years.end() :])
    if sexes := _BOTH_SEXES.search(text):
        whole = "子" if text.startswith(("单打", "双打"), sexes.end()) else ""  # 男子单打, but 男单
        return _pair(text[: sexes.start()], f"男{whole}", f"女{whole}", text[sexes.end() :])
    if (quarters := _TWO_QUARTERS.search(text)) and text != question:
        return _pair(text[: quarters.start()], "第一季度", "第二季度", text[quarters.end() :])
    words = _words(text)
    quoted = [match.span() for match in _QUOTED.finditer(text)]
    position = 0
    for number, (word, _) in enumerate(words):
        start, position = position, position + len(word)
        if _JOIN.fullmatch(word) and not any(a <= start < b for a, b in quoted):
            found = _split_at(words, number)
            if found:
                return found
    return (QuestionPart("", question),)


def _label(question: str) -> str:
    """What a question is told apart by: 哪家企业 of 是哪家企业研制的, 药名 of 药名是什么."""
    named = re.match(
        r"(?:是|由|在|来自|属于)?(?P<asked>哪一?[年月天日]|哪一?[个家位种类座所项]?[\u3400-\u9fff]{0,2})",
        question,
    )
    return named["asked"] if named else re.split("是|叫|为|有", question)[0]


_COUNT = {
    "两": 2,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
}
_WHICH_SO_MANY = re.compile(
    r"哪([两二三四五六])(?=[个家位项座条所名种类大部款])|\bwhich (two|three|four|five|six)\b", re.IGNORECASE
)
_EACH = re.compile(
    r"(?:分别|各自|各)(?:是|为|在|从|由|于|到)?(?:哪|什么|谁|何时|何地)"
)  # 对甲和对乙各从哪个月起算
_BETWEEN_NAMES = re.compile(r"[、,，;；和与及]|联合|携手|会同|\band\b")


def names_fewer(question: str, said: Sequence[str]) -> bool:
    """Whether a question for so many names (哪两个市, which three) was answered with fewer."""
    match = _WHICH_SO_MANY.search(question)
    each = _EACH.search(question)
    if (match is None and each is None) or not said:
        return False
    named = sum(len([piece for piece in _BETWEEN_NAMES.split(text) if piece.strip()]) for text in said)
    return named < (_COUNT[(match[1] or match[2]).lower()] if match else 2)


def _split_at(words: list[tuple[str, str]], number: int) -> tuple[QuestionPart, ...]:
    """The two questions for the joining word at `number`; none if what it joins is not alike."""
    left, right = words[:number], words[number + 1 :]
    if not left or not right or _COUNTED_BEFORE.search("".join(w for w, _ in left[:-1])):
        return ()
    length = _like_phrases(left, right)
    first = "".join(w for w, _ in left[-length:])
    second = "".join(w for w, _ in right[:length])
    before = "".join(w for w, _ in left[:-length])
    after = "".join(w for w, _ in right[length:])
    alike = left[-1][1][0] in _NOUN_TAGS and right[length - 1][1][0] in _NOUN_TAGS
    if not alike or len(first) < 2 or len(second) < 2 or not re.search(r"\w", before + after):
        return ()
    one, other = _pair(before, first, second, after)
    if length == 1 and kind_of(first) != "other" and kind_of(second) == "other":
        # 发售日期和标准版价格是什么: the first thing is complete, the second goes on to the verb.
        verb = _VERB_OF_QUESTION.search(after)
        one = QuestionPart(first, before + first + (after[verb.start() :] if verb else ""))
    return one, other


def _like_phrases(left: list[tuple[str, str]], right: list[tuple[str, str]]) -> int:
    """How many words each side has: as many as make both begin or end with the same word, else one."""
    for length in range(2, min(_LONGEST_PHRASE, len(left), len(right)) + 1):
        same = left[-1][0] == right[length - 1][0] or left[-length][0] == right[0][0]
        if same and left[-length:] != right[:length]:
            return length
    return 1


def _pair(before: str, first: str, second: str, after: str) -> tuple[QuestionPart, QuestionPart]:
    return QuestionPart(first, before + first + after), QuestionPart(second, before + second + after)


def _words(text: str) -> list[tuple[str, str]]:
    """rjieba's words with their tags; a number goes with the unit behind it, and one character behind a name and
    和 with the word that it begins: a name that the dictionary lacks (英特尔和英|伟达)."""
    words: list[tuple[str, str]] = []
    for word, tag in rjieba.tag(text):
        if words and word in _UNITS and words[-1][0][-1:].isdigit():
            words[-1] = (words[-1][0] + word, "m")
        elif words and words[-1][1] == "nr" and len(word) == 1 and tag in ("zg", "g", "ng", "nr"):
            words[-1] = (words[-1][0] + word, "nr")  # 吴易|昺
        elif len(words) > 2 and _begins_a_name(words) and tag[0] in "na" and len(word) > 1:
            words[-1] = (words[-1][0] + word, "nz")
        else:
            words.append((word, tag))
    return words


def _begins_a_name(words: Sequence[tuple[str, str]]) -> bool:
    named, joined, last = words[-3:]
    return named[1] in _NAME_TAGS and _JOIN.fullmatch(joined[0]) is not None and len(last[0]) == 1
