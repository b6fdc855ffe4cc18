"""What goes in and out of the question answering half: Turn, Citation, ShownFigure, Answer, Event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from index.types import Hit

if TYPE_CHECKING:
    from rag.llm import Completion

Language = Literal["zh", "en"]
Stage = Literal["figure", "model", "repaired", "refused"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier question of the conversation with the answer that was given."""

    question: str
    answer: str = ""

    @classmethod
    def of(cls, value: Turn | Mapping[str, Any]) -> Turn:
        if isinstance(value, Turn):
            return value
        return cls(str(value.get("question", "")), str(value.get("answer", "")))


@dataclass(frozen=True, slots=True)
class Citation:
    """An exact quote: `report.text[start:end] == quote` in canonical offsets."""

    marker: int
    report: str
    page: int | None
    start: int
    end: int
    quote: str

    def to_dict(self) -> dict[str, Any]:
        return {
            "marker": self.marker, "report": self.report, "page": self.page,
            "start": self.start, "end": self.end, "quote": self.quote,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """A figure of the answer: where it was read (`citation`), or how it was computed."""

    text: str
    value: float
    unit: str
    citation: int | None
    calculation: str | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "text": self.text, "value": self.value, "unit": self.unit,
            "citation": self.citation, "calculation": self.calculation,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens this answer cost; `cached_tokens` of the prompt were reused and cost nothing."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0

    @classmethod
    def of(cls, completion: Completion) -> Usage:
        return cls(completion.prompt_tokens, completion.completion_tokens, completion.cached_tokens)

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cached_tokens + other.cached_tokens,
        )

    def to_dict(self) -> dict[str, int]:
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "cached_tokens": self.cached_tokens,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """A verified answer or a refusal; every figure in `text` is in `figures`."""

    question: str
    text: str
    abstained: bool
    language: Language
    stage: Stage
    citations: tuple[Citation, ...] = ()
    figures: tuple[ShownFigure, ...] = ()
    hits: tuple[Hit, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    usage: Usage = Usage()
    model: str = ""
    id: str | None = None
    confidence: float | None = None  # of the model stage: the estimated probability that it answers
    signals: Mapping[str, float] = field(default_factory=dict)  # what that was estimated from
    suggestions: tuple[str, ...] = ()  # of a refusal: questions near it that the reports do answer

    def to_dict(self) -> dict[str, Any]:
        """The answer JSON of the command line and of `POST /v1/ask`."""
        return {
            "id": self.id,
            "question": self.question,
            "answer": self.text,
            "abstained": self.abstained,
            "language": self.language,
            "citations": [citation.to_dict() for citation in self.citations],
            "figures": [figure.to_dict() for figure in self.figures],
            "hits": [hit_to_dict(hit) for hit in self.hits],
            "stage": self.stage,
            "timings_ms": {name: round(value, 1) for name, value in self.timings_ms.items()},
            "usage": self.usage.to_dict(),
            "model": self.model,
            "confidence": None if self.confidence is None else round(self.confidence, 3),
            "signals": {name: round(value, 3) for name, value in self.signals.items()},
            "suggestions": list(self.suggestions),
        }


@dataclass(frozen=True, slots=True)
class Event:
    """A step of `ReportQA.stream`: evidence first, then draft text, then the verified answer."""

    kind: Literal["evidence", "text", "answer"]
    hits: tuple[Hit, ...] = ()
    text: str = ""
    answer: Answer | None = None


def hit_to_dict(hit: Hit) -> dict[str, Any]:
    """A hit as JSON; its text is the indexed chunk itself."""
    chunk = hit.chunk
    return {
        "report": chunk.report, "start": chunk.start, "end": chunk.end, "page": chunk.page,
        "score": round(hit.score, 4), "text": chunk.text,
    }  # fmt: skip
