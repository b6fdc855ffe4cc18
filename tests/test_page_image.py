"""Pages with highlights: the boxes lie where another library finds the words."""

from __future__ import annotations

import io
from pathlib import Path

import pdfplumber
import pytest
from conftest import ROOT
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

from index.clean import clean
from index.readers import read_file
from index.types import Report
from rag import page_image
from rag.page_image import FontsMissingError, Highlight, PageMissingError, has_chinese_font, render_page
from rag.source import Span, figure_spans, segments, surroundings

BULLETIN = ROOT / "examples" / "reports" / "yunchuan-bulletin-2023.pdf"
SENTENCE = "规模以上工业增加值增长8.2%，比全国、全省分别快"


def read(path: Path) -> Report:
    return clean(read_file(path), name=path.name, sha256="", path=str(path))


@pytest.fixture(scope="module")
def bulletin() -> Report:
    return read(BULLETIN)


def span_of(report: Report, text: str, within: str = "") -> Span:
    start = report.text.index(within or text)
    start = report.text.index(text, start)
    return start, start + len(text)


def words_box(path: Path, page: int, text: str, after: str) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of `text` behind `after`, as shares of the page, by pdfplumber."""
    with pdfplumber.open(path) as pdf:
        sheet = pdf.pages[page - 1]
        characters = [one for one in sheet.chars if not one["text"].isspace()]
        joined = "".join(one["text"] for one in characters)
        start = joined.index(after + text) + len(after)
        own = characters[start : start + len(text)]
        return (
            min(one["x0"] for one in own) / float(sheet.width), min(one["top"] for one in own) / float(sheet.height),
            max(one["x1"] for one in own) / float(sheet.width), max(one["bottom"] for one in own) / float(sheet.height),
        )  # fmt: skip


def assert_covers(
    highlight: Highlight, image: page_image.PageImage, box: tuple[float, float, float, float]
) -> None:
    left, right = highlight.left / image.width, (highlight.left + highlight.width) / image.width
    top, bottom = highlight.top / image.height, (highlight.top + highlight.height) / image.height
    assert left == pytest.approx(box[0], abs=0.004) and right == pytest.approx(box[2], abs=0.004)
    middle = (box[1] + box[3]) / 2
    assert top < middle < bottom and bottom - top < 2.5 * (box[3] - box[1])


def test_a_figure_is_highlighted_where_it_stands(bulletin: Report) -> None:
    figure = span_of(bulletin, "8.2%", SENTENCE)
    page = bulletin.page_at(figure[0])
    assert page is not None
    image = render_page(BULLETIN, bulletin, page, span_of(bulletin, SENTENCE), [figure])
    marked = [one for one in image.highlights if one.kind == "figure"]
    assert len(marked) == 1
    assert_covers(marked[0], image, words_box(BULLETIN, page, "8.2%", "规模以上工业增加值增长"))
    assert Image.open(io.BytesIO(image.png)).size == (image.width, image.height)


def test_a_table_cell_is_highlighted_in_its_cell(bulletin: Report) -> None:
    start = bulletin.text.index("1486.3\t7.2")
    image = render_page(BULLETIN, bulletin, 1, None, [(start, start + 6)])
    (cell,) = image.highlights
    assert_covers(cell, image, words_box(BULLETIN, 1, "1486.3", "#工业"))


def test_a_passage_over_two_lines_has_two_boxes(bulletin: Report) -> None:
    start = bulletin.text.index(SENTENCE)
    image = render_page(BULLETIN, bulletin, 1, (start, bulletin.text.index("。", start) + 1))
    first, second = image.highlights
    assert first.kind == second.kind == "passage"
    assert second.top > first.top + first.height / 2 and abs(second.left - first.left) < 0.02 * image.width


def test_a_page_without_the_passage_has_no_highlight(bulletin: Report) -> None:
    assert render_page(BULLETIN, bulletin, 2, span_of(bulletin, SENTENCE)).highlights == ()


def test_drawn_highlights_tint_the_paper(bulletin: Report) -> None:
    figure = span_of(bulletin, "8.2%", SENTENCE)
    plain = render_page(BULLETIN, bulletin, 1, None, [figure])
    drawn = render_page(BULLETIN, bulletin, 1, None, [figure], draw=True)
    (box,) = plain.highlights
    corner = (round(box.left) + 1, round(box.top) + 1)
    assert Image.open(io.BytesIO(plain.png)).convert("RGB").getpixel(corner) == (255, 255, 255)
    red, green, blue = Image.open(io.BytesIO(drawn.png)).convert("RGB").getpixel(corner)  # type: ignore[misc]
    assert red > green > blue


@pytest.mark.parametrize("page", [0, 6, -1])
def test_a_page_that_is_not_there(bulletin: Report, page: int) -> None:
    with pytest.raises(PageMissingError):
        render_page(BULLETIN, bulletin, page)


def test_a_file_that_is_gone(bulletin: Report, tmp_path: Path) -> None:
    with pytest.raises(PageMissingError):
        render_page(tmp_path / "gone.pdf", bulletin, 1)


def write_pdf(path: Path, rotation: int = 0) -> Path:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))  # not embedded
    page = canvas.Canvas(str(path), pagesize=A4)
    page.setPageRotation(rotation)
    page.setFont("STSong-Light", 14)
    page.drawString(72, 400, "全年工业投资增长12.5%，快于上年。")
    page.save()
    return path


def test_without_fonts_the_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_pdf(tmp_path / "bare.pdf")
    report = read(path)
    empty = tmp_path / "no-fonts"
    empty.mkdir()
    monkeypatch.setattr(page_image, "FONT_FOLDERS", (str(empty),))
    with pytest.raises(FontsMissingError) as error:
        render_page(path, report, 1)
    assert "fonts-noto-cjk" in error.value.english and "fonts-noto-cjk" in error.value.chinese
    render_page(BULLETIN, read(BULLETIN), 1)  # carries its fonts: needs none of the system


def test_chinese_fonts_are_found_by_name(tmp_path: Path) -> None:
    assert not has_chinese_font([tmp_path])
    (tmp_path / "DejaVuSans.ttf").touch()
    assert not has_chinese_font([tmp_path, tmp_path / "none"])
    (tmp_path / "NotoSansCJK-Regular.ttc").touch()
    assert has_chinese_font([tmp_path])


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_turned_page_is_highlighted_where_it_is_seen(
    tmp_path: Path, rotation: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_image, "has_chinese_font", lambda: True)  # only places are looked at
    path = write_pdf(tmp_path / "turned.pdf", rotation)
    report = read(path)
    image = render_page(path, report, 1, None, [span_of(report, "12.5%")])
    (box,) = image.highlights
    width, height = A4 if rotation % 180 == 0 else A4[::-1]
    # The text line is 400 points up and starts 72 from the left, eight characters of 14 before the figure.
    x, y = (72 + 8 * 14) / width, 1 - (400 + 5) / height
    seen = {0: (x, y), 90: (1 - y, x), 180: (1 - x, 1 - y), 270: (y, 1 - x)}[rotation]
    corners = [
        (box.left / image.width, box.top / image.height),
        ((box.left + box.width) / image.width, (box.top + box.height) / image.height),
    ]
    assert min(abs(corner[0] - seen[0]) for corner in corners) < 0.02
    assert min(abs(corner[1] - seen[1]) for corner in corners) < 0.02


# ---------------------------------------------------------------- text


def test_segments_are_the_text_again() -> None:
    text = "甲乙丙丁戊己庚"
    parts = list(segments(text, (0, 7), (1, 6), [(3, 4)]))
    assert "".join(part.text for part in parts) == text
    assert [(part.text, part.kind) for part in parts] == [
        ("甲", "plain"), ("乙丙", "passage"), ("丁", "figure"), ("戊己", "passage"), ("庚", "plain"),
    ]  # fmt: skip


def test_surroundings_of_a_table_row_keep_its_cells(bulletin: Report) -> None:
    start = bulletin.text.index("1486.3\t7.2")
    near = surroundings(bulletin, (start, start + 6), [(start, start + 6)])
    row = next(
        block for block in near.blocks if any(part.kind == "figure" for cell in block.cells for part in cell)
    )
    assert row.kind == "row" and len(row.cells) == 4
    assert [part.text for part in row.cells[1]] == ["1486.3"]


def test_surroundings_go_on_in_both_directions(bulletin: Report) -> None:
    start = bulletin.text.index(SENTENCE)
    near = surroundings(bulletin, (start, start + 10))
    assert near.start < start < near.end and near.later
    on = surroundings(bulletin, (start, start + 10), around=near.end)
    assert on.end > near.end
    assert surroundings(bulletin, (0, 5)).earlier is False


def test_figures_of_an_answer_are_found_in_its_citation() -> None:
    quote = "工业增长13.5%，增速提高3.5个百分点"
    citation = {
        "marker": 1,
        "report": "a",
        "page": None,
        "start": 100,
        "end": 100 + len(quote),
        "quote": quote,
    }
    shown = [{"text": "3.5个百分点", "value": 3.5, "unit": "个百分点", "citation": 1}]
    assert figure_spans(citation, shown, []) == (
        (100 + quote.index("3.5个"), 100 + quote.index("3.5个") + 3),
    )
    assert figure_spans(citation, [{**shown[0], "citation": 2}], []) == ()
