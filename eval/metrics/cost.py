"""What an answer cost: seconds and tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one answer; None where it doesn't say."""

    seconds: float | None
    first_token_seconds: float | None
    prompt_tokens: int | None
    new_prompt_tokens: int | None  # not reused from the cache: what had to be read
    completion_tokens: int | None


def cost(answer: Mapping[str, Any]) -> Cost:
    """Read from `timings_ms` and `usage`."""
    timings, usage = answer.get("timings_ms") or {}, answer.get("usage") or {}
    prompt, cached = usage.get("prompt_tokens"), usage.get("cached_tokens")
    total, first = timings.get("total"), timings.get("first_token")
    return Cost(
        None if total is None else total / 1000,
        None if first is None else first / 1000,
        prompt,
        None if prompt is None or cached is None else prompt - cached,
        usage.get("completion_tokens"),
    )
