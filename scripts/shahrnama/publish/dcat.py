"""DCAT: the catalogue in RDF, by DCAT-AP 3.0.0 (SEMIC), as Turtle and JSON-LD.

Every node has an address of its own (no blank nodes), so that the same catalogue gives the same bytes.
"""

from __future__ import annotations

import json

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, RDFS, SKOS, XSD, Namespace

from shahrnama.publish.catalogue import Catalogue, File, Listed

ADMS, SPDX, VCARD = (
    Namespace("http://www.w3.org/ns/adms#"),
    Namespace("http://spdx.org/rdf/terms#"),
    Namespace("http://www.w3.org/2006/vcard/ns#"),
)
EU = "http://publications.europa.eu/resource/authority/"
IANA = "https://www.iana.org/assignments/media-types/"
LANGUAGES = {"fa": f"{EU}language/FAS", "en": f"{EU}language/ENG"}
FREQUENCIES = {  # ISO 8601 durations of descriptors, as the EU's authority table names them
    "PT1H": "HOURLY",
    "P1D": "DAILY",
    "P7D": "WEEKLY",
    "P1W": "WEEKLY",
    "P1M": "MONTHLY",
    "P3M": "QUARTERLY",
    "P6M": "ANNUAL_2",
    "P1Y": "ANNUAL",
}
GOVERNMENT = f"{EU}data-theme/GOVE"
TITLES = ("شهرنما: دادهٔ باز شهر", "Shahrnama: the city's open data")
DESCRIPTIONS = (
    "داده‌های فرایندهای شهر، با منبع هر ردیف، تا مردم خودشان ببینند و بسنجند.",
    "Data of the city's processes, with the source of every row, for its people to check.",
)
JSON_LD_CONTEXT = {
    "dcat": str(DCAT),
    "dct": str(DCTERMS),
    "foaf": str(FOAF),
    "adms": str(ADMS),
    "spdx": str(SPDX),
    "vcard": str(VCARD),
    "skos": str(SKOS),
    "xsd": str(XSD),
}


def dcat(catalogue: Catalogue) -> Graph:
    """The catalogue as a graph that the shapes of DCAT-AP 3 accept."""
    graph = Graph()
    for prefix, namespace in JSON_LD_CONTEXT.items():
        graph.bind(prefix, Namespace(namespace))
    _catalog(graph, catalogue)
    for item in catalogue.datasets:
        _dataset(graph, catalogue, item)
    _service(graph, catalogue)
    return graph


def turtle(catalogue: Catalogue) -> str:
    """The catalogue as Turtle."""
    return str(dcat(catalogue).serialize(format="turtle"))


def json_ld(catalogue: Catalogue) -> str:
    """The catalogue as JSON-LD; rdflib gives its nodes in the order of hashes, another in every process."""
    found = json.loads(dcat(catalogue).serialize(format="json-ld", context=JSON_LD_CONTEXT))
    found["@graph"].sort(key=lambda node: str(node["@id"]))
    return json.dumps(found, sort_keys=True, ensure_ascii=False, indent=2) + "\n"


def _catalog(graph: Graph, catalogue: Catalogue) -> None:
    node, home = _node(catalogue, "catalog"), URIRef(catalogue.site.address(""))
    publisher = _agent(graph, catalogue, "shahrnama", ("شهرنما", "Shahrnama"))
    _typed(graph, node, DCAT.Catalog)
    _texts(graph, node, TITLES, DESCRIPTIONS)
    graph.add((node, FOAF.homepage, home))
    _typed(graph, home, FOAF.Document)
    graph.add((node, DCTERMS.publisher, publisher))
    if catalogue.modified:
        graph.add((node, DCTERMS.modified, Literal(catalogue.modified, datatype=XSD.dateTime)))
    for language in LANGUAGES.values():
        _typed(graph, URIRef(language), DCTERMS.LinguisticSystem)
        graph.add((node, DCTERMS.language, URIRef(language)))
    theme, scheme = URIRef(GOVERNMENT), URIRef(f"{EU}data-theme")
    _typed(graph, theme, SKOS.Concept)
    _typed(graph, scheme, SKOS.ConceptScheme)
    graph.add((theme, SKOS.inScheme, scheme))
    graph.add((theme, SKOS.prefLabel, Literal("Government and public sector", "en")))
    graph.add((scheme, DCTERMS.title, Literal("Data theme", "en")))
    graph.add((node, DCAT.themeTaxonomy, scheme))


def _dataset(graph: Graph, catalogue: Catalogue, item: Listed) -> None:
    node, page = URIRef(f"{item.page}#dataset"), URIRef(item.page)
    graph.add((_node(catalogue, "catalog"), DCAT.dataset, node))
    _typed(graph, node, DCAT.Dataset)
    _texts(graph, node, item.title, item.description)
    for words, language in zip(item.keywords, ("fa", "en"), strict=True):
        for word in words:
            graph.add((node, DCAT.keyword, Literal(word, language)))
    graph.add((node, DCTERMS.identifier, Literal(item.name)))
    graph.add((node, DCAT.theme, URIRef(GOVERNMENT)))
    graph.add((node, DCTERMS.publisher, _agent(graph, catalogue, item.publisher_id, item.publisher)))
    for address in (page, URIRef(item.page_en)):
        _typed(graph, address, FOAF.Document)
        graph.add((node, DCAT.landingPage, address))
    if item.modified:
        graph.add((node, DCTERMS.modified, Literal(item.modified, datatype=XSD.dateTime)))
    if item.frequency in FREQUENCIES:
        frequency = URIRef(f"{EU}frequency/{FREQUENCIES[item.frequency]}")
        _typed(graph, frequency, DCTERMS.Frequency)
        graph.add((node, DCTERMS.accrualPeriodicity, frequency))
    if item.source.startswith("http"):
        graph.add((node, FOAF.page, URIRef(item.source)))
        _typed(graph, URIRef(item.source), FOAF.Document)
    if catalogue.contact:
        graph.add((node, DCAT.contactPoint, _contact(graph, catalogue)))
    for file in item.files:
        graph.add((node, DCAT.distribution, _distribution(graph, item, file)))


def _distribution(graph: Graph, item: Listed, file: File) -> URIRef:
    node, licence = URIRef(f"{file.address}#distribution"), URIRef(item.licence)
    checksum, media = URIRef(f"{file.address}#checksum"), URIRef(f"{IANA}{file.media}")
    _typed(graph, node, DCAT.Distribution)
    graph.add((node, DCTERMS.title, Literal(file.name)))
    graph.add((node, DCAT.accessURL, URIRef(item.page)))
    graph.add((node, DCAT.downloadURL, URIRef(file.address)))
    for address in (item.page, file.address):
        _typed(graph, URIRef(address), RDFS.Resource)  # which everything is; the shapes ask that it be said
    graph.add((node, DCAT.byteSize, Literal(file.size, datatype=XSD.nonNegativeInteger)))
    graph.add((node, DCAT.mediaType, media))
    _typed(graph, media, DCTERMS.MediaType)
    if item.licence:
        graph.add((node, DCTERMS.license, licence))
        _typed(graph, licence, DCTERMS.LicenseDocument)
    graph.add((node, SPDX.checksum, checksum))
    _typed(graph, checksum, SPDX.Checksum)
    graph.add((checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256))
    _typed(graph, SPDX.checksumAlgorithm_sha256, SPDX.ChecksumAlgorithm)
    graph.add((checksum, SPDX.checksumValue, Literal(file.digest, datatype=XSD.hexBinary)))
    return node


def _service(graph: Graph, catalogue: Catalogue) -> None:
    """Datasette: every table by JSON and SQL."""
    node, endpoint = _node(catalogue, "query"), URIRef(catalogue.site.address("db/shahrnama.json"))
    graph.add((_node(catalogue, "catalog"), DCAT.service, node))
    _typed(graph, node, DCAT.DataService)
    graph.add((node, DCTERMS.title, Literal("پرس‌وجو با SQL و JSON", "fa")))
    graph.add((node, DCTERMS.title, Literal("Queries by SQL and JSON", "en")))
    graph.add((node, DCAT.endpointURL, endpoint))
    _typed(graph, endpoint, RDFS.Resource)
    for item in catalogue.datasets:
        graph.add((node, DCAT.servesDataset, URIRef(f"{item.page}#dataset")))


def _agent(graph: Graph, catalogue: Catalogue, identifier: str, names: tuple[str, str]) -> URIRef:
    node = _node(catalogue, f"agent-{identifier}")
    _typed(graph, node, FOAF.Agent)
    for name, language in zip(names, ("fa", "en"), strict=True):
        graph.add((node, FOAF.name, Literal(name, language)))
    return node


def _contact(graph: Graph, catalogue: Catalogue) -> URIRef:
    node = _node(catalogue, "contact")
    _typed(graph, node, VCARD.Organization)
    _typed(graph, node, VCARD.Kind)  # its superclass, which the shapes ask that it be said
    graph.add((node, VCARD.fn, Literal("شهرنما", "fa")))
    graph.add((node, VCARD.fn, Literal("Shahrnama", "en")))
    graph.add((node, VCARD.hasEmail, URIRef(f"mailto:{catalogue.contact}")))
    return node


def _texts(graph: Graph, node: URIRef, titles: tuple[str, str], descriptions: tuple[str, str]) -> None:
    for at, language in enumerate(("fa", "en")):
        graph.add((node, DCTERMS.title, Literal(titles[at], language)))
        graph.add((node, DCTERMS.description, Literal(descriptions[at], language)))


def _typed(graph: Graph, node: URIRef, kind: URIRef) -> None:
    graph.add((node, RDF.type, kind))


def _node(catalogue: Catalogue, name: str) -> URIRef:
    return URIRef(catalogue.site.address(f"catalog.ttl#{name}"))
