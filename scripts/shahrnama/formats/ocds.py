"""Open Contracting Data Standard 1.0 and 1.1 as publishers really send it: releases out of any envelope, and merged.

The standard: https://standard.open-contracting.org/1.1/en/. Publishers send release packages, record packages, bare
releases and bare records, alone, in arrays, as JSON lines or one document after the other. `ocdsmerge`, the reference
implementation of https://standard.open-contracting.org/1.1/en/schema/merging/, merges; it downloads a schema unless it
is given the merge rules, so that they stand here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from ocdsmerge import CompiledRelease

from shahrnama.errors import ParseError
from shahrnama.formats.strict_json import documents

Release = dict[str, Any]

OMITTED = ("id", "date", "tag")  # `omitWhenMerged` in both schemas; 1.0 omits `ocid` too, and ocdsmerge sets it again
# Lists that the schemas mark `wholeListMerge` (1.1.4) or `ocdsVersion` (1.0.3), or whose objects have no `id`
# there: a later list replaces an earlier one. Extensions that add such lists are not known here.
WHOLE_LISTS = {
    "1.1": (
        "parties/additionalIdentifiers parties/roles buyer/additionalIdentifiers "
        "tender/procuringEntity/additionalIdentifiers tender/items/additionalClassifications "
        "tender/additionalProcurementCategories tender/submissionMethod tender/tenderers/additionalIdentifiers "
        "tender/amendments/changes tender/amendment/changes awards/suppliers/additionalIdentifiers "
        "awards/items/additionalClassifications awards/amendments/changes awards/amendment/changes "
        "contracts/items/additionalClassifications contracts/implementation/transactions/payer/additionalIdentifiers "
        "contracts/implementation/transactions/payee/additionalIdentifiers contracts/relatedProcesses/relationship "
        "contracts/amendments/changes contracts/amendment/changes relatedProcesses/relationship"
    ),
    "1.0": (
        "buyer/additionalIdentifiers tender/procuringEntity/additionalIdentifiers "
        "tender/items/additionalClassifications tender/submissionMethod tender/tenderers tender/amendment/changes "
        "awards/suppliers awards/items/additionalClassifications awards/amendment/changes "
        "contracts/items/additionalClassifications contracts/amendment/changes"
    ),
}


def releases(body: bytes) -> Iterator[Release]:
    """Every release in `body`, in its order, as sent.

    A record gives its embedded releases; one that only links to them, or has none, gives its compiledRelease.
    ParseError for bytes that are not JSON in UTF-8, an empty body, anything that is no release, and a release without
    `ocid` or `date` (a versionedRelease has no date).
    """
    empty = True
    for document in documents(body):
        empty = False
        for item in document if isinstance(document, list) else [document]:
            yield from _unpacked(item)
    if empty:
        raise ParseError("the answer is empty; ask again, or drop its address from the source")


def compiled(releases: Iterable[Release], *, version: str = "1.1") -> Iterator[Release]:
    """One compiled release per ocid, sorted by ocid; its releases are merged by time, then in the order given.

    `version` is the one of the packages (`package_version`): in 1.0 suppliers and tenderers have no id, so that a later
    list replaces an earlier one; by the rules of 1.1 they would be doubled. All releases are held in memory. Objects of
    one list that share an id become one, as the standard says; ocdsmerge warns of it (DuplicateIdValueWarning).
    """
    rules = _rules(version)
    by_ocid: defaultdict[str, list[tuple[datetime, Release]]] = defaultdict(list)
    for release in releases:
        by_ocid[_release(release)["ocid"]].append((_instant(release), release))
    for ocid, dated in sorted(by_ocid.items()):
        merged = CompiledRelease(merge_rules=rules)
        try:
            for _, release in sorted(dated, key=lambda pair: pair[0]):
                merged.append(release)
            yield merged.asdict()
        except (TypeError, RecursionError) as error:  # the first is ocdsmerge's InconsistentTypeError, or an odd id
            raise ParseError(
                f"the releases of {ocid} cannot be merged ({_line(error)}); mend or leave one out"
            ) from error


def package_links(body: bytes) -> str | None:
    """`links.next` of a package, the address of the page after it (OCDS 1.1, Packaging, Pagination), or None."""
    found = [package["links"] for package in _packages(body) if package.get("links")]
    if not found:
        return None
    following = found[-1].get("next") if isinstance(found[-1], dict) else found[-1]
    if following is not None and not isinstance(following, str):
        raise ParseError(f"a package's links.next is no address: {str(following)[:80]!r}; look at `links`")
    return following or None


def package_version(body: bytes) -> str | None:
    """`1.0` or `1.1` for a package, None for bare releases and records; 1.0 had no field `version`."""
    versions = sorted({str(package.get("version") or "1.0") for package in _packages(body)})
    if len(versions) > 1:
        raise ParseError(f"packages of several versions in one answer: {', '.join(versions)}; read them one by one")
    return versions[0] if versions else None


def _packages(body: bytes) -> list[dict[str, Any]]:
    found = [item for document in documents(body) for item in (document if isinstance(document, list) else [document])]
    return [item for item in found if isinstance(item, dict) and _is_package(item)]


def _is_package(item: dict[str, Any]) -> bool:
    """A bare record has releases too, and some have no ocid."""
    is_record = any(name in item for name in ("ocid", "compiledRelease", "versionedRelease"))
    return "records" in item or ("releases" in item and not is_record)


def _unpacked(item: Any) -> Iterator[Release]:
    if isinstance(item, dict) and "records" in item:
        for record in _listed(item, "records"):
            yield from _recorded(record)
    elif isinstance(item, dict) and ("releases" in item or "compiledRelease" in item):
        yield from _recorded(item)
    else:
        yield _release(item)


def _recorded(record: Any) -> Iterator[Release]:
    """Releases of a record, or of a release package, which looks like a record without compiledRelease."""
    if not isinstance(record, dict):
        raise ParseError(f"a record is no JSON object: {str(record)[:80]!r}; is this a record package?")
    embedded = _listed(record, "releases") if "releases" in record else []
    linked = any(isinstance(item, dict) and "url" in item and "ocid" not in item for item in embedded)
    if embedded and not linked:
        yield from map(_release, embedded)
    elif "compiledRelease" in record:
        yield _release(record["compiledRelease"])
    elif linked or "releases" not in record:
        has = "only links to its releases" if linked else "neither releases nor compiledRelease"
        raise ParseError(f"the record {record.get('ocid')!r} has {has}; harvest the releases themselves")


def _listed(item: dict[str, Any], name: str) -> list[Any]:
    found = item[name]
    if not isinstance(found, list):
        raise ParseError(f"{name} is no list: {str(found)[:80]!r}; is this an OCDS package?")
    return found


def _release(item: Any) -> Release:
    if not isinstance(item, dict):
        raise ParseError(f"a release is no JSON object: {str(item)[:80]!r}; is this an OCDS package?")
    for name in ("ocid", "date"):
        if not isinstance(item.get(name), str) or not item[name]:
            where = f"the release {item['ocid']}" if name == "date" else "a release"
            raise ParseError(f"{where} has no {name}: {str(item)[:80]!r}; is this an OCDS package, record or release?")
    return item


def _instant(release: Release) -> datetime:
    """When it was released; a time without an offset, which the standard forbids, counts as UTC for the order."""
    try:
        moment = datetime.fromisoformat(release["date"])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ParseError(f"the release {release['ocid']} has a date that is none: {release['date'][:40]!r}") from error


def _rules(version: str) -> dict[tuple[str, ...], str]:
    if version not in WHOLE_LISTS:
        raise ParseError(f"OCDS {version} is not known here; give one of {', '.join(WHOLE_LISTS)} to ocds.compiled")
    whole = {tuple(path.split("/")): "wholeListMerge" for path in WHOLE_LISTS[version].split()}
    return {**{(name,): "omitWhenMerged" for name in OMITTED}, **whole}


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
