"""The model stage over raw passages: each is read on its own, and the draft that its passage proves best is taken.

A small model that is shown pieces of several passages at once answers from whichever names the question's words;
asked of one passage at a time, with what stands around its best piece, it is right more often, and its own
judgements tell right from wrong better (docs/experiments.md, 2026-11-30).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.acceptance import LEAST_CERTAINTY, UNTOLD, Signals, confidence, threshold
from rag.answer_kind import answers_kind, kind_of
from rag.draft import repeats, without_question
from rag.evidence import EvidenceReader, Sentence
from rag.llm import ChatModel, Completion
from rag.model_answer import ModelAnswerer, ModelResult, Statement
from rag.passage_evidence import near
from rag.prompt import fill, numbered
from rag.settings import Settings

PASSAGES = 4  # those asked at most: on RGB's development questions 125 of 129 answers stand in four
SURE = 0.85  # no other passage is asked after a draft of this confidence
_DAY = re.compile(r"\d日$")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """What was drafted from one passage and is carried by it."""

    statements: tuple[Statement, ...]
    repaired: bool
    signals: Signals

    @property
    def margins(self) -> float:
        return self.signals.answerable + self.signals.supported


class PassageAnswerer(ModelAnswerer):
    """As ModelAnswerer, of passages of which neither region nor period is known."""

    def __init__(
        self, model: ChatModel, settings: Settings, reader: EvidenceReader, passages: Sequence[str]
    ) -> None:
        super().__init__(model, settings, lambda sentence: near(reader, sentence)[0], passages, dated=False)
        self._reader = reader

    def answer(self, question: str, evidence: Sequence[Sentence]) -> ModelResult:
        """The surest answer from one of the passages that `evidence` stands in, best piece first."""
        candidates: list[_Candidate] = []
        for piece in _one_of_each(evidence)[:PASSAGES]:
            if candidate := self._from_passage(question, piece):
                candidates.append(candidate)
                if confidence(candidate.signals, "passages") >= SURE:
                    break
        return self._accepted(_surest(candidates))

    def judge(
        self,
        question: str,
        evidence: Sequence[Sentence],
        statements: Sequence[Statement],
        *,
        repaired: bool = False,
    ) -> ModelResult:
        """The statements, if the passage around the first of them proves them well enough."""
        passage = near(self._reader, statements[0].sentence)[0]
        answerable = self._answerable(question, passage)
        return self._accepted(self._weighed(question, passage, answerable, statements, repaired))

    def _accepted(self, candidate: _Candidate | None) -> ModelResult:
        if candidate is None:
            return ModelResult(reason="no draft is carried by its passage")
        value, signals = confidence(candidate.signals, "passages"), candidate.signals
        if value < threshold(self._settings, "passages"):
            return ModelResult(confidence=value, reason="not confident", signals=signals)
        return ModelResult(candidate.statements, candidate.repaired, value, signals=signals)

    def _from_passage(self, question: str, piece: Sentence) -> _Candidate | None:
        passage, pieces = near(self._reader, piece)
        answerable = self._answerable(question, passage)
        if answerable < 0:
            return None
        drafted = self._draft(question, numbered([passage]))
        draft = without_question(drafted.text, question)
        if not draft or repeats(draft, question):
            return None
        found, repaired = self._carried(draft, [piece, *pieces], question)
        if not found or answers_kind(kind_of(question), found[0].text) is False:
            return None
        return self._weighed(
            question, passage, answerable, found, repaired, _certainty(drafted.written, draft)
        )

    def _weighed(
        self,
        question: str,
        passage: str,
        answerable: float,
        statements: Sequence[Statement],
        repaired: bool,
        certainty: float = UNTOLD,
    ) -> _Candidate:
        shown, text = numbered([passage]), "、".join(statement.text for statement in statements)
        supported = fill("supported_there.zh", evidence=shown, question=question, answer=text)
        signals = Signals(
            answerable=answerable,
            supported=self._margin(supported, "对", "错"),
            certainty=certainty,
            **self._signs(question, text, statements, passage),
        )
        return _Candidate(tuple(statements), repaired, signals)

    def _answerable(self, question: str, passage: str) -> float:
        shown = numbered([passage])
        return self._margin(fill("answerable_there.zh", evidence=shown, question=question), "能", "不")


def _certainty(written: Completion, draft: str) -> float:
    """Log-probability of the draft over the root of its length: a list is not doubted for being long."""
    logprob = written.logprob(draft)
    return UNTOLD if logprob is None else max(LEAST_CERTAINTY, logprob / math.sqrt(len(draft)))


def _surest(candidates: Sequence[_Candidate]) -> _Candidate | None:
    """The candidate of the largest margins; of a day, from where it is told with its month and year."""
    best = max(candidates, key=lambda one: one.margins, default=None)
    if best is None or len(best.statements) > 1:
        return best
    day = best.statements[0].text
    fuller = [one for one in candidates if len(one.statements) == 1 and one.statements[0].text.endswith(day)]
    return (
        max(fuller, key=lambda one: (len(one.statements[0].text), one.margins)) if _DAY.search(day) else best
    )


def _one_of_each(evidence: Sequence[Sentence]) -> list[Sentence]:
    """The first piece of each passage."""
    first: dict[str, Sentence] = {}
    for piece in evidence:
        first.setdefault(piece.report, piece)
    return list(first.values())
