"""Sentences and chunks: where they end, that nothing is lost, and what context they carry."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.clean import clean
from index.metadata import read_metadata
from index.readers import html, read_file
from index.readers import text as text_reader
from index.split import sentences, split
from index.types import Report

SHARED = Path(__file__).resolve().parents[2] / "shared"


def texts(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def report_of(text: str, name: str = "sample.txt") -> Report:
    return read_metadata(clean(text_reader.read(Path(name), text.encode()), name=name, sha256=""))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("生产总值增长6.1%。出口下降3.2%！", ["生产总值增长6.1%。", "出口下降3.2%！"]),
        ("一是增长；二是下降；三是持平。", ["一是增长；二是下降；三是持平。"]),
        ("他说：“形势很好。”大家同意。", ["他说：“形势很好。”", "大家同意。"]),
        ("坚持“为民办事！”的方针。", ["坚持“为民办事！”的方针。"]),
        ("收入增长9.7%……今年以来形势很好。", ["收入增长9.7%……", "今年以来形势很好。"]),
        ("1.增长较快。2.下降明显。", ["1.增长较快。", "2.下降明显。"]),
        ("1. 增长较快。", ["1. 增长较快。"]),
        ("云川市\n一、综合\n全年增长。", ["云川市", "一、综合", "全年增长。"]),
        ("GDP grew by 5.2 percent. Exports fell.", ["GDP grew by 5.2 percent.", "Exports fell."]),
        ("The U.S. economy grew. So did ours.", ["The U.S. economy grew.", "So did ours."]),
        ("Firms (e.g. Mr. Li's) grew 3.5% in Q1. Good.", ["Firms (e.g. Mr. Li's) grew 3.5% in Q1.", "Good."]),
        ("真的吗？！是的。", ["真的吗？！", "是的。"]),
        ("（注：本表为初步数。）", ["（注：本表为初步数。）"]),
        ("", []),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "",
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="云川增长。！？；，…”“（）.!? \n\t1 5%aBcD", max_size=120))
def test_sentences_cover_everything_but_white_space(text: str) -> None:
    covered = set()
    last = 0
    for start, end in sentences(text):
        assert last <= start < end
        assert not text[start].isspace() and not text[end - 1].isspace()
        covered.update(range(start, end))
        last = end
    assert all(position in covered or text[position].isspace() for position in range(len(text)))


def assert_covers(report: Report, max_chars: int = 200) -> None:
    last = 0
    for chunk in split(report, max_chars):
        assert report.text[chunk.start : chunk.end] == chunk.text
        assert chunk.start >= last and chunk.text == chunk.text.strip()
        assert not report.text[last : chunk.start].strip()
        last = chunk.end
    assert not report.text[last:].strip()


LONG = "规模以上工业企业实现利润总额371.6亿元，下降2.2%，降幅比上半年收窄1.5个百分点。" * 12


def test_chunks_are_whole_sentences_of_bounded_size() -> None:
    report = report_of(f"云川市2023年统计公报\n\n一、工业\n\n{LONG}\n\n二、农业\n\n粮食总产量214.6万吨。\n")
    chunks = split(report)
    assert_covers(report)
    ends = {end for _, end in sentences(report.text)}
    starts = {start for start, _ in sentences(report.text)}
    for chunk in chunks:
        assert chunk.start in starts and chunk.end in ends
        assert len(chunk.text) <= 250
    assert not any("工业" in chunk.text and "粮食" in chunk.text for chunk in chunks)


def test_a_very_long_sentence_breaks_at_semicolons_only() -> None:
    clause = "居民消费价格涨幅控制在3%左右，城镇新增就业56万人以上，城镇调查失业率控制在5.5%左右"
    report = report_of(f"云川市2024年工作报告\n\n　　今年的主要目标是：{'；'.join([clause] * 8)}。\n")
    assert_covers(report)
    pieces = [chunk.text for chunk in split(report) if "居民" in chunk.text]
    assert len(pieces) >= 2
    assert all(piece[-1] in "；。" and len(piece) <= 250 for piece in pieces)


def test_text_without_any_sentence_end_is_still_cut() -> None:
    report = report_of("云川" * 5000)
    assert_covers(report)
    assert max(len(chunk.text) for chunk in split(report)) <= 800


def test_context_names_report_region_period_and_headings() -> None:
    report = report_of(
        "云川市2023年国民经济和社会发展统计公报\n\n二、工业\n\n（一）生产\n\n"
        "　　规模以上工业增加值增长8.2%。\n"
    )
    chunk = next(chunk for chunk in split(report) if "8.2%" in chunk.text)
    assert chunk.headings == ("云川市2023年国民经济和社会发展统计公报", "二、工业", "（一）生产")
    for part in ("云川市2023年国民经济和社会发展统计公报", "云川市", "2023年", "二、工业"):
        assert part in chunk.context + chunk.text


def test_a_numbered_sentence_heads_the_paragraphs_after_it() -> None:
    tail = "　　" + "推动重点项目建设，完善产业链条，" * 6 + "全年新开工项目318个。\n"
    report = report_of(
        f"云川市2024年政府工作报告\n\n　　（一）扩大有效投资。{tail[2:]}\n{tail}\n（二）促进消费。{tail[2:]}"
    )
    chunks = split(report)
    assert chunks[-1].headings[-1] == "（二）促进消费"
    assert all("（一）扩大有效投资" in chunk.context + chunk.text for chunk in chunks[1:2])


PAGE = """<html><body><h1>云川市2023年统计公报</h1><p>表1　主要产品产量</p><p>单位：万吨</p>
<table><tr><th rowspan="2">产品</th><th colspan="2">产量</th></tr><tr><th>2022年</th><th>2023年</th></tr>
{}</table><p>注：产量为快报数。</p><p>全年粮食增产。</p></body></html>"""


def test_rows_carry_title_unit_header_and_notes() -> None:
    rows = "".join(
        f"<tr><td>第{i}种工业产品</td><td>{i}386.4</td><td>{i}412.9</td></tr>" for i in range(1, 12)
    )
    raw = html.read(Path("p.html"), PAGE.format(rows).encode())
    report = read_metadata(clean(raw, name="p.html", sha256=""))
    assert_covers(report)
    chunks = [chunk for chunk in split(report) if "第9种" in chunk.text]
    assert len(chunks) == 1
    for part in ("表1 主要产品产量", "单位：万吨", "产品 产量2022年 产量2023年", "注：产量为快报数。"):
        assert part in chunks[0].context + chunks[0].text
    first = next(chunk for chunk in split(report) if "第1种" in chunk.text)
    assert first.text.startswith(
        "表1 主要产品产量\n单位：万吨\n产品\t产量\n2022年\t2023年\n第1种工业产品\t1386.4"
    )


def test_the_label_of_rows_spanning_downwards_goes_with_every_row() -> None:
    rows = (
        '<tr><td rowspan="9">光伏产品</td><td>1</td><td>2</td></tr>'
        + "<tr><td>111111</td><td>222222</td></tr>" * 8
    )
    report = clean(html.read(Path("p.html"), PAGE.format(rows).encode()), name="p.html", sha256="")
    later = [chunk for chunk in split(report) if "222222" in chunk.text]
    assert len(later) >= 2
    assert all("光伏产品" in chunk.context + chunk.text for chunk in later)


@pytest.mark.skipif(not (SHARED / "corpora").is_dir(), reason="../shared/corpora is not here")
def test_real_reports_split_within_the_budget() -> None:
    lengths: list[int] = []
    for path in sorted((SHARED / "corpora").glob("*/*.txt")):
        report = read_metadata(clean(read_file(path), name=path.name, sha256=""))
        assert_covers(report)
        lengths += [len(chunk.text) for chunk in split(report)]
    assert sum(lengths) / len(lengths) <= 220
    assert max(lengths) <= 500
