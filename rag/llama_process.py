"""The process of the built-in language model: llama.cpp's server on loopback, until its parent ends.

Started by `rag.embedded`: reads one JSON line of options, writes one with `address` or with `error`, and lives until
its standard input is closed. On its own because loading the model stops every other thread of a Python process for
seconds, because its threads should yield to searches, and because its end must not be the server's.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from typing import Any

# Searches and figures are answered while the model writes: where both want a processor, they go first. Three
# times its share, not more, so that a busy machine still lets the model write.
NICENESS = 5
# Prompts seen before are kept in memory up to this; a token of the default model takes 28 KB.
PROMPT_CACHE_MIB = 256


def launch(options: dict[str, Any]) -> Any:
    """The running server. Raises ImportError, RuntimeError."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = options["path"]
    parameters.model_alias = {options["name"]}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0  # a free one
    parameters.api_keys = [options["key"]]
    parameters.endpoint_slots = False
    parameters.ui = False
    parameters.n_ctx = options["context"] * options["slots"]  # divided among the slots
    parameters.n_parallel = options["slots"]
    parameters.cache_ram_mib = PROMPT_CACHE_MIB
    parameters.n_threads_http = 4
    parameters.cpuparams.n_threads = options["threads"]
    parameters.sampling.temp = 0.0
    parameters.sampling.seed = options["seed"]
    parameters.warmup = False  # the first prompt warms it as well
    parameters.verbosity = 0
    return xllamacpp.Server(parameters)


def main() -> int:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints is no answer
    options = json.loads(sys.stdin.readline())
    os.nice(NICENESS)
    try:
        server = launch(options)
    except (ImportError, RuntimeError) as error:
        kind = "missing" if isinstance(error, ImportError) else "broken"
        print(json.dumps({"error": str(error), "kind": kind}), file=answers, flush=True)
        return 1
    with suppress(OSError):  # nobody waits for it any more
        print(json.dumps({"address": server.listening_address}), file=answers, flush=True)
        sys.stdin.read()
    os._exit(0)  # the server's own end waits for the answer under way


if __name__ == "__main__":
    sys.exit(main())
