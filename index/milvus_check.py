"""What is inconsistent in a Milvus store, one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.milvus_rows import load_figures
from index.milvus_server import StoreError

if TYPE_CHECKING:
    from index.milvus_store import MilvusIndex


def problems(index: MilvusIndex) -> list[str]:
    """Reads everything; nothing is found, whatever happened to the processes that wrote."""
    found: list[str] = []
    with index.snapshot():
        state = index.catalogue
        for name, entry in state.by_name.items():
            try:
                text = index.body(entry).report.text
                stored = index.stored(state, entry.chunk_ids)
            except StoreError as error:
                found.append(error.english)
                continue
            chunks = [one.chunk for one in stored.values()]
            if any(text[chunk.start : chunk.end] != chunk.text for chunk in chunks):
                found.append(f"chunks that are not their report's text: {name}")
            figures = [figure for one in stored.values() for _, figure in load_figures(one)]
            if any(text[figure.start : figure.end] != figure.text for figure in figures):
                found.append(f"figures that are not their report's text: {name}")
            if len(figures) + len(index.body(entry).loose) != entry.summary.figures:
                found.append(f"wrong number of figures: {name}")
        server = index.server
        waiting = [int(id) for id in (*state.manifest.garbage, *state.manifest.pending)]
        known = sum(entry.summary.chunks for entry in state.by_name.values())
        idle = [one for one in waiting if one not in state.by_id]
        extra = server.count(server.chunks) - known
        if idle:
            extra -= server.count(server.chunks, f"report_id in {idle}")
        if extra:
            found.append(f"rows of no report: {extra}")
        said = state.manifest.statistics
        if said is None or said["commits"] != state.version or said["chunks"] != known:
            found.append("the word statistics are not those of the last commit")
    return found
