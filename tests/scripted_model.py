"""The only stand-in of the answering tests: a model that replays what a test queued and records prompts."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rag.llm import Completion, FirstToken, Message

NOT_THERE = {"没": 0.0, "有": -3.0}  # to the question whether the evidence has an answer


class ScriptedModel:
    """Replays `completions` and `logprobs` in order; asked for more than was queued, it fails the test.

    Each prompt is recorded with what it was asked for: ("complete" | "stream" | "logprobs", text).
    """

    def __init__(
        self,
        completions: Sequence[str] = (),
        logprobs: Sequence[Mapping[str, float] | None] = (),
        name: str = "scripted",
    ) -> None:
        self.name = name
        self.completions = deque(completions)
        self.logprobs = deque(logprobs)
        self.prompts: list[tuple[str, str]] = []
        self.closed = False

    def queue(self, *completions: str) -> ScriptedModel:
        self.completions.extend(completions)
        return self

    def queue_logprobs(self, *logprobs: Mapping[str, float] | None) -> ScriptedModel:
        self.logprobs.extend(logprobs)
        return self

    @property
    def spent(self) -> bool:
        """Whether everything queued was asked for."""
        return not self.completions and not self.logprobs

    def complete(self, messages: Sequence[Message], **options: Any) -> Completion:
        return _completion(self._next("complete", messages, self.completions))

    def stream(self, messages: Sequence[Message], **options: Any) -> Iterator[str]:
        yield from self._next("stream", messages, self.completions)

    def first_token_logprobs(self, messages: Sequence[Message], top: int = 20) -> FirstToken | None:
        given = self._next("logprobs", messages, self.logprobs)
        if given is None:
            return None
        return FirstToken(dict(given), _completion(max(given, key=lambda token: given[token])))

    def close(self) -> None:
        self.closed = True

    def _next(self, kind: str, messages: Sequence[Message], queue: deque[Any]) -> Any:
        text = "\n".join(message["content"] for message in messages)
        self.prompts.append((kind, text))
        assert queue, f"the model was asked for {kind} with nothing queued:\n{text}"
        return queue.popleft()


class ReadingModel:
    """Drafts and judges by what it is shown: for each passage that holds a key, a draft and how sure it is of it.

    `knows`: words of the prompt, parted by & → (draft, margin of both judgements). A prompt that holds no key has no
    answer. `logprobs`: draft → its log-probability, where it is to be told.
    """

    name = "reading"

    def __init__(
        self, knows: Mapping[str, tuple[str, float]], logprobs: Mapping[str, float] | None = None
    ) -> None:
        self.knows = knows
        self.logprobs = logprobs or {}
        self.prompts: list[tuple[str, str]] = []

    def complete(self, messages: Sequence[Message], **options: Any) -> Completion:
        text = self._known("complete", messages)[0]
        tokens = ((text.encode(), self.logprobs[text]),) if text in self.logprobs else ()
        return replace(_completion(text), tokens=tokens)

    def stream(self, messages: Sequence[Message], **options: Any) -> Iterator[str]:
        yield self._known("stream", messages)[0]

    def first_token_logprobs(self, messages: Sequence[Message], top: int = 20) -> FirstToken:
        margin = self._known("logprobs", messages)[1]
        return FirstToken(
            {"有": margin, "能": margin, "对": margin, "没": 0.0, "不": 0.0, "错": 0.0}, _completion("有")
        )

    def close(self) -> None:
        pass

    def _known(self, kind: str, messages: Sequence[Message]) -> tuple[str, float]:
        text = "\n".join(message["content"] for message in messages)
        self.prompts.append((kind, text))
        return next(
            (told for words, told in self.knows.items() if all(map(text.__contains__, words.split("&")))),
            ("", -3.0),
        )


def _completion(text: str) -> Completion:
    """Costs that a test can add up: 10 prompt tokens, one a character written."""
    return Completion(text, 10, len(text), 4, 1.0)
