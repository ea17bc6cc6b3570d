"""Whole columns at once: which cells the scanner has to read."""

from __future__ import annotations

import polars

from shahrnama.privacy.prefilter import PATTERN


def candidates(column: polars.Series) -> polars.Series:
    """True for every cell of a string column that may hold personal data; false only where `findings` is empty.

    Null cells are false. The engine's regular expressions are linear in the text. For cells of a `privacy_group`, pass
    `polars.concat_str(columns, separator="\\n", ignore_nulls=True)`: what holds for `findings` holds for
    `findings_across` then.
    """
    return column.str.contains(PATTERN).fill_null(value=False)
