"""Ratings as gold candidates, and a gold set run from the page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from index.errors import WenbaoError
from page.desk import Desk, Session
from page.history import History
from page.safe import escape

VERDICTS = ("right", "wrong", "should_refuse")
FAILURES_SHOWN = 50


def counts(history: History, owner: str) -> dict[str, int]:
    """How many answers the owner gave each verdict."""
    counted = Counter(verdict for verdict, _, _ in history.ratings(owner))
    return {verdict: counted[verdict] for verdict in VERDICTS}


def gold_candidates(history: History, owner: str) -> bytes:
    """One gold item a line (see eval.dataset): right answers ready, the others with a note of what to fill in."""
    lines = [
        json.dumps(candidate(number, verdict, answer), ensure_ascii=False)
        for number, (verdict, answer, _) in enumerate(history.ratings(owner), start=1)
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def candidate(number: int, verdict: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """A rated answer as a gold item. What a wrong answer should have been is left for a person to say."""
    item: dict[str, Any] = {
        "id": f"rated-{number}", "question": answer["question"], "lang": answer["language"],
        "kind": "level", "answer": "", "answerable": True, "source": "rated on the page",
    }  # fmt: skip
    if verdict == "should_refuse" or (verdict == "right" and answer["abstained"]):
        return item | {"kind": "unanswerable", "answerable": False}
    if verdict == "wrong":
        return item | {"note": f"the answer was wrong; write the right one: {answer['answer']}"}
    return item | {
        "answer": answer["answer"],
        "figures": [
            {"value": f"{figure['value']:g}", "unit": figure["unit"]} for figure in answer["figures"]
        ],
        "docs": list(dict.fromkeys(citation["report"] for citation in answer["citations"])),
        "evidence": [citation["quote"] for citation in answer["citations"]],
    }


# ---------------------------------------------------------------- a gold set


def run_gold(desk: Desk, own: Session, path: Path) -> Iterator[str]:
    """Progress as HTML, then right, wrong and refused apart, with every wrong answer."""
    from eval.dataset import GoldError, load_gold
    from eval.scoring import Score, score

    try:
        items = load_gold(path)
        engine = desk.engine(own.strictness)
    except (GoldError, UnicodeDecodeError) as error:
        reason = str(error).replace(str(path), path.name)
        yield f"<p class='wb-error' role='alert'>{escape(own.say('gold_bad', reason=reason))}</p>"
        return
    except WenbaoError as error:
        yield f"<p class='wb-error' role='alert'>{escape(own.message(error))}</p>"
        return
    scores: list[tuple[Score, Mapping[str, Any]]] = []
    for done, item in enumerate(items):
        yield _progress(own, done, len(items))
        passages = list(item.passages) if item.passages is not None else None
        history = [dict(turn) for turn in item.history]
        try:
            answer = engine.ask(item.question, history=history, passages=passages, id=item.id).to_dict()
        except WenbaoError as error:
            yield f"<p class='wb-error' role='alert'>{escape(own.message(error))}</p>"
            return
        scores.append((score(item, answer), answer))
    yield render_scores(own, scores)


def _progress(own: Session, done: int, total: int) -> str:
    return (
        f"<p class='wb-waiting' role='status'><span class='wb-dots'></span>{escape(own.say('gold_progress', done=done, total=total))}</p>"
        f"<div class='wb-bar'><i style='width:{100 * done // max(1, total)}%'></i></div>"
    )


def render_scores(own: Session, scores: list[tuple[Any, Mapping[str, Any]]]) -> str:
    """Right, wrong and refused as numbers; the wrong ones and the refusals that should be none as a table."""
    outcomes = Counter(one.outcome for one, _ in scores)
    refused = sum(bool(answer["abstained"]) for _, answer in scores)
    numbers = [
        ("wb-yes", outcomes["right"], "gold_right"),
        ("wb-no", sum(not one.correct and not answer["abstained"] for one, answer in scores), "gold_wrong"),
        ("", refused, "gold_refused"),
        ("wb-yes", outcomes["right refusal"], "gold_right_refusal"),
    ]
    shown = "".join(
        f"<div class='{css}'><b>{count}</b><span>{escape(own.say(key))}</span></div>"
        for css, count, key in numbers
    )
    rows = "".join(
        f"<tr><td>{escape(one.outcome)}</td><td>{escape(answer['question'])}</td><td>{escape(answer['answer'])}</td></tr>"
        for one, answer in scores
        if not one.correct
    )
    table = f"<div class='wb-table'><table>{rows}</table></div>" if rows else ""
    return f"<div class='wb-numbers'>{shown}</div>{table}"
