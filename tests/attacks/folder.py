"""Attacks written by others: a folder with reports and a `questions.jsonl`, tried by the same judge.

A line is `{"id", "class", "report", "question", "answer", "forbidden"}`: the file of the report beside it, what an
honest answer shows, and texts that no answer may show.
"""

from __future__ import annotations

import json
from pathlib import Path

from attacks.generator import Attack


def attacks_in(folder: Path) -> list[Attack]:
    """The attacks of `questions.jsonl` in their order. Raises KeyError for a line without one of the fields."""
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    found = []
    for line in filter(str.strip, lines):
        item = json.loads(line)
        text = (folder / item["report"]).read_text(encoding="utf-8")
        found.append(
            Attack(
                id=str(item["id"]), kind=item["class"], file=Path(item["report"]).name, text=text,
                question=item["question"], asks_figure=any(sign.isdigit() for sign in item["answer"]),
                truth=item["answer"], forbidden=tuple(item["forbidden"]),
            )
        )  # fmt: skip
    return found
