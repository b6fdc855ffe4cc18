"""The words of an index as its database says: in memory while few, over a base on the disk when many."""

from __future__ import annotations

import json
from pathlib import Path
from sqlite3 import Connection

import numpy as np

from index.large_words import LargeWords, WordBase
from index.vector_files import FORMAT
from index.vector_loading import FLAT_BELOW, FOLDER, WORDS, count, reports_of, spread
from index.words import Words


def load(
    connection: Connection, folder: Path | None, previous: Words | LargeWords | None
) -> Words | LargeWords:
    """The words of this connection's state; `previous` saves reading again.

    Without a base that fits, all of them in memory, however many.
    """
    if folder is not None and count(connection) >= FLAT_BELOW:
        found = _newest(folder, previous.base if isinstance(previous, LargeWords) else None)
        if found is not None:
            return _over(found, connection, previous)
    return Words.load(connection, previous if isinstance(previous, Words) else None)


def _newest(folder: Path, known: WordBase | None) -> WordBase | None:
    """The words of the newest base that is whole."""
    for path in sorted((folder / FOLDER).glob("base-*"), reverse=True):
        if known is not None and known.folder == path / WORDS:
            return known
        try:
            state = json.loads((path / "base.json").read_text(encoding="utf-8"))
            if state["format"] == FORMAT:
                return WordBase(path / WORDS, state["about"]["reports"])
        except (OSError, ValueError, KeyError):  # of another version, damaged, or just removed
            continue
    return known


def _over(base: WordBase, connection: Connection, previous: Words | LargeWords | None) -> LargeWords:
    """The base with what the database says has come and gone since."""
    now, then = reports_of(connection), base.reports_then
    gone = spread([place for report, place in then.items() if report not in now])
    added = spread([place for report, place in now.items() if report not in then])
    alive = None
    if len(gone):
        alive = np.ones(len(base.ids), dtype=np.bool_)
        alive[np.searchsorted(base.ids, gone)] = False
    same = isinstance(previous, LargeWords) and previous.base is base
    known = previous.added if same and isinstance(previous, LargeWords) else None
    return LargeWords(base, alive, Words.load(connection, known, added.tolist()))
