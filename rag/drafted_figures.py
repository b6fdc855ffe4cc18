"""Figures of a draft, for a question that no rule bound: each must be a figure of the evidence that fits the question.

Where the words of a question are not those of the report (压在多少以内 for 控制在…以内), too few of them stand around
the figure for code to take it by itself. A draft of the model then points to it, and here code holds what it
points to: the same value and unit, no slot of the question against it, and no figure of its kind in the evidence
that carries more of the question's words. What is shown is that figure with its own slots, never the draft.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from index.figures import figures_in_text
from index.types import Figure
from index.units import same_family, same_quantity
from rag import question_words as words
from rag.acceptance import Signals
from rag.answer_kind import kind_of
from rag.ask import Ask, says_what_is_measured
from rag.bind import LEAST_COVERAGE, Candidate, Surroundings, bind
from rag.draft import completed, parts
from rag.evidence import Sentence, squeeze
from rag.figure_preference import RIVAL_MARGIN
from rag.llm import Completion
from rag.model_answer import SCOPED_MARGINS, ModelAnswerer, Statement
from rag.prompt import fill, numbered
from rag.query import Query
from rag.word_coverage import contained

# Least probability with which the model wrote the figures, by strictness; what it makes up it writes unsurely
# (docs/experiments.md, 2026-12-01).
LEAST_SURE = {"careful": 0.37, "balanced": 0.2, "exploratory": 0.08}
# Difference of cosines: of 89 figures that code bound itself, none had a rival of its sentence this much liker.
LEAST_LIKER = 0.01
Likeness = Callable[[str, Sequence[str]], Sequence[float]]
_WHOLE_WORD = 3  # characters
_ENGLISH_QUANTITY = re.compile(
    r"\bhow (?:many|much|large|big|long|fast|high|far|heavy)\b|\bwhat\b", re.IGNORECASE
)
_NUMBER = re.compile(r"[\d.,]*\d|[一二三四五六七八九十百千万零〇两点]+")


@dataclass(frozen=True, slots=True)
class Held:
    """A figure of the evidence that a draft points to, what it answers, and the sentence it stands in."""

    ask: Ask
    figure: Figure
    sentence: Sentence
    said: str  # as the draft has it


@dataclass(frozen=True, slots=True)
class Pointed:
    """The figures that the model's draft points to, how sure it wrote them (0 to 1), and its judgements."""

    held: tuple[Held, ...]
    confidence: float
    signals: Signals


class FigureDrafter(ModelAnswerer):
    """As ModelAnswerer, of a question for figures that no rule bound."""

    def point(
        self,
        query: Query,
        evidence: Sequence[Sentence],
        surroundings: Callable[[Figure], Surroundings],
        likeness: Likeness,
    ) -> Pointed | None:
        """The figures of the evidence that the model answers with, surely; None where it does not, or code holds
        none. An endpoint without log-probabilities cannot say how sure a draft is: there nothing is taken.
        """
        holder = FigureHolder(query, evidence, self._figures, surroundings, likeness)
        if not holder.holds_any:
            return None
        shown = numbered([sentence.text for sentence in evidence])
        least_answerable, least_supported = SCOPED_MARGINS
        answerable = self._margin(fill("answerable.zh", evidence=shown, question=query.text), "有", "没")
        if answerable < least_answerable:
            return None
        drafted = self._draft(query.text, shown)
        held = holder.held(drafted.text)
        sure = min((_sureness(drafted.written, one.said) for one in held), default=0.0)
        if not held or sure < self._least_sure():
            return None
        text = "、".join(one.said for one in held)
        said = " ".join(dict.fromkeys(one.sentence.text for one in held))
        supported = self._margin(
            fill("supported.zh", sentence=said, question=query.text, answer=text), "能", "不"
        )
        if supported < least_supported:
            return None
        statements = [Statement(one.said, one.sentence) for one in held]
        signs = self._signs(query.text, text, statements, self._around(held[0].sentence))
        signals = Signals(answerable=answerable, supported=supported, certainty=math.log(sure), **signs)
        return Pointed(tuple(held), sure, signals)

    def _least_sure(self) -> float:
        asked = self._settings.confidence
        return LEAST_SURE[self._settings.strictness] if asked is None else asked


def _sureness(written: Completion, said: str) -> float:
    """The probability with which a figure was written; 0 where it is not told."""
    number = _NUMBER.search(said)
    logprob = written.logprob(said)
    if logprob is None and number is not None:
        logprob = written.logprob(number[0])
    return 0.0 if logprob is None else math.exp(logprob)


def figures_asked(question: str) -> int:
    """How many figures a question asks for: one for each 多少, 几家, 多大, "how many"; at least one."""
    return max(1, len(words.QUANTITY_QUESTION.findall(question)), len(_ENGLISH_QUANTITY.findall(question)))


class FigureHolder:
    """The figures of a question's evidence, held against the figures that a draft says.

    `figures` gives those read in a sentence, `surroundings` the words around one, and `likeness` how alike in meaning
    each of some texts is to a question (cosines of their embeddings): it parts what shares as many of its words.
    """

    def __init__(
        self,
        query: Query,
        evidence: Sequence[Sentence],
        figures: Callable[[Sentence], Sequence[Figure]],
        surroundings: Callable[[Figure], Surroundings],
        likeness: Likeness,
    ) -> None:
        self._query = query
        self._evidence = evidence
        self._stands = {(f.report, f.start): s for s in evidence for f in figures(s)}
        there = [figure for sentence in evidence for figure in figures(sentence)]
        self._candidates = {
            ask: bind(ask, there, surroundings) if says_what_is_measured(ask, query.language) else []
            for ask in query.asks
        }
        self._surroundings = surroundings
        self._likeness = likeness

    @property
    def holds_any(self) -> bool:
        """Whether any figure could be pointed to; else no draft need be made."""
        return any(
            one.fits and one.coverage >= LEAST_COVERAGE
            for found in self._candidates.values()
            for one in found
        )

    def held(self, draft: str) -> list[Held]:
        """What the draft points to, in its order; nothing if it says a figure that is not held, or too few."""
        held: list[Held] = []
        free = list(self._query.asks)
        for said in self._said(draft):
            found = (one for ask in free if (one := self._hold(said, ask, self._candidates[ask], held)))
            one = next(found, None)
            if one is None:
                return []
            held.append(one)
            if len(self._query.asks) > 1:
                free.remove(one.ask)
        return held if len(held) == max(figures_asked(self._query.text), len(self._query.asks)) else []

    def _said(self, draft: str) -> list[Figure]:
        """The figures of a draft; a bare number (59、11) with the unit that it has in the evidence."""
        found: list[Figure] = []
        for part in parts(draft) or [draft]:
            told = figures_in_text(part)
            if not told or not all(figure.unit for figure in told):
                sentence = next((s.text for s in self._evidence if squeeze(part) in squeeze(s.text)), "")
                told = figures_in_text(completed(part, sentence, kind_of(part), plural=False))
            if not told:  # 70.8岁, 14年: no figure but of what is measured so
                there = (c.figure for c in chain(*self._candidates.values()))
                told = [replace(f, start=0) for f in there if squeeze(f.text) == squeeze(part)][:1]
            found += told
        return found

    def _hold(
        self, said: Figure, ask: Ask, candidates: Sequence[Candidate], before: Sequence[Held]
    ) -> Held | None:
        fitting = [one for one in candidates if one.fits]
        for one in fitting:
            if not _points_to(said, one.figure):
                continue
            around = self._surroundings(one.figure)
            if any(contained(term, f"{around.sentence} {around.passage}") == 0 for term in _whole_words(ask)):
                continue  # 会展业, 非国产品牌: nothing of it is said anywhere around
            sentence = self._stands[one.figure.report, one.figure.start]
            goes_on = any(
                last.sentence == sentence and last.figure.indicator == one.figure.indicator for last in before
            )
            rivals = [
                other
                for other in fitting
                if _of_a_kind(one.figure, other.figure) and not _equal(one.figure, other.figure)
            ]
            if goes_on or (one.coverage >= LEAST_COVERAGE and self._is_best(ask, one, rivals)):
                return Held(ask, one.figure, sentence, said.text)
        return None

    def _is_best(self, ask: Ask, one: Candidate, rivals: Sequence[Candidate]) -> bool:
        """Whether it carries most of the question's words, or about as many and is the likest in meaning."""
        if all(one.score > other.score for other in rivals):
            return True
        if any(one.score < other.score - RIVAL_MARGIN for other in rivals):
            return False
        clauses = [self._surroundings(c.figure).clause for c in (one, *rivals)]
        own, *others = self._likeness(ask.indicator or ask.text, clauses)
        return own >= max(others) + LEAST_LIKER


def _whole_words(ask: Ask) -> list[str]:
    """The question's longer words, which name a thing by themselves; those of two characters may be any verb."""
    return [term for term in ask.terms if len(term) >= _WHOLE_WORD and "|" not in term and not term.isascii()]


def _of_a_kind(one: Figure, other: Figure) -> bool:
    return one.measure == other.measure and same_family(one.unit, other.unit)


def _points_to(said: Figure, figure: Figure) -> bool:
    """Equal value and unit; a bare number does not say in which direction (15.7% of 下降15.7%)."""
    if said.start == 0 and said.value > 0 and figure.value < 0:
        return same_quantity(said.value, said.unit, -figure.value, figure.unit)
    return same_quantity(said.value, said.unit, figure.value, figure.unit)


def _equal(one: Figure, other: Figure) -> bool:
    return same_quantity(one.value, one.unit, other.value, other.unit)
