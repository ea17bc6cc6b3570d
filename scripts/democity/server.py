"""The city hall on a loopback port, with the faults that real ones have, on request."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from democity.faults import Fault
from democity.generator import generate
from democity.georeport import PREFIX, Answer, GeoReport

LANDING = """<!doctype html><html lang="fa" dir="rtl"><meta charset="utf-8"><title>شهر نمونه</title>
<h1>شهر نمونه</h1><p>همهٔ داده‌های این شهر ساختگی است. All data of this city is fictional.</p>
<p dir="ltr"><a href="/open311/v2/services.json">services</a> ·
<a href="/open311/v2/requests.json">requests</a></p></html>
"""


class DemoCity:
    """The demonstration city, serving from `with` to its end; `faults` strike pages of requests (see `faults`)."""

    def __init__(self, seed: int = 1404, scale: float = 1.0, port: int = 0) -> None:
        city = generate(seed, scale)
        self.planted = city.planted
        self.faults: list[Fault] = []
        self._report = GeoReport(city)
        hall = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else 40 ms each: headers and body go apart

            def do_GET(self) -> None:
                hall.reply(self)

            do_HEAD = do_GET  # noqa: N815 the name that http.server looks for

            def log_message(self, *_: object) -> None:
                """The harvester keeps its own log of attempts."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)

    @property
    def url(self) -> str:
        """Address without a slash at its end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        """Send one answer, or the fault that strikes it."""
        parts = urlsplit(handler.path)
        if not parts.path.startswith(PREFIX):
            found = parts.path == "/"
            _send(handler, Answer(200 if found else 404, "text/html", LANDING.encode()), {})
            return
        query = dict(parse_qsl(parts.query))
        answer = self._report.answer(parts.path, query)
        fault = next(self._striking(parts.path, query), None) if self.faults else None
        if fault:
            fault.send(handler, answer.body)
        else:
            _send(handler, answer, answer.headers)

    def _striking(self, path: str, query: dict[str, str]) -> Iterator[Fault]:
        if path.startswith(PREFIX + "requests."):
            page, pages = int(query.get("page", "1")), self._report.page_count(query)
            yield from (fault for fault in self.faults if fault.strikes(page, pages))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


def _send(handler: BaseHTTPRequestHandler, answer: Answer, headers: dict[str, str]) -> None:
    asked, modified = handler.headers.get("If-None-Match"), handler.headers.get("If-Modified-Since")
    same = asked == headers.get("ETag") if asked else modified is not None and modified == headers.get("Last-Modified")
    status, body = (304, b"") if same and answer.status == 200 else (answer.status, answer.body)
    handler.send_response(status)
    for name, value in {"Content-Type": f"{answer.media_type}; charset=utf-8", **headers}.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(body)
