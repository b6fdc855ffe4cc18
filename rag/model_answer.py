"""The model stage: the local model drafts from numbered evidence, code completes, verifies and accepts it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.types import Figure
from rag.acceptance import PLAIN_YES, Signals, confidence, threshold
from rag.answer_kind import answers_kind, kind_of
from rag.draft import PLURAL, clean, completed, parts, repeats
from rag.evidence import Sentence, squeeze
from rag.llm import ChatModel, Completion
from rag.passage_evidence import question_terms, share
from rag.prompt import fill, numbered
from rag.settings import Settings
from rag.types import Usage
from rag.verify import verify_draft

# Margins of the two judgements that sufficed on 16 questions over reports (docs/experiments.md, 2026-11-23).
SCOPED_MARGINS = (1.5, 2.0)
_YEAR_OR_NUMBER = re.compile(r"\d{2,}(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Statement:
    """Words of the answer with the sentence that carries them."""

    text: str
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class ModelResult:
    """What code accepted of a draft; no statements: nothing, with the reason."""

    statements: tuple[Statement, ...] = ()
    repaired: bool = False
    confidence: float = 0.0
    reason: str = ""
    signals: Signals | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What the model wrote, cleaned, and the number of the evidence that it names; and as it was written."""

    text: str
    number: int | None
    written: Completion


class ModelAnswerer:
    """Drafts names, lists, definitions and explanations, and checks every word of them.

    `passages` are the texts that were found, `around` gives the passage a sentence stands in with the title
    and headings over it: the question's words may stand there. `figures` are those read in a sentence as part of
    its report, and `holds` has the last word on what may stand on a sentence. `dated`: see rag.verify.
    """

    def __init__(
        self,
        model: ChatModel,
        settings: Settings,
        around: Callable[[Sentence], str],
        passages: Sequence[str] = (),
        *,
        dated: bool = True,
        figures: Callable[[Sentence], Sequence[Figure]] = lambda sentence: (),
        holds: Callable[[str, Sentence], bool] = lambda text, sentence: True,
    ) -> None:
        self._model = model
        self._settings = settings
        self._around = around
        self._dated = dated
        self._figures = figures
        self._holds = holds
        self._passages = [squeeze(text) for text in passages]
        self.usage = Usage()

    def answer(self, question: str, evidence: Sequence[Sentence]) -> ModelResult:
        """The model's answer to the question out of the evidence, if code accepts it."""
        if not evidence:
            return ModelResult(reason="no evidence")
        drafted = self._draft(question, numbered([s.text for s in evidence]))
        draft, number = drafted.text, drafted.number
        if not draft:
            return ModelResult(reason="empty draft")
        if repeats(draft, question):
            return ModelResult(reason="the draft only repeats the question")
        cited = evidence[number - 1] if number and number <= len(evidence) else None
        found, repaired = self._carried(draft, [cited, *evidence] if cited else evidence, question)
        if not found:
            return ModelResult(reason="draft not carried by any sentence")
        return self.judge(question, evidence, found, repaired=repaired)

    def _draft(self, question: str, evidence: str) -> Draft:
        """What the model answers from numbered evidence."""
        messages = fill("answer.zh", evidence=evidence, question=question)
        completion = self._model.complete(
            messages, max_tokens=self._settings.answer_tokens, stop=["\n"], logprobs=True
        )
        self.usage += Usage.of(completion)
        return Draft(*clean(completion.text), completion)

    def judge(
        self,
        question: str,
        evidence: Sequence[Sentence],
        statements: Sequence[Statement],
        *,
        repaired: bool = False,
    ) -> ModelResult:
        """The statements, if the signals for them reach the confidence that the settings demand."""
        signals = self.signals(question, evidence, statements)
        value = confidence(signals)
        if value < threshold(self._settings) and not self._both_margins(signals):
            return ModelResult(confidence=value, reason="not confident", signals=signals)
        return ModelResult(tuple(statements), repaired, value, signals=signals)

    def _both_margins(self, signals: Signals) -> bool:
        """Where code has already kept evidence to the asked region, period and report, both margins suffice."""
        answerable, supported = SCOPED_MARGINS
        return (
            self._settings.confidence is None
            and signals.answerable >= answerable
            and signals.supported >= supported
        )

    def _carried(self, draft: str, order: Sequence[Sentence], question: str) -> tuple[list[Statement], bool]:
        """The draft with the sentence that carries it; else those parts of it that some sentence carries."""
        whole = self._statement(draft, order, question)
        if whole is not None:
            return [whole], False
        found = [
            one
            for part in parts(draft)
            if squeeze(part) not in squeeze(question)
            and (one := self._statement(part, order, question)) is not None
        ]
        if not PLURAL.search(question):
            found = found[:1]  # the answer comes first, embroidery after it
        joined: dict[Sentence, list[str]] = {}
        for one in found:
            joined.setdefault(one.sentence, []).append(one.text)
        return [Statement("、".join(dict.fromkeys(texts)), s) for s, texts in joined.items()], True

    def _statement(self, draft: str, order: Sequence[Sentence], question: str) -> Statement | None:
        plural = PLURAL.search(question) is not None
        for sentence in order:
            known = self._figures(sentence)
            if verify_draft(draft, sentence.text, question, known, dated=self._dated).ok:
                text = completed(draft, sentence.text, kind_of(question), plural=plural)
                if self._holds(text, sentence):
                    return Statement(text, sentence)
        return None

    def signals(
        self, question: str, evidence: Sequence[Sentence], statements: Sequence[Statement]
    ) -> Signals:
        """What speaks for the statements; costs two short calls of the model."""
        text = "、".join(statement.text for statement in statements)
        answerable = fill("answerable.zh", evidence=numbered([s.text for s in evidence]), question=question)
        said = " ".join(dict.fromkeys(statement.sentence.text for statement in statements))
        supported = fill("supported.zh", sentence=said, question=question, answer=text)
        return Signals(
            answerable=self._margin(answerable, "有", "没"),
            supported=self._margin(supported, "能", "不"),
            **self._signs(question, text, statements, self._around(statements[0].sentence)),
        )

    def _signs(
        self, question: str, text: str, statements: Sequence[Statement], passage: str
    ) -> dict[str, float]:
        """The signals that need no model: what the words of question, answer and passage tell."""
        terms, held = question_terms(question), answers_kind(kind_of(question), text)
        numbers = _YEAR_OR_NUMBER.findall(question)
        first = squeeze(statements[0].text if statements else text)
        return {
            "words": share(terms, statements[0].sentence.text) if statements else 0.0,
            "passage": share(terms, passage),
            "numbers": sum(number in passage for number in numbers) / len(numbers) if numbers else 1.0,
            "kind": 0.0 if held is None else 1.0 if held else -1.0,
            "agreeing": math.log(max(1, sum(first in other for other in self._passages))),
        }

    def _margin(self, messages: list[dict[str, str]], yes: str, no: str) -> float:
        """Log-probability of the yes token less that of the no token.

        An endpoint without log-probabilities is asked for the word itself, and taken at it.
        """
        logprobs = self._model.first_token_logprobs(messages)
        if logprobs is None:
            completion = self._model.complete(messages, max_tokens=2)
            self.usage += Usage.of(completion)
            return PLAIN_YES if completion.text.strip().startswith(yes) else -PLAIN_YES
        self.usage += Usage.of(logprobs.usage)
        floor = min(logprobs.values(), default=-20.0)
        score = {
            word: max((v for t, v in logprobs.items() if t.strip().startswith(word)), default=floor)
            for word in (yes, no)
        }
        return score[yes] - score[no]
