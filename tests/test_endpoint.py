"""What goes wrong with an endpoint is said in one line that names the cure."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from endpoint_server import EndpointServer, Reply, piece

from rag.endpoint import Endpoint
from rag.errors import (
    LLMAccessError,
    LLMModelNotFoundError,
    LLMRequestError,
    LLMTimeoutError,
    LLMUnreachableError,
)

REQUEST = {"model": "qwen-plus", "messages": [{"role": "user", "content": "你好"}]}


@pytest.fixture
def server() -> Iterator[EndpointServer]:
    server = EndpointServer()
    yield server
    server.close()


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        (Reply({"error": {"message": "bad key"}}, status=401), LLMAccessError, "set WENBAO_LLM_API_KEY"),
        (Reply({"error": {"message": "no access"}}, status=403), LLMAccessError, "set WENBAO_LLM_API_KEY"),
        (
            Reply({"error": "no"}, status=404),
            LLMModelNotFoundError,
            "no model qwen-plus: set WENBAO_LLM_MODEL",
        ),
        (
            Reply({"error": {"message": "Model Not Exist"}}, status=400),
            LLMModelNotFoundError,
            "set WENBAO_LLM_MODEL",
        ),
        (
            Reply({"error": {"message": "too\nlong"}}, status=400),
            LLMRequestError,
            "refused the request: too long",
        ),
        (Reply({"detail": "slow down"}, status=429), LLMUnreachableError, "answered 429"),
        (Reply(["?"], status=503), LLMUnreachableError, "answered 503"),
    ],
    ids=["401", "403", "404", "400 model", "400", "429", "503"],
)
@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "stream"])
def test_refusals(
    server: EndpointServer, reply: Reply, error: type[Exception], says: str, streaming: bool
) -> None:
    server.replies.append(reply)
    endpoint = Endpoint(f"{server.url}/v1/", "sk-secret")
    with pytest.raises(error) as caught:
        list(endpoint.events(REQUEST)) if streaming else endpoint.post(REQUEST)
    assert type(caught.value) is error
    message = caught.value.english
    assert says in message and server.url in message
    assert "\n" not in message and "\n" not in caught.value.chinese
    assert "sk-secret" not in message
    assert server.keys == ["Bearer sk-secret"]


def test_address_without_the_api(server: EndpointServer) -> None:
    server.models = None
    server.replies.append(Reply({"error": "not found"}, status=404))
    with pytest.raises(LLMUnreachableError, match=r"no OpenAI-compatible API .* /v1") as caught:
        Endpoint(server.url, None).post(REQUEST)
    assert not isinstance(caught.value, LLMModelNotFoundError)
    assert server.keys == [None]


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/v1", "localhost:{port}/v1", "no address"])
def test_nothing_is_there(url: str) -> None:
    with pytest.raises(LLMUnreachableError, match="cannot be reached: start it or check WENBAO_LLM_BASE_URL"):
        Endpoint(url.format(port=free_port()), None).post(REQUEST)


def test_slow_endpoint_times_out(server: EndpointServer) -> None:
    server.replies.append(Reply({}, pause=1.0))
    with pytest.raises(LLMTimeoutError, match="took too long"):
        Endpoint(f"{server.url}/v1", None, read_seconds=0.1).post(REQUEST)


@pytest.mark.parametrize("how", [{"cut": True}, {"done": False}], ids=["before its length", "without a mark"])
def test_answer_that_breaks_off(server: EndpointServer, how: dict[str, bool]) -> None:
    server.replies.append(Reply(events=[piece("云川")], **how))  # type: ignore[arg-type]
    events = Endpoint(f"{server.url}/v1", None).events(REQUEST)
    assert next(events) == piece("云川")
    with pytest.raises(LLMUnreachableError, match="broke off"):
        next(events)


def test_a_reason_to_finish_ends_an_answer_too(server: EndpointServer) -> None:
    last = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    server.replies.append(Reply(events=[piece("云川"), last], done=False))
    assert list(Endpoint(f"{server.url}/v1", None).events(REQUEST)) == [piece("云川"), last]


@pytest.mark.parametrize("form", ["data: {}", "error: {}"])
def test_error_within_the_stream(server: EndpointServer, form: str) -> None:
    event = form.replace("{}", '{"error": {"message": "context full"}}')
    server.replies.append(Reply(events=[piece("云"), event]))
    with pytest.raises(LLMRequestError, match="context full"):
        list(Endpoint(f"{server.url}/v1", None).events(REQUEST))


def test_answer_that_is_not_json(server: EndpointServer) -> None:
    server.replies.append(Reply(events=["data: <html>"]))
    with pytest.raises(LLMUnreachableError, match="broke off"):
        list(Endpoint(f"{server.url}/v1", None).events(REQUEST))


def test_closing_the_events_hangs_up(server: EndpointServer) -> None:
    server.replies.append(Reply(events=[piece("字") for _ in range(500)], pause=0.01))
    events = Endpoint(f"{server.url}/v1", None).events(REQUEST)
    assert next(events) == piece("字")
    events.close()  # type: ignore[attr-defined]
    assert server.left_early.wait(5)


def test_embedded_server_is_reached_past_any_proxy(
    server: EndpointServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("NO_PROXY", "")
    assert Endpoint(f"{server.url}/v1", None, local=True).models() == ["small-model"]
    with pytest.raises(LLMUnreachableError):
        Endpoint(f"{server.url}/v1", None).models()
