"""The model breaks a tie between figures that all fit: it may pick one, if clearly ahead of "none of them"."""

from __future__ import annotations

import math
from collections.abc import Sequence

from index.periods import Period
from index.types import Figure
from rag.evidence import EvidenceReader
from rag.llm import ChatModel
from rag.prompt import fill, numbered
from rag.query import Ask, Query
from rag.types import Usage


def choose(
    model: ChatModel | None,
    reader: EvidenceReader,
    query: Query,
    ask: Ask,
    options: Sequence[Figure],
    margin: float,
) -> tuple[Figure | None, Usage]:
    """The option the model takes for the answer, and what asking cost; None without a clear choice."""
    if model is None or not options:
        return None, Usage()
    when = ask.period.label() if ask.period else ""
    question = query.text if len(query.asks) == 1 else f"{query.text}（只问：{when}{ask.indicator}）"
    lines = [_line(reader, figure) for figure in options]
    messages = fill("choose.zh", evidence=numbered(lines), question=question)
    logprobs = model.first_token_logprobs(messages)
    if logprobs is None:
        completion = model.complete(messages, max_tokens=3)
        digit = next((ch for ch in completion.text if ch.isdigit()), "0")
        chosen = options[int(digit) - 1] if digit != "0" and int(digit) <= len(options) else None
        return chosen, Usage.of(completion)
    scores = [
        max(
            (value for token, value in logprobs.items() if token.strip(" []") == str(n)),
            default=-math.inf,
        )
        for n in range(len(options) + 1)
    ]
    ranked = sorted(range(len(scores)), key=lambda n: -scores[n])
    clear = ranked[0] != 0 and scores[ranked[0]] - scores[ranked[1]] >= margin
    return (options[ranked[0] - 1] if clear else None), Usage.of(logprobs.usage)


def _line(reader: EvidenceReader, figure: Figure) -> str:
    start, end = reader.clause_span(figure)
    text = reader.view(figure.report).report.text[start:end]
    period = Period.parse(figure.period).label() if figure.period else ""
    slots = " ".join(filter(None, (figure.region, period, figure.indicator)))
    return f"{text}（{slots}，{figure.text}）"
