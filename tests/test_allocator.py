"""How many pools of memory a process of many threads has, as the C library itself tells."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import ctypes, sys, threading
from rag.allocator import share_arenas
if sys.argv[1] == "shared" and not share_arenas():
    sys.exit("not glibc")
together = threading.Barrier(12)
def work():
    block = ctypes.CDLL(None).malloc(1000)
    together.wait()
threads = [threading.Thread(target=work) for _ in range(12)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
library = ctypes.CDLL(None)
library.fopen.restype = ctypes.c_void_p
stream = ctypes.c_void_p(library.fopen(sys.argv[2].encode(), b"w"))
library.malloc_info(0, stream)
library.fclose(stream)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="mallopt and malloc_info are glibc's")
def test_many_threads_share_two_pools_of_memory(tmp_path: Path) -> None:
    pools = {}
    for name in ("shared", "default"):
        told = tmp_path / name
        subprocess.run(
            [sys.executable, "-c", PROGRAM, name, str(told)], check=True, cwd=Path(__file__).parent.parent
        )
        pools[name] = told.read_text(encoding="utf-8").count("<heap nr=")
    assert pools["shared"] <= 2 < pools["default"]
