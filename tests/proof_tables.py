"""Small packages of every kind of schema, generated from a seed, for the fuzz test of the proof."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

DATASETS = Path(__file__).parents[1] / "datasets"
TIMES = "%Y-%m-%dT%H:%M:%SZ"
WORDS = ["خیابان", "چاله", "چراغ", "زباله", "درخت", "آب\u200cگرفتگی", "ميدان", "پياده\u200cرو", "۱۲", "ترافیک"]
Tables = dict[str, tuple[dict[str, Any], bytes]]
EXPLICIT = {"encoding": "utf-8", "dialect": {"csv": {"delimiter": ","}}}


def text(rows: list[list[str]], separator: str = ",", end: str = "\n") -> bytes:
    """Rows as CSV."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=end).writerows(rows)
    return out.getvalue().encode()


def field(name: str, kind: str, constraints: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A field's descriptor."""
    return {"name": name, "type": kind, **({"constraints": constraints} if constraints else {}), **more}


def _moment(draw: random.Random) -> dt.datetime:
    return dt.datetime(2019, 1, 1) + dt.timedelta(seconds=draw.randrange(200_000_000))


def _sentence(draw: random.Random) -> str:
    words = " ".join(draw.choices(WORDS, k=draw.randint(1, 6)))
    return draw.choice([words, words, words, f'{words}, "{words[:4]}"', f"{words}\n{words}"])


def service_requests(draw: random.Random, count: int) -> Tables:
    """Requests to 137 with a key into 22 districts."""
    schema = {
        "primaryKey": ["id"],
        "foreignKeys": [{"fields": ["district"], "reference": {"resource": "districts", "fields": ["district"]}}],
        "fields": [
            field("id", "string", {"required": True, "unique": True, "pattern": r"SR-\d{6}", "maxLength": 9}),
            field("category", "string", {"required": True, "enum": ["آسفالت", "پسماند", "other"]}),
            field("text", "string", {"minLength": 2, "maxLength": 60}),
            field("district", "integer", {"required": True}),
            field("at", "datetime", {"required": True, "minimum": "2019-03-21T00:00:00Z"}, format=TIMES),
            field("closed", "datetime", {"maximum": "2025-01-01T00:00:00Z"}, format=TIMES),
            field("lat", "number", {"minimum": 35.5, "maximum": 36}),
            field("rating", "integer", {"minimum": 1, "maximum": 5}),
            field("photo", "boolean"),
        ],
    }
    rows = [[item["name"] for item in schema["fields"]]]  # type: ignore[index]
    for number in range(count):
        opened = _moment(draw)
        closed = "" if draw.random() < 0.3 else (opened + dt.timedelta(days=draw.randint(0, 90))).strftime(TIMES)
        rows.append(
            [
                f"SR-{number:06}",
                draw.choice(["آسفالت", "پسماند", "other"]),
                _sentence(draw),
                str(draw.randint(1, 22)),
                opened.strftime(TIMES),
                closed,
                f"{draw.uniform(35.5, 36):.5f}",
                draw.choice(["", "1", "3", "5"]),
                draw.choice(["true", "false", ""]),
            ]
        )
    districts = [["district", "name"], *([str(code), f"منطقهٔ {code}"] for code in range(1, 23))]
    fields = [field("district", "integer", {"required": True}), field("name", "string")]
    return {
        "requests": ({**EXPLICIT, "schema": schema}, text(rows)),
        "districts": ({**EXPLICIT, "schema": {"primaryKey": "district", "fields": fields}}, text(districts)),
    }


def authored(name: str) -> Callable[[random.Random, int], Tables]:
    """A table that the project publishes, with its real descriptor."""

    def tables(_draw: random.Random, _count: int) -> Tables:
        described = yaml.safe_load((DATASETS / name / "datapackage.yaml").read_text(encoding="utf-8"))
        resource = next(item for item in described["resources"] if item["name"] == name)
        known = ("name", "type", "format", "constraints")
        fields = [{key: item[key] for key in known if key in item} for item in resource["schema"]["fields"]]
        schema: dict[str, Any] = {"fields": fields, "primaryKey": resource["schema"]["primaryKey"]}
        keys = [key for key in resource["schema"].get("foreignKeys", []) if "package" not in key["reference"]]
        if keys:
            schema["foreignKeys"] = [{**key, "reference": {**key["reference"], "resource": ""}} for key in keys]
        return {name: ({**EXPLICIT, "schema": schema}, (DATASETS / name / "data" / f"{name}.csv").read_bytes())}

    return tables


def everything(draw: random.Random, count: int) -> Tables:
    """Every type of Table Schema, with formats and constraints."""
    point = {"type": "Point", "coordinates": [51.4, 35.7]}
    fields: list[tuple[dict[str, Any], Callable[[], str]]] = [
        (field("i", "integer", {"minimum": -5, "maximum": 10**12}), lambda: str(draw.randint(-5, 99))),
        (field("ix", "integer", {"exclusiveMinimum": 0, "exclusiveMaximum": 9}, bareNumber=False), lambda: "5"),
        (field("iu", "integer", {"unique": True}), lambda: str(draw.randint(0, 10**7))),
        (field("n", "number", {"minimum": 0.1, "maximum": 1}), lambda: f"{draw.uniform(0.1, 1):.3f}"),
        (field("nx", "number", {"exclusiveMinimum": -1.5}), lambda: draw.choice(["0", "-1.499", "12.5"])),
        (field("nu", "number", {"unique": True}), lambda: f"{draw.uniform(0, 1000):.6f}"),
        (field("ng", "number", groupChar=",", decimalChar="."), lambda: draw.choice(["1,234.5", "7"])),
        (field("nd", "number", decimalChar=","), lambda: draw.choice(["1,5", "7"])),
        (field("nf", "number", floatNumber=True), lambda: "2.5"),
        (field("ne", "number", {"enum": ["1.5", "2", 3]}), lambda: draw.choice(["1.5", "2", "3", "2.0"])),
        (field("b", "boolean", trueValues=["بله", "1"], falseValues=["خیر"]), lambda: draw.choice(["بله", "خیر"])),
        (field("d", "date", {"minimum": "2000-01-01"}), lambda: _moment(draw).date().isoformat()),
        (field("df", "date", {"maximum": "31/12/2030"}, format="%d/%m/%Y"), lambda: _moment(draw).strftime("%d/%m/%Y")),
        (field("da", "date", format="any"), lambda: "3 May 2020"),
        (field("du", "date", {"unique": True}), lambda: _moment(draw).date().isoformat()),
        (field("t", "time"), lambda: "10:11:12"),
        (field("tf", "time", {"minimum": "07:00"}, format="%H:%M"), lambda: draw.choice(["08:30", "23:59"])),
        (field("dt", "datetime"), lambda: draw.choice(["2020-01-01T10:00:00Z", "2020-01-01T10:00:00"])),
        (
            field("dm", "datetime", {"exclusiveMinimum": "2000-01-01T00:00:00Z", "unique": True}),
            lambda: _moment(draw).strftime(TIMES),
        ),
        (field("df2", "datetime", format="%Y/%m/%d %H:%M"), lambda: _moment(draw).strftime("%Y/%m/%d %H:%M")),
        (field("y", "year", {"minimum": 1300}), lambda: draw.choice(["1403", "2024"])),
        (field("ym", "yearmonth"), lambda: draw.choice(["2024-05", "1403-12"])),
        (field("o", "object", {"minLength": 1}), lambda: '{"a": 1}'),
        (field("a", "array", {"maxLength": 3}, arrayItem={"type": "integer"}), lambda: "[1, 2]"),
        (field("l", "list", {"minLength": 2}, itemType="integer", delimiter="|"), lambda: "1|2"),
        (field("p", "geopoint"), lambda: draw.choice(["51.4,35.7", "51.4, 35.7"])),
        (field("pa", "geopoint", format="array"), lambda: "[51.4, 35.7]"),
        (field("g", "geojson"), lambda: json.dumps(point)),
        (field("du2", "duration"), lambda: "P1DT2H"),
        (field("any", "any"), lambda: draw.choice(["x", "۱"])),
        (field("ae", "any", {"enum": ["x", "y"], "required": True}), lambda: draw.choice(["x", "y"])),
        (field("e", "string", format="email"), lambda: "info@tehran.ir"),
        (field("u", "string", format="uri"), lambda: "https://tehran.ir/a"),
        (field("id", "string", format="uuid"), lambda: "f47ac10b-58cc-4372-a567-0e02b2c3d479"),
        (field("p1", "string", {"pattern": "a|b"}), lambda: draw.choice(["a", "b", "ab", "axb"])),
        (field("p2", "string", {"pattern": r"\w+\s?\d*"}), lambda: draw.choice(["abc 12", "شهر ۱۲", "x"])),
        (field("p3", "string", {"pattern": r"(\w)\1"}), lambda: "aa"),
        (field("m", "string", {"required": True}, missingValues=["-", "n/a"]), lambda: draw.choice(["x", ""])),
    ]
    schema = {"fields": [item for item, _ in fields], "missingValues": ["", "NA"]}
    rows = [[str(item["name"]) for item, _ in fields]]
    rows += [[make() for _, make in fields] for _ in range(count)]
    return {"everything": ({**EXPLICIT, "schema": schema}, text(rows))}


def composite(draw: random.Random, count: int) -> Tables:
    """Keys of two typed fields, a foreign key of two, one into the table itself, one between types."""
    fields = [
        field("code", "integer"),
        field("day", "date"),
        field("parent", "integer"),
        field("share", "number", {"required": True}),
        field("text", "string"),
    ]
    parents = {"fields": ["parent"], "reference": {"resource": "", "fields": ["code"]}}
    days = {"fields": ["code", "day"], "reference": {"resource": "days", "fields": ["number", "day"]}}
    shares = {"fields": ["share"], "reference": {"resource": "days", "fields": ["number"]}}
    rows, others = [["code", "day", "parent", "share", "text"]], [["number", "day", "note"]]
    for number in range(count):
        code, day = str(number % 7 + 1), (dt.date(2024, 1, 1) + dt.timedelta(days=number)).isoformat()
        rows.append([code, day, draw.choice(["", "1", "2", "3"]), draw.choice(["1", "2", "1.0"]), _sentence(draw)])
        others.append([code, day, _sentence(draw)])
    other = [field("number", "integer"), field("day", "date"), field("note", "string")]
    schema = {"fields": fields, "primaryKey": ["code", "day"], "foreignKeys": [parents, days, shares]}
    return {
        "entries": ({**EXPLICIT, "schema": schema}, text(rows)),
        "days": ({**EXPLICIT, "schema": {"fields": other, "primaryKey": ["number", "day"]}}, text(others)),
    }


def office(draw: random.Random, count: int) -> Tables:
    """Windows line ends, semicolons, quotes, long cells; nothing declared but the types."""
    fields = [
        field("id", "integer", {"unique": True}),
        field("text", "string", {"required": True}),
        field("n", "number"),
    ]
    rows = [["id", "text", "n"]]
    rows += [[str(number), _sentence(draw), draw.choice(["1.5", "", "2"])] for number in range(count)]
    separator, end = draw.choice([",", ";", "\t", "|"]), draw.choice(["\r\n", "\n"])
    declared = {"dialect": {"csv": {"delimiter": separator}}} if draw.random() < 0.7 else {}
    schema = {"fields": fields, "fieldsMatch": draw.choice(["exact", "equal", "subset", "superset", "partial"])}
    version = {"$schema": "https://datapackage.org/profiles/2.0/dataresource.json"}
    content = text(rows, separator, end).replace(b'""', b"\r\n" if draw.random() < 0.2 else b'""')
    return {"office": ({**declared, **(version if draw.random() < 0 else {}), "schema": schema}, content)}


def inferred(draw: random.Random, count: int) -> Tables:
    """A table without a schema: Frictionless guesses the types."""
    rows = [["id", "name", "at"]]
    rows += [[str(number), _sentence(draw), _moment(draw).strftime(TIMES)] for number in range(count)]
    return {"inferred": ({}, text(rows))}


KINDS: dict[str, Callable[[random.Random, int], Tables]] = {
    "service_requests": service_requests,
    "districts": authored("districts"),
    "organisations": authored("organisations"),
    "everything": everything,
    "composite": composite,
    "office": office,
    "inferred": inferred,
}
