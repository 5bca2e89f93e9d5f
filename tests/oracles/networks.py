"""Slow twins: which range an address lies in, which prefix decides, what a public suffix is."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from ipaddress import ip_address, ip_network


def row_of(starts: Sequence[int], rows: Sequence[int], address: int) -> int:
    """The row of the last range that begins at or before an address."""
    return rows[bisect_right(starts, address) - 1] if starts else -1


def longest_prefix(prefixes: Iterable[tuple[str, str]], address: str) -> tuple[str, str] | None:
    """Of (prefix, value) the one that holds an address and is longest; of equal ones the first value."""
    asked = ip_address(address)
    held = [(ip_network(text), value) for text, value in prefixes]
    inside = [(network, value) for network, value in held if network.version == asked.version and asked in network]
    if not inside:
        return None
    network, value = min(inside, key=lambda item: (-item[0].prefixlen, item[1]))
    return str(network), value


def suffix_labels(name: str, rules: Iterable[str]) -> int:
    """How many labels the public suffix of a name has, by the five steps of the list's algorithm."""
    labels = name.split(".")[::-1]
    matching = []
    for rule in rules:
        parts = rule.removeprefix("!").split(".")[::-1]
        if len(parts) <= len(labels) and all(part in {"*", label} for part, label in zip(parts, labels, strict=False)):
            matching.append(rule)
    exceptions = [rule for rule in matching if rule.startswith("!")]
    if exceptions:
        return max(rule.count(".") for rule in exceptions)
    return max((rule.count(".") + 1 for rule in matching), default=1)
