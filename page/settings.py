"""Settings: the models and whether they are ready, strictness, ratings, a gold set."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from page.chat import download
from page.desk import Desk, Session
from page.events import AT_ONCE, QUEUED
from page.feedback import counts, gold_candidates, run_gold
from page.safe import escape
from page.words import Words
from rag.settings import Strictness

STRICTNESS: tuple[Strictness, ...] = ("careful", "balanced", "exploratory")


@dataclass
class SettingsPart:
    """The components of the part."""

    models: gr.HTML
    strictness: gr.Radio
    ratings: gr.HTML
    export: gr.Button
    file: gr.JSON
    gold: gr.File
    run: gr.Button
    stop: gr.Button
    scores: gr.HTML


def build(words: Words) -> SettingsPart:
    """Lays the part out."""
    models = gr.HTML(elem_id="models", apply_default_css=False)
    strictness = words.on(
        gr.Radio(
            [(words.say(name), name) for name in STRICTNESS],
            value="careful",
            label=words.say("strictness"),
            elem_id="strictness",
        ),
        label="strictness",
    )
    ratings = gr.HTML(elem_id="ratings", apply_default_css=False)
    export = words.on(
        gr.Button(words.say("export_feedback"), size="sm", elem_id="export-ratings", scale=0),
        value="export_feedback",
    )
    gold = words.on(
        gr.File(label=words.say("gold_file"), file_types=[".jsonl"], height=110, elem_id="gold"),
        label="gold_file",
    )
    with gr.Row():
        run = words.on(
            gr.Button(words.say("gold_run"), size="md", elem_id="gold-run", scale=0, min_width=120),
            value="gold_run",
        )
        stop = words.on(
            gr.Button(words.say("stop"), size="md", variant="stop", scale=0, min_width=90), value="stop"
        )
    scores = gr.HTML(elem_id="scores", apply_default_css=False)
    return SettingsPart(models, strictness, ratings, export, gr.JSON(visible=False), gold, run, stop, scores)


def render_models(desk: Desk, own: Session) -> str:
    """Which models answer, where, and whether they are ready. No key, no user or password of an address is shown."""
    ready = desk.readiness
    state = {"ready": "ready", "loading": "not_ready", "empty": "ready", "failed": "failed"}[ready]
    dot = {"ready": " wb-on", "empty": " wb-on", "failed": " wb-off"}.get(ready, "")
    rows = []
    engine = desk.opened()
    outside = bool(os.environ.get("WENBAO_LLM_BASE_URL"))
    if engine is not None:
        where = own.say("endpoint" if outside else "embedded")
        rows.append((own.say("language_model"), f"{engine.model.name} · {where}"))
        rows.append((own.say("embedding_model"), engine.embedder.name))
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    failure = (
        f"<p class='wb-error' role='alert'>{escape(own.message(desk.failure))}</p>"
        if desk.failure is not None
        else ""
    )
    return (
        f"<h3 class='wb-heading'>{escape(own.say('model_status'))}</h3><dl class='wb-facts'><dt>{escape(own.say('state'))}</dt>"
        f"<dd><span class='wb-dot{dot}'></span>{escape(own.say(state))}</dd>{listed}</dl>{failure}"
    )


def render_ratings(desk: Desk, own: Session) -> str:
    """How many answers were rated how."""
    return (
        f"<h3 class='wb-heading'>{escape(own.say('feedback'))}</h3><p class='wb-hint'>{escape(own.say('feedback_hint'))}</p>"
        f"<p class='wb-note'>{escape(own.say('feedback_counts', **counts(desk.history, own.owner)))}</p>"
    )


def strictness_choices(own: Session) -> Any:
    return gr.update(choices=[(own.say(name), name) for name in STRICTNESS], value=own.strictness)


def wire(part: SettingsPart, desk: Desk, session: gr.State) -> None:
    """Connects the part's events."""

    def choose(chosen: str, own: Session) -> Session:
        own.strictness = next((one for one in STRICTNESS if one == chosen), "careful")
        return own

    part.strictness.input(choose, [part.strictness, session], session, **AT_ONCE)

    def export(own: Session) -> dict[str, str]:
        return download("wenbao-ratings.jsonl", "application/jsonl", gold_candidates(desk.history, own.owner))

    part.export.click(export, session, part.file, **AT_ONCE).then(
        None, part.file, None, js="(file) => wenbao.save(file)"
    )

    def run(path: str | None, own: Session) -> Iterator[str]:
        if not path:
            yield f"<p class='wb-note'>{escape(own.say('gold_missing'))}</p>"
            return
        yield from run_gold(desk, own, Path(path))

    running = part.run.click(
        run, [part.gold, session], part.scores, concurrency_limit=1, trigger_mode="once", **QUEUED
    )
    part.stop.click(None, cancels=[running], api_name=False)
