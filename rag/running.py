"""Work of a request in a thread: for its caller, and broken off when the client leaves."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, TypeVar

from anyio import to_thread
from fastapi import Request

from index.errors import WenbaoError
from rag.access import principal_of
from rag.telemetry import log
from rag.turns import Caller, caller

Result = TypeVar("Result")
Named = tuple[str, Any]  # the name of a server-sent event, and what is sent as its JSON


async def work_for(request: Request, work: Callable[[], Result]) -> Result:
    """`work()` in a thread. Once the client has left, the work's next step at the model raises."""
    me = Caller(principal_of(request).name)
    caller.set(me)
    watching = asyncio.create_task(_watch(request, me))
    try:
        return await to_thread.run_sync(work, abandon_on_cancel=False)
    finally:
        watching.cancel()


async def _watch(request: Request, me: Caller) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    me.gone.set()


async def events_for(request: Request, work: Callable[[], Iterator[Named]]) -> AsyncIterator[str]:
    """What `work()` yields, as server-sent events; `queue` events tell how many are ahead at the model.

    An error is the last event, `error`, in the shape of every error.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[Named | None] = asyncio.Queue()

    def put(event: Named | None) -> None:
        loop.call_soon_threadsafe(queue.put_nowait, event)

    me = Caller(principal_of(request).name, waits=lambda ahead: put(("queue", {"ahead": ahead})))

    def run() -> None:
        caller.set(me)
        try:
            for event in work():
                put(event)
                me.check()
        except WenbaoError as error:
            put(("error", error_body(type(error).__name__, error.english, error.chinese)))
        except Exception as error:
            log.error("failed", exc_info=error)
            put(
                (
                    "error",
                    error_body("InternalError", "Unexpected error; see the server's log.", "内部错误。"),
                )
            )
        finally:
            put(None)

    running = asyncio.create_task(to_thread.run_sync(run))
    try:
        while (event := await queue.get()) is not None:
            yield f"event: {event[0]}\ndata: {json.dumps(event[1], ensure_ascii=False)}\n\n"
        await running
    finally:
        me.gone.set()  # no harm when all is done; frees the model when the client has left


def error_body(code: str, english: str, chinese: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": english, "message_zh": chinese}}
