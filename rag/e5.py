"""Turns the packed 4-bit file of multilingual-e5-small into an ordinary sentence-transformers directory.

The file (`e5-small-q4.bin`; its layout is documented in the C source that travels with it) holds,
little-endian: magic `E5S1`, a version, dimensions, the unigram vocabulary with scores, a normaliser table,
and a directory of tensors, each fp32 or Q4_0 (blocks of one fp16 scale and 32 nibbles, low halves first).

Matrices are stored as fp16: a Q4_0 weight is a 4-bit integer times an fp16 scale, so fp16 keeps it to one
rounding and halves the directory (241 MB). The config asks for float32, so every loader computes in that.
The settings that the directory also needs are the published model's own, kept in `e5.json`.
"""

from __future__ import annotations

import json
import struct
import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

Array = np.ndarray[Any, np.dtype[Any]]

Q4_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
QUANTISED = 1  # type of a tensor in the directory; 0 is fp32
PRIVATE_USE = 0xE000  # characters that NFKC must not touch hide here meanwhile
SETTINGS = Path(__file__).with_suffix(".json")

# The file's tensor names → BERT's.
TABLES = {"word": "word_embeddings", "pos": "position_embeddings", "type": "token_type_embeddings"}
EMBEDDINGS = TABLES | {"ln": "LayerNorm"}
ATTENTION = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value"}
AFTER = {"ao": "attention.output.dense", "aln": "attention.output.LayerNorm", "fi": "intermediate.dense"}
LAYER = ATTENTION | AFTER | {"fo": "output.dense", "oln": "output.LayerNorm"}


class Cursor:
    """Reads packed little-endian values one after another."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def values(self, layout: str) -> tuple[Any, ...]:
        return struct.unpack("<" + layout, self.raw(struct.calcsize("<" + layout)))

    def raw(self, count: int) -> bytes:
        self.position += count
        return self.data[self.position - count : self.position]


def convert(source: Path, directory: Path) -> None:
    """Write the model in `source` as a sentence-transformers directory; ValueError if it is another file."""
    settings = json.loads(SETTINGS.read_text(encoding="utf-8"))
    config = settings["config.json"]
    names = ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "vocab_size")
    expected = tuple(config[name] for name in (*names, "max_position_embeddings", "type_vocab_size"))
    cursor = Cursor(source.read_bytes())
    if cursor.raw(4) != b"E5S1" or cursor.values("I7i")[1:] != expected:
        raise ValueError(f"{source} is not a packed multilingual-e5-small")
    cursor.values("fi")  # epsilon of the norms (1e-12) and size of a block (32)
    for name, content in settings.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    _tokenizer(cursor).save(str(directory / "tokenizer.json"))
    tensors = _tensors(cursor, config["hidden_size"], config["intermediate_size"])
    (directory / "model.safetensors").write_bytes(save(tensors, metadata={"format": "pt"}))


def _tokenizer(cursor: Cursor) -> Tokenizer:
    """XLM-RoBERTa's unigram tokenizer: pieces, scores and normaliser out of the file."""
    count, begin, end, padding, unknown = cursor.values("5i")
    (blob_size,) = cursor.values("Q")
    offsets, scores, blob = cursor.values(f"{count + 1}I"), cursor.values(f"{count}f"), cursor.raw(blob_size)
    pieces = [blob[a:b].decode("utf-8") for a, b in pairwise(offsets)]
    tokenizer = Tokenizer(models.Unigram(list(zip(pieces, scores, strict=True)), unk_id=unknown))
    tokenizer.normalizer = _normaliser(cursor)
    spaces = [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace("▁", prepend_scheme="always")]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(spaces)
    tokenizer.decoder = decoders.Metaspace("▁", prepend_scheme="always")
    marks = [AddedToken(pieces[index], special=True) for index in sorted((begin, padding, end, unknown))]
    tokenizer.add_special_tokens([*marks, AddedToken("<mask>", lstrip=True, special=True)])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", begin), ("</s>", end)]
    )
    return tokenizer


def _normaliser(cursor: Cursor) -> normalizers.Normalizer:
    """NFKC, except where the file's table differs: controls go, odd spaces become " ", ～ is kept."""
    count, _size = cursor.values("iI")
    table: dict[str, str] = {}
    for _ in range(count):
        character, length = cursor.values("IB")
        table[chr(character)] = "".join(map(chr, cursor.values(f"{length}I")))
    nfkc = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0x10000)}
    removed = "".join(c for c, out in table.items() if out == "" != nfkc.get(c))
    spaces = "".join(c for c, out in table.items() if out == " " != nfkc.get(c))
    kept = [c for c, out in nfkc.items() if out != c and c not in table]
    hidden = [chr(PRIVATE_USE + position) for position in range(len(kept))]
    return normalizers.Sequence(
        [
            normalizers.Replace(Regex(_character_class(removed)), ""),
            normalizers.Replace(Regex(_character_class(spaces)), " "),
            *(normalizers.Replace(a, b) for a, b in zip(kept, hidden, strict=True)),
            normalizers.NFKC(),
            *(normalizers.Replace(b, a) for a, b in zip(kept, hidden, strict=True)),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )


def _character_class(characters: str) -> str:
    return "[" + "".join(f"\\x{{{ord(character):x}}}" for character in characters) + "]"


def _tensors(cursor: Cursor, hidden: int, inner: int) -> dict[str, Array]:
    """The weights under BERT's names: matrices fp16 (see above), biases and norms fp32."""
    tensors: dict[str, Array] = {}
    (count,) = cursor.values("i")
    for _ in range(count):
        (length,) = cursor.values("H")
        part, name, *suffix = cursor.raw(length).decode("ascii").split(".")
        kind, size, offset, _bytes = cursor.values("BIQQ")
        if kind == QUANTISED:
            blocks = np.frombuffer(cursor.data, Q4_BLOCK, size // 32, offset)
            nibbles = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1)
            weights: Array = (nibbles.view(np.int8) - np.int8(8)).astype(np.float16) * blocks["scale"][
                :, None
            ]
        else:
            weights = np.frombuffer(cursor.data, "<f4", size, offset)
        ending = "bias" if suffix == ["b"] else "weight"
        place = (
            f"encoder.layer.{part[1:]}.{LAYER[name]}" if part != "emb" else f"embeddings.{EMBEDDINGS[name]}"
        )
        columns = inner if name == "fo" else hidden
        matrix = ending == "weight" and name not in ("ln", "aln", "oln")
        tensors[f"{place}.{ending}"] = weights.reshape(-1, columns) if matrix else weights
    # BertModel expects a pooler, which mean pooling never reads: zeros rather than a warning at each start.
    tensors["pooler.dense.weight"] = np.zeros((hidden, hidden), np.float16)
    tensors["pooler.dense.bias"] = np.zeros(hidden, np.float32)
    return tensors
