"""The collections a server has: several indexes, each with its own engine and library, one model for all.

An engine only ever holds its own collection's index, so nothing can be read or cited across.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from index.store import ReportIndex
from rag.access import CollectionNotFoundError
from rag.library import Library
from rag.settings import DEFAULT_COLLECTION, Configuration, load_configuration
from rag.turns import Turns

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
        self.directories: Mapping[str, Path] = {**others, DEFAULT_COLLECTION: directory}
        self._engines: dict[str, ReportQA] = {}
        self._libraries: dict[str, Library] = {}
        self._embedder = embedder
        self.turns = Turns(self.configuration.llm_slots, self.configuration.most_waiting)
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
            "index": there(lambda: ReportIndex.open(self.directory).close()),
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
        ReportIndex.open(directory).close()
        embedder = self.embedder()
        from rag.llm import connect
        from rag.qa import ReportQA
        from rag.shared_model import SharedModel

        if self._model is None:
            self._model = SharedModel(self._given_model or connect(), self.turns)
        model = cast("ChatModel", self._model)
        return ReportQA(ReportIndex.open(directory, embedder), embedder, model, self.configuration)


def no_collection(name: str) -> CollectionNotFoundError:
    return CollectionNotFoundError(
        f"There is no collection {name}, or this key does not open it.",
        f"没有名为 {name} 的集合，或此密钥无权访问。",
    )
