"""Derive: tables from tables, by the SQL in a dataset's folder. The only module that knows the engine (DuckDB)."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from shahrnama.atomic import fingerprint, write_text
from shahrnama.catalog import Dataset, House, Resource, Row
from shahrnama.errors import DatasetError
from shahrnama.suppress import suppress
from shahrnama.tables import write_table

COLUMN_TYPES = {
    "string": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
}


def derive(house: House, dataset: Dataset, datasets: Iterable[Dataset]) -> bool:
    """Compute the dataset's derived tables into its staging folder; True if anything was computed.

    The SQL sees every staged table of every dataset under its own name, typed by its descriptor, and the derived tables
    before it in the same dataset. Raises DatasetError naming the SQL file.
    """
    derived = [resource for resource in dataset.resources if resource.kind == "derived"]
    if not derived:
        return False
    folder = house.staging / dataset.name
    sources = list(_staged(house, dataset, datasets))
    queries = [dataset.derive_sql(resource.name) for resource in derived]
    marks = [path for path in (house.staging / other.name / "staged.json" for other in datasets) if path.is_file()]
    mark = fingerprint([*queries, *marks])
    stamp = folder / "derived.txt"
    if stamp.is_file() and stamp.read_text() == mark:
        return False
    with duckdb.connect(config={"threads": 1}) as engine:  # one thread: sums of floats in one order, same bytes
        for resource, path in sources:
            _view(engine, resource, path)
        for resource in derived:
            rows = suppress(resource, _rows(engine, dataset, resource))
            write_table(folder / f"{resource.name}.csv", resource, rows)
            _view(engine, resource, str(folder / f"{resource.name}.csv"))
    write_text(stamp, mark)
    return True


def _staged(house: House, dataset: Dataset, datasets: Iterable[Dataset]) -> Iterable[tuple[Resource, str]]:
    for other in [dataset, *(item for item in datasets if item.name != dataset.name)]:
        for resource in other.resources:
            path = house.staging / other.name / f"{resource.name}.csv"
            if path.is_file() and not (other.name == dataset.name and resource.kind == "derived"):
                yield resource, str(path)


def _view(engine: duckdb.DuckDBPyConnection, resource: Resource, path: str) -> None:
    columns = ", ".join(f"'{field.name}': '{COLUMN_TYPES[field.type]}'" for field in resource.fields)
    quoted = path.replace("'", "''")
    engine.execute(
        f'CREATE VIEW "{resource.name}" AS SELECT * FROM read_csv('  # noqa: S608 names come from the descriptor
        f"'{quoted}', header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', "
        f"nullstr = '', max_line_size = 16777216, columns = {{{columns}}})"
    )


def _rows(engine: duckdb.DuckDBPyConnection, dataset: Dataset, resource: Resource) -> list[Row]:
    path = dataset.derive_sql(resource.name)
    try:
        found = engine.execute(path.read_text(encoding="utf-8"))
        names = [column[0] for column in found.description or ()]
        rows = found.fetchall()
    except duckdb.Error as error:
        raise DatasetError(f"{dataset.name}: {path} cannot be run: {' '.join(str(error).split())}") from error
    expected = [field.name for field in resource.fields]
    if names != expected:
        raise DatasetError(f"{dataset.name}: {path} gives columns {names}; the descriptor names {expected}")
    return [dict(zip(names, row, strict=True)) for row in rows]
