"""Installs the locked environment into .venv/ (called by setup.sh; standard library only).

Each file is checked against the locks' hashes; the index, proxy and certificates are whatever pip is set
to use. A finished set-up leaves a stamp, so that the next call costs nothing. Safe to stop and repeat.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
STATE = ROOT / ".setup"
LOG = STATE / "pip.log"
# Measured on Debian 12 with Python 3.11; MB of 10^6 bytes: (download, disk).
SIZE_CPU = (470, 2100)
SIZE_CUDA = (3000, 6100)
SIZE_DEV = (95, 330)
SIZE_MODELS = (1190, 1400)
DISK_MARGIN_MB = 500  # pip unpacks beside what it downloads


class SetupError(Exception):
    """One line for the user, with what to do."""


def stamp_value(dev: bool) -> str:
    """Changes whenever the locks, the project file or the interpreter do."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {ROOT} dev={dev}".encode())
    names = ["requirements.lock", "requirements-torch.lock", "requirements-cuda.lock", "pyproject.toml"]
    for name in [*names, *(["requirements-dev.lock"] if dev else [])]:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def stamp_file(dev: bool) -> Path:
    return ENVIRONMENT / (".wenbao-dev-stamp" if dev else ".wenbao-stamp")


def is_current(dev: bool) -> bool:
    path = stamp_file(dev)
    return path.exists() and path.read_text(encoding="utf-8") == stamp_value(dev)


@contextmanager
def only_one() -> Iterator[None]:
    """Holds the set-up lock; a second set-up waits for the first and then finds the work done."""
    STATE.mkdir(exist_ok=True)
    with (STATE / "lock").open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another set-up of this checkout is running; waiting for it …", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def environment_python() -> Path:
    return ENVIRONMENT / "bin" / "python"


def make_environment() -> None:
    """Makes .venv/, or makes it anew when its interpreter does not run or is another version."""
    probe = "import sys; print(sys.prefix, *sys.version_info[:2])"
    expected = f"{ENVIRONMENT} {sys.version_info[0]} {sys.version_info[1]}"
    if environment_python().exists():
        found = subprocess.run([environment_python(), "-c", probe], capture_output=True, encoding="utf-8")
        if found.stdout.strip() == expected:
            return
        print("The environment in .venv/ is of another Python or place; making it anew.", flush=True)
    command = [sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    if done.returncode:
        raise SetupError(
            f"could not make .venv/ with {sys.executable}: {last_line(done.stdout + done.stderr)}"
        )


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["no message"])[-1]


def pip(*arguments: str) -> list[str]:
    return [str(environment_python()), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]


def pip_environment() -> dict[str, str]:
    """The user's own settings, except those that would install outside .venv/."""
    settings = {key: value for key, value in os.environ.items() if key not in ("PIP_TARGET", "PIP_PREFIX")}
    return settings | {"PIP_USER": "0", "PYTHONNOUSERSITE": "1"}


def takes_cpu_build() -> bool:
    """Whether pip's configured links offer a CPU-only build of the locked torch."""
    match = re.search(
        r"^torch==(\S+)", (ROOT / "requirements-torch.lock").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert match is not None
    installed = torch_build()
    if installed is not None and installed.split("+")[0] == match[1]:
        return not needs_cuda_libraries()
    done = subprocess.run(
        pip("index", "versions", "torch"), capture_output=True, encoding="utf-8", env=pip_environment()
    )
    if done.returncode:
        raise SetupError(
            "no package index answers; check the network or pip's settings (`pip config list`), "
            f"then run the same command again. pip said: {last_line(done.stderr)}"
        )
    return re.search(rf"\b{re.escape(match[1])}\+cpu\b", done.stdout) is not None


def torch_build() -> str | None:
    """Version of the torch in .venv/, e.g. `2.13.0+cpu`; None if there is none."""
    for path in ENVIRONMENT.glob("lib/python3.*/site-packages/torch/version.py"):
        if match := re.search(r"__version__ = '([^']+)'", path.read_text(encoding="utf-8")):
            return match[1]
    return None


def needs_cuda_libraries() -> bool:
    """Whether the torch in .venv/ is a CUDA build (read from its file: importing it needs the libraries)."""
    for path in ENVIRONMENT.glob("lib/python3.*/site-packages/torch/version.py"):
        match = re.search(r"^cuda\b[^=]*= (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        return match is not None and match[1].strip() != "None"
    return False


def state_sizes(cpu: bool, dev: bool, models: bool) -> None:
    """Says what will be downloaded and stored, and stops if the disk has no room for it."""
    download, disk = SIZE_CPU if cpu else SIZE_CUDA
    build = "CPU build of torch" if cpu else "CUDA build of torch, since pip's index offers no CPU build here"
    if dev and is_current(dev=False):
        download, disk, build = *SIZE_DEV, "test tools"
    elif dev:
        download, disk, build = download + SIZE_DEV[0], disk + SIZE_DEV[1], f"{build}, test tools"
    print(f"Setting up .venv/ ({build}): about {download:,} MB download, {disk:,} MB disk.")
    if models:
        print(f"The models that follow: about {SIZE_MODELS[0]:,} MB download, {SIZE_MODELS[1]:,} MB disk.")
    print("Nothing is installed outside this folder, pip's cache and Wenbao's model cache.", flush=True)
    free = shutil.disk_usage(ROOT).free // 10**6
    if free < disk + DISK_MARGIN_MB:
        raise SetupError(
            f"{ROOT} has {free:,} MB free; {disk + DISK_MARGIN_MB:,} MB are needed. "
            "Free some space, then run the same command again."
        )


def install(lock: str, label: str) -> None:
    """Installs one lock, hashes checked and dependencies taken from the lock alone."""
    command = pip("install", "--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", lock)
    run_pip(command, label, f"the packages of {lock}")


def install_torch(cpu: bool) -> None:
    """Installs torch; the CPU build where one is offered.

    Of two files with allowed hashes pip prefers the one whose hash the index states, which is the CUDA
    build even where a CPU build lies in the configured links. So the CPU build is asked for by name.
    """
    lock = "requirements-torch.lock"
    installed = torch_build()
    if cpu and not (installed and not needs_cuda_libraries()):
        named = STATE / "torch-cpu.lock"
        text = (ROOT / lock).read_text(encoding="utf-8")
        named.write_text(re.sub(r"(?m)^(torch==[^\s+]+)", r"\1+cpu", text), encoding="utf-8")
        try:
            install(str(named.relative_to(ROOT)), "torch (CPU build)")
            return
        except SetupError as error:
            # A CPU build that is not among the locked hashes (another Python's, another mirror's).
            print(f"The CPU build offered here cannot be taken: {error}", flush=True)
            state_sizes(cpu=False, dev=False, models=False)
    install(lock, "torch")


def run_pip(command: list[str], label: str, what: str) -> None:
    """Runs pip with its output in the log; shows a count of packages as they come."""
    terminal = sys.stdout.isatty()
    count, tail, started = 0, "", time.monotonic()
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"$ {' '.join(command)}\n")
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            env=pip_environment(),
            cwd=ROOT,
        )
        assert process.stdout is not None
        try:
            for line in process.stdout:
                log.write(line)
                if line.startswith("ERROR") or not tail.startswith("ERROR"):
                    tail = line.strip() or tail
                if line.startswith(("Collecting ", "Processing ", "Requirement already satisfied")):
                    count += 1
                if terminal and line.startswith(("Collecting ", "  Downloading ", "Installing collected")):
                    print(f"\r\033[K{label}: {count}  {line.strip()[:70]}", end="", flush=True)
            code = process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if terminal:
        print("\r\033[K", end="")
    if code:
        raise SetupError(
            f"could not install {what}: {tail} (details in {LOG.relative_to(ROOT)}; "
            "what is downloaded is kept, so run the same command again after mending it)"
        )
    number = f" ({count} packages)" if count > 1 else ""
    print(f"{label}{number}: {time.monotonic() - started:.0f} s", flush=True)


def set_up(dev: bool, models: bool) -> None:
    if is_current(dev):
        return
    with only_one():
        if is_current(dev):
            return
        started = time.monotonic()
        LOG.write_text("", encoding="utf-8")
        make_environment()
        cpu = takes_cpu_build()
        state_sizes(cpu, dev, models)
        # torch first: which file pip took decides whether the CUDA libraries are needed.
        install_torch(cpu)
        if needs_cuda_libraries():
            install("requirements-cuda.lock", "CUDA libraries")
        install("requirements.lock", "packages")
        if dev:
            install("requirements-dev.lock", "test tools")
        run_pip(
            pip("install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--editable", "."),
            "wenbao itself",
            "this checkout",
        )
        check = subprocess.run(pip("check"), capture_output=True, encoding="utf-8", env=pip_environment())
        if check.returncode:
            raise SetupError(
                f"the installed packages do not fit together ({last_line(check.stdout)}); "
                "delete .venv/ and run the same command again"
            )
        for flag in {False, dev}:
            stamp_file(flag).write_text(stamp_value(flag), encoding="utf-8")
        print(f"Environment ready in {time.monotonic() - started:.0f} s.", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Install the locked environment into .venv/.")
    parser.add_argument("--dev", action="store_true", help="with the test and lint tools")
    parser.add_argument("--models", action="store_true", help="state the models' size too (they follow)")
    arguments = parser.parse_args()
    if platform.libc_ver()[0] != "glibc":
        print(
            "wenbao: this Linux has no glibc (Alpine?); use a glibc one such as Debian or Ubuntu.",
            file=sys.stderr,
        )
        return 1
    try:
        set_up(arguments.dev, arguments.models)
    except SetupError as error:
        print(f"wenbao: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nwenbao: set-up stopped; run the same command again to go on.", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"wenbao: set-up failed: {error}; mend it and run the same command again.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
