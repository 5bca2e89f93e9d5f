"""The call graph made anew in every round: the slow twin of `affidavit.facts.flow_search.read_calls`."""

from dataclasses import astuple

import numpy as np

from affidavit.dalvik.lifecycles import lifecycles
from affidavit.dalvik.models import Models
from affidavit.dalvik.whole.calls import build_calls
from affidavit.dalvik.whole.entries import entry_points
from affidavit.dalvik.whole.graph import ExtraEdge
from affidavit.dalvik.whole.intents import find_links
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.objects import Objects
from affidavit.dalvik.whole.reflection import find_reflection
from affidavit.dalvik.whole.values import Values
from affidavit.facts.flow_search import ROUNDS, Inputs, Reading


def read_anew(linked: Linked, inputs: Inputs) -> Reading:
    """Forget everything but the calls that were found, and begin again."""
    entries, made = entry_points(linked, inputs.declared, inputs.layouts, lifecycles())
    extra, types = set(), set(made)
    for _ in range(ROUNDS):
        calls = build_calls(linked, entries, extra, types)
        values = Values(linked, calls, Models.load(), inputs.text, package=inputs.package)
        objects = Objects(values)
        reflected = find_reflection(objects)
        links = find_links(objects, inputs.declared, lifecycles())
        known = len(extra) + len(types)
        extra |= {*links.calls, *reflected.calls}
        types |= reflected.instantiated
        if len(extra) + len(types) == known:
            break
    return Reading(calls, values, links, reflected)


def described(reading: Reading) -> dict[str, object]:
    """What a reading says, with nodes by method and position in it: their numbers depend on what was read first."""
    calls, links, reflected = reading.calls, reading.links, reading.reflected
    code = calls.code

    def node(number: int) -> tuple[int, int]:
        if not 0 <= number < len(code.kind):
            return -1, number - len(code.kind) if number >= 0 else -1
        method = int(code.method[number])
        return method, number - int(code.node_first[method])

    def edges(found: list[ExtraEdge]) -> set[tuple[object, ...]]:
        return {(node(edge.origin), node(edge.target), node(edge.site), *astuple(edge)[3:5]) for edge in found}

    rows = zip(calls.site.tolist(), calls.target.tolist(), calls.how.tolist(), strict=True)
    return {
        "reached": np.flatnonzero(calls.reached).tolist(),
        "instantiated": np.flatnonzero(calls.instantiated).tolist(),
        "entries": calls.entries,
        "edges": {(node(site), target, how) for site, target, how in rows},
        "outside": {(node(site), type_) for site, type_ in zip(calls.outside_site, calls.outside_type, strict=True)},
        "sends": {
            (node(item.node), node(item.operand), item.targets, item.complete, item.text) for item in links.sends
        },
        "links": (set(links.calls), edges(links.edges)),
        "reflected": (set(reflected.calls), edges(reflected.edges), reflected.instantiated),
        "unknown": {node(number) for number in reflected.unknown},
    }
