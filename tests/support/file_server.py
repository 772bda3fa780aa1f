"""An HTTP server on the loopback whose answers the test states, good and bad ones."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What a path is answered with: ``length`` is the Content-Length that is claimed (None: the true one).

    ``pause``: seconds between the two halves of the body. ``failures``: so many requests are answered 503 first.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    pause: float = 0.0
    failures: int = 0


@dataclass
class FileServer:
    """A running server: ``url`` ends without a slash, ``requested`` are the paths of all requests."""

    url: str
    answers: dict[str, Answer]
    requested: list[str]


@contextmanager
def file_server(answers: Mapping[str, Answer]) -> Iterator[FileServer]:
    """Serve these answers by path, 404 for any other."""
    known = dict(answers)
    requested: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requested.append(self.path)
            answer = known.get(self.path, Answer(b"no such page", 404))
            if requested.count(self.path) <= answer.failures:
                answer = Answer(status=503)
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(answer.body) if answer.length is None else answer.length))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            half = len(answer.body) // 2
            try:
                self.wfile.write(answer.body[:half])
                time.sleep(answer.pause)
                self.wfile.write(answer.body[half:])
            except OSError:
                pass  # the client has given up

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield FileServer(f"http://127.0.0.1:{server.server_address[1]}", known, requested)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
