"""What a run leaves behind: scores.jsonl, summary.json and report.html, one self-contained page."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from eval.dataset import GoldItem
from eval.intervals import bootstrap_interval
from eval.metrics.retrieval import retrieval_measures
from eval.scoring import Score, summarise
from eval.table import COLUMNS, GROUPINGS, cell, groups, notes

OUTCOMES: Final = (
    ("right", "right", "#1f6fb2"),
    ("right refusal", "right refusal", "#8fc1e3"),
    ("false refusal", "false refusal", "#b8b8b8"),
    ("wrong", "wrong", "#d1495b"),
)


def summary(scores: Sequence[Score], about: Mapping[str, Any]) -> dict[str, Any]:
    """Everything in numbers: all, by group, retrieval, intervals of accuracy and wrong rate."""
    retrieval = {s.id: s.retrieval for s in scores if s.retrieval is not None and s.retrieval.hits}
    return {
        "about": dict(about),
        "all": summarise(scores),
        "intervals": {
            "accuracy": bootstrap_interval([float(s.correct) for s in scores]),
            "wrong": bootstrap_interval([float(s.outcome == "wrong") for s in scores]),
        },
        "retrieval": {"questions": len(retrieval), **retrieval_measures(retrieval)},
        "by": {
            name: {label: summarise(part) for label, part in groups(scores, by).items()}
            for name, by in GROUPINGS
        },
    }


def write_outputs(
    folder: Path,
    items: Sequence[GoldItem],
    answers: Mapping[str, Mapping[str, Any]],
    scores: Sequence[Score],
    about: Mapping[str, Any],
) -> dict[str, Any]:
    """Write the three files into `folder` and return the summary."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = summary(scores, about)
    lines = "".join(json.dumps(s.to_dict(), ensure_ascii=False) + "\n" for s in scores)
    (folder / "scores.jsonl").write_text(lines, encoding="utf-8")
    (folder / "summary.json").write_text(
        json.dumps(numbers, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    (folder / "report.html").write_text(page(items, answers, scores, numbers), encoding="utf-8")
    return numbers


# ---------------------------------------------------------------- the page

_STYLE: Final = """
:root{color-scheme:light}
body{font:15px/1.55 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;max-width:1180px;
margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .6rem}
.muted{color:#666}.cards{display:flex;flex-wrap:wrap;gap:.8rem;margin:1.2rem 0}
.card{border:1px solid #ddd;border-radius:8px;padding:.6rem 1rem;min-width:8.5rem}
.card b{display:block;font-size:1.6rem;font-weight:600}.card.bad b{color:#b02a3c}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.88rem}
th,td{padding:.25rem .5rem;text-align:right;border-bottom:1px solid #eee;white-space:nowrap}
th:first-child,td:first-child{text-align:left}
details{border:1px solid #ddd;border-left-width:5px;border-radius:6px;margin:.5rem 0;padding:.4rem .8rem}
details.wrong{border-left-color:#d1495b}details.false{border-left-color:#b8b8b8}
details.noted{border-left-color:#e0a500}
summary{cursor:pointer}dl{display:grid;grid-template-columns:7rem 1fr;gap:.25rem .8rem;margin:.6rem 0}
dt{color:#666}dd{margin:0;overflow-wrap:anywhere}
.quote{background:#f6f6f2;padding:.1rem .4rem;border-radius:4px}
.hit{font-size:.85rem;color:#444;margin:.2rem 0}svg text{font:13px system-ui,"Noto Sans CJK SC",sans-serif}
.legend span{display:inline-block;margin-right:1rem}.legend i{display:inline-block;width:.8rem;height:.8rem;
margin-right:.35rem;border-radius:2px;vertical-align:-1px}
"""


def _e(value: object) -> str:
    return html.escape(str(value), quote=True)


def page(
    items: Sequence[GoldItem],
    answers: Mapping[str, Mapping[str, Any]],
    scores: Sequence[Score],
    numbers: Mapping[str, Any],
) -> str:
    """The whole page; loads nothing from anywhere."""
    whole, about = numbers["all"], numbers["about"]
    described = " · ".join(
        f"{_e(k)}: {_e(v if isinstance(v, str) else json.dumps(v))}" for k, v in about.items()
    )
    failed = [s for s in scores if not s.correct]
    noted = [s for s in scores if s.correct and notes(s)]
    by_id = {item.id: item for item in items}
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width,initial-scale=1'>",
        "<meta http-equiv='Content-Security-Policy'",
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>Evaluation</title><style>{_STYLE}</style></head><body>",
        f"<h1>Evaluation</h1><p class='muted'>{described}</p>",
        _cards(whole, numbers["intervals"]),
        "<h2>Outcomes by kind of question</h2>",
        _legend(),
        _bars({"all": list(scores), **groups(scores, lambda s: s.kind)}),
        "<h2>By language and stage</h2>",
        _bars({**groups(scores, lambda s: s.lang), **groups(scores, lambda s: f"stage {s.stage or '-'}")}),
        "<h2>Numbers</h2>",
        _table(numbers),
        _retrieval(numbers["retrieval"]),
        f"<h2>Failures ({len(failed)})</h2>",
        *(
            _failure(by_id[s.id], answers[s.id], s)
            for s in sorted(failed, key=lambda s: s.outcome, reverse=True)
        ),
        f"<h2>Right, with a remark ({len(noted)})</h2>" if noted else "",
        *(_failure(by_id[s.id], answers[s.id], s) for s in noted),
        "</body></html>",
    ]
    return "\n".join(parts)


def _cards(whole: Mapping[str, Any], intervals: Mapping[str, Any]) -> str:
    shown = (
        ("accuracy", "right or rightly refused", "%", ""),
        ("wrong", "wrong", "%", "bad"),
        ("right_refusal", "right refusal", "%", ""),
        ("false_refusal", "false refusal", "%", ""),
        ("citation_exact", "citations exact", "%", ""),
        ("evidence_cited", "evidence cited", "%", ""),
        ("answers_all_shown", "every figure sourced", "%", ""),
        ("seconds_median", "median seconds", ".1f", ""),
        ("prompt_tokens_mean", "prompt tokens", ".0f", ""),
    )
    cards: list[str] = []
    for key, title, form, style in shown:
        between = intervals.get(key)
        span = (
            f"<small class='muted'>{between[0] * 100:.0f} – {between[1] * 100:.0f} %</small>"
            if between
            else ""
        )
        cards.append(f"<div class='card {style}'>{_e(title)}<b>{cell(whole[key], form)}</b>{span}</div>")
    return f"<div class='cards'><div class='card'>questions<b>{whole['n']}</b></div>{''.join(cards)}</div>"


def _legend() -> str:
    keys = "".join(
        f"<span><i style='background:{colour}'></i>{_e(title)}</span>" for _, title, colour in OUTCOMES
    )
    return f"<p class='legend'>{keys}</p>"


def _bars(grouped: Mapping[str, Sequence[Score]]) -> str:
    """Stacked horizontal bars, one a group, each as wide as 100 %, counts inside."""
    left, width, height = 190, 640, 26
    rows: list[str] = []
    for row, (label, part) in enumerate(grouped.items()):
        y, x = row * height, float(left)
        rows.append(f"<text x='0' y='{y + 16}'>{_e(label)} <tspan fill='#666'>({len(part)})</tspan></text>")
        for name, title, colour in OUTCOMES:
            count = sum(s.outcome == name for s in part)
            if not count:
                continue
            share = width * count / len(part)
            ink = "#fff" if name in ("right", "wrong") else "#222"
            rows.append(
                f"<g><title>{_e(label)}: {_e(title)} {count} of {len(part)}</title>"
                f"<rect x='{x:.1f}' y='{y + 2}' width='{max(share - 1, 1):.1f}' height='{height - 6}' "
                f"fill='{colour}'/>"
                + (f"<text x='{x + 5:.1f}' y='{y + 16}' fill='{ink}'>{count}</text>" if share > 18 else "")
                + "</g>"
            )
            x += share
    total = len(grouped) * height
    return (
        f"<div class='scroll'><svg role='img' aria-label='outcomes' width='{left + width}' height='{total}' "
        f"viewBox='0 0 {left + width} {total}'>{''.join(rows)}</svg></div>"
    )


def _table(numbers: Mapping[str, Any]) -> str:
    head = "".join(f"<th>{_e(title)}</th>" for _, title, _ in COLUMNS)
    rows = [("all", numbers["all"])]
    rows += [
        (f"{name} {label}", part) for name, parts in numbers["by"].items() for label, part in parts.items()
    ]
    body = ""
    for label, part in rows:
        cells = "".join(f"<td>{cell(part[key], form)}</td>" for key, _, form in COLUMNS)
        body += f"<tr><td>{_e(label)}</td>{cells}</tr>"
    return f"<div class='scroll'><table><tr><th></th>{head}</tr>{body}</table></div>"


def _retrieval(measures: Mapping[str, Any]) -> str:
    values = " · ".join(f"{_e(k)} {v:.3f}" for k, v in measures.items() if k != "questions")
    if not values:
        return ""
    return f"<p>Retrieval of the gold evidence over {measures['questions']} questions: {values}</p>"


def _failure(item: GoldItem, answer: Mapping[str, Any], scored: Score) -> str:
    style = "noted" if scored.correct else "wrong" if scored.outcome == "wrong" else "false"
    rows: list[tuple[str, str]] = [
        *(("before", f"{_e(turn['question'])} → {_e(turn['answer'])}") for turn in item.history),
        ("gold", _e(item.answer)),
        ("answer", _e(answer.get("answer", ""))),
        *(("remark", _e(note)) for note in notes(scored)),
        *(("evidence", f"<span class='quote'>{_e(e)}</span>") for e in item.evidence),
        *(("citation", _citation(c)) for c in answer.get("citations", ())),
        ("stage", _e(f"{scored.stage or '-'}, {cell(scored.cost.seconds, '.1f')} s")),
    ]
    ranks = scored.retrieval.ranks if scored.retrieval else ()
    found = ", ".join("not among the hits" if rank is None else f"hit {rank}" for rank in ranks)
    hits = "".join(
        f"<div class='hit'>{rank}. {_e(hit.get('report'))} ({float(hit.get('score') or 0):.3f}): "
        f"{_e(str(hit.get('text', ''))[:300])}</div>"
        for rank, hit in enumerate(list(answer.get("hits", ()))[:8], 1)
    )
    rows.append(
        ("retrieved", (f"<div class='hit'>evidence: {_e(found)}</div>" if found else "") + (hits or "-"))
    )
    body = "".join(f"<dt>{_e(name)}</dt><dd>{value}</dd>" for name, value in rows)
    return (
        f"<details class='{style}'><summary><b>{_e(scored.outcome)}</b> <span class='muted'>{_e(item.id)} · "
        f"{_e(item.kind)}</span> {_e(item.question)}</summary><dl>{body}</dl></details>"
    )


def _citation(citation: Mapping[str, Any]) -> str:
    place = f" p. {_e(citation['page'])}" if citation.get("page") else ""
    return (
        f"[{_e(citation.get('marker'))}] {_e(citation.get('report'))}{place} "
        f"{_e(citation.get('start'))}–{_e(citation.get('end'))}: "
        f"<span class='quote'>{_e(citation.get('quote'))}</span>"
    )
