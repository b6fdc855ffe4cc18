"""LlamaIndex's own events as spans: whoever uses `as_query_engine` sees its steps in the same trace as ours."""

from __future__ import annotations

import inspect
from typing import Any

from llama_index.core.instrumentation import get_dispatcher  # type: ignore[attr-defined]
from llama_index.core.instrumentation.span import SimpleSpan
from llama_index.core.instrumentation.span_handlers import BaseSpanHandler
from opentelemetry import context, trace

_tracer = trace.get_tracer("wenbao.llama_index")


class LlamaSpan(SimpleSpan):
    """A LlamaIndex span with the OpenTelemetry span that stands for it, and how to leave it."""

    ours: Any = None
    token: Any = None


class LlamaTraces(BaseSpanHandler[LlamaSpan]):
    """Opens a span when LlamaIndex opens one; arguments and results, which hold text, are left out."""

    def new_span(
        self, id_: str, bound_args: inspect.BoundArguments, instance: Any = None, parent_span_id: str | None = None,
        tags: dict[str, Any] | None = None, **kwargs: Any,
    ) -> LlamaSpan:  # fmt: skip
        ours = _tracer.start_span(id_.rpartition("-")[0] if id_.count("-") == 1 else id_[:-37])
        token = context.attach(trace.set_span_in_context(ours))
        return LlamaSpan(id_=id_, parent_id=parent_span_id, ours=ours, token=token)

    def prepare_to_exit_span(
        self,
        id_: str,
        bound_args: inspect.BoundArguments,
        instance: Any = None,
        result: Any = None,
        **kwargs: Any,
    ) -> LlamaSpan | None:
        return self._end(id_, None)

    def prepare_to_drop_span(
        self, id_: str, bound_args: inspect.BoundArguments, instance: Any = None, err: BaseException | None = None,
        **kwargs: Any,
    ) -> LlamaSpan | None:  # fmt: skip
        return self._end(id_, err)

    def _end(self, id_: str, error: BaseException | None) -> LlamaSpan | None:
        span = self.open_spans.get(id_)
        if span is None:
            return None
        if error is not None:
            span.ours.set_status(trace.StatusCode.ERROR, type(error).__name__)
        span.ours.end()
        context.detach(span.token)
        return span


def trace_llama_index() -> None:
    """From now on LlamaIndex's spans go to OpenTelemetry too; once is enough."""
    dispatcher = get_dispatcher()
    if not any(isinstance(handler, LlamaTraces) for handler in dispatcher.span_handlers):
        dispatcher.add_span_handler(LlamaTraces())
