"""Wenbao inside LlamaIndex: its retriever in a stock engine, and its own engine."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from answer_reports import index_of, qa_over
from endpoint_server import EndpointServer, Reply
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import NodeWithScore
from scripted_model import ScriptedModel

from rag.llm import ChatModel
from rag.qa import ReportQA

QUESTION = "2023年云川市地区生产总值是多少？"


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index_of(tmp_path_factory.mktemp("llama"))


@pytest.fixture
def qa(directory: Path) -> ReportQA:
    return qa_over(directory, ScriptedModel())


@pytest.fixture
def server() -> Iterator[EndpointServer]:
    server = EndpointServer()
    yield server
    server.close()


def check_nodes(qa: ReportQA, nodes: list[NodeWithScore]) -> None:
    """Each node's text stands in its report where its offsets say."""
    assert nodes and qa.index is not None
    for found in nodes:
        node = found.node
        text = qa.index.report(node.metadata["report"]).text
        assert text[node.start_char_idx : node.end_char_idx] == node.get_content() != ""  # type: ignore[attr-defined]


def test_retriever_gives_the_hits_of_search(qa: ReportQA) -> None:
    nodes = qa.as_retriever(top_k=3).retrieve(QUESTION)
    check_nodes(qa, nodes)
    hits = qa.search(QUESTION, top_k=3)
    assert [(n.node.node_id, n.score) for n in nodes] == [(str(h.chunk.id), h.score) for h in hits]
    assert [n.node.metadata["report"] for n in nodes] == [h.chunk.report for h in hits]
    assert [n.node.metadata["headings"] for n in nodes] == [" / ".join(h.chunk.headings) for h in hits]
    assert any(n.node.metadata["headings"].endswith("一、综合") for n in nodes)


def test_retriever_in_a_stock_query_engine(qa: ReportQA, server: EndpointServer) -> None:
    message = {"role": "assistant", "content": "3127.4亿元"}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    body = {"id": "1", "object": "chat.completion", "created": 1, "model": "small-model", "choices": [choice]}
    server.replies.append(Reply(body))
    llm = ChatModel(server.url, "small-model").as_llama_index()
    engine = RetrieverQueryEngine.from_args(qa.as_retriever(top_k=2), llm=llm)
    response = engine.query(QUESTION)
    assert str(response) == "3127.4亿元"
    check_nodes(qa, response.source_nodes)
    assert len(response.source_nodes) == 2
    (request,) = server.requests
    sent = "\n".join(message["content"] for message in request["messages"])
    assert QUESTION in sent and "地区生产总值3127.4亿元" in sent


def test_query_engine_answers_with_citations_as_nodes(qa: ReportQA) -> None:
    response = qa.as_query_engine().query(QUESTION)
    answer = qa.ask(QUESTION)
    assert str(response) == answer.text and "3127.4亿元" in answer.text
    check_nodes(qa, response.source_nodes)
    (node,) = response.source_nodes
    assert node.node.get_content() == answer.citations[0].quote
    assert node.node.metadata["marker"] == 1
    assert response.metadata is not None
    assert response.metadata["figures"][0]["text"] == "3127.4亿元" and not response.metadata["abstained"]


def test_query_engine_refuses_without_nodes(qa: ReportQA) -> None:
    response = qa.as_query_engine().query("2021年云川市地区生产总值是多少？")
    assert response.source_nodes == []
    assert response.metadata is not None and response.metadata["abstained"] is True
    assert "没有找到" in str(response)


def test_both_work_asynchronously(qa: ReportQA) -> None:
    async def both() -> tuple[str, int]:
        response = await qa.as_query_engine().aquery(QUESTION)
        nodes = await qa.as_retriever(top_k=2).aretrieve(QUESTION)
        return str(response), len(nodes)

    assert asyncio.run(both()) == (qa.ask(QUESTION).text, 2)
