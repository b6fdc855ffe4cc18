"""Did the answer decline to answer?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_REFUSAL: Final = re.compile(
    r"无法(?:回答|确定|得知|得出|从中|判断|提供)|信息不足|没有相关|不包含|(?:资料|文|报告)中没有"
    r"|(?:没有|未|并未)(?:找到|提及|提到|提供|给出|包含|说明|记载|明确|涉及|查到)"
    r"|(?:not|n't|no) (?:\w+ ){0,3}(?:state|mention|provide|contain|specif|answer|found|include|give)"
    r"|cannot (?:be )?(?:answer|determin|find|found)|unable to|insufficient information|no information"
    r"|not available|does not (?:say|cover)"
    r"|\bnot in (?:the|these|those|any of the|any) (?:\w+ ){0,2}?(?:reports?|passages?|texts?|sources?|documents?)\b",
    re.IGNORECASE,
)


def reads_as_refusal(text: str) -> bool:
    """Whether the first sentence of a text declines: for pipelines that don't say `abstained` themselves."""
    first = re.split(r"(?<=[。！？!?])|(?<=\.)\s|\n", text.strip(), maxsplit=1)[0]
    return not text.strip() or bool(_REFUSAL.search(first))


def abstained(answer: Mapping[str, Any]) -> bool:
    """What the answer says of itself; only where it says nothing, what its text reads like."""
    declared = answer.get("abstained")
    if isinstance(declared, bool):
        return declared
    return reads_as_refusal(str(answer.get("answer", "")))
