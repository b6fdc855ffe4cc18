"""The chat model over any endpoint (a replaying server), then the embedded one with the real model."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from conftest import ROOT
from endpoint_server import EndpointServer, Reply, piece, usage

from rag.embedded import EmbeddedServer, slot_count, thread_count
from rag.errors import LLMModelNotFoundError, LLMUnreachableError, ModelMissingError
from rag.llm import ChatModel, connect
from rag.models import DEFAULT_LLM, locate

QUESTION = [{"role": "user", "content": "云川市的地区生产总值是多少？"}]


@pytest.fixture
def server() -> Iterator[EndpointServer]:
    server = EndpointServer()
    yield server
    server.close()


@pytest.fixture
def model(server: EndpointServer) -> ChatModel:
    return ChatModel(f"{server.url}/v1", "small-model", "sk-1")


def test_complete_gathers_text_and_cost(server: EndpointServer, model: ChatModel) -> None:
    server.replies.append(
        Reply(events=[piece(None), piece("1331.4"), piece("亿元"), usage(400, 9, 372), "data: [DONE]"])
    )
    done = model.complete(QUESTION, max_tokens=60, stop=["\n"])
    assert (done.text, done.prompt_tokens, done.completion_tokens, done.cached_tokens) == (
        "1331.4亿元",
        400,
        9,
        372,
    )
    assert done.new_prompt_tokens == 28
    assert done.first_token_ms > 0
    (request,) = server.requests
    assert request["messages"] == QUESTION and request["model"] == "small-model"
    assert (request["max_tokens"], request["temperature"], request["stop"]) == (60, 0, ["\n"])
    assert isinstance(request["seed"], int) and "grammar" not in request


def test_endpoint_that_tells_no_cost(server: EndpointServer, model: ChatModel) -> None:
    server.replies.append(Reply(events=[piece("无"), "data: [DONE]"]))
    done = model.complete(QUESTION, grammar='root ::= "无"')
    assert (done.text, done.prompt_tokens, done.cached_tokens) == ("无", 0, 0)
    assert "grammar" not in server.requests[0]  # a llama.cpp field: others may refuse it


def test_stream_gives_pieces_as_they_come(server: EndpointServer, model: ChatModel) -> None:
    server.replies.append(Reply(events=[piece(c) for c in "一二三"] + [usage(5, 3)], pause=0.05))
    stream = model.stream(QUESTION)
    assert next(stream) == "一"
    assert stream.usage.text == "一" and stream.usage.prompt_tokens == 0
    assert list(stream) == ["二", "三"]
    assert (stream.usage.prompt_tokens, stream.usage.completion_tokens) == (5, 3)
    assert 40 < stream.usage.first_token_ms < 5000


def test_leaving_a_stream_hangs_up(server: EndpointServer, model: ChatModel) -> None:
    server.replies.append(Reply(events=[piece("字") for _ in range(500)], pause=0.01))
    with model.stream(QUESTION) as stream:
        next(stream)
    assert server.left_early.wait(5)
    assert list(stream) == []


def test_json_schema_goes_in_the_standard_field(server: EndpointServer, model: ChatModel) -> None:
    schema = {"type": "object", "properties": {"value": {"type": "number"}}}
    server.replies.append(Reply(events=[piece("{}")]))
    model.complete(QUESTION, json_schema=schema)
    form = server.requests[0]["response_format"]
    assert form["type"] == "json_schema" and form["json_schema"]["schema"] == schema


def logprobs_reply(entries: list[tuple[str, float]]) -> Reply:
    top = [{"token": token, "logprob": value} for token, value in entries]
    content = [{"token": top[0]["token"], "logprob": top[0]["logprob"], "top_logprobs": top}]
    choice = {"message": {"content": top[0]["token"]}, "logprobs": {"content": content}}
    return Reply({"choices": [choice], "usage": {"prompt_tokens": 30, "completion_tokens": 1}})


def test_first_token_logprobs(server: EndpointServer, model: ChatModel) -> None:
    server.replies.append(logprobs_reply([("是", -0.1), ("否", -2.5), ("是", -4.0)]))
    found = model.first_token_logprobs(QUESTION, top=50)
    assert found == {"是": -0.1, "否": -2.5}
    assert found is not None and found.usage.prompt_tokens == 30
    assert server.requests[0]["max_tokens"] == 1 and server.requests[0]["top_logprobs"] == 20


def test_log_probability_of_a_part_where_the_endpoint_gives_some(
    server: EndpointServer, model: ChatModel
) -> None:
    def told(token: str, logprob: float, **more: object) -> dict[str, object]:
        entry = {"token": token, "logprob": logprob, **more}
        return {"choices": [{"delta": {"content": token}, "logprobs": {"content": [entry]}}]}

    server.replies += [Reply(events=[piece("七成")]), logprobs_reply([("有", -0.1)])]
    assert (
        model.complete(QUESTION, logprobs=True).logprob("七成") is None
    )  # not known yet whether it offers any
    assert "logprobs" not in server.requests[0]
    model.first_token_logprobs(QUESTION)
    halves = "成".encode()
    server.replies.append(
        Reply(
            events=[
                told("约", -4.0),
                told("七", -0.25),
                told("", -0.5, bytes=list(halves[:2])),
                told("成", -0.125, bytes=list(halves[2:])),
                told("。", -2.0),
            ]
        )
    )
    done = model.complete(QUESTION, logprobs=True)
    assert done.logprob("七成") == pytest.approx(-0.875)
    assert done.logprob("约七") == pytest.approx(-4.25)
    assert done.logprob("八成") is None
    assert server.requests[2]["logprobs"] is True


def test_endpoint_without_logprobs_is_asked_once(server: EndpointServer, model: ChatModel) -> None:
    server.replies.append(Reply({"choices": [{"message": {"content": "是"}}]}))
    assert model.first_token_logprobs(QUESTION) is None
    assert model.first_token_logprobs(QUESTION) is None
    assert len(server.requests) == 1


def test_endpoint_that_refuses_logprobs(server: EndpointServer, model: ChatModel) -> None:
    server.replies.append(Reply({"error": {"message": "logprobs unsupported"}}, status=400))
    assert model.first_token_logprobs(QUESTION) is None


def test_only_model_need_not_be_named(server: EndpointServer) -> None:
    server.replies.append(Reply(events=[piece("好")]))
    model = ChatModel(f"{server.url}/v1")
    assert model.name == "default"
    assert model.complete(QUESTION).text == "好"
    assert model.name == server.requests[0]["model"] == "small-model"
    server.models = ["one", "two"]
    with pytest.raises(LLMModelNotFoundError, match=r"Set WENBAO_LLM_MODEL: .* offers one, two"):
        ChatModel(f"{server.url}/v1").complete(QUESTION)


def test_connect_follows_the_environment(server: EndpointServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENBAO_LLM_BASE_URL", f"{server.url}/v1")
    monkeypatch.setenv("WENBAO_LLM_MODEL", "qwen-plus")
    monkeypatch.setenv("WENBAO_LLM_API_KEY", "sk-2")
    server.replies.append(Reply(events=[piece("好")]))
    model = connect()
    assert model.complete(QUESTION).text == "好"
    assert (model.name, server.requests[0]["model"], server.keys) == (
        "qwen-plus",
        "qwen-plus",
        ["Bearer sk-2"],
    )


def test_llama_index_speaks_to_the_same_endpoint(server: EndpointServer, model: ChatModel) -> None:
    message = {"role": "assistant", "content": "1331.4亿元"}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    server.replies.append(
        Reply(
            {
                "id": "1",
                "object": "chat.completion",
                "created": 1,
                "model": "small-model",
                "choices": [choice],
            }
        )
    )
    assert model.as_llama_index().complete("多少？").text == "1331.4亿元"
    assert server.keys == ["Bearer sk-1"]
    assert server.requests[0]["messages"][-1]["content"] == "多少？"


# ---------------------------------------------------------------- the embedded server, without a model


def test_missing_model_comes_with_the_first_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WENBAO_LLM_MODEL", raising=False)
    model = connect()
    assert model.name == "qwen2.5-coder-1.5b-instruct-q4_k_m"
    with pytest.raises(ModelMissingError, match="rag models fetch"):
        model.complete(QUESTION)
    model.close()


def test_file_that_is_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF" + bytes(1000))
    monkeypatch.setenv("WENBAO_LLM_MODEL", str(path))
    with pytest.raises(LLMUnreachableError, match=r"broken\.gguf cannot be loaded") as caught:
        connect().complete(QUESTION)
    assert "\n" not in caught.value.english


def test_slot_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WENBAO_LLM_SLOTS", raising=False)
    assert slot_count() == 1
    monkeypatch.setenv("WENBAO_LLM_SLOTS", "4")
    assert slot_count() == 4


def test_thread_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WENBAO_LLM_THREADS", raising=False)
    assert thread_count() >= 1
    monkeypatch.setenv("WENBAO_LLM_THREADS", "3")
    assert thread_count() == 3
    for wrong in ("0", "many", "-1"):
        monkeypatch.setenv("WENBAO_LLM_THREADS", wrong)
        with pytest.raises(LLMUnreachableError, match="whole number"):
            thread_count()


# ---------------------------------------------------------------- the embedded server with the real model

EVIDENCE = (
    "[1] 2023年前三季度，云川市实现地区生产总值1331.4亿元，同比增长6.1%。\n"
    "[2] 全市新增城镇就业2.3万人，完成年度目标的96%。\n"
)
ASK_GDP = [{"role": "user", "content": EVIDENCE + "问题：云川市前三季度地区生产总值是多少？只写数值和单位。"}]


@pytest.fixture(scope="module")
def embedded() -> Iterator[ChatModel]:
    model = connect()
    yield model
    model.close()


@pytest.mark.models
def test_embedded_model_answers_and_reuses_the_prompt(embedded: ChatModel) -> None:
    first = embedded.complete(ASK_GDP, max_tokens=20)
    assert "1331.4" in first.text
    assert first.prompt_tokens > 60 and first.completion_tokens > 3
    again = embedded.complete(ASK_GDP, max_tokens=20)
    assert again.text == first.text  # temperature 0
    assert again.new_prompt_tokens < 10 < first.new_prompt_tokens
    further = [
        *ASK_GDP,
        {"role": "assistant", "content": first.text},
        {"role": "user", "content": "为什么？"},
    ]
    assert embedded.complete(further, max_tokens=3).new_prompt_tokens < 60


@pytest.mark.models
def test_embedded_server_is_closed_to_others(embedded: ChatModel) -> None:
    url = embedded.start().base_url
    assert url.startswith("http://127.0.0.1:")
    request = {"messages": ASK_GDP, "max_tokens": 1}
    assert httpx.post(f"{url}/chat/completions", json=request).status_code == 401
    wrong = {"Authorization": "Bearer wrong"}
    assert httpx.post(f"{url}/chat/completions", json=request, headers=wrong).status_code == 401
    right = {"Authorization": f"Bearer {embedded._api_key}"}
    assert httpx.get(f"{url.removesuffix('/v1')}/slots", headers=right).status_code == 501
    assert embedded.start().models() == [embedded.name]


@pytest.mark.models
def test_embedded_logprobs_and_forms(embedded: ChatModel) -> None:
    ask = [{"role": "user", "content": EVIDENCE + "句子[1]写到地区生产总值了吗？只答是或否。"}]
    found = embedded.first_token_logprobs(ask, top=10)
    assert found is not None and len(found) == 10
    assert max(found, key=lambda token: found[token]) == "是"
    assert all(value <= 0 for value in found.values())
    assert embedded.complete(ASK_GDP, grammar='root ::= "有" | "无"').text in ("有", "无")
    schema = {"type": "object", "properties": {"sentence": {"type": "integer"}}, "required": ["sentence"]}
    assert '"sentence"' in embedded.complete(ASK_GDP, json_schema=schema).text


@pytest.mark.models
def test_leaving_a_stream_frees_the_embedded_model(embedded: ChatModel) -> None:
    essay = [{"role": "user", "content": "请写一篇一千字的文章，介绍云川市的工业。"}]
    began = time.monotonic()
    with embedded.stream(essay, max_tokens=1000) as stream:
        next(stream)
    waiting = time.monotonic()
    embedded.complete([{"role": "user", "content": "你好"}], max_tokens=1)
    # A thousand tokens would take at least twenty times as long as the first one.
    assert time.monotonic() - waiting < 20 * (waiting - began)


@pytest.mark.models
def test_prompt_beyond_the_context_is_one_line(embedded: ChatModel) -> None:
    with pytest.raises(LLMUnreachableError, match="refused the request") as caught:
        embedded.complete([{"role": "user", "content": "云川市" * 6000}])
    assert "\n" not in caught.value.english


@pytest.mark.models
def test_threads_start_one_server_and_close_stops_it() -> None:
    model = connect()
    started: list[str] = []
    threads = [threading.Thread(target=lambda: started.append(model.start().base_url)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(started) == 4 and len(set(started)) == 1
    began = time.monotonic()
    model.close()
    assert time.monotonic() - began < 5
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{started[0]}/models")


@pytest.mark.models
def test_a_killed_model_breaks_off_one_answer_and_is_started_again() -> None:
    server = EmbeddedServer(lambda: locate(DEFAULT_LLM), DEFAULT_LLM)
    model = ChatModel(server=server)
    try:
        with model.stream(QUESTION, max_tokens=200) as stream:
            next(stream)
            process = server._process
            assert process is not None
            assert os.getpriority(os.PRIO_PROCESS, process.pid) == min(
                19, os.getpriority(os.PRIO_PROCESS, 0) + 5
            )
            assert server.api_key not in Path(f"/proc/{process.pid}/cmdline").read_text(encoding="utf-8")
            process.kill()
            with pytest.raises(LLMUnreachableError, match="broke off"):
                list(stream)
        assert model.complete(QUESTION, max_tokens=4).text
        assert server._process is not None and server._process.pid != process.pid
    finally:
        model.close()
    assert not server.alive


@pytest.mark.models
def test_the_model_ends_with_a_killed_program() -> None:
    script = (
        "from rag.embedded import EmbeddedServer\nfrom rag.models import DEFAULT_LLM, locate\nimport time\n"
        "server = EmbeddedServer(lambda: locate(DEFAULT_LLM), 'model')\nserver.start()\n"
        "print(server._process.pid, flush=True)\ntime.sleep(60)"
    )
    program = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert program.stdout is not None
    child = int(program.stdout.readline())
    program.kill()
    program.wait()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and _running(child):
        time.sleep(0.1)
    assert not _running(child)


def _running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").split(")")[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_embedded_keys_differ() -> None:
    servers = [EmbeddedServer(lambda: Path("none"), "none") for _ in range(2)]
    assert servers[0].api_key != servers[1].api_key and len(servers[0].api_key) > 30
