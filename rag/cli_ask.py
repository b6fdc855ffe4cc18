"""The commands that answer: ask, batch, search, compare."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import WenbaoError
from rag.opening import open_engine
from rag.terminal import add_index_option, clean_text, complain, in_language, positive, print_json

if TYPE_CHECKING:
    from index.types import Hit
    from rag.compare import Comparison
    from rag.qa import ReportQA
    from rag.types import Answer

Subparsers = Any  # argparse names its own type privately


def add_commands(commands: Subparsers) -> None:
    ask = commands.add_parser("ask", help="answer one question from the reports")
    ask.add_argument("question", metavar="QUESTION")
    add_report_option(ask)
    ask.add_argument("--json", action="store_true", help="the whole answer as one line of JSON")
    add_index_option(ask)
    ask.set_defaults(run=run_ask)

    batch = commands.add_parser("batch", help="answer a file of questions, one JSON answer a line")
    batch.add_argument(
        "questions", metavar="QUESTIONS.jsonl",
        help='lines of {"id", "question", "history"?, "passages"?}; - reads standard input',
    )  # fmt: skip
    batch.add_argument("--retrieve-only", action="store_true", help="print what is found, without the LLM")
    batch.add_argument(
        "--top-k", type=positive, default=5, metavar="K", help="hits a question with --retrieve-only"
    )
    add_report_option(batch)
    add_index_option(batch)
    batch.set_defaults(run=run_batch)

    search = commands.add_parser("search", help="print the passages found for a question, without the LLM")
    search.add_argument("question", metavar="QUESTION")
    search.add_argument("--top-k", type=positive, default=5, metavar="K")
    add_report_option(search)
    search.add_argument("--json", action="store_true", help="one line of JSON")
    add_index_option(search)
    search.set_defaults(run=run_search)

    compare = commands.add_parser("compare", help="compare one indicator over years or regions")
    compare.add_argument("indicator", metavar="INDICATOR")
    compare.add_argument("--years", type=year_range, metavar="A-B")
    compare.add_argument("--region", nargs="+", metavar="R")
    add_report_option(compare)
    compare.add_argument("--json", action="store_true", help="one line of JSON")
    compare.add_argument("--csv", action="store_true", help="one row a cell, with its quote")
    add_index_option(compare)
    compare.set_defaults(run=run_compare)


def add_report_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--report",
        nargs="+",
        action="extend",
        metavar="REPORT",
        help="use these reports only (names of `list`)",
    )


def open_reports(directory: str | None) -> ReportQA:
    """The question answering over the index; IndexMissingError says how to make one."""
    from rag.settings import index_directory

    return open_engine(index_directory(directory))


def run_ask(options: argparse.Namespace) -> int:
    question = asked(options.question)
    if question is None:
        return 2
    with closing(open_reports(options.index)) as engine:
        answer = engine.ask(question, reports=options.report)
    if options.json:
        print_json(answer.to_dict())
    else:
        print(render_answer(answer))
    return 0


def run_search(options: argparse.Namespace) -> int:
    question = asked(options.question)
    if question is None:
        return 2
    hits = open_reports(options.index).search(question, top_k=options.top_k, reports=options.report)
    if options.json:
        print_json({"question": question, "hits": hits_as_json(hits)})
        return 0
    if not hits:
        print(in_language("Nothing found.", "没有找到。"))
    for number, hit in enumerate(hits, start=1):
        print(f"{number}. {hit.chunk.report}  {hit.chunk.start}–{hit.chunk.end}  ({hit.score:.3f})")
        print(f"   {' '.join(hit.chunk.text.split())}")
    return 0


def run_compare(options: argparse.Namespace) -> int:
    with closing(open_reports(options.index)) as engine:
        table = engine.compare(
            options.indicator, years=options.years, regions=options.region, reports=options.report
        )
    if options.json:
        print_json(table.to_dict())
    elif options.csv:
        print(table.to_csv(), end="")
    else:
        print_comparison(table)
    return 0


def year_range(text: str) -> range:
    """2010-2025 or 2023, both ends included, for argparse."""
    first, _, last = text.replace("—", "-").replace("–", "-").partition("-")
    years = range(int(first), int(last or first) + 1)
    if not years or not 1900 <= years.start <= years.stop - 1 <= 2199:
        raise ValueError(text)
    return years


def print_comparison(table: Comparison) -> None:
    """The table with a marker a cell, then what each marker cites."""
    from rich.console import Console
    from rich.table import Table

    unit = f" ({table.unit})" if table.unit else ""
    shown = Table(title=f"{table.indicator}{unit}")
    shown.add_column("")
    for period in table.periods:
        shown.add_column(table.label(period), justify="right")
    for region in table.regions:
        cells = (table.cells[region, period] for period in table.periods)
        shown.add_row(region, *(f"{c.text} ({c.citation.marker})" if c else "—" for c in cells))
    # Wide enough for every column: a table that is read by a program must not be folded.
    console = Console(width=max(80, 20 + 14 * len(table.periods)), highlight=False, markup=False)
    console.print(shown)
    for citation in table.citations:
        page = in_language(f"page {citation.page}, ", f"第{citation.page}页，") if citation.page else ""
        place = in_language("characters", "字符")
        print(f"({citation.marker}) {citation.report}  {page}{place} {citation.start}–{citation.end}")
        print(f"    {' '.join(citation.quote.split())}")


def asked(question: str) -> str | None:
    """The question in clean form; None, with a line on stderr, if there is none."""
    question = clean_text(question).strip()
    if not question:
        complain(in_language("the question is empty; give a question.", "问题为空；请输入问题。"))
        return None
    return question


# ---------------------------------------------------------------- batch


def run_batch(options: argparse.Namespace) -> int:
    """One answer a line, in order. A line that fails gives one with `error`, and exit code 1."""
    if options.questions == "-":
        return answer_lines(sys.stdin, options)
    path = Path(options.questions)
    try:
        with path.open(encoding="utf-8-sig") as lines:
            return answer_lines(lines, options)
    except (OSError, UnicodeDecodeError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        complain(
            in_language(
                f"cannot read {path}: {reason}; give a JSON Lines file of questions.",
                f"无法读取 {path}：{reason}；请提供 JSON Lines 格式的问题文件。",
            )
        )
        return 2


def answer_lines(lines: Iterable[str], options: argparse.Namespace) -> int:
    """Answers each line as it comes; the reports are opened when the first line needs them."""
    with closing(BatchReader(options)) as reader:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                print_json(reader.answer(number, line))
    if reader.failed:
        complain(
            in_language(
                f"{reader.failed} line(s) failed; each has its reason in `error`.",
                f"有 {reader.failed} 行失败，原因见各行的 `error`。",
            )
        )
    return 1 if reader.failed else 0


class BatchReader:
    """Answers question lines with one ReportQA; needs an index only for lines without passages."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.failed = 0
        self._over_reports: ReportQA | None = None
        self._over_passages: ReportQA | None = None

    def answer(self, number: int, line: str) -> dict[str, Any]:
        """The JSON to print for one line. IndexMissingError is not caught: no later line could do better."""
        item: Any = None
        try:
            item = json.loads(line)
            question, passages, history = read_question(item)
        except ValueError as error:
            return self.failure(number, item if isinstance(item, dict) else {}, str(error))
        engine = self.engine(passages)
        try:
            if self.options.retrieve_only:
                hits = engine.search(
                    question, top_k=self.options.top_k, reports=self.options.report, passages=passages
                )
                return {"id": item.get("id"), "question": question, "hits": hits_as_json(hits)}
            answer = engine.ask(question, history=history, reports=self.options.report, passages=passages)
        except WenbaoError as error:
            return self.failure(number, item, str(error))
        except Exception as error:  # one odd line must not cost the answers of the others
            return self.failure(number, item, f"{type(error).__name__}: {error}")
        return answer.to_dict() | {"id": item.get("id")}

    def engine(self, passages: Sequence[str] | None) -> ReportQA:
        if passages is None:
            if self._over_reports is None:
                self._over_reports = open_reports(self.options.index)
            return self._over_reports
        if self._over_reports is not None:
            return self._over_reports
        if self._over_passages is None:
            self._over_passages = open_engine(None)
        return self._over_passages

    def close(self) -> None:
        for engine in (self._over_reports, self._over_passages):
            if engine is not None:
                engine.close()

    def failure(self, number: int, item: dict[str, Any], message: str) -> dict[str, Any]:
        """A line in the shape of an answer, empty, so that line n still belongs to question n."""
        self.failed += 1
        message = " ".join(message.split())
        complain(f"line {number}: {message}")
        return {
            "id": item.get("id"), "question": item.get("question"), "error": message,
            "answer": "", "abstained": False, "citations": [], "figures": [], "hits": [],
        }  # fmt: skip


def read_question(item: Any) -> tuple[str, list[str] | None, list[dict[str, str]]]:
    """Question, passages and history of a line; unknown fields are ignored. ValueError says what is wrong."""
    if not isinstance(item, dict):
        raise ValueError("not a JSON object")
    question = item.get("question")
    if not isinstance(question, str) or not question.strip():
        raise ValueError("`question` is missing or empty")
    passages = item.get("passages")
    if passages is not None and not (
        isinstance(passages, list) and all(isinstance(passage, str) for passage in passages)
    ):
        raise ValueError("`passages` is not a list of texts")
    history = item.get("history") or []
    if not isinstance(history, list) or not all(isinstance(turn, dict) for turn in history):
        raise ValueError('`history` is not a list of {"question", "answer"}')
    turns = [{key: str(turn.get(key) or "") for key in ("question", "answer")} for turn in history]
    return clean_text(question).strip(), passages, turns


def hits_as_json(hits: Sequence[Hit]) -> list[dict[str, Any]]:
    from rag.types import hit_to_dict

    return [hit_to_dict(hit) for hit in hits]


# ---------------------------------------------------------------- what `ask` prints


def render_answer(answer: Answer) -> str:
    """The answer, then each citation with where it stands, in the language of the answer."""
    chinese = answer.language == "zh"
    lines = [answer.text]
    for figure in answer.figures:
        if figure.calculation:
            lines.append(f"    {'计算' if chinese else 'Calculation'}: {figure.calculation}")
    for citation in answer.citations:
        place = f"{citation.start}–{citation.end}"
        if chinese:
            page = f"第{citation.page}页，" if citation.page is not None else ""
            where = f"（{page}字符 {place}）"
        else:
            page = f"page {citation.page}, " if citation.page is not None else ""
            where = f" ({page}characters {place})"
        lines += ["", f"[{citation.marker}] {citation.report}{where}", f"    {citation.quote.strip()}"]
    return "\n".join(lines)
