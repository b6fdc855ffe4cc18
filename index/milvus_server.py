"""A Milvus server as this program uses it: its address, two collections, bounded calls, clear errors.

`NAME_chunks` holds a row a chunk with its dense and its sparse vector; `NAME_parts` all else, by key. Written
for a cluster and tried on `milvus-lite server`, which takes the same calls but fewer kinds of index.
"""

from __future__ import annotations

import json
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from index.errors import WenbaoError

INSTALL = "pip install -r requirements-milvus.lock"
LONGEST = 65_000  # bytes of one field; the server takes 65,535
_TOGETHER = 500  # rows of one call: some megabytes, far below the 64 MB that a server takes
_LEVELS = ("Strong", "Bounded", "Session", "Eventually")
_INDEXES = ("FLAT", "HNSW", "IVF_FLAT", "IVF_SQ8", "DISKANN", "SCANN", "AUTOINDEX")
_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]{0,60}$")

Row = dict[str, Any]
Result = TypeVar("Result")


class StoreError(WenbaoError):
    """The server cannot be reached, is too slow or refuses. What was committed before is still there."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where an index is kept on a Milvus server, and how; read from `milvus://HOST:PORT/NAME?…`.

    `consistency` is that of reading: Strong sees every commit. `index` is the kind of dense index (FLAT is
    exact) and `partitions` their number, both fixed when the index is made. `lexical` is where words are
    searched: on the server, in this process, or `auto` (on the server unless it is milvus-lite). `timeout`
    bounds each call in seconds, its retries included.
    """

    host: str
    port: int
    name: str
    tls: bool = False
    database: str = "default"
    consistency: str = "Strong"
    index: str = "FLAT"
    partitions: int = 64
    lexical: str = "auto"
    timeout: float = 30.0

    @classmethod
    def parse(cls, address: str) -> Location:
        """StoreError, never repeating the address's parts that may be secret, where it is no such address."""
        parts = urlsplit(address)
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        try:
            if parts.scheme != "milvus" or not parts.hostname:
                raise ValueError("it begins with milvus://HOST:PORT")
            if parts.username or parts.password:
                raise ValueError("the user and password belong into WENBAO_STORE_TOKEN as user:password")
            if unknown := sorted(options.keys() - _OPTIONS.keys()):
                raise ValueError(f"there is no option {unknown[0]}; there are {', '.join(_OPTIONS)}")
            values = {name: _OPTIONS[name](text) for name, text in options.items()}
            name = parts.path.strip("/") or "wenbao"
            if not _NAME.match(name):
                raise ValueError("the name is letters, digits and _")
            return cls(parts.hostname, parts.port or 19530, name, **values)
        except ValueError as error:
            raise StoreError(
                f"WENBAO_STORE is no address like milvus://127.0.0.1:19530/wenbao: {error}.",
                f"WENBAO_STORE 应形如 milvus://127.0.0.1:19530/wenbao：{error}。",
            ) from None

    def __str__(self) -> str:
        return f"milvus://{self.host}:{self.port}/{self.name}"


def _one_of(choices: Sequence[str]) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text not in choices:
            raise ValueError(f"{text[:20]!r} is none of {', '.join(choices)}")
        return text

    return check


def _number(text: str, least: float, most: float) -> float:
    value = float(text)
    if not least <= value <= most:
        raise ValueError(f"{text[:20]} lies outside {least:g} to {most:g}")
    return value


_OPTIONS: Mapping[str, Callable[[str], Any]] = {
    "tls": lambda text: _one_of(("0", "1"))(text) == "1",
    "database": lambda text: text,
    "consistency": _one_of(_LEVELS),
    "index": _one_of(_INDEXES),
    "partitions": lambda text: int(_number(text, 1, 1024)),
    "lexical": _one_of(("auto", "server", "local")),
    "timeout": lambda text: _number(text, 0.1, 600),
}


class Server:
    """The two collections of one index. Safe between threads."""

    def __init__(self, location: Location) -> None:
        """Connects; StoreError where pymilvus is not installed or nobody answers in time."""
        self.location = location
        try:
            import pymilvus  # noqa: F401
        except ImportError:
            raise StoreError(
                f"The store {location} needs pymilvus: `{INSTALL}`.",
                f"使用 {location} 需要安装 pymilvus：`{INSTALL}`。",
            ) from None
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # what it logs, our errors say
        self._client: Any = None
        self._broken = True  # there is no connection yet
        self._guard = threading.Lock()
        version = str(self._call(lambda: self._client.get_server_version(timeout=location.timeout)))
        self.is_lite = "lite" in version.lower()

    def _connect(self) -> None:
        from pymilvus import MilvusClient

        location = self.location
        with self._guard:
            new = MilvusClient(
                uri=f"{'https' if location.tls else 'http'}://{location.host}:{location.port}",
                token=os.environ.get("WENBAO_STORE_TOKEN", ""),
                db_name="" if location.database == "default" else location.database,
                timeout=location.timeout,
                dedicated=True,  # a shared connection that broke stays broken for all
                # Connections of one process to one address wait together, longer after each failure, up to two
                # minutes (gRPC's connection backoff): a server that is back would not be asked.
                grpc_options={"grpc.use_local_subchannel_pool": 1},
            )
            old, self._client = self._client, new
        if old is not None:
            with suppress(Exception):  # it is broken already
                old.close()

    @property
    def chunks(self) -> str:
        return f"{self.location.name}_chunks"

    @property
    def parts(self) -> str:
        return f"{self.location.name}_parts"

    def close(self) -> None:
        if self._client is not None:
            self._client.close()

    # ------------------------------------------------------------ collections

    def exists(self) -> bool:
        """Whether both collections are there."""
        return all(self._has(name) for name in (self.chunks, self.parts))

    def create(self, dimension: int) -> None:
        """Makes the collections that are missing."""
        if not self._has(self.chunks):
            self._create_chunks(dimension)
        if not self._has(self.parts):
            self._create_parts()

    def drop(self) -> None:
        """Deletes both collections and all that is in them."""
        for name in (self.parts, self.chunks):
            self._call(partial(self._drop, name))

    def _drop(self, name: str) -> None:
        self._client.drop_collection(name, timeout=self._timeout)

    def _has(self, name: str) -> bool:
        return bool(self._call(lambda: self._client.has_collection(name, timeout=self._timeout)))

    def _create_chunks(self, dimension: int) -> None:
        from pymilvus import DataType

        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("report_id", DataType.INT64, is_partition_key=True)
        schema.add_field("place", DataType.INT32)
        schema.add_field("passage", DataType.VARCHAR, max_length=64)
        schema.add_field("data", DataType.VARCHAR, max_length=65_535)
        schema.add_field(
            "indicators", DataType.ARRAY, element_type=DataType.VARCHAR, max_capacity=4096, max_length=200
        )
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
        schema.add_field("words", DataType.SPARSE_FLOAT_VECTOR)
        indexes = self._client.prepare_index_params()
        # milvus-lite takes kinds it does not build: there every search is exact anyhow.
        kind = "FLAT" if self.is_lite else self.location.index
        indexes.add_index("vector", index_type=kind, metric_type="IP", params=_build_parameters(kind))
        indexes.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
        indexes.add_index("report_id", index_type="INVERTED")
        indexes.add_index("passage", index_type="INVERTED")
        if not self.is_lite:  # which refuses it
            indexes.add_index("indicators", index_type="INVERTED")
        self._create(self.chunks, schema, indexes, num_partitions=self.location.partitions)

    def _create_parts(self) -> None:
        from pymilvus import DataType

        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("key", DataType.VARCHAR, is_primary=True, max_length=8192)
        schema.add_field("kind", DataType.VARCHAR, max_length=32)
        schema.add_field("owner", DataType.INT64)
        schema.add_field("number", DataType.INT64)
        schema.add_field("data", DataType.VARCHAR, max_length=65_535)
        schema.add_field("nothing", DataType.FLOAT_VECTOR, dim=2)  # no collection goes without a vector
        indexes = self._client.prepare_index_params()
        indexes.add_index("nothing", index_type="FLAT", metric_type="L2")
        indexes.add_index("kind", index_type="INVERTED")
        indexes.add_index("owner", index_type="INVERTED")
        indexes.add_index("number", index_type="INVERTED")
        self._create(self.parts, schema, indexes)

    def _create(self, name: str, schema: Any, indexes: Any, **more: Any) -> None:
        self._call(
            lambda: self._client.create_collection(
                name, schema=schema, index_params=indexes, consistency_level="Strong",
                timeout=self._timeout, **more,
            )
        )  # fmt: skip

    # ------------------------------------------------------------ reading

    def search(self, field: str, vector: Any, k: int, condition: str = "") -> list[tuple[int, int, float]]:
        """(chunk id, report id, inner product) of the `k` nearest rows that meet the condition."""
        found = self._call(
            lambda: self._client.search(
                self.chunks, [vector], anns_field=field, limit=k, filter=condition,
                output_fields=["report_id"], search_params=self._search_parameters(field, k),
                consistency_level=self.location.consistency, timeout=self._timeout,
            )
        )  # fmt: skip
        return [(int(one["id"]), int(one["entity"]["report_id"]), float(one["distance"])) for one in found[0]]

    def by_id(self, ids: Sequence[int], fields: Sequence[str]) -> list[Row]:
        """The chunk rows of these ids that are there, in no order."""
        rows: list[Row] = []
        for start in range(0, len(ids), _TOGETHER):
            wanted = [int(one) for one in ids[start : start + _TOGETHER]]
            rows += self.query(self.chunks, f"id in {wanted}", fields)
        return rows

    def query(self, collection: str, condition: str, fields: Sequence[str]) -> list[Row]:
        """The rows that meet a condition that few meet; see `scan` for many."""
        rows: list[Row] = self._call(
            lambda: list(
                self._client.query(
                    collection, filter=condition, output_fields=list(fields),
                    consistency_level=self.location.consistency, timeout=self._timeout,
                )
            )
        )  # fmt: skip
        return rows

    def scan(self, collection: str, condition: str, fields: Sequence[str]) -> Iterator[list[Row]]:
        """All rows that meet a condition, some at a time."""
        iterator = self._call(
            lambda: self._client.query_iterator(
                collection, filter=condition, output_fields=list(fields), batch_size=_TOGETHER,
                consistency_level=self.location.consistency, timeout=self._timeout,
            )
        )  # fmt: skip
        try:
            while rows := self._call(iterator.next, again=False):
                yield list(rows)
        finally:
            iterator.close()

    def count(self, collection: str, condition: str = "") -> int:
        return int(self.query(collection, condition, ["count(*)"])[0]["count(*)"])

    def _search_parameters(self, field: str, k: int) -> dict[str, Any]:
        wider = {"HNSW": {"ef": max(64, 4 * k)}, "IVF_FLAT": {"nprobe": 64}, "IVF_SQ8": {"nprobe": 64}}
        chosen = wider.get(self.location.index, {}) if field == "vector" and not self.is_lite else {}
        return {"metric_type": "IP", "params": chosen}

    # ------------------------------------------------------------ writing

    def upsert(self, collection: str, rows: Sequence[Row]) -> None:
        """Writes rows, each in place of the one of its key; a call that is repeated changes nothing more."""
        for start in range(0, len(rows), _TOGETHER):
            part = list(rows[start : start + _TOGETHER])
            self._call(partial(self._upsert, collection, part))

    def _upsert(self, collection: str, rows: list[Row]) -> None:
        self._client.upsert(collection, rows, timeout=self._timeout)

    def delete(self, collection: str, condition: str) -> None:
        self._call(lambda: self._client.delete(collection, filter=condition, timeout=self._timeout))

    # ------------------------------------------------------------ bounds and errors

    @property
    def _timeout(self) -> float:
        return self.location.timeout

    def _call(self, action: Callable[[], Result], *, again: bool = True) -> Result:
        """One call, repeated while nobody answers and its time is not over; every call may be repeated."""
        from grpc import RpcError
        from pymilvus.exceptions import MilvusException

        deadline = time.monotonic() + self._timeout
        wait, loaded = 0.1, False
        while True:
            try:
                if self._broken:
                    self._connect()
                    self._broken = False
                return action()
            except (MilvusException, RpcError, ValueError) as error:
                if isinstance(error, ValueError) and "closed channel" not in str(error):
                    raise
                if again and not loaded and _is_unloaded(error):
                    loaded = True
                    self._load()
                    continue
                # pymilvus never recovers a connection whose first attempt to reconnect failed, and spends all the
                # time of a call on it: the next attempt, in this call or a later one, makes another.
                self._broken = self._broken or _is_away(error)
                if not again or not _is_away(error) or time.monotonic() + wait >= deadline:
                    raise self._explained(error) from error
            time.sleep(wait)
            wait = min(2 * wait, 2.0)

    def _load(self) -> None:
        """A server that was started again may wait to be told what to keep ready (milvus-lite does)."""
        from pymilvus.exceptions import MilvusException

        for name in (self.chunks, self.parts):
            with suppress(MilvusException):
                self._client.load_collection(name, timeout=self._timeout)

    def _explained(self, error: Exception) -> StoreError:
        where, message = str(self.location), " ".join(str(error).split())
        short, lower = message[:160], message.lower()
        if any(word in lower for word in ("unauthenticated", "auth check", "permission", "privilege")):
            return StoreError(
                f"The server of {where} refuses the user or password: set WENBAO_STORE_TOKEN to user:password.",
                f"{where} 拒绝了用户名或密码：请将 WENBAO_STORE_TOKEN 设为 用户名:密码。",
            )
        if _is_away(error):
            seconds = f"{self._timeout:g}"
            return StoreError(
                f"The server of {where} did not answer within {seconds} s. What was stored before is kept; see that "
                "it runs and can be reached, then run the command again.",
                f"{where} 的服务器在 {seconds} 秒内没有应答。此前已存入的内容不受影响；请确认服务器已启动且网络可达，"
                "然后重新运行该命令。",
            )
        if any(
            word in lower for word in ("quota", "rate limit", "ratelimit", "no space", "disk", "memory limit")
        ):
            return StoreError(
                f"The server of {where} takes no more for now ({short}). What was stored before is kept; make room "
                "there, then run the command again.",
                f"{where} 的服务器暂不接受写入（{short}）。此前已存入的内容不受影响；请扩容或清理后重新运行该命令。",
            )
        return StoreError(
            f"The server of {where} refuses: {short}. What was stored before is kept.",
            f"{where} 的服务器拒绝了请求：{short}。此前已存入的内容不受影响。",
        )


def _is_away(error: Exception) -> bool:
    message = str(error).lower()
    return any(
        word in message
        for word in ("unavailable", "fail connecting", "timeout", "deadline", "closed channel")
    )


def _is_unloaded(error: Exception) -> bool:
    message = str(error).lower()
    return "released" in message or "not loaded" in message


def _build_parameters(kind: str) -> dict[str, Any]:
    """As the handbook of Milvus advises for tens of millions of rows; measure before trusting them."""
    return {
        "HNSW": {"M": 32, "efConstruction": 200},
        "IVF_FLAT": {"nlist": 4096},
        "IVF_SQ8": {"nlist": 4096},
    }.get(kind, {})


def text_in(values: Sequence[str]) -> str:
    """A list of strings as it stands in a condition, whatever they hold."""
    return json.dumps(list(values), ensure_ascii=False)
