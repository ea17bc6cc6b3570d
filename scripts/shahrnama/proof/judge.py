"""Judge a package or a table: open it as Frictionless does, prove what can be proved, replay the rest."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import frictionless
from frictionless.resources import PackageResource, TableResource

from shahrnama.proof.ahead import DigestsOf
from shahrnama.proof.cut import CHUNK_BYTES
from shahrnama.proof.errors import SlowPatternError, UnprovableError
from shahrnama.proof.examine import Source, examine
from shahrnama.proof.guard import bounded_patterns
from shahrnama.proof.internals import open_without_lookup, remembered_names, replaying
from shahrnama.proof.look import Plan
from shahrnama.proof.lookup import references, resolve
from shahrnama.proof.patterns import anchored
from shahrnama.proof.prove import Proof, prove
from shahrnama.proof.table import table_of
from shahrnama.proof.verdict import OnError, Replay, Rule, Tally, Verdict


@dataclass
class _Judge:
    """What is common to the resources of one validation."""

    limit: int | None
    rules: Sequence[Rule]
    tally: Tally
    chunk_bytes: int
    digests_of: DigestsOf
    rows: dict[str, int] = field(default_factory=dict)
    replayed: dict[str, Replay] = field(default_factory=dict)


def judge(
    source: str,
    limit_errors: int | None,
    rules: Sequence[Rule],
    on_error: OnError | None,
    chunk_bytes: int | None,
    digests_of: DigestsOf,
) -> Verdict:
    """See `validate`, which has the digests of the files made in the meantime."""
    judge = _Judge(limit_errors, rules, Tally(on_error), chunk_bytes or CHUNK_BYTES, digests_of)
    with bounded_patterns(), remembered_names():
        report = _report(source, judge)
    return Verdict(report, dict(judge.tally.counts), judge.rows, judge.replayed)


def _report(source: str, judge: _Judge) -> frictionless.Report:
    started = time.monotonic()
    try:
        resource = frictionless.Resource(source)
        package = resource.read_metadata() if isinstance(resource, PackageResource) else None
    except frictionless.FrictionlessException as exception:
        return _rejected(exception, started, judge)
    if package is None:
        return _resource(resource, judge)
    for found in package.resources:
        _ = found.schema  # Frictionless raises here, too, where a schema's own file is not there
    try:
        package.to_descriptor(validate=True)
    except frictionless.FrictionlessException as exception:
        return _rejected(exception, started, judge)
    reports = [_resource(package.resources[index], judge) for index in range(len(package.resources))]
    whole: frictionless.Report = frictionless.Report.from_validation_reports(time=_since(started), reports=reports)
    return whole


def _rejected(exception: Any, started: float, judge: _Judge) -> frictionless.Report:
    errors = exception.to_errors()
    for error in errors:
        judge.tally.tell("", error)
    report: frictionless.Report = frictionless.Report.from_validation(time=_since(started), errors=errors)
    return report


def _since(started: float) -> float:
    return round(time.monotonic() - started, 3)


def _resource(resource: frictionless.Resource, judge: _Judge) -> frictionless.Report:
    try:
        if isinstance(resource, TableResource):
            return _table(resource, judge)
    except SlowPatternError as slow:
        raise SlowPatternError(slow.pattern, _where(resource, slow.pattern)) from slow
    report = resource.validate(limit_errors=judge.limit or 0)
    judge.rows[str(resource.name)] = 0
    judge.replayed[str(resource.name)] = Replay(None, "it is not a table")
    for error in [*report.errors, *(error for task in report.tasks for error in task.errors)]:
        judge.tally.tell(str(resource.name), error)
    return report


def _where(resource: frictionless.Resource, pattern: str) -> str:
    """Which resource and field a pattern belongs to: this one, or one that it refers to."""
    package = resource.package
    for candidate in (resource, *(package.resources if package else ())):
        for found in candidate.schema.fields if isinstance(candidate, TableResource) else ():
            if anchored(str(found.constraints.get("pattern"))) == pattern:
                return f"{candidate.name}, field {found.name!r}"
    return f"{resource.name}"


def _table(resource: TableResource, judge: _Judge) -> frictionless.Report:
    name = str(resource.name)
    rules = [rule for rule in judge.rules if rule.resource == name]
    checklist = frictionless.Checklist(checks=[rule.check for rule in rules])
    started = time.monotonic()
    try:
        resource.to_descriptor(validate=True)
    except frictionless.FrictionlessException as exception:
        return _unopened(resource, exception, started, judge)
    try:
        source, proof = _proved(resource, rules, judge)
    except UnprovableError as reason:
        judge.replayed[name] = Replay(None, str(reason))
    except frictionless.FrictionlessException as exception:
        judge.replayed[name] = Replay(None, f"Frictionless cannot open it: {exception.error.message}")
    else:
        judge.replayed[name] = Replay(proof.replayed)
        judge.rows[name] = proof.rows
        return examine(source, checklist, judge.limit, judge.tally)
    opened: Any = resource
    try:
        opened.open()
    except frictionless.FrictionlessException as exception:
        resource.close()
        return _unopened(resource, exception, started, judge)
    report = examine(Source(resource), checklist, judge.limit, judge.tally)
    judge.rows[name] = resource.stats.rows or 0
    return report


def _unopened(resource: TableResource, exception: Any, started: float, judge: _Judge) -> frictionless.Report:
    name = str(resource.name)
    errors = exception.to_errors()
    judge.rows.setdefault(name, 0)
    judge.replayed.setdefault(name, Replay(None, "its metadata is not valid"))
    for error in errors:
        judge.tally.tell(name, error)
    report: frictionless.Report = frictionless.Report.from_validation_task(
        resource, time=_since(started), errors=errors
    )
    return report


def _proved(resource: TableResource, rules: Sequence[Rule], judge: _Judge) -> tuple[Source, Proof]:
    """A copy of the resource, opened, whose rows are those to replay; raises UnprovableError if it must be read whole.

    It takes the place of the resource in its package, as Frictionless leaves an opened resource there.
    """
    copy = resource.to_copy()
    with ExitStack() as closing:
        closing.callback(copy.close)
        open_without_lookup(copy)
        table = table_of(copy)
        lookup, origins = references(copy, judge.chunk_bytes)
        demands = [(table.position(rule.field), rule.proof) for rule in rules]
        if any(position is None for position, _ in demands):
            raise UnprovableError("a rule's field is not in the table")
        plan = Plan(table, resolve(copy, table, lookup, origins), tuple((p, d) for p, d in demands if p is not None))
        proof = prove(plan, judge.digests_of, judge.chunk_bytes, first_too=bool(rules or copy.header.errors))
        closing.pop_all()
    if resource.package:
        index = next(i for i, found in enumerate(resource.package.resources) if found is resource)
        resource.package.resources[index] = copy
    return replaying(copy, table, proof, lookup), proof
