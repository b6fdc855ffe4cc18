"""Shares and contributions as names: what the vocabulary calls a part of a whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index import figure_subject_words as words_of
from index import figure_words as words
from index.figure_named import Subject
from index.figure_naming import lookup
from index.figure_weak_names import whole_fits

if TYPE_CHECKING:
    from index.vocabulary import Vocabulary


def share_of(vocabulary: Vocabulary, base: str, part: Subject, whole: str) -> Subject:
    """服务业 and 国内生产总值 as 服务业比重, where the vocabulary knows such a share; `base` are the part's own words."""
    whole = words_of.GDP.sub("国内生产总值", words.REGION_PREFIX.sub("", whole) if len(whole) > 3 else whole)
    for name in dict.fromkeys((base, part.name)):
        for form in (
            f"{name}占{whole}比重",
            f"{name}占{whole}的比重",
            f"{name}占{whole}比例",
            f"{name}与{whole}之比",
            f"{name}比重",
            f"{name}占比",
        ):
            known = lookup(vocabulary, form)
            if known is not None and whole_fits(whole, (known.name, *known.synonyms)):
                return Subject(known.name, known.id, part.start, part.end, known.rate)
    if whole.endswith("总产值") and (known := lookup(vocabulary, f"{part.name}总产值")) is not None:
        return Subject(known.name, known.id, part.start, part.end, known.rate)  # 农业在工农业总产值中的比重
    return part


def contribution(vocabulary: Vocabulary, match: re.Match[str]) -> Subject:
    """服务业对经济增长贡献率: what contributes belongs to the name."""
    who, what = words.REGION_PREFIX.sub("", match["who"]), match["what"]
    span = match.start("who"), match.end()
    for form in (f"{who}对{what}贡献率", f"{who}对{what}的贡献率", f"{who}贡献率"):
        known = lookup(vocabulary, form)
        if known is not None:
            return Subject(known.name, known.id, *span, known.rate)
    return Subject(f"{who}对{what}的贡献率", None, *span, rate=True)
