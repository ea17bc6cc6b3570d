"""Stock Frictionless beside `shahrnama.proof`, over one package or table; shared by the tests of the proof."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import frictionless
import pytest

from shahrnama.proof import Rule, Verdict, validate


def package(folder: Path, resources: dict[str, tuple[dict[str, Any], bytes]], **more: Any) -> Path:
    """Write a package: name of a table: (resource descriptor, bytes of the CSV); its datapackage.json."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, (descriptor, content) in resources.items():
        (folder / f"{name}.csv").write_bytes(content)
        written.append({"name": name, "path": f"{name}.csv", "type": "table", **descriptor})
    path = folder / "datapackage.json"
    path.write_text(json.dumps({"name": "case", "resources": written, **more}, ensure_ascii=False), encoding="utf-8")
    return path


def comparable(report: frictionless.Report) -> dict[str, Any]:
    """A report without its times."""
    descriptor: dict[str, Any] = report.to_descriptor()
    for part in (descriptor, *descriptor["tasks"]):
        part["stats"].pop("seconds")
    return descriptor


def stock(path: Path, limit: int | None, rules: Sequence[Rule] = ()) -> frictionless.Report:
    """What Frictionless says; with rules, of the only resource that has them."""
    if not rules:
        return frictionless.validate(str(path), limit_errors=limit or 0)
    checklist = frictionless.Checklist(checks=[rule.check.to_copy() for rule in rules])
    return frictionless.Package(str(path)).get_resource(rules[0].resource).validate(checklist, limit_errors=limit or 0)


def errors_of(report: frictionless.Report) -> list[tuple[str, frictionless.Error]]:
    found = [("", error) for error in report.errors]
    return found + [(task.name, error) for task in report.tasks for error in task.errors]


def assert_same(path: Path, *, limit: int | None = 1000, chunk_bytes: int = 8 << 20) -> Verdict | None:
    """Fail unless both give the same report, or both raise the same; what ours says, None if they raise."""
    try:
        expected = stock(path, limit)
        is_cut = any("reached error limit" in warning for task in expected.tasks for warning in task.warnings)
        whole = stock(path, None) if is_cut else expected
    except Exception as error:  # whatever Frictionless raises, ours must raise
        with pytest.raises(type(error)):
            validate(path, limit_errors=limit, chunk_bytes=chunk_bytes)
        return None
    told: list[tuple[str, frictionless.Error]] = []
    verdict = validate(
        path, limit_errors=limit, chunk_bytes=chunk_bytes, on_error=lambda name, error: told.append((name, error))
    )
    assert comparable(verdict.report) == comparable(expected)
    found = errors_of(whole)
    assert [(name, error.to_descriptor()) for name, error in told] == [(n, e.to_descriptor()) for n, e in found]
    counts = Counter((name, error.type, getattr(error, "field_name", None) or None) for name, error in found)
    assert verdict.counts == counts
    assert verdict.rows == {task.name: task.stats.get("rows", 0) for task in whole.tasks}
    return verdict
