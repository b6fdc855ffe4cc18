"""How much of a question stands in a passage word for word: runs of its characters, question words left out.

Words are cut apart where a question puts them differently; a long run that both have is a name or a set phrase.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Shares = npt.NDArray[np.float64]

_ASKING = re.compile(
    "什么样的?|什么|多少|哪一?[个些家种位类项座次天年月日里儿方国省市县支所只款名场份]?|几|谁|如何|怎么样?|怎样|为何|为什么"
    "|何时|何地|何处|何种|多[长大高远重快久]"
)
_CODE = re.compile(r"[a-z0-9.]*[a-z][a-z0-9.]*")
_PIECE = re.compile(r"[\u3400-\u9fff]|[a-z]+|[0-9]+(?:\.[0-9]+)?")
_MARKS = re.compile(r"[^\w.%]+|_")


def without_marks(text: str) -> str:
    """A normalised text as one string of letters, digits and Chinese characters."""
    return _MARKS.sub("", text)


def asked_characters(question: str) -> str:
    """What a normalised question says beside its question words."""
    return without_marks(_ASKING.sub(" ", question))


def codes(text: str) -> frozenset[str]:
    """The words with Latin letters in a normalised Chinese text: names of models and measures, mostly."""
    return frozenset(_CODE.findall(text))


def longest_run(asked: str, text: str) -> int:
    """The length of the longest run of `asked` that stands in `text`."""
    best = 0
    for start in range(len(asked)):
        while start + best < len(asked) and asked[start : start + best + 1] in text:
            best += 1
    return best


def asked_pieces(question: str) -> frozenset[str]:
    """The different Chinese characters, words with letters and numbers of a normalised question, question words aside."""
    return frozenset(_PIECE.findall(_ASKING.sub(" ", question)))


def shared_pieces(asked: frozenset[str], texts: Sequence[str]) -> Shares:
    """For each text the share of `asked` that stands in it.

    What is said in other words (停产 for 停止生产) has hardly a run in common, but characters.
    """
    shared = [sum(piece in text for piece in asked) for text in texts]
    return np.array(shared, dtype=np.float64) / (len(asked) or 1)


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of `length` characters in a question, and how rare each is among the passages to be ranked."""

    runs: tuple[str, ...]
    rarity: Shares

    @classmethod
    def of(cls, asked: str, length: int, texts: Sequence[str]) -> Runs:
        runs = tuple(dict.fromkeys(asked[at : at + length] for at in range(len(asked) - length + 1)))
        found = _found(runs, texts).sum(axis=0)
        return cls(runs, rarity_among(found, len(texts)))

    def shares(self, texts: Sequence[str]) -> Shares:
        """For each text the share of the runs it has, rare ones counting more."""
        return np.asarray(_found(self.runs, texts) @ self.rarity / (self.rarity.sum() or 1.0))


def rarity_among(found: npt.NDArray[np.int64], texts: int) -> Shares:
    """How rare something is that stands in `found` of so many texts: 0 where all have it."""
    return np.maximum(np.log((texts + 1) / (found + 0.5)), 0.0)


def _found(runs: Sequence[str], texts: Sequence[str]) -> npt.NDArray[np.int64]:
    found = [[run in text for run in runs] for text in texts]
    return np.array(found, dtype=np.int64).reshape(len(texts), len(runs))
