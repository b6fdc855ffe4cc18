"""What a re-ranker looks at: the words and vectors of passages, and the words around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.large_vectors import LargeVectors
from index.tokenize import tokens
from index.vectors import FlatVectors, Floats
from index.words import Words

Numbers = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each word of the question stands in some texts, one row a text; `tokens` are their lengths."""

    words: Numbers  # (texts, words of the question)
    tokens: Numbers  # (texts,)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Passages seen from a question, in the order of `identifiers`; headings and titles are not counted."""

    identifiers: tuple[int, ...]
    terms: tuple[str, ...]  # the words of the question
    rarity: Numbers  # of each of them
    own: Counts
    before: Counts  # the passage before, if it is of the same report: else nothing
    around: Counts  # the passages near it and itself taken together, all of its report
    cosine: Numbers
    opening: npt.NDArray[np.bool_]  # (passages, words): what the first sentence of the passage's report says
    first: npt.NDArray[np.bool_]  # (passages, words): what the first passage of its report says
    in_sentences: Integers  # (n, 3): number of a passage, of a sentence of it, of a word that stands there
    mean_tokens: float  # of a chunk


def read(
    words: Words,
    vectors: FlatVectors | LargeVectors,
    text: str,
    vector: Floats,
    identifiers: Sequence[int],
    reach: int,
) -> Surroundings:
    """The chunks of `identifiers` that are here, seen from a question with those up to `reach` before and after.

    The chunks of a report are stored together and in reading order, so neighbours are neighbouring rows.
    """
    rows = words.rows_of(identifiers)
    firsts = words.first_rows[rows]
    near = rows[:, None] + np.arange(-reach, reach + 1)  # (passages, 2 * reach + 1)
    there = (near >= 0) & (near < len(words.ids))
    near = np.where(there, near, rows[:, None])
    there &= words.reports[near] == words.reports[rows][:, None]
    seen = np.unique(np.concatenate([near[there], rows, firsts]))
    place_of = np.full(len(words.ids), -1, dtype=np.int64)  # row → its number in `seen`
    place_of[seen] = np.arange(len(seen))

    terms = tuple(dict.fromkeys(tokens(text)))
    at, sentence, term = _occurrences(words, terms, place_of)
    flat = np.bincount(at * len(terms) + term, minlength=len(seen) * len(terms))
    counts: Numbers = flat.reshape(len(seen), len(terms)).astype(np.float64)
    lengths = words.body_lengths[seen].astype(np.float64)
    ids = words.ids[rows].tolist()
    cosines = vectors.scores(vector, ids)

    places = np.where(there, place_of[near], 0)
    around = np.zeros((len(rows), len(terms)))
    before, before_tokens = np.zeros_like(around), np.zeros(len(rows))
    near_tokens = np.where(there, lengths[places], 0.0)
    for step in range(2 * reach + 1):
        found = counts[places[:, step]] * there[:, step, None]
        around += found
        if step == reach - 1:
            before, before_tokens = found, near_tokens[:, step]
    own = place_of[rows]
    opening = np.zeros((len(seen), len(terms)), dtype=bool)
    opening[at[sentence == 0], term[sentence == 0]] = True
    return Surroundings(
        identifiers=tuple(ids),
        terms=terms,
        rarity=np.array([words.rarity(one) for one in terms]),
        own=Counts(counts[own], lengths[own]),
        before=Counts(before, before_tokens),
        around=Counts(around, near_tokens.sum(axis=1)),
        cosine=np.array([cosines.get(one, 0.0) for one in ids]),
        opening=opening[place_of[firsts]],
        first=counts[place_of[firsts]] > 0,
        in_sentences=_by_passage(own, at, sentence, term, len(seen)),
        mean_tokens=words.mean_length,
    )


def _occurrences(
    words: Words, terms: Sequence[str], place_of: Integers
) -> tuple[Integers, Integers, Integers]:
    """Of each time a word stands in a passage looked at: the passage's place, the sentence and the word's number."""
    found = [words.found(term) for term in terms]
    rows = np.concatenate([one for one, _ in found] or [np.zeros(0, np.int32)])
    sentences = np.concatenate([one for _, one in found] or [np.zeros(0, np.int16)])
    numbers = np.repeat(np.arange(len(terms)), [len(one) for one, _ in found])
    places = place_of[rows]
    here = (places >= 0) & (sentences >= 0)
    return places[here], sentences[here].astype(np.int64), numbers[here]


def _by_passage(own: Integers, at: Integers, sentence: Integers, term: Integers, seen: int) -> Integers:
    """(number of the passage asked for, sentence, word), each once."""
    number = np.full(seen, -1, dtype=np.int64)
    number[own] = np.arange(len(own))
    asked = number[at] >= 0
    at, sentence, term = number[at[asked]], sentence[asked], term[asked]
    sentences, terms = int(sentence.max(initial=0)) + 1, int(term.max(initial=0)) + 1
    keys, terms_of = np.divmod(np.unique((at * sentences + sentence) * terms + term), terms)
    return np.stack([*np.divmod(keys, sentences), terms_of], axis=1)
