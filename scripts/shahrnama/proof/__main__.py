"""`python -m shahrnama.proof datapackage.json`: a short verdict; exits with 0 where it is valid, else with 1."""

from __future__ import annotations

import sys

from shahrnama.proof import ProofError, validate


def main(arguments: list[str]) -> int:
    """Print a line for each table and for each kind of error."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m shahrnama.proof datapackage.json\n")
        return 2
    try:
        verdict = validate(arguments[0])
    except ProofError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for name, rows in verdict.rows.items():
        found = verdict.replayed[name]
        how = f"read whole by Frictionless: {found.reason}" if found.rows is None else f"{found.rows} replayed"
        sys.stdout.write(f"{name}: {rows} rows, {how}\n")
    for (name, kind, field), count in sorted(verdict.counts.items(), key=str):
        sys.stdout.write(f"{name}: {count} × {kind}{f' in {field}' if field else ''}\n")
    sys.stdout.write("valid\n" if verdict.valid else "invalid\n")
    return 0 if verdict.valid else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
