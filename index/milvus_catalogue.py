"""What a Milvus store says about itself: its manifest, and which reports there are at one version.

A row counts only if the catalogue names its report's id. Rows of a run that was stopped, or of a report that was
replaced a moment ago, may lie on the server; nothing finds or cites them.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace

from index import manifest as sqlite_manifest
from index.errors import IndexMismatchError, IndexMissingError
from index.manifest import EmbeddingModel
from index.milvus_rows import Entry, load_entry, pack, part, unpack
from index.milvus_server import Location, Row, Server

LAYOUT = 1  # raise when collections or rows change
KEY = "manifest"


@dataclass(frozen=True, slots=True)
class Writer:
    """Who changes the store, and when it last said so (seconds since 1970)."""

    id: str
    host: str
    process: int
    at: float


@dataclass(frozen=True, slots=True)
class Manifest:
    """One row; what it says takes effect at once and as a whole."""

    layout: int
    format: str
    embedding_name: str
    embedding_fingerprint: str
    embedding_dimension: int
    mean_length: float  # of a chunk in tokens, as the sparse vectors assume it
    commits: int = 0
    next_report: int = 1
    next_chunk: int = 1
    # Ids of reports being written → name, and the id of the report they replace (0: none).
    pending: dict[str, tuple[str, int]] = field(default_factory=dict)
    garbage: dict[str, float] = field(default_factory=dict)  # ids of replaced reports → since when
    statistics: dict[str, int] | None = None  # commits, pieces, chunks, body, context
    writer: Writer | None = None

    def row(self) -> Row:
        return part(KEY, KEY, 0, self.commits, pack(json.dumps(asdict(self), ensure_ascii=False)))

    @classmethod
    def of(cls, data: str) -> Manifest:
        value = json.loads(unpack(data))
        pending = {id: (name, old) for id, (name, old) in value["pending"].items()}
        writer = Writer(**value["writer"]) if value["writer"] else None
        return cls(**(value | {"pending": pending, "writer": writer}))

    @classmethod
    def new(cls, embedder: EmbeddingModel, mean_length: float) -> Manifest:
        return cls(
            LAYOUT,
            sqlite_manifest.FORMAT,
            embedder.name,
            embedder.fingerprint(),
            embedder.dimension,
            mean_length,
        )


@dataclass(frozen=True)
class Catalogue:
    """The reports at one version."""

    manifest: Manifest
    by_name: dict[str, Entry]
    by_id: dict[int, Entry]
    firsts: list[int]  # first chunk id of each report that has chunks, ascending
    owners: list[int]  # the report of each

    @classmethod
    def of(cls, manifest: Manifest, entries: Iterable[Entry]) -> Catalogue:
        ordered = sorted(entries, key=lambda entry: entry.summary.name)
        by_first = sorted((entry.first, entry.summary.id) for entry in ordered if entry.summary.chunks)
        return cls(
            manifest,
            {entry.summary.name: entry for entry in ordered},
            {entry.summary.id: entry for entry in ordered},
            [first for first, _ in by_first],
            [owner for _, owner in by_first],
        )

    @property
    def version(self) -> int:
        return self.manifest.commits

    def owner(self, chunk: int) -> Entry | None:
        """The report that a chunk id belongs to; None if there is none (any more)."""
        at = bisect_right(self.firsts, chunk) - 1
        if at < 0:
            return None
        entry = self.by_id[self.owners[at]]
        return entry if chunk in entry.chunk_ids else None

    def near(self, chunks: Sequence[int], reach: int) -> list[int]:
        """These chunks, those up to `reach` before and after them, and the first of each report."""
        wanted: set[int] = set()
        for chunk in chunks:
            entry = self.owner(chunk)
            if entry is not None:
                ids = entry.chunk_ids
                wanted.add(ids.start)
                wanted.update(range(max(ids.start, chunk - reach), min(ids.stop, chunk + reach + 1)))
        return sorted(wanted)


def read_manifest(server: Server) -> Manifest | None:
    """None where nothing was ever stored under the name."""
    rows = server.query(server.parts, f'key == "{KEY}"', ["data"])
    return Manifest.of(rows[0]["data"]) if rows else None


def checked_manifest(server: Server, embedder: EmbeddingModel | None) -> Manifest:
    """IndexMissingError, or IndexMismatchError if this program, or `embedder`, cannot use what is there."""
    found = read_manifest(server) if server.exists() else None
    if found is None:
        raise no_store(server.location)
    if found.layout != LAYOUT:
        raise IndexMismatchError(
            f"The store {server.location} has layout {found.layout}, this version reads {LAYOUT}: "
            "migrate the reports anew with `python -m rag migrate`.",
            f"{server.location} 的布局版本为 {found.layout}，本版本只能读取 {LAYOUT}：请用 `python -m rag migrate` 重新迁移。",
        )
    said = {key: str(value) for key, value in asdict(found).items()}
    sqlite_manifest.check_manifest(said, str(server.location), embedder)
    return found


def no_store(location: Location) -> IndexMissingError:
    return IndexMissingError(
        f"There is no index at {location}: make one with `python -m rag index FOLDER`, or bring one there with "
        "`python -m rag migrate to-store`.",
        f"{location} 处没有索引：请先运行 `python -m rag index 报告文件夹`，或用 `python -m rag migrate to-store` 迁入。",
    )


def read_catalogue(server: Server, manifest: Manifest, known: Catalogue | None) -> Catalogue:
    """The reports at the manifest's version; only what changed since `known` is read."""
    since = known.version if known is not None else -1
    entries = dict(known.by_name) if known is not None else {}
    condition = f'kind in ["report", "gone"] and number > {since}'
    for rows in server.scan(server.parts, condition, ["key", "kind", "number", "data"]):
        for row in rows:
            name = str(row["key"]).removeprefix("report/")
            if row["kind"] == "gone":
                entries.pop(name, None)
            else:
                entries[name] = load_entry(row["data"])
    return Catalogue.of(manifest, entries.values())


def entry_row(entry: Entry, commit: int, data: str) -> Row:
    return part(f"report/{entry.summary.name}", "report", entry.summary.id, commit, data)


def gone_row(name: str, commit: int) -> Row:
    """Stays, so that readers who know an older version learn of it."""
    return part(f"report/{name}", "gone", 0, commit, "")


def with_path(entry: Entry, path: str) -> Entry:
    return replace(entry, summary=replace(entry.summary, path=path))
