"""One thread makes things, another takes them in order: files are read while passages are embedded."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")
_END = object()


class Stopped(Exception):
    """Nobody takes any more; ends the thread that makes."""


class ReadAhead(Generic[Item]):
    """Runs `make(put)` in a thread; iterate to take what it puts. An error in it comes out of the iteration.

    `put(item, weight)` waits while items of `most` weight in all have not been taken. Leaving the `with` block
    early ends the thread at its next `put`; it is not waited for.
    """

    def __init__(self, make: Callable[[Callable[[Item, int], None]], None], most: int) -> None:
        self._make = make
        self._most = most
        self._items: deque[tuple[object, int]] = deque()
        self._weight = 0
        self._stopped = False
        self._error: BaseException | None = None
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="wenbao-reading", daemon=True)

    def __enter__(self) -> ReadAhead[Item]:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def __iter__(self) -> Iterator[Item]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._items)
                item, weight = self._items.popleft()
                self._weight -= weight
                self._changed.notify_all()
            if item is _END:
                if self._error is not None:
                    raise self._error
                return
            yield item  # type: ignore[misc]

    def _put(self, item: object, weight: int = 0) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or self._weight < self._most)
            if self._stopped:
                raise Stopped
            self._items.append((item, weight))
            self._weight += weight
            self._changed.notify_all()

    def _run(self) -> None:
        try:
            self._make(self._put)
        except Stopped:
            return
        except BaseException as error:
            self._error = error
        with self._changed:
            self._items.append((_END, 0))
            self._changed.notify_all()
