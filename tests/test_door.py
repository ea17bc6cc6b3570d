"""The door holds: over a hundred hostile requests, crowds, and readers who hang up; the others notice nothing."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import yaml

from hostile_sql import PATHS, REQUESTS, SQL
from serving import Answer, Site, bystander, peak_of, serving
from shahrnama.catalog import House
from shahrnama.datasette_plugin.desk import Busy, Desk
from shahrnama.datasette_plugin.errors import UNKNOWN
from shahrnama.datasette_plugin.guard import AnswerTooLarge, counted, protect, unfit
from shahrnama.datasette_plugin.refusal import REFUSALS
from shahrnama.datasette_plugin.rules import OPEN_PAGES, asks, refusal
from shahrnama.datasette_plugin.visit import Visit

ROOT = Path(__file__).parents[1]
MOST_MB = 256
LONGEST_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 0.25
TRIES = 5  # of each measure of time: the machine has other work too, and the best of five is ours
SMALL = "/db/shahrnama/districts?_size=8"
SLOW = "with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c"
MARK = "words_that_another_reader_asked"
PERSIAN = re.compile("[آ-ی]")


@pytest.fixture(scope="module")
def server(city: House) -> Iterator[Site]:
    with serving(city.build) as site:
        yield site


def sql(text: str, path: str = "/db/shahrnama.json", **more: str) -> str:
    return f"{path}?{urlencode({'sql': text, **more})}"


def best(measure: Callable[[], float], most: float) -> float:
    """The least of a few measures, ended at the first that is good enough."""
    least = measure()
    for _ in range(TRIES - 1):
        if least <= most:
            break
        least = min(least, measure())
    return least


def ours(site: Site, seconds: float) -> float:
    """What is ours of the seconds that a reader waited: a busy machine makes one wait whom nobody attacks."""
    if seconds <= LONGEST_WAIT_SECONDS:
        return seconds
    with bystander(site, SMALL) as alone:
        time.sleep(1)
    return seconds - alone.longest


@pytest.mark.parametrize(
    ("method", "path", "query", "key"),
    [
        ("GET", "/", "", None),
        ("GET", "/city/requests", "_facet=a&_facet=b&_facet_array=c&_size=100", None),
        ("GET", "/city/requests.json", "_size=max", None),
        ("GET", "/city/requests", "_size=max", "size"),
        ("GET", "/city/requests", "_size=101", "size"),
        ("GET", "/city/requests", "_facet=a&_facet_size=max", None),
        ("GET", "/city/requests", "_facet=a&_facet=a", "facets"),
        ("GET", "/city/requests", "_facet=a&_facet=b&_facet=c&_facet=d", "facets"),
        ("POST", "/city", "", "method"),
        ("GET", "/city.db", "", "whole"),
        ("GET", "/city/requests.csv", "_stream=1", "whole"),
        ("GET", "/city", "_trace=1", "parameter"),
        ("GET", "/city", "sql=" + "x" * 6_001, "parameters"),
        ("GET", "/city", "sql=" + "+" * 5_000, "parameters"),
        ("GET", "/city", "&".join(["a=1"] * 65), "parameters"),
        ("GET", "/" + "x" * 1_000, "", "address_length"),
        ("GET", "/-/static-plugins/shahrnama/datasette.css", "", None),
        ("GET", "/-/threads", "", "closed"),
        ("GET", "/_internal", "", "closed"),
        ("GET", "/city/~D9", "", None),
        ("GET", "/\\example.org", "", "address"),
        ("GET", "/%5Cexample.org", "", "address"),
        ("GET", "//example.org", "", "address"),
        ("GET", "/a/../b", "", "address"),
        ("GET", "/a/%2e%2e/b", "", "address"),
    ],
)
def test_the_rules(method: str, path: str, query: str, key: str | None) -> None:
    assert refusal(method, path, query.encode(), "shahr.example:8001") == key


def test_a_host_that_is_none_is_refused() -> None:
    assert refusal("GET", "/", b"", "evil.example/#") == "address"
    assert refusal("GET", "/", b"", "[::1]:8001") is None


@pytest.mark.parametrize(
    ("path", "query", "own"),
    [
        ("/city", "", False),
        ("/city/requests", "_lang=en&_size=20&_next=5", False),
        ("/city/requests.json", "_shape=array", False),
        ("/city", "sql=select+1", True),
        ("/city", "%73ql=select+1", True),
        ("/city/requests", "_search=x", True),
        ("/city/requests", "district_id=3", True),
        ("/city/requests", "_sort=id", True),
        ("/city/bottlenecks", "", True),
        ("/city/bottlenecks.json", "", True),
    ],
)
def test_questions_are_told_from_pages(path: str, query: str, own: bool) -> None:
    assert asks(path, query.encode(), frozenset({"/city/bottlenecks"})) is own


def test_every_refusal_says_what_to_do_in_both_languages() -> None:
    for key, (status, *texts) in REFUSALS.items():
        assert 400 <= status < 600, key
        assert all(texts), key
        assert PERSIAN.search(texts[0]), key
        assert PERSIAN.search(texts[1]), key
        assert not PERSIAN.search(texts[2] + texts[3]), key


def test_turns_go_round() -> None:
    async def run() -> list[str]:
        desk, order = Desk(1, 1, 10, 5, 5), list[str]()

        async def ask(client: str, number: int) -> None:
            async with desk.turn(client):
                order.append(f"{client}{number}")
                await asyncio.sleep(0)

        await asyncio.gather(*(ask("a", number) for number in range(4)), ask("b", 0), ask("c", 0))
        assert desk.load == (0, 0)
        return order

    assert asyncio.run(run()) == ["a0", "a1", "b0", "c0", "a2", "a3"]


def test_one_client_leaves_places_to_others_and_is_refused_beyond_its_own() -> None:
    async def run() -> tuple[int, int]:
        desk, refused, served = Desk(2, 1, 50, 3, 5), 0, 0
        held = asyncio.Event()

        async def ask(client: str) -> None:
            nonlocal refused, served
            try:
                async with desk.turn(client):
                    await (held.wait() if client == "greedy" else asyncio.sleep(0))
                    served += 1
            except Busy as busy:
                refused += busy.own

        greedy = [asyncio.ensure_future(ask("greedy")) for _ in range(20)]
        await asyncio.sleep(0)
        await asyncio.wait_for(ask("modest"), 1)
        held.set()
        await asyncio.gather(*greedy)
        assert desk.load == (0, 0)
        return refused, served

    assert asyncio.run(run()) == (16, 5)


def test_patience_ends_and_places_are_given_back() -> None:
    async def run() -> None:
        desk = Desk(1, 1, 10, 5, 0.01)
        async with desk.turn("a"):
            with pytest.raises(Busy):
                async with desk.turn("b"):
                    pytest.fail("there was no place")
            waiting = asyncio.ensure_future(desk.turn("c").__aenter__())
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        assert desk.load == (0, 0)

    asyncio.run(run())


def test_the_guard_stands_without_datasette() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("create virtual table texts using fts5(text)")
    connection.execute("insert into texts values ('کتاب')")
    protect(connection, ours=False)
    assert connection.execute("select highlight(texts, 0, '[', ']') from texts where texts match 'کتاب'").fetchall()
    for text in (
        "select * from sqlite_stmt",
        "pragma database_list",
        "insert into texts values ('x')",
        "attach 'x' as y",
    ):
        with pytest.raises(sqlite3.DatabaseError, match=r"not authorized|prohibited|readonly"):
            connection.execute(text)
    protect(connection, ours=True)
    assert connection.execute("pragma database_list").fetchall()
    connection.row_factory = counted(lambda _, row: row, 1_000)
    assert connection.execute("select hex('x')").fetchall() == [("78",)]
    with pytest.raises(AnswerTooLarge):
        connection.execute("with recursive c(x) as (select 1 union all select x + 1 from c) select * from c").fetchall()


def test_an_sqlite_that_cannot_serve_is_named() -> None:
    assert unfit() is None
    assert "3.36.0" in str(unfit((3, 36, 0)))


def test_a_hundred_hostile_requests(server: Site, city: House) -> None:
    """Each is answered in time, none fells the server, no other reader waits, nothing is told that should not be."""
    assert len(SQL) >= 60
    assert len(PATHS) >= 40
    assert server.get(sql(f"select '{MARK}'"), "127.0.0.4").status == 200
    hidden = (str(ROOT), str(city.build), MARK, "site-packages", "Traceback", "create_function", sqlite3.sqlite_version)
    with peak_of(server) as peak:
        for name, path in REQUESTS.items():
            answers: list[Answer] = []
            longest: list[float] = []

            def once(path: str = path, answers: list[Answer] = answers, longest: list[float] = longest) -> float:
                with bystander(server, SMALL) as other:
                    answers.append(server.get(path))
                assert not other.wrong
                longest.append(ours(server, other.longest))
                return max(answers[-1].seconds / LONGEST_SECONDS, longest[-1] / LONGEST_WAIT_SECONDS)

            in_time = best(once, 1) <= 1
            took = [answer.seconds for answer in answers]
            assert in_time, f"{name}: answered after {took} s, another reader waited {longest} s"
            assert answers[0].status in {200, 400, 404}, name
            assert "location" not in answers[0].headers, name
            assert [text for text in hidden if text in answers[0].text] == [], name
    assert peak[0] <= MOST_MB
    assert server.get(SMALL).status == 200


def test_ordinary_pages_and_all_canned_queries_still_answer(server: Site, city: House) -> None:
    metadata = yaml.safe_load(city.metadata.read_text(encoding="utf-8"))["databases"]
    tables = [f"/db/{name}/{table}" for name, item in metadata.items() for table in item["tables"]]
    queries = [f"/db/{name}/{query}" for name, item in metadata.items() for query in item.get("queries") or ()]
    requests = "/db/shahrnama/service_requests"
    pages = [
        "/db/",
        "/db/.json",
        "/db/shahrnama",
        "/db/shahrnama.json",
        "/db/registers",
        requests + "/1405-0000100",
        requests + ".json?_size=max&_shape=array",
        requests + ".csv?_labels=on&_size=max",
        requests + "?_search=" + quote("کتابخانه"),
        requests + "?district_id__in=1,2&_sort_desc=requested_at&_facet=status_code&_facet_size=max",
        sql("select * from districts order by name_fa", "/db/shahrnama"),
        sql("select * from districts where district_id = :d", "/db/shahrnama.csv", d="3"),
        sql("select count(*), group_concat(distinct status_code) from service_requests", "/db/shahrnama"),
        "/db/-/static-plugins/shahrnama/datasette.css",
        "/db/-/static-plugins/shahrnama/vazirmatn.woff2",
    ]
    for path in [*pages, *tables, *queries, *(f"{query}.json" for query in queries)]:
        found = best(lambda path=path: float(server.get(path).status), 200)  # type: ignore[misc]
        assert found == 200, path


def test_a_crowd_of_slow_questions_stops_nobody_else(server: Site) -> None:
    crowd = 60
    with bystander(server, SMALL) as other, ThreadPoolExecutor(crowd) as pool:
        asked = [pool.submit(server.get, sql(f"{SLOW} where {n + 1}"), "127.0.0.3") for n in range(crowd)]
        waited = best(lambda: server.get(sql("select 1"), "127.0.0.4").seconds, LONGEST_WAIT_SECONDS)
        statuses = [answer.result().status for answer in asked]
    assert waited <= LONGEST_WAIT_SECONDS
    assert not other.wrong
    assert set(statuses) == {400, 429}
    assert statuses.count(429) >= crowd - 20
    assert best(lambda: server.get(SMALL, "127.0.0.2").seconds, LONGEST_WAIT_SECONDS) <= LONGEST_WAIT_SECONDS


def test_busy_is_said_with_what_to_do(server: Site) -> None:
    with ThreadPoolExecutor(20) as pool:
        paths = [sql(f"{SLOW} where {n + 1}", _lang="en") for n in range(20)]
        answers = list(pool.map(lambda path: server.get(path, "127.0.0.5"), paths))
    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
    assert {json.loads(answer.body)["advice"] for answer in refused} == {REFUSALS["busy_own"][4]}


def test_readers_who_hang_up_leave_the_desk(server: Site) -> None:
    def hang_up(n: int) -> None:
        with socket.create_connection(("127.0.0.1", server.port), source_address=(f"127.0.1.{n + 1}", 0)) as line:
            line.sendall(f"GET {sql(SLOW + f' limit {n}')} HTTP/1.1\r\nHost: x\r\n\r\n".encode())

    def next_one() -> float:
        for n in range(30):
            hang_up(n)
        answer = server.get(sql("select 1"), "127.0.0.6")
        assert answer.status == 200
        return answer.seconds

    assert best(next_one, 0.5) <= 0.5  # one slow question alone would take a second


@pytest.mark.parametrize("path", ["/db/", "/db/shahrnama/districts", "/db/shahrnama/districts.json", "/db/-/threads"])
def test_every_answer_is_dressed(server: Site, path: str) -> None:
    headers = server.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["access-control-allow-origin"] == "*"
    assert headers["x-release"]
    assert "server" not in headers
    assert "strict-transport-security" not in headers
    assert "strict-transport-security" in server.get(path, X_Forwarded_Proto="https").headers


WHOLE = {
    "index": ("/db/", 200),
    "table": (SMALL, 200),
    "JSON": ("/db/shahrnama/districts.json", 200),
    "question": (sql("select 1"), 200),
    "search": ("/db/-/search.json?q=5", 200),
    "style": ("/db/-/static-plugins/shahrnama/datasette.css", 200),
    "redirect": ("/db/shahrnama/districts/?_size=3", 302),
    "wrong SQL": (sql("select nothing"), 400),
    "no table": ("/db/shahrnama/nothing", 404),
    "refused": ("/db/-/threads", 404),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_answer_tells_its_length_and_so_does_its_head(server: Site, name: str) -> None:
    path, status = WHOLE[name]
    answer = server.get(path)
    assert answer.status == status
    assert answer.headers["content-length"] == str(len(answer.body))
    assert "transfer-encoding" not in answer.headers
    head = server.get(path, method="HEAD")
    assert (head.status, head.body) == (status, b"")
    assert abs(int(head.headers["content-length"]) - len(answer.body)) < 5  # some answers tell how long they took
    differs = {"date", "content-length"}
    assert {k: v for k, v in head.headers.items() if k not in differs} == {
        k: v for k, v in answer.headers.items() if k not in differs
    }


def test_a_csv_is_a_stream_without_a_length(server: Site) -> None:
    for path in ("/db/shahrnama/districts.csv", sql("select 1 as one", "/db/shahrnama.csv")):
        answer = server.get(path)
        assert answer.headers["transfer-encoding"] == "chunked"
        assert "content-length" not in answer.headers
        assert answer.body.endswith(b"\r\n")
        assert server.get(path, method="HEAD").body == b""


def visited(method: str, *messages: dict[str, Any]) -> tuple[Visit, list[Any]]:
    """A visit, and what is sent to its reader where Datasette answers with these messages."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": "/x", "query_string": b"", "headers": []}
    visit = Visit(scope, send, None, "r1", "/db")

    async def answer() -> None:
        for message in messages:
            await visit.passed(message)

    asyncio.run(answer())
    return visit, sent


def start(status: int = 200, *headers: tuple[bytes, bytes]) -> dict[str, Any]:
    return {"type": "http.response.start", "status": status, "headers": list(headers)}


def part(body: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": more}


@pytest.mark.parametrize(
    ("method", "status", "parts", "length", "bodies"),
    [
        ("GET", 200, [part(b"abc")], b"3", [b"abc"]),
        ("GET", 200, [part(b"")], b"0", [b""]),
        ("GET", 200, [part(b"a", more=True), part(b"b")], None, [b"a", b"b"]),
        ("GET", 304, [part(b"")], None, [b""]),
        ("HEAD", 200, [part(b"abc")], b"3", [b""]),
        ("GET", 500, [part(b"secret")], None, []),
    ],
    ids=["whole", "empty", "stream", "without a body", "head", "failed"],
)
def test_the_beginning_waits_for_the_first_part(
    method: str, status: int, parts: list[dict[str, Any]], length: bytes | None, bodies: list[bytes]
) -> None:
    assert visited(method, start(status))[1] == []
    visit, sent = visited(method, start(status), *parts)
    assert [message["body"] for message in sent[1:]] == bodies
    assert visit.failed == (status if status >= 500 else 0)
    assert not sent or dict(sent[0]["headers"]).get(b"content-length") == length


def test_a_length_that_is_told_is_not_told_twice_and_a_failure_after_the_start_is_kept_back() -> None:
    _, sent = visited("GET", start(200, (b"Content-Length", b"3")), part(b"abc"))
    assert [value for name, value in sent[0]["headers"] if name.lower() == b"content-length"] == [b"3"]
    visit, sent = visited("GET", start(200), start(500), part(b"secret"))
    assert (visit.failed, sent) == (500, [])


def test_a_preflight_lets_other_pages_ask_and_other_answers_do_not_carry_it(server: Site) -> None:
    asked = {"Access_Control_Request_Method": "GET", "Access_Control_Request_Headers": "if-none-match"}
    preflight = server.get(SMALL, method="OPTIONS", Origin="https://example.org", **asked)
    assert (preflight.status, preflight.headers["access-control-allow-origin"]) == (204, "*")
    assert "GET" in preflight.headers["access-control-allow-methods"]
    assert "if-none-match" in preflight.headers["access-control-allow-headers"].lower()
    assert int(preflight.headers["access-control-max-age"]) > 0
    for path in (SMALL, "/db/shahrnama/districts.json", "/db/shahrnama/districts.csv", "/db/-/search.json?q=5"):
        headers = server.get(path, Origin="https://example.org").headers
        told = {name for name in headers if name.startswith("access-control-")}
        assert told == {"access-control-allow-origin", "access-control-expose-headers"}, path


@pytest.mark.parametrize(
    "path", ["/db/", "/db/shahrnama/districts", sql("select 1", "/db/shahrnama"), "/db/shahrnama/who_answers"]
)
def test_pages_need_no_inline_script_or_style(server: Site, path: str) -> None:
    text = server.get(path).text
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", text)


def test_what_has_not_changed_is_not_sent_again(server: Site) -> None:
    first = server.get(SMALL)
    assert first.headers["cache-control"] == "public, max-age=5"
    assert "vary" not in first.headers
    again = server.get(SMALL, If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert server.get(SMALL + "&_lang=en", If_None_Match=first.headers["etag"]).status == 200
    assert server.get(SMALL, Cookie="ds_actor=x", Authorization="Bearer x").body == first.body


def test_reading_is_all_that_can_be_done(server: Site) -> None:
    assert server.get("/db/shahrnama", method="HEAD").body == b""
    assert server.get("/db/shahrnama", method="OPTIONS").status == 204
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = server.get("/db/shahrnama", method=method)
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_refusals_speak_the_reader_s_language_and_machines_get_json(server: Site) -> None:
    persian, english = (server.get(f"/db/shahrnama/districts?_size=max{more}").text for more in ("", "&_lang=en"))
    assert REFUSALS["size"][1] in persian
    assert 'dir="rtl"' in persian
    assert REFUSALS["size"][4] in english
    told = json.loads(server.get(sql(SLOW, _lang="en")).body)
    assert (told["error"], told["advice"]) == REFUSALS["too_slow"][3:]
    cut = server.get(sql("select a.rowid from service_requests a, districts", "/db/shahrnama.csv"))
    assert (cut.status, REFUSALS["too_large"][1] in cut.text) == (400, True)


TOO_MANY = [SQL[name] for name in ("median of a product", "percentile of a product", "medians of many groups")]


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("path", ["/db/shahrnama", "/db/shahrnama.json", "/db/shahrnama.csv"])
@pytest.mark.parametrize("text", TOO_MANY, ids=["median", "percentile", "groups"])
def test_a_median_over_too_many_values_is_refused_in_the_reader_s_language(
    server: Site, text: str, path: str, language: str
) -> None:
    answer = server.get(sql(text, path, _lang=language))
    english = language == "en"
    said = [REFUSALS[key][3:] if english else REFUSALS[key][1:3] for key in ("too_much_memory", "too_slow")]
    assert answer.status == 400
    if path.endswith(".json"):
        told = json.loads(answer.body)
        assert (told["error"], told["advice"]) in said
    else:
        assert any(error in answer.text and advice in answer.text for error, advice in said)
    assert server.get(sql("select median(rowid) from districts")).status == 200


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("select nothing", "nothing"),
        ("select median(rowid) over () from districts", "median"),
        ("select 1 from districts where median(rowid) > 1", "median"),
        ("select 1 from districts having 1", "having"),
    ],
)
@pytest.mark.parametrize("path", ["/db/shahrnama", "/db/shahrnama.json", "/db/shahrnama.csv"])
def test_wrong_sql_is_never_an_empty_answer(server: Site, path: str, text: str, word: str) -> None:
    answer = server.get(sql(text, path, _lang="en"))
    assert answer.status == 400
    assert word in answer.text
    assert UNKNOWN[False][1] not in answer.text  # what is wrong is known


def test_an_answer_that_is_cut_says_so(server: Site) -> None:
    told = json.loads(server.get(sql("select rowid from service_requests")).body)
    assert (len(told["rows"]), told["truncated"]) == (1000, True)
    assert json.loads(server.get("/db/shahrnama/service_requests.json?_size=max").body)["next"]


def test_debug_pages_are_closed_all(city: House) -> None:
    from shahrnama.worker import datasette_of  # it keeps rich from Datasette, and the tests' own process has it

    routes = [pattern.pattern for pattern, _ in datasette_of(city.build, "test")._routes()]
    debug = [route.split("(")[0].rstrip("$") for route in routes if route.startswith("/-/")]
    assert len(debug) > 10
    opened = [path for path in debug if refusal("GET", path, b"", "") is None]
    assert all(path.removeprefix("/-/").startswith(OPEN_PAGES) for path in opened)


def test_redirects_stay_below_the_base(server: Site) -> None:
    answer = server.get("/db/shahrnama/districts/?_size=3")
    assert (answer.status, answer.headers["location"]) == (302, "/db/shahrnama/districts?_size=3")
