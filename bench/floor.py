"""How near an answer of the model stage comes to what its tokens cost at least on this machine.

    python bench/floor.py INDEX GOLD… [--answers 12]

Reading and writing speed are measured on the model that answers, the median of three prompts that share no beginning,
before the questions and after them. The questions of the gold files are asked in order; those that code answers or
refuses alone cost no token and are passed over. The floor of an answer is its new prompt tokens over the reading speed
and its written tokens over the writing speed; the ratio is its seconds over that.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.common import commit, machine

if TYPE_CHECKING:
    from rag.llm import ChatModel

READ, WRITTEN = 400, 60  # tokens, about those of an answer
# Text that no answer has a use for, and that begins otherwise each time, so that no cache knows it.
SENTENCE = "第{}个样本：云川市全年完成各项指标{}件，比上年增长{}%，占全省的比重提高{}个百分点。"


def speeds(model: ChatModel, turn: int) -> tuple[float, float]:
    """Prompt tokens read and tokens written in a second."""
    reading: list[float] = []
    writing: list[float] = []
    for number in range(3):
        seed = 1000 * turn + 100 * number
        text = "".join(SENTENCE.format(seed + n, 7 * n + seed, n % 19, n % 7) for n in range(READ // 40))
        began = time.perf_counter()
        done = model.complete([{"role": "user", "content": f"{text}\n\n逐字重复上文："}], max_tokens=WRITTEN)
        whole = time.perf_counter() - began
        reading.append(done.new_prompt_tokens / (done.first_token_ms / 1000))
        if done.completion_tokens > 1:
            writing.append((done.completion_tokens - 1) / (whole - done.first_token_ms / 1000))
    return statistics.median(reading), statistics.median(writing)


def main() -> int:
    """Ask, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("index", type=Path)
    parser.add_argument("gold", type=Path, nargs="+")
    parser.add_argument("--answers", type=int, default=12, help="of the model stage, to measure")
    options = parser.parse_args()
    from eval.dataset import load_gold
    from rag.qa import ReportQA

    qa = ReportQA.open(options.index)
    model = qa.model
    try:
        before = speeds(model, 1)
        costs: list[tuple[float, int, int]] = []
        asked = 0
        for item in (item for file in options.gold for item in load_gold(file) if not item.history):
            began = time.perf_counter()
            answer = qa.ask(item.question)
            seconds = time.perf_counter() - began
            asked += 1
            if answer.usage.completion_tokens:
                new = answer.usage.prompt_tokens - answer.usage.cached_tokens
                costs.append((seconds, new, answer.usage.completion_tokens))
                print(
                    f"{item.id}: {seconds:.1f} s, {new} new prompt tokens, {costs[-1][2]} written",
                    file=sys.stderr,
                )
            if len(costs) == options.answers:
                break
        after = speeds(model, 2)
    finally:
        qa.close()
    if not costs:
        sys.exit(f"floor: none of {asked} questions asked the language model")
    reading, writing = (statistics.fmean(pair) for pair in zip(before, after, strict=True))
    ratios = [seconds / (new / reading + written / writing) for seconds, new, written in costs]
    result = {
        "questions": asked, "by_the_model": len(costs),
        "reading_tokens_per_second": [round(before[0], 1), round(after[0], 1)],
        "writing_tokens_per_second": [round(before[1], 1), round(after[1], 1)],
        "new_prompt_tokens_mean": statistics.fmean(new for _, new, _ in costs),
        "new_prompt_tokens_mean_of_all_questions": sum(new for _, new, _ in costs) / asked,
        "written_tokens_mean": statistics.fmean(written for *_, written in costs),
        "seconds_median": statistics.median(seconds for seconds, *_ in costs),
        "ratio_to_the_floor_median": statistics.median(ratios),
        "commit": commit(), "machine": machine(),
    }  # fmt: skip
    print(json.dumps(result, indent=1, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
