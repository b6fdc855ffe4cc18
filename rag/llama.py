"""Wenbao inside LlamaIndex: a retriever and a query engine over `ReportQA`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from index.types import Hit
from rag.types import Answer

if TYPE_CHECKING:
    from rag.qa import ReportQA


def node_of(hit: Hit) -> NodeWithScore:
    """A hit as a LlamaIndex node whose metadata leads back to the report."""
    chunk = hit.chunk
    node = TextNode(
        id_=str(chunk.id),
        text=chunk.text,
        start_char_idx=chunk.start,
        end_char_idx=chunk.end,
        metadata={"report": chunk.report, "page": chunk.page, "headings": " / ".join(chunk.headings)},
    )
    return NodeWithScore(node=node, score=hit.score)


class ReportRetriever(BaseRetriever):
    """`ReportQA.search` as a LlamaIndex retriever; works in a stock `RetrieverQueryEngine`."""

    def __init__(self, qa: ReportQA, *, top_k: int = 5) -> None:
        super().__init__()
        self._qa = qa
        self._top_k = top_k

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [node_of(hit) for hit in self._qa.search(query_bundle.query_str, top_k=self._top_k)]


class ReportQueryEngine(BaseQueryEngine):
    """`ReportQA.ask` as a LlamaIndex query engine; cited sentences come as source nodes."""

    def __init__(self, qa: ReportQA) -> None:
        super().__init__(callback_manager=CallbackManager([]))
        self._qa = qa

    def _get_prompt_modules(self) -> dict[str, Any]:
        return {}

    def _query(self, query_bundle: QueryBundle) -> Response:
        return _response(self._qa.ask(query_bundle.query_str))

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return _response(await self._qa.aask(query_bundle.query_str))


def _response(answer: Answer) -> Response:
    nodes = [
        NodeWithScore(
            node=TextNode(
                id_=f"{citation.report}:{citation.start}-{citation.end}",
                text=citation.quote,
                start_char_idx=citation.start,
                end_char_idx=citation.end,
                metadata={"report": citation.report, "page": citation.page, "marker": citation.marker},
            ),
            score=1.0,
        )
        for citation in answer.citations
    ]
    return Response(response=answer.text, source_nodes=nodes, metadata=answer.to_dict())
