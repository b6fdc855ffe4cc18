"""The address of a store, and what is said where one cannot be used."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hashing_embedder import HashingEmbedder

from index.build import build_index
from index.lexical import token_lists
from index.milvus_server import Location, StoreError
from index.sparse import Counts, Statistics, chunk_vector
from index.store import ReportIndex
from index.stores import open_index
from rag.collections import Service
from rag.settings import SettingsError, load_configuration


def test_an_address_and_its_options() -> None:
    location = Location.parse("milvus://db.local:1953/reports?index=HNSW&consistency=Bounded&timeout=5&tls=1")
    assert (location.host, location.port, location.name) == ("db.local", 1953, "reports")
    assert (location.index, location.consistency, location.timeout, location.tls) == (
        "HNSW",
        "Bounded",
        5.0,
        True,
    )
    assert Location.parse("milvus://db.local").port == 19530
    assert str(location) == "milvus://db.local:1953/reports"


@pytest.mark.parametrize(
    "address",
    [
        "http://db.local", "milvus:///x", "milvus://h/x?colour=red", "milvus://h/x?index=MAGIC", "milvus://h/a-b",
        "milvus://h/x?timeout=0", "milvus://h:notaport/x", "milvus://root:secret-word@h/x",
    ],
)  # fmt: skip
def test_a_wrong_address_is_refused_without_its_secrets(address: str) -> None:
    with pytest.raises(StoreError) as caught:
        Location.parse(address)
    assert "milvus://127.0.0.1:19530" in caught.value.chinese
    assert "secret-word" not in caught.value.english + caught.value.chinese


def test_without_pymilvus_the_cure_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    monkeypatch.setenv("WENBAO_STORE", "milvus://127.0.0.1:1/x")
    with pytest.raises(StoreError, match=r"requirements-milvus\.lock"):
        open_index(tmp_path)


def test_one_store_serves_one_collection(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WENBAO_STORE", "milvus://127.0.0.1:1/x")
    monkeypatch.setenv("WENBAO_COLLECTIONS", '{"other": "elsewhere"}')
    with pytest.raises(SettingsError, match="collections"):
        Service(tmp_path, load_configuration())


def test_the_token_is_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENBAO_STORE_TOKEN", "root:secret-word")
    assert "secret-word" not in str(load_configuration().shown())


def test_sparse_products_are_bm25(tmp_path: Path) -> None:
    """The inner product of the two sparse vectors is the score that the folder's index gives."""
    texts = [
        "云川市地区生产总值增长6.1%。", "粮食产量三十万吨，比上年增长。", "云川市财政收入增长，财政支出下降。财政稳健。",
        "工业增加值同比增长8%。", "固定资产投资完成一百亿元，增长放缓。",
    ]  # fmt: skip
    for number, text in enumerate(texts):
        (tmp_path / f"{number}.txt").write_text(text, encoding="utf-8")
    build_index([tmp_path], tmp_path / "index", HashingEmbedder())
    index = ReportIndex.open(tmp_path / "index")
    chunks = [chunk for one in index.reports() for chunk in index.chunks_of(one.name)]
    counts = Counts()
    told = {}
    for chunk in chunks:
        context, sentences = token_lists(chunk.context, chunk.text)
        told[chunk.id] = (context, [token for one in sentences for token in one])
        counts.add(*told[chunk.id])
    statistics = Statistics.of(counts)
    assert statistics.plus(Counts()).counts.tolist() == statistics.counts.tolist()
    for question in ("云川市财政收入", "粮食 增长", "无此词语甲乙丙丁戊"):
        asked = statistics.question_vector(question)
        wanted = dict(index.search_lexical(question, 10))
        for identifier, (context, body) in told.items():
            vector = chunk_vector(context, body, statistics.mean_length)
            score = sum(weight * vector.get(number, 0.0) for number, weight in asked.items())
            assert score == pytest.approx(wanted.get(identifier, 0.0), rel=1e-6, abs=1e-9)
    taken = Counts()
    taken.add(*told[chunks[0].id], -1)
    left = statistics.plus(taken)
    assert left.chunks == statistics.chunks - 1 and np.all(left.counts > 0)
