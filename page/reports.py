"""The reports: adding, list, how one was read, correcting what it is about, removing."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import gradio as gr

from index.errors import WenbaoError, interface_language
from index.readers import SUPPORTED_SUFFIXES
from page import sources
from page.chat import event_data
from page.desk import Desk, Session
from page.events import AT_ONCE, QUEUED
from page.safe import button, escape
from page.sources import period_label
from page.strings import term
from page.words import Words
from rag.library import Summary

LISTEN = "wenbao.listen(element, trigger); /* 'view_report' 'edit_report' 'remove_report' 'see_figure' */"
FIGURES_SHOWN = 300
SLOTS = ("title", "region", "period", "kind")


@dataclass
class Reports:
    """The components of the part."""

    upload: gr.File
    outcome: gr.HTML
    listing: gr.HTML
    detail: gr.HTML
    editor: gr.Group
    edit_heading: gr.HTML
    fields: list[gr.Textbox]
    save: gr.Button
    confirm: gr.Group
    confirm_text: gr.HTML
    confirm_yes: gr.Button
    cancels: list[gr.Button]


def build(words: Words) -> Reports:
    """Lays the part out."""
    upload = words.on(
        gr.File(
            label=words.say("upload"), file_count="multiple", file_types=sorted(SUPPORTED_SUFFIXES),
            elem_id="upload", height=132,
        ),
        label="upload",
    )  # fmt: skip
    words.on(
        gr.HTML(words.say("upload_kinds"), elem_classes="wb-hint", apply_default_css=False),
        value="upload_kinds",
    )
    outcome = gr.HTML(elem_id="outcome", apply_default_css=False)
    with gr.Group(visible=False, elem_id="confirm") as confirm:
        confirm_text = gr.HTML(apply_default_css=False)
        with gr.Row():
            yes = words.on(
                gr.Button(words.say("remove"), variant="stop", size="md", elem_id="confirm-remove"),
                value="remove",
            )
            no = words.on(gr.Button(words.say("cancel"), size="md"), value="cancel")
    with gr.Group(visible=False, elem_id="editor") as editor:
        heading = gr.HTML(apply_default_css=False)
        with gr.Row():
            fields = [
                words.on(
                    gr.Textbox(label=words.say(slot), elem_id=f"edit-{slot}", max_length=200), label=slot
                )
                for slot in SLOTS
            ]
        words.on(
            gr.HTML(words.say("edit_hint"), elem_classes="wb-hint", apply_default_css=False),
            value="edit_hint",
        )
        with gr.Row():
            save = words.on(
                gr.Button(words.say("save"), variant="primary", size="md", elem_id="save"), value="save"
            )
            leave = words.on(gr.Button(words.say("cancel"), size="md"), value="cancel")
    listing = gr.HTML(elem_id="reports", js_on_load=LISTEN, apply_default_css=False)
    detail = gr.HTML(elem_id="report-detail", js_on_load=LISTEN, apply_default_css=False)
    return Reports(
        upload,
        outcome,
        listing,
        detail,
        editor,
        heading,
        fields,
        save,
        confirm,
        confirm_text,
        yes,
        [no, leave],
    )


# ---------------------------------------------------------------- what is shown


def render_list(desk: Desk, own: Session) -> str:
    """A table of all reports."""
    try:
        reports = desk.library.reports()
    except WenbaoError as error:
        return f"<p class='wb-error' role='alert'>{escape(own.message(error))}</p>"
    if not reports:
        return f"<p class='wb-note'>{escape(own.say('no_reports'))}</p>"
    head = "".join(
        f"<th{right}>{escape(own.say(key))}</th>"
        for key, right in (
            ("report", ""),
            ("region", ""),
            ("period", ""),
            *((key, " class='wb-right'") for key in ("pages", "chunks", "figures")),
        )
    )
    rows = "".join(
        f"<tr data-report='{escape(one.name)}'><td>{escape(one.title or one.name)}"
        f"<span class='wb-where'>{escape(one.name)}</span></td><td>{escape(one.region or '—')}</td>"
        f"<td>{escape(period_label(one.period, own.language) if one.period else '—')}</td>"
        + "".join(f"<td class='wb-right' title='{escape(own.say(key))}'>{escape(value)}</td>"
                  for key, value in (("pages", one.pages or "—"), ("chunks", one.chunks), ("figures", one.figures)))
        + f"<td class='wb-report-actions'>{_row_buttons(own, one.name)}</td></tr>"
        for one in reports
    )  # fmt: skip
    return (
        f"<h3 class='wb-heading'>{escape(own.say('report_count', count=len(reports)))}</h3>"
        f"<table class='wb-reports'><thead><tr>{head}<th></th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _row_buttons(own: Session, name: str) -> str:
    return "".join(
        button(own.say(key), f"{key}_report", css="wb-link", report=name, title=f"{own.say(key)} {name}")
        for key in ("view", "edit", "remove")
    )


def render_detail(desk: Desk, own: Session) -> str:
    """How the chosen report was read: what it is about and whence, what was left out, its figures."""
    if own.chosen is None:
        return ""
    try:
        report, figures = desk.library.report(own.chosen), desk.library.figures(own.chosen)
    except WenbaoError as error:
        return f"<p class='wb-error' role='alert'>{escape(own.message(error))}</p>"
    facts = []
    for slot in SLOTS:
        read = getattr(report.metadata, slot)
        if read:
            said = period_label(read.value, own.language) if slot == "period" else read.value
            said = term(said, own.language) if slot == "kind" else said
            facts.append(
                (own.say(slot), f"{said} ({own.say('read_from')} {term(read.origin, own.language)})")
            )
    facts.append((own.say("format"), report.format))
    if report.pages:
        facts.append((own.say("pages"), str(report.pages)))
    if report.ocr_pages:
        facts.append((own.say("ocr_pages"), own.say("ocr_note", pages=page_ranges(report.ocr_pages))))
    if report.unread_pages:
        facts.append((own.say("unread_pages"), page_ranges(report.unread_pages)))
    dropped = " · ".join(dict.fromkeys(" ".join(drop.text.split())[:40] for drop in report.drops[:200]))[:400]
    if dropped:
        facts.append((own.say("dropped"), dropped))
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts)
    shown = figures[:FIGURES_SHOWN]
    count = (
        own.say("first_figures", count=len(shown), total=len(figures))
        if len(figures) > len(shown)
        else len(figures)
    )
    said = {figure.status: escape(term(figure.status, own.language)) for figure in shown}
    rows = "".join(
        f"<tr><td>{button(figure.text, 'see_figure', css='wb-cell', report=report.name, start=figure.start, end=figure.end)}</td>"
        f"<td>{escape(figure.indicator)}</td><td>{escape(period_label(figure.period, own.language) if figure.period else '')}</td>"
        f"<td>{escape(figure.region or '')}</td><td>{escape(figure.basis or '')}</td><td>{said[figure.status]}</td></tr>"
        for figure in shown
    )
    head = "".join(f"<th>{escape(own.say(key))}</th>" for key in ("figure", "indicator", "period", "region"))
    return (
        f"<h3 class='wb-heading'>{escape(own.say('how_read'))} · {escape(report.name)}</h3><dl class='wb-facts'>{listed}</dl>"
        f"<h3 class='wb-heading'>{escape(own.say('figures_read'))} ({escape(count)})</h3>"
        f"<div class='wb-table'><table><tr>{head}<th></th><th>{escape(own.say('status'))}</th></tr>{rows}</table></div>"
    )


def page_ranges(pages: Sequence[int]) -> str:
    """Page numbers as people write them: 1, 3–5."""
    ranges: list[list[int]] = []
    for page in sorted(pages):
        if ranges and page == ranges[-1][1] + 1:
            ranges[-1][1] = page
        else:
            ranges.append([page, page])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in ranges)


def render_summary(own: Session, summary: Summary) -> str:
    """What was added and what was not, with reasons."""
    parts = [
        f"<p class='wb-done' role='status'>{escape(own.say(key, names='、'.join(names)))}</p>"
        for key, names in (
            ("added", summary.added),
            ("updated", summary.updated),
            ("unchanged", summary.unchanged),
        )
        if names
    ]
    parts += [
        f"<p class='wb-error' role='alert'>{escape(own.message(error))}</p>" for _, error in summary.failed
    ]
    return f"<div class='wb-outcome'>{''.join(parts)}</div>"


def render_progress(own: Session, stage: str, done: int, total: int) -> str:
    """A bar with the stage and file at work. Stages come in the program's language, not the page's."""
    part, left = (*stage.split(" · ", 1), "")[:2]
    if reading := re.match(r"(?:reading|正在读取|读取) ?(.+)", part):
        said = own.say("stage_reading", name=reading[1])
    else:
        said = own.say("stage_embedding" if re.match("embedding|正在(?:嵌入|计算|建立)", part) else "adding")
    if left and own.language == interface_language():
        said += f" · {left}"
    share = round(100 * done / total) if total else 0
    return (
        f"<div role='status'><p class='wb-waiting'><span class='wb-dots'></span>{escape(said)} · "
        f"{escape(own.say('files_done', done=done, total=total))}</p><div class='wb-bar'><i style='width:{share}%'></i></div></div>"
    )


# ---------------------------------------------------------------- events


def wire(part: Reports, desk: Desk, session: gr.State, scope: gr.Dropdown, source: list[Any]) -> None:
    """Connects the part's events; `source` is column and panel of the source."""

    def lists(own: Session) -> tuple[Any, ...]:
        choices = [(title, name) for name, title in desk.titles().items()]
        return render_list(desk, own), render_detail(desk, own), gr.update(choices=choices)

    listed = [part.listing, part.detail, scope]

    def add(files: list[str] | None, own: Session) -> Iterator[tuple[Any, ...]]:
        if not files:
            yield (gr.skip(),) * 5
            return
        for progress in adding(desk, own, [Path(file) for file in files]):
            if isinstance(progress, str):
                yield progress, gr.skip(), *(gr.skip(),) * 3
            else:
                yield render_summary(own, progress), None, *lists(own)

    part.upload.upload(
        add, [part.upload, session], [part.outcome, part.upload, *listed], concurrency_limit=2, **QUEUED
    )

    def view(own: Session, event: gr.EventData) -> tuple[Any, ...]:
        own.chosen = str(event_data(event).get("report", ""))
        return render_detail(desk, own), own

    def bring(place: str) -> dict[str, Any]:
        """Scrolls to what a click on a row has opened, above or below the list."""
        return {"fn": None, "js": f"() => wenbao.bring('{place}')"}

    part.listing.view_report(view, session, [part.detail, session], **AT_ONCE).then(**bring("#report-detail"))

    def edit(own: Session, event: gr.EventData) -> tuple[Any, ...]:
        own.chosen = str(event_data(event).get("report", ""))
        try:
            metadata = desk.library.report(own.chosen).metadata
        except WenbaoError as error:
            return gr.update(visible=False), _error(own, error), own, *[""] * len(SLOTS)
        values = [slot.value if (slot := getattr(metadata, name)) else "" for name in SLOTS]
        heading = f"<h3 class='wb-heading'>{escape(own.say('edit_heading', name=own.chosen))}</h3>"
        return gr.update(visible=True), heading, own, *values

    part.listing.edit_report(
        edit, session, [part.editor, part.edit_heading, session, *part.fields], **AT_ONCE
    ).then(**bring("#editor"))

    def save(own: Session, *values: str) -> tuple[Any, ...]:
        name = own.chosen or ""
        try:
            before = desk.library.report(name).metadata
            known = {slot: read.value if (read := getattr(before, slot)) else "" for slot in SLOTS}
            changed = {
                slot: value.strip()
                for slot, value in zip(SLOTS, values, strict=True)
                if value.strip() != known[slot]
            }
            if changed:
                desk.library.set_metadata(name, **changed)
        except WenbaoError as error:
            return _error(own, error), gr.update(visible=True), *lists(own)
        done = f"<p class='wb-done' role='status'>{escape(own.say('saved', name=name))}</p>"
        return done, gr.update(visible=False), *lists(own)

    part.save.click(save, [session, *part.fields], [part.outcome, part.editor, *listed], **AT_ONCE)

    def ask_removal(own: Session, event: gr.EventData) -> tuple[Any, ...]:
        own.chosen = str(event_data(event).get("report", ""))
        return (
            gr.update(visible=True),
            f"<p class='wb-note'>{escape(own.say('remove_sure', name=own.chosen))}</p>",
            own,
        )

    part.listing.remove_report(
        ask_removal, session, [part.confirm, part.confirm_text, session], **AT_ONCE
    ).then(**bring("#confirm"))

    def remove(own: Session) -> tuple[Any, ...]:
        name, own.chosen = own.chosen or "", None
        try:
            desk.library.remove(name)
            said = f"<p class='wb-done' role='status'>{escape(own.say('removed', name=name))}</p>"
        except WenbaoError as error:
            said = _error(own, error)
        if own.source and own.source["report"] == name:
            own.source = None
        column, panel, _ = sources.show(desk, own)
        return said, gr.update(visible=False), own, column, panel, *lists(own)

    part.confirm_yes.click(
        remove, session, [part.outcome, part.confirm, session, *source, *listed], **AT_ONCE
    )
    for cancel in part.cancels:
        cancel.click(
            lambda: (gr.update(visible=False), gr.update(visible=False)),
            None,
            [part.confirm, part.editor],
            **AT_ONCE,
        )

    def see_figure(own: Session, event: gr.EventData) -> tuple[Any, ...]:
        data = event_data(event)
        start, end = str(data.get("start", "")), str(data.get("end", ""))
        if start.isdigit() and end.isdigit():
            open_figure(desk, own, str(data.get("report", "")), int(start), int(end))
        return sources.show(desk, own)

    part.detail.see_figure(see_figure, session, [*source, session], **AT_ONCE)


def open_figure(desk: Desk, own: Session, name: str, start: int, end: int) -> None:
    """Opens the source at a figure, with the sentence around it."""
    try:
        report = desk.library.report(name)
    except WenbaoError:
        sources.open_span(own, name, (start, end))
        return
    if not 0 <= start < end <= len(report.text):
        return
    left = max(report.text.rfind(sign, 0, start) for sign in "。；\n") + 1
    rights = [place for sign in "。；\n" if (place := report.text.find(sign, end)) >= 0]
    passage = (left, min(rights, default=len(report.text)))
    sources.open_span(own, name, passage, ((start, end),), report.page_at(start))


def adding(desk: Desk, own: Session, files: list[Path]) -> Iterator[str | Summary]:
    """Progress as HTML while files are added in a thread, then the summary."""
    steps: SimpleQueue[tuple[str, int, int]] = SimpleQueue()
    result: list[Summary | WenbaoError] = []

    def work() -> None:
        try:
            result.append(
                desk.library.add(files, progress=lambda stage, done, total: steps.put((stage, done, total)))
            )
        except WenbaoError as error:
            result.append(error)
        except Exception as error:
            result.append(
                WenbaoError(own.say("unexpected"), f"{own.say('unexpected')}{type(error).__name__}")
            )
            raise

    thread = threading.Thread(target=work, name="add-reports")
    thread.start()
    yield render_progress(own, "", 0, len(files))
    while thread.is_alive() or not steps.empty():
        try:
            step = steps.get(timeout=0.5)
        except Empty:
            continue
        while not steps.empty():
            step = steps.get()
        yield render_progress(own, *step)
    thread.join()
    outcome = result[0]
    yield outcome if isinstance(outcome, Summary) else Summary(failed=[("", outcome)])
    desk.refresh()


def _error(own: Session, error: WenbaoError) -> str:
    return f"<p class='wb-error' role='alert'>{escape(own.message(error))}</p>"
