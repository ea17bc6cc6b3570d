"""The skeleton of a dataset: one folder whose TODOs the contract test names until they are filled in."""

from __future__ import annotations

import re
from pathlib import Path

from shahrnama.errors import DatasetError

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

DESCRIPTOR = """\
name: "{name}"
title: ""           # TODO Persian
title_en: ""        # TODO English
description: ""     # TODO one plain paragraph: what it is, from whom, what it leaves out
description_en: ""  # TODO
licenses:
  - name: ""        # TODO e.g. CC-BY-4.0
    title: ""
    path: ""
sources:
  - title: ""       # TODO who publishes it
    title_en: ""
    path: ""
publisher: ""       # TODO an organisation_id of the dataset organisations
keywords: []
keywords_en: []
harvest:            # leave out for a dataset that people keep by hand in data/{name}.csv
  protocol: ""      # TODO e.g. open311
  address_variable: "SHAHRNAMA_{upper}_URL"
  frequency: "P1D"
resources:
  - name: "{name}"
    title: ""
    title_en: ""
    description: ""
    description_en: ""
    expect:
      min_rows: 1
    table:
      facets: []
      search: []
      indexes: []
    schema:
      primaryKey: ["{singular}_id"]
      fields:
        - name: "{singular}_id"
          type: "string"
          title: ""
          title_en: ""
          description: ""
          description_en: ""
          constraints: {{required: true}}
        # TODO every field whose text a person wrote says what becomes of it, e.g. privacy: "mask" (see CONTRIBUTING.md)
        - name: "capture_id"
          type: "string"
          title: "شناسهٔ دریافت"
          title_en: "Capture"
          description: "شانزده رقم نخست SHA-256 پاسخی که این ردیف از آن خوانده شده است."
          description_en: "First sixteen hex digits of the SHA-256 of the answer that this row was read from."
          constraints: {{required: true}}
"""

HARVEST = '''\
"""TODO how this source behaves: paging, updates, known faults, whom to ask."""

from __future__ import annotations

import json
from collections.abc import Iterator

from shahrnama.catalog import Row
from shahrnama.client import Source
from shahrnama.formats.strict import exhaust

IGNORED = ()  # TODO every source field that is not published, each with its reason


def fetch(source: Source) -> None:
    """Ask for everything; each answer is kept as it came."""
    source.get("{name}", "{name}.json")


def {name}(body: bytes) -> Iterator[Row]:
    """One row for each record of one capture."""
    for record in json.loads(body):
        yield {{"{singular}_id": record.pop("id")}}
        exhaust(record, ignore=IGNORED)
'''

README = """\
# {name}

TODO How the source behaves, its caveats, whom to ask.
"""


def write_skeleton(datasets: Path, name: str) -> list[Path]:
    """Write `datasets/<name>/` and return its files; DatasetError for a bad name or a folder that exists."""
    if not NAME.fullmatch(name):
        raise DatasetError(f"{name!r} is no dataset name; use snake_case English, plural, as in `permits`")
    folder = datasets / name
    if folder.exists():
        raise DatasetError(f"{folder} exists; choose another name, or edit it")
    words = {"name": name, "upper": name.upper(), "singular": name.removesuffix("s")}
    contents = {"datapackage.yaml": DESCRIPTOR, "harvest.py": HARVEST, "README.md": README}
    (folder / "sample").mkdir(parents=True)
    for file, text in contents.items():
        (folder / file).write_text(text.format(**words), encoding="utf-8")
    return [folder / file for file in contents]
