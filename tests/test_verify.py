"""The promise: nothing in a draft that the cited sentence does not carry."""

from __future__ import annotations

import pytest

from rag.verify import verify_draft

SENTENCE = "2023年云川市地区生产总值1331.4亿元，同比增长7.9%，由云川重工牵头的创新联合体于5月揭牌。"


@pytest.mark.parametrize(
    "draft",
    [
        "1331.4亿元",
        "增长7.9%",
        "133.14 billion yuan",
        "云川重工",
        "2023年地区生产总值1331.4亿元",
        "云川重工牵头的创新联合体",
        "5月",
    ],
)
def test_carried_drafts_pass(draft: str) -> None:
    assert verify_draft(draft, SENTENCE, "云川市的情况如何？").ok


@pytest.mark.parametrize(
    "draft",
    [
        "1331.5亿元",
        "1331.4万元",
        "7.9个百分点",
        "79%",
        "13.3 billion yuan",
        "云川科技",
        "2022年",
        "6月",
        "7%",
        "331.4亿元",
    ],
)
def test_drafts_the_sentence_does_not_carry_fail(draft: str) -> None:
    verdict = verify_draft(draft, SENTENCE, "云川市的情况如何？")
    assert not verdict.ok and verdict.unsupported


def test_a_number_cut_off_behind_its_point_is_none() -> None:
    assert not verify_draft("40269", "云川市2021年地区生产总值达到40269.", "云川市地区生产总值是多少？").ok
    assert verify_draft("2021", "The museum opened in 2021.", "When did the museum open?").ok
