"""txtai as its guides set it up: an embeddings database with content, and its RAG pipeline over an OpenAI-like server.

Speaks to bench/peers/race.py: one JSON object on standard input, one on standard output, progress on standard error.
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else it asks the network for prices first
began = time.perf_counter()
import litellm  # noqa: E402
from txtai import LLM, RAG, Embeddings  # noqa: E402


def say(words: str) -> None:
    """Progress, on standard error."""
    print(f"txtai {time.strftime('%H:%M:%S')}: {words}", file=sys.stderr, flush=True)


task = json.load(sys.stdin)
say(f"libraries loaded in {time.perf_counter() - began:.0f} s")
usage = []
litellm.success_callback = [
    lambda kwargs, response, start, end: usage.append(response["usage"]["prompt_tokens"])
]
embeddings = Embeddings(
    path=task["embedding"], content=True, instructions={"query": "query: ", "data": "passage: "}
)
embeddings.batchtransform([task["first"]], "query")
loaded = time.perf_counter()
# A paragraph is a row, as its text extraction gives them.
paragraphs = [
    paragraph.strip()
    for file in task["files"]
    for paragraph in Path(file).read_text(encoding="utf-8").splitlines()
    if paragraph.strip()
]
embeddings.index(paragraphs)
assert embeddings.search(task["first"], 3)
indexed = time.perf_counter()
say(f"indexed {len(task['files'])} files, {len(paragraphs)} rows, in {indexed - loaded:.0f} s")

PROMPT = """
Answer the following question using the provided context.

Question:
{question}

Context:
{context}
"""
answers = []
if task["questions"]:
    model = LLM(
        f"openai/{task['llm_model']}", method="litellm", api_base=task["llm_url"], api_key=task["llm_key"]
    )
    rag = RAG(embeddings, model, template=PROMPT, output="flatten")  # three paragraphs of context
    for number, question in enumerate([task["first"], *task["questions"]]):
        if len(answers) > 1 and time.perf_counter() - began > task["limit"]:
            say(
                f"{task['limit']:.0f} s are over: {len(answers) - 1} of {len(task['questions'])} were answered"
            )
            break
        asked = time.perf_counter()
        answer = rag(question, maxlength=512, defaultrole="user")
        answers.append({"answer": answer, "seconds": time.perf_counter() - asked, "prompt_tokens": None})
        say(f"question {number} of {len(task['questions'])}: {answers[-1]['seconds']:.1f} s")
    waited = time.monotonic()
    while len(usage) < len(answers) and time.monotonic() - waited < 10:
        time.sleep(0.1)  # litellm counts in a thread of its own
    if len(usage) == len(answers):
        for one, tokens in zip(answers, usage, strict=True):
            one["prompt_tokens"] = tokens
print(
    json.dumps(
        {
            "load_seconds": loaded - began,
            "index_seconds": indexed - loaded,
            "vectors": len(paragraphs),
            "answers": answers[1:],
        }
    )
)
