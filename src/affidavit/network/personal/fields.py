"""What fields hold: told by a known recipient's place for it, by a field's name, by a value's form."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from affidavit.model.capture import Method
from affidavit.network.personal import forms, patterns
from affidavit.network.personal.decode import Node
from affidavit.network.personal.known import Places, names_of_fields, properties, recipient
from affidavit.network.personal.profile import bare

_LONGEST = 1_024
"""Bytes of a value that a field's name can say something about."""
_SEGMENT = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\.?([^.\[\]]+)')
_NAMED = ("form", "cookie", "json", "ndjson", "pair", "multipart", "msgpack", "plist", "protobuf")


class Claim(NamedTuple):
    """A property told of a content.

    Attributes:
        node: number of the content. property: id. method: how it was told. text: the value.
        steps: decodings that the value was recognised through without being taken apart.
    """

    node: int
    property: str
    method: Method
    text: str
    steps: tuple[str, ...] = ()


def claims(nodes: Sequence[Node], host: str, told: set[int]) -> Iterator[Claim]:
    """What is told of fields whose values nobody knows.

    Args:
        nodes: of one request.
        host: that it was sent to.
        told: numbers of contents in which a known value was found.
    """
    known = recipient(host)
    found: dict[int, list[Claim]] = {}
    for number, node in enumerate(nodes):
        if node.parts or number in told or not node.text:
            continue
        named = (known or _by_name(node.key)) and len(node.data) <= _LONGEST
        text = node.data.decode().strip() if named else ""
        of_field = list(_of_field(number, node, text, known)) if text else []
        by_form = (Claim(number, item.property, "pattern", item.text) for item in patterns.candidates(node.data))
        if some := of_field or list(by_form):
            found[id(node)] = some
    for some in found.values():
        yield from _not_above(nodes[some[0].node].parent, some, found)


def named(host: str) -> Callable[[str], bool]:
    """Whether the name of a field in a body may say something of its value.

    Args:
        host: that the request was sent to.
    """
    known = recipient(host)
    return lambda key: bool(_by_name(key)) or (known is not None and known.may_have("body", key))


def _not_above(above: Node | None, some: list[Claim], found: dict[int, list[Claim]]) -> list[Claim]:
    """Claims of a content without those that the text around it, not yet decoded, gives as well."""
    said = {(claim.property, claim.text) for claim in found.get(id(above), ())}
    return [claim for claim in some if (claim.property, claim.text) not in said]


def _of_field(number: int, node: Node, text: str, known: Places | None) -> Iterator[Claim]:
    """By the recipient's place if it has one for it, else by the field's name."""
    if known and (named := _by_place(node, known)):
        for name in named:
            form = properties()[name].form if name in properties() else ""
            if text and (not properties()[name].category or forms.holds(form, text)):
                yield Claim(number, name, "adapter", text)
        return
    name = _by_name(node.key) if node.key else ""
    if name and forms.holds(form := properties()[name].form, text) and not (form in _LOOSE and _in_cookie(node)):
        yield Claim(number, name, "key", text)


_LOOSE = {"", "text"}
"""Forms that nearly everything has: names of cookies, which servers choose, say nothing beside them."""


def _in_cookie(node: Node) -> bool:
    return any(step.startswith("cookie:") for step in node.path())


@lru_cache(1 << 14)
def _by_name(key: str) -> str:
    """Remembered, since fields are called the same in every message."""
    names = names_of_fields()
    plain = bare(key)
    return names.get(plain) or names.get(plain.removeprefix("x"), "")


def _by_place(node: Node, known: Places) -> tuple[str, ...]:
    place, *steps = node.path()
    kind, _, header = place.partition(":")
    if kind == "header" and header.lower() == "cookie" and steps:
        kind = "cookie"
    if kind not in {"query", "header", "cookie", "body"}:
        return ()
    if kind == "header":
        return known.at("header", header.lower())
    if not known.may_have(kind, node.key):
        return ()
    whole, short = [], []
    for step in steps:
        form, _, path = step.partition(":")
        if form.partition("[")[0] in _NAMED:
            for quoted, index, name in _SEGMENT.findall(path.removeprefix("$")):
                whole.append(quoted or index or name)
                short += [quoted or name] if not index else []
    return known.at(kind, ".".join(short)) or known.at(kind, ".".join(whole))
