"""An OpenAI-compatible endpoint over HTTP: requests out, JSON and events in, one-line errors."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx

from rag.errors import (
    LLMAccessError,
    LLMModelNotFoundError,
    LLMRequestError,
    LLMTimeoutError,
    LLMUnreachableError,
)

CONNECT_SECONDS = 10.0
READ_SECONDS = 300.0  # a full context read by two slow cores, before the first token comes
NAMES_SHOWN = 8

# What httpx raises when nothing is there to talk to.
NOT_THERE = (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)


class Endpoint:
    """The HTTP side of one endpoint. Every method raises LLMUnreachableError or one of its children.

    `local` is the server in this very process: then no proxy of the environment is used.
    """

    def __init__(
        self, base_url: str, api_key: str | None, *, local: bool = False, read_seconds: float = READ_SECONDS
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.api_key = api_key
        self.local = local
        self._timeout = httpx.Timeout(read_seconds, connect=CONNECT_SECONDS)
        with self._errors_named():
            self._client = self.new_client()

    def new_client(self) -> httpx.Client:
        """A client with the endpoint's address, key and time limits."""
        return httpx.Client(
            base_url=f"{self.base_url}/",
            headers={"Authorization": f"Bearer {self.api_key}"} if self.api_key else {},
            timeout=self._timeout,
            trust_env=not self.local,
        )

    def close(self) -> None:
        self._client.close()

    def models(self) -> list[str]:
        """The names of the models it offers."""
        with self._errors_named():
            response = self._client.get("models")
            self._raise_for_status(response, None)
            return [entry["id"] for entry in response.json().get("data") or []]

    def post(self, request: dict[str, Any]) -> dict[str, Any]:
        """One chat completion, whole."""
        with self._errors_named():
            response = self._client.post("chat/completions", json=request)
            self._raise_for_status(response, request["model"])
            body: dict[str, Any] = response.json()
            return body

    def events(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """One chat completion, event by event. Closing the iterator closes the connection.

        A stream that just ends, with neither `[DONE]` nor a reason to finish, is broken off: its server died.
        """
        finished = False
        with self._errors_named(), self._client.stream("POST", "chat/completions", json=request) as response:
            if response.is_error:
                response.read()
                self._raise_for_status(response, request["model"])
            for line in response.iter_lines():
                field, _, data = line.partition(":")
                if field not in ("data", "error"):
                    continue
                if data.strip() == "[DONE]":
                    return
                event = json.loads(data)
                if field == "error" or "error" in event:
                    raise self._refusal(_reason(event))
                finished = finished or any(
                    choice.get("finish_reason") for choice in event.get("choices") or []
                )
                yield event
            if not finished:
                raise httpx.RemoteProtocolError("the stream ended before the answer")

    @contextmanager
    def _errors_named(self) -> Iterator[None]:
        """Turns what httpx raises into one of our errors."""
        place = self.base_url
        try:
            yield
        except NOT_THERE as error:
            raise LLMUnreachableError(
                f"The LLM endpoint {place} cannot be reached: start it or check WENBAO_LLM_BASE_URL "
                "(unset it to use the built-in model).",
                f"无法连接大模型服务 {place}：请启动该服务或检查 WENBAO_LLM_BASE_URL"
                "（取消设置则使用内置模型）。",
            ) from error
        except httpx.TimeoutException as error:
            raise LLMTimeoutError(
                f"The LLM endpoint {place} took too long to answer: try again or use a faster model.",
                f"大模型服务 {place} 响应超时：请重试，或换用更快的模型。",
            ) from error
        except (httpx.HTTPError, json.JSONDecodeError) as error:
            raise LLMUnreachableError(
                f"The LLM endpoint {place} broke off its answer ({type(error).__name__}): try again.",
                f"大模型服务 {place} 中断了回答（{type(error).__name__}）：请重试。",
            ) from error

    def _raise_for_status(self, response: httpx.Response, model: str | None) -> None:
        """One of our errors if the status is one. `model` is the one asked for, if any."""
        if not response.is_error:
            return
        status, place = response.status_code, self.base_url
        try:
            reason = _reason(response.json())
        except ValueError:
            reason = response.reason_phrase
        if status in (401, 403):
            raise LLMAccessError(
                f"The LLM endpoint {place} refused the API key: set WENBAO_LLM_API_KEY.",
                f"大模型服务 {place} 拒绝了 API 密钥：请设置 WENBAO_LLM_API_KEY。",
            )
        if status == 404 or (status == 400 and "model" in reason.lower() and "exist" in reason.lower()):
            raise self._not_found(model)
        if status < 500 and status != 429:
            raise self._refusal(reason)
        raise LLMUnreachableError(
            f"The LLM endpoint {place} answered {status} ({reason}): try again later.",
            f"大模型服务 {place} 返回 {status}（{reason}）：请稍后再试。",
        )

    def _refusal(self, reason: str) -> LLMRequestError:
        return LLMRequestError(
            f"The LLM endpoint {self.base_url} refused the request: {reason}",
            f"大模型服务 {self.base_url} 拒绝了请求：{reason}",
        )

    def _not_found(self, model: str | None) -> LLMUnreachableError:
        """404: the model is unknown, or the address is not the API's."""
        offered: list[str] = []
        if model is not None:
            try:
                offered = self.models()
            except LLMUnreachableError:
                offered = []
        if not offered:
            return LLMUnreachableError(
                f"There is no OpenAI-compatible API at {self.base_url}: "
                "check WENBAO_LLM_BASE_URL (it often ends in /v1).",
                f"{self.base_url} 不是兼容 OpenAI 的接口：请检查 WENBAO_LLM_BASE_URL（通常以 /v1 结尾）。",
            )
        names = some(offered)
        return LLMModelNotFoundError(
            f"{self.base_url} has no model {model}: set WENBAO_LLM_MODEL to one of {names}.",
            f"{self.base_url} 没有模型 {model}：请将 WENBAO_LLM_MODEL 设为 {names} 之一。",
        )


def some(names: Sequence[str]) -> str:
    """The first few of the names, in one line."""
    return ", ".join(names[:NAMES_SHOWN]) + (" …" if len(names) > NAMES_SHOWN else "")


def _reason(body: Any) -> str:
    """The message in an error body, whatever its shape, on one line of at most 200 characters."""
    error = body.get("error", body) if isinstance(body, dict) else body
    text = error.get("message", error) if isinstance(error, dict) else error
    return " ".join(str(text).split())[:200]
