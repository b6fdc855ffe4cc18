"""A server over real indexes of fictional reports, with the hashing embedder and a model that says one thing."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from answer_reports import LINHE_2023, REPORTS, index_of
from fastapi import FastAPI
from hashing_embedder import HashingEmbedder
from scripted_model import ScriptedModel
from starlette.testclient import TestClient

from rag.llm import Completion, FirstToken, Message
from rag.server import Service, bind, create_app
from rag.settings import Configuration

OWNER, READER, OTHER = "owner-key-0000", "reader-key-0001", "other-key-0002"
GDP = "云川市2023年地区生产总值是多少？"


class ConstantModel(ScriptedModel):
    """Writes `text` whatever it is asked; any number of times."""

    def __init__(self, text: str = "无") -> None:
        super().__init__()
        self.text = text
        self.closed = False

    def complete(self, messages: Sequence[Message], **options: Any) -> Completion:
        return Completion(self.text, 10, len(self.text), 4, 1.0)

    def stream(self, messages: Sequence[Message], **options: Any) -> Any:
        return ConstantStream(self.text)

    def first_token_logprobs(self, messages: Sequence[Message], top: int = 20) -> FirstToken | None:
        return None


class ConstantStream:
    def __init__(self, text: str) -> None:
        self.usage = Completion(text, 10, len(text), 4, 1.0)

    def __enter__(self) -> ConstantStream:
        return self

    def __exit__(self, *error: object) -> None: ...

    def __iter__(self) -> Iterator[str]:
        yield self.usage.text


def configuration(**values: Any) -> Configuration:
    return Configuration(**values)


def service_over(
    folder: Path, reports: Mapping[str, str] = REPORTS, model: Any = None, **settings: Any
) -> Service:
    """A service whose default collection holds `reports` and whose collection `other` a report of Linhe."""
    directory = index_of(folder / "main", reports) if reports else folder / "none"
    other = index_of(folder / "other", {"secret-linhe.md": LINHE_2023})
    return Service(
        directory, configuration(collections={"other": other}, **settings),
        embedder=HashingEmbedder(), model=model or ConstantModel(),  # type: ignore[arg-type]
    )  # fmt: skip


def keyed(**settings: Any) -> dict[str, Any]:
    """Settings with three keys: of everything, of reading the default collection, of managing the other."""
    return {
        "api_key": OWNER,
        "keys": {
            "reader": {"key": READER},
            "other": {"key": OTHER, "collections": ["other"], "manage": True},
        },
        "requests_per_minute": 100_000,
        **settings,
    }


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def client_of(app: FastAPI, key: str | None = None) -> TestClient:
    """A client that sends the key; use it in a `with` where MCP is needed."""
    return TestClient(
        app, base_url="http://127.0.0.1", headers=bearer(key) if key else {}, raise_server_exceptions=False
    )


def app_over(folder: Path, *, host: str = "127.0.0.1", **settings: Any) -> FastAPI:
    return create_app(service_over(folder, **settings), host=host)


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """The app on a real port of loopback; gives its address."""
    bound = bind("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=5))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
