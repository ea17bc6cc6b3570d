"""Open APIs from the city's register, two JSON lists: the APIs themselves, and the programs that call them.

What nobody entered in the register is null and stays empty here: unknown is not the same as no. The register names
every program; only names that their makers published are read, the others are counted by kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from shahrnama.catalog import Row
from shahrnama.client import Source
from shahrnama.formats.strict import exhaust, required
from shahrnama.formats.strict_json import loads
from shahrnama.persian import gregorian, normalise

IGNORED_CLIENT = ("maker_email",)  # a person's


def fetch(source: Source) -> None:
    """Both lists."""
    source.get("open_apis", "catalogue.json", check=loads)
    source.get("api_clients", "clients.json", check=loads)


def open_apis(body: bytes) -> Iterator[Row]:
    """One row for each API, as the register describes it."""
    for record in loads(body):
        owner, uptime = required(record, "owner"), record.pop("uptime", None) or {}
        yield {
            "api_id": str(required(record, "id")),
            "api_name": normalise(required(record, "name")),
            "owner_code": str(required(owner, "code")),
            "owner_name": normalise(required(owner, "name")),
            "is_documented": record.pop("documentation", None),
            "is_key_needed": record.pop("key", None),
            "is_approval_needed": record.pop("approval", None),
            "licence_code": record.pop("licence", None),
            "format_code": record.pop("format", None),
            "standard_code": record.pop("standard", None),
            "has_cors": record.pop("cors", None),
            "rate_limit_per_minute": record.pop("rate_limit", None),
            "version": record.pop("version", None),
            "uptime_share": uptime.pop("share", None),
            "uptime_days": uptime.pop("days", None),
            "uptime_method_code": uptime.pop("method", None),
            "changed_date": gregorian(required(record, "changed")),
        }
        for rest in (owner, uptime, record):
            exhaust(rest)


def api_clients(body: bytes) -> Iterator[Row]:
    """One row for each program of a published name, and one for each API and kind that counts the other programs."""
    hidden: Counter[tuple[str, str]] = Counter()
    for record in loads(body):
        api, kind, client = (str(required(record, name)) for name in ("api", "kind", "client"))
        name, is_published = required(record, "name"), required(record, "published")
        record.pop("calls", None)  # of one program: its maker's business
        if is_published is True:
            yield _client(api, client, normalise(name), kind, 1)
        else:
            hidden[api, kind] += 1
        exhaust(record, ignore=IGNORED_CLIENT)
    for (api, kind), count in sorted(hidden.items()):
        yield _client(api, f"unnamed-{kind}", None, kind, count)


def _client(api: str, client: str, name: str | None, kind: str, count: int) -> dict[str, Any]:
    return {"api_id": api, "client_id": client, "client_name": name, "kind_code": kind, "client_count": count}
