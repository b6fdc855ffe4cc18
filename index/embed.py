"""Texts to vectors, with any sentence-transformers model and the prefixes that it was trained with.

The prefixes come from the prompts saved with the model, else from its name (the E5 family), else there are
none. A text longer than the model reads is embedded in windows and averaged: nothing is cut off silently.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from index.errors import WenbaoError

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from sentence_transformers import SentenceTransformer

    from index.openvino_encoder import OpenVINOEncoder

Vectors = npt.NDArray[np.float32]

BATCH_SIZE = 32
GROUP = 256  # texts handed to the backend at once, of like length: enough to keep every core busy
SAMPLE_BYTES = 1 << 20
E5_FAMILY = re.compile(r"(^|[/_-])e5([_-]|$)(?!.*instruct)", re.IGNORECASE)
# What decides a vector besides the weights.
SETTINGS_FILES = (
    "config.json",
    "modules.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
    "1_Pooling/config.json",
)
WEIGHTS = ("*.safetensors", "pytorch_model*.bin")


class EmbeddingModelError(WenbaoError):
    """The embedding model could not be loaded."""


class Embedder:
    """An embedding model with its prefixes; vectors are float32, one row a text, of length 1.

    Safe to share between threads. `max_tokens` is what the model reads at once (None: no limit known).
    """

    def __init__(self, model: SentenceTransformer | OpenVINOEncoder, name: str, directory: Path) -> None:
        self.name = name
        self.model = model
        self.directory = directory
        self.dimension: int = model.get_embedding_dimension()
        self.max_tokens: int | None = model.max_seq_length
        self.query_prefix, self.passage_prefix = _prefixes(name, model.prompts)
        # torch's tokenizer keeps state during a call.
        safe = getattr(model, "thread_safe", False)
        self._lock: AbstractContextManager[object] = nullcontext() if safe else threading.Lock()
        self._fingerprint: str | None = None

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """One vector a question, shape (len(texts), dimension)."""
        return self._embed(texts, self.query_prefix, None)

    def embed_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """One vector a passage, shape (len(texts), dimension).

        `progress` is called now and then with the number of texts done so far.
        """
        return self._embed(texts, self.passage_prefix, progress)

    def fingerprint(self) -> str:
        """Changes when the model's weights or settings do; see `fingerprint_of`."""
        if self._fingerprint is None:
            self._fingerprint = fingerprint_of(self.directory)
        return self._fingerprint

    def _embed(self, texts: Sequence[str], prefix: str, progress: Callable[[int], None] | None) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        # Texts of like length together: a batch is padded to its longest.
        order = sorted(range(len(texts)), key=lambda position: len(texts[position]), reverse=True)
        for start in range(0, len(order), GROUP):
            group = order[start : start + GROUP]
            windows: list[str] = []
            owners: list[int] = []
            for position in group:
                parts = self.windows(texts[position], prefix)
                windows += parts
                owners += [position] * len(parts)
            weights = np.array([len(window) or 1 for window in windows], dtype=np.float32)
            np.add.at(vectors, owners, self._encode([prefix + part for part in windows]) * weights[:, None])
            if progress:
                progress(start + len(group))
        # One window a text is the rule; its weight falls out here.
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)

    def _encode(self, texts: list[str]) -> Vectors:
        with self._lock:
            vectors = self.model.encode(
                texts, prompt="", batch_size=BATCH_SIZE, normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(vectors, dtype=np.float32)

    def windows(self, text: str, prefix: str = "") -> list[str]:
        """The text, or where it is too long for the model, pieces of it that together leave nothing out."""
        if self.max_tokens is None or len(text) * 2 < self.max_tokens:
            return [text]
        with self._lock:
            tokens = self.model.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
            room = self.max_tokens - len(self.model.tokenizer(prefix)["input_ids"])
        offsets: list[tuple[int, int]] = tokens["offset_mapping"]
        if len(offsets) <= room:
            return [text]
        starts = [offsets[first][0] for first in range(0, len(offsets), room)]
        return [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]


def load_embedder(name_or_directory: str) -> Embedder:
    """Any sentence-transformers model, by directory or hub name; EmbeddingModelError if it cannot be had."""
    directory = Path(name_or_directory).expanduser()
    is_path = directory.is_dir()
    try:
        if not is_path:
            directory = _fetch_from_hub(name_or_directory)
        model = _load_model(directory)
    except Exception as error:  # transformers, the hub's client and safetensors each raise their own
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise EmbeddingModelError(
            f"The embedding model {name_or_directory} cannot be loaded ({reason}): set WENBAO_EMBED_MODEL "
            "to the directory of a sentence-transformers model, or unset it for the default.",
            f"无法加载向量模型 {name_or_directory}（{reason}）：请将 WENBAO_EMBED_MODEL 设为 "
            "sentence-transformers 模型所在目录，或取消设置以使用默认模型。",
        ) from error
    return Embedder(model, directory.resolve().name if is_path else name_or_directory, directory)


def _load_model(directory: Path) -> SentenceTransformer | OpenVINOEncoder:
    """The one place that knows the backend: OpenVINO where it has the model, else torch.

    `WENBAO_EMBED_BACKEND=torch` or `openvino` decides instead. Both give the same vectors (cosine above
    .9999), so an index made with one is searched with the other.
    """
    if not (directory / "config.json").is_file():  # else torch's loader would make up random weights
        raise FileNotFoundError(f"no config.json in {directory}")
    wanted = os.environ.get("WENBAO_EMBED_BACKEND", "auto")
    if wanted not in ("auto", "openvino", "torch"):
        raise ValueError(f"WENBAO_EMBED_BACKEND is {wanted}, not auto, openvino or torch")
    if wanted != "torch":
        try:
            from index.openvino_encoder import OpenVINOEncoder

            return OpenVINOEncoder(directory)
        except (ImportError, ValueError, RuntimeError):  # not installed, another kind of model, no plugin
            if wanted == "openvino":
                raise
    return _load_torch(directory)


def _load_torch(directory: Path) -> SentenceTransformer:
    """Any sentence-transformers model, on the CPU, computing in float32."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # a batch is too small to gain, and forks warn
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return SentenceTransformer(str(directory), device="cpu", model_kwargs={"dtype": "float32"})


def _fetch_from_hub(name: str) -> Path:
    """The model's directory in the hub client's cache, fetched once; afterwards no network is needed."""
    if name.startswith((".", "~", "/")):
        raise FileNotFoundError("no such directory")
    import huggingface_hub
    from huggingface_hub.errors import LocalEntryNotFoundError

    huggingface_hub.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        directory = Path(huggingface_hub.snapshot_download(name, local_files_only=True))
        if any(True for pattern in WEIGHTS for _ in directory.glob(pattern)):
            return directory
    except LocalEntryNotFoundError:
        pass
    wanted = ["*.json", "*.txt", "*.model", "*.safetensors", "*/*.json"]
    return Path(huggingface_hub.snapshot_download(name, allow_patterns=wanted))


def _prefixes(name: str, prompts: dict[str, str]) -> tuple[str, str]:
    """What goes before a question and before a passage."""
    query = prompts.get("query") or ""
    passage = prompts.get("passage") or prompts.get("document") or ""
    if not query and not passage and E5_FAMILY.search(name):
        return "query: ", "passage: "
    return query, passage


def fingerprint_of(directory: Path) -> str:
    """A short name for what the model computes: its settings, and the size and samples of its weights.

    Reads about 3 MB whatever the model's size, so it can be checked at every start. Moving or renaming the
    directory does not change it.
    """
    digest = hashlib.sha256()
    for name in SETTINGS_FILES:
        path = directory / name
        digest.update(f"{name}\0".encode())
        digest.update(path.read_bytes() if path.is_file() else b"-")
    for pattern in (*WEIGHTS, "tokenizer.json"):
        for path in sorted(directory.glob(pattern)):
            size = path.stat().st_size
            digest.update(f"{path.name}\0{size}\0".encode())
            with path.open("rb") as file:
                for offset in (0, size // 2, max(size - SAMPLE_BYTES, 0)):
                    file.seek(offset)
                    digest.update(file.read(SAMPLE_BYTES))
    return digest.hexdigest()[:16]


def as_llama_index(embedder: Embedder) -> BaseEmbedding:
    """The same model as a LlamaIndex embedding, with the right prefixes."""
    from index.llama_embedding import LlamaIndexEmbedding  # LlamaIndex takes two seconds to import

    return LlamaIndexEmbedding(embedder)
