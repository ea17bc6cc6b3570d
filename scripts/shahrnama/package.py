"""Package: from captures to staged tables. Parsers read, this stage stamps, masks, keeps the newest, and sorts."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from shahrnama.atomic import fingerprint, read_json, write_json
from shahrnama.captures import Capture, CaptureStore, Manifest
from shahrnama.catalog import Dataset, House, Resource, Row
from shahrnama.corrections import Corrections
from shahrnama.errors import DatasetError, ParseError
from shahrnama.privacy import policy
from shahrnama.tables import read_authored, typed, write_table

CAPTURE_ID = "capture_id"  # the column that leads each harvested row back to the bytes it was read from
CODE = Path(__file__).parent


@dataclass(frozen=True)
class Staged:
    """Tables of one dataset before the gate, and what they were made from."""

    folder: Path
    dataset: str
    fingerprint: str
    is_demo: bool
    captures: tuple[dict[str, Any], ...]
    parsed: bool  # False where nothing changed and the tables of the last run were kept

    def table(self, resource: str) -> Path:
        """CSV of one staged table."""
        return self.folder / f"{resource}.csv"


def package(house: House, dataset: Dataset) -> Staged:
    """Parse the dataset's captures (or read its authored tables) into `staging/<dataset>/<resource>.csv`.

    Does nothing where neither the captures, the dataset's folder nor the machinery changed since the last run.
    Raises ParseError or DatasetError in one line; the tables of the last run stay.
    """
    store = CaptureStore(house.captures, dataset.name)
    manifest = store.manifest() if dataset.harvest else None
    if dataset.harvest and manifest is None:
        raise DatasetError(f"{dataset.name}: nothing harvested yet; run `shahrnama harvest {dataset.name}` first")
    mark = _mark(dataset, manifest)
    folder = house.staging / dataset.name
    known = read_json(folder / "staged.json")
    if known and known["fingerprint"] == mark:
        return Staged(folder, dataset.name, mark, known["is_demo"], tuple(known["captures"]), parsed=False)
    return _write(folder, dataset, store, manifest, mark)


def _write(folder: Path, dataset: Dataset, store: CaptureStore, manifest: Manifest | None, mark: str) -> Staged:
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    policy.check(dataset)
    repeated, privacy, corrected = {}, {}, list[dict[str, Any]]()
    for resource in dataset.resources:
        if resource.kind == "harvested" and manifest:
            counted: policy.Counted = Counter()
            corrections = Corrections(resource, is_demo=manifest.is_demo)
            rows = _harvested(dataset, resource, store, manifest, counted)
            written = write_table(fresh / f"{resource.name}.csv", resource, rows, corrections.amend)
            corrected += corrections.outcomes()
            repeated[resource.name] = {"repeated": written.repeated, "differing": written.differing}
            privacy[resource.name] = policy.totals(counted)
        elif resource.kind == "authored":
            write_table(fresh / f"{resource.name}.csv", resource, _authored(dataset, resource))
    captures = [_provenance(capture) for capture in manifest.captures] if manifest else []
    is_demo = bool(manifest and manifest.is_demo)
    told = {"captures": captures, "repeated": repeated, "corrections": corrected, "privacy": privacy}
    write_json(fresh / "staged.json", {"fingerprint": mark, "is_demo": is_demo, **told})
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    return Staged(folder, dataset.name, mark, is_demo, tuple(captures), parsed=True)


def _harvested(
    dataset: Dataset, resource: Resource, store: CaptureStore, manifest: Manifest, counted: policy.Counted
) -> Iterator[Row]:
    """The resource's rows from every capture; what privacy took out of them is added to `counted`."""
    parser = dataset.parser(resource.name)
    for capture in manifest.captures:
        if capture.resource != resource.name:
            continue
        try:
            yield from (_stamp(row, capture, resource, counted) for row in parser(store.body(capture)))
        except ParseError as error:
            raise _located(type(error), dataset, capture, str(error)) from error
        except (KeyError, ValueError, TypeError) as error:
            detail = f"{type(error).__name__} {error}; mend the parser {resource.name}() or tell the source's office"
            raise _located(ParseError, dataset, capture, detail) from error


def _stamp(row: Row, capture: Capture, resource: Resource, counted: policy.Counted) -> Row:
    expected = {field.name for field in resource.fields}
    found = {*row, CAPTURE_ID} if CAPTURE_ID in expected else {*row}
    if found != expected:
        extra, missing = sorted(found - expected), sorted(expected - found)
        raise ValueError(f"the row's columns are not the schema's: extra {extra}, missing {missing}")
    kept, taken = policy.apply(resource, {**row, CAPTURE_ID: capture.capture_id})
    counted.update(taken)
    return kept


def _authored(dataset: Dataset, resource: Resource) -> Iterator[Row]:
    path = dataset.authored_csv(resource.name)
    if not path.is_file():
        raise DatasetError(f"{dataset.name}: authored resource {resource.name!r} has no table; write {path}")
    names = {field.name for field in resource.fields}
    for row in read_authored(path):
        if set(row) != names:
            raise DatasetError(f"{path}: columns {sorted(set(row) ^ names)} are not in both the file and the schema")
        yield typed(resource, row)


def _provenance(capture: Capture) -> dict[str, Any]:
    """What readers may know of a capture: whence and which bytes, never the bytes."""
    kept = {name: value for name, value in asdict(capture).items() if name not in {"etag", "last_modified"}}
    return {"capture_id": capture.capture_id, **kept}


def _located(kind: type[ParseError], dataset: Dataset, capture: Capture, detail: str) -> ParseError:
    return kind(f"{dataset.name}: {capture.source_path} (capture {capture.capture_id}): {detail}")


def _mark(dataset: Dataset, manifest: Manifest | None) -> str:
    """What the staged tables depend on: the dataset's own files, the machinery's code, and the captures."""
    folder = [path for path in dataset.folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    captures = [repr(capture) for capture in manifest.captures] if manifest else []
    is_demo = str(manifest.is_demo) if manifest else ""
    return fingerprint(
        [*folder, *CODE.glob("*.py"), *CODE.glob("formats/*.py"), *CODE.glob("privacy/*.py")], is_demo, *captures
    )
