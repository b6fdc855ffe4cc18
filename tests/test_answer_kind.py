"""The kind of thing a question wants, and whether a text holds one."""

from __future__ import annotations

import pytest

from rag.answer_kind import answers_kind, has_kind, kind_of


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("云川科技馆什么时候开馆？", "time"),
        ("云岭马拉松的举办时间", "time"),
        ("新馆在哪里举行揭牌仪式？", "place"),
        ("轮值主席国是谁？", "place"),
        ("新馆长是谁？", "person"),
        ("《云川往事》的导演", "person"),
        ("云川有多少家企业？", "quantity"),
        ("2023年云川市的出生率", "quantity"),
        ("展览推迟的原因", "reason"),
        ("这次展览展出什么？", "other"),
        ("When does the museum open?", "time"),
        ("Who is the director?", "person"),
    ],
)
def test_kind_of_question(question: str, kind: str) -> None:
    assert kind_of(question) == kind


@pytest.mark.parametrize(
    ("kind", "text", "held"),
    [
        ("time", "定于5月12日开馆", True),
        ("time", "二〇二三年开馆", True),
        ("time", "开馆日期待定", False),
        ("quantity", "共有86家", True),
        ("quantity", "共有三十二家", True),
        ("quantity", "企业众多", False),
        ("place", "在北京举行", True),
        ("person", "馆长是王建国", True),
        ("person", "馆长暂缺", False),
        ("reason", "因为下雨", None),
        ("other", "一件作品", None),
    ],
)
def test_text_holds_the_kind(kind: str, text: str, held: bool | None) -> None:
    assert has_kind(kind, text) is held  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "answer", "held"),
    [
        ("quantity", "10月", False),
        ("quantity", "2023年5月12日", False),
        ("quantity", "12个月", True),
        ("quantity", "45天", True),
        ("quantity", "86家", True),
        ("time", "5月12日", True),
        ("time", "很久以前", False),
        ("person", "王建国", True),
        ("person", "云川重工", None),
        ("other", "一件作品", None),
        ("place", "8月26日至9月11日", False),
        ("person", "2-1", False),
        ("person", "TES", None),
    ],
)
def test_answer_is_of_the_kind(kind: str, answer: str, held: bool | None) -> None:
    assert answers_kind(kind, answer) is held  # type: ignore[arg-type]
