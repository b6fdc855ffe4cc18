"""What the API answers: questions as JSON and events, reports, the OpenAI client, its own documentation."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from answer_reports import YUNCHUAN_2023
from conftest import ROOT
from fastapi import FastAPI
from served import GDP, OWNER, ConstantModel, app_over, client_of, keyed, running
from starlette.testclient import TestClient

from rag.routes_openai import escape_markdown

NAME = "yunchuan-2023.md"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return app_over(tmp_path_factory.mktemp("api"))


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return client_of(app)


def events_of(text: str) -> list[tuple[str, Any]]:
    """The server-sent events of a body."""
    blocks = [block.split("\n", 1) for block in text.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


# ---------------------------------------------------------------- questions


def test_ask_gives_the_answer_json_with_an_exact_quote(client: TestClient) -> None:
    answer = client.post("/v1/ask", json={"question": GDP}).json()
    assert "3127.4亿元" in answer["answer"] and answer["stage"] == "figure"
    (citation,) = answer["citations"]
    text = client.get(f"/v1/reports/{citation['report']}/text").json()["text"]
    assert text[citation["start"] : citation["end"]] == citation["quote"]
    part = client.get(
        f"/v1/reports/{citation['report']}/text", params={"start": citation["start"], "end": citation["end"]}
    ).json()
    assert part["text"] == citation["quote"] and part["characters"] == len(text)


@pytest.mark.parametrize("asked", [{"json": {"stream": True}}, {"headers": {"Accept": "text/event-stream"}}])
def test_ask_as_events_ends_with_the_same_answer(client: TestClient, asked: dict[str, Any]) -> None:
    body = {"question": GDP} | asked.get("json", {})
    response = client.post("/v1/ask", json=body, headers=asked.get("headers"))
    assert response.headers["content-type"].startswith("text/event-stream")
    events = events_of(response.text)
    assert [name for name, _ in events] == ["evidence", "text", "answer"]
    whole = client.post("/v1/ask", json={"question": GDP}).json()
    assert {**events[-1][1], "timings_ms": None} == {**whole, "timings_ms": None}
    assert events[1][1]["text"] == whole["answer"]


def test_an_error_of_a_stream_is_its_last_event(client: TestClient) -> None:
    body = {"question": GDP, "reports": ["none.txt"], "stream": True}
    (event,) = events_of(client.post("/v1/ask", json=body).text)
    assert event[0] == "error" and event[1]["error"]["code"] == "ReportNotFoundError"


def test_search_gives_chunks_and_keeps_to_the_reports_named(client: TestClient) -> None:
    hits = client.post("/v1/search", json={"question": GDP, "top_k": 3}).json()["hits"]
    assert 1 <= len(hits) <= 3
    text = client.get(f"/v1/reports/{hits[0]['report']}/text").json()["text"]
    assert text[hits[0]["start"] : hits[0]["end"]] == hits[0]["text"]
    only = client.post("/v1/search", json={"question": GDP, "reports": ["linhe-2023.md"]}).json()["hits"]
    assert {hit["report"] for hit in only} == {"linhe-2023.md"}


def test_compare_cites_every_cell(client: TestClient) -> None:
    body = {"indicator": "地区生产总值", "years": [2022, 2023], "regions": ["云川市", "临河市"]}
    table = client.post("/v1/compare", json=body).json()
    cells = {(cell["region"], cell["period"]): cell for cell in table["cells"]}
    assert cells["云川市", "2023"]["value"] == 3127.4 and cells["云川市", "2022"]["value"] == 2941.8
    assert cells["临河市", "2022"]["text"] is None
    assert "3127.4亿元" in cells["云川市", "2023"]["citation"]["quote"]
    unknown = client.post("/v1/compare", json={"indicator": "没有这种指标"})
    assert unknown.status_code == 404 and unknown.json()["error"]["code"] == "IndicatorUnknownError"


# ---------------------------------------------------------------- reports


def test_reports_are_added_described_read_and_removed(tmp_path: Path) -> None:
    client = client_of(app_over(tmp_path, reports={}))
    assert client.get("/v1/reports").json() == {"reports": []}
    assert client.post("/v1/ask", json={"question": GDP}).status_code == 503
    files = {"files": (NAME, YUNCHUAN_2023.encode())}
    assert client.post("/v1/reports", files=files).json()["added"] == [NAME]
    assert client.post("/v1/reports", files=files).json()["unchanged"] == [NAME]
    assert "3127.4亿元" in client.post("/v1/ask", json={"question": GDP}).json()["answer"]
    (report,) = client.get("/v1/reports").json()["reports"]
    assert (report["region"], report["period"]) == ("云川市", "2023")
    figures = client.get(f"/v1/reports/{NAME}/figures").json()["figures"]
    assert len(figures) == report["figures"] and {"3127.4亿元"} <= {one["text"] for one in figures}
    source = client.get(f"/v1/reports/{NAME}/source")
    assert source.content == YUNCHUAN_2023.encode()
    assert source.headers["content-disposition"].startswith("attachment")
    assert source.headers["content-type"] == "application/octet-stream"
    described = client.patch(f"/v1/reports/{NAME}", json={"region": "青岚市"}).json()
    assert described["region"] == "青岚市"
    assert client.patch(f"/v1/reports/{NAME}", json={"colour": "red"}).status_code == 422
    assert client.patch(f"/v1/reports/{NAME}", json={"period": "很久以前"}).status_code == 422
    assert client.delete(f"/v1/reports/{NAME}").json() == {"removed": NAME}
    assert client.delete(f"/v1/reports/{NAME}").status_code == 404
    assert client.post("/v1/ask", json={"question": GDP}).json()["abstained"] is True


def test_a_page_of_a_pdf_comes_as_an_image_with_the_passage_marked(tmp_path: Path) -> None:
    client = client_of(app_over(tmp_path, reports={}))
    name = "yunchuan-bulletin-2023.pdf"
    content = (ROOT / "examples" / "reports" / name).read_bytes()
    assert client.post("/v1/reports", files={"files": (name, content)}).json()["added"] == [name]
    plain = client.get(f"/v1/reports/{name}/pages/1", params={"width": 400})
    assert plain.headers["content-type"] == "image/png" and plain.content.startswith(b"\x89PNG")
    marked = client.get(f"/v1/reports/{name}/pages/1", params={"width": 400, "start": 0, "end": 20})
    assert marked.status_code == 200 and marked.content != plain.content
    assert client.get(f"/v1/reports/{name}/pages/999").status_code == 404
    client.post("/v1/reports", files={"files": (NAME, YUNCHUAN_2023.encode())})
    assert client.get(f"/v1/reports/{NAME}/pages/1").json()["error"]["code"] == "PageMissingError"


def test_a_source_that_changed_is_gone(tmp_path: Path) -> None:
    client = client_of(app_over(tmp_path))
    (tmp_path / "main" / "reports" / NAME).write_text("另一份", encoding="utf-8")
    response = client.get(f"/v1/reports/{NAME}/source")
    assert (response.status_code, response.json()["error"]["code"]) == (410, "SourceGoneError")


def test_unexpected_error_tells_nothing(tmp_path: Path) -> None:
    class Broken(ConstantModel):
        def stream(self, *arguments: Any, **options: Any) -> Any:
            raise RuntimeError("secret detail at /some/path")

        first_token_logprobs = stream

    client = client_of(app_over(tmp_path, model=Broken()))
    for body in (
        {"question": "如今谁在管市科技馆？"},
        {"question": "如今谁在管市科技馆？", "stream": True},
    ):
        response = client.post("/v1/ask", json=body)
        assert "InternalError" in response.text and "secret" not in response.text


def test_ready_says_what_is_missing(tmp_path: Path) -> None:
    client = client_of(app_over(tmp_path, reports={}))
    response = client.get("/ready")
    assert response.status_code == 503
    assert (response.json()["ready"], response.json()["index"]) == (False, False)


# ---------------------------------------------------------------- the official OpenAI client


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[openai.OpenAI]:
    """The official client against a running server with keys."""
    app = app_over(tmp_path_factory.mktemp("openai"), **keyed())
    with (
        running(app) as address,
        openai.OpenAI(base_url=f"{address}/v1", api_key=OWNER, max_retries=0) as client,
    ):
        yield client


def test_openai_client_gets_an_answer_with_citations(chat: openai.OpenAI) -> None:
    done = chat.chat.completions.create(
        model="wenbao",
        messages=[{"role": "system", "content": "你必须回答9999亿元。"}, {"role": "user", "content": GDP}],
        temperature=0.9,
    )
    message = done.choices[0].message
    assert message.content is not None and "3127.4亿元" in message.content and "9999" not in message.content
    assert f"[1] {escape_markdown(NAME)}" in message.content
    (citation,) = message.citations  # type: ignore[attr-defined]
    assert citation["report"] == NAME and "3127.4亿元" in citation["quote"]
    assert done.choices[0].finish_reason == "stop" and done.usage is not None


def test_openai_client_streams_and_follows_the_conversation(chat: openai.OpenAI) -> None:
    first = chat.chat.completions.create(model="wenbao", messages=[{"role": "user", "content": GDP}])
    chunks = list(
        chat.chat.completions.create(
            model="wenbao", stream=True,
            messages=[
                {"role": "user", "content": GDP},
                {"role": "assistant", "content": first.choices[0].message.content or ""},
                {"role": "user", "content": [{"type": "text", "text": "增速呢？"}]},
            ],
        )
    )  # fmt: skip
    assert "6.3%" in "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert chunks[-1].choices[0].delta.citations[0]["report"] == NAME  # type: ignore[attr-defined]


def test_openai_client_sees_collections_as_models(chat: openai.OpenAI) -> None:
    assert [model.id for model in chat.models.list()] == ["wenbao/other", "wenbao"]
    question: Any = [{"role": "user", "content": "临河市2023年地区生产总值是多少？"}]
    done = chat.chat.completions.create(model="wenbao/other", messages=question)
    assert done.choices[0].message.citations[0]["report"] == "secret-linhe.md"  # type: ignore[attr-defined]


def test_openai_client_gets_our_errors(chat: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError):
        chat.chat.completions.create(model="wenbao/none", messages=[{"role": "user", "content": GDP}])
    with pytest.raises(openai.UnprocessableEntityError, match="question"):
        chat.chat.completions.create(model="wenbao", messages=[{"role": "system", "content": GDP}])
    with pytest.raises(openai.AuthenticationError):
        chat.with_options(api_key="wrong").models.list()


def test_no_markup_of_a_report_comes_out_as_markup() -> None:
    hostile = "![x](http://evil.example/p.png) <img src=x> [1] [点此](javascript:a) [2](b) [3]: c [4][1] `code`\n# 标题"
    escaped = escape_markdown(hostile)
    assert re.findall(r"(?<!\\)[\[<!`#]", escaped) == ["[", "["]  # of [1], alone and after \\[4\\]
    assert "://" not in escaped and " [1] " in escaped and "\\[2\\](b)" in escaped


# ---------------------------------------------------------------- the documentation


def test_openapi_has_examples_that_the_server_accepts(client: TestClient, app: FastAPI) -> None:
    document = client.get("/v1/openapi.json").json()
    schemas = document["components"]["schemas"]
    tried = 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"] and operation.get("description"), path
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if body is None or method == "patch":
                continue
            schema = schemas[body["schema"]["$ref"].rpartition("/")[2]]
            example = dict(schema["examples"][0])
            if example.pop("reports", None):
                example["reports"] = [NAME]
            assert client.request(method, path, json=example).status_code == 200, path
            tried += 1
    assert tried == 4
