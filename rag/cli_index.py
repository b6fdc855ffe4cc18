"""The commands that make and read the index: index, remove, list, text, figures."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import WenbaoError
from rag.terminal import add_index_option, complain, in_language, positive, print_json

if TYPE_CHECKING:
    from index.build import BuildSummary
    from index.store import ReportIndex
    from index.types import Figure

OCR_INSTALL = "pip install -r requirements-ocr.lock"
Subparsers = Any
# What `list --json` says of a report.
LISTED = (
    *("name", "title", "region", "period", "published", "kind", "format", "pages"),
    *("characters", "chunks", "figures", "sha256", "path"),
)


def add_commands(commands: Subparsers) -> None:
    index = commands.add_parser("index", help="add or update files and folders")
    index.add_argument("paths", nargs="+", metavar="PATH", type=Path)
    index.add_argument("--sync", action="store_true", help="also remove what is gone from the folders")
    index.add_argument(
        "--meta", metavar="FILE", type=Path,
        help="JSON: file name → {title, region, period, published, kind}, where the text does not say",
    )  # fmt: skip
    index.add_argument(
        "--workers", metavar="N", type=positive, help="read and embed in N Ray actors (requirements-ray.lock)"
    )
    index.add_argument("--ray", metavar="ADDRESS", help="a Ray cluster for --workers, else one started here")
    add_index_option(index)
    index.set_defaults(run=run_index)

    remove = commands.add_parser("remove", help="remove reports from the index")
    remove.add_argument("reports", nargs="+", metavar="REPORT")
    add_index_option(remove)
    remove.set_defaults(run=run_remove)

    saving = commands.add_parser("backup", help="copy the index into one file, also while it is in use")
    saving.add_argument("file", metavar="FILE", type=Path)
    add_index_option(saving)
    saving.set_defaults(run=run_backup)

    restoring = commands.add_parser("restore", help="put a backup in place of the index, all or nothing")
    restoring.add_argument("file", metavar="FILE", type=Path)
    add_index_option(restoring)
    restoring.set_defaults(run=run_restore)

    rebuilding = commands.add_parser(
        "rebuild", help="read and embed every report again: another embedding model, an older format"
    )
    add_index_option(rebuilding)
    rebuilding.set_defaults(run=run_rebuild)

    listing = commands.add_parser("list", help="the reports in the index")
    listing.add_argument("--json", action="store_true")
    add_index_option(listing)
    listing.set_defaults(run=run_list)

    text = commands.add_parser("text", help="a report's canonical text, in which citations count")
    text.add_argument("report", metavar="REPORT")
    add_index_option(text)
    text.set_defaults(run=run_text)

    figures = commands.add_parser("figures", help="the figures read out of a report")
    figures.add_argument("report", metavar="REPORT")
    figures.add_argument("--json", action="store_true", help="one figure a line")
    add_index_option(figures)
    figures.set_defaults(run=run_figures)


def open_index(directory: str | None) -> ReportIndex:
    """The index for reading; no embedding model is loaded."""
    from index.stores import open_index as opened
    from rag.settings import index_directory

    return opened(index_directory(directory))


def run_index(options: argparse.Namespace) -> int:
    """0, or 1 naming the files that failed; the rest are indexed."""
    metadata = read_metadata_file(options.meta) if options.meta else None
    missing = [path for path in options.paths if not path.exists()]
    for path in missing:
        complain(in_language(f"there is no {path}; check the path.", f"找不到 {path}；请检查路径。"))
    paths = [path for path in options.paths if path.exists()]
    if not paths:
        return 1

    from rag.models import embedding_path
    from rag.settings import index_directory

    directory = index_directory(options.index)
    model = embedding_path()  # a missing model is said before the seconds that the imports take
    from index.build import build_index
    from rag.lazy_embedder import lazy_embedder

    embedder = lazy_embedder(model)
    chosen: dict[str, Any] = {"sync": options.sync, "metadata": metadata}
    with progress_bar() as progress:
        if options.workers or options.ray:
            from index.bulk import bulk_index

            made_there = partial(lazy_embedder, model)
            summary = bulk_index(
                paths, directory, embedder, made_there, workers=options.workers or 2, address=options.ray,
                progress=progress, **chosen,
            )  # fmt: skip
        else:
            summary = build_index(paths, directory, embedder, progress=progress, **chosen)
    for line in summary_lines(summary):
        print(line)
    for failed_path, error in summary.failed:
        complain(f"{failed_path}: {error}")
    counts = [len(names) for names in (summary.added, summary.updated, summary.unchanged, summary.removed)]
    counts.append(len(summary.failed) + len(missing))
    print(
        in_language(
            "Added {}, updated {}, unchanged {}, removed {}, failed {}; index: {}",
            "新增 {}，更新 {}，未变 {}，移除 {}，失败 {}；索引：{}",
        ).format(*counts, directory)
    )
    return 1 if summary.failed or missing else 0


def summary_lines(summary: BuildSummary) -> list[str]:
    """What a run read and what the user should know of it, in the user's language."""
    lines: list[str] = []
    if summary.chunks or summary.figures:
        lines.append(
            in_language(
                f"Read {len(summary.added) + len(summary.updated)} files: {summary.pages:,} pages, "
                f"{summary.chunks:,} passages ({summary.embedded:,} embedded), {summary.figures:,} figures, "
                f"in {summary.seconds:.0f} s",
                f"已读取 {len(summary.added) + len(summary.updated)} 个文件：{summary.pages:,} 页，"
                f"{summary.chunks:,} 段（计算向量 {summary.embedded:,} 段），{summary.figures:,} 个数字，"
                f"用时 {summary.seconds:.0f} 秒",
            )
        )
    if summary.ocr_pages:
        lines.append(
            in_language(
                f"{summary.ocr_pages} pages were read by OCR: compare what they say with the page",
                f"有 {summary.ocr_pages} 页由 OCR 识别：引用时请与原页核对",
            )
        )
    for name, pages in summary.unread.items():
        shown = ", ".join(map(str, pages[:10])) + (" …" if len(pages) > 10 else "")
        lines.append(
            in_language(
                f"{name}: pages {shown} hold text that was not read; OCR reads them (`{OCR_INSTALL}`)",
                f"{name}：第 {shown} 页的文字未能读取；安装 OCR 后可读（`{OCR_INSTALL}`）",
            )
        )
    if summary.pictures:
        lines.append(
            in_language(
                f"{summary.pictures} pictures were left out; OCR reads them (`{OCR_INSTALL}`)",
                f"跳过 {summary.pictures} 个图像文件；安装 OCR 后可读（`{OCR_INSTALL}`）",
            )
        )
    for twin in summary.twins:
        share = f"{100 * twin.similarity:.0f} %"
        lines.append(
            in_language(
                f"{twin.report} has the same text as {twin.other} ({share}): keep one, or cite with care",
                f"{twin.report} 与 {twin.other} 的文字相同（{share}）：建议只保留一份",
            )
            if twin.similarity == 1
            else in_language(
                f"{twin.report} is nearly the same as {twin.other} ({share}): perhaps another version of it",
                f"{twin.report} 与 {twin.other} 几乎相同（{share}）：可能是同一报告的不同版本",
            )
        )
    return lines


def read_metadata_file(path: Path) -> dict[str, Any]:
    """The user's metadata by report name."""
    try:
        value = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"not JSON ({error})"
        raise WenbaoError(
            f"cannot read --meta {path}: {reason}; it holds a JSON object by file name.",
            f"无法读取 --meta {path}：{reason}；应为以文件名为键的 JSON 对象。",
        ) from error
    if not isinstance(value, dict) or not all(isinstance(entry, dict) for entry in value.values()):
        raise WenbaoError(
            f'--meta {path} is not an object like {{"report.txt": {{"region": "云川市"}}}}.',
            f'--meta {path} 的格式应为 {{"report.txt": {{"region": "云川市"}}}}。',
        )
    return value


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on stderr (nothing where stderr is no terminal); gives the function that moves it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task("", total=None)

        def move(label: str, done: int, total: int) -> None:
            bar.update(task, description=label, completed=done, total=total)

        yield move


def run_remove(options: argparse.Namespace) -> int:
    from index.build import remove_report
    from rag.settings import index_directory

    failed = False
    for name in options.reports:
        try:
            remove_report(index_directory(options.index), name)
        except WenbaoError as error:
            complain(str(error))
            failed = True
        else:
            print(in_language(f"Removed {name}", f"已移除 {name}"))
    return 1 if failed else 0


def run_backup(options: argparse.Namespace) -> int:
    from index.backup import backup
    from rag.settings import index_directory

    size = backup(index_directory(options.index), options.file)
    print(
        in_language(
            f"Backup written: {options.file} ({size / 1e6:.1f} MB)",
            f"已备份：{options.file}（{size / 1e6:.1f} MB）",
        )
    )
    return 0


def run_restore(options: argparse.Namespace) -> int:
    from index.backup import restore
    from rag.settings import index_directory

    directory = index_directory(options.index)
    count = restore(options.file, directory)
    print(
        in_language(
            f"Restored {count} reports; index: {directory}", f"已恢复 {count} 份报告；索引：{directory}"
        )
    )
    return 0


def run_rebuild(options: argparse.Namespace) -> int:
    from rag.models import embedding_path
    from rag.settings import index_directory

    model = embedding_path()
    from index.backup import rebuild
    from rag.lazy_embedder import lazy_embedder

    with progress_bar() as progress:
        summary = rebuild(index_directory(options.index), lazy_embedder(model), progress=progress)
    for line in summary_lines(summary):
        print(line)
    return 0


def run_list(options: argparse.Namespace) -> int:
    summaries = open_index(options.index).reports()
    if options.json:
        print_json([{field: getattr(summary, field) for field in LISTED} for summary in summaries])
        return 0
    if not summaries:
        print(in_language("The index is empty.", "索引为空。"))
    for summary in summaries:
        about = " · ".join(str(value) for value in (summary.title, summary.region, summary.period) if value)
        sizes = in_language(
            f"{summary.characters:,} characters, {summary.figures:,} figures",
            f"{summary.characters:,} 字，{summary.figures:,} 个数字",
        )
        print(f"{summary.name}\t{about}\t{sizes}")
    return 0


def run_text(options: argparse.Namespace) -> int:
    # Exactly the canonical text: offsets of citations count in what this prints.
    sys.stdout.write(open_index(options.index).report(options.report).text)
    return 0


def run_figures(options: argparse.Namespace) -> int:
    index = open_index(options.index)
    index.report(options.report)  # names the reports there are, if this is none of them
    figures = sorted(index.figures(report=options.report), key=lambda figure: (figure.start, figure.end))
    for figure in figures:
        if options.json:
            print_json(figure_to_dict(figure))
        else:
            about = " · ".join(filter(None, (figure.region, figure.period, figure.basis, figure.status)))
            print(f"{figure.start}\t{figure.text}\t{figure.indicator}\t{about}")
    return 0


def figure_to_dict(figure: Figure) -> dict[str, Any]:
    """A figure as JSON: the fields of DESIGN.md first, then what else was read."""
    return {
        "start": figure.start, "end": figure.end, "text": figure.text,
        "value": float(figure.value), "unit": figure.unit,
        "indicator": figure.indicator, "basis": figure.basis, "direction": figure.direction,
        "qualifier": figure.qualifier, "period": figure.period, "region": figure.region,
        "status": figure.status, "measure": figure.measure, "indicator_id": figure.indicator_id,
        "base_unit": figure.base_unit, "scale": figure.scale, "reference": figure.reference,
        "cell": figure.cell,
    }  # fmt: skip
