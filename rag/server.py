"""The HTTP API: `GET /health` and `POST /v1/ask`. Thin: everything it says comes from ReportQA.

Errors are JSON, `{"error": {"code", "message", "message_zh"}}`. On loopback no key is needed; any other
address needs WENBAO_API_KEY, sent as `Authorization: Bearer …`.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, StringConstraints
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from index.errors import IndexMismatchError, IndexMissingError, ReportNotFoundError, WenbaoError
from rag.errors import LLMUnreachableError, ModelMissingError
from rag.opening import open_engine

if TYPE_CHECKING:
    from rag.qa import ReportQA

MAX_BODY_BYTES = 256 * 1024
MAX_QUESTION_CHARACTERS = 2000
MAX_ANSWER_CHARACTERS = 20_000
MAX_TURNS = 50
LOOPBACK_NAMES = ["127.0.0.1", "localhost", "[::1]", "::1"]

Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_QUESTION_CHARACTERS)
]


class OpenDoorError(WenbaoError):
    """An address that others can reach was asked for without a key."""


class PortTakenError(WenbaoError):
    """The address is not to be had."""


class TurnIn(BaseModel):
    question: str = Field(default="", max_length=MAX_QUESTION_CHARACTERS)
    answer: str = Field(default="", max_length=MAX_ANSWER_CHARACTERS)


class AskIn(BaseModel):
    """The body of POST /v1/ask; unknown fields are ignored."""

    question: Text
    history: list[TurnIn] = Field(default_factory=list, max_length=MAX_TURNS)
    reports: list[str] | None = Field(default=None, description="names of reports to use; null: all")
    collection: str | None = Field(default=None, description="only `default` exists so far")


class Service:
    """A ReportQA opened at the first need, so that a server can start before there is an index.

    A failed opening (no index yet, no model yet) is tried again at the next need. Safe between threads.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._engine: ReportQA | None = None
        self._lock = threading.Lock()

    def engine(self) -> ReportQA:
        """Raises IndexMissingError, IndexMismatchError or ModelMissingError."""
        with self._lock:
            if self._engine is None:
                self._engine = open_engine(self.directory)
            return self._engine

    def close(self) -> None:
        with self._lock:
            if self._engine is not None:
                self._engine.close()
                self._engine = None


def create_app(service: Service, *, host: str = "127.0.0.1") -> FastAPI:
    """The API over one service. `host` is the address it will listen on, for the checks of who may ask."""
    app = FastAPI(title="Wenbao", docs_url=None, redoc_url=None, openapi_url="/v1/openapi.json")
    app.add_middleware(DeclaredBodyLimit)
    if is_loopback(host):
        # A page of another site must not reach us through a name that it points at 127.0.0.1.
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=LOOPBACK_NAMES)

    @app.exception_handler(WenbaoError)
    async def known_error(request: Request, error: WenbaoError) -> JSONResponse:
        return error_response(status_of(error), type(error).__name__, error.english, error.chinese)

    @app.exception_handler(RequestValidationError)
    async def wrong_request(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"] if part != "body") or "body"
        return error_response(
            422, "InvalidRequest", f"{field}: {first['msg']}", f"请求字段 {field} 无效：{first['msg']}"
        )

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> JSONResponse:
        chinese = {
            401: "缺少或错误的密钥",
            404: "没有这个地址",
            405: "不支持的方法",
            413: f"请求体超过 {MAX_BODY_BYTES // 1024} KB",
        }
        message = str(error.detail)
        return error_response(
            error.status_code, "HTTPError", message, chinese.get(error.status_code, message)
        )

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        return error_response(
            500, "InternalError", "Unexpected error; see the server's log.", "内部错误，请查看服务日志。"
        )

    @app.get("/health")
    def health() -> dict[str, Any]:
        return {"status": "ok", "index": service.directory.exists()}

    @app.post(
        "/v1/ask", dependencies=[Depends(require_key)], response_model=None, max_body_size=MAX_BODY_BYTES
    )
    def ask(body: AskIn) -> dict[str, Any] | JSONResponse:
        if body.collection not in (None, "", "default"):
            return error_response(
                404, "CollectionNotFound",
                f"There is no collection {body.collection}; leave it out or use `default`.",
                f"没有名为 {body.collection} 的集合；请省略或使用 default。",
            )  # fmt: skip
        engine = service.engine()
        for name in body.reports or ():
            engine.index.report(name)  # type: ignore[union-attr]  # an opened service has an index
        history = [turn.model_dump() for turn in body.history]
        return engine.ask(body.question, history=history, reports=body.reports).to_dict()

    return app


def require_key(request: Request) -> None:
    """401 unless the request carries WENBAO_API_KEY, where that is set."""
    expected = os.environ.get("WENBAO_API_KEY")
    # Headers are decoded as latin-1; a key may be any text.
    given = request.headers.get("authorization", "").removeprefix("Bearer ").strip().encode("latin-1")
    if expected and not hmac.compare_digest(given, expected.encode()):
        raise HTTPException(401, "Missing or wrong key: send Authorization: Bearer with WENBAO_API_KEY.")


def status_of(error: WenbaoError) -> int:
    if isinstance(error, ReportNotFoundError):
        return 404
    if isinstance(error, LLMUnreachableError):
        return 502
    if isinstance(error, IndexMissingError | IndexMismatchError | ModelMissingError):
        return 503
    return 500


def error_response(status: int, code: str, english: str, chinese: str) -> JSONResponse:
    body = {"error": {"code": code, "message": english, "message_zh": chinese}}
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(body, status_code=status, headers=headers)


class DeclaredBodyLimit:
    """413 as JSON for a body that declares itself too large; a streamed one is counted by the route."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        declared = dict(scope.get("headers", ())).get(b"content-length", b"0")
        api = scope["type"] == "http" and scope["path"].startswith("/v1/")
        if api and declared.isdigit() and int(declared) > MAX_BODY_BYTES:
            kilobytes = MAX_BODY_BYTES // 1024
            response = error_response(
                413,
                "BodyTooLarge",
                f"The body is larger than {kilobytes} KB; send a shorter history.",
                f"请求体超过 {kilobytes} KB；请缩短历史对话。",
            )
            await response(scope, receive, send)
            return
        await self.app(scope, receive, send)


# ---------------------------------------------------------------- listening


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def refuse_open_door(host: str) -> None:
    """OpenDoorError unless the address is loopback or a key protects it."""
    if not is_loopback(host) and not os.environ.get("WENBAO_API_KEY"):
        raise OpenDoorError(
            f"{host} can be reached by others: set WENBAO_API_KEY to a secret, or use --host 127.0.0.1.",
            f"{host} 可被他人访问：请先设置密钥 WENBAO_API_KEY，或使用 --host 127.0.0.1。",
        )


def bind(host: str, port: int) -> socket.socket:
    """A bound socket; PortTakenError says what to do when the address is not to be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except (OSError, OverflowError) as error:
        bound.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise PortTakenError(
            f"cannot listen on {host}:{port} ({reason}); stop what uses it or choose another --port.",
            f"无法监听 {host}:{port}（{reason}）；请停止占用它的程序，或用 --port 换一个端口。",
        ) from error
    return bound


def listen(app: FastAPI, host: str, port: int) -> int:
    """Serves until stopped; says on stdout where."""
    bound = bind(host, port)
    shown = f"[{host}]" if ":" in host else host
    print(f"Wenbao: http://{shown}:{bound.getsockname()[1]}", flush=True)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    server.run(sockets=[bound])
    return 0
