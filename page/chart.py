"""A line chart as SVG: few lines, gaps left open, no script and nothing to load."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from page.safe import escape

WIDTH, HEIGHT = 880, 340
LEFT, RIGHT, TOP, BOTTOM = 64, 18, 18, 38
SERIES = 10  # colours there are; further lines are dashed


def line_chart(labels: Sequence[str], series: Mapping[str, Sequence[float | None]], *, title: str) -> str:
    """One line a series over `labels`; None is a gap: the line stops and goes on after it."""
    values = [value for line in series.values() for value in line if value is not None]
    if not values:
        return ""
    ticks = nice_ticks(min(values), max(values))
    low, high = ticks[0], ticks[-1]

    def x(position: int) -> float:
        inner = WIDTH - LEFT - RIGHT
        return LEFT + (inner / 2 if len(labels) == 1 else inner * position / (len(labels) - 1))

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low)

    grid = "".join(
        f"<line x1='{LEFT}' x2='{WIDTH - RIGHT}' y1='{y(tick):.1f}' y2='{y(tick):.1f}' stroke='currentColor' "
        f"opacity='{0.45 if tick == 0 else 0.13}'/><text x='{LEFT - 10}' y='{y(tick) + 4:.1f}' text-anchor='end' "
        f"fill='currentColor' opacity='.65' font-size='12'>{tick:g}</text>"
        for tick in ticks
    )
    step = math.ceil(len(labels) / 9)
    names = "".join(
        f"<text x='{x(position):.1f}' y='{HEIGHT - 12}' text-anchor='middle' fill='currentColor' opacity='.65' "
        f"font-size='12'>{escape(label)}</text>"
        for position, label in enumerate(labels)
        if position % step == 0
    )
    lines = "".join(
        _line(
            number,
            name,
            labels,
            [
                None if value is None else (x(position), y(value), value)
                for position, value in enumerate(line)
            ],
        )
        for number, (name, line) in enumerate(series.items())
    )
    return (
        f"<svg viewBox='0 0 {WIDTH} {HEIGHT}' role='img' aria-label='{escape(title)}' xmlns='http://www.w3.org/2000/svg'>"
        f"{grid}{names}{lines}</svg>"
    )


def _line(
    number: int, name: str, labels: Sequence[str], points: Sequence[tuple[float, float, float] | None]
) -> str:
    colour = f"var(--wb-series-{number % SERIES + 1})"
    runs: list[list[tuple[float, float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    dashes = "stroke-dasharray='7 5' " if number >= SERIES else ""
    paths = "".join(
        f"<path fill='none' stroke-width='2.2' stroke-linejoin='round' {dashes}"
        f"style='stroke:{colour}' d='M{' L'.join(f'{x:.1f} {y:.1f}' for x, y, _ in run)}'/>"
        for run in runs
        if len(run) > 1
    )
    dots = "".join(
        f"<circle cx='{point[0]:.1f}' cy='{point[1]:.1f}' r='4' style='fill:{colour}'>"
        f"<title>{escape(f'{name} {label} {point[2]:g}')}</title></circle>"
        for label, point in zip(labels, points, strict=True)
        if point is not None
    )
    return paths + dots


def nice_ticks(low: float, high: float) -> list[float]:
    """Four to seven round values from below `low` to above `high`; zero is one of them where it is near."""
    if low > 0 and low < 0.5 * high:
        low = 0.0
    if low == high:
        low, high = (low - 1, high + 1) if low else (-1.0, 1.0)
    rough = (high - low) / 5
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(position * step, 10) for position in range(first, last + 1)]
