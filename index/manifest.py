"""What an index says about itself: format, embedding model, number of commits. A mismatch is refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index import lexical, records, tokenize
from index.database import missing
from index.errors import IndexMismatchError

FORMAT = f"{records.FORMAT}.{tokenize.VERSION}"


class EmbeddingModel(Protocol):
    """What the index needs of an embedder; index.embed.Embedder is one.

    Vectors are float32 (n, dimension) of length 1. The fingerprint changes when the vectors would.
    """

    name: str
    dimension: int

    def fingerprint(self) -> str: ...

    def embed_queries(self, texts: Sequence[str]) -> npt.NDArray[np.float32]: ...

    def embed_passages(self, texts: Sequence[str]) -> npt.NDArray[np.float32]: ...


def write_schema(connection: sqlite3.Connection, embedder: EmbeddingModel) -> None:
    """Makes the tables, inside the transaction of `connection`, unless they are there."""
    if _has_manifest(connection):
        if connection.execute("SELECT value FROM manifest WHERE key = 'format'").fetchone() == (FORMAT,):
            connection.execute(records.SKETCHES)
        return
    for statement in schema():
        connection.execute(statement)
    connection.executemany(
        "INSERT INTO manifest VALUES (?, ?)",
        [
            ("format", FORMAT),
            ("embedding_name", embedder.name),
            ("embedding_fingerprint", embedder.fingerprint()),
            ("embedding_dimension", str(embedder.dimension)),
            ("commits", "0"),
        ],
    )


def schema() -> list[str]:
    """The statements that make the tables of an empty index."""
    return _statements(records.SCHEMA + lexical.SCHEMA + records.SKETCHES)


def read_manifest(connection: sqlite3.Connection, directory: Path) -> dict[str, str]:
    """IndexMissingError where a file exists but no index was ever committed to it."""
    if not _has_manifest(connection):
        raise missing(directory)
    return dict(connection.execute("SELECT key, value FROM manifest").fetchall())


def check_manifest(
    manifest: Mapping[str, str], directory: Path | str, embedder: EmbeddingModel | None
) -> None:
    """IndexMismatchError unless this program, and `embedder` if given, can use the index."""
    if manifest.get("format") != FORMAT:
        raise IndexMismatchError(
            f"The index at {directory} has format {manifest.get('format')}, this version reads {FORMAT}: "
            "make it anew from the reports' files with `python -m rag rebuild`.",
            f"{directory} 处索引的格式为 {manifest.get('format')}，本版本只能读取 {FORMAT}："
            "请用 `python -m rag rebuild` 由原文件重建。",
        )
    if embedder is None:
        return
    made_by = (manifest["embedding_fingerprint"], int(manifest["embedding_dimension"]))
    if made_by != (embedder.fingerprint(), embedder.dimension):
        name, dimension = manifest["embedding_name"], manifest["embedding_dimension"]
        raise IndexMismatchError(
            f"The index at {directory} was made with the embedding model {name} ({dimension} dimensions), "
            f"not with {embedder.name} ({embedder.dimension}): set WENBAO_EMBED_MODEL to that model, "
            "or make the index anew with `python -m rag rebuild`.",
            f"{directory} 处的索引由向量模型 {name}（{dimension} 维）建立，与当前的 {embedder.name}"
            f"（{embedder.dimension} 维）不符："
            "请将 WENBAO_EMBED_MODEL 设为原模型，或用 `python -m rag rebuild` 重建索引。",
        )


def version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT value FROM manifest WHERE key = 'commits'").fetchone()[0])


def count_commit(connection: sqlite3.Connection) -> None:
    """To be called once in every transaction that changes the index."""
    connection.execute("UPDATE manifest SET value = CAST(value AS INTEGER) + 1 WHERE key = 'commits'")


def dimension(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT value FROM manifest WHERE key = 'embedding_dimension'").fetchone()
    return int(row[0])


def _has_manifest(connection: sqlite3.Connection) -> bool:
    row = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'manifest'").fetchone()
    return row is not None


def _statements(script: str) -> list[str]:
    """The statements of a script; `executescript` would commit first."""
    found: list[str] = []
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            found.append(statement)
            statement = ""
    return found
