"""The vectors of the state that was asked for last, kept for the next question; a better base is made beside."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable
from sqlite3 import Connection

from index import vector_loading
from index.database import Database
from index.errors import WenbaoError
from index.large_vectors import LargeVectors
from index.vectors import FlatVectors


class VectorCache:
    """Of one database; safe to use from many threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: tuple[int, FlatVectors | LargeVectors] | None = None
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def at(
        self, connection: Connection, version: int, check: Callable[[], None]
    ) -> FlatVectors | LargeVectors:
        """The vectors of this connection's state, which is `version`; `check` is called before anything is read."""
        with self._lock:
            if self._kept is not None and self._kept[0] == version:
                return self._kept[1]
            check()
            previous, file = self._kept, self._database.file
            vectors = vector_loading.load(
                connection, file.parent if file else None, previous[1] if previous else None
            )
            if previous is None or version > previous[0]:
                self._kept = (version, vectors)
                if file is not None and vector_loading.is_due(connection, file.parent):
                    self._compact_beside()
            return vectors

    def compact(self, *, threads: int = 1) -> bool:
        """Writes a new base of the last committed state; False if the vectors are few or somebody else is at it.

        Raises what writing raises (OSError, RuntimeError of faiss, WenbaoError); the index is whole without a base.
        """
        if not vector_loading.write(self._database, threads=threads):
            return False
        with self._lock:
            self._kept = None  # the next question finds the new base
        return True

    def compact_if_due(self, *, threads: int = 1) -> bool:
        """As `compact` where it would serve; what goes wrong (a full disk, a closed index) is passed over."""
        file = self._database.file
        with contextlib.suppress(WenbaoError, OSError, RuntimeError, ValueError, sqlite3.Error):
            if file is not None:
                with self._database.snapshot() as connection:
                    due = vector_loading.is_due(connection, file.parent)
                return due and self.compact(threads=threads)
        return False

    def wait(self) -> None:
        """Until the base that is being written beside, if any, is done."""
        if self._thread is not None:
            self._thread.join()

    def _compact_beside(self) -> None:
        """In a thread of its own; meanwhile the old base, or none, goes on serving."""
        if self._thread is not None and self._thread.is_alive():
            return

        self._thread = threading.Thread(target=self.compact_if_due, name="wenbao-vectors", daemon=True)
        self._thread.start()
