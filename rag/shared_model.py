"""The one language model of a server: calls take turns, are traced, and end when their client has left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rag.llm import ChatModel, Completion, FirstToken, Message
from rag.tracing import stage
from rag.turns import Turns


class SharedModel:
    """A ChatModel for many callers; `rag.turns.caller` says for whom a thread works.

    Its calls raise BusyError and ClientGoneError besides those of the model.
    """

    def __init__(self, model: ChatModel, turns: Turns) -> None:
        self._model = model
        self.turns = turns

    @property
    def name(self) -> str:
        return self._model.name

    def complete(self, messages: Sequence[Message], **options: Any) -> Completion:
        """As ChatModel.complete; the model is free at once when the client leaves."""
        with self.turns.turn() as me, stage("model", call="complete") as span:
            with self._model.stream(messages, **options) as stream:
                for _ in stream:
                    me.check()
                done = stream.usage
            span.set_attributes(
                {"prompt_tokens": done.prompt_tokens, "completion_tokens": done.completion_tokens}
            )
            return done

    def stream(self, messages: Sequence[Message], **options: Any) -> Iterator[str]:
        """As ChatModel.stream."""
        with (
            self.turns.turn() as me, stage("model", call="stream"),
            self._model.stream(messages, **options) as stream,
        ):  # fmt: skip
            for piece in stream:
                me.check()
                yield piece

    def first_token_logprobs(self, messages: Sequence[Message], top: int = 20) -> FirstToken | None:
        with self.turns.turn() as me, stage("model", call="logprobs"):
            me.check()
            return self._model.first_token_logprobs(messages, top)

    def close(self) -> None:
        self._model.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)  # what only the model itself knows
