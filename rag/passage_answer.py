"""The model stage over raw passages: each is read on its own, and the likeliest of their drafts is taken.

A small model that is shown pieces of several passages at once answers from whichever names the question's words;
asked of one passage at a time, with what stands around its best piece, it is right more often, and its own
judgements tell right from wrong better (docs/experiments.md, 2026-11-30).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.acceptance import LEAST_CERTAINTY, UNTOLD, Signals, confidence, threshold
from rag.answer_kind import answers_kind, kind_of
from rag.draft import repeats, without_question
from rag.evidence import EvidenceReader, Sentence, squeeze
from rag.llm import ChatModel, Completion
from rag.model_answer import ModelAnswerer, ModelResult, Statement
from rag.passage_evidence import near
from rag.prompt import fill, numbered
from rag.settings import Settings

PASSAGES = 5  # those asked at most
SURE = 0.85  # no other is asked once two passages give one answer with this confidence
_DAY = re.compile(r"\d日$")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """What was drafted from one passage and is carried by it."""

    statements: tuple[Statement, ...]
    repaired: bool
    signals: Signals

    @property
    def text(self) -> str:
        return "、".join(statement.text for statement in self.statements)

    @property
    def confidence(self) -> float:
        return confidence(self.signals, "passages")


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
                candidates = _counted([*candidates, candidate])
            if any(one.signals.agreeing and one.confidence >= SURE for one in candidates):
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
        value, signals = candidate.confidence, candidate.signals
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
            **self._signs(question, text, statements, passage) | {"agreeing": 0.0},
        )
        return _Candidate(tuple(statements), repaired, signals)

    def _answerable(self, question: str, passage: str) -> float:
        shown = numbered([passage])
        return self._margin(fill("answerable_there.zh", evidence=shown, question=question), "能", "不")


def _certainty(written: Completion, draft: str) -> float:
    """Log-probability of the draft over the root of its length: a list is not doubted for being long."""
    logprob = written.logprob(draft)
    return UNTOLD if logprob is None else max(LEAST_CERTAINTY, logprob / math.sqrt(len(draft)))


def _counted(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """The candidates, each with how many passages gave its answer."""
    return [
        replace(
            one,
            signals=replace(
                one.signals, agreeing=math.log2(sum(_same(one.text, other.text) for other in candidates))
            ),
        )
        for one in candidates
    ]


def _same(one: str, two: str) -> bool:
    """Whether one of two answers says what the other says: 6.1 and 6.1级."""
    first, second = sorted((squeeze(one), squeeze(two)), key=len)
    return first == second or (len(first) > 1 and first in second)


def _surest(candidates: Sequence[_Candidate]) -> _Candidate | None:
    """The likeliest candidate; of a day, from where it is told with its month and year."""
    best = max(candidates, key=lambda one: one.confidence, default=None)
    if best is None or not _DAY.search(best.text):
        return best
    return max(
        (one for one in candidates if one.text.endswith(best.text)),
        key=lambda one: (len(one.text), one.confidence),
    )


def _one_of_each(evidence: Sequence[Sentence]) -> list[Sentence]:
    """The first piece of each passage."""
    first: dict[str, Sentence] = {}
    for piece in evidence:
        first.setdefault(piece.report, piece)
    return list(first.values())
