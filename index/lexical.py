"""The words of chunks, stored in the index file so that they change with it; `index.words` searches them.

Tokens are our own, separated by spaces; headings and title apart from the passage, its sentences from one another.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from index.split import sentences
from index.tokenize import tokens

# Our tokens arrive separated by spaces. Non-ASCII characters all belong to tokens; of the ASCII marks
# only the decimal point occurs in one.
SCHEMA = """
CREATE VIRTUAL TABLE lexical USING fts5(context, body, tokenize = "ascii tokenchars '.'");
CREATE VIRTUAL TABLE lexical_terms USING fts5vocab('lexical', 'row');
CREATE TABLE lexical_totals (chunks INTEGER NOT NULL, context INTEGER NOT NULL, body INTEGER NOT NULL);
INSERT INTO lexical_totals VALUES (0, 0, 0);
"""

SENTENCE = "|"  # stands between the tokens of two sentences; to FTS5 it is no token


def add(connection: sqlite3.Connection, entries: Iterable[tuple[int, str, str]]) -> None:
    """Makes chunks findable: (chunk id, context, text) of each."""
    rows = [(identifier, *token_lists(context, body)) for identifier, context, body in entries]
    connection.executemany(
        "INSERT INTO lexical (rowid, context, body) VALUES (?, ?, ?)",
        [(identifier, *as_stored(context, body)) for identifier, context, body in rows],
    )
    connection.execute(
        "UPDATE lexical_totals SET chunks = chunks + ?, context = context + ?, body = body + ?",
        (
            len(rows),
            sum(len(context) for _, context, _ in rows),
            sum(len(one) for _, _, body in rows for one in body),
        ),
    )


def token_lists(context: str, text: str) -> tuple[list[str], list[list[str]]]:
    """The tokens of a chunk's context, and of each sentence of its text."""
    return tokens(context), [tokens(text[start:end]) for start, end in sentences(text)]


def as_stored(context: list[str], body: list[list[str]]) -> tuple[str, str]:
    """What `token_lists` gave as the two columns of the table; `index.words` reads them."""
    return " ".join(context), f" {SENTENCE} ".join(map(" ".join, body))


def remove(connection: sqlite3.Connection, report_id: int) -> None:
    """Removes every chunk of a report; to be called while the chunks are still there."""
    chosen = "FROM lexical WHERE rowid IN (SELECT id FROM chunks WHERE report_id = ?)"
    gone = connection.execute(f"SELECT context, body {chosen}", (report_id,)).fetchall()
    connection.execute(f"DELETE {chosen}", (report_id,))
    connection.execute(
        "UPDATE lexical_totals SET chunks = chunks - ?, context = context - ?, body = body - ?",
        (len(gone), sum(len(row[0].split()) for row in gone), sum(len(_plain(row[1])) for row in gone)),
    )


def _plain(body: str) -> list[str]:
    return [token for token in body.split() if token != SENTENCE]
