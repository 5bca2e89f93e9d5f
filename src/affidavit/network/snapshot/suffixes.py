"""Host names: what a name is made of, listed suffixes of it, and its public suffix.

Source of the rules: the Public Suffix List, "Format" and "Algorithm". Names are compared in lower case, as ASCII
(IDNA 2003, as lists of names are), without the dot at the end.
"""

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Final

import msgspec

LONGEST: Final = 253
"""Characters of a host name (RFC 1035, section 2.3.4, less the length bytes)."""
ICANN: Final = "icann"
PRIVATE: Final = "private"
_NO_NAME: Final = re.compile(r"[\x00-\x20#/:<>?@\[\\\]^|\x7f]|\.\.|\A\.|\.\Z")
"""Characters that end or break a host in a URL (WHATWG URL, "forbidden host code point"), and empty labels: what stands
behind them would pass for the name's owner."""


class PublicSuffix(msgspec.Struct, frozen=True):
    """What the public suffix list says of a host; empty for an address and for what is no name.

    Attributes:
        host: the name in the form in which it was compared.
        icann: its suffix by the section of registries alone. private: by both sections.
        registrable_icann, registrable_private: one label more than each; empty when the host is the suffix itself.
        listed: whether a rule names the suffix; else it is the last label, as the list's algorithm has it.
    """

    host: str = ""
    icann: str = ""
    private: str = ""
    registrable_icann: str = ""
    registrable_private: str = ""
    listed: bool = False


def plain_host(host: str) -> str:
    """A host name in the form in which it is compared; empty for an address, and for what is no name."""
    if host.isascii():
        name = host.lower()
    else:
        try:
            name = host.lower().encode("idna").decode().lower()
        except UnicodeError:
            return ""
    name = name.removesuffix(".")
    if not name or len(name) > LONGEST or _NO_NAME.search(name) or is_address(name):
        return ""
    return name


def is_address(name: str) -> bool:
    """Whether a name is an address, in any form that resolvers take for one: its last label is a number."""
    last = name.rpartition(".")[2]
    if last.isdigit() or (last.startswith("0x") and all(digit in "0123456789abcdef" for digit in last[2:])):
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def walk(name: str) -> Iterator[str]:
    """A plain name and all that it ends in, whole labels only, longest first."""
    while name:
        yield name
        name = name.partition(".")[2]


def public_suffix(name: str, rules: Mapping[str, str]) -> PublicSuffix:
    """The public suffix of a plain name.

    Args:
        name: as `plain_host` gives it.
        rules: section (`ICANN`, `PRIVATE`) by rule: a suffix, ``*.suffix`` or ``!exception``.
    """
    if not name:
        return PublicSuffix()
    labels = name.split(".")
    icann, by_icann = _length(labels, rules, {ICANN})
    private, by_any = _length(labels, rules, {ICANN, PRIVATE})
    return PublicSuffix(
        host=name,
        icann=_last(labels, icann),
        private=_last(labels, private),
        registrable_icann=_last(labels, icann + 1) if len(labels) > icann else "",
        registrable_private=_last(labels, private + 1) if len(labels) > private else "",
        listed=by_icann or by_any,
    )


def _last(labels: list[str], count: int) -> str:
    return ".".join(labels[-count:])


def _length(labels: list[str], rules: Mapping[str, str], sections: set[str]) -> tuple[int, bool]:
    """How many labels the suffix has by the rules of some sections, and whether one of them says so.

    An exception prevails and takes one label off; else the rule with the most labels.
    """
    for count in range(len(labels), 0, -1):
        suffix = _last(labels, count)
        if rules.get(f"!{suffix}") in sections:
            return count - 1, True
        if rules.get(suffix) in sections:
            return count, True
        if count > 1 and rules.get(f"*.{_last(labels, count - 1)}") in sections:
            # An exception to this rule has as many labels as the rule, so it was seen in this round.
            return count, True
    return 1, False
