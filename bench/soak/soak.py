"""The load test: 50 people for ten minutes on loopback, with the embedded model and 10,800 chunks.

    .venv/bin/python bench/soak/soak.py [--mix search|ask] [--minutes 10] [--people 50] [--index DIR]

Makes its own environment with locust (bench/soak/.venv), the reports and their index (data/soak, ten minutes the first
time), starts the server, warms it with a question, runs `locustfile.py`, and prints what people waited, every error, and
the server's memory at the start, at its peak and at the end. Ends with 1 if there was an error. Results: out/soak/.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PYTHON = ROOT / ".venv" / "bin" / "python"
SAMPLE_SECONDS = 2.0


class Watch(threading.Thread):
    """Samples the memory of the server and its children (MB) and whether the language model is at work."""

    def __init__(self, process: int, address: str) -> None:
        super().__init__(daemon=True)
        self.process, self.address = process, address
        self.memory: list[dict[str, float]] = []
        self.busy: list[bool] = []
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(SAMPLE_SECONDS):
            self.memory.append(memory_of(self.process))
            try:
                with urllib.request.urlopen(f"{self.address}/metrics", timeout=10) as response:
                    text = response.read().decode()
                self.busy.append("wenbao_model_running 1.0" in text)
            except OSError:
                pass


def memory_of(process: int) -> dict[str, float]:
    """Resident megabytes: what the server and its children (the model's server) hold, and files they have mapped."""
    held = {"server": 0.0, "model": 0.0, "mapped": 0.0}
    for pid in [process, *children(process)]:
        try:
            status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        except OSError:
            continue
        kilobytes = {
            name: int(size.split()[0]) for name, size in re.findall(r"^(Rss\w+):\s+(.+)$", status, re.M)
        }
        held["server" if pid == process else "model"] += (kilobytes["RssAnon"] + kilobytes["RssShmem"]) / 1024
        held["mapped"] += kilobytes["RssFile"] / 1024
    return held | {"all": sum(held.values())}


def children(process: int) -> list[int]:
    found = []
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found += [int(pid) for pid in path.read_text(encoding="utf-8").split()]
        except OSError:
            continue
    return found


def prepare(index: Path | None) -> tuple[Path, Path]:
    """The locust command and the index, both made where they are missing."""
    environment = HERE / ".venv"
    locust = environment / "bin" / "locust"
    if not locust.exists():
        print("making an environment for locust …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        pip = [str(environment / "bin" / "pip"), "install", "--quiet", "-r", str(HERE / "requirements.txt")]
        subprocess.run(pip, check=True)
    if index is None:
        index = ROOT / "data" / "soak" / "index"
        reports = ROOT / "data" / "soak" / "reports"
        subprocess.run([str(PYTHON), str(HERE / "reports.py"), str(reports)], check=True)
        subprocess.run(
            [str(PYTHON), "-m", "rag", "index", str(reports), "--sync", "--index", str(index)],
            cwd=ROOT,
            check=True,
        )
    return locust, index


def post(address: str, path: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(
        f"{address}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=600) as response:
        return json.loads(response.read())


def run(options: argparse.Namespace) -> dict[str, Any]:
    locust, index = prepare(options.index)
    out = ROOT / "out" / "soak"
    out.mkdir(parents=True, exist_ok=True)
    with (out / "server.log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(
            [str(PYTHON), "-m", "rag", "serve", "--port", "0", "--index", str(index)],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=log, encoding="utf-8",
        )  # fmt: skip
        assert server.stdout is not None
        address = server.stdout.readline().split()[-1]
        try:
            post(address, "/v1/ask", {"question": "请介绍2022年松岭县科技馆的馆长"})
            post(address, "/v1/ask", {"question": "2022年松岭县地区生产总值是多少？"})
            watch = Watch(server.pid, address)
            start = memory_of(server.pid)
            watch.start()
            began = time.monotonic()
            done = subprocess.run(
                [str(locust), "-f", str(HERE / "locustfile.py"), "--headless", "--host", address, "--users", str(options.people),
                 "--spawn-rate", "10", "--run-time", f"{options.minutes * 60:.0f}s", "--stop-timeout", "60", "--only-summary",
                 "--csv", str(out / "soak")],
                cwd=HERE, env=os.environ | {"SOAK_MIX": options.mix},
                stdout=subprocess.DEVNULL, stderr=(out / "locust.log").open("w"), check=False,
            )  # fmt: skip
            seconds = time.monotonic() - began
            watch.ended.set()
            end = memory_of(server.pid)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=60)
    rows = list(csv.DictReader((out / "soak_stats.csv").open(encoding="utf-8")))
    failures = list(csv.DictReader((out / "soak_failures.csv").open(encoding="utf-8")))
    waits = {
        row["Name"]: {
            "count": int(row["Request Count"]), "errors": int(row["Failure Count"]), "p50_ms": _number(row["50%"]),
            "p95_ms": _number(row["95%"]), "worst_ms": round(float(row["Max Response Time"])),
        }
        for row in rows
    }  # fmt: skip
    return {
        "mix": options.mix, "people": options.people, "seconds": round(seconds), "locust": done.returncode,
        "memory_mb": {"start": rounded(start), "peak": round(max(one["all"] for one in [start, *watch.memory])),
                      "end": rounded(end), "by_minute": [rounded(one) for one in watch.memory[:: round(60 / SAMPLE_SECONDS)]]},
        "model_busy_share": round(sum(watch.busy) / max(1, len(watch.busy)), 2),
        "waits": waits,
        "failures": [{"name": row["Name"], "error": row["Error"], "count": row["Occurrences"]} for row in failures],
    }  # fmt: skip


def rounded(memory: dict[str, float]) -> dict[str, int]:
    return {name: round(size) for name, size in memory.items()}


def _number(text: str) -> int | None:
    return round(float(text)) if text not in ("", "N/A") else None


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mix", choices=("search", "ask"), default="search")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--index", type=Path, help="an index made from bench/soak/reports.py before")
    options = parser.parse_args()
    result = run(options)
    (ROOT / "out" / "soak" / f"{options.mix}.json").write_text(
        json.dumps(result, indent=1, ensure_ascii=False), encoding="utf-8"
    )
    print(json.dumps(result, indent=1, ensure_ascii=False))
    return 1 if result["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
