"""The HTTP API: what it accepts, what it refuses and how it says so; no model is needed for that."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from rag.server import (
    MAX_BODY_BYTES,
    OpenDoorError,
    PortTakenError,
    Service,
    bind,
    create_app,
    is_loopback,
    refuse_open_door,
)


def client_of(directory: Path, host: str = "127.0.0.1") -> TestClient:
    return TestClient(create_app(Service(directory), host=host), base_url="http://127.0.0.1")


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    """A server without an index."""
    return client_of(tmp_path / "none")


def error_of(response: Any) -> dict[str, str]:
    """The error in its one shape, said in both languages."""
    body = response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "message_zh"}
    assert all(body["error"].values())
    return dict(body["error"])


def test_health_says_whether_there_is_an_index(client: TestClient, tmp_path: Path) -> None:
    assert client.get("/health").json() == {"status": "ok", "index": False}
    (tmp_path / "none").mkdir()
    assert client.get("/health").json() == {"status": "ok", "index": True}


def test_asking_without_index_or_model_says_what_to_run(client: TestClient) -> None:
    response = client.post("/v1/ask", json={"question": "增长多少？"})
    assert response.status_code == 503
    assert "python -m rag" in error_of(response)["message"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({}, "question", id="no question"),
        pytest.param({"question": " \n"}, "question", id="blank question"),
        pytest.param({"question": 7}, "question", id="question is a number"),
        pytest.param({"question": "长" * 2001}, "question", id="question too long"),
        pytest.param({"question": "？", "history": [{}] * 51}, "history", id="too many turns"),
        pytest.param(
            {"question": "？", "history": [{"question": ["？"]}]}, "history.0.question", id="odd turn"
        ),
        pytest.param({"question": "？", "reports": "a.txt"}, "reports", id="reports is no list"),
        pytest.param([], "body", id="a list"),
    ],
)
def test_wrong_requests_name_the_field(client: TestClient, body: Any, field: str) -> None:
    response = client.post("/v1/ask", json=body)
    assert response.status_code == 422
    assert error_of(response)["message"].startswith(f"{field}: ")


def test_broken_json_is_a_wrong_request(client: TestClient) -> None:
    headers = {"Content-Type": "application/json"}
    response = client.post("/v1/ask", content=b'{"question": ', headers=headers)
    assert response.status_code == 422
    error_of(response)


def test_too_large_a_body_is_refused_declared_or_not(client: TestClient) -> None:
    def streamed() -> Iterator[bytes]:
        for _ in range(MAX_BODY_BYTES // 1024 + 1):
            yield b" " * 1024

    declared = client.post("/v1/ask", json={"question": "长" * MAX_BODY_BYTES})
    assert declared.status_code == 413
    assert "256 KB" in error_of(declared)["message"]
    undeclared = client.post("/v1/ask", content=streamed(), headers={"Content-Type": "application/json"})
    assert undeclared.status_code == 413
    error_of(undeclared)


def test_unknown_collection_and_address(client: TestClient) -> None:
    other = client.post("/v1/ask", json={"question": "？", "collection": "other"})
    assert (other.status_code, error_of(other)["code"]) == (404, "CollectionNotFoundError")
    assert error_of(client.get("/v2/ask"))["message_zh"] == "没有这个地址"
    assert client.get("/v1/ask").status_code == 405


def test_key_is_asked_for_where_one_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENBAO_API_KEY", "云川-secret")
    client = client_of(tmp_path / "none")
    body = {"question": "增长多少？"}
    assert client.post("/v1/ask", json=body).status_code == 401
    for given in ("Bearer wrong", "Bearer ", "secret"):
        response = client.post("/v1/ask", json=body, headers={"Authorization": given})
        assert response.status_code == 401
        error_of(response)
    right = client.post("/v1/ask", json=body, headers={"Authorization": "Bearer 云川-secret".encode()})
    assert right.status_code == 503  # past the key; there is no index here
    assert client.get("/health").status_code == 200


def test_loopback_server_answers_to_loopback_names_only(tmp_path: Path) -> None:
    headers = {"Host": "rebound.example"}
    assert client_of(tmp_path).get("/health", headers=headers).status_code == 400
    assert client_of(tmp_path).get("/health", headers={"Host": "localhost:7860"}).status_code == 200
    assert client_of(tmp_path, host="0.0.0.0").get("/health", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.5", False),
        ("wenbao.example", False),
    ],
)
def test_loopback_addresses(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_other_addresses_need_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_open_door("127.0.0.1")
    with pytest.raises(OpenDoorError):
        refuse_open_door("0.0.0.0")
    monkeypatch.setenv("WENBAO_API_KEY", "secret")
    refuse_open_door("0.0.0.0")


def test_taken_or_impossible_port_says_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"127.0.0.1:{port} .*--port"):
            bind("127.0.0.1", port)
    with pytest.raises(PortTakenError, match="70000"):
        bind("127.0.0.1", 70000)


# ---------------------------------------------------------------- with the real models


@pytest.mark.models
def test_answers_over_http(tmp_path: Path) -> None:
    from rag import ReportQA

    report = tmp_path / "云川市2031年公报.txt"
    report.write_text(
        "云川市2031年统计公报\n\n2031年，云川市实现地区生产总值1864.2亿元，比上年增长6.3%。\n",
        encoding="utf-8",
    )
    ReportQA.build([report], tmp_path / "index").close()
    client = client_of(tmp_path / "index")
    question = {"question": "云川市2031年地区生产总值是多少？", "unknown field": 1}
    answer = client.post("/v1/ask", json=question).json()
    assert "1864.2亿元" in answer["answer"]
    assert answer["citations"][0]["report"] == report.name
    follow_up = client.post(
        "/v1/ask",
        json={
            "question": "增速呢？",
            "history": [{"question": question["question"], "answer": answer["answer"]}],
            "reports": [report.name],
        },
    ).json()
    assert "6.3%" in follow_up["answer"]
    missing = client.post("/v1/ask", json=question | {"reports": ["不存在.txt"]})
    assert missing.status_code == 404
    assert "不存在.txt" in error_of(missing)["message"]
