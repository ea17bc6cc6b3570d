"""The proof says of each hand-made table exactly what stock Frictionless says: the whole report, rows and counts."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import math
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import frictionless
import polars as pl
import pytest
from frictionless import Field

from proof_oracle import assert_same, comparable, errors_of, package, stock
from proof_tables import EXPLICIT, field
from shahrnama.proof import ProofError, Rule, SlowPatternError, missing_keys, validate
from shahrnama.proof.patterns import anchored, is_linear, narrow
from shahrnama.proof.times import shapes

ROOT = Path(__file__).parents[1]
TABULAR = ROOT.parent / "shared" / "data" / "tabular"
TIMES = "%Y-%m-%dT%H:%M:%SZ"
LAX = ["5", "۱۲", " 5 ", "\u00a05", "+5", "05", "1_2", "5.0", "1e1", "", "x", "-0", "9" * 20, "--1", "0x5", "5\n", "٫5"]
PADDED = "0" * 5_000 + "5"  # more digits than Python reads as an integer
NUMBERS = [
    *LAX,
    "36.",
    ".5",
    "1e5",
    "3_5.6",
    "۳۵.۶",
    "NaN",
    "inf",
    "-Infinity",
    "36.00000000000000000001",
    "36",
    "35.5",
]
DATES = ["2024-02-29", "2023-02-29", "2024-2-1", "1403-01-31", "1403-02-31", "0000-01-01", "0999-01-01", "2024-13-01"]
MOMENTS = [
    "2024-02-29T03:04:05Z",
    "2024-2-1T3:4:5Z",
    "۲۰۲۴-۰۲-۰۱T۰۳:۰۴:۰۵Z",
    "2024-02-01t03:04:05z",
    "2024-02-01T03:04:60Z",
    "2024-02-01T03:04:61Z",
    "2024-02-01T24:00:00Z",
    "2024-02-01T03:04:05",
    "2024-02-01T03:04:05+03:30",
    "2024-02-01T03:04:05.25Z",
    "2024-02-01 03:04:05",
    "1999-12-31T23:59:59Z",
    "2000-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "",
]
TEXTS = ["a", "ab", "b\n", "axb", "شهر ۱۲", "", " ", "\u00a0", "x" * 10, "آب‌گرفتگی", "NULL", '"', "a,b", "a\nb", "A"]

CELLS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "integer": (field("v", "integer"), [*LAX, PADDED, "9223372036854775807", "9223372036854775808", "+" + "0" * 20]),
    "integer-required": (field("v", "integer", {"required": True}), LAX),
    "integer-bounds": (field("v", "integer", {"minimum": 5, "maximum": 12}), [*LAX, "4", "12", "13"]),
    "integer-exclusive": (field("v", "integer", {"exclusiveMinimum": 5, "exclusiveMaximum": 12}), [*LAX, "6", "12"]),
    "integer-bound-as-text": (field("v", "integer", {"minimum": "5"}), LAX),
    "integer-huge-bound": (field("v", "integer", {"maximum": 10**30}), [*LAX, "9" * 31]),
    "integer-unreadable-bound": (field("v", "integer", {"minimum": "five"}), ["5"]),
    "integer-enum": (field("v", "integer", {"enum": [5, "12", 7.0]}), [*LAX, "12", "7"]),
    "integer-unique": (field("v", "integer", {"unique": True}), [*LAX, "5", "7", "12"]),
    "integer-not-bare": (field("v", "integer", bareNumber=False), [*LAX, "5%", "€-5", "1,000"]),
    "integer-not-bare-unique": (field("v", "integer", {"unique": True}, bareNumber=False), ["5", "5%", "6", "-6"]),
    "number": (field("v", "number"), [*NUMBERS, PADDED, "1e" + "9" * 30, "1e-" + "9" * 30, "-1e-99999999999999999"]),
    "number-tiny": (field("v", "number", {"exclusiveMinimum": 0}), ["1e-400", "-1e-400", "1e-99999999999999999", "0"]),
    "number-required": (field("v", "number", {"required": True}), NUMBERS),
    "number-bounds": (field("v", "number", {"minimum": 35.5, "maximum": 36}), [*NUMBERS, "35.49999999999999999"]),
    "number-exclusive": (field("v", "number", {"exclusiveMinimum": "35.5", "exclusiveMaximum": 36}), NUMBERS),
    "number-enum": (field("v", "number", {"enum": ["35.5", 5, "1e1"]}), [*NUMBERS, "35.50", "10"]),
    "number-unique": (field("v", "number", {"unique": True}), [*NUMBERS, "0.50", "1E+5", "100000", "0", "0.0", "-0"]),
    "number-nan-twice": (field("v", "number", {"unique": True}), ["NaN", "NaN", "inf", "Infinity"]),
    "number-nan-bound": (field("v", "number", {"minimum": "NaN"}), ["5"]),
    "number-long-unique": (field("v", "number", {"unique": True}), ["1e400", "1" + "0" * 400, "1e-400", "1e-401"]),
    "number-group": (field("v", "number", groupChar=","), [*NUMBERS, "1,000", "1,0,0.5"]),
    "number-decimal": (field("v", "number", decimalChar=","), [*NUMBERS, "1,5"]),
    "number-both": (field("v", "number", groupChar=".", decimalChar=","), [*NUMBERS, "1.000,5"]),
    "number-group-in-exponents": (field("v", "number", {"maximum": 9}, groupChar="e"), ["1e1", "1e-1", "1"]),
    "integer-strange-group": (field("v", "integer", {"minimum": 12}, groupChar="2"), ["12", "122", "1"]),
    "number-strange-group": (field("v", "number", groupChar="5"), [*NUMBERS, "15", "1"]),
    "number-not-bare": (field("v", "number", bareNumber=False), [*NUMBERS, "$5.5", "5.5 km"]),
    "number-float": (
        field("v", "number", {"minimum": 0.1}, floatNumber=True),
        [*NUMBERS, "0.1", "0.09999999999999999999"],
    ),
    "number-float-unique": (
        field("v", "number", {"unique": True}, floatNumber=True),
        ["0.1", "0.1000000000000000055", "1e14", "100000000000000", "-0.0", "0", "nan"],
    ),
    "boolean": (field("v", "boolean"), ["true", "True", "TRUE", "1", "0", "false", " true", "yes", ""]),
    "boolean-values": (
        field("v", "boolean", {"required": True}, trueValues=["بله", ""], falseValues=["خیر", "بله"]),
        ["بله", "خیر", "true", ""],
    ),
    "boolean-enum": (field("v", "boolean", {"enum": [True]}), ["true", "false", "1"]),
    "boolean-enum-text": (field("v", "boolean", {"enum": ["true"]}), ["true", "false", "1"]),
    "boolean-unique": (field("v", "boolean", {"unique": True}), ["true", "false", "1", "x"]),
    "date": (field("v", "date"), [*DATES, "", " 2024-01-01", "2024-01-01T00:00:00"]),
    "date-bounds": (field("v", "date", {"minimum": "1403-01-31", "maximum": "2024-02-28"}), DATES),
    "date-exclusive": (field("v", "date", {"exclusiveMinimum": "2024-02-29"}), [*DATES, "2024-03-01"]),
    "date-unique": (field("v", "date", {"unique": True}), [*DATES, "2024-02-01", "1403-1-31", "2024-02-29"]),
    "date-any": (field("v", "date", format="any"), [*DATES, "3 May 2020", "1403/02/01"]),
    "date-format": (
        field("v", "date", {"minimum": "01/02/2020"}, format="%d/%m/%Y"),
        ["01/02/2020", "31/01/2020", "1/3/2021"],
    ),
    "date-with-hour": (
        field("v", "date", {"exclusiveMinimum": "2020-01-01 05"}, format="%Y-%m-%d %H"),
        ["2020-01-01 06", "2020-01-02 00"],
    ),
    "date-no-year": (field("v", "date", format="%m-%d"), ["02-28", "02-29", "12-31"]),
    "date-compact": (field("v", "date", {"maximum": "20240101"}, format="%Y%m%d"), ["20231115", "20240101", "2024111"]),
    "date-month-name": (field("v", "date", format="%d %B %Y"), ["01 May 2020", "1 may 2020"]),
    "date-twice": (field("v", "date", format="%Y %Y"), ["2020 2020"]),
    "date-percent": (field("v", "date", format="%Y%%%m"), ["2020%05", "202005"]),
    "datetime": (field("v", "datetime"), MOMENTS),
    "datetime-bounds-naive": (field("v", "datetime", {"minimum": "2000-01-01T00:00:00"}), ["2024-02-01T03:04:05", ""]),
    "datetime-mixed-zones": (field("v", "datetime", {"minimum": "2000-01-01T00:00:00"}), ["2024-02-01T03:04:05Z"]),
    "datetime-bounds-utc": (
        field("v", "datetime", {"maximum": "2000-01-01T00:00:00Z"}),
        ["1999-12-31T23:59:59Z", "2000-01-01T00:00:01Z"],
    ),
    "datetime-bounds-zone": (
        field("v", "datetime", {"minimum": "2000-01-01T00:00:00+03:30"}),
        ["1999-12-31T20:30:00Z", "1999-12-31T20:29:59Z"],
    ),
    "datetime-unique": (
        field("v", "datetime", {"unique": True}),
        [
            *MOMENTS,
            "2024-01-31T23:34:05Z",
            "2024-02-01T03:04:05.000",
            "2024-02-01T03:04:05+00:00",
            "2024-02-01T03:04:05Z",
        ],
    ),
    "datetime-end-of-time": (field("v", "datetime", {"unique": True}), ["0001-01-01T00:00:00+05:00"]),
    "datetime-format": (field("v", "datetime", {"minimum": "2000-01-01T00:00:00Z"}, format=TIMES), MOMENTS),
    "datetime-format-unique": (
        field("v", "datetime", {"unique": True}, format=TIMES),
        [*MOMENTS, "2024-02-01T03:04:05Z"],
    ),
    "datetime-format-enum": (field("v", "datetime", {"enum": ["2000-01-01T00:00:00Z"]}, format=TIMES), MOMENTS),
    "datetime-any": (field("v", "datetime", format="any"), MOMENTS),
    "datetime-zone-format": (field("v", "datetime", format="%Y-%m-%dT%H:%M:%S%z"), MOMENTS),
    "time": (field("v", "time"), ["10:11:12", "10:11", "24:00:00", "10:11:12Z", "1:2:3", "10:11:12.5"]),
    "time-format": (field("v", "time", {"minimum": "07:00"}, format="%H:%M"), ["07:00", "06:59", "7:1", "25:00"]),
    "time-any": (field("v", "time", format="any"), ["10 pm", "x"]),
    "time-unique": (field("v", "time", {"unique": True}), ["10:11:12", "10:11:12"]),
    "year": (field("v", "year", {"minimum": 1300}), ["1403", "۱۴۰۳", "0001", "403", "12345", "-123", " 123", "1_2_"]),
    "year-unique": (field("v", "year", {"unique": True}), ["1403", "۱۴۰۳", "1404"]),
    "yearmonth": (field("v", "yearmonth"), ["2024-05", "2024-5", "2024-13", "1403-12", "x", "1-1"]),
    "yearmonth-unique": (field("v", "yearmonth", {"unique": True}), ["2024-05", "2024-5", "2024-06"]),
    "duration": (field("v", "duration"), ["P1D", "PT1H", "P1Y", "1D", ""]),
    "duration-unique": (field("v", "duration", {"unique": True}), ["P1D", "PT24H"]),
    "object": (field("v", "object", {"minLength": 1}), ['{"a": 1}', "{}", "[]", "{", ""]),
    "object-unique": (field("v", "object", {"unique": True}), ['{"a": 1}']),
    "array": (
        field("v", "array", {"maxLength": 2}, arrayItem={"type": "integer"}),
        ["[1, 2]", '["x"]', "[1,2,3]", "x"],
    ),
    "array-deep": (field("v", "array"), ["[" * 100_000]),
    "list": (field("v", "list", {"minLength": 2}, itemType="integer", delimiter="|"), ["1|2", "1", "1|x", ""]),
    "any": (field("v", "any"), ["x", "", "1"]),
    "any-enum": (field("v", "any", {"enum": ["x", 1]}), ["x", "1", ""]),
    "any-unique": (field("v", "any", {"unique": True}), ["x", "x", "", ""]),
    "geopoint": (field("v", "geopoint"), ["51,35", "51, 35", "200,35", "35", "51,NaN"]),
    "geopoint-object": (field("v", "geopoint", format="object"), ['{"lon": 51, "lat": 35}', "{}"]),
    "geopoint-unique": (field("v", "geopoint", {"unique": True}), ["51,35", "51.0,35"]),
    "geojson": (field("v", "geojson"), ['{"type": "Point", "coordinates": [51, 35]}', '{"type": "x"}']),
    "topojson": (field("v", "geojson", format="topojson"), ['{"type": "x"}']),
    "string": (field("v", "string"), TEXTS),
    "string-required": (field("v", "string", {"required": True}), TEXTS),
    "string-lengths": (field("v", "string", {"minLength": 2, "maxLength": 5}), TEXTS),
    "string-unique": (field("v", "string", {"unique": True}), [*TEXTS, "a", "", "axb", "axb"]),
    "string-enum": (field("v", "string", {"enum": ["a", "شهر ۱۲", ""]}), TEXTS),
    "string-pattern": (field("v", "string", {"pattern": "a|b"}), TEXTS),
    "string-pattern-lengths": (
        field("v", "string", {"pattern": "[abx]{2,4}", "minLength": 3, "maxLength": 4}),
        [*TEXTS, "abab", "bbb"],
    ),
    "string-pattern-of-one-length": (
        field("v", "string", {"pattern": "شهر ..", "minLength": 6, "maxLength": 6}),
        [*TEXTS, "شهر ۱"],
    ),
    "string-pattern-ends-early": (field("v", "string", {"pattern": "b$|a", "maxLength": 1}), [*TEXTS, "ba"]),
    "string-pattern-of-lines": (field("v", "string", {"pattern": "a.?$|b", "minLength": 2}), [*TEXTS, "ab\n", "bb"]),
    "string-pattern-classes": (field("v", "string", {"pattern": r"\w+\s?\d*"}), [*TEXTS, "ab 12", "a\u00a01"]),
    "string-pattern-end": (field("v", "string", {"pattern": "[a-b]{1,3}"}), [*TEXTS, "b\n\n", "abab"]),
    "string-pattern-dot": (field("v", "string", {"pattern": "a.b"}), [*TEXTS, "a\rb"]),
    "string-pattern-negated": (field("v", "string", {"pattern": r"[^\d]+"}), [*TEXTS, "۱"]),
    "string-pattern-case": (field("v", "string", {"pattern": "(?i:AB)|a"}), TEXTS),
    "string-pattern-back": (field("v", "string", {"pattern": r"(\w)\1"}), [*TEXTS, "aa", "bb"]),
    "string-pattern-ahead": (field("v", "string", {"pattern": "(?!x).*"}), TEXTS),
    "string-pattern-boundary": (field("v", "string", {"pattern": r"\bab\b"}), TEXTS),
    "string-pattern-two-endless": (field("v", "string", {"pattern": "[a-z]+@[a-z]+"}), [*TEXTS, "a@b", "a@"]),
    "string-pattern-huge": (field("v", "string", {"pattern": "(?:a{900}){900}|b"}), TEXTS),
    "string-pattern-broken": (field("v", "string", {"pattern": "("}), ["a"]),
    "string-email": (field("v", "string", format="email"), ["a@b.ir", "a@b", ""]),
    "string-uri": (field("v", "string", format="uri"), ["https://a.ir", "a", ""]),
    "string-uuid": (field("v", "string", format="uuid"), ["f47ac10b-58cc-4372-a567-0e02b2c3d479", "x"]),
    "string-binary": (field("v", "string", format="binary"), ["YQ==", "Y"]),
    "string-wkt": (field("v", "string", format="wkt"), ["POINT (1 2)", "POINT"]),
    "missing-values": (
        field("v", "integer", {"required": True}, missingValues=["-", "n/a"]),
        ["1", "-", "n/a", "", " -"],
    ),
    "no-missing-values": (field("v", "string", {"required": True}, missingValues=[]), ["", "x"]),
    "missing-none": (field("v", "string", missingValues=["None"]), ["", "None"]),
    "unsupported-constraint": (field("v", "boolean", {"minimum": 1}), ["true"]),
    "unknown-type": (field("v", "strange"), ["x"]),
}

PLAIN = {"fields": [field("id", "integer", {"required": True}), field("name", "string")], "primaryKey": ["id"]}
NULLABLE = {"fields": [field("id", "integer"), field("name", "string"), field("n", "number")]}
ONE = {"fields": [field("v", "string")]}
TWO = {"fields": [field("a", "integer"), field("b", "date")], "primaryKey": ["a", "b"]}
SELF = {
    "fields": [field("id", "integer"), field("of", "integer")],
    "foreignKeys": [{"fields": "of", "reference": {"resource": "", "fields": "id"}}],
}

FILES: dict[str, tuple[dict[str, Any], bytes]] = {
    "valid": (PLAIN, b"id,name\n1,a\n2,b\n"),
    "empty-file": (PLAIN, b""),
    "header-only": (PLAIN, b"id,name\n"),
    "header-without-end": (PLAIN, b"id,name"),
    "no-last-line-end": (PLAIN, b"id,name\n1,a\n2,b"),
    "blank-line": (PLAIN, b"id,name\n1,a\n\n2,b\n"),
    "blank-lines-at-the-end": (PLAIN, b"id,name\n1,a\n\n\n"),
    "blank-first-line": (PLAIN, b"\nid,name\n1,a\n"),
    "blank-lines-nullable": (NULLABLE, b"id,name,n\n1,a,2\n\n,,\n2,b,3\n"),
    "short-row": (NULLABLE, b"id,name,n\n1,a\n2,b,3\n"),
    "short-and-long-row": (NULLABLE, b"id,name,n\n1,a,3\n1,a\n2,b,3,\n"),
    "long-last-row": (NULLABLE, b"id,name,n\n1,a,3\n2,b,3,"),
    "extra-cells": (NULLABLE, b"id,name,n\n1,a,2,x,y\n"),
    "spaces-only": (NULLABLE, b"id,name,n\n , , \n"),
    "one-column-blank": (ONE, b"v\na\n\nb\n"),
    "one-column-quoted-blank": (ONE, b'v\na\n""\nb\n'),
    "one-column-return": (ONE, b"v\r\na\r\n\r\nb"),
    "windows-ends": (PLAIN, b"id,name\r\n1,a\r\n2,b\r\n"),
    "mixed-ends": (PLAIN, b"id,name\r\n1,a\n2,b\r\n3,c\n"),
    "old-mac-ends": (PLAIN, b"id,name\r1,a\r2,b\r"),
    "lone-return": (PLAIN, b"id,name\n1,a\rb\n2,b\n"),
    "return-at-the-end": (PLAIN, b"id,name\n1,a\n2,b\r"),
    "return-and-far-blank-line": (PLAIN, b"id,name\nx,a\r1,b\n\n"),
    "two-returns": (PLAIN, b"id,name\n1,a\r\r\n2,b\n"),
    "quoted-returns": (PLAIN, b'id,name\n1,"a\rb"\n2,"b\r\nc"\r\n3,"\r"\n'),
    "quoted": (PLAIN, b'id,name\n1,"a, ""b"""\n2,"x\ny"\n"3",""\n4,""""\n'),
    "quote-in-the-middle": (PLAIN, b'id,name\n1,a"b\n2,b\n'),
    "quotes-around-a-separator": (PLAIN, b'id,name\n1,a"b,c"d\n2,b\n'),
    "after-a-closing-quote": (PLAIN, b'id,name\n1,"a"b\n2,"b" \n'),
    "space-before-a-quote": (PLAIN, b'id,name\n1, "a,b"\n2,c\n'),
    "unclosed-quote": (PLAIN, b'id,name\n1,"a\n2,b\n3,c\n'),
    "unclosed-quote-last": (PLAIN, b'id,name\n1,a\n2,"b'),
    "quote-alone": (PLAIN, b'id,name\n1,a\n"'),
    "stray-then-proper": (PLAIN, b'id,name\n1,5" pipe\n2,"b"\n3,"c\nd"\n4,6" pipe\n5,e\n'),
    "backslash": (PLAIN, b'id,name\n1,"a\\"b"\n2,b\n'),
    "nul": (PLAIN, b"id,name\n1,a\x00b\n2,\x00\n"),
    "mark": (PLAIN, b"\xef\xbb\xbfid,name\n1,a\n"),
    "two-marks": (PLAIN, b"\xef\xbb\xbf\xef\xbb\xbfid,name\n1,a\n"),
    "mark-inside": (PLAIN, b"id,name\n1,a\n\xef\xbb\xbf2,b\n"),
    "not-utf-8": (PLAIN, b"id,name\n1,a\n2,\xff\n"),
    "not-utf-8-far": (PLAIN, b"id,name\n" + b"".join(b"%d,a\n" % n for n in range(300)) + b"300,\xc3\n"),
    "not-utf-8-odd": (PLAIN, b'id,name\n1,a"\xff\n2,b\n'),
    "surrogate": (PLAIN, b"id,name\n1,\xed\xa0\x80\n"),
    "line-separators": (PLAIN, "id,name\n1,a\u2028b\n2,a\x0bb\n3,a\x85b\n".encode()),
    "wrong-label": (PLAIN, b"id,nome\n1,a\n"),
    "blank-label": (PLAIN, b"id,\n1,a\n"),
    "repeated-label": (PLAIN, b"id,id\n1,a\n"),
    "missing-label": (PLAIN, b"id\n1\n1\n"),
    "missing-key-label": (PLAIN, b"name\na\n"),
    "extra-label": (PLAIN, b"id,name,more\n1,a,b\n2,c\n"),
    "labels-in-another-order": (PLAIN, b"name,id\na,1\n"),
    "title-line": (PLAIN, "گزارش\nid,name\n1,a\n2,b\n3,c\n".encode()),
    "other-separator": (PLAIN, b"id;name\n1;a\n2;b,c\n"),
    "tabs": (PLAIN, b"id\tname\n1\ta\n2\tb\n"),
    "space-after-separators": (PLAIN, b'id, name\n1, "a"\n2, "b"\n'),
    "single-quotes": (PLAIN, b"id,name\n1,'a,b'\n2,'c'\n"),
    "repeated-key": (PLAIN, b"id,name\n1,a\n2,b\n01,c\n2,d\n2,e\n"),
    "lax-keys": (PLAIN, "id,name\n۱,a\n1,b\n x,c\n+1,d\n".encode()),
    "key-of-a-ragged-row": (PLAIN, b'id,name\n1,a\n1\n2,b"c\n2,d\n'),
    "missing-keys": (PLAIN, b"id,name\n,a\n,b\nx,c\nx,d\n"),
    "composite": (TWO, b"a,b\n1,2024-01-01\n1,2024-01-02\n01,2024-1-1\n,2024-01-01\n,2024-01-01\n,\n1,\n1,x\n"),
    "self-reference": (SELF, "id,of\n1,\n2,1\n3,9\n4,۱\n5,x\n".encode()),
    "error-counts-beyond-limit": (PLAIN, b"id,name\n" + b"x,a\n" * 40 + b"1,b\n"),
}


@pytest.fixture(params=[60, 8 << 20], ids=["small-chunks", "one-chunk"])
def chunk_bytes(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.mark.parametrize("case", CELLS)
@pytest.mark.filterwarnings("ignore")
def test_cells_are_judged_as_by_frictionless(case: str, chunk_bytes: int, tmp_path: Path) -> None:
    described, cells = CELLS[case]
    rows = [["id", "v"], *([str(number), cell] for number, cell in enumerate(cells, 1))]
    body = "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in rows)
    schema = {
        "fields": [field("id", "integer"), described],
    }
    assert_same(package(tmp_path, {"case": ({**EXPLICIT, "schema": schema}, body.encode())}), chunk_bytes=chunk_bytes)


@pytest.mark.parametrize("case", FILES)
@pytest.mark.filterwarnings("ignore")
def test_files_are_read_as_by_frictionless(case: str, chunk_bytes: int, tmp_path: Path) -> None:
    schema, content = FILES[case]
    path = package(tmp_path, {"case": ({"schema": schema}, content)})
    for limit in (None, 3):
        assert_same(path, limit=limit, chunk_bytes=chunk_bytes)


def _expected() -> dict[str, Any]:
    path = TABULAR / "expected_HAND_frictionless.json"
    found = json.loads(path.read_text(encoding="utf-8"))["results"] if path.is_file() else {}
    return {name: told for name, told in found.items() if name.endswith(".csv") and (TABULAR / name).is_file()}


@pytest.mark.filterwarnings("ignore")
def test_files_of_frictionless_and_others_are_judged_as_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    known = _expected()
    if not known:
        pytest.skip("no shared test data beside the repository; see data/tabular")
    monkeypatch.chdir(TABULAR)
    different = {}
    for name, told in known.items():
        if "valid" not in told:
            continue  # Frictionless had not finished it
        verdict = validate(name)
        kinds: dict[str, int] = {}
        for kind in [f"{'' if where else 'report:'}{error.type}" for where, error in errors_of(verdict.report)]:
            kinds[kind] = kinds.get(kind, 0) + 1
        rows = [task.stats.get("rows") for task in verdict.report.tasks]
        if (verdict.valid, kinds, rows) != (told["valid"], told["errors"], told["rows"]):
            different[name] = (kinds, told)
    assert not different
    assert len(known) > 100


DISTRICTS = b"code,name\n" + "".join(f"{code},منطقه {code}\n" for code in range(1, 23)).encode()


def _keyed(
    body: bytes, districts: bytes = DISTRICTS, kind: str = "integer", fields: str = "district>code", **more: Any
) -> dict[str, Any]:
    ours, theirs = (part.split() for part in fields.split(">"))
    key = {"fields": ours, "reference": {"resource": "districts", "fields": theirs}}
    schema = {"fields": [field("id", "integer"), field("district", kind, **more)], "foreignKeys": [key]}
    other = {"fields": [field("code", "integer"), field("name", "string")]}
    return {"requests": ({**EXPLICIT, "schema": schema}, body), "districts": ({**EXPLICIT, "schema": other}, districts)}


KEYED: dict[str, dict[str, Any]] = {
    "found": _keyed(b"id,district\n1,1\n2,22\n3,\n"),
    "lax": _keyed("id,district\n1,۱\n2, 2\n3,03\n4,x\n".encode()),
    "absent": _keyed(b"id,district\n1,23\n2,0\n3,99\n"),
    "short-row": _keyed(b"id,district\n1\n2,1\n"),
    "other-type": _keyed(b"id,district\n1,1\n2,1.0\n3,1.5\n", kind="number"),
    "other-kind": _keyed(b"id,district\n1,1\n2,2\n", kind="string"),
    "other-missing": _keyed(b"id,district\n1,-\n2,2\n3,\n", missingValues=["-"]),
    "lax-reference": _keyed(b"id,district\n1,1\n2,2\n3,3\n", "code,name\n۱,a\n 2,b\n003,c\n".encode()),
    "odd-reference": _keyed(b"id,district\n1,1\n2,2\n3,3\n4,4\n", b'code,name\n1\n2,a"b\n\n3,c,d\n4,e\n'),
    "blank-reference": _keyed(b"id,district\n1,1\n2,\n", b"code,name\n,a\n"),
    "reference-with-wrong-labels": _keyed(b"id,district\n1,1\n", b"kod,name\n1,a\n"),
    "reference-without-the-field": _keyed(b"id,district\n1,1\n2,\n", b"name\na\n"),
    "reference-of-another-encoding": _keyed(b"id,district\n1,1\n", b"code,name\n1,\xff\xfe\n"),
    "empty-reference": _keyed(b"id,district\n1,1\n", b""),
    "fields-twice": _keyed(b"id,district\n1,1\n2,99\n", fields="district district>code code"),
    "no-fields": _keyed(b"id,district\n1,1\n", fields=">"),
    "more-fields": _keyed(b"id,district\n1,1\n", fields="id district>code"),
    "field-of-another-name": _keyed(b"id,district\n1,1\n", fields="other>code"),
    "semicolons": _keyed(b"id,district\n1,1\n", b"code;name\n1;a\n"),
    "no-resource": {"requests": _keyed(b"id,district\n1,1\n")["requests"]},
}


@pytest.mark.parametrize("case", KEYED)
@pytest.mark.filterwarnings("ignore")
def test_foreign_keys_are_judged_as_by_frictionless(case: str, chunk_bytes: int, tmp_path: Path) -> None:
    assert_same(package(tmp_path, KEYED[case]), chunk_bytes=chunk_bytes)


VALID = b"id,name\n1,a\n2,b\n"
DESCRIBED: dict[str, dict[str, Any]] = {
    "hash-and-bytes": {"hash": "sha256:00", "bytes": 3, "rows": 7, "fields": 9},
    "right-bytes-and-rows": {"bytes": len(VALID), "rows": 2, "fields": 2},
    "strange-hash": {"hash": "sha512:00"},
    "no-header": {"dialect": {"header": False}},
    "header-rows": {"dialect": {"headerRows": [1, 2]}},
    "no-header-rows": {"dialect": {"headerRows": []}},
    "comments": {"dialect": {"commentChar": "2"}},
    "comment-rows": {"dialect": {"commentRows": [2]}},
    "skip-blank": {"dialect": {"skipBlankRows": True}},
    "any-case": {"dialect": {"headerCase": False}},
    "delimiter": {"dialect": {"csv": {"delimiter": ";"}}},
    "two-letters": {"dialect": {"csv": {"delimiter": "ab"}}},
    "quote-char": {"dialect": {"csv": {"quoteChar": "'"}}},
    "escape-char": {"dialect": {"csv": {"escapeChar": "\\"}}},
    "skip-space": {"dialect": {"csv": {"skipInitialSpace": True}}},
    "utf-16": {"encoding": "utf-16"},
    "windows-1256": {"encoding": "windows-1256"},
    "no-such-encoding": {"encoding": "none"},
    "tsv": {"format": "tsv"},
    "no-such-format": {"format": "none"},
    "file": {"path": "absent.csv"},
    "unsafe": {"path": "../case.csv"},
    "two-files": {"path": ["case.csv", "case.csv"]},
    "equal": {"schema": {**PLAIN, "fieldsMatch": "equal"}},
    "subset": {"schema": {"fields": PLAIN["fields"][:1], "fieldsMatch": "subset"}},
    "superset": {"schema": {"fields": [*PLAIN["fields"], field("x", "string")], "fieldsMatch": "superset"}},
    "no-key-field": {"schema": {**PLAIN, "primaryKey": ["other"]}},
    "two-fields-of-one-name": {"schema": {"fields": [PLAIN["fields"][0]] * 2}},
    "wrong-schema": {"schema": {"fields": [{"name": "id", "type": "integer", "constraints": {"pattern": "x"}}]}},
    "schema-file": {"schema": "absent.json"},
    "wrong-resource": {"name": "A b"},
}


@pytest.mark.parametrize("case", DESCRIBED)
@pytest.mark.filterwarnings("ignore")
def test_descriptors_mean_what_they_mean_to_frictionless(case: str, tmp_path: Path) -> None:
    assert_same(package(tmp_path, {"case": ({"schema": PLAIN, **DESCRIBED[case]}, VALID)}))


def test_a_large_file_keeps_its_counts_where_the_report_is_cut(tmp_path: Path) -> None:
    rows = [f"{n},{'متن' * (n % 60)}" if n % 500 else "x,y" for n in range(1, 6000)]
    path = package(tmp_path, {"case": ({**EXPLICIT, "schema": PLAIN}, "\r\n".join(["id,name", *rows]).encode())})
    for limit in (1, 2, 5, 30):
        verdict = assert_same(path, limit=limit, chunk_bytes=100_000)
        assert verdict
        assert verdict.replayed["case"].rows == 11
        assert verdict.rows["case"] == 5999


def test_valid_rows_are_not_replayed(tmp_path: Path) -> None:
    rows = "".join(f'{n},"a, ""{n}""\nb"\r\n' for n in range(1, 500))
    verdict = assert_same(
        package(tmp_path, {"case": ({"schema": PLAIN}, f"id,name\r\n{rows}".encode())}), chunk_bytes=999
    )
    assert verdict
    assert verdict.replayed["case"].rows == 0


def test_lax_cells_are_asked_about_once_and_not_replayed(tmp_path: Path) -> None:
    schema = {"fields": [field("v", "integer")]}
    verdict = assert_same(package(tmp_path, {"case": ({**EXPLICIT, "schema": schema}, "v\n۱۲\n 5\n۱۲\n".encode())}))
    assert verdict
    assert verdict.replayed["case"].rows == 0


def test_what_was_handed_over_says_why(tmp_path: Path) -> None:
    path = package(tmp_path, {"case": ({"schema": PLAIN, "dialect": {"skipBlankRows": True}}, VALID)})
    found = validate(path).replayed["case"]
    assert found.rows is None
    assert "blank rows" in str(found.reason)


def test_a_table_alone_is_judged_too(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_bytes(b"id,name\n1,a\n\nx,b,c\n")
    assert_same(tmp_path / "table.csv")


@pytest.mark.parametrize("content", [b"{}", b"[", b'{"resources": 1}', b'{"resources": []}'], ids=str)
def test_a_descriptor_that_is_none_is_rejected_alike(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "datapackage.json").write_bytes(content)
    assert comparable(validate(tmp_path / "datapackage.json").report) == comparable(
        stock(tmp_path / "datapackage.json", 1000)
    )


class _Starts(frictionless.Check):
    """A check of our own: the field must not start with a letter."""

    type = "starts"
    Errors = [frictionless.errors.CellError]  # noqa: RUF012 as Frictionless declares it

    def __init__(self, letter: str) -> None:
        super().__init__()
        self.letter = letter

    def to_copy(self, **_options: Any) -> _Starts:
        return _Starts(self.letter)

    def validate_row(self, row: frictionless.Row) -> Any:
        if str(row["name"] or "").startswith(self.letter):
            yield frictionless.errors.CellError.from_row(row, note=f"starts with {self.letter}", field_name="name")


@pytest.mark.parametrize("limit", [None, 1, 3])
def test_rules_run_as_checks_of_frictionless(limit: int | None, tmp_path: Path) -> None:
    body = (
        b"id,name\n"
        + b"".join(b"%d,%s\n" % (n, (b"a", b"b", b"q", b'"q,"', b"")[n % 5]) for n in range(90))
        + b"x,q\n\n"
    )
    path = package(tmp_path, {"case": ({**EXPLICIT, "schema": PLAIN}, body)})
    rules = [Rule("case", "name", _Starts("q"), lambda cell: ~cell.str.starts_with("q"))]
    verdict = validate(path, limit_errors=limit, rules=rules, chunk_bytes=200)
    expected = stock(path, limit, rules)
    assert comparable(verdict.report)["tasks"] == comparable(expected)["tasks"]
    assert verdict.counts["case", "cell-error", "name"] == 37
    assert verdict.replayed["case"].rows == 39  # and the first row, where a check may stop


def test_errors_are_told_and_not_kept(tmp_path: Path) -> None:
    path = package(tmp_path, {"case": ({**EXPLICIT, "schema": PLAIN}, b"id,name\n" + b"x,a\n" * 5000)})
    told = [0]

    def count(_name: str, _error: frictionless.Error) -> None:
        told[0] += 1

    verdict = validate(path, limit_errors=10, on_error=count)
    assert len(verdict.report.tasks[0].errors) == 10
    assert (
        told[0] == sum(verdict.counts.values()) == 15_000 - 5_000
    )  # a type error and a primary key error for each row


SLOW = {"fields": [field("v", "string", {"pattern": "(a+)+"})]}


@pytest.mark.parametrize("end", [b"\n", b"\n\xff\n"], ids=["replayed", "handed-over"])
def test_a_runaway_pattern_is_named_and_cannot_hang(end: bytes, tmp_path: Path) -> None:
    path = package(tmp_path, {"case": ({"schema": SLOW}, b"v\naaa\n" + b"a" * 40 + b"!" + end)})
    started = time.monotonic()
    with pytest.raises(SlowPatternError, match=r"case, field 'v': the pattern '\^\(a\+\)\+\$'"):
        validate(path)
    assert time.monotonic() - started < 60


def test_a_runaway_pattern_is_stopped_in_a_thread_too(tmp_path: Path) -> None:
    path = package(tmp_path, {"case": ({"schema": SLOW}, b"v\n" + b"a" * 40 + b"!\n")})
    raised: list[BaseException] = []

    def run() -> None:
        try:
            validate(path)
        except SlowPatternError as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    assert raised


def test_a_pattern_that_might_run_away_is_judged_alike(tmp_path: Path) -> None:
    cells = "".join(f"{cell}\n" for cell in ("a", "aaaa", "b", "aab", "", "آ"))
    assert_same(package(tmp_path, {"case": ({"schema": SLOW}, f"v\n{cells}".encode())}))


LINEAR = [r"SR-\d{9}", "[a-z][a-z0-9_]*", "a|b", "(ab){0,3}c?", "[^,]{1,2000}", r"\+?[0-9]+"]
UNKNOWN = ["(a+)+", "(a|aa)+", "a*a*b", r"(\w)\1", "(?!x).*", "(a?){30}a{30}", "(a*){2}", "("]


@pytest.mark.parametrize("pattern", LINEAR)
def test_linear_patterns_are_known(pattern: str) -> None:
    assert is_linear(anchored(pattern))
    assert narrow(anchored(pattern))


@pytest.mark.parametrize("pattern", UNKNOWN)
def test_other_patterns_are_not_trusted(pattern: str) -> None:
    assert not is_linear(anchored(pattern))


@pytest.mark.parametrize(("kind", "dtype"), [("integer", pl.Int64), ("number", pl.Float64)], ids=["integer", "number"])
def test_what_polars_reads_as_a_number_frictionless_reads_as_the_same(kind: str, dtype: pl.DataType) -> None:
    marks = dict.fromkeys("019+-.eE_ infty,xo\n۱")
    texts = ["".join(characters) for width in range(1, 5) for characters in itertools.product(marks, repeat=width)]
    texts += ["123456789012345678", "0.1", "-12.500", "999999999999999.999999999999999", "999999999999.9999999"]
    texts += ["1.7976931348623157e308", "infinity", "5e-324"]
    numbers = pl.Series(texts).cast(dtype, strict=False)
    read = {
        text: value for text, value in zip(texts, numbers, strict=True) if value is not None and math.isfinite(value)
    }
    cell_reader = Field.from_descriptor(field("v", kind)).create_cell_reader()
    assert len(read) > 100
    assert not [
        text for text, value in read.items() if type(value)(cell_reader(text)[0]) != value or cell_reader(text)[1]
    ]


def _csv(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


MISSING: dict[str, tuple[bytes, list[str], bytes, list[str], list[tuple[int, tuple[str, ...]]]]] = {
    "none": (b"a,k\n1,x\n2,y\n", ["k"], b"k\nx\ny\n", ["k"], []),
    "some": (b"a,k\n1,x\n2,z\n3,\n4,z\n", ["k"], b"n,k\n1,x\n", ["k"], [(3, ("z",)), (5, ("z",))]),
    "two-fields": (b"a,b\n1,2\n12,\n,\n1,\n", ["a", "b"], b"b,a\n2,1\n,12\n", ["a", "b"], [(5, ("1", ""))]),
    "not-joined": (b"a,b\nx,yz\n", ["a", "b"], b"a,b\nxy,z\n", ["a", "b"], [(2, ("x", "yz"))]),
    "ragged": (b"a,k\n1\n2,x,\n\n3,y\n", ["k"], b"k\nx\n", ["k"], [(5, ("y",))]),
    "quotes": (b'a,k\n1,x"y\n2,"x""y"\n3,"q\nr"\n4,s\n', ["k"], b'k\n"x""y"\n', ["k"], [(4, ("q\nr",)), (5, ("s",))]),
    "windows": (b"a,k\r\n1,x\r\n2,y\r\n", ["k"], b"\xef\xbb\xbfk\r\nx\r\n", ["k"], [(3, ("y",))]),
    "no-rows": (b"k\nx\n", ["k"], b"k\n", ["k"], [(2, ("x",))]),
    "one-column": (b"k\nx\n\ny\n", ["k"], b"k\nx\n", ["k"], [(4, ("y",))]),
}


@pytest.mark.parametrize("case", MISSING)
@pytest.mark.parametrize("size", [12, 8 << 20])
def test_keys_that_are_missing_in_another_file_are_told(case: str, size: int, tmp_path: Path) -> None:
    table, fields, reference, others, expected = MISSING[case]
    paths = _csv(tmp_path, "table.csv", table), _csv(tmp_path, "reference.csv", reference)
    assert list(missing_keys(paths[0], fields, paths[1], others, chunk_bytes=size)) == expected


def test_a_field_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = _csv(tmp_path, "table.csv", b"a\n1\n")
    with pytest.raises(ProofError, match="no field b"):
        list(missing_keys(path, ["b"], path, ["a"]))


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    good, bad = _csv(tmp_path, "good.csv", b"a\n1\n"), _csv(tmp_path, "bad.csv", b"a\n\xff\n")
    for table, reference in ((good, bad), (bad, good)):
        with pytest.raises(ProofError, match=r"bad\.csv cannot be read: .*UTF-8"):
            list(missing_keys(table, ["a"], reference, ["a"]))


@pytest.mark.parametrize(("content", "code"), [(VALID, 0), (b"id,name\nx,a\n", 1)], ids=["valid", "invalid"])
def test_the_module_tells_its_verdict(content: bytes, code: int, tmp_path: Path) -> None:
    path = package(tmp_path, {"case": ({"schema": PLAIN}, content)})
    command = [sys.executable, "-m", "shahrnama.proof", str(path)]
    done = subprocess.run(command, cwd=ROOT / "scripts", capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == code
    assert done.stdout.splitlines()[-1] == ("invalid" if code else "valid")


def test_the_proof_needs_nothing_else_of_shahrnama() -> None:
    code = "import sys, shahrnama.proof; print(*(n for n in sys.modules if n.startswith('shahrnama.')))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "scripts", capture_output=True, text=True, check=True
    )
    assert all(name.startswith("shahrnama.proof") for name in done.stdout.split())


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d/%m/%Y", "%Y%m%d", "%m %d %Y", "%Y-%d"])
def test_dates_that_are_proved_are_dates(form: str) -> None:
    shape = shapes(frictionless.fields.DateField(name="v", format=form))[0]
    texts = [
        form.replace("%Y", f"{year:04}").replace("%m", f"{month:02}").replace("%d", f"{day:02}")
        for year in (0, 999, 1000, 1200, 1403, 1900, 1904, 2000, 2023, 2024, 2100, 2400, 9999)
        for month in range(14)
        for day in range(33)
    ]
    proved = pl.Series(texts).str.contains(shape.expression).to_list()
    wrong = []
    for text, right in zip(texts, proved, strict=True):
        try:
            same = dt.datetime.strptime(text, form).strftime(form) == text
        except ValueError:
            same = False
        if right and not same:
            wrong.append(text)
    assert not wrong
    assert any(proved)
