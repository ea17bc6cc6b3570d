"""The city hall on a loopback port, with the faults that real ones have, on request."""

from __future__ import annotations

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from democity.answer import Answer
from democity.apis import Apis
from democity.eservices import Eservices
from democity.faults import WIRE, Fault
from democity.generator import generate
from democity.georeport import PREFIX, GeoReport
from democity.histories import told
from democity.offices import generate_offices
from democity.opinions import Opinions
from democity.process_logs import ProcessLogs
from democity.protocols import Protocols
from democity.registry import generate_cards
from democity.registry_book import PATH as REGISTRY
from democity.registry_book import answer as registry

LANDING = """<!doctype html><html lang="fa" dir="rtl"><meta charset="utf-8"><title>شهر نمونه</title>
<h1>شهر نمونه</h1><p>همهٔ داده‌های این شهر ساختگی است. All data of this city is fictional.</p>
<p dir="ltr"><a href="/open311/v2/services.json">services</a> · <a href="/open311/v2/requests.json">requests</a> ·
<a href="/open311/v2/status_changes.json">status changes</a> ·
<a href="/ocds/releases.json">OCDS</a> · <a href="/logs/permits.xes.gz">XES</a> ·
<a href="/logs/permits.csv">event log</a> · <a href="/logs/business_licences.csv">licences</a> ·
<a href="/logs/contract_payments.csv">payments</a> · <a href="/logs/processes.json">processes</a> ·
<a href="/ckan/api/3/action/package_search">CKAN</a> · <a href="/resource/feedback.json">Socrata</a> ·
<a href="/files/projects.xlsx">XLSX</a> · <a href="/files/budget.xlsx">budget</a> ·
<a href="/files/projects.csv">CSV</a> · <a href="/registry/projects.xlsx">registry of projects</a> ·
<a href="/files/feedback.jsonl">JSON lines</a> ·
<a href="/apis/catalogue.json">APIs</a> · <a href="/feedback/feedback.jsonl">all feedback</a></p></html>
"""


class DemoCity:
    """The demonstration city, serving from `with` to its end; `faults` strike pages of requests (see `faults`)."""

    def __init__(self, seed: int = 1404, scale: float = 1.0, port: int = 0) -> None:
        city = told(generate(seed, scale), seed)
        self.planted = city.city.planted
        self.faults: list[Fault] = []
        self._report = GeoReport(city.city, city.changes)
        self._protocols = Protocols(generate_offices(seed, scale), ProcessLogs(seed, scale))
        self._registry = registry(generate_cards(seed, scale))
        self._eservices, self._apis = Eservices(seed, scale), Apis(seed, scale)
        self._opinions = Opinions(seed, scale)
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
        self._server.handle_error = self._complain  # type: ignore[method-assign, assignment]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)

    @property
    def url(self) -> str:
        """Address without a slash at its end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        """Send one answer, or the fault that strikes it."""
        parts = urlsplit(handler.path)
        answer = self._answer(parts.path, dict(parse_qsl(parts.query)))
        is_requests = parts.path.startswith(PREFIX)  # faults of data know the shape of these answers alone
        able = (fault for fault in self.faults if answer.pages and (is_requests or fault.name in WIRE))
        fault = next((fault for fault in able if fault.strikes(answer.page, answer.pages)), None)
        if fault:
            fault.send(handler, answer.body)
        else:
            _send(handler, answer, answer.headers if answer.media_type != "text/html" else {})

    def _complain(self, request: Any, address: Any) -> None:
        """Print what went wrong, unless it is only that the asker hung up."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            ThreadingHTTPServer.handle_error(self._server, request, address)

    def _answer(self, path: str, query: dict[str, str]) -> Answer:
        if path.startswith(PREFIX):
            return self._report.answer(path, query)
        if path == REGISTRY:
            return self._registry
        found = self._eservices.answer(path, query) or self._apis.answer(path) or self._opinions.answer(path)
        found = found or self._protocols.answer(path, query)
        return found or Answer(200 if path == "/" else 404, "text/html", LANDING.encode())

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
