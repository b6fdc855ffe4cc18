"""Does one report, written by several programs in several formats, read as the same sentences?

Takes text reports, writes each as TXT, DOCX, HTML and as PDF by reportlab, Chromium and LibreOffice (those that
are installed), among them two newspaper columns, turned pages, running headers and fonts without Unicode, reads all of
them and compares the sentences of the canonical text, in order, with those of the report.

    python scripts/measure_readers.py examples/reports/*.txt
    python scripts/measure_readers.py --ocr 2 examples/reports/*.txt     also a scan of the first two pages
"""

from __future__ import annotations

import argparse
import difflib
import html
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import docx
import numpy as np
import pypdfium2
from PIL import Image
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, FrameBreak, PageTemplate, Paragraph

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from index.clean import clean, visible  # noqa: E402
from index.errors import ReadError  # noqa: E402
from index.limits import Limits  # noqa: E402
from index.readers import read_file  # noqa: E402
from index.types import Report  # noqa: E402

FONT = "STSong-Light"
Paragraphs = Sequence[tuple[int, str]]  # heading level, 0 for running text; the text


def load(path: Path, pages: int | None = None) -> Report:
    return clean(read_file(path, Limits(ocr_pages=pages or 500)), name=path.name, sha256="")


def paragraphs_of(report: Report) -> Paragraphs:
    """Blocks; a space that means something in Chinese text is wide again, as authors write it."""
    return [
        (block.level, re.sub(r"(?<=[^ -~]) | (?=[^ -~])", "\u3000", report.text[block.start : block.end]))
        for block in report.blocks
    ]


def sentences(paragraphs: Paragraphs) -> list[str]:
    """Sentences in order; a heading is one."""
    return [
        part.replace("\u3000", " ")
        for _, text in paragraphs
        for part in re.findall(r"[^。！？；]+[。！？；]?[”’」』）)]*", text)
        if part.strip()
    ]


# ---------------------------------------------------------------- writers


def write_txt(paragraphs: Paragraphs, path: Path) -> None:
    lines = [text if level else f"　　{text}" for level, text in paragraphs]
    path.write_text("\n\n".join(lines) + "\n", encoding="utf-8")


def write_gb(paragraphs: Paragraphs, path: Path) -> None:
    write_txt(paragraphs, path)
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))


def write_wrapped(paragraphs: Paragraphs, path: Path, width: int = 68) -> None:
    """Lines of a fixed width in columns, as old tools save them."""
    lines: list[str] = []
    for level, text in paragraphs:
        line, filled = "", 0
        for character in text if level else f"　　{text}":
            own = 2 if character > "\u2e7f" or character in "“”‘’—…" else 1
            if filled + own > width:
                lines.append(line)
                line, filled = "", 0
            line, filled = line + character, filled + own
        lines += [line, ""]
    path.write_text("\n".join(lines), encoding="utf-8")


def write_docx(paragraphs: Paragraphs, path: Path) -> None:
    document = docx.Document()
    document.styles["Normal"].font.name = "Noto Serif CJK SC"
    document.sections[0].header.paragraphs[0].text = "统计资料汇编"
    for level, text in paragraphs:
        if level:
            document.add_heading(text, min(level, 9) if level > 1 else 0)
        else:
            document.add_paragraph(text)
    document.save(str(path))


def page_of(paragraphs: Paragraphs, style: str) -> str:
    body = "\n".join(
        f"<h{min(level, 6)}>{html.escape(text)}</h{min(level, 6)}>"
        if level
        else f"<p>{html.escape(text)}</p>"
        for level, text in paragraphs
    )
    return (
        f'<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>报告</title><style>{style}</style>'
        f"</head><body>{body}</body></html>"
    )


PLAIN = "body { font-family: 'Noto Serif CJK SC', serif; font-size: 11pt } p { text-indent: 2em }"
COLUMNS = PLAIN + " body { columns: 2; column-gap: 2em; text-align: justify; font-size: 10pt }"


def write_html(paragraphs: Paragraphs, path: Path) -> None:
    path.write_text(page_of(paragraphs, PLAIN), encoding="utf-8")


def write_reportlab(paragraphs: Paragraphs, path: Path, columns: int = 1, turn: int = 0) -> None:
    """Running header and page number on every page; text in one or more columns."""

    def furniture(canvas: object, document: object) -> None:
        canvas.saveState()  # type: ignore[attr-defined]
        canvas.setPageRotation(turn)  # type: ignore[attr-defined]
        canvas.setFont(FONT, 8)  # type: ignore[attr-defined]
        canvas.drawString(60, 812, "统计资料汇编")  # type: ignore[attr-defined]
        canvas.drawCentredString(297, 28, f"— {canvas.getPageNumber()} —")  # type: ignore[attr-defined]
        canvas.restoreState()  # type: ignore[attr-defined]

    gap = 24
    width = (A4[0] - 110 - gap * (columns - 1)) / columns
    frames = [Frame(55 + (width + gap) * at, 55, width, 740, 0, 0, 0, 0) for at in range(columns)]
    document = BaseDocTemplate(str(path), pagesize=A4)
    document.addPageTemplates(PageTemplate("page", frames, onPage=furniture))
    body = ParagraphStyle(
        "body", fontName=FONT, fontSize=10.5, leading=17, firstLineIndent=21, wordWrap="CJK"
    )
    heads = {
        level: ParagraphStyle(
            f"h{level}", body, fontSize=size, leading=1.5 * size, firstLineIndent=0, spaceBefore=8, spaceAfter=6,
            alignment=TA_CENTER if level == 1 else 0,
        )
        for level, size in ((1, 18), (2, 14), (3, 12.5), (4, 12.5), (5, 12.5), (6, 12.5))
    }  # fmt: skip
    document.build(
        [
            Paragraph(
                html.escape(text).replace("\u3000", "&nbsp;&nbsp;"), heads[min(level, 6)] if level else body
            )
            for level, text in paragraphs
        ]
    )


def write_newspaper(paragraphs: Paragraphs, path: Path, columns: int) -> None:
    """The title across all columns of the first page, a picture between the lines of two of them on each page."""
    gap, picture, below = 14.0, (330.0, 480.0), (55.0, 700.0)
    width = (A4[0] - 80 - gap * (columns - 1)) / columns
    body = ParagraphStyle("body", fontName=FONT, fontSize=8, leading=12.5, firstLineIndent=16, wordWrap="CJK")
    small = ParagraphStyle(
        "small", body, fontSize=10, leading=15, firstLineIndent=0, spaceBefore=5, spaceAfter=4
    )
    large = ParagraphStyle("large", body, fontSize=24, leading=32, firstLineIndent=0, alignment=TA_CENTER)

    def frame(left: float, bottom: float, across: float, top: float) -> Frame:
        return Frame(left, bottom, across, top - bottom, 0, 0, 0, 0)

    def draw(canvas: object, _: object) -> None:
        canvas.setFillGray(0.7)  # type: ignore[attr-defined]
        left = 40 + (columns - 2) * (width + gap)
        canvas.rect(left, picture[0], 2 * width + gap, picture[1] - picture[0], 0, 1)  # type: ignore[attr-defined]

    frames: list[Frame] = []
    for at in range(columns):
        left = 40 + at * (width + gap)
        if at >= columns - 2:
            frames += [
                frame(left, picture[1] + 8, width, below[1]),
                frame(left, below[0], width, picture[0] - 8),
            ]
        else:
            frames.append(frame(left, below[0], width, below[1]))
    document = BaseDocTemplate(str(path), pagesize=A4)
    document.addPageTemplates(PageTemplate("page", [frame(40, 715, A4[0] - 80, 790), *frames], onPage=draw))
    flow: list[Flowable] = []
    for number, (level, text) in enumerate(paragraphs):
        style = body if not level else small if number else large
        flow.append(Paragraph(html.escape(text).replace("\u3000", "&nbsp;&nbsp;"), style))
        if not number:
            flow.append(FrameBreak())
    document.build(flow)


def write_chromium(paragraphs: Paragraphs, path: Path, style: str = PLAIN, header: bool = True) -> None:
    """Printed from a page; with `header` as a browser prints: date, title, address and page number."""
    page = path.with_suffix(".source.html")
    page.write_text(page_of(paragraphs, style), encoding="utf-8")
    command = [
        "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--disable-background-networking", f"--user-data-dir={path.parent / 'profile'}", f"--print-to-pdf={path}",
    ]  # fmt: skip
    if not header:
        command.append("--no-pdf-header-footer")
    subprocess.run([*command, page.as_uri()], check=True, capture_output=True, timeout=240)


def write_libreoffice(paragraphs: Paragraphs, path: Path) -> None:
    source = path.with_suffix(".docx")
    write_docx(paragraphs, source)
    subprocess.run(
        [
            "soffice", f"-env:UserInstallation={(path.parent / 'office').as_uri()}", "--headless", "--convert-to",
            "pdf", "--outdir", str(path.parent), str(source),
        ],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip


def write_without_unicode(paragraphs: Paragraphs, path: Path) -> None:
    """A PDF whose fonts no longer say which character a shape is: only OCR can read it."""
    write_chromium(paragraphs, path, header=False)
    path.write_bytes(path.read_bytes().replace(b"/ToUnicode", b"/ToUnicodX"))


def write_scan(paragraphs: Paragraphs, path: Path, pages: int) -> None:
    """The first pages as pictures: 180 dots an inch, one degree askew, with noise."""
    write_reportlab(paragraphs, path)
    chance = np.random.default_rng(1)
    pictures: list[Image.Image] = []
    for number, page in enumerate(pypdfium2.PdfDocument(path)):
        if number == pages:
            break
        picture = page.render(scale=2.5).to_pil().convert("L")
        picture = picture.rotate(1.0, fillcolor=255, resample=Image.Resampling.BICUBIC)
        dots = np.asarray(picture, dtype=float) + chance.normal(0, 16, picture.size[::-1])
        pictures.append(Image.fromarray(np.clip(dots, 0, 255).astype(np.uint8)))
    buffer = io.BytesIO()
    pictures[0].save(buffer, "PDF", save_all=True, append_images=pictures[1:], resolution=180)
    path.write_bytes(buffer.getvalue())


def writers(ocr: int) -> dict[str, tuple[str, Callable[[Paragraphs, Path], None]]]:
    """Name → (suffix, writer) of what can be made here."""
    found: dict[str, tuple[str, Callable[[Paragraphs, Path], None]]] = {
        "txt": (".txt", write_txt),
        "txt, GB18030": (".txt", write_gb),
        "txt, wrapped lines": (".txt", write_wrapped),
        "docx": (".docx", write_docx),
        "html": (".html", write_html),
        "pdf, reportlab": (".pdf", write_reportlab),
        "pdf, reportlab, two columns": (".pdf", lambda text, path: write_reportlab(text, path, columns=2)),
        "pdf, reportlab, newspaper of 3": (".pdf", lambda text, path: write_newspaper(text, path, 3)),
        "pdf, reportlab, newspaper of 4": (".pdf", lambda text, path: write_newspaper(text, path, 4)),
        "pdf, reportlab, pages turned": (".pdf", lambda text, path: write_reportlab(text, path, turn=90)),
    }
    if shutil.which("chromium"):
        found["pdf, Chromium, with its header"] = (".pdf", write_chromium)
        found["pdf, Chromium, two columns"] = (".pdf", lambda text, path: write_chromium(text, path, COLUMNS))
    if shutil.which("soffice"):
        found["pdf, LibreOffice"] = (".pdf", write_libreoffice)
    if ocr:
        found["pdf, scan by OCR"] = (".pdf", lambda text, path: write_scan(text, path, ocr))
        if shutil.which("chromium"):
            found["pdf, no ToUnicode, by OCR"] = (".pdf", write_without_unicode)
    for program in ("chromium", "soffice"):
        if not shutil.which(program):
            print(f"LEFT OUT: {program} is not installed, so its PDF files are not measured", file=sys.stderr)
    return found


def compare(wanted: list[str], found: list[str], partial: bool) -> tuple[int, int, list[str]]:
    """(sentences that agree in order, sentences in all, examples of those that do not)."""
    if partial and found:  # only some pages were read: what follows the last of them is not asked for
        tail = difflib.SequenceMatcher(None, wanted, found, autojunk=False).get_matching_blocks()
        wanted = wanted[: max((block.a + block.size for block in tail if block.size), default=len(wanted))]
        found = found[: max((block.b + block.size for block in tail if block.size), default=len(found))]
    matcher = difflib.SequenceMatcher(None, wanted, found, autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks())
    odd = [
        f"{wanted[a:b]} -> {found[c:d]}"[:300] for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"
    ]
    return same, max(len(wanted), len(found)), odd


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("reports", type=Path, nargs="+")
    parser.add_argument("--ocr", type=int, default=0, metavar="PAGES", help="read so many pages by OCR")
    parser.add_argument("--only", default="", help="formats whose name contains this")
    parser.add_argument("--differences", action="store_true", help="show what differs")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    totals: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="measure-readers-") as folder:
        for report in options.reports:
            paragraphs = paragraphs_of(load(report))
            wanted = sentences(paragraphs)
            for name, (suffix, write) in writers(options.ocr).items():
                if options.only not in name:
                    continue
                path = Path(folder, f"report{suffix}")
                try:
                    write(paragraphs, path)
                    read = load(path, options.ocr)
                except (ReadError, subprocess.SubprocessError) as error:
                    print(f"{report.name}, {name}: {error}", file=sys.stderr)
                    totals.setdefault(name, [0, 0, 0, 0])[1] += len(wanted)
                    continue
                recognised = "OCR" in name
                same, whole, odd = compare(wanted, sentences(paragraphs_of(read)), recognised)
                letters = difflib.SequenceMatcher(
                    None, visible("".join(wanted)) if recognised else "", visible(read.text) if recognised else "",
                    autojunk=False,
                )  # fmt: skip
                row = totals.setdefault(name, [0, 0, 0, 0])
                row[0] += same
                row[1] += whole
                row[2] += sum(block.size for block in letters.get_matching_blocks())
                row[3] += len(visible(read.text))
                for line in odd if options.differences else ():
                    print(f"  {report.name}, {name}: {line}")
    if options.json:
        print(json.dumps(totals, ensure_ascii=False))
    for name, (same, whole, letters, read_letters) in totals.items():
        share = 100 * same / whole if whole else 0.0
        text = f"{name:34} {same:6.0f} of {whole:6.0f} sentences  {share:6.2f} %"
        if "OCR" in name and read_letters:
            text += f"   (characters {100 * letters / read_letters:.2f} %)"
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
