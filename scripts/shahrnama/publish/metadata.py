"""Datasette's metadata: from the packages' descriptors, over what people authored in `metadata.yml`.

Datasette 0.65 knows one language; the keys that end in `_en`, and `column_titles`, are for our plugin.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from shahrnama.atomic import write_text
from shahrnama.catalog import House
from shahrnama.errors import PublishError
from shahrnama.harvest_register import harvest_registers
from shahrnama.publish.questions import ready
from shahrnama.publish.speak_up import VARIABLES
from shahrnama.register import TEXTS, Package, promoted, registers

PAGE_ROWS = 50
FACET_TABLES: dict[str, dict[str, Any]] = {  # counts that `load_facets` makes, for the plugin
    "facet_columns": {
        "title": "ستون‌های شمرده",
        "title_en": "Counted columns",
        "description": "هر ردیف می‌گوید یک ستون چند مقدار جداگانه و چند ردیف خالی دارد.",
        "description_en": "One row says how many different values a column has, and how many rows are empty in it.",
        "columns": {},
        "hidden": True,
    },
    "facet_counts": {
        "title": "شمار مقدارها",
        "title_en": "Counts of values",
        "description": "هر ردیف می‌گوید چند ردیف یک جدول این مقدار را دارند؛ از هر ستون تا هزار مقدار پرشمارتر.",
        "description_en": "One row says how many rows of a table have this value, for a column's thousand commonest.",
        "columns": {},
        "hidden": True,
    },
}
OPTIONS = ("label_column", "facets", "sort", "sort_desc")


def write_metadata(house: House) -> Path:
    """Write `build/metadata.yml`; PublishError where the authored file or an option of a table is wrong.

    Canned queries are described in `publish.questions`.
    """
    packages = promoted(house)
    metadata = {key: value for key, value in _authored(house.root / "metadata.yml").items() if key not in VARIABLES}
    database = metadata.setdefault("databases", {}).setdefault(house.database.stem, {})
    tables = {register["name"]: _table(register) for register in registers()}
    for package in packages:
        tables |= {item["name"]: {**_table(item), **_dataset(package), **_file(item)} for item in package["resources"]}
    for name, options in (database.get("tables") or {}).items():
        tables[name] = {**tables.get(name, {}), **options}
    harvests = metadata["databases"].setdefault(house.registers.stem, {})
    is_demo = any(package["is_demo"] for package in packages)
    harvests["is_demo"] = database["is_demo"] = is_demo  # what is told of a fictional city is fictional too
    harvests["tables"] = {item["name"]: {**_table(item), "is_demo": is_demo} for item in harvest_registers()}
    for found in (tables, harvests["tables"]):
        found |= FACET_TABLES
    database["datasets"] = {package["name"]: _texts(package) for package in packages}
    database["tables"] = tables
    groups = {group["name"] for group in database.get("question_groups") or ()}
    authored = [(package["name"], package.get("queries") or {}) for package in packages]
    authored.append(("metadata.yml", database.get("queries") or {}))
    database["queries"] = ready(authored, groups, tables)
    harvests["queries"] = ready([("metadata.yml", harvests.get("queries") or {})], groups, harvests["tables"])
    write_text(house.metadata, yaml.safe_dump(metadata, allow_unicode=True, sort_keys=False, width=120))
    return house.metadata


def _authored(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise PublishError(f"{path} cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(found, dict):
        raise PublishError(f"{path} holds no keys; give it at least a title and a title_en")
    return found


def _table(resource: dict[str, Any]) -> dict[str, Any]:
    fields = resource["schema"]["fields"]
    return {
        **_texts(resource),
        "columns": {field["name"]: field.get("description") or "" for field in fields},
        "columns_en": {field["name"]: field.get("description_en") or "" for field in fields},
        "column_titles": {field["name"]: field.get("title") or field["name"] for field in fields},
        "column_titles_en": {field["name"]: field.get("title_en") or field["name"] for field in fields},
        "column_types": {field["name"]: field["type"] for field in fields},
        "column_values": {field["name"]: field["labels"] for field in fields if field.get("labels")},
        "column_values_en": {field["name"]: field["labels_en"] for field in fields if field.get("labels_en")},
        **_options(resource, {field["name"] for field in fields}),
        "size": PAGE_ROWS,
    }


def _texts(item: dict[str, Any]) -> dict[str, Any]:
    return {key: item.get(key) or "" for key in TEXTS}


def _file(resource: dict[str, Any]) -> dict[str, Any]:
    """The whole table's file below `/files/<dataset>/`, its size in bytes, and where its rows come from."""
    return {"file": resource["path"], "file_bytes": resource.get("bytes") or 0, "kind": resource["kind"]}


def _options(resource: dict[str, Any], columns: set[str]) -> dict[str, Any]:
    """Datasette answers 500 to a label, facet or order by a column that is not there: refused here, by name."""
    options = {key: value for key, value in (resource.get("table") or {}).items() if key in OPTIONS}
    for key, value in options.items():
        unknown = sorted({value} - columns if isinstance(value, str) else set(value) - columns)
        if unknown:
            raise PublishError(
                f"table {resource['name']}: {key} names {unknown[0]!r}, which is no column; mend `table`"
            )
    return options


def _dataset(package: Package) -> dict[str, Any]:
    licence = (package.get("licenses") or [{}])[0]
    source = (package.get("sources") or [{}])[0]
    found = {
        "dataset": package["name"],
        "is_demo": package["is_demo"],
        "license": licence.get("title") or licence.get("name"),
        "license_en": licence.get("title_en") or licence.get("name"),
        "license_url": _address(licence.get("path")),
        "source": source.get("title"),
        "source_en": source.get("title_en") or source.get("title"),
        "source_url": _address(source.get("path")),
    }
    return {key: value for key, value in found.items() if value is not None}


def _address(text: str | None) -> str | None:
    """Web addresses only: Datasette makes a link of whatever stands here, of `javascript:` too."""
    return text if text and text.startswith(("https://", "http://")) else None
