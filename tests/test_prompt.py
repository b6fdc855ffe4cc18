"""Prompt templates: every one can be filled, and a wrong one says so at start."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.prompt import PLACEHOLDERS, PromptError, check_templates, fill, numbered


def test_every_template_in_the_repository_fills() -> None:
    check_templates()
    for name, placeholders in PLACEHOLDERS.items():
        (message,) = fill(name, **{key: f"<{key}>" for key in placeholders})
        assert all(f"<{key}>" in message["content"] for key in placeholders)


def test_unknown_placeholder_is_refused(tmp_path: Path) -> None:
    for name in PLACEHOLDERS:
        (tmp_path / f"{name}.md").write_text("{evidence} {surprise}", encoding="utf-8")
    with pytest.raises(PromptError, match="surprise"):
        check_templates(tmp_path)


def test_missing_template_is_named(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match=r"\.md"):
        check_templates(tmp_path)


def test_numbered_lines_stay_one_line_each() -> None:
    assert numbered(["甲\n乙", "丙"]) == "[1] 甲 乙\n[2] 丙"
