"""What a chunk takes on a Milvus server, from the rows of a store: `python bench/scale/row_sizes.py ADDRESS`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from index.milvus_server import Location, Server


def main() -> int:
    """Print the mean bytes of each field, the rows being read once."""
    server = Server(Location.parse(sys.argv[1]))
    totals = {"vector": 0, "words": 0, "data": 0, "passage": 0, "indicators": 0, "numbers": 0}
    rows = 0
    for some in server.scan(
        server.chunks, "id >= 0", ["id", "data", "passage", "indicators", "vector", "words"]
    ):
        for row in some:
            rows += 1
            totals["vector"] += 4 * len(row["vector"])
            totals["words"] += 8 * len(row["words"])  # a number of 4 bytes and a weight of 4
            totals["data"] += len(row["data"])
            totals["passage"] += len(row["passage"])
            totals["indicators"] += sum(map(len, row["indicators"]))
            totals["numbers"] += 8 + 8 + 4  # id, report, place
    kinds: dict[str, list[int]] = {}
    for some in server.scan(server.parts, "number >= 0", ["key", "kind", "data"]):
        for row in some:
            kinds.setdefault(row["kind"], []).append(len(row["data"]) + len(row["key"]))
    print(f"{rows} chunks; bytes a chunk: {sum(totals.values()) / rows:.0f}")
    for name, total in totals.items():
        print(f"  {name}: {total / rows:.0f}")
    for kind, sizes in sorted(kinds.items()):
        print(
            f"  parts, {kind}: {len(sizes)} rows, {sum(sizes) / rows:.0f} bytes a chunk, {sum(sizes) / len(sizes):.0f} a row"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
