"""Whether a figure is of the place asked for, and whether the other places of the question are named with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index.regions import normalise_region, same_region
from index.types import Figure
from rag.ask import WHOLE_REGIONS, Ask

if TYPE_CHECKING:
    from rag.bind import Surroundings


def region_fits(ask: Ask, figure: Figure, around: Surroundings, metadata_known: bool) -> bool:
    if ask.region is None or _speaks_of(ask.region, around.clause, figure):
        return True
    if ask.region in WHOLE_REGIONS:  # 全市 with no city named: any city's
        return figure.region is None or figure.region.endswith(WHOLE_REGIONS[ask.region])
    if figure.region is None:
        return not metadata_known or ask.region in around.passage
    return same_region(normalise_region(ask.region), figure.region)


def others_named(ask: Ask, figure: Figure, around: Surroundings) -> bool:
    """Exports to a country, a zone's share of a city: the other place must stand there too."""
    said = f"{around.clause} {around.sentence} {figure.region or ''} {figure.reference or ''}"
    return all(name in said or name.rstrip("省市县区") in said for name in ask.other_regions)


_COMPARING = ("比", "较", "于", "超过", "超", "占", "落后", "领先")


def _speaks_of(region: str, clause: str, figure: Figure) -> bool:
    """The clause names the region as its own, not as what another region is compared with."""
    if re.search(rf"(?:来自|位于|落户(?:在|于)?|分布在){re.escape(region)}", clause):
        return True  # 其中6个来自云川高新区
    if figure.region is not None and figure.region_origin == "sentence":
        return False  # the sentence says whose figure it is: the slot decides
    return any(
        not clause[: match.start()].endswith(_COMPARING) for match in re.finditer(re.escape(region), clause)
    )
