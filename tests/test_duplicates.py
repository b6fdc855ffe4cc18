"""Copies and versions of a report are recognised; another year's report of the same body is neither."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hashing_embedder import HashingEmbedder

from index.build import build_index
from index.duplicates import NEARLY, sketch, twins

PARTS = [
    "云川市第{0}季度规模以上工业增加值同比增长{0}.5%，比上年同期快{1}个百分点。",
    "固定资产投资完成{0}27.4亿元，其中工业技术改造投资增长{1}2.6%。",
    "社会消费品零售总额{1}05.8亿元，限额以上单位网上零售额增长较快。",
    "全区居民人均可支配收入{1}8206元，城乡收入比继续缩小，就业形势总体稳定。",
]


def report_text(year: int) -> str:
    return f"云川市{year}年国民经济和社会发展统计公报\n" + "\n".join(
        part.format(year % 10 + number, number) for number in range(1, 9) for part in PARTS
    )


def similarity(left: str, right: str) -> float:
    """The exact share of runs of ten characters that two texts have in common."""
    runs = [{text[at : at + 10] for at in range(len(text) - 9)} for text in (left, right)]
    return len(runs[0] & runs[1]) / len(runs[0] | runs[1])


@pytest.mark.parametrize("changed", [0, 1, 5, 30])
def test_the_estimate_is_near_the_exact_share(changed: int) -> None:
    text = "".join(chr(0x4E00 + (7 * at * at + 31 * at) % 5000) for at in range(3000))
    other = list(text)
    for number in range(changed):
        other[number * 97 % 3000] = "变"
    first, second = sketch(text), sketch("".join(other))
    assert first is not None and second is not None
    (found,) = twins(["a", "b"], np.stack([first, second]), ["a"]) or [None]
    exact = similarity(text, "".join(other))
    if exact >= NEARLY + 0.1:
        assert found is not None and found.similarity == pytest.approx(exact, abs=0.1)
    assert (found is not None and found.similarity == 1.0) == (changed == 0)


def test_white_space_and_width_do_not_matter() -> None:
    text = report_text(2023)
    wide = text.replace("2", "２").replace("，", "， ").replace("\n", "\n\n　　")
    assert np.array_equal(sketch(text), sketch(wide))  # type: ignore[arg-type]
    assert sketch("太短") is None


def test_a_run_names_copies_and_versions(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "2023.txt").write_text(report_text(2023), encoding="utf-8")
    (folder / "2018.txt").write_text(report_text(2018).replace("云川", "青石"), encoding="utf-8")
    assert build_index([folder], tmp_path / "index", HashingEmbedder()).twins == []
    (folder / "copy.md").write_text(report_text(2023).replace("\n", "\n\n"), encoding="utf-8")
    revised = report_text(2023).replace("云川市第4季度", "云川市第四季度")
    (folder / "revised.txt").write_text(revised, encoding="gb18030")
    summary = build_index([folder], tmp_path / "index", HashingEmbedder())
    found = {(twin.report, twin.other): twin.similarity for twin in summary.twins}
    assert found.pop(("copy.md", "2023.txt")) == 1.0
    ((pair, share),) = found.items()
    assert pair[0] == "revised.txt" and pair[1] in ("2023.txt", "copy.md") and NEARLY <= share < 1
