"""The outcome of an item. Wrong is the one that matters most: a reader takes it for the report's word.

right          answerable, answered, every gold figure and keyword is there
right refusal  unanswerable, declined
false refusal  answerable, declined: a pity, not a lie
wrong          anything else: answered with something missing or false, or answered the unanswerable

An answer that gives the gold figure and other figures too (several candidates, each with region and
period) counts as right; if one of the others is a known distractor, `distractors` flags it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

Outcome = Literal["right", "right refusal", "false refusal", "wrong"]


def outcome(answerable: bool, abstained: bool, figures: Sequence[bool], keywords: Sequence[bool]) -> Outcome:
    """The outcome from what the other metrics found."""
    if abstained:
        return "false refusal" if answerable else "right refusal"
    return "right" if answerable and all(figures) and all(keywords) else "wrong"
