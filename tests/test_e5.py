"""The conversion of the packed embedding model: its arithmetic by hand, its result against the origin's."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from rag import e5
from rag.models import DEFAULT_EMBEDDING, locate, manifest

REFERENCE = Path(__file__).parent / "data" / "e5_reference.json"


def q4_row(scale: float, low: list[int], high: list[int]) -> bytes:
    """One block: 16 bytes whose low halves are weights 0-15 and high halves weights 16-31, each plus 8."""
    packed = bytes(a + 8 | (b + 8) << 4 for a, b in zip(low, high, strict=True))
    return np.float16(scale).tobytes() + packed


def packed_tensors(tensors: dict[str, tuple[int, int, bytes]]) -> bytes:
    """A tensor directory as in the file, followed by the data."""
    sizes = sum(2 + len(name) + 21 for name in tensors)
    offset = 4 + sizes
    head, body = struct.pack("<i", len(tensors)), b""
    for name, (kind, count, data) in tensors.items():
        head += struct.pack("<H", len(name)) + name.encode()
        head += struct.pack("<BIQQ", kind, count, offset + len(body), len(data))
        body += data
    return head + body


def test_four_bit_blocks_are_unpacked_low_halves_first() -> None:
    low, high = list(range(-8, 8)), [7, -8] * 8
    data = packed_tensors(
        {
            "l0.q.w": (e5.QUANTISED, 64, q4_row(0.5, low, high) + q4_row(-0.25, high, low)),
            "l0.q.b": (0, 3, np.array([1.5, -2.0, 0.125], "<f4").tobytes()),
            "emb.ln.w": (0, 2, np.array([1.0, 3.0], "<f4").tobytes()),
            "l0.fo.w": (e5.QUANTISED, 64, q4_row(1.0, low, low) + q4_row(2.0, low, low)),
        }
    )
    tensors = e5._tensors(e5.Cursor(data), hidden=32, inner=64)
    query = tensors["encoder.layer.0.attention.self.query.weight"]
    assert query.shape == (2, 32)
    assert query[0].tolist() == [value * 0.5 for value in low + high]
    assert query[1].tolist() == [value * -0.25 for value in high + low]
    assert tensors["encoder.layer.0.attention.self.query.bias"].tolist() == [1.5, -2.0, 0.125]
    assert tensors["embeddings.LayerNorm.weight"].tolist() == [1.0, 3.0]
    assert tensors["encoder.layer.0.output.dense.weight"].shape == (1, 64)


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("１２３％", "123%"),
        ("㎡", "m2"),
        ("6%～8%", "6%～8%"),
        ("a\u0007b\u200bc", "ab c"),
        ("一  二", "一 二"),
    ],
    ids=["full width", "squared", "tilde kept", "control and zero width", "spaces"],
)
def test_normaliser_is_nfkc_but_for_the_table(text: str, normalised: str) -> None:
    # Every character that NFKC changes, but for the full-width tilde; and a control and an odd space.
    import unicodedata

    table = {chr(c): unicodedata.normalize("NFKC", chr(c)) for c in range(0x10000)}
    table = {c: out for c, out in table.items() if out != c and c != "～"} | {"\u0007": "", "\u200b": " "}
    rows = b"".join(struct.pack(f"<IB{len(o)}I", ord(c), len(o), *map(ord, o)) for c, o in table.items())
    data = struct.pack("<iI", len(table), len(rows)) + rows
    assert e5._normaliser(e5.Cursor(data)).normalize_str(text) == normalised


def test_another_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "model.bin"
    other.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ValueError, match="not a packed multilingual-e5-small"):
        e5.convert(other, tmp_path / "out")


def test_reference_was_made_from_the_file_in_the_manifest() -> None:
    reference = json.loads(REFERENCE.read_text(encoding="utf-8"))
    assert reference["model_sha256"] == manifest()[DEFAULT_EMBEDDING].sha256
    assert len(reference["texts"]) == 20


@pytest.mark.models
def test_vectors_are_those_of_the_origins_engine() -> None:
    """An ordinary sentence-transformers load, nothing of ours, against the engine's stored vectors."""
    from sentence_transformers import SentenceTransformer

    texts = json.loads(REFERENCE.read_text(encoding="utf-8"))["texts"]
    model = SentenceTransformer(str(locate(DEFAULT_EMBEDDING)), device="cpu")
    assert next(model.parameters()).dtype.is_floating_point
    assert str(next(model.parameters()).dtype) == "torch.float32"
    for kind in ("query", "passage"):
        ours = model.encode([t["text"] for t in texts if t["kind"] == kind], prompt_name=kind)
        theirs = np.array([t["vector"] for t in texts if t["kind"] == kind], np.float32)
        cosines = (ours * theirs).sum(axis=1) / np.linalg.norm(theirs, axis=1)
        assert cosines.min() >= 0.9998, dict(zip([t["text"] for t in texts], cosines, strict=False))
