"""Datasette's metadata: from the packages' descriptors, over what people authored in `metadata.yml`.

Datasette 0.65 knows one language; the keys that end in `_en`, and `column_titles`, are for our plugin.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from shahrnama.atomic import read_json, write_text
from shahrnama.catalog import House
from shahrnama.errors import PublishError

DATABASE = "shahrnama"
PAGE_ROWS = 50
REGISTERS = {
    "datasets": ("مجموعه‌داده‌ها", "Datasets", "فهرست آنچه منتشر شده است.", "What is published."),
    "resources": ("جدول‌ها", "Tables", "فهرست جدول‌ها و شمار ردیف‌هایشان.", "The tables and how many rows they have."),
    "columns": ("ستون‌ها", "Columns", "واژه‌نامهٔ همهٔ ستون‌ها.", "The dictionary of all columns."),
    "captures": (
        "دریافت‌ها",
        "Captures",
        "پاسخ‌هایی که از سامانه‌ها گرفته شده‌اند و ردیف‌ها از آن‌ها خوانده شده‌اند.",
        "The answers of the sources that rows were read from.",
    ),
}


def write_metadata(house: House) -> Path:
    """Write `build/metadata.yml`; PublishError where the authored file cannot be read."""
    authored = _authored(house.root / "metadata.yml")
    database = authored.setdefault("databases", {}).setdefault(DATABASE, {})
    tables = {name: _register(*texts) for name, texts in REGISTERS.items()}
    for path in sorted(house.packages.glob("*/datapackage.json")):
        package = read_json(path)
        tables |= {resource["name"]: _table(package, resource) for resource in package["resources"]}
    database["tables"] = {**tables, **(database.get("tables") or {})}
    database["is_demo"] = any(table.get("is_demo") for table in tables.values())
    write_text(house.metadata, yaml.safe_dump(authored, allow_unicode=True, sort_keys=False, width=120))
    return house.metadata


def _authored(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise PublishError(f"{path} cannot be read: {' '.join(str(error).split())}") from error
    return found if isinstance(found, dict) else {}


def _register(title: str, title_en: str, description: str, description_en: str) -> dict[str, Any]:
    texts = {"title": title, "title_en": title_en, "description": description, "description_en": description_en}
    return {**texts, "size": PAGE_ROWS}


def _table(package: dict[str, Any], resource: dict[str, Any]) -> dict[str, Any]:
    fields, options = resource["schema"]["fields"], resource.get("table") or {}
    licence = (package.get("licenses") or [{}])[0]
    source = (package.get("sources") or [{}])[0]
    return {
        **{key: resource.get(key) or "" for key in ("title", "title_en", "description", "description_en")},
        "columns": {field["name"]: field["description"] for field in fields},
        "columns_en": {field["name"]: field["description_en"] for field in fields},
        "column_titles": {field["name"]: field["title"] for field in fields},
        "column_titles_en": {field["name"]: field["title_en"] for field in fields},
        **{key: options[key] for key in ("label_column", "facets", "sort", "sort_desc") if key in options},
        "size": PAGE_ROWS,
        "dataset": package["name"],
        "is_demo": package["is_demo"],
        "license": licence.get("title") or licence.get("name") or "",
        "license_url": licence.get("path") or "",
        "source": source.get("title") or "",
        "source_en": source.get("title_en") or "",
        "source_url": source.get("path") or "",
    }
