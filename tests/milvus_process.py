"""A real `milvus-lite server` on loopback, for the tests that need one."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

NEEDED = ("pymilvus", "milvus_lite")
_ABSENT = [name for name in NEEDED if importlib.util.find_spec(name) is None]
REASON = (
    f"not installed: {', '.join(_ABSENT)}; `pip install -r requirements-milvus.lock milvus-lite` brings them "
    "(.ci/run does)"
)
needs_milvus = pytest.mark.skipif(bool(_ABSENT), reason=REASON)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class MilvusProcess:
    """One server and its data; can be killed, stopped for a while and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def address(self, name: str, **options: object) -> str:
        given = "&".join(f"{key}={value}" for key, value in options.items())
        return f"milvus://127.0.0.1:{self.port}/{name}" + (f"?{given}" if given else "")

    def start(self) -> None:
        code = "import sys; from milvus_lite.cmdline import main; sys.exit(main())"
        command = str(Path(sys.executable).with_name("milvus-lite"))
        program = [command] if os.access(command, os.X_OK) else [sys.executable, "-c", code]
        with (self.folder / "log").open("ab") as log:
            where = ["--host", "127.0.0.1", "--port", str(self.port), "--data-dir", str(self.folder / "data")]
            self._process = subprocess.Popen([*program, "server", *where], stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(
                    (self.folder / "log").read_text(encoding="utf-8", errors="replace")[-2000:]
                )
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.2)
        raise RuntimeError("milvus-lite did not start within a minute")

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
