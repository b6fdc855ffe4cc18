"""One writer at a time for an index; a writer that was killed leaves no lock behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import WenbaoError

LOCK_NAME = "index.lock"
LOCK_SECONDS = 2.0


class IndexBusyError(WenbaoError):
    """Another process is changing the same index."""


@contextmanager
def locked(directory: Path, seconds: float | None = None) -> Iterator[None]:
    """Makes the folder if need be; IndexBusyError after `seconds`, WenbaoError if it cannot be written."""
    lock = FileLock(directory / LOCK_NAME)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=LOCK_SECONDS if seconds is None else seconds)
    except Timeout:
        raise IndexBusyError(
            f"Another process is changing the index at {directory}: wait until it is done.",
            f"另一个进程正在更新 {directory} 处的索引：请等待其完成。",
        ) from None
    except OSError as error:
        raise WenbaoError(
            f"The index folder {directory} cannot be written ({error.strerror}): check its permissions "
            "and the space on its disk.",
            f"无法写入索引文件夹 {directory}（{error.strerror}）：请检查其权限和磁盘空间。",
        ) from error
    try:
        yield
    finally:
        lock.release()
