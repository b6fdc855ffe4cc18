"""The pipeline a newcomer writes: stock LlamaIndex with the same two models, run through the same harness.

VectorStoreIndex, its default SentenceSplitter and top-k, its default prompts. It is given what a careful
newcomer would find in the model's card (e5's query and passage prefixes), and the reports as our own clean
text with their file names, since what its readers make of PDF, DOCX and XLSX is not the question here. A
follow-up goes through LlamaIndex's own condense-question chat engine.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from llama_index.core import Document, VectorStoreIndex
from llama_index.core.chat_engine.types import ChatMode
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from llama_index.core.instrumentation.events import BaseEvent
from llama_index.core.instrumentation.events.llm import LLMChatEndEvent, LLMCompletionEndEvent
from llama_index.core.llms import ChatMessage, MessageRole
from llama_index.core.schema import NodeWithScore
from llama_index.embeddings.huggingface import HuggingFaceEmbedding  # type: ignore[import-untyped]
from llama_index_instrumentation import get_dispatcher

from eval.check import read_texts
from eval.dataset import GoldItem
from rag.llm import connect
from rag.models import embedding_path


class _Tokens(BaseEventHandler):
    """Adds up the tokens that the endpoint reports for each call."""

    prompt: int = 0
    completion: int = 0

    @classmethod
    def class_name(cls) -> str:
        return "EvaluationTokens"

    def handle(self, event: BaseEvent, **_: Any) -> None:
        if not isinstance(event, LLMChatEndEvent | LLMCompletionEndEvent) or event.response is None:
            return
        raw = event.response.raw
        usage = raw.get("usage") if isinstance(raw, Mapping) else getattr(raw, "usage", None)
        if usage is not None:
            self.prompt += getattr(usage, "prompt_tokens", 0) or 0
            self.completion += getattr(usage, "completion_tokens", 0) or 0


class Stock:
    """The stock pipeline over a folder of reports, built in memory."""

    def __init__(self, reports: Path) -> None:
        self._chat_model = connect()
        self._llm = self._chat_model.as_llama_index()
        embedding = HuggingFaceEmbedding(
            model_name=embedding_path(), query_instruction="query: ", text_instruction="passage: "
        )
        began = time.monotonic()
        documents = [
            Document(text=report.text, metadata={"file_path": report.name}) for report in read_texts(reports)
        ]
        self._index = VectorStoreIndex.from_documents(documents, embed_model=embedding)
        self._tokens = _Tokens()
        get_dispatcher().add_event_handler(self._tokens)
        self.about: dict[str, Any] = {
            "pipeline": "stock LlamaIndex",
            "reports": str(reports),
            "files": len(documents),
        }
        print(f"eval: indexed in {time.monotonic() - began:.0f} s", file=sys.stderr)

    def ask(self, item: GoldItem) -> Mapping[str, Any]:
        """One answer; `abstained` is left out, so that scoring reads the refusal from the text."""
        began = time.monotonic()
        self._tokens.prompt = self._tokens.completion = 0
        if item.history:
            engine = self._index.as_chat_engine(chat_mode=ChatMode.CONDENSE_QUESTION, llm=self._llm)
            turns: list[ChatMessage] = []
            for turn in item.history:
                turns.append(ChatMessage(role=MessageRole.USER, content=turn["question"]))
                turns.append(ChatMessage(role=MessageRole.ASSISTANT, content=turn["answer"]))
            chatted = engine.chat(item.question, chat_history=turns)
            text, nodes = str(chatted), chatted.source_nodes
        else:
            answered = self._index.as_query_engine(llm=self._llm).query(item.question)
            text, nodes = str(answered), answered.source_nodes
        return {
            "id": item.id,
            "question": item.question,
            "answer": text.strip(),
            "citations": [],
            "figures": [],
            "hits": [_hit(node) for node in nodes],
            "stage": "stock",
            "timings_ms": {"total": round((time.monotonic() - began) * 1000, 1)},
            "usage": {"prompt_tokens": self._tokens.prompt, "completion_tokens": self._tokens.completion},
            "model": self._chat_model.name,
        }

    def texts(self) -> tuple[dict[str, str] | None, dict[str, str]]:
        """None: it cites nothing whose exactness could be checked."""
        return None, {}

    def sources(self) -> None:
        """None: its nodes are compared through the hits alone."""

    def close(self) -> None:
        """Stop the embedded model server."""
        self._chat_model.close()


def _hit(node: NodeWithScore) -> dict[str, Any]:
    return {
        "report": node.node.metadata.get("file_path"),
        "start": getattr(node.node, "start_char_idx", None),
        "end": getattr(node.node, "end_char_idx", None),
        "score": node.score,
        "text": node.node.get_content(),
    }
