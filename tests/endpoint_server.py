"""A small real HTTP server on loopback that replays given answers and records what it was asked."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Reply:
    """What to send: a status with JSON, or events with a pause before each.

    `cut` ends before the length that was declared, `done=False` without the mark that the answer is whole.
    """

    def __init__(
        self,
        body: Any = None,
        *,
        status: int = 200,
        events: list[Any] | None = None,
        pause: float = 0.0,
        cut: bool = False,
        done: bool = True,
    ) -> None:
        self.body, self.status, self.events, self.pause, self.cut = body, status, events, pause, cut
        self.done = done and not cut


class EndpointServer:
    """Answers POSTs from the queue `replies` and GET …/models from `models`."""

    def __init__(self) -> None:
        self.replies: deque[Reply] = deque()
        self.models: list[str] | None = ["small-model"]
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.left_early = threading.Event()  # a client hung up before the end of its answer
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *arguments: Any) -> None:
                pass

            def send(self, status: int, body: bytes, kind: str = "application/json") -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self) -> None:
                if outer.models is None or not self.path.endswith("/v1/models"):
                    self.send(404, b"<html>nothing here</html>", "text/html")
                else:
                    self.send(200, json.dumps({"data": [{"id": name} for name in outer.models]}).encode())

            def do_POST(self) -> None:
                outer.keys.append(self.headers.get("Authorization"))
                request = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.append(json.loads(request))
                reply = outer.replies.popleft()
                try:
                    self.replay(reply)
                except (BrokenPipeError, ConnectionResetError):
                    outer.left_early.set()

            def replay(self, reply: Reply) -> None:
                if reply.events is None:
                    time.sleep(reply.pause)
                    self.send(reply.status, json.dumps(reply.body).encode())
                    return
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                if reply.cut:
                    self.send_header("Content-Length", "1000000")
                self.end_headers()
                for event in [*reply.events, *(["data: [DONE]"] if reply.done else [])]:
                    time.sleep(reply.pause)
                    text = event if isinstance(event, str) else f"data: {json.dumps(event)}"
                    self.wfile.write(f"{text}\n\n".encode())
                    self.wfile.flush()

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def piece(text: str | None) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": text}}]}


def usage(prompt: int, completion: int, cached: int | None = None) -> dict[str, Any]:
    counts: dict[str, Any] = {"prompt_tokens": prompt, "completion_tokens": completion}
    if cached is not None:
        counts["prompt_tokens_details"] = {"cached_tokens": cached}
    return {"choices": [], "usage": counts}
