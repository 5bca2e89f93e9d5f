"""Intent filters and the deep links that they open.

Inside one filter the platform keeps schemes, authorities and paths apart and matches any combination of them, whichever
``<data>`` element they come from.
"""

from collections.abc import Iterator
from itertools import islice

from affidavit.artefact.xmltree import Element
from affidavit.facts.manifest_reading import Reading
from affidavit.facts.reading import bounded, make_fact
from affidavit.model.declared import DeepLink, IntentFilter
from affidavit.model.fact import Fact

MAX_LINKS = 200
"""Deep links stated for one filter."""

_DATA = (
    "scheme",
    "host",
    "port",
    "path",
    "pathPrefix",
    "pathPattern",
    "pathAdvancedPattern",
    "pathSuffix",
    "ssp",
    "sspPrefix",
    "sspPattern",
    "sspAdvancedPattern",
    "sspSuffix",
    "mimeType",
)
_PATHS = {"path": "{}", "pathPrefix": "{}*", "pathPattern": "{}", "pathAdvancedPattern": "{}", "pathSuffix": "*{}"}
_PARTS = {"ssp": "{}", "sspPrefix": "{}*", "sspPattern": "{}", "sspAdvancedPattern": "{}", "sspSuffix": "*{}"}
_VIEW, _BROWSABLE = "android.intent.action.VIEW", "android.intent.category.BROWSABLE"


def data_text(reading: Reading, element: Element) -> str:
    """A ``<data>`` element as its attributes, in a fixed order: ``scheme=https host=example.org``."""
    return bounded(" ".join(f"{key}={reading.text(element, key)}" for key in _DATA if reading.has(element, key)))


def intent_filter(reading: Reading, element: Element) -> IntentFilter:
    """One filter (or the ``<intent>`` of a query), in document order."""
    return IntentFilter(
        actions=tuple(reading.text(child, "name") for child in element.all("action") if reading.has(child, "name")),
        categories=tuple(
            reading.text(child, "name") for child in element.all("category") if reading.has(child, "name")
        ),
        data=tuple(data_text(reading, child) for child in element.all("data")),
        auto_verify=reading.boolean(element, "autoVerify", default=False),
    )


def filters(reading: Reading, element: Element) -> tuple[IntentFilter, ...]:
    """All filters of a component; one without an action is kept here, though the platform drops it."""
    return tuple(intent_filter(reading, child) for child in element.all("intent-filter"))


def deep_links(reading: Reading, component: Element, name: str, extractor: str) -> Iterator[Fact]:
    """URI patterns that open `component` from a browser: filters for VIEW and BROWSABLE with a scheme."""
    for element in component.all("intent-filter"):
        found = intent_filter(reading, element)
        if _VIEW not in found.actions or _BROWSABLE not in found.categories:
            continue
        uris = list(islice(_uris(reading, element), MAX_LINKS + 1))
        if len(uris) > MAX_LINKS:
            reading.limit("manifest/many-deep-links", f"a filter has more than {MAX_LINKS} deep links", element)
        for uri, place in uris[:MAX_LINKS]:
            link = DeepLink(name, bounded(uri), verified=found.auto_verify)
            yield make_fact(link, reading.place(place), extractor)


def _uris(reading: Reading, element: Element) -> Iterator[tuple[str, Element]]:
    """Every combination of scheme, authority and path of a filter, with the element that states the scheme."""
    items = list(element.all("data"))
    schemes = _distinct((reading.text(item, "scheme"), item) for item in items if reading.has(item, "scheme"))
    hosts = _distinct((_authority(reading, item), item) for item in items if reading.has(item, "host"))
    paths = _distinct(_shaped(reading, items, _PATHS))
    opaque = _distinct(_shaped(reading, items, _PARTS))
    for scheme, place in schemes:
        for part in opaque:
            yield f"{scheme}:{part[0]}", place
        if not hosts and not opaque:
            yield f"{scheme}:", place
        for host, _ in hosts:
            for path, _ in paths or [("", place)]:
                yield f"{scheme}://{host}{path}", place


def _distinct(pairs: Iterator[tuple[str, Element]]) -> list[tuple[str, Element]]:
    """The first of each text, in order."""
    found: dict[str, Element] = {}
    for text, element in pairs:
        found.setdefault(text, element)
    return list(found.items())


def _authority(reading: Reading, item: Element) -> str:
    """Host and port."""
    port = reading.text(item, "port")
    return reading.text(item, "host") + (f":{port}" if port else "")


def _shaped(reading: Reading, items: list[Element], shapes: dict[str, str]) -> Iterator[tuple[str, Element]]:
    """Every path (or scheme-specific part), a prefix shown with a trailing star."""
    for item in items:
        for key, shape in shapes.items():
            if reading.has(item, key):
                yield shape.replace("{}", reading.text(item, key)), item
