"""What changes a Milvus store. Several rows on a server are no transaction, so one row decides each change.

A report's rows are written under a new id; its row in the catalogue then names that id, which is the commit. What
was begun is noted first: a run that is stopped anywhere leaves the last state, and the next one clears up after it.
One writer at a time: the manifest says who it is.
"""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from index import duplicates
from index.duplicates import Twin, sketch
from index.lexical import token_lists
from index.lock import IndexBusyError
from index.manifest import EmbeddingModel
from index.milvus_catalogue import (
    Catalogue,
    Manifest,
    Writer,
    entry_row,
    gone_row,
    no_store,
    read_catalogue,
    read_manifest,
    with_path,
)
from index.milvus_rows import (
    CHUNK_FIELDS,
    Entry,
    chunk_rows,
    dump_body,
    dump_entry,
    joined,
    load_body,
    load_chunk,
    pack,
    part,
    pieces,
    unpack,
)
from index.milvus_server import Row, Server, StoreError, text_in
from index.milvus_statistics import KIND, read_statistics, statistics_rows
from index.sparse import MEAN_LENGTH, Counts, Statistics
from index.store import ReportSummary, Vectors
from index.types import Chunk, Figure, Report

KEPT_SECONDS = 60.0  # rows of a replaced report stay for those who are reading it
_SILENT_SECONDS = 60.0  # after which a writer that says nothing counts as gone
_MOST_GARBAGE = 1000
_MOST_COMPARED = 50_000  # reports; beyond, nobody waits for all their sketches


@dataclass(frozen=True, slots=True)
class Item:
    """A report to store. Ids and time are given only where an index is copied with them."""

    report: Report
    chunks: Sequence[Chunk]
    vectors: Vectors
    figures: Sequence[Figure]
    overrides: Mapping[str, str]
    pipeline: int
    report_id: int | None = None
    first_chunk: int | None = None
    indexed_at: str | None = None


class MilvusWriter:
    """One writer; not for several threads."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._me = Writer(uuid.uuid4().hex, socket.gethostname(), os.getpid(), 0.0)
        self._manifest: Manifest | None = None  # while we are the writer
        self._entries: dict[str, Entry] = {}
        self._counts: Statistics | None = None  # at the beginning; None: to be counted anew
        self._change = Counts()

    # ------------------------------------------------------------ begin and end

    def prepare(self, embedder: EmbeddingModel, mean_length: float = MEAN_LENGTH) -> None:
        """Makes the store if there is none, else puts in order what a stopped run left."""
        self._server.create(embedder.dimension)
        if read_manifest(self._server) is None:
            self._server.upsert(self._server.parts, [Manifest.new(embedder, mean_length).row()])
        self._begin()

    def _begin(self) -> Manifest:
        if self._manifest is not None:
            return self._manifest
        found = read_manifest(self._server)
        if found is None:
            raise no_store(self._server.location)
        if found.writer is not None and found.writer.id != self._me.id and _alive(found.writer):
            raise self._busy(found.writer)
        self._entries = dict(read_catalogue(self._server, found, None).by_name)
        alive = {entry.summary.id for entry in self._entries.values()}
        garbage = {id: since for id, since in found.garbage.items() if int(id) not in alive}
        for new, (_, old) in found.pending.items():
            # The row in the catalogue decides whether a change that was begun has happened.
            gone = old if int(new) in alive else int(new)
            if gone:
                garbage[str(gone)] = time.time()
        commits = found.commits + 1 if found.pending else found.commits
        known = found.statistics is not None and found.statistics["commits"] == found.commits == commits
        self._counts = read_statistics(self._server, found.statistics or {}) if known else None
        self._change = Counts()
        self._manifest = found
        self._save(replace(found, pending={}, garbage=garbage, commits=commits), taking=True)
        self._collect()
        return self._manifest

    def release(self) -> None:
        """Lets others write; an unreachable server learns of it by our silence."""
        if self._manifest is not None:
            with suppress(StoreError, IndexBusyError):
                self._save(self._manifest, writer=None)
            self._manifest = None

    def checkpoint(self) -> None:
        """Writes the word statistics, and releases the store."""
        manifest = self._begin()
        if manifest.statistics is None or manifest.statistics["commits"] != manifest.commits:
            statistics = self._counts.plus(self._change) if self._counts is not None else self._recounted()
            rows, said = statistics_rows(statistics, manifest.commits)
            self._server.upsert(self._server.parts, rows)
            manifest = self._save(replace(manifest, statistics=said))
            self._server.delete(self._server.parts, f'kind == "{KIND}" and owner != {manifest.commits}')
        self._collect()
        self.release()

    def _recounted(self) -> Statistics:
        """From all chunks: after a run that was stopped before its end."""
        counts = Counts()
        by_id = {entry.summary.id: entry for entry in self._entries.values()}
        for rows in self._server.scan(self._server.chunks, "id >= 0", CHUNK_FIELDS):
            for row in rows:
                entry = by_id.get(int(row["report_id"]))
                if entry is not None:
                    self._count(row, entry, counts, 1)
        return Statistics.of(counts)

    def _count(self, row: Row, entry: Entry, counts: Counts, sign: int) -> None:
        data = row["data"] or self._long_data(entry)[int(row["place"])]
        chunk = load_chunk(row, entry.summary.name, data).chunk
        context, sentences = token_lists(chunk.context, chunk.text)
        counts.add(context, [token for one in sentences for token in one], sign)

    def _long_data(self, entry: Entry) -> Mapping[int, str]:
        condition = f'kind == "piece" and owner == {entry.summary.id}'
        rows = self._server.query(self._server.parts, condition, ["number", "data"])
        whole = joined(rows, entry.pieces)
        return load_body(whole).long if whole is not None else {}

    def _save(
        self, manifest: Manifest, *, taking: bool = False, writer: Writer | bool | None = True
    ) -> Manifest:
        """Writes the manifest, unless another has taken the store over meanwhile."""
        if not taking:
            found = read_manifest(self._server)
            if found is None or found.writer is None or found.writer.id != self._me.id:
                self._manifest = None
                raise self._busy(found.writer if found is not None else None)
        mark = replace(self._me, at=time.time()) if writer is True else None
        manifest = replace(manifest, writer=mark)
        self._server.upsert(self._server.parts, [manifest.row()])
        self._manifest = manifest
        return manifest

    def _busy(self, other: Writer | None) -> IndexBusyError:
        who = f"process {other.process} on {other.host}" if other is not None else "another process"
        wer = f"{other.host} 上的进程 {other.process}" if other is not None else "另一个进程"
        return IndexBusyError(
            f"The store {self._server.location} is being changed by {who}: wait until it is done.",
            f"{self._server.location} 正由{wer}更新：请等待其完成。",
        )

    # ------------------------------------------------------------ changes

    def put(self, item: Item) -> None:
        """Adds a report in place of the one of its name: all or nothing."""
        self.put_all([item])

    def put_all(self, items: Sequence[Item]) -> None:
        """The same for several of different names; each is whole or not there, one version shows all."""
        if not items:
            return
        manifest = self._begin()
        next_report, next_chunk = manifest.next_report, manifest.next_chunk
        placed: list[tuple[Item, int, int]] = []
        for item in items:
            expected = (len(item.chunks), manifest.embedding_dimension)
            if item.vectors.shape != expected:
                raise ValueError(f"vectors of shape {item.vectors.shape}, expected {expected}")
            report_id = next_report if item.report_id is None else item.report_id
            first = next_chunk if item.first_chunk is None else item.first_chunk
            placed.append((item, report_id, first))
            next_report = max(next_report, report_id + 1)
            next_chunk = max(next_chunk, first + len(item.chunks))
        olds = {item.report.name: self._entries.get(item.report.name) for item in items}
        pending = {
            str(id): (item.report.name, old.summary.id if (old := olds[item.report.name]) else 0)
            for item, id, _ in placed
        }
        manifest = self._save(
            replace(manifest, pending=pending, next_report=next_report, next_chunk=next_chunk)
        )
        change = Counts()
        chunk_part: list[Row] = []
        other: list[Row] = []
        entries: list[Entry] = []
        for item, report_id, first in placed:
            rows, parts, entry = self._rows(item, report_id, first, manifest.mean_length, change)
            chunk_part += rows
            other += parts
            entries.append(entry)
        self._server.upsert(self._server.chunks, chunk_part)
        self._server.upsert(self._server.parts, other)
        for old in olds.values():
            if old is not None:
                self._uncount(old, change)
        commit = manifest.commits + 1
        self._server.upsert(
            self._server.parts, [entry_row(entry, commit, dump_entry(entry)) for entry in entries]
        )
        replaced = {str(old.summary.id): time.time() for old in olds.values() if old is not None}
        self._save(replace(manifest, commits=commit, pending={}, garbage={**manifest.garbage, **replaced}))
        self._entries |= {entry.summary.name: entry for entry in entries}
        self._add(change)
        self._collect()

    def _rows(
        self, item: Item, report_id: int, first: int, mean_length: float, change: Counts
    ) -> tuple[list[Row], list[Row], Entry]:
        report = item.report
        rows, long, loose, indicators = chunk_rows(
            report_id, first, item.chunks, item.vectors, item.figures, mean_length, change
        )
        body = pieces("piece", report_id, dump_body(report, loose, long))
        drawn = sketch(report.text)
        parts = list(body)
        if drawn is not None:
            data = pack(drawn.astype("<u8").tobytes().hex())
            parts.append(part(f"sketch/{report_id}", "sketch", report_id, 0, data))
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        slots = report.metadata
        summary = ReportSummary(
            name=report.name,
            title=slots.title.value if slots.title else None,
            region=slots.region.value if slots.region else None,
            period=slots.period.value if slots.period else None,
            published=slots.published.value if slots.published else None,
            kind=slots.kind.value if slots.kind else None,
            format=report.format,
            pages=report.pages,
            characters=len(report.text),
            chunks=len(item.chunks),
            figures=len(item.figures),
            sha256=report.sha256,
            path=report.path,
            metadata=slots,
            overrides=dict(item.overrides),
            pipeline=item.pipeline,
            id=report_id,
            indexed_at=item.indexed_at or now,
        )
        entry = Entry(summary, report.encoding, first, len(body), tuple(indicators), bool(loose), bool(long))
        return rows, parts, entry

    def remove(self, name: str) -> None:
        """Removes a report of the catalogue; its rows are deleted when nobody reads them any more."""
        manifest = self._begin()
        entry = self._entries[name]
        change = Counts()
        self._uncount(entry, change)
        garbage = {**manifest.garbage, str(entry.summary.id): time.time()}
        manifest = self._save(replace(manifest, garbage=garbage))
        commit = manifest.commits + 1
        self._server.upsert(self._server.parts, [gone_row(name, commit)])
        self._save(replace(manifest, commits=commit))
        del self._entries[name]
        self._add(change)
        self._collect()

    def moved(self, name: str, path: str) -> None:
        """Records that a report's unchanged file lies at `path`."""
        manifest = self._begin()
        entry = with_path(self._entries[name], path)
        commit = manifest.commits + 1
        self._server.upsert(self._server.parts, [entry_row(entry, commit, dump_entry(entry))])
        self._save(replace(manifest, commits=commit))
        self._entries[name] = entry

    def keep_ids(self, commits: int, next_report: int, next_chunk: int) -> None:
        """After an index was copied: its version and its next ids go on from where they were."""
        manifest = self._begin()
        self._save(
            replace(
                manifest,
                commits=max(manifest.commits, commits),
                next_report=max(manifest.next_report, next_report),
                next_chunk=max(manifest.next_chunk, next_chunk),
            )
        )

    def _uncount(self, entry: Entry, change: Counts) -> None:
        for row in self._server.by_id(entry.chunk_ids, CHUNK_FIELDS):
            self._count(row, entry, change, -1)

    def _add(self, change: Counts) -> None:
        self._change.chunks += change.chunks
        self._change.body += change.body
        self._change.context += change.context
        self._change.terms.update(change.terms)

    def _collect(self) -> None:
        """Deletes the rows of reports that were replaced long enough ago."""
        assert self._manifest is not None
        manifest = self._manifest
        alive = {entry.summary.id for entry in self._entries.values()}
        crowded = len(manifest.garbage) > _MOST_GARBAGE
        due = [
            int(id)
            for id, since in manifest.garbage.items()
            if int(id) not in alive and (crowded or time.time() - since > KEPT_SECONDS)
        ]
        if not due:
            return
        self._server.delete(self._server.chunks, f"report_id in {due}")
        self._server.delete(self._server.parts, f'kind in ["piece", "sketch"] and owner in {due}')
        left = {id: since for id, since in manifest.garbage.items() if int(id) not in due}
        self._save(replace(manifest, garbage=left))

    # ------------------------------------------------------------ reading for writers

    def known_vectors(self, hashes: Sequence[bytes]) -> dict[bytes, Vectors]:
        """Vectors of passages that were embedded before, by passage hash."""
        wanted = sorted({one.hex() for one in hashes})
        found: dict[bytes, Vectors] = {}
        for start in range(0, len(wanted), 200):
            condition = f"passage in {text_in(wanted[start : start + 200])}"
            for rows in self._server.scan(self._server.chunks, condition, ["id", "passage", "vector"]):
                for row in rows:
                    found[bytes.fromhex(row["passage"])] = np.asarray(row["vector"], dtype=np.float32)
        return found

    def twins(self, state: Catalogue, asked: Sequence[str]) -> list[Twin]:
        """Of the reports asked for, those that another repeats; not looked for among very many reports."""
        if not asked or not 2 <= len(state.by_id) <= _MOST_COMPARED:
            return []
        drawn: dict[str, bytes] = {}
        for rows in self._server.scan(self._server.parts, 'kind == "sketch"', ["key", "owner", "data"]):
            for row in rows:
                entry = state.by_id.get(int(row["owner"]))
                if entry is not None:
                    drawn[entry.summary.name] = bytes.fromhex(unpack(row["data"]))
        if len(drawn) < 2:
            return []
        names = sorted(drawn)
        matrix = np.frombuffer(b"".join(drawn[name] for name in names), dtype="<u8").reshape(len(names), -1)
        return duplicates.twins(names, matrix, asked)


def _alive(writer: Writer) -> bool:
    """Whether a writer may still be at work: it spoke a short while ago, and if it is of this machine, runs."""
    if writer.host == socket.gethostname():
        try:
            os.kill(writer.process, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
    return time.time() - writer.at < _SILENT_SECONDS
