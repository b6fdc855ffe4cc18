"""What people see when things break under a running server, and that it goes on: docs/operations.md has the table.

The server and the endpoint of its language model are processes of their own, and are really killed.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from answer_reports import YUNCHUAN_2022, YUNCHUAN_2023, index_of
from conftest import ROOT
from hashing_embedder import HashingEmbedder
from served import GDP
from test_faults import state_of

from index.backup import backup, restore
from index.build import build_index

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]

NAME_QUESTION = "市科技馆的新馆长是谁？"
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")


class Process:
    """A process that says on its first line where it listens; further lines are waited for by `said`."""

    def __init__(self, script: str, *arguments: object, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / script), *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8",
            env={**os.environ, "PYTHONPATH": str(ROOT), "WENBAO_LANG": "en", **environment},
        )  # fmt: skip
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().split()[-1]
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.strip())

    def said(self, wanted: str, seconds: float = 30) -> None:
        """Waits for the line. Raises queue.Empty where it does not come."""
        while self._lines.get(timeout=seconds) != wanted:
            pass

    @property
    def port(self) -> int:
        return int(self.address.rsplit(":", 1)[1])

    def kill(self, how: int = signal.SIGKILL) -> int:
        self.process.send_signal(how)
        return self.process.wait(timeout=30)


@pytest.fixture
def started() -> Iterator[Callable[..., Process]]:
    """Starts processes that are gone after the test."""
    with ExitStack() as stack:

        def start(script: str, *arguments: object, **environment: str) -> Process:
            process = Process(script, *arguments, **environment)
            stack.callback(process.process.wait)
            stack.callback(process.process.kill)
            return process

        yield start


class Asking(threading.Thread):
    """A question sent as a stream; `events` are those that came, `broken` whether the connection broke."""

    def __init__(self, address: str, question: str = NAME_QUESTION) -> None:
        super().__init__(daemon=True)
        self.address, self.question = address, question
        self.events: list[tuple[str, Any]] = []
        self.broken = False
        self.start()

    def run(self) -> None:
        body = {"question": self.question, "stream": True}
        name = ""
        try:
            with httpx.stream("POST", f"{self.address}/v1/ask", json=body, timeout=60) as response:
                for line in response.iter_lines():
                    field, _, value = line.partition(": ")
                    if field == "event":
                        name = value
                    elif field == "data":
                        self.events.append((name, json.loads(value)))
        except httpx.HTTPError:
            self.broken = True

    def last(self) -> tuple[str, Any]:
        """The last event, once the stream has ended."""
        self.join(60)
        assert not self.is_alive()
        return self.events[-1]


def ask(address: str, question: str = GDP) -> dict[str, Any]:
    body: dict[str, Any] = httpx.post(f"{address}/v1/ask", json={"question": question}, timeout=60).json()
    return body


def idle(address: str, seconds: float = 10) -> bool:
    """Whether the model is free and nobody waits, within some seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        text = httpx.get(f"{address}/metrics", timeout=10).text
        if "wenbao_model_running 0.0" in text and "wenbao_model_waiting 0.0" in text:
            return True
        time.sleep(0.1)
    return False


def reports_of(address: str) -> set[str]:
    return {one["name"] for one in httpx.get(f"{address}/v1/reports", timeout=20).json()["reports"]}


# ---------------------------------------------------------------- the language model


def test_llm_server_killed_mid_answer(tmp_path: Path, started: Callable[..., Process]) -> None:
    endpoint = started("slow_endpoint.py", 5)
    server = started("fault_server.py", index_of(tmp_path), endpoint.address)
    asking = Asking(server.address)
    endpoint.said("asked")
    endpoint.kill()
    name, data = asking.last()
    assert (name, data["error"]["code"]) == ("error", "LLMUnreachableError")
    assert "try again" in data["error"]["message"] and "请重试" in data["error"]["message_zh"]
    assert next(kind for kind, _ in asking.events) == "evidence"
    assert idle(server.address)
    assert "3127.4亿元" in ask(server.address)["answer"]  # what needs no model is answered all the same
    gone = httpx.post(f"{server.address}/v1/ask", json={"question": NAME_QUESTION}, timeout=30)
    assert gone.status_code == 502 and "cannot be reached" in gone.json()["error"]["message"]
    started("slow_endpoint.py", 0, endpoint.port)  # back at the same address
    assert ask(server.address, NAME_QUESTION)["stage"] in ("model", "repaired", "refused")


# ---------------------------------------------------------------- the index


@pytest.mark.parametrize("how", ["updated", "removed", "restored"])
def test_index_replaced_mid_question(tmp_path: Path, started: Callable[..., Process], how: str) -> None:
    directory = index_of(tmp_path, {"other.md": YUNCHUAN_2022})
    changed = YUNCHUAN_2023.replace("罗明川", "沈知行").replace("3127.4", "3128.5")
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "yunchuan.md").write_text(changed, encoding="utf-8")
    build_index([tmp_path / "new"], tmp_path / "elsewhere", HashingEmbedder())
    backup(tmp_path / "elsewhere", tmp_path / "saved.sqlite")
    endpoint = started("slow_endpoint.py", 3)
    server = started("fault_server.py", directory, endpoint.address)
    first = {"files": ("yunchuan.md", YUNCHUAN_2023.encode())}
    assert httpx.post(f"{server.address}/v1/reports", files=first, timeout=60).json()["added"] == [
        "yunchuan.md"
    ]
    before = httpx.get(f"{server.address}/v1/reports/yunchuan.md/text", timeout=20).json()["text"]
    asking = Asking(server.address)
    endpoint.said("asked")
    if how == "updated":
        files = {"files": ("yunchuan.md", changed.encode())}
        assert not httpx.post(f"{server.address}/v1/reports", files=files, timeout=60).json()["failed"]
    elif how == "removed":
        assert httpx.delete(f"{server.address}/v1/reports/yunchuan.md", timeout=60).status_code == 200
    else:
        restore(tmp_path / "saved.sqlite", directory)
    name, data = asking.last()
    # Either the state the question met, exactly cited, or a refusal or an error that says what is gone.
    assert name in ("answer", "error"), asking.events
    for citation in data.get("citations", ()):
        assert before[citation["start"] : citation["end"]] == citation["quote"]
    after = ask(server.address)
    wanted = {"updated": "3128.5亿元", "restored": "3128.5亿元"}.get(how)
    if wanted is not None:
        assert wanted in after["answer"] and "3127.4" not in after["answer"]
    else:
        assert "3127.4" not in after["answer"] and all(
            one["report"] != "yunchuan.md" for one in after["citations"]
        )
    assert "罗明川" not in ask(server.address, NAME_QUESTION)["answer"]  # no answer outlives its source


def test_disk_full_and_freed(tmp_path: Path, started: Callable[..., Process]) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2500k", "tmpfs", str(disk)], capture_output=True
    ).returncode:
        pytest.skip("no right to mount a small tmpfs here: a really full disk is not tried")
    try:
        directory = index_of(disk)
        endpoint = started("slow_endpoint.py", 0)
        server = started("fault_server.py", directory, endpoint.address)
        known = reports_of(server.address)
        refused: list[dict[str, Any]] = []
        lines = [f"第{line}行，云川市某镇工业增加值增长{line}.{line % 10}%。" for line in range(400)]
        for number in range(40):
            files = {"files": (f"more-{number}.txt", "\n\n".join(lines).encode())}
            response = httpx.post(f"{server.address}/v1/reports", files=files, timeout=60)
            body = response.json()
            refused = [body["error"]] if response.is_error else body["failed"]
            if refused:
                break
            known |= {f"more-{number}.txt"}
        said = refused[0]["message"] if refused else ""
        assert "full" in said or "No space left" in said, refused
        assert reports_of(server.address) == known  # nothing lost, nothing half added
        assert "3127.4亿元" in ask(server.address)["answer"]
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        files = {"files": ("later.txt", "\n\n".join(lines).encode())}
        assert httpx.post(f"{server.address}/v1/reports", files=files, timeout=60).json()["added"] == [
            "later.txt"
        ]
        server.kill()
        assert {name for name, _ in state_of(directory)} == known | {"later.txt"}
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


# ---------------------------------------------------------------- clock, clients, signals


def test_clock_jumps(tmp_path: Path, started: Callable[..., Process]) -> None:
    """Ten years ahead and twenty back while the server runs; what waits and counts goes by another clock."""
    if not FAKETIME.is_file():
        pytest.skip("faketime is not installed: no clock can be made to jump")
    clock = tmp_path / "clock"
    clock.write_text("+0", encoding="utf-8")
    endpoint = started("slow_endpoint.py", 2)
    server = started(
        "fault_server.py", index_of(tmp_path), endpoint.address, LD_PRELOAD=str(FAKETIME),
        FAKETIME_TIMESTAMP_FILE=str(clock), FAKETIME_NO_CACHE="1", FAKETIME_DONT_FAKE_MONOTONIC="1",
    )  # fmt: skip
    years = set()
    for jump in ("+3650d", "-7300d", "+0"):
        asking = Asking(server.address)
        endpoint.said("asked")
        clock.write_text(jump, encoding="utf-8")
        assert asking.last()[0] == "answer"
        assert "3127.4亿元" in ask(server.address)["answer"]
        name = f"added{jump}.txt"
        files = {"files": (name, f"云川市{jump}报告，工业增加值增长6.1%。".encode())}
        added = httpx.post(f"{server.address}/v1/reports", files=files, timeout=60).json()
        assert added["added"] == [name], added  # a new state, so the name question is asked anew
        listed = httpx.get(f"{server.address}/v1/reports", timeout=20).json()["reports"]
        years |= {one["indexed_at"][:4] for one in listed if one["name"] == name}
        assert idle(server.address)
    assert len(years) == 3  # the server really saw three dates


def test_client_vanishes(tmp_path: Path, started: Callable[..., Process]) -> None:
    """Its cable is cut: no goodbye but the connection's reset. The model is free for the next at once."""
    endpoint = started("slow_endpoint.py", 20)
    server = started("fault_server.py", index_of(tmp_path), endpoint.address)
    for stream in (True, False):
        body = json.dumps({"question": NAME_QUESTION, "stream": stream}).encode()
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(
                b"POST /v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body
            )
            endpoint.said("asked")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        endpoint.said("left", 10)
        assert idle(server.address, 5)
    assert "3127.4亿元" in ask(server.address)["answer"]


def test_sigterm_lets_a_question_finish(tmp_path: Path, started: Callable[..., Process]) -> None:
    endpoint = started("slow_endpoint.py", 2)
    server = started("fault_server.py", index_of(tmp_path), endpoint.address)
    asking = Asking(server.address)
    endpoint.said("asked")
    began = time.monotonic()
    assert server.kill(signal.SIGTERM) in (0, -signal.SIGTERM)
    assert time.monotonic() - began < 20
    assert asking.last()[0] == "answer" and not asking.broken
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.address}/health", timeout=5)


def test_sigterm_while_a_question_takes_long(tmp_path: Path, started: Callable[..., Process]) -> None:
    """After eight seconds the answer is given up; whoever asked sees the connection end, and asks again."""
    endpoint = started("slow_endpoint.py", 60)
    directory = index_of(tmp_path)
    before = state_of(directory)
    server = started("fault_server.py", directory, endpoint.address)
    asking = Asking(server.address)
    endpoint.said("asked")
    server.kill(signal.SIGTERM)
    asking.join(20)
    assert not asking.is_alive()
    assert "answer" not in [name for name, _ in asking.events]
    assert state_of(directory) == before
    again = started(
        "fault_server.py", directory, endpoint.address, server.port
    )  # the same port is free again
    assert "3127.4亿元" in ask(again.address)["answer"]


def test_sigterm_while_reports_are_added(tmp_path: Path, started: Callable[..., Process]) -> None:
    directory = index_of(tmp_path)
    endpoint = started("slow_endpoint.py", 0)
    server = started("fault_server.py", directory, endpoint.address)
    known = reports_of(server.address)
    line = "全市工业增加值增长6.1%，固定资产投资增长4.4%，社会消费品零售总额增长7.7%。"
    uploads = [
        ("files", (f"more-{n}.txt", "\n\n".join(f"第{k}段。{line}" for k in range(300)).encode()))
        for n in range(12)
    ]
    outcome: list[int] = []

    def upload() -> None:
        try:
            outcome.append(httpx.post(f"{server.address}/v1/reports", files=uploads, timeout=120).status_code)
        except httpx.HTTPError:
            outcome.append(0)  # the connection ended

    thread = threading.Thread(target=upload, daemon=True)
    thread.start()
    time.sleep(1.5)
    server.kill(signal.SIGTERM)
    thread.join(60)
    assert outcome[0] in (0, 200, 500, 503)  # done in time, or told that it was not
    state = {name for name, _ in state_of(directory)}  # opens, and agrees with itself
    assert state >= known
    again = started("fault_server.py", directory, endpoint.address)
    assert reports_of(again.address) == state
    added = httpx.post(f"{again.address}/v1/reports", files=uploads, timeout=120).json()
    assert not added["failed"]
    assert reports_of(again.address) == known | {f"more-{n}.txt" for n in range(12)}
