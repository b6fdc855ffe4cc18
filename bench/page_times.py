"""How long a person waits: from `python app.py` to a usable page, from question to evidence and to the answer.

    python bench/page_times.py --index DIR [--questions 20] [--starts 3] [--prepare]

With --prepare each start does first what `make run` does on a set-up machine: it looks for the models and brings the
index of the samples up to date (DIR must have been made from them).

Needs chromium and the models. Questions are those about the sample reports in eval/gold/examples.jsonl that stand
alone, taken evenly from the file. Times are taken in the browser; prints one JSON object, seconds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
WATCH = """
() => {
  window.times = {};
  const note = () => {
    const turn = document.querySelector('.wb-turn:last-child');
    if (!turn || !window.asked) return;
    const status = turn.dataset.status;
    const passed = (performance.now() - window.asked) / 1000;
    if (status !== 'searching' && !window.times.evidence) window.times.evidence = passed;
    if (['done', 'failed', 'stopped'].includes(status) && !window.times.answer) window.times.answer = passed;
  };
  new MutationObserver(note).observe(document.querySelector('#conversation'),
    {childList: true, subtree: true, attributes: true});
}
"""


def start(index: Path, prepare: bool) -> tuple[subprocess.Popen[str], str]:
    """The running page and its address."""
    if prepare:
        samples = str(ROOT / "examples" / "reports")
        for arguments in (["models", "fetch"], ["index", samples, "--sync", "--index", str(index)]):
            subprocess.run(
                [sys.executable, "-m", "rag", *arguments], cwd=ROOT, check=True, capture_output=True
            )
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "app.py"), "--port", "0", "--index", str(index)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8", cwd=ROOT,
    )  # fmt: skip
    assert process.stdout is not None
    return process, process.stdout.readline().split()[-1]


def questions(number: int) -> list[str]:
    """Questions that need no conversation, evenly from the file."""
    lines = (ROOT / "eval" / "gold" / "examples.jsonl").read_text(encoding="utf-8").splitlines()
    items = [json.loads(line) for line in lines if line.strip()]
    alone = [item["question"] for item in items if not item.get("turn1") and not item.get("history")]
    step = max(1, len(alone) // number)
    return alone[::step][:number]


def usable(page: Any, address: str, began: float) -> float:
    """Seconds until a question can be typed."""
    while True:
        try:
            page.goto(address, timeout=60_000)
            break
        except Exception:  # not listening yet
            if time.monotonic() - began > 120:
                raise
            time.sleep(0.1)
    page.wait_for_selector("#question textarea", timeout=60_000)
    return time.monotonic() - began


def ask(page: Any, question: str) -> dict[str, float]:
    """Seconds to the first evidence and to the verified answer."""
    page.locator("#new").click()
    page.wait_for_selector(".wb-welcome")
    page.locator("#question textarea").fill(question)
    page.evaluate("() => { window.times = {}; window.asked = performance.now(); }")
    page.keyboard.press("Enter")
    page.wait_for_function("window.times.answer", timeout=180_000)
    times: dict[str, float] = page.evaluate("window.times")
    return times


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=20)
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--prepare", action="store_true", help="start as `make run` does")
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    starts: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-background-networking"]
        )
        for number in range(options.starts):
            began = time.monotonic()
            process, address = start(options.index, options.prepare)
            page = browser.new_page()
            try:
                starts.append(usable(page, address, began))
                if number + 1 < options.starts:
                    continue
                page.wait_for_selector("#status .wb-status-wait", state="detached", timeout=180_000)
                ready = time.monotonic() - began
                page.evaluate(WATCH)
                times = [ask(page, question) for question in questions(options.questions)]
            finally:
                page.close()
                process.terminate()
                process.wait(timeout=60)
        browser.close()
    result = {
        "usable_page": [round(value, 1) for value in starts],
        "models_ready": round(ready, 1),
        "questions": len(times),
        "first_evidence_median": round(statistics.median(one["evidence"] for one in times), 3),
        "first_evidence_worst": round(max(one["evidence"] for one in times), 3),
        "verified_answer_median": round(statistics.median(one["answer"] for one in times), 3),
        "verified_answer_worst": round(max(one["answer"] for one in times), 3),
    }
    print(json.dumps(result, ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
