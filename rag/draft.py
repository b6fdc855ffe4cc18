"""What a small model writes as an answer, cleaned, split at its separators, and completed from the sentence.

A draft often stops short of what the sentence says: a number without its unit, a day without its month and
year, the first of several names. Code completes it from the sentence, never from anywhere else.
"""

from __future__ import annotations

import re

import rjieba

from index.figures import figures_in_text
from rag.answer_kind import AnswerKind
from rag.evidence import squeeze

_MARKER = re.compile(r"[\[【(（]\s*(\d+)\s*[\]】)）]")
_LEAD = re.compile(r"^(?:答案|回答|答)\s*(?:是|为)?\s*[：:]?\s*")
_MARK = re.compile(r"[，,、；;。/]")
_RESTATED = re.compile(r"(?:(?:分别|都)*(?:是|为)[：:]?|[：:]|(?<=[的了是为指]))\s*[“\"]?")
LEAST_RESTATED = 5
_SEPARATOR = re.compile(r"[，,、；;。/]|(?<=[\u3400-\u9fff])(?:和|与|及|以及)(?=[\u3400-\u9fff《])")
_DATE = re.compile(
    r"(?:\d{4}\s*年\s*)?\d{1,2}\s*月\s*\d{1,2}\s*日?(?:\s*(?:至|到|[-—~－–])\s*(?:\d{1,2}\s*月\s*)?\d{1,2}\s*日?)?"
    r"|\d{4}\s*年(?:\s*\d{1,2}\s*月)?"
)
_ZERO = re.compile(r"(?<=年)0(?=[1-9]月)|(?<=月)0(?=[1-9]日)")
_LATIN_NAME = re.compile(r"(?: ?[A-Za-z][A-Za-z0-9+-]*){1,2}(?![A-Za-z ])|[A-Za-z0-9+]+")
_COUNTED = re.compile(r"\d+(?:[.,]\d+)*\s*(?:[万亿千百]*[%‰\u3400-\u9fff]|[A-Za-z]+)")
# Questions that several names answer.
PLURAL = re.compile(
    r"哪些|有谁|都有|分别|成员|主演|导演|编剧|演员|对手|包括|几[部位个名]|[二两三四五六七八九十\d][部位个名大]"
    r"|航天员|创始人|嘉宾|作者|\bwho are\b|\bwhich .*s\b",
    re.IGNORECASE,
)
# What stands before the first name of a list: 由…执导, 包括….
_LEADS_IN = re.compile(r"[由为是让请]|包括|包含|分别是|演员|导演|主演|成员")
# What follows the last: …领衔主演, …等.
_AFTER_LIST = "领衔|主演|出演|执导|参演|饰演|担任|组成|参加|同组|等"
_SHORT_NAME = 3
_NAME_TAGS = frozenset({"nr", "nrt", "nrfg", "ns", "nt", "nz", "n", "eng", "j", "l", "i", "vn"})


def clean(text: str) -> tuple[str, int | None]:
    """The first line without markers, lead-in and full stop; the number of the first marker, if any."""
    marker = _MARKER.search(text)
    line = next((line.strip() for line in text.strip().splitlines() if line.strip()), "")
    line = _LEAD.sub("", _MARKER.sub("", line)).strip().strip("。").strip()
    return line.strip('“”"'), int(marker[1]) if marker else None


def without_question(draft: str, question: str) -> str:
    """The draft less the question's own words before the answer: 百度推出的是“文心一言 says 文心一言.

    At least five characters must be the question's, up to a verb or a quotation mark, and something must be left.
    """
    same = 0
    while same < min(len(draft), len(question)) and draft[same] == question[same]:
        same += 1
    lead = _RESTATED.match(draft, same)
    if same < LEAST_RESTATED or lead is None or not draft[lead.end() :].strip():
        return draft
    return draft[lead.end() :].strip()


def repeats(draft: str, question: str) -> bool:
    """Whether the draft says nothing but words of the question, in whatever order: that is no answer."""
    asked = squeeze(question)
    if squeeze(draft) in asked:
        return True
    words = [word for word in rjieba.cut(squeeze(draft)) if any(map(str.isalnum, word))]
    return all(word in asked for word in words)


def parts(draft: str) -> list[str]:
    """The draft between separators; 和 and 及 part names, but not the name of a figure (国有及国有控股企业利润增长5%)."""
    separator = _MARK if re.search(r"\d", draft) else _SEPARATOR
    return [part.strip() for part in separator.split(draft) if len(part.strip()) >= 2]


def completed(draft: str, sentence: str, kind: AnswerKind, *, plural: bool) -> str:
    """The draft with what the sentence has right around it: unit, month and year, the other names."""
    where = sentence.find(draft)
    if where < 0:
        return draft
    end = where + len(draft)
    if kind == "time" or re.search(r"\d\s*[月日]$", draft):
        return next((m[0] for m in _DATE.finditer(sentence) if m.start() <= where and end <= m.end()), draft)
    if re.fullmatch(r"[\d.,，]+\s*[万亿千百]*", draft):
        spans = [(f.start, f.end) for f in figures_in_text(sentence)]
        spans += [(m.start(), m.end()) for m in _COUNTED.finditer(sentence)]
        return next((sentence[a:b] for a, b in spans if a == where and end <= b), draft)
    if re.search(r"[A-Za-z0-9]$", draft) and (rest := _LATIN_NAME.match(sentence, end)):
        draft, end = draft + rest[0], rest.end()  # 骁龙888 of 骁龙888 Plus
    if plural and re.search("、|》《", sentence[max(0, where - 1) : end + 1]):
        return _listed(sentence, where, end)
    return draft


def plain_dates(text: str) -> str:
    """2022年12月09日 as it is said: 2022年12月9日."""
    return _ZERO.sub("", text)


def _listed(sentence: str, start: int, end: int) -> str:
    """The whole enumeration a name stands in: A、B、C和D, 《A》《B》."""
    while start > 0:
        between = 1 if sentence[start - 1] == "、" else 0
        if not between and sentence[start - 1 : start + 1] != "》《":
            break
        length = _last_name(sentence[: start - between])
        if not length:
            break
        start -= length + between
    while end < len(sentence):
        between = 1 if sentence[end] in "、和与及" else 0
        if not between and sentence[end - 1 : end + 1] != "》《":
            break
        length = _first_name(sentence[end + between :])
        if not length:
            break
        end += length + between
    return sentence[start:end]


def _first_name(text: str) -> int:
    """Length of the name at the beginning of the text, up to the next separator; 0 for none."""
    quoted = re.match(r"《[^》]{1,30}》", text)
    if quoted:
        return quoted.end()
    stretch = re.match(rf"(?:(?!{_AFTER_LIST})[^、，,。；;：:（()）\s《]){{1,24}}", text)
    if stretch is None:
        return 0
    if text[stretch.end() : stretch.end() + 1] == "、" or stretch.end() <= _SHORT_NAME:
        return stretch.end()
    length = 0
    for word, tag in rjieba.tag(stretch[0]):
        if tag not in _NAME_TAGS and word not in "·" and not (length and len(word) == 1 and tag == "x"):
            break
        length += len(word)
        if tag in ("nr", "nrt", "nrfg") and len(word) > 1:
            break
    return length


def _last_name(text: str) -> int:
    """Length of the name at the end of the text, back to the separator before it; 0 for none."""
    quoted = re.search(r"《[^》]{1,30}》$", text)
    if quoted:
        return len(quoted[0])
    stretch = re.search(r"[^、，,。；;：:（()）\s》]{1,24}$", text)
    if stretch is None:
        return 0
    if text[: stretch.start()].endswith("、"):
        return len(stretch[0])
    length = 0
    for word, tag in reversed(rjieba.tag(_LEADS_IN.split(stretch[0])[-1])):
        if tag not in _NAME_TAGS and word != "·":
            break
        length += len(word)
        if tag in ("nr", "nrt", "nrfg") and len(word) > 1:
            break
    return length
