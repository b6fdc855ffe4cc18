"""Listening on an address: bound before anything is loaded, so that a taken port is said at once."""

from __future__ import annotations

import socket

import uvicorn
from fastapi import FastAPI

from index.errors import WenbaoError
from rag.allocator import share_arenas

BACKLOG = 2048  # connections that wait to be accepted
# Longer than people think between two questions: a connection closed just as it is used again fails the question.
KEEP_ALIVE_SECONDS = 75


class PortTakenError(WenbaoError):
    """The address is not to be had."""


def bind(host: str, port: int) -> socket.socket:
    """A bound socket; PortTakenError says what to do when the address is not to be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except (OSError, OverflowError) as error:
        bound.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise PortTakenError(
            f"cannot listen on {host}:{port} ({reason}); stop what uses it or choose another --port.",
            f"无法监听 {host}:{port}（{reason}）；请停止占用它的程序，或用 --port 换一个端口。",
        ) from error
    return bound


def listen(app: FastAPI, host: str, port: int) -> int:
    """Serves until stopped; says on stdout where. SIGTERM lets requests under way finish."""
    share_arenas()
    bound = bind(host, port)
    bound.listen(BACKLOG)  # whoever comes from now on waits for the server, and is not refused
    shown = f"[{host}]" if ":" in host else host
    print(f"Wenbao: http://{shown}:{bound.getsockname()[1]}", flush=True)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=8,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
    )
    server.run(sockets=[bound])
    return 0
