"""A bulk run in a process of its own: `python tests/bulk_process.py FOLDER INDEX NOTES WORKERS SECONDS`.

Its embedder is slow and leaves a note of each process that embeds, so that a test can kill one at work.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from hashing_embedder import HashingEmbedder  # noqa: E402


class SlowEmbedder(HashingEmbedder):
    """Notes each text's process in `notes`, then waits `seconds` a call."""

    def __init__(self, notes: str, seconds: float) -> None:
        super().__init__()
        self._notes, self._seconds = Path(notes), seconds

    def embed_passages(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        (self._notes / f"{os.getpid()}-{time.monotonic_ns()}").touch()
        time.sleep(self._seconds)
        return super().embed_passages(texts)


def main() -> None:
    folder, directory, notes, workers, seconds = sys.argv[1:]
    from bulk_process import SlowEmbedder as Importable  # not of __main__, which actors do not have

    from index.bulk import bulk_index

    make = partial(Importable, notes, float(seconds))
    summary = bulk_index([Path(folder)], Path(directory), HashingEmbedder(), make, workers=int(workers))
    print(len(summary.added), len(summary.updated), len(summary.unchanged), len(summary.failed))


if __name__ == "__main__":
    main()
