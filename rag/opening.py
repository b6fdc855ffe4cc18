"""Opening the question answering: what is missing is said before the seconds that loading takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.qa import ReportQA


def open_engine(directory: Path | None) -> ReportQA:
    """`ReportQA.open`; None for questions that bring their passages.

    Raises IndexMissingError, IndexMismatchError or ModelMissingError.
    """
    from rag.models import embedding_path

    if directory is not None:
        from index.stores import open_index

        open_index(directory).close()
    embedding_path()
    from rag.qa import ReportQA

    return ReportQA.open(directory)
