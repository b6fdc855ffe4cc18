"""What went into an answer: every prompt the language model was given, and what it wrote.

>>> told = ReportQA.open("data/index").explain("“三谷”指什么？")
>>> told.answer.text, [call.reply for call in told.calls]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.llm import ChatModel, Completion, FirstToken, Message
    from rag.types import Answer


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One question to the language model: all its messages, and its words or its likeliest first tokens."""

    prompt: str
    reply: str
    logprobs: Mapping[str, float] | None = None  # by token, where the first token was weighed

    def to_dict(self) -> dict[str, Any]:
        """Plain data; of the weighed tokens the five likeliest."""
        record: dict[str, Any] = {"prompt": self.prompt, "reply": self.reply}
        if self.logprobs is not None:
            best = sorted(self.logprobs.items(), key=lambda pair: -pair[1])[:5]
            record["logprobs"] = {token: round(value, 3) for token, value in best}
        return record


@dataclass(frozen=True, slots=True)
class Explanation:
    """An answer with the calls that made it; none where code answered or refused alone."""

    answer: Answer
    calls: tuple[ModelCall, ...]


class RecordingModel:
    """A chat model that keeps what passes through it. One question at a time: not for several threads."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self.calls: list[ModelCall] = []

    def complete(self, messages: Sequence[Message], **options: Any) -> Completion:
        """As ChatModel.complete."""
        completion = self._model.complete(messages, **options)
        self.calls.append(ModelCall(_text(messages), completion.text))
        return completion

    def first_token_logprobs(self, messages: Sequence[Message], **options: Any) -> FirstToken | None:
        """As ChatModel.first_token_logprobs."""
        weighed = self._model.first_token_logprobs(messages, **options)
        if weighed is not None:
            self.calls.append(ModelCall(_text(messages), weighed.usage.text, dict(weighed)))
        return weighed

    def taken(self) -> tuple[ModelCall, ...]:
        """The calls since the last time, which are then forgotten."""
        calls, self.calls = tuple(self.calls), []
        return calls

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)  # name, close, as_llama_index, …


def _text(messages: Sequence[Message]) -> str:
    return "\n".join(message["content"] for message in messages)
