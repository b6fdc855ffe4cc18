"""Reading each file in a process of its own kind, with bounded time and memory.

One worker serves file after file; it is replaced when a file ended it, took too long, or left it large.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from index.errors import ReadError
from index.limits import Limits
from index.prepare import Prepared, Source, dump_source, load_prepared
from index.worker import HEAD_BYTES, message_length, request, write_message

_RETIRE_KB = 1_000_000  # a worker that has grown beyond this is replaced
_ROOT = Path(__file__).resolve().parent.parent


class _Ended(Exception):
    """The worker ended while it was expected to answer."""


class _TooLong(Exception):
    """The worker did not answer in time."""


class IsolatedReader:
    """Prepares files in a worker process. Safe to use from many threads; one file at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._lock = threading.Lock()
        self.peak_kb = 0  # largest memory of any worker so far
        self.ended: list[tuple[str, int | None]] = []  # files that ended a worker, with its return code

    def prepare(
        self, source: Source, limits: Limits, progress: Callable[[int, int], None] | None = None
    ) -> Prepared:
        """As `index.prepare.prepare`; ReadError also where the file ends the worker or takes too long."""
        with self._lock:
            name = Path(source.path).name
            try:
                answer, blobs = self._ask(source, limits, progress)
            except _TooLong:
                self.close()
                raise limits.exceeded(
                    name, "seconds", "takes longer than {} s to read", "读取时间超过 {} 秒"
                ) from None
            except _Ended:
                code = self._process.wait() if self._process is not None else None
                self.ended.append((name, code))
                self.close()
                raise ReadError(
                    f"{name} ended the process that read it (out of memory, or damaged): get it again from its "
                    "source, save it in another format, or raise WENBAO_LIMIT_MEMORY_MB.",
                    f"{name} 使读取进程中止（内存不足或文件损坏）：请重新获取、另存为其他格式，"
                    "或调高 WENBAO_LIMIT_MEMORY_MB。",
                ) from None
            except BaseException:
                self.close()  # an interrupted worker would answer the next question with this one's answer
                raise
            self.peak_kb = max(self.peak_kb, answer["peak_kb"])
            if answer["peak_kb"] > _RETIRE_KB:
                self.close()
        if "error" in answer:
            raise ReadError(*answer["error"])
        if "memory" in answer:
            raise limits.exceeded(
                name, "memory_mb", "needs more than {} MB of memory to be read", "读取所需内存超过 {} MB"
            )
        if "unexpected" in answer:
            raise ReadError(
                f"{name} could not be read ({answer['unexpected']}): save it again or convert it to PDF or text.",
                f"{name} 无法读取（{answer['unexpected']}）：请重新保存，或转换为 PDF 或文本。",
            )
        return load_prepared(answer, blobs)

    def close(self) -> None:
        """Ends the worker; the next file starts another."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        process.wait()

    def _ask(
        self, source: Source, limits: Limits, progress: Callable[[int, int], None] | None
    ) -> tuple[dict[str, Any], list[bytes]]:
        process = self._started()
        deadline = time.monotonic() + limits.seconds
        assert process.stdin is not None
        try:
            write_message(process.stdin, request(dump_source(source), limits))  # type: ignore[arg-type]
        except OSError:
            raise _Ended from None
        while True:
            message, blobs = self._receive(process, deadline)
            if "total" not in message:
                return message, blobs
            if progress is not None:
                progress(message["done"], message["total"])

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._owner == os.getpid() and self._process.poll() is None:
            return self._process
        path = os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "index.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env=os.environ | {"PYTHONPATH": path, "PYTHONUTF8": "1"},
        )
        self._owner = os.getpid()
        with contextlib.suppress(_Ended):  # what is wrong is said when the first file is asked for
            self._receive(self._process, time.monotonic() + 120)
        return self._process

    def _receive(
        self, process: subprocess.Popen[bytes], deadline: float
    ) -> tuple[dict[str, Any], list[bytes]]:
        lengths = message_length(_read(process, HEAD_BYTES, deadline))
        body, *blobs = (_read(process, length, deadline) for length in lengths)
        message: dict[str, Any] = json.loads(body)
        return message, blobs


def _read(process: subprocess.Popen[bytes], length: int, deadline: float) -> bytes:
    """Exactly `length` bytes of what the worker says."""
    assert process.stdout is not None
    descriptor = process.stdout.fileno()
    parts: list[bytes] = []
    while length:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            raise _TooLong
        part = os.read(descriptor, min(length, 1 << 20))
        if not part:
            raise _Ended
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


_shared = IsolatedReader()
atexit.register(_shared.close)


def shared_reader() -> IsolatedReader:
    """The reader of this process."""
    return _shared
