"""Figures of a table: header × row × 单位 × footnote."""

from __future__ import annotations

from index.figure_scope import ScopeReader
from index.types import Figure, Report, Table
from index.vocabulary import Vocabulary


def read_table(report: Report, table: Table, scope: ScopeReader, vocabulary: Vocabulary) -> list[Figure]:
    return []
