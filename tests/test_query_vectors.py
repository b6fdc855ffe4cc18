"""A question's vector is made once while it is remembered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hashing_embedder import HashingEmbedder

from rag.query_vectors import QueryVectors, Vectors


class Counting:
    """A real embedder that notes what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._embedder = HashingEmbedder()

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return self._embedder.embed_queries(texts)


def test_the_same_question_is_embedded_once() -> None:
    embedder = Counting()
    vectors = QueryVectors(embedder)
    first = vectors.embed_queries(["云川市的人口", "进出口"])
    again = vectors.embed_queries(["进出口", "云川市的人口"])
    assert embedder.asked == ["云川市的人口", "进出口"]
    assert np.array_equal(first, again[::-1])
    assert np.array_equal(first[0], HashingEmbedder().embed_queries(["云川市的人口"])[0])


def test_the_oldest_question_is_forgotten() -> None:
    embedder = Counting()
    vectors = QueryVectors(embedder, kept=2)
    for text in ("一", "二", "三", "一"):
        vectors.embed_queries([text])
    assert embedder.asked == ["一", "二", "三", "一"]


def test_what_is_remembered_cannot_be_changed_by_who_got_it() -> None:
    vectors = QueryVectors(Counting())
    first = vectors.embed_queries(["云川"])
    kept = first.copy()
    first += 1
    assert np.array_equal(vectors.embed_queries(["云川"]), kept)


def test_an_error_is_not_remembered() -> None:
    class Failing(Counting):
        def embed_queries(self, texts: Sequence[str]) -> Vectors:
            if not self.asked:
                self.asked += texts
                raise RuntimeError("no memory")
            return super().embed_queries(texts)

    vectors = QueryVectors(Failing())
    with pytest.raises(RuntimeError):
        vectors.embed_queries(["云川"])
    assert vectors.embed_queries(["云川"]).shape[0] == 1
