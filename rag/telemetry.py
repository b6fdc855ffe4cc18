"""What a running server tells about itself: traces, metrics, one log line a request. No question text by default.

Spans go to whatever OpenTelemetry provider the process has (`trace = "log"` sets one that writes them to the
log); metrics are Prometheus text; logs are JSON, one object a line, on stderr.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import time
from collections.abc import MutableMapping, Sequence
from datetime import UTC, datetime
from typing import Any

from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
SECONDS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300)
log = logging.getLogger("wenbao.server")
_tracer = trace.get_tracer("wenbao.server")


class Metrics:
    """The server's own counters, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "wenbao_requests",
            "Requests by route and status",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "wenbao_request_seconds",
            "Seconds a request took",
            ["route"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.answers = Counter(
            "wenbao_answers", "Answers by the stage that made them", ["stage"], registry=self.registry
        )
        self.tokens = Counter(
            "wenbao_tokens", "Tokens of the language model", ["kind"], registry=self.registry
        )
        self.waiting = Gauge("wenbao_model_waiting", "Calls waiting for the model", registry=self.registry)
        self.running = Gauge("wenbao_model_running", "Calls the model is at", registry=self.registry)

    def count_answer(self, answer: Any) -> None:
        """Takes a rag.types.Answer."""
        self.answers.labels(answer.stage).inc()
        self.tokens.labels("prompt").inc(answer.usage.prompt_tokens - answer.usage.cached_tokens)
        self.tokens.labels("cached").inc(answer.usage.cached_tokens)
        self.tokens.labels("completion").inc(answer.usage.completion_tokens)

    def text(self) -> bytes:
        return generate_latest(self.registry)


class RequestLog:
    """Gives every request an id, a span, its metrics and one log line.

    A route adds to the line through `request.state.note`, a dict.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        identifier = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        note: dict[str, Any] = {}
        scope.setdefault("state", {}).update(request_id=identifier, note=note)
        began, status = time.perf_counter(), 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = identifier
            await send(message)

        with _tracer.start_as_current_span(f"{scope['method']} request", kind=trace.SpanKind.SERVER) as span:
            try:
                await self.app(scope, receive, send_with_id)
            except Exception as error:
                note["error"] = type(error).__name__
                raise
            finally:
                route = route_of(scope)
                span.update_name(f"{scope['method']} {route}")
                span.set_attributes({"http.route": route, "http.response.status_code": status or 500})
                self._record(scope, route, status or 500, time.perf_counter() - began, identifier, note)

    def _record(
        self, scope: Scope, route: str, status: int, seconds: float, identifier: str, note: dict[str, Any]
    ) -> None:
        self.metrics.requests.labels(scope["method"], route, str(status)).inc()
        self.metrics.seconds.labels(route).observe(seconds)
        principal = scope["state"].get("principal")
        log.info(
            "request",
            extra={"fields": {
                "request_id": identifier, "method": scope["method"], "route": route, "status": status,
                "ms": round(seconds * 1000, 1), "key": principal.name if principal else None, **note,
            }},
        )  # fmt: skip


def route_of(scope: Scope) -> str:
    """The route's pattern, never the path itself: paths hold report names."""
    path = getattr(scope.get("route"), "path", None)
    if isinstance(path, str) and path:
        return path
    return "/mcp" if scope["path"].startswith("/mcp") else "page"


# ---------------------------------------------------------------- where logs and traces go


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, event, and the fields given."""

    def format(self, record: logging.LogRecord) -> str:
        entry: MutableMapping[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        span = trace.get_current_span().get_span_context()
        if span.is_valid:
            entry["trace"] = trace.format_trace_id(span.trace_id)
        if record.exc_info and record.exc_info[0]:
            entry["error"] = record.exc_info[0].__name__
        return json.dumps(entry, ensure_ascii=False, default=str)


class LogExporter(SpanExporter):
    """Writes every finished span as a log line."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        for span in spans:
            context = span.get_span_context()
            log.info(
                "span",
                extra={"fields": {
                    "span": span.name, "trace": trace.format_trace_id(context.trace_id) if context else None,
                    "ms": round(((span.end_time or 0) - (span.start_time or 0)) / 1e6, 1),
                    **dict(span.attributes or {}),
                }},
            )  # fmt: skip
        return SpanExportResult.SUCCESS


def start_logging(tracing: bool = False) -> None:
    """Logs to stderr as JSON lines; with `tracing` spans too."""
    if not log.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLines())
        log.addHandler(handler)
        log.propagate = False
    log.setLevel(logging.INFO)
    if tracing:
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(LogExporter()))
        trace.set_tracer_provider(provider)
