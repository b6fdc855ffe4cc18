"""Wrong and right drafts by code, through what decides after a model has drafted; the index is real."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import pytest
from answer_reports import REPORTS, index_of, qa_over
from scripted_model import ScriptedModel

from eval.__main__ import main
from eval.draft_kinds import FORMS, KINDS, Library, right_draft, wrong_drafts
from eval.planted_drafts import Tally, check_drafts, tally
from index.types import Figure
from rag import CheckedDrafts
from rag.qa import ReportQA
from rag.types import Answer


@pytest.fixture(scope="module")
def qa(tmp_path_factory: pytest.TempPathFactory) -> ReportQA:
    return qa_over(index_of(tmp_path_factory.mktemp("planted-drafts")), ScriptedModel())


@pytest.fixture(scope="module")
def counted(qa: ReportQA) -> Tally:
    return check_drafts(qa, planted=8, right=30)


def test_no_planted_draft_is_shown(counted: Tally) -> None:
    assert counted.shown.total() == 0, counted.lines
    assert {kind for kind in KINDS if counted.planted[kind] >= 2} == set(KINDS)
    assert counted.stood_near.total() > 20, "most are plausible: their figure stands in the evidence"


def test_right_drafts_are_kept(counted: Tally) -> None:
    assert counted.right.total() == 30 and set(counted.right) == set(FORMS)
    assert counted.kept.total() >= 29, counted.lines


def test_a_stage_that_shows_every_draft_is_caught(qa: ReportQA) -> None:
    """The count itself must be able to fail: here each draft is shown as it is."""

    def shown(question: str, drafts: Sequence[str]) -> CheckedDrafts:
        whole = "".join(qa.index.report(name).text for name in REPORTS) if qa.index else ""
        answers = [Answer(question, draft, abstained=False, language="zh", stage="model") for draft in drafts]
        return CheckedDrafts((whole,), tuple(answers))

    figures, texts = _read(qa)
    counted = tally(figures, texts, shown, planted=3, right=5)
    assert counted.shown == counted.planted and counted.shown.total() >= 3 * (len(KINDS) - 1)
    assert counted.kept == counted.right
    assert "| **all** |" in counted.table()


def test_what_is_planted_is_wrong_and_plausible(qa: ReportQA) -> None:
    figures, texts = _read(qa)
    asked = next(f for f in figures if f.text == "13.6%")
    text = texts[asked.report]
    first = text.rfind("。", 0, asked.start) + 1
    found = {
        said.kind: said
        for said in wrong_drafts(
            asked, "ask", (first, text.find("。", asked.end)), text, Library.of(figures), random.Random(1)
        )
    }
    assert right_draft(asked, "ask").draft == "增长13.6%"
    assert found["swapped list"].draft == "增长10.9%"
    assert (found["unit"].draft, found["direction"].draft) == ("增长13.6个百分点", "下降13.6%")
    assert found["scale"].draft == "增长136.0%"
    assert re.sub(r"\D", "", found["value"].draft) in re.sub(r"\D", "", text)
    assert all(said.figure == said.draft != "增长13.6%" for said in found.values())


TABLE_QUESTION = "云川市2023年金融机构存款余额是多少？"


@pytest.mark.parametrize(
    ("draft", "shown"),
    [
        ("4876.2亿元", True),  # the unit stands in the table's heading
        ("2023年云川市金融机构存款余额为4876.2亿元", True),
        ("487.62 billion yuan", True),
        ("4391.5亿元", False),  # the year beside it
        ("4876.2万元", False),
        ("487.62亿元", False),
    ],
)
def test_a_draft_from_a_table_is_held_against_its_cell(qa: ReportQA, draft: str, shown: bool) -> None:
    (answer,) = qa.check_drafts(TABLE_QUESTION, [draft]).answers
    assert answer.abstained is not shown, answer.text


@pytest.mark.parametrize(
    "draft", ["2022年云川市金融机构存款余额为4876.2亿元", "金融机构贷款余额为4876.2亿元"]
)
def test_what_a_draft_calls_its_figure_is_not_shown(qa: ReportQA, draft: str) -> None:
    (answer,) = qa.check_drafts(TABLE_QUESTION, [draft]).answers
    assert answer.text == "2023年云川市，金融机构存款余额为4876.2亿元[1]。"


def test_command_counts_and_fails_only_for_what_is_shown(
    qa: ReportQA, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ReportQA, "open", lambda *_: qa)  # the real models are not in this tier
    assert main(["drafts-check", "--planted", "1", "--right", "1", "--index", "unused"]) == 0
    assert "| swapped list | 1 |" in capsys.readouterr().out


def _read(qa: ReportQA) -> tuple[list[Figure], dict[str, str]]:
    assert qa.index is not None
    figures = [figure for name in REPORTS for figure in qa.index.figures(report=name)]
    return figures, {name: qa.index.report(name).text for name in REPORTS}
