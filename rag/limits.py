"""How often somebody may ask: a bucket of tokens for each, filled steadily."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

_MOST_NAMES = 10_000  # remembered; the one seen longest ago is forgotten first


class Buckets:
    """For each name a bucket that holds `per_minute` tokens and fills at that rate. Safe between threads."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._level: OrderedDict[str, tuple[float, float]] = OrderedDict()  # name → tokens, when

    def take(self, name: str, tokens: int = 1) -> float:
        """0 if there were tokens enough, which are gone now; else the seconds until there are."""
        with self._lock:
            now = self._clock()
            level, since = self._level.pop(name, (float(self.per_minute), now))
            level = min(self.per_minute, level + (now - since) * self.per_minute / 60)
            wanted = min(tokens, self.per_minute)
            enough = level >= wanted
            self._level[name] = (level - wanted if enough else level, now)
            if len(self._level) > _MOST_NAMES:
                self._level.popitem(last=False)
            return 0.0 if enough else (wanted - level) * 60 / self.per_minute
