"""The command `shahrnama`: one verb for each stage of the road, and a few to look around."""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from shahrnama.catalog import Dataset, House, catalog
from shahrnama.errors import DatasetError, ReleaseError, ServeError, ShahrnamaError, ValidationError

STAGES = {
    "harvest": "ask the sources and keep what they send",
    "package": "parse captures into staged tables",
    "derive": "compute derived tables by SQL",
    "validate": "judge the staged tables and promote them",
    "load": "build the database from the promoted packages",
    "publish": "write Datasette's metadata, the downloads and the portal",
    "build": "all of these, in this order",
}
FOR_ALL = {"load", "publish"}
Say = Callable[[str], None]


def main(argv: list[str] | None = None) -> int:
    """Run one verb; 0 where all went well, 1 with one line on stderr for each problem."""
    options = _parser().parse_args(argv)
    try:
        status: int = options.run(options)
    except ShahrnamaError as error:
        _complain([str(error)])
        return 1
    except OSError as error:
        from shahrnama.build import disk

        _complain([disk(error)])
        return 1
    except KeyboardInterrupt:
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="shahrnama", description="The open data of a city, for its people to check.")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the project's folder (default: here)")
    parser.add_argument("--datasets", type=Path, help="the folder of datasets (default: ROOT/datasets)")
    parser.add_argument("--build", type=Path, help="the folder for everything derived (default: ROOT/build)")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    for verb, says in STAGES.items():
        command = verbs.add_parser(verb, help=says, description=says)
        if verb not in FOR_ALL:
            command.add_argument("names", nargs="*", metavar="DATASET", help="only these (default: all)")
        if verb in {"harvest", "build"}:
            command.add_argument("--due", action="store_true", help="ask only the sources whose next check has come")
        if verb in {"validate", "build"}:
            command.add_argument("--accept", action="store_true", help="what shrank or was blanked is right")
        command.set_defaults(run=_stage, verb=verb)
    serve = verbs.add_parser("serve", help="build, then offer portal, Datasette and files on one port")
    serve.add_argument("--host", default=os.environ.get("SHAHRNAMA_HOST", "127.0.0.1"))
    serve.add_argument("--port", type=int, default=int(os.environ.get("SHAHRNAMA_PORT", "8001")))
    serve.add_argument("--no-build", action="store_true", help="serve the build that stands")
    serve.set_defaults(run=_serve)
    release = verbs.add_parser("release", help="list what was published, swap to one of it, go back")
    release.add_argument("action", choices=("list", "swap", "back"))
    release.add_argument("release", nargs="?", metavar="RELEASE", help="for swap: its name, as `list` shows it")
    port = os.environ.get("SHAHRNAMA_PORT", "8001")
    release.add_argument("--at", default=f"http://127.0.0.1:{port}", help="where the server answers on this machine")
    release.set_defaults(run=_release)
    new = verbs.add_parser("new", help="write the skeleton of a dataset")
    new.add_argument("name", metavar="NAME", help="snake_case English, plural, as in `permits`")
    new.set_defaults(run=_new)
    judge = verbs.add_parser("judge", help="judge a data package from elsewhere, without opening what it points to")
    judge.add_argument("path", type=Path, metavar="DATAPACKAGE", help="its datapackage.json or datapackage.yaml")
    judge.set_defaults(run=_judge)
    verbs.add_parser("list", help="the datasets and their tables").set_defaults(run=_list)
    status = verbs.add_parser("status", help="what is published, held, and how old")
    status.add_argument("--json", action="store_true", help="for machines")
    status.set_defaults(run=_status)
    return parser


def _house(options: argparse.Namespace) -> tuple[House, tuple[Dataset, ...]]:
    house = House.at(options.root.resolve(), options.datasets, options.build)
    datasets = catalog(house.datasets)
    if not datasets:
        raise DatasetError(f"{house.datasets}: no datasets here; run in the project's folder, or name it with --root")
    return house, datasets


def _chosen(datasets: tuple[Dataset, ...], names: list[str]) -> list[Dataset]:
    known = {dataset.name: dataset for dataset in datasets}
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise DatasetError(f"no dataset named {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    return [known[name] for name in names] if names else list(datasets)


def _stage(options: argparse.Namespace) -> int:
    from shahrnama.build import Run, step_count  # the serving process never needs the builder

    house, datasets = _house(options)
    chosen = _chosen(datasets, getattr(options, "names", []))
    accept, due = getattr(options, "accept", False), getattr(options, "due", False)
    with _progress(step_count(chosen) if options.verb == "build" else None) as (say, detail):
        run = Run(house, datasets, chosen, os.environ, say, accept=accept, due=due, detail=detail)
        getattr(run, options.verb)()
    for line in run.outcome.summaries:
        print(line, file=sys.stderr)
    _complain([f"warning: {warning}" for warning in run.outcome.warnings])
    _complain(run.outcome.problems)
    return 0 if run.outcome.ok else 1


def _serve(options: argparse.Namespace) -> int:
    from shahrnama.release import current

    house, _ = _house(options)
    _refuse_taken(options.host, options.port)
    if not options.no_build:
        options.verb = "build"
        failed = _stage(options)
        if failed and current(house.releases) is None:
            return failed
    print(f"\n  شهرنما: http://{options.host}:{options.port}/   (Datasette: /db/   پرونده‌ها: /files/)\n", flush=True)
    command = [sys.executable, "-m", "shahrnama.serve", "--build", str(house.build)]
    command += ["--host", options.host, "--port", str(options.port)]
    return os.execv(sys.executable, command)  # noqa: S606 this interpreter, without what building loaded


def _release(options: argparse.Namespace) -> int:
    from shahrnama.release import current, releases
    from shahrnama.swap import swap

    house, _ = _house(options)
    if options.action != "list":
        if (options.action == "swap") != bool(options.release):
            raise ReleaseError("say `release swap RELEASE`, or `release back`")
        print(swap(house.releases, options.release, options.at))
        return 0
    wanted = current(house.releases)
    for name in releases(house.releases):
        print(f"{name}  current" if name == wanted else name)
    return 0


def _refuse_taken(host: str, port: int) -> None:
    """ServeError before minutes of building, not after them, where the address cannot be listened on."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            probe.bind((host, port))
    except OSError as error:
        reason = error.strerror or error
        raise ServeError(f"{host}:{port} cannot be listened on ({reason}); name another with SHAHRNAMA_PORT") from error


def _new(options: argparse.Namespace) -> int:
    from shahrnama.skeleton import write_skeleton

    house = House.at(options.root.resolve(), options.datasets, options.build)
    for path in write_skeleton(house.datasets, options.name):
        print(path)
    print("Fill in what says TODO, save a sample, then run `make test`: it names what is missing.")
    return 0


def _judge(options: argparse.Namespace) -> int:
    from shahrnama.foreign import inspect
    from shahrnama.proof import ProofError, validate

    inspect(options.path)
    try:
        verdict = validate(options.path)
    except ProofError as error:
        raise ValidationError(f"{options.path}: {error}") from error
    for (resource, kind, field), count in sorted(verdict.counts.items(), key=str):
        print(f"{'/'.join(filter(None, (resource, field)))}: {kind}, {count} times")
    print(f"{'valid' if verdict.report.valid else 'not valid'}: {sum(verdict.rows.values())} rows")
    return 0 if verdict.report.valid else 1


def _list(options: argparse.Namespace) -> int:
    _, datasets = _house(options)
    for dataset in datasets:
        print(f"{dataset.name}: {dataset.title} ({dataset.title_en})")
        for resource in dataset.resources:
            print(f"  {resource.name} [{resource.kind}]: {resource.title} ({resource.title_en})")
    return 0


def _status(options: argparse.Namespace) -> int:
    from shahrnama.status import status_lines, status_rows, status_table

    rows = list(status_rows(*_house(options)))
    if options.json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    elif sys.stdout.isatty():
        from rich.console import Console

        Console().print(status_table(rows))
    else:
        print(*status_lines(rows), sep="\n")
    return 0


@contextmanager
def _progress(steps: int | None) -> Iterator[tuple[Say, Say]]:
    """Tells steps as they come, and how far each is: a bar on a terminal, plain lines of steps elsewhere."""
    if not sys.stderr.isatty():
        yield (lambda step: print(f"… {step}", file=sys.stderr, flush=True)), (lambda _: None)
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<32}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), TextColumn("{task.fields[detail]}")) as progress:
        task = progress.add_task("start", total=steps, detail="")
        done = iter(range((steps or 0) + 1))

        def say(step: str) -> None:
            progress.update(task, description=step, completed=next(done, steps or 0), detail="")

        yield say, lambda text: progress.update(task, detail=text)
        progress.update(task, description="done", completed=steps or 1, total=steps or 1, detail="")


def _complain(problems: list[str]) -> None:
    for problem in problems:
        print(f"shahrnama: {problem}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
