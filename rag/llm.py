"""The language model: always an OpenAI-compatible endpoint spoken to over HTTP.

By default the endpoint is the built-in server, a process of its own (`rag.embedded`), started at the first call.
`WENBAO_LLM_BASE_URL`, `WENBAO_LLM_MODEL` and `WENBAO_LLM_API_KEY` name any other; without a base URL,
`WENBAO_LLM_MODEL` may name another model of the manifest or a GGUF file.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.embedded import CONTEXT_TOKENS, SEED, EmbeddedServer
from rag.endpoint import READ_SECONDS, Endpoint, some
from rag.errors import LLMModelNotFoundError, LLMRequestError, LLMUnreachableError
from rag.models import DEFAULT_LLM, locate

if TYPE_CHECKING:
    from llama_index.llms.openai_like import OpenAILike  # type: ignore[import-untyped]

Message = dict[str, str]  # {"role": "system" | "user" | "assistant", "content": …}

MOST_LOGPROBS = 20  # what hosted endpoints allow


@dataclass(frozen=True, slots=True)
class Completion:
    """What the model wrote and what it cost."""

    text: str
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int  # of the prompt, not read again; 0 where the endpoint does not say
    first_token_ms: float  # from the request to the first text
    tokens: tuple[tuple[bytes, float], ...] = ()  # with log-probability, if asked for and told

    def logprob(self, part: str) -> float | None:
        """The log-probability of a part of the text, of the tokens that it touches; None where none is told."""
        written = b"".join(token for token, _ in self.tokens)
        begin = written.find(part.encode())
        if not part or begin < 0:
            return None
        total, at = 0.0, 0
        for token, value in self.tokens:
            if at < begin + len(part.encode()) and at + len(token) > begin:
                total += value
            at += len(token)
        return total

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

    def __init__(
        self, endpoint: Endpoint, request: dict[str, Any], server: EmbeddedServer | None = None
    ) -> None:
        self._server = server
        self._pieces: list[str] = []
        self._counts = (0, 0, 0)
        self._first_token_ms = 0.0
        self._tokens: list[tuple[bytes, float]] = []
        self._text = self._read(endpoint, request)

    def __next__(self) -> str:
        return next(self._text)

    def __enter__(self) -> TextStream:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._text.close()

    @property
    def usage(self) -> Completion:
        text = "".join(self._pieces)
        return Completion(text, *self._counts, self._first_token_ms, tuple(self._tokens))

    def _read(self, endpoint: Endpoint, request: dict[str, Any]) -> Generator[str, None, None]:
        began = time.perf_counter()
        try:
            for event in endpoint.events(request):
                self._counts = _counts(event) or self._counts
                for choice in event.get("choices") or []:
                    for entry in (choice.get("logprobs") or {}).get("content") or []:
                        token = entry.get("bytes")
                        spelled = entry["token"].encode() if token is None else bytes(token)
                        self._tokens.append((spelled, entry["logprob"]))
                    if piece := (choice.get("delta") or {}).get("content"):
                        if not self._pieces:
                            self._first_token_ms = (time.perf_counter() - began) * 1000
                        self._pieces.append(piece)
                        yield piece
        except LLMUnreachableError:
            if self._server is not None:
                self._server.settle()
            raise


class ChatModel:
    """One model behind one endpoint, given by address or as an embedded server. Threads may share it."""

    def __init__(
        self,
        base_url: str = "",
        model: str | None = None,
        api_key: str | None = None,
        *,
        server: EmbeddedServer | None = None,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._base_url = base_url
        self._model = server.name if server else model
        self._api_key = server.api_key if server else api_key
        self._server = server
        self._read_seconds = read_seconds
        self._endpoint: Endpoint | None = None
        self._lock = threading.Lock()
        self._gives_logprobs: bool | None = None  # until it was asked for some

    @property
    def name(self) -> str:
        """The model's name, for the answer JSON; "default" while an endpoint's only model is unknown."""
        return self._model or "default"

    def start(self) -> Endpoint:
        """The endpoint, with the embedded model loaded: call it early to save the first answer the wait."""
        with self._lock:
            if self._endpoint is not None and self._server is not None and not self._server.alive:
                self._endpoint.close()  # its process was killed: begin again
                self._endpoint = None
            if self._endpoint is None:
                url = self._server.start() if self._server else self._base_url
                local = self._server is not None
                self._endpoint = Endpoint(url, self._api_key, local=local, read_seconds=self._read_seconds)
            return self._endpoint

    def close(self) -> None:
        """Stop the embedded server and drop connections; a later call starts again."""
        with self._lock:
            if self._endpoint is not None:
                self._endpoint.close()
                self._endpoint = None
        if self._server:
            self._server.stop()

    def complete(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int = 120,
        stop: Sequence[str] | None = None,
        json_schema: dict[str, Any] | None = None,
        grammar: str | None = None,
        logprobs: bool = False,
    ) -> Completion:
        """The whole answer. `grammar` (GBNF) is for the embedded server; other endpoints never see it.

        `logprobs`: with its tokens' log-probabilities, where first_token_logprobs has found that it is offered.
        """
        with self.stream(
            messages,
            max_tokens=max_tokens,
            stop=stop,
            json_schema=json_schema,
            grammar=grammar,
            logprobs=logprobs,
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
        logprobs: bool = False,
    ) -> TextStream:
        """The answer piece by piece; see TextStream. Errors of the request come with the first piece."""
        endpoint = self.start()
        request = self._request(endpoint, messages, max_tokens)
        request |= {"stream": True, "stream_options": {"include_usage": True}}
        if stop:
            request["stop"] = list(stop)
        if logprobs and self._gives_logprobs:
            request["logprobs"] = True
        if json_schema is not None:
            form = {"name": "answer", "schema": json_schema, "strict": True}
            request["response_format"] = {"type": "json_schema", "json_schema": form}
        if grammar is not None and self._server:
            request["grammar"] = grammar
        return TextStream(endpoint, request, self._server)

    def first_token_logprobs(
        self, messages: Sequence[Message], top: int = MOST_LOGPROBS
    ) -> FirstToken | None:
        """The likeliest first tokens of the answer with their log-probabilities; None where not offered."""
        if self._gives_logprobs is False:
            return None
        endpoint = self.start()
        request = self._request(endpoint, messages, 1)
        request |= {"logprobs": True, "top_logprobs": min(top, MOST_LOGPROBS)}
        began = time.perf_counter()
        try:
            body = endpoint.post(request)
        except LLMRequestError:
            # Either logprobs are refused here, or the request itself: then the answer's own call will say so.
            return None
        choice = (body.get("choices") or [{}])[0]
        content = (choice.get("logprobs") or {}).get("content")
        if not content:
            self._gives_logprobs = False  # not asked again: the call would cost and give nothing
            return None
        self._gives_logprobs = True
        logprobs: dict[str, float] = {}
        for entry in content[0].get("top_logprobs") or [content[0]]:
            logprobs[entry["token"]] = max(entry["logprob"], logprobs.get(entry["token"], -float("inf")))
        text = (choice.get("message") or {}).get("content") or ""
        milliseconds = (time.perf_counter() - began) * 1000
        return FirstToken(logprobs, Completion(text, *(_counts(body) or (0, 0, 0)), milliseconds))

    def as_llama_index(self) -> OpenAILike:
        """The same model as a LlamaIndex LLM."""
        from llama_index.llms.openai_like import OpenAILike

        endpoint = self.start()
        return OpenAILike(
            model=self._model_name(endpoint),
            api_base=endpoint.base_url,
            api_key=self._api_key or "none",
            is_chat_model=True,
            context_window=CONTEXT_TOKENS,
            temperature=0.0,
            timeout=self._read_seconds,
            max_retries=1,
            http_client=endpoint.new_client(),
        )

    def _request(self, endpoint: Endpoint, messages: Sequence[Message], max_tokens: int) -> dict[str, Any]:
        request: dict[str, Any] = {"model": self._model_name(endpoint), "messages": list(messages)}
        return request | {"max_tokens": max_tokens, "temperature": 0, "seed": SEED}

    def _model_name(self, endpoint: Endpoint) -> str:
        """The model to ask for; an endpoint that offers a single one need not be told."""
        if self._model is None:
            offered = endpoint.models()
            if len(offered) != 1:
                names = some(offered)
                raise LLMModelNotFoundError(
                    f"Set WENBAO_LLM_MODEL: {endpoint.base_url} offers {names or 'no list of models'}.",
                    f"请设置 WENBAO_LLM_MODEL：{endpoint.base_url} 提供的模型：{names or '（无列表）'}。",
                )
            self._model = offered[0]
        return self._model


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


def _counts(body: dict[str, Any]) -> tuple[int, int, int] | None:
    """Prompt, completion and cached tokens from a reply or event that tells them."""
    usage = body.get("usage")
    if not usage:
        return None
    details = usage.get("prompt_tokens_details") or {}
    cached = details.get("cached_tokens") or (body.get("timings") or {}).get("cache_n") or 0
    return usage.get("prompt_tokens") or 0, usage.get("completion_tokens") or 0, cached
