"""Quantities that reports put in words: 半壁江山, 三分之一, 连续11年, 翻一番, and how long something takes.

They are no figures of the index, so they are read off a sentence that carries every word of the question; two
different answers are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.numerals import parse_chinese
from index.periods import find_periods
from rag import question_words as words
from rag.ask import asked_status
from rag.evidence import Sentence, squeeze
from rag.model_answer import Statement
from rag.query import Query
from rag.word_coverage import contained

_NUMBER = r"(?:\d+(?:\.\d+)?|[一二两三四五六七八九十百]+)"
_ABOUT = r"(?:近|超|过|逾|约|超过|将近|接近|大约)?"
_OR_SO = r"(?:以上|左右|多|强)?"
_PART_OF_WHOLE = re.compile(
    rf"“?半壁江山”?|{_ABOUT}(?<![百千])[二三四五六七八九十]分之[一二三四五六七八九]{_OR_SO}"
    rf"|{_ABOUT}(?:一半|半数){_OR_SO}|过半|{_ABOUT}[一二三四五六七八九]成{_OR_SO}(?![长为立员效果分熟])"
)
_IN_A_ROW = re.compile(r"连续(?:了)?(?:多少|几)(?:个)?(?P<unit>年|月|季度|次|届)")
_HOW_LONG = re.compile(
    r"多久|多长时间|(?:多少|几)(?:个)?(?P<unit>年|月|天|小时|分钟|秒|工作日|星期|周)(?![度均底末初来间产])"
)
_LASTING = re.compile(
    rf"(?<![\d第“])(?P<n>\d{{1,3}}(?:\.\d+)?|[一二两三四五六七八九十百]+)\s*(?P<unit>年|个月|天|小时|分钟|秒|个工作日|个星期|周){_OR_SO}(?![度均底末初代计来间中国产级])"
)
_DOUBLED = re.compile(r"翻(?:了)?(?:近|约)?(?P<n>[一两二三四]?)番")
_LEAST_IN_CLAUSE = 0.3  # share of the question's words in the clause that has the answer
_HEAD = re.compile(r"(?:总额|总值|总量|数量|额|量)$")
_PLANNED = re.compile(r"力争|目标|计划|拟|争取|确保|将(?!近)|要(?=[在把达实提])|预计|预期|到20\d\d年")


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is looked for: its pattern, and how what was found is told."""

    pattern: re.Pattern[str]

    def told(self, match: re.Match[str]) -> str:
        if self.pattern is _DOUBLED:
            times = 2 ** int(parse_chinese(match["n"] or "一") or 1)
            return f"{match[0]}（即{times}倍）"
        return match[0]


def said_in_words(query: Query, sentences: Sequence[Sentence]) -> Statement | None:
    """What the sentences that carry all of the question's words say, if it is one thing."""
    kind = _kind(query)
    terms = _terms(query)
    if kind is None or not terms or len("".join(terms)) < 4:
        return None
    found = [
        Statement(text, sentence)
        for sentence in sentences
        if _of_the_time(query, sentence.text)
        for text in _in_sentence(kind, terms, sentence.text)
    ]
    return found[0] if len({squeeze(one.text) for one in found}) == 1 else None


def _kind(query: Query) -> _Kind | None:
    text = query.original if query.language == "zh" else ""
    asked = [*words.QUANTITY_QUESTION.finditer(text)]
    if len(query.asks) > 1 or len(asked) > 1 or re.search("谁|哪|什么|为何|为什么", query.text):
        return None
    if row := _IN_A_ROW.search(text):
        return _Kind(re.compile(rf"连续\s*{_NUMBER}\s*(?:个)?{row['unit']}"))
    if query.asks and query.asks[0].measure == "share":
        return _Kind(_PART_OF_WHOLE)
    if query.asks and query.asks[0].unit == "倍" and re.search("原来|翻|当初|期初|之前", text):
        return _Kind(_DOUBLED)
    if _HOW_LONG.search(text) and not (query.asks and query.asks[0].indicator_ids):
        return _Kind(_LASTING)
    return None


def _terms(query: Query) -> tuple[str, ...]:
    own = [term for ask in query.asks for term in (*ask.terms, *ask.names[:1], *ask.parts[-1:])]
    kept: list[str] = []
    for term in (*query.terms, *own):
        bare = term.split("|")[0]
        bare = _HEAD.sub("", bare) if len(bare) > 3 else bare
        if bare and bare not in words.FUNCTION_WORDS and not re.search("连续|多久|分量|份额|比重|翻番", bare):
            kept.append(bare)
    return words.with_report_words(tuple(dict.fromkeys(kept)))


def _of_the_time(query: Query, text: str) -> bool:
    """The sentence names no other year than the one asked about, and no plan unless that is asked for."""
    if _PLANNED.search(text) and asked_status(query.text) != "target":
        return False
    named = [m.period for m in find_periods(text) if m.kind == "period" and not m.relative and not m.compared]
    years = {p.end[0] for p in query.periods}
    return not years or not named or any(p.end[0] in years for p in named)


def _in_sentence(kind: _Kind, terms: Sequence[str], text: str) -> Iterator[str]:
    for group in re.split(r"[。；;\n]", text):
        matches = list(kind.pattern.finditer(group))
        if len(matches) != 1 or any(contained(term, group) < 0.8 for term in terms):
            continue
        (match,) = matches
        start = max(group.rfind(mark, 0, match.start()) for mark in "，,：:") + 1
        ends = [at for mark in "，,：:" if (at := group.find(mark, match.end())) >= 0]
        clause = group[start : min(ends, default=len(group))]
        total = sum(min(len(term), 4) for term in terms)
        share = sum(min(len(term), 4) * contained(term, clause) for term in terms) / total
        if share >= _LEAST_IN_CLAUSE:
            yield kind.told(match)
