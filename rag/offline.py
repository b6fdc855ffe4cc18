"""The switches that keep libraries from looking up outside hosts, set before any of them is imported."""

from __future__ import annotations

import os

SWITCHES = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_RUN_HISTORY": "False",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
    "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1",
    "TQDM_DISABLE": "1",
}


def go_offline(*, hub: bool = False) -> None:
    """Set every switch that the user has not set; `hub=True` leaves the model hub reachable (a fetch)."""
    for name, value in SWITCHES.items():
        if not (hub and name == "HF_HUB_OFFLINE"):
            os.environ.setdefault(name, value)
