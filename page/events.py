"""How the page's events run: most are answered in their own request, the long ones over gradio's stream.

gradio's browser client (6.31, `submit` and `open_stream`) waits for a queued event on one stream per page. The
server closes that stream when nothing is pending, and an event that joins while the closing is under way is never
heard of: the client still believes the stream to be open. So short events do not use the queue at all, and for
those that must, `StreamGate` lets the browser see the closing before it hears that it has joined.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

AT_ONCE: dict[str, Any] = {"show_progress": "hidden", "api_name": False, "queue": False}
QUEUED: dict[str, Any] = {"show_progress": "hidden", "api_name": False, "queue": True}

JOIN, STREAM = "/gradio_api/queue/join", "/gradio_api/queue/data"
APART_SECONDS = 0.5  # between a stream's closing and the next event's joining
PAGES_KEPT = 1000


class StreamGate:
    """Answers an event's joining no sooner than `apart` seconds after the closing of its page's last stream."""

    def __init__(self, app: ASGIApp, apart: float = APART_SECONDS) -> None:
        self.app = app
        self.apart = apart
        self._closed: dict[str, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "http" and path.endswith(STREAM):
            await self._stream(scope, receive, send)
        elif scope["type"] == "http" and path.endswith(JOIN):
            await self._join(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [""])[0]

        async def noting(message: Message) -> None:
            if b'"close_stream"' in message.get("body", b""):
                self._closed[page] = time.monotonic()
                while len(self._closed) > PAGES_KEPT:
                    self._closed.pop(next(iter(self._closed)))
            await send(message)

        await self.app(scope, receive, noting)

    async def _join(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = bytearray()

        async def reading() -> Message:
            message = await receive()
            body.extend(message.get("body", b""))
            return message

        async def later(message: Message) -> None:
            if message["type"] == "http.response.start":
                closed = self._closed.get(_page(bytes(body)))
                if closed is not None:
                    await asyncio.sleep(max(0.0, closed + self.apart - time.monotonic()))
            await send(message)

        await self.app(scope, reading, later)


def _page(body: bytes) -> str:
    try:
        told = json.loads(body)
    except ValueError:
        return ""
    return str(told.get("session_hash", "")) if isinstance(told, dict) else ""
