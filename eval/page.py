"""report.html: headline numbers, plots, every failure with what was retrieved; one file, no script."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from eval.dataset import GoldItem
from eval.plots import OUTCOMES, count_bars, escape, legend, outcome_bars, strictness_curve
from eval.scoring import Score
from eval.stages import STAGES, Stages
from eval.table import COLUMNS, GROUPINGS, cell, groups, notes

_STYLE: Final = """
:root{color-scheme:light}
body{font:15px/1.55 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;max-width:1180px;
margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .6rem}
h3{font-size:.95rem;margin:1.2rem 0 .3rem;color:#444}
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
dt{color:#666}dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}
.quote{background:#f6f6f2;padding:.1rem .4rem;border-radius:4px}
.no{color:#b02a3c}.yes{color:#2a7a3b}
.hit{font-size:.85rem;color:#444;margin:.2rem 0}svg text{font:13px system-ui,"Noto Sans CJK SC",sans-serif}
.legend span{display:inline-block;margin-right:1rem}.legend i{display:inline-block;width:.8rem;height:.8rem;
margin-right:.35rem;border-radius:2px;vertical-align:-1px}
"""
_CARDS: Final = (
    ("accuracy", "right or rightly refused", "%", "", "答对或应拒而拒"),
    ("wrong", "wrong", "%", "bad", "答错"),
    ("right", "right, of the answerable", "%", "", "有答案的题答对"),
    ("false_refusal", "false refusal", "%", "", "误拒"),
    ("right_refusal", "right refusal", "%", "", "无答案的题拒答"),
    ("citation_exact", "citations exact", "%", "", "引文一字不差"),
    ("citation_precision", "citation precision", "%", "", "引文准确率"),
    ("evidence_cited", "citation recall", "%", "", "引文召回率"),
    ("answers_all_shown", "every figure sourced", "%", "", "数字均有出处"),
    ("distractor", "states a distractor", "%", "", "说了干扰数字"),
    ("seconds_median", "median seconds", ".1f", "", "秒（中位数）"),
    ("prompt_tokens_mean", "prompt tokens", ".0f", "", "提示词 token"),
)
_TITLES: Final = {"lang": "language", "stage": "stage that answered"}


def page(
    items: Sequence[GoldItem],
    answers: Mapping[str, Mapping[str, Any]],
    scores: Sequence[Score],
    numbers: Mapping[str, Any],
    stages: Mapping[str, Stages] | None = None,
) -> str:
    """The whole page; loads nothing from anywhere. `numbers` as made by `eval.report.summary`."""
    about, known = numbers["about"], stages or {}
    described = " · ".join(
        f"{escape(k)}: {escape(v if isinstance(v, str) else json.dumps(v))}" for k, v in about.items()
    )
    failed = [s for s in scores if not s.correct]
    noted = [s for s in scores if s.correct and notes(s)]
    by_id = {item.id: item for item in items}
    bars = {name: groups(scores, by) for name, by in GROUPINGS}
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width,initial-scale=1'>",
        "<meta http-equiv='Content-Security-Policy'",
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>Evaluation</title><style>{_STYLE}</style></head><body>",
        f"<h1>Evaluation 评测</h1><p class='muted'>{described}</p>",
        _cards(numbers["all"], numbers["intervals"]),
        _curve(numbers.get("strictness", {})),
        "<h2>Outcomes by kind of question 各类问题的结果</h2>",
        legend([(title, colour) for _, title, colour in OUTCOMES]),
        outcome_bars({"all": list(scores), **bars.pop("kind")}),
        "<h2>Outcomes by what else is known 其他分组的结果</h2>",
        *(
            f"<h3>by {escape(_TITLES.get(name, name))}</h3>{outcome_bars(parts)}"
            for name, parts in bars.items()
            if len(parts) > 1
        ),
        _lost(numbers.get("lost", {})),
        "<h2>Numbers 数据</h2>",
        _table(numbers),
        _retrieval(numbers["retrieval"]),
        f"<h2>Failures 未答对 ({len(failed)})</h2>",
        *(
            _failure(by_id[s.id], answers[s.id], s, known.get(s.id))
            for s in sorted(failed, key=lambda s: s.outcome, reverse=True)
        ),
        f"<h2>Right, with a remark 答对但有附注 ({len(noted)})</h2>" if noted else "",
        *(_failure(by_id[s.id], answers[s.id], s, known.get(s.id)) for s in noted),
        "</body></html>",
    ]
    return "\n".join(parts)


def _cards(whole: Mapping[str, Any], intervals: Mapping[str, Any]) -> str:
    cards: list[str] = []
    for key, title, form, style, chinese in _CARDS:
        between = intervals.get(key)
        span = (
            f"<small class='muted'>{between[0] * 100:.0f} – {between[1] * 100:.0f} %</small>"
            if between
            else ""
        )
        cards.append(_card(title, chinese, cell(whole[key], form), span, style))
    return (
        f"<div class='cards'>{_card('questions', '题数', str(whole['n']))}{''.join(cards)}</div>"
        "<p class='muted'>Small figures: 95 % bootstrap interval. 小字为 95 % 自助法区间。</p>"
    )


def _card(title: str, chinese: str, value: str, span: str = "", style: str = "") -> str:
    return (
        f"<div class='card {style}'>{escape(title)}<br><small class='muted'>{chinese}</small>"
        f"<b>{value}</b>{span}</div>"
    )


def _curve(levels: Mapping[str, Mapping[str, Any]]) -> str:
    if not levels:
        return ""
    return (
        "<h2>Accuracy, wrong and refusals over strictness 严格程度与对、错、拒</h2>"
        "<p class='muted'>The same questions at each WENBAO_STRICTNESS, strictest first; "
        f"bars are 95 % intervals.</p>{strictness_curve(levels)}"
    )


def _lost(counts: Mapping[str, int]) -> str:
    if not counts:
        return ""
    return (
        "<h2>Where misses were lost 在哪一步丢失</h2><p class='muted'>The first stage that the gold evidence did not "
        "reach: canonical text, one chunk, the figures read, the top hits, the prompt, the draft; then binding "
        "(code took no figure or another one), verification (a right draft was refused), refusal (an "
        f"unanswerable question was answered).</p>{count_bars(counts)}"
    )


def _table(numbers: Mapping[str, Any]) -> str:
    head = "".join(f"<th>{escape(title)}</th>" for _, title, _ in COLUMNS)
    rows = [("all", numbers["all"])]
    rows += [
        (f"{name} {label}", part) for name, parts in numbers["by"].items() for label, part in parts.items()
    ]
    body = ""
    for label, part in rows:
        cells = "".join(f"<td>{cell(part[key], form)}</td>" for key, _, form in COLUMNS)
        body += f"<tr><td>{escape(label)}</td>{cells}</tr>"
    return f"<div class='scroll'><table><tr><th></th>{head}</tr>{body}</table></div>"


def _retrieval(measures: Mapping[str, Any]) -> str:
    values = " · ".join(f"{escape(k)} {v:.3f}" for k, v in measures.items() if k != "questions")
    if not values:
        return ""
    return f"<p>Retrieval of the gold evidence over {measures['questions']} questions: {values}</p>"


def _failure(item: GoldItem, answer: Mapping[str, Any], scored: Score, stages: Stages | None) -> str:
    style = "noted" if scored.correct else "wrong" if scored.outcome == "wrong" else "false"
    rows: list[tuple[str, str]] = [
        *(("before", f"{escape(turn['question'])} → {escape(turn['answer'])}") for turn in item.history),
        ("gold", escape(item.answer)),
        ("answer", escape(answer.get("answer", ""))),
        *(("remark", escape(note)) for note in notes(scored)),
        *(("evidence", f"<span class='quote'>{escape(e)}</span>") for e in item.evidence),
        *(("citation", _citation(c)) for c in answer.get("citations", ())),
        ("stage", escape(f"{scored.stage or '-'}, {cell(scored.cost.seconds, '.1f')} s")),
        *((("lost at", _path(stages)),) if stages is not None and stages.lost else ()),
        *(("draft", escape(call["reply"])) for call in answer.get("calls", ()) if "logprobs" not in call),
    ]
    ranks = scored.retrieval.ranks if scored.retrieval else ()
    found = ", ".join("not among the hits" if rank is None else f"hit {rank}" for rank in ranks)
    hits = "".join(
        f"<div class='hit'>{rank}. {escape(hit.get('report'))} ({float(hit.get('score') or 0):.3f}): "
        f"{escape(str(hit.get('text', ''))[:300])}</div>"
        for rank, hit in enumerate(list(answer.get("hits", ()))[:8], 1)
    )
    rows.append(
        ("retrieved", (f"<div class='hit'>evidence: {escape(found)}</div>" if found else "") + (hits or "-"))
    )
    body = "".join(f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in rows)
    return (
        f"<details class='{style}'><summary><b>{escape(scored.outcome)}</b> <span class='muted'>"
        f"{escape(item.id)} · {escape(item.kind)}</span> {escape(item.question)}</summary><dl>{body}</dl></details>"
    )


def _path(stages: Stages) -> str:
    passed = (stages.text, stages.chunk, stages.figures, stages.top_k, stages.prompt, stages.draft)
    steps = [
        f"<span class='{'yes' if reached else 'no'}'>{escape(name)} {'✓' if reached else '✗'}</span>"
        for name, reached in zip(STAGES, passed, strict=True)
        if reached is not None
    ]
    return f"<b>{escape(stages.lost)}</b>" + (f" ({' → '.join(steps)})" if steps else "")


def _citation(citation: Mapping[str, Any]) -> str:
    place = f" p. {escape(citation['page'])}" if citation.get("page") else ""
    return (
        f"[{escape(citation.get('marker'))}] {escape(citation.get('report'))}{place} "
        f"{escape(citation.get('start'))}–{escape(citation.get('end'))}: "
        f"<span class='quote'>{escape(citation.get('quote'))}</span>"
    )
