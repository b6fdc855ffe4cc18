"""Word search: BM25 over our own tokens, inside the index file so that it changes with it.

SQLite's FTS5 keeps the postings and proposes candidates; the scores are computed here, because
FTS5 gives a term that stands in half of the chunks no weight at all, which spoils small
collections (a handful of passages about one subject).
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence

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

SATURATION = 1.2  # k1
LENGTH_SHARE = 0.5  # b
SENTENCE = "|"  # stands between the tokens of two sentences; to FTS5 it is no token
CONTEXT_WEIGHT = 0.5  # a word of the title or heading against one of the passage itself
MOST_TERMS = 64  # of a question; the rarest are taken
_CHUNKS_OF_REPORTS = "SELECT id FROM chunks WHERE report_id IN (SELECT value FROM json_each(:reports))"
_CANDIDATES_LEAST = 200
_CANDIDATES_FACTOR = 4


def add(connection: sqlite3.Connection, entries: Iterable[tuple[int, str, str]]) -> None:
    """Makes chunks findable: (chunk id, context, text) of each."""
    rows = [(identifier, tokens(context), _sentence_tokens(body)) for identifier, context, body in entries]
    connection.executemany(
        "INSERT INTO lexical (rowid, context, body) VALUES (?, ?, ?)",
        [
            (identifier, " ".join(context), f" {SENTENCE} ".join(map(" ".join, body)))
            for identifier, context, body in rows
        ],
    )
    connection.execute(
        "UPDATE lexical_totals SET chunks = chunks + ?, context = context + ?, body = body + ?",
        (
            len(rows),
            sum(len(context) for _, context, _ in rows),
            sum(len(one) for _, _, body in rows for one in body),
        ),
    )


def _sentence_tokens(text: str) -> list[list[str]]:
    return [tokens(text[start:end]) for start, end in sentences(text)]


def remove(connection: sqlite3.Connection, report_id: int) -> None:
    """Removes every chunk of a report; to be called while the chunks are still there."""
    chosen = "FROM lexical WHERE rowid IN (SELECT id FROM chunks WHERE report_id = ?)"
    gone = connection.execute(f"SELECT context, body {chosen}", (report_id,)).fetchall()
    connection.execute(f"DELETE {chosen}", (report_id,))
    connection.execute(
        "UPDATE lexical_totals SET chunks = chunks - ?, context = context - ?, body = body - ?",
        (len(gone), sum(len(row[0].split()) for row in gone), sum(len(_plain(row[1])) for row in gone)),
    )


def search(
    connection: sqlite3.Connection, text: str, k: int, report_ids: Sequence[int] | None = None
) -> list[tuple[int, float]]:
    """The `k` chunk ids that share the weightiest words with `text`, best first, with their BM25 score.

    Only chunks of `report_ids`, if given; an empty list finds nothing. Chunks sharing no word are left out.
    """
    asked = Counter(tokens(text))
    if k <= 0 or not asked or (report_ids is not None and not report_ids):
        return []
    total, context_tokens, body_tokens = connection.execute(
        "SELECT chunks, context, body FROM lexical_totals"
    ).fetchone()
    weights = _term_weights(connection, asked, total)
    if not weights:
        return []
    candidates = _candidates(connection, weights, max(k * _CANDIDATES_FACTOR, _CANDIDATES_LEAST), report_ids)
    mean_length = max((CONTEXT_WEIGHT * context_tokens + body_tokens) / max(total, 1), 1.0)
    scored = [
        (chunk_id, _score(weights, context.split(), _plain(body), mean_length))
        for chunk_id, context, body in candidates
    ]
    scored.sort(key=lambda pair: (-pair[1], pair[0]))
    return scored[:k]


def _plain(body: str) -> list[str]:
    return [token for token in body.split() if token != SENTENCE]


def rarities(connection: sqlite3.Connection, text: str) -> dict[str, float]:
    """Token of `text` → how rare it is among the chunks (BM25's inverse document frequency)."""
    total = connection.execute("SELECT chunks FROM lexical_totals").fetchone()[0]
    found: dict[str, float] = {}
    for term in tokens(text):
        row = connection.execute("SELECT doc FROM lexical_terms WHERE term = ?", (term,)).fetchone()
        count = 0 if row is None else row[0]
        found[term] = math.log(1 + (total - count + 0.5) / (count + 0.5))
    return found


def mean_length(connection: sqlite3.Connection) -> float:
    """Tokens of a chunk without its context, on average; at least 1."""
    chunks, body = connection.execute("SELECT chunks, body FROM lexical_totals").fetchone()
    return max(float(body) / max(int(chunks), 1), 1.0)


def bodies(connection: sqlite3.Connection, identifiers: Sequence[int]) -> dict[int, list[list[str]]]:
    """Chunk id → the tokens of each of its sentences, title and headings left out."""
    rows = connection.execute(
        "SELECT rowid, body FROM lexical WHERE rowid IN (SELECT value FROM json_each(?))",
        (json.dumps(list(identifiers)),),
    )
    return {identifier: [one.split() for one in body.split(SENTENCE)] for identifier, body in rows}


def _term_weights(connection: sqlite3.Connection, asked: Counter[str], total: int) -> dict[str, float]:
    """Token → its weight (rarity times how often it was asked), for the rarest tokens that occur at all."""
    rarities: dict[str, float] = {}
    for term in asked:
        row = connection.execute("SELECT doc FROM lexical_terms WHERE term = ?", (term,)).fetchone()
        if row is not None:
            rarities[term] = math.log(1 + (total - row[0] + 0.5) / (row[0] + 0.5))
    rarest = sorted(rarities, key=lambda term: (-rarities[term], term))[:MOST_TERMS]
    return {term: rarities[term] * asked[term] for term in rarest}


def _candidates(
    connection: sqlite3.Connection, terms: Iterable[str], count: int, report_ids: Sequence[int] | None
) -> list[tuple[int, str, str]]:
    # Quoted, a token is a plain string to FTS5; tokens hold no quotation marks (see index.tokenize).
    expression = " OR ".join(f'"{term}"' for term in terms)
    # The + keeps the planner from running the search once a chunk.
    restriction = "" if report_ids is None else f"AND +rowid IN ({_CHUNKS_OF_REPORTS})"
    return connection.execute(
        f"""SELECT rowid, context, body FROM lexical WHERE rowid IN (
                SELECT rowid FROM lexical WHERE lexical MATCH :expression {restriction}
                ORDER BY bm25(lexical, {CONTEXT_WEIGHT}, 1.0) LIMIT :count)""",
        {"expression": expression, "count": count, "reports": json.dumps(list(report_ids or ()))},
    ).fetchall()


def _score(weights: dict[str, float], context: list[str], body: list[str], mean_length: float) -> float:
    in_context, in_body = Counter(context), Counter(body)
    length = CONTEXT_WEIGHT * len(context) + len(body)
    norm = SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * length / mean_length)
    score = 0.0
    for term, weight in weights.items():
        frequency = in_body[term] + CONTEXT_WEIGHT * in_context[term]
        score += weight * frequency * (SATURATION + 1) / (frequency + norm)
    return score
