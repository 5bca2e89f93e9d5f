"""Values that formats of exchanges and logs share: times, addresses, hosts of addresses. Bad ones become *unknown*."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import ip_address
from socket import AF_INET, inet_pton
from typing import Final, NamedTuple

LONGEST_HOST: Final = 255
MOST_ANSWERS: Final = 256
"""Records of a DNS answer that are read."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
LATEST: Final = 253_402_300_800_000_000
"""Microseconds at the end of the year 9999: no time is later."""
_URL: Final = re.compile(
    r"([A-Za-z][A-Za-z0-9+.-]{0,20})://(?:[^/?#\\]{0,1024}@)?"
    r"(\[[^\]/?#\\]{0,300}\]|[^:/?#\\@]{0,1024})(?::(\d{1,5}))?(?=[/?#\\]|$)"
)
"""As browsers read it: the last @ ends the name of the user, and a backslash is a slash."""
_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443}
ENCRYPTED: Final = frozenset({"https", "wss"})
"""Schemes of addresses whose exchanges are encrypted on their way."""


class Target(NamedTuple):
    """Whom an address of a request names; `host` is empty when it names nobody on a network."""

    scheme: str
    host: str
    port: int


def target_of(url: str) -> Target:
    """The scheme, host and port of an absolute address."""
    match = _URL.match(url)
    if match is None:
        return Target(url.partition(":")[0].lower()[:20], "", 0)
    scheme, host, port = match.group(1).lower(), match.group(2), match.group(3)
    return Target(scheme, host.strip("[]")[:LONGEST_HOST], port_of(port) or _PORTS.get(scheme, 0))


@lru_cache(1 << 12)
def address_of(text: str | None) -> str:
    """An address as `ipaddress` writes it, without brackets or zone, unmapped; empty when it is none."""
    if not text or len(text) > LONGEST_HOST:
        return ""
    with suppress(OSError, ValueError):
        inet_pton(AF_INET, text)
        return text  # of version 4 there is one way to write an address, which this insists on, in a tenth of the time
    try:
        found = ip_address(text.strip(" []").partition("%")[0])
    except ValueError:
        return ""
    return str((found.version == 6 and found.ipv4_mapped) or found)


def packed_address(data: bytes) -> str:
    """An address of four or sixteen bytes; empty when it is none."""
    return str(ip_address(data)) if len(data) in {4, 16} else ""


def port_of(value: str | float | None) -> int:
    """A port; 0 when it is none."""
    port = whole(value)
    return port if 0 < port < 1 << 16 else 0


def whole(value: str | float | None) -> int:
    """A whole number that is not negative, of at most 18 digits; 0 when it is none."""
    if isinstance(value, int):
        return value if 0 <= value < 10**18 else 0
    if isinstance(value, str):
        return int(value) if len(value) <= 18 and value.isascii() and value.isdigit() else 0
    return int(value) if value is not None and 0 <= value < 10**15 else 0


def written(text: str | None) -> int:
    """Microseconds of a time as ISO 8601 writes it, in UTC if it does not say; -1 when it cannot be read."""
    if not text or len(text) > 40:
        return -1
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(-1, (moment - _EPOCH) // _MICROSECOND)
    except (ValueError, OverflowError):
        return -1


def seconds(value: str | float | None) -> int:
    """Microseconds of seconds since 1970; -1 when it is no time before the year 10000."""
    try:
        found = round(float(value) * 1_000_000) if value is not None else -1
    except (ValueError, OverflowError):
        return -1
    return found if 0 <= found < LATEST else -1
