"""What a text that looks like an endpoint is: a host or not, and whether anything is likely to answer there."""

from functools import cache, lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import NamedTuple

from msgspec import Struct

from affidavit import knowledge
from affidavit.facts.endpoint_text import Mark

_LABEL = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")
_TEMPLATE = frozenset("%{}$<>*[]()#|")


class Rule(Struct, frozen=True):
    """A host (with all below it, if said; only under `paths`, if given) that is not an endpoint, and why."""

    role: str
    host: str
    why: str
    below: bool = False
    paths: tuple[str, ...] = ()


class NetworkRule(Struct, frozen=True):
    """An address range in which no public server answers, and the document that reserves it."""

    network: str
    why: str


class _Document(Struct, frozen=True):
    """The union of the documents in ``knowledge/endpoints``."""

    source: str
    licence: str
    names: str = ""
    rules: tuple[Rule, ...] = ()
    networks: tuple[NetworkRule, ...] = ()
    schemes: dict[str, str] = {}
    plain_tlds: str = ""
    service_labels: str = ""
    package_roots: str = ""
    known_addresses: dict[str, str] = {}
    opaque: tuple[str, ...] = ()


class Tables(NamedTuple):
    """``knowledge/endpoints``, ready to be asked."""

    tlds: frozenset[str]
    schemes: frozenset[str]
    plain: frozenset[str]
    services: frozenset[str]
    roots: frozenset[str]
    addresses: frozenset[str]
    opaque: frozenset[str]
    rules: dict[str, tuple[Rule, ...]]
    networks: tuple[IPv4Network | IPv6Network, ...]


@cache
def tables() -> Tables:
    """The compiled knowledge, read once.

    Raises:
        KnowledgeError: it is missing or breaks its schema.
    """
    documents = knowledge.load("endpoints", _Document)
    reading, roles = documents["reading"], documents["roles"]
    rules: dict[str, tuple[Rule, ...]] = {}
    for rule in roles.rules:
        rules[rule.host] = (*rules.get(rule.host, ()), rule)
    return Tables(
        tlds=frozenset(documents["tlds"].names.split()),
        schemes=frozenset(reading.schemes),
        plain=frozenset(reading.plain_tlds.split()),
        services=frozenset(reading.service_labels.split()),
        roots=frozenset(reading.package_roots.split()),
        addresses=frozenset(reading.known_addresses),
        opaque=frozenset(reading.opaque),
        rules=rules,
        networks=tuple(ip_network(rule.network) for rule in roles.networks),
    )


class Reading(NamedTuple):
    """What a mark turned out to be; the fields are those of `model.endpoint.Endpoint`."""

    form: str
    value: str
    host: str
    role: str


def read_mark(mark: Mark) -> Reading | None:
    """Judge one mark; None when it is no endpoint by the conservative rules of ``knowledge/endpoints``."""
    if mark.form == "url":
        return read_url(mark.text)
    if mark.form == "email":
        return _read_email(mark.text)
    if mark.form == "host":
        return _read_bare_host(mark.text)
    return _read_bare_address(mark.text)


@lru_cache(maxsize=1_024)
def read_url(text: str) -> Reading:
    """Read a URL: its host, and its role by host and path."""
    scheme, _, rest = text.partition("://")
    authority, path = _split(rest)
    host = _authority_host(authority)
    if any(sign in host for sign in _TEMPLATE):
        host = _literal_suffix(host)
    if not host.isascii() and host.rpartition(".")[2] not in tables().tlds and "xn--" not in host:
        host, text, path = _cut_glued(host, scheme)
    return Reading("url", text, host, role_of(host, path))


def role_of(host: str, path: str = "") -> str:
    """``endpoint``, or why a host (under a path) is not taken for one. An empty host is a placeholder."""
    if not host:
        return "placeholder"
    known = _address_role(host)
    if known:
        return known
    rule = _rule(host.rstrip("."), path)
    if rule:
        return rule.role
    last = host.rstrip(".").rpartition(".")[2]
    if "." not in host.rstrip(".") or not _is_tld(last):
        return "placeholder"
    return "endpoint"


def is_host(name: str) -> bool:
    """Whether `name` is a host name: labels of 1 to 63, 253 characters in all (RFC 1123), under a known TLD."""
    labels = name.split(".")
    return (
        len(labels) > 1
        and len(name) <= 253
        and all(0 < len(label) <= 63 and _LABEL.issuperset(label) and label.strip("-") == label for label in labels)
        and labels[-1] in tables().tlds
    )


def _split(rest: str) -> tuple[str, str]:
    """Authority and path (with the slash) of what follows ``://``."""
    ends = [at for at in (rest.find("/"), rest.find("?"), rest.find("#")) if at >= 0]
    end = min(ends, default=len(rest))
    return rest[:end], rest[end:]


def _authority_host(authority: str) -> str:
    """Host of an authority, lower case: without user information, port and brackets (RFC 3986, section 3.2)."""
    host = authority.rpartition("@")[2]
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    name, colon, port = host.rpartition(":")
    if colon and (port.isdigit() or not port or port[0] in _TEMPLATE):
        host = name
    return host.lower()


def _literal_suffix(host: str) -> str:
    """The labels after the last one that holds a template sign, when they are a host of their own, else nothing."""
    labels = host.split(".")
    first = max(index for index, label in enumerate(labels) if any(sign in _TEMPLATE for sign in label)) + 1
    suffix = ".".join(labels[first:])
    return suffix if is_host(suffix) else ""


def _cut_glued(host: str, scheme: str) -> tuple[str, str, str]:
    """Host, text and path when other writing is glued to the end of an ASCII host."""
    end = next(index for index, sign in enumerate(host) if not sign.isascii())
    name = host[:end].rstrip(".-")
    return (name, f"{scheme}://{name}", "") if is_host(name) else (host, f"{scheme}://{host}", "")


def _is_tld(label: str) -> bool:
    return label in tables().tlds or (not label.isascii() and label.isalpha())


def _rule(host: str, path: str) -> Rule | None:
    """The rule with the longest host, and among those the one whose path fits and is longest."""
    rules = tables().rules
    name = host
    while name:
        fitting = [
            (max((len(start) for start in rule.paths if path.startswith(start)), default=0), rule)
            for rule in rules.get(name, ())
            if (name == host or rule.below) and (not rule.paths or path.startswith(rule.paths))
        ]
        if fitting:
            return max(fitting, key=lambda pair: pair[0])[1]
        name = name.partition(".")[2]
    return None


def _address_role(host: str) -> str:
    """Role of an IP literal; empty when `host` is none."""
    if not (host[-1].isdigit() or ":" in host):
        return ""
    try:
        address = ip_address(host)
    except ValueError:
        return ""
    return "placeholder" if any(address in network for network in tables().networks) else "endpoint"


def _read_email(text: str) -> Reading | None:
    local, _, domain = text.rpartition("@")
    same_case = domain.islower() or domain.isupper()
    host = domain.lower()
    if not same_case or not is_host(host) or ".." in local or not local[0].isalnum() or local.endswith("."):
        return None
    return Reading("email", text, host, role_of(host))


def _read_bare_host(text: str) -> Reading | None:
    """A whole string that is a host: known TLD, no package, no file name, no property."""
    host, _, _port = text.partition(":")
    known = tables()
    labels = host.split(".")
    first, last = labels[0], labels[-1]
    if not is_host(host) or first in known.roots or all(label.isdigit() for label in labels[:-1]) or "_" in host:
        return None
    if first in known.tlds and first not in known.services and last not in {"com", "net", "org"}:
        return None
    if last not in known.plain and (len(labels) < 3 or first not in known.services):
        return None
    if len(labels) == 2 and len(first) == 1:
        return None
    return Reading("host", text, host, role_of(host))


def _read_bare_address(text: str) -> Reading | None:
    """A whole string that is an IP literal and does not look like a version number or an object identifier."""
    host, colon, port = text.rpartition(":") if text.count(":") == 1 else (text, "", "")
    try:
        address = ip_address(host)
    except ValueError:
        return None
    role = _address_role(host)
    if address.version == 4 and role == "endpoint" and not colon and host not in tables().addresses:
        octets = address.packed
        if max(octets) < 32 or max(octets[:2]) < 10 or octets[0] < 4 or octets[3] == 0:
            return None
    if address.version == 6 and (text.count(":") < 3 or len(text) < 8):
        return None
    return Reading("ip", f"{host}:{port}" if colon else host, str(address), role)
