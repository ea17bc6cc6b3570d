"""Screen complaints for personal data: every cell by the scanner, or only those that a quick look leaves, in one run.

    .venv/bin/python bench/privacy.py 200000

The cells are democity's texts, of which some hold personal data. Prints cells a second of each way and the ratio to
reading every cell; then the time of the slowest texts of 100 kB that tests/test_privacy.py knows.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests")]

import polars  # noqa: E402

from democity.generator import generate  # noqa: E402
from shahrnama.privacy import findings, mask, may_hold  # noqa: E402
from shahrnama.privacy.columns import candidates  # noqa: E402
from shahrnama.privacy.scan import _found  # noqa: E402
from shahrnama.privacy.view import View  # noqa: E402
from test_privacy import ADVERSARIAL  # noqa: E402


def timed(work: Callable[[], int]) -> tuple[float, int]:
    """CPU seconds, and what the work counted."""
    started = time.process_time()
    count = work()
    return time.process_time() - started, count


def by_column(texts: list[str]) -> int:
    """Findings of the cells that the vectorised look leaves."""
    column = polars.Series(texts)
    return sum(len(findings(text)) for text in column.filter(candidates(column)))


def main() -> None:
    """One line for each way, one for the slowest texts."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    texts = list(islice(cycle(str(record["description"]) for record in generate(scale=1.0).requests), count))
    print(f"{count} cells, {sum(map(len, texts)) / count:.0f} characters each, {sum(map(may_hold, texts))} to be read")
    ways: dict[str, Callable[[], int]] = {
        "the scanner on every cell": lambda: sum(len(list(_found(View.of(text)))) for text in texts),
        "may_hold, then the scanner": lambda: sum(len(findings(text)) for text in texts),
        "candidates, then the scanner": lambda: by_column(texts),
    }
    whole = 0.0
    for name, work in ways.items():
        seconds, found = timed(work)
        whole = whole or seconds
        print(
            f"{name}: {found} findings, {count / seconds:,.0f} cells a second, ratio {whole / seconds:.1f}", flush=True
        )
    slowest = {}
    for name, unit in ADVERSARIAL.items():
        text = (unit * (100_000 // len(unit) + 1))[:100_000]
        slowest[name] = timed(lambda text=text: len(mask(text)))[0]  # type: ignore[misc]
    worst = sorted(slowest.items(), key=lambda item: -item[1])[:3]
    print("slowest 100 kB: " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in worst))


if __name__ == "__main__":
    main()
