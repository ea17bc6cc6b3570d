"""Validate a million rows with Frictionless and with shahrnama.proof, side by side, each in a process of its own.

    .venv/bin/python bench/validate.py [--rows 1000000] [--errors 1000] [--repeat 1] [--large 5000000] [--folder DIR]

Prints seconds, peak memory and the ratio: for valid data, for the same data with mixed errors (in the cells, ragged
and blank rows, duplicates), and, with --large, ours alone on more rows, to show whether memory grows. Both import
what they need within the time that is taken, and both print their verdict, which must be the same.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
COLUMNS = [
    "request_id",
    "category",
    "description",
    "district_code",
    "status",
    "channel",
    "requested_at",
    "closed_at",
    "lat",
    "lon",
    "rating",
    "has_photo",
]
CATEGORIES = ["آسفالت", "روشنایی", "پسماند", "فضای سبز", "آب و فاضلاب", "ترافیک", "سد معبر", "ساخت‌وساز"]
WORDS = [
    "خیابان",
    "کوچه",
    "چاله",
    "چراغ",
    "خاموش",
    "زباله",
    "درخت",
    "شکسته",
    "آب\u200cگرفتگی",
    "ميدان",
    "پياده\u200cرو",
    "۱۲",
    "ترافیک",
    "صدا",
    "ساختمان",
    "شبانه",
]
TIMES = "%Y-%m-%dT%H:%M:%SZ"
SCHEMA = {
    "primaryKey": ["request_id"],
    "foreignKeys": [{"fields": ["district_code"], "reference": {"resource": "districts", "fields": ["district_code"]}}],
    "fields": [
        {
            "name": "request_id",
            "type": "string",
            "constraints": {"required": True, "unique": True, "pattern": r"SR-\d{9}", "minLength": 12, "maxLength": 12},
        },
        {"name": "category", "type": "string", "constraints": {"required": True, "enum": CATEGORIES}},
        {"name": "description", "type": "string", "constraints": {"minLength": 3, "maxLength": 2000}},
        {"name": "district_code", "type": "integer", "constraints": {"required": True}},
        {"name": "status", "type": "string", "constraints": {"required": True, "enum": ["open", "closed"]}},
        {"name": "channel", "type": "string", "constraints": {"enum": ["137", "web", "app", "in person"]}},
        {
            "name": "requested_at",
            "type": "datetime",
            "format": TIMES,
            "constraints": {"required": True, "minimum": "2015-03-21T00:00:00Z"},
        },
        {
            "name": "closed_at",
            "type": "datetime",
            "format": TIMES,
            "constraints": {"minimum": "2015-03-21T00:00:00Z"},
        },
        {"name": "lat", "type": "number", "constraints": {"minimum": 35.5, "maximum": 36}},
        {"name": "lon", "type": "number", "constraints": {"minimum": 51, "maximum": 51.8}},
        {"name": "rating", "type": "integer", "constraints": {"minimum": 1, "maximum": 5}},
        {"name": "has_photo", "type": "boolean"},
    ],
}
STOCK = "import sys, frictionless; report = frictionless.validate(sys.argv[1])"
OURS = "import sys; from shahrnama.proof import validate; report = validate(sys.argv[1]).report"
ENVIRON = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
WARM = "import frictionless, shahrnama.proof"  # so that neither is timed while Python compiles it for the first time
TELL = """
import resource
print(report.valid, report.stats["errors"], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def rows(count: int, seed: int) -> Iterator[list[str]]:
    """Service requests as a city sends them: 8 % of descriptions quoted, some over several lines."""
    draw = random.Random(seed)
    start = 1_500_000_000
    for number in range(count):
        text = " ".join(draw.choices(WORDS, k=draw.randint(5, 14)))
        kind = draw.random()
        text = f"{text}، «{text}»\n{text}" if kind < 0.01 else f'{text}, "{text[:20]}"' if kind < 0.08 else text
        opened = start + draw.randrange(200_000_000)
        closed = draw.random() < 0.8
        yield [
            f"SR-{number:09}",
            draw.choice(CATEGORIES),
            text,
            str(draw.randint(1, 22)),
            "closed" if closed else "open",
            draw.choice(["137", "web", "app", "in person", ""]),
            time.strftime(TIMES, time.gmtime(opened)),
            time.strftime(TIMES, time.gmtime(opened + draw.randrange(3_000_000))) if closed else "",
            f"{draw.uniform(35.55, 35.85):.6f}",
            f"{draw.uniform(51.05, 51.65):.6f}",
            str(draw.randint(1, 5)) if closed and draw.random() < 0.5 else "",
            draw.choice(["true", "false"]),
        ]


def spoil(row: list[str], draw: random.Random) -> list[str]:
    """One mixed error: out of range, of the wrong type, ragged, repeated, blank; or a lax form that is right."""
    choices = [
        [*row[:8], "99.5", *row[9:]],
        [*row[:10], "۶", *row[11:]],
        [*row[:3], "23", *row[4:]],
        [*row[:3], "۲", *row[4:]],
        [*row[:6], "1403-13-45", *row[7:]],
        [*row[:1], "", *row[2:]],
        row[:-2],
        [*row, "extra"],
        ["SR-000000007", *row[1:]],
        [],
    ]
    return draw.choice(choices)


def write(folder: Path, count: int, errors: int, seed: int = 137) -> Path:
    """A package of `count` requests, of which `errors` are spoilt; its datapackage.json."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(seed)
    bad = set(draw.sample(range(count), errors))
    with (folder / "service_requests.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for number, row in enumerate(rows(count, seed)):
            writer.writerow(spoil(row, draw) if number in bad else row)
    lines = ["district_code,name", *(f"{code},منطقهٔ {code}" for code in range(1, 23))]
    (folder / "districts.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    districts = {"fields": [{"name": "district_code", "type": "integer"}, {"name": "name", "type": "string"}]}
    shared = {"encoding": "utf-8", "dialect": {"csv": {"delimiter": ","}}, "type": "table"}
    resources = [
        {"name": "service_requests", "path": "service_requests.csv", **shared, "schema": SCHEMA},
        {"name": "districts", "path": "districts.csv", **shared, "schema": districts},
    ]
    (folder / "datapackage.json").write_text(json.dumps({"name": "bench", "resources": resources}, ensure_ascii=False))
    return folder / "datapackage.json"


@dataclass(frozen=True)
class Run:
    """What one process took, imports included, and the verdict it printed."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    verdict: str


def run(code: str, package: Path) -> Run:
    """Validate in a process of its own."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, "-c", code + TELL, str(package)]
    done = subprocess.run(command, cwd=ROOT / "scripts", env=ENVIRON, capture_output=True, text=True, check=True)
    seconds, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    valid, errors, peak = done.stdout.split()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(seconds, cpu, float(peak), f"valid={valid} errors={errors}")


def main() -> None:
    """A line for each engine and kind of data, and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--errors", type=int, default=1_000)
    parser.add_argument("--repeat", type=int, default=1, help="runs of ours; the median is taken")
    parser.add_argument("--large", type=int, default=0, help="also ours alone on this many rows")
    parser.add_argument("--folder", type=Path, help="keep the data here and use it again")
    asked = parser.parse_args()
    subprocess.run([sys.executable, "-c", WARM], cwd=ROOT / "scripts", env=ENVIRON, check=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.folder or Path(scratch)
        for errors in (0, asked.errors):
            package = folder / f"{asked.rows}-{errors}" / "datapackage.json"
            package = package if package.exists() else write(package.parent, asked.rows, errors)
            ours = sorted((run(OURS, package) for _ in range(asked.repeat)), key=lambda done: done.seconds)
            stock = run(STOCK, package)
            assert ours[0].verdict == stock.verdict, (ours, stock)
            tell(f"{asked.rows} rows, {errors} spoilt", ours[len(ours) // 2], stock)
        if asked.large:
            package = folder / f"{asked.large}-0" / "datapackage.json"
            package = package if package.exists() else write(package.parent, asked.large, 0)
            tell(f"{asked.large} rows, 0 spoilt", run(OURS, package))


def tell(title: str, ours: Run, stock: Run | None = None) -> None:
    """Print a line for each engine, and the ratios."""
    for name, done in (("proof", ours), ("frictionless", stock)):
        if done:
            took = f"{done.seconds:8.2f} s {done.cpu_seconds:8.2f} s of CPU {done.peak_mb:6.0f} MB"
            print(f"{title:28} {name:13} {took}  {done.verdict}", flush=True)
    if stock:
        wall, cpu = stock.seconds / ours.seconds, stock.cpu_seconds / ours.cpu_seconds
        print(f"{title:28} {'ratio':13} {wall:8.1f}   {cpu:8.1f}", flush=True)


if __name__ == "__main__":
    main()
