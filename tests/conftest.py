"""What every test has: no host but loopback, no model hub, and no model unless it is marked `models`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import rag.offline  # noqa: E402  (sets the offline switches before any library reads them)

LOOPBACK = "127.0.0.1,::1,localhost"
RunWenbao = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """pytest-socket lets tests reach loopback only, in every tier."""
    rag.offline.go_offline()
    if not config.option.allow_hosts:
        config.option.allow_hosts = LOOPBACK
        config.option.allow_unix_socket = True


def _missing_models() -> str:
    """Why tests marked `models` cannot run here; empty when they can."""
    from rag.errors import WenbaoError
    from rag.models import DEFAULT_LLM, embedding_path, locate

    try:
        embedding_path()
        locate(DEFAULT_LLM)
    except WenbaoError as error:
        return error.english
    return ""


def pytest_runtest_setup(item: pytest.Item) -> None:
    needs_models = item.get_closest_marker("models") or item.get_closest_marker("browser")
    if needs_models and (reason := _missing_models()):
        if os.environ.get("WENBAO_REQUIRE_MODELS"):
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture
def no_name_by_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """What code reads off a sentence never reaches the model: for tests whose questions stand for what it can't."""
    from rag.named_stage import NamedStage

    monkeypatch.setattr(NamedStage, "answer", lambda self, query, hits: [])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With WENBAO_REQUIRE_MODELS a model test may skip for want of ../shared only, not of a model."""
    report = yield
    required = os.environ.get("WENBAO_REQUIRE_MODELS") and item.get_closest_marker("models")
    if required and report.skipped and "shared" not in str(report.longrepr):
        report.outcome = "failed"
    return report


@pytest.fixture(autouse=True)
def models_only_where_marked(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A fast test behaves on a machine with models as on one without."""
    for name in ("WENBAO_INDEX", "WENBAO_API_KEY", "WENBAO_LANG", "WENBAO_LLM_BASE_URL", "WENBAO_STORE"):
        monkeypatch.delenv(name, raising=False)
    if not request.node.get_closest_marker("models") and not request.node.get_closest_marker("browser"):
        monkeypatch.setenv("WENBAO_MODELS", str(tmp_path_factory.getbasetemp() / "no-models"))
        monkeypatch.delenv("WENBAO_EMBED_MODEL", raising=False)


@pytest.fixture
def run_wenbao(tmp_path: Path) -> RunWenbao:
    """Runs `python -m rag …` with the network cut and English messages; gives the finished process."""

    def run(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        settings = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(ROOT / "tests" / "offline"), str(ROOT)]),
            "PYTHONUTF8": "1",
            "WENBAO_LANG": "en",
        }
        return subprocess.run(
            [sys.executable, "-m", "rag", *arguments],
            input=stdin, capture_output=True, encoding="utf-8", timeout=100,
            cwd=tmp_path, env=settings | environment,
        )  # fmt: skip

    return run
