"""Descriptors from elsewhere: each hostile one is refused in one line and in two seconds, and nobody is asked anything.

SHAHRNAMA_FUZZ=10000 holds that many generated patterns, instead of 300, against texts that make a slow one hang.
"""

from __future__ import annotations

import copy
import json
import os
import random
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from shahrnama.catalog import read
from shahrnama.errors import ParseError, ValidationError
from shahrnama.foreign import inspect
from shahrnama.formats import strict_yaml
from shahrnama.patterns import is_linear

FUZZ = int(os.environ.get("SHAHRNAMA_FUZZ", "300"))
LIMIT_SECONDS = 2.0
STALL_SECONDS = 0.5  # for what takes a millisecond where it is linear, and minutes where it is not


class Listener:
    """Counts who connects to a loopback port."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.contacts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.contacts += 1
            connection.close()


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    found = Listener()
    with found.socket:
        yield found


def resource(**entries: Any) -> dict[str, Any]:
    fields = [{"name": "id", "type": "string"}]
    return {"name": "roads", "path": "roads.csv", "schema": {"fields": fields}, **entries}


def field(**entries: Any) -> dict[str, Any]:
    return {"resources": [resource(schema={"fields": [{"name": "id", "type": "string", **entries}]})]}


def one(**entries: Any) -> dict[str, Any]:
    return {"name": "city", "resources": [resource(**entries)]}


def nested(depth: int) -> Any:
    return json.loads("[" * depth + "]" * depth)


WEB = "http://127.0.0.1:PORT/x"
HOSTILE: dict[str, tuple[Any, str]] = {
    "path of the web": (one(path=WEB), "address"),
    "path of the web in capitals": (one(path="HTTP://127.0.0.1:PORT/x"), "address"),
    "path of the web after a space": (one(path=" http://127.0.0.1:PORT/x"), "address"),
    "path file:": (one(path="file:///etc/passwd"), "address"),
    "path s3:": (one(path="s3://bucket/key"), "address"),
    "path sqlite:": (one(path="sqlite:///x.db"), "address"),
    "path data:": (one(path="data:text/csv,a"), "address"),
    "path of a drive": (one(path="C:/roads.csv"), "address"),
    "path of a share": (one(path="\\\\host\\share\\x.csv"), "backslash"),
    "path with backslashes": (one(path="..\\x.csv"), "backslash"),
    "absolute path": (one(path="/etc/passwd"), "absolute"),
    "path of a host": (one(path="//127.0.0.1:PORT/x"), "absolute"),
    "parent": (one(path="../x.csv"), "leaves"),
    "parent further in": (one(path="sub/../../x.csv"), "leaves"),
    "home": (one(path="~/x.csv"), "leaves"),
    "another's home": (one(path="sub/~root/x.csv"), "leaves"),
    "NUL": (one(path="roads.csv\0.txt"), "control"),
    "line end": (one(path="roads.csv\n"), "control"),
    "escape": (one(path="\x1b[2Jroads.csv"), "control"),
    "long path": (one(path="a/" * 50_000 + "x.csv"), "characters long"),
    "long name": (one(path="a" * 900), "cannot be had"),
    "empty path": (one(path=""), "empty"),
    "the folder": (one(path="."), "not a file"),
    "a number for a path": (one(path=7), "neither"),
    "an object for a path": (one(path={"url": WEB}), "neither"),
    "no parts": (one(path=[]), "neither"),
    "a part of the web": (one(path=["roads.csv", WEB]), "address"),
    "a part outside": (one(path=["roads.csv", "../x.csv"]), "leaves"),
    "a list as part": (one(path=["roads.csv", ["roads.csv"]]), "neither"),
    "many parts": (one(path=[f"{at}.csv" for at in range(100_000)]), "more than 1,000 files"),
    "no file": (one(path="missing.csv"), "cannot be had"),
    "link to a file": (one(path="link.csv"), "symbolic link"),
    "link to a folder": (one(path="linked/secret.csv"), "symbolic link"),
    "dangling link": (one(path="dangling.csv"), "symbolic link"),
    "link in a circle": (one(path="circle/roads.csv"), "symbolic link"),
    "pipe": (one(path="pipe.csv"), "no plain file"),
    "folder": (one(path="sub"), "no plain file"),
    "file as folder": (one(path="roads.csv/x"), "no plain file"),
    "schema of the web": (one(schema=WEB), "address"),
    "schema outside": (one(schema="../schema.json"), "leaves"),
    "schema through a link": (one(schema="linked/schema.json"), "symbolic link"),
    "schema in a pipe": (one(schema="pipe.json"), "no plain file"),
    "schema of another kind": (one(schema="roads.csv"), "ends in"),
    "schema that is a list": (one(schema="list.json"), "no object"),
    "schema with a pattern": (one(schema="evil.json"), "not provably quick"),
    "schema that refers on": (one(schema="onward.json"), "refers on"),
    "dialect of the web": (one(dialect=WEB), "address"),
    "address in a dialect": (one(dialect={"remote": {"endpoint": WEB}}), "address"),
    "profile of the web": (one(profile=WEB), "profiles of the standard"),
    "profile of the package": ({"profile": WEB, "resources": []}, "profiles of the standard"),
    "profile as an object": (one(profile={"$ref": WEB}), "profiles of the standard"),
    "$schema of the web": ({"$schema": WEB, "resources": []}, "schemas of the standard"),
    "$schema nearly of the standard": (
        {"$schema": "https://datapackage.org/profiles/2.0/datapackage.json@127.0.0.1:PORT", "resources": []},
        "schemas of the standard",
    ),
    "$ref of the web": (one(schema={"$ref": WEB}), "refers to"),
    "$ref to a file": (field(constraints={"jsonSchema": {"$ref": "/etc/passwd"}}), "refers to"),
    "$ref that is a list": (one(schema={"$ref": ["#"]}), "refers to"),
    "$ref in a licence": ({"licenses": [{"$ref": WEB}], "resources": []}, "refers to"),
    "licence in a file outside": ({"licenses": [{"path": "../LICENCE"}], "resources": []}, "leaves"),
    "licence as script": ({"licenses": [{"path": "javascript:alert(1)"}], "resources": []}, "address"),
    "homepage as script": ({"homepage": "javascript:alert(1)", "resources": []}, "address"),
    "resource as an address": ({"resources": [WEB]}, "no list of objects"),
    "resources as an address": ({"resources": WEB}, "no list of objects"),
    "no resources": ({"name": "city"}, "no list of objects"),
    "other scheme": (one(scheme="http"), "only files"),
    "other scheme as a list": (one(scheme=["file"]), "only files"),
    "inner path": (one(innerpath="x.csv"), "may not"),
    "compression": (one(compression="zip"), "may not"),
    "base path": ({"basepath": WEB, "resources": [resource()]}, "may not"),
    "trusted": ({"trusted": True, "resources": [resource()]}, "may not"),
    "trusted further in": (one(dialect={"csv": {"trusted": "yes"}}), "may not"),
    "checks": (one(checks=[{"type": "row-constraint", "formula": "1"}]), "may not"),
    "checklist of the web": (one(checklist=WEB), "may not"),
    "steps": (one(pipeline={"steps": [{"type": "table-write", "path": "x"}]}), "may not"),
    "further paths": (one(extrapaths=["/etc/passwd"]), "may not"),
    "package of a key": (
        one(schema={"fields": [], "foreignKeys": [{"reference": {"package": WEB}}]}),
        "address",
    ),
    "data as an address": ({"resources": [{"name": "x", "data": WEB}]}, "inline data"),
    "hanging pattern": (field(constraints={"pattern": "(a+)+$"}), "not provably quick"),
    "hanging pattern in a JSON schema": (
        field(constraints={"jsonSchema": {"properties": {"x": {"pattern": "(a|a)*$"}}}}),
        "not provably quick",
    ),
    "hanging pattern of names": (
        field(constraints={"jsonSchema": {"patternProperties": {"(a*)*$": {}}}}),
        "not provably quick",
    ),
    "broken pattern": (field(constraints={"pattern": "(((("}), "not provably quick"),
    "long pattern": (field(constraints={"pattern": "(a|b)?" * 50_000}), "not provably quick"),
    "heavy patterns": (
        {"resources": [resource(schema={"fields": [{"pattern": f"(\\w{{64}}){{2}}x{at}"} for at in range(900)]})]},
        "other patterns",
    ),
    "1,001 columns": (one(schema={"fields": [{"name": f"c{at}"} for at in range(1_001)]}), "1,001 columns"),
    "100,000 columns": (one(schema={"fields": [{"name": f"c{at}"} for at in range(100_000)]}), "100,000 columns"),
    "nested lists": (one(note=nested(60)), "nested deeper"),
    "nested lists in data": ({"resources": [{"name": "x", "data": nested(60)}]}, "nested deeper"),
    "a list": ([], "no object"),
    "a text": (WEB, "no object"),
}
RAW: dict[str, tuple[bytes, str]] = {
    "x.json nothing": (b"", "cannot be read"),
    "x.json half": (b'{"resources": [', "broken JSON"),
    "x.json two": (b'{"resources": []} {"resources": []}', "2 JSON documents"),
    "x.json deep": (b'{"resources": ' + b"[" * 400_000, "nested too deeply"),
    "x.json deep objects": (b'{"a":' * 200_000 + b"1" + b"}" * 200_000, "nested too deeply"),
    "x.json key twice": (b'{"name": "a", "name": "b", "resources": []}', "twice"),
    "x.json huge integer": (b'{"version": ' + b"9" * 1_000_000 + b', "resources": []}', "beyond 64 bits"),
    "x.json huge number": (b'{"version": 1e999, "resources": []}', "beyond a double"),
    "x.json NaN": (b'{"version": NaN, "resources": []}', "no JSON number"),
    "x.json bytes": (b'{"name": "\xff", "resources": []}', "not UTF-8"),
    "x.json surrogate": (b'{"name": "\\ud800", "resources": []}', "half a character"),
    "x.json large": (b'{"name": "' + b"a" * 3_000_000 + b'", "resources": []}', "larger than"),
    "x.json 200,000 fields": (
        b'{"resources":[{"schema":{"fields":[' + b",".join([b'{"name":"abcdefgh"}'] * 200_000) + b"]}}]}",
        "larger than",
    ),
    "x.txt": (b'{"resources": []}', "ends in"),
    "x.yaml bomb": (
        b"a: &a [x, x, x, x, x, x, x, x, x]\n"
        + b"".join(b"%c: &%c [%s]\n" % (98 + at, 98 + at, b", ".join([b"*%c" % (97 + at)] * 9)) for at in range(9))
        + b"resources: []\n",
        "alias",
    ),
    "x.yaml merge": (b"a: &a {x: 1}\nb: {<<: *a}\nresources: []\n", "alias"),
    "x.yaml circle": (b"&a resources: *a\n", "alias"),
    "x.yaml tag": (b"resources: !!python/object/apply:os.system ['true']\n", "tag"),
    "x.yaml own tag": (b"resources: !include x.yaml\n", "tag"),
    "x.yaml deep": (b"resources: " + b"[" * 400_000, "nested deeper"),
    "x.yaml deep blocks": (b"".join(b" " * at + b"a:\n" for at in range(400)), "nested deeper"),
    "x.yaml long blocks": (b"- a\n" * 400_000, "200,000 values"),
    "x.yaml key twice": (b"name: a\nname: b\nresources: []\n", "twice"),
    "x.yaml keys": (b"1: a\nresources: []\n", "not text"),
    "x.yaml key list": (b"[a]: b\nresources: []\n", "not text"),
    "x.yaml two": (b"resources: []\n---\nresources: []\n", "second document"),
    "x.yaml huge integer": (b"version: " + b"9" * 1_000_000 + b"\nresources: []\n", "broken YAML"),
    "x.yaml huge number": (b"version: .inf\nresources: []\n", "finite"),
    "x.yaml bytes": (b"name: \xff\nresources: []\n", "not UTF-8"),
    "x.yaml NUL": (b"name: a\0b\nresources: []\n", "broken YAML"),
    "x.yaml scalar": (b"just text\n", "no object"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A package's folder with plain files, links out of it, a pipe, and a secret beside it."""
    (tmp_path / "secret").mkdir()
    for name in ("secret.csv", "schema.json"):
        (tmp_path / "secret" / name).write_text('{"fields": []}')
    package = tmp_path / "package"
    (package / "sub").mkdir(parents=True)
    (package / "roads.csv").write_text("id\n1\n")
    (package / "sub" / "خیابان‌ها.csv").write_text("id\n1\n")
    (package / "link.csv").symlink_to(tmp_path / "secret" / "secret.csv")
    (package / "linked").symlink_to(tmp_path / "secret")
    (package / "dangling.csv").symlink_to("nowhere.csv")
    (package / "circle").symlink_to("circle")
    for name in ("pipe.csv", "pipe.json"):
        os.mkfifo(package / name)
    (package / "list.json").write_text("[]")
    (package / "evil.json").write_text('{"fields": [{"name": "id", "constraints": {"pattern": "(a+)+$"}}]}')
    (package / "onward.json").write_text('{"schema": "list.json"}')
    (package / "schema.yaml").write_text("fields: [{name: id, type: date, constraints: {minimum: 1403-01-01}}]\n")
    (package / "dialect.json").write_text('{"delimiter": ";"}')
    return package


def refused(path: Path, message: str) -> None:
    started = time.perf_counter()
    with pytest.raises(ValidationError, match=re.escape(message)) as error:
        inspect(path)
    assert time.perf_counter() - started < LIMIT_SECONDS
    assert len(str(error.value).splitlines()) == 1
    assert len(str(error.value)) < 700


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_descriptor_is_refused(name: str, folder: Path, listener: Listener) -> None:
    descriptor, message = HOSTILE[name]
    path = folder / "datapackage.json"
    path.write_text(json.dumps(descriptor).replace("PORT", str(listener.port)))
    refused(path, message)
    assert listener.contacts == 0


@pytest.mark.parametrize("name", [name for name, (entry, _) in HOSTILE.items() if len(str(entry)) < 10_000])
def test_a_hostile_descriptor_is_refused_in_yaml(name: str, folder: Path, listener: Listener) -> None:
    descriptor, message = HOSTILE[name]
    path = folder / "datapackage.yaml"
    path.write_text(json.dumps(descriptor).replace("PORT", str(listener.port)))
    refused(path, message)
    assert listener.contacts == 0


@pytest.mark.parametrize("name", RAW)
def test_what_is_no_descriptor_is_refused(name: str, folder: Path) -> None:
    body, message = RAW[name]
    path = folder / name.split()[0]
    path.write_bytes(body)
    refused(path, message)


ITSELF = {
    "link.json": "symbolic link",
    "pipe.json": "no plain file",
    "sub": "ends in",
    "missing.json": "cannot be had",
}


@pytest.mark.parametrize("name", ITSELF)
def test_the_descriptor_itself_is_a_plain_file(name: str, folder: Path) -> None:
    (folder / "link.json").symlink_to(folder / "list.json")
    refused(folder / name, ITSELF[name])


def test_the_listener_would_notice(listener: Listener) -> None:
    before = listener.contacts
    with socket.create_connection(("127.0.0.1", listener.port)) as connection:
        connection.recv(1)
    assert listener.contacts == before + 1
    listener.contacts = before


FRIENDLY: dict[str, dict[str, Any]] = {
    "plain": one(),
    "parts": one(path=["roads.csv", "./sub/خیابان‌ها.csv"]),
    "schema and dialect in files": one(schema="schema.yaml", dialect="dialect.json"),
    "links for readers": {
        "profile": "tabular-data-package",
        "homepage": "https://example.org/a?b=c",
        "licenses": [
            {"name": "CC0", "title": "CC: zero", "path": "https://creativecommons.org/publicdomain/zero/1.0/"}
        ],
        "sources": [{"title": "City: roads", "path": "https://example.org", "email": "a@example.org"}],
        "contributors": [{"title": "A: B", "path": "about/us.html"}],
        "resources": [resource(profile="tabular-data-resource", scheme="file", format="csv")],
    },
    "standard of today": {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "resources": [resource(dialect={"delimiter": ":", "csv": {"quoteChar": '"'}})],
    },
    "inline data": {"resources": [{"name": "x", "data": [{"path": "http://example.org", "trusted": True}]}]},
    "pattern": field(constraints={"pattern": "[A-Z]{2}-\\d{4}"}, rdfType="http://schema.org/identifier"),
    "words with colons": field(title="Road: its number", description="see http://example.org/", example="a:b"),
    "a column named like a rule": {"resources": [resource(schema={"fields": [{"name": "path"}, {"name": "trusted"}]})]},
}


@pytest.mark.parametrize("name", FRIENDLY)
def test_an_ordinary_descriptor_is_taken_as_it_is(name: str, folder: Path) -> None:
    path = folder / "datapackage.json"
    path.write_text(json.dumps(FRIENDLY[name], ensure_ascii=False), encoding="utf-8")
    found = inspect(path)
    if name == "schema and dialect in files":
        assert found["resources"][0]["schema"]["fields"][0]["constraints"] == {"minimum": "1403-01-01"}
        assert found["resources"][0]["dialect"] == {"delimiter": ";"}
    else:
        assert found == FRIENDLY[name]


def test_the_descriptors_of_this_house_are_ordinary(tmp_path: Path) -> None:
    for authored in sorted((Path(__file__).parents[1] / "datasets").glob("*/datapackage.yaml")):
        found = copy.deepcopy(read(authored.parent).descriptor)  # our own may use anchors, which a stranger's may not
        assert found["name"] == authored.parent.name
        for item in found["resources"]:
            (tmp_path / "x.csv").write_text("x\n")
            item["path"] = "x.csv"
        path = tmp_path / "datapackage.json"
        path.write_text(json.dumps({key: value for key, value in found.items() if key != "harvest"}))
        assert inspect(path)["name"] == found["name"]


def test_the_descriptors_of_frictionless_are_judged_in_one_line_each(shared: Path) -> None:
    seen = []
    for root in ("frictionless-py", "tableschema-py"):
        paths = sorted(path for path in (shared / "tabular" / root).rglob("*") if path.suffix in (".json", ".yaml"))
        seen += [_refusal(path) for path in paths if path.is_file()]
    assert all(len(line.splitlines()) == 1 for line in filter(None, seen))
    assert seen.count(None) >= 20
    assert len(list(filter(None, seen))) >= 50


def _refusal(path: Path) -> str | None:
    try:
        inspect(path)
    except ValidationError as error:
        return str(error)
    return None


@pytest.mark.parametrize("body", [b"a: 1403-01-01", b'a: "1403-01-01"', b"a: '1403-01-01'"])
def test_dates_in_yaml_stay_text(body: bytes) -> None:
    assert strict_yaml.loads(body) == {"a": "1403-01-01"}


def test_strict_yaml_reads_what_json_can_hold() -> None:
    body = "\ufeff# words\nname: شهر\ncounts: [1, -2, 3.5, true, null, 'no']\ntext: |\n  a\n  b\n".encode()
    assert strict_yaml.loads(body) == {"name": "شهر", "counts": [1, -2, 3.5, True, None, "no"], "text": "a\nb\n"}
    with pytest.raises(ParseError, match="line 2"):
        strict_yaml.loads(b"a: 1\nb: &x 2\n")


EVIL = [
    r"(a+)+$",
    r"(a*)*$",
    r"(a|a)*$",
    r"(a|aa)+$",
    r"(a++)+b",
    r"(?>a+)+b",
    r"(\w+\s?)+$",
    r"\w+\s?\w+\s?\w+$",
    r".*.*x",
    r".*foo.*",
    r"(.*)(.*)",
    r"\d+\d+",
    r"\d*\d*x",
    r"a*b?a*c",
    r"([a-z]+)*@",
    r"^(([a-z])+.)+[A-Z]([a-z])+$",
    r"(x+x+)+y",
    r"(a)\1",
    r"(?P<q>['\"]).*(?P=q)",
    r"(a)?(?(1)b|c)",
    r"(?=a+)b",
    r"(?!(a|b)*)c",
    r"(?<!a{3})b",
    r"(a?){64}x",
    r"(|){64}x",
    r"(?:a?b?)*",
    r"(?:(?:a?)?)?",
    r"a?a?a?a?a?a?a?a?a?aaaaaaaaa",
    r"(?:a|aa){20}",
    r"(a{1,10}){1,10}$",
    r"([a-z]{1,50}[a-z0-9]{1,50}){1,50}",
    r"(?i)k*\u212a*x",
    r"(?i)é*É*x",
    r"(?i:a*)A*",
    r"(?a)\W+é+",
    r"\s+\s+",
    r"[\u2000-\u2001]*\s*x",
    r"[\U0001d7ce]*\d*x",
    r"^\S+@\S+\.\S+$",
    r"(?:.*,){20}P",
    r"(\d+|\w+)*x",
    r"[^x]*[^y]*z",
    r"(?:[ab]*a[ab]*)x",
    r"a{0,5000}a{0,5000}x",
    r"(",
    r"[",
    r"a{99999999999}",
    r"(" * 5_000,
    r"a" * 5_000,
]
BENIGN = [
    r"",
    r"a|b",
    r".*",
    r".*\.csv",
    r"[0-9]{4}-[0-9]{2}",
    r"\d+\.\d+",
    r"[+-]?\d+(\.\d+)?",
    r"[a-z0-9]+(-[a-z0-9]+)*",
    r"SR-\d{8}",
    r"(?:open|closed|in progress)",
    r"(?:a|ab){20}",
    r"^1[34]\d\d/(0[1-9]|1[0-2])/(0[1-9]|[12]\d|3[01])$",
    r"[^@]+@[a-z.]+",
    r"\w+(\s\w+)*",
    r"(?!x)[a-z]+",
    r"(?:(?!a).)*",
    r"https?://[^\s]+",
    r"a{2,5}b",
    r"[\u0600-\u06FF\s]+",
    r"[آ-ی]+( [آ-ی]+){0,5}",
    r"(?i)[a-z]+\d+",
    r"(?i)true|false",
    r"[0-9a-f]{64}",
    r"ocds-[a-z0-9]{6}-.+",
    r"\d{1,3}(,\d{3})*",
    r"(a|b)*c",
    r"[^,]*,[^,]*,[^,]*",
    r"\d{5}(-\d{4})?",
    r"a*+b",
    r"(?x) \d+ # digits",
    r"\bfoo\b",
    r"[\w.-]+",
    r"[\W\d]+x",
    r".{0,5000}",
    r"(?P<year>\d{4})",
]


@pytest.mark.parametrize("pattern", EVIL, ids=lambda pattern: ascii(pattern[:30]))
def test_a_pattern_that_could_hang_is_told(pattern: str) -> None:
    assert not is_linear(pattern)


@pytest.mark.parametrize("pattern", BENIGN, ids=lambda pattern: ascii(pattern[:30]))
def test_an_ordinary_pattern_passes(pattern: str) -> None:
    assert is_linear(pattern)


def _generated(rng: random.Random, depth: int) -> str:
    kind = rng.random()
    if not depth or kind < 0.3:
        return rng.choice(["a", "b", "[ab]", ".", "c", "[^a]", r"\w"])
    if kind < 0.6:
        return "".join(_generated(rng, depth - 1) for _ in range(rng.randint(2, 3)))
    if kind < 0.75:
        return f"(?:{'|'.join(_generated(rng, depth - 1) for _ in range(rng.randint(2, 3)))})"
    return f"(?:{_generated(rng, depth - 1)}){rng.choice(['*', '+', '?', '{2}', '{1,3}', '*?', '{0,70}'])}"


def _stalls(pattern: str, texts: list[str], seconds: float) -> bool:
    """Whether matching takes longer than it may; Python looks for signals while it matches."""

    def stop(*_: object) -> NoReturn:
        raise TimeoutError

    before: Callable[..., Any] | int | None = signal.signal(signal.SIGALRM, stop)
    compiled = re.compile(f"^{pattern}$")
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        for text in texts:
            compiled.match(text)
    except TimeoutError:
        return True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return False


def test_no_pattern_that_passes_hangs() -> None:
    rng = random.Random(137)
    patterns = [_generated(rng, 4) for _ in range(FUZZ)]
    units = ("a", "b", "ab", "abc", "aab", "aabb", "c", "ca")
    texts = [unit * 5_000 + "!" for unit in units] + ["".join(rng.choices("abc", k=5_000)) + "!"]
    passed = [pattern for pattern in patterns if is_linear(pattern)]
    assert FUZZ / 5 < len(passed) < FUZZ
    assert [pattern for pattern in passed if _stalls(pattern, texts, STALL_SECONDS)] == []
    assert _stalls("(?:a|aa)+", texts, 0.1), "the texts make nothing hang, so that nothing was put to the test"
