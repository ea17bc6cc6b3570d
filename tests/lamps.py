"""A small dataset of street lamps, written out as its folder, taken as captures and sent to the gate."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import yaml

from shahrnama.captures import Capture, CaptureStore
from shahrnama.catalog import Dataset, House, read
from shahrnama.derive import derive
from shahrnama.gate.sift import sift
from shahrnama.package import package
from shahrnama.validate import Report, validate

DESCRIPTOR = """
name: lamps
title: چراغ‌ها
title_en: Lamps
harvest: {protocol: json, address_variable: LAMPS_URL, frequency: P1D}
resources:
  - name: poles
    expect: {min_rows: 0}
    schema:
      primaryKey: [pole_id]
      fields:
        - {name: pole_id, type: string, constraints: {required: true}}
        - {name: height_count, type: integer, constraints: {minimum: 1}}
        - {name: capture_id, type: string, constraints: {required: true}}
  - name: lamps
    newest_by: updated_at
    expect: {min_rows: 1}
    schema:
      primaryKey: [lamp_id]
      foreignKeys: [{fields: [pole_id], reference: {resource: poles, fields: [pole_id]}}]
      fields:
        - {name: lamp_id, type: string, constraints: {required: true}}
        - {name: pole_id, type: string}
        - {name: watt_count, type: integer, constraints: {minimum: 1, maximum: 1000}}
        - {name: note, type: string, privacy: mask}
        - {name: updated_at, type: datetime, format: "%Y-%m-%dT%H:%M:%SZ"}
        - {name: capture_id, type: string, constraints: {required: true}}
  - name: lamp_sums
    schema:
      primaryKey: [pole_id]
      fields: [{name: pole_id, type: string}, {name: watt_count, type: integer}]
"""
HARVEST = """
import json

def lamps(body):
    for record in json.loads(body):
        yield {"pole_id": None, "note": None, "watt_count": 40, "updated_at": "2026-01-01T00:00:00Z", **record}

def poles(body):
    for record in json.loads(body):
        yield {"height_count": 8, **record}
"""
SQL = "SELECT coalesce(pole_id, '-') AS pole_id, sum(watt_count) AS watt_count FROM lamps GROUP BY ALL\n"

Records = list[dict[str, Any]]


def write(house: House, **of_lamps: Any) -> None:
    """The dataset's folder; `of_lamps` replaces keys of the resource `lamps`."""
    folder = house.datasets / "lamps"
    (folder / "derive").mkdir(parents=True, exist_ok=True)
    descriptor = yaml.safe_load(DESCRIPTOR)
    descriptor["resources"][1] |= of_lamps
    (folder / "datapackage.yaml").write_text(yaml.safe_dump(descriptor, allow_unicode=True, sort_keys=False))
    (folder / "harvest.py").write_text(HARVEST)
    (folder / "derive" / "lamp_sums.sql").write_text(SQL)


def lamps(house: House) -> Dataset:
    """The dataset as its folder has it now."""
    return read(house.datasets / "lamps")


def take(house: House, records: Records, poles: Records = (), *, is_demo: bool = False) -> None:  # type: ignore[assignment]
    """Captures as a harvest would leave them."""
    store = CaptureStore(house.captures, "lamps")
    taken = []
    for name, found in (("lamps", records), ("poles", poles)):
        body = json.dumps(list(found)).encode()
        taken.append(Capture(name, f"{name}.json", store.save(body), len(body)))
    store.conclude(taken, {}, source="test", is_demo=is_demo)


def gate(house: House, *, accept: bool = False) -> Report:
    """Package, sift, derive and validate."""
    dataset = lamps(house)
    package(house, dataset)
    sift(house, dataset, [dataset])
    derive(house, dataset, [dataset])
    return validate(house, dataset, [dataset], accept=accept)


def published(house: House, name: str = "lamps") -> list[dict[str, str]]:
    """Rows of a promoted table."""
    with (house.packages / "lamps" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def good(count: int, **more: Any) -> Records:
    """So many good lamps."""
    return [{"lamp_id": f"l{number:03d}", **more} for number in range(count)]


def private(house: House, name: str = "lamps") -> Path:
    """Where rows of a table are that were set aside."""
    return house.build / "quarantine" / "lamps" / f"{name}.csv"
