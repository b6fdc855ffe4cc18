"""Fictional reports for the answering tests, indexed from real files with the hashing embedder."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from hashing_embedder import HashingEmbedder
from scripted_model import ScriptedModel

from index.build import build_index
from index.figures import figures_in_text
from index.store import ReportIndex
from index.units import same_quantity
from rag.qa import ReportQA
from rag.settings import Settings
from rag.types import Answer, Citation, ShownFigure

YUNCHUAN_2023 = """# 云川市2023年国民经济和社会发展统计公报

云川市统计局 2024年3月28日

## 一、综合

2023年云川市地区生产总值3127.4亿元，比上年增长6.3%。第一产业增加值215.8亿元，增长4.1%；第二产业增加值1288.9亿元，增长7.2%；第三产业增加值1622.7亿元，增长5.9%。年末常住人口463.2万人，城镇化率为61.7%，比上年末提高0.9个百分点。

## 二、工业和投资

全年规模以上工业增加值增长8.4%，其中高技术制造业和装备制造业增加值分别增长13.6%和10.9%。全年固定资产投资增长5.5%，房地产开发投资下降11.3%。

## 三、贸易和财政

全年社会消费品零售总额1046.5亿元，增长7.7%，其中限额以上单位零售额412.3亿元。全年进出口总额518.6亿元，增长2.4%。一般公共预算收入241.9亿元，增长3.8%。

## 四、企业

年末全市有云岭工坊86家、星火驿站129家。由云川重工牵头的深谷装备创新联合体于2023年9月揭牌。市科技馆的新馆长是罗明川。

## 五、主要数据表

单位：亿元

| 指标 | 2023年 | 2022年 |
|---|---:|---:|
| 金融机构存款余额 | 4876.2 | 4391.5 |
| 金融机构贷款余额 | 3954.8 | 3502.6 |
"""

YUNCHUAN_2022 = """# 云川市2022年国民经济和社会发展统计公报

云川市统计局 2023年3月25日

## 一、综合

2022年云川市地区生产总值2941.8亿元，比上年增长4.6%。年末常住人口459.7万人，城镇化率为60.8%。

## 二、贸易

全年社会消费品零售总额971.6亿元，下降1.2%。全年进出口总额506.3亿元，增长9.1%。
"""

LINHE_2023 = """# 临河市2023年国民经济和社会发展统计公报

临河市统计局 2024年3月20日

2023年临河市地区生产总值1875.3亿元，比上年增长5.2%。全年实际使用外资2.71亿美元，下降8.8%。全年粮食产量达到184.6万吨，比上年增产3.2万吨。
"""

YUNLING_2024 = """# 云岭省2024年政府工作报告

2024年1月22日在云岭省人民代表大会上 省长

## 一、2023年工作回顾

2023年全省地区生产总值增长5.6%，城镇新增就业61.4万人。脱贫地区贫困发生率由8.7%下降到1.3%。

## 二、2024年工作安排

2024年全省发展主要预期目标是：地区生产总值增长5.5%—6%，城镇新增就业55万人以上，居民消费价格涨幅3%左右。
"""

REPORTS = {
    "yunchuan-2023.md": YUNCHUAN_2023,
    "yunchuan-2022.md": YUNCHUAN_2022,
    "linhe-2023.md": LINHE_2023,
    "yunling-2024.md": YUNLING_2024,
}


def index_of(folder: Path, reports: Mapping[str, str] = REPORTS) -> Path:
    """Writes the reports as files, indexes them and gives the index directory."""
    sources = folder / "reports"
    sources.mkdir(parents=True)
    for name, text in reports.items():
        (sources / name).write_text(text, encoding="utf-8")
    summary = build_index([sources], folder / "index", HashingEmbedder())
    assert not summary.failed and set(summary.added) == set(reports)
    return folder / "index"


def qa_over(directory: Path, model: ScriptedModel, settings: Settings | None = None) -> ReportQA:
    """The real pipeline over an index, with the scripted model."""
    embedder = HashingEmbedder()
    return ReportQA(ReportIndex.open(directory, embedder), embedder, model, settings or Settings())


def check_promises(answer: Answer, index: ReportIndex) -> None:
    """Each citation is exact and used; each figure stands in its quote or is computed from shown ones."""
    quotes = {}
    for citation in answer.citations:
        text = index.report(citation.report).text
        assert text[citation.start : citation.end] == citation.quote
        assert f"[{citation.marker}]" in answer.text
        quotes[citation.marker] = citation
    for figure in answer.figures:
        if figure.citation is None:
            assert figure.calculation and figure.calculation.rpartition("= ")[2].lstrip("-") == figure.text
            assert figure.calculation in answer.text.replace(" percentage points", "个百分点")
            continue
        assert _stands(figure, quotes[figure.citation], index), f"{figure.text} is not in its quote"
    shown = [(Decimal(str(f.value)), f.unit) for f in answer.figures]
    shown += [
        (operand.value, operand.unit)
        for figure in answer.figures
        for operand in figures_in_text(figure.calculation or "")
    ]
    if answer.abstained:
        assert not answer.citations and not answer.figures
        assert not [f.text for f in index.figures() if f.text in answer.text], "a near figure leaked"
    for said in figures_in_text(re.sub(r"\[\d+\]", "", answer.text)):
        near = [same_quantity(abs(said.value), said.unit, abs(value), unit) for value, unit in shown]
        assert any(near), f"{said.text} is said but not among the figures"


def _stands(figure: ShownFigure, citation: Citation, index: ReportIndex) -> bool:
    """Same value and unit in the quote; of a table row the number there and the unit over the table."""
    value = Decimal(str(figure.value))
    for other in figures_in_text(citation.quote):
        if same_quantity(value, figure.unit, abs(other.value), other.unit):
            return True
    cells = citation.quote.split("\t")
    tables = index.report(citation.report).tables
    return len(cells) > 1 and str(value) in cells and any(figure.unit in table.unit for table in tables)
