"""Fault injection: killed at every statement and every write of the log, disk full, folder read-only.

Every fourth statement by default, which also passes through every state; ALL_FAULTS=1 tries all.

After each fault the index opens, is consistent, and is in exactly one of the committed states: nothing
lost, nothing torn, and nothing found or cited that belongs to a removed report.
"""

from __future__ import annotations

import hashlib
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hashing_embedder import HashingEmbedder
from sample_report import put_lines
from test_store import without_rights

import index.database as database
from index.backup import backup, restore
from index.build import build_index
from index.database import IndexStorageError
from index.errors import IndexMissingError, WenbaoError
from index.store import ReportIndex

State = tuple[tuple[str, str], ...]
FIRST = ["云川市工业增加值增长13.5%。", "固定资产投资增长4.2%。"]
SECOND = ["云川市工业增加值增长13.6%。", "服务业增长7.1%。", "出口增长2.2%。"]


def state_of(directory: Path) -> State:
    """Names and digests of all reports, after proving that the index agrees with itself."""
    with ReportIndex.open(directory, HashingEmbedder()) as index, index.snapshot():
        assert index.problems() == []
        names = {one.name for one in index.reports()}
        query = HashingEmbedder().embed_queries(["工业增加值 投资 增长"])[0]
        found = index.search_dense(query, 100) + index.search_lexical("工业增加值 投资 增长", 100)
        chunks = index.chunks([identifier for identifier, _ in found])
        assert len(chunks) == len(found)
        for chunk in chunks:  # whatever can be found can be cited, and from a report that is there
            assert chunk.report in names
            assert index.report(chunk.report).text[chunk.start : chunk.end] == chunk.text
        assert {figure.report for figure in index.figures()} <= names
        return tuple(
            (name, hashlib.sha256(index.report(name).text.encode()).hexdigest()[:12])
            for name in sorted(names)
        )


@dataclass
class Scenario:
    """A start, the changes made to it one after the other, and the states between them."""

    start: Path
    steps: list[Callable[[Path], None]]
    states: list[State]


def put(name: str, lines: list[str]) -> Callable[[Path], None]:
    def step(directory: Path) -> None:
        with ReportIndex.open(directory, HashingEmbedder()) as index:
            put_lines(index, name, lines)

    return step


def remove(directory: Path) -> None:
    with ReportIndex.open(directory) as index:
        index.remove("b.txt")
        index.checkpoint()


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    start = tmp_path / "start"
    with ReportIndex.create(start, HashingEmbedder()) as index:
        put_lines(index, "a.txt", FIRST)
        put_lines(index, "b.txt", FIRST * 3)
    backup(start, tmp_path / "saved.sqlite")

    def bring_back(directory: Path) -> None:
        restore(tmp_path / "saved.sqlite", directory)

    steps = [put("a.txt", SECOND), put("c.txt", SECOND * 4), remove, put("a.txt", FIRST), bring_back]
    once = shutil.copytree(start, tmp_path / "once")
    states = [state_of(once)]
    for step in steps:
        step(once)
        states.append(state_of(once))
    assert len(set(states)) == 5  # all differ, but the last is the first again
    return Scenario(start, steps, states)


@contextmanager
def killed_at_statement(number: int) -> Iterator[list[int]]:
    """The process kills itself when it is about to run SQL statement `number`; gives the count so far."""
    connect, count = database._connect, [0]

    def counting(address: str) -> object:
        connection = connect(address)

        def seen(_: str) -> None:
            count[0] += 1
            if count[0] == number:
                os.kill(os.getpid(), signal.SIGKILL)

        connection.set_trace_callback(seen)
        return connection

    database._connect = counting  # type: ignore[assignment]
    try:
        yield count
    finally:
        database._connect = connect


def in_child(work: Callable[[], None]) -> int:
    """The status of a forked child that does `work`."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1]


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_killed_at_every_statement(scenario: Scenario, tmp_path: Path) -> None:
    whole = shutil.copytree(scenario.start, tmp_path / "whole")
    with killed_at_statement(0) as count:
        for step in scenario.steps:
            step(whole)
    total = count[0]
    reached = set()
    every = 1 if os.environ.get("ALL_FAULTS") else 4
    for number in range(1, total + 1, every):
        directory = shutil.copytree(scenario.start, tmp_path / f"killed-{number}")

        def work(directory: Path = directory, number: int = number) -> None:
            with killed_at_statement(number):
                for step in scenario.steps:
                    step(directory)

        assert os.WTERMSIG(in_child(work)) == signal.SIGKILL
        state = state_of(directory)
        assert state in scenario.states, f"statement {number} of {total}"
        reached.add(state)
        shutil.rmtree(directory)
    assert reached == set(scenario.states)
    print(f"killed at {len(range(1, total + 1, every))} of {total} statements: every state whole")


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_killed_at_every_write_of_the_log(scenario: Scenario, tmp_path: Path) -> None:
    """The log only grows, so a kill leaves a beginning of it; a torn sector leaves its end spoilt."""
    grown = shutil.copytree(scenario.start, tmp_path / "grown")
    reader = ReportIndex.open(grown)  # keeps the log from being emptied
    with reader.snapshot():
        states = {state_of(grown)}
        for step in (scenario.steps[0], scenario.steps[1], scenario.steps[3]):
            step(grown)
            states.add(state_of(grown))
        main, log = (grown / "index.sqlite").read_bytes(), (grown / "index.sqlite-wal").read_bytes()
    reader.close()
    frame = 24 + 8192
    assert (len(log) - 32) % frame == 0 and len(log) > 20 * frame
    tried, reached = 0, set()
    for start in range(32, len(log) + 1, frame):
        for extra, spoil in ((0, 0), (11, 0), (24, 0), (4096, 0), (frame - 1, 0), (frame, 512)):
            end = min(start + extra, len(log))
            directory = tmp_path / "torn"
            directory.mkdir()
            (directory / "index.sqlite").write_bytes(main)
            (directory / "index.sqlite-wal").write_bytes(log[: end - spoil] + bytes(spoil))
            state = state_of(directory)
            assert state in states, f"log of {end} bytes"
            reached.add(state)
            shutil.rmtree(directory)
            tried += 1
    assert reached == states
    print(f"cut the log at {tried} places: every state whole")


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_no_room_to_write_at_any_size(scenario: Scenario, tmp_path: Path) -> None:
    """Files may not grow beyond a limit, smaller or larger: as on a full disk or beyond a quota."""
    refused = 0
    for room in range(0, 400_000, 16_384):
        directory = shutil.copytree(scenario.start, tmp_path / f"room-{room}")
        said = tmp_path / f"said-{room}"

        def work(directory: Path = directory, room: int = room, said: Path = said) -> None:
            said.touch()
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
            try:
                for step in scenario.steps:
                    step(directory)
            except IndexStorageError as error:
                resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
                said.write_text(error.english, encoding="utf-8")

        assert in_child(work) == 0
        text = said.read_text(encoding="utf-8")
        if text:
            refused += 1
            assert "keeps its last state" in text and str(directory) in text, text
        assert state_of(directory) in scenario.states
        shutil.rmtree(directory)
    assert 3 <= refused < 25
    print(f"refused with {refused} sizes: every state whole")


FULL = """
import sys
sys.path[:0] = [{tests!r}, {root!r}]
from pathlib import Path
from hashing_embedder import HashingEmbedder
from index.build import build_index
from index.errors import WenbaoError
try:
    build_index([Path({folder!r})], Path({directory!r}), HashingEmbedder())
except WenbaoError as error:
    print(error.english)
    sys.exit(1)
"""


@pytest.mark.faults
def test_a_full_disk_is_named_and_the_rest_goes_on_after_it(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(disk)], capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("no right to mount a small tmpfs here: a really full disk is not tried")
    folder = tmp_path / "reports"
    folder.mkdir()
    for number in range(40):
        lines = [f"第{number}份报告第{line}行，工业增加值增长{line}.{number % 10}%。" for line in range(60)]
        (folder / f"{number}.txt").write_text("\n\n".join(lines), encoding="utf-8")
    root = Path(__file__).resolve().parent.parent
    script = FULL.format(
        tests=str(root / "tests"), root=str(root), folder=str(folder), directory=str(disk / "index")
    )
    try:
        for _ in range(2):
            done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
            assert done.returncode == 1 and "disk" in done.stdout and "full" in done.stdout, done.stdout
            stored = state_of(disk / "index")
            assert 0 <= len(stored) < 40
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        assert subprocess.run([sys.executable, "-c", script]).returncode == 0
        assert len(state_of(disk / "index")) == 40
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.faults
def test_a_read_only_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    report = tmp_path / "reports" / "a.txt"
    report.write_text("\n".join(FIRST), encoding="utf-8")
    directory = tmp_path / "index"
    build_index([report], directory, HashingEmbedder())
    before = state_of(directory)
    report.write_text("\n".join(SECOND), encoding="utf-8")
    with without_rights(directory), pytest.raises(WenbaoError, match="permission"):
        build_index([report], directory, HashingEmbedder())
    assert state_of(directory) == before


READER = """
import sys
sys.path[:0] = [{tests!r}, {root!r}]
from pathlib import Path
from test_faults import state_of
seen = set()
print("ready", flush=True)
while not Path({stop!r}).exists():
    seen.add(state_of(Path({directory!r})))
print(len(seen), flush=True)
"""


@pytest.mark.faults
def test_two_processes_read_while_one_writes(scenario: Scenario, tmp_path: Path) -> None:
    root = Path(__file__).resolve().parent.parent
    directory, stop = shutil.copytree(scenario.start, tmp_path / "shared"), tmp_path / "stop"
    script = READER.format(
        tests=str(root / "tests"), root=str(root), stop=str(stop), directory=str(directory)
    )
    readers = [
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    for reader in readers:
        assert reader.stdout is not None and reader.stdout.readline() == "ready\n"
    for _ in range(12):
        for step in scenario.steps:
            step(directory)
    stop.touch()
    for reader in readers:
        out, _ = reader.communicate(timeout=60)
        assert reader.returncode == 0 and int(out) >= 2


def test_no_index_is_left_where_none_was_committed(tmp_path: Path) -> None:
    (tmp_path / "index.sqlite").touch()
    with pytest.raises(IndexMissingError):
        state_of(tmp_path)
