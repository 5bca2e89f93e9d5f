"""Says what was searched, with counts: the coverage without which absence means nothing."""

import re
from collections.abc import Iterable

from affidavit.findings.code import Code
from affidavit.findings.stated import FactIndex
from affidavit.model.declared import Component, Permission
from affidavit.model.endpoint import Endpoint
from affidavit.model.flow import FlowCoverage
from affidavit.model.identity import NetworkSecurity
from affidavit.model.inventory import EntryFact
from affidavit.model.native import NativeLibrary
from affidavit.model.signing import SigningBlock

AREAS = ("manifest", "resources", "code", "text", "native", "entries", "signing", "flows")
"""Areas in the order in which a sentence names them."""

_SENTENCES = {
    "manifest": "the manifest ({permissions} permissions asked for, {components} components)",
    "resources": "{configurations} network security configurations",
    "code": "{classes} classes, {methods} methods and {calls} instructions that name something ({units} code files)",
    "text": "{endpoints} addresses read in the bytes",
    "native": "the dynamic symbols of {natives} native libraries",
    "entries": "{entries} entries",
    "signing": "{blocks} signature blocks",
    "flows": "paths through {reached} methods that {points} entry points lead to, from {sources} places where data is "
    "read to {sinks} that it could go to",
}

_ONE = {
    "permissions asked": "permission asked", "components": "component", "classes": "class", "methods": "method",
    "network security configurations": "network security configuration", "code files": "code file",
    "instructions that name": "instruction that names", "addresses": "address", "entries": "entry",
    "native libraries": "native library", "signature blocks": "signature block", "entry points": "entry point",
}  # fmt: skip
_SINGLE = re.compile(rf"(?<![\d,])1 ({'|'.join(_ONE)})\b")


def count_all(facts: FactIndex, code: Code | None) -> dict[str, str]:
    """Counts of everything that can be searched, written with thousands separators."""
    units = () if code is None else code.units
    counts = {
        "permissions": len(facts.of(Permission)),
        "components": len(facts.of(Component)),
        "configurations": len(facts.of(NetworkSecurity)),
        "endpoints": len(facts.of(Endpoint)),
        "natives": len(facts.of(NativeLibrary)),
        "entries": len(facts.of(EntryFact)),
        "blocks": len(facts.of(SigningBlock)),
        "units": len(units),
        "classes": sum(len(unit.class_type) for unit in units),
        "methods": sum(len(unit.def_method) for unit in units),
        "strings": sum(len(unit.strings) for unit in units),
        "calls": sum(len(unit.refs) for unit in units),
    }
    follow = [fact.what for fact in facts.of(FlowCoverage)]
    for name, field in (("points", "entries"), ("reached", "reached"), ("sources", "sources"), ("sinks", "sinks")):
        counts[name] = sum(getattr(what, field) for what in follow)
    return {name: f"{count:,}" for name, count in counts.items()}


def sentence(areas: Iterable[str], counts: dict[str, str]) -> str:
    """What was searched for features of some areas."""
    asked = set(areas)
    parts = [_SENTENCES[area].format_map(counts) for area in AREAS if area in asked]
    note = (
        " Calls in native code, and those by reflection whose names are computed, are not resolved."
        if asked & {"code", "flows"}
        else ""
    )
    searched = _SINGLE.sub(lambda match: f"1 {_ONE[match[1]]}", "; ".join(parts))
    return f"Searched {searched}.{note}"
