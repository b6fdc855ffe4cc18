"""Which of several figures of one sentence answers; one fictional report that offers the wrong ones too."""

from __future__ import annotations

from pathlib import Path

import pytest
from hashing_embedder import HashingEmbedder
from scripted_model import ScriptedModel

from index.build import build_index
from index.store import ReportIndex
from rag.qa import ReportQA
from rag.settings import Settings
from rag.types import Answer

REPORT = """青岚市2023年国民经济和社会发展统计公报

全年进出口总额520.4亿元，进出口过亿元企业达36家。年末新增高速公路42公里，高速公路总里程达956公里。

用于科技、教育、卫生和文化事业的支出分别为7.4亿元、53.6亿元、13.8亿元和2.3亿元。全年粮食产量109亿斤。

年末制造业贷款余额27.4亿元。五年来，常住人口城镇化率由52.6%提高到58.5%。全年卖场销售汽车13.6万辆。全年固定资产投资下降2.7%。
"""


@pytest.fixture(scope="module")
def qa(tmp_path_factory: pytest.TempPathFactory) -> ReportQA:
    folder: Path = tmp_path_factory.mktemp("choice")
    report = folder / "青岚市2023年国民经济和社会发展统计公报.txt"
    report.write_text(REPORT, encoding="utf-8")
    embedder = HashingEmbedder()
    build_index([report], folder / "index", embedder)
    return ReportQA(ReportIndex.open(folder / "index", embedder), embedder, ScriptedModel(), Settings())


def shown(answer: Answer) -> list[str]:
    return [figure.text for figure in answer.figures]


@pytest.mark.parametrize(
    ("question", "figures"),
    [
        pytest.param("2023年青岚市进出口总额是多少？", ["520.4亿元"], id="过亿元-is-no-amount"),
        pytest.param("2023年青岚市高速公路里程是多少？", ["956公里"], id="not-what-was-added"),
        pytest.param(
            "2023年青岚市给科技、教育、卫生和文化分别花了多少钱？",
            ["7.4亿元", "53.6亿元", "13.8亿元", "2.3亿元"],
            id="each-item-its-own",
        ),
        pytest.param("2023年青岚市粮食产量折合多少万吨？", ["109亿斤", "545万吨"], id="converted"),
        pytest.param("2023年青岚市卖出多少辆汽车？", ["13.6万辆"], id="everyday-words"),
        pytest.param(
            "Did fixed-asset investment in 青岚市 rise or fall in 2023, and by how much?",
            ["2.7%"],
            id="either-way",
        ),
    ],
)
def test_the_figure_that_is_meant(qa: ReportQA, question: str, figures: list[str]) -> None:
    assert shown(qa.ask(question)) == figures


def test_a_balance_is_no_increase(qa: ReportQA) -> None:
    assert qa.ask("2023年青岚市制造业贷款余额增加了多少亿元？").abstained


def test_words_alone_do_not_make_a_growth_rate_the_amount(qa: ReportQA) -> None:
    assert qa.ask("2023年青岚市固定资产用了多少？").abstained


def test_one_english_word_names_no_figure(qa: ReportQA) -> None:
    assert qa.ask("How much technology was there in 青岚市 in 2023?").abstained


def test_a_conversion_shows_its_arithmetic(qa: ReportQA) -> None:
    answer = qa.ask("2023年青岚市粮食产量折合多少万吨？")
    assert answer.figures[1].calculation == "109亿斤 ÷ 0.2亿斤/万吨 = 545万吨"
