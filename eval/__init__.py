"""How far to trust the answers: gold questions, independent metrics, runs and their comparison.

    from eval import load_gold, score
    python -m eval check | run | compare | table | all | gate | new | score | rgb | retrieval

`eval` uses only the public interface of `rag` and the readers of `index`; `rag` never imports `eval`.
"""

from eval.dataset import GoldError, GoldItem, load_gold
from eval.scoring import Score, score, summarise

__all__ = ["GoldError", "GoldItem", "Score", "load_gold", "score", "summarise"]
