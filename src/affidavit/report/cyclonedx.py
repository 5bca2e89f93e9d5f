"""A bill of materials: CycloneDX 1.6, each component with what its identity rests on and how sure that is.

Written by hand, for the few fields that there are: https://cyclonedx.org/docs/1.6/json/.
"""

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from affidavit.model.artefact import Artefact
from affidavit.model.binding import Binding
from affidavit.model.code_identity import ClassPair, CodeIdentity, CodeSearch, NativeIdentity
from affidavit.model.fact import Fact
from affidavit.model.inventory import EntryFact
from affidavit.model.library import Library, LibraryVersion
from affidavit.report import natives
from affidavit.report.identity import compared, statement
from affidavit.report.json import as_json
from affidavit.report.overview import Facts
from affidavit.report.version import version_in_words

SPEC = "1.6"
_MILLION = 1_000_000
_PLACES: Final = 12
"""Places of classes that one component lists."""


def sbom(
    artefact: Artefact,
    facts: Sequence[Fact],
    *,
    coordinates: Mapping[str, str] | None = None,
    bindings: Sequence[Binding] = (),
) -> bytes:
    """The bill of materials of what was read; the same facts give the same bytes.

    Args:
        artefact: what was read.
        facts: `CodeIdentity`, `ClassPair`, `NativeIdentity`, `Library`, `LibraryVersion`, `Package` and `EntryFact` are
            looked at. A family of which too little is left is no component.
        coordinates: group and artifact of families by their ids, as Maven repositories have them.
        bindings: what ties the artefact to listed apps, of a bundle.
    """
    known = Facts(facts)
    found = [(fact, what) for fact, what in known.pairs(CodeIdentity) if what.decision == "found"]
    families = {what.family for _, what in found}
    places: dict[str, list[Fact]] = {}
    for fact, pair in sorted(known.pairs(ClassPair), key=lambda item: (item[1].family, item[1].rank, item[0].id)):
        places.setdefault(pair.family, []).append(fact)
    named_as = coordinates or {}
    digests = {fact.place.entry: what.sha256 for fact, what in known.pairs(EntryFact) if what.sha256}
    components = [
        _by_code(fact, what, named_as.get(what.family, ""), places.get(what.family, ())) for fact, what in found
    ]
    components += [
        _native(fact, what, named_as.get(what.family, ""), digests) for fact, what in known.pairs(NativeIdentity)
    ]
    components += [_by_name(fact, what) for fact, what in known.pairs(Library) if what.id not in families]
    components += [_by_mark(fact, what) for fact, what in known.pairs(LibraryVersion)]
    named = sorted(components, key=lambda item: str(item["bom-ref"]))
    digest = hashlib.sha256(as_json([artefact.sha256, named])).digest()
    return as_json({
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "serialNumber": f"urn:uuid:{uuid.UUID(bytes=digest[:16], version=5)}",
        "version": 1,
        "metadata": {"component": _app(artefact, known), "properties": [*_about(known, bindings)]},
        "components": named,
    })  # fmt: skip


def _about(known: Facts, bindings: Iterable[Binding]) -> Iterator[dict[str, str]]:
    """What was compared, and which listed apps the artefact is bound to."""
    yield _property("compared", compared(known.about(CodeSearch)))
    if said := natives.searched(known):
        yield _property("compared-native", said)
    for item in sorted(bindings, key=lambda item: (item.app, item.relation, item.by, item.mark)):
        said = f"{item.app}: {item.relation}, by {item.by} {item.mark}, {item.grade}, confidence {item.confidence}"
        yield _property("listed-app", said)


def _app(artefact: Artefact, known: Facts) -> dict[str, Any]:
    """The app itself."""
    package = known.package()
    return {
        "type": "application",
        "bom-ref": artefact.sha256,
        "name": package.name if package else artefact.name,
        "version": version_in_words(package) if package else "",
        "hashes": [_sha256(artefact.sha256)],
    }


def _by_code(fact: Fact, what: CodeIdentity, coordinates: str, pairs: Sequence[Fact]) -> dict[str, Any]:
    """A component that was recognised by its code; versions that marks state are named as such."""
    sure = what.probability / _MILLION
    identity = [_identity("name", what.title or what.family, sure, [("binary-analysis", sure, statement(what))])]
    version = what.versions[0] if what.allowed == 1 else ""
    if what.versions:
        said = f"the bytes allow {', '.join(what.versions)}"
        identity.append(_identity("version", version, sure / max(what.allowed, 1), [("binary-analysis", sure, said)]))
    made: dict[str, Any] = {
        "type": "library",
        "bom-ref": f"code:{what.family}",
        "name": what.title or what.family,
        "evidence": {"identity": identity, "occurrences": _occurrences([fact, *pairs])},
        "properties": [*_properties(what)],
    }
    made |= _purl(coordinates, version)
    if version:
        made["version"] = version
    if what.vendor:
        made["supplier"] = {"name": what.vendor}
    return made


def _native(fact: Fact, what: NativeIdentity, coordinates: str, digests: Mapping[str, str]) -> dict[str, Any]:
    """A native file that is one of known code, or holds it. Likeness is no probability: none was measured."""
    version = what.versions[0] if what.allowed == 1 else ""
    digest = digests.get(fact.place.entry, "")
    said = {
        "family": what.family,
        "native-file": what.file,
        "statement": natives.statement(what),
        "likeness": natives.like(what),
        "evidence-nats": f"{what.evidence / 100:.2f}",
        "versions-allowed": ", ".join(what.versions),
        "in-common": natives.shared(what),
        "owner-entity": what.entity,
        "file-sha256": digest,
    }
    made: dict[str, Any] = {
        "type": "library",
        "bom-ref": f"native:{fact.id}",
        "name": what.title or what.family,
        "evidence": {
            "identity": [{"field": "name", "concludedValue": what.family}],
            "occurrences": [_occurrence(fact)],
        },
        "properties": [_property(name, value) for name, value in said.items() if value],
    } | _purl(coordinates, version)
    if version:
        made["version"] = version
    if what.vendor:
        made["supplier"] = {"name": what.vendor}
    # A file that only holds the library is not the library: its digest names other bytes as well.
    return made | ({"hashes": [_sha256(digest)]} if digest and what.relation == "is" else {})


def _properties(what: CodeIdentity) -> Iterator[dict[str, str]]:
    """What CycloneDX has no field for."""
    yield _property("family", what.family)
    if what.entity:
        yield _property("owner-entity", what.entity)
    yield _property("grade", what.grade)
    yield _property("evidence-nats", f"{what.log_ratio / 100:.2f}")
    yield _property("versions-allowed", ", ".join(what.versions))
    for tried in what.tried:
        yield _property(
            f"tried:{tried.hypothesis}", f"{'excluded' if tried.excluded else 'not excluded'}: {tried.said}"
        )
    for stated in what.stated:
        yield _property("version-stated-by-mark", f"{stated.coordinates} {stated.version} in {stated.entry}")


def _by_name(fact: Fact, what: Library) -> dict[str, Any]:
    """A component that kept its names. How sure that is was never measured, so there is no number."""
    return {
        "type": "library",
        "bom-ref": f"name:{what.id}",
        "name": what.title or what.id,
        "evidence": {"identity": [{"field": "name", "concludedValue": what.id}], "occurrences": [_occurrence(fact)]},
        "properties": [_property("recognised-by", ", ".join(what.marks))],
    }


def _by_mark(fact: Fact, what: LibraryVersion) -> dict[str, Any]:
    """A component that a file of the build states; anybody could edit such a file, so there is no number either."""
    group, _, artifact = what.coordinates.rpartition(":")
    made: dict[str, Any] = {
        "type": "library",
        "bom-ref": f"mark:{fact.id}",
        "name": artifact,
        "version": what.version,
        "evidence": {
            "identity": [{"field": "version", "concludedValue": what.version}],
            "occurrences": [_occurrence(fact)],
        },
        "properties": [_property("version-stated-by-mark", fact.place.entry)],
    }
    return made | ({"group": group} if group else {}) | _purl(what.coordinates, what.version)


def _identity(field: str, value: str, sure: float, methods: Iterable[tuple[str, float, str]]) -> dict[str, Any]:
    """Evidence of one field."""
    made: dict[str, Any] = {
        "field": field,
        "confidence": round(sure, 4),
        "methods": [
            {"technique": technique, "confidence": round(confidence, 4), "value": said}
            for technique, confidence, said in methods
        ],
    }
    return made | ({"concludedValue": value} if value else {})


def _occurrences(facts: Iterable[Fact]) -> list[dict[str, Any]]:
    """Places, each once, the first of them."""
    found: list[dict[str, Any]] = []
    for fact in facts:
        made = _occurrence(fact)
        if made not in found and len(found) < _PLACES:
            found.append(made)
    return found


def _purl(coordinates: str, version: str) -> dict[str, str]:
    """The package URL of what Maven repositories have under these coordinates; nothing without a group."""
    group, _, artifact = coordinates.rpartition(":")
    if not group or not artifact:
        return {}
    parts = [quote(part, safe="", errors="replace") for part in (group, artifact, version)]
    return {"purl": f"pkg:maven/{parts[0]}/{parts[1]}" + (f"@{parts[2]}" if version else "")}


def _sha256(digest: str) -> dict[str, str]:
    return {"alg": "SHA-256", "content": digest}


def _occurrence(fact: Fact) -> dict[str, Any]:
    """Where it shows best."""
    made: dict[str, Any] = {"location": fact.place.entry or "."}
    if fact.place.offset >= 0:
        made["offset"] = fact.place.offset
    if fact.place.class_:
        made["symbol"] = fact.place.class_
    return made


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": f"affidavit:{name}", "value": value}
