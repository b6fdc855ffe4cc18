"""Where an index is kept: in its folder, or on the Milvus server that `WENBAO_STORE` names."""

from __future__ import annotations

import os
from pathlib import Path

from index.manifest import EmbeddingModel
from index.store import ReportIndex


def store_address() -> str | None:
    """`WENBAO_STORE`, if it says something."""
    return os.environ.get("WENBAO_STORE") or None


def open_index(directory: Path | str, embedder: EmbeddingModel | None = None) -> ReportIndex:
    """`ReportIndex.open`, or the index on the server; then nothing is read from the folder.

    Raises IndexMissingError, IndexMismatchError, and StoreError where the server does not answer.
    """
    address = store_address()
    if address is None:
        return ReportIndex.open(directory, embedder)
    from index.milvus_server import Location
    from index.milvus_store import MilvusIndex

    return MilvusIndex.connect(Location.parse(address), embedder)


def create_index(directory: Path | str, embedder: EmbeddingModel) -> ReportIndex:
    """`ReportIndex.create`, or the same on the server."""
    address = store_address()
    if address is None:
        return ReportIndex.create(directory, embedder)
    from index.milvus_server import Location
    from index.milvus_store import MilvusIndex

    return MilvusIndex.make(Location.parse(address), embedder)
