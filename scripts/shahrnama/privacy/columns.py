"""Whole columns at once: which cells the scanner has to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars

from shahrnama.privacy.prefilter import PATTERN

BATCH_ROWS = 50_000


def candidates(column: polars.Series) -> polars.Series:
    """True for every cell of a string column that may hold personal data; false only where `findings` is empty.

    Null cells are false. The engine's regular expressions are linear in the text. For cells of a `privacy_group`, pass
    `polars.concat_str(columns, separator="\\n", ignore_nulls=True)`: what holds for `findings` holds for
    `findings_across` then.
    """
    return column.str.contains(PATTERN).fill_null(value=False)


def suspects(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Row number (the header is 1), column and text of each cell of a CSV that the scanner has to read, row by row.

    `path` is a table of ours (RFC 4180, UTF-8, `\n`), read in batches: memory does not grow with the rows.
    """
    table = polars.scan_csv(path, infer_schema=False, empty_string_is_null=False).select(columns)
    before = 2
    for batch in table.collect_batches(chunk_size=BATCH_ROWS, maintain_order=True):
        marked = [(name, candidates(batch[name])) for name in columns]
        found = [(row, name) for name, mask in marked for row in mask.arg_true()]
        for row, name in sorted(found):
            yield before + row, name, batch[name][row]
        before += batch.height
