"""Datasette's metadata over a database that the loader made: every page answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest
import yaml
from datasette import hookimpl
from datasette.app import Datasette
from datasette.plugins import pm
from datasette.utils import parse_metadata

from shahrnama.catalog import House
from shahrnama.errors import PublishError
from shahrnama.load import load
from shahrnama.persian import fold
from shahrnama.publish.metadata import write_metadata
from small_city import DISTRICTS, REQUEST_TABLES, promote, promote_city

AUTHORED = Path(__file__).parents[1] / "metadata.yml"
AUTHORED_DATABASES = yaml.safe_load(AUTHORED.read_text(encoding="utf-8"))["databases"]
NAMES = {
    "group": "data",
    "title": "نام‌ها",
    "title_en": "Names",
    "description": "نام منطقه‌ها",
    "description_en": "Names of districts",
    "tables": ["districts"],
    "columns": {"name": ["نام", "Name"]},
    "sql": "select name_fa as name from districts order by district_id",
}


class Functions:
    """What a search asks for beyond SQLite, without the pages of our plugin."""

    @staticmethod
    @hookimpl(trylast=True)  # type: ignore[untyped-decorator]
    def prepare_connection(conn: Any) -> None:
        conn.create_function("escape_fts", 1, lambda words: f'"{fold(words)}"' if fold(words) else '""')


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House.at(tmp_path)
    (tmp_path / "metadata.yml").write_bytes(AUTHORED.read_bytes())
    promote_city(house)
    load(house)
    write_metadata(house)
    return house


@pytest.fixture
def functions() -> Iterator[None]:
    pm.register(Functions)
    yield
    pm.unregister(Functions)


def tables(house: House) -> dict[str, Any]:
    found = yaml.safe_load(house.metadata.read_text(encoding="utf-8"))
    return dict(found["databases"]["shahrnama"]["tables"])


def ask(house: House, *paths: str) -> list[Any]:
    """Answers of a Datasette over the build, in order."""

    async def answers() -> list[Any]:
        metadata = parse_metadata(house.metadata.read_text(encoding="utf-8"))
        datasette = Datasette(immutables=[str(house.database)], metadata=metadata)
        return [await datasette.client.get(path) for path in paths]

    return asyncio.run(answers())


def test_texts_of_both_languages_come_from_the_descriptors(house: House) -> None:
    found = tables(house)["service_requests"]
    assert found["title"] == "جدول service_requests"
    assert found["description_en"] == "Table service_requests"
    assert found["columns"]["district_id"] == "شرح district_id"
    assert found["columns_en"]["district_id"] == "What district_id is"
    assert found["column_titles"]["district_id"] == "ستون district_id"
    assert found["column_titles_en"]["district_id"] == "district_id"
    assert found["column_values"] == {"status_code": {"open": "باز", "closed": "بسته"}}
    assert found["column_values_en"]["status_code"]["closed"] == "closed"
    assert (found["dataset"], found["is_demo"], found["size"]) == ("service_requests", True, 50)
    assert found["facets"] == ["status_code", "district_id", "service_code"]
    assert found["sort_desc"] == "requested_at"
    assert (found["license"], found["source"], found["source_url"]) == ("ذکر منبع", "منبع", "https://example.org/")
    assert tables(house)["districts"]["label_column"] == "name_fa"
    assert tables(house)["districts"]["is_demo"] is False


def test_registers_are_described_like_every_table(house: House) -> None:
    for name in ("datasets", "resources", "columns", "captures"):
        found = tables(house)[name]
        assert all(found[key] for key in ("title", "title_en", "description", "description_en"))
        for key in ("columns", "columns_en", "column_titles", "column_titles_en"):
            assert all(found[key].values()), key


def test_the_same_packages_give_the_same_bytes(house: House) -> None:
    first = house.metadata.read_bytes()
    house.metadata.unlink()
    assert write_metadata(house).read_bytes() == first
    assert "شهرنما" in first.decode()
    assert not list(house.build.glob("*.partial"))


def test_every_authored_text_has_its_english() -> None:
    authored = yaml.safe_load(AUTHORED.read_text(encoding="utf-8"))
    assert {"title", "title_en", "description", "description_en", "about", "about_en", "license_url"} <= set(authored)
    for database in AUTHORED_DATABASES.values():
        assert {"title", "title_en", "description", "description_en"} <= set(database)


def test_every_table_page_answers_in_full(house: House) -> None:
    paths = [f"/shahrnama/{name}" for name in tables(house)]
    for path, response in zip(paths, ask(house, *paths), strict=True):
        assert response.status_code == 200, path
        told = tables(house)[path.rpartition("/")[2]]
        assert escape(told["description"]) in response.text, path
        assert all(escape(text) in response.text for text in told["columns"].values()), path
    (front, shown) = ask(house, "/shahrnama", "/shahrnama.json")
    assert front.status_code == 200
    visible = {table["name"] for table in shown.json()["tables"] if not table["hidden"]}
    assert visible == {name for name, told in tables(house).items() if not told.get("hidden")}


def test_facets_and_keys_show_names(house: House) -> None:
    paths = "/shahrnama/service_requests.json?_shape=objects", "/shahrnama/service_requests", "/shahrnama/services/L1"
    data, page, row = ask(house, *paths)
    facets = data.json()["facet_results"]
    assert set(facets) == {"status_code", "district_id", "service_code"}
    assert [found["label"] for found in facets["district_id"]["results"]] == ["منطقهٔ ۵"]
    assert {found["label"] for found in facets["service_code"]["results"]} == {"چراغ خیابان", "نشت آب"}
    assert "منطقهٔ ۵</a>" in page.text
    assert row.status_code == 200


def test_search_on_the_table_page_is_not_ignored(house: House, functions: None) -> None:
    path = "/shahrnama/service_requests.json?_shape=array&_search="
    spellings = ask(house, *(path + word for word in ("كتابخانه ها", "کتابخانه", "ناموجود")))
    assert [[row["service_request_id"] for row in found.json()] for found in spellings] == [["b"], ["b"], []]


def test_a_query_waits_for_its_tables(house: House) -> None:
    found = yaml.safe_load(house.metadata.read_text(encoding="utf-8"))["databases"]
    assert set(found["shahrnama"]["queries"]) == {"who_answers"}  # the others ask what this small city has not
    assert set(found["registers"]["queries"]) == set(AUTHORED_DATABASES["registers"]["queries"])
    promote(house, "districts", [DISTRICTS], queries={"names": NAMES})
    write_metadata(house)
    found = yaml.safe_load(house.metadata.read_text(encoding="utf-8"))["databases"]["shahrnama"]
    assert found["queries"]["names"]["column_titles_en"] == {"name": "Name"}
    (answer,) = ask(house, "/shahrnama/names.json?_shape=array")
    assert [row["name"] for row in answer.json()] == ["منطقهٔ ۱", "منطقهٔ ۵", "منطقهٔ ۱۲"]


def test_authored_options_win_and_wrong_ones_are_named(house: House) -> None:
    authored = {"title": "شهر", "databases": {"shahrnama": {"tables": {"services": {"size": 10}}}}}
    (house.root / "metadata.yml").write_text(yaml.safe_dump(authored), encoding="utf-8")
    write_metadata(house)
    assert tables(house)["services"]["size"] == 10
    assert tables(house)["services"]["label_column"] == "service_name"
    promote(house, "service_requests", [{**REQUEST_TABLES[0], "table": {"facets": ["colour"]}}])
    with pytest.raises(PublishError, match="service_requests: facets names 'colour'"):
        write_metadata(house)


@pytest.mark.parametrize("text", [None, "[", "- a list"])
def test_an_authored_file_that_cannot_be_read_is_named(house: House, text: str | None) -> None:
    path = house.root / "metadata.yml"
    path.unlink()
    if text:
        path.write_text(text)
    with pytest.raises(PublishError, match=r"metadata\.yml"):
        write_metadata(house)


def test_only_web_addresses_become_links(house: House) -> None:
    promote(house, "districts", [DISTRICTS], sources=[{"title": "منبع", "path": "javascript:alert(1)"}])
    write_metadata(house)
    assert "source_url" not in tables(house)["districts"]
