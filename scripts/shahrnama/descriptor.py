"""The published descriptor: what people authored, with the facts that only the files can tell."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shahrnama.atomic import read_json, sha256, write_json
from shahrnama.catalog import Dataset, House, Resource
from shahrnama.errors import DatasetError
from shahrnama.tables import count_rows


def candidate(house: House, dataset: Dataset, folder: Path, resources: Sequence[Resource] | None = None) -> Path:
    """Write a package of the staged tables (or of some of them) to `folder`; returns the path of its datapackage.json.

    Files are `<resource>.csv`, or `<resource>.demo.csv` where the data is fictional. Raises DatasetError where a table
    was not staged.
    """
    staging = house.staging / dataset.name
    staged = read_json(staging / "staged.json")
    if staged is None:
        raise DatasetError(f"{dataset.name}: nothing staged; run `shahrnama package {dataset.name}` first")
    folder.mkdir(parents=True)
    written = []
    for resource in dataset.resources if resources is None else resources:
        source = staging / f"{resource.name}.csv"
        if not source.is_file():
            raise DatasetError(f"{dataset.name}: table {resource.name!r} is not staged; run package and derive first")
        path = folder / f"{resource.name}{'.demo' if staged['is_demo'] else ''}.csv"
        shutil.copyfile(source, path)
        written.append(_resource(resource, path))
    authored = {key: value for key, value in dataset.descriptor.items() if key not in {"harvest", "resources"}}
    facts = {"is_demo": staged["is_demo"], "captures": staged["captures"], "resources": written}
    if dataset.harvest:
        facts["harvest"] = {
            key: dataset.harvest[key] for key in ("protocol", "frequency", "frozen") if key in dataset.harvest
        }
    write_json(folder / "datapackage.json", {**copy.deepcopy(authored), **facts})
    return folder / "datapackage.json"


def _resource(resource: Resource, path: Path) -> dict[str, Any]:
    schema, crossing = _split_keys(resource.schema)
    authored = {key: value for key, value in resource.descriptor.items() if key != "schema"}
    facts: dict[str, Any] = {
        "path": path.name,
        "type": "table",
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"csv": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True}},
        "hash": f"sha256:{sha256(path)}",
        "bytes": path.stat().st_size,
        "row_count": count_rows(path),
        "kind": resource.kind,
        "schema": schema,
    }
    if crossing:
        facts["crossPackageForeignKeys"] = crossing
    return {**copy.deepcopy(authored), **facts}


def _split_keys(schema: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Foreign keys into other packages are no part of Table Schema v1: stock tools would look for them in this one."""
    keys = schema.get("foreignKeys") or []
    crossing = [key for key in keys if key["reference"].get("package")]
    inside = [key for key in keys if not key["reference"].get("package")]
    kept = {name: value for name, value in schema.items() if name != "foreignKeys"}
    return ({**kept, "foreignKeys": inside} if inside else kept), crossing
