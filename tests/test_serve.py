"""The serving process: three surfaces on one port, read only, without rich."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64encode
from pathlib import Path

import pytest

from shahrnama.catalog import House

ROOT = Path(__file__).parents[1]


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def get(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.build_opener(Stay).open(request, timeout=20) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, {name.lower(): value for name, value in error.headers.items()}, error.read()


@pytest.mark.parametrize(
    ("path", "holds"),
    [
        ("/", "شهرنما"),
        ("/en/", "Shahrnama"),
        ("/datasets/", "service_requests"),
        ("/datasets/service_requests/", "response_times"),
        ("/en/datasets/service_requests/", "response_times"),
        ("/db/", "شهرنما"),
        ("/db/shahrnama", "service_requests"),
        ("/db/shahrnama/service_requests", 'dir="rtl"'),
        ("/db/shahrnama/service_requests?_lang=en", 'dir="ltr"'),
        ("/files/", "SHA256SUMS"),
    ],
)
def test_the_three_surfaces_answer(site: str, path: str, holds: str) -> None:
    status, headers, body = get(site + path)
    assert status == 200
    assert headers["content-type"].startswith("text/html")
    assert holds in body.decode()


def test_a_journalist_finds_every_spelling(site: str) -> None:
    counts = set()
    for word in ("كتابخانه‌ها", "کتابخانه ها", "کتابخانه", "کتابخانه‌های"):
        query = urllib.parse.urlencode({"_search": word, "_shape": "objects"})
        counts.add(
            json.loads(get(f"{site}/db/shahrnama/service_requests.json?{query}")[2])["filtered_table_rows_count"]
        )
    assert len(counts) == 1
    assert counts.pop() > 0


def test_sql_answers_in_json(site: str) -> None:
    query = urllib.parse.urlencode({"sql": "select count(*) as n from districts", "_shape": "array"})
    assert json.loads(get(f"{site}/db/shahrnama.json?{query}")[2]) == [{"n": 22}]


def test_every_canned_query_runs(site: str) -> None:
    database = json.loads(get(f"{site}/db/shahrnama.json")[2])
    assert database["queries"]
    for query in database["queries"]:
        params = urllib.parse.urlencode({**dict.fromkeys(query.get("params") or [], ""), "_shape": "array"})
        status, _, body = get(f"{site}/db/shahrnama/{query['name']}.json?{params}")
        assert status == 200, body.decode()


def test_downloads_have_the_checksums_that_are_promised(site: str) -> None:
    sums = get(site + "/files/SHA256SUMS")[2].decode().splitlines()
    assert any("service_requests" in line and ".demo.csv" in line for line in sums)
    for line in sums:
        digest, name = line.split("  ", 1)
        status, _, body = get(f"{site}/files/{urllib.parse.quote(name)}")
        assert (status, hashlib.sha256(body).hexdigest()) == (200, digest), name


@pytest.mark.parametrize("path", ["/", "/en/", "/datasets/", "/files/", "/files/SHA256SUMS", "/no/such/page/"])
def test_pages_run_no_script_or_style_that_is_not_theirs(site: str, path: str) -> None:
    _, headers, body = get(site + path)
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert "unsafe" not in policy["style-src"]
    assert not re.search(rb'\sstyle="|\son\w+="|<style .|<script(?! type="(module" src=|application/ld\+json"))', body)
    for style in re.findall(rb"<style>(.*?)</style>", body, re.DOTALL):
        assert f"'sha256-{b64encode(hashlib.sha256(style).digest()).decode()}'" in policy["style-src"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "strict-transport-security" not in headers
    assert "strict-transport-security" in get(site + path, **{"X-Forwarded-Proto": "https"})[1]


def test_an_unchanged_file_is_not_sent_again(site: str) -> None:
    _, headers, _ = get(site + "/files/SHA256SUMS")
    for asked in (headers["etag"], f"W/{headers['etag']}", f'"another", {headers["etag"]}'):
        status, told, _ = get(site + "/files/SHA256SUMS", **{"If-None-Match": asked})
        assert (status, told["etag"], told["x-content-type-options"]) == (304, headers["etag"], "nosniff"), asked
        assert not {"content-length", "content-type"} & set(told)  # they would be those of the file
    assert get(site + "/files/SHA256SUMS", **{"If-None-Match": '"another"'})[0] == 200


def test_pages_may_be_kept_for_a_moment_and_files_are_asked_for_again(site: str) -> None:
    assert {get(site + path)[1]["cache-control"] for path in ("/", "/en/datasets/", "/db/")} == {"public, max-age=5"}
    assert get(site + "/files/SHA256SUMS")[1]["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "/../shahrnama.db",
        "/files/../shahrnama.db",
        "/files/%2e%2e/shahrnama.db",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/files/..%2fmetadata.yml",
        "/nowhere/",
        "/files/nothing.csv",
    ],
)
def test_nothing_outside_the_published_folders_is_sent(site: str, path: str) -> None:
    assert get(site + path)[0] == 404


@pytest.mark.parametrize("path", ["//example.org/%2e%2e", "//example.org", "/\\example.org", "//datasets"])
def test_no_redirect_leaves_the_site(site: str, path: str) -> None:
    status, headers, _ = get(site + path)
    assert status == 404 or headers["location"].startswith("/datasets")


def test_folders_are_redirected_to_their_slash(site: str) -> None:
    assert [get(site + path)[1]["location"] for path in ("/db", "/datasets")] == ["/db/", "/datasets/"]


def test_an_error_in_a_query_is_an_answer_not_a_stack_of_locals(site: str) -> None:
    query = urllib.parse.urlencode({"sql": "select nothing from nowhere"})
    status, _, body = get(f"{site}/db/shahrnama?{query}")
    assert status == 400
    assert "Traceback" not in body.decode()


def test_a_missing_build_is_said(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "shahrnama.serve", "--build", str(tmp_path), "--port", "1"]
    done = subprocess.run(command, cwd=ROOT / "scripts", capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "run `shahrnama build` first" in done.stderr


def test_the_city_was_not_changed_by_reading(site: str, city: House) -> None:
    get(site + "/db/shahrnama/service_requests")
    assert not list(city.build.glob("shahrnama.db-*"))
