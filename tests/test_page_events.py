"""An event that joins while its page's stream is closing is told so only after the closing."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from inspect import isgeneratorfunction
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from page.desk import Desk
from page.events import StreamGate
from page.layout import build_page
from rag.server import Service

APART = 0.2
LONG = 5.0  # no loaded machine takes that for nothing


async def gradio(scope: Scope, receive: Receive, send: Send) -> None:
    """Closes every stream at once and lets every event join."""
    body = b"joined"
    if scope["path"].endswith("data"):
        body = b'data: {"msg":"close_stream"}\n\n'
    else:
        while (await receive()).get("more_body"):
            pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


async def request(app: StreamGate, path: str, query: str = "", parts: tuple[bytes, ...] = (b"",)) -> bytes:
    messages = [
        {"type": "http.request", "body": part, "more_body": number + 1 < len(parts)}
        for number, part in enumerate(parts)
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "path": path, "query_string": query.encode()}
    await app(scope, receive, send)
    return b"".join(message.get("body", b"") for message in sent)


def seconds(work: Callable[[StreamGate], Awaitable[Any]], apart: float) -> float:
    """What the last request of `work` took, after a stream of the page `p` was closed."""

    async def both() -> float:
        gate = StreamGate(gradio, apart)
        closed = await request(gate, "/gradio_api/queue/data", "session_hash=p")
        assert b"close_stream" in closed
        start = time.monotonic()
        assert await work(gate) == b"joined"
        return time.monotonic() - start

    return asyncio.run(both())


def joining(page: str) -> tuple[bytes, ...]:
    body = json.dumps({"data": [None], "session_hash": page}).encode()
    return body[:9], body[9:]


def test_the_same_page_joins_after_the_closing_is_seen() -> None:
    took = seconds(lambda gate: request(gate, "/gradio_api/queue/join", parts=joining("p")), APART)
    assert took >= APART * 0.95


@pytest.mark.parametrize("parts", [joining("another"), (b"no json",), (b"[1]",)])
def test_others_do_not_wait(parts: tuple[bytes, ...]) -> None:
    assert seconds(lambda gate: request(gate, "/gradio_api/queue/join", parts=parts), LONG) < LONG * 0.9


def test_only_long_events_use_the_stream(tmp_path: Path) -> None:
    """Those that tell of their progress, and the comparison, which takes seconds over many reports."""
    events = build_page(Desk(Service(tmp_path / "none"))).fns.values()
    queued = {event.name for event in events if event.fn is not None and event.queue}
    # "left" is what the server does of itself when a page is closed.
    assert queued == {"add", "ask", "ask_clicked", "compare", "run", "left"}
    assert all(event.queue for event in events if isgeneratorfunction(event.fn))


def test_closed_streams_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("page.events.PAGES_KEPT", 3)

    async def many() -> StreamGate:
        gate = StreamGate(gradio, APART)
        for number in range(10):
            await request(gate, "/gradio_api/queue/data", f"session_hash={number}")
        return gate

    assert list(asyncio.run(many())._closed) == ["7", "8", "9"]
