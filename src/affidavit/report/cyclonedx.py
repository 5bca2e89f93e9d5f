"""A bill of materials: CycloneDX 1.6, each component with what its identity rests on and how sure that is.

Written by hand, for the few fields that there are: https://cyclonedx.org/docs/1.6/json/.
"""

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from affidavit.model.artefact import Artefact
from affidavit.model.code_identity import CodeIdentity, CodeSearch
from affidavit.model.fact import Fact
from affidavit.model.library import Library, LibraryVersion
from affidavit.report.identity import compared, statement
from affidavit.report.json import as_json
from affidavit.report.overview import Facts
from affidavit.report.version import version_in_words

SPEC = "1.6"
_MILLION = 1_000_000


def sbom(artefact: Artefact, facts: Sequence[Fact]) -> bytes:
    """The bill of materials of what was read; the same facts give the same bytes.

    Args:
        artefact: what was read.
        facts: `CodeIdentity`, `Library`, `LibraryVersion` and `Package` are looked at. A family of which too little is
            left is no component.
    """
    known = Facts(facts)
    found = [(fact, what) for fact, what in known.pairs(CodeIdentity) if what.decision == "found"]
    families = {what.family for _, what in found}
    components = [_by_code(fact, what) for fact, what in found]
    components += [_by_name(fact, what) for fact, what in known.pairs(Library) if what.id not in families]
    components += [_by_mark(fact, what) for fact, what in known.pairs(LibraryVersion)]
    named = sorted(components, key=lambda item: str(item["bom-ref"]))
    digest = hashlib.sha256(as_json([artefact.sha256, named])).digest()
    return as_json({
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "serialNumber": f"urn:uuid:{uuid.UUID(bytes=digest[:16], version=5)}",
        "version": 1,
        "metadata": {"component": _app(artefact, known), "properties": [_property("compared", _compared(known))]},
        "components": named,
    })  # fmt: skip


def _compared(known: Facts) -> str:
    return compared(known.about(CodeSearch))


def _app(artefact: Artefact, known: Facts) -> dict[str, Any]:
    """The app itself."""
    package = known.package()
    return {
        "type": "application",
        "bom-ref": artefact.sha256,
        "name": package.name if package else artefact.name,
        "version": version_in_words(package) if package else "",
        "hashes": [{"alg": "SHA-256", "content": artefact.sha256}],
    }


def _by_code(fact: Fact, what: CodeIdentity) -> dict[str, Any]:
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
        "evidence": {"identity": identity, "occurrences": [_occurrence(fact)]},
        "properties": [*_properties(what)],
    }
    if version:
        made["version"] = version
    if what.vendor:
        made["supplier"] = {"name": what.vendor}
    return made


def _properties(what: CodeIdentity) -> Iterator[dict[str, str]]:
    """What CycloneDX has no field for."""
    yield _property("family", what.family)
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
    made = {
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
    return made | ({"group": group} if group else {})


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
