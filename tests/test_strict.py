"""Strict rows: nothing is left unread, nothing mandatory is guessed, every time is UTC."""

from __future__ import annotations

from typing import Any

import pytest

from shahrnama.errors import ParseError, UnexpectedFields
from shahrnama.formats.strict import exhaust, required, to_utc


def test_a_field_that_nobody_read_is_named() -> None:
    with pytest.raises(UnexpectedFields, match="unread source fields: phone, status; read them, or ignore them"):
        exhaust({"status": "open", "phone": "1", "zip": "2"}, ignore=("zip",))


@pytest.mark.parametrize("empty", [None, "", []])
def test_empty_leftovers_are_no_data(empty: Any) -> None:
    exhaust({"media_url": empty})


@pytest.mark.parametrize("value", [0, False, "0", {}])
def test_what_only_looks_empty_is_data(value: Any) -> None:
    with pytest.raises(UnexpectedFields, match="media_url"):
        exhaust({"media_url": value})


def test_required_takes_the_field_out() -> None:
    record = {"id": 0}
    assert required(record, "id") == 0
    assert record == {}
    for broken in ({}, {"id": None}, {"id": ""}):
        with pytest.raises(ParseError, match="a record has no id"):
            required(broken, "id")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2020-01-17T19:03:41-05:00", "2020-01-18T00:03:41Z"),
        ("2021-06-01T00:00:00+04:30", "2021-05-31T19:30:00Z"),
        ("2026-03-21T00:00:00Z", "2026-03-21T00:00:00Z"),
        (" 2026-03-21T00:00:00.999+00:00 ", "2026-03-21T00:00:00Z"),
    ],
)
def test_times_become_utc(text: str, utc: str) -> None:
    assert to_utc(text) == utc


@pytest.mark.parametrize(
    ("text", "utc"),
    [("2021-06-01 12:00:00", "2021-06-01T07:30:00Z"), ("2026-06-01 12:00:00", "2026-06-01T08:30:00Z")],
    ids=["summer time of 2021", "no summer time since 2023"],
)
def test_a_time_without_offset_is_read_in_its_zone(text: str, utc: str) -> None:
    assert to_utc(text, naive_zone="Asia/Tehran") == utc


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00", "0001-01-01T00:00:00+03:30"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        to_utc(text)
