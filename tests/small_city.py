"""Three packages of a small city, promoted as the gate leaves them: two authored, one harvested with its captures."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shahrnama.catalog import House
from shahrnama.load import load
from shahrnama.publish.files import write_files

Cells = Sequence[str]

SHA256 = "a" * 64
CAPTURE = {"capture_id": SHA256[:16], "sha256": SHA256, "source_path": "requests.json?page=1", "bytes": 12}


def field(name: str, kind: str = "string", **constraints: Any) -> dict[str, Any]:
    """A field with texts in both languages."""
    texts = {
        "title": f"ستون {name}",
        "title_en": name,
        "description": f"شرح {name}",
        "description_en": f"What {name} is",
    }
    return {"name": name, "type": kind, **texts, **({"constraints": constraints} if constraints else {})}


def resource(name: str, key: str, fields: list[dict[str, Any]], rows: list[Cells], **more: Any) -> dict[str, Any]:
    """A resource with its rows, which `promote` takes out; `schema` in `more` adds to the schema."""
    schema = {"primaryKey": key.split(), "fields": fields, **more.pop("schema", {})}
    texts = {"title": f"جدول {name}", "title_en": name, "description": f"شرح {name}", "description_en": f"Table {name}"}
    return {"name": name, **texts, "kind": "authored", "row_count": len(rows), **more, "schema": schema, "rows": rows}


def promote(house: House, name: str, resources: list[dict[str, Any]], **more: Any) -> Path:
    """Write a package as the gate promotes it; returns its folder."""
    folder = house.packages / name
    folder.mkdir(parents=True, exist_ok=True)
    is_demo = bool(more.get("is_demo"))
    written = []
    for found in resources:
        path = folder / f"{found['name']}{'.demo' if is_demo else ''}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([item["name"] for item in found["schema"]["fields"]])
            writer.writerows(found["rows"])
        written.append({**{key: value for key, value in found.items() if key != "rows"}, "path": path.name})
    package = {
        "name": name,
        "title": f"مجموعهٔ {name}",
        "title_en": name.capitalize(),
        "description": "شرح مجموعه",
        "description_en": "What it is",
        "licenses": [
            {"name": "CC-BY-4.0", "title": "ذکر منبع", "path": "https://creativecommons.org/licenses/by/4.0/"}
        ],
        "sources": [{"title": "منبع", "title_en": "Source", "path": "https://example.org/"}],
        "publisher": "municipality",
        "is_demo": is_demo,
        "captures": [],
        **more,
        "resources": written,
    }
    text = json.dumps(package, ensure_ascii=False, indent=2)
    (folder / "datapackage.json").write_text(text, encoding="utf-8")
    return folder


def refers(column: str, table: str, to: str | None = None, package: str | None = None) -> dict[str, Any]:
    """A foreign key of one column."""
    reference = {"resource": table, "fields": [to or column]}
    return {"fields": [column], "reference": {**({"package": package} if package else {}), **reference}}


DISTRICTS = resource(
    "districts",
    "district_id",
    [field("district_id", "integer", required=True), field("name_fa", required=True, unique=True), field("name_en")],
    [("1", "منطقهٔ ۱", "District 1"), ("5", "منطقهٔ ۵", ""), ("12", "منطقهٔ ۱۲", "District 12")],
    table={"label_column": "name_fa", "search": ["name_fa", "name_en"]},
)
ORGANISATIONS = resource(
    "organisations",
    "organisation_id",
    [
        field("organisation_id", required=True),
        field("name_fa", required=True),
        field("name_en"),
        field("kind_code", required=True, enum=["council", "municipality", "mayor's office"]),
        field("parent_id"),
        field("website_url"),
        field("source_url"),
    ],
    [
        ("council", "شورای شهر", "City council", "council", "", "", "https://example.org/"),
        ("lamp_office", "ادارهٔ روشنایی", "Lamp office", "mayor's office", "municipality", "", "https://example.org/"),
        ("municipality", "شهرداری", "Municipality", "municipality", "council", "", "https://example.org/"),
    ],
    schema={"foreignKeys": [refers("parent_id", "", "organisation_id")]},
    table={"label_column": "name_fa", "facets": ["kind_code"], "search": ["name_fa"], "indexes": [["kind_code"]]},
)
SERVICE_REQUESTS = resource(
    "service_requests",
    "service_request_id",
    [
        field("service_request_id", required=True),
        {
            **field("status_code", required=True, enum=["open", "closed"]),
            "labels": {"open": "باز", "closed": "بسته"},
            "labels_en": {"open": "open", "closed": "closed"},
        },
        field("status_notes"),
        field("service_code", required=True),
        field("agency_responsible_name"),
        field("district_id", "integer"),
        field("description"),
        field("requested_at", "datetime", required=True),
        field("updated_at", "datetime", required=True),
        field("latitude", "number"),
        field("capture_id", required=True),
    ],
    [
        ("b", "closed", "", "L1", "روشنایی", "5", "چراغِ كتابخانه‌ها خاموش است", "2026-03-21T00:00:00Z",
         "2026-03-31T00:00:00Z", "35.701", SHA256[:16]),
        ("a", "open", "در نوبت", "W1", "", "", "<b>نشتی</b>\nآب", "2026-03-20T00:00:00Z",
         "2026-04-20T00:00:00Z", "", SHA256[:16]),
    ],
    kind="harvested",
    schema={"foreignKeys": [refers("service_code", "services")]},
    crossPackageForeignKeys=[refers("district_id", "districts", package="districts")],
    table={
        "facets": ["status_code", "district_id", "service_code"],
        "sort_desc": "requested_at",
        "search": ["description", "status_notes"],
        "indexes": [["requested_at"], ["status_code", "district_id"]],
    },
)  # fmt: skip
SERVICES = resource(
    "services",
    "service_code",
    [
        field("service_code", required=True),
        field("service_name", required=True),
        field("has_definition", "boolean", required=True),
        field("capture_id", required=True),
    ],
    [("L1", "چراغ خیابان", "true", SHA256[:16]), ("W1", "نشت آب", "false", SHA256[:16])],
    kind="harvested",
    table={"label_column": "service_name", "search": ["service_name"]},
)
RESPONSE_TIMES = resource(
    "response_times",
    "district_id service_code",
    [
        field("district_id", "integer", required=True),
        field("service_code", required=True),
        field("open_count", "integer", required=True),
        field("closed_count", "integer", required=True),
        field("median_close_days", "number"),
        field("p90_close_days", "number"),
    ],
    [("1", "L1", "0", "20", "2", "4.5"), ("5", "L1", "3", "30", "10", "12"), ("5", "W1", "1", "0", "", "")],
    kind="derived",
    schema={"foreignKeys": [refers("service_code", "services")]},
    crossPackageForeignKeys=[refers("district_id", "districts", package="districts")],
    table={"facets": ["district_id"], "sort_desc": "open_count", "indexes": [["service_code"]]},
)
REQUEST_TABLES = [SERVICE_REQUESTS, SERVICES, RESPONSE_TIMES]


def promote_city(house: House) -> None:
    """All three packages; the same answer was taken for two tables, as a page of two kinds of record may be."""
    captures = [{**CAPTURE, "resource": name} for name in ("services", "service_requests")]
    promote(house, "districts", [DISTRICTS])
    promote(house, "organisations", [ORGANISATIONS])
    promote(house, "service_requests", REQUEST_TABLES, is_demo=True, captures=captures)


def published(folder: Path) -> House:
    """A house with the project's own portal and the small city, loaded, its files written."""
    house = lay_out(folder)
    load(house)
    write_files(house)
    return house


def lay_out(folder: Path) -> House:
    """A house with the project's own portal and the small city, promoted; not yet loaded."""
    root = Path(__file__).parents[1]
    shutil.copytree(root / "site", folder / "site")
    shutil.copyfile(root / "mkdocs.yml", folder / "mkdocs.yml")
    house = House.at(folder)
    promote_city(house)
    return house
