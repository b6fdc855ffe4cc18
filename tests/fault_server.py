"""The real server in a process of its own: `python fault_server.py INDEX LLM_URL [PORT]`, with the hashing embedder.

What the page and `wenbao serve` run, but for the embedding model; the language model is the endpoint given.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from hashing_embedder import HashingEmbedder  # noqa: E402

from rag.llm import ChatModel  # noqa: E402
from rag.named_stage import NamedStage  # noqa: E402
from rag.server import Service, create_app, listen  # noqa: E402
from rag.settings import Configuration  # noqa: E402
from rag.telemetry import start_logging  # noqa: E402

if __name__ == "__main__":
    index, llm, *port = sys.argv[1:]
    start_logging()
    NamedStage.answer = lambda self, query, hits: []  # type: ignore[method-assign]  # names are for the model here
    service = Service(
        Path(index), Configuration(most_waiting=2), embedder=HashingEmbedder(),  # type: ignore[arg-type]
        model=ChatModel(f"{llm}/v1", "slow-model"),
    )  # fmt: skip
    sys.exit(listen(create_app(service), "127.0.0.1", int(port[0]) if port else 0))
