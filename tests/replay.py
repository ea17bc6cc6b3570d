"""A server on a loopback port that answers what a test says, with ETags, and remembers what it was asked."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit


@dataclass
class Answer:
    """What to send for one path; `declared` is a Content-Length that lies."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    declared: int | None = None


class Replay:
    """Answers from `answers` (`path?sorted=query`, or path alone, to what is sent), else by `answer(path, query)`."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.answer: Callable[[str, dict[str, str]], bytes | None] = lambda _path, _query: None
        self.asked: list[tuple[str, int]] = []
        replay = self

        class Handler(BaseHTTPRequestHandler):
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                replay.reply(self)

            def log_message(self, *_: object) -> None:
                """Keep the tests' output clean."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def url(self) -> str:
        """Address of the server."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def say(self, path: str, body: bytes, **options: object) -> None:
        """Answer `path` (query sorted) with `body`."""
        self.answers[path] = Answer(body, **options)  # type: ignore[arg-type]

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        """Send what the table says, 304 where the asker has it, 404 where the table is silent."""
        parts = urlsplit(handler.path)
        path = parts.path.lstrip("/")
        query = urlencode(sorted(parse_qsl(parts.query)))
        told = self.answers.get(f"{path}?{query}" if query else path) or self.answers.get(path)
        computed = None if told else self.answer(path, dict(parse_qsl(parts.query)))
        answer = told or (Answer(status=404) if computed is None else Answer(computed))
        etag = f'"{hashlib.sha256(answer.body).hexdigest()}"'
        known = handler.headers.get("If-None-Match") == etag and answer.status == 200
        status, body = (304, b"") if known else (answer.status, answer.body)
        self.asked.append((handler.path, status))
        handler.send_response(status)
        length = answer.declared if answer.declared is not None and not known else len(body)
        for name, value in {"ETag": etag, "Content-Length": str(length), **answer.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    def __enter__(self) -> Replay:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)
