"""Open contracting data in every envelope that publishers use, and merged as the standard's own examples say."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from shahrnama.errors import ParseError
from shahrnama.formats.ocds import compiled, package_links, package_version, releases

A = {"ocid": "a", "id": "1", "date": "2020-01-01T00:00:00Z", "tag": ["planning"]}
B = {"ocid": "a", "id": "2", "date": "2020-01-02T00:00:00Z", "tag": ["award"]}
LINK = {"url": "https://example.org/1.json#1", "date": "2020-01-01T00:00:00Z", "tag": ["planning"]}
WHOLE = {"ocid": "a", "id": "a-2020", "date": "2020-01-02T00:00:00Z", "tag": ["compiled"]}


def body(*documents: Any) -> bytes:
    return "\n".join(json.dumps(document) for document in documents).encode()


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        (body({"uri": "u", "version": "1.1", "releases": [A, B]}), [A, B]),
        (body({"uri": "u", "releases": []}), []),
        (body({"records": [{"ocid": "a", "releases": [A, B], "compiledRelease": WHOLE}]}), [A, B]),
        (body({"records": [{"ocid": "a", "releases": [LINK], "compiledRelease": WHOLE}]}), [WHOLE]),
        (body({"records": [{"ocid": "a", "compiledRelease": WHOLE}]}), [WHOLE]),
        (body({"ocid": "a", "releases": [A], "versionedRelease": {"ocid": "a"}}), [A]),
        (body(A), [A]),
        (body([A, B]), [A, B]),
        (body([{"releases": [A]}, {"releases": [B]}]), [A, B]),
        (body(A, B), [A, B]),
        (b"\xef\xbb\xbf" + body({"releases": [A]}) + b"\n \n" + body({"releases": [B]}), [A, B]),
        (b"[]", []),
    ],
    ids=[
        "release package",
        "a page without releases",
        "record package",
        "linked releases",
        "compiled release alone",
        "bare record",
        "bare release",
        "array of releases",
        "array of packages",
        "JSON lines",
        "concatenated packages",
        "empty array",
    ],
)
def test_releases_come_out_of_every_envelope(sent: bytes, found: list[dict[str, Any]]) -> None:
    assert list(releases(sent)) == found


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html>\n<p>", "broken JSON"),
        (body({"releases": [A]})[:-9], "broken JSON"),
        ('{"title": "Construção"}'.encode("latin-1"), "not UTF-8"),
        (body(1), "a release is no JSON object: '1'"),
        (body({"releases": [None]}), "a release is no JSON object: 'None'"),
        (body({"releases": {"1": A}}), "releases is no list"),
        (body({"releases": None}), "releases is no list"),
        (body({"records": ["a"]}), "a record is no JSON object"),
        (body({"error": "no such\npage"}), "a release has no ocid: .*no such.*is this an OCDS package"),
        (body({"releases": [{"id": "1", "date": A["date"]}]}), "a release has no ocid"),
        (body({"ocid": "a", "id": "1"}), "the release a has no date"),
        (body({**A, "date": None}), "the release a has no date"),
        (body({**A, "date": 2020}), "the release a has no date"),
        (body({"records": [{"ocid": "a", "releases": [LINK]}]}), "the record 'a' has only links to its releases"),
        (body({"records": [{"ocid": "a", "versionedRelease": {}}]}), "has neither releases nor compiledRelease"),
    ],
)
def test_what_is_no_release_is_named(sent: bytes, says: str) -> None:
    with pytest.raises(ParseError, match=says) as raised:
        list(releases(sent))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ([{"ocid": "a"}], "the release a has no date"),
        ([{"date": A["date"]}], "a release has no ocid"),
        ([{**A, "date": "last week"}], "the release a has a date that is none: 'last week'"),
        ([{**A, "date": "0001-01-01T00:00:00+05:00"}], "a date that is none"),
        ([{**A, "tender": {"id": "1"}}, {**B, "tender": [{"id": "1"}]}], "the releases of a cannot be merged"),
        ([{**A, "awards": [{"id": [], "title": "x"}]}], "the releases of a cannot be merged"),
    ],
)
def test_what_cannot_be_merged_is_named(wrong: list[dict[str, Any]], says: str) -> None:
    with pytest.raises(ParseError, match=says) as raised:
        list(compiled(wrong))
    assert "\n" not in str(raised.value)


def test_releases_are_merged_by_ocid_and_by_the_moment_and_not_by_the_text_of_the_date() -> None:
    early = {**A, "date": "2020-10-25T01:30:00-05:00", "tender": {"title": "early"}}
    late = {**B, "date": "2020-10-25T01:10:00-06:00", "tender": {"title": "late"}}
    found = list(compiled([{**A, "ocid": "b"}, late, early]))
    assert [release["ocid"] for release in found] == ["a", "b"]
    assert found[0] == {
        "ocid": "a",
        "id": "a-2020-10-25T01:10:00-06:00",
        "date": "2020-10-25T01:10:00-06:00",
        "tag": ["compiled"],
        "tender": {"title": "late"},
    }


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(ParseError, match=r"OCDS 1.2 is not known here; give one of 1.1, 1.0"):
        list(compiled([A], version="1.2"))


def test_merging_asks_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("merging opened a connection")

    monkeypatch.setattr(socket, "socket", refuse)
    assert next(compiled([A, B]))["date"] == B["date"]


@pytest.mark.parametrize(
    ("sent", "following"),
    [
        (body({"releases": [A], "links": {"next": "https://example.org/2"}}), "https://example.org/2"),
        (body({"records": [], "links": {"prev": "https://example.org/1"}}), None),
        (body({"releases": [], "links": {"next": ""}}), None),
        (body({"releases": [A]}), None),
        (body({**A, "links": {"next": "https://example.org/not-a-package"}}), None),
    ],
)
def test_the_page_after_a_package(sent: bytes, following: str | None) -> None:
    assert package_links(sent) == following


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ParseError, match=r"links.next is no address"):
        package_links(body({"releases": [], "links": {"next": 2}}))


@pytest.mark.parametrize(
    ("sent", "version"),
    [
        (body({"releases": [A]}), "1.0"),
        (body({"version": "1.1", "records": []}), "1.1"),
        (body(A), None),
        (body({"releases": [A], "compiledRelease": WHOLE}), None),
    ],
)
def test_the_version_of_a_package(sent: bytes, version: str | None) -> None:
    assert package_version(sent) == version


def test_two_versions_in_one_answer_are_refused() -> None:
    with pytest.raises(ParseError, match=r"several versions in one answer: 1.0, 1.1"):
        package_version(body({"releases": []}, {"releases": [], "version": "1.1"}))


@pytest.mark.parametrize(("version", "count"), [("1.0", 1), ("1.1", 17)])
def test_recorded_releases_merge_as_the_standard_expects(shared: Path, version: str, count: int) -> None:
    expected = sorted((shared / "ocds/ocds-merge" / version).glob("*-compiled.json"))
    assert len(expected) == count
    for path in expected:
        sent = path.with_name(path.name.replace("-compiled", "")).read_bytes()
        assert list(compiled(releases(sent), version=version)) == [json.loads(path.read_bytes())], path.name


@pytest.mark.parametrize(
    ("version", "schema"), [("1.1", "release-schema-1__1__4.json"), ("1.0", "release-schema-1__0__3.json")]
)
def test_the_merge_rules_are_those_of_the_recorded_schemas(shared: Path, version: str, schema: str) -> None:
    from ocdsmerge.rules import get_merge_rules

    from shahrnama.formats.ocds import _rules

    expected = get_merge_rules(str(shared / "ocds/ocds-merge" / schema))
    expected.pop(("ocid",), None)  # 1.0 omits it by mistake, and ocdsmerge sets it again
    assert _rules(version) == expected


PUBLISHED = {  # files read, releases in them, contracting processes, and the files that are refused
    "ocdskit/realdata": (
        24,
        50,
        7,
        {
            "release-package_encoding-iso-8859-1.json": "byte 592 is not UTF-8",
            "versioned-release-1.json": "the release OCDS-87SD3T-AD-SF-DRM-063-2015 has no date",
            "versioned-release-2.json": "the release OCDS-87SD3T-AD-SF-DRM-065-2015 has no date",
        },
    ),
    "real-examples/uk-contracts-finder": (32, 32, 11, {}),
    "real-examples/canada": (30, 30, 20, {}),
    "real-examples/colombia": (31, 31, 21, {}),
    "real-examples/mexico": (60, 60, 21, {}),
}


@pytest.mark.filterwarnings("ignore::ocdsmerge.exceptions.OCDSMergeWarning")  # Colombia gives awards one id
@pytest.mark.parametrize("folder", PUBLISHED)
def test_recorded_publications_are_read_as_they_were_counted(shared: Path, folder: str) -> None:
    files, count, processes, refused = PUBLISHED[folder]
    found: list[dict[str, Any]] = []
    errors: dict[str, str] = {}
    paths = sorted((shared / "ocds" / folder).rglob("*.json"))
    for path in paths:
        try:
            found += releases(path.read_bytes())
        except ParseError as error:
            errors[path.name] = str(error)
    assert errors.keys() == refused.keys()
    assert all(refused[name] in line and "\n" not in line for name, line in errors.items())
    assert (len(paths) - len(errors), len(found), len(list(compiled(found)))) == (files, count, processes)


def test_packages_in_one_file_give_what_they_give_apart(shared: Path) -> None:
    folder = shared / "ocds/ocdskit/realdata"
    apart = [release for n in (1, 2) for release in releases((folder / f"release-package-{n}.json").read_bytes())]
    together = (folder / "release-package-1.json").read_bytes() + (folder / "release-package-2.json").read_bytes()
    assert list(releases(together)) == apart
    assert list(releases((folder / "release-package-1-2.json").read_bytes())) == apart
