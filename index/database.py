"""The one SQLite file of an index: connections, snapshots, transactions, and what can go wrong.

Readers never block and never see half a change: SQLite's write-ahead log gives every reading
transaction the last committed state, and a process killed at any instant leaves that state behind.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from index.errors import IndexMissingError, WenbaoError

FILE_NAME = "index.sqlite"
_BUSY_SECONDS = 30.0


class IndexStorageError(WenbaoError):
    """The index could not be read or written: disk full, no permission, damaged file."""


class Database:
    """Connections to one index file, shared by threads; `in_memory` has one connection and a lock.

    Reading inside `snapshot()` sees one committed state throughout. `writing()` is one transaction,
    kept whole or not at all.
    """

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self._idle: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._writer_lock = threading.RLock()
        self._local = threading.local()
        self._signature: tuple[int, ...] = ()
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        self._immutable = False
        self._closed = False
        self._memory = None if file is not None else _connect(":memory:")

    # ------------------------------------------------------------ reading

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to read from: this thread's snapshot, if it has one."""
        pinned: sqlite3.Connection | None = getattr(self._local, "pinned", None)
        if pinned is not None:
            yield pinned
        elif self._memory is not None:
            with self._writer_lock, self._translated():
                yield self._memory
        else:
            with self._translated():
                connection = self._borrow()
                try:
                    yield connection
                finally:
                    self._give_back(connection)

    @property
    def noted(self) -> dict[str, int] | None:
        """What this thread's snapshot of the file has told already and cannot change in it; None outside of one."""
        noted: dict[str, int] | None = getattr(self._local, "noted", None)
        return noted

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """All reading of this thread inside the block sees the state committed when it began."""
        if getattr(self._local, "pinned", None) is not None:
            yield self._local.pinned
            return
        with self.reading() as connection:
            # In memory the lock is held already, and a writer's own reading belongs to its transaction.
            begin = self._memory is None
            if begin:
                connection.execute("BEGIN")
                connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # pins the state now
            self._local.pinned = connection
            self._local.noted = {} if begin else None
            try:
                yield connection
            finally:
                self._local.pinned = self._local.noted = None
                if begin and connection.in_transaction:
                    connection.execute("ROLLBACK")

    def _borrow(self) -> sqlite3.Connection:
        if self._closed:
            raise IndexStorageError("The index has been closed.", "索引已关闭。")
        with self._guard:
            if self._immutable and self._signature != self._files_now():
                self._drop_idle()  # someone wrote after all: a fixed view would be stale
            if self._idle:
                return self._idle.pop()
        return self._open_for_reading()

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._guard:
            if self._closed:
                connection.close()
            else:
                self._idle.append(connection)

    def _open_for_reading(self) -> sqlite3.Connection:
        assert self.file is not None
        if not self.file.is_file():
            raise missing(self.file.parent)
        try:
            connection = _connect(_address(self.file, "mode=rw"))
        except sqlite3.OperationalError:
            if _writable(self.file.parent):
                raise
            connection = self._open_in_read_only_folder()
        connection.execute("PRAGMA query_only = 1")
        return connection

    def _open_in_read_only_folder(self) -> sqlite3.Connection:
        """SQLite cannot put its lock files here, so the file is taken as one that nobody changes."""
        assert self.file is not None
        log = log_of(self.file)
        with self._guard:
            self._signature, self._immutable = self._files_now(), True
            file = self.file
            if log.exists() and log.stat().st_size:
                # Commits still stand in the log, which an immutable file would not show.
                self._copy = tempfile.TemporaryDirectory(prefix="wenbao-")
                file = Path(shutil.copy(self.file, self._copy.name))
                shutil.copy(log, self._copy.name)
                connection = _connect(_address(file, "mode=rw"))
            else:
                connection = _connect(_address(file, "mode=ro&immutable=1"))
        return connection

    def _files_now(self) -> tuple[int, ...]:
        assert self.file is not None
        state: list[int] = []
        for path in (self.file, log_of(self.file)):
            try:
                status = path.stat()
                state += [status.st_size, status.st_mtime_ns]
            except FileNotFoundError:
                state += [0, 0]
        return tuple(state)

    # ------------------------------------------------------------ writing

    def create(self) -> None:
        """Makes the folder and an empty file in it, if there is none; no effect in memory."""
        if self.file is None:
            return
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise storage_error(error, self.file.parent) from error
        with self._translated():
            connection = _connect(_address(self.file, "mode=rwc"))
            try:
                connection.execute("PRAGMA page_size = 8192")
                connection.execute("PRAGMA journal_mode = WAL")
            finally:
                connection.close()

    @contextmanager
    def writing(self, attach: Path | None = None) -> Iterator[sqlite3.Connection]:
        """One transaction: committed when the block ends, undone when it raises (or the process dies).

        `attach` is another index file, to be read as schema `copy`; foreign keys are then checked at the end.
        """
        with self._writer_lock, self._translated():
            connection = self._memory or _connect(_address(self._existing(), "mode=rw"))
            try:
                # Vectors and text live in one place, so one fsync a report buys safety from power loss too.
                connection.execute("PRAGMA synchronous = FULL")
                if attach is not None:
                    connection.execute("PRAGMA foreign_keys = 0")
                    connection.execute("ATTACH ? AS copy", (_address(attach, "mode=ro"),))
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                    if attach is not None and connection.execute("PRAGMA main.foreign_key_check").fetchone():
                        raise sqlite3.DatabaseError("database disk image is malformed (foreign keys)")
                    connection.execute("COMMIT")
                except BaseException:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
            finally:
                if connection is not self._memory:
                    connection.close()

    def _existing(self) -> Path:
        assert self.file is not None
        if not self.file.is_file():
            raise missing(self.file.parent)
        return self.file

    def checkpoint(self) -> None:
        """Moves the log into the main file, so that the folder can be copied or made read-only.

        What the log holds is committed: where the disk is full it stays there, and a later call moves it.
        """
        if self.file is None:
            return
        with self._translated():
            connection = _connect(_address(self._existing(), "mode=rw"))
            try:
                connection.execute("PRAGMA busy_timeout = 500")  # readers at work: leave it for later
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
                    raise
            finally:
                connection.close()

    def close(self) -> None:
        with self._guard:
            self._closed = True
            self._drop_idle()
        if self._memory is not None:
            self._memory.close()
        if self._copy is not None:
            self._copy.cleanup()

    def _drop_idle(self) -> None:
        for connection in self._idle:
            connection.close()
        self._idle.clear()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Errors of the disk and the file as ours, naming the folder and the cure; mistakes of ours stay."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            if type(error) not in (sqlite3.OperationalError, sqlite3.DatabaseError):
                raise
            raise storage_error(error, self.file.parent if self.file else Path("memory")) from error


def copy_database(connection: sqlite3.Connection, target: Path) -> None:
    """The state that `connection` sees, as one file without a log."""
    copy = _connect(_address(target, "mode=rwc"))
    try:
        connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE").fetchone()
    finally:
        copy.close()


def missing(directory: Path) -> IndexMissingError:
    return IndexMissingError(
        f"There is no index at {directory}: make one with `python -m rag index FOLDER --index {directory}`.",
        f"{directory} 处没有索引：请先运行 `python -m rag index 报告文件夹 --index {directory}`。",
    )


def storage_error(error: Exception, directory: Path) -> IndexStorageError:
    message = str(error)
    if "full" in message or "No space left" in message or "File too large" in message:
        return IndexStorageError(
            f"The disk of {directory} is full; the index keeps its last state. Free some space, run again.",
            f"{directory} 所在磁盘已满；索引仍保持上一次的状态。请腾出空间后重试。",
        )
    if "readonly" in message or isinstance(error, PermissionError) or "unable to open" in message:
        return IndexStorageError(
            f"The index at {directory} cannot be opened or written ({message}): check its permissions.",
            f"无法打开或写入 {directory} 处的索引（{message}）：请检查该文件夹的权限。",
        )
    if "disk I/O" in message:
        return IndexStorageError(
            f"The disk of {directory} could not be read or written ({message}); the index keeps its last state. "
            "Look whether the disk is full, over its quota or failing, then run again.",
            f"{directory} 所在磁盘读写失败（{message}）；索引仍保持上一次的状态。"
            "请检查磁盘是否已满、超出配额或有故障，然后重试。",
        )
    if "malformed" in message or "not a database" in message:
        return IndexStorageError(
            f"The index at {directory} is damaged ({message}): delete it and index the reports again.",
            f"{directory} 处的索引已损坏（{message}）：请删除该文件夹并重新建立索引。",
        )
    return IndexStorageError(
        f"The index at {directory} could not be used: {message}. Nothing was changed; try again.",
        f"无法使用 {directory} 处的索引：{message}。索引未被改动，请重试。",
    )


def _connect(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        address,
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,  # transactions are begun and ended by hand
        check_same_thread=False,  # the pool hands a connection to one thread at a time
    )
    try:
        connection.execute("PRAGMA foreign_keys = 1")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA cache_size = -16000")  # KiB; the first to touch the file
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _writable(directory: Path) -> bool:
    return os.access(directory, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _address(file: Path, options: str) -> str:
    return f"file:{quote(str(file.absolute()))}?{options}"


def log_of(file: Path) -> Path:
    return file.with_name(file.name + "-wal")
