"""BM25 as inner products: chunks and questions as sparse vectors, for a server that searches words.

The same tokens and weights as `index.words`: a chunk's vector holds what depends on the chunk alone (how often a
word stands in it, how long it is), the question's how rare each word is. What is known of all chunks together,
the mean length and in how many each word stands, is `Statistics`.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from index.tokenize import tokens
from index.words import CONTEXT_WEIGHT, LENGTH_SHARE, MOST_TERMS, SATURATION

MEAN_LENGTH = 150.0  # tokens of a chunk, where an index begins empty; see docs/scale.md
SparseVector = dict[int, float]


def term_number(token: str) -> int:
    """The dimension of a word: 32 bits of a hash, so that writers need no common dictionary."""
    return int.from_bytes(hashlib.blake2b(token.encode(), digest_size=4).digest(), "big") % (2**32 - 1)


@dataclass(slots=True)
class Counts:
    """What chunks contribute to the statistics; those taken away count negative."""

    chunks: int = 0
    body: int = 0  # tokens
    context: int = 0
    terms: Counter[int] = field(default_factory=Counter)  # term number → chunks it stands in

    def add(self, context: Sequence[str], body: Sequence[str], sign: int = 1) -> None:
        self.chunks += sign
        self.body += sign * len(body)
        self.context += sign * len(context)
        for number in {term_number(token) for token in (*context, *body)}:
            self.terms[number] += sign


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of all chunks: `numbers` (n,) uint32 ascending, `counts` (n,) int32 the chunks each word stands in."""

    chunks: int
    body: int
    context: int
    numbers: npt.NDArray[np.uint32]
    counts: npt.NDArray[np.int32]

    @classmethod
    def of(cls, counts: Counts) -> Statistics:
        kept = sorted(number for number, count in counts.terms.items() if count > 0)
        return cls(
            counts.chunks, counts.body, counts.context,
            np.array(kept, dtype=np.uint32), np.array([counts.terms[one] for one in kept], dtype=np.int32),
        )  # fmt: skip

    def plus(self, change: Counts) -> Statistics:
        """The statistics after a change."""
        terms = Counter(dict(zip(self.numbers.tolist(), self.counts.tolist(), strict=True)))
        terms.update(change.terms)
        return Statistics.of(
            Counts(self.chunks + change.chunks, self.body + change.body, self.context + change.context, terms)
        )

    @property
    def mean_body(self) -> float:
        """Tokens of a chunk without its context, on average; at least 1."""
        return max(self.body / self.chunks if self.chunks else 0.0, 1.0)

    @property
    def mean_length(self) -> float:
        """Tokens of a chunk on average, those of the context at their weight; at least 1."""
        total = self.body + CONTEXT_WEIGHT * self.context
        return max(total / self.chunks if self.chunks else 0.0, 1.0)

    def count(self, token: str) -> int:
        """In how many chunks a word stands."""
        number = term_number(token)
        place = int(np.searchsorted(self.numbers, np.uint32(number)))
        known = place < len(self.numbers) and int(self.numbers[place]) == number
        return int(self.counts[place]) if known else 0

    def rarity(self, token: str) -> float:
        """How rare a word is among the chunks (BM25's inverse document frequency)."""
        count = self.count(token)
        return math.log(1 + (self.chunks - count + 0.5) / (count + 0.5))

    def question_vector(self, text: str) -> SparseVector:
        """What a question asks for: its rarest words, each as rare as it is; empty if no chunk has any."""
        asked = Counter(tokens(text))
        rarities = {token: self.rarity(token) for token in asked if self.count(token)}
        rarest = sorted(rarities, key=lambda token: (-rarities[token], token))[:MOST_TERMS]
        return _sums((token, rarities[token] * asked[token]) for token in rarest)


def chunk_vector(context: Sequence[str], body: Sequence[str], mean_length: float) -> SparseVector:
    """A chunk's side of BM25, given the tokens of its context and of its text."""
    length = len(body) + CONTEXT_WEIGHT * len(context)
    norm = SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * length / mean_length)
    weights: dict[str, float] = {token: float(count) for token, count in Counter(body).items()}
    for token in context:
        weights[token] = weights.get(token, 0.0) + CONTEXT_WEIGHT
    vector = _sums(
        (token, frequency * (SATURATION + 1) / (frequency + norm)) for token, frequency in weights.items()
    )
    return vector or {2**32 - 2: 1e-9}  # a server takes no vector without any word


def _sums(weights: Iterable[tuple[str, float]]) -> SparseVector:
    vector: SparseVector = {}
    for token, weight in weights:
        number = term_number(token)
        vector[number] = vector.get(number, 0.0) + weight
    return vector
