"""Word statistics on the server, and the few chunks a question looks at as `Words` that know of all chunks."""

from __future__ import annotations

import json
from collections.abc import Iterable

import numpy as np

from index import lexical
from index.milvus_rows import joined, pack, pieces, unpack
from index.milvus_server import Row, Server, StoreError
from index.sparse import Statistics
from index.words import Words, numbered_words

KIND = "statistics"


class SparseWords(Words):
    """Words of some chunks only; how rare a word is and how long chunks are is known of all."""

    statistics: Statistics

    @classmethod
    def of_stored(cls, statistics: Statistics, chunks: Iterable[tuple[int, int, str, str]]) -> SparseWords:
        """Chunks given as (id, report id, context, text)."""
        numbers: dict[str, int] = {}
        read = {
            id: numbered_words(report, *lexical.as_stored(*lexical.token_lists(context, text)), numbers)
            for id, report, context, text in chunks
        }
        words = cls(read, numbers)
        words.statistics = statistics
        return words

    @property
    def mean_length(self) -> float:
        return self.statistics.mean_body

    def rarity(self, term: str) -> float:
        return self.statistics.rarity(term)


def statistics_rows(statistics: Statistics, commits: int) -> tuple[list[Row], dict[str, int]]:
    """The rows to write, and what the manifest then says of them."""
    numbers = np.diff(statistics.numbers.astype(np.int64), prepend=0).tolist()  # ascending: small differences
    data = pack(json.dumps([numbers, statistics.counts.tolist()]))
    rows = pieces(KIND, commits, data)
    said = {"commits": commits, "pieces": len(rows), "chunks": statistics.chunks}
    return rows, said | {"body": statistics.body, "context": statistics.context}


def read_statistics(server: Server, said: dict[str, int]) -> Statistics:
    """What the manifest says was written; StoreError where pieces are missing."""
    condition = f'kind == "{KIND}" and owner == {said["commits"]}'
    rows = [row for some in server.scan(server.parts, condition, ["key", "number", "data"]) for row in some]
    whole = joined(rows, said["pieces"])
    if whole is None:
        raise StoreError(
            f"The word statistics of {server.location} are being replaced: ask again.",
            f"{server.location} 的词频统计正在更新：请重试。",
        )
    numbers, counts = json.loads(unpack(whole))
    return Statistics(
        said["chunks"], said["body"], said["context"],
        np.cumsum(np.array(numbers, dtype=np.int64)).astype(np.uint32), np.array(counts, dtype=np.int32),
    )  # fmt: skip
