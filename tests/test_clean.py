"""Repair of extraction artefacts: what is joined, what stays apart, and that nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.clean import clean, visible
from index.readers import read_file
from index.readers import text as text_reader
from index.types import RawReport, Report

SHARED = Path(__file__).resolve().parents[2] / "shared"
needs_corpora = pytest.mark.skipif(
    not (SHARED / "corpora").is_dir(), reason="../shared/corpora is not here: real reports cannot be checked"
)


def cleaned(text: str, *, wrapped: bool = True) -> Report:
    places, pages = text_reader.line_places(text)
    raw = RawReport(text, places, wrapped, "text", pages=pages)
    return clean(raw, name="sample.txt", sha256="")


def kinds(report: Report) -> list[tuple[str, str]]:
    return [(block.kind, report.text[block.start : block.end]) for block in report.blocks]


COLUMNS = """   今年前三季度云川市完成生产总值1331 . 4 亿元，比去
年同期增长7 . 9% ，分别快于全国、全省的增速2 . 7
个、 1 . 9 个百分点；规模以上工业增加值增长 12 . 5%，
制造业增长较快，今年 1 — 9 月出口增长 8 . 8% ，服务
业占比稳步提高，一批项目建成投产，协调推出一批科
创经纪人和首单Pre-REITs 基金，首批科创经纪

人、评估师陆续上岗，人才总量突破36 . 6 万人，研发投
入强度持续提高，发展质量稳步提升。

培育发展新动能

  未来，云川市还将推动一批重点项目落地见效，努力
实现全年目标。
"""


def test_columns_of_a_newspaper_become_paragraphs() -> None:
    assert kinds(cleaned(COLUMNS)) == [
        (
            "paragraph",
            "今年前三季度云川市完成生产总值1331.4亿元，比去年同期增长7.9%，分别快于全国、全省的增速2.7"
            "个、1.9个百分点；规模以上工业增加值增长12.5%，制造业增长较快，今年1—9月出口增长8.8%，服务业占比"
            "稳步提高，一批项目建成投产，协调推出一批科创经纪人和首单Pre-REITs基金，首批科创经纪人、评估师陆续"
            "上岗，人才总量突破36.6万人，研发投入强度持续提高，发展质量稳步提升。",
        ),
        ("heading", "培育发展新动能"),
        ("paragraph", "未来，云川市还将推动一批重点项目落地见效，努力实现全年目标。"),
    ]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("产值７７９０亿元，增长９．３％。", "产值7790亿元，增长9.3%。", id="full-width"),
        pytest.param("1 9 9 7 年生产总值7 4 7 7 2 亿元。", "1997年生产总值74772亿元。", id="spaced digits"),
        pytest.param("增长1 0 ．0 6 ‰。", "增长10.06‰。", id="spaced digits and point"),
        pytest.param("出口增长13. 5%。", "出口增长13.5%。", id="space after the point"),
        pytest.param("达到2 , 057 家。", "达到2,057家。", id="spaced comma"),
        pytest.param(
            "增加值1 84.6亿元，人口4 79.26万。", "增加值184.6亿元，人口479.26万。", id="space in a figure"
        ),
        pytest.param("增加值 1 84.6亿元。", "增加值184.6亿元。", id="space before and in a figure"),
        pytest.param("收入68 420元，产值1,2 05.3亿元。", "收入68420元，产值1,205.3亿元。", id="thousands"),
        pytest.param("表1 200家企业情况", "表1 200家企业情况", id="number of a table"),
        pytest.param("增加值2020 3256.8亿元。", "增加值2020 3256.8亿元。", id="a year before a figure"),
        pytest.param("产值1,23 05.3亿元。", "产值1,23 05.3亿元。", id="no number if joined"),
        pytest.param("规划（2023— 2027 ）发布。", "规划（2023—2027）发布。", id="range"),
        pytest.param("首单Pre-REITs 基金落地。", "首单Pre-REITs基金落地。", id="latin word"),
        pytest.param("“大而全 ”的企业。", "“大而全”的企业。", id="space before a quote"),
        pytest.param("总理　李　强", "总理 李强", id="padded name"),
        pytest.param("全省\u200b生产总值", "全省生产总值", id="zero-width"),
        pytest.param(
            "增长百分之二十一点七，１９·５％。", "增长百分之二十一点七，19·5%。", id="kept as written"
        ),
        pytest.param("GDP grew by 5.2 % in 2022.", "GDP grew by 5.2% in 2022.", id="english"),
        pytest.param("In 2022, 300 firms opened.", "In 2022, 300 firms opened.", id="english comma"),
        pytest.param("in 2022. 5 firms left.", "in 2022. 5 firms left.", id="english stop"),
        pytest.param("Scores: 3 4 5 6", "Scores: 3 4 5 6", id="row of digits"),
    ],
)
def test_white_space_and_width(raw: str, expected: str) -> None:
    assert cleaned(raw).text == expected


def test_english_lines_join_with_a_space() -> None:
    lines = (
        "The gross regional product of Yunchuan City reached\n"
        "133.14 billion yuan in the first three quarters, an\n"
        "increase of 7.9 percent over the same period of the\n"
        "previous year, and the high-tech sector grew faster.\n"
    )
    assert kinds(cleaned(lines)) == [("paragraph", " ".join(lines.split()))]


def test_inline_breaks_of_links_join_and_paragraphs_do_not() -> None:
    text = (
        "云川市2024年政府工作报告\n\n各位代表：\n\n　　会议通过了《\n云川市发展纲要（草案）\n"
        "》，各县认真落实。今年广义货币M\n2\n增长8%左右。\n\n一、过去一年工作\n\n"
        "　　全市经济稳步增长。\n　　出口增长较快。\n"
    )
    assert kinds(cleaned(text)) == [
        ("heading", "云川市2024年政府工作报告"),
        ("paragraph", "各位代表："),
        ("paragraph", "会议通过了《云川市发展纲要（草案）》，各县认真落实。今年广义货币M2增长8%左右。"),
        ("heading", "一、过去一年工作"),
        ("paragraph", "全市经济稳步增长。"),
        ("paragraph", "出口增长较快。"),
    ]


def test_one_paragraph_a_line_without_blank_lines() -> None:
    body = "2023年全市实现地区生产总值4385.2亿元，比上年增长6.1%，一般公共预算收入342.9亿元，增长10.3%。"
    text = f"云川市2023年统计公报\n云川市统计局\n2024年3月18日\n一、综合\n{body}\n{body}\n"
    assert [kind for kind, _ in kinds(cleaned(text))] == [
        "heading", "heading", "paragraph", "heading", "paragraph", "paragraph",
    ]  # fmt: skip


def test_wiki_furniture_and_licence_are_recorded_drops() -> None:
    text = (
        "←2022年 2023年云川市政府工作报告 2024年→\n\n云川市政府工作报告\n\n一、工作回顾[编辑]\n\n"
        "　　全市生产总值增长6.1%。\n\n"
        "本作品是云川市的\n法规\n，不适用于著作权法，属于\n公有领域\n。\n\nPublic domain\nfalse\n"
    )
    report = cleaned(text)
    assert report.text == "云川市政府工作报告\n一、工作回顾\n全市生产总值增长6.1%。"
    assert [drop.reason for drop in report.drops] == ["navigation line", "wiki edit link", "licence footer"]
    assert report.drops[-1].text.endswith("false\n")


def test_a_report_that_mentions_the_public_domain_keeps_its_text() -> None:
    text = "云川市报告\n\n　　全市开放属于公有领域的数据，本作品展览接待观众3万人次。\n"
    assert "公有领域的数据" in cleaned(text).text


def test_page_numbers_and_running_headers_between_form_feeds() -> None:
    page = "云川统计月报\n\n全市第{0}产业增加值增长{0}.5%，好于年初预期，主要指标保持在合理区间。\n\n{0}\n"
    report = cleaned("\f".join(page.format(number) for number in (1, 2, 3, 4)))
    assert "云川统计月报" not in report.text
    assert {drop.reason for drop in report.drops} == {"running header", "page number"}
    assert [report.page_at(block.start) for block in report.blocks] == [1, 2, 3, 4]


def test_a_table_set_with_spaces_becomes_rows() -> None:
    text = (
        "表1　云川市主要指标\n单位：亿元\n指标        2022年    2023年\n地区生产总值    4098.5    4385.2\n"
        "第一产业      287.9     301.5\n第二产业      1721.2    1815.7\n注：2023年为初步核算数。\n"
    )
    raw = text_reader.read(Path("table.txt"), text.encode())
    report = clean(raw, name="table.txt", sha256="")
    (table,) = report.tables
    assert (table.title, table.unit, table.notes) == (
        "表1 云川市主要指标", "亿元", ("注：2023年为初步核算数。",),
    )  # fmt: skip
    rows = [report.text[block.start : block.end] for block in report.blocks if block.kind == "row"]
    assert rows[:2] == ["指标\t2022年\t2023年", "地区生产总值\t4098.5\t4385.2"]
    cell = next(cell for cell in table.cells if (cell.row, cell.column) == (2, 1))
    assert report.text[cell.start : cell.end] == "287.9"


@pytest.mark.parametrize(
    "line", ["9" * 118, "首页" + "12" * 55, "上一页" + "1 2" * 38, "─" * 119, "字体：" + " " * 110]
)
def test_long_lines_like_page_furniture_are_judged_at_once(line: str) -> None:
    """Each once took a regular expression for ever, or is of that kind."""
    assert cleaned(f"全年稳定。\n{line}x\n全年增长。").text.startswith("全年稳定。")


def test_a_table_drawn_with_characters_becomes_rows() -> None:
    text = (
        "　　　表1　价格\n　┌───┬───┬──┐\n　│指　标│全　市│城市│\n　├───┼───┼──┤\n"
        "　│食品　│　0.9 │1.0 │\n　│衣　着│　-0.3│0.4 │\n　│居住　│　1.3 │1.4 │\n　└───┴───┴──┘\n全年稳定。\n"
    )
    report = clean(text_reader.read(Path("table.txt"), text.encode()), name="table.txt", sha256="")
    assert [text for kind, text in kinds(report) if kind == "row"] == [
        "指标\t全市\t城市", "食品\t0.9\t1.0", "衣着\t-0.3\t0.4", "居住\t1.3\t1.4"
    ]  # fmt: skip
    assert not set("│┌─├└") & set(report.text)
    assert {drop.reason for drop in report.drops} == {"drawn rule of a table"}


def test_citations_lead_back_to_the_lines_of_the_file() -> None:
    report = cleaned(COLUMNS)
    start = report.text.index("科创经纪人、评估师")
    spans = report.source_spans(start, start + len("科创经纪人、评估师"))
    assert [COLUMNS[span.raw_start : span.raw_end] for span in spans] == ["科创经纪", "人、评估师"]
    assert [span.line for span in spans] == [6, 8]


def test_reading_twice_gives_the_same_text() -> None:
    assert cleaned(COLUMNS) == cleaned(COLUMNS)


# ---------------------------------------------------------------- properties


def assert_faithful(raw: RawReport, report: Report) -> None:
    """Canonical text is raw text in order, narrowed, plus white space; the rest is in the drops."""
    assert len(report.raw_offsets) == len(report.text)
    own = [offset for offset in report.raw_offsets if offset >= 0]
    assert all(map(int.__lt__, own, own[1:]))
    inserted = {report.text[position] for position, offset in enumerate(report.raw_offsets) if offset < 0}
    assert inserted <= set(" \n\t")
    kept = "".join(raw.text[offset] for offset in own)
    assert visible(kept) == visible(report.text)
    mask = bytearray(len(raw.text))
    for offset in own:
        mask[offset] = 1
    for drop in report.drops:
        assert raw.text[drop.start : drop.end] == drop.text
        assert drop.reason
        mask[drop.start : drop.end] = bytes([1]) * (drop.end - drop.start)
    lost = [at for at, seen in enumerate(mask) if not seen and not raw.text[at].isspace()]
    assert not lost, repr(raw.text[max(0, lost[0] - 20) : lost[0] + 20])
    edges = [edge for block in report.blocks for edge in (block.start, block.end)]
    assert edges == sorted(edges)
    outside = bytearray(b"1" * len(report.text))
    for block in report.blocks:
        outside[block.start : block.end] = bytes(block.end - block.start)
        assert report.text[block.start : block.end].strip()
    assert all(report.text[position] == "\n" for position, flag in enumerate(outside) if flag)


PIECES = st.sampled_from(
    ["云川市", "生产总值", "增长", "7 . 9%", "１２．５％", "1 3 5", "，", "。", "；", "《", "》", "“", "”",
     "…", "——", " ", "  ", "\t", "\u3000", "\n", "\n\n", "\f", "\u200b", "\xa0", "一、", "（二）", "第三章",
     "注：", "单位：亿元", "GDP", "up 5.2", "[编辑]", "本作品属于公有领域", "— 3 —", "←", "→", "|", "⑵",
     "㎡", "𠮷", "\x07", "Ⅱ", "表1", "2023年"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES | st.text(max_size=4), max_size=60).map("".join), st.booleans())
def test_no_character_is_lost(text: str, wrapped: bool) -> None:
    if not text.strip():
        return
    places, _ = text_reader.line_places(text)
    raw = RawReport(text, places, wrapped, "text")
    assert_faithful(raw, clean(raw, name="x", sha256=""))


EXAMPLES = sorted((Path(__file__).resolve().parents[1] / "examples" / "reports").iterdir())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_format_is_faithful(path: Path) -> None:
    raw = read_file(path)
    report = clean(raw, name=path.name, sha256="")
    assert_faithful(raw, report)
    for table in report.tables:
        for cell in table.cells:
            text = report.text[cell.start : cell.end]
            assert "\t" not in text and "\n" not in text and text == text.strip()


# ---------------------------------------------------------------- real reports


@pytest.fixture(scope="module")
def corpora() -> dict[str, tuple[RawReport, Report]]:
    found = {}
    for path in sorted((SHARED / "corpora").glob("*/*.txt")):
        raw = text_reader.read(path, path.read_bytes())
        name = "seed" if path.parent.name == "seed" else path.stem
        found[name] = (raw, clean(raw, name=path.name, sha256=""))
    return found


@needs_corpora
def test_real_reports_lose_nothing(corpora: dict[str, tuple[RawReport, Report]]) -> None:
    assert len(corpora) >= 43
    for raw, report in corpora.values():
        assert_faithful(raw, report)


@needs_corpora
def test_every_gold_evidence_stands_in_its_report(corpora: dict[str, tuple[RawReport, Report]]) -> None:
    texts = {name: visible(report.text) for name, (_, report) in corpora.items()}
    checked = 0
    missing = []
    for path in sorted((SHARED / "gold").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            item = json.loads(line)
            docs = item.get("docs") or [item["doc"]]
            for quote in item.get("evidence", []):
                checked += 1
                if not any(visible(quote) in texts[doc] for doc in docs):
                    missing.append((item["id"], quote))
    assert checked >= 90
    assert not missing


@needs_corpora
def test_real_reports_keep_no_wiki_or_licence_words(corpora: dict[str, tuple[RawReport, Report]]) -> None:
    for name, (_, report) in corpora.items():
        for word in ("公有领域", "Public domain", "维基文库", "[编辑]"):
            assert word not in report.text, f"{name}: {word}"
        dropped = sum(len(drop.text.strip()) for drop in report.drops)
        assert dropped < 0.05 * len(report.text) + 400


@needs_corpora
def test_real_paragraphs_end_like_sentences(corpora: dict[str, tuple[RawReport, Report]]) -> None:
    """Hardly any paragraph of a real report is cut inside a sentence."""
    paragraphs = cut = 0
    for _, report in corpora.values():
        for block in report.blocks:
            if block.kind == "paragraph":
                paragraphs += 1
                cut += report.text[block.end - 1] not in "。！？!…：；”）"
    assert paragraphs > 3000
    assert cut <= 0.01 * paragraphs
