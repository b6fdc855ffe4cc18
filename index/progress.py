"""How far a run is: the stage in words, files done, and the time that is probably left."""

from __future__ import annotations

import time
from collections.abc import Callable

from index.errors import interface_language

Progress = Callable[[str, int, int], None]  # stage, file and time left; files done; files in all

_READING_SHARE = 0.1  # of a file's time; the rest is embedding
_SETTLED_SECONDS = 3.0  # before this nothing is foretold


class Clock:
    """Counts work in bytes of files, because a large report takes longer than a small one."""

    def __init__(self, report: Progress) -> None:
        self._report = report
        self._began = time.monotonic()
        self._work = 0.0  # bytes still believed to need work, those done included
        self._finished = 0.0
        self.files = 0
        self.files_done = 0

    def expect(self, files: int, size: int) -> None:
        """Files that are to be looked at."""
        self.files += files
        self._work += size

    def skip(self, size: int) -> None:
        """A file that turned out to need no work, or none that succeeds."""
        self.files_done += 1
        self._work -= size

    def has_read(self, size: int) -> None:
        self._finished += _READING_SHARE * size

    def has_embedded(self, size: float) -> None:
        self._finished += (1 - _READING_SHARE) * size

    def has_stored(self) -> None:
        self.files_done += 1

    def seconds_left(self) -> float | None:
        """None while too little is known."""
        elapsed = time.monotonic() - self._began
        if elapsed < _SETTLED_SECONDS or self._finished < 0.02 * self._work or self._work <= 0:
            return None
        return elapsed * max(0.0, self._work - self._finished) / self._finished

    def say(self, english: str, chinese: str) -> None:
        """Tells the stage, with the time left behind it once there is a guess."""
        chosen = interface_language() == "zh"
        left = self.seconds_left()
        stage = chinese if chosen else english
        if left is not None and self.files_done < self.files:
            stage += f" · {duration(left, chinese=chosen)}"
        self._report(stage, self.files_done, self.files)

    def finish(self) -> None:
        self._report("完成" if interface_language() == "zh" else "done", self.files, self.files)


def duration(seconds: float, *, chinese: bool) -> str:
    """About how long is left, in words: "about 3 min left"."""
    if seconds < 60:
        amount = max(5, 5 * round(seconds / 5))
        return f"约剩 {amount} 秒" if chinese else f"about {amount} s left"
    minutes = round(seconds / 60)
    return f"约剩 {minutes} 分钟" if chinese else f"about {minutes} min left"
