"""What each part of retrieval is worth: the same questions ranked by fewer parts, and by stock LlamaIndex.

Every ranking is of the same index, so of the same passages, tokens and vectors; the stock pipeline splits the
texts itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from index.embed import Embedder, as_llama_index
from rag import rerank
from rag.query import understand
from rag.retrieve import search_text, weighted_fusion

if TYPE_CHECKING:
    from rag.qa import ReportQA

Lines = list[dict[str, Any]]  # hits as `{"report", "text"}`, best first
RRF_CONSTANT = 60  # of Cormack, Clarke and Büttcher, 2009
EVERY_CANDIDATE = 200  # more than a question has


def rankings(qa: ReportQA, question: str, top_k: int = 10) -> dict[str, Lines]:
    """The first `top_k` hits of one question by each way of ranking, from the simplest to `search` itself."""
    index, settings = qa.index, qa.settings
    assert index is not None  # an index was opened
    regions = tuple(dict.fromkeys(report.region for report in index.reports() if report.region))
    expanded = search_text(understand(question, qa.vocabulary, known_regions=regions))
    words = dict(index.search_lexical(question, settings.candidates))
    expanded_words = dict(index.search_lexical(expanded, settings.candidates))
    vectors = dict(index.search_dense(qa.embedder.embed_queries([question])[0], settings.candidates))
    ranked = {
        "words": words,
        "words, English through the vocabulary": expanded_words,
        "vectors": vectors,
        "reciprocal rank fusion": reciprocal_rank_fusion(expanded_words, vectors),
        "weighted fusion": weighted_fusion(vectors, expanded_words, settings.dense_weight),
    }
    lines = {
        name: lines_of(index.chunks(sorted(scores, key=lambda one: (-scores[one], one))[:top_k]))
        for name, scores in ranked.items()
    }
    hits = qa.search(question, EVERY_CANDIDATE)
    proposed = [hit for hit in hits if hit.parts["dense"] or hit.parts["lexical"]]
    steps: list[tuple[str, Sequence[Any], tuple[str, ...]]] = [
        ("re-ranked", proposed, ("reranked",)),
        ("+ the year of the report", proposed, ("reranked", "scope")),
        ("+ figures", hits, ("reranked", "scope", "figures")),
    ]
    for name, those, parts in steps:
        best = sorted(those, key=lambda hit: -sum(hit.parts[part] for part in parts))[:top_k]
        lines[name] = lines_of(hit.chunk for hit in best)
    lines["search (+ turns of the parts)"] = lines_of(hit.chunk for hit in hits[:top_k])
    return lines


def reciprocal_rank_fusion(*searches: Mapping[int, float]) -> dict[int, float]:
    """The sum of 1 / (60 + rank) over the searches that found a chunk."""
    fused: dict[int, float] = {}
    for scores in searches:
        for rank, chunk in enumerate(sorted(scores, key=lambda one: (-scores[one], one)), 1):
            fused[chunk] = fused.get(chunk, 0.0) + 1 / (RRF_CONSTANT + rank)
    return fused


def lines_of(chunks: Iterable[Any]) -> Lines:
    return [{"report": chunk.report, "text": chunk.text} for chunk in chunks]


@contextmanager
def without(feature: str) -> Iterator[None]:
    """Inside the block this feature of the re-ranker weighs nothing, in every thread."""
    weight = rerank.WEIGHTS[feature]
    rerank.WEIGHTS[feature] = 0.0
    try:
        yield
    finally:
        rerank.WEIGHTS[feature] = weight


def stock_search(documents: Mapping[str, str], embedder: Embedder) -> Callable[[str, int], Lines]:
    """The retriever of a stock LlamaIndex VectorStoreIndex over the texts, with our model and its prefixes."""
    from llama_index.core import Document, VectorStoreIndex

    texts = [
        Document(text=text, metadata={"file_path": f"{name}.txt"}, excluded_embed_metadata_keys=["file_path"])
        for name, text in documents.items()
    ]
    index = VectorStoreIndex.from_documents(texts, embed_model=as_llama_index(embedder))

    def search(question: str, top_k: int) -> Lines:
        nodes = index.as_retriever(similarity_top_k=top_k).retrieve(question)
        return [
            {"report": node.node.metadata["file_path"], "text": node.node.get_content()} for node in nodes
        ]

    return search
