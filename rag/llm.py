"""The language model: always an OpenAI-compatible endpoint spoken to over HTTP.

By default the endpoint is the server embedded in this process (`rag.embedded`), started at the first call.
`WENBAO_LLM_BASE_URL`, `WENBAO_LLM_MODEL` and `WENBAO_LLM_API_KEY` name any other; without a base URL,
`WENBAO_LLM_MODEL` may name another model of the manifest or a GGUF file.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from rag.embedded import CONTEXT_TOKENS, SEED, EmbeddedServer
from rag.errors import (
    LLMAccessError,
    LLMModelNotFoundError,
    LLMRequestError,
    LLMTimeoutError,
    LLMUnreachableError,
)
from rag.models import DEFAULT_LLM, locate

if TYPE_CHECKING:
    from llama_index.llms.openai_like import OpenAILike

Message = dict[str, str]  # {"role": "system" | "user" | "assistant", "content": …}

CONNECT_SECONDS = 10.0
READ_SECONDS = 300.0  # a full context read by two slow cores, before the first token comes
MOST_LOGPROBS = 20  # what hosted endpoints allow


@dataclass(frozen=True, slots=True)
class Completion:
    """What the model wrote and what it cost."""

    text: str
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int  # of the prompt, not read again; 0 where the endpoint does not say
    first_token_ms: float  # from the request to the first text

    @property
    def new_prompt_tokens(self) -> int:
        """Prompt tokens that had to be read: what an answer costs on a slow machine."""
        return self.prompt_tokens - self.cached_tokens


class FirstToken(dict[str, float]):
    """Log-probability by token, of the first token of an answer; `usage` is what asking cost."""

    def __init__(self, logprobs: dict[str, float], usage: Completion) -> None:
        super().__init__(logprobs)
        self.usage = usage


class TextStream(Iterator[str]):
    """The answer as it is written. Closing it (or leaving its `with`) frees the model at once.

    `usage` is the Completion so far; its token counts come with the end of the stream.
    """

    def __init__(self, pieces: Iterator[str], usage: _Usage) -> None:
        self._pieces = pieces
        self._usage = usage

    def __next__(self) -> str:
        return next(self._pieces)

    @property
    def usage(self) -> Completion:
        return self._usage.completion()

    def close(self) -> None:
        close = getattr(self._pieces, "close", None)
        if close:
            close()

    def __enter__(self) -> TextStream:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class ChatModel:
    """One model behind one endpoint. Safe to share between threads."""

    def __init__(
        self,
        base_url: str | None = None,
        model: str | None = None,
        api_key: str | None = None,
        *,
        server: EmbeddedServer | None = None,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._base_url = base_url.rstrip("/") if base_url else None
        self._model = model
        self._api_key = api_key
        self._server = server
        self._timeout = httpx.Timeout(read_seconds, connect=CONNECT_SECONDS)
        self._client: httpx.Client | None = None
        self._lock = threading.Lock()
        self._gives_logprobs = True

    @property
    def name(self) -> str:
        """The model's name, for the answer JSON."""
        return self._server.name if self._server else self._model or "default"

    def start(self) -> None:
        """Load the embedded model now instead of at the first call; nothing to do for other endpoints."""
        self._connect()

    def complete(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int = 120,
        stop: Sequence[str] | None = None,
        json_schema: dict[str, Any] | None = None,
        grammar: str | None = None,
    ) -> Completion:
        """The whole answer. `grammar` (GBNF) is for the embedded server; other endpoints never see it."""
        with self.stream(
            messages, max_tokens=max_tokens, stop=stop, json_schema=json_schema, grammar=grammar
        ) as stream:
            for _ in stream:
                pass
            return stream.usage

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int = 120,
        stop: Sequence[str] | None = None,
        json_schema: dict[str, Any] | None = None,
        grammar: str | None = None,
    ) -> TextStream:
        """The answer piece by piece; see TextStream. Errors come with the first piece."""
        request = self._request(messages, max_tokens)
        request |= {"stream": True, "stream_options": {"include_usage": True}}
        if stop:
            request["stop"] = list(stop)
        if json_schema is not None:
            form = {"name": "answer", "schema": json_schema, "strict": True}
            request["response_format"] = {"type": "json_schema", "json_schema": form}
        if grammar is not None and self._server:
            request["grammar"] = grammar
        usage = _Usage()
        return TextStream(self._pieces(request, usage), usage)

    def first_token_logprobs(
        self, messages: Sequence[Message], top: int = MOST_LOGPROBS
    ) -> FirstToken | None:
        """The likeliest first tokens of the answer with their log-probabilities; None where not offered."""
        if not self._gives_logprobs:
            return None
        request = self._request(messages, 1) | {"logprobs": True, "top_logprobs": min(top, MOST_LOGPROBS)}
        usage = _Usage()
        try:
            with self._errors_named():
                response = self._connect().post("chat/completions", json=request)
                self._raise_for_status(response)
                body = response.json()
        except LLMRequestError:
            self._gives_logprobs = False
            return None
        usage.read(body)
        content = ((body.get("choices") or [{}])[0].get("logprobs") or {}).get("content") or []
        if not content:
            self._gives_logprobs = False
            return None
        found: dict[str, float] = {}
        for entry in content[0].get("top_logprobs") or [content[0]]:
            found[entry["token"]] = max(entry["logprob"], found.get(entry["token"], -float("inf")))
        return FirstToken(found, usage.completion())

    def as_llama_index(self) -> OpenAILike:
        """The same model as a LlamaIndex LLM."""
        from llama_index.llms.openai_like import OpenAILike

        client = self._connect()
        return OpenAILike(
            model=self._model_name(),
            api_base=str(client.base_url),
            api_key=self._key() or "none",
            is_chat_model=True,
            context_window=CONTEXT_TOKENS,
            temperature=0.0,
            timeout=READ_SECONDS,
            max_retries=1,
            http_client=httpx.Client(timeout=self._timeout, trust_env=self._server is None),
        )

    def close(self) -> None:
        """Stop the embedded server and drop connections; a later call starts again."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None
        if self._server:
            self._server.stop()

    # ------------------------------------------------------------ the wire

    def _connect(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                base = self._server.start() if self._server else self._base_url
                key = self._key()
                self._client = httpx.Client(
                    base_url=f"{base}/",
                    headers={"Authorization": f"Bearer {key}"} if key else {},
                    timeout=self._timeout,
                    trust_env=self._server is None,  # a proxy has no part in talk with this very process
                )
            return self._client

    def _key(self) -> str | None:
        return self._server.api_key if self._server else self._api_key

    def _request(self, messages: Sequence[Message], max_tokens: int) -> dict[str, Any]:
        request: dict[str, Any] = {"model": self._model_name(), "messages": list(messages)}
        return request | {"max_tokens": max_tokens, "temperature": 0, "seed": SEED}

    def _model_name(self) -> str:
        """The model to ask for; an endpoint that offers a single one need not be told."""
        if self._server:
            return self._server.name
        if self._model is None:
            offered = self._offered()
            if len(offered) != 1:
                raise LLMModelNotFoundError(
                    f"Set WENBAO_LLM_MODEL: {self._base_url} offers {_some(offered) or 'no list of models'}.",
                    f"请设置 WENBAO_LLM_MODEL：{self._base_url} 提供 {_some(offered) or '的模型列表为空'}。",
                )
            self._model = offered[0]
        return self._model

    def _offered(self) -> list[str]:
        with self._errors_named():
            response = self._connect().get("models")
            self._raise_for_status(response)
            return [entry["id"] for entry in response.json().get("data") or []]

    def _pieces(self, request: dict[str, Any], usage: _Usage) -> Iterator[str]:
        with self._errors_named():
            client = self._connect()
            usage.start()
            with client.stream("POST", "chat/completions", json=request) as response:
                if response.is_error:
                    response.read()
                    self._raise_for_status(response)
                for line in response.iter_lines():
                    if not line.startswith(("data:", "error:")):
                        continue
                    data = line.partition(":")[2].strip()
                    if data == "[DONE]":
                        break
                    event = json.loads(data)
                    if "error" in event or line.startswith("error:"):
                        raise self._refusal(_reason(event))
                    usage.read(event)
                    for choice in event.get("choices") or []:
                        if piece := (choice.get("delta") or {}).get("content"):
                            usage.add(piece)
                            yield piece

    def _errors_named(self) -> _ErrorsNamed:
        return _ErrorsNamed(self._base_url or "the built-in server")

    def _refusal(self, reason: str) -> LLMRequestError:
        place = self._base_url or "llama.cpp"
        return LLMRequestError(
            f"The LLM endpoint {place} refused: {reason}", f"大模型服务 {place} 拒绝了请求：{reason}"
        )

    def _raise_for_status(self, response: httpx.Response) -> None:
        """One of our errors for a status that is one."""
        status = response.status_code
        if not response.is_error:
            return
        try:
            reason = _reason(response.json())
        except ValueError:
            reason = response.reason_phrase
        place = self._base_url or "llama.cpp"
        if status in (401, 403):
            raise LLMAccessError(
                f"The LLM endpoint {place} refused the API key: set WENBAO_LLM_API_KEY.",
                f"大模型服务 {place} 拒绝了 API 密钥：请设置 WENBAO_LLM_API_KEY。",
            )
        if status == 404 or (status == 400 and "model" in reason.lower() and "exist" in reason.lower()):
            raise self._not_found(response)
        if status < 500 and status != 429:
            raise self._refusal(reason)
        raise LLMUnreachableError(
            f"The LLM endpoint {place} answered {status} ({reason}): try again later.",
            f"大模型服务 {place} 返回 {status}（{reason}）：请稍后再试。",
        )

    def _not_found(self, response: httpx.Response) -> LLMUnreachableError:
        """404: the model is unknown, or the address is not the API's."""
        offered: list[str] = []
        if not response.request.url.path.endswith("/models"):
            try:
                offered = self._offered()
            except LLMUnreachableError:
                offered = []
        if not offered:
            return LLMUnreachableError(
                f"There is no OpenAI-compatible API at {self._base_url}: "
                "check WENBAO_LLM_BASE_URL (it often ends in /v1).",
                f"{self._base_url} 不是兼容 OpenAI 的接口：请检查 WENBAO_LLM_BASE_URL（通常以 /v1 结尾）。",
            )
        return LLMModelNotFoundError(
            f"{self._base_url} has no model {self._model}: set WENBAO_LLM_MODEL to one of {_some(offered)}.",
            f"{self._base_url} 没有模型 {self._model}：请将 WENBAO_LLM_MODEL 设为 {_some(offered)} 之一。",
        )


def connect() -> ChatModel:
    """The model that the environment names; nothing is started or asked yet."""
    model = os.environ.get("WENBAO_LLM_MODEL") or None
    if base_url := os.environ.get("WENBAO_LLM_BASE_URL"):
        return ChatModel(base_url, model, os.environ.get("WENBAO_LLM_API_KEY") or None)
    if model and model.endswith(".gguf"):
        path = Path(model).expanduser()
        return ChatModel(server=EmbeddedServer(lambda: path, path.stem))
    model_id = model or DEFAULT_LLM
    return ChatModel(server=EmbeddedServer(lambda: locate(model_id), model_id))


class _ErrorsNamed:
    """Turns what httpx raises into one of our errors."""

    def __init__(self, place: str) -> None:
        self.place = place

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(
            error, httpx.ConnectError | httpx.ConnectTimeout | httpx.UnsupportedProtocol | httpx.InvalidURL
        ):
            raise LLMUnreachableError(
                f"The LLM endpoint {self.place} cannot be reached: start it or check WENBAO_LLM_BASE_URL "
                "(unset it to use the built-in model).",
                f"无法连接大模型服务 {self.place}：请启动该服务或检查 WENBAO_LLM_BASE_URL（取消设置则使用内置模型）。",
            ) from error
        if isinstance(error, httpx.TimeoutException):
            raise LLMTimeoutError(
                f"The LLM endpoint {self.place} took too long to answer: try again or use a faster model.",
                f"大模型服务 {self.place} 响应超时：请重试，或换用更快的模型。",
            ) from error
        if isinstance(error, httpx.HTTPError | json.JSONDecodeError):
            raise LLMUnreachableError(
                f"The LLM endpoint {self.place} broke off its answer ({type(error).__name__}): try again.",
                f"大模型服务 {self.place} 中断了回答（{type(error).__name__}）：请重试。",
            ) from error


class _Usage:
    """Gathers text, token counts and the time of the first token while an answer comes in."""

    def __init__(self) -> None:
        self.start()
        self.pieces: list[str] = []
        self.counts = (0, 0, 0)
        self.first_token_ms = 0.0

    def start(self) -> None:
        self.began = time.perf_counter()

    def add(self, piece: str) -> None:
        if not self.pieces:
            self.first_token_ms = (time.perf_counter() - self.began) * 1000
        self.pieces.append(piece)

    def read(self, body: dict[str, Any]) -> None:
        """Take the counts from a reply or event that has them."""
        if usage := body.get("usage"):
            details = usage.get("prompt_tokens_details") or {}
            cached = details.get("cached_tokens") or (body.get("timings") or {}).get("cache_n") or 0
            self.counts = (usage.get("prompt_tokens") or 0, usage.get("completion_tokens") or 0, cached)

    def completion(self) -> Completion:
        return Completion("".join(self.pieces), *self.counts, self.first_token_ms)


def _reason(body: Any) -> str:
    """The message in an error body, whatever its shape, on one line of at most 200 characters."""
    error = body.get("error", body) if isinstance(body, dict) else body
    text = error.get("message", error) if isinstance(error, dict) else error
    return " ".join(str(text).split())[:200]


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (" …" if len(names) > 8 else "")
