"""Answers of Socrata's SODA API: https://dev.socrata.com/docs/endpoints.html. Paging is the harvest's business.

A record leaves out the fields that are empty in it; a `location` or `url` is an object, kept as it is.
"""

from __future__ import annotations

from typing import Any, NoReturn

from shahrnama.errors import ParseError
from shahrnama.formats.strict_json import loads

Record = dict[str, Any]


def records(body: bytes) -> list[Record]:
    """Records of one page; ParseError with Socrata's own message for an error, and for anything but a list of records.

    Errors are `{"error": true, "message": …}`, in SODA 2.1 also with a `code`; some have the code and message alone.
    """
    if not body.strip():
        _refuse("is empty; ask again")
    if body.lstrip()[:1] == b"<":
        _refuse("is a web page, not JSON; ask /resource/<id>.json")
    answer = loads(body)
    if isinstance(answer, dict) and (answer.get("error") or {"code", "message"} <= set(answer)):
        message = " ".join(str(answer.get("message") or answer.get("error")).split())[:300]
        code = f"{answer['code']}: " if answer.get("code") else ""
        _refuse(f"is an error of Socrata ({code}{message}); correct the request")
    if not isinstance(answer, list):
        _refuse("is not a list of records; ask /resource/<id>.json")
    for number, record in enumerate(answer, start=1):
        if not isinstance(record, dict):
            _refuse(f"holds something else than an object as record {number}")
    return answer


def _refuse(what: str) -> NoReturn:
    raise ParseError(f"the answer {what}")
