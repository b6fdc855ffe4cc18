"""The LLM server inside this process: llama.cpp on loopback, behind a random key.

Everything else speaks to it over HTTP like to any other OpenAI-compatible endpoint.
"""

from __future__ import annotations

import atexit
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from rag.errors import LLMUnreachableError

CONTEXT_TOKENS = 4096
# Prompts seen before are kept in memory up to this; a token of the default model takes 28 KB.
PROMPT_CACHE_MIB = 256
SEED = 20
MOST_THREADS = 16
# Searches and figures are answered while the model writes: where both want a processor, they go first. Three
# times its share, not more, so that a busy machine still lets the model write.
NICENESS = 5

# llama.cpp's threads meet hundreds of times a token. By default they wait spinning, for a thread that a busy
# machine has put aside: measured, 0.3-1 tokens/s. Spinning for microseconds only and then sleeping: 3-4.
# The OpenMP library reads this once, when it is loaded: so here, before torch or llama.cpp is imported.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")


class EmbeddedServer:
    """Starts at the first `start()`, stops at `stop()` or with the process. Safe to share between threads."""

    def __init__(self, find_model: Callable[[], Path], name: str) -> None:
        self.name = name
        self.api_key = secrets.token_urlsafe(32)
        self._find_model = find_model
        self._lock = threading.Lock()
        self._server: Any = None

    def start(self) -> str:
        """The base URL of the running server. Raises ModelMissingError, LLMUnreachableError."""
        with self._lock:
            if self._server is None:
                self._server = self._launch(self._find_model())
                atexit.register(self.stop)
            return f"{self._server.listening_address}/v1"

    def stop(self) -> None:
        """Free the model; a request under way breaks off. The next `start()` loads it again."""
        with self._lock:
            if self._server is not None:
                self._server = None  # its destructor stops the server's threads
                atexit.unregister(self.stop)

    def _launch(self, path: Path) -> Any:
        try:
            import xllamacpp
        except ImportError as error:
            raise LLMUnreachableError(
                f"The built-in LLM server is not installed ({error}): run the set-up again, "
                "or set WENBAO_LLM_BASE_URL to an OpenAI-compatible endpoint.",
                f"未安装内置大模型服务（{error}）：请重新运行安装，"
                "或将 WENBAO_LLM_BASE_URL 设为兼容 OpenAI 的服务地址。",
            ) from error
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(path)
        parameters.model_alias = {self.name}
        parameters.hostnames = ["127.0.0.1"]
        parameters.port = 0  # a free one
        parameters.api_keys = [self.api_key]
        parameters.endpoint_slots = False
        parameters.ui = False
        parameters.n_ctx = CONTEXT_TOKENS * slot_count()
        parameters.n_parallel = slot_count()  # the context is divided among the slots
        parameters.cache_ram_mib = PROMPT_CACHE_MIB
        parameters.n_threads_http = 4
        parameters.cpuparams.n_threads = thread_count()
        parameters.sampling.temp = 0.0
        parameters.sampling.seed = SEED
        parameters.warmup = False  # the first prompt warms it as well
        parameters.verbosity = 0
        try:
            with lower_priority():
                return xllamacpp.Server(parameters)
        except RuntimeError as error:
            raise LLMUnreachableError(
                f"The model file {path} cannot be loaded ({error}): "
                "delete it and run `python -m rag models fetch`.",
                f"无法加载模型文件 {path}（{error}）：请删除后运行 `python -m rag models fetch`。",
            ) from error


@contextmanager
def lower_priority() -> Iterator[None]:
    """Native threads that start meanwhile, and all that they start, yield to everything else here (Linux)."""
    before = _threads()
    yield
    ours = {str(thread.native_id) for thread in threading.enumerate()}
    for thread in _threads() - before - ours:
        with suppress(OSError):  # it has ended
            os.setpriority(os.PRIO_PROCESS, int(thread), NICENESS)


def _threads() -> set[str]:
    try:
        return {path.name for path in Path("/proc/self/task").iterdir()}
    except OSError:
        return set()


def slot_count() -> int:
    """`WENBAO_LLM_SLOTS`: how many calls the model takes at a time; each costs 115 MB with the default model."""
    named = os.environ.get("WENBAO_LLM_SLOTS", "1")
    return int(named) if named.isdecimal() and int(named) > 0 else 1


def thread_count() -> int:
    """`WENBAO_LLM_THREADS`, else the processors this process may use, within reason.

    llama.cpp's threads wait for each other at every step: on a machine busy with other work, fewer threads
    than processors are faster.
    """
    if named := os.environ.get("WENBAO_LLM_THREADS"):
        if not named.isdecimal() or int(named) == 0:
            raise LLMUnreachableError(
                f"WENBAO_LLM_THREADS is {named}: give a whole number of threads.",
                f"WENBAO_LLM_THREADS 的值 {named} 无效：请给出线程数（正整数）。",
            )
        return int(named)
    return min(len(os.sched_getaffinity(0)), MOST_THREADS)
