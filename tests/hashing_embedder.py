"""A real embedder without a model: words hashed into 64 dimensions. Texts sharing words are near."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from index.tokenize import tokens


class HashingEmbedder:
    """Counts what it embeds, so that a test can see what was not embedded again."""

    def __init__(self, name: str = "hashing", dimension: int = 64) -> None:
        self.name = name
        self.dimension = dimension
        self.embedded: list[str] = []

    def fingerprint(self) -> str:
        return f"{self.name}-{self.dimension}"

    def embed_queries(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for token in tokens(text):
                code = zlib.crc32(token.encode())
                vectors[row, code % self.dimension] += 1.0 if code & 1 << 20 else -1.0
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)

    def embed_passages(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.embedded += texts
        return self.embed_queries(texts)
