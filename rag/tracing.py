"""Spans of the stages of an answer; nothing but a name where nobody set an OpenTelemetry provider."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace

_tracer = trace.get_tracer("wenbao")


@contextmanager
def stage(name: str, **attributes: str | int | float | bool) -> Iterator[trace.Span]:
    """A span for one stage of the work: understand, retrieve, answer, model; attributes hold no text."""
    with _tracer.start_as_current_span(name, attributes=attributes) as span:
        yield span
