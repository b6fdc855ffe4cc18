"""Files to a queryable index: find, read, clean, split, embed, read figures, store.

Each report is one transaction, so stopping at any point loses only the report at hand. What has
not changed is not read again, and a passage that was embedded before is not embedded again.
"""

from __future__ import annotations

import hashlib
import time
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from index.clean import clean
from index.errors import ReadError, ReportNotFoundError, WenbaoError
from index.figures import read_figures
from index.folders import Source, choose_names, find_files, path_key, readable
from index.manifest import EmbeddingModel
from index.metadata import read_metadata
from index.overrides import apply_overrides, check_overrides, merge_overrides
from index.readers import read_file
from index.records import passage, passage_hash
from index.split import split
from index.store import ReportIndex, ReportSummary, Vectors
from index.types import Block, Chunk, Figure, Metadata, Place, Report

PIPELINE = 5  # raise when the same file would give another report: every file is then read again
LOCK_NAME = "index.lock"
_LOCK_SECONDS = 2.0
_EMBED_TOGETHER = 512  # chunks, of one report or several

Progress = Callable[[str, int, int], None]  # stage and file, files done, files in all
Overrides = Mapping[str, Mapping[str, str | None]]


class IndexBusyError(WenbaoError):
    """Another process is changing the same index."""


@dataclass(slots=True)
class BuildSummary:
    """What a run did. `added`, `updated`, `unchanged` and `removed` are report names."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[tuple[Path, WenbaoError]] = field(default_factory=list)
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
) -> BuildSummary:
    """Adds or updates files and folders in the index at `directory`, which is made if need be.

    `sync` also removes reports whose file is gone from the folders given. `metadata` (report name →
    {title, region, period, published, kind}) overrules what the text says, and is kept when the file
    changes; a value of None takes it back. Files that cannot be read are in the summary, the rest is
    indexed. Raises IndexMismatchError, IndexBusyError, IndexStorageError.
    """
    check_overrides(metadata or {})
    began = time.monotonic()
    with _locked(Path(directory)), ReportIndex.create(directory, embedder) as index:
        build = _Build(index, embedder, metadata or {}, progress or (lambda stage, done, total: None))
        build.run([Path(path) for path in paths], sync)
        index.checkpoint()
    build.summary.seconds = time.monotonic() - began
    return build.summary


def remove_report(directory: Path, name: str) -> None:
    """Removes a report and everything that could cite it.

    Raises IndexMissingError, ReportNotFoundError, IndexBusyError.
    """
    with ReportIndex.open(directory) as index, _locked(Path(directory)):
        index.remove(name)
        index.checkpoint()


def index_passages(texts: Sequence[str], embedder: EmbeddingModel) -> ReportIndex:
    """An index in memory of raw passages, named passage-1, passage-2, …; they have no metadata.

    A passage is taken as it is: offsets count in the text given.
    """
    index = ReportIndex.in_memory(embedder)
    reports = [_as_report(text, f"passage-{number}") for number, text in enumerate(texts, start=1)]
    chunks = [split(report) for report in reports]
    vectors = _embed(embedder, [chunk for own in chunks for chunk in own])
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
class _Prepared:
    """A report that has been read and waits for its vectors."""

    source: Path
    report: Report
    chunks: list[Chunk]
    figures: list[Figure]
    overrides: dict[str, str]


class _Build:
    """One run over a set of files; the index's lock is held."""

    def __init__(
        self, index: ReportIndex, embedder: EmbeddingModel, metadata: Overrides, progress: Progress
    ) -> None:
        self.summary = BuildSummary()
        self._index = index
        self._embedder = embedder
        self._metadata = metadata
        self._progress = progress
        self._known = {one.name: one for one in index.reports()}
        self._waiting: list[_Prepared] = []
        self._done = 0
        self._total = 0

    def run(self, paths: Sequence[Path], sync: bool) -> None:
        found = find_files(paths)
        self.summary.failed.extend(found.failed)
        self._total = len(found.files)
        # A report whose file is gone gives up its name, and its place to a file of the same name.
        taken = {one.name: one.path for one in self._known.values() if not one.path or _exists(one.path)}
        names = choose_names(found.files, taken)
        for source in found.files:
            self._file(source, names[source.key])
        self._flush()
        self._apply_to_others({names[source.key] for source in found.files})
        if sync:
            self._remove_gone(found.folders, {source.key for source in found.files})
        self._progress("done", self._total, self._total)

    def _file(self, source: Source, name: str) -> None:
        self._progress(f"reading {name}", self._done, self._total)
        known = self._known.get(name)
        overrides = merge_overrides(known.overrides if known else {}, self._metadata.get(name, {}))
        try:
            sha256 = _sha256(source.path)
            if known and _is_current(known, sha256, overrides):
                if known.path != source.key:
                    self._index.moved(name, source.key)
                self.summary.unchanged.append(name)
                self._done += 1
                return
            prepared = self._read(source, name, sha256, overrides)
        except WenbaoError as error:
            self._failed(source.path, error)
            return
        except Exception as error:  # whatever a broken file does to its reader, the rest is indexed
            self._failed(source.path, _unexpected(source.path, error))
            return
        self._waiting.append(prepared)
        if sum(len(one.chunks) for one in self._waiting) >= _EMBED_TOGETHER:
            self._flush()

    def _read(self, source: Source, name: str, sha256: str, overrides: dict[str, str]) -> _Prepared:
        raw = read_file(source.path)
        if _sha256(source.path) != sha256:
            file = readable(source.path.name)
            raise ReadError(
                f"{file} was changed while being read: index it again.",
                f"{file} 在读取时被改动：请重新索引。",
            )
        report = apply_overrides(
            read_metadata(clean(raw, name=name, sha256=sha256, path=source.key)), overrides
        )
        report.text.encode()  # half a surrogate pair would spoil the whole batch later
        return _Prepared(source.path, report, split(report), read_figures(report), overrides)

    def _failed(self, path: Path, error: WenbaoError) -> None:
        self.summary.failed.append((path, error))
        self._done += 1

    def _flush(self) -> None:
        """Embeds what waits, all together, and stores each report in a transaction of its own."""
        waiting, self._waiting = self._waiting, []
        vectors = self._vectors([chunk for prepared in waiting for chunk in prepared.chunks])
        start = 0
        for prepared in waiting:
            own = vectors[start : start + len(prepared.chunks)]
            start += len(prepared.chunks)
            self._store(prepared, own)
            self._done += 1

    def _vectors(self, chunks: Sequence[Chunk]) -> Vectors:
        """Vectors (len(chunks), dimension), those of passages seen before from the index."""
        hashes = [passage_hash(chunk) for chunk in chunks]
        vectors = self._index.known_vectors(hashes)
        new = {one: chunk for one, chunk in zip(hashes, chunks, strict=True) if one not in vectors}
        keys, texts = list(new), list(new.values())
        for start in range(0, len(texts), _EMBED_TOGETHER):
            self._progress(
                f"embedding {start + 1}–{min(start + _EMBED_TOGETHER, len(texts))} of {len(texts)}",
                self._done,
                self._total,
            )
            part = _embed(self._embedder, texts[start : start + _EMBED_TOGETHER])
            vectors.update(zip(keys[start : start + _EMBED_TOGETHER], part, strict=True))
        self.summary.embedded += len(texts)
        if not hashes:
            return np.zeros((0, self._embedder.dimension), dtype=np.float32)
        return np.stack([vectors[one] for one in hashes])

    def _store(self, prepared: _Prepared, vectors: Vectors) -> None:
        report = prepared.report
        try:
            self._index.put(
                report,
                prepared.chunks,
                vectors,
                prepared.figures,
                overrides=prepared.overrides,
                pipeline=PIPELINE,
            )
        except (ValueError, TypeError) as error:  # something no database takes, in metadata or a figure
            self.summary.failed.append((prepared.source, _unexpected(prepared.source, error)))
            return
        (self.summary.updated if report.name in self._known else self.summary.added).append(report.name)
        self.summary.pages += report.pages or 0
        self.summary.chunks += len(prepared.chunks)
        self.summary.figures += len(prepared.figures)

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
            overrides = merge_overrides(known.overrides, given)
            if overrides == dict(known.overrides):
                continue
            self._total += 1
            report = apply_overrides(
                read_metadata(replace(self._index.report(name), metadata=Metadata())), overrides
            )
            self._waiting.append(
                _Prepared(Path(known.path), report, split(report), read_figures(report), overrides)
            )
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


def _embed(embedder: EmbeddingModel, chunks: Sequence[Chunk]) -> Vectors:
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


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """One writer at a time; a writer that was killed leaves no lock behind."""
    lock = FileLock(directory / LOCK_NAME)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=_LOCK_SECONDS)
    except Timeout:
        raise IndexBusyError(
            f"Another process is changing the index at {directory}: wait until it is done.",
            f"另一个进程正在更新 {directory} 处的索引：请等待其完成。",
        ) from None
    except OSError as error:
        raise WenbaoError(
            f"The index folder {directory} cannot be written ({error.strerror}): check its permissions.",
            f"无法写入索引文件夹 {directory}（{error.strerror}）：请检查权限。",
        ) from error
    try:
        yield
    finally:
        lock.release()
