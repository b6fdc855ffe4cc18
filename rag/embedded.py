"""The built-in LLM server: llama.cpp on loopback in a process of its own, behind a random key.

Everything else speaks to it over HTTP like to any other OpenAI-compatible endpoint.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from rag.errors import LLMUnreachableError

CONTEXT_TOKENS = 4096
SEED = 20
MOST_THREADS = 16
STOP_SECONDS = 5.0
SETTLE_SECONDS = 2.0
PROGRAM = Path(__file__).with_name("llama_process.py")

# llama.cpp's threads meet hundreds of times a token. By default they wait spinning, for a thread that a busy
# machine has put aside: measured, 0.3-1 tokens/s. Spinning for microseconds only and then sleeping: 3-4.
# The OpenMP library reads this once, when it is loaded: so here, before torch is imported; the process inherits it.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")


class EmbeddedServer:
    """Starts at the first `start()`, stops at `stop()` or with this process. Safe to share between threads."""

    def __init__(self, find_model: Callable[[], Path], name: str) -> None:
        self.name = name
        self.api_key = secrets.token_urlsafe(32)
        self._find_model = find_model
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._address = ""

    @property
    def alive(self) -> bool:
        """Whether it has been started and has not ended since."""
        process = self._process
        return process is not None and process.poll() is None

    def start(self) -> str:
        """The base URL of the running server. Raises ModelMissingError, LLMUnreachableError."""
        with self._lock:
            if not self.alive:
                self._end()
                self._process, self._address = self._launch(self._find_model())
                atexit.register(self.stop)
            return f"{self._address}/v1"

    def settle(self) -> None:
        """After a broken connection: a process that was killed is soon seen to have ended, and begun again."""
        process = self._process
        if process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(SETTLE_SECONDS)

    def stop(self) -> None:
        """Free the model; a request under way breaks off. The next `start()` loads it again."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        atexit.unregister(self.stop)
        assert process.stdin is not None and process.stdout is not None
        process.stdin.close()  # what it lives by
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    def _launch(self, path: Path) -> tuple[subprocess.Popen[str], str]:
        options = {
            "path": str(path), "name": self.name, "key": self.api_key, "context": CONTEXT_TOKENS,
            "slots": slot_count(), "threads": thread_count(), "seed": SEED,
        }  # fmt: skip
        # Run as a file, without its folder on the path: importing the package would take seconds. In a session of its
        # own, so that an interrupt from the keyboard reaches it through us. The key goes where no list of processes
        # shows it.
        process = subprocess.Popen(
            [sys.executable, "-P", str(PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            encoding="utf-8", start_new_session=True,
        )  # fmt: skip
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(json.dumps(options) + "\n")
            process.stdin.flush()
            said = json.loads(process.stdout.readline() or "{}")
        except (OSError, ValueError):
            said = {}
        if address := said.get("address"):
            return process, str(address)
        process.kill()
        code = process.wait()
        reason = said.get("error") or f"its process ended with {code}"
        if said.get("kind") == "missing":
            raise LLMUnreachableError(
                f"The built-in LLM server is not installed ({reason}): run the set-up again, "
                "or set WENBAO_LLM_BASE_URL to an OpenAI-compatible endpoint.",
                f"未安装内置大模型服务（{reason}）：请重新运行安装，"
                "或将 WENBAO_LLM_BASE_URL 设为兼容 OpenAI 的服务地址。",
            )
        raise LLMUnreachableError(
            f"The model file {path} cannot be loaded ({reason}): "
            "delete it and run `python -m rag models fetch`.",
            f"无法加载模型文件 {path}（{reason}）：请删除后运行 `python -m rag models fetch`。",
        )


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
