"""What else the manifest declares: features and libraries, queries of other apps, meta-data.

The platform knows no declaration of data safety inside an app. What comes nearest is stated as it is written: meta-data
(switches of collection in SDKs, reasons for foreground services as ``<property>``) and the attribution tags of
``<attribution>``, by which the system tells the user what data was read for; these become meta-data named
``attribution:<tag>`` with the label as value.
"""

from collections.abc import Iterator

from affidavit.artefact.xmltree import Element
from affidavit.facts.components import FORMS
from affidavit.facts.intents import intent_filter
from affidavit.facts.manifest_reading import Reading
from affidavit.facts.reading import bounded, make_fact
from affidavit.model.declared import Feature, MetaData, Query
from affidavit.model.fact import Fact, Subject

NAME = "requirements"
VERSION = 1

_LIBRARIES = ("uses-library", "uses-native-library", "uses-static-library", "uses-sdk-library")


def extract(reading: Reading) -> Iterator[Fact]:
    """Features, libraries, queries and meta-data, in document order within each."""
    for element, what in _declared(reading):
        yield make_fact(what, reading.place(element), f"{NAME}/{VERSION}")


def _declared(reading: Reading) -> Iterator[tuple[Element, Subject]]:
    root = reading.root
    if root is None:
        return
    for element in root.all("uses-feature"):
        yield element, _feature(reading, element, library=False)
    for queries in root.all("queries"):
        yield from _queries(reading, queries)
    for element in root.all("attribution"):
        yield element, MetaData(f"attribution:{reading.text(element, 'tag')}", reading.text(element, "label"))
    if reading.application is None:
        return
    for element in reading.application.all(*_LIBRARIES):
        yield element, _feature(reading, element, library=True)
    yield from _meta_data(reading, reading.application, "")
    for element in reading.application.all(*FORMS):
        yield from _meta_data(reading, element, reading.class_name(element, "name"))


def _feature(reading: Reading, element: Element, *, library: bool) -> Feature:
    """A feature or library; a feature without a name is the version of OpenGL ES."""
    name = reading.text(element, "name")
    if not name and reading.has(element, "glEsVersion"):
        version = reading.integer(element, "glEsVersion", 0) & 0xFFFFFFFF
        name = f"glEsVersion {version >> 16}.{version & 0xFFFF}"
    return Feature(name, required=reading.boolean(element, "required", default=True), library=library)


def _queries(reading: Reading, queries: Element) -> Iterator[tuple[Element, Subject]]:
    """Packages, providers and intents that the app asks to see."""
    for element in queries.all("package"):
        yield element, Query("package", reading.text(element, "name"))
    for element in queries.all("provider"):
        yield element, Query("provider", reading.text(element, "authorities"))
    for element in queries.all("intent"):
        found = intent_filter(reading, element)
        yield element, Query("intent", bounded(" ".join((*found.actions, *found.categories, *found.data))))


def _meta_data(reading: Reading, owner: Element, component: str) -> Iterator[tuple[Element, Subject]]:
    """Items of one owner; a ``resource`` is shown as what it leads to, or as its id."""
    for element in owner.all("meta-data", "property"):
        value = reading.text(element, "value") or reading.text(element, "resource")
        yield element, MetaData(reading.text(element, "name"), value, component)
