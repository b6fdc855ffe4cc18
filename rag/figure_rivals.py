"""Between two figures that fit: whose sentence or clause has words of the question that the other's lacks."""

from __future__ import annotations

from collections.abc import Sequence

from index.types import Figure
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
    missing = [term for term in ask.terms if contained(term, own) < 0.8]
    return any(
        contained(term, reader.surroundings(other.figure).clause) >= 0.8
        for term in missing
        for other in fits
        if other is not candidate and other.figure.measure == candidate.figure.measure
    )


def sentence_lacks(reader: EvidenceReader, ask: Ask, best: Candidate, rival: Candidate) -> bool:
    """Whether the best figure's sentence has every word of the question and the rival's own lacks one."""
    if ask.role is not None or best.figure.cell or rival.figure.cell:
        return False

    def lacking(candidate: Candidate) -> bool:
        around = reader.surroundings(candidate.figure)
        said = f"{around.clause} {around.sentence}"
        return any(contained(term, said) < 0.8 for term in ask.terms)

    return lacking(rival) and not lacking(best)


def less_named(reader: EvidenceReader, ask: Ask, best: Candidate, rival: Candidate) -> bool:
    """申报重点计划14项，开展重点计划13项: of one sentence, the clause that has all words of the other's and more."""
    if ask.role is not None or best.figure.cell or best.figure.measure != rival.figure.measure:
        return False
    if _place(reader, best.figure) != _place(reader, rival.figure):
        return False
    own, other = (
        {t for t in ask.terms if contained(t, reader.surroundings(c.figure).clause) >= 0.8}
        for c in (best, rival)
    )
    return other < own


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
    missing = [term for term in ask.terms if contained(term, clause) < 0.8]
    if sum(contained(term, figure.indicator) > 0.8 for term in ask.terms) > 1:
        missing = [term for term in missing if term not in _GENERAL]  # 项目 names the other one no better
    return any(contained(term, indicator) > 0.8 for term in missing for indicator in others)


def by_its_name(ask: Ask, figure: Figure) -> bool:
    """Whether the question has the figure's own long name word for word: 国家级领军人才."""
    return figure.indicator_id is None and len(figure.indicator) > 5 and figure.indicator in ask.text
