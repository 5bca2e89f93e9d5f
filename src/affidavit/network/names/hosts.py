"""Host names as traffic has them: bounded, printable, and told from addresses."""

import ipaddress
import re

MOST = 255
"""Characters of a host name that are kept; DNS allows no longer one (RFC 1035, section 2.3.4)."""
_PLAIN = re.compile(rb"[!-~]*").fullmatch
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*").fullmatch


def text(raw: bytes) -> str:
    """A name as it was sent, bounded; bytes that are no visible ASCII are written in hexadecimal."""
    raw = raw[: MOST + 1]
    if _PLAIN(raw):
        return raw[:MOST].decode("ascii")
    return "".join(chr(byte) if 33 <= byte <= 126 else f"\\x{byte:02x}" for byte in raw)[:MOST]


def normal(host: str) -> str:
    """A name as names are compared: lower case, without the dot of the root."""
    return host[:-1].lower() if host.endswith(".") else host.lower()


def split(authority: str) -> tuple[str, int]:
    """The host and the port of ``host``, ``host:port``, ``[v6]`` or ``[v6]:port``; -1 without a port.

    What stands before an ``@`` is a user's name and no host.
    """
    authority = authority.rpartition("@")[2]
    if authority.startswith("["):
        host, _, rest = authority[1:].partition("]")
        port = rest[1:] if rest.startswith(":") else ""
    elif authority.count(":") > 1:
        return authority[:MOST], -1
    else:
        host, _, port = authority.partition(":")
    number = int(port) if port.isascii() and port.isdigit() and len(port) <= 5 else -1
    return host[:MOST], number if number < 65_536 else -1


def is_literal(host: str) -> bool:
    """Whether a host is an address and no name.

    A name whose last label is a number is one too: programs read ``0x7f.1`` or ``2130706433`` as an address (the URL
    standard's host parser).
    """
    host = host.strip("[]").partition("%")[0]
    if ":" in host:
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            return False
        return True
    last = host.removesuffix(".").rpartition(".")[2]
    return bool(_NUMBER(last))
