"""Plots of the evaluation page, as inline SVG: outcome bars, counts, the curve over strictness."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any, Final

from eval.scoring import Score

OUTCOMES: Final = (
    ("right", "right", "#1f6fb2"),
    ("right refusal", "right refusal", "#8fc1e3"),
    ("false refusal", "false refusal", "#b8b8b8"),
    ("wrong", "wrong", "#d1495b"),
)
# The lines of the curve: key of `summarise`, title, colour, dash.
LINES: Final = (
    ("accuracy", "right or rightly refused", "#1f6fb2", ""),
    ("right_refusal", "right refusal, of the unanswerable", "#5aa5d8", "6 3"),
    ("false_refusal", "false refusal, of the answerable", "#8a8a8a", "2 3"),
    ("wrong", "wrong, of all", "#d1495b", ""),
)


def escape(value: object) -> str:
    """Text for HTML and SVG."""
    return html.escape(str(value), quote=True)


def legend(entries: Sequence[tuple[str, str]]) -> str:
    """Titles with their colours."""
    keys = "".join(
        f"<span><i style='background:{colour}'></i>{escape(title)}</span>" for title, colour in entries
    )
    return f"<p class='legend'>{keys}</p>"


def outcome_bars(grouped: Mapping[str, Sequence[Score]]) -> str:
    """Stacked horizontal bars, one a group, each as wide as 100 %, counts inside."""
    left, width, height = 270, 620, 26
    rows: list[str] = []
    for row, (label, part) in enumerate(grouped.items()):
        y, x = row * height, float(left)
        shown = label if len(label) <= 34 else label[:33] + "…"
        rows.append(
            f"<text x='0' y='{y + 16}'>{escape(shown)} <tspan fill='#666'>({len(part)})</tspan></text>"
        )
        for name, title, colour in OUTCOMES:
            count = sum(s.outcome == name for s in part)
            if not count:
                continue
            share = width * count / len(part)
            ink = "#fff" if name in ("right", "wrong") else "#222"
            rows.append(
                f"<g><title>{escape(label)}: {escape(title)} {count} of {len(part)}</title>"
                f"<rect x='{x:.1f}' y='{y + 2}' width='{max(share - 1, 1):.1f}' height='{height - 6}' "
                f"fill='{colour}'/>"
                + (f"<text x='{x + 5:.1f}' y='{y + 16}' fill='{ink}'>{count}</text>" if share > 18 else "")
                + "</g>"
            )
            x += share
    return _svg("outcomes", left + width, len(grouped) * height, rows)


def count_bars(counts: Mapping[str, int], colour: str = "#6b7fa3") -> str:
    """Horizontal bars of counts, labelled."""
    left, width, height = 150, 420, 26
    most = max(counts.values(), default=1)
    rows: list[str] = []
    for row, (label, count) in enumerate(counts.items()):
        y, length = row * height, width * count / most
        rows.append(
            f"<text x='0' y='{y + 16}'>{escape(label)}</text>"
            f"<rect x='{left}' y='{y + 2}' width='{length:.1f}' height='{height - 6}' fill='{colour}'/>"
            f"<text x='{left + length + 6:.1f}' y='{y + 16}'>{count}</text>"
        )
    return _svg("counts", left + width + 40, len(counts) * height, rows)


def strictness_curve(levels: Mapping[str, Mapping[str, Any]]) -> str:
    """Accuracy, wrong and refusals over strictness, strictest first, with intervals as whiskers."""
    left, top, width, height, right = 58, 12, 460, 240, 290
    names = list(levels)
    step = width / max(1, len(names) - 1)

    def x(position: int) -> float:
        return left + (position * step if len(names) > 1 else width / 2)

    def y(share: float) -> float:
        return top + height * (1 - share)

    rows = [
        f"<line x1='{left}' x2='{left + width}' y1='{y(tick / 4):.1f}' y2='{y(tick / 4):.1f}' "
        f"stroke='#e4e4e4'/><text x='{left - 8}' y='{y(tick / 4) + 4:.1f}' text-anchor='end' "
        f"fill='#666'>{tick * 25} %</text>"
        for tick in range(5)
    ]
    rows += [
        f"<text x='{x(position):.1f}' y='{top + height + 20}' text-anchor='middle'>{escape(name)}</text>"
        for position, name in enumerate(names)
    ]
    ends: list[tuple[float, str, str]] = []
    for key, title, colour, dash in LINES:
        known = [
            (position, float(level[key]), level.get("intervals", {}).get(key))
            for position, level in enumerate(levels.values())
            if level.get(key) is not None
        ]
        if not known:
            continue
        path = " ".join(f"{x(position):.1f},{y(share):.1f}" for position, share, _ in known)
        rows.append(
            f"<polyline points='{path}' fill='none' stroke='{colour}' stroke-width='2.5' "
            f"stroke-dasharray='{dash}'/>"
        )
        for position, share, between in known:
            if between:
                rows.append(
                    f"<line x1='{x(position):.1f}' x2='{x(position):.1f}' y1='{y(between[0]):.1f}' "
                    f"y2='{y(between[1]):.1f}' stroke='{colour}' opacity='.35' stroke-width='5'/>"
                )
            rows.append(
                f"<g><title>{escape(names[position])}: {escape(title)} {share:.1%}</title>"
                f"<circle cx='{x(position):.1f}' cy='{y(share):.1f}' r='4.5' fill='{colour}'/></g>"
            )
        ends.append((y(known[-1][1]), f"{title} {known[-1][1] * 100:.1f} %", colour))
    # Labels at the right end, pushed apart so that none covers another.
    lowest = top - 8.0
    for place, text, colour in sorted(ends):
        lowest = max(place, lowest + 17)
        rows.append(
            f"<text x='{left + width + 12}' y='{lowest + 4:.1f}' fill='{colour}'>{escape(text)}</text>"
        )
    return _svg("accuracy, wrong and refusals over strictness", left + width + right, top + height + 30, rows)


def _svg(title: str, width: float, height: float, rows: Sequence[str]) -> str:
    return (
        f"<div class='scroll'><svg role='img' aria-label='{escape(title)}' width='{width}' height='{height}' "
        f"viewBox='0 0 {width} {height}'>{''.join(rows)}</svg></div>"
    )
