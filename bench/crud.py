"""Real embeddings of real text: chunks of CRUD-RAG news documents, and questions of CRUD-RAG and CMRC 2018.

Both are made by the product's own reading, splitting and embedding, once, and kept in out/bench.
"""

from __future__ import annotations

import gzip
import json
import random
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.common import OUT, benchmarks
from index.build import _as_report
from index.embed import Embedder, load_embedder
from index.records import passage
from index.split import split
from rag.models import embedding_path

Floats = npt.NDArray[np.float32]
CHUNKS = 20_000
QUESTIONS = 1_000
_SAVE_EVERY = 2_000


def embedder() -> Embedder:
    """The embedding model that the product would use."""
    return load_embedder(embedding_path())


def documents() -> list[tuple[str, str]]:
    """(id, text) of all CRUD documents, in an order drawn once and for all."""
    data = gzip.decompress((benchmarks() / "crud_documents.jsonl.gz").read_bytes()).decode("utf-8")
    found = [(one["id"], one["text"]) for one in map(json.loads, data.splitlines())]
    random.Random(11).shuffle(found)
    return found


def chunk_texts(number: int = CHUNKS) -> list[str]:
    """What the product embeds of the first documents, at least `number` different passages."""
    texts: dict[str, None] = {}
    for name, text in documents():
        texts.update(dict.fromkeys(passage(chunk) for chunk in split(_as_report(text, name))))
        if len(texts) >= number:
            return list(texts)
    raise SystemExit(f"bench: the CRUD documents hold fewer than {number} passages")


def chunk_vectors(model: Embedder | None = None) -> Floats:
    """Unit vectors of `chunk_texts()`, shape (n, dimension); about nine minutes on two idle cores, then kept."""
    file = OUT / "crud-vectors.npy"
    if file.is_file():
        return np.asarray(np.load(file), dtype=np.float32)
    OUT.mkdir(parents=True, exist_ok=True)
    texts, model = chunk_texts(), model or embedder()
    parts: list[Floats] = []
    began = time.monotonic()
    for start in range(0, len(texts), _SAVE_EVERY):
        part = OUT / f"crud-vectors-{start}.npy"  # so that a run that was stopped goes on
        if not part.is_file():
            _save(part, model.embed_passages(texts[start : start + _SAVE_EVERY]))
        parts.append(np.load(part))
        print(
            f"bench: {start + len(parts[-1])} of {len(texts)} passages, {time.monotonic() - began:.0f} s",
            flush=True,
        )
    _save(file, np.concatenate(parts))
    for part in OUT.glob("crud-vectors-*.npy"):
        part.unlink()
    return np.concatenate(parts)


def question_vectors(model: Embedder | None = None, number: int = QUESTIONS) -> Floats:
    """Unit vectors of questions that people wrote, none of whose text is among the chunks as such."""
    file = OUT / "question-vectors.npy"
    if file.is_file():
        return np.asarray(np.load(file), dtype=np.float32)
    questions = [
        json.loads(line)["question"]
        for name in ("crud", "cmrc")
        for line in (benchmarks() / f"{name}_questions_dev.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    random.Random(11).shuffle(questions)
    OUT.mkdir(parents=True, exist_ok=True)
    _save(file, (model or embedder()).embed_queries(questions[:number]))
    return np.asarray(np.load(file), dtype=np.float32)


def _save(path: Path, vectors: Floats) -> None:
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        np.save(file, vectors)
    partial.replace(path)
