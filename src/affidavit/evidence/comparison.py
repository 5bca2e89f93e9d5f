"""Two sets of content members compared, the first difference named as a person would name it."""

from collections.abc import Iterator, Mapping

import msgspec

from affidavit.evidence.bundle import CATEGORIES, CONTENT, EXCERPTS, FACTS, FINDINGS, LAW
from affidavit.evidence.canonical import encode, first_difference
from affidavit.evidence.quoting import plain
from affidavit.model.binding import LawRecord
from affidavit.model.bundle import Category, Excerpt
from affidavit.model.fact import Fact
from affidavit.model.finding import Finding
from affidavit.model.limitation import Limitation


def differences(stated: Mapping[str, bytes], derived: Mapping[str, bytes]) -> Iterator[str]:
    """One sentence for each member of content whose bytes differ, naming the first item that does."""
    for name in CONTENT:
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
    if name == FACTS:
        facts = msgspec.json.decode(data, type=tuple[Fact, ...])
        return {f"fact {item.id} ({item.what.__struct_config__.tag})": encode(item) for item in facts}
    if name == FINDINGS:
        findings = msgspec.json.decode(data, type=tuple[Finding, ...])
        return {f"finding {item.rule}": encode(item) for item in findings}
    if name == EXCERPTS:
        pairs = msgspec.json.decode(data, type=tuple[tuple[str, Excerpt], ...])
        return {f"excerpt {key}": encode(excerpt) for key, excerpt in pairs}
    if name == CATEGORIES:
        categories = msgspec.json.decode(data, type=tuple[Category, ...])
        return {f"category {item.id}": encode(item) for item in categories}
    if name == LAW:
        return _of_law(msgspec.json.decode(data, type=LawRecord))
    limitations = msgspec.json.decode(data, type=tuple[Limitation, ...])
    return {f"limitation {item.kind}: {item.detail}": encode(item) for item in limitations}


def _of_law(law: LawRecord) -> dict[str, bytes]:
    """The items of the record about the law; what was searched and the register's date are one item."""
    rest = encode((law.searched, law.limitations, law.updated, law.outcomes))
    bindings = {f"binding {item.app} by {item.by} {item.mark}": encode(item) for item in law.bindings}
    return (
        {"what was searched": rest}
        | bindings
        | {f"law on {item.app} as {item.relation}": encode(item) for item in law.applicable}
    )
