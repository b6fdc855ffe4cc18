"""The sample reports: made reproducibly, big enough, marked as fictional, and matched by their gold set."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from eval.check import check_item, read_texts
from eval.dataset import load_gold
from index.types import Report

ROOT = Path(__file__).parent.parent
REPORTS = ROOT / "examples" / "reports"
GOLD = ROOT / "eval" / "gold" / "examples.jsonl"
# Arabic numbers with their decimals, and percentages written in Chinese.
FIGURE = re.compile(r"\d+(?:[.,·，]\d+)*|百分之[〇零一二三四五六七八九十百点]+")
GENERATED = 8


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    return read_texts(REPORTS)


def test_generator_makes_the_committed_bytes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "examples.generate", "--out", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    made = sorted(tmp_path.iterdir())
    assert len(made) == GENERATED
    for path in made:
        assert path.read_bytes() == (REPORTS / path.name).read_bytes(), f"{path.name} is stale: make it again"


def test_every_report_is_small_and_every_form_is_there() -> None:
    files = list(REPORTS.iterdir())
    assert {path.suffix for path in files} == {".docx", ".html", ".md", ".pdf", ".txt", ".xlsx"}
    assert all(path.stat().st_size < 500_000 for path in files)
    with pytest.raises(UnicodeDecodeError):
        (REPORTS / "yunling-work-report-2024.txt").read_text(encoding="utf-8")


def test_together_they_hold_enough_text_and_figures(reports: list[Report]) -> None:
    characters = sum(len(re.sub(r"\s", "", report.text)) for report in reports)
    figures = sum(len(FIGURE.findall(report.text)) for report in reports)
    assert characters >= 25_000
    assert figures >= 500


def test_every_report_says_on_its_first_line_that_it_is_fictional(reports: list[Report]) -> None:
    assert len(reports) == 10
    for report in reports:
        first = report.text.lstrip().splitlines()[0]
        assert "虚构样例" in first, f"{report.name}: {first}"


def test_the_bulletin_has_seven_tables_one_of_them_over_two_pages(reports: list[Report]) -> None:
    bulletin = next(report for report in reports if report.name == "yunchuan-bulletin-2023.pdf")
    captions = re.findall(r"^\s*表(\d)(?!\d)", bulletin.text, re.MULTILINE)
    assert captions == list("1234567")
    first = bulletin.page_at(bulletin.text.index("地区生产总值比上年增长"))
    last = bulletin.page_at(bulletin.text.index("细颗粒物年均浓度"))
    assert first is not None and last == first + 1


def test_gold_holds_in_the_canonical_texts(reports: list[Report]) -> None:
    """Evidence, figures and calculations stand in the reports; no `absent` pattern matches."""
    texts = {report.path: report.text for report in reports}
    problems = {item.id: found for item in load_gold(GOLD) if (found := check_item(item, texts))}
    assert not problems, json.dumps(problems, ensure_ascii=False, indent=1)
