"""`ReportQA`: open or build an index, then ask."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from index.build import build_index, index_passages
from index.embed import Embedder, load_embedder
from index.store import ReportIndex
from index.stores import open_index
from index.types import Hit
from index.vocabulary import load_vocabulary
from rag.answer import Pipeline
from rag.compare import Comparison, compare
from rag.explain import Explanation, RecordingModel
from rag.given_draft import CheckedDrafts
from rag.llm import ChatModel, connect
from rag.models import embedding_path
from rag.prompt import check_templates
from rag.query import Query
from rag.settings import Settings
from rag.types import Answer, Event, Turn

if TYPE_CHECKING:
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.base.base_retriever import BaseRetriever


class ReportQA:
    """Questions answered from an index of reports, every figure checked and cited.

    Thread-safe for asking. `index` may be None when only questions with `passages` are asked.
    """

    def __init__(
        self,
        index: ReportIndex | None,
        embedder: Embedder,
        model: ChatModel,
        settings: Settings | None = None,
    ) -> None:
        check_templates()
        self.settings = settings or Settings.from_environment()
        self.vocabulary = load_vocabulary(self.settings.vocabulary)
        self.index = index
        self.embedder = embedder
        self.model = model
        self._pipeline = self._make_pipeline(index) if index is not None else None

    @classmethod
    def open(cls, directory: str | Path | None, settings: Settings | None = None) -> ReportQA:
        """Open an index. Raises IndexMissingError, IndexMismatchError or ModelMissingError.

        With None no index is opened: only questions that bring their passages can be asked.
        """
        embedder = load_embedder(embedding_path())
        index = open_index(Path(directory), embedder) if directory is not None else None
        return cls(index, embedder, connect(), settings)

    @classmethod
    def build(
        cls, paths: Sequence[str | Path], directory: str | Path, settings: Settings | None = None
    ) -> ReportQA:
        """Index files and folders into `directory`, then open it."""
        embedder = load_embedder(embedding_path())
        build_index([Path(path) for path in paths], Path(directory), embedder)
        return cls(open_index(Path(directory), embedder), embedder, connect(), settings)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn | Mapping[str, Any]] = (),
        reports: Sequence[str] | None = None,
        passages: Sequence[str] | None = None,
        id: str | None = None,
    ) -> Answer:
        """A verified answer or a refusal. `reports` restricts to those names; none of them is nothing."""
        answer = None
        for event in self.stream(question, history=history, reports=reports, passages=passages, id=id):
            answer = event.answer or answer
        assert answer is not None  # stream always ends with the answer
        return answer

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn | Mapping[str, Any]] = (),
        reports: Sequence[str] | None = None,
        passages: Sequence[str] | None = None,
        id: str | None = None,
    ) -> Iterator[Event]:
        """Evidence first, then text, then the verified answer."""
        pipeline = self._pipeline_for(passages)
        for event in pipeline.answer(question, [Turn.of(turn) for turn in history], reports):
            yield replace(event, answer=replace(event.answer, id=id)) if event.answer else event

    def explain(self, question: str, **options: Any) -> Explanation:
        """`ask`, with every prompt the language model was given and what it wrote; same options."""
        recorder = RecordingModel(self.model)
        recorded = ReportQA(self.index, self.embedder, cast(ChatModel, recorder), self.settings)
        answer = recorded.ask(question, **options)
        return Explanation(answer, recorder.taken())

    async def aask(self, question: str, **options: Any) -> Answer:
        """`ask` in a worker thread."""
        return await asyncio.to_thread(lambda: self.ask(question, **options))

    def check_drafts(
        self,
        question: str,
        drafts: Sequence[str],
        *,
        reports: Sequence[str] | None = None,
        passages: Sequence[str] | None = None,
    ) -> CheckedDrafts:
        """What would be shown of each draft if a language model had written it and judged it sound.

        Code alone decides here, as it does after a model's own judgement; the LLM is not involved.
        """
        return self._pipeline_for(passages).check_drafts(question, drafts, reports)

    def search(
        self,
        question: str,
        top_k: int = 5,
        *,
        reports: Sequence[str] | None = None,
        passages: Sequence[str] | None = None,
    ) -> list[Hit]:
        """The best chunks for a question, best first; the LLM is not involved."""
        pipeline = self._pipeline_for(passages)
        query: Query = pipeline.understand_by_rule(question)
        with pipeline.index.snapshot():
            return pipeline.retrieve(query, top_k, reports)

    def compare(
        self,
        indicator: str,
        *,
        years: Iterable[int] | None = None,
        regions: Sequence[str] | None = None,
        reports: Sequence[str] | None = None,
    ) -> Comparison:
        """Region × period table of one indicator, each cell cited; see `rag.compare`."""
        return compare(self._pipeline_for(None), indicator, years=years, regions=regions, reports=reports)

    def as_retriever(self, top_k: int = 5) -> BaseRetriever:
        """A LlamaIndex retriever over `search`."""
        from rag.llama import ReportRetriever

        return ReportRetriever(self, top_k=top_k)

    def as_query_engine(self) -> BaseQueryEngine:
        """A LlamaIndex query engine over `ask`; citations come as source nodes."""
        from rag.llama import ReportQueryEngine

        return ReportQueryEngine(self)

    def close(self) -> None:
        """Stop the embedded model server."""
        self.model.close()

    def _pipeline_for(self, passages: Sequence[str] | None) -> Pipeline:
        if passages is not None:
            return self._make_pipeline(index_passages(passages, self.embedder), metadata_known=False)
        if self._pipeline is None:
            raise ValueError("no index is open: give passages, or open an index")
        return self._pipeline

    def _make_pipeline(self, index: ReportIndex, *, metadata_known: bool = True) -> Pipeline:
        return Pipeline(index, self.embedder, self.model, self.vocabulary, self.settings, metadata_known)
