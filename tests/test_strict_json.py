"""Strict JSON: what a lenient reader turns into silence is an error with a name."""

from __future__ import annotations

import time

import pytest

from shahrnama.errors import ParseError
from shahrnama.formats.strict_json import documents, loads


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"a": 1}', [{"a": 1}]),
        (b'\xef\xbb\xbf[1.5, "\xd8\xb3"]', [[1.5, "س"]]),
        (b'{"a": 1}\n{"a": 2}\r\n\n', [{"a": 1}, {"a": 2}]),
        (b'{"a": 1}{"a": 2} [3]', [{"a": 1}, {"a": 2}, [3]]),
        (b'\x1e{"a": 1}\n\x1e{"a": 2}\n', [{"a": 1}, {"a": 2}]),
        (b'"\\ud83d\\ude00"', ["😀"]),
        (b"9223372036854775807", [2**63 - 1]),
        (b"", []),
        (b" \n", []),
    ],
    ids=["one", "mark", "lines", "concatenated", "sequence", "pair of escapes", "64 bits", "nothing", "blank"],
)
def test_documents_of_every_form(body: bytes, found: list[object]) -> None:
    assert list(documents(body)) == found


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"[NaN]", "NaN is no JSON number"),
        (b"[-Infinity]", "Infinity is no JSON number"),
        (b"[1e400]", "beyond a double"),
        (b'{"a": 1, "b": 2, "a": 3}', "a field twice: a"),
        (b"[9223372036854775808]", "beyond 64 bits"),
        (b"[" + b"9" * 5000 + b"]", "beyond 64 bits"),
        (b"[" * 100_000, "broken JSON"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "nested too deeply"),
        (b'["\\ud83d"]', "half a character"),
        (b'["\xff"]', "byte 2 is not UTF-8"),
        (b'{"a": 1', "broken JSON"),
        (b'{"a": 1} trailing', "broken JSON"),
        (b"<html>", "broken JSON"),
    ],
)
def test_what_is_refused(body: bytes, says: str) -> None:
    with pytest.raises(ParseError, match=says):
        list(documents(body))


@pytest.mark.parametrize(("body", "count"), [(b"", 0), (b"1 2", 2)])
def test_one_document_is_one(body: bytes, count: int) -> None:
    with pytest.raises(ParseError, match=f"holds {count} JSON documents"):
        loads(body)


def test_the_time_for_lines_grows_with_their_number_and_not_with_its_square() -> None:
    def seconds(count: int) -> float:
        body = '{"a": "سلام", "b": [1, 2]}\n'.encode() * count
        best = float("inf")
        for _ in range(3):
            started = time.process_time()
            assert sum(1 for _ in documents(body)) == count
            best = min(best, time.process_time() - started)
        return best

    # Sixteen times the lines: 16 where the work is linear, 256 where it is quadratic.
    assert seconds(16_000) < 64 * seconds(1_000)
