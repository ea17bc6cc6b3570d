"""All tables of municipal processes over a million events, beside the same tables in plain SQLite SQL, in one run.

    .venv/bin/python bench/processes.py 1000000

Both read the same CSV: a log of the fictional city's permits with starts, completions and planted faults. `sql` is the
SQL of `datasets/municipal_processes/derive/` alone, by the engine of the derive stage, one thread, each table kept;
`derive` is the stage as it runs, which also writes every table as CSV and reads it again. SQLite imports the file by
its shell and runs `processes_sqlite.sql` in a file without journal. Each is one thread, and seconds are the
processor's. The tables are compared before anything is printed.
"""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import duckdb  # noqa: E402 after the path

from democity.process_faults import log  # noqa: E402
from democity.processes import PERMIT, moment  # noqa: E402
from event_tables import PROCESS, record, stage  # noqa: E402
from shahrnama.catalog import Dataset, House  # noqa: E402
from shahrnama.derive import derive  # noqa: E402
from shahrnama.engine import Engine  # noqa: E402 as the stage reads its tables

LIMIT = (PERMIT.limit_days, "working_days")
COMPARED = ("cases", "edges", "bottlenecks", "rework", "variants", "handovers", "electronic_shares", "legal_limits")


def rows(count: int) -> Iterator[dict[str, Any]]:
    """The first `count` records of a city that is large enough."""
    numbers: dict[str, int] = {}
    for found in log(PERMIT, 0, scale=count / 18_500).records[:count]:
        numbers[found.case] = numbers.get(found.case, 0) + 1
        at = f"{moment(found.at).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        channel = "electronic" if found.is_electronic else "in_person"
        yield record(found.case, numbers[found.case], found.activity, found.lifecycle, at, office=found.office,
                     role=found.role, channel_code=channel)  # fmt: skip


def cpu() -> float:
    """Seconds of the processor that this process and its ended children have used, by themselves and in the kernel."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def by_sql(house: House, dataset: Dataset) -> tuple[float, duckdb.DuckDBPyConnection]:
    """Seconds of the SQL files alone, and the engine that holds their tables."""
    folder = house.staging / dataset.name
    started = cpu()
    engine = duckdb.connect(config={"threads": 1})
    derived = [table for table in dataset.resources if table.kind == "derived"]
    for table in (table for table in dataset.resources if table.kind == "harvested"):
        Engine(engine).keep(table, str(folder / f"{table.name}.csv"))
    for table in derived:
        engine.execute(f"CREATE TABLE {table.name} AS {dataset.derive_sql(table.name).read_text()}")
    return cpu() - started, engine


def by_sqlite(log_csv: Path, file: Path) -> float:
    """Seconds of import and SQL together."""
    started = cpu()
    script = (ROOT / "bench" / "processes_sqlite.sql").read_text(encoding="utf-8")
    pragmas = (
        "PRAGMA journal_mode = off; PRAGMA synchronous = off; PRAGMA cache_size = -1000000; PRAGMA temp_store = 2;"
    )
    command = f"{pragmas}\n.import --csv {log_csv} log\n{script}"
    subprocess.run(["sqlite3", "-bail", str(file)], input=command, text=True, check=True, stdout=subprocess.DEVNULL)
    return cpu() - started


def differences(engine: duckdb.DuckDBPyConnection, database: sqlite3.Connection) -> Iterator[str]:
    """Tables that are not equal in the columns that SQLite's have, numbers to the digit that ours are rounded to."""
    for table in COMPARED:
        cursor = database.execute(f"SELECT * FROM {table}")
        names = [column[0] for column in cursor.description]
        theirs = sorted(cursor.fetchall(), key=lambda row: tuple(map(str, row[:3])))
        ours = engine.execute(
            f"SELECT {', '.join(names)} FROM {table} WHERE municipal_process_id = '{PROCESS}'"
        ).fetchall()
        ours.sort(key=lambda row: tuple(map(str, row[:3])))
        if len(ours) != len(theirs):
            yield f"{table}: {len(ours)} rows beside {len(theirs)}"
        for mine, other in zip(ours, theirs, strict=False):
            if not all(map(_same, names, mine, other)):
                yield f"{table}: {mine} beside {other}"
                break


def _same(name: str, mine: Any, other: Any) -> bool:
    if isinstance(mine, float):
        digits = 6 if name.endswith("_seconds") else 4 if name.endswith("_share") else 3 if "work_days" in name else 2
        return other is not None and abs(mine - float(other)) <= 0.51 * 10**-digits
    return str(mine) == str(other)


def main() -> None:
    """One line for each number of records."""
    for count in map(int, sys.argv[1:] or ["100000"]):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            house, dataset = stage(folder, rows(count), [PERMIT.steps[-1].activity], LIMIT)
            log_csv = house.staging / dataset.name / "permit_log_events.csv"
            sqlite = by_sqlite(log_csv, folder / "plain.db")
            sql, engine = by_sql(house, dataset)
            started = cpu()
            derive(house, dataset, [dataset])
            derived = cpu() - started
            with engine, closing(sqlite3.connect(folder / "plain.db")) as database:
                if found := list(differences(engine, database)):
                    sys.exit("\n".join(found))
        print(
            f"{count} records: SQLite {sqlite:.1f} s; sql {sql:.1f} s, ratio {sql / sqlite:.3f}; "
            f"derive {derived:.1f} s, ratio {derived / sqlite:.3f}; {len(COMPARED)} tables equal",
            flush=True,
        )


if __name__ == "__main__":
    main()
