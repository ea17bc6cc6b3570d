"""Boston's 311 over Open311 GeoReport v2, one service: the pages of abandoned vehicles.

Boston leaves out the keys that it has no value for, writes local time with its offset (-04:00 or -05:00), and cuts
seconds off `updated_datetime`, so that a request may seem changed before it was made. Pages overlap while the source
changes: the newer state of a request stays (`newest_by` in the descriptor).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from shahrnama.catalog import Row
from shahrnama.client import Source
from shahrnama.formats.open311 import pages, records
from shahrnama.formats.strict import exhaust, required, to_utc

ABANDONED_VEHICLE = "4f389210e75084437f0001de"
PAGE_SIZE = 1000  # what the recorded pages hold
DECIMALS = 3  # about a hundred metres
HOUSE_NUMBER = re.compile(r"\A(?:\d[\w/-]*[\s-]+)+|,\s*(?:(?:Unit|Apt)[^,]*|#?\d\w*)(?=,|\Z)|\s\d{5}(?=,|\Z)")

IGNORED = ("media_url",)  # photographs show people, plates and homes


def fetch(source: Source) -> None:
    """Every request about an abandoned vehicle."""
    pages(
        source,
        "boston_requests",
        "requests.json",
        params={"service_code": ABANDONED_VEHICLE},
        page_size=PAGE_SIZE,
    )


def boston_requests(body: bytes) -> Iterator[Row]:
    """One row for each request, in the state that this page gives."""
    for record in records(body, "request"):
        yield {
            "service_request_id": required(record, "service_request_id"),
            "status_code": required(record, "status"),
            "status_notes": record.pop("status_notes", None),
            "service_code": required(record, "service_code"),
            "service_name": required(record, "service_name"),
            "description": record.pop("description", None),
            "address": HOUSE_NUMBER.sub("", required(record, "address")) or None,
            "requested_at": to_utc(required(record, "requested_datetime")),
            "updated_at": to_utc(required(record, "updated_datetime")),
            "latitude": round(float(required(record, "lat")), DECIMALS),
            "longitude": round(float(required(record, "long")), DECIMALS),
        }
        exhaust(record, ignore=IGNORED)
