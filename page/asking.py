"""A question under way: answered in a thread of its own, so that it can be waited for, and broken off.

Whoever stops it or closes the page frees the language model (`rag.turns`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue

from rag.turns import Caller, caller
from rag.types import Event

Step = Event | int  # an int: so many are ahead at the language model


class UnderWay:
    """The questions under way, by the open page that asked them. Safe between threads."""

    def __init__(self) -> None:
        self._callers: dict[str, Caller] = {}
        self._lock = threading.Lock()

    def begin(self, page: str, me: Caller) -> None:
        """`page` asks now; what it asked before is broken off. One without a name cannot be."""
        if not page:
            return
        with self._lock:
            before = self._callers.get(page)
            self._callers[page] = me
        if before is not None:
            before.gone.set()

    def end(self, page: str, me: Caller) -> None:
        """The question has been answered."""
        with self._lock:
            if self._callers.get(page) is me:
                del self._callers[page]

    def leave(self, page: str) -> None:
        """Breaks off what `page` asks, if anything."""
        with self._lock:
            me = self._callers.pop(page, None)
        if me is not None:
            me.gone.set()


def steps(work: Callable[[], Iterator[Event]], name: str, page: str, under_way: UnderWay) -> Iterator[Step]:
    """What `work()` yields, and in between how many are ahead. Raises what it raises.

    `name` is whose turns at the model these are. Once the page has left, the work's next step raises
    ClientGoneError; leaving this iterator does the same.
    """
    queue: SimpleQueue[Step | BaseException | None] = SimpleQueue()
    me = Caller(name, waits=queue.put)

    def run() -> None:
        caller.set(me)
        try:
            for event in work():
                queue.put(event)
                me.check()
        except BaseException as error:
            queue.put(error)
        else:
            queue.put(None)

    under_way.begin(page, me)
    threading.Thread(target=run, name="asking", daemon=True).start()
    try:
        while (step := queue.get()) is not None:
            if isinstance(step, BaseException):
                raise step
            yield step
    finally:
        me.gone.set()
        under_way.end(page, me)
