"""Real APKs for the tests of the whole-program analysis: manifest, layouts, resources and code of one."""

import zipfile
from pathlib import Path

from affidavit.artefact.arsc import parse_arsc
from affidavit.artefact.axml import parse_axml
from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.lifecycles import lifecycles
from affidavit.dalvik.models import Models
from affidavit.dalvik.program import Program
from affidavit.dalvik.whole.calls import build_calls
from affidavit.dalvik.whole.entries import Declared, Filter, entry_points
from affidavit.dalvik.whole.intents import Links, find_links
from affidavit.dalvik.whole.layouts import read_layout
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.objects import Objects
from affidavit.dalvik.whole.reflection import Reflected, find_reflection
from affidavit.dalvik.whole.values import Values
from affidavit.facts.components import component
from affidavit.facts.manifest_reading import Reading, read_manifest
from affidavit.model.declared import Component

FORMS = ("activity", "activity-alias", "service", "receiver", "provider")


def descriptor(name: str) -> str:
    return f"L{name.replace('.', '/')};"


def declare(item: Component) -> Declared:
    """A component of the manifest in the form of the analysis."""
    alias = item.form == "activity-alias"
    return Declared(
        "activity" if alias else item.form,
        descriptor(item.target if alias else item.name),
        item.enabled,
        item.exported,
        tuple(Filter(one.actions, one.categories, one.data) for one in item.filters),
        item.authorities,
        descriptor(item.name) if alias else "",
    )


def declared(reading: Reading) -> list[Declared]:
    """Everything that a manifest declares."""
    if reading.application is None:
        return []
    found = [declare(component(reading, element)) for element in reading.application.all(*FORMS)]
    name = reading.class_name(reading.application, "name")
    return [*found, *([Declared("application", descriptor(name))] if name else [])]


class RealApp:
    """One APK, analysed in rounds until neither intents nor reflection find more."""

    def __init__(self, path: Path, rounds: int = 2) -> None:
        with zipfile.ZipFile(path) as container:
            files = {name: container.read(name) for name in container.namelist() if not name.startswith("META-INF")}
        table = parse_arsc(files["resources.arsc"]) if "resources.arsc" in files else None
        reading = read_manifest(parse_axml(files["AndroidManifest.xml"]), table, "AndroidManifest.xml", [])
        self.declared = declared(reading)
        documents = [
            parse_axml(data, entry=name)
            for name, data in sorted(files.items())
            if name.startswith("res/") and name.endswith(".xml")
        ]
        self.layouts = [read_layout(document) for document in documents]
        dexes = [read_dex(name, data) for name, data in sorted(files.items()) if name.endswith(".dex")]
        self.linked = Linked(Program(dexes), Framework.load())
        self.entries, types = entry_points(self.linked, self.declared, self.layouts, lifecycles())
        self.resources = lambda number: found.value.text if table and (found := table.resolve(number)) else None
        self.package = reading.package
        self.links, self.reflected = Links(), Reflected()
        for _ in range(rounds):
            extra = [*self.links.calls, *self.reflected.calls]
            self.calls = build_calls(self.linked, self.entries, extra, {*types, *self.reflected.instantiated})
            self.values = Values(self.linked, self.calls, Models.load(), self.resources, package=self.package)
            self.objects = Objects(self.values)
            self.reflected = find_reflection(self.objects)
            self.links = find_links(self.objects, self.declared, lifecycles())

    def where(self, node: int) -> str:
        """Class and method of a node, short."""
        class_, name, _ = self.linked.method_text(int(self.calls.code.method[node]))
        return f"{class_.rpartition('/')[2].rstrip(';')}.{name}"
