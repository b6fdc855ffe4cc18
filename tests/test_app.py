"""The page: it escapes what it shows, loads nothing from elsewhere, and starts without an index."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import pytest
from answer_reports import index_of
from starlette.testclient import TestClient

from eval.dataset import parse_item
from index.store import ReportIndex
from index.types import Status
from page import strings
from page.answer_view import render_conversation
from page.chart import line_chart, nice_ticks
from page.desk import Session
from page.export import to_csv, to_docx, to_markdown
from page.feedback import candidate
from page.history import History
from page.layout import create_page_app, read_visitor
from page.reports import render_detail
from page.safe import button, escape
from rag.server import Service
from rag.types import Answer, Citation, ShownFigure

HOSTILE = '<img src=x onerror="alert(1)"> {{7*7}} ${alert(2)} & 云川市'
ESCAPED = "&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &#123;&#123;7*7&#125;&#125; &#36;&#123;alert(2)&#125; &amp; 云川市"


def turn_of(answer: Answer, **more: Any) -> dict[str, Any]:
    return {"question": answer.question, "status": "done", "answer": answer.to_dict(), **more}


def answered() -> dict[str, Any]:
    return turn_of(
        Answer(
            question="2023年云川市工业增长多少？", text="2023年云川市工业增长8.2%[1]。", abstained=False, language="zh",
            stage="figure", citations=(Citation(1, "a.pdf", 3, 10, 20, "工业增长8.2%，较快"),),
            figures=(ShownFigure("8.2%", 8.2, "%", 1),),
        )
    )  # fmt: skip


def hostile_turns() -> list[dict[str, Any]]:
    answer = Answer(
        question=HOSTILE, text=HOSTILE + "[1]", abstained=False, language="zh", stage="model",
        citations=(Citation(1, HOSTILE, 3, 0, 9, HOSTILE),), figures=(ShownFigure("2", 2.0, "", None, HOSTILE),),
    )  # fmt: skip
    refusal = Answer(HOSTILE, HOSTILE, True, "zh", "refused", suggestions=(HOSTILE,))
    hit = {"report": HOSTILE, "page": 1, "text": HOSTILE}
    return [
        turn_of(answer, copy=HOSTILE),
        turn_of(refusal),
        {"question": HOSTILE, "status": "checking", "hits": [hit], "draft": HOSTILE},
        {"question": HOSTILE, "status": "failed", "error": [HOSTILE, HOSTILE]},
        {"question": HOSTILE, "status": "stopped"},
    ]


@pytest.mark.parametrize("language", strings.LANGUAGES)
def test_everything_shown_is_escaped(language: str) -> None:
    for turn in hostile_turns():
        html = render_conversation([turn], language, {HOSTILE: HOSTILE})
        assert "<img" not in html and "{{" not in html and "${" not in html
        assert ESCAPED in html


def test_buttons_escape_what_they_carry() -> None:
    html = button(HOSTILE, "ask", title=HOSTILE, question=HOSTILE)
    assert re.findall(r"<[^>]*>", html)[0].count("data-") == 2
    assert "<img" not in html and f'data-question="{ESCAPED}"' in html


def test_escaping_is_undone_by_the_browser() -> None:
    from html import unescape

    assert unescape(escape(HOSTILE)) == HOSTILE


def test_markers_are_buttons_and_figures_are_marked_once() -> None:
    html = render_conversation([answered()], "zh", {"a.pdf": "公报"})
    assert 'data-do="cite" data-turn="0" data-marker="1"' in html
    assert html.count("<b class='wb-figure'>8.2%</b>") == 1
    assert "公报 · 第 3 页" in html and "已核对" in html


def test_a_marker_without_citation_is_plain_text() -> None:
    turn = answered()
    turn["answer"]["answer"] += "[7]"
    assert "[7]" in render_conversation([turn], "zh", {})


def test_a_refusal_offers_what_there_is_as_buttons() -> None:
    refusal = Answer(
        "问", "没有找到。", True, "zh", "refused", suggestions=("2022年云川市地区生产总值是多少？",)
    )
    html = render_conversation([turn_of(refusal)], "zh", {})
    assert 'data-do="ask" data-question="2022年云川市地区生产总值是多少？"' in html
    assert "已核对" not in html and "报告中没有" in html


def test_both_languages_fill_the_same_places() -> None:
    def places(text: str) -> set[str]:
        return set(re.findall(r"{(\w+)}", text))

    for key, (chinese, english) in strings.STRINGS.items():
        assert chinese and english and places(chinese) == places(english), key


def test_every_string_is_used_and_exists() -> None:
    folder = Path(strings.__file__).parent
    code = "".join(
        path.read_text(encoding="utf-8") for path in folder.glob("*.py") if path.name != "strings.py"
    )
    unused = [key for key in strings.STRINGS if f'"{key}"' not in code and f"'{key}'" not in code]
    assert unused == []


def test_how_a_report_was_read_is_shown_in_both_languages(tmp_path: Path) -> None:
    index = ReportIndex.open(index_of(tmp_path))
    read = replace(index.report("yunchuan-2023.md"), pages=9, ocr_pages=(2, 3, 4, 7), unread_pages=(9,))
    library = SimpleNamespace(report=lambda name: read, figures=lambda name: index.figures(report=name))
    desk: Any = SimpleNamespace(library=library)
    for language, said in (
        ("zh", ("由图像识别（OCR）的页", "2–4, 7（引用时请与原页核对）", "未能读取的页", "<dd>9</dd>", "实际", "读自 标题")),
        ("en", ("Pages read by OCR", "2–4, 7 (compare", "could not be read", "<dd>9</dd>", "actual", "read from title")),
    ):  # fmt: skip
        shown = render_detail(desk, Session(language=language, chosen=read.name))
        assert [part for part in said if part not in shown] == []
    plain = replace(read, ocr_pages=(), unread_pages=())
    library.report = lambda name: plain
    assert "OCR" not in render_detail(desk, Session(chosen=read.name))


def test_codes_of_an_index_are_said_in_both_languages() -> None:
    codes = (*get_args(Status), "bulletin", "government work report", "news", "other")
    assert [strings.term(code, "zh") for code in codes if strings.term(code, "zh") == code] == []
    assert strings.term("text, year from file name", "zh") == "正文、文件名"
    assert strings.term("something new", "zh") == "something new"


# ---------------------------------------------------------------- exports


def test_exports_carry_citations() -> None:
    titles = {"a.pdf": "公报"}
    markdown = to_markdown([answered()], titles, "zh").decode()
    assert "8.2%" in markdown and "《公报》第 3 页：“工业增长8.2%，较快”" in markdown
    row = next(csv.DictReader(io.StringIO(to_csv([answered()], titles).decode("utf-8-sig"))))
    assert (row["figure"], row["value"], row["report"], row["page"]) == ("8.2%", "8.2", "a.pdf", "3")
    from docx import Document

    document = Document(io.BytesIO(to_docx([answered()], titles, "zh")))
    assert any("《公报》第 3 页" in paragraph.text for paragraph in document.paragraphs)


def test_exports_cannot_be_formulas_or_markup() -> None:
    turn = answered()
    turn["answer"]["answer"] = '=HYPERLINK("x")'
    turn["question"] = "![a](b) <b>"
    row = next(csv.DictReader(io.StringIO(to_csv([turn], {}).decode("utf-8-sig"))))
    assert row["answer"] == '\'=HYPERLINK("x")'
    assert r"\!\[a\](b) \<b\>" in to_markdown([turn], {}, "zh").decode()
    turn["question"] = "带控制符\x00\x0b的问题"
    assert to_docx([turn], {}, "zh")[:2] == b"PK"


# ---------------------------------------------------------------- what is kept


def test_conversations_are_kept_by_owner(tmp_path: Path) -> None:
    history = History(tmp_path / "folder" / "page.sqlite")
    history.save("a" * 32, "one", [answered()])
    history.save("a" * 32, "one", [answered(), answered()])
    history.save("b" * 32, "one", [])  # another's id takes nothing over
    history.save("b" * 32, "one", [answered()])
    assert [kept.id for kept in history.kept("a" * 32)] == ["one"]
    assert len(history.turns("a" * 32, "one") or []) == 2
    assert history.turns("b" * 32, "one") is None and history.kept("b" * 32) == []
    history.delete("b" * 32, "one")
    assert history.turns("a" * 32, "one") is not None
    history.delete("a" * 32, "one")
    assert history.turns("a" * 32, "one") is None


def test_a_page_without_name_keeps_nothing(tmp_path: Path) -> None:
    history = History(tmp_path / "page.sqlite")
    history.save("", "one", [answered()])
    assert history.kept("") == []


def test_a_later_rating_replaces_the_earlier(tmp_path: Path) -> None:
    history = History(tmp_path / "page.sqlite")
    answer = answered()["answer"]
    history.rate("a" * 32, "one", 0, "right", answer)
    history.rate("a" * 32, "one", 0, "wrong", answer)
    assert [verdict for verdict, _, _ in history.ratings("a" * 32)] == ["wrong"]


@pytest.mark.parametrize("verdict", ["right", "should_refuse"])
def test_ratings_become_gold_items(verdict: str) -> None:
    parsed = parse_item(json.loads(json.dumps(candidate(1, verdict, answered()["answer"]))))
    assert parsed.answerable == bool(parsed.figures) == (verdict == "right")


def test_a_wrong_answer_waits_for_the_right_one() -> None:
    item = candidate(1, "wrong", answered()["answer"])
    with pytest.raises(ValueError, match="neither figures"):
        parse_item(item)
    assert parse_item(item | {"figures": [{"value": "9.2", "unit": "%"}]}).answerable


@pytest.mark.parametrize(
    "given", ["", "null", "[]", '{"owner": 3}', '{"owner": "../../x", "language": "zh"}', '{"owner": "' + "A" * 32 + '", "language": "x"}']
)  # fmt: skip
def test_an_odd_visitor_has_no_name(given: str) -> None:
    assert read_visitor(given)[0] == ""


def test_a_visitor_is_known_again() -> None:
    assert read_visitor(json.dumps({"owner": "0a" * 16, "language": "en"})) == ("0a" * 16, "en")


# ---------------------------------------------------------------- the chart


def test_the_chart_leaves_gaps_open() -> None:
    svg = line_chart(["2019", "2020", "2021", "2022"], {"云川": [1.0, 2.0, None, 3.0]}, title="增速")
    paths = re.findall(r"d='M([^']*)'", svg)
    assert len(paths) == 1 and paths[0].count("L") == 1  # 2019 to 2020; 2022 stands alone
    assert svg.count("<circle") == 3


@pytest.mark.parametrize(
    ("low", "high"), [(7.9, 7.9), (0.0, 0.0), (-2.1, 13.8), (4385.2, 5021.0), (-9.0, -1.0), (1e-6, 2e-6)]
)
def test_ticks_hold_all_values(low: float, high: float) -> None:
    ticks = nice_ticks(low, high)
    assert ticks[0] <= low and ticks[-1] >= high and 2 < len(ticks) < 10
    assert ticks == sorted(set(ticks))


def test_the_chart_escapes_names() -> None:
    assert "<img" not in line_chart([HOSTILE], {HOSTILE: [1.0]}, title=HOSTILE)


# ---------------------------------------------------------------- the application


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return TestClient(create_page_app(Service(tmp_path / "none")), base_url="http://127.0.0.1")


def test_page_forbids_loading_from_elsewhere(client: TestClient) -> None:
    for path in ("/", "/health", "/no-such-page"):
        policy = client.get(path).headers["content-security-policy"]
        assert "img-src 'self' data: blob:" in policy and "default-src 'self'" in policy
    assert client.post("/v1/ask", json={"question": "？"}).status_code == 503


def test_no_file_outside_is_served(client: TestClient, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("秘密", encoding="utf-8")
    for path in (secret, Path("/etc/passwd"), Path(strings.__file__)):
        response = client.get(f"/gradio_api/file={path}")
        assert response.status_code >= 400 and "秘密" not in response.text


def test_nothing_of_the_page_is_an_open_api(client: TestClient) -> None:
    assert client.get("/gradio_api/info").json()["named_endpoints"] == {}


def test_sessions_begin_chinese_and_careful() -> None:
    assert (Session().language, Session().strictness) == ("zh", "careful")
