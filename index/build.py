"""Files to a queryable index: find, read, clean, split, embed, read figures, store.

Each report is one transaction, so stopping at any point loses only the report at hand. What has
not changed is not read again, and a passage that was embedded before is not embedded again.
"""

from __future__ import annotations

import hashlib
import os
import time
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from index import prepare
from index.duplicates import Twin
from index.errors import ReadError, ReportNotFoundError, WenbaoError
from index.figures import read_figures
from index.folders import Source, choose_names, find_files, path_key, readable
from index.isolation import shared_reader
from index.limits import Limits
from index.lock import LOCK_NAME as LOCK_NAME
from index.lock import IndexBusyError as IndexBusyError
from index.lock import locked
from index.manifest import EmbeddingModel
from index.metadata import read_metadata
from index.overrides import (
    apply_overrides,
    check_overrides,
    merge_overrides,
    read_sidecar,
    without_sidecar,
)
from index.prepare import Prepared
from index.progress import Clock
from index.progress import Progress as Progress
from index.read_ahead import ReadAhead, Stopped
from index.records import passage, passage_hash
from index.split import split
from index.store import ReportIndex, ReportSummary, Vectors
from index.stores import create_index, open_index
from index.types import Block, Chunk, Metadata, Place, Report

PIPELINE = 19  # raise when the same file would give another report: every file is then read again
_EMBED_TOGETHER = 512  # chunks, of one report or several, that are stored together
_EMBED_AT_ONCE = 256  # chunks between two words on progress

Overrides = Mapping[str, Mapping[str, str | None]]


@dataclass(slots=True)
class BuildSummary:
    """What a run did. `added`, `updated`, `unchanged` and `removed` are report names."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[tuple[Path, WenbaoError]] = field(default_factory=list)
    twins: list[Twin] = field(default_factory=list)  # of what was added or updated, copies and versions
    unread: dict[str, tuple[int, ...]] = field(default_factory=dict)  # report → pages nobody could read
    pictures: int = 0  # image files left out because OCR is not installed
    ocr_pages: int = 0  # pages whose text was recognised in a picture
    pages: int = 0  # pages, chunks and figures of what was added or updated
    chunks: int = 0
    figures: int = 0
    embedded: int = 0  # chunks that had to be embedded
    seconds: float = 0.0

    @property
    def files(self) -> int:
        return len(self.added) + len(self.updated) + len(self.unchanged) + len(self.failed)


def build_index(
    paths: Sequence[Path],
    directory: Path,
    embedder: EmbeddingModel,
    *,
    sync: bool = False,
    progress: Progress | None = None,
    metadata: Overrides | None = None,
    limits: Limits | None = None,
    names: Mapping[str, str] | None = None,
) -> BuildSummary:
    """Adds or updates files and folders in the index at `directory`, which is made if need be.

    `sync` also removes reports whose file is gone from the folders given. `metadata` (report name →
    {title, region, period, published, kind}) overrules what the text says, and is kept when the file
    changes; a value of None takes it back. Files that cannot be read are in the summary, the rest is
    indexed; each file is read in a process of its own kind within `limits` (else those of the environment).
    `names` (report name → path) are names that files already have. Raises IndexMismatchError, IndexBusyError, IndexStorageError.
    """
    check_overrides(metadata or {})
    bounds = limits or Limits.from_environment()
    began = time.monotonic()
    with locked(Path(directory)), create_index(directory, embedder) as index:
        silent: Progress = lambda stage, done, total: None  # noqa: E731
        build = Build(index, embedder, metadata or {}, progress or silent, bounds)
        build.run([Path(path) for path in paths], sync, names or {})
        index.checkpoint()
        index.compact(if_due=True, threads=os.cpu_count() or 1)
    build.summary.seconds = time.monotonic() - began
    return build.summary


def remove_report(directory: Path, name: str) -> None:
    """Removes a report and everything that could cite it.

    Raises IndexMissingError, ReportNotFoundError, IndexBusyError.
    """
    with open_index(directory) as index, locked(Path(directory)):
        index.remove(name)
        index.checkpoint()


def index_passages(texts: Sequence[str], embedder: EmbeddingModel) -> ReportIndex:
    """An index in memory of raw passages, named passage-1, passage-2, …; they have no metadata.

    A passage is taken as it is: offsets count in the text given.
    """
    index = ReportIndex.in_memory(embedder)
    reports = [_as_report(text, f"passage-{number}") for number, text in enumerate(texts, start=1)]
    chunks = [split(report) for report in reports]
    vectors = embed_chunks(embedder, [chunk for own in chunks for chunk in own])
    start = 0
    for report, own in zip(reports, chunks, strict=True):
        index.put(report, own, vectors[start : start + len(own)], read_figures(report))
        start += len(own)
    return index


def _as_report(text: str, name: str) -> Report:
    """A passage as a report of its own, one paragraph a line, with nothing changed."""
    blocks: list[Block] = []
    start = 0
    for line in text.splitlines(keepends=True):
        begin = start + len(line) - len(line.lstrip())
        end = start + len(line.rstrip())
        if begin < end:
            blocks.append(Block("paragraph", begin, end))
        start += len(line)
    return Report(
        name=name,
        text=text,
        raw_offsets=array("i", range(len(text))),
        places=(Place(0, len(text)),) if text else (),
        blocks=tuple(blocks),
        tables=(),
        drops=(),
        metadata=Metadata(),
        sha256=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        format="text",
    )


# ---------------------------------------------------------------- one run


@dataclass(slots=True)
class Waiting:
    """A report that has been read and waits for its vectors."""

    path: Path
    size: int  # bytes of the file
    prepared: Prepared
    overrides: dict[str, str]


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A report that need not be read; `moved` to the path `key`."""

    name: str
    key: str
    moved: bool
    size: int


@dataclass(frozen=True, slots=True)
class Failed:
    """A file that cannot be read."""

    path: Path
    error: WenbaoError
    size: int


@dataclass(frozen=True, slots=True)
class Said:
    """What the reading thread is doing, to be told by the other."""

    english: str
    chinese: str


Result = Waiting | Unchanged | Failed | Said
Put = Callable[[Result, int], None]
Wanted = tuple[Source, str, int]  # a file, its report name, its size in bytes


class Build:
    """One run over a set of files; the index's lock is held."""

    def __init__(
        self,
        index: ReportIndex,
        embedder: EmbeddingModel,
        metadata: Overrides,
        progress: Progress,
        limits: Limits,
    ) -> None:
        self.summary = BuildSummary()
        self._index = index
        self._embedder = embedder
        self._metadata = metadata
        self._limits = limits
        self._clock = Clock(progress)
        self._known = {one.name: one for one in index.reports()}
        self._waiting: list[Waiting] = []

    def run(self, paths: Sequence[Path], sync: bool, given: Mapping[str, str]) -> None:
        found = find_files(paths)
        self.summary.failed.extend(found.failed)
        self.summary.pictures = found.pictures
        sizes = {source.key: _size(source.path) for source in found.files}
        self._clock.expect(len(found.files), sum(sizes.values()))
        # A report whose file is gone gives up its name, and its place to a file of the same name.
        taken = {one.name: one.path for one in self._known.values() if not one.path or _exists(one.path)}
        names = choose_names(found.files, {**given, **taken})
        self.process([(source, names[source.key], sizes[source.key]) for source in found.files])
        self._apply_to_others({names[source.key] for source in found.files})
        if sync:
            self._remove_gone(found.folders, {source.key for source in found.files})
        self.summary.twins = self._index.twins([*self.summary.added, *self.summary.updated])
        self._clock.finish()

    def process(self, files: Sequence[Wanted]) -> None:
        """Reads what must be read, and stores it in the order of the files."""

        def read(put: Put) -> None:
            for one in files:
                self._read(*one, put)

        # While passages are embedded the next files are read, as far as one more round of embedding.
        with ReadAhead(read, _EMBED_TOGETHER) as results:
            for result in results:
                self.take(result)
        self._flush()

    def needed(self, source: Source, name: str, size: int) -> prepare.Source | Unchanged | Failed:
        """What is to be read of a file, or why it is not."""
        known = self._known.get(name)
        try:
            stored = without_sidecar(known.overrides) if known else {}
            overrides = merge_overrides(stored, self._metadata.get(name, {})) | read_sidecar(source.path)
            sha256 = _sha256(source.path)
        except WenbaoError as error:
            return Failed(source.path, error, size)
        except Exception as error:
            return Failed(source.path, _unexpected(source.path, error), size)
        if known and _is_current(known, sha256, overrides):
            return Unchanged(name, source.key, known.path != source.key, size)
        return prepare.Source(os.fspath(source.path), name, source.key, sha256, overrides)

    def _read(self, source: Source, name: str, size: int, put: Put) -> None:
        """Reads one file, if it must be, in the reading thread; changes nothing here."""
        put(Said(f"reading {name}", f"正在读取 {name}"), 0)

        def page(done: int, total: int) -> None:  # where one takes seconds
            put(Said(f"reading {name}, page {done} of {total}", f"正在读取 {name}，第 {done}/{total} 页"), 0)

        wanted = self.needed(source, name, size)
        if not isinstance(wanted, prepare.Source):
            put(wanted, 0)
            return
        try:
            prepared = shared_reader().prepare(wanted, self._limits, page)
        except Stopped:
            raise
        except WenbaoError as error:
            put(Failed(source.path, error, size), 0)
        except Exception as error:  # whatever a broken file does to its reader, the rest is indexed
            put(Failed(source.path, _unexpected(source.path, error), size), 0)
        else:
            put(Waiting(source.path, size, prepared, dict(wanted.overrides)), len(prepared.chunks))

    def take(self, result: Result) -> None:
        """What became of a file, in the order of the files."""
        match result:
            case Said():
                self._clock.say(result.english, result.chinese)
            case Unchanged():
                if result.moved:
                    self._index.moved(result.name, result.key)
                self.summary.unchanged.append(result.name)
                self._clock.skip(result.size)
            case Failed():
                self.summary.failed.append((result.path, result.error))
                self._clock.skip(result.size)
            case Waiting():
                self._clock.has_read(result.size)
                self._waiting.append(result)
                if sum(len(one.prepared.chunks) for one in self._waiting) >= _EMBED_TOGETHER:
                    self._flush()

    def _flush(self) -> None:
        """Embeds what waits, all together, and stores each report in a transaction of its own."""
        waiting, self._waiting = self._waiting, []
        vectors = self._vectors(
            [chunk for one in waiting for chunk in one.prepared.chunks], sum(one.size for one in waiting)
        )
        start = 0
        for one in waiting:
            own = vectors[start : start + len(one.prepared.chunks)]
            start += len(one.prepared.chunks)
            self._store(one, own)
            self._clock.has_stored()

    def _vectors(self, chunks: Sequence[Chunk], size: int) -> Vectors:
        """Vectors (len(chunks), dimension), those of passages seen before from the index."""
        hashes = [passage_hash(chunk) for chunk in chunks]
        vectors = self._index.known_vectors(hashes)
        new = {one: chunk for one, chunk in zip(hashes, chunks, strict=True) if one not in vectors}
        # Those of like length together: a batch is padded to its longest.
        keys = sorted(new, key=lambda one: len(new[one].text), reverse=True)
        texts = [new[one] for one in keys]
        for start in range(0, len(texts), _EMBED_AT_ONCE):
            stop = min(start + _EMBED_AT_ONCE, len(texts))
            self._clock.say(
                f"embedding passages {start + 1}–{stop} of {len(texts)}",
                f"正在计算向量：第 {start + 1}–{stop} 段，共 {len(texts)} 段",
            )
            part = embed_chunks(self._embedder, texts[start:stop])
            vectors.update(zip(keys[start:stop], part, strict=True))
            self._clock.has_embedded(size * (stop - start) / len(texts))
        if not texts:
            self._clock.has_embedded(size)
        self.summary.embedded += len(texts)
        if not hashes:
            return np.zeros((0, self._embedder.dimension), dtype=np.float32)
        return np.stack([vectors[one] for one in hashes])

    def _store(self, waiting: Waiting, vectors: Vectors) -> None:
        report, chunks, figures = (
            waiting.prepared.report,
            waiting.prepared.chunks,
            waiting.prepared.figures,
        )
        try:
            self._index.put(report, chunks, vectors, figures, overrides=waiting.overrides, pipeline=PIPELINE)
        except (ValueError, TypeError) as error:  # something no database takes, in metadata or a figure
            self.summary.failed.append((waiting.path, _unexpected(waiting.path, error)))
            return
        (self.summary.updated if report.name in self._known else self.summary.added).append(report.name)
        self.summary.pages += report.pages or 0
        self.summary.ocr_pages += len(report.ocr_pages)
        if report.unread_pages:
            self.summary.unread[report.name] = report.unread_pages
        self.summary.chunks += len(chunks)
        self.summary.figures += len(figures)

    def _apply_to_others(self, seen: set[str]) -> None:
        """Metadata given for reports of the index whose files are not part of this run."""
        for name, given in self._metadata.items():
            known = self._known.get(name)
            if name in seen:
                continue
            if known is None:
                error = ReportNotFoundError(
                    f"Metadata is given for {name!r}, which is no report: see `python -m rag list`.",
                    f"所给元数据中的“{name}”不是任何报告：见 `python -m rag list`。",
                )
                self.summary.failed.append((Path(name), error))
                continue
            sidecar = {k: v for k, v in known.overrides.items() if k not in without_sidecar(known.overrides)}
            overrides = merge_overrides(without_sidecar(known.overrides), given) | sidecar
            if overrides == dict(known.overrides):
                continue
            self._clock.expect(1, 0)
            report = apply_overrides(
                read_metadata(replace(self._index.report(name), metadata=Metadata())), overrides
            )
            prepared = Prepared(report, split(report), read_figures(report))
            self._waiting.append(Waiting(Path(known.path), 0, prepared, overrides))
        self._flush()

    def _remove_gone(self, folders: Sequence[Path], present: set[str]) -> None:
        prefixes = tuple(f"{path_key(folder).rstrip('/')}/" for folder in folders)
        for summary in self._index.reports():
            if (
                summary.path.startswith(prefixes)
                and summary.path not in present
                and not _exists(summary.path)
            ):
                self._index.remove(summary.name)
                self.summary.removed.append(summary.name)


def _is_current(known: ReportSummary, sha256: str, overrides: Mapping[str, str]) -> bool:
    return known.sha256 == sha256 and known.pipeline == PIPELINE and dict(known.overrides) == dict(overrides)


def _exists(key: str) -> bool:
    return Path(key).exists()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # its reader will say what is wrong


def embed_chunks(embedder: EmbeddingModel, chunks: Sequence[Chunk]) -> Vectors:
    if not chunks:
        return np.zeros((0, embedder.dimension), dtype=np.float32)
    return np.asarray(embedder.embed_passages([passage(chunk) for chunk in chunks]), dtype=np.float32)


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        name, reason = readable(path.name), error.strerror
        raise ReadError(
            f"{name} cannot be read ({reason}): check its permissions.",
            f"{name} 无法读取（{reason}）：请检查权限。",
        ) from error


def _unexpected(path: Path, error: Exception) -> ReadError:
    name, kind = readable(path.name), f"{type(error).__name__}: {error}".splitlines()[0][:200]
    return ReadError(
        f"{name} could not be read ({kind}): save it again or convert it to PDF or text.",
        f"{name} 无法读取（{kind}）：请重新保存，或转换为 PDF 或文本。",
    )
