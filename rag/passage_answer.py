"""The model stage over raw passages: each is read on its own, and the draft that its passage proves best is taken.

A small model that is shown pieces of several passages at once answers from whichever names the question's words;
asked of one passage at a time, with what stands around its best piece, it is right more often, and its own
judgements tell right from wrong better (docs/experiments.md, 2026-11-30).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rag.acceptance import Signals, confidence_of_passage, threshold
from rag.answer_kind import answers_kind, kind_of
from rag.draft import repeats
from rag.evidence import EvidenceReader, Sentence, squeeze
from rag.llm import ChatModel
from rag.model_answer import YEAR_OR_NUMBER, ModelAnswerer, ModelResult, Statement
from rag.passage_evidence import near, question_terms, share
from rag.prompt import fill, numbered
from rag.settings import Settings

PASSAGES = 4  # those asked at most: on RGB's development questions 125 of 129 answers stand in four
SURE = 0.97  # no other passage is asked after a draft of this confidence


@dataclass(frozen=True, slots=True)
class _Candidate:
    statements: tuple[Statement, ...]
    repaired: bool
    signals: Signals
    confidence: float


class PassageAnswerer(ModelAnswerer):
    """As ModelAnswerer, of passages of which neither region nor period is known."""

    def __init__(
        self, model: ChatModel, settings: Settings, reader: EvidenceReader, passages: Sequence[str]
    ) -> None:
        super().__init__(model, settings, lambda sentence: near(reader, sentence)[0], passages, dated=False)
        self._reader = reader

    def answer(self, question: str, evidence: Sequence[Sentence]) -> ModelResult:
        """The surest answer from one of the passages that `evidence` stands in, best piece first."""
        best: _Candidate | None = None
        for piece in _one_of_each(evidence)[:PASSAGES]:
            candidate = self._from_passage(question, piece)
            if candidate and (best is None or candidate.confidence > best.confidence):
                best = candidate
            if best and best.confidence >= SURE:
                break
        return self._accepted(best)

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
        if candidate.confidence < threshold(self._settings):
            return ModelResult(
                confidence=candidate.confidence, reason="not confident", signals=candidate.signals
            )
        return ModelResult(
            candidate.statements, candidate.repaired, candidate.confidence, signals=candidate.signals
        )

    def _from_passage(self, question: str, piece: Sentence) -> _Candidate | None:
        passage, pieces = near(self._reader, piece)
        answerable = self._answerable(question, passage)
        if answerable < 0:
            return None
        draft, _ = self._draft(question, numbered([passage]))
        if not draft or repeats(draft, question):
            return None
        found, repaired = self._carried(draft, [piece, *pieces], question)
        return self._weighed(question, passage, answerable, found, repaired) if found else None

    def _weighed(
        self,
        question: str,
        passage: str,
        answerable: float,
        statements: Sequence[Statement],
        repaired: bool,
    ) -> _Candidate:
        text = "、".join(statement.text for statement in statements)
        terms, held = question_terms(question), answers_kind(kind_of(question), text)
        numbers = YEAR_OR_NUMBER.findall(question)
        agreeing = sum(squeeze(statements[0].text) in other for other in self._passages)
        signals = Signals(
            answerable=answerable,
            supported=self._margin(
                fill("supported.zh", sentence=passage, question=question, answer=text), "能", "不"
            ),
            words=share(terms, statements[0].sentence.text),
            passage=share(terms, passage),
            numbers=sum(number in passage for number in numbers) / len(numbers) if numbers else 1.0,
            kind=0.0 if held is None else 1.0 if held else -1.0,
            agreeing=math.log(max(1, agreeing)),
        )
        return _Candidate(tuple(statements), repaired, signals, confidence_of_passage(signals))

    def _answerable(self, question: str, passage: str) -> float:
        shown = numbered([passage])
        return self._margin(fill("answerable.zh", evidence=shown, question=question), "有", "没")


def _one_of_each(evidence: Sequence[Sentence]) -> list[Sentence]:
    """The first piece of each passage."""
    first: dict[str, Sentence] = {}
    for piece in evidence:
        first.setdefault(piece.report, piece)
    return list(first.values())
