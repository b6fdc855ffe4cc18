"""Do the gold keywords, which are regular expressions, all match the answer?"""

from __future__ import annotations

import re

from eval.dataset import GoldItem
from eval.quantities import fold_width, without_markers


def keywords_found(item: GoldItem, text: str) -> list[bool]:
    """For each keyword whether it matches; case and white space inside Chinese don't matter."""
    plain = fold_width(without_markers(text))
    joined = re.sub(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])", "", plain)
    return [bool(re.search(fold_width(pattern), joined, re.IGNORECASE)) for pattern in item.keywords]
