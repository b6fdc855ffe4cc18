"""/v1/chat/completions and /v1/models in OpenAI's shape, so that existing chat front ends can use Wenbao.

The model `wenbao` asks the default collection, `wenbao/NAME` another. The last user message is the question,
those before it the conversation; system messages are not obeyed. Citations come twice: in the text, for front
ends that know nothing of them, and as `citations` of the message.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from rag.access import MAX_BODY_BYTES, principal_of
from rag.collections import Service
from rag.routes_ask import EVENT_SCHEMA, EVENT_STREAM, allowed, note_answer
from rag.running import Named, events_for, work_for
from rag.schemas import MAX_ANSWER_CHARACTERS, MAX_QUESTION_CHARACTERS, MAX_TURNS, CitationOut, problems
from rag.settings import DEFAULT_COLLECTION
from rag.telemetry import Metrics
from rag.types import Answer, Turn

MODEL = "wenbao"
MAX_MESSAGES = 2 * MAX_TURNS
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~!])")
_MARKER = re.compile(r"\\\[(\d+)\\\](?![(:]|\\\[)")  # before ( : [ it would be a link


class TextPart(BaseModel):
    type: Literal["text"]
    text: str = Field(max_length=MAX_ANSWER_CHARACTERS)


class MessageIn(BaseModel):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: Annotated[str, Field(max_length=MAX_ANSWER_CHARACTERS)] | list[TextPart] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class ChatIn(BaseModel):
    """What OpenAI's API takes; parameters of sampling are ignored: an answer is checked, not sampled."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [
            {"model": MODEL, "messages": [{"role": "user", "content": "规模以上工业增加值同比增长多少？"}]}
        ]}
    )  # fmt: skip

    model: str = Field(default=MODEL, max_length=100)
    messages: list[MessageIn] = Field(min_length=1, max_length=MAX_MESSAGES)
    stream: bool = False


class MessageOut(BaseModel):
    role: Literal["assistant"]
    content: str
    citations: list[CitationOut]
    abstained: bool


class ChoiceOut(BaseModel):
    index: int
    message: MessageOut
    finish_reason: Literal["stop"]


class ChatUsage(BaseModel):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatOut(BaseModel):
    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[ChoiceOut]
    usage: ChatUsage


class ModelOut(BaseModel):
    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ModelsOut(BaseModel):
    object: Literal["list"]
    data: list[ModelOut]


def make_router(service: Service, metrics: Metrics) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["OpenAI-compatible"])
    log_questions = service.configuration.log_questions

    @router.get("/models", response_model=ModelsOut, responses=problems())
    def models(request: Request) -> dict[str, Any]:
        """One model for each collection that this key opens."""
        names = [name for name in service.directories if principal_of(request).opens(name)]
        data = [{"id": model_of(name), "object": "model", "created": 0, "owned_by": MODEL} for name in names]
        return {"object": "list", "data": data}

    @router.post(
        "/chat/completions", response_model=ChatOut, max_body_size=MAX_BODY_BYTES,
        responses={
            **problems(404, 413, 502),
            200: {"content": {EVENT_STREAM: {"schema": EVENT_SCHEMA}}},
        },
    )  # fmt: skip
    async def chat(body: ChatIn, request: Request) -> Response:
        """A verified answer with its citations as a chat completion."""
        collection = allowed(request, collection_of(body.model))
        question, history = conversation(body.messages)

        def work() -> Answer:
            return service.ask(question, collection=collection, history=history)

        if body.stream:

            def events() -> Iterator[Named]:
                answer = work()
                note_answer(request, answer, metrics, log_questions)
                yield "answer", answer

            chunks = _chunks(events_for(request, lambda: _as_chunks(events(), body.model)))
            return StreamingResponse(chunks, media_type=EVENT_STREAM)
        answer = await work_for(request, work)
        note_answer(request, answer, metrics, log_questions)
        usage = answer.usage
        return JSONResponse({
            "id": _identifier(), "object": "chat.completion", "created": int(time.time()), "model": body.model,
            "choices": [{"index": 0, "finish_reason": "stop", "message": {
                "role": "assistant", "content": content_of(answer),
                "citations": [citation.to_dict() for citation in answer.citations],
                "abstained": answer.abstained,
            }}],
            "usage": {
                "prompt_tokens": usage.prompt_tokens, "completion_tokens": usage.completion_tokens,
                "total_tokens": usage.prompt_tokens + usage.completion_tokens,
            },
        })  # fmt: skip

    return router


def model_of(collection: str) -> str:
    return MODEL if collection == DEFAULT_COLLECTION else f"{MODEL}/{collection}"


def collection_of(model: str) -> str:
    """`wenbao/NAME` → NAME; any other name is the default collection, since front ends send what they like."""
    return model.removeprefix(f"{MODEL}/") if model.startswith(f"{MODEL}/") else DEFAULT_COLLECTION


def conversation(messages: Sequence[MessageIn]) -> tuple[str, list[Turn]]:
    """The question and the turns before it. 422 without a question."""
    from fastapi.exceptions import RequestValidationError

    said = [message for message in messages if message.role in ("user", "assistant")]
    question = said[-1].text.strip() if said and said[-1].role == "user" else ""
    if not question or len(question) > MAX_QUESTION_CHARACTERS:
        problem = f"the last must be a user's question of at most {MAX_QUESTION_CHARACTERS} characters"
        raise RequestValidationError([{"loc": ("body", "messages"), "msg": problem, "type": "value_error"}])
    turns: list[Turn] = []
    for message in said[:-1]:
        if message.role == "user":
            turns.append(Turn(message.text.strip()[:MAX_QUESTION_CHARACTERS]))
        elif turns and not turns[-1].answer:
            turns[-1] = Turn(turns[-1].question, message.text)
    return question, turns[-MAX_TURNS:]


def content_of(answer: Answer) -> str:
    """The answer as Markdown with its sources below; nothing of a report is taken for markup."""
    lines = [escape_markdown(answer.text)]
    if answer.citations:
        lines += ["", "Sources:" if answer.language == "en" else "出处："]
    for citation in answer.citations:
        page = f" p. {citation.page}" if answer.language == "en" else f" 第{citation.page}页"
        where = escape_markdown(citation.report) + (page if citation.page is not None else "")
        lines += ["", f"[{citation.marker}] {where}: “{escape_markdown(' '.join(citation.quote.split()))}”"]
    return "\n".join(lines)


def escape_markdown(text: str) -> str:
    """Text that Markdown shows as it is: no image, link or tag can come out of a report."""
    escaped = _MARKDOWN.sub(r"\\\1", text)
    return _MARKER.sub(r"[\1]", escaped).replace(
        "://", ":\u200b//"
    )  # front ends turn bare addresses into links


def _identifier() -> str:
    return f"chatcmpl-{secrets.token_hex(12)}"


def _as_chunks(events: Iterator[Named], model: str) -> Iterator[Named]:
    head = {
        "id": _identifier(),
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": model,
    }

    def chunk(delta: dict[str, Any], finish: str | None = None) -> Named:
        return "chunk", {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    yield chunk({"role": "assistant", "content": ""})
    for _, answer in events:
        yield chunk({"content": content_of(answer)})
        citations = [citation.to_dict() for citation in answer.citations]
        yield chunk({"citations": citations, "abstained": answer.abstained}, "stop")


async def _chunks(events: AsyncIterator[str]) -> AsyncIterator[str]:
    """Only the data of chunks and errors, as OpenAI's clients expect."""
    async for event in events:
        name, _, data = event.partition("\n")
        if name in ("event: chunk", "event: error"):
            yield data
    yield "data: [DONE]\n\n"
