"""The command `democity`: the fictional city hall alone, until interrupted."""

from __future__ import annotations

import argparse
import signal
import sys

from democity.faults import Fault
from democity.server import DemoCity


def main(argv: list[str] | None = None) -> int:
    """Serve on 127.0.0.1 until SIGINT or SIGTERM; 0."""
    parser = argparse.ArgumentParser(prog="democity", description=__doc__)
    parser.add_argument("--port", type=int, default=8138, help="0 for any free one (default: 8138)")
    parser.add_argument("--seed", type=int, default=1404)
    parser.add_argument("--scale", type=float, default=1.0, help="1 is about twelve thousand requests")
    parser.add_argument(
        "--fault", action="append", default=[], type=Fault.of, help="NAME@first|middle|last[*TIMES]; may be repeated"
    )
    options = parser.parse_args(argv)
    signals = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # before any thread, so that none of them takes the signal
    with DemoCity(options.seed, options.scale, options.port) as city:
        city.faults += options.fault
        sys.stdout.write(f"{city.url}/open311/v2/ (fictional data)\n")
        sys.stdout.flush()
        signal.sigwait(signals)
    return 0


if __name__ == "__main__":
    sys.exit(main())
