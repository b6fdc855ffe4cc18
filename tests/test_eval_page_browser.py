"""The evaluation page in a real browser: drawn, quiet, and loading nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from eval.dataset import parse_item
from eval.report import write_outputs
from eval.scoring import score
from eval.stages import Stages

pytestmark = pytest.mark.browser

RECORDS = [
    {"id": "right", "question": "出口增长多少？", "kind": "growth", "answer": "6.2%", "figures": [{"value": "6.2", "unit": "%"}]},
    {"id": "wrong", "question": "进口增长多少？", "kind": "period", "answer": "1.5%", "figures": [{"value": "1.5", "unit": "%"}]},
]  # fmt: skip


def test_page_is_drawn_and_quiet(tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    items = [parse_item(record) for record in RECORDS]
    hits = [{"report": "a.txt", "text": "出口增长6.2%，进口下降1.5%。", "score": 1.0}]
    answers = {
        i.id: {"answer": "增长6.2%", "abstained": False, "hits": hits, "stage": "figure"} for i in items
    }
    scores = [score(item, answers[item.id]) for item in items]
    stages = {"right": Stages(text=True), "wrong": Stages(text=True, figures=False, lost="figures")}
    curve = {"careful": scores, "balanced": scores, "exploratory": scores}
    write_outputs(tmp_path, items, answers, scores, {"gold": "test"}, stages=stages, curve=curve)
    browser_path = shutil.which("chromium") or "/usr/bin/chromium"
    said: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        page.on("console", lambda message: said.append(message.text))
        page.on("request", lambda request: said.append(request.url))
        page.goto(f"file://{tmp_path / 'report.html'}")
        for plot in page.locator("svg").all():
            box = plot.bounding_box()
            assert box is not None and box["width"] > 300 and box["height"] > 20
        assert page.locator("svg polyline").count() == 3, "nothing is unanswerable: no line of right refusal"
        detail = page.locator("details.wrong")
        assert not detail.locator("dl").is_visible()
        detail.locator("summary").click()
        assert detail.locator("dl").is_visible()
        assert "进口下降1.5%" in detail.inner_text() and "figures ✗" in detail.inner_text()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
            "no sideways scrolling"
        )
        browser.close()
    assert [line for line in said if not line.startswith("file:")] == []
