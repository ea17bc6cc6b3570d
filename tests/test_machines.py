"""For machines: catalogues that stand up to the standards' own validators, feeds that follow the data, honest maps."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pyshacl
import pytest
from datasette.utils import tilde_encode
from rdflib import Graph
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, RDF, SH

from shahrnama.atomic import write_json
from shahrnama.catalog import House
from shahrnama.publish.catalogue import Catalogue
from shahrnama.publish.check import no_personal_data
from shahrnama.publish.dcat import json_ld, turtle
from shahrnama.publish.feeds import ATOM, feeds, tilde
from shahrnama.publish.files import write_files
from shahrnama.publish.listings import data_json, llms_txt, schema_org
from shahrnama.publish.machines import machine_files, sitemap
from shahrnama.publish.site import Site
from shahrnama.publish.speak_up import report_link, speak_up
from small_city import DISTRICTS, REQUEST_TABLES, promote, promote_city

ROOT = Path(__file__).parents[1]
CHANGED = "2026-11-21T08:30:00Z"


@pytest.fixture(autouse=True)
def address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHAHRNAMA_URL", "https://data.example.org/")
    monkeypatch.setenv("SHAHRNAMA_CONTACT", "data@example.org")


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House.at(tmp_path)
    promote_city(house)
    tables = [{**REQUEST_TABLES[0], "newest_by": "requested_at"}, *REQUEST_TABLES[1:]]
    harvest = {"protocol": "open311", "frequency": "P1D"}
    promote(house, "service_requests", tables, is_demo=True, harvest=harvest, keywords=["نور"], keywords_en=["light"])
    promote(house, "districts", [{**DISTRICTS, "feeds": True}])
    report = {"status": "promoted", "problems": [], "last_changed_at": CHANGED}
    write_json(house.reports / "service_requests.json", report)
    write_files(house)
    return house


@pytest.fixture
def catalogue(house: House) -> Catalogue:
    return Catalogue(Site(house))


@pytest.mark.parametrize("shapes", ["shacl/dcat-ap_3_shacl_shapes.ttl", "dcat-ap/3.0.0/html/shacl/range.ttl"])
def test_the_catalogue_conforms_to_dcat_ap_3(catalogue: Catalogue, shared: Path, shapes: str) -> None:
    graph, shape_graph = Graph().parse(data=turtle(catalogue)), Graph().parse(shared / "catalog" / shapes)
    conforms, _, said = pyshacl.validate(graph, shacl_graph=shape_graph)
    assert conforms, said
    targets = set(shape_graph.objects(None, SH.targetClass))
    focus = {node for node, kind in graph.subject_objects(RDF.type) if kind in targets}
    assert len(focus) > 20
    graph.remove((None, DCAT.accessURL, None))
    assert shapes.endswith("range.ttl") or not pyshacl.validate(graph, shacl_graph=shape_graph)[0]


def test_turtle_and_json_ld_say_the_same_twice(catalogue: Catalogue) -> None:
    first, second = Graph().parse(data=turtle(catalogue)), Graph().parse(data=json_ld(catalogue), format="json-ld")
    assert isomorphic(first, second)
    assert turtle(catalogue) == turtle(Catalogue(Site(catalogue.site.house)))
    assert json_ld(catalogue) == json_ld(Catalogue(Site(catalogue.site.house)))
    assert len(set(first.subjects(RDF.type, DCAT.Dataset))) == 3
    assert "[Fictional sample] Service_requests" in turtle(catalogue)


def test_another_process_gives_the_same_bytes(house: House) -> None:
    code = (
        "import sys; from pathlib import Path; from shahrnama.catalog import House;"
        "from shahrnama.publish.machines import machine_files; from shahrnama.publish.site import Site;"
        "site = Site(House.at(Path(sys.argv[1]))); sys.stdout.write(repr(sorted(machine_files(site, ['']))))"
    )
    told = []
    for seed in ("1", "2"):  # of hashes, which differ from process to process
        environ = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", code, str(house.root)]
        told.append(subprocess.run(command, env=environ, capture_output=True, check=True).stdout)
    assert told[0] == told[1]
    assert b"catalog.jsonld" in told[0]


def test_data_json_is_what_its_schema_asks(catalogue: Catalogue, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = shared / "catalog" / "us-datajson" / "pod_schema" / "non-federal-v1.1"
    schema = json.loads((folder / "dataset-non-federal.json").read_text(encoding="utf-8"))
    for dataset in data_json(catalogue)["dataset"]:
        jsonschema.Draft4Validator(schema).validate(dataset)
    assert {dataset.get("modified") for dataset in data_json(catalogue)["dataset"]} == {CHANGED, None}
    monkeypatch.delenv("SHAHRNAMA_CONTACT")
    assert "hasEmail" not in json.dumps(data_json(catalogue))


def test_schema_org_describes_every_file_by_its_checksum(catalogue: Catalogue) -> None:
    item = next(item for item in catalogue.datasets if item.name == "service_requests")
    found = schema_org(catalogue, item, "en")
    assert (found["@type"], found["dateModified"], found["keywords"]) == ("Dataset", CHANGED, ["light"])
    for file in found["distribution"]:
        place = catalogue.site.house.files / file["contentUrl"].removeprefix("https://data.example.org/files/")
        assert file["contentSize"] == f"{place.stat().st_size} B"
        assert re.fullmatch(r"[0-9a-f]{64}", file["sha256"])
    assert schema_org(catalogue, item, "fa")["name"].startswith("[نمونهٔ ساختگی]")


def entries(body: bytes) -> Iterator[dict[str, str]]:
    for entry in ElementTree.fromstring(body).iter(f"{{{ATOM}}}entry"):
        yield {child.tag.removeprefix(f"{{{ATOM}}}"): child.text or "" for child in entry}


def test_feeds_tell_the_newest_rows_and_changes(catalogue: Catalogue) -> None:
    found = dict(feeds(catalogue))
    assert [entry["updated"] for entry in entries(found["feeds/site.en.xml"])] == [CHANGED]
    told = list(entries(found["feeds/datasets/service_requests.fa.xml"]))
    assert [entry["updated"] for entry in told] == [CHANGED, "2026-03-21T00:00:00Z", "2026-03-20T00:00:00Z"]
    assert told[1]["id"] == "https://data.example.org/db/shahrnama/service_requests/b"
    assert "ستون status_code: بسته" in told[1]["content"]
    assert "منطقهٔ ۵" in told[1]["content"]
    assert "feeds/datasets/districts.fa.xml" not in found  # nothing in it is dated


def test_each_row_of_a_table_with_feeds_has_its_own(catalogue: Catalogue) -> None:
    found = dict(feeds(catalogue))
    assert sorted(name for name in found if name.startswith("feeds/districts/")) == [
        "feeds/districts/5.en.xml",
        "feeds/districts/5.fa.xml",
    ]
    feed = ElementTree.fromstring(found["feeds/districts/5.fa.xml"])
    assert "منطقهٔ ۵" in (feed.findtext(f"{{{ATOM}}}title") or "")
    assert [entry["id"][-2:] for entry in entries(found["feeds/districts/5.fa.xml"])] == ["/b"]


def test_a_feed_keeps_the_newest_alone(house: House) -> None:
    table: dict[str, Any] = {**REQUEST_TABLES[0], "newest_by": "requested_at"}
    row = dict(zip([field["name"] for field in table["schema"]["fields"]], table["rows"][0], strict=True))
    days = [f"{day:02}" for day in range(1, 31)]
    many = [{**row, "service_request_id": f"r{day}", "requested_at": f"2026-05-{day}T00:00:00Z"} for day in days]
    rows = [tuple(item.values()) for item in many]
    promote(house, "service_requests", [{**table, "rows": rows}, *REQUEST_TABLES[1:]])
    told = list(entries(dict(feeds(Catalogue(Site(house))))["feeds/districts/5.en.xml"]))
    assert [entry["id"][-2:] for entry in told] == [f"{day:02}" for day in range(30, 10, -1)]


@pytest.mark.parametrize("key", ["SC-001", "a/b c_d.e,f~g", "منطقهٔ ۵"])
def test_keys_stand_in_addresses_as_datasette_writes_them(key: str) -> None:
    assert tilde(key) == tilde_encode(key)


def test_the_map_of_the_site_names_every_page_absolutely_in_both_languages(house: House) -> None:
    root = ElementTree.fromstring(sitemap(Site(house), ["", "about", "datasets/districts"]))
    urls = [url.findtext("{*}loc") for url in root]
    assert urls[:3] == ["https://data.example.org/", "https://data.example.org/en/", "https://data.example.org/about/"]
    assert len(urls) == 6
    for url in root:
        links = {link.get("hreflang"): link.get("href") for link in url.findall("{*}link")}
        assert set(links) == {"fa", "en", "x-default"}
        assert links["x-default"] == links["fa"]
        assert url.findtext("{*}loc") in links.values()


def test_language_models_are_told_what_is_fictional(catalogue: Catalogue) -> None:
    told = llms_txt(catalogue)
    assert "[[Fictional sample] Service_requests](https://data.example.org/en/datasets/service_requests/)" in told
    assert "Never report" in " ".join(told.split())


def test_only_the_declared_contact_may_be_published(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    place = house.build / "out"
    for address, body in machine_files(Site(house), [""]):
        path = place / address
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    no_personal_data(house)(place)
    monkeypatch.setenv("SHAHRNAMA_CONTACT", "other@example.org")
    with pytest.raises(Exception, match="holds personal data \\(email\\)"):
        no_personal_data(house)(place)


def test_a_report_has_its_page_and_release_filled_in(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    page = "https://data.example.org/datasets/districts/"
    link = report_link(house, "error", "منطقه‌ها & more", page, "2026.11.1", "en")
    assert link.startswith("mailto:data@example.org?subject=Error%3A%20")
    assert "%26%20more" in link
    assert "Release%3A%202026.11.1" in link
    monkeypatch.setenv("SHAHRNAMA_REPORT_URL", "https://desk.example.org/new?about={page}&text={body}")
    filled = "about=https%3A%2F%2Fdata.example.org%2Fdatasets%2Fdistricts%2F&amp;text="
    assert filled in speak_up(house, "x", page, "1", "fa")
    assert "<small>" not in speak_up(house, "x", page, "1", "fa")
    monkeypatch.setenv("SHAHRNAMA_REPORT_URL", "javascript:alert(1)")
    with pytest.raises(Exception, match="give a web address or mailto:"):
        speak_up(house, "x", page, "1", "fa")


def test_a_report_that_nobody_is_named_to_receive_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHAHRNAMA_CONTACT")
    assert "send the letter to the owner of the data" in speak_up(house, "x", "https://data.example.org/", "1", "en")


def test_the_authored_contact_is_the_next(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHAHRNAMA_CONTACT")
    (house.root / "metadata.yml").write_text('contact: "desk@example.org"\n', encoding="utf-8")
    assert report_link(house, "ask", "x", "y", "1", "fa").startswith("mailto:desk@example.org?")


def test_the_project_s_own_metadata_is_read(tmp_path: Path) -> None:
    shutil.copyfile(ROOT / "metadata.yml", tmp_path / "metadata.yml")
    assert report_link(House.at(tmp_path), "ask", "x", "y", "1", "fa").startswith("mailto:")
