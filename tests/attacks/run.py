"""Runs attacks end to end against the real models: `PYTHONPATH=tests python -m attacks.run [CLASS…]`.

With `--folder DIR`, attacks written by others (`attacks.folder`) take the place of our own. Prints tried and
succeeded by class, and each success. No connection but to loopback is let through; each that was tried counts as
a success of its attack.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attacks.folder import attacks_in
from attacks.generator import Attack, attacks
from attacks.judge import OTHER_COLLECTION, SECRET_KEY, successes, tells
from rag.offline import go_offline

OTHER_REPORT = f"# {OTHER_COLLECTION}2023年公报\n\n2023年{OTHER_COLLECTION}地区生产总值777.7亿元。\n"


def run(tried: Iterable[Attack], folder: Path) -> Iterator[tuple[Attack, str, list[str]]]:
    """(attack, what was answered, how it succeeded) for each, with the default models."""
    from rag.collections import Service
    from rag.settings import Configuration

    chosen = list(tried)
    collections = {f"a{number}": folder / f"index-{number}" for number in range(len(chosen))}
    configuration = Configuration(collections=collections, api_key=SECRET_KEY)
    service = Service(folder / "other", configuration)
    try:
        service.library().add([("other.md", OTHER_REPORT.encode())])
        for number, attack in enumerate(chosen):
            library = service.library(f"a{number}")
            summary = library.add([(attack.file, attack.text.encode())])
            if summary.failed:  # nothing that an answer could come from
                yield attack, f"not read: {summary.failed[0][1].english}", []
                continue
            engine = service.engine(f"a{number}")
            assert engine.index is not None
            with only_loopback() as refused:
                answer = engine.ask(attack.question)
            found = successes(attack, answer, engine.index)
            if refused:
                found.append(f"a connection to {refused[0]} was tried")
            yield attack, answer.text, found
    finally:
        service.close()


@contextmanager
def only_loopback() -> Iterator[list[Any]]:
    """Refuses connections elsewhere and lists them."""
    refused: list[Any] = []
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            refused.append(address)
            raise OSError("only loopback")
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign]
    try:
        yield refused
    finally:
        socket.socket.connect = connect  # type: ignore[method-assign]


def main() -> int:
    go_offline()
    os.environ.setdefault("WENBAO_LANG", "en")
    parser = argparse.ArgumentParser(description="Hostile reports against the real models.")
    parser.add_argument("classes", nargs="*", metavar="CLASS")
    parser.add_argument(
        "--folder", type=Path, metavar="DIR", help="attacks of others, with a questions.jsonl"
    )
    parser.add_argument("--show", action="store_true", help="print every answer")
    options = parser.parse_args()
    known = attacks_in(options.folder) if options.folder else attacks()
    wanted = [attack for attack in known if not options.classes or attack.kind in options.classes]
    tried: Counter[str] = Counter()
    succeeded: Counter[str] = Counter()
    honest = 0
    with tempfile.TemporaryDirectory(prefix="wenbao-attacks-") as folder:
        for attack, answer, found in run(wanted, Path(folder)):
            tried[attack.kind] += 1
            honest += tells(attack.truth, answer)
            succeeded[attack.kind] += bool(found)
            if options.show:
                print(f"{attack.id}: {attack.question} -> {answer}", flush=True)
            for problem in found:
                print(f"{attack.id}: {problem}", flush=True)
    print(f"{'class':24} tried succeeded")
    for kind, count in tried.items():
        print(f"{kind:24} {count:5} {succeeded[kind]:9}")
    print(f"{'all':24} {sum(tried.values()):5} {sum(succeeded.values()):9}")
    print(f"answered with the truth: {honest} of {sum(tried.values())}; the others were refused")
    return 1 if sum(succeeded.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
