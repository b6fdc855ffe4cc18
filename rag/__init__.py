"""Wenbao: answers over Chinese economic reports whose every figure is checked in code and cited.

>>> from rag import ReportQA
>>> qa = ReportQA.open("data/index")
>>> qa.ask("规模以上工业增加值同比增长多少？").citations[0].quote
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.explain import Explanation, ModelCall
from rag.given_draft import CheckedDrafts
from rag.settings import Settings
from rag.types import Answer, Citation, Event, ShownFigure, Turn, Usage

if TYPE_CHECKING:
    from rag.qa import ReportQA

__all__ = [
    "Answer",
    "CheckedDrafts",
    "Citation",
    "Event",
    "Explanation",
    "ModelCall",
    "ReportQA",
    "Settings",
    "ShownFigure",
    "Turn",
    "Usage",
]


def __getattr__(name: str) -> Any:
    # ReportQA pulls in torch and faiss: only when asked for, so that --help stays fast.
    if name == "ReportQA":
        from rag.qa import ReportQA

        return ReportQA
    raise AttributeError(f"module 'rag' has no attribute {name!r}")
