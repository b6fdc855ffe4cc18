"""An embedding model that is loaded when the first text needs it.

Loading takes seconds; indexing a folder in which nothing changed needs no vector at all.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.embed import Embedder, fingerprint_of, load_embedder
from index.manifest import EmbeddingModel

# Modules that leave the vector as long as the transformer's hidden state.
PLAIN_MODULES = {"Transformer", "Pooling", "Normalize"}


class LazyEmbedder:
    """Name, dimension and fingerprint from the model's files; everything else from the loaded model."""

    def __init__(self, directory: Path, dimension: int) -> None:
        self.name = directory.resolve().name
        self.dimension = dimension
        self._directory = directory
        self._loaded: Embedder | None = None

    def fingerprint(self) -> str:
        return fingerprint_of(self._directory)

    def embed_queries(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return self._model().embed_queries(texts)

    def embed_passages(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return self._model().embed_passages(texts)

    def _model(self) -> Embedder:
        if self._loaded is None:
            self._loaded = load_embedder(str(self._directory))
        return self._loaded


def lazy_embedder(name_or_directory: str) -> EmbeddingModel:
    """A lazy embedder where the files tell the dimension, else the loaded model."""
    directory = Path(name_or_directory).expanduser()
    dimension = dimension_of(directory)
    return LazyEmbedder(directory, dimension) if dimension else load_embedder(name_or_directory)


def dimension_of(directory: Path) -> int | None:
    """Length of the model's vectors, if its files say so plainly."""
    try:
        modules = json.loads((directory / "modules.json").read_text(encoding="utf-8"))
        config = json.loads((directory / "config.json").read_text(encoding="utf-8"))
        plain = {module["type"].rsplit(".", 1)[-1] for module in modules} <= PLAIN_MODULES
        return int(config["hidden_size"]) if plain else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
