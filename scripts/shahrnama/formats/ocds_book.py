"""The book in which rows and issues of open contracting data are kept while its processes are read one by one.

Parties are told by what whoever publishes them says of each (`Book.party`); an identifier that is a person's number is
replaced by a number in order of appearance, so that the person's bids stay together and the number stays private.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from shahrnama.formats.ocds_cells import LONGEST_SENT, Issue, Object
from shahrnama.formats.strict import exhaust
from shahrnama.persian import jalali
from shahrnama.privacy import findings

Row = dict[str, Any]


@dataclass(frozen=True)
class Party:
    """An organisation or person: the published name, and whether it is a company, a person, or unknown."""

    name: str
    kind: str


@dataclass
class Book:
    """Rows by table and issues, while the processes are read one after the other."""

    party: Callable[[Object], Party]
    ignored: Mapping[str, Collection[str]]
    tables: defaultdict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    issues: dict[tuple[str, str, str], Issue] = field(default_factory=dict)
    buyers: dict[str, Party] = field(default_factory=dict)
    suppliers: dict[str, Party] = field(default_factory=dict)
    ocid: str = ""
    _names: dict[str, str] = field(default_factory=dict)
    _persons: int = 0

    def note(self, kind: str, place: str, sent: object) -> None:
        """Keep one issue of the process that is being read; the same kind at the same place once."""
        self.issues[self.ocid, kind, place] = Issue(self.ocid, kind, place, str(sent)[:LONGEST_SENT])

    def add(self, table: str, **row: Any) -> None:
        """A row of the process that is being read."""
        self.tables[table].append({"ocid": self.ocid, **row})

    def done(self, kind: str, item: Object) -> None:
        """Prove that every field of an object was read or is ignored by name."""
        exhaust(item, ignore=self.ignored.get(kind, ()))

    def known(self, item: Object, parties: dict[str, Party]) -> str | None:
        """Identifier of a party that is referred to, which is then one of `parties`; a person's number becomes a name.

        An identifier that is personal data (a national ID) is replaced by a number in order of appearance.
        """
        sent = item.get("id")
        if sent in (None, ""):
            return None
        found = self._named(str(sent))
        former = parties.get(found)
        if former is None or former.kind == "unknown" or item.get("identifier"):
            told = self.party({**item, "id": found})
            if former is None or former.kind == "unknown" or told.kind == "person":
                parties[found] = told
        return found

    def _named(self, sent: str) -> str:
        if sent not in self._names:
            is_personal = bool(findings(sent))
            self._persons += is_personal
            self._names[sent] = f"person-{self._persons:04d}" if is_personal else sent
        return self._names[sent]


def fiscal_year(at: str | None) -> int | None:
    """The Jalali year, which is the city's fiscal year."""
    return int(jalali(at)[:4]) if at else None
