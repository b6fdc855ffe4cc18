"""Tables of one indicator: each cell is the figure of its slots with its sentence, or a gap."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from answer_reports import index_of, qa_over
from scripted_model import ScriptedModel

from rag.cli_ask import year_range
from rag.compare import Comparison
from rag.errors import IndicatorUnknownError
from rag.qa import ReportQA


@pytest.fixture(scope="module")
def qa(tmp_path_factory: pytest.TempPathFactory) -> ReportQA:
    # The model has nothing queued: a table that asked it would fail.
    return qa_over(index_of(tmp_path_factory.mktemp("compare")), ScriptedModel())


def texts(table: Comparison) -> dict[tuple[str, str], str | None]:
    return {place: cell.text if cell else None for place, cell in table.cells.items()}


def test_growth_over_years_and_regions_with_gaps(qa: ReportQA) -> None:
    table = qa.compare("地区生产总值增速", years=[2023, 2022], regions=["云川市", "临河市"])
    assert table.periods == ("2022", "2023") and table.regions == ("云川市", "临河市")
    assert texts(table) == {
        ("云川市", "2022"): "4.6%", ("云川市", "2023"): "6.3%", ("临河市", "2022"): None, ("临河市", "2023"): "5.2%",
    }  # fmt: skip


def test_every_cell_is_cited_exactly(qa: ReportQA) -> None:
    table = qa.compare("社会消费品零售总额", years=range(2022, 2024))
    assert qa.index is not None
    assert texts(table) == {("云川市", "2022"): "971.6亿元", ("云川市", "2023"): "1046.5亿元"}
    assert [citation.marker for citation in table.citations] == [1, 2]
    for cell in table.cells.values():
        assert cell is not None
        place = cell.citation
        assert qa.index.report(place.report).text[place.start : place.end] == place.quote
        assert cell.text in place.quote


def test_without_years_and_regions_those_the_reports_have(qa: ReportQA) -> None:
    table = qa.compare("地区生产总值")
    assert set(table.regions) == {"云川市", "临河市"}
    assert table.cells["云川市", "2023"] is not None
    assert table.cells["临河市", "2022"] is None
    assert table.unit == "亿元"


def test_a_target_is_not_an_actual_figure(qa: ReportQA) -> None:
    actual = qa.compare("城镇新增就业", years=[2023, 2024], regions=["云岭省"])
    assert texts(actual) == {("云岭省", "2023"): "61.4万人", ("云岭省", "2024"): None}
    target = qa.compare("城镇新增就业目标", years=[2023, 2024], regions=["云岭省"])
    assert texts(target) == {("云岭省", "2023"): None, ("云岭省", "2024"): "55万人以上"}


def test_reports_restrict_the_table(qa: ReportQA) -> None:
    table = qa.compare(
        "地区生产总值增速", years=[2022, 2023], regions=["云川市"], reports=["yunchuan-2022.md"]
    )
    assert texts(table) == {("云川市", "2022"): "4.6%", ("云川市", "2023"): None}


def test_english_indicator_and_labels(qa: ReportQA) -> None:
    table = qa.compare("GDP growth", years=[2023])
    assert table.cells["云川市", "2023"] is not None
    assert table.label("2023") == "2023"
    assert {row["value"] for row in table.chart_rows()} == {6.3, 5.2, 5.6}


def test_unknown_indicator_says_what_to_do(qa: ReportQA) -> None:
    with pytest.raises(IndicatorUnknownError, match="vocabulary"):
        qa.compare("快乐程度")


def test_a_decline_is_negative_in_the_chart(qa: ReportQA) -> None:
    table = qa.compare("社会消费品零售总额增速", years=[2022], regions=["云川市"])
    assert [row["value"] for row in table.chart_rows()] == [-1.2]


def test_csv_has_a_row_a_cell_with_its_quote(qa: ReportQA) -> None:
    table = qa.compare("地区生产总值增速", years=[2022, 2023], regions=["云川市", "临河市"])
    rows = list(csv.DictReader(io.StringIO(table.to_csv())))
    assert len(rows) == 4
    assert rows[0]["value"] == "4.6" and "4.6%" in rows[0]["quote"]
    assert rows[2]["value"] == "" and rows[2]["quote"] == ""


def test_csv_text_is_no_formula(tmp_path: Path) -> None:
    report = "# 云川市2023年统计公报\n\n=HYPERLINK(1)2023年云川市地区生产总值3127.4亿元。\n"
    table = qa_over(index_of(tmp_path, {"a.md": report}), ScriptedModel()).compare("地区生产总值")
    quotes = [row["quote"] for row in csv.DictReader(io.StringIO(table.to_csv()))]
    assert quotes and all(quote.startswith("'=") for quote in quotes)


@pytest.mark.parametrize(
    ("text", "years"), [("2010-2012", [2010, 2011, 2012]), ("2023", [2023]), ("2022—2023", [2022, 2023])]
)
def test_years_of_the_command_line(text: str, years: list[int]) -> None:
    assert list(year_range(text)) == years


@pytest.mark.parametrize("text", ["", "abc", "2023-2010", "1-3"])
def test_no_years(text: str) -> None:
    with pytest.raises(ValueError):
        year_range(text)
