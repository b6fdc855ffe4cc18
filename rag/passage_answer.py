"""The model stage over raw passages: each is read on its own, and the draft that its passage proves best is taken.

A small model that is shown pieces of several passages at once answers from whichever names the question's words;
asked of one passage at a time, with what stands around its best piece, it is right more often, and its own
judgements tell right from wrong better (docs/experiments.md, 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.acceptance import MOST_LEAD, Signals, confidence, threshold
from rag.draft import repeats
from rag.evidence import EvidenceReader, Sentence, squeeze
from rag.llm import ChatModel
from rag.model_answer import ModelAnswerer, ModelResult, Statement
from rag.passage_evidence import near
from rag.prompt import fill, numbered
from rag.settings import Settings

PASSAGES = 4  # those asked at most: on RGB's development questions 125 of 129 answers stand in four
SURE = 0.85  # no other passage is asked after a draft of this confidence
NO_RIVAL = 1.0  # the lead of an answer where no other passage was asked


@dataclass(frozen=True, slots=True)
class _Candidate:
    """What was drafted from one passage; no statements where the passage does not carry it."""

    draft: str
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
        best: _Candidate | None = None
        for number, piece in enumerate(_one_of_each(evidence)[:PASSAGES]):
            if candidate := self._from_passage(question, piece):
                candidates.append(candidate)
                best = _surest(candidates)
            if number and best and confidence(best.signals, "passages") >= SURE:
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
        text = "、".join(statement.text for statement in statements)
        answerable = self._answerable(question, passage)
        candidate = self._weighed(question, passage, answerable, text, statements, repaired)
        return self._accepted(_surest([candidate]))

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
        draft, _ = self._draft(question, numbered([passage]))
        if not draft or repeats(draft, question):
            return None
        found, repaired = self._carried(draft, [piece, *pieces], question)
        text = "、".join(statement.text for statement in found) or draft
        return self._weighed(question, passage, answerable, text, found, repaired)

    def _weighed(
        self,
        question: str,
        passage: str,
        answerable: float,
        text: str,
        statements: Sequence[Statement],
        repaired: bool,
    ) -> _Candidate:
        supported = fill("supported.zh", sentence=passage, question=question, answer=text)
        signals = Signals(
            answerable=answerable,
            supported=self._margin(supported, "能", "不"),
            **self._signs(question, text, statements, passage),
        )
        return _Candidate(text, tuple(statements), repaired, signals)

    def _answerable(self, question: str, passage: str) -> float:
        shown = numbered([passage])
        return self._margin(fill("answerable.zh", evidence=shown, question=question), "有", "没")


def _surest(candidates: Sequence[_Candidate]) -> _Candidate | None:
    """The carried candidate of the largest margins, with its lead over other answers."""
    best = max((one for one in candidates if one.statements), key=lambda one: one.margins, default=None)
    if best is None:
        return None
    rivals = [one.margins for one in candidates if not _same(one.draft, best.draft)]
    lead = min(MOST_LEAD, best.margins - max(rivals)) if rivals else NO_RIVAL
    return replace(best, signals=replace(best.signals, lead=lead))


def _same(one: str, two: str) -> bool:
    """Whether one of two answers says what the other says: 6.1 and 6.1级."""
    first, second = squeeze(one), squeeze(two)
    return first in second or second in first


def _one_of_each(evidence: Sequence[Sentence]) -> list[Sentence]:
    """The first piece of each passage."""
    first: dict[str, Sentence] = {}
    for piece in evidence:
        first.setdefault(piece.report, piece)
    return list(first.values())
