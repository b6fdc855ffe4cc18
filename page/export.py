"""A conversation as plain text, Markdown, Word and CSV, every answer with its citations."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from page.answer_view import Titles, Turn
from page.strings import say

MARKDOWN_SIGNS = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_{}[]<>#|!"})
CSV_FIELDS = ("question", "answer", "refused", "figure", "value", "unit", "calculation", "report", "title", "page",
              "start", "end", "quote")  # fmt: skip


def citation_line(citation: Mapping[str, Any], titles: Titles, language: str) -> str:
    """[1] 《报告》第 3 页：“原文”"""
    name = titles.get(citation["report"], citation["report"])
    page = say("page", language, page=citation["page"]) if citation["page"] else ""
    if language == "zh":
        return f"[{citation['marker']}] 《{name}》{page}：“{citation['quote']}”"
    return f"[{citation['marker']}] {name}{', ' + page if page else ''}: “{citation['quote']}”"


def plain_text(answer: Mapping[str, Any], titles: Titles, language: str) -> str:
    """An answer for the clipboard."""
    lines = [answer["answer"]]
    lines += [figure["calculation"] for figure in answer["figures"] if figure.get("calculation")]
    cited = [citation_line(citation, titles, language) for citation in answer["citations"]]
    return "\n".join([*lines, *([""] if cited else []), *cited])


def answered(turns: Sequence[Turn]) -> list[Turn]:
    """The turns that have an answer."""
    return [turn for turn in turns if turn["status"] == "done"]


def to_markdown(turns: Sequence[Turn], titles: Titles, language: str) -> bytes:
    """UTF-8; signs of Markdown that stand in reports are escaped."""
    parts = []
    for turn in answered(turns):
        lines = plain_text(turn["answer"], titles, language).translate(MARKDOWN_SIGNS).split("\n")
        parts.append(f"## {turn['question'].translate(MARKDOWN_SIGNS)}\n\n" + "  \n".join(lines))
    return ("\n\n".join(parts) + "\n").encode()


def to_docx(turns: Sequence[Turn], titles: Titles, language: str) -> bytes:
    """A Word document."""
    from docx import Document

    document = Document()
    for turn in answered(turns):
        answer = turn["answer"]
        document.add_heading(_printable(turn["question"]), 2)
        document.add_paragraph(_printable(answer["answer"]))
        for figure in answer["figures"]:
            if figure.get("calculation"):
                document.add_paragraph(_printable(f"{say('calculation', language)} {figure['calculation']}"))
        for citation in answer["citations"]:
            document.add_paragraph(_printable(citation_line(citation, titles, language)), style="Quote")
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def to_csv(turns: Sequence[Turn], titles: Titles) -> bytes:
    """One figure a line with its citation (an answer without a figure: one line); UTF-8 with a byte order mark."""
    rows = []
    for turn in answered(turns):
        answer = turn["answer"]
        citations = {citation["marker"]: citation for citation in answer["citations"]}
        for figure in answer["figures"] or [{}]:
            source = citations.get(figure.get("citation")) or (
                next(iter(citations.values()), {}) if not figure else {}
            )
            rows.append(
                {
                    "question": turn["question"], "answer": answer["answer"],
                    "refused": "yes" if answer["abstained"] else "no", "figure": figure.get("text", ""),
                    "value": figure.get("value", ""), "unit": figure.get("unit", ""),
                    "calculation": figure.get("calculation") or "", "report": source.get("report", ""),
                    "title": titles.get(source.get("report", ""), ""), "page": source.get("page") or "",
                    "start": source.get("start", ""), "end": source.get("end", ""),
                    "quote": source.get("quote", ""),
                }
            )  # fmt: skip
    return csv_bytes(CSV_FIELDS, rows)


def csv_bytes(fields: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Text that a spreadsheet would take for a formula is put in as text."""
    target = io.StringIO()
    writer = csv.DictWriter(target, fields)
    writer.writeheader()
    writer.writerows({field: _cell(row.get(field, "")) for field in fields} for row in rows)
    return b"\xef\xbb\xbf" + target.getvalue().encode()


def _cell(value: Any) -> Any:
    formula = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{value}" if formula and not re.fullmatch(r"[-+]\d[\d.,]*[%‰]?", value) else value


def _printable(text: str) -> str:
    """Without control characters, which Word does not take."""
    return "".join(character for character in text if character >= " " or character in "\n\t")
