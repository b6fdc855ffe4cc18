"""Turns at the language model: few at a time, the others wait in a bounded queue, each caller in turn.

A caller is whoever's key it is; one that sends many questions waits behind its own, not before others.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from index.errors import WenbaoError

_LOOK_SECONDS = 0.2  # how often one who waits looks whether its client has left


class BusyError(WenbaoError):
    """The queue is full."""


class ClientGoneError(WenbaoError):
    """Whoever asked has left; nobody sees this."""


@dataclass(eq=False)
class Caller:
    """For whom this thread works. `waits` is told how many are ahead whenever that changes."""

    name: str = "local"
    gone: threading.Event = field(default_factory=threading.Event)
    waits: Callable[[int], None] = lambda ahead: None
    begun: bool = False  # it has had a turn: its question is finished before others begin, and never refused

    def check(self) -> None:
        """Raises ClientGoneError once the client has left."""
        if self.gone.is_set():
            raise ClientGoneError("The client has left.", "客户端已离开。")


NOBODY = Caller()  # who works without having said for whom; never changed
caller: ContextVar[Caller] = ContextVar("caller", default=NOBODY)


class Turns:
    """`slots` callers at a time, at most `most_waiting` waiting. Safe between threads."""

    def __init__(self, slots: int = 1, most_waiting: int = 16) -> None:
        self.slots = slots
        self.most_waiting = most_waiting
        self._running = 0
        self._queues: dict[str, deque[Caller]] = {}  # by caller's name, in the order of their next turns
        self._changed = threading.Condition()

    @property
    def waiting(self) -> int:
        return sum(len(queue) for queue in self._queues.values())

    @property
    def running(self) -> int:
        return self._running

    @contextmanager
    def turn(self) -> Iterator[Caller]:
        """Waits for a turn. Raises BusyError where too many wait, ClientGoneError where the client left."""
        me = caller.get()
        self._wait(me)
        if me is not NOBODY:
            me.begun = True
        try:
            yield me
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def _wait(self, me: Caller) -> None:
        with self._changed:
            waiting = self.waiting
            if self._running < self.slots and not waiting:
                self._running += 1
                return
            if waiting >= self.most_waiting and not me.begun:
                ahead = waiting + self._running
                raise BusyError(
                    f"Busy, {ahead} ahead: try again in a minute.",
                    f"繁忙，前面还有 {ahead} 个请求：请稍后重试。",
                )
            place = Caller(me.name, me.gone, me.waits)  # the same caller may wait more than once
            queue = self._queues.setdefault(me.name, deque())
            if me.begun:
                queue.appendleft(place)
            else:
                queue.append(place)
            told = -1
            try:
                while not (self._running < self.slots and self._next() is place):
                    me.check()
                    ahead = self._ahead(place)
                    if ahead != told:
                        me.waits(ahead)
                        told = ahead
                    self._changed.wait(_LOOK_SECONDS)
                self._running += 1
            finally:
                self._leave(place)

    def _next(self) -> Caller:
        return next(iter(self._queues.values()))[0]

    def _leave(self, place: Caller) -> None:
        """Out of the queue; the other callers come before this one's next."""
        queue = self._queues.pop(place.name)
        queue.remove(place)
        if queue:
            self._queues[place.name] = queue
        self._changed.notify_all()

    def _ahead(self, place: Caller) -> int:
        """How many have their turn before it."""
        names = list(self._queues)
        own = self._queues[place.name].index(place)
        mine = names.index(place.name)
        before = sum(
            min(len(self._queues[name]), own + (at < mine)) for at, name in enumerate(names) if at != mine
        )
        return own + before + self._running
