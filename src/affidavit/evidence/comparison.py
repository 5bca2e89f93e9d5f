"""Two sets of content members compared, the first difference named as a person would name it."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from affidavit.evidence.bundle import CATEGORIES, CONTENT, COVERAGE, EXCERPTS, FACTS, FINDINGS, LAW, NETWORK
from affidavit.evidence.canonical import encode, first_difference
from affidavit.evidence.quoting import plain
from affidavit.model.binding import LawRecord
from affidavit.model.bundle import Category, Excerpt
from affidavit.model.coverage import Coverage
from affidavit.model.fact import Fact
from affidavit.model.finding import Finding
from affidavit.model.limitation import Limitation
from affidavit.model.network import NetworkRecord


def differences(
    stated: Mapping[str, bytes], derived: Mapping[str, bytes], names: Sequence[str] = CONTENT
) -> Iterator[str]:
    """One sentence for each named member of content whose bytes differ, naming the first item that does."""
    for name in names:
        if name not in stated or name not in derived:
            yield f"{name} is not there to compare"
        elif stated[name] != derived[name]:
            yield f"{name}: {_first_item(name, stated[name], derived[name])}"


def _first_item(name: str, stated: bytes, derived: bytes) -> str:
    """The first item that is missing, added, changed or moved."""
    try:
        ours, theirs = _by_name(name, stated), _by_name(name, derived)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return f"differs at byte {first_difference(stated, derived)}"
    for item, data in theirs.items():
        if item not in ours:
            return f"{plain(item)} is derived from the artefact, but is missing from the bundle"
        if ours[item] != data:
            return f"{plain(item)} differs from what the artefact gives"
    for item in ours:
        if item not in theirs:
            return f"{plain(item)} is in the bundle, but is not derived from the artefact"
    return f"the same items in another order or number, from byte {first_difference(stated, derived)} on"


def _by_name(name: str, data: bytes) -> dict[str, bytes]:
    """The items of a member by what identifies them to a person."""
    return _ITEMS.get(name, _of_limitations)(data)


def _of_facts(data: bytes) -> dict[str, bytes]:
    facts = msgspec.json.decode(data, type=tuple[Fact, ...])
    return {f"fact {item.id} ({item.what.__struct_config__.tag})": encode(item) for item in facts}


def _of_findings(data: bytes) -> dict[str, bytes]:
    findings = msgspec.json.decode(data, type=tuple[Finding, ...])
    return {f"finding {item.rule}": encode(item) for item in findings}


def _of_excerpts(data: bytes) -> dict[str, bytes]:
    pairs = msgspec.json.decode(data, type=tuple[tuple[str, Excerpt], ...])
    return {f"excerpt {key}": encode(excerpt) for key, excerpt in pairs}


def _of_categories(data: bytes) -> dict[str, bytes]:
    categories = msgspec.json.decode(data, type=tuple[Category, ...])
    return {f"category {item.id}": encode(item) for item in categories}


def _of_limitations(data: bytes) -> dict[str, bytes]:
    limitations = msgspec.json.decode(data, type=tuple[Limitation, ...])
    return {f"limitation {item.kind}: {item.detail}": encode(item) for item in limitations}


def _of_coverage(data: bytes) -> dict[str, bytes]:
    """The items of the record of what was examined."""
    coverage = msgspec.json.decode(data, type=Coverage)
    containers = {f"coverage of container {item.entry!r}": encode(item) for item in coverage.containers}
    code = {f"coverage of code in {item.entry!r}": encode(item) for item in coverage.code}
    return containers | code | {f"stage {item.name}": encode(item) for item in coverage.stages}


def _of_law(data: bytes) -> dict[str, bytes]:
    """The items of the record about the law; what was searched and the register's date are one item."""
    law = msgspec.json.decode(data, type=LawRecord)
    rest = encode((law.searched, law.limitations, law.updated, law.outcomes))
    bindings = {f"binding {item.app} by {item.by} {item.mark}": encode(item) for item in law.bindings}
    return (
        {"what was searched": rest}
        | bindings
        | {f"law on {item.app} as {item.relation}": encode(item) for item in law.applicable}
    )


def _of_network(data: bytes) -> dict[str, bytes]:
    """The items of the record of who serves the app."""
    record = msgspec.json.decode(data, type=NetworkRecord)
    rest = encode((record.searched, record.limitations, record.entities))
    endpoints = {f"endpoint {item.host!r} at {item.address!r}": encode(item) for item in record.endpoints}
    recipients = {
        f"recipient {item.host!r} of {item.category} ({item.grade})": encode(item) for item in record.recipients
    }
    return (
        {"what was compared": rest}
        | {f"source {item.id}": encode(item) for item in record.sources}
        | endpoints
        | recipients
    )


_ITEMS: dict[str, Callable[[bytes], dict[str, bytes]]] = {
    CATEGORIES: _of_categories,
    COVERAGE: _of_coverage,
    EXCERPTS: _of_excerpts,
    FACTS: _of_facts,
    FINDINGS: _of_findings,
    LAW: _of_law,
    NETWORK: _of_network,
}
