"""JSON read strictly (RFC 8259, and I-JSON, RFC 7493): what `json` lets pass in silence is refused by name.

Refused: NaN and Infinity, numbers beyond a double, integers beyond 64 bits, a name twice in one object, lone
surrogates, nesting that Python cannot follow, text after the end, bytes that are not UTF-8.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from shahrnama.errors import ParseError

LONGEST_INTEGER = 40  # digits: beyond it, reading alone grows with their square
_LARGEST_INTEGER = 2**63 - 1  # what a table holds
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def loads(body: bytes) -> Any:
    """The one JSON document in `body`; ParseError in one line for anything else."""
    found = list(documents(body))
    if len(found) != 1:
        raise ParseError(f"the answer holds {len(found)} JSON documents where one is expected")
    return found[0]


def documents(body: bytes) -> Iterator[Any]:
    """Every JSON document in `body`: one, one a line (JSON lines), or several one after the other."""
    text, at = _text(body), 0
    may_be_half = bool(_SURROGATE.search(text))  # strict UTF-8 holds no half character: only an escape brings one in
    while True:
        at = _skip(text, at)
        if at == len(text):
            return
        try:
            document, at = _DECODER.raw_decode(text, at)
        except RecursionError as error:
            raise ParseError("the answer is broken JSON (nested too deeply)") from error
        except ValueError as error:
            raise ParseError(f"the answer is broken JSON ({error})") from error
        if may_be_half:
            _check(document)
        yield document


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ParseError(f"the answer is broken JSON (byte {error.start} is not UTF-8)") from error


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n\x1e":  # the last begins a record of RFC 7464
        at += 1
    return at


def _check(document: Any) -> None:
    try:
        json.dumps(document, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise ParseError("the answer is broken JSON (an escape that is half a character)") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ParseError(f"a record has a field twice: {twice}")
    return record


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_INTEGER or abs(value := int(digits)) > _LARGEST_INTEGER:
        raise ValueError(f"{digits[:30]} is beyond 64 bits")
    return value


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:30]} is beyond a double")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_once, parse_int=_integer, parse_float=_number, parse_constant=_no_constant
)
