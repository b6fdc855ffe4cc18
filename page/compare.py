"""Comparing: one indicator over regions and periods as a table and a chart, every cell opening its source."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from index.errors import WenbaoError
from index.vocabulary import load_vocabulary
from page import sources
from page.chart import SERIES, line_chart
from page.chat import download, event_data
from page.desk import Desk, Session
from page.events import AT_ONCE, QUEUED
from page.safe import button, escape
from page.words import Words

if TYPE_CHECKING:
    from rag.compare import Comparison

LISTEN = "wenbao.listen(element, trigger); /* 'see_cell' */"


@dataclass
class Compare:
    """The components of the part."""

    indicator: gr.Dropdown
    regions: gr.Dropdown
    first: gr.Dropdown
    last: gr.Dropdown
    go: gr.Button
    result: gr.HTML
    tools: gr.Row
    to_csv: gr.Button
    to_png: gr.Button
    file: gr.JSON


def build(words: Words) -> Compare:
    """Lays the part out."""
    words.on(
        gr.HTML(words.say("compare_hint"), elem_classes="wb-hint", apply_default_css=False),
        value="compare_hint",
    )
    with gr.Row(elem_id="compare-form"):
        indicator = words.on(
            gr.Dropdown([], label=words.say("compare_indicator"), allow_custom_value=True, filterable=True,
                        elem_id="compare-indicator", scale=4, min_width=180),
            label="compare_indicator",
        )  # fmt: skip
        regions = words.on(
            gr.Dropdown([], label=words.say("compare_regions"), multiselect=True, elem_id="compare-regions",
                        scale=4, min_width=180),
            label="compare_regions",
        )  # fmt: skip
        first = words.on(
            gr.Dropdown(
                [],
                label=words.say("compare_from"),
                allow_custom_value=True,
                elem_id="compare-from",
                scale=2,
                min_width=90,
            ),
            label="compare_from",
        )
        last = words.on(
            gr.Dropdown(
                [],
                label=words.say("compare_to"),
                allow_custom_value=True,
                elem_id="compare-to",
                scale=2,
                min_width=90,
            ),
            label="compare_to",
        )
        go = words.on(
            gr.Button(
                words.say("compare_go"), variant="primary", elem_id="compare-go", scale=0, min_width=96
            ),
            value="compare_go",
        )
    result = gr.HTML(elem_id="comparison", js_on_load=LISTEN, apply_default_css=False)
    with gr.Row(visible=False, elem_id="compare-tools") as tools:
        to_csv = words.on(
            gr.Button(words.say("export_csv"), size="sm", scale=0, min_width=100, elem_id="compare-csv"),
            value="export_csv",
        )
        to_png = words.on(
            gr.Button(words.say("export_png"), size="sm", scale=0, min_width=100, elem_id="compare-png"),
            value="export_png",
        )
    return Compare(indicator, regions, first, last, go, result, tools, to_csv, to_png, gr.JSON(visible=False))


def choices(desk: Desk) -> tuple[list[str], list[str], list[str]]:
    """Indicators (and their growth) that the reports have figures of, and regions, the most frequent first; years."""
    names = {indicator.id: indicator.name for indicator in load_vocabulary()}
    indicators: Counter[str] = Counter()
    regions: Counter[str] = Counter()
    years: set[str] = set()
    try:
        for report in desk.library.reports():
            for figure in desk.library.figures(report.name):
                name = names.get(figure.indicator_id or "")
                if name is None or figure.measure not in ("level", "growth", "share", "rate"):
                    continue
                growth = figure.measure == "growth" and not name.endswith(("增速", "指数"))
                indicators[f"{name}增速" if growth else name] += 1
                if figure.region:
                    regions[figure.region] += 1
                if figure.period and figure.period[:4].isdigit():
                    years.add(figure.period[:4])
    except WenbaoError:
        return [], [], []
    names_by_count = [name for name, _ in indicators.most_common()]
    return names_by_count, [name for name, _ in regions.most_common()], sorted(years)


def render(own: Session, comparison: Comparison) -> str:
    """Table and chart."""
    if not any(comparison.cells.values()):
        return f"<p class='wb-note'>{escape(own.say('compare_nothing', indicator=comparison.indicator))}</p>"
    regions = [
        region
        for region in comparison.regions
        if region in own.compared
        or any(comparison.cells.get((region, period)) for period in comparison.periods)
    ]
    labels = [sources.period_label(code, own.language) for code in comparison.periods]
    head = "".join(f"<th scope='col'>{escape(label)}</th>" for label in labels)
    rows = "".join(
        f"<tr><th scope='row'>{escape(region)}</th>"
        + "".join(f"<td>{_cell(own, comparison, region, period)}</td>" for period in comparison.periods)
        + "</tr>"
        for region in regions
    )
    named = comparison.indicator
    if comparison.measure == "growth" and not named.endswith(("增速", "指数")):
        named = own.say("growth_of", indicator=named)
    heading = f"{named} ({comparison.unit})" if comparison.unit else named
    series = {
        region: [
            cell.value if (cell := comparison.cells.get((region, period))) else None
            for period in comparison.periods
        ]
        for region in comparison.regions
        if any(comparison.cells.get((region, period)) for period in comparison.periods)
    }
    legend = "".join(
        f"<span><i style='background:var(--wb-series-{number % SERIES + 1})'></i>{escape(region)}</span>"
        for number, region in enumerate(series)
    )
    return (
        f"<h3 class='wb-heading'>{escape(heading)}</h3><div class='wb-scroll'>"
        f"<table class='wb-compare'><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        f"<div class='wb-chart' id='comparison-chart'><div class='wb-legend-row'>{legend}</div>"
        f"{line_chart(labels, series, title=heading)}</div>"
    )


def _cell(own: Session, comparison: Comparison, region: str, period: str) -> str:
    cell = comparison.cells.get((region, period))
    if cell is None:
        gap = escape(own.say("gap"))
        return f"<span class='wb-gap' title='{gap}' aria-label='{gap}'>—</span>"
    return button(cell.text, "see_cell", css="wb-cell", region=region, period=period)


def wire(part: Compare, desk: Desk, session: gr.State, source: list[Any]) -> None:
    """Connects the part's events; `source` is column and panel of the source."""

    def compare(
        own: Session, indicator: str | None, regions: list[str] | None, first: str | None, last: str | None
    ) -> tuple[Any, ...]:
        if not (indicator or "").strip():
            return gr.skip(), gr.skip(), own
        years = None
        given = sorted(
            int(year) for year in (first, last) if year and re.fullmatch(r"(?:19|20)\d\d", str(year).strip())
        )
        if given:
            years = range(given[0], given[-1] + 1)
        try:
            comparison = desk.engine(own.strictness).compare(
                str(indicator).strip()[:100], years=years, regions=regions or None
            )
        except WenbaoError as error:
            own.comparison = None
            return (
                f"<p class='wb-error' role='alert'>{escape(own.message(error))}</p>",
                gr.update(visible=False),
                own,
            )
        own.comparison, own.compared = comparison, tuple(regions or ())
        return render(own, comparison), gr.update(visible=any(comparison.cells.values())), own

    part.go.click(
        compare, [session, part.indicator, part.regions, part.first, part.last],
        [part.result, part.tools, session], concurrency_limit=2, trigger_mode="always_last", **QUEUED,
    )  # fmt: skip

    def see_cell(own: Session, event: gr.EventData) -> tuple[Any, ...]:
        data = event_data(event)
        comparison: Comparison | None = own.comparison
        cell = (
            comparison.cells.get((str(data.get("region")), str(data.get("period")))) if comparison else None
        )
        if cell is not None:
            place = cell.citation
            figure = cell.figure
            sources.open_span(
                own, place.report, (place.start, place.end), ((figure.start, figure.end),), place.page
            )
        return sources.show(desk, own)

    part.result.see_cell(see_cell, session, [*source, session], **AT_ONCE)

    def to_csv(own: Session) -> dict[str, str] | None:
        if own.comparison is None:
            return None
        return download("wenbao-compare.csv", "text/csv", b"\xef\xbb\xbf" + own.comparison.to_csv().encode())

    part.to_csv.click(to_csv, session, part.file, **AT_ONCE).then(
        None, part.file, None, js="(file) => wenbao.save(file)"
    )
    part.to_png.click(None, js="() => wenbao.savePicture('#comparison-chart', 'wenbao-compare.png')")
