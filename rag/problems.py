"""Errors over HTTP: always `{"error": {"code", "message", "message_zh"}}`, never a traceback or a path."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from index.build import IndexBusyError
from index.errors import IndexMismatchError, IndexMissingError, ReadError, ReportNotFoundError, WenbaoError
from index.overrides import MetadataError
from rag.errors import IndicatorUnknownError, LLMUnreachableError, ModelMissingError
from rag.library import SourceGoneError
from rag.shelf import FileRefusedError

CHINESE = {
    400: "请求无效",
    401: "缺少或错误的密钥",
    403: "无权执行此操作",
    404: "没有这个地址",
    405: "不支持的方法",
    413: "请求体过大",
    415: "不支持的内容类型",
}


def error_response(status: int, code: str, english: str, chinese: str) -> JSONResponse:
    body = {"error": {"code": code, "message": english, "message_zh": chinese}}
    return JSONResponse(body, status_code=status)


def of_error(error: WenbaoError) -> JSONResponse:
    return error_response(status_of(error), type(error).__name__, error.english, error.chinese)


def status_of(error: WenbaoError) -> int:
    name = type(error).__name__
    if isinstance(error, ReportNotFoundError | IndicatorUnknownError) or name in (
        "CollectionNotFoundError",
        "PageMissingError",
    ):
        return 404
    if isinstance(error, SourceGoneError):
        return 410
    if name == "NotAllowedError":
        return 403
    if isinstance(error, MetadataError | FileRefusedError | ReadError):
        return 422
    if isinstance(error, LLMUnreachableError):
        return 502
    if isinstance(error, IndexMissingError | IndexMismatchError | ModelMissingError | IndexBusyError):
        return 503
    return 503 if name in ("BusyError", "ClientGoneError", "FontsMissingError") else 500


def add_handlers(app: FastAPI) -> None:
    @app.exception_handler(WenbaoError)
    async def known_error(request: Request, error: WenbaoError) -> JSONResponse:
        return of_error(error)

    @app.exception_handler(RequestValidationError)
    async def wrong_request(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        places = [str(part) for part in first["loc"] if part not in ("body", "query", "path")]
        field = ".".join(places) or "body"
        return error_response(
            422, "InvalidRequest", f"{field}: {first['msg']}", f"请求字段 {field} 无效：{first['msg']}"
        )

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> JSONResponse:
        message = str(error.detail)
        response = error_response(
            error.status_code, "HTTPError", message, CHINESE.get(error.status_code, message)
        )
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        return error_response(
            500, "InternalError", "Unexpected error; see the server's log.", "内部错误，请查看服务日志。"
        )
