"""Writes the requirements locks from pyproject.toml (`make lock`; needs `uv`).

One resolution, for Linux x86-64 and Python 3.11 to 3.13, is split by what a machine installs:

    requirements.lock        what the product runs on, without torch
    requirements-torch.lock  torch alone, with the hashes of the index's files and of CPU-only files
    requirements-cuda.lock   the libraries that only a CUDA build of torch needs
    requirements-ocr.lock    what the optional reading of scans adds
    requirements-milvus.lock what an index on a Milvus server adds
    requirements-ray.lock    what bulk indexing over several machines adds
    requirements-dev.lock    what tests and linters add (the reading of scans among it)

No lock names an index address: pip takes the files from wherever the user's own settings point.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = (
    "sys_platform == 'linux' and platform_machine == 'x86_64' and implementation_name == 'cpython'"
    " and python_full_version < '3.14'"
)
BOUNDS = ("python_full_version < '3.14'", "python_full_version < '3.15'")
EXTRAS = {
    "milvus": "an index on a Milvus server",
    "ray": "bulk indexing over several machines",
}
CUDA_PACKAGE = re.compile(r"^(nvidia-|cuda-|triton$)")
ENTRY = re.compile(r"^(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>.*?))?(?: \\)?$")


class Pin:
    """One locked version: its name, version, remaining marker and hashes."""

    def __init__(self, name: str, version: str, marker: str) -> None:
        self.name, self.version, self.marker = name, version, marker
        self.hashes: list[str] = []

    def lines(self) -> list[str]:
        head = f"{self.name}=={self.version}" + (f" ; {self.marker}" if self.marker else "")
        return [" \\\n".join([head, *(f"    --hash=sha256:{value}" for value in self.hashes)])]


def parse(text: str) -> list[Pin]:
    """The pins of a lock in `uv pip compile` form."""
    pins: list[Pin] = []
    for line in text.splitlines():
        if match := ENTRY.match(line):
            pins.append(Pin(match["name"], match["version"], shortened(match["marker"] or "")))
        elif match := re.match(r"^ {4}--hash=sha256:([0-9a-f]{64})", line):
            pins[-1].hashes.append(match[1])
    return pins


def shortened(marker: str) -> str:
    """The marker without what the set-up has already checked (platform) or bounds (Python < 3.14)."""
    kept = [
        part
        for part in marker.split(" and ")
        if part.startswith("python_full_version") and part not in BOUNDS
    ]
    return " and ".join(kept)


def compile_pins(uv: str, extras: list[str], python: str = "3.11") -> list[Pin]:
    """Resolves pyproject.toml with the given extras through uv."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder, "pyproject.toml")
        table = f'\n[tool.uv]\nenvironments = ["{ENVIRONMENT}"]\n'
        project.write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8") + table, encoding="utf-8")
        command = [
            uv,
            "pip",
            "compile",
            "--quiet",
            "--universal",
            "--python-version",
            python,
            "--generate-hashes",
        ]
        command += ["--no-emit-index-url", "--no-annotate", "--no-header"]
        for extra in extras:
            command += ["--extra", extra]
        done = subprocess.run(
            [*command, str(project)], cwd=folder, check=True, stdout=subprocess.PIPE, encoding="utf-8"
        )
    return parse(done.stdout)


def local_torch_hashes(version: str) -> list[str]:
    """sha256 of the file pip takes on this machine (a CPU-only one, where its links offer it)."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "-d",
                folder,
                f"torch=={version}",
            ],
            check=True,
        )
        return [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(Path(folder).glob("*.whl"))]


def write(name: str, purpose: str, pins: list[Pin]) -> None:
    lines = [
        f"# {purpose}",
        "# Written by `make lock` from pyproject.toml: Linux x86-64, Python 3.11 to 3.13. Do not edit.",
    ]
    for pin in pins:
        lines += pin.lines()
    (ROOT / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{name}: {len(pins)} pins")


def main() -> int:
    uv = os.environ.get("UV", "uv")
    run = compile_pins(uv, [])
    everything = compile_pins(uv, ["dev"])
    run_versions = {(pin.name, pin.version) for pin in run}
    ocr_names = {pin.name for pin in compile_pins(uv, ["ocr"])}
    dev = [pin for pin in everything if (pin.name, pin.version) not in run_versions]
    clash = {pin.name for pin in dev} & {pin.name for pin in run}
    if clash:
        print(
            f"dev tools change the version of {sorted(clash)}: constrain them in pyproject.toml",
            file=sys.stderr,
        )
        return 1
    torch = next(pin for pin in run if pin.name == "torch")
    torch.marker = ""
    # Files that other machines' pip takes are only known from there: what was locked before stays.
    before = ROOT / "requirements-torch.lock"
    if before.exists():
        for pin in parse(before.read_text(encoding="utf-8")):
            if pin.version == torch.version:
                torch.hashes += [value for value in pin.hashes if value not in torch.hashes]
    torch.hashes += [value for value in local_torch_hashes(torch.version) if value not in torch.hashes]
    heavy = {"torch"} | {pin.name for pin in run if CUDA_PACKAGE.match(pin.name)}
    write(
        "requirements.lock",
        "What Wenbao runs on, without torch.",
        [pin for pin in run if pin.name not in heavy],
    )
    write("requirements-torch.lock", "torch alone: CUDA builds of the index and CPU-only builds.", [torch])
    write(
        "requirements-cuda.lock",
        "Only installed beside a CUDA build of torch.",
        [pin for pin in run if CUDA_PACKAGE.match(pin.name)],
    )
    ocr = [pin for pin in dev if pin.name in ocr_names]
    write("requirements-ocr.lock", "What reading scans adds to requirements.lock (optional).", ocr)
    run_names = {pin.name for pin in run}
    for extra, purpose in EXTRAS.items():
        pins = compile_pins(uv, [extra])
        moved = {pin.name for pin in pins if pin.name in run_names} - {
            pin.name for pin in pins if (pin.name, pin.version) in run_versions
        }
        if moved:
            print(f"the extra {extra} changes the version of {sorted(moved)}", file=sys.stderr)
            return 1
        added = [pin for pin in pins if pin.name not in run_names]
        write(f"requirements-{extra}.lock", f"What {purpose} adds to requirements.lock (optional).", added)
    write("requirements-dev.lock", "What tests and linters add to requirements.lock.", dev)
    with (ROOT / "pyproject.toml").open("rb") as file:
        pinned = next(
            item for item in tomllib.load(file)["project"]["dependencies"] if item.startswith("torch")
        )
    if pinned != f"torch=={torch.version}":
        print(f"pyproject.toml asks for {pinned}, locked torch=={torch.version}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
