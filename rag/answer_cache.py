"""Answers given before: the same question of the same state is answered once.

An answer is kept under everything it depends on: collection, state of the index, settings, question,
conversation and the reports asked. A changed index or setting makes another key, so no answer outlives its
sources. Only whole, verified answers are kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable

from rag.types import Answer

MOST_ANSWERS = 512


class AnswerCache:
    """The answers given last. Safe between threads."""

    def __init__(self, most: int = MOST_ANSWERS) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Answer] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Answer | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Hashable, answer: Answer) -> None:
        with self._lock:
            self._kept[key] = answer
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
