"""The registers: what is published, published like data. Rows come from the packages alone and know no clock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Package = dict[str, Any]
RegisterRow = dict[str, str | int | None]

REGISTER = {
    "datasets": "dataset TEXT PRIMARY KEY NOT NULL, title TEXT NOT NULL, title_en TEXT NOT NULL, "
    "description TEXT NOT NULL, description_en TEXT NOT NULL, is_demo INTEGER NOT NULL CHECK (is_demo IN (0, 1)), "
    "license TEXT, publisher TEXT",
    "resources": "resource TEXT PRIMARY KEY NOT NULL, dataset TEXT NOT NULL REFERENCES datasets (dataset), "
    "title TEXT NOT NULL, title_en TEXT NOT NULL, description TEXT NOT NULL, description_en TEXT NOT NULL, "
    "kind TEXT NOT NULL, row_count INTEGER NOT NULL",
    "columns": "resource TEXT NOT NULL REFERENCES resources (resource), column TEXT NOT NULL, "
    "title TEXT NOT NULL, title_en TEXT NOT NULL, description TEXT NOT NULL, description_en TEXT NOT NULL, "
    "type TEXT NOT NULL, PRIMARY KEY (resource, column)",
    "captures": "capture_id TEXT PRIMARY KEY NOT NULL, sha256 TEXT NOT NULL, "
    "dataset TEXT NOT NULL REFERENCES datasets (dataset), resource TEXT NOT NULL REFERENCES resources (resource), "
    "source_path TEXT NOT NULL, bytes INTEGER NOT NULL",
}


def register_rows(packages: list[Package]) -> dict[str, list[RegisterRow]]:
    """Rows of each register, in order of what refers to what."""
    return {
        "datasets": [_dataset(package) for package in packages],
        "resources": [_resource(package, resource) for package in packages for resource in package["resources"]],
        "columns": [_column(resource, field) for resource, field in _fields(packages)],
        "captures": list(_captures(packages)),
    }


def _texts(item: dict[str, Any]) -> RegisterRow:
    return {key: str(item.get(key) or "") for key in ("title", "title_en", "description", "description_en")}


def _dataset(package: Package) -> RegisterRow:
    licences = package.get("licenses") or [{}]
    facts = {
        "is_demo": int(package["is_demo"]),
        "license": licences[0].get("name"),
        "publisher": package.get("publisher"),
    }
    return {"dataset": package["name"], **_texts(package), **facts}


def _resource(package: Package, resource: dict[str, Any]) -> RegisterRow:
    facts = {"kind": resource["kind"], "row_count": resource["row_count"]}
    return {"resource": resource["name"], "dataset": package["name"], **_texts(resource), **facts}


def _fields(packages: list[Package]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for package in packages:
        for resource in package["resources"]:
            for field in resource["schema"]["fields"]:
                yield resource, field


def _column(resource: dict[str, Any], field: dict[str, Any]) -> RegisterRow:
    return {"resource": resource["name"], "column": field["name"], **_texts(field), "type": field["type"]}


def _captures(packages: list[Package]) -> Iterator[RegisterRow]:
    """Each capture once: two pages of the same bytes are one capture."""
    seen: set[str] = set()
    for package in packages:
        for capture in package["captures"]:
            if capture["capture_id"] not in seen:
                seen.add(capture["capture_id"])
                names = ("capture_id", "sha256")
                facts = {key: capture[key] for key in ("resource", "source_path", "bytes")}
                yield {**{key: capture[key] for key in names}, "dataset": package["name"], **facts}
