"""The model stage: the local model drafts from numbered evidence, code accepts, repairs or refuses."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.evidence import Sentence
from rag.llm import ChatModel
from rag.prompt import fill, numbered
from rag.query import Query
from rag.settings import Settings
from rag.types import Usage
from rag.verify import verify_draft

# Margins (log-probability of yes less that of no) a draft must reach, by strictness.
ANSWERABLE_MARGIN = {"careful": 1.5, "balanced": 0.5, "exploratory": -1.0}
SUPPORTED_MARGIN = {"careful": 2.0, "balanced": 1.0, "exploratory": -1.0}

_CERTAIN = 20.0
_MARKER = re.compile(r"[\[【(（]\s*(\d+)\s*[\]】)）]")


@dataclass(frozen=True, slots=True)
class ModelResult:
    """A draft that code accepted, with the sentence that carries it; or none, with the reason."""

    text: str = ""
    sentence: Sentence | None = None
    repaired: bool = False
    reason: str = ""


class ModelAnswerer:
    """Drafts names, lists, definitions and explanations, and checks every word of them."""

    def __init__(self, model: ChatModel, settings: Settings) -> None:
        self._model = model
        self._settings = settings
        self.usage = Usage()

    def answer(self, query: Query, evidence: Sequence[Sentence]) -> ModelResult:
        if not evidence:
            return ModelResult(reason="no evidence")
        strictness = self._settings.strictness
        messages = fill(
            "answer.zh", evidence=numbered([sentence.text for sentence in evidence]), question=query.text
        )
        draft, cited = self._draft(messages, evidence)
        if not draft:
            return ModelResult(reason="empty draft")
        if "".join(draft.split()) in "".join(query.text.split()):
            return ModelResult(reason="the draft only repeats the question")
        sentence = self._carrier(draft, evidence, query, cited)
        repaired = False
        if sentence is None:
            draft, sentence = self._repair(draft, evidence, query, cited)
            repaired = True
        if sentence is None:
            return ModelResult(reason="draft not carried by any sentence")
        margins = self._margins(query, evidence, sentence, draft)
        if margins["answerable"] < ANSWERABLE_MARGIN[strictness]:
            return ModelResult(reason="not answerable")
        if margins["supported"] < SUPPORTED_MARGIN[strictness]:
            return ModelResult(reason="not supported")
        return ModelResult(draft, sentence, repaired)

    def _draft(self, messages: list[dict[str, str]], evidence: Sequence[Sentence]) -> tuple[str, int | None]:
        completion = self._model.complete(messages, max_tokens=self._settings.answer_tokens, stop=["\n"])
        self.usage += Usage.of(completion)
        text = completion.text.strip()
        marker = _MARKER.search(text)
        cited = int(marker[1]) - 1 if marker and 0 < int(marker[1]) <= len(evidence) else None
        text = _MARKER.sub("", text).strip().strip("。").strip()
        return text.split("\n")[0].removeprefix("答案").lstrip("：: "), cited

    def _carrier(
        self, draft: str, evidence: Sequence[Sentence], query: Query, cited: int | None
    ) -> Sentence | None:
        """The sentence that carries every word of the draft, the cited one first."""
        order = list(evidence)
        if cited is not None:
            order.insert(0, evidence[cited])
        for sentence in order:
            if verify_draft(draft, sentence.text, query.text).ok:
                return sentence
        return None

    def _repair(
        self, draft: str, evidence: Sequence[Sentence], query: Query, cited: int | None
    ) -> tuple[str, Sentence | None]:
        """The first clause of the draft that a sentence does carry, once."""
        clauses = [c.strip() for c in re.split(r"[，,；;。]", draft) if len(c.strip()) >= 2]
        for clause in clauses:  # the answer comes first, embroidery after it
            sentence = self._carrier(clause, evidence, query, cited)
            if sentence is not None and clause not in query.text:
                return clause, sentence
        return draft, None

    def _margins(
        self, query: Query, evidence: Sequence[Sentence], sentence: Sentence, draft: str
    ) -> Mapping[str, float]:
        answerable = fill(
            "answerable.zh", evidence=numbered([sentence.text for sentence in evidence]), question=query.text
        )
        supported = fill("supported.zh", sentence=sentence.text, question=query.text, answer=draft)
        return {
            "answerable": self._margin(answerable, "有", "没"),
            "supported": self._margin(supported, "能", "不"),
        }

    def _margin(self, messages: list[dict[str, str]], yes: str, no: str) -> float:
        """Log-probability of the yes token less that of the no token.

        An endpoint without log-probabilities is asked for the word itself, and taken at it.
        """
        logprobs = self._model.first_token_logprobs(messages)
        if logprobs is None:
            completion = self._model.complete(messages, max_tokens=2)
            self.usage += Usage.of(completion)
            return _CERTAIN if completion.text.strip().startswith(yes) else -_CERTAIN
        self.usage += Usage.of(logprobs.usage)
        floor = min(logprobs.values(), default=-20.0)
        score = {
            word: max((v for t, v in logprobs.items() if t.strip().startswith(word)), default=floor)
            for word in (yes, no)
        }
        return score[yes] - score[no]
