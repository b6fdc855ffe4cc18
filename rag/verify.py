"""Code, not the model, decides what may be shown: figures and content words against the cited passage."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.figures import figures_in_text
from index.types import Figure
from index.units import same_quantity
from rag.question_words import ENGLISH_FUNCTION_WORDS, FUNCTION_WORDS, content_terms


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a draft may be shown, and what of it the sentence does not carry."""

    ok: bool
    unsupported: tuple[str, ...] = ()


_TWO_SCALES = re.compile(
    r"[百千万亿]\s*(?:thousand|million|billion|trillion)"
)  # 3万billion is read as 3 billion
_DATE = re.compile(r"\d+\s*[年月日号]")
_DIGITS = re.compile(r"\d+(?:[.,，]\d+)*")


def verify_draft(
    draft: str, sentence: str, question: str, known: Sequence[Figure] = (), *, dated: bool = False
) -> Verdict:
    """Every figure, numeral and content word of the draft must stand in the cited sentence.

    Figures are compared by value and unit, so that 1331.4亿元 may be said as 133.14 billion yuan; other
    numerals (dates, names) must stand there literally. Content words of the question count as given.

    `known` are figures of the sentence read with what is around it: a table's header has the unit. `dated`
    means that figures are held against the question's period besides: beside one, its year need not stand there.
    """
    figures = figures_in_text(draft)
    given = [*figures_in_text(sentence), *known]
    missing = [figure.text for figure in figures if not _given(figure, given)]
    assumed = f"{sentence} {question}" if dated and figures else sentence
    missing += [n for n in _loose_numerals(draft) if not _stands(n, assumed)]
    carried, asked = sentence.lower(), question.lower()
    for term in content_terms(_without_figures(draft)):
        said = term.lower()
        if said in FUNCTION_WORDS or said in ENGLISH_FUNCTION_WORDS or len(term) < 2:
            continue
        if all(character in FUNCTION_WORDS for character in term):  # 数为, cut together
            continue
        if said not in carried and said not in asked and not _pieces_stand(said, carried):
            missing.append(term)
    return Verdict(not missing, tuple(dict.fromkeys(missing)))


def _given(figure: Figure, given: Sequence[Figure]) -> bool:
    """The same value and unit stands in the sentence, and not as the figure of something else."""
    if _TWO_SCALES.search(figure.text):
        return False
    return any(
        same_quantity(figure.value, figure.unit, other.value, other.unit) and _of_same(figure, other, given)
        for other in given
    )


def _of_same(figure: Figure, other: Figure, given: Sequence[Figure]) -> bool:
    """Whether what the draft says is measured may be what the sentence measures there.

    An unnamed draft figure may be any; a named one must not carry the name of another figure there.
    """
    if not figure.indicator or figure.indicator_start < 0:
        return True
    if figure.indicator_id is not None and other.indicator_id is not None:
        return figure.indicator_id == other.indicator_id
    rivals = {g.indicator for g in given if g.indicator != other.indicator}
    return figure.indicator not in rivals


def _without_figures(draft: str) -> str:
    for figure in figures_in_text(draft):
        draft = draft[: figure.start] + " " * (figure.end - figure.start) + draft[figure.end :]
    return _DIGITS.sub(" ", _DATE.sub(" ", draft))  # with its unit: 年青岚市 would be cut into 年青 and 岚市


def _loose_numerals(draft: str) -> list[str]:
    """Numerals of the draft that are no figures: years, dates, parts of names."""
    spans = [(figure.start, figure.end) for figure in figures_in_text(draft)]
    return [m[0] for m in _DIGITS.finditer(draft) if not any(s <= m.start() < e for s, e in spans)]


def _stands(numeral: str, sentence: str) -> bool:
    if re.search(rf"[\u3400-\u9fff]{re.escape(numeral)}[.．]\s*$", sentence):
        return False  # 达到40269. at the end of a snippet: cut off behind its point
    return re.search(rf"(?<![\d.]){re.escape(numeral)}(?![\d]|\.\d)", sentence) is not None


def _pieces_stand(term: str, sentence: str) -> bool:
    """A compound all of whose bigrams stand in the sentence: 核心技术 in 核心关键技术 does not pass."""
    pairs = [term[i : i + 2] for i in range(len(term) - 1)]
    return len(pairs) > 1 and all(pair in sentence for pair in pairs)
