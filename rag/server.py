"""The HTTP server put together: what every request passes first, then the routes under /v1, then MCP.

`app.py` mounts the page on the same app. Errors are JSON, `{"error": {"code", "message", "message_zh"}}`.
On loopback no key is needed; any other address needs one (`rag.access`).
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Route

from rag import mcp_server, routes_ask, routes_openai, routes_reports
from rag.access import (
    LOOPBACK_NAMES,
    MAX_BODY_BYTES,
    Access,
    Guard,
    OpenDoorError,
    is_loopback,
    principal_of,
    refuse_open_door,
)
from rag.collections import Service
from rag.listening import PortTakenError, bind, listen
from rag.problems import add_handlers
from rag.schemas import MAX_QUESTION_CHARACTERS, CollectionsOut, HealthOut, ReadyOut, problems
from rag.telemetry import Metrics, RequestLog

__all__ = [
    "MAX_BODY_BYTES",
    "MAX_QUESTION_CHARACTERS",
    "OpenDoorError",
    "PortTakenError",
    "Service",
    "bind",
    "create_app",
    "is_loopback",
    "listen",
    "refuse_open_door",
]

DESCRIPTION = """Answers over Chinese economic reports. Every figure of an answer is checked in code and cited to
the exact characters of a report; where the reports do not say, the answer is a refusal."""


def create_app(service: Service, *, host: str = "127.0.0.1") -> FastAPI:
    """The API over one service. `host` is the address it will listen on, for the checks of who may ask."""
    metrics = Metrics()
    metrics.waiting.set_function(lambda: service.turns.waiting)
    metrics.running.set_function(lambda: service.turns.running)
    mcp = mcp_server.Mount(service)

    app = FastAPI(
        title="Wenbao", version="1", description=DESCRIPTION, docs_url=None, redoc_url=None,
        openapi_url="/v1/openapi.json", lifespan=mcp.lifespan,
        swagger_ui_oauth2_redirect_url=None,
    )  # fmt: skip
    app.state.service = service
    # The last added is met first.
    app.add_middleware(
        Guard,
        access=Access(service.configuration),
        requests_per_minute=service.configuration.requests_per_minute,
    )
    if is_loopback(host):
        # A page of another site must not reach us through a name that it points at 127.0.0.1.
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=LOOPBACK_NAMES)
    app.add_middleware(RequestLog, metrics=metrics)
    add_handlers(app)
    app.include_router(routes_ask.make_router(service, metrics))
    app.include_router(routes_reports.make_router(service))
    app.include_router(routes_openai.make_router(service, metrics))
    _add_own_routes(app, service, metrics)
    app.router.routes.append(Route(mcp_server.MCP_PATH, endpoint=mcp, name="mcp"))
    return app


def _add_own_routes(app: FastAPI, service: Service, metrics: Metrics) -> None:
    @app.get("/health", response_model=HealthOut, tags=["server"])
    def health() -> dict[str, Any]:
        """Whether the server is up."""
        return {"status": "ok", "index": service.directory.exists()}

    @app.get(
        "/ready", response_model=ReadyOut, tags=["server"],
        responses={503: {"model": ReadyOut, "description": "Something is missing"}},
    )  # fmt: skip
    def ready() -> JSONResponse:
        """Whether a question can be answered: 503 while an index or a model is missing."""
        there = service.ready()
        done = all(there.values())
        return JSONResponse({"ready": done, **there}, status_code=200 if done else 503)

    @app.get(
        "/metrics", response_class=PlainTextResponse, tags=["server"],
        responses={401: problems()[401], 429: problems()[429]},
    )  # fmt: skip
    def prometheus() -> PlainTextResponse:
        """Counters for Prometheus."""
        return PlainTextResponse(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    @app.get("/v1/collections", response_model=CollectionsOut, tags=["server"], responses=problems())
    def collections(request: Request) -> dict[str, list[str]]:
        """The collections that this key opens."""
        return {
            "collections": sorted(name for name in service.directories if principal_of(request).opens(name))
        }
