"""The JSON API as OpenAPI 3.1: every table and every ready question, from the metadata that Datasette serves.

Descriptions are English, with the Persian in `x-description-fa` and `x-title-fa`. `/openapi.json` of the portal.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from shahrnama.atomic import write_json
from shahrnama.catalog import LOADER, House

VERSION = "3.1.0"  # the newest that most generators of clients read
MOST_ROWS = 1000
TYPES = {"integer": "integer", "number": "number", "boolean": "integer"}  # booleans are 0 and 1 in SQLite
Part = dict[str, Any]


def write_openapi(house: House, path: Path) -> Path:
    """Write the description of what `write_metadata` published."""
    metadata = yaml.load(house.metadata.read_text(encoding="utf-8"), LOADER)  # noqa: S506 a safe loader
    write_json(path, openapi(metadata))
    return path


def openapi(metadata: Part) -> Part:
    """The description as a dictionary; paths are those below the site's address."""
    paths: Part = {}
    schemas: Part = {"Error": ERROR}
    for database, about in metadata["databases"].items():
        paths[f"/db/{database}.json"] = {"get": _sql(database, about)}
        for name, table in (about.get("tables") or {}).items():
            if table.get("hidden"):
                continue
            schemas[f"{database}.{name}"] = _row(table)
            paths[f"/db/{database}/{name}.json"] = {"get": _table(database, name, table)}
        for name, query in (about.get("queries") or {}).items():
            paths[f"/db/{database}/{name}.json"] = {"get": _question(database, name, query)}
    return {
        "openapi": VERSION,
        "info": {
            "title": metadata.get("title_en") or metadata["title"],
            "description": f"{metadata.get('description_en') or ''} Read only, without a key. Whole tables are files "
            "under /files/. Answers name their release in X-Release.".strip(),
            "version": "1",  # of the addresses; the data's own version is its release
            "license": {"name": metadata.get("license_en") or "", "url": metadata.get("license_url") or ""},
            "x-title-fa": metadata["title"],
        },
        "servers": [{"url": "/"}],
        "tags": [_told({"name": name}, about) for name, about in metadata["databases"].items()],
        "paths": paths,
        "components": {"schemas": schemas, "parameters": PARAMETERS, "responses": {"Refused": REFUSED}},
    }


def _told(part: Part, about: Part) -> Part:
    """The part with the description of some metadata in both languages."""
    told = {"description": about.get("description_en") or "", "x-description-fa": about.get("description") or ""}
    return {**part, **{key: text for key, text in told.items() if text}}


def _row(table: Part) -> Part:
    titles, titles_fa = table.get("column_titles_en") or {}, table.get("column_titles") or {}
    texts, texts_fa = table.get("columns_en") or {}, table.get("columns") or {}
    codes, codes_fa = table.get("column_values_en") or {}, table.get("column_values") or {}
    types = table.get("column_types") or {}
    properties = {
        name: {
            "type": [TYPES.get(types.get(name) or "", "string"), "null"],
            "title": titles.get(name) or name,
            "x-title-fa": titles_fa.get(name) or name,
            "description": texts.get(name) or "",
            "x-description-fa": texts_fa.get(name) or "",
            **({"x-codes": codes[name], "x-codes-fa": codes_fa.get(name) or {}} if name in codes else {}),
        }
        for name in titles
    }
    return _told({"type": "object", "title": table.get("title_en") or "", "properties": properties}, table)


def _table(database: str, name: str, table: Part) -> Part:
    shared = [{"$ref": f"#/components/parameters/{key}"} for key in ("shape", "size", "next", "sort", "sort_desc")]
    filters = [
        {
            "name": column,
            "in": "query",
            "description": f"Only rows whose {title} is this; `{column}__gt`, `__lt`, … compare otherwise",
            "schema": {"type": "string"},
        }
        for column, title in (table.get("column_titles_en") or {}).items()
    ]
    return _operation(database, name, table, [*shared, *filters], {"$ref": f"#/components/schemas/{database}.{name}"})


def _question(database: str, name: str, query: Part) -> Part:
    parameters = [
        {
            "name": parameter,
            "in": "query",
            "description": f"{about['title_en']}; empty means {about['empty_en']}",
            "x-description-fa": f"{about['title']}؛ خالی یعنی {about['empty']}",
            "schema": {"type": "string", "default": ""},
        }
        for parameter, about in (query.get("parameters") or {}).items()
    ]
    return _operation(
        database, name, query, [{"$ref": "#/components/parameters/shape"}, *parameters], {"type": "object"}
    )


def _sql(database: str, about: Part) -> Part:
    asked: Part = {"name": "sql", "in": "query", "required": True, "schema": {"type": "string"}}
    asked["description"] = "One select; `:name` in it takes the parameter `name` of the address"
    told: Part = {"title_en": "Your own question, in SQL", "title": "پرسش شما به SQL", **_texts(about)}
    shared: list[Part] = [{"$ref": "#/components/parameters/shape"}, asked]
    return _operation(database, "sql", told, shared, {"type": "object"})


def _texts(about: Part) -> Part:
    return {key: about[key] for key in ("description", "description_en") if about.get(key)}


def _operation(database: str, name: str, about: Part, parameters: list[Part], row: Part) -> Part:
    rows = {"type": "array", "items": row, "maxItems": MOST_ROWS}
    return _told(
        {
            "operationId": f"{database}_{name}",
            "tags": [database],
            "summary": about.get("title_en") or name,
            "x-title-fa": about.get("title") or name,
            "parameters": parameters,
            "responses": {
                "200": {"description": "The rows", "content": {"application/json": {"schema": rows}}},
                "400": {"$ref": "#/components/responses/Refused"},
            },
        },
        about,
    )


ERROR: Part = {
    "type": "object",
    "required": ["ok", "error", "status"],
    "properties": {
        "ok": {"const": False},
        "error": {"type": "string", "description": "What is wrong; in English with `_lang=en`, else in Persian"},
        "advice": {"type": "string", "description": "What to do instead"},
        "status": {"type": "integer"},
    },
}
REFUSED: Part = {
    "description": "A question that is wrong, too slow or too large, and what to do instead",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}
PARAMETERS: Part = {
    "shape": {
        "name": "_shape",
        "in": "query",
        "description": "`array` for a list of objects, which the schemas here describe; `objects` for the same with "
        "`next_url`, the address of the next page",
        "schema": {"enum": ["array", "objects", "arrays"], "default": "arrays"},
    },
    "size": {
        "name": "_size",
        "in": "query",
        "description": "Rows of a page",
        "schema": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS},
    },
    "next": {
        "name": "_next",
        "in": "query",
        "description": "Where the page before ended; from `next` of its answer",
        "schema": {"type": "string"},
    },
    "sort": {"name": "_sort", "in": "query", "description": "A column to sort by", "schema": {"type": "string"}},
    "sort_desc": {
        "name": "_sort_desc",
        "in": "query",
        "description": "A column to sort by, from the largest",
        "schema": {"type": "string"},
    },
}
