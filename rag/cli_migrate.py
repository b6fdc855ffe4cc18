"""The command migrate: an index from its folder to a Milvus server, or back."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rag.terminal import add_index_option, in_language

Subparsers = Any


def add_commands(commands: Subparsers) -> None:
    migrate = commands.add_parser(
        "migrate", help="copy the index to a Milvus server, or from there into a folder"
    )
    migrate.add_argument("way", choices=("to-store", "from-store"))
    migrate.add_argument("--store", metavar="ADDRESS", help="milvus://HOST:PORT/NAME (else WENBAO_STORE)")
    add_index_option(migrate)
    migrate.set_defaults(run=run_migrate)


def run_migrate(options: argparse.Namespace) -> int:
    """Copies; what it copies from stays as it was."""
    from index.migrate import from_store, to_store
    from index.milvus_server import Location
    from rag.cli_index import progress_bar
    from rag.settings import index_directory, load_configuration

    location = Location.parse(options.store or load_configuration().store or "")
    directory: Path = index_directory(options.index)
    with progress_bar() as move:
        label = in_language("copying reports", "正在复制报告")
        if options.way == "to-store":
            count = to_store(directory, location, lambda done, total: move(label, done, total))
        else:
            count = from_store(location, directory, lambda done, total: move(label, done, total))
    places = [str(directory), str(location)]
    source, target = places if options.way == "to-store" else reversed(places)
    print(
        in_language(
            f"Copied {count} reports from {source} to {target}",
            f"已将 {count} 份报告从 {source} 复制到 {target}",
        )
    )
    return 0
