"""The page as a person meets it, in Debian's chromium, with the real models."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from conftest import ROOT
from page_browser import CHROMIUM, SLOW_MS, Visitor, running_page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]  # minutes on a loaded machine

EXAMPLES = ROOT / "examples" / "reports"
BULLETIN = EXAMPLES / "yunchuan-bulletin-2023.pdf"
INDEXED = ("yunchuan-bulletin-2022.docx", "qinglan-bulletin-2023.html")
HOSTILE_NAME = "<img src=x onerror=alert(1)>.txt"
# The first sentence may be cited; the last speaks in a markup that bars it as evidence, and is only displayed.
HOSTILE_TEXT = (
    "银杏市（虚构样例）2023年统计公报\n\n2023年银杏市地区生产总值812.5亿元<b onmouseover=alert(2)>${alert(3)}，比上年增长6.6%。\n"
    "\n年末常住人口96.2万人。全年用水量略有下降。道路绿化继续推进。\n"
    "\n市容整洁<img src=x onerror=alert(2)>{{7*7}}<script>alert(4)</script>。\n"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=SLOW_MS)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page over two sample reports."""
    folder = tmp_path_factory.mktemp("page")
    reports = folder / "reports"
    reports.mkdir()
    for name in INDEXED:
        shutil.copy(EXAMPLES / name, reports)
    subprocess.run(
        [sys.executable, "-m", "rag", "index", str(reports), "--index", str(folder / "index")],
        cwd=ROOT, check=True, capture_output=True, timeout=400,
    )  # fmt: skip
    with running_page(folder / "index", folder) as at:
        yield at


@pytest.fixture
def visitor(browser: Any, address: str) -> Iterator[Visitor]:
    """A new visitor, who must leave with nothing gone outside, no dialog opened and no script failed."""
    one = Visitor(browser, address)
    one.arrive()
    yield one
    outside, dialogs, errors = one.outside, one.dialogs, one.errors
    one.close()
    assert outside == [] and dialogs == [] and errors == []


def share_of_page(path: Path, page: int, text: str, after: str) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of `text` behind `after`, as shares of the page, found by pdfplumber."""
    with pdfplumber.open(path) as pdf:
        sheet = pdf.pages[page - 1]
        characters = [one for one in sheet.chars if not one["text"].isspace()]
        start = "".join(one["text"] for one in characters).index(after + text) + len(after)
        own = characters[start : start + len(text)]
        return (
            own[0]["x0"] / float(sheet.width), min(one["top"] for one in own) / float(sheet.height),
            own[-1]["x1"] / float(sheet.width), max(one["bottom"] for one in own) / float(sheet.height),
        )  # fmt: skip


def test_from_upload_to_the_highlighted_figure_and_out_again(visitor: Visitor) -> None:
    from playwright.sync_api import expect

    page = visitor.page
    visitor.upload(str(BULLETIN))
    expect(page.locator("#outcome")).to_contain_text(f"已添加：{BULLETIN.name}")
    expect(page.locator(f"tr[data-report='{BULLETIN.name}']")).to_contain_text("云川市")

    visitor.tab("提问")
    states: list[str] = []
    page.expose_function("noteState", lambda state: states.append(state))
    page.evaluate(
        "new MutationObserver(() => { const turn = document.querySelector('.wb-turn:last-child');"
        " if (turn) noteState(turn.dataset.status); })"
        ".observe(document.querySelector('#conversation'), {childList: true, subtree: true})"
    )
    turn = visitor.ask("2023年云川市规模以上工业增加值增长多少？")
    expect(turn.locator(".wb-answer")).to_contain_text("8.2%")
    expect(turn.locator(".wb-badge")).to_have_text("已核对")
    seen = [state for number, state in enumerate(states) if number == 0 or state != states[number - 1]]
    assert seen[-1] == "done" and "checking" in seen  # evidence was on the page before the answer

    figure = page.locator(".wb-page .wb-hl-figure")
    visitor.press(turn.locator(".wb-marker").first, figure)
    expect(figure).to_have_count(1)
    image = page.locator(".wb-page img").bounding_box()
    box = figure.bounding_box()
    assert image and box
    expected = share_of_page(BULLETIN, 1, "8.2%", "规模以上工业增加值增长")
    assert (box["x"] - image["x"]) / image["width"] == pytest.approx(expected[0], abs=0.006)
    assert (box["x"] + box["width"] - image["x"]) / image["width"] == pytest.approx(expected[2], abs=0.006)
    middle = image["y"] + image["height"] * (expected[1] + expected[3]) / 2
    assert box["y"] < middle < box["y"] + box["height"]
    frame = page.locator(".wb-source-body").bounding_box()
    assert frame and frame["y"] < middle < frame["y"] + frame["height"], "the figure is scrolled into sight"
    assert page.locator(".wb-page .wb-hl-passage").count() >= 1
    page.get_by_role("button", name="下一页").click()
    expect(page.locator(".wb-source footer")).to_contain_text("第 2 页，共 5 页")
    page.keyboard.press("Escape")
    expect(page.locator(".wb-source")).to_have_count(0)

    # A follow-up takes everything else from the question before it.
    follow = visitor.ask("青岚市呢？")
    expect(follow.locator(".wb-source-card").first).to_contain_text("青岚市")
    expect(follow.locator(".wb-answer")).to_contain_text(re.compile("工业增加值.*%"))

    visitor.tab("报告")
    confirm = page.locator("#confirm-remove:visible")
    visitor.press(page.locator(f"tr[data-report='{BULLETIN.name}'] [data-do=remove_report]"), confirm)
    confirm.click()
    expect(page.locator(f"tr[data-report='{BULLETIN.name}']")).to_have_count(0)
    visitor.tab("提问")
    again = visitor.ask("2023年云川市规模以上工业增加值增长多少？")
    expect(again.locator(".wb-actions")).to_be_visible()
    assert "8.2%" not in again.inner_text()
    assert "2023年国民经济" not in "".join(again.locator(".wb-source-card").all_inner_texts())
    # What was cited before says that its report is gone.
    visitor.press(turn.locator(".wb-marker").first, page.locator(".wb-source .wb-error"))
    expect(page.locator(".wb-source .wb-error")).to_contain_text(BULLETIN.name)


def test_languages_and_what_is_kept(visitor: Visitor) -> None:
    from playwright.sync_api import expect

    page = visitor.page
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    expect(page.locator(".wb-welcome h2")).to_have_text("问一个数字，看到它的出处")
    page.get_by_text("English", exact=True).click()
    expect(page.locator(".wb-welcome h2")).to_have_text("Ask for a figure, see where it stands")
    expect(page.get_by_role("tab", name="Reports")).to_be_visible()
    expect(page.locator("#question textarea")).to_have_attribute("placeholder", re.compile("Type a question"))
    turn = visitor.ask("What was Yunchuan's general public budget revenue in 2022?")
    expect(turn.locator(".wb-badge")).to_have_text("Verified")
    shown = re.sub(r"[\s\d]", "", page.locator("#tabs").inner_text() + page.locator("#sidebar").inner_text())
    assert "提问" not in shown and "对话" not in shown

    page.get_by_role("button", name="Right", exact=True).click()
    expect(page.locator("[data-verdict=right]")).to_have_attribute("aria-pressed", "true")
    with page.expect_download() as downloaded:
        page.locator("#export-csv").click()
    assert "yunchuan-bulletin-2022.docx" in Path(downloaded.value.path()).read_text(encoding="utf-8-sig")
    with page.expect_download() as downloaded:
        page.locator("#export-docx").click()
    assert Path(downloaded.value.path()).read_bytes()[:2] == b"PK"

    page.reload()
    page.wait_for_selector(".wb-kept")
    expect(page.locator(".wb-welcome h2")).to_have_text("Ask for a figure, see where it stands")
    visitor.press(page.locator(".wb-kept").first, page.locator(".wb-turn"))
    expect(page.locator(".wb-turn .wb-badge")).to_have_text("Verified")
    visitor.press(page.locator(".wb-marker").first, page.locator("mark.wb-hl-figure"))
    expect(page.locator("mark.wb-hl-figure")).to_be_visible()  # a Word file: text with the highlight

    page.get_by_role("tab", name="Settings").click()
    expect(page.locator("#ratings")).to_contain_text("right 1")
    with page.expect_download() as downloaded:
        page.locator("#export-ratings").click()
    item = json.loads(Path(downloaded.value.path()).read_text(encoding="utf-8").splitlines()[0])
    assert item["answerable"] and item["docs"] == ["yunchuan-bulletin-2022.docx"]


def test_a_refusal_offers_what_there_is(visitor: Visitor) -> None:
    from playwright.sync_api import expect

    turn = visitor.ask("2019年青岚市地区生产总值是多少？")
    expect(turn.locator(".wb-badge")).to_have_text("报告中没有")
    assert turn.locator(".wb-marker").count() == 0
    offered = turn.locator(".wb-example").first
    question = offered.inner_text()
    visitor.press(offered, visitor.page.locator(".wb-turn").nth(1))
    expect(visitor.page.locator(".wb-turn").nth(1).locator(".wb-question")).to_have_text(question)
    expect(visitor.page.locator(".wb-turn").nth(1).locator(".wb-badge")).to_have_text("已核对")


def test_compare_two_years(visitor: Visitor) -> None:
    from playwright.sync_api import expect

    page = visitor.page
    visitor.upload(str(BULLETIN))
    visitor.tab("对比")
    for field, text in (("indicator", "地区生产总值增速"), ("from", "2020"), ("to", "2021")):
        page.locator(f"#compare-{field} input").fill(text)
        page.keyboard.press("Enter")
    page.locator("#compare-go").click()
    table = page.locator(".wb-compare")
    expect(table.locator("thead th")).to_have_text(["", "2020年", "2021年"])
    cells = table.locator("tr", has_text="云川市").locator(".wb-cell")
    expect(cells).to_have_count(2)
    expect(page.locator("#comparison-chart svg circle")).not_to_have_count(0)
    expect(cells).to_have_text(["3.6%", "8.4%"])
    visitor.press(cells.nth(1), page.locator(".wb-page .wb-hl-figure"))
    expect(page.locator(".wb-page .wb-hl-figure")).to_have_count(1)
    expect(page.locator(".wb-source")).to_contain_text(BULLETIN.name)
    with page.expect_download() as downloaded:
        page.locator("#compare-csv").click()
    assert "云川市" in Path(downloaded.value.path()).read_text(encoding="utf-8-sig")
    with page.expect_download() as downloaded:
        page.locator("#compare-png").click()
    assert Path(downloaded.value.path()).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_hostile_names_and_passages_are_text(visitor: Visitor, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    page = visitor.page
    visitor.upload({"name": HOSTILE_NAME, "mimeType": "text/plain", "buffer": HOSTILE_TEXT.encode()})
    row = page.locator("tr", has_text="银杏市")
    expect(row).to_have_count(1)
    visitor.press(row.locator("[data-do=view_report]"), page.locator("#report-detail", has_text="812.5亿元"))
    visitor.tab("提问")
    turn = visitor.ask("2023年银杏市地区生产总值是多少？")
    visitor.press(turn.locator(".wb-marker").first, page.locator(".wb-source"))
    expect(page.locator(".wb-source")).to_contain_text("812.5亿元<b onmouseover=alert(2)>${alert(3)}")
    visitor.tab("报告")
    confirm = page.locator("#confirm-remove:visible")
    visitor.press(row.locator("[data-do=remove_report]"), confirm)
    expect(page.locator("#confirm").first).to_contain_text("img src=x onerror=alert(1)")
    confirm.click()
    expect(row).to_have_count(0)
    assert page.evaluate("document.querySelectorAll(\"img[src='x'], #tabs script\").length") == 0


def test_stop_ends_a_question_and_frees_the_model(visitor: Visitor) -> None:
    """A definition goes through the language model, which takes seconds: time enough to stop it."""
    from playwright.sync_api import expect

    page = visitor.page

    def at_the_model() -> float:
        text = page.request.get(f"{visitor.address}/metrics").text()
        return sum(float(line.split()[1]) for line in text.splitlines() if line.startswith("wenbao_model_"))

    expect(page.locator("#status .wb-status-wait")).to_have_count(0)
    page.locator("#question textarea").fill("请介绍青岚市公报所说的“港产城”")
    page.keyboard.press("Enter")
    expect(page.locator(".wb-turn[data-status=checking]")).to_have_count(1)
    page.locator("#stop").click()
    expect(page.locator(".wb-turn[data-status=stopped] .wb-note")).to_have_text("已停止。")
    expect(page.locator("#send")).to_be_visible()
    expect(page.locator("#stop")).to_be_hidden()
    deadline = time.monotonic() + 30
    while at_the_model() and time.monotonic() < deadline:
        page.wait_for_timeout(500)
    assert at_the_model() == 0
    # It stays stopped, what follows is answered, and the stopped question can be asked again.
    turn = visitor.ask("2022年云川市地区生产总值是多少？")
    expect(turn.locator(".wb-badge")).to_have_text("已核对")
    stopped = page.locator(".wb-turn").first
    expect(stopped).to_have_attribute("data-status", "stopped")
    expect(stopped.locator("[data-do=ask][data-again]")).to_be_visible()


def test_off_loopback_a_password_opens_the_page_and_guessing_is_slowed(browser: Any, tmp_path: Path) -> None:
    from playwright.sync_api import Error

    password = "a-long-random-password"
    with running_page(tmp_path / "none", tmp_path, host="0.0.0.0", WENBAO_API_KEY=password) as at:
        for credentials in (None, {"username": "any", "password": "wrong"}):
            context = browser.new_context(http_credentials=credentials)
            page = context.new_page()
            assert context.request.get(at).status == 401
            with suppress(Error):  # chromium shows its own page where it has nobody to ask for a password
                page.goto(at)
            assert page.locator("#question").count() == 0
            context.close()
        context = browser.new_context(http_credentials={"username": "any", "password": password})
        page = context.new_page()
        page.goto(at)
        page.wait_for_selector("#question textarea", timeout=SLOW_MS)
        context.close()
        guesses = browser.new_context()
        statuses: list[int] = []
        while 429 not in statuses and len(statuses) < 100:  # the slower the machine, the more it may guess
            guess = base64.b64encode(f"any:guess-{len(statuses)}".encode()).decode()
            answered = guesses.request.get(at, headers={"Authorization": f"Basic {guess}"})
            statuses.append(answered.status)
        assert statuses[0] == 401 and statuses[-1] == 429
        right = base64.b64encode(f"any:{password}".encode()).decode()
        assert guesses.request.get(at, headers={"Authorization": f"Basic {right}"}).status == 200
        guesses.close()


def test_files_that_are_not_taken_are_named(visitor: Visitor) -> None:
    from playwright.sync_api import expect

    visitor.upload({"name": "坏的.pdf", "mimeType": "application/pdf", "buffer": b"not a page"})
    expect(visitor.page.locator("#outcome .wb-error")).to_contain_text("坏的.pdf")


def test_phone_width_dark_and_keyboard(browser: Any, address: str) -> None:
    from playwright.sync_api import expect

    visitor = Visitor(browser, address, viewport={"width": 390, "height": 780}, color_scheme="dark")
    visitor.arrive()
    page = visitor.page
    page.wait_for_selector(".wb-example")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(int(value) for value in re.findall(r"\d+", background)[:3]) < 60, background
    page.keyboard.press("Tab")
    page.locator(".wb-example").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".wb-turn[data-status=done]")
    turn = visitor.ask("2022年云川市地区生产总值是多少？")
    marker = turn.locator(".wb-marker").first
    marker.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".wb-source")).to_be_visible()
    panel = page.locator(".wb-source").bounding_box()
    assert panel and panel["width"] > 360
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.keyboard.press("Escape")
    expect(page.locator(".wb-source")).to_have_count(0)
    for tab in ("对比", "报告", "设置"):
        visitor.tab(tab)
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, tab
    outside = visitor.outside
    visitor.close()
    assert outside == []


def test_a_gold_set_runs_from_the_page(visitor: Visitor, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    figure = {"value": "7", "unit": "%"}
    gold = [
        {
            "id": "right",
            "question": "2022年云川市地区生产总值是多少？",
            "kind": "level",
            "keywords": ["亿元"],
        },
        {"id": "wrong", "question": "2022年云川市地区生产总值是多少？", "kind": "level", "figures": [figure]},
        {
            "id": "refused",
            "question": "2001年临海市地区生产总值是多少？",
            "kind": "unanswerable",
            "answerable": False,
        },
    ]
    path = tmp_path / "gold.jsonl"
    lines = [json.dumps({"answerable": True, "answer": "", **item}, ensure_ascii=False) for item in gold]
    path.write_text("\n".join(lines), encoding="utf-8")
    visitor.tab("设置")
    visitor.page.locator("#gold input[type=file]").set_input_files(str(path))
    visitor.page.get_by_role("button", name="开始测评").click()
    expect(visitor.page.locator(".wb-numbers b")).to_have_text(["1", "1", "1", "1"])


def test_a_page_without_reports_takes_the_first_one(browser: Any, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    with running_page(tmp_path / "none", tmp_path) as at:
        visitor = Visitor(browser, at)
        visitor.arrive()
        expect(visitor.page.locator(".wb-welcome")).to_contain_text("还没有报告")
        turn = visitor.ask("云川市地区生产总值是多少？")
        expect(turn.locator(".wb-error")).to_contain_text("还没有报告")
        visitor.upload(str(EXAMPLES / "yunchuan-gdp-2022-revision.md"))
        visitor.tab("提问")
        visitor.page.locator("[data-do=ask][data-again]").click()
        expect(visitor.page.locator(".wb-turn .wb-badge")).to_have_text("已核对")
        outside = visitor.outside
        visitor.close()
    assert outside == []
