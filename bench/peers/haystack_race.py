"""Haystack as its guides set it up: split, embed into the in-memory store, retrieve, prompt, generate.

Speaks to bench/peers/race.py: one JSON object on standard input, one on standard output, progress on standard error.
"""

import json
import sys
import time

began = time.perf_counter()
from haystack import Pipeline  # noqa: E402
from haystack.components.builders import ChatPromptBuilder  # noqa: E402
from haystack.components.converters import TextFileToDocument  # noqa: E402
from haystack.components.generators.chat import OpenAIChatGenerator  # noqa: E402
from haystack.components.preprocessors import RecursiveDocumentSplitter  # noqa: E402
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever  # noqa: E402
from haystack.components.writers import DocumentWriter  # noqa: E402
from haystack.dataclasses import ChatMessage  # noqa: E402
from haystack.document_stores.in_memory import InMemoryDocumentStore  # noqa: E402
from haystack.utils import Secret  # noqa: E402
from haystack_integrations.components.embedders.sentence_transformers import (  # noqa: E402
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)


def say(words: str) -> None:
    """Progress, on standard error."""
    print(f"haystack {time.strftime('%H:%M:%S')}: {words}", file=sys.stderr, flush=True)


task = json.load(sys.stdin)
say(f"libraries loaded in {time.perf_counter() - began:.0f} s")
store = InMemoryDocumentStore(embedding_similarity_function="cosine")
of_passages = SentenceTransformersDocumentEmbedder(
    model=task["embedding"], prefix="passage: ", progress_bar=False
)
of_questions = SentenceTransformersTextEmbedder(model=task["embedding"], prefix="query: ", progress_bar=False)
for one in (of_passages, of_questions):
    one.warm_up()
# Splitting by words, the default, leaves Chinese whole; the recursive splitter with Chinese stops is the next page.
splitter = RecursiveDocumentSplitter(
    split_length=250, split_overlap=25, split_unit="char", separators=["\n\n", "\n", "。", "，"]
)
loaded = time.perf_counter()
indexing = Pipeline()
for name, component in (
    ("read", TextFileToDocument()),
    ("split", splitter),
    ("embed", of_passages),
    ("write", DocumentWriter(store)),
):
    indexing.add_component(name, component)
indexing.connect("read", "split")
indexing.connect("split", "embed")
indexing.connect("embed", "write")
indexing.run({"read": {"sources": task["files"]}})
retriever = InMemoryEmbeddingRetriever(store)  # top_k is 10
assert retriever.run(query_embedding=of_questions.run(task["first"])["embedding"])["documents"]
indexed = time.perf_counter()
say(f"indexed {len(task['files'])} files, {store.count_documents()} passages, in {indexed - loaded:.0f} s")

PROMPT = """
Given these documents, answer the question.
Documents:
{% for doc in documents %}{{ doc.content }}
{% endfor %}
Question: {{ question }}
Answer:
"""
answering = Pipeline()
answering.add_component("embed", of_questions)
answering.add_component("retrieve", InMemoryEmbeddingRetriever(store))
answering.add_component(
    "prompt",
    ChatPromptBuilder(template=[ChatMessage.from_user(PROMPT)], required_variables=["documents", "question"]),
)
answering.add_component(
    "generate",
    # By default a question is given up after 30 seconds and sent again five times: too soon for two cores.
    OpenAIChatGenerator(
        api_key=Secret.from_token(task["llm_key"]),
        model=task["llm_model"],
        api_base_url=task["llm_url"],
        timeout=task["limit"],
        max_retries=0,
    ),
)
answering.connect("embed.embedding", "retrieve.query_embedding")
answering.connect("retrieve", "prompt.documents")
answering.connect("prompt", "generate")
answers = []
for number, question in enumerate([task["first"], *task["questions"]] if task["questions"] else []):
    if len(answers) > 1 and time.perf_counter() - began > task["limit"]:
        say(f"{task['limit']:.0f} s are over: {len(answers) - 1} of {len(task['questions'])} were answered")
        break
    asked = time.perf_counter()
    reply = answering.run({"embed": {"text": question}, "prompt": {"question": question}})["generate"][
        "replies"
    ][0]
    answers.append(
        {
            "answer": reply.text,
            "seconds": time.perf_counter() - asked,
            "prompt_tokens": reply.meta.get("usage", {}).get("prompt_tokens"),
        }
    )
    say(f"question {number} of {len(task['questions'])}: {answers[-1]['seconds']:.1f} s")
print(
    json.dumps(
        {
            "load_seconds": loaded - began,
            "index_seconds": indexed - loaded,
            "vectors": store.count_documents(),
            "answers": answers[1:],
        }
    )
)
