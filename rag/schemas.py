"""What goes in and out over HTTP, with examples; the source of the OpenAPI documentation.

Answers are described here and made by `Answer.to_dict`: a test holds the two together.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from rag.settings import DEFAULT_COLLECTION

MAX_QUESTION_CHARACTERS = 2000
MAX_ANSWER_CHARACTERS = 20_000
MAX_TURNS = 50
MAX_REPORTS = 1000
MAX_NAME_CHARACTERS = 500

Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_QUESTION_CHARACTERS)
]
Name = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME_CHARACTERS)]
QUESTION = "规模以上工业增加值同比增长多少？"
REPORT = "yunchuan-bulletin-2023.pdf"


def example(**values: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [values]})


# ---------------------------------------------------------------- requests


class TurnIn(BaseModel):
    question: str = Field(default="", max_length=MAX_QUESTION_CHARACTERS)
    answer: str = Field(default="", max_length=MAX_ANSWER_CHARACTERS)


class AskIn(BaseModel):
    """The body of POST /v1/ask; unknown fields are ignored."""

    model_config = example(question=QUESTION, reports=[REPORT])

    question: Text
    history: list[TurnIn] = Field(default_factory=list, max_length=MAX_TURNS)
    reports: list[Name] | None = Field(
        default=None, max_length=MAX_REPORTS, description="names of reports to use; null: all"
    )
    collection: str | None = Field(default=None, description="a collection's name; null: `default`")
    stream: bool = Field(default=False, description="answer with server-sent events")


class SearchIn(BaseModel):
    model_config = example(question=QUESTION, top_k=3)

    question: Text
    top_k: int = Field(default=5, ge=1, le=50)
    reports: list[Name] | None = Field(default=None, max_length=MAX_REPORTS)
    collection: str | None = None


class CompareIn(BaseModel):
    model_config = example(indicator="地区生产总值", years=[2022, 2023], regions=["云川市"])

    indicator: Text
    years: list[Annotated[int, Field(ge=1900, le=2200)]] | None = Field(default=None, max_length=50)
    regions: list[Name] | None = Field(default=None, max_length=50)
    collection: str | None = None


class MetadataIn(BaseModel):
    """What is set overrules what the report says of itself; "" takes it back, null leaves it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"region": "云川市", "period": "2023"}]}
    )

    title: str | None = Field(default=None, max_length=200)
    region: str | None = Field(default=None, max_length=100)
    period: str | None = Field(default=None, max_length=60)
    kind: str | None = Field(default=None, max_length=60)


# ---------------------------------------------------------------- responses


class CitationOut(BaseModel):
    """An exact quote: characters `start:end` of the report's text."""

    marker: int
    report: str
    page: int | None
    start: int
    end: int
    quote: str


class FigureShown(BaseModel):
    """A figure of the answer, with the citation it stands in or the calculation it comes from."""

    text: str
    value: float
    unit: str
    citation: int | None
    calculation: str | None


class HitOut(BaseModel):
    report: str
    start: int
    end: int
    page: int | None
    score: float
    text: str


class UsageOut(BaseModel):
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int


class AnswerOut(BaseModel):
    """A verified answer, or a refusal (`abstained`), which shows no figure."""

    model_config = example(
        id=None, question=QUESTION, answer="2023年云川市规模以上工业增加值增长8.4%[1]。",
        abstained=False, language="zh",
        citations=[{"marker": 1, "report": REPORT, "page": 1, "start": 210, "end": 236,
                    "quote": "全年规模以上工业增加值增长8.4%。"}],
        figures=[{"text": "8.4%", "value": 8.4, "unit": "%", "citation": 1, "calculation": None}],
        hits=[], stage="figure", timings_ms={"retrieve": 12.0, "first_token": 20.0, "total": 20.0},
        usage={"prompt_tokens": 0, "completion_tokens": 0, "cached_tokens": 0}, model="qwen2.5-coder-1.5b",
    )  # fmt: skip

    id: str | None
    question: str
    answer: str
    abstained: bool
    language: str
    citations: list[CitationOut]
    figures: list[FigureShown]
    hits: list[HitOut]
    stage: str
    timings_ms: dict[str, float]
    usage: UsageOut
    model: str


class SearchOut(BaseModel):
    hits: list[HitOut]


class PeriodOut(BaseModel):
    code: str
    label: str


class CellOut(BaseModel):
    """A cell; `text` null is a gap: no report gives a figure that fits, or two contradict each other."""

    model_config = ConfigDict(extra="allow")

    region: str
    period: str
    text: str | None
    value: float | None
    status: str | None = None
    citation: CitationOut | None = None


class ComparisonOut(BaseModel):
    indicator: str
    measure: str
    unit: str
    regions: list[str]
    periods: list[PeriodOut]
    cells: list[CellOut]


class ReportOut(BaseModel):
    name: str
    title: str | None
    region: str | None
    period: str | None
    kind: str | None
    pages: int | None
    characters: int
    chunks: int
    figures: int
    format: str
    indexed_at: str


class ReportsOut(BaseModel):
    reports: list[ReportOut]


class TextOut(BaseModel):
    """`text[start:end]` of citations counts in `text`; `start` is the offset of its first character."""

    report: str
    start: int
    end: int
    characters: int
    text: str


class FigureOut(BaseModel):
    """A figure read out of a report when it was indexed."""

    model_config = ConfigDict(extra="allow")

    start: int
    end: int
    text: str
    value: float
    unit: str
    indicator: str
    basis: str | None
    direction: str
    qualifier: str | None
    period: str | None
    region: str | None
    status: str


class FiguresOut(BaseModel):
    report: str
    figures: list[FigureOut]


class FailureOut(BaseModel):
    file: str
    message: str
    message_zh: str


class AddedOut(BaseModel):
    """What an upload did; a failed file changes nothing and does not stop the others."""

    added: list[str]
    updated: list[str]
    unchanged: list[str]
    failed: list[FailureOut]
    pages: int
    chunks: int
    figures: int
    seconds: float


class RemovedOut(BaseModel):
    removed: str


class HealthOut(BaseModel):
    status: Literal["ok"]
    index: bool


class ReadyOut(BaseModel):
    ready: bool
    index: bool
    embedding_model: bool
    language_model: bool


class CollectionsOut(BaseModel):
    collections: list[str] = Field(examples=[[DEFAULT_COLLECTION]])


class ErrorDetail(BaseModel):
    code: str
    message: str
    message_zh: str


class ErrorOut(BaseModel):
    error: ErrorDetail


_MEANINGS = {
    400: "Not understood",
    401: "Missing or wrong key",
    403: "This key may not do that, or the request came from another site",
    404: "No such report, collection or address",
    410: "The report's file is gone",
    413: "The body is too large",
    422: "A field is wrong",
    429: "Too many requests; see Retry-After",
    500: "Unexpected error",
    502: "The language model cannot be reached",
    503: "Not ready or busy: the message says what to do",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documented errors of a route: those named and those any route may answer with."""
    return {
        status: {"model": ErrorOut, "description": _MEANINGS[status]}
        for status in sorted({400, 401, 403, 422, 429, 500, 503, *statuses})
    }
