"""The source panel: the page or the text that a citation stands in, the passage highlighted."""

from __future__ import annotations

import base64
import logging
from collections.abc import Mapping
from typing import Any

import gradio as gr

from index.errors import WenbaoError
from index.periods import Period
from index.types import Metadata, Report
from page.chat import event_data, turn_of
from page.desk import Desk, Session
from page.events import AT_ONCE
from page.safe import button, escape
from rag.page_image import PageImage, render_page
from rag.source import Segment, SourceBlock, Span, Surroundings, figure_spans, surroundings

LISTEN = (
    "wenbao.listen(element, trigger); /* 'close_source' 'turn_page' */ "
    "watch('value', () => wenbao.showHighlight(element)); wenbao.showHighlight(element);"
)


def build() -> tuple[gr.Column, gr.HTML]:
    """The panel, closed."""
    with gr.Column(visible=False, elem_id="source-column", scale=5, min_width=300) as column:
        panel = gr.HTML(elem_id="source", js_on_load=LISTEN, padding=False, apply_default_css=False)
    return column, panel


def open_citation(
    desk: Desk, own: Session, citation: Mapping[str, Any], figures: list[Mapping[str, Any]]
) -> None:
    """Sets what the panel shows: a citation of an answer, with the figures that it carries."""
    try:
        spans = figure_spans(citation, figures, desk.library.figures(citation["report"]))
    except WenbaoError:
        spans = ()
    open_span(own, citation["report"], (citation["start"], citation["end"]), spans, citation["page"])


def open_span(
    own: Session, report: str, passage: Span, figures: tuple[Span, ...] = (), page: int | None = None
) -> None:
    """Sets what the panel shows: a span of a report."""
    own.source = {
        "report": report, "passage": tuple(passage), "figures": figures, "page": page, "around": passage[0],
    }  # fmt: skip


def wire(column: gr.Column, panel: gr.HTML, desk: Desk, session: gr.State, conversation: gr.HTML) -> None:
    """Connects the panel with the markers of the conversation and its own buttons."""
    shown = [column, panel, session]

    def cite(own: Session, event: gr.EventData) -> tuple[Any, ...]:
        data = event_data(event)
        turn = turn_of(own, data)
        found = (
            [one for one in turn["answer"]["citations"] if str(one["marker"]) == str(data.get("marker"))]
            if turn
            else []
        )
        if turn and found:
            open_citation(desk, own, found[0], turn["answer"]["figures"])
        return show(desk, own)

    def turn_page(own: Session, event: gr.EventData) -> tuple[Any, ...]:
        to = str(event_data(event).get("to", ""))
        if own.source and to.isdigit():
            own.source["page" if own.source["page"] else "around"] = int(to)
        return show(desk, own)

    def close(own: Session) -> tuple[Any, ...]:
        own.source = None
        return show(desk, own)

    conversation.cite(cite, session, shown, **AT_ONCE)
    panel.turn_page(turn_page, session, shown, **AT_ONCE)
    panel.close_source(close, session, shown, **AT_ONCE)


def show(desk: Desk, own: Session) -> tuple[Any, str, Session]:
    """Updates of column, panel and session."""
    return gr.update(visible=own.source is not None), render_source(desk, own), own


def render_source(desk: Desk, own: Session) -> str:
    """The panel's HTML; what cannot be opened is said in it."""
    if own.source is None:
        return ""
    name = own.source["report"]
    try:
        report = desk.library.report(name)
    except WenbaoError as error:
        return _frame(own, escape(name), "", f"<p class='wb-error'>{escape(own.message(error))}</p>", "")
    title = report.metadata.title.value if report.metadata.title else name
    note = ""
    if report.format == "pdf" and own.source["page"]:
        try:
            image = _page_image(desk, own, report)
            return _frame(
                own,
                escape(title),
                _facts(own, report),
                render_page_image(own, report, image),
                _page_buttons(own, image),
            )
        except WenbaoError as error:
            note = f"<p class='wb-note'>{escape(own.message(error))}</p>"
        except Exception:
            logging.getLogger("wenbao.page").exception("a page could not be drawn")
    return _text_panel(own, report, title, note)


def _page_image(desk: Desk, own: Session, report: Report) -> PageImage:
    source = own.source or {}
    path = desk.library.source_path(report.name)
    return render_page(path, report, source["page"], source["passage"], source["figures"])


def _text_panel(own: Session, report: Report, title: str, note: str) -> str:
    source = own.source or {}
    around = source["around"] if source["around"] != source["passage"][0] else None
    near = surroundings(report, source["passage"], source["figures"], around=around)
    body = f"{note}<div class='wb-text'>{''.join(_block(block) for block in _grouped(near))}</div>"
    return _frame(own, escape(title), _facts(own, report), body, _text_buttons(own, near, len(report.text)))


def _frame(own: Session, title: str, facts: str, body: str, buttons: str) -> str:
    """`title`, `facts`, `body`, `buttons` are HTML."""
    close = button("×", "close_source", css="wb-close", title=own.say("close"))
    legend = (
        f"<span class='wb-legend'><i class='wb-swatch-figure'></i>{own.say('legend_figure')}"
        f"<i class='wb-swatch-passage'></i>{own.say('legend_passage')}</span>"
    )
    return (
        f"<aside class='wb-source' aria-label='{own.say('source')}'><header><div><h3>{title}</h3>{facts}</div>{close}"
        f"</header><div class='wb-source-body' tabindex='0'>{body}</div><footer>{legend}{buttons}</footer></aside>"
    )


def _facts(own: Session, report: Report) -> str:
    facts = [*described(report.metadata, own.language), report.name]
    return f"<p class='wb-where'>{escape(' · '.join(facts))}</p>"


def described(metadata: Metadata, language: str) -> list[str]:
    """Region and period of a report, as they are said."""
    period = period_label(metadata.period.value, language) if metadata.period else ""
    return [part for part in (metadata.region.value if metadata.region else "", period) if part]


def period_label(code: str, language: str) -> str:
    """A Period code as people say it; the code itself where it is none."""
    try:
        parsed = Period.parse(code)
        return parsed.label("en" if language == "en" else "zh") if parsed else code
    except ValueError:
        return code


# ---------------------------------------------------------------- pages


def render_page_image(own: Session, report: Report, image: PageImage) -> str:
    """The page with its highlights over it, placed in percent so that it may be any size."""
    boxes = "".join(
        f"<i class='wb-hl-{one.kind}' style='left:{100 * one.left / image.width:.3f}%;"
        f"top:{100 * one.top / image.height:.3f}%;width:{100 * one.width / image.width:.3f}%;"
        f"height:{100 * one.height / image.height:.3f}%'></i>"
        for one in image.highlights
    )
    described = escape(own.say("page_image", report=report.name, page=image.page))
    picture = base64.b64encode(image.png).decode()
    return (
        f"<div class='wb-page' style='aspect-ratio:{image.width}/{image.height}'>"
        f"<img alt='{described}' src='data:image/png;base64,{picture}'>{boxes}</div>"
    )


def _page_buttons(own: Session, image: PageImage) -> str:
    of = own.say("page_of", page=image.page, pages=image.pages)
    return _buttons(
        (own.say("previous_page"), image.page - 1 if image.page > 1 else None),
        of,
        (own.say("next_page"), image.page + 1 if image.page < image.pages else None),
    )


def _buttons(back: tuple[str, int | None], between: str, on: tuple[str, int | None]) -> str:
    made = [
        button(label, "turn_page", css="wb-link", to=to)
        if to is not None
        else f"<button type='button' class='wb-link' disabled>{escape(label)}</button>"
        for label, to in (back, on)
    ]
    return f"<nav>{made[0]}<span>{escape(between)}</span>{made[1]}</nav>"


# ---------------------------------------------------------------- text


def _grouped(near: Surroundings) -> list[SourceBlock | list[SourceBlock]]:
    """Table rows one after the other as a list of their own."""
    groups: list[SourceBlock | list[SourceBlock]] = []
    for block in near.blocks:
        if block.kind != "row":
            groups.append(block)
        elif groups and isinstance(groups[-1], list):
            groups[-1].append(block)
        else:
            groups.append([block])
    return groups


def _block(block: SourceBlock | list[SourceBlock]) -> str:
    if isinstance(block, list):
        rows = "".join(
            "<tr>" + "".join(f"<td>{_segments(cell)}</td>" for cell in row.cells) + "</tr>" for row in block
        )
        return f"<div class='wb-table'><table>{rows}</table></div>"
    tag = "h4" if block.kind == "heading" else "p"
    return f"<{tag}>{_segments(block.cells[0])}</{tag}>"


def _segments(parts: tuple[Segment, ...]) -> str:
    return "".join(
        escape(part.text)
        if part.kind == "plain"
        else f"<mark class='wb-hl-{part.kind}'>{escape(part.text)}</mark>"
        for part in parts
    )


def _text_buttons(own: Session, near: Surroundings, length: int) -> str:
    middle = f"{round(100 * near.start / max(1, length))}–{round(100 * near.end / max(1, length))} %"
    return _buttons(
        (own.say("earlier"), near.start if near.earlier else None),
        middle,
        (own.say("later"), near.end if near.later else None),
    )
