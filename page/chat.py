"""Asking: the conversation, the question box, the reports asked, what is kept and exported."""

from __future__ import annotations

import base64
import logging
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from index.errors import IndexMissingError, WenbaoError
from page.answer_view import render_conversation
from page.asking import steps
from page.desk import Desk, Session
from page.events import AT_ONCE, QUEUED
from page.export import answered, plain_text, to_csv, to_docx, to_markdown
from page.safe import button, escape
from page.strings import say
from page.words import Words
from rag.server import MAX_QUESTION_CHARACTERS
from rag.turns import ClientGoneError
from rag.types import Answer

LISTEN = "wenbao.listen(element, trigger); /* 'ask' 'cite' 'rate' */ watch('value', () => wenbao.showLast(element));"
LISTEN_KEPT = "wenbao.listen(element, trigger); /* 'open_kept' 'delete_kept' */"
AT_A_TIME = 32  # questions of all pages; those beyond wait before they are searched
TURNS_REMEMBERED = 10  # of the conversation, for follow-up questions
EXPORTS = (("Markdown", "md"), ("Word", "docx"), ("CSV", "csv"))
TYPES = {
    "md": "text/markdown",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "csv": "text/csv",
}


@dataclass
class Chat:
    """The components of the part."""

    conversation: gr.HTML
    question: gr.Textbox
    send: gr.Button
    stop: gr.Button
    new: gr.Button
    scope: gr.Dropdown
    exports: list[tuple[gr.Button, str]]
    download: gr.JSON
    kept: gr.HTML


def build_sidebar(words: Words) -> tuple[gr.Button, gr.HTML, gr.Dropdown]:
    """New conversation, the kept ones, the reports to ask."""
    new = words.on(
        gr.Button(words.say("new_conversation"), elem_id="new", size="md"), value="new_conversation"
    )
    scope = words.on(
        gr.Dropdown([], multiselect=True, label=words.say("scope"), elem_id="scope",
                    info=words.say("scope_all"), filterable=True),
        label="scope", info="scope_all",
    )  # fmt: skip
    kept = gr.HTML(elem_id="kept", js_on_load=LISTEN_KEPT, apply_default_css=False)
    return new, kept, scope


def build(words: Words, sidebar: tuple[gr.Button, gr.HTML, gr.Dropdown]) -> Chat:
    """Lays the part out."""
    conversation = gr.HTML(
        render_conversation([], "zh", {}),
        elem_id="conversation",
        js_on_load=LISTEN,
        padding=False,
        apply_default_css=False,
    )
    with gr.Group(elem_id="composer"):
        question = words.on(
            gr.Textbox(
                show_label=False, label=words.say("question"), placeholder=words.say("placeholder"), lines=1,
                max_lines=6, max_length=MAX_QUESTION_CHARACTERS, autofocus=True, elem_id="question",
                container=False,
            ),
            label="question", placeholder="placeholder",
        )  # fmt: skip
        send = words.on(
            gr.Button(words.say("send"), variant="primary", elem_id="send", min_width=72), value="send"
        )
        stop = words.on(
            gr.Button(words.say("stop"), variant="stop", elem_id="stop", min_width=72, visible=False),
            value="stop",
        )
    with gr.Row(elem_id="exports"):
        words.on(
            gr.HTML(words.say("export"), elem_classes="wb-hint", apply_default_css=False), value="export"
        )
        exports = [
            (gr.Button(label, size="sm", elem_id=f"export-{kind}", min_width=60), kind)
            for label, kind in EXPORTS
        ]
    download = gr.JSON(visible=False)
    new, kept, scope = sidebar
    return Chat(conversation, question, send, stop, new, scope, exports, download, kept)


# ---------------------------------------------------------------- asking


def wire(chat: Chat, desk: Desk, session: gr.State) -> None:
    """Connects the part's events."""

    def asking(on: bool) -> tuple[Any, Any]:
        return gr.update(visible=not on), gr.update(visible=on)

    def ask(question: str, own: Session, scope: list[str], request: gr.Request) -> Iterator[tuple[Any, ...]]:
        yield from ask_again(question, own, scope, page_of(request), again=False)

    def ask_clicked(
        own: Session, scope: list[str], event: gr.EventData, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        data = event_data(event)
        again = bool(data.get("again"))
        yield from ask_again(data.get("question", ""), own, scope, page_of(request), again=again)

    def ask_again(
        question: str, own: Session, scope: list[str], page: str, again: bool
    ) -> Iterator[tuple[Any, ...]]:
        question = (question or "").strip()[:MAX_QUESTION_CHARACTERS]
        if not question:
            gr.Info(own.say("empty_question"))
            yield gr.skip(), "", own, *asking(False), gr.skip()
            return
        titles = desk.titles()
        for _ in answer_events(desk, own, question, scope or None, again, titles, page):
            busy = own.turns[-1]["status"] in ("searching", "checking")
            yield (
                render_conversation(own.turns, own.language, titles), "", own, *asking(busy),
                gr.skip() if busy else render_kept(desk, own),
            )  # fmt: skip

    shown = [chat.conversation, chat.question, session, chat.send, chat.stop, chat.kept]
    options: dict[str, Any] = {
        **QUEUED, "outputs": shown, "concurrency_limit": AT_A_TIME,
        "concurrency_id": "ask", "trigger_mode": "once",
    }  # fmt: skip
    typed = gr.on(
        [chat.send.click, chat.question.submit], ask, [chat.question, session, chat.scope], **options
    )
    clicked = chat.conversation.ask(ask_clicked, [session, chat.scope], **options)

    def stop(own: Session, request: gr.Request) -> tuple[Any, ...]:
        desk.under_way.leave(page_of(request))
        if own.turns and own.turns[-1]["status"] in ("searching", "checking"):
            own.turns[-1]["status"] = "stopped"
            keep(desk, own)
        return (
            render_conversation(own.turns, own.language, desk.titles()), own, *asking(False),
            render_kept(desk, own),
        )  # fmt: skip

    chat.stop.click(
        stop, session, [chat.conversation, session, chat.send, chat.stop, chat.kept],
        cancels=[typed, clicked], **AT_ONCE,
    )  # fmt: skip
    _wire_kept(chat, desk, session, [typed, clicked])
    _wire_ratings_and_exports(chat, desk, session)


def answer_events(
    desk: Desk, own: Session, question: str, scope: list[str] | None, again: bool, titles: dict[str, str],
    page: str = "",
) -> Iterator[None]:  # fmt: skip
    """Grows the session's last turn from question to verified answer; yields after each change.

    `page` names the open page, for breaking off (`Desk.under_way`).
    """
    if again and own.turns and own.turns[-1]["question"] == question:
        own.turns.pop()
    history = [
        {"question": turn["question"], "answer": turn["answer"]["answer"]}
        for turn in answered(own.turns)[-TURNS_REMEMBERED:]
    ]
    own.conversation = own.conversation or secrets.token_hex(8)
    turn: dict[str, Any] = {"question": question, "status": "searching"}
    own.turns.append(turn)
    yield
    try:
        engine = desk.engine(own.strictness)
        asked = partial(engine.stream, question, history=history, reports=scope)
        for event in steps(asked, own.owner or "page", page, desk.under_way):
            if turn["status"] == "stopped":
                return
            turn.pop("ahead", None)
            if isinstance(event, int):
                turn["ahead"] = event
            elif event.kind == "evidence":
                hits = [
                    {"report": hit.chunk.report, "page": hit.chunk.page, "text": hit.chunk.text}
                    for hit in event.hits
                ]
                turn.update(status="checking", hits=hits)
            elif event.answer is not None:
                finish(turn, event.answer, own.language, titles)
                keep(desk, own)
            elif event.text:
                turn["draft"] = event.text
            yield
    except ClientGoneError:  # stopped, or nobody is there to see it
        turn["status"] = "stopped"
    except IndexMissingError:
        fail(turn, say("no_reports", "zh"), say("no_reports", "en"))
        yield
    except WenbaoError as error:
        fail(turn, error.chinese, error.english)
        yield
    except Exception:
        logging.getLogger("wenbao.page").exception("a question failed")
        fail(turn, say("unexpected", "zh"), say("unexpected", "en"))
        yield
    finally:
        keep(desk, own)


def finish(turn: dict[str, Any], answer: Answer, language: str, titles: dict[str, str]) -> None:
    """Puts the verified answer in the place of draft and evidence."""
    body = {name: value for name, value in answer.to_dict().items() if name != "hits"}
    turn.pop("hits", None)
    turn.pop("draft", None)
    turn.update(status="done", answer=body, copy=plain_text(body, titles, language))


def fail(turn: dict[str, Any], chinese: str, english: str) -> None:
    turn.update(status="failed", error=[chinese, english])


def keep(desk: Desk, own: Session) -> None:
    """Saves the conversation; that this fails must not cost the user the answer."""
    try:
        desk.history.save(own.owner, own.conversation, own.turns)
    except Exception:
        logging.getLogger("wenbao.page").exception("a conversation could not be kept")


# ---------------------------------------------------------------- kept conversations


def render_kept(desk: Desk, own: Session) -> str:
    """The list of conversations."""
    kept = desk.history.kept(own.owner) if own.owner else []
    if not kept:
        return f"<p class='wb-hint'>{escape(own.say('no_conversations'))}</p>"
    rows = "".join(
        f"<li{' class=wb-current' if one.id == own.conversation else ''}>"
        f"{button(one.title, 'open_kept', css='wb-kept', id=one.id)}"
        f"{button('×', 'delete_kept', css='wb-kept-delete', id=one.id, title=own.say('delete_conversation'))}</li>"
        for one in kept
    )
    return f"<h4 class='wb-hint'>{escape(own.say('conversations'))}</h4><ul class='wb-kept-list'>{rows}</ul>"


def _wire_kept(chat: Chat, desk: Desk, session: gr.State, asking: list[Any]) -> None:
    """What leaves a conversation stops the question under way in it."""
    shown = [chat.conversation, session, chat.kept, chat.send, chat.stop]

    def show(own: Session) -> tuple[Any, ...]:
        return (
            render_conversation(own.turns, own.language, desk.titles()), own, render_kept(desk, own),
            gr.update(visible=True), gr.update(visible=False),
        )  # fmt: skip

    def start_new(own: Session, request: gr.Request) -> tuple[Any, ...]:
        desk.under_way.leave(page_of(request))
        fresh = Session(own.owner, own.language, own.strictness, source=own.source)
        return show(fresh)

    def open_kept(own: Session, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        desk.under_way.leave(page_of(request))
        identifier = event_data(event).get("id", "")
        turns = desk.history.turns(own.owner, identifier)
        if turns is not None:
            for turn in turns:
                if turn["status"] in ("searching", "checking"):  # the program was ended meanwhile
                    turn["status"] = "stopped"
            own.conversation, own.turns = identifier, turns
        return show(own)

    def delete_kept(own: Session, event: gr.EventData) -> tuple[Any, ...]:
        identifier = event_data(event).get("id", "")
        desk.history.delete(own.owner, identifier)
        return (
            show(Session(own.owner, own.language, own.strictness))
            if identifier == own.conversation
            else show(own)
        )

    chat.new.click(start_new, session, shown, cancels=asking, **AT_ONCE)
    chat.kept.open_kept(open_kept, session, shown, cancels=asking, **AT_ONCE)
    chat.kept.delete_kept(delete_kept, session, shown, **AT_ONCE)


# ---------------------------------------------------------------- ratings and exports


def _wire_ratings_and_exports(chat: Chat, desk: Desk, session: gr.State) -> None:
    def rate(own: Session, event: gr.EventData) -> tuple[Any, ...]:
        data = event_data(event)
        turn = turn_of(own, data)
        if turn is not None and data.get("verdict") in ("right", "wrong", "should_refuse"):
            turn["verdict"] = data["verdict"]
            desk.history.rate(own.owner, own.conversation, int(data["turn"]), data["verdict"], turn["answer"])
            keep(desk, own)
            gr.Info(own.say("rated"), duration=2)
        return render_conversation(own.turns, own.language, desk.titles()), own

    chat.conversation.rate(rate, session, [chat.conversation, session], **AT_ONCE)

    def export(own: Session, kind: str) -> dict[str, str] | None:
        if not answered(own.turns):
            gr.Info(own.say("nothing_to_export"))
            return None
        titles = desk.titles()
        if kind == "csv":
            content = to_csv(own.turns, titles)
        else:
            content = (to_docx if kind == "docx" else to_markdown)(own.turns, titles, own.language)
        return download(f"wenbao.{kind}", TYPES[kind], content)

    for pressed, kind in chat.exports:
        pressed.click(
            lambda own, kind=kind: export(own, kind), session, chat.download,
            **AT_ONCE,
        ).then(None, chat.download, None, js="(file) => wenbao.save(file)")  # fmt: skip


def download(name: str, kind: str, content: bytes) -> dict[str, str]:
    """A file for the browser to save: nothing is left on the server."""
    return {"name": name, "type": kind, "content": base64.b64encode(content).decode()}


def page_of(request: gr.Request | None) -> str:
    """The name of the open page that a request came from."""
    return str(getattr(request, "session_hash", None) or "")


def event_data(event: gr.EventData) -> dict[str, Any]:
    """What the click carried; anything may come from a browser."""
    data = getattr(event, "_data", None)
    return data if isinstance(data, dict) else {}


def turn_of(own: Session, data: dict[str, Any]) -> dict[str, Any] | None:
    """The answered turn that an event is about."""
    number = str(data.get("turn", ""))
    if not number.isdigit() or int(number) >= len(own.turns):
        return None
    turn: dict[str, Any] = own.turns[int(number)]
    return turn if turn["status"] == "done" else None
