"""Who gets in: a table of every route without a key, with a wrong one, and across collections."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from served import GDP, OTHER, OWNER, READER, app_over, bearer, client_of, keyed
from starlette.testclient import TestClient

from rag.access import MAX_BODY_BYTES, OPEN_PATHS
from rag.limits import Buckets

NAME = "yunchuan-2023.md"
SECRET = "secret-linhe.md"
SECRET_FIGURE = "1875.3"
# Every route that is not open, with a request that would succeed for the owner.
ROUTES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/v1/ask"): {"json": {"question": GDP}},
    ("POST", "/v1/search"): {"json": {"question": GDP}},
    ("POST", "/v1/compare"): {"json": {"indicator": "地区生产总值"}},
    ("GET", "/v1/reports"): {},
    ("POST", "/v1/reports"): {"files": {"files": ("new.txt", "云川市增长6%。".encode())}},
    ("GET", "/v1/reports/{name}/text"): {},
    ("GET", "/v1/reports/{name}/figures"): {},
    ("GET", "/v1/reports/{name}/source"): {},
    ("GET", "/v1/reports/{name}/pages/{page}"): {},
    ("PATCH", "/v1/reports/{name}"): {"json": {"title": "公报"}},
    ("DELETE", "/v1/reports/{name}"): {},
    ("GET", "/v1/models"): {},
    ("POST", "/v1/chat/completions"): {"json": {"messages": [{"role": "user", "content": GDP}]}},
    ("GET", "/v1/collections"): {},
    ("GET", "/v1/openapi.json"): {},
    ("GET", "/metrics"): {},
    ("POST", "/mcp"): {
        "json": {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}},
        "headers": {"Accept": "application/json, text/event-stream"},
    },
}
CHANGING = {("POST", "/v1/reports"), ("PATCH", "/v1/reports/{name}"), ("DELETE", "/v1/reports/{name}")}
SCOPED = [
    key
    for key in ROUTES
    if key[1] not in ("/v1/collections", "/v1/openapi.json", "/metrics", "/mcp", "/v1/models")
]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server that others can reach, with keys."""
    return app_over(tmp_path_factory.mktemp("access"), host="0.0.0.0", **keyed())


@pytest.fixture
def client(app: Any) -> TestClient:
    return client_of(app)


def send(client: TestClient, route: tuple[str, str], name: str = NAME, **more: Any) -> Any:
    options = {key: dict(value) for key, value in ROUTES[route].items()}
    for key, value in more.items():
        options[key] = {**options.get(key, {}), **value}
    return client.request(route[0], route[1].replace("{name}", name).replace("{page}", "1"), **options)


def test_the_table_has_every_route(app: Any) -> None:
    documented = {
        (method.upper(), path) for path, methods in app.openapi()["paths"].items() for method in methods
    }
    listed = set(ROUTES) | {("GET", path) for path in OPEN_PATHS}
    assert documented | {("POST", "/mcp"), ("GET", "/v1/openapi.json")} == listed
    undocumented = {getattr(route, "path", None) for route in app.routes} - {path for _, path in documented}
    assert undocumented - {None} == {"/mcp", "/v1/openapi.json"}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: " ".join(route))
@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no key"),
        pytest.param({"Authorization": "Bearer wrong"}, id="wrong key"),
        pytest.param({"Authorization": "Bearer "}, id="empty key"),
        pytest.param({"Authorization": OWNER[:5]}, id="no scheme"),
        pytest.param({"Authorization": "Basic !!!"}, id="broken basic"),
        pytest.param({"X-API-Key": "owner-key"}, id="another header"),
    ],
)
def test_every_route_refuses_without_the_right_key(
    app: Any, route: tuple[str, str], headers: dict[str, str]
) -> None:
    # Each row has an address of its own, because wrong keys are counted by address.
    client = TestClient(app, base_url="http://wenbao.example", client=(f"{route}{headers}", 1))
    response = send(client, route, headers=headers)
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "KeyNeeded"
    assert SECRET_FIGURE not in response.text and "3127.4" not in response.text


def test_open_routes_tell_nothing_but_their_state(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "ok", "index": True}
    assert set(client.get("/ready").json()) == {"ready", "index", "embedding_model", "language_model"}


@pytest.mark.parametrize("route", SCOPED, ids=lambda route: " ".join(route))
def test_no_route_leads_into_a_collection_of_others(client: TestClient, route: tuple[str, str]) -> None:
    for key, collection, name in ((READER, "other", SECRET), (OTHER, "default", NAME), (OWNER, "none", NAME)):
        asks_in_body = "json" in ROUTES[route] and route[1] in ("/v1/ask", "/v1/search", "/v1/compare")
        where: dict[str, Any] = {"params": {"collection": collection}}
        if asks_in_body:
            where = {"json": {"collection": collection}}
        elif route[1] == "/v1/chat/completions":
            where = {"json": {"model": f"wenbao/{collection}"}}
        response = send(client, route, name, headers=bearer(key), **where)
        assert response.status_code == 404, (key, collection)
        assert response.json()["error"]["code"] == "CollectionNotFoundError"
        assert SECRET_FIGURE not in response.text and "3127.4" not in response.text


def test_a_collection_never_answers_from_another(client: TestClient) -> None:
    question = {"question": "临河市2023年地区生产总值是多少？"}
    first = client.post("/v1/ask", json=question, headers=bearer(OWNER)).json()
    second = client.post("/v1/ask", json=question | {"collection": "other"}, headers=bearer(OWNER)).json()
    assert {citation["report"] for citation in first["citations"]} == {"linhe-2023.md"}
    assert {citation["report"] for citation in second["citations"]} == {SECRET}
    asked = question | {"reports": [SECRET]}
    assert client.post("/v1/ask", json=asked, headers=bearer(READER)).status_code == 404
    listed = client.get("/v1/reports", headers=bearer(READER)).json()["reports"]
    assert SECRET not in {report["name"] for report in listed}
    assert client.get(f"/v1/reports/{SECRET}/text", headers=bearer(READER)).status_code == 404
    assert client.get("/v1/collections", headers=bearer(READER)).json() == {"collections": ["default"]}
    assert client.get("/v1/collections", headers=bearer(OTHER)).json() == {"collections": ["other"]}
    models = client.get("/v1/models", headers=bearer(OTHER)).json()["data"]
    assert [model["id"] for model in models] == ["wenbao/other"]


@pytest.mark.parametrize("route", sorted(CHANGING), ids=lambda route: " ".join(route))
def test_a_reader_changes_nothing(client: TestClient, route: tuple[str, str]) -> None:
    response = send(client, route, headers=bearer(READER))
    assert (response.status_code, response.json()["error"]["code"]) == (403, "NotAllowedError")
    names = {one["name"] for one in client.get("/v1/reports", headers=bearer(READER)).json()["reports"]}
    assert NAME in names and "new.txt" not in names


TRAVERSALS = [
    "../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/index.sqlite",
    "..%5c..%5cindex.sqlite",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "index.sqlite",
    "..%2fmain%2findex%2findex.sqlite",
    f"../other/reports/{SECRET}",
    "%00",
    "a%0d%0aSet-Cookie:x",
]


@pytest.mark.parametrize("name", TRAVERSALS)
def test_no_name_leads_out(client: TestClient, name: str) -> None:
    for tail in ("text", "figures", "source", "pages/1"):
        response = client.get(f"/v1/reports/{name}/{tail}", headers=bearer(OWNER))
        assert response.status_code in (403, 404), response.text
        assert "root:" not in response.text and "SQLite" not in response.text
        assert "set-cookie" not in response.headers
    assert client.delete(f"/v1/reports/{name}", headers=bearer(OWNER)).status_code in (403, 404, 405)


@pytest.mark.parametrize(
    "name", ["../../../tmp/evil.txt", "..\\..\\evil.txt", "/etc/evil.txt", "C:\\evil.txt", "a/../../evil.txt"]
)
def test_no_upload_is_stored_outside(tmp_path: Path, name: str) -> None:
    app = app_over(tmp_path / "deep" / "er", **keyed())
    client = client_of(app, OWNER)
    body = client.post("/v1/reports", files={"files": (name, "云川市增长6%。".encode())}).json()
    assert body["added"] == ["evil.txt"] and body["failed"] == []
    (stored,) = tmp_path.rglob("evil.txt")
    assert stored.parent == tmp_path / "deep" / "er" / "main" / "index-reports"


def test_unusable_uploads_name_file_and_cure(tmp_path: Path) -> None:
    client = client_of(app_over(tmp_path, **keyed(upload_mb=1)), OWNER)
    files = [
        ("files", ("big.txt", b"a" * (2**20 + 1))),
        ("files", ("run.exe", b"MZ")),
        ("files", ("good.txt", "云川市2031年增长6%。".encode())),
        ("files", ("..", b"x")),
    ]
    body = client.post("/v1/reports", files=files).json()
    assert body["added"] == ["good.txt"]
    assert [one["file"] for one in body["failed"]][:2] == ["big.txt", "run.exe"]
    assert "limit of 1 MB" in body["failed"][0]["message"] and "save it as" in body["failed"][1]["message"]
    assert len(body["failed"]) == 3


@pytest.mark.parametrize(
    "route", [key for key in ROUTES if "json" in ROUTES[key]], ids=lambda route: " ".join(route)
)
def test_oversized_bodies_are_refused(client: TestClient, route: tuple[str, str]) -> None:
    def undeclared() -> Iterator[bytes]:
        for _ in range(MAX_BODY_BYTES // 1024 + 1):
            yield b" " * 1024

    path = route[1].replace("{name}", NAME)
    headers = bearer(OWNER) | {
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
    }
    declared = client.request(route[0], path, content=b" " * (MAX_BODY_BYTES + 1), headers=headers)
    assert declared.status_code == 413
    if route[1] != "/mcp":  # its client is in another test; the limit is the library's
        assert client.request(route[0], path, content=undeclared(), headers=headers).status_code == 413


def test_upload_that_declares_too_much_is_refused(client: TestClient) -> None:
    headers = bearer(OWNER) | {
        "Content-Length": str(10**9),
        "Content-Type": "multipart/form-data; boundary=x",
    }
    assert client.post("/v1/reports", content=b"--x--", headers=headers).status_code == 413


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}],
)
def test_a_page_of_another_site_cannot_act(tmp_path: Path, headers: dict[str, str]) -> None:
    client = client_of(app_over(tmp_path))
    files = {"files": ("new.txt", "云川市增长6%。".encode())}
    refused = client.post("/v1/reports", files=files, headers=headers)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "CrossSite")
    assert client.post("/v1/reports", files=files, headers={"Origin": "http://127.0.0.1"}).status_code == 200


def test_the_page_is_for_those_who_manage_the_default_collection(client: TestClient) -> None:
    def basic(key: str) -> dict[str, str]:
        return {"Authorization": f"Basic {base64.b64encode(f'any:{key}'.encode()).decode()}"}

    refused = client.get("/")
    assert refused.status_code == 401 and refused.headers["www-authenticate"].startswith("Basic")
    assert client.get("/", headers=basic(READER)).status_code == 403
    assert client.get("/", headers=basic(OTHER)).status_code == 403
    assert client.get("/", headers=basic(OWNER)).status_code == 404  # past the guard; no page is mounted here
    assert client.get("/v1/collections", headers=basic(READER)).json() == {"collections": ["default"]}


def test_each_key_has_a_rate_of_its_own(tmp_path: Path) -> None:
    app = app_over(tmp_path, **keyed(requests_per_minute=20))
    reader, owner = client_of(app, READER), client_of(app, OWNER)
    statuses = [reader.post("/v1/ask", json={"question": GDP}).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]  # a question costs ten
    refused = reader.post("/v1/ask", json={"question": GDP})
    assert refused.json()["error"]["code"] == "TooManyRequests" and int(refused.headers["retry-after"]) > 0
    assert owner.get("/v1/reports").status_code == 200


def test_guessing_keys_is_slowed_down(tmp_path: Path) -> None:
    client = client_of(app_over(tmp_path, **keyed()))
    statuses = [client.get("/v1/reports", headers=bearer(f"guess-{n}")).status_code for n in range(25)]
    assert statuses[0] == 401 and statuses[-1] == 429


def test_buckets_fill_with_time() -> None:
    now = [0.0]
    buckets = Buckets(60, lambda: now[0])
    assert [buckets.take("a", 30) for _ in range(2)] == [0.0, 0.0]
    assert buckets.take("a", 10) == pytest.approx(10)
    assert buckets.take("b") == 0.0
    now[0] = 10.0
    assert buckets.take("a", 10) == 0.0
    assert buckets.take("a", 1000) == pytest.approx(60)  # more than it ever holds: when it is full


def test_log_lines_have_an_id_and_no_question(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "wenbao.server")
    client = client_of(app_over(tmp_path, **keyed()), READER)
    response = client.post("/v1/ask", json={"question": GDP}, headers={"X-Request-ID": "mine-1"})
    assert response.headers["x-request-id"] == "mine-1"
    odd = client.get(f"/v1/reports/{NAME}/text", headers={"X-Request-ID": "two words"})
    assert odd.headers["x-request-id"] not in ("", "two words")
    lines = [record.fields for record in caplog.records]  # type: ignore[attr-defined]
    assert lines[0]["request_id"] == "mine-1" and lines[0]["key"] == "reader"
    assert (lines[0]["stage"], lines[0]["abstained"], lines[0]["collection"]) == ("figure", False, "default")
    assert lines[1]["route"] == "/v1/reports/{name:path}/text"
    for secret in (GDP, "云川", "3127.4", READER, OWNER, NAME):
        assert secret not in str(lines)
    asked = client_of(app_over(tmp_path / "b", log_questions=True))
    asked.post("/v1/ask", json={"question": GDP})
    assert caplog.records[-1].fields["question"] == GDP  # type: ignore[attr-defined]


def test_metrics_count_requests_and_answers(tmp_path: Path) -> None:
    client = client_of(app_over(tmp_path))
    client.post("/v1/ask", json={"question": GDP})
    client.post("/v1/ask", json={"question": "临海市2050年地区生产总值是多少？"})
    text = client.get("/metrics").text
    assert 'wenbao_requests_total{method="POST",route="/v1/ask",status="200"} 2.0' in text
    assert 'wenbao_answers_total{stage="figure"} 1.0' in text
    assert 'wenbao_answers_total{stage="refused"} 1.0' in text
    assert "云川" not in text
