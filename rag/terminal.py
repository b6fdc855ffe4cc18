"""What the commands share in talking to the user: lines, languages, JSON, the option --index."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from index.errors import interface_language


def in_language(english: str, chinese: str) -> str:
    """The text in the user's language."""
    return chinese if interface_language() == "zh" else english


def complain(message: str) -> None:
    """One line on stderr."""
    print("wenbao: " + " ".join(message.split()), file=sys.stderr, flush=True)


def print_json(value: Any) -> None:
    """One line of JSON on stdout, at once: the reader of a pipe sees each line as it is made."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def clean_text(text: str) -> str:
    """The text without what is no Unicode (bytes of another encoding on the command line)."""
    return text.encode("utf-8", "replace").decode("utf-8")


def add_index_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--index", metavar="DIR", help="the index directory (else WENBAO_INDEX, else data/index)"
    )


def positive(text: str) -> int:
    """A whole number from 1, for argparse."""
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value
