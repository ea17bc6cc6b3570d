"""The registers: what is published, published like data. Rows come from the packages alone and know no clock."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from shahrnama.atomic import read_json, recover_folder
from shahrnama.catalog import House
from shahrnama.errors import LoadError

Package = dict[str, Any]
Register = dict[str, Any]
RegisterRow = dict[str, str | int | float | None]

TEXTS = ("title", "title_en", "description", "description_en")


def promoted(house: House) -> list[Package]:
    """Every promoted package as its datapackage.json has it, by name; LoadError if there is none or one is broken."""
    for old in house.packages.glob("*.old"):
        recover_folder(old.with_suffix(""))
    paths = sorted(house.packages.glob("*/datapackage.json"))
    if not paths:
        raise LoadError(f"{house.packages}: nothing is promoted yet; run `shahrnama build` and see what it says")
    packages = []
    for path in paths:
        try:
            packages.append(read_json(path))
        except (OSError, ValueError) as error:
            raise LoadError(f"{path} cannot be read: {error}; validate {path.parent.name} again") from error
    return packages


@cache
def registers() -> tuple[Register, ...]:
    """The registers in the shape of a package's resources, with what refers to what in order."""
    found = yaml.safe_load((Path(__file__).parent / "register.yaml").read_text(encoding="utf-8"))
    return tuple(found)


def register_rows(packages: list[Package]) -> dict[str, list[RegisterRow]]:
    """Rows of each register, keyed and ordered by its columns."""
    resources = [(package, resource) for package in packages for resource in package["resources"]]
    return {
        "datasets": [_dataset(package) for package in packages],
        "resources": [_resource(package, resource) for package, resource in resources],
        "columns": [_column(*found, field) for found in resources for field in found[1]["schema"]["fields"]],
        "captures": list(_captures(packages)),
    }


def _texts(item: dict[str, Any]) -> RegisterRow:
    return {key: str(item.get(key) or "") for key in TEXTS}


def _dataset(package: Package) -> RegisterRow:
    licences = package.get("licenses") or [{}]
    return {
        "dataset": package["name"],
        **_texts(package),
        "is_demo": int(package["is_demo"]),
        "license": licences[0].get("name"),
        "publisher": package.get("publisher"),
    }


def _resource(package: Package, resource: dict[str, Any]) -> RegisterRow:
    facts = {"kind": resource["kind"], "row_count": resource["row_count"]}
    return {"dataset": package["name"], "resource": resource["name"], **_texts(resource), **facts}


def _column(package: Package, resource: dict[str, Any], field: dict[str, Any]) -> RegisterRow:
    place = {"dataset": package["name"], "resource": resource["name"], "column": field["name"]}
    return {**place, **_texts(field), "type": field["type"]}


def _captures(packages: list[Package]) -> Iterator[RegisterRow]:
    """Each capture once, where it is named first: two pages of the same bytes are one capture."""
    seen: set[str] = set()
    for package in packages:
        for capture in package.get("captures") or ():
            if capture["sha256"] not in seen:
                seen.add(capture["sha256"])
                names = {key: capture[key] for key in ("capture_id", "sha256")}
                facts = {key: capture[key] for key in ("resource", "source_path", "bytes")}
                yield {**names, "dataset": package["name"], **facts}
