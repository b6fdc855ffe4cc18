"""Makes the sample reports of examples/reports from examples/sources, byte for byte the same each time.

    python -m examples.generate [--out DIR]

The two Markdown reports are written by hand and stand in examples/reports only.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from examples.artefacts import newspaper_columns, paged_text, scanned_text
from examples.markup import parse
from examples.office import write_docx, write_html, write_xlsx
from examples.pdf import write_pdf

HERE = Path(__file__).parent
SOURCES, REPORTS = HERE / "sources", HERE / "reports"


def _source(name: str) -> str:
    return (SOURCES / name).read_text(encoding="utf-8")


def _indented(source: str) -> str:
    """Paragraphs of a government web page saved as text: full-width indent, Windows line ends."""
    return "".join(
        f"　　{line}\r\n" if line.endswith(("。", "！")) else f"{line}\r\n" for line in source.splitlines()
    )


MAKERS: dict[str, Callable[[], bytes]] = {
    "yunchuan-bulletin-2022.docx": lambda: write_docx(
        parse(_source("yunchuan-bulletin-2022.md")), "云川统计信息（虚构样例）"
    ),
    "yunchuan-bulletin-2023.pdf": lambda: write_pdf(
        parse(_source("yunchuan-bulletin-2023.md")), ("云川统计（虚构样例）", "2024年第3期　统计公报")
    ),
    "yunchuan-indicators-2023.xlsx": lambda: write_xlsx(json.loads(_source("yunchuan-indicators-2023.json"))),
    "qinglan-bulletin-2023.html": lambda: write_html(
        parse(_source("qinglan-bulletin-2023.md")), "青岚市统计局（虚构样例）"
    ),
    "云川高新区2023年前三季度.txt": lambda: newspaper_columns(_source("云川高新区2023年前三季度.txt")).encode(
        "utf-8"
    ),
    "yunling-work-report-2023.txt": lambda: paged_text(_source("yunling-work-report-2023.txt")).encode(
        "utf-8"
    ),
    "yunling-work-report-2024.txt": lambda: _indented(_source("yunling-work-report-2024.txt")).encode(
        "gb18030"
    ),
    "qinglan-report-1995.txt": lambda: scanned_text(_source("qinglan-report-1995.txt")).encode("utf-8"),
}


def main() -> None:
    """Write every generated report into the chosen folder and print its size."""
    parser = argparse.ArgumentParser(description="Make the sample reports.")
    parser.add_argument("--out", type=Path, default=REPORTS)
    folder = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in MAKERS.items():
        data = make()
        (folder / name).write_bytes(data)
        print(f"{len(data):>8}  {name}")


if __name__ == "__main__":
    main()
