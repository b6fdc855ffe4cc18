"""What 50 people do: search, and ask with server-sent events. Run by `bench/soak/soak.py`.

SOAK_MIX=search: nine of ten people search; SOAK_MIX=ask: everybody asks, a quarter of the questions are for the
language model. A clean "busy" is counted under its own name and is no failure; anything else unexpected is.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import time

from locust import HttpUser, between, events, task
from reports import COUNTIES, PARTS, YEARS

MIX = os.environ.get("SOAK_MIX", "search")
MODEL_SHARE = 0.25  # of the questions, those that only the language model answers
SAME_SHARE = 0.2  # of the questions, those that others have asked as well
PLACES = list(itertools.product(COUNTIES, YEARS))
ASKED_BY_MANY = PLACES[:10]
NAMES = [name for indicator, _, parts in PARTS for name in (indicator, *parts)]


def figure_question() -> str:
    county, year = random.choice(ASKED_BY_MANY if random.random() < SAME_SHARE else PLACES)
    return random.choice(
        (
            f"{county}{year}年{random.choice(NAMES)}是多少？",
            f"{year}年{county}{random.choice(NAMES)}比上年增长多少？",
        )
    )


def name_question() -> str:
    county, year = random.choice(PLACES)
    return f"请介绍{year}年{county}科技馆的馆长"  # a form that code leaves to the model


def fired(name: str, began: float, error: Exception | None = None, size: int = 0) -> None:
    events.request.fire(
        request_type="SSE", name=name, response_time=(time.perf_counter() - began) * 1000,
        response_length=size, exception=error, context={},
    )  # fmt: skip


class SearchPerson(HttpUser):
    """Searches, thinks a few seconds, searches again."""

    abstract = MIX == "ask"
    weight = 9
    wait_time = between(3, 9)

    @task
    def search(self) -> None:
        with self.client.post(
            "/v1/search", json={"question": figure_question(), "top_k": 5}, name="search", catch_response=True
        ) as answer:
            if answer.status_code == 200 and not answer.json()["hits"]:
                answer.failure("nothing found")


class AskPerson(HttpUser):
    """Asks and reads the answer as it comes; in the ask mix searches now and then."""

    weight = 1
    wait_time = between(3, 9)

    @task(4)
    def ask(self) -> None:
        for_model = random.random() < MODEL_SHARE
        question = name_question() if for_model else figure_question()
        kind = "answer (model)" if for_model else "answer (figure)"
        began = time.perf_counter()
        with self.client.post(
            "/v1/ask", json={"question": question, "stream": True}, stream=True, name="ask", catch_response=True, timeout=600
        ) as response:  # fmt: skip
            if response.status_code != 200:
                response.failure(f"status {response.status_code}")
                return
            name, ended = "", False
            for line in response.iter_lines():
                field, _, value = line.decode("utf-8").partition(": ")
                if field == "event":
                    name = value
                    if name == "evidence":
                        fired("first evidence", began)
                elif field == "data" and name == "answer":
                    ended = True
                    fired(kind, began, size=len(value))
                    if not json.loads(value)["answer"]:
                        response.failure("an empty answer")
                elif field == "data" and name == "error":
                    ended = True
                    error = json.loads(value)["error"]
                    if error["code"] == "BusyError":
                        fired("busy", began)
                    else:
                        response.failure(f"{error['code']}: {error['message'][:120]}")
            if not ended:
                response.failure("the stream ended without an answer")

    @task(1)
    def search(self) -> None:
        self.client.post("/v1/search", json={"question": figure_question(), "top_k": 5}, name="search")
