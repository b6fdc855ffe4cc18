"""Small plots for the README from what the benchmarks kept in out/bench: docs/bench-race.svg, docs/bench-million.svg."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.common import OUT, ROOT

OURS, OTHER, INK = "#1f6fb2", "#b8b8b8", "#333"
_WIDTH, _ROW = 640, 22
Bar = tuple[str, float, str, str]  # title, value, what is written behind it, colour


def part(name: str) -> dict[str, Any] | None:
    """The details of a benchmark, None if it was not run."""
    path = OUT / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def svg(title: str, groups: list[tuple[str, list[Bar]]], note: str) -> str:
    """Groups of horizontal bars, each group on a scale of its own."""
    y, parts = 52, []
    for heading, bars in groups:
        parts.append(f'<text x="0" y="{y}" font-weight="bold">{heading}</text>')
        most = max(value for _, value, _, _ in bars) or 1
        for name, value, written, colour in bars:
            y += _ROW
            width = 330 * value / most
            parts.append(f'<text x="150" y="{y}" text-anchor="end">{name}</text>')
            parts.append(
                f'<rect x="160" y="{y - 12}" width="{max(width, 1):.1f}" height="14" fill="{colour}"/>'
            )
            parts.append(f'<text x="{168 + width:.1f}" y="{y}">{written}</text>')
        y += _ROW + 10
    height = y + 4
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
        f'height="{height}" font-family="sans-serif" font-size="13" fill="{INK}">'
        f'<rect width="{_WIDTH}" height="{height}" fill="white"/>'
        f'<text x="0" y="18" font-size="16" font-weight="bold">{title}</text>'
        + "".join(parts)
        + f'<text x="0" y="{y}" font-size="11" fill="#777">{note}</text></svg>\n'
    )


def race() -> str | None:
    """Indexing and answering beside stock LlamaIndex."""
    indexing, answers = part("indexing"), part("answers")
    if not indexing or not answers:
        return None
    ours, stock = answers["ours"], answers["stock"]
    speed = indexing["characters_per_second"]

    def pair(key: str, write: str, scale: float = 1) -> list[Bar]:
        return [
            ("Wenbao", scale * ours[key], write.format(scale * ours[key]), OURS),
            ("stock LlamaIndex", scale * stock[key], write.format(scale * stock[key]), OTHER),
        ]

    groups = [
        ("right, or rightly refused", pair("accuracy", "{:.0f} %", 100)),
        ("wrong", pair("wrong", "{:.0f} %", 100)),
        ("seconds to an answer, median", pair("median_seconds_answered", "{:.2f} s")),
        (
            "indexing, source characters a second",
            [
                ("Wenbao", speed["ours"], f"{speed['ours']:,.0f}", OURS),
                ("stock LlamaIndex", speed["stock"], f"{speed['stock']:,.0f}", OTHER),
            ],
        ),
    ]
    note = f"{answers['questions']} questions, {len(answers['reports'])} reports, same models; {answers['commit']}"
    return svg("Beside stock LlamaIndex", groups, note)


def million() -> str | None:
    """Time, recall and memory by the number of vectors."""
    details = part("million")
    if not details:
        return None
    runs = details["runs"]

    def bars(key: str, write: str) -> list[Bar]:
        return [(f"{run['vectors']:,}", run[key], write.format(run[key]), OURS) for run in runs]

    groups = [
        ("recall of the exact ten best", bars("recall_at_10", "{:.3f}")),
        ("milliseconds a search, 95th percentile, warm", bars("warm_p95_ms", "{:.1f}")),
        ("bytes a vector in memory", bars("bytes_per_vector", "{:.0f}")),
    ]
    return svg(
        "Vectors on one machine",
        groups,
        f"384 dimensions, {details['queries']} real questions; {details['commit']}",
    )


def main() -> int:
    """Write what can be drawn."""
    for name, drawn in (("bench-race", race()), ("bench-million", million())):
        if drawn:
            (ROOT / "docs" / f"{name}.svg").write_text(drawn, encoding="utf-8")
            print(f"docs/{name}.svg")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
