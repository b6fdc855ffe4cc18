"""What the parts of the page share: the service, the reports, what is kept, and one visitor's session."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from index.errors import IndexMissingError, WenbaoError
from page.answer_view import Turn
from page.asking import UnderWay
from page.history import History
from page.strings import say
from rag.server import Service
from rag.settings import Strictness

if TYPE_CHECKING:
    from rag.qa import ReportQA

Readiness = Literal["loading", "ready", "empty", "failed"]


@dataclass
class Session:
    """What one open page knows. `owner` is the browser's random name; "" keeps nothing."""

    owner: str = ""
    language: str = "zh"
    strictness: Strictness = "careful"
    conversation: str = ""  # named at the first question
    turns: list[Turn] = field(default_factory=list)
    source: dict[str, Any] | None = None  # what the source panel shows
    chosen: str | None = None  # the report being viewed, corrected or removed
    comparison: Any = None  # what the comparison shows, and the regions that were chosen for it
    compared: tuple[str, ...] = ()

    def say(self, key: str, **values: Any) -> str:
        return say(key, self.language, **values)

    def message(self, error: WenbaoError) -> str:
        return error.chinese if self.language == "zh" else error.english


class Desk:
    """The shared half; safe between threads."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.library = service.library()
        beside = service.directory.absolute()
        self.history = History(beside.with_name(f"{beside.name}-page") / "page.sqlite")
        self.under_way = UnderWay()
        self._engines: dict[Strictness, ReportQA] = {}
        self._lock = threading.Lock()
        self._readiness: Readiness = "loading"
        self._opened: ReportQA | None = None
        self.failure: WenbaoError | None = None

    # ------------------------------------------------------------ the engine

    def engine(self, strictness: Strictness) -> ReportQA:
        """The question answering of that strictness; all share index, embedder and language model.

        Raises IndexMissingError, IndexMismatchError or ModelMissingError.
        """
        engine = self._opened = self.service.engine()
        if engine.settings.strictness == strictness:
            return engine
        from rag.qa import ReportQA

        with self._lock:
            known = self._engines.get(strictness)
            if known is None or known.index is not engine.index:
                settings = engine.settings.model_copy(update={"strictness": strictness})
                known = ReportQA(engine.index, engine.embedder, engine.model, settings)
                self._engines[strictness] = known
            return known

    def opened(self) -> ReportQA | None:
        """The question answering if it has been opened."""
        return self._opened

    # ------------------------------------------------------------ warming up

    def warm_up(self) -> None:
        """Loads the models in a thread of its own, so that the first question does not wait for all of it."""
        threading.Thread(target=self.refresh, name="warm-up", daemon=True).start()

    def refresh(self) -> None:
        """Opens the index and loads the models; what fails is kept for `readiness`."""
        self.failure = None
        try:
            engine = self._opened = self.service.engine()
            engine.embedder.embed_queries(["就绪"])
            engine.model.start()
            self._readiness = "ready"
        except IndexMissingError:
            self._readiness = "empty"
        except WenbaoError as error:
            self.failure, self._readiness = error, "failed"

    @property
    def readiness(self) -> Readiness:
        return self._readiness

    # ------------------------------------------------------------ reports

    def titles(self) -> dict[str, str]:
        """Report name → what to call it."""
        try:
            return {report.name: report.title or report.name for report in self.library.reports()}
        except WenbaoError:
            return {}
