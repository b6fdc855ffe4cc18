"""Where misses are lost: the real pipeline over a small index; only the model is scripted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from answer_reports import index_of, qa_over
from scripted_model import ScriptedModel

from eval.dataset import GoldItem, parse_item
from eval.run import recorded, sources_of
from eval.scoring import score
from eval.stages import Sources, Stages, lost_counts, spans, stages_of
from rag.settings import Settings

pytestmark = pytest.mark.usefixtures("no_name_by_code")


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index_of(tmp_path_factory.mktemp("stages"))


def gold(**fields: Any) -> GoldItem:
    base = {
        "id": "q",
        "kind": "entity",
        "doc": "yunchuan-2023",
        "answer": "云川重工",
        "keywords": ["云川重工"],
    }
    return parse_item({**base, **fields})


NAME = gold(
    question="深谷装备创新联合体由哪家企业牵头？",
    evidence=["由云川重工牵头的深谷装备创新联合体于2023年9月揭牌"],
)


def followed(item: GoldItem, answer: Mapping[str, Any], sources: Sources | None) -> Stages:
    texts = sources.texts if sources is not None else None
    return stages_of(item, answer, score(item, answer, texts), sources)


@pytest.mark.parametrize(
    ("draft", "logprobs", "drafted", "lost"),
    [
        ("云川重工", [{"有": -0.1, "没": -3.0}, {"能": -0.1, "不": -3.0}], True, ""),
        ("云川重工", [{"没": -0.1, "有": -4.0}, {"不": -0.1, "能": -4.0}], True, "verification"),
        ("科技馆", [{"有": -0.1, "没": -3.0}, {"不": -0.1, "能": -4.0}], False, "draft"),
    ],
    ids=["right", "right draft refused", "wrong draft"],
)
def test_an_answer_of_the_model(
    directory: Path, draft: str, logprobs: list[dict[str, float]], drafted: bool, lost: str
) -> None:
    qa, recorder = recorded(qa_over(directory, ScriptedModel([draft], logprobs)))
    assert qa.index is not None
    answer = {**qa.ask(NAME.question).to_dict(), "calls": [call.to_dict() for call in recorder.taken()]}
    found = followed(NAME, answer, sources_of(qa.index))
    assert (found.text, found.chunk, found.figures) == (True, True, None)
    assert (found.top_k, found.prompt, found.draft, found.lost) == (True, True, drafted, lost)


FIGURE = gold(
    question="云川市2023年进出口总额是多少？", kind="level", answer="518.6亿元", keywords=[],
    figures=[{"value": "518.6", "unit": "亿元"}], evidence=["全年进出口总额518.6亿元"],
)  # fmt: skip


def without(sources: Sources, **gone: Any) -> Sources:
    return Sources(
        **{**{name: getattr(sources, name) for name in ("texts", "chunks", "figures", "paths")}, **gone}
    )


def test_each_stage_of_a_figure(directory: Path) -> None:
    qa = qa_over(directory, ScriptedModel())
    assert qa.index is not None
    sources = sources_of(qa.index)
    right = qa.ask(FIGURE.question).to_dict()
    assert followed(FIGURE, right, sources) == Stages(True, True, True, True, None, None, "")
    refused = {**right, "answer": "资料中没有", "abstained": True, "citations": [], "figures": []}
    assert followed(FIGURE, refused, sources).lost == "binding"
    assert followed(FIGURE, {**refused, "hits": []}, sources).lost == "binding", "bound from outside the hits"
    name = "yunchuan-2023.md"
    assert followed(FIGURE, refused, without(sources, figures={name: ()})).lost == "figures"
    assert followed(FIGURE, refused, without(sources, chunks={name: ("别的",)})).lost == "chunk"
    assert followed(FIGURE, refused, without(sources, texts={name: "别的"})).lost == "text"
    assert followed(FIGURE, {**refused, "hits": []}, None).lost == "top k", (
        "a pipeline that can't be looked into"
    )


def test_a_figure_elsewhere_in_the_report_is_not_the_evidence(directory: Path) -> None:
    """6.3% stands under GDP; evidence that does not hold it finds no figure there."""
    qa = qa_over(directory, ScriptedModel())
    assert qa.index is not None
    other = gold(
        question="？", kind="growth", answer="6.3%", keywords=[], figures=[{"value": "6.3", "unit": "%"}],
        evidence=["进出口总额518.6亿元，增长2.4%"],
    )  # fmt: skip
    answer = {"answer": "2.4%", "abstained": False, "hits": [], "citations": []}
    assert followed(other, answer, sources_of(qa.index)).figures is False


def test_only_drafting_from_passages_counts_as_prompt() -> None:
    hits = [{"report": "a.txt", "text": "由云川重工牵头的深谷装备创新联合体于2023年9月揭牌。"}]
    translation = {"prompt": "Translate.\nWho leads it?", "reply": "云川重工牵头吗？"}
    weighing = {"prompt": "[1] 由云川重工牵头的深谷装备创新联合体", "reply": "有", "logprobs": {"有": -0.1}}
    refused = {"answer": "没有", "abstained": True, "hits": hits}
    asked = followed(NAME, {**refused, "calls": [translation, weighing]}, None)
    assert (asked.prompt, asked.draft, asked.lost) == (False, None, "prompt"), "a name is drafted or lost"
    by_code = followed(FIGURE, {**refused, "calls": [translation, weighing]}, None)
    assert (by_code.prompt, by_code.draft) == (None, None)
    drafting = {
        "prompt": "资料：\n[1] 由云川重工牵头的深谷装备创新联合体于2023年9月揭牌。\n问题",
        "reply": "云川重工",
    }
    wrote = followed(NAME, {**refused, "calls": [translation, drafting, weighing]}, None)
    assert (wrote.prompt, wrote.draft, wrote.lost) == (True, True, "verification")


def test_unanswerable() -> None:
    item = parse_item(
        {"id": "u", "question": "？", "kind": "unanswerable", "answerable": False, "answer": "没有"}
    )
    assert followed(item, {"answer": "5%", "abstained": False}, None) == Stages(lost="refusal")
    assert followed(item, {"answer": "", "abstained": True}, None) == Stages()


def test_counts_go_along_the_pipeline() -> None:
    losses = ("binding", "chunk", "", "binding", "refusal", "draft")
    assert list(lost_counts([Stages(lost=name) for name in losses]).items()) == [
        ("chunk", 1), ("draft", 1), ("binding", 2), ("refusal", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "evidence", "expected"),
    [
        ("一 二\n三四", "二三", [(2, 5)]),
        ("增长６.2%，增长6.2%", "增长6.2%", [(0, 6), (7, 13)]),
        ("一二", "三", []),
    ],
)
def test_spans(text: str, evidence: str, expected: list[tuple[int, int]]) -> None:
    assert spans(text, evidence) == expected


def test_explain_shows_the_calls(directory: Path) -> None:
    model = ScriptedModel(["云川重工"], [{"有": -0.1, "没": -3.0}, {"能": -0.1, "不": -3.0}])
    told = qa_over(directory, model).explain(NAME.question, id="q")
    assert told.answer.id == "q" and not told.answer.abstained
    assert [call.prompt for call in told.calls] == [text for _, text in model.prompts]
    assert [call.reply for call in told.calls] == ["云川重工", "有", "能"]
    assert told.calls[1].to_dict()["logprobs"] == {"有": -0.1, "没": -3.0}
    by_code = qa_over(directory, ScriptedModel()).explain(FIGURE.question)
    assert by_code.answer.stage == "figure" and by_code.calls == ()


def test_recorded_changes_nothing_but_the_strictness(directory: Path) -> None:
    qa = qa_over(directory, ScriptedModel(), Settings(evidence_characters=300))
    other, _ = recorded(qa, "exploratory")
    assert other.settings == Settings(evidence_characters=300, strictness="exploratory")
    assert qa.settings.strictness == "careful" and other.index is qa.index
