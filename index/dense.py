"""Our LlamaIndex vector store over faiss.

The stock stores cannot delete, or give a live id away again after a delete and then return the wrong
node. Here ids only grow, are kept on disk, and every filter is exact.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.schema import BaseNode, NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores.types import (
    BasePydanticVectorStore,
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryMode,
    VectorStoreQueryResult,
)
from llama_index.core.vector_stores.utils import metadata_dict_to_node, node_to_metadata_dict
from pydantic import PrivateAttr

from index.large_vectors import LargeVectors
from index.types import Chunk, Metadata
from index.vectors import FlatVectors, Ids

FORMAT = 1


class FaissStore(BasePydanticVectorStore):
    """Nodes with their vectors: add, delete, filter, search, persist.

    A node added again replaces the old one. A filter that matches nothing finds nothing.
    Reading from several threads is safe while nobody writes.
    """

    stores_text: bool = True
    is_embedding_query: bool = True
    dimension: int

    _vectors: FlatVectors | LargeVectors = PrivateAttr()
    _nodes: dict[int, BaseNode] = PrivateAttr(default_factory=dict)
    _ids: dict[str, int] = PrivateAttr(default_factory=dict)  # node id → our id
    _next: int = PrivateAttr(default=0)

    def __init__(self, dimension: int, **data: Any) -> None:
        super().__init__(dimension=dimension, **data)  # type: ignore[call-arg]
        self._vectors = FlatVectors(dimension)

    @classmethod
    def class_name(cls) -> str:
        return "WenbaoFaissStore"

    @classmethod
    def filled(cls, vectors: FlatVectors | LargeVectors, nodes: dict[int, BaseNode]) -> FaissStore:
        """A store of `nodes`, one for every id of `vectors`; it takes both over."""
        store = cls(dimension=vectors.dimension)
        if vectors.ids != nodes.keys():
            raise ValueError("vectors and nodes do not belong together")
        store._vectors, store._nodes = vectors, nodes
        store._ids = {node.node_id: identifier for identifier, node in nodes.items()}
        store._next = max(nodes, default=-1) + 1
        return store

    @property
    def client(self) -> FlatVectors | LargeVectors:
        return self._vectors

    def __len__(self) -> int:
        return len(self._vectors)

    # ------------------------------------------------------------ writing

    def add(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[str]:
        """Adds nodes that have embeddings, all or none; returns their node ids."""
        if not nodes:
            return []
        latest = {node.node_id: node for node in nodes}
        vectors = np.array([node.get_embedding() for node in latest.values()], dtype=np.float32)
        if vectors.ndim != 2 or vectors.shape[1] != self.dimension:
            raise ValueError(f"embeddings of shape {vectors.shape}, expected (n, {self.dimension})")
        self._forget({self._ids[node_id] for node_id in latest if node_id in self._ids})
        ids = np.arange(self._next, self._next + len(latest), dtype=np.int64)
        self._next += len(latest)
        self._vectors.add(ids, vectors)
        for identifier, (node_id, node) in zip(ids.tolist(), latest.items(), strict=True):
            self._nodes[identifier] = node.model_copy(update={"embedding": None})
            self._ids[node_id] = identifier
        return [node.node_id for node in nodes]

    def delete(self, ref_doc_id: str, **delete_kwargs: Any) -> None:
        """Deletes every node of one document."""
        self._forget({i for i, node in self._nodes.items() if node.ref_doc_id == ref_doc_id})

    def delete_nodes(
        self,
        node_ids: list[str] | None = None,
        filters: MetadataFilters | None = None,
        **delete_kwargs: Any,
    ) -> None:
        """Deletes the nodes that are named and match; neither given is refused: see `clear`."""
        if node_ids is None and filters is None:
            raise ValueError("delete_nodes needs node_ids or filters; clear() deletes everything")
        self._forget(self._select(node_ids, None, filters))

    def clear(self) -> None:
        """Deletes every node; ids are still not given again."""
        self._forget(set(self._nodes))

    def _forget(self, ids: set[int]) -> None:
        self._vectors.remove(ids)
        for identifier in ids:
            del self._ids[self._nodes.pop(identifier).node_id]

    # ------------------------------------------------------------ reading

    def get_nodes(
        self, node_ids: list[str] | None = None, filters: MetadataFilters | None = None
    ) -> list[BaseNode]:
        """The nodes that are named and match, in the order they were added; all, if neither is given."""
        return [self._nodes[identifier] for identifier in sorted(self._select(node_ids, None, filters))]

    def get(self, text_id: str) -> list[float]:
        """The embedding of one node; KeyError if it is not here."""
        return [float(value) for value in self._vectors.vector(self._ids[text_id])]

    def query(self, query: VectorStoreQuery, **kwargs: Any) -> VectorStoreQueryResult:
        """The `similarity_top_k` nearest nodes of those that `doc_ids`, `node_ids` and `filters` allow."""
        if query.mode != VectorStoreQueryMode.DEFAULT:
            raise ValueError(f"query mode {query.mode.value} is not supported; use the default mode")
        if query.query_embedding is None:
            raise ValueError("the query has no embedding")
        allowed: Ids | None = None
        if query.doc_ids is not None or query.node_ids is not None or query.filters is not None:
            chosen = self._select(query.node_ids, query.doc_ids, query.filters)
            allowed = np.fromiter(chosen, dtype=np.int64, count=len(chosen))
        vector = np.array(query.query_embedding, dtype=np.float32)
        found = self._vectors.search(vector, query.similarity_top_k, allowed)
        nodes = [self._nodes[identifier] for identifier, _ in found]
        return VectorStoreQueryResult(
            nodes=[node.model_copy() for node in nodes],
            similarities=[score for _, score in found],
            ids=[node.node_id for node in nodes],
        )

    def _select(
        self, node_ids: list[str] | None, doc_ids: list[str] | None, filters: MetadataFilters | None
    ) -> set[int]:
        chosen = set(self._nodes)
        if node_ids is not None:
            chosen &= {self._ids[node_id] for node_id in node_ids if node_id in self._ids}
        if doc_ids is not None:
            documents = set(doc_ids)
            chosen = {i for i in chosen if self._nodes[i].ref_doc_id in documents}
        if filters is not None:
            chosen = {i for i in chosen if matches(self._nodes[i].metadata, filters)}
        return chosen

    # ------------------------------------------------------------ disk

    def persist(self, persist_path: str, fs: Any | None = None) -> None:
        """Writes one file; on a local disk the old file stays until the new one is whole."""
        vectors = self._vectors
        if isinstance(vectors, LargeVectors):  # the file is to be whole on its own
            vectors = vectors.as_flat()
        nodes = {str(i): node_to_metadata_dict(node, flat_metadata=False) for i, node in self._nodes.items()}
        state = {"format": FORMAT, "dimension": self.dimension, "next": self._next, "nodes": nodes}
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("state.json", json.dumps(state, ensure_ascii=False))
            archive.writestr("vectors.faiss", vectors.to_bytes())
        if fs is not None:
            fs.makedirs(os.path.dirname(persist_path) or ".", exist_ok=True)  # noqa: PTH120  a path of `fs`
            with fs.open(persist_path, "wb") as file:
                file.write(buffer.getvalue())
            return
        path = Path(persist_path)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as temporary:
            try:
                temporary.write(buffer.getvalue())
                temporary.flush()
                os.fsync(temporary.fileno())
                Path(temporary.name).replace(path)
            except BaseException:
                Path(temporary.name).unlink(missing_ok=True)
                raise

    @classmethod
    def from_persist_path(cls, persist_path: str, fs: Any | None = None) -> FaissStore:
        """Reads what `persist` wrote; ValueError for another format."""
        data = fs.cat_file(persist_path) if fs is not None else Path(persist_path).read_bytes()
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            state = json.loads(archive.read("state.json"))
            if state.get("format") != FORMAT:
                raise ValueError(f"{persist_path} has format {state.get('format')}, expected {FORMAT}")
            vectors = FlatVectors.from_bytes(archive.read("vectors.faiss"))
        nodes = {int(key): metadata_dict_to_node(value) for key, value in state["nodes"].items()}
        store = cls.filled(vectors, nodes)
        store._next = state["next"]
        return store


# ---------------------------------------------------------------- from our own index


def chunk_store(
    vectors: FlatVectors | LargeVectors, chunks: Sequence[Chunk], metadata: Mapping[str, Metadata]
) -> FaissStore:
    """A store of chunks whose ids are those of `vectors`; `metadata` by report name.

    Nodes carry `report, start, end, page, title, region, period, published, kind`, and cite as chunks do.
    """
    known = {
        name: {
            field.name: slot.value for field in fields(one) if (slot := getattr(one, field.name)) is not None
        }
        for name, one in metadata.items()
    }
    nodes: dict[int, BaseNode] = {}
    for chunk in chunks:
        place = {"report": chunk.report, "start": chunk.start, "end": chunk.end, "page": chunk.page}
        nodes[chunk.id] = TextNode(
            id_=str(chunk.id),
            text=chunk.text,
            metadata=known.get(chunk.report, {}) | place,
            start_char_idx=chunk.start,
            end_char_idx=chunk.end,
            relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=chunk.report)},
        )
    return FaissStore.filled(vectors, nodes)


# ---------------------------------------------------------------- metadata filters


def matches(metadata: dict[str, Any], filters: MetadataFilters) -> bool:
    """Whether `metadata` satisfies `filters`, nested ones included. No filter at all is satisfied."""
    results = (
        matches(metadata, item) if isinstance(item, MetadataFilters) else _matches_one(metadata, item)
        for item in filters.filters
    )
    if filters.condition == FilterCondition.OR:
        return any(results) if filters.filters else True
    if filters.condition == FilterCondition.NOT:
        return not any(results)
    return all(results)


def _matches_one(metadata: dict[str, Any], item: MetadataFilter) -> bool:
    value = metadata.get(item.key)
    if item.operator == FilterOperator.IS_EMPTY:
        return value is None or value in ("", [])
    if value is None:
        # What is not known is different from anything and in no list.
        return item.operator in (FilterOperator.NE, FilterOperator.NIN)
    try:
        return _OPERATORS[item.operator](value, item.value)
    except TypeError:  # a number compared with a word
        return False


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple, set)) else [value]


_Operator = Callable[[Any, Any], bool]
_OPERATORS: dict[FilterOperator, _Operator] = {
    FilterOperator.EQ: lambda value, wanted: bool(value == wanted),
    FilterOperator.NE: lambda value, wanted: bool(value != wanted),
    FilterOperator.GT: lambda value, wanted: bool(value > wanted),
    FilterOperator.GTE: lambda value, wanted: bool(value >= wanted),
    FilterOperator.LT: lambda value, wanted: bool(value < wanted),
    FilterOperator.LTE: lambda value, wanted: bool(value <= wanted),
    FilterOperator.IN: lambda value, wanted: value in _as_list(wanted),
    FilterOperator.NIN: lambda value, wanted: value not in _as_list(wanted),
    FilterOperator.ANY: lambda value, wanted: any(one in _as_list(value) for one in _as_list(wanted)),
    FilterOperator.ALL: lambda value, wanted: all(one in _as_list(value) for one in _as_list(wanted)),
    FilterOperator.CONTAINS: lambda value, wanted: wanted in _as_list(value),
    FilterOperator.TEXT_MATCH: lambda value, wanted: str(wanted) in str(value),
    FilterOperator.TEXT_MATCH_INSENSITIVE: lambda value, wanted: str(wanted).lower() in str(value).lower(),
}
