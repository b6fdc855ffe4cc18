"""An OpenAI-compatible endpoint in a process of its own, to be killed: `python slow_endpoint.py SECONDS [PORT]`.

Writes 罗明川 over that many seconds, whatever it is asked; says on stdout where it listens, then `asked` at each
streamed question, and `left` when its client hangs up before the end.
"""

from __future__ import annotations

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECONDS = float(sys.argv[1])
TEXT = "罗明川"
PIECES = 30


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.reply({"data": [{"id": "slow-model"}]})

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if request.get("stream"):
            print("asked", flush=True)
            try:
                self.stream()
            except (BrokenPipeError, ConnectionResetError):
                print("left", flush=True)
        else:
            likely = [{"token": "是", "logprob": -0.01}, {"token": "否", "logprob": -6.0}]
            logprobs = {"content": [{**likely[0], "top_logprobs": likely}]}
            self.reply({"choices": [{"message": {"content": "是"}, "logprobs": logprobs}]})

    def reply(self, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for number in range(PIECES):
            time.sleep(SECONDS / PIECES)
            said = TEXT[number] if number < len(TEXT) else ""
            event = {"choices": [{"index": 0, "delta": {"content": said}}]}
            self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
            self.wfile.flush()
        self.wfile.write(b"data: [DONE]\n\n")


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2]) if len(sys.argv) > 2 else 0), Handler)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()
