"""The whole page: its parts put together, its language, and the application it is mounted on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI

from page import chat, compare, reports, settings, sources
from page.answer_view import render_conversation
from page.chat import render_kept
from page.desk import Desk, Session
from page.events import AT_ONCE, StreamGate
from page.safe import escape
from page.security import SecurityHeaders
from page.strings import LANGUAGE_NAMES, LANGUAGES, say
from page.words import Words
from rag.server import Service, create_app

HERE = Path(__file__).parent
SYSTEM_FONTS = ["system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"]
MAXIMUM_UPLOAD = "50mb"
SESSIONS_KEPT = 200  # open pages whose state is in memory
STATUS_SECONDS = 1.5


def brand(language: str) -> str:
    return (
        f"<div class='wb-brand'><span class='wb-seal' aria-hidden='true'>问</span>"
        f"<div><h1>{say('name', language)}</h1><p>{escape(say('tagline', language))}</p></div></div>"
    )


def render_status(desk: Desk, own: Session) -> str:
    """A line while models load or something is missing; nothing when all is well."""
    if desk.readiness == "loading":
        return f"<p class='wb-status wb-status-wait' role='status'>{escape(own.say('loading'))}</p>"
    if desk.readiness == "failed" and desk.failure is not None:
        return f"<p class='wb-status wb-status-bad' role='alert'>{escape(own.message(desk.failure))}</p>"
    return ""


def build_page(desk: Desk) -> gr.Blocks:
    """The page over one service."""
    words = Words("zh")
    with gr.Blocks(
        title="问报 Wenbao", analytics_enabled=False, delete_cache=(3600, 3600), fill_width=True
    ) as page:
        session = gr.State(Session())
        visitor = gr.Textbox(visible=False)
        with gr.Sidebar(open=False, width=248, elem_id="sidebar"):
            sidebar = chat.build_sidebar(words)
        with gr.Row(elem_id="header"):
            head = gr.HTML(brand("zh"), elem_id="brand", apply_default_css=False)
            language = words.on(
                gr.Radio(
                    list(LANGUAGE_NAMES), value="zh", show_label=False, label=words.say("language"),
                    elem_id="language", container=False, min_width=120, scale=0,
                ),
                label="language",
            )  # fmt: skip
        status = gr.HTML(elem_id="status", apply_default_css=False)
        with gr.Row(elem_id="body", equal_height=False):
            with gr.Column(scale=5, min_width=300, elem_id="main"), gr.Tabs(elem_id="tabs"):
                with words.on(gr.Tab(words.say("tab_ask"), id="ask"), label="tab_ask"):
                    asking = chat.build(words, sidebar)
                with words.on(
                    gr.Tab(words.say("tab_compare"), id="compare"), label="tab_compare"
                ) as compare_tab:
                    comparing = compare.build(words)
                with words.on(
                    gr.Tab(words.say("tab_reports"), id="reports"), label="tab_reports"
                ) as reports_tab:
                    keeping = reports.build(words)
                with words.on(
                    gr.Tab(words.say("tab_settings"), id="settings"), label="tab_settings"
                ) as settings_tab:
                    setting = settings.build(words)
            source_column, source_panel = sources.build()
        timer = gr.Timer(STATUS_SECONDS)

        chat.wire(asking, desk, session)
        sources.wire(source_column, source_panel, desk, session, asking.conversation)

        source = [source_column, source_panel]
        compare.wire(comparing, desk, session, source)
        reports.wire(keeping, desk, session, asking.scope, source)
        settings.wire(setting, desk, session)

        localised = [head, status, asking.conversation, asking.kept, source_panel, asking.scope, language,
            keeping.listing, keeping.detail, comparing.result, setting.models, setting.ratings, setting.strictness,
        ]  # fmt: skip

        def in_language(own: Session) -> list[Any]:
            titles = desk.titles()
            return [
                brand(own.language), render_status(desk, own),
                render_conversation(own.turns, own.language, titles), render_kept(desk, own),
                sources.render_source(desk, own),
                gr.update(choices=[(title, name) for name, title in titles.items()]),
                own.language,
                reports.render_list(desk, own), reports.render_detail(desk, own),
                compare.render(own, own.comparison) if own.comparison else "",
                settings.render_models(desk, own), settings.render_ratings(desk, own),
                settings.strictness_choices(own), own, *words.updates(own.language),
            ]  # fmt: skip

        shown = [*localised, session, *words.components]

        def arrive(given: str, own: Session) -> list[Any]:
            owner, chosen = read_visitor(given)
            own.owner, own.language = owner, chosen or own.language
            updates = in_language(own)
            # Labels that already stand there stay: a tab drawn anew takes back a click made meanwhile.
            if own.language == words.language:
                updates[-len(words.components) :] = [gr.skip()] * len(words.components)
            return updates

        def change_language(chosen: str, own: Session) -> list[Any]:
            own.language = chosen if chosen in LANGUAGES else "zh"
            return in_language(own)

        def compare_choices() -> list[Any]:
            indicators, regions, years = compare.choices(desk)
            return [gr.update(choices=names) for names in (indicators, regions, years, years)]

        compare_tab.select(
            compare_choices,
            None,
            [comparing.indicator, comparing.regions, comparing.first, comparing.last],
            **AT_ONCE,
        )
        reports_tab.select(lambda own: reports.render_list(desk, own), session, keeping.listing, **AT_ONCE)
        settings_tab.select(
            lambda own: (settings.render_models(desk, own), settings.render_ratings(desk, own)),
            session, [setting.models, setting.ratings], **AT_ONCE,
        )  # fmt: skip
        page.load(arrive, [visitor, session], shown, js="(_, own) => [wenbao.visitor(), own]", **AT_ONCE)

        def left(request: gr.Request) -> None:
            """A closed page needs no answer: the model is for the others."""
            desk.under_way.leave(chat.page_of(request))

        page.unload(left)
        language.input(
            change_language, [language, session], shown,
            js="(chosen, own) => { wenbao.remember(chosen); return [chosen, own]; }", **AT_ONCE,
        )  # fmt: skip
        timer.tick(
            lambda own: (render_status(desk, own), gr.Timer(active=desk.readiness == "loading")),
            session, [status, timer], **AT_ONCE,
        )  # fmt: skip
    page.state_session_capacity = SESSIONS_KEPT
    page.queue(max_size=64, api_open=False)
    return page


def read_visitor(given: str) -> tuple[str, str | None]:
    """The browser's random name and language; anything odd is as good as nothing."""
    try:
        told = json.loads(given)
        owner, language = str(told["owner"]), str(told["language"])
    except (ValueError, TypeError, KeyError):
        return "", None
    known = len(owner) == 32 and all(sign in "0123456789abcdef" for sign in owner)
    return owner if known else "", language if language in LANGUAGES else None


def theme() -> gr.themes.Base:
    """Ink, paper and a seal's red; no font is fetched."""
    return gr.themes.Base(
        font=SYSTEM_FONTS, font_mono=["ui-monospace", "monospace"],
        primary_hue=gr.themes.colors.slate, neutral_hue=gr.themes.colors.slate,
        radius_size=gr.themes.sizes.radius_md, spacing_size=gr.themes.sizes.spacing_md,
    ).set(
        body_background_fill="#f7f6f3", body_background_fill_dark="#14181d",
        block_background_fill="#ffffff", block_background_fill_dark="#1c2229",
        button_primary_background_fill="#1d4e63", button_primary_background_fill_hover="#163c4d",
        button_primary_background_fill_dark="#2f7d9c", button_primary_background_fill_hover_dark="#3a8fb1",
        button_primary_text_color="#ffffff", button_primary_text_color_dark="#ffffff",
        button_secondary_background_fill="#ffffff", button_secondary_background_fill_dark="#1c2229",
        button_secondary_background_fill_hover="#e8f0f3", button_secondary_background_fill_hover_dark="#1f333d",
        button_secondary_border_color="#e3e0d8", button_secondary_border_color_dark="#303943",
        button_secondary_text_color="#1d232b", button_secondary_text_color_dark="#e7eaee",
        button_border_width="1px", button_large_text_weight="600", button_medium_text_weight="500",
        input_background_fill="#ffffff", input_background_fill_dark="#14181d",
        input_border_color="#e3e0d8", input_border_color_dark="#303943", input_border_width="1px",
        block_border_color="#e3e0d8", block_border_color_dark="#303943",
        border_color_primary="#e3e0d8", border_color_primary_dark="#303943",
        checkbox_label_background_fill="#ffffff", checkbox_label_background_fill_dark="#1c2229",
        body_text_color="#1d232b", body_text_color_dark="#e7eaee",
    )  # fmt: skip


def own_file(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def create_page_app(service: Service, host: str = "127.0.0.1", *, warm: bool = False) -> FastAPI:
    """The API with the page mounted at `/`. `warm` loads the models in the background."""
    app = create_app(service, host=host)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(StreamGate)
    desk = Desk(service)
    if warm:
        desk.warm_up()
    mounted: FastAPI = gr.mount_gradio_app(
        app, build_page(desk), path="/", server_name=host, footer_links=[], run_history=False,
        allowed_paths=[], max_file_size=MAXIMUM_UPLOAD, ssr_mode=False, pwa=False, mcp_server=False,
        show_error=False, theme=theme(), css=own_file("style.css"),
        head=f"<style>{own_file('base.css')}</style><script>{own_file('page.js')}</script>",
    )  # fmt: skip
    return mounted
