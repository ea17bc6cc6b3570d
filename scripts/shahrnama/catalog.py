"""The catalog: every dataset's authored descriptor, read once into frozen things.

A dataset is a folder with a `datapackage.yaml` (Frictionless Data Package, Persian in the standard's own properties
and English beside it in `title_en` and `description_en`). See CONTRIBUTING for the recipe.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from shahrnama.download import downloaded
from shahrnama.errors import DatasetError

Row = dict[str, Any]
DESCRIPTOR = "datapackage.yaml"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's reads a descriptor ten times faster


@dataclass(frozen=True)
class House:
    """Where things are: the project's root, its datasets and everything that a build derives."""

    root: Path
    datasets: Path
    build: Path

    @classmethod
    def at(cls, root: Path, datasets: Path | None = None, build: Path | None = None) -> House:
        """The house at `root`, with its usual folders unless others are named."""
        return cls(root, datasets or root / "datasets", build or root / "build")

    @property
    def captures(self) -> Path:
        """Raw bytes as the sources sent them, never published."""
        return self.build / "captures"

    @property
    def staging(self) -> Path:
        """Rows before the gate, one folder a dataset."""
        return self.build / "staging"

    @property
    def packages(self) -> Path:
        """Promoted packages: CSV and datapackage.json, one folder a dataset."""
        return self.build / "packages"

    @property
    def reports(self) -> Path:
        """What the gate said, one JSON a dataset."""
        return self.build / "reports"

    @property
    def database(self) -> Path:
        """The SQLite file that Datasette serves."""
        return self.build / "shahrnama.db"

    @property
    def registers(self) -> Path:
        """The SQLite file of the registers of harvests."""
        return self.build / "registers" / "registers.db"

    @property
    def metadata(self) -> Path:
        """Datasette's metadata, made from the descriptors and the authored metadata.yml."""
        return self.build / "metadata.yml"

    @property
    def docs(self) -> Path:
        """Markdown of the portal before it is rendered."""
        return self.build / "docs"

    @property
    def releases(self) -> Path:
        """What readers are served, and were."""
        return self.build / "releases"

    @property
    def html(self) -> Path:
        """The portal."""
        return self.build / "html"

    @property
    def files(self) -> Path:
        """Downloads."""
        return self.build / "files"


@dataclass(frozen=True)
class Field:
    """One column: its Table Schema field with both languages."""

    descriptor: dict[str, Any]

    @property
    def name(self) -> str:
        """Column name, snake_case English."""
        return str(self.descriptor["name"])

    @property
    def type(self) -> str:
        """Table Schema type."""
        return str(self.descriptor.get("type", "string"))

    @property
    def privacy(self) -> str:
        """What parsing does to personal data in this field: `allow`, `mask`, `drop` or `withhold`."""
        return str(self.descriptor.get("privacy", "allow"))

    @property
    def privacy_group(self) -> str | None:
        """Name that adjacent fields share whose cells are searched as one text, or None."""
        group = self.descriptor.get("privacy_group")
        return None if group is None else str(group)

    @property
    def decimals(self) -> Any:
        """How many decimals of a number are published (`round`), or None for all."""
        return self.descriptor.get("round")

    @property
    def coarsen(self) -> Any:
        """To what a time is cut before it is published (`hour`, `day` or `month`), or None."""
        return self.descriptor.get("coarsen")


@dataclass(frozen=True)
class ForeignKey:
    """Columns of one table that name rows of another, perhaps in another package."""

    fields: tuple[str, ...]
    package: str | None
    resource: str
    reference_fields: tuple[str, ...]


@dataclass(frozen=True)
class Resource:
    """One table of a dataset."""

    descriptor: dict[str, Any]
    kind: str  # authored, harvested or derived

    @property
    def name(self) -> str:
        """Table name: also the parser's, the CSV's and the page's."""
        return str(self.descriptor["name"])

    @property
    def title(self) -> str:
        """Persian title."""
        return str(self.descriptor.get("title") or "")

    @property
    def title_en(self) -> str:
        """English title."""
        return str(self.descriptor.get("title_en") or "")

    @property
    def schema(self) -> dict[str, Any]:
        """Table Schema as authored."""
        return dict(self.descriptor.get("schema") or {})

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Columns in published order."""
        return tuple(Field(field) for field in self.schema.get("fields") or ())

    @cached_property
    def guarded(self) -> tuple[Field, ...]:
        """The columns that parsing must not pass on as they are, in order."""
        return tuple(
            field
            for field in self.fields
            if field.privacy != "allow" or field.decimals is not None or field.coarsen is not None
        )

    @property
    def primary_key(self) -> tuple[str, ...]:
        """Names of the key columns."""
        return _names(self.schema.get("primaryKey"))

    @property
    def foreign_keys(self) -> tuple[ForeignKey, ...]:
        """Foreign keys, `package` set where the other table lives in another dataset."""
        return tuple(
            ForeignKey(
                _names(key["fields"]),
                key["reference"].get("package"),
                key["reference"]["resource"],
                _names(key["reference"]["fields"]),
            )
            for key in self.schema.get("foreignKeys") or ()
        )

    @property
    def expect(self) -> dict[str, Any]:
        """Expectations on the table as a whole."""
        return dict(self.descriptor.get("expect") or {})

    @property
    def table(self) -> dict[str, Any]:
        """Options of Datasette: label_column, facets, sort_desc, search, indexes."""
        return dict(self.descriptor.get("table") or {})


@dataclass(frozen=True)
class Dataset:
    """One folder of `datasets/`: everything about one dataset."""

    folder: Path
    descriptor: dict[str, Any]

    @property
    def name(self) -> str:
        """Folder name, and name of the package."""
        return self.folder.name

    @property
    def title(self) -> str:
        """Persian title."""
        return str(self.descriptor.get("title") or "")

    @property
    def title_en(self) -> str:
        """English title."""
        return str(self.descriptor.get("title_en") or "")

    @property
    def harvest(self) -> dict[str, Any] | None:
        """Protocol, address variable, demonstration path and frequency; None for an authored dataset."""
        harvest: dict[str, Any] | None = self.descriptor.get("harvest")
        return harvest

    @property
    def downloads(self) -> dict[str, str]:
        """Path of each resource's file, for a dataset that is a plain download and needs no code."""
        return dict((self.harvest or {}).get("files") or {})

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """Tables in authored order."""
        return tuple(Resource(item, self._kind(item)) for item in self.descriptor.get("resources") or ())

    def resource(self, name: str) -> Resource:
        """The table of that name; DatasetError if there is none."""
        for resource in self.resources:
            if resource.name == name:
                return resource
        raise DatasetError(f"{self.name}: no resource {name!r}; it has {', '.join(r.name for r in self.resources)}")

    def authored_csv(self, resource: str) -> Path:
        """Where an authored table is kept."""
        return self.folder / "data" / f"{resource}.csv"

    def derive_sql(self, resource: str) -> Path:
        """Where a derived table's SQL is."""
        return self.folder / "derive" / f"{resource}.sql"

    def parser(self, resource: str) -> Callable[[bytes], Iterator[Row]]:
        """The pure parser named like the resource: bytes of one capture in, rows out."""
        if resource in self.downloads:
            return downloaded(self.resource(resource), (self.harvest or {}).get("ignore") or ())
        found: Callable[[bytes], Iterator[Row]] | None = getattr(self.code, resource, None)
        if not callable(found):
            raise DatasetError(
                f"{self.name}: resource {resource!r} has no parser; "
                f"add def {resource}(body) to {self.folder}/harvest.py"
            )
        return found

    @cached_property
    def code(self) -> ModuleType:
        """The dataset's harvest.py, imported under a name of its own."""
        path = self.folder / "harvest.py"
        if not path.is_file():
            raise DatasetError(f"{self.name}: harvested, but {path} is missing; add fetch(source) and the parsers")
        spec = importlib.util.spec_from_file_location(f"shahrnama_dataset_{self.name}", path)
        if spec is None or spec.loader is None:
            raise DatasetError(f"{self.name}: {path} cannot be imported; is it a Python file?")
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return module

    def _kind(self, item: dict[str, Any]) -> str:
        if self.derive_sql(str(item.get("name"))).is_file():
            return "derived"
        return "harvested" if self.harvest else "authored"


def catalog(datasets: Path) -> tuple[Dataset, ...]:
    """Every dataset below `datasets`, by name; DatasetError names the file that cannot be read."""
    return tuple(read(path.parent) for path in sorted(datasets.glob(f"*/{DESCRIPTOR}")))


def read(folder: Path) -> Dataset:
    """One dataset from its folder; DatasetError if the descriptor is missing, broken or misnamed."""
    path = folder / DESCRIPTOR
    try:
        descriptor = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 a safe loader
    except (OSError, yaml.YAMLError) as error:
        raise DatasetError(f"{folder.name}: {path} cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(descriptor, dict) or not descriptor.get("resources"):
        raise DatasetError(f"{folder.name}: {path} holds no resources; start from `shahrnama new {folder.name}`")
    if descriptor.get("name") != folder.name:
        raise DatasetError(f"{folder.name}: {path} is named {descriptor.get('name')!r}; name it like its folder")
    return Dataset(folder, descriptor)


def _names(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())
