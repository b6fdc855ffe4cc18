"""How sure a figure of a work report is, and which years it is of."""

from __future__ import annotations

from test_figures import make_report

from index.figures import read_figures


def test_a_finished_goal_is_no_target_and_a_sum_of_years_dates_nothing() -> None:
    report = make_report(
        [
            ("heading", "一、过去五年的回顾"),
            (
                "paragraph",
                "如期完成裁减机构50个的任务。新增装机3.5亿千瓦，是1950年到2002年的总和；新增公路19万公里。",
            ),
        ],
        kind="government work report",
    )
    figures = read_figures(report)
    assert [(figure.status, figure.period) for figure in figures] == [("actual", "2018/2022")] * 3
