"""A chat model that writes a given draft with certainty and finds every draft sound: only code stands between it and the user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.llm import Completion, FirstToken, Message
    from rag.types import Answer

_CERTAIN = {"有": 0.0, "能": 0.0, "没": -20.0, "不": -20.0}  # log-probabilities of both judgements' words


@dataclass(frozen=True, slots=True)
class CheckedDrafts:
    """What would be shown of each draft, and the sentences a draft is written from, best first."""

    evidence: tuple[str, ...]
    answers: tuple[Answer, ...]


class GivenDraft:
    """Writes one text with certainty, whatever it is asked, and says yes to every judgement; costs nothing."""

    name = "given draft"

    def __init__(self, text: str) -> None:
        self._text = text

    def complete(self, messages: Sequence[Message], **options: Any) -> Completion:
        """As ChatModel.complete."""
        return _free(self._text)

    def first_token_logprobs(self, messages: Sequence[Message], top: int = 20) -> FirstToken:
        """As ChatModel.first_token_logprobs."""
        from rag.llm import FirstToken

        return FirstToken(dict(_CERTAIN), _free("有"))


def _free(text: str) -> Completion:
    from rag.llm import Completion

    return Completion(text, 0, 0, 0, 0.0, ((text.encode(), 0.0),))
