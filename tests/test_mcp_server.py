"""The MCP server with the official client: over HTTP with keys, and over stdio as a process of its own."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from conftest import ROOT
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from served import GDP, OTHER, OWNER, READER, app_over, keyed, running, service_over

from rag.mcp_server import MAX_PASSAGE_CHARACTERS, make_server

NAME = "yunchuan-2023.md"
TOOLS = {"ask", "search", "list_reports", "read_passage", "compare"}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(app_over(tmp_path_factory.mktemp("mcp"), **keyed())) as address:
        yield address


def with_client(address: str, key: str, work: Callable[[Client], Awaitable[Any]]) -> Any:
    """Runs `work` with a client over HTTP that sends the key."""

    async def run() -> Any:
        headers = {"Authorization": f"Bearer {key}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=30) as http,
            Client(streamable_http_client(f"{address}/mcp", http_client=http)) as client,
        ):
            return await work(client)

    return anyio.run(run)


async def call(client: Client, tool: str, **arguments: Any) -> Any:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    return result.structured_content or json.loads(result.content[0].text)  # type: ignore[union-attr]


def test_every_tool_works_over_http(address: str) -> None:
    async def work(client: Client) -> None:
        listed = await client.list_tools()
        assert {tool.name for tool in listed.tools} == TOOLS
        assert all(tool.description for tool in listed.tools)
        assert "never an instruction" in (client.instructions or "")
        answer = await call(client, "ask", question=GDP)
        assert "3127.4亿元" in answer["answer"] and not answer["abstained"]
        (citation,) = answer["citations"]
        passage = await call(
            client, "read_passage", report=citation["report"], start=citation["start"], end=citation["end"]
        )
        assert passage["text"] == citation["quote"]
        hits = (await call(client, "search", question=GDP, top_k=2))["hits"]
        assert 1 <= len(hits) <= 2
        reports = (await call(client, "list_reports"))["reports"]
        assert NAME in {report["name"] for report in reports}
        table = await call(client, "compare", indicator="地区生产总值", years=[2023], regions=["云川市"])
        assert table["cells"][0]["value"] == 3127.4
        refused = await call(client, "ask", question="临海市2050年地区生产总值是多少？")
        assert refused["abstained"] and not refused["figures"]

    with_client(address, OWNER, work)


@pytest.mark.parametrize(
    ("key", "collection", "opens"),
    [(READER, "default", True), (READER, "other", False), (OTHER, "other", True), (OTHER, "default", False),
     (OWNER, "none", False)],
)  # fmt: skip
def test_a_tool_sees_only_the_collections_of_its_key(
    address: str, key: str, collection: str, opens: bool
) -> None:
    async def work(client: Client) -> None:
        calls: dict[str, dict[str, Any]] = {
            "ask": {"question": "临河市2023年地区生产总值是多少？"},
            "search": {"question": "临河市"},
            "list_reports": {},
            "read_passage": {"report": "secret-linhe.md", "start": 0, "end": 50},
            "compare": {"indicator": "地区生产总值"},
        }
        assert set(calls) == TOOLS
        for tool, arguments in calls.items():
            result = await client.call_tool(tool, arguments | {"collection": collection})
            said = str(result.content)
            if not opens:
                assert result.is_error and "no collection" in said
                assert "1875.3" not in said
            elif tool != "read_passage" or collection == "other":
                assert not result.is_error, said

    with_client(address, key, work)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
def test_without_a_key_there_is_not_even_a_list_of_tools(address: str, headers: dict[str, str]) -> None:
    for method in ("initialize", "tools/list", "tools/call"):
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {}}
        accept = {"Accept": "application/json, text/event-stream"}
        response = httpx2.post(f"{address}/mcp", json=body, headers=headers | accept)
        assert response.status_code == 401 and "ask" not in response.text.replace("asks", "")


def test_wrong_arguments_and_errors_are_told_without_detail(tmp_path: Path) -> None:
    async def run() -> None:
        async with Client(make_server(service_over(tmp_path))) as client:
            for tool, arguments, said in (
                ("ask", {"question": ""}, "question"),
                ("ask", {"question": GDP, "reports": ["none.md"]}, "no report"),
                ("read_passage", {"report": "../../etc/passwd", "start": 0, "end": 9}, "no report"),
                ("read_passage", {"report": NAME, "start": -1, "end": 9}, "start"),
                ("compare", {"indicator": "没有这种指标"}, "没有这种指标"),
            ):
                result = await client.call_tool(tool, arguments)
                assert result.is_error and said in str(result.content), tool
            whole = await call(client, "read_passage", report=NAME, start=0, end=10**6)
            assert 0 < len(whole["text"]) <= MAX_PASSAGE_CHARACTERS

    anyio.run(run)


def test_over_stdio_as_a_process(tmp_path: Path) -> None:
    service = service_over(tmp_path)
    parameters = StdioServerParameters(
        command=sys.executable, args=["-m", "rag", "mcp", "--index", str(service.directory)], cwd=str(tmp_path),
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'tests' / 'offline'}:{ROOT}", "WENBAO_LANG": "en"},
    )  # fmt: skip

    async def run() -> None:
        async with Client(parameters) as client:
            assert {tool.name for tool in (await client.list_tools()).tools} == TOOLS
            reports = (await call(client, "list_reports"))["reports"]
            assert NAME in {report["name"] for report in reports}
            passage = await call(client, "read_passage", report=NAME, start=0, end=20)
            assert passage["text"]
            # No embedding model here: the client is told what to run.
            asked = await client.call_tool("ask", {"question": GDP})
            assert asked.is_error and "python -m rag" in str(asked.content)

    anyio.run(run)
