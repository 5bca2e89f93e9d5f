"""What the app is, whose code it holds and where it points, picked out of the facts for people who read."""

from collections.abc import Iterable
from typing import TypeVar

from affidavit.model.apple import AppleBundle
from affidavit.model.bundle import Affidavit
from affidavit.model.code import CodeUnit
from affidavit.model.endpoint import Endpoint
from affidavit.model.fact import Fact
from affidavit.model.identity import Package
from affidavit.model.inventory import EntryFact
from affidavit.model.limitation import Limitation
from affidavit.report.endpoints import role_of
from affidavit.report.paths import portable
from affidavit.wording import plural

T = TypeVar("T")

METHOD_LIMITS = (
    "Nothing was run: this is a reading of the bytes, not a record of what the app did.",
    "A verified signature says that the signed bytes are unchanged and which key signed them, not whose key that is.",
    "Native code is listed by its headers and symbols; its instructions were not read.",
    "Data was followed through bytecode only: not through native code, nor through calls whose names are computed.",
    "Code, settings and pages that the app fetches after installation are not in the file.",
    "“Not shown” means: not found in what was searched. It does not mean: not there.",
)
"""What no reading of this version can see, whatever the app; stated first in every report."""


class Facts:
    """The facts of an affidavit by what they are about."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._by_type: dict[type, list[Fact]] = {}
        for fact in facts:
            self._by_type.setdefault(type(fact.what), []).append(fact)

    def facts(self, kind: type) -> list[Fact]:
        """Facts about `kind`, in the bundle's order."""
        return self._by_type.get(kind, [])

    def about(self, kind: type[T]) -> list[T]:
        """What the facts about `kind` say, in the bundle's order."""
        return [fact.what for fact in self.facts(kind) if isinstance(fact.what, kind)]

    def pairs(self, kind: type[T]) -> list[tuple[Fact, T]]:
        """Facts about `kind`, each with what it says."""
        return [(fact, fact.what) for fact in self.facts(kind) if isinstance(fact.what, kind)]

    def package(self) -> Package | None:
        """The base package (not a split), if the manifest could be read; an iOS app's own bundle as such."""
        packages = self.about(Package) + [
            Package(bundle.name, bundle.version, int(bundle.build) if bundle.build.isdecimal() else -1, bundle.label)
            for bundle in self.about(AppleBundle)
            if bundle.form == "app"
        ]
        return next((package for package in packages if not package.split), packages[0] if packages else None)


def size_in_words(size: int) -> str:
    """A size in decimal units, as shops and phones give it (``24.6 MB``)."""
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= scale:
            return f"{size / scale:,.1f} {unit}"
    return f"{size:,} bytes"


def code_in_words(facts: Facts) -> str:
    """How much there is to read (``2 dex, 13,184 classes, 98,000 methods``); empty when there is nothing."""
    units = facts.about(CodeUnit)
    if not units:
        entries = len(facts.about(EntryFact))
        return f"{plural(entries, 'entry', 'entries')}, no code read" if entries else ""
    forms = sorted({unit.form for unit in units})
    kinds = ", ".join(f"{sum(unit.form == form for unit in units):,} {_form(form)}" for form in forms)
    classes = sum(unit.classes for unit in units)
    methods = sum(unit.methods for unit in units)
    return f"{kinds}, {classes:,} classes, {methods:,} methods"


def _form(form: str) -> str:
    """A code unit's form in words."""
    return {"dex": "dex", "class": "set of class files"}.get(form, form)


def hosts(facts: Facts) -> tuple[list[str], int]:
    """Hosts taken for real, sorted from the domain downwards, and how many strings were set aside by their role."""
    endpoints = facts.about(Endpoint)
    real = {item.host for item in endpoints if role_of(item) == "endpoint" and item.host}
    aside = sum(role_of(item) != "endpoint" for item in endpoints)
    return sorted(real, key=lambda host: (host.split(".")[::-1], host)), aside


def folded(limitations: Iterable[Limitation]) -> list[tuple[str, int, str]]:
    """Limitations by kind, sorted by kind: kind, how many times in all, the sentence of the first.

    Not sorted by number: one file that was not read can matter more than a thousand odd strings.
    """
    kinds: dict[str, tuple[int, str]] = {}
    for item in sorted(limitations, key=lambda item: (item.kind, item.detail)):
        count, detail = kinds.get(item.kind, (0, item.detail))
        kinds[item.kind] = (count + item.count, detail)
    return [(kind, count, detail) for kind, (count, detail) in kinds.items()]


def file_names(affidavit: Affidavit) -> tuple[str, str]:
    """The names that `review` gives to the bundle and to the page of this artefact."""
    artefact = affidavit.manifest.artefact
    stem = portable(artefact.name, artefact.sha256)
    return f"{stem}.affidavit", f"{stem}.affidavit.html"
