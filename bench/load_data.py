"""A package of generated service requests for `load.py`: the same bytes for the same number of rows.

Twelve columns, some 295 bytes a row in UTF-8. The words of the descriptions are drawn by Zipf's law from 30,000 stems
with the inflections, half-spaces, Arabic letters and Persian digits of real complaints; some 8 % of the cells with text
are quoted, 1 % hold a line break.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

SEED = 137
STEMS = 30_000
SHORTEST, LONGEST = 8, 23  # words of a description
LETTERS = "ابپتجچحخدرزسشصطعغفقکگلمنوهی"
INFLECTIONS = ["", "", "", "", "", "", "\u200cها", "ها", "\u200cهای", "ی", "تر", "ٔ"]
CATEGORIES = ["آسفالت و معابر", "روشنایی", "پسماند", "فضای سبز", "ترافیک", "آب و فاضلاب", "سد معبر", "ایمنی"]
STATUSES = ["open", "in_progress", "closed", "rejected"]
CHANNELS = ["phone", "web", "app", "office"]
FIELDS: list[tuple[str, str, dict[str, Any]]] = [
    ("request_id", "string", {"required": True, "pattern": "SR-[0-9]{8}"}),
    ("category", "string", {"required": True, "enum": CATEGORIES}),
    ("description", "string", {"required": True, "minLength": 5, "maxLength": 2000}),
    ("district", "integer", {"required": True, "minimum": 1, "maximum": 22}),
    ("status", "string", {"required": True, "enum": STATUSES}),
    ("channel", "string", {"required": True, "enum": CHANNELS}),
    ("requested_datetime", "datetime", {"required": True}),
    ("closed_datetime", "datetime", {}),
    ("lat", "number", {"minimum": 35, "maximum": 36}),
    ("lon", "number", {"minimum": 51, "maximum": 52}),
    ("rating", "integer", {"minimum": 1, "maximum": 5}),
    ("has_photo", "boolean", {"required": True}),
]
INDEXED = ["district", "category", "status", "channel", "requested_datetime"]
START = datetime(2020, 3, 20, tzinfo=UTC)


def write_package(folder: Path, rows: int) -> Path:
    """Write `requests.csv`, the small table that it refers to and `datapackage.json`; returns the descriptor's path."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "districts.csv", ["district"], ([str(number)] for number in range(1, 23)))
    _write(folder / "requests.csv", [name for name, _, _ in FIELDS], _rows(rows))
    key = {"fields": ["district"], "reference": {"resource": "districts", "fields": ["district"]}}
    fields = [{"name": name, "type": kind, "constraints": rules} for name, kind, rules in FIELDS]
    schema = {"primaryKey": ["request_id"], "foreignKeys": [key], "fields": fields}
    options = {"search": ["description"], "indexes": [[name] for name in INDEXED]}
    districts = {"primaryKey": ["district"], "fields": [{"name": "district", "type": "integer"}]}
    requests = {"name": "requests", "path": "requests.csv", "row_count": rows, "schema": schema, "table": options}
    resources = [{"name": "districts", "path": "districts.csv", "row_count": 22, "schema": districts}, requests]
    package = {"name": "requests", "is_demo": True, "resources": [{**item, "kind": "authored"} for item in resources]}
    place = folder / "datapackage.json"
    place.write_text(json.dumps(package, ensure_ascii=False, indent=1), encoding="utf-8")
    return place


def _write(path: Path, header: list[str], rows: Iterator[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _rows(count: int) -> Iterator[list[str]]:
    dice = random.Random(SEED)
    words, weights = _words(dice)
    for number in range(1, count + 1):
        asked = START + timedelta(seconds=dice.randrange(6 * 365 * 86_400))
        closed = asked + timedelta(seconds=dice.randrange(60 * 86_400)) if dice.random() < 0.7 else None
        placed = dice.random() < 0.9
        yield [
            f"SR-{number:08d}",
            dice.choice(CATEGORIES),
            _description(dice, dice.choices(words, cum_weights=weights, k=dice.randint(SHORTEST, LONGEST))),
            str(dice.randint(1, 22)),
            dice.choice(STATUSES),
            dice.choice(CHANNELS),
            f"{asked:%Y-%m-%dT%H:%M:%SZ}",
            f"{closed:%Y-%m-%dT%H:%M:%SZ}" if closed else "",
            f"{35 + dice.random():.6f}" if placed else "",
            f"{51 + dice.random():.6f}" if placed else "",
            str(dice.randint(1, 5)) if dice.random() < 0.4 else "",
            dice.choice(["true", "false"]),
        ]


def _words(dice: random.Random) -> tuple[list[str], list[float]]:
    """Inflected words and the running sum of their weights: the n-th stem comes 1/n times as often as the first."""
    words, weights = [], []
    for rank in range(1, STEMS + 1):
        stem = "".join(dice.choices(LETTERS, k=dice.randint(2, 7)))
        for inflection in INFLECTIONS:
            words.append(stem + inflection)
            weights.append(1 / rank)
    return words, list(accumulate(weights))


def _description(dice: random.Random, words: list[str]) -> str:
    drawn = dice.random()
    if drawn < 0.08:  # a comma, and so quotes
        words.insert(4, "،" if drawn < 0.01 else "خیابان 12,")
    text = " ".join(words)
    if drawn > 0.99:
        text = text.replace(" ", "\n", 1)
    if drawn > 0.5:  # as an Arabic keyboard writes
        text = text.replace("ی", "ي").replace("ک", "ك")
    return f"{text} پلاک ۱۲" if 0.2 < drawn < 0.3 else text
