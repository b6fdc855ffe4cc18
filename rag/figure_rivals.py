"""Between two figures that fit: whose sentence or clause has words of the question that the other's lacks."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from index.types import Figure
from index.units import split_unit
from rag import question_words as words
from rag.bind import Candidate
from rag.evidence import EvidenceReader
from rag.query import Ask
from rag.word_coverage import contained

_GENERAL = frozenset(["项目", "企业", "产业", "单位", "机构", "公司", "平台", "工作", "建设", "发展"])


def _place(reader: EvidenceReader, figure: Figure) -> tuple[str, int]:
    return figure.report, reader.sentence_span(figure.report, figure.start)[0]


def another_has_the_word(
    reader: EvidenceReader, ask: Ask, candidate: Candidate, fits: Sequence[Candidate]
) -> bool:
    """Whether a word that names nothing up to this figure stands in the clause of another that fits:
    of 手机出货量2214.9万部，其中5G手机1732.2万部 only the second is of 5G."""
    if ask.role is not None or candidate.figure.cell:
        return False
    around = reader.surroundings(candidate.figure)
    own = f"{around.clause} {around.sentence}"
    missing = _missing_word(ask, own)
    return any(
        contained(term, reader.surroundings(other.figure).clause) >= 0.8
        for term in missing
        for other in fits
        if other is not candidate and other.figure.measure == candidate.figure.measure
    )


def _missing(ask: Ask, said: str) -> list[str]:
    """The words of the question that the text has neither itself nor as reports put them."""
    wide = words.with_report_words(ask.terms)
    return [
        term
        for term, also in zip(ask.terms, wide, strict=True)
        if contained(also, said) < 0.8 and not _per_head(term, said)
    ]


_PER_HEAD = {"城镇居民": "城镇人均", "农村居民": "农村人均"}


def _missing_word(ask: Ask, said: str) -> list[str]:
    return [term for term in ask.terms if contained(term, said) < 0.8 and not _per_head(term, said)]


def _per_head(term: str, said: str) -> bool:
    """城镇居民人均居住面积 is 城镇人均居住面积 too."""
    return term in _PER_HEAD and _PER_HEAD[term] in said


def sentence_lacks(reader: EvidenceReader, ask: Ask, best: Candidate, rival: Candidate) -> bool:
    """Whether the best figure's sentence has every word of the question and the rival's own lacks one."""
    if ask.role is not None or bool(best.figure.cell) != bool(rival.figure.cell):
        return False
    if best.figure.cell:  # of two cells, the one whose row and column have the words
        own, other = (reader.surroundings(c.figure).clause for c in (best, rival))
        return bool(_missing(ask, other)) and not _missing(ask, own)

    def lacking(candidate: Candidate, find: Callable[[Ask, str], list[str]]) -> bool:
        around = reader.surroundings(candidate.figure)
        return bool(find(ask, f"{around.clause} {around.sentence}"))

    return any(lacking(rival, find) and not lacking(best, find) for find in (_missing_word, _missing))


def less_named(reader: EvidenceReader, ask: Ask, best: Candidate, rival: Candidate) -> bool:
    """申报重点计划14项，开展重点计划13项: of one sentence, the clause that has all words of the other's and more."""
    if ask.role is not None or best.figure.cell or best.figure.measure != rival.figure.measure:
        return False
    if _place(reader, best.figure) != _place(reader, rival.figure):
        return False
    own, other = (_said_of(reader, ask, c.figure) for c in (best, rival))
    return other < own


def part_asked(reader: EvidenceReader, ask: Ask, whole: Candidate, fits: Sequence[Candidate]) -> bool:
    """共过审8个项目，其中7个来自高新区: asked for those of the zone, the whole does not answer."""
    if ask.role is not None or whole.figure.cell:
        return False
    own = _said_of(reader, ask, whole.figure)
    return any(
        other is not whole
        and other.figure.base_unit == whole.figure.base_unit
        and other.figure.start > whole.figure.start
        and _PART.search(reader.surroundings(other.figure).clause.partition(other.figure.text)[0])
        and _place(reader, other.figure) == _place(reader, whole.figure)
        and own < own | _said_of(reader, ask, other.figure)
        for other in fits
    )


_PART = re.compile("(?:^| )(?:其中|内)[^，,；;]{0,8}$")


def _said_of(reader: EvidenceReader, ask: Ask, figure: Figure) -> set[str]:
    clause = reader.surroundings(figure).clause
    return {t for t in ask.terms if contained(t, clause) >= 0.8}


def belongs_elsewhere(reader: EvidenceReader, ask: Ask, candidate: Candidate) -> bool:
    """Whether a word the figure's own clause lacks names another figure of the sentence."""
    figure = candidate.figure
    clause = reader.surroundings(figure).clause
    start, end = reader.sentence_span(figure.report, figure.start)
    others = {
        f.indicator
        for f in reader.view(figure.report).figures
        if start <= f.start < end and f.indicator != figure.indicator
    }
    missing = _missing(ask, clause)
    if sum(contained(term, figure.indicator) > 0.8 for term in ask.terms) > 1:
        missing = [term for term in missing if term not in _GENERAL]  # 项目 names the other one no better
    return any(contained(term, indicator) > 0.8 for term in missing for indicator in others)


_ANY_THING = frozenset("个项家户件人名位元%")


def alone_in_its_unit(reader: EvidenceReader, ask: Ask, candidate: Candidate) -> bool:
    """年产100颗…卫星 for 多少颗: the one figure in that unit of a sentence that has every word of the question."""
    figure = candidate.figure
    if ask.unit is None or ask.role is not None or figure.cell or figure.base_unit in _ANY_THING:
        return False
    around = reader.surroundings(figure)
    if split_unit(ask.unit).base_unit != figure.base_unit or candidate.clause_coverage < _LEAST_OF_CLAUSE:
        return False
    if _missing(ask, f"{around.clause} {around.sentence}"):
        return False
    start, end = reader.sentence_span(figure.report, figure.start)
    alike = [
        f
        for f in reader.view(figure.report).figures
        if start <= f.start < end and f.base_unit == figure.base_unit
    ]
    return len(alike) == 1


_LEAST_OF_CLAUSE = 0.2


def by_its_name(ask: Ask, figure: Figure) -> bool:
    """Whether the question has the figure's own long name word for word: 国家级领军人才."""
    return figure.indicator_id is None and len(figure.indicator) > 5 and figure.indicator in ask.text
