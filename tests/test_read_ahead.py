"""Reading ahead keeps the order, the bound and the errors."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from index.read_ahead import ReadAhead

Put = Callable[[int, int], None]


def test_everything_comes_in_order() -> None:
    def make(put: Put) -> None:
        for number in range(200):
            put(number, 1)

    with ReadAhead(make, 5) as items:
        assert list(items) == list(range(200))


def test_the_maker_waits_when_it_is_far_enough_ahead() -> None:
    made: list[int] = []
    reached = threading.Event()

    def make(put: Put) -> None:
        for number in range(10):
            made.append(number)
            if len(made) == 4:
                reached.set()
            put(number, 2)

    with ReadAhead(make, 6) as items:
        assert reached.wait(30)
        # Three items weigh 6; the fourth was begun and waits.
        taken = [next(iter(items))]
        assert made[:4] == [0, 1, 2, 3] and len(made) <= 5
        taken += list(items)
    assert taken == list(range(10))


def test_an_error_comes_after_what_was_made_before_it() -> None:
    def make(put: Put) -> None:
        put(1, 1)
        raise ValueError("broken")

    taken = []
    with ReadAhead(make, 5) as items, pytest.raises(ValueError, match="broken"):
        for item in items:
            taken.append(item)
    assert taken == [1]


def test_leaving_early_ends_the_maker() -> None:
    ended = threading.Event()

    def make(put: Put) -> None:
        try:
            for number in range(1000):
                put(number, 1)
        finally:
            ended.set()

    def leave() -> None:
        with ReadAhead(make, 3) as items:
            for _ in items:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        leave()
    assert ended.wait(30)
