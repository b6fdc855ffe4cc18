"""The web page: ask, check the source, compare, look after the reports. A view; logic is in `rag`.

`python app.py [--index DIR] [--host] [--port]` serves it with the HTTP API on 127.0.0.1:7860, and starts
without an index too: reports can then be added on the page.
"""

from __future__ import annotations

import argparse
import sys

from rag.offline import go_offline

go_offline()  # before gradio is imported: it reads its switches then

from index.errors import WenbaoError  # noqa: E402
from page.layout import create_page_app  # noqa: E402
from rag.server import Service, listen, refuse_open_door  # noqa: E402
from rag.settings import load_configuration  # noqa: E402
from rag.telemetry import start_logging  # noqa: E402
from rag.terminal import complain  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description="The Wenbao page with its HTTP API.")
    parser.add_argument("--index", metavar="DIR", help="else WENBAO_INDEX, else data/index")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=7860)
    options = parser.parse_args()
    try:
        configuration = load_configuration(index=options.index)
        refuse_open_door(options.host, configuration)
        start_logging(tracing=configuration.trace == "log")
        service = Service(configuration.index, configuration)
        return listen(create_page_app(service, options.host, warm=True), options.host, options.port)
    except WenbaoError as error:
        complain(str(error))
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
