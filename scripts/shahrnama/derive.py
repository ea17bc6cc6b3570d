"""Derive: tables from tables, by the SQL in a dataset's folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from shahrnama.atomic import fingerprint, write_text
from shahrnama.catalog import Dataset, House, Resource
from shahrnama.engine import Engine, EngineError, can_write, engine
from shahrnama.errors import DatasetError
from shahrnama.suppress import policy, publishable
from shahrnama.tables import write_table

SIFTED = "sifted.json"  # what was set aside before anything is derived: see `gate.sift`


def derive(house: House, dataset: Dataset, datasets: Iterable[Dataset]) -> bool:
    """Compute the dataset's derived tables into its staging folder; True if anything was computed.

    The SQL sees every staged table of every dataset under its own name, typed by its descriptor, and the derived tables
    before it in the same dataset. Raises DatasetError naming the SQL file.
    """
    derived = [resource for resource in dataset.resources if resource.kind == "derived"]
    if not derived:
        return False
    folder = house.staging / dataset.name
    everything = [dataset, *(other for other in datasets if other.name != dataset.name)]
    sources = [
        (resource, path)
        for owner, resource, path in staged_tables(house, everything)
        if owner.name != dataset.name or resource.kind != "derived"
    ]
    queries = [dataset.derive_sql(resource.name) for resource in derived]
    marks = [house.staging / other.name / name for other in datasets for name in ("staged.json", SIFTED)]
    mark = fingerprint([*queries, *(path for path in marks if path.is_file())])
    stamp = folder / "derived.txt"
    if stamp.is_file() and stamp.read_text() == mark:
        return False
    own = {resource.name for resource in dataset.resources}
    with engine(source for source in sources if source[0].name not in own) as tables:
        for resource, path in sources:
            if resource.name in own:  # asked by most of its queries: read once
                tables.keep(resource, path)
        for resource in derived:
            _derive(tables, dataset, resource, folder / f"{resource.name}.csv")
    write_text(stamp, mark)
    return True


def _derive(tables: Engine, dataset: Dataset, resource: Resource, place: Path) -> None:
    """Run the SQL of one table and write what it gives to `place`; DatasetError names its file."""
    path = dataset.derive_sql(resource.name)
    try:
        sql = path.read_text(encoding="utf-8")
        columns, expected = tables.columns(sql), [field.name for field in resource.fields]
        if [name for name, _ in columns] != expected:
            names = [name for name, _ in columns]
            raise DatasetError(f"{dataset.name}: {path} gives columns {names}; the descriptor names {expected}")
        if policy(resource) is None and all(can_write(kind) for _, kind in columns):
            tables.write(sql, resource, place)
            return
        rows = [dict(zip(expected, row, strict=True)) for row in tables.rows(sql)[1]]
        write_table(place, resource, publishable(resource, rows))
        tables.view(resource, str(place))
    except EngineError as error:
        raise DatasetError(f"{dataset.name}: {path} cannot be run: {error}") from error


def staged_tables(house: House, datasets: Iterable[Dataset]) -> Iterator[tuple[Dataset, Resource, str]]:
    """Every table that is staged, with its dataset and its CSV."""
    for dataset in datasets:
        for resource in dataset.resources:
            path = house.staging / dataset.name / f"{resource.name}.csv"
            if path.is_file():
                yield dataset, resource, str(path)
