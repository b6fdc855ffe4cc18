"""An answer, a refusal, a question under way, as HTML. Everything that is shown is escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from page.safe import button, escape
from page.strings import EXAMPLES, say

QUOTE_SHOWN = 110  # characters of a quote on its card; the panel has all of it
Titles = Mapping[str, str]  # report name → title
Turn = dict[str, Any]


def render_conversation(turns: Sequence[Turn], language: str, titles: Titles) -> str:
    """All turns, the last one marked for scrolling to; the welcome where there is none."""
    if not turns:
        return render_welcome(language, bool(titles))
    parts = [render_turn(turn, number, language, titles) for number, turn in enumerate(turns)]
    return f'<div class="wb-turns" role="log" aria-live="polite">{"".join(parts)}</div>'


def render_welcome(language: str, has_reports: bool) -> str:
    """What a person sees first: what this is, and questions to click."""
    examples = "".join(
        button(question, "ask", css="wb-example", question=question) for question in EXAMPLES[language]
    )
    tries = f"<h3>{say('try_these', language)}</h3><div class='wb-examples'>{examples}</div>"
    missing = f"<p class='wb-note'>{escape(say('no_reports', language))}</p>"
    return (
        f"<div class='wb-welcome'><h2>{escape(say('welcome', language))}</h2>"
        f"<p>{escape(say('welcome_more', language))}</p>{tries if has_reports else missing}</div>"
    )


def render_turn(turn: Turn, number: int, language: str, titles: Titles) -> str:
    """A question with what there is of its answer."""
    body = {
        "searching": lambda: _waiting(_ahead(turn, language) or say("searching", language)),
        "checking": lambda: _checking(turn, language, titles),
        "done": lambda: render_answer(turn, number, language, titles),
        "stopped": lambda: f"<p class='wb-note'>{say('stopped', language)}</p>" + _retry(turn, language),
        "failed": lambda: _failed(turn, language),
    }[turn["status"]]()
    return (
        f"<section class='wb-turn' data-status='{escape(turn['status'])}'>"
        f"<h3 class='wb-question'>{escape(turn['question'])}</h3>{body}</section>"
    )


def _waiting(text: str) -> str:
    return f"<p class='wb-waiting'><span class='wb-dots' aria-hidden='true'></span>{escape(text)}</p>"


def _ahead(turn: Turn, language: str) -> str:
    """How many are ahead at the language model; "" where it need not be waited for."""
    return say("ahead", language, count=turn["ahead"]) if turn.get("ahead") else ""


def _checking(turn: Turn, language: str, titles: Titles) -> str:
    """The evidence as soon as it is found, then the draft as it forms."""
    hits = turn.get("hits", [])
    passages = "".join(
        f"<li><span class='wb-where'>{_where(hit, language, titles)}</span>{escape(_short(hit['text']))}</li>"
        for hit in hits[:3]
    )
    draft = f"<p class='wb-answer wb-draft'>{escape(turn['draft'])}</p>" if turn.get("draft") else ""
    waiting = _waiting(_ahead(turn, language) or say("checking", language, count=len(hits)))
    return f"{draft}{waiting}<ul class='wb-evidence'>{passages}</ul>"


def _failed(turn: Turn, language: str) -> str:
    message = turn["error"][0 if language == "zh" else 1]
    return f"<p class='wb-error' role='alert'>{escape(message)}</p>{_retry(turn, language)}"


def _retry(turn: Turn, language: str) -> str:
    again = button(say("retry", language), "ask", css="wb-link", question=turn["question"], again="1")
    return f"<div class='wb-actions'>{again}</div>"


def render_answer(turn: Turn, number: int, language: str, titles: Titles) -> str:
    """The verified answer with its markers, sources and actions; or the refusal with what there is."""
    answer: Mapping[str, Any] = turn["answer"]
    refused = answer["abstained"]
    badge = (
        f"<span class='wb-badge wb-badge-no'>{escape(say('refused', language))}</span>"
        if refused
        else f"<span class='wb-badge'>{escape(say('verified', language))}</span>"
        f"<span class='wb-badge-more'>{escape(say('verified_more', language))}</span>"
    )
    calculations = "".join(
        f"<p class='wb-calculation'><b>{say('calculation', language)}</b> {escape(figure['calculation'])}</p>"
        for figure in answer["figures"]
        if figure.get("calculation") and figure["calculation"] not in answer["answer"]
    )
    near = "".join(
        button(question, "ask", css="wb-example", question=question)
        for question in answer.get("suggestions") or ()
    )
    if near:
        near = f"<h4>{say('near_by', language)}</h4><div class='wb-examples'>{near}</div>"
    kind = "wb-answer wb-refused" if refused else "wb-answer"
    return (
        f"<div class='wb-state'>{badge}</div>"
        f"<p class='{kind}'>{answer_text(answer, number, language, titles)}</p>{calculations}{near}"
        f"{_sources(answer, number, language, titles)}{_actions(turn, number, language)}"
    )


def answer_text(answer: Mapping[str, Any], number: int, language: str, titles: Titles) -> str:
    """The text with its markers as buttons and its figures marked."""
    citations = {citation["marker"]: citation for citation in answer["citations"]}
    figures = sorted(
        {figure["text"] for figure in answer["figures"] if figure["text"]}, key=len, reverse=True
    )
    said = "|".join(re.escape(figure) for figure in figures)
    parts = re.split(rf"(\[\d+\]{'|' + said if said else ''})", answer["answer"])
    shown: list[str] = []
    for part in parts:
        if (marker := re.fullmatch(r"\[(\d+)\]", part)) and int(marker[1]) in citations:
            shown.append(_marker(citations[int(marker[1])], number, language, titles))
        elif part in figures:
            figures.remove(part)  # said again, as in the arithmetic, it is not marked again
            shown.append(f"<b class='wb-figure'>{escape(part)}</b>")
        else:
            shown.append(escape(part))
    return "".join(shown)


def _marker(citation: Mapping[str, Any], number: int, language: str, titles: Titles) -> str:
    name = titles.get(citation["report"], citation["report"])
    title = say("open_source", language, marker=citation["marker"], report=name)
    return button(
        str(citation["marker"]), "cite", css="wb-marker", title=title, turn=number, marker=citation["marker"]
    )


def _sources(answer: Mapping[str, Any], number: int, language: str, titles: Titles) -> str:
    """A card for each citation."""
    cards = "".join(
        f"<button type='button' class='wb-source-card' data-do='cite' data-turn='{number}' "
        f"data-marker='{citation['marker']}'><span class='wb-number'>{citation['marker']}</span>"
        f"<span><span class='wb-where'>{_where(citation, language, titles)}</span>"
        f"<q>{escape(_short(citation['quote']))}</q></span></button>"
        for citation in answer["citations"]
    )
    return f"<div class='wb-sources' aria-label='{say('sources', language)}'>{cards}</div>" if cards else ""


def _where(place: Mapping[str, Any], language: str, titles: Titles) -> str:
    name = escape(titles.get(place["report"], place["report"]))
    page = f" · {say('page', language, page=int(place['page']))}" if place.get("page") else ""
    return f"{name}{page}"


def _actions(turn: Turn, number: int, language: str) -> str:
    answer = turn["answer"]
    copy = button(
        say("copy", language), "copy", css="wb-link",
        text=turn.get("copy", answer["answer"]), done=say("copied", language),
    )  # fmt: skip
    again = button(say("retry", language), "ask", css="wb-link", question=turn["question"], again="1")
    wrong = "rate_has_it" if answer["abstained"] else "rate_wrong"
    verdicts = [("right", "rate_right"), ("wrong", wrong)]
    if not answer["abstained"]:
        verdicts.append(("should_refuse", "rate_should_refuse"))
    rates = "".join(
        f"<button type='button' class='wb-link' data-do='rate' data-turn='{number}' data-verdict='{verdict}' "
        f"aria-pressed='{str(turn.get('verdict') == verdict).lower()}'>{escape(say(key, language))}</button>"
        for verdict, key in verdicts
    )
    return (
        f"<div class='wb-actions'>{copy}{again}<span class='wb-spring'></span>"
        f"<span class='wb-rate'>{say('rate', language)}</span>{rates}</div>"
    )


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= QUOTE_SHOWN else f"{flat[:QUOTE_SHOWN]}…"
