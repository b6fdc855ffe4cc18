"""Many files at once: Ray Data actors read, clean, read figures and embed; this process stores what they give.

The index is the one that `build_index` makes, in the same order. A file is stored once, under the hash of its
content: a run that was stopped goes on with what is not stored yet, a worker that was killed has its files done
again by another, and what arrives twice is stored once.
"""

from __future__ import annotations

import json
import logging
import os
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index import prepare
from index.build import Build, BuildSummary, Failed, Overrides, Progress, Waiting, Wanted, embed_chunks
from index.errors import ReadError, WenbaoError
from index.isolation import shared_reader
from index.limits import Limits
from index.lock import locked
from index.manifest import EmbeddingModel
from index.overrides import check_overrides
from index.prepare import dump_prepared, dump_source, load_prepared, load_source
from index.stores import create_index

INSTALL = "pip install -r requirements-ray.lock"
FILES_TOGETHER = 16  # that one actor reads and embeds in one call; what is done again if it dies
_ROOT = Path(__file__).resolve().parent.parent

Batch = dict[str, npt.NDArray[Any]]
MakeEmbedder = Callable[[], EmbeddingModel]


class BulkError(WenbaoError):
    """Ray is not installed, or its workers ended again and again; what was stored stays."""


def bulk_index(
    paths: Sequence[Path],
    directory: Path,
    embedder: EmbeddingModel,
    make_embedder: MakeEmbedder,
    *,
    workers: int = 2,
    address: str | None = None,
    sync: bool = False,
    progress: Progress | None = None,
    metadata: Overrides | None = None,
    limits: Limits | None = None,
) -> BuildSummary:
    """`build_index` with `workers` actors of a Ray cluster at `address` (None: one started here for the run).

    `make_embedder` is called in each actor; `embedder` only names the same model here. Files, the program and the
    models must be at the same paths on every machine. Raises BulkError, and what `build_index` raises.
    """
    check_overrides(metadata or {})
    bounds = limits or Limits.from_environment()
    began = time.monotonic()
    silent: Progress = lambda stage, done, total: None  # noqa: E731
    with locked(Path(directory)), create_index(directory, embedder) as index:
        build = _BulkBuild(index, embedder, metadata or {}, progress or silent, bounds)
        build.workers, build.address, build.make_embedder = workers, address, make_embedder
        build.run([Path(path) for path in paths], sync, {})
        index.compact(if_due=True)
        index.checkpoint()
    build.summary.seconds = time.monotonic() - began
    return build.summary


class _BulkBuild(Build):
    """A run whose files are read and embedded elsewhere."""

    workers = 2
    address: str | None = None
    make_embedder: MakeEmbedder

    def process(self, files: Sequence[Wanted]) -> None:
        """Stores every file that must be read, in the order given."""
        asked: dict[str, tuple[Wanted, prepare.Source]] = {}
        for one in files:
            found = self.needed(*one)
            if isinstance(found, prepare.Source):
                asked[found.key] = (one, found)
            else:
                self.take(found)
        if not asked:
            return
        sources = [source for _, source in asked.values()]
        with _cluster(self.workers, self.address):
            for row in _rows(sources, self._limits, self.make_embedder, self.workers):
                if row["key"] not in asked:
                    continue  # done again by a second worker: it is stored already
                (source, name, size), wanted = asked.pop(row["key"])
                self._clock.say(f"storing {name}", f"正在存入 {name}")
                if row["error"]:
                    self.take(Failed(source.path, ReadError(*json.loads(row["error"])), size))
                    continue
                prepared = load_prepared(json.loads(row["prepared"]), [row["offsets"], row["structure"]])
                matrix = np.frombuffer(row["vectors"], dtype="<f4").reshape(len(prepared.chunks), -1)
                self._clock.has_read(size)
                self._clock.has_embedded(size)
                vectors = matrix if len(matrix) else np.zeros((0, self._embedder.dimension), np.float32)
                self.summary.embedded += len(matrix)
                self._store(Waiting(source.path, size, prepared, dict(wanted.overrides)), vectors)
                self._clock.has_stored()
        if asked:
            raise BulkError(
                f"{len(asked)} files did not come back from the workers; what was stored stays: run it again.",
                f"有 {len(asked)} 个文件未从工作进程返回；已存入的内容不受影响：请重新运行。",
            )


class Reader:
    """One actor: from files to prepared reports with their vectors."""

    def __init__(self, make_embedder: MakeEmbedder, limits: Mapping[str, Any]) -> None:
        self._embedder = make_embedder()
        self._limits = Limits(**limits)

    def __call__(self, batch: Batch) -> Batch:
        columns: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
        read: list[tuple[int, prepare.Prepared]] = []
        for position, line in enumerate(batch["source"]):
            source = load_source(str(line))
            values: dict[str, Any] = dict.fromkeys(_COLUMNS, b"") | {
                "key": source.key,
                "error": "",
                "prepared": "",
            }
            try:
                prepared = shared_reader().prepare(source, self._limits)
            except WenbaoError as error:
                values["error"] = json.dumps([error.english, error.chinese])
            else:
                data, blobs = dump_prepared(prepared)
                values |= {"prepared": json.dumps(data), "offsets": blobs[0], "structure": blobs[1]}
                read.append((position, prepared))
            for name, value in values.items():
                columns[name].append(value)
        chunks = [chunk for _, prepared in read for chunk in prepared.chunks]
        vectors = embed_chunks(self._embedder, chunks)
        start = 0
        for position, prepared in read:
            own = vectors[start : start + len(prepared.chunks)]
            start += len(prepared.chunks)
            columns["vectors"][position] = own.astype("<f4").tobytes()
        return {name: np.array(values, dtype=object) for name, values in columns.items()}


_COLUMNS = ("key", "error", "prepared", "offsets", "structure", "vectors")


def _rows(
    sources: Sequence[prepare.Source], limits: Limits, make_embedder: MakeEmbedder, workers: int
) -> Iterator[dict[str, Any]]:
    """What the actors make of the files, in the order of the files, as soon as it is there."""
    import ray.data

    for name in ("ray", "ray.data"):  # Ray sets them when it is imported
        logging.getLogger(name).setLevel(logging.ERROR)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.execution_options.preserve_order = True
    blocks = -(-len(sources) // FILES_TOGETHER)
    items = [{"source": dump_source(source)} for source in sources]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the last two options are to get another name in Ray 2.64
        made = ray.data.from_items(items, override_num_blocks=blocks).map_batches(
            Reader,
            fn_constructor_args=(make_embedder, asdict(limits)),
            batch_size=None,
            batch_format="numpy",
            compute=ray.data.ActorPoolStrategy(size=workers),
            num_cpus=1,
            max_restarts=-1,  # an actor that is killed is started again
            max_task_retries=5,  # and does again what it was doing, but not for ever
        )
    try:
        yield from made.iter_rows()
    except ray.exceptions.RayError as error:
        reason = " ".join(str(error).split())[:200]
        raise BulkError(
            f"The workers ended ({reason}); what was stored stays: run it again, with fewer workers if memory was short.",
            f"工作进程异常结束（{reason}）；已存入的内容不受影响：请重新运行；若因内存不足，请减少进程数。",
        ) from error


@contextmanager
def _cluster(workers: int, address: str | None) -> Iterator[None]:
    """A Ray cluster for the run; nothing is reported to anybody."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError:
        raise BulkError(
            f"Bulk indexing needs Ray: `{INSTALL}`.", f"批量索引需要安装 Ray：`{INSTALL}`。"
        ) from None
    path = os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    # One thread a worker: workers are as many as cores.
    # Workers are as many as there are cores for them, so each keeps to one.
    told = {"PYTHONPATH": path, "PYTHONUTF8": "1", "OMP_NUM_THREADS": "1"}
    options: dict[str, Any] = {"runtime_env": {"env_vars": told}, "log_to_driver": False}
    if address is None:
        options |= {"num_cpus": workers + 1, "include_dashboard": False, "object_store_memory": 512 << 20}
        options |= {"_node_ip_address": "127.0.0.1"}
    else:
        options["address"] = address
    try:
        ray.init(logging_level=logging.ERROR, **options)
    except Exception as error:  # a connection refused, a version that does not fit, no room in /dev/shm
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise BulkError(
            f"Ray cannot be started or reached ({reason}): see that its address is right.",
            f"无法启动或连接 Ray（{reason}）：请检查其地址。",
        ) from error
    try:
        yield
    finally:
        ray.shutdown()
