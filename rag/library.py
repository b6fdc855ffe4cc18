"""The reports of one index as people manage them: add, list, describe, open, remove.

What is added is copied into a folder beside the index (`data/index` → `data/index-reports`), so that every
citation can open its source whatever happens to the file it came from. Answers never come from here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.build import Progress, build_index, remove_report
from index.errors import IndexMissingError, ReportNotFoundError, WenbaoError
from index.manifest import EmbeddingModel
from index.store import ReportSummary
from index.stores import open_index
from index.types import Figure, Report
from rag.shelf import MAX_FILE_BYTES, File, Shelf, sha256_of


class SourceGoneError(WenbaoError):
    """The file a report was read from is gone or is another by now."""


@dataclass(frozen=True, slots=True)
class ReportInfo:
    """One report of the index; `period` is a Period code, `indexed_at` UTC in ISO 8601."""

    name: str
    title: str | None
    region: str | None
    period: str | None
    kind: str | None
    pages: int | None
    characters: int
    chunks: int
    figures: int
    format: str
    indexed_at: str


@dataclass(slots=True)
class Summary:
    """What `Library.add` did. `added`, `updated`, `unchanged` are report names; `failed` has file names."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: list[tuple[str, WenbaoError]] = field(default_factory=list)
    pages: int = 0  # of what was added or updated, like the next two
    chunks: int = 0
    figures: int = 0
    seconds: float = 0.0


class Library:
    """The reports of the index at `directory`, which need not exist yet. Safe between threads.

    `embedder` gives the embedding model when something must be embedded; None: the configured one, loaded
    at the first need. Every method sees the last committed state. Raises IndexMismatchError where another
    version of the program made the index.
    """

    def __init__(
        self,
        directory: Path | str,
        embedder: Callable[[], EmbeddingModel] | None = None,
        *,
        max_file_bytes: int = MAX_FILE_BYTES,
    ) -> None:
        self.directory = Path(directory)
        beside = self.directory.absolute()
        self.shelf = Shelf(beside.with_name(f"{beside.name}-reports"), max_file_bytes)
        self._embedder = embedder or _configured_embedder
        self._lock = threading.Lock()

    # ------------------------------------------------------------ changing

    def add(self, files: Sequence[File], progress: Progress | None = None) -> Summary:
        """Adds or updates reports from files, or from (name, content or path) as they come from an upload.

        A file of the name of an added report takes its place. What cannot be taken or read is in `failed`
        and changes nothing; the others are indexed. Raises IndexBusyError, IndexMismatchError,
        ModelMissingError, IndexStorageError.
        """
        summary = Summary()
        if not files:
            return summary
        embedder = self._embedder()
        with self._lock:
            self.shelf.recover(self._known())
            stored, summary.failed = self.shelf.store(files)
            try:
                built = build_index(stored, self.directory, embedder, progress=progress)
            finally:
                self.shelf.settle(stored, self._known())
        summary.added, summary.updated, summary.unchanged = built.added, built.updated, built.unchanged
        summary.failed += [(path.name, error) for path, error in built.failed]
        summary.pages, summary.chunks, summary.figures = built.pages, built.chunks, built.figures
        summary.seconds = built.seconds
        return summary

    def remove(self, name: str) -> None:
        """Removes a report, everything that could cite it, and our copy of its file.

        Raises ReportNotFoundError, IndexBusyError.
        """
        with self._lock:
            path = Path(self._summary(name).path)
            remove_report(self.directory, name)
            self.shelf.discard(path)

    def set_metadata(
        self,
        name: str,
        *,
        title: str | None = None,
        region: str | None = None,
        period: str | None = None,
        kind: str | None = None,
    ) -> None:
        """Says what the report does not say of itself, or says wrongly; "" takes it back, None leaves it.

        It stays when the file is updated. Raises ReportNotFoundError, MetadataError, IndexBusyError.
        """
        given = {"title": title, "region": region, "period": period, "kind": kind}
        changes = {slot: value.strip() or None for slot, value in given.items() if value is not None}
        with self._lock:
            self._summary(name)
            built = build_index([], self.directory, self._embedder(), metadata={name: changes})
        for _, error in built.failed:
            raise error

    # ------------------------------------------------------------ reading

    def reports(self) -> list[ReportInfo]:
        """All reports by name; none where there is no index yet."""
        try:
            with open_index(self.directory) as index:
                summaries = index.reports()
        except IndexMissingError:
            return []
        return [_info(summary) for summary in summaries]

    def report(self, name: str) -> Report:
        """The whole canonical report. Raises ReportNotFoundError."""
        try:
            with open_index(self.directory) as index:
                return index.report(name)
        except IndexMissingError:
            raise _unknown(name) from None

    def text(self, name: str) -> str:
        """The canonical text, in which citations count. Raises ReportNotFoundError."""
        return self.report(name).text

    def figures(self, name: str) -> list[Figure]:
        """The figures read out of the report, in reading order. Raises ReportNotFoundError."""
        self._summary(name)
        with open_index(self.directory) as index:
            figures = index.figures(report=name)
        return sorted(figures, key=lambda figure: (figure.start, figure.end))

    def source_path(self, name: str) -> Path:
        """The very file the report was read from. Raises ReportNotFoundError, SourceGoneError."""
        summary = self._summary(name)
        path = Path(summary.path)
        if sha256_of(path) != summary.sha256:
            raise SourceGoneError(
                f"The file of {name} has been moved or changed since it was read: add it again.",
                f"{name} 的原文件在读取之后被移动或改动：请重新添加。",
            )
        return path

    # ------------------------------------------------------------ parts

    def _known(self) -> dict[str, str]:
        """Path → sha256 of what is indexed."""
        try:
            with open_index(self.directory) as index:
                return {one.path: one.sha256 for one in index.reports()}
        except WenbaoError:
            return {}

    def _summary(self, name: str) -> ReportSummary:
        try:
            with open_index(self.directory) as index:
                found = [one for one in index.reports() if one.name == name]
        except IndexMissingError:
            found = []
        if not found:
            raise _unknown(name)
        return found[0]


def _configured_embedder() -> EmbeddingModel:
    from rag.lazy_embedder import lazy_embedder
    from rag.models import embedding_path

    return lazy_embedder(embedding_path())


def _info(summary: ReportSummary) -> ReportInfo:
    return ReportInfo(
        name=summary.name, title=summary.title, region=summary.region, period=summary.period,
        kind=summary.kind, pages=summary.pages, characters=summary.characters, chunks=summary.chunks,
        figures=summary.figures, format=summary.format, indexed_at=summary.indexed_at,
    )  # fmt: skip


def _unknown(name: str) -> ReportNotFoundError:
    return ReportNotFoundError(
        f"There is no report {name!r}: the list of reports shows their names.",
        f"没有名为“{name}”的报告：报告列表中有全部名称。",
    )
