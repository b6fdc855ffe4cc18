"""/v1/ask, /v1/search, /v1/compare: questions, as JSON or as server-sent events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from rag.access import MAX_BODY_BYTES, principal_of
from rag.collections import Service, no_collection
from rag.running import Named, events_for, work_for
from rag.schemas import AnswerOut, AskIn, CompareIn, ComparisonOut, SearchIn, SearchOut, problems
from rag.settings import DEFAULT_COLLECTION
from rag.telemetry import Metrics
from rag.types import Answer, Event, Turn, hit_to_dict

EVENT_STREAM = "text/event-stream"
EVENT_SCHEMA = {"type": "object", "properties": {"event": {"type": "string"}, "data": {"type": "string"}}}
_STREAMED = {
    EVENT_STREAM: {
        "schema": EVENT_SCHEMA,
        "example": 'event: evidence\ndata: {"hits": []}\n\nevent: text\ndata: {"text": "…"}\n\n'
        'event: answer\ndata: {"answer": "…"}\n\n',
    }
}


def allowed(request: Request, collection: str | None, *, manage: bool = False) -> str:
    """The collection's name, if this key opens it. Raises CollectionNotFoundError, NotAllowedError."""
    name = collection or DEFAULT_COLLECTION
    principal = principal_of(request)
    if not principal.opens(name):
        raise no_collection(name)
    if manage:
        principal.check_manage()
    note(request, collection=name)
    return name


def note(request: Request, **fields: Any) -> None:
    """Adds to the log line of the request."""
    request.state.note.update(fields)


def note_answer(request: Request, answer: Answer, metrics: Metrics, log_questions: bool) -> None:
    metrics.count_answer(answer)
    note(request, stage=answer.stage, abstained=answer.abstained, citations=len(answer.citations))
    if log_questions:
        note(request, question=answer.question)


def answer_events(events: Iterator[Event]) -> Iterator[tuple[Named, Answer | None]]:
    """The events of one question as they are sent, the last with its answer; text is verified before."""
    for event in events:
        if event.kind == "evidence":
            yield ("evidence", {"hits": [hit_to_dict(hit) for hit in event.hits]}), None
        elif event.kind == "text":
            yield ("text", {"text": event.text}), None
        elif event.answer is not None:
            yield ("answer", event.answer.to_dict()), event.answer


def make_router(service: Service, metrics: Metrics) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["questions"])
    log_questions = service.configuration.log_questions

    @router.post(
        "/ask", response_model=AnswerOut, max_body_size=MAX_BODY_BYTES,
        responses={**problems(404, 413, 502), 200: {"content": _STREAMED}},
    )  # fmt: skip
    async def ask(body: AskIn, request: Request) -> Response:
        """One verified answer, or a refusal.

        With `stream` (or `Accept: text/event-stream`) the answer comes as events: `queue` while others are
        ahead at the model, `evidence`, `text`, and `answer`, which is what is returned otherwise.
        """
        collection = allowed(request, body.collection)
        history = [Turn(turn.question, turn.answer) for turn in body.history]
        if body.stream or request.headers.get("accept", "").startswith(EVENT_STREAM):

            def events() -> Iterator[Named]:
                asked = service.stream(
                    body.question, collection=collection, history=history, reports=body.reports
                )
                for event, answer in answer_events(asked):
                    if answer is not None:
                        note_answer(request, answer, metrics, log_questions)
                    yield event

            return StreamingResponse(events_for(request, events), media_type=EVENT_STREAM)

        def work() -> Answer:
            return service.ask(body.question, collection=collection, history=history, reports=body.reports)

        answer = await work_for(request, work)
        note_answer(request, answer, metrics, log_questions)
        return JSONResponse(answer.to_dict())

    @router.post(
        "/search", response_model=SearchOut, max_body_size=MAX_BODY_BYTES, responses=problems(404, 413)
    )
    def search(body: SearchIn, request: Request) -> dict[str, Any]:
        """The passages found for a question, best first; the language model is not involved."""
        collection = allowed(request, body.collection)
        hits = service.search(body.question, top_k=body.top_k, collection=collection, reports=body.reports)
        return {"hits": [hit_to_dict(hit) for hit in hits]}

    @router.post(
        "/compare", response_model=ComparisonOut, max_body_size=MAX_BODY_BYTES, responses=problems(404, 413)
    )
    def compare(body: CompareIn, request: Request) -> dict[str, Any]:
        """One indicator over regions and years: every cell is a cited figure, or a gap."""
        collection = allowed(request, body.collection)
        engine = service.engine(collection)
        return engine.compare(body.indicator, years=body.years, regions=body.regions).to_dict()

    return router
