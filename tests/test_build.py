"""From files to the index and back out again: nothing stale, nothing done twice, nothing lost."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from hashing_embedder import HashingEmbedder

from index.build import LOCK_NAME, BuildSummary, IndexBusyError, build_index, index_passages, remove_report
from index.errors import IndexMismatchError, IndexMissingError, ReadError, ReportNotFoundError, WenbaoError
from index.folders import find_files
from index.overrides import MetadataError
from index.records import passage
from index.store import ReportIndex

ROOT = Path(__file__).resolve().parent.parent
BULLETIN = """云川市2023年国民经济和社会发展统计公报

一、综合
初步核算，全年地区生产总值1331.4亿元，比上年增长6.2%。其中，第一产业增加值98.6亿元，增长3.1%。

二、工业
全年规模以上工业增加值比上年增长13.5%。高技术制造业增加值增长21.7%，占规模以上工业增加值的比重为34.8%。

三、人民生活
年末常住人口402.3万人，比上年末增加3.2万人。城镇居民人均可支配收入48206元，增长5.4%。
"""
NEWS = """临江高新区前三季度经济运行情况

2023年前三季度，临江高新区规模以上工业增加值同比增长9.1%，固定资产投资增长4.2%。

前三季度，全区新增企业2057家，其中高新技术企业186家。
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "云川2023.txt").write_text(BULLETIN, encoding="utf-8")
    (folder / "临江.txt").write_text(NEWS, encoding="gb18030")
    return folder


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


def names_in(directory: Path) -> list[str]:
    with ReportIndex.open(directory) as index:
        assert index.problems() == []
        return [one.name for one in index.reports()]


def outcome(summary: BuildSummary) -> dict[str, list[str]]:
    everything = {
        name: sorted(getattr(summary, name)) for name in ("added", "updated", "unchanged", "removed")
    }
    everything["failed"] = sorted(path.name for path, _ in summary.failed)
    return {name: value for name, value in everything.items() if value}


# ---------------------------------------------------------------- the normal life of an index


def test_a_folder_becomes_searchable(folder: Path, directory: Path, embedder: HashingEmbedder) -> None:
    seen: list[tuple[str, int, int]] = []
    summary = build_index([folder], directory, embedder, progress=lambda *step: seen.append(step))
    assert outcome(summary) == {"added": ["临江.txt", "云川2023.txt"]}
    with ReportIndex.open(directory, embedder) as index:
        (found, _), *_ = index.search_lexical("云川市规模以上工业增加值增长多少？", 5)
        chunk = index.chunk(found)
        assert "13.5%" in chunk.text and chunk.report == "云川2023.txt"
        assert index.report(chunk.report).text[chunk.start : chunk.end] == chunk.text
        (found, _), *_ = index.search_dense(embedder.embed_queries(["新增企业多少家"])[0], 5)
        assert "2057" in index.chunk(found).text
        assert any(figure.text.startswith("13.5") for figure in index.figures(report="云川2023.txt"))
        for figure in index.figures():
            owner = index.chunk(figure.chunk)
            assert owner.report == figure.report and owner.start <= figure.start < owner.end
        totals = [sum(getattr(one, name) for one in index.reports()) for name in ("chunks", "figures")]
        assert totals == [summary.chunks, summary.figures]
    done = [step[1] for step in seen]
    assert done == sorted(done) and seen[-1][1:] == (2, 2)
    assert any(step[0].startswith("reading") for step in seen) and any(
        "embedding" in step[0] for step in seen
    )


def test_what_did_not_change_costs_nothing(folder: Path, directory: Path, embedder: HashingEmbedder) -> None:
    build_index([folder], directory, embedder)
    with ReportIndex.open(directory) as index:
        version = index.version
    embedder.embedded.clear()
    summary = build_index([folder], directory, embedder)
    assert outcome(summary) == {"unchanged": ["临江.txt", "云川2023.txt"]}
    assert embedder.embedded == [] and summary.embedded == 0
    with ReportIndex.open(directory) as index:
        assert index.version == version


def test_an_edit_embeds_only_what_changed(folder: Path, directory: Path, embedder: HashingEmbedder) -> None:
    first = build_index([folder], directory, embedder)
    embedder.embedded.clear()
    (folder / "云川2023.txt").write_text(BULLETIN.replace("402.3万人", "403.9万人"), encoding="utf-8")
    summary = build_index([folder], directory, embedder)
    assert outcome(summary) == {"updated": ["云川2023.txt"], "unchanged": ["临江.txt"]}
    assert len(embedder.embedded) == 1 < first.chunks and "403.9" in embedder.embedded[0]
    with ReportIndex.open(directory, embedder) as index:
        assert index.problems() == []
        assert index.search_lexical("402.3", 5) == [] and index.search_lexical("403.9", 5)
        vectors = {i for i, _ in index.search_dense(embedder.embed_queries(["人口"])[0], 100)}
        assert vectors == {chunk.id for one in index.reports() for chunk in index.chunks_of(one.name)}
        chunk = index.chunks_of("云川2023.txt")[0]
        score = dict(index.search_dense(embedder.embed_queries([passage(chunk)])[0], 100))[chunk.id]
        assert score == pytest.approx(1, abs=1e-5)  # reused vectors belong to the right chunks


def test_sync_removes_what_is_gone_and_only_from_the_folders_given(
    folder: Path, directory: Path, embedder: HashingEmbedder, tmp_path: Path
) -> None:
    other = tmp_path / "reports-old"  # a path that begins like the other folder's
    other.mkdir()
    (other / "旧.txt").write_text("青石县2019年旅游收入增长2.5%。", encoding="utf-8")
    build_index([folder, other], directory, embedder)
    (folder / "临江.txt").unlink()
    shutil.rmtree(other)
    assert outcome(build_index([folder], directory, embedder)) == {"unchanged": ["云川2023.txt"]}
    assert names_in(directory) == ["临江.txt", "云川2023.txt", "旧.txt"]
    summary = build_index([folder], directory, embedder, sync=True)
    assert outcome(summary) == {"unchanged": ["云川2023.txt"], "removed": ["临江.txt"]}
    assert names_in(directory) == ["云川2023.txt", "旧.txt"]
    with ReportIndex.open(directory) as index:
        assert index.search_lexical("临江高新区", 5) == []


def test_sync_keeps_a_report_whose_file_cannot_be_read_now(
    folder: Path, directory: Path, embedder: HashingEmbedder
) -> None:
    build_index([folder], directory, embedder)
    (folder / "临江.txt").write_bytes(b"")
    summary = build_index([folder], directory, embedder, sync=True)
    assert outcome(summary) == {"unchanged": ["云川2023.txt"], "failed": ["临江.txt"]}
    assert names_in(directory) == ["临江.txt", "云川2023.txt"]


def test_a_moved_folder_is_not_indexed_again(
    folder: Path, directory: Path, embedder: HashingEmbedder, tmp_path: Path
) -> None:
    build_index([folder], directory, embedder)
    embedder.embedded.clear()
    moved = folder.rename(tmp_path / "moved")
    assert outcome(build_index([moved], directory, embedder, sync=True)) == {
        "unchanged": ["临江.txt", "云川2023.txt"]
    }
    assert embedder.embedded == []
    with ReportIndex.open(directory) as index:
        assert index.report("临江.txt").path == str((moved / "临江.txt").resolve())


def test_the_index_folder_can_be_copied(folder: Path, directory: Path, embedder: HashingEmbedder) -> None:
    build_index([folder], directory, embedder)
    backup = directory.with_name("backup")
    shutil.copytree(directory, backup)
    remove_report(directory, "临江.txt")
    assert names_in(directory) == ["云川2023.txt"]
    assert names_in(backup) == ["临江.txt", "云川2023.txt"]


def test_remove(folder: Path, directory: Path, embedder: HashingEmbedder, tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError):
        remove_report(tmp_path / "nowhere", "临江.txt")
    assert not (tmp_path / "nowhere").exists()
    build_index([folder], directory, embedder)
    remove_report(directory, "临江.txt")
    assert names_in(directory) == ["云川2023.txt"]
    with pytest.raises(ReportNotFoundError):
        remove_report(directory, "临江.txt")


def test_another_embedding_model_is_refused_and_nothing_lost(
    folder: Path, directory: Path, embedder: HashingEmbedder
) -> None:
    build_index([folder], directory, embedder)
    with pytest.raises(IndexMismatchError, match="hashing"):
        build_index([folder], directory, HashingEmbedder("another"))
    assert names_in(directory) == ["临江.txt", "云川2023.txt"]


# ---------------------------------------------------------------- names


def test_files_of_one_name_are_called_by_their_path(
    folder: Path, directory: Path, embedder: HashingEmbedder
) -> None:
    for year in ("2022", "2023"):
        (folder / year).mkdir()
        (folder / year / "公报.txt").write_text(f"云川市{year}年公报。增长{year[-1]}.5%。", encoding="utf-8")
    build_index([folder], directory, embedder)
    assert names_in(directory) == ["2022/公报.txt", "2023/公报.txt", "临江.txt", "云川2023.txt"]
    assert len(build_index([folder], directory, embedder).unchanged) == 4


def test_a_name_stays_with_its_file_when_another_comes(
    folder: Path, directory: Path, embedder: HashingEmbedder, tmp_path: Path
) -> None:
    build_index([folder], directory, embedder)
    other = tmp_path / "other"
    other.mkdir()
    (other / "临江.txt").write_text("另一份报告，增长1.5%。", encoding="utf-8")
    assert outcome(build_index([other], directory, embedder)) == {"added": ["other/临江.txt"]}
    assert outcome(build_index([other, folder], directory, embedder)) == {
        "unchanged": ["other/临江.txt", "临江.txt", "云川2023.txt"]
    }


def test_a_single_file_then_its_folder(folder: Path, directory: Path, embedder: HashingEmbedder) -> None:
    build_index([folder / "临江.txt"], directory, embedder)
    summary = build_index([folder, folder / "临江.txt"], directory, embedder)
    assert outcome(summary) == {"added": ["云川2023.txt"], "unchanged": ["临江.txt"]}


def test_odd_file_names(folder: Path, directory: Path, embedder: HashingEmbedder) -> None:
    text = "青石县2021年旅游收入增长2.5%。".encode()
    (folder / "两\n行.txt").write_bytes(text)
    (folder / "引'号\".txt").write_bytes(text)
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe.txt")).write_bytes(text)
    assert len(build_index([folder], directory, embedder).added) == 5
    assert names_in(directory) == sorted(["两_行.txt", "引'号\".txt", "__.txt", "临江.txt", "云川2023.txt"])
    assert len(build_index([folder], directory, embedder, sync=True).unchanged) == 5


# ---------------------------------------------------------------- metadata from the user


def test_the_users_metadata_wins_and_stays(folder: Path, directory: Path, embedder: HashingEmbedder) -> None:
    given = {"临江.txt": {"region": "临江市", "period": "2023年前三季度", "title": "运行情况"}}
    build_index([folder], directory, embedder, metadata=given)
    (folder / "临江.txt").write_text(NEWS + "\n新的一段，增长0.5%。\n", encoding="utf-8")
    assert outcome(build_index([folder], directory, embedder))["updated"] == ["临江.txt"]
    with ReportIndex.open(directory) as index:
        metadata = index.report("临江.txt").metadata
        assert metadata.region and (metadata.region.value, metadata.region.origin) == ("临江市", "user")
        assert metadata.period and metadata.period.value == "2023-01/2023-09"
    taken_back = build_index([folder], directory, embedder, metadata={"临江.txt": {"title": None}})
    assert outcome(taken_back)["updated"] == ["临江.txt"]
    with ReportIndex.open(directory) as index:
        metadata = index.report("临江.txt").metadata
        assert metadata.title is None or metadata.title.origin != "user"
        assert metadata.region and metadata.region.origin == "user"


def test_metadata_reaches_a_report_whose_file_is_not_given(
    folder: Path, directory: Path, embedder: HashingEmbedder
) -> None:
    build_index([folder], directory, embedder)
    given = {"临江.txt": {"title": "云梦专刊"}, "没有.txt": {"title": "无"}}
    summary = build_index([folder / "云川2023.txt"], directory, embedder, metadata=given)
    assert outcome(summary) == {
        "updated": ["临江.txt"],
        "unchanged": ["云川2023.txt"],
        "failed": ["没有.txt"],
    }
    with ReportIndex.open(directory) as index:
        assert index.reports()[0].title == "云梦专刊"
        assert index.search_lexical("云梦专刊", 3)  # chunks carry it


@pytest.mark.parametrize("given", [{"titel": "x"}, {"period": "不知何时"}, {"region": " "}, {"kind": 3}])
def test_unusable_metadata_is_refused_before_anything_is_done(
    folder: Path, directory: Path, embedder: HashingEmbedder, given: dict[str, str]
) -> None:
    with pytest.raises(MetadataError):
        build_index([folder], directory, embedder, metadata={"临江.txt": given})
    assert not directory.exists()


# ---------------------------------------------------------------- bad input


def test_one_bad_file_does_not_stop_the_others(
    folder: Path, directory: Path, embedder: HashingEmbedder
) -> None:
    (folder / "empty.txt").touch()
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing of use")
    (folder / "picture.gif").write_bytes(b"GIF89a")  # no report, passed over
    (folder / ".hidden.txt").write_text("hidden", encoding="utf-8")
    summary = build_index([folder, folder / "nowhere.txt"], directory, embedder)
    assert outcome(summary) == {
        "added": ["临江.txt", "云川2023.txt"],
        "failed": ["broken.pdf", "empty.txt", "nowhere.txt"],
    }
    assert all(isinstance(error, WenbaoError) and path.name in str(error) for path, error in summary.failed)


def test_links_out_and_pipes_are_refused(
    folder: Path, directory: Path, embedder: HashingEmbedder, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "secret.txt").write_text("机密，增长99.9%。", encoding="utf-8")
    (folder / "link.txt").symlink_to(secret / "secret.txt")
    (folder / "linked").symlink_to(secret)
    (folder / "nothing.txt").symlink_to(tmp_path / "gone.txt")
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    (folder / "again.txt").symlink_to(folder / "临江.txt")  # inside: the same file, not twice
    os.mkfifo(folder / "pipe.txt")
    began = time.monotonic()
    summary = build_index([folder], directory, embedder)
    assert time.monotonic() - began < 30
    failed = ["link.txt", "linked", "loop.txt", "nothing.txt", "pipe.txt"]
    assert outcome(summary) == {"added": ["临江.txt", "云川2023.txt"], "failed": failed}
    assert all(isinstance(error, ReadError) for _, error in summary.failed)
    # Named by the user, a link is what it leads to.
    assert [source.path for source in find_files([folder / "link.txt"]).files] == [
        (secret / "secret.txt").resolve()
    ]


def test_two_writers_at_once(
    folder: Path, directory: Path, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.lock.LOCK_SECONDS", 0.1)
    build_index([folder], directory, embedder)
    with FileLock(directory / LOCK_NAME):
        with pytest.raises(IndexBusyError, match="Another process"):
            build_index([folder], directory, embedder)
        with pytest.raises(IndexBusyError):
            remove_report(directory, "临江.txt")
    assert names_in(directory) == ["临江.txt", "云川2023.txt"]


KILLED = """
import os, signal, sys
sys.path[:0] = [{tests!r}, {root!r}]
from pathlib import Path
from hashing_embedder import HashingEmbedder
from index.build import build_index
class Killing(HashingEmbedder):
    def embed_passages(self, texts):
        if len(self.embedded) > {after}:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().embed_passages(texts)
import index.build
index.build._EMBED_TOGETHER = 1
build_index([Path({folder!r})], Path({directory!r}), Killing())
"""


def test_a_killed_run_keeps_what_was_stored_and_goes_on(
    folder: Path, directory: Path, embedder: HashingEmbedder
) -> None:
    for number in range(4):
        (folder / f"{number}.txt").write_text(f"第{number}份报告，增长{number}.5%。", encoding="utf-8")
    script = KILLED.format(
        tests=str(ROOT / "tests"), root=str(ROOT), folder=str(folder), directory=str(directory), after=1
    )
    assert subprocess.run([sys.executable, "-c", script]).returncode == -signal.SIGKILL
    stored = names_in(directory)
    assert 0 < len(stored) < 6
    summary = build_index([folder], directory, embedder)  # the lock died with the process
    assert sorted(summary.unchanged) == stored and len(summary.added) == 6 - len(stored)
    assert len(names_in(directory)) == 6


# ---------------------------------------------------------------- raw passages


@pytest.fixture
def passages(embedder: HashingEmbedder) -> Iterator[ReportIndex]:
    texts = ["  云川市2023年工业增加值增长13 . 5%。\n\n另一段。", "临江市增长9.1%。", "", "临江市增长9.1%。"]
    with index_passages(texts, embedder) as index:
        yield index


def test_passages_are_taken_as_they_are(passages: ReportIndex) -> None:
    assert [one.name for one in passages.reports()] == ["passage-1", "passage-2", "passage-3", "passage-4"]
    report = passages.report("passage-1")
    assert report.text == "  云川市2023年工业增加值增长13 . 5%。\n\n另一段。"
    assert (report.metadata.title, report.metadata.region, report.metadata.period) == (None, None, None)
    for chunk in passages.chunks_of("passage-1"):
        assert report.text[chunk.start : chunk.end] == chunk.text
    found = {passages.chunk(identifier).report for identifier, _ in passages.search_lexical("临江", 9)}
    assert found == {"passage-2", "passage-4"}
    assert passages.problems() == []


def test_no_passages(embedder: HashingEmbedder) -> None:
    index = index_passages([], embedder)
    assert index.reports() == [] and index.search_lexical("增长", 3) == []
    assert index.search_dense(embedder.embed_queries(["增长"])[0], 3) == []


@pytest.mark.models
def test_the_real_model_finds_chinese_by_english(folder: Path, directory: Path) -> None:
    from index.embed import load_embedder
    from rag.models import embedding_path

    embedder = load_embedder(embedding_path())
    build_index([folder], directory, embedder)
    with ReportIndex.open(directory, embedder) as index:
        vector = embedder.embed_queries(
            ["How many permanent residents did Yunchuan have at the end of 2023?"]
        )[0]
        (best, _), *_ = index.search_dense(vector, 3)
        assert "402.3" in index.chunk(best).text
    with pytest.raises(IndexMismatchError):
        ReportIndex.open(directory, HashingEmbedder())
