"""Files hashed ahead of Frictionless: only a package's own, and never what a file no longer is."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from shahrnama.proof import ahead


def _package(folder: Path, *paths: object) -> Path:
    descriptor = folder / "datapackage.json"
    descriptor.write_text(json.dumps({"name": "p", "resources": [{"name": "r", "path": path} for path in paths]}))
    return descriptor


@pytest.mark.parametrize(
    "path", ["../out.csv", "/etc/out.csv", "http://example.ir/a.csv", "sub/a.csv", "link.csv", "a.json", ["a.csv"], 7]
)
def test_nothing_outside_the_folder_is_read_ahead(tmp_path: Path, path: object) -> None:
    outside = tmp_path / "out.csv"
    outside.write_text("a\n1\n")
    folder = tmp_path / "package"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "a.csv").write_text("a\n1\n")
    (folder / "link.csv").symlink_to(outside)
    assert ahead._files(_package(folder, path)) == []


def test_a_file_that_changes_is_hashed_again(tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_text("a\n1\n")
    with ahead.reading_ahead(_package(tmp_path, "a.csv")) as digests_of:
        assert digests_of(table).sha256 == hashlib.sha256(b"a\n1\n").hexdigest()
        table.write_text("a\n1\n2\n")
        found = digests_of(table)
    assert (found.sha256, found.bytes) == (hashlib.sha256(b"a\n1\n2\n").hexdigest(), 6)


@pytest.mark.parametrize("text", ["[]", "{", "[" * 100_000, '{"resources": {}}', '{"resources": [null, {}]}'])
def test_a_strange_descriptor_is_left_to_frictionless(tmp_path: Path, text: str) -> None:
    descriptor = tmp_path / "datapackage.json"
    descriptor.write_text(text)
    assert ahead._files(descriptor) == []
