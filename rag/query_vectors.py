"""The vectors of the questions asked last: people repeat, go back to and share questions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt

KEPT = 4096  # questions, of about 1.5 KB each

Vectors = npt.NDArray[np.float32]


class QueryEmbedder(Protocol):
    """What searching needs of an embedding model."""

    def embed_queries(self, texts: Sequence[str]) -> Vectors: ...


class QueryVectors:
    """`embed_queries` of `embedder`, which is asked only for questions not asked lately. Safe between threads."""

    def __init__(self, embedder: QueryEmbedder, kept: int = KEPT) -> None:
        self._embedder = embedder
        self._vector = lru_cache(kept)(self._embed)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """One vector a question, shape (len(texts), dimension)."""
        return np.stack([self._vector(text) for text in texts])

    def _embed(self, text: str) -> Vectors:
        vector: Vectors = self._embedder.embed_queries([text])[0]
        vector.flags.writeable = False  # shared from now on
        return vector
