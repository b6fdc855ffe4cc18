"""The commands about the machine: models, serve, mcp, settings, doctor."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import WenbaoError
from rag.terminal import add_index_option, complain, in_language, print_json

Subparsers = Any


def add_commands(commands: Subparsers) -> None:
    models = commands.add_parser("models", help="fetch or list the models")
    actions = models.add_subparsers(dest="action", metavar="fetch|list", required=True)
    fetch = actions.add_parser("fetch", help="fetch what is missing (the two defaults if none is named)")
    fetch.add_argument("names", nargs="*", metavar="MODEL")
    fetch.add_argument("--verify", action="store_true", help="check the sha256 of models that are there too")
    fetch.set_defaults(run=run_models_fetch)
    listing = actions.add_parser("list", help="the models known, and where they are")
    listing.set_defaults(run=run_models_list)

    serve = commands.add_parser("serve", help="serve the HTTP API alone (app.py adds the page)")
    serve.add_argument("--host", default="127.0.0.1", help="another than loopback needs WENBAO_API_KEY")
    serve.add_argument("--port", type=int, default=7860)
    add_index_option(serve)
    serve.set_defaults(run=run_serve)

    mcp = commands.add_parser("mcp", help="an MCP server on stdin and stdout, for a client that starts it")
    add_index_option(mcp)
    mcp.set_defaults(run=run_mcp)

    settings = commands.add_parser("settings", help="the settings in force; secrets are asterisks")
    settings.set_defaults(run=run_settings)

    doctor = commands.add_parser("doctor", help="what is missing, and the command that mends it")
    add_index_option(doctor)
    doctor.set_defaults(run=run_doctor)


# ---------------------------------------------------------------- models


def run_models_fetch(options: argparse.Namespace) -> int:
    from rag.models import fetch, locate

    for name in options.names or needed_models():
        print(f"{name}: {fetch(name) if options.verify or not is_present(name) else locate(name)}")
    if not options.names and (named := os.environ.get("WENBAO_EMBED_MODEL")) and not Path(named).exists():
        from index.embed import load_embedder

        load_embedder(named)  # a hub name: its files come into the hub client's cache
        print(named)
    return 0


def is_present(name: str) -> bool:
    """Whether the model is there with its right size (its sha256 was checked when it came)."""
    from rag.errors import ModelMissingError
    from rag.models import locate

    try:
        locate(name)
    except ModelMissingError:
        return False
    return True


def needed_models() -> list[str]:
    """The defaults, less what the environment replaces."""
    from rag.models import DEFAULT_EMBEDDING, DEFAULT_LLM

    names = [] if os.environ.get("WENBAO_LLM_BASE_URL") else [DEFAULT_LLM]
    return names if os.environ.get("WENBAO_EMBED_MODEL") else [*names, DEFAULT_EMBEDDING]


def run_models_list(options: argparse.Namespace) -> int:
    from rag.models import list_models

    for status in list_models():
        where = str(status.path) if status.path else in_language("not fetched", "未获取")
        print(f"{status.model.id}\t{status.model.kind}\t{status.model.licence}\t{where}")
    return 0


# ---------------------------------------------------------------- serve


def run_serve(options: argparse.Namespace) -> int:
    from rag.server import Service, create_app, listen, refuse_open_door
    from rag.settings import load_configuration
    from rag.telemetry import start_logging

    configuration = load_configuration(index=options.index)
    refuse_open_door(options.host, configuration)
    start_logging(tracing=configuration.trace == "log")
    service = Service(configuration.index, configuration)
    service.engine()  # a missing index or model is said now, not at the first question
    return listen(create_app(service, host=options.host), options.host, options.port)


def run_mcp(options: argparse.Namespace) -> int:
    from rag.collections import Service
    from rag.mcp_server import make_server
    from rag.settings import load_configuration

    configuration = load_configuration(index=options.index)
    make_server(Service(configuration.index, configuration)).run("stdio")
    return 0


def run_settings(options: argparse.Namespace) -> int:
    from rag.settings import load_configuration

    print_json(load_configuration().shown())
    return 0


# ---------------------------------------------------------------- doctor


@dataclass(frozen=True, slots=True)
class Finding:
    """One checked thing; `cure` is what to do if it is not in order."""

    name: str
    in_order: bool
    detail: str
    cure: str = ""


def run_doctor(options: argparse.Namespace) -> int:
    findings = list(examine(options.index))
    for finding in findings:
        mark = in_language("ok     ", "正常 ") if finding.in_order else in_language("MISSING", "缺失 ")
        print(f"{mark} {finding.name}: {finding.detail}")
        if not finding.in_order:
            print(f"        → {finding.cure}")
    broken = sum(not finding.in_order for finding in findings)
    if broken:
        complain(in_language(f"{broken} thing(s) to mend, see above.", f"有 {broken} 项需要处理，见上。"))
    return 1 if broken else 0


def examine(directory: str | None) -> Iterator[Finding]:
    from rag.models import models_directory

    version = sys.version_info
    yield Finding(
        "Python", (3, 11) <= version[:2] <= (3, 13), f"{version[0]}.{version[1]}.{version[2]}", "make setup"
    )
    yield examine_model("embedding model", embedding=True)
    if base_url := os.environ.get("WENBAO_LLM_BASE_URL"):
        yield examine_endpoint(base_url)
    else:
        yield examine_model("language model", embedding=False)
    yield examine_index(directory)
    yield examine_fonts()
    folder = models_directory()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / 1e9
    yield Finding("disk", free > 3, f"{free:.1f} GB free at {folder}", "free 3 GB, or set WENBAO_MODELS")


def examine_fonts() -> Finding:
    """Chinese fonts are wanted only for pages of PDFs that carry none, so their lack breaks nothing."""
    from rag.page_image import FONT_PACKAGE, has_chinese_font

    if has_chinese_font():
        return Finding("Chinese fonts", True, in_language("found", "已安装"))
    none = in_language(
        f"none; PDFs without fonts of their own are shown as text (apt-get install {FONT_PACKAGE})",
        f"没有；未嵌入字体的 PDF 改为显示文本（apt-get install {FONT_PACKAGE}）",
    )
    return Finding("Chinese fonts", True, none)


def examine_model(name: str, *, embedding: bool) -> Finding:
    from rag.models import DEFAULT_LLM, embedding_path, locate

    try:
        where = embedding_path() if embedding else str(locate(DEFAULT_LLM))
    except WenbaoError as error:
        return Finding(name, False, str(error), "python -m rag models fetch")
    return Finding(name, True, where)


def examine_endpoint(base_url: str) -> Finding:
    """Whether the LLM endpoint of the environment answers at all (no question is sent)."""
    import httpx

    key = os.environ.get("WENBAO_LLM_API_KEY", "")
    try:
        response = httpx.get(
            base_url.rstrip("/") + "/models",
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=5,
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        cure = "start it, or correct WENBAO_LLM_BASE_URL, or unset it for the embedded model"
        return Finding(
            "LLM endpoint", False, f"{base_url} does not answer ({error or type(error).__name__})", cure
        )
    if response.status_code in (401, 403):
        return Finding("LLM endpoint", False, f"{base_url} refuses the key", "set WENBAO_LLM_API_KEY")
    return Finding("LLM endpoint", True, base_url)


def examine_index(directory: str | None) -> Finding:
    from rag.cli_index import open_index

    try:
        summaries = open_index(directory).reports()
    except WenbaoError as error:
        return Finding("index", False, str(error), "python -m rag index PATH")
    detail = in_language(f"{len(summaries)} reports", f"{len(summaries)} 份报告")
    return Finding("index", bool(summaries), detail, "python -m rag index PATH")
