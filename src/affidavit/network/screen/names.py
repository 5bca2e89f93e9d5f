"""Names in records: hosts in one spelling, names of companies and payments as words that can be compared."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from affidavit.network.snapshot.suffixes import plain_host

LONGEST: Final = 255
"""Characters of the longest host (RFC 1035, section 2.3.4)."""
_NAME: Final = 500
"""Characters of a company's name that are looked at."""
_HOST: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)+\Z")
_BETWEEN: Final = re.compile(r"[,;|\s]+")
_HOSTS: Final = 1_000
"""Names of one field, such as those of a certificate."""
_WORDS: Final = re.compile(r"\w+")


def host_of(text: str) -> str:
    """The host in a field: lower case, without port, path, scheme, wildcard label or last dot; empty when it is none.

    An address is no name, hence empty. A name in other letters is given as it goes over the wire (``xn--``).
    """
    if len(text) <= LONGEST and _HOST.match(text) and not text[-1].isdigit():
        return text
    text = text.strip().strip("\"'")
    if "://" in text[:12]:
        text = text.partition("://")[2].partition("\\")[0]
    text = re.split(r"[/?#\s]", text, maxsplit=1)[0].rpartition("@")[2]
    text = text.removeprefix("*.").rstrip(".")
    head, colon, port = text.rpartition(":")
    if colon and port.isdigit() and ":" not in head:
        text = head.rstrip(".")
    text = plain_host(text) if len(text) <= LONGEST else ""
    return text if _HOST.match(text) else ""


def hosts_in(text: str) -> Iterator[str]:
    """The hosts in a field that may hold several, in order, each once."""
    parts = _BETWEEN.split(text, maxsplit=_HOSTS)[:_HOSTS] if _BETWEEN.search(text) else [text]
    seen: set[str] = set()
    for part in parts:
        plain = part[4:] if part[:4].lower() in {"dns:", "dns="} else part
        host = host_of(plain)
        if host and host not in seen:
            seen.add(host)
            yield host


def words_of(text: str) -> tuple[str, ...]:
    """Words of a name or description, without case, accents of width, or punctuation."""
    plain = unicodedata.normalize("NFKC", text[:_NAME]).casefold()
    return tuple(_WORDS.findall(plain.replace("_", " ").replace(".", "")))


def company(text: str, forms: frozenset[str]) -> tuple[str, ...]:
    """Words of a company's name without the words at its end that say how it is made; never empty of a name."""
    found = words_of(text)
    end = len(found)
    while end > 1 and found[end - 1] in forms:
        end -= 1
    return found[:end]


def package_of(text: str) -> str:
    """A package or bundle id as written; empty when it cannot be one."""
    text = text.strip().strip("\"'")
    return text if len(text) <= LONGEST and re.fullmatch(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+", text) else ""


def number_of(text: str) -> int:
    """The AS number in a field (``AS64500``, ``asn 64500``, ``1.10`` in dotted form); -1 when it is none."""
    found = re.fullmatch(r"(?:asn?)?\s*(\d{1,10})(?:\.(\d{1,5}))?", text.strip().lower())
    if not found:
        return -1
    high, low = (int(found[1]), int(found[2])) if found[2] else divmod(int(found[1]), 1 << 16)
    return (high << 16) + low if max(high, low) < 1 << 16 else -1


def fingerprint_of(text: str) -> str:
    """A certificate's digest as lower-case hex without separators; empty when it is none."""
    plain = text.strip().replace(":", "").replace(" ", "").lower()
    return plain if re.fullmatch(r"[0-9a-f]{32}|[0-9a-f]{64}", plain[:65]) else ""
