"""Turns at the model, cancellation and the answer cache; asking goes on while reports are added."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from answer_reports import YUNCHUAN_2022, YUNCHUAN_2023
from served import GDP, ConstantModel, ConstantStream, app_over, client_of, running, service_over

from rag.answer_cache import AnswerCache
from rag.turns import BusyError, Caller, ClientGoneError, Turns, caller
from rag.types import Answer

pytestmark = pytest.mark.usefixtures("no_name_by_code")

NAME_QUESTION = "市科技馆的新馆长是谁？"


def take_turn(
    turns: Turns, name: str, order: list[str], hold: threading.Event | None = None, me: Any = None
) -> None:
    caller.set(me or Caller(name))
    with turns.turn():
        order.append(name)
        if hold:
            hold.wait(20)


def start(turns: Turns, name: str, order: list[str], waiting: int, **options: Any) -> threading.Thread:
    """A thread that wants a turn; returns once it is in the queue (or has its turn)."""
    thread = threading.Thread(target=take_turn, args=(turns, name, order), kwargs=options)
    thread.start()
    until(lambda: turns.waiting == waiting and turns.running == turns.slots)
    return thread


def until(condition: Any) -> None:
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()


def test_callers_take_turns_however_much_one_asks() -> None:
    turns, order, hold = Turns(1, 10), list[str](), threading.Event()
    threads = [start(turns, "first", order, 0, hold=hold)]
    for waiting, name in enumerate(["greedy", "greedy", "greedy", "modest", "other"], start=1):
        threads.append(start(turns, name, order, waiting))
    hold.set()
    for thread in threads:
        thread.join(20)
    assert order == ["first", "greedy", "modest", "other", "greedy", "greedy"]
    assert (turns.waiting, turns.running) == (0, 0)


def test_a_full_queue_says_busy_with_how_many_are_ahead() -> None:
    turns, order, hold = Turns(1, 2), list[str](), threading.Event()
    threads = [
        start(turns, "a", order, 0, hold=hold),
        start(turns, "b", order, 1),
        start(turns, "c", order, 2),
    ]
    with pytest.raises(BusyError, match="Busy, 3 ahead"):
        take_turn(turns, "d", order)
    hold.set()
    for thread in threads:
        thread.join(20)
    assert order == ["a", "b", "c"]


def test_one_who_waits_is_told_and_one_who_left_is_dropped() -> None:
    turns, order, hold = Turns(1, 5), list[str](), threading.Event()
    told: list[int] = []
    me = Caller("c", waits=told.append)
    threads = [
        start(turns, "a", order, 0, hold=hold),
        start(turns, "b", order, 1),
        start(turns, "c", order, 2, me=me),
    ]
    until(lambda: told == [2])
    gone = Caller("d")
    failures: list[type[BaseException]] = []

    def leave() -> None:
        try:
            take_turn(turns, "d", order, me=gone)
        except BaseException as error:
            failures.append(type(error))

    leaving = threading.Thread(target=leave)
    leaving.start()
    until(lambda: turns.waiting == 3)
    gone.gone.set()
    leaving.join(20)
    assert failures == [ClientGoneError] and turns.waiting == 2
    hold.set()
    for thread in threads:
        thread.join(20)
    assert order == ["a", "b", "c"]
    assert told[0] == 2 and told == sorted(told, reverse=True)  # never more ahead than before


def test_a_question_that_has_begun_is_finished_first_and_never_refused() -> None:
    """One question makes several calls: the queue may be full when the second comes."""
    turns, order = Turns(1, 2), list[str]()
    begun, holds = Caller("a"), [threading.Event(), threading.Event()]
    first = start(turns, "a", order, 0, me=begun, hold=holds[0])
    waiting = start(turns, "a", order, 1, hold=holds[1])
    holds[0].set()
    first.join(20)
    until(lambda: order == ["a", "a"])  # the second has its turn
    threads = [waiting, start(turns, "a", order, 1), start(turns, "a", order, 2)]
    with pytest.raises(BusyError):
        take_turn(turns, "a", order)

    def again() -> None:
        caller.set(begun)
        with turns.turn():
            order.append("begun")

    threads.append(threading.Thread(target=again))
    threads[-1].start()
    until(lambda: turns.waiting == 3)
    holds[1].set()
    for thread in threads:
        thread.join(20)
    assert order == ["a", "a", "begun", "a", "a"]


def test_a_turn_is_given_back_when_its_work_fails() -> None:
    turns = Turns(1, 1)
    with pytest.raises(ValueError, match="broken"), turns.turn():
        raise ValueError("broken")
    with turns.turn():
        assert turns.running == 1


class SlowModel(ConstantModel):
    """Writes on until it is closed; counts how many are at it."""

    def __init__(self) -> None:
        super().__init__()
        self.writing = threading.Event()
        self.left = threading.Event()
        self.asked = 0

    def stream(self, *arguments: Any, **options: Any) -> Any:
        self.asked += 1
        return SlowStream(self)


class SlowStream(ConstantStream):
    def __init__(self, model: SlowModel) -> None:
        super().__init__("罗明川")
        self._model = model

    def __exit__(self, *error: object) -> None:
        self._model.left.set()

    def __iter__(self) -> Iterator[str]:
        self._model.writing.set()
        for _ in range(2000):
            time.sleep(0.01)
            yield "云"


@pytest.mark.parametrize("stream", [False, True], ids=["json", "events"])
def test_a_client_that_leaves_frees_the_model(tmp_path: Path, stream: bool) -> None:
    model = SlowModel()
    with running(app_over(tmp_path, model=model)) as address:
        body = {"question": NAME_QUESTION, "stream": stream}

        async def leave_while_it_writes() -> None:
            async with httpx.AsyncClient(timeout=60) as client:
                asking = asyncio.create_task(client.post(f"{address}/v1/ask", json=body))
                await asyncio.to_thread(model.writing.wait, 30)
                asking.cancel()

        asyncio.run(leave_while_it_writes())
        assert model.writing.is_set()
        assert model.left.wait(10)  # 2000 pieces would take twice as long
        answer = httpx.post(f"{address}/v1/ask", json={"question": GDP}, timeout=20).json()
        assert "3127.4亿元" in answer["answer"]


def test_search_and_figures_are_answered_while_the_model_is_busy(tmp_path: Path) -> None:
    model = SlowModel()
    with running(app_over(tmp_path, model=model, most_waiting=1)) as address:
        url = f"{address}/v1/ask"
        ends = [threading.Event(), threading.Event()]

        def ask(end: threading.Event) -> None:
            body = {"question": NAME_QUESTION, "stream": True}
            with (
                suppress(httpx.HTTPError),  # the server ends before it
                httpx.stream("POST", url, json=body, timeout=60) as response,
            ):
                for _ in response.iter_lines():
                    if end.is_set():
                        return

        threads = [threading.Thread(target=ask, args=(end,)) for end in ends]
        threads[0].start()
        assert model.writing.wait(20)
        threads[1].start()
        until(lambda: "wenbao_model_waiting 1.0" in httpx.get(f"{address}/metrics").text)
        busy = httpx.post(url, json={"question": NAME_QUESTION}, timeout=20)
        assert (busy.status_code, busy.json()["error"]["code"]) == (503, "BusyError")
        assert "2 ahead" in busy.json()["error"]["message"]
        assert "3127.4亿元" in httpx.post(url, json={"question": GDP}, timeout=20).json()["answer"]
        assert httpx.post(f"{address}/v1/search", json={"question": GDP}, timeout=20).json()["hits"]
        model.__class__ = FastModel  # those who come after are answered at once
        for end in ends:
            end.set()
        # Streams send nothing while the model writes, so the first client is let go by its server's shutdown.


class FastModel(SlowModel):
    def stream(self, *arguments: Any, **options: Any) -> Any:
        return ConstantStream("无")


# ---------------------------------------------------------------- the cache


def test_the_same_question_is_answered_once_until_something_changes(tmp_path: Path) -> None:
    model = CountingModel("无")
    service = service_over(tmp_path, model=model)
    first = service.ask(NAME_QUESTION)
    calls = model.calls
    assert calls > 0
    assert service.ask(NAME_QUESTION) == first and model.calls == calls
    assert [event.kind for event in service.stream(NAME_QUESTION)] == ["evidence", "text", "answer"]
    service.ask(NAME_QUESTION, reports=["yunchuan-2023.md"])
    assert model.calls > calls
    calls = model.calls
    service.library().remove("linhe-2023.md")
    service.ask(NAME_QUESTION)
    assert model.calls > calls


class CountingModel(ConstantModel):
    calls = 0

    def stream(self, *arguments: Any, **options: Any) -> Any:
        self.calls += 1
        return super().stream(*arguments, **options)


def test_an_answer_of_one_collection_is_not_given_in_another(tmp_path: Path) -> None:
    service = service_over(tmp_path)
    question = "临河市2023年地区生产总值是多少？"
    assert service.ask(question).citations[0].report == "linhe-2023.md"
    assert service.ask(question, collection="other").citations[0].report == "secret-linhe.md"


def test_the_cache_forgets_the_oldest() -> None:
    cache, answer = AnswerCache(2), Answer("?", "", True, "zh", "refused")
    for key in ("a", "b", "a", "c"):
        cache.get(key) or cache.put(key, answer)
    assert [cache.get(key) is not None for key in "abc"] == [True, False, True]


def test_asking_goes_on_while_reports_are_added(tmp_path: Path) -> None:
    client = client_of(app_over(tmp_path))
    stop = threading.Event()
    problems: list[str] = []

    def ask() -> None:
        while not stop.is_set():
            body = client.post("/v1/ask", json={"question": GDP, "reports": ["yunchuan-2023.md"]}).json()
            if "3127.4亿元" not in body.get("answer", ""):
                problems.append(str(body))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(6):
        text = (YUNCHUAN_2022 if number % 2 else YUNCHUAN_2023).replace("云川", f"甲{number}")
        files = {"files": (f"added-{number}.md", text.encode())}
        assert client.post("/v1/reports", files=files).json()["added"] == [f"added-{number}.md"]
    assert client.delete("/v1/reports/added-0.md").status_code == 200
    stop.set()
    for thread in threads:
        thread.join(20)
    assert problems == []
