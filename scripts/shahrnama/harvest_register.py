"""The registers of runs: sources, attempts, sightings of captures, and what the gate says, in a database of their own.

They change with every harvest, while the data's own database stays the same bytes for the same data.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from shahrnama.atomic import read_json
from shahrnama.captures import CaptureStore, Manifest
from shahrnama.catalog import Dataset, House
from shahrnama.gate_register import gate_registers, gate_rows
from shahrnama.net.faults import Fault
from shahrnama.register import Register, RegisterRow

NAMING = {"unreachable", "tls", "redirect", "address", "malformed", "foreign"}  # their details may name a host


@cache
def harvest_registers() -> tuple[Register, ...]:
    """The registers in the shape of a package's resources, with what refers to what in order."""
    found = yaml.safe_load((Path(__file__).parent / "harvest_register.yaml").read_text(encoding="utf-8"))
    return (*found, *gate_registers())


def harvest_rows(house: House, datasets: Sequence[Dataset]) -> dict[str, list[RegisterRow]]:
    """Rows of each register, keyed and ordered by its columns."""
    harvested = [(dataset, CaptureStore(house.captures, dataset.name)) for dataset in datasets if dataset.harvest]
    attempts = [(dataset.name, row) for dataset, store in harvested for row in store.attempts()]
    ordered = sorted(attempts, key=lambda pair: pair[1]["requested_at"])
    return {
        "sources": [source_row(dataset, store) | _repeated(house, dataset) for dataset, store in harvested],
        "attempts": [_attempt(number, name, row) for number, (name, row) in enumerate(ordered, start=1)],
        "sightings": [row for dataset, store in harvested for row in _sightings(dataset, store.manifest())],
        **gate_rows(house, datasets),
    }


def source_row(dataset: Dataset, store: CaptureStore) -> RegisterRow:
    """The row of one source: its state, when it was asked and changed, how often it failed."""
    authored: dict[str, Any] = dataset.harvest or {}
    manifest, attempts = store.manifest(), store.attempts()
    told = (dataset.descriptor.get("sources") or [{}])[0]
    frozen = authored.get("frozen") or {}
    state = "frozen" if frozen else "never" if not manifest else "demo" if manifest.is_demo else "live"
    return {
        "dataset": dataset.name,
        "title": told.get("title") or dataset.title,
        "title_en": told.get("title_en") or dataset.title_en,
        "protocol": str(authored.get("protocol")),
        "state_code": state,
        "frozen_reason": frozen.get("reason"),
        "frozen_reason_en": frozen.get("reason_en"),
        "frequency": str(authored.get("frequency")),
        "last_checked_at": manifest.checked_at if manifest else None,
        "last_changed_at": manifest.changed_at if manifest else None,
        "next_check_at": manifest.next_check_at if manifest and not frozen else None,
        "attempt_count": len(attempts),
        "failed_count": sum(row["outcome"] == "failed" for row in attempts),
    }


def _repeated(house: House, dataset: Dataset) -> RegisterRow:
    """How often the newest harvest gave a record again, and how often then with other content: the newest is kept."""
    staged = read_json(house.staging / dataset.name / "staged.json") or {}
    counts = (staged.get("repeated") or {}).values()
    names = {"repeated_count": "repeated", "differing_count": "differing"}
    return {column: sum(count[name] for count in counts) for column, name in names.items()}


def _attempt(number: int, dataset: str, row: dict[str, Any]) -> RegisterRow:
    kept = ("resource", "requested_at", "status", "bytes", "elapsed_seconds")
    told = ("content_type", "etag", "last_modified")
    found: RegisterRow = {"attempt_id": number, "dataset": dataset, "url": _shown(row["url"])}
    found["message"] = _said(row) or None
    found |= {"outcome_code": row["outcome"], "fault_code": row["fault"] or None}
    found |= {name: row[name] for name in kept} | {name: row[name] or None for name in told}
    columns = next(item for item in harvest_registers() if item["name"] == "attempts")["schema"]["fields"]
    return {field["name"]: found[field["name"]] for field in columns}


def _sightings(dataset: Dataset, manifest: Manifest | None) -> Iterator[RegisterRow]:
    """One row for each address; an answer that two tables are read from was seen once."""
    for capture in {found.source_path: found for found in manifest.captures}.values() if manifest else ():
        yield {
            "dataset": dataset.name,
            "source_path": capture.source_path,
            "capture_id": capture.capture_id,
            "first_seen_at": manifest.first_seen.get(capture.sha256, manifest.changed_at) if manifest else None,
            "last_seen_at": manifest.checked_at if manifest else None,
        }


def _said(row: dict[str, Any]) -> str:
    """The message, without the detail of a connection where that could name the machine that `_shown` hides."""
    if row["fault"] in NAMING and _shown(row["url"]) != row["url"]:
        return Fault(row["fault"], "…").message("en")
    return str(row["message"])


def _shown(url: str) -> str:
    """The address as strangers may see it: of a machine that is named by a number or locally, only the path."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if "." in host and not host.endswith((".local", ".internal", ".lan")):
            return url
    return f"{parts.path}{'?' if parts.query else ''}{parts.query}"
