"""What the browser tests share: a running page with its own index, and a browser that notes every request."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from conftest import ROOT
from playwright.sync_api import Error

CHROMIUM = "/usr/bin/chromium"
SLOW_MS = 60_000  # a loaded machine takes seconds for what takes milliseconds
ANSWERED = "[data-status=done], [data-status=failed], [data-status=stopped]"


@contextmanager
def running_page(index: Path, folder: Path, host: str = "127.0.0.1", **settings: str) -> Iterator[str]:
    """The address of a page over `index`, in a process that can reach no other machine.

    `settings` go into its environment. Whatever the host, the address given is one of loopback.
    """
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "app.py"), "--host", host, "--port", "0", "--index", str(index)],
        stdout=subprocess.PIPE, encoding="utf-8", cwd=folder,
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'tests' / 'offline'}:{ROOT}", **settings},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        address = process.stdout.readline().split()[-1].replace("0.0.0.0", "127.0.0.1")
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{address}/health", timeout=5) as response:
                    assert response.status == 200
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=60)


class Visitor:
    """One browser window on the page, with the requests it made and the dialogs that were opened."""

    def __init__(self, browser: Any, address: str, **options: Any) -> None:
        self.address = address
        self.context = browser.new_context(**{"viewport": {"width": 1360, "height": 860}, **options})
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.dialogs: list[str] = []
        self.errors: list[str] = []
        self.context.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", lambda socket: self.requests.append(socket.url.replace("ws", "http", 1)))
        self.page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def arrive(self) -> None:
        """Opens the page and waits until its first event has been answered: the state of the models is shown."""
        self.page.set_default_timeout(SLOW_MS)
        self.page.goto(self.address)
        self.page.wait_for_selector("#question textarea")
        self.page.wait_for_function("window.wenbao && localStorage.getItem('wenbao-owner')")
        self.page.wait_for_selector("#status [class]", state="attached")

    def press(self, target: Any, shows: Any) -> None:
        """Clicks `target` until `shows` is there, as a person does.

        One click alone may be lost on a slow machine: the list under the pointer is drawn anew between the
        button's going down and up.
        """
        deadline = time.monotonic() + 3 * SLOW_MS / 1000
        while True:
            if target.count():
                target.click()
            try:
                shows.wait_for(state="attached", timeout=10_000)
                return
            except Error:
                if time.monotonic() > deadline:
                    raise

    @property
    def outside(self) -> list[str]:
        """Requests that left the machine."""
        return [url for url in self.requests if not url.startswith((self.address, "data:", "blob:"))]

    def ask(self, question: str) -> Any:
        """Asks and waits for the answer; the turn's element."""
        turns = self.page.locator(".wb-turn")
        number = turns.count()
        self.page.locator("#question textarea").fill(question)
        self.page.keyboard.press("Enter")
        turn = turns.nth(number)
        self.page.wait_for_function(
            "number => document.querySelectorAll('.wb-turn')[number]?.matches(" + f"'{ANSWERED}'" + ")",
            arg=number, timeout=3 * SLOW_MS,
        )  # fmt: skip
        return turn

    def tab(self, name: str) -> None:
        """Opens a part of the page."""
        tab = self.page.get_by_role("tab", name=name, exact=True)
        self.press(tab, self.page.get_by_role("tab", name=name, exact=True, selected=True))

    def upload(self, *files: Any) -> None:
        """Adds reports and waits for the outcome."""
        self.tab("报告")
        before = self.page.locator("#outcome").inner_html()
        self.page.locator("#upload input[type=file]").set_input_files(list(files))
        self.page.wait_for_function(
            "before => { const now = document.querySelector('#outcome'); return now.innerHTML !== before && "
            "now.querySelector('.wb-done, .wb-error') && !now.querySelector('.wb-dots'); }",
            arg=before, timeout=3 * SLOW_MS,
        )  # fmt: skip

    def close(self) -> None:
        self.context.close()
