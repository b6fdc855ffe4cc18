"""The collections a server has: several indexes, each with its own engine and library, one model for all.

An engine only ever holds its own collection's index, so nothing can be read or cited across.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from index.store import ReportIndex
from index.stores import open_index
from index.types import Hit
from rag.access import CollectionNotFoundError
from rag.answer_cache import AnswerCache
from rag.library import Library
from rag.settings import DEFAULT_COLLECTION, Configuration, SettingsError, load_configuration
from rag.turns import Turns
from rag.types import Answer, Event, Turn

if TYPE_CHECKING:
    from index.embed import Embedder
    from rag.llm import ChatModel
    from rag.qa import ReportQA
    from rag.shared_model import SharedModel


class Service:
    """What the server serves: engines and libraries by collection, opened at the first need.

    `directory` is the default collection's index; a server can start before there is one. A failed opening
    (no index yet, no model yet) is tried again at the next need. Safe between threads. `embedder` and `model`
    stand in for those of the configuration.
    """

    def __init__(
        self,
        directory: Path,
        configuration: Configuration | None = None,
        *,
        embedder: Embedder | None = None,
        model: ChatModel | None = None,
    ) -> None:
        self.directory = directory
        self.configuration = configuration or load_configuration()
        others = self.configuration.collections
        if others and self.configuration.store:
            # One address names one index: a second collection would answer from the first one's reports.
            raise SettingsError(
                "WENBAO_STORE names one index, so `collections` cannot be used with it: run a server for each.",
                "WENBAO_STORE 只指向一个索引，不能与 collections 同时使用：请为每个集合各启动一个服务。",
            )
        self.directories: Mapping[str, Path] = {**others, DEFAULT_COLLECTION: directory}
        self._engines: dict[str, ReportQA] = {}
        self._libraries: dict[str, Library] = {}
        self._embedder = embedder
        self.turns = Turns(self.configuration.llm_slots, self.configuration.most_waiting)
        self.answers = AnswerCache()
        self._given_model = model
        self._model: SharedModel | None = None
        self._lock = threading.RLock()

    def engine(self, collection: str = DEFAULT_COLLECTION) -> ReportQA:
        """Raises IndexMissingError, IndexMismatchError, ModelMissingError or CollectionNotFoundError."""
        directory = self._directory(collection)
        with self._lock:
            engine = self._engines.get(collection)
            if engine is None:
                engine = self._engines[collection] = self._open(directory)
            return engine

    def stream(
        self,
        question: str,
        *,
        collection: str = DEFAULT_COLLECTION,
        history: Sequence[Turn] = (),
        reports: Sequence[str] | None = None,
    ) -> Iterator[Event]:
        """Evidence, then text, then the verified answer; at once where the same was asked of the same state.

        Raises ReportNotFoundError for a name that is no report, and what `engine` and its answers raise.
        """
        engine = self.engine(collection)
        index = self._checked_index(collection, reports)
        settings = engine.settings.model_dump_json()
        asked = None if reports is None else tuple(sorted(set(reports)))
        version = index.version
        key = (collection, version, settings, question, tuple(history), asked)
        if (kept := self.answers.get(key)) is not None:
            yield Event("evidence", hits=kept.hits)
            yield Event("text", text=kept.text)
            yield Event("answer", hits=kept.hits, text=kept.text, answer=kept)
            return
        for event in engine.stream(question, history=history, reports=reports):
            if event.answer is not None and index.version == version:
                self.answers.put(key, event.answer)
            yield event

    def ask(
        self,
        question: str,
        *,
        collection: str = DEFAULT_COLLECTION,
        history: Sequence[Turn] = (),
        reports: Sequence[str] | None = None,
    ) -> Answer:
        """The last event of `stream`: the answer."""
        events = self.stream(question, collection=collection, history=history, reports=reports)
        *_, last = events
        assert last.answer is not None  # a stream ends with its answer
        return last.answer

    def search(
        self,
        question: str,
        *,
        top_k: int = 5,
        collection: str = DEFAULT_COLLECTION,
        reports: Sequence[str] | None = None,
    ) -> list[Hit]:
        """The passages found, best first. Raises as `stream`."""
        self._checked_index(collection, reports)
        return self.engine(collection).search(question, top_k=top_k, reports=reports)

    def _checked_index(self, collection: str, reports: Sequence[str] | None) -> ReportIndex:
        index = self.engine(collection).index
        assert index is not None  # an opened service has an index
        for name in reports or ():
            index.report(name)
        return index

    def library(self, collection: str = DEFAULT_COLLECTION) -> Library:
        """The reports of a collection; its index need not exist yet. Raises CollectionNotFoundError."""
        directory = self._directory(collection)
        with self._lock:
            if collection not in self._libraries:
                limit = self.configuration.upload_mb * 2**20
                self._libraries[collection] = Library(directory, self.embedder, max_file_bytes=limit)
            return self._libraries[collection]

    def embedder(self) -> Embedder:
        """The embedding model, loaded once for all collections. Raises ModelMissingError."""
        with self._lock:
            if self._embedder is None:
                from rag.models import embedding_path

                path = embedding_path()  # a missing model is said before the seconds that imports take
                from index.embed import load_embedder

                self._embedder = load_embedder(path)
            return self._embedder

    def ready(self) -> dict[str, bool]:
        """What is in place: the default index, the embedding model, the language model (nothing is loaded)."""
        from rag.models import DEFAULT_LLM, embedding_path, locate

        def there(check: object) -> bool:
            try:
                check()  # type: ignore[operator]
            except Exception:
                return False
            return True

        endpoint = self.configuration.llm_base_url is not None or self._model is not None
        return {
            "index": there(lambda: open_index(self.directory).close()),
            "embedding_model": self._embedder is not None or there(embedding_path),
            "language_model": endpoint or there(lambda: locate(DEFAULT_LLM)),
        }

    def close(self) -> None:
        """Frees the models; the next need opens everything again."""
        with self._lock:
            for engine in self._engines.values():
                engine.close()
            self._engines.clear()
            self._embedder = self._model = None

    def _directory(self, collection: str) -> Path:
        try:
            return self.directories[collection]
        except KeyError:
            raise no_collection(collection) from None

    def _open(self, directory: Path) -> ReportQA:
        open_index(directory).close()
        embedder = self.embedder()
        from rag.llm import connect
        from rag.qa import ReportQA
        from rag.shared_model import SharedModel

        if self._model is None:
            self._model = SharedModel(self._given_model or connect(), self.turns)
        model = cast("ChatModel", self._model)
        return ReportQA(open_index(directory, embedder), embedder, model, self.configuration)


def no_collection(name: str) -> CollectionNotFoundError:
    return CollectionNotFoundError(
        f"There is no collection {name}, or this key does not open it.",
        f"没有名为 {name} 的集合，或此密钥无权访问。",
    )
