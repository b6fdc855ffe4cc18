"""The command line: `python -m rag …` (installed as `wenbao`).

Exit codes: 0 answered or abstained, 2 wrong use, 1 anything else, 130 stopped with Ctrl-C. Errors are one
line on stderr that says what to do. Heavy libraries are imported by the command that needs them, so that
`--help` is quick.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import warnings
from collections.abc import Sequence
from typing import NoReturn, TextIO, cast

from index.errors import WenbaoError
from rag import cli_ask, cli_index, cli_migrate, cli_system
from rag.offline import go_offline
from rag.settings import to_environment
from rag.terminal import complain, in_language

EXAMPLES = """examples:
  wenbao index examples/reports
  wenbao ask "云川市2023年地区生产总值是多少？"
  wenbao batch questions.jsonl > answers.jsonl
The index is --index DIR, else WENBAO_INDEX, else data/index."""


class OneLineParser(argparse.ArgumentParser):
    """Wrong use is one line on stderr and exit code 2."""

    def error(self, message: str) -> NoReturn:
        complain(f"{message}; see `{self.prog} --help`.")
        sys.exit(2)


def build_parser() -> argparse.ArgumentParser:
    parser = OneLineParser(
        prog="wenbao",
        description="Answers from Chinese economic reports; every figure checked in code and cited exactly.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", required=True, parser_class=OneLineParser
    )
    cli_index.add_commands(commands)
    cli_ask.add_commands(commands)
    cli_system.add_commands(commands)
    cli_migrate.add_commands(commands)
    return parser


def quieten() -> None:
    """Libraries' warnings are for developers: WENBAO_DEBUG=1 shows them and tracebacks."""
    if not os.environ.get("WENBAO_DEBUG"):
        warnings.simplefilter("ignore")
        logging.getLogger().setLevel(logging.ERROR)
        for name in ("httpx", "sentence_transformers", "transformers", "pdfminer", "trafilatura"):
            logging.getLogger(name).setLevel(logging.ERROR)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; gives the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        options = build_parser().parse_args(arguments)
        to_environment()
        go_offline(hub=options.command == "models")
        quieten()
        code = int(options.run(options))
        sys.stdout.flush()
        return code
    except WenbaoError as error:
        complain(str(error))
        return 1
    except KeyboardInterrupt:
        complain(in_language("Stopped; what was finished is kept.", "已停止；已完成的部分已保留。"))
        return 130
    except BrokenPipeError:
        # The reader (`| head`) has gone: nobody is left to tell, and Python's own flush must not complain.
        sys.stdout = cast(TextIO, open(os.devnull, "w"))  # noqa: PTH123, SIM115
        return 1
    except Exception as error:
        if os.environ.get("WENBAO_DEBUG"):
            raise
        problem = f"{type(error).__name__}: {error}"
        complain(
            in_language(
                f"Unexpected error: {problem} (WENBAO_DEBUG=1 shows where; please report it).",
                f"意外错误：{problem}（设 WENBAO_DEBUG=1 可查看位置，欢迎反馈）。",
            )
        )
        return 1
