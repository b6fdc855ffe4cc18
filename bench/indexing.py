"""Files to a queryable index, Wenbao beside stock LlamaIndex; and the embedding stage beside the bare encoder.

    python bench/indexing.py [--reports DIR] [--files 8] [--rounds 2]

Both get the same text files and the same embedding model, each in a process of its own, by turns, with every core.
The clock runs from the first file read to the first hit of a search; importing libraries and loading the model are
not counted (they are shown). Stock is what its guide says: SimpleDirectoryReader, VectorStoreIndex.from_documents,
with the prefixes of the model's card. It embeds nodes of up to 1,024 tokens with a model that reads 512; the share of
the source characters that no vector has seen is counted with the model's own tokenizer. Wenbao embeds every character
and reads figures, regions and periods as well.

Encoder utilisation: characters a second of the indexing's embedding stage (what it knows already, hashes, prefixes,
order and all) over those of the bare encoder given the same passages at once. Files default to government work
reports under ../shared/corpora/gwr, else to examples/reports' text files.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.common import BENCHMARKS, OUT, ROOT, save

QUESTION = "粮食产量是多少？"


def reports(folder: Path | None, number: int) -> list[Path]:
    """Text files, evenly from the folder."""
    shared = BENCHMARKS.parent / "corpora" / "gwr"
    chosen = folder or (shared if shared.is_dir() else ROOT / "examples" / "reports")
    files = sorted(chosen.glob("*.txt"))
    step = len(files) / min(number, len(files) or 1)
    return [files[int(place * step)] for place in range(min(number, len(files)))]


# ---------------------------------------------------------------- the two pipelines, each in its process


def ours(files: list[Path]) -> dict[str, Any]:
    """Seconds from files to the first hit, with the product."""
    began = time.perf_counter()
    from index.build import build_index
    from index.embed import load_embedder
    from index.store import ReportIndex
    from rag.models import embedding_path

    embedder = load_embedder(embedding_path())
    embedder.embed_queries([QUESTION])
    loaded = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        summary = build_index(files, Path(folder), embedder)
        with ReportIndex.open(folder, embedder) as index:
            assert index.search_dense(embedder.embed_queries([QUESTION])[0], 2)
            assert index.search_lexical(QUESTION, 2)
        done = time.perf_counter()
    assert not summary.failed, summary.failed
    return {"load_seconds": loaded - began, "seconds": done - loaded, "vectors": summary.chunks}


def stock(files: list[Path]) -> dict[str, Any]:
    """The same with stock LlamaIndex, and what its truncation leaves out."""
    began = time.perf_counter()
    from llama_index.core import SimpleDirectoryReader, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.core.schema import MetadataMode
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding  # type: ignore[import-untyped]

    from rag.models import embedding_path

    model = HuggingFaceEmbedding(
        model_name=embedding_path(), query_instruction="query: ", text_instruction="passage: "
    )
    model.get_query_embedding(QUESTION)
    loaded = time.perf_counter()
    documents = SimpleDirectoryReader(input_files=[str(file) for file in files]).load_data()
    index = VectorStoreIndex.from_documents(documents, embed_model=model)
    assert index.as_retriever().retrieve(QUESTION)
    done = time.perf_counter()
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(embedding_path()) / "tokenizer.json"))
    tokenizer.no_truncation()
    lost = whole = 0
    nodes = SentenceSplitter().get_nodes_from_documents(documents)
    for node in nodes:
        body, text = node.get_content(MetadataMode.NONE), node.get_content(MetadataMode.EMBED)
        before = len("passage: ") + text.rindex(body)
        encoded = tokenizer.encode(f"passage: {text}")
        seen = encoded.offsets[510][1] if len(encoded.ids) > 512 else before + len(body)
        lost += len(body) - max(0, min(len(body), seen - before))
        whole += len(body)
    return {
        "load_seconds": loaded - began, "seconds": done - loaded, "vectors": len(nodes), "lost_share": lost / whole,
    }  # fmt: skip


def encoder(files: list[Path], rounds: int) -> dict[str, Any]:
    """Characters a second of the embedding stage and of the bare encoder on the same passages."""
    from index.build import Build
    from index.embed import load_embedder
    from index.limits import Limits
    from index.openvino_encoder import OpenVINOEncoder, best_precision
    from index.prepare import Source, prepare
    from index.records import passage
    from index.store import ReportIndex
    from rag.models import embedding_path

    chunks = [
        chunk
        for file in files
        for chunk in prepare(Source(str(file), file.name, str(file), _sha256(file), {}), Limits()).chunks
    ]
    texts = list(dict.fromkeys(passage(chunk) for chunk in chunks))
    embedder = load_embedder(embedding_path())
    raw = embedder.model
    assert isinstance(raw, OpenVINOEncoder), "the bare encoder is OpenVINO's"
    prefixed = [embedder.passage_prefix + text for text in texts]
    assert all(len(embedder.windows(text, embedder.passage_prefix)) == 1 for text in texts), (
        "longer than the model reads"
    )
    raw.encode(prefixed[:64])
    times: dict[str, list[float]] = {"stage": [], "raw": []}
    for _ in range(rounds):
        began = time.perf_counter()
        raw.encode(prefixed)
        times["raw"].append(time.perf_counter() - began)
        with tempfile.TemporaryDirectory() as folder, ReportIndex.create(folder, embedder) as index:
            build = Build(index, embedder, {}, lambda *_: None, Limits())
            began = time.perf_counter()
            for start in range(0, len(chunks), 512):
                build._vectors(chunks[start : start + 512], 1)
            times["stage"].append(time.perf_counter() - began)
    result: dict[str, Any] = {
        "passages": len(texts),
        "characters": sum(map(len, texts)),
        "precision": raw.precision,
    }
    for name, seconds in times.items():
        result[f"{name}_characters_per_second"] = result["characters"] / statistics.median(seconds)
        result[f"{name}_passages_per_second"] = len(texts) / statistics.median(seconds)
    result["utilisation"] = statistics.median(
        r / s for r, s in zip(times["raw"], times["stage"], strict=True)
    )
    result["bf16_supported"] = best_precision() == "bf16"
    plain = OpenVINOEncoder(embedder.directory, precision="f32")
    some = prefixed[:: max(1, len(prefixed) // 200)]
    plain.encode(some[:32])
    for name, model in (("f32", plain), (raw.precision, raw)):
        began = time.perf_counter()
        model.encode(some)
        result[f"raw_{name}_passages_per_second_on_a_sample"] = len(some) / (time.perf_counter() - began)
    time.sleep(1)  # OpenVINO ends the process if a model goes while its last callback is still returning
    return result


def _sha256(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()


# ---------------------------------------------------------------- the race


def child(what: str, files: list[Path], rounds: int) -> dict[str, Any]:
    """What one process measured."""
    command = [sys.executable, __file__, "--child", what, "--rounds", str(rounds), *map(str, files)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(
        what,
        json.dumps({k: round(v, 3) if isinstance(v, float) else v for k, v in result.items()}),
        flush=True,
    )
    return result


def main() -> int:
    """Measure by turns, print, keep."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reports", type=Path, help="folder of text files")
    parser.add_argument("--files", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--child", choices=["ours", "stock", "encoder"], help=argparse.SUPPRESS)
    parser.add_argument("paths", nargs="*", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        if options.child == "encoder":
            print(json.dumps(encoder(options.paths, options.rounds)))
        else:
            print(json.dumps((ours if options.child == "ours" else stock)(options.paths)))
        return 0
    files = reports(options.reports, options.files)
    characters = sum(len(file.read_text(encoding="utf-8")) for file in files)
    print(f"bench: {len(files)} files, {characters:,} characters", flush=True)
    runs: dict[str, list[dict[str, Any]]] = {"stock": [], "ours": []}
    for _ in range(options.rounds):
        for name in runs:
            runs[name].append(child(name, files, 1))
    encoded = child("encoder", files, options.rounds + 1)
    speed = {name: characters / statistics.median(run["seconds"] for run in of) for name, of in runs.items()}
    values = {
        "indexing_speedup_vs_stock": round(speed["ours"] / speed["stock"], 2),
        "encoder_utilisation": round(encoded["utilisation"], 3),
    }
    details = {
        "files": len(files),
        "characters": characters,
        "characters_per_second": speed,
        "runs": runs,
        "encoder": encoded,
    }
    save("indexing", details, values)
    return 0


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    raise SystemExit(main())
