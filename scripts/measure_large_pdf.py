"""How much a PDF of thousands of pages costs to read: time, and peak memory of the worker that reads it and of `index`.

Writes a report of Chinese text with a ruled table on every tenth page, shows that a lower page limit refuses it by
name, and reads it as `index` does: in the worker process, repaired, cut into passages, its figures found.

    python scripts/measure_large_pdf.py                    5,000 pages
    python scripts/measure_large_pdf.py --pages 300 --keep large.pdf
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from index.errors import ReadError  # noqa: E402
from index.isolation import IsolatedReader  # noqa: E402
from index.limits import Limits  # noqa: E402
from index.prepare import Source  # noqa: E402

FONT = "STSong-Light"
LINES, WIDTH = 40, 44  # of a page: lines, characters in a line
PEAK_MB = 1536  # what reading 5,000 pages may take
INDICATORS = (
    *("地区生产总值", "规模以上工业增加值", "固定资产投资", "社会消费品零售总额", "进出口总额"),
    *("一般公共预算收入", "城镇居民人均可支配收入", "粮食总产量", "发电量", "货物周转量"),
)


def sentence(chance: random.Random, page: int) -> str:
    """One sentence with two figures, unlike those around it."""
    name, other = chance.sample(INDICATORS, 2)
    return (
        f"第{page}区{chance.randrange(1950, 2024)}年{name}完成{chance.randrange(1, 9999)}.{chance.randrange(10)}亿元，"
        f"同比增长{chance.randrange(1, 40)}.{chance.randrange(10)}%，其中{other}占{chance.randrange(1, 99)}%，"
        f"{chance.choice(('结构继续优化', '效益有所改善', '运行总体平稳', '后劲不断增强'))}。"
    )


def write_report(path: Path, pages: int) -> None:
    """A PDF of so many pages with a running header, page numbers and a table on every tenth page."""
    chance = random.Random(1)
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    canvas = Canvas(str(path), pagesize=A4)
    for page in range(1, pages + 1):
        canvas.setFont(FONT, 8)
        canvas.drawString(60, 815, "统计资料汇编")
        canvas.drawCentredString(297, 25, f"— {page} —")
        top, lines = 780.0, LINES
        if page % 10 == 0:
            rows = [["指标", "总量（亿元）", "增速（%）"]]
            rows += [
                [name, f"{chance.randrange(9999)}.5", f"{chance.randrange(30)}.2"] for name in INDICATORS
            ]
            table = Table(
                rows,
                style=[("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("FONT", (0, 0), (-1, -1), FONT, 10)],
            )
            _, height = table.wrapOn(canvas, 480, 700)
            canvas.setFont(FONT, 10)
            canvas.drawString(60, 780, f"表{page}　第{page}区主要指标")
            table.drawOn(canvas, 60, 768 - height)
            top, lines = 740 - height, LINES - 15
        text = "　　"
        while len(text) < lines * WIDTH:
            text += sentence(chance, page)
        canvas.setFont(FONT, 10)
        for row in range(lines):
            canvas.drawString(60, top - 17 * row, text[row * WIDTH : (row + 1) * WIDTH])
        canvas.showPage()
    canvas.save()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=5000)
    parser.add_argument("--keep", type=Path, help="where the PDF is kept; it is used if it is there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="large-pdf-") as folder:
        path = options.keep or Path(folder, "large.pdf")
        if not path.exists():
            write_report(path, options.pages)
        source = Source(str(path), path.name, str(path), hashlib.sha256(path.read_bytes()).hexdigest(), {})
        reader = IsolatedReader()
        try:
            reader.prepare(source, Limits(pages=options.pages - 1))
        except ReadError as error:
            print(f"refused by a limit of one page less: {error.english}")
        else:
            print("NOT refused by a limit of one page less")
            return 1
        reader.close()
        reader = IsolatedReader()
        began = time.monotonic()
        prepared = reader.prepare(source, Limits())
        seconds = time.monotonic() - began
        reader.close()
    peak_mb = round(reader.peak_kb / 1024)
    result = {
        "pages": prepared.report.pages,
        "file_mb": round(path.stat().st_size / 2**20, 1) if path.exists() else None,
        "characters": len(prepared.report.text),
        "tables": len(prepared.report.tables),
        "passages": len(prepared.chunks),
        "figures": len(prepared.figures),
        "seconds": round(seconds, 1),
        "peak_mb": peak_mb,
        "peak_mb_of_this_process": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    print(json.dumps(result))
    return 1 if peak_mb > PEAK_MB else 0


if __name__ == "__main__":
    sys.exit(main())
