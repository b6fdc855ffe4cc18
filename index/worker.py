"""The process in which files are read: a hostile file can end it, but not the program that started it.

Speaks over its own standard input and output; each message is a length and JSON, blobs follow. Nothing
that comes back is executed or unpickled.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import struct
import sys
from dataclasses import asdict
from typing import Any, BinaryIO

from index.errors import WenbaoError
from index.limits import Limits

_LENGTHS = struct.Struct("<III")  # of the JSON and of two blobs
_GRACE = 5  # seconds after the limit until the process ends itself, should nobody do it


def write_message(stream: BinaryIO, message: dict[str, Any], blobs: tuple[bytes, bytes] = (b"", b"")) -> None:
    """Sends one message."""
    body = json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode()
    stream.write(_LENGTHS.pack(len(body), len(blobs[0]), len(blobs[1])))
    stream.write(body)
    for blob in blobs:
        stream.write(blob)
    stream.flush()


def message_length(head: bytes) -> tuple[int, int, int]:
    """Bytes of the JSON and of the two blobs that follow a head."""
    lengths: tuple[int, int, int] = _LENGTHS.unpack(head)
    return lengths


HEAD_BYTES = _LENGTHS.size


def request(line: str, limits: Limits) -> dict[str, Any]:
    """The message that asks for one file."""
    return {"source": line, "limits": asdict(limits)}


def _peak_kb() -> int:
    """Most memory that this program held; `ru_maxrss` would count that of the process that started it."""
    with open("/proc/self/status", encoding="utf-8") as file:  # noqa: PTH123  as light as can be
        return next((int(line.split()[1]) for line in file if line.startswith("VmHWM")), 0)


def main() -> None:
    """Answers requests until standard input ends."""
    incoming = os.fdopen(os.dup(0), "rb")
    outgoing = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not spoil the messages
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from index.prepare import dump_prepared, load_source, prepare

    write_message(outgoing, {"ready": True})

    def progress(done: int, total: int) -> None:
        write_message(outgoing, {"done": done, "total": total})

    while head := incoming.read(HEAD_BYTES):
        message = json.loads(incoming.read(message_length(head)[0]))
        limits = Limits(**message["limits"])
        bound = limits.memory_mb << 20
        resource.setrlimit(resource.RLIMIT_DATA, (bound, resource.RLIM_INFINITY))
        # Python code cannot be interrupted inside a regular expression; the default action of SIGALRM can.
        signal.setitimer(signal.ITIMER_REAL, limits.seconds + _GRACE)
        try:
            answer, blobs = dump_prepared(prepare(load_source(message["source"]), limits, progress))
        except WenbaoError as error:
            answer, blobs = {"error": [error.english, error.chinese]}, [b"", b""]
        except MemoryError:
            answer, blobs = {"memory": True}, [b"", b""]
        except Exception as error:
            kind = f"{type(error).__name__}: {error}".splitlines()[0][:200]
            answer, blobs = {"unexpected": kind}, [b"", b""]
        signal.setitimer(signal.ITIMER_REAL, 0)
        answer["peak_kb"] = _peak_kb()
        write_message(outgoing, answer, (blobs[0], blobs[1]))


if __name__ == "__main__":
    try:
        main()
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(1)
