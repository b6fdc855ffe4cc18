"""The C library's allocator in a process of many threads: two pools of memory instead of eight for each core."""

from __future__ import annotations

import ctypes

ARENAS = 2
_M_ARENA_MAX = -8  # of <malloc.h>


def share_arenas() -> bool:
    """Threads started from now on share `ARENAS` pools; whether the C library took it (glibc does).

    By default each thread takes a pool of its own, and what one has freed no other can use: 16 threads that search
    held 1,032 MB, with two pools 832 MB, in the same time (docs/experiments.md, 2026-11-30).
    """
    try:
        return bool(ctypes.CDLL(None).mallopt(_M_ARENA_MAX, ARENAS))
    except (OSError, AttributeError):
        return False
