"""Lists of names and numbers: the public suffix list, owners of domains, hosting networks."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from affidavit.model.errors import UnreadableError
from affidavit.network.snapshot.found import LONGEST, Found, Given, Key, Reader
from affidavit.network.snapshot.suffixes import ICANN, PRIVATE, plain_host

_VERSION = re.compile(r"// VERSION: (\d{4}-\d\d-\d\d)_")
_SLUG = re.compile(r"[^a-z0-9]+")
_LISTED = re.compile(rb"(?m)^(?:(?:full|domain|keyword|regexp|include):)?[a-z0-9._-]+(?:[ \t]+[@#].*)?\r?$")
_NETWORK = re.compile(r"(?:AS)?([0-9]{1,10})\b", re.IGNORECASE)


class _Entity(msgspec.Struct):
    """An entity of third-party-web; only what is used."""

    name: str
    domains: list[str] = []


def is_suffixes(given: Given) -> bool:
    """Whether it is the public suffix list: its sections are marked."""
    return b"// ===BEGIN ICANN DOMAINS===" in given.head


def suffixes(given: Given) -> Iterator[Found]:
    """The rules of the public suffix list, by section."""
    text = given.text()
    version = _VERSION.search(text)
    found = Found(
        "public-suffix",
        "public suffix list",
        version[1] if version else "",
        "MPL-2.0",
        "Public Suffix List (publicsuffix.org)",
    )
    section = ""
    for line in text.splitlines():
        rule = line.strip().split(" ")[0].split("\t")[0]
        if "===BEGIN ICANN DOMAINS===" in line:
            section = ICANN
        elif "===BEGIN PRIVATE DOMAINS===" in line:
            section = PRIVATE
        elif "===END " in line:
            section = ""
        elif section and rule and not rule.startswith("//"):
            mark = "*." if rule.startswith("*.") else "!" if rule.startswith("!") else ""
            name = plain_host(rule.removeprefix(mark))
            if name:
                found.keys.append(Key(mark + name, section))
            else:
                found.left_out += 1
    yield found


def is_entities(given: Given) -> bool:
    """Whether it is the list of entities of third-party-web."""
    return given.head.lstrip()[:1] == b"[" and b'"domains"' in given.head and b'"name"' in given.head


def entities(given: Given) -> Iterator[Found]:
    """Domains by the entity that they belong to.

    Raises:
        UnreadableError: it is no such list.
    """
    try:
        listed = msgspec.json.decode(given.data, type=list[_Entity])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableError(
            f"{given.name}: {error}", advice="name entities.json as third-party-web publishes it"
        ) from None
    found = Found("suffix-owner", "third-party-web")
    for entity in listed:
        for domain in entity.domains:
            _named(found, domain.removeprefix("*."), slug(entity.name), entity.name)
    yield found


def is_domains(given: Given) -> bool:
    """Whether it is a list of domains: one a line, with the marks of v2fly's lists; it begins with one."""
    lines = [
        line for line in given.head.splitlines()[:-1] or [given.head] if line.strip() and not line.startswith(b"#")
    ]
    return (
        bool(lines) and all(_LISTED.fullmatch(line.strip()) for line in lines) and any(b"." in line for line in lines)
    )


def domains(given: Given) -> Iterator[Found]:
    """Domains of one owner, who is called as the file is; keywords, expressions and inclusions are left out."""
    owner = given.name.rpartition("/")[2].removesuffix(".txt")
    found = Found("suffix-service" if given.table == "suffix-service" else "suffix-owner", f"list {owner}")
    for line in given.text().splitlines():
        word, *marks = line.partition("#")[0].split()[:2] or [""]
        kind, _, name = word.rpartition(":")
        if not word:
            continue
        if kind not in {"", "domain", "full"}:
            found.left_out += 1
            continue
        _named(found, name, slug(owner), owner, exact=kind == "full", region=" ".join(marks)[:LONGEST])
    yield found


def is_networks(given: Given) -> bool:
    """Whether each line has one AS number first."""
    lines = [
        line for line in given.head.decode("utf-8", "replace").splitlines() if line.strip() and line[0] not in "#;"
    ]
    return bool(lines) and all(_NETWORK.match(line) and "." not in line.split()[0] for line in lines[:50])


def networks(given: Given) -> Iterator[Found]:
    """Networks that the list calls hosting."""
    found = Found("hosting-as", f"list {given.name.rpartition('/')[2]}")
    for line in given.text().splitlines():
        if not line.strip() or line[0] in "#;":
            continue
        said = _NETWORK.match(line)
        if said is None or not 0 < int(said[1]) < 1 << 32:
            found.left_out += 1
        else:
            title = line[said.end() :].strip(" \t#,;-\"'")[:LONGEST]
            found.keys.append(Key(f"AS{int(said[1])}", f"AS{int(said[1])}", title))
    yield found


def slug(name: Any) -> str:
    """A name as a key: small letters and numbers, with hyphens between."""
    return _SLUG.sub("-", str(name).lower()).strip("-")[:LONGEST]


def _named(found: Found, name: str, value: str, title: str, *, exact: bool = False, region: str = "") -> None:
    plain = plain_host(name)
    if plain and value:
        found.keys.append(Key(f"={plain}" if exact else plain, value, title[:LONGEST], region))
    else:
        found.left_out += 1


SUFFIXES = Reader("public suffix list", is_suffixes, suffixes)
ENTITIES = Reader("third-party-web entities", is_entities, entities)
DOMAINS = Reader("list of domains", is_domains, domains)
NETWORKS = Reader("list of AS numbers", is_networks, networks)
