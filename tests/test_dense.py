"""The store must never return a wrong, deleted or filtered-out node."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import faiss
import numpy as np
import pytest
from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryMode,
)

from index.dense import FaissStore, matches
from index.vectors import FlatVectors

DIMENSION = 16


def vector_of(seed: int) -> list[float]:
    vector = np.random.default_rng(seed).standard_normal(DIMENSION)
    return [float(value) for value in vector / np.linalg.norm(vector)]


def node(name: str, seed: int, document: str = "bulletin.txt", **metadata: object) -> TextNode:
    return TextNode(
        id_=name,
        text=f"text of {name}",
        embedding=vector_of(seed),
        metadata=metadata,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=document)},
    )


def nearest(store: FaissStore, seed: int, k: int = 1, **query: object) -> list[str]:
    result = store.query(
        VectorStoreQuery(query_embedding=vector_of(seed), similarity_top_k=k, **query)  # type: ignore[arg-type]
    )
    assert result.ids is not None and result.nodes is not None and result.similarities is not None
    assert [n.node_id for n in result.nodes] == result.ids
    assert result.similarities == sorted(result.similarities, reverse=True)
    return result.ids


@pytest.fixture
def store() -> FaissStore:
    store = FaissStore(DIMENSION)
    store.add([node(f"n{i}", i, document=f"d{i % 3}", year=2020 + i, region="云川市") for i in range(9)])
    return store


def test_an_id_is_never_given_again(store: FaissStore) -> None:
    # The stock store takes the new id from the count and then returns n8 for n9.
    store.delete_nodes(["n3"])
    store.add([node("n9", 9)])
    for seed in (0, 1, 2, 4, 5, 6, 7, 8, 9):
        assert nearest(store, seed) == [f"n{seed}"]
    assert "n3" not in nearest(store, 3, k=20)


def test_delete_takes_all_nodes_of_a_document(store: FaissStore) -> None:
    store.delete("d1")
    assert nearest(store, 1, k=20) and not {"n1", "n4", "n7"} & set(nearest(store, 1, k=20))
    assert len(store) == len(store.get_nodes()) == 6


def test_add_again_replaces(store: FaissStore) -> None:
    store.add([node("n2", 77)])
    assert len(store) == 9
    assert nearest(store, 77) == ["n2"]
    assert store.get("n2") == pytest.approx(vector_of(77), abs=1e-6)


def test_add_is_all_or_none(store: FaissStore) -> None:
    bad = node("bad", 3)
    bad.embedding = [0.0, 1.0]
    with pytest.raises(ValueError):
        store.add([node("good", 50), bad])
    assert len(store) == 9


def test_filters_narrow_and_empty_filters_find_nothing(store: FaissStore) -> None:
    late = MetadataFilters(filters=[MetadataFilter(key="year", value=2026, operator=FilterOperator.GTE)])
    assert set(nearest(store, 0, k=20, filters=late)) == {"n6", "n7", "n8"}
    assert set(nearest(store, 0, k=20, doc_ids=["d0"])) == {"n0", "n3", "n6"}
    assert nearest(store, 0, k=20, doc_ids=["d0"], filters=late) == ["n6"]
    assert nearest(store, 0, k=20, node_ids=["n4", "unknown"]) == ["n4"]
    nowhere = MetadataFilters(filters=[MetadataFilter(key="region", value="无此市")])
    assert nearest(store, 0, k=20, filters=nowhere) == []
    assert nearest(store, 0, k=20, doc_ids=[]) == []
    assert nearest(store, 0, k=20, node_ids=[]) == []
    assert store.get_nodes(filters=nowhere) == []


def test_delete_nodes_by_filter_and_without_anything(store: FaissStore) -> None:
    early = MetadataFilters(filters=[MetadataFilter(key="year", value=2025, operator=FilterOperator.LT)])
    store.delete_nodes(filters=early)
    assert [n.node_id for n in store.get_nodes()] == ["n5", "n6", "n7", "n8"]
    with pytest.raises(ValueError):
        store.delete_nodes()
    store.clear()
    assert len(store) == 0 and nearest(store, 5) == []


def test_persist_keeps_nodes_vectors_and_the_next_id(store: FaissStore, tmp_path: Path) -> None:
    store.delete_nodes(["n8"])  # the highest id: it must not come back after a restart
    path = tmp_path / "deep" / "store.wenbao"
    store.persist(str(path))
    store.persist(str(path))
    again = FaissStore.from_persist_path(str(path))
    assert [n.to_dict() for n in again.get_nodes()] == [n.to_dict() for n in store.get_nodes()]
    assert [n.ref_doc_id for n in again.get_nodes()] == [n.ref_doc_id for n in store.get_nodes()]
    again.add([node("new", 30)])
    assert nearest(again, 30) == ["new"]
    assert 8 not in again.client.ids
    again.delete("d0")
    assert not {"n0", "n3", "n6"} & set(nearest(again, 0, k=20))
    assert [p.name for p in path.parent.iterdir()] == ["store.wenbao"]


def test_agrees_with_a_plain_scan() -> None:
    random = np.random.default_rng(5)
    store = FaissStore(DIMENSION)
    nodes = [node(f"n{i}", i, document=f"d{i % 7}") for i in range(300)]
    store.add(nodes)
    live = {n.node_id: n for n in nodes}
    for step in range(40):
        gone = str(random.choice(sorted(live)))
        store.delete_nodes([gone])
        del live[gone]
        fresh = node(f"m{step}", 1000 + step, document=f"d{step % 7}")
        store.add([fresh])
        live[fresh.node_id] = fresh
        documents = [f"d{i}" for i in random.choice(7, size=2, replace=False)]
        query = np.array(vector_of(5000 + step))
        allowed = [n for n in live.values() if n.ref_doc_id in documents]
        expected = sorted(allowed, key=lambda n: -float(query @ np.array(n.embedding)))[:10]
        assert nearest(store, 5000 + step, k=10, doc_ids=documents) == [n.node_id for n in expected]


def test_wrong_queries_are_refused(store: FaissStore) -> None:
    with pytest.raises(ValueError):
        store.query(VectorStoreQuery(query_embedding=None))
    with pytest.raises(ValueError):
        store.query(VectorStoreQuery(query_embedding=[1.0, 2.0]))
    with pytest.raises(ValueError):
        store.query(VectorStoreQuery(query_embedding=vector_of(1), mode=VectorStoreQueryMode.MMR))


@pytest.mark.parametrize(
    ("key", "operator", "value", "expected"),
    [
        ("year", FilterOperator.EQ, 2023, True),
        ("year", FilterOperator.NE, 2023, False),
        ("missing", FilterOperator.NE, 2023, True),
        ("missing", FilterOperator.EQ, 2023, False),
        ("year", FilterOperator.GT, "2020", False),
        ("year", FilterOperator.IN, [2022, 2023], True),
        ("year", FilterOperator.NIN, [2022, 2023], False),
        ("missing", FilterOperator.NIN, [2022], True),
        ("tags", FilterOperator.ANY, ["工业", "农业"], True),
        ("tags", FilterOperator.ALL, ["工业", "农业"], False),
        ("tags", FilterOperator.ALL, ["工业", "外贸"], True),
        ("tags", FilterOperator.CONTAINS, "外贸", True),
        ("title", FilterOperator.TEXT_MATCH, "gdp", False),
        ("title", FilterOperator.TEXT_MATCH_INSENSITIVE, "gdp", True),
        ("missing", FilterOperator.IS_EMPTY, None, True),
        ("title", FilterOperator.IS_EMPTY, None, False),
    ],
)
def test_every_operator(key: str, operator: FilterOperator, value: object, expected: bool) -> None:
    metadata = {"year": 2023, "tags": ["工业", "外贸"], "title": "GDP公报"}
    item = MetadataFilter(key=key, value=value, operator=operator)  # type: ignore[arg-type]
    assert matches(metadata, MetadataFilters(filters=[item])) is expected
    negated = MetadataFilters(filters=[item], condition=FilterCondition.NOT)
    assert matches(metadata, negated) is not expected


def test_nested_filters() -> None:
    year = MetadataFilter(key="year", value=2023)
    region = MetadataFilter(key="region", value="临江市")
    either = MetadataFilters(filters=[year, region], condition=FilterCondition.OR)
    assert matches({"year": 2023, "region": "云川市"}, either)
    assert not matches({"year": 2022, "region": "云川市"}, either)
    both = MetadataFilters(filters=[either, MetadataFilter(key="kind", value="news")])
    assert matches({"year": 2023, "kind": "news"}, both)
    assert not matches({"year": 2023, "kind": "other"}, both)


def test_flat_vectors_refuse_what_does_not_fit() -> None:
    vectors = FlatVectors(2)
    vectors.add(np.array([7]), np.eye(2, dtype=np.float32)[:1])
    with pytest.raises(ValueError):
        vectors.add(np.array([7]), np.eye(2, dtype=np.float32)[:1])
    with pytest.raises(ValueError):
        vectors.add(np.array([8]), np.eye(3, dtype=np.float32)[:1])
    other = vectors.copy()
    other.remove({7, 99})
    assert len(vectors) == 1 and len(other) == 0
    assert other.search(np.array([1.0, 0.0], dtype=np.float32), 3) == []
    with pytest.raises(KeyError):
        other.vector(7)


def test_a_search_starts_no_threads_whichever_thread_asks() -> None:
    """OpenMP's number of threads is each calling thread's own; a server searches in many."""
    vectors = FlatVectors(4)
    vectors.add(np.arange(3), np.eye(3, 4, dtype=np.float32))
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(vectors.search, np.ones(4, np.float32), 2).result()
        threads = pool.submit(faiss.omp_get_max_threads).result()
    assert len(found) == 2 and threads == 1
