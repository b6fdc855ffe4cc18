"""The page: it escapes what it shows, loads nothing from elsewhere, and starts without an index."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT
from starlette.testclient import TestClient

import app
from index.types import Chunk, Hit
from rag.server import Service
from rag.types import Answer, Citation, ShownFigure

HOSTILE = '<img src=x onerror="alert(1)"> & 云川市'


def hostile_answer() -> Answer:
    return Answer(
        question=HOSTILE, text=HOSTILE, abstained=False, language="zh", stage="model",
        citations=(Citation(1, HOSTILE, 3, 0, 9, HOSTILE),),
        figures=(ShownFigure("2", 2.0, "", None, HOSTILE),),
    )  # fmt: skip


def test_everything_shown_is_escaped() -> None:
    answer = hostile_answer()
    hit = Hit(Chunk(HOSTILE, 0, 9, HOSTILE), 1.0)
    for html in (app.render_answer(answer), app.render_citations(answer), app.render_hits((hit,))):
        assert "<img" not in html
        assert "&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; 云川市" in html


def test_citations_show_report_page_and_quote() -> None:
    html = app.render_citations(hostile_answer())
    assert "[1]" in html and "第 3 页" in html and "0–9" in html


def test_page_forbids_loading_from_elsewhere(tmp_path: Path) -> None:
    client = TestClient(app.create_page_app(Service(tmp_path / "none")), base_url="http://127.0.0.1")
    for path in ("/", "/health", "/no-such-page"):
        policy = client.get(path).headers["content-security-policy"]
        assert "img-src 'self' data: blob:" in policy and "default-src 'self'" in policy
    assert client.post("/v1/ask", json={"question": "？"}).status_code == 503


# ---------------------------------------------------------------- in a browser


@pytest.fixture
def page_address(tmp_path: Path) -> Iterator[str]:
    """The address of a running page without an index."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "app.py"), "--port", "0", "--index", str(tmp_path / "none")],
        stdout=subprocess.PIPE, encoding="utf-8", cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'tests' / 'offline'}:{ROOT}"},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        address = process.stdout.readline().split()[-1]
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{address}/health", timeout=5) as response:
                    assert response.status == 200
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.mark.browser
def test_page_without_index_says_what_to_do(page_address: str) -> None:
    from playwright.sync_api import expect, sync_playwright

    outside: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_page()
        page.on("request", lambda request: outside.append(request.url))
        page.goto(page_address)
        page.get_by_label("问题 Question").fill("云川市地区生产总值是多少？")
        page.get_by_role("button", name="提问 Ask").click()
        expect(page.locator("#answer")).to_contain_text("python -m rag", timeout=60_000)
        browser.close()
    assert [url for url in outside if not url.startswith((page_address, "data:", "blob:"))] == []
