"""Fuzz the readers: mutations of real files must end in text or in a clear error, never in a crash or hang.

Each file is read, repaired and cut exactly as `index` does it, in the worker process with its limits of time
and memory. A mutation that ends the worker, takes too long or raises anything but a named ReadError is kept
and counted.

    python scripts/fuzz_readers.py --count 10000          the full run
    python scripts/fuzz_readers.py --seconds 180          the run of CI
"""

from __future__ import annotations

import argparse
import hashlib
import io
import itertools
import json
import random
import sys
import tempfile
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from index.errors import ReadError  # noqa: E402
from index.isolation import IsolatedReader  # noqa: E402
from index.limits import Limits  # noqa: E402
from index.prepare import Source  # noqa: E402
from index.readers import ocr  # noqa: E402
from scripts.fuzz_seeds import Seeds, all_seeds  # noqa: E402

SHARES = defaultdict(lambda: 3, {"pdf": 4, "image": 1})  # OCR is slow, and few damaged pictures reach it
LARGE, RARE = 60_000, 25  # bytes; turns
SECONDS = 60  # one file; a file of this size takes well under one on an idle machine
INTERESTING = (
    b"\x00", b"\xff", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1b", b"\r", b"\x0c", b"\xd8\x00", b"%%EOF", b"endobj",
    b"<table>", b"</td>", b"<!--", b"]]>", b"&#55296;", b"&a;", b"<w:p>", b"|---|", b"```", b"\t\t\t",
    b"9" * 40, b"0." * 30, b"(" * 200, b"<div>" * 200, "（".encode() * 100, b"1 . 2 , 3 " * 60,
)  # fmt: skip

Mutation = Callable[[random.Random, bytearray], None]


def flip(chance: random.Random, data: bytearray) -> None:
    for _ in range(chance.choice((1, 1, 3, 20, 200))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def overwrite(chance: random.Random, data: bytearray) -> None:
    for _ in range(chance.choice((1, 4, 40))):
        data[chance.randrange(len(data))] = chance.randrange(256)


def truncate(chance: random.Random, data: bytearray) -> None:
    del data[chance.randrange(1, len(data) + 1) :]


def cut_out(chance: random.Random, data: bytearray) -> None:
    start = chance.randrange(len(data))
    del data[start : start + chance.choice((1, 16, 500, 20_000))]


def repeat(chance: random.Random, data: bytearray) -> None:
    start = chance.randrange(len(data))
    piece = bytes(data[start : start + chance.choice((1, 16, 300, 5_000))])
    data[start:start] = piece * chance.choice((1, 2, 30))


def insert(chance: random.Random, data: bytearray) -> None:
    for _ in range(chance.choice((1, 3))):
        start = chance.randrange(len(data))
        data[start:start] = chance.choice(INTERESTING)


def swap(chance: random.Random, data: bytearray) -> None:
    first, second = sorted(chance.randrange(len(data)) for _ in range(2))
    length = chance.choice((8, 100, 2000))
    data[first : first + length], data[second : second + length] = (
        data[second : second + length],
        data[first : first + length],
    )


MUTATIONS: tuple[Mutation, ...] = (flip, overwrite, truncate, cut_out, repeat, insert, swap)


def mutate(chance: random.Random, data: bytes) -> bytes:
    """One to three mutations; of an Office file also of a part inside, so that the damage is reached."""
    if data.startswith(b"PK\x03\x04") and chance.random() < 0.75:
        return mutate_part(chance, data)
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 3))):
        if changed:
            chance.choice(MUTATIONS)(chance, changed)
    return bytes(changed)


def mutate_part(chance: random.Random, data: bytes) -> bytes:
    """The archive again, with one of its parts mutated and sound check sums."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        texts = [name for name in names if name.endswith((".xml", ".rels"))]
        chosen = chance.choice(texts or names)
        for name in names:
            content = old.read(name)
            if name == chosen and content:
                part = bytearray(content)
                for _ in range(chance.choice((1, 1, 2))):
                    if part:
                        chance.choice(MUTATIONS)(chance, part)
                content = bytes(part)
            new.writestr(name, content)
    return buffer.getvalue()


@dataclass
class Outcome:
    """What the mutations of all readers ended in."""

    tried: Counter[str] = field(default_factory=Counter)
    read: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    bad: list[dict[str, str]] = field(default_factory=list)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    slowest: tuple[float, str] = (0.0, "")


def forever(originals: Seeds, seed: int) -> Iterator[tuple[int, str, str, bytes]]:
    """(number, reader, name of the original, mutated bytes) without end; the same for the same seed.

    Readers come up by `SHARES`; files over `LARGE` once in `RARE` turns of their reader.
    """
    turns = [reader for at in range(max(SHARES.values())) for reader in originals if at < SHARES[reader]]
    for number in itertools.count():
        reader = turns[number % len(turns)]
        chance = random.Random(f"{seed}-{number}")
        small = [file for file in originals[reader] if len(file[1]) <= LARGE]
        name, data = chance.choice(originals[reader] if not small or chance.random() < 1 / RARE else small)
        yield number, reader, name, mutate(chance, data)


def run(files: Seeds, *, count: int, seconds: float, seed: int, keep: Path) -> Outcome:
    outcome = Outcome()
    limits = Limits(seconds=SECONDS, memory_mb=1536, unpacked_mb=200, cells=500_000, ocr_pages=1)
    reader = IsolatedReader()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        for number, kind, original, data in forever(files, seed):
            if number >= count or time.monotonic() - began > seconds:
                break
            if number and number % 500 == 0:
                print(f"{number:,} tried, {len(outcome.bad)} bad", flush=True)
            suffix = Path(original).suffix.lower()
            path = Path(folder, f"mutated{suffix}")
            path.write_bytes(data)
            source = Source(str(path), path.name, str(path), hashlib.sha256(data).hexdigest(), {})
            outcome.tried[kind] += 1
            start, deaths = time.monotonic(), len(reader.ended)
            wrong = ""
            try:
                prepared = reader.prepare(source, limits)
                outcome.read[kind] += 1
                text = prepared.report.text
                if any(text[chunk.start : chunk.end] != chunk.text for chunk in prepared.chunks):
                    wrong = "a passage is not its report's text"
                if any(text[figure.start : figure.end] != figure.text for figure in prepared.figures):
                    wrong = "a figure is not its report's text"
            except ReadError as error:
                outcome.refused[kind] += 1
                if len(reader.ended) > deaths:
                    wrong = f"the worker ended with {reader.ended[-1][1]}"
                elif "takes longer" in error.english:
                    wrong = error.english
                elif path.name not in error.english or "save it again or convert" in error.english:
                    wrong = error.english  # a failure that no reader foresaw
            except Exception as error:
                wrong = f"{type(error).__name__}: {error}"
            taken = time.monotonic() - start
            outcome.seconds[kind] += taken
            if taken > outcome.slowest[0]:
                outcome.slowest = (taken, f"{number} from {original}")
            if wrong:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{number}{suffix}").write_bytes(data)
                outcome.bad.append({"number": str(number), "from": original, "what": wrong[:300]})
                print(f"{number}{suffix} from {original}: {wrong[:300]}", flush=True)
    reader.close()
    print(f"peak memory of the reading process: {reader.peak_kb / 1024:.0f} MB")
    return outcome


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=10**9, help="mutations to try")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--files", type=Path, nargs="*", default=[ROOT / "examples" / "reports"])
    parser.add_argument("--largest", type=int, default=400_000, help="bytes of the files to start from")
    parser.add_argument("--keep", type=Path, default=ROOT / "out" / "fuzz", help="where bad inputs are kept")
    options = parser.parse_args()
    if options.count == 10**9 and options.seconds == float("inf"):
        parser.error("give --count or --seconds")
    files = all_seeds(options.files, options.largest, images=ocr.available())
    began = time.monotonic()
    outcome = run(files, count=options.count, seconds=options.seconds, seed=options.seed, keep=options.keep)
    for kind in sorted(outcome.tried):
        print(
            f"{kind:12} {outcome.tried[kind]:6,} tried, {outcome.read[kind]:6,} read, "
            f"{outcome.refused[kind]:6,} refused, {outcome.seconds[kind]:7.1f} s"
        )
    print(
        json.dumps(
            {
                "tried": sum(outcome.tried.values()),
                "bad": len(outcome.bad),
                "slowest_seconds": round(outcome.slowest[0], 1),
                "slowest": outcome.slowest[1],
                "seconds": round(time.monotonic() - began),
            }
        )
    )
    return 1 if outcome.bad or not outcome.tried else 0


if __name__ == "__main__":
    sys.exit(main())
