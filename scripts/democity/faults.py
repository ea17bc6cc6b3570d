"""Faults: what real city servers do wrong, on request, so that anyone can see a harvest survive it.

`NAME@first`, `NAME@middle` or `NAME@last` names a page of `requests`; `NAME@last*2` lets only the first two askings of
it suffer. Faults act on the wire (cut bodies, lying lengths, bombs), on the protocol (statuses, redirects), or on the
data itself, where nothing on the wire shows them.
"""

from __future__ import annotations

import gzip
import json
import re
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler
from typing import Any

Handler = BaseHTTPRequestHandler
Send = Callable[[Handler, bytes], None]
Alter = Callable[[list[Any]], Any]

LOGIN = "<!doctype html><html lang='fa'><title>ورود</title><form>نام کاربری <input></form></html>".encode()
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
OK = b"HTTP/1.1 200 OK\r\n"
JSON = ("Content-Type", "application/json; charset=utf-8")
PLACES = ("first", "middle", "last")
DRIP_SECONDS = 0.05


@dataclass
class Fault:
    """One fault at one place; `times` askings of it suffer, all where None."""

    name: str
    place: str
    times: int | None = None
    suffered: int = field(default=0, init=False)

    @classmethod
    def of(cls, text: str) -> Fault:
        """From `NAME@PLACE` or `NAME@PLACE*TIMES`; ValueError names what there is."""
        found = re.fullmatch(r"([a-z0-9_]+)@(first|middle|last)(?:\*(\d+))?", text)
        if not found or found.group(1) not in FAULTS:
            raise ValueError(f"no fault {text!r}; NAME@{'|'.join(PLACES)}[*TIMES], NAME one of {', '.join(FAULTS)}")
        return cls(found.group(1), found.group(2), int(found.group(3)) if found.group(3) else None)

    def strikes(self, page: int, pages: int) -> bool:
        """Whether this asking of `page` out of `pages` suffers; counts those that do."""
        at = {"first": 1, "middle": (pages + 1) // 2, "last": pages}[self.place]
        if page != at or (self.times is not None and self.suffered >= self.times):
            return False
        self.suffered += 1
        return True

    def send(self, handler: Handler, body: bytes) -> None:
        """Answer `body` in the fault's way."""
        handler.close_connection = True
        try:
            FAULTS[self.name](handler, body)
        except OSError:
            return  # the asker hung up first, as it should


def _answer(handler: Handler, body: bytes, *headers: tuple[str, str], status: int = 200, length: bool = True) -> None:
    handler.send_response(status)
    for name, value in (JSON, ("Connection", "close"), *headers):
        handler.send_header(name, value)
    if length and not any(name == "Content-Length" for name, _ in headers):
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def _status(handler: Handler, _: bytes, status: int, *headers: tuple[str, str]) -> None:
    _answer(handler, b'[{"code": %d, "description": "no"}]' % status, *headers, status=status)


def _body(handler: Handler, _: bytes, other: bytes, *headers: tuple[str, str]) -> None:
    _answer(handler, other, *headers)


def _redirect(handler: Handler, _: bytes, location: str) -> None:
    port = handler.connection.getsockname()[1]
    _answer(handler, b"", ("Location", location.format(port=port)), status=302)


def _redirect_round(handler: Handler, _: bytes) -> None:
    _answer(handler, b"", ("Location", handler.path), status=302)


def _chunked(handler: Handler, body: bytes, end: bytes) -> None:
    _answer(handler, b"", ("Transfer-Encoding", "chunked"), length=False)
    handler.wfile.write(b"%x\r\n%s\r\n" % (len(body) // 2, body[: len(body) // 2]) + end)


def _packed(handler: Handler, body: bytes, alter: Callable[[bytes], bytes], coding: str = "gzip") -> None:
    _answer(handler, alter(gzip.compress(body, mtime=0)), ("Content-Encoding", coding))


def _bomb(handler: Handler, _: bytes) -> None:
    _answer(handler, gzip.compress(b"[" + b" " * 64_000_000 + b"]", mtime=0), ("Content-Encoding", "gzip"))


def _reset(handler: Handler, body: bytes) -> None:
    _answer(handler, body[:20], ("Content-Length", str(len(body))))
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def _silence(handler: Handler, _: bytes) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


def _drip(handler: Handler, body: bytes) -> None:
    _answer(handler, b"", ("Content-Length", str(len(body))))
    for at in range(min(len(body), 400)):  # twenty seconds: beyond any deadline of a test, and bounded
        handler.wfile.write(body[at : at + 1])
        time.sleep(DRIP_SECONDS)


def _head_drip(handler: Handler, _: bytes) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for at in range(400):
        handler.wfile.write(b"X-%d: y\r\n" % at if at % 50 == 49 else b"X" if at % 50 == 0 else b"x")
        time.sleep(DRIP_SECONDS)


def _raw(handler: Handler, _: bytes, text: bytes) -> None:
    handler.wfile.write(text)


def _two_lengths(handler: Handler, body: bytes) -> None:
    _answer(handler, body, ("Content-Length", str(len(body))), ("Content-Length", "7"))


def _excess(handler: Handler, body: bytes) -> None:
    _answer(handler, body + b'{"id": "smuggled"}', ("Content-Length", str(len(body))))


def _data(handler: Handler, body: bytes, alter: Alter) -> None:
    """Wrong data, rightly sent."""
    altered = alter(json.loads(body))
    _answer(handler, altered if isinstance(altered, bytes) else json.dumps(altered, ensure_ascii=False).encode())


def _each(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Alter:
    return lambda records: [change(record) for record in records]


def _text(change: Callable[[str], str]) -> Alter:
    return lambda records: change(json.dumps(records, ensure_ascii=False)).encode("utf-8", "surrogatepass")


WIRE: dict[str, Send] = {
    **{f"status_{code}": partial(_status, status=code)
       for code in (400, 401, 403, 404, 405, 408, 410, 500, 501, 502, 503, 504, 522)},
    "busy": lambda handler, body: _status(handler, body, 429, ("Retry-After", "1")),
    "busy_date": lambda handler, body: _status(handler, body, 429, ("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT")),
    "busy_negative": lambda handler, body: _status(handler, body, 503, ("Retry-After", "-5")),
    "busy_word": lambda handler, body: _status(handler, body, 503, ("Retry-After", "soon")),
    "busy_for_ever": lambda handler, body: _status(handler, body, 429, ("Retry-After", "99999999")),
    "partial_203": lambda handler, body: _answer(handler, body[:40], status=203),
    "partial_206": lambda handler, body: _answer(handler, body[:40], ("Content-Range", "bytes 0-39/9999"), status=206),
    "no_content": lambda handler, _: _answer(handler, b"", status=204, length=False),
    "empty": partial(_body, other=b""),
    "blank": partial(_body, other=b"\r\n \r\n"),
    "login": partial(_body, other=LOGIN),
    "lfs": partial(_body, other=LFS),
    "text": partial(_body, other="سامانه در دست تعمیر است".encode()),
    "short": lambda handler, body: _answer(handler, body[: len(body) // 2], ("Content-Length", str(len(body)))),
    "cut": lambda handler, body: _answer(handler, body[: len(body) // 2], length=False),
    "chunk_cut": partial(_chunked, end=b""),
    "chunk_broken": partial(_chunked, end=b"zz\r\nnothing\r\n"),
    "gzip_cut": partial(_packed, alter=lambda packed: packed[: len(packed) * 2 // 3]),
    "gzip_no_trailer": partial(_packed, alter=lambda packed: packed[:-8]),
    "gzip_crc": partial(_packed, alter=lambda packed: packed[:-8] + b"\0\0\0\0" + packed[-4:]),
    "gzip_not": lambda handler, body: _answer(handler, body, ("Content-Encoding", "gzip")),
    "gzip_thrice": partial(_packed, alter=lambda packed: packed, coding="gzip, gzip, gzip"),
    "coding_unknown": partial(_packed, alter=lambda packed: packed, coding="zstd-of-tomorrow"),
    "bomb": _bomb,
    "reset": _reset,
    "silence": _silence,
    "drip": _drip,
    "head_drip": _head_drip,
    "no_http": partial(_raw, text=b"SSH-2.0-OpenSSH_9.2\r\n"),
    "status_line": partial(_raw, text=b"HTTP/9.9 abc\r\n\r\n"),
    "head_many": partial(_raw, text=OK + b"".join(b"X-%d: y\r\n" % at for at in range(300)) + b"\r\n[]"),
    "head_large": partial(_raw, text=OK + b"X: " + b"y" * 200_000 + b"\r\n\r\n[]"),
    "two_lengths": _two_lengths,
    "excess": _excess,
    "redirect_file": partial(_redirect, location="file:///etc/hostname"),
    "redirect_gopher": partial(_redirect, location="gopher://127.0.0.1:70/"),
    "redirect_private": partial(_redirect, location="http://127.0.0.2:{port}/"),
    "redirect_mapped": partial(_redirect, location="http://[::ffff:127.0.0.2]:{port}/"),
    "redirect_decimal": partial(_redirect, location="http://2130706434:{port}/"),
    "redirect_metadata": partial(_redirect, location="http://169.254.169.254/latest/"),
    "redirect_user": partial(_redirect, location="http://a@127.0.0.1:{port}/"),
    "redirect_nowhere": partial(_redirect, location=""),
    "redirect_round": _redirect_round,
}  # fmt: skip
DATA: dict[str, Alter] = {
    "json_cut": _text(lambda text: text[: len(text) * 2 // 3]),
    "json_nan": _text(lambda text: text.replace('"lat": ', '"lat": NaN, "was": ', 1)),
    "json_infinite": _text(lambda text: text.replace('"lat": ', '"lat": 1e400, "was": ', 1)),
    "json_twice": _text(lambda text: text.replace('"status": ', '"status": "open", "status": ', 1)),
    "json_deep": _text(lambda _: "[" * 50_000 + "]" * 50_000),
    "json_surrogate": _text(lambda text: text.replace('"description": "', '"description": "\\ud83d', 1)),
    "json_not_utf8": lambda records: json.dumps(records, ensure_ascii=False).encode().replace(b"\xd8", b"\xff", 1),
    "json_trailing": _text(lambda text: text + "<!-- served in 12 ms -->"),
    "json_object": lambda records: {"data": records},
    "error_200": lambda _: [{"code": 500, "description": "database is locked"}],
    "field_added": _each(lambda record: {**record, "internal_priority": "high"}),
    "field_removed": _each(lambda record: {key: record[key] for key in record if key != "status"}),
    "field_renamed": _each(lambda record: {("state" if key == "status" else key): record[key] for key in record}),
    "field_retyped": _each(lambda record: {**record, "requested_datetime": 1_700_000_000}),
    "category_new": _each(lambda record: {**record, "status": "escalated"}),
    "date_jalali": _each(lambda record: {**record, "requested_datetime": "1405-08-30T10:00:00+03:30"}),
    "key_empty": _each(lambda record: {**record, "service_request_id": ""}),
    "column_blanked": _each(lambda record: {**record, "description": None}),
    "records_lost": lambda records: records[: len(records) // 4],
    "records_none": lambda _: [],
}
FAULTS: dict[str, Send] = {**WIRE, **{name: partial(_data, alter=alter) for name, alter in DATA.items()}}
