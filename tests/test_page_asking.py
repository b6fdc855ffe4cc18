"""A question of the page: its steps, its place in the queue, and its end when its visitor leaves."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from page.asking import UnderWay, steps
from rag.turns import BusyError, ClientGoneError, Turns
from rag.types import Event


def asked(turns: Turns, hold: threading.Event | None = None) -> Iterator[Event]:
    """Evidence at once, text after a turn at the model that lasts until `hold` is set or the caller is gone."""
    yield Event("evidence")
    with turns.turn() as me:
        while hold is not None and not hold.wait(0.02):
            me.check()
    yield Event("text", text="8.2%")


def settled(turns: Turns) -> bool:
    deadline = time.monotonic() + 10
    while (turns.running or turns.waiting) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not turns.running and not turns.waiting


def test_steps_are_the_events_and_what_is_ahead() -> None:
    turns, hold, under_way = Turns(), threading.Event(), UnderWay()
    with closing(steps(lambda: asked(turns, hold), "first", "page-1", under_way)) as first:
        assert next(first) == Event("evidence")
        while not turns.running:
            time.sleep(0.01)
        second = steps(lambda: asked(turns), "second", "page-2", under_way)
        assert next(second) == Event("evidence")
        assert next(second) == 1  # the first is ahead
        hold.set()
        assert [*second] == [Event("text", text="8.2%")]
        assert [*first] == [Event("text", text="8.2%")]
    assert settled(turns)


def test_leaving_breaks_off_and_frees_the_model() -> None:
    turns, under_way = Turns(), UnderWay()
    under_way.leave("page-1")  # nothing is under way: no harm
    mine = steps(lambda: asked(turns, threading.Event()), "me", "page-1", under_way)
    other = steps(lambda: asked(turns, threading.Event()), "other", "page-2", under_way)
    assert next(mine) == next(other) == Event("evidence")
    under_way.leave("page-1")
    with pytest.raises(ClientGoneError):
        list(mine)
    other.close()  # a generator that gradio drops
    assert settled(turns)


def test_a_new_question_of_a_page_ends_the_one_before() -> None:
    turns, under_way = Turns(), UnderWay()
    first = steps(lambda: asked(turns, threading.Event()), "me", "page-1", under_way)
    assert next(first) == Event("evidence")
    second = steps(lambda: asked(turns), "me", "page-1", under_way)
    assert next(second) == Event("evidence")
    with pytest.raises(ClientGoneError):
        list(first)
    assert [step for step in second if isinstance(step, Event)] == [Event("text", text="8.2%")]
    assert settled(turns)


def test_errors_reach_whoever_asked() -> None:
    turns, hold = Turns(1, 1), threading.Event()
    under_way = UnderWay()
    waiting = [steps(lambda: asked(turns, hold), str(n), f"page-{n}", under_way) for n in range(2)]
    for one in waiting:
        assert next(one) == Event("evidence")
    deadline = time.monotonic() + 10
    while turns.running + turns.waiting < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    with pytest.raises(BusyError, match="Busy, 2 ahead"):
        list(steps(lambda: asked(turns), "late", "page-9", under_way))
    hold.set()
    for one in waiting:
        list(one)
    assert settled(turns)
