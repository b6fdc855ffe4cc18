"""Conversations and ratings kept on this machine, in one SQLite file beside the index.

Each browser has a random name of its own, the owner; nobody sees another's.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, turns TEXT NOT NULL,
    changed TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
CREATE INDEX IF NOT EXISTS conversations_owner ON conversations (owner, changed);
CREATE TABLE IF NOT EXISTS ratings (
    conversation TEXT NOT NULL, turn INTEGER NOT NULL, owner TEXT NOT NULL, verdict TEXT NOT NULL,
    answer TEXT NOT NULL, rated TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    PRIMARY KEY (conversation, turn)
);
"""
SHOWN = 50  # conversations in the list


@dataclass(frozen=True, slots=True)
class Kept:
    """A conversation in the list."""

    id: str
    title: str
    changed: str  # UTC, ISO 8601


class History:
    """The file at `path`, made at the first write. Safe between threads and processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def save(self, owner: str, conversation: str, turns: list[dict[str, Any]]) -> None:
        """Keeps the turns (JSON) of a conversation, in place of what was kept of it."""
        if not owner or not turns:
            return
        with self._open() as connection:
            connection.execute(
                """INSERT INTO conversations (id, owner, title, turns) VALUES (?, ?, ?, ?)
                   ON CONFLICT (id) DO UPDATE SET turns = excluded.turns,
                   changed = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE owner = excluded.owner""",
                (conversation, owner, turns[0]["question"][:80], json.dumps(turns, ensure_ascii=False)),
            )

    def kept(self, owner: str) -> list[Kept]:
        """The owner's conversations, the last first."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT id, title, changed FROM conversations WHERE owner = ? ORDER BY changed DESC LIMIT ?",
                (owner, SHOWN),
            ).fetchall()
        return [Kept(*row) for row in rows]

    def turns(self, owner: str, conversation: str) -> list[dict[str, Any]] | None:
        """The turns of one of the owner's conversations; None if there is none of that id."""
        with self._open() as connection:
            row = connection.execute(
                "SELECT turns FROM conversations WHERE id = ? AND owner = ?", (conversation, owner)
            ).fetchone()
        return json.loads(row[0]) if row else None

    def delete(self, owner: str, conversation: str) -> None:
        """Forgets a conversation; its ratings stay."""
        with self._open() as connection:
            connection.execute("DELETE FROM conversations WHERE id = ? AND owner = ?", (conversation, owner))

    def rate(self, owner: str, conversation: str, turn: int, verdict: str, answer: dict[str, Any]) -> None:
        """Keeps the verdict on an answer (its JSON), in place of an earlier one."""
        with self._open() as connection:
            connection.execute(
                """INSERT INTO ratings (conversation, turn, owner, verdict, answer) VALUES (?, ?, ?, ?, ?)
                   ON CONFLICT (conversation, turn) DO UPDATE SET verdict = excluded.verdict,
                   answer = excluded.answer, rated = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
                   WHERE owner = excluded.owner""",
                (conversation, turn, owner, verdict, json.dumps(answer, ensure_ascii=False)),
            )

    def ratings(self, owner: str) -> list[tuple[str, dict[str, Any], str]]:
        """(verdict, answer JSON, when) of the owner's ratings, the first first."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT verdict, answer, rated FROM ratings WHERE owner = ? ORDER BY rated", (owner,)
            ).fetchall()
        return [(verdict, json.loads(answer), rated) for verdict, answer, rated in rows]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._path, timeout=10)
            try:
                connection.executescript(_SCHEMA)
                with connection:
                    yield connection
            finally:
                connection.close()
