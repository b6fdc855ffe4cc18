"""Prompt templates from `prompts/`: loaded once, their placeholders checked at start."""

from __future__ import annotations

import string
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import prompts
from index.errors import WenbaoError

# Evidence and question come first in every template: the instructions that differ come last, so that
# a second call on the same evidence reuses the model's cache of all that precedes them.
PLACEHOLDERS: dict[str, frozenset[str]] = {
    "choose.zh": frozenset({"evidence", "question"}),
    "answer.zh": frozenset({"evidence", "question"}),
    "answerable.zh": frozenset({"evidence", "question"}),
    "supported.zh": frozenset({"sentence", "question", "answer"}),
    "answerable_there.zh": frozenset({"evidence", "question"}),
    "supported_there.zh": frozenset({"evidence", "question", "answer"}),
    "translate": frozenset({"question"}),
}


class PromptError(WenbaoError):
    """A template is missing, or its placeholders are not the ones the code fills."""


@cache
def template(name: str, directory: Path | None = None) -> str:
    """The template's text. Raises PromptError if it is missing or its placeholders are wrong."""
    path = (directory or Path(prompts.__file__).parent) / f"{name}.md"
    try:
        text = path.read_text(encoding="utf-8").strip("\n")
    except OSError as error:
        raise PromptError(
            f"Prompt template {path.name} cannot be read ({error.strerror}). Restore prompts/ from the repository.",
            f"无法读取提示模板 {path.name}（{error.strerror}）。请从代码库恢复 prompts/ 目录。",
        ) from error
    found = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
    if found != PLACEHOLDERS[name]:
        wrong = ", ".join(sorted(found ^ PLACEHOLDERS[name]))
        raise PromptError(
            f"Prompt template {path.name} has missing or unknown placeholders: {wrong}.",
            f"提示模板 {path.name} 缺少占位符或含有未知占位符：{wrong}。",
        )
    return text


def check_templates(directory: Path | None = None) -> None:
    """Raises PromptError for the first template that could not be filled."""
    for name in PLACEHOLDERS:
        template(name, directory)


def fill(name: str, **values: str) -> list[dict[str, str]]:
    """The chat messages of a template with its placeholders filled."""
    return [{"role": "user", "content": template(name).format(**values)}]


def numbered(lines: Sequence[str]) -> str:
    """Evidence lines as "[1] …"; white space inside a line is squeezed so that one line stays one."""
    return "\n".join(f"[{number}] {' '.join(line.split())}" for number, line in enumerate(lines, start=1))
